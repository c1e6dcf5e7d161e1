"""The rule on where a copy goes: Outposts and Local Zones, the same in both books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.regions import Outpost
from pytest_fakecopy.domain.rulebooks.documented import DOCUMENTED
from pytest_fakecopy.domain.rulebooks.observed import OBSERVED
from pytest_fakecopy.domain.verdicts import Reject
from tests.builders import (
    ACCOUNT,
    HERE,
    OUTPOST_ARN,
    SOURCE_ID,
    THERE,
    copy_attempt,
    snapshot_record,
)

if TYPE_CHECKING:
    from pytest_fakecopy.domain.rules import RuleBook

KNOWN = {OUTPOST_ARN: Outpost(OUTPOST_ARN, HERE, ACCOUNT)}
HERE_SOURCE = snapshot_record(region=HERE)
ZONE = "us-east-1-bos-1a"
ZONED_SOURCE = snapshot_record(region=HERE, availability_zone="us-east-1-bos-1b")
VALUE, COMBINATION = "InvalidParameterValue", "InvalidParameterCombination"


def to_outpost(arn: str = OUTPOST_ARN, **members: Any) -> dict[str, Any]:
    """Return the members of an attempt to copy to an Outpost from its own Region."""
    members = {"source": HERE_SOURCE, "source_region": HERE, "outposts": KNOWN} | members
    return {"destination_outpost_arn": arn} | members


def to_zone(zone: str = ZONE, **members: Any) -> dict[str, Any]:
    """Return the members of an attempt to copy to a Local Zone from its own Region."""
    members = {"source": HERE_SOURCE, "source_region": HERE} | members
    return {"destination_availability_zone": zone} | members


@pytest.mark.parametrize("book", [DOCUMENTED, OBSERVED])
@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="to-the-region"),
        pytest.param({"source": None}, id="source-unknown"),
        pytest.param({"completion_duration_minutes": 15}, id="time-based"),
        pytest.param(to_outpost(), id="outpost-of-the-region"),
        pytest.param(to_outpost(source=None), id="outpost-source-unknown"),
        pytest.param(to_zone(), id="local-zone-of-the-region"),
        pytest.param(to_zone(source=None), id="local-zone-source-unknown"),
        pytest.param(to_zone(source=ZONED_SOURCE), id="local-zone-of-the-same-group"),
        pytest.param(to_zone("us-east-1-bos-1b", source=ZONED_SOURCE), id="the-same-local-zone"),
        pytest.param(
            {"source": ZONED_SOURCE, "source_region": HERE}, id="local-zone-to-parent-region"
        ),
        pytest.param(
            {"source": snapshot_record(availability_zone="us-west-2a")}, id="ordinary-zone"
        ),
        pytest.param(
            to_zone(source=snapshot_record(region=HERE, availability_zone="us-east-1a")),
            id="ordinary-zone-to-local-zone",
        ),
    ],
)
def test_destinations_that_can_be_reached_pass(book: RuleBook, members: dict[str, Any]) -> None:
    """From a Region to itself, its Outposts and zones; from a zone to its group and Region."""
    assert book["destination-is-consistent"].check(copy_attempt(**members)) is None


def not_an_arn(text: str) -> str:
    """Return the answer to what is no Outpost's ARN."""
    return (
        f"Value ({text}) for parameter DestinationOutpostArn is invalid."
        " Expected: 'arn:aws:outposts:region:account-id:outpost/op-...'."
    )


def not_a_zone(zone: str) -> str:
    """Return the answer to what is no Local Zone of the Region."""
    return (
        f"Value ({zone}) for parameter DestinationAvailabilityZone is invalid."
        f" It is not a Local Zone of {HERE}."
    )


ELSEWHERE = OUTPOST_ARN.replace(HERE, THERE)
CHINA = OUTPOST_ARN.replace("arn:aws:", "arn:aws-cn:")
UNKNOWN = OUTPOST_ARN.replace("op-0a", "op-0b")


