"""Scenarios of copies to Outposts and Local Zones, and of sources that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.verdicts import assumed, documented
from pytest_fakecopy.scenarios.building import (
    KEY,
    PLAIN,
    UNSEEN,
    WITH_AWS_KEY,
    WITH_KEY,
    bad_value,
    both,
    by_book,
    refused,
    source,
    with_key,
)
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.running import DESTINATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy.domain.verdicts import Evidence
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.model import Given, Value
    from pytest_fakecopy.scenarios.outcomes import Outcome
    from pytest_fakecopy.views.snapshots import Snapshot

_RULE = "destination-is-consistent"
_COMBINATION = refused("InvalidParameterCombination", None, _RULE)
_BAD = bad_value(None, _RULE)
_NOWHERE = "arn:aws:outposts:us-east-1:111122223333:outpost/op-0fedcba9876543210"
_ZONE = "us-east-1-bos-1a"
_EVIDENCE = by_book(
    documented=documented(
        "EBS User Guide, Copy an Amazon EBS snapshot: what can be copied where; code and text are"
        " assumed"
    ),
    observed=assumed("as documented; nobody recorded it"),
)
_GOOD = by_book(
    documented=documented("EBS User Guide, Copy an Amazon EBS snapshot: what can be copied where"),
    observed=UNSEEN,
)


def _outpost(fake: FakeEC2, _: Snapshot | None) -> str:
    return fake.outposts.add(DESTINATION).arn


def _on_outpost(fake: FakeEC2) -> Snapshot:
    outpost = fake.outposts.add(DESTINATION)
    return fake.snapshots.add(region=DESTINATION, outpost_arn=outpost.arn)


def _to(
    id_: str,
    about: str,
    given: Given,
    expected: Outcome,
    evidence: Mapping[str, Evidence] = _EVIDENCE,
    **request: Value,
) -> Scenario:
    return Scenario(
        id=id_,
        about=about,
        given=given,
        request=request,
        expect=both(expected),
        evidence=evidence,
    )


_HERE = source(region=DESTINATION)

OUTPOSTS = (
    _to(
        "outpost",
        "A snapshot of the Region is copied to an Outpost of it: always encrypted.",
        _HERE,
        WITH_AWS_KEY,
        _GOOD,
        DestinationOutpostArn=_outpost,
    ),
    _to(
        "outpost-with-key",
        "The copy on the Outpost is encrypted with the key that the request names.",
        with_key(_HERE),
        WITH_KEY,
        _GOOD,
        DestinationOutpostArn=_outpost,
        Encrypted=True,
        KmsKeyId=KEY,
    ),
    _to(
        "outpost-malformed",
        "DestinationOutpostArn is no ARN of an Outpost.",
        _HERE,
        _BAD,
        DestinationOutpostArn="op-0fedcba9876543210",
    ),
    _to(
        "outpost-missing",
        "DestinationOutpostArn names an Outpost that isn't there.",
        _HERE,
        _BAD,
        DestinationOutpostArn=_NOWHERE,
    ),
    _to(
        "outpost-of-another-region",
        "The Outpost is in another Region than the endpoint.",
        _HERE,
        _BAD,
        DestinationOutpostArn=lambda fake, _: fake.outposts.add("eu-west-1").arn,
    ),
    _to(
        "outpost-from-another-region",
        "The source is in another Region than the Outpost.",
        source(),
        _COMBINATION,
        DestinationOutpostArn=_outpost,
    ),
    _to(
        "outpost-with-duration",
        "A time-based copy to an Outpost is asked for.",
        _HERE,
        _COMBINATION,
        DestinationOutpostArn=_outpost,
        CompletionDurationMinutes=15,
    ),
    _to(
        "source-on-outpost",
        "The source is on an Outpost, from where nothing can be copied.",
        _on_outpost,
        _BAD,
    ),
)

ZONES = (
    _to(
        "local-zone",
        "A snapshot of the Region is copied to a Local Zone of it.",
        _HERE,
        PLAIN,
        _GOOD,
        DestinationAvailabilityZone=_ZONE,
    ),
    _to(
        "local-zone-missing",
        "DestinationAvailabilityZone is no Local Zone of the Region.",
        _HERE,
        _BAD,
        DestinationAvailabilityZone="us-east-1a",
    ),
    _to(
        "local-zone-from-another-region",
        "The source is in another Region than the Local Zone.",
        source(),
        _COMBINATION,
        DestinationAvailabilityZone=_ZONE,
    ),
    _to(
        "local-zone-with-duration",
        "A time-based copy to a Local Zone is asked for.",
        _HERE,
        _COMBINATION,
        DestinationAvailabilityZone=_ZONE,
        CompletionDurationMinutes=15,
    ),
    _to(
        "local-zone-and-outpost",
        "Both an Outpost and a Local Zone are named.",
        _HERE,
        _COMBINATION,
        DestinationAvailabilityZone=_ZONE,
        DestinationOutpostArn=_outpost,
    ),
    _to(
        "local-zone-to-its-group",
        "A snapshot in a Local Zone is copied to another zone of its group.",
        source(region=DESTINATION, availability_zone="us-east-1-bos-1b"),
        PLAIN,
        _GOOD,
        DestinationAvailabilityZone=_ZONE,
    ),
    _to(
        "local-zone-to-another-group",
        "A snapshot in a Local Zone is copied to a zone of another group.",
        source(region=DESTINATION, availability_zone="us-east-1-mia-1a"),
        _BAD,
        DestinationAvailabilityZone=_ZONE,
    ),
    _to(
        "local-zone-to-its-region",
        "A snapshot in a Local Zone is copied to its parent Region.",
        source(region=DESTINATION, availability_zone=_ZONE),
        PLAIN,
        _GOOD,
    ),
    _to(
        "local-zone-to-another-region",
        "A snapshot in a Local Zone is copied to a Region that is not its parent.",
        source(availability_zone="us-west-2-lax-1a"),
        _BAD,
    ),
)

SCENARIOS = OUTPOSTS + ZONES