@pytest.mark.parametrize("book", [DOCUMENTED, OBSERVED])
@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        # combinations
        pytest.param(
            to_outpost(destination_availability_zone=ZONE),
            COMBINATION,
            "The parameter DestinationOutpostArn cannot be used with the parameter"
            " DestinationAvailabilityZone",
            id="outpost-and-zone",
        ),
        pytest.param(
            to_outpost(completion_duration_minutes=15),
            COMBINATION,
            "The parameter DestinationOutpostArn cannot be used with the parameter"
            " CompletionDurationMinutes",
            id="outpost-time-based",
        ),
        pytest.param(
            to_zone(completion_duration_minutes=15),
            COMBINATION,
            "The parameter DestinationAvailabilityZone cannot be used with the parameter"
            " CompletionDurationMinutes",
            id="zone-time-based",
        ),
        # Outposts
        *(
            pytest.param(to_outpost(text), VALUE, not_an_arn(text), id=f"outpost-{number}")
            for number, text in enumerate(
                [
                    "",
                    "op-0a1b2c3d4e5f6a7b8",
                    OUTPOST_ARN.replace(":outposts:", ":ec2:"),
                    OUTPOST_ARN.replace(ACCOUNT, "1234"),
                    OUTPOST_ARN.replace("op-0a1b2c3d4e5f6a7b8", "op-xyz"),
                ]
            )
        ),
        pytest.param(
            to_outpost(ELSEWHERE),
            VALUE,
            f"The Outpost '{ELSEWHERE}' is not in the region {HERE}",
            id="outpost-of-other-region",
        ),
        pytest.param(
            to_outpost(CHINA),
            VALUE,
            f"The Outpost '{CHINA}' is not in the region {HERE}",
            id="outpost-of-other-partition",
        ),
        pytest.param(
            to_outpost(UNKNOWN),
            VALUE,
            f"The Outpost '{UNKNOWN}' does not exist.",
            id="outpost-unknown",
        ),
        pytest.param(
            to_outpost(source_region=THERE, source=snapshot_record()),
            COMBINATION,
            f"A snapshot in {THERE} cannot be copied to an Outpost in {HERE}: the snapshot must be"
            " in the Region of the Outpost.",
            id="outpost-from-other-region",
        ),
        # Local Zones
        *(
            pytest.param(to_zone(zone), VALUE, not_a_zone(zone), id=f"zone-{zone or 'empty'}")
            for zone in ("", "us-east-1a", "us-west-2-lax-1a", "us-east-1-bos-1", "bos")
        ),
        pytest.param(
            to_zone(source_region=THERE, source=snapshot_record()),
            COMBINATION,
            f"A snapshot in {THERE} cannot be copied to the Local Zone {ZONE}: the snapshot must be"
            " in its Region.",
            id="zone-from-other-region",
        ),
        pytest.param(
            to_zone("us-east-1-mia-1a", source=ZONED_SOURCE),
            VALUE,
            "A snapshot in the Local Zone us-east-1-bos-1b cannot be copied to us-east-1-mia-1a,"
            " which is not in its zone group.",
            id="zone-of-other-group",
        ),
        # sources
        pytest.param(
            {"source": snapshot_record(outpost_arn=OUTPOST_ARN)},
            VALUE,
            f"The snapshot '{SOURCE_ID}' is on an Outpost and cannot be copied.",
            id="source-on-an-outpost",
        ),
        pytest.param(
            to_zone(source=snapshot_record(region=HERE, outpost_arn=OUTPOST_ARN)),
            VALUE,
            f"The snapshot '{SOURCE_ID}' is on an Outpost and cannot be copied.",
            id="source-on-an-outpost-to-a-zone",
        ),
        pytest.param(
            to_outpost(source=ZONED_SOURCE),
            VALUE,
            f"The snapshot '{SOURCE_ID}' is in the Local Zone us-east-1-bos-1b and cannot be copied"
            " to an Outpost.",
            id="source-in-a-zone-to-an-outpost",
        ),
        pytest.param(
            {"source": snapshot_record(availability_zone="us-west-2-lax-1a")},
            VALUE,
            f"The snapshot '{SOURCE_ID}' is in the Local Zone us-west-2-lax-1a and cannot be copied"
            f" to {HERE}, only within {THERE}.",
            id="source-in-a-zone-of-other-region",
        ),
    ],
)
def test_destinations_that_can_not_be_reached_are_refused(
    book: RuleBook, members: dict[str, Any], code: str, message: str
) -> None:
    """Each defect has a text of its own, and EC2's general code for its kind."""
    verdict = book["destination-is-consistent"].check(copy_attempt(**members))

    assert isinstance(verdict, Reject)
    assert (verdict.error.code, verdict.error.message) == (code, message)
    assert verdict.error.status == 400
