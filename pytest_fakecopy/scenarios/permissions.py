"""Scenarios that a deny of an EC2 action decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.scenarios.building import (
    API,
    CAPTURE,
    PLAIN,
    both,
    by_book,
    refused,
    source,
    then,
)
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.running import DESTINATION, SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.fake import FakeEC2

_UNAUTHORIZED = refused("UnauthorizedOperation", None, "caller-is-authorized", status=403)
_TAGGED = {
    "TagSpecifications": [{"ResourceType": "snapshot", "Tags": [{"Key": "suite", "Value": "copy"}]}]
}
_SEEN = both(CAPTURE)


def _deny(action: str, resource: str = "*") -> Callable[[FakeEC2], None]:
    return lambda fake: fake.deny(action, resource)


SCENARIOS = (
    Scenario(
        id="deny-copy-snapshot",
        about="ec2:CopySnapshot is denied on what the copy will be.",
        given=then(source(), _deny("ec2:CopySnapshot", f"arn:aws:ec2:{DESTINATION}::snapshot/*")),
        expect=both(_UNAUTHORIZED),
        evidence=_SEEN,
    ),
    Scenario(
        id="deny-copy-snapshot-of-the-source",
        about="ec2:CopySnapshot is denied on the source alone.",
        given=then(source(), _deny("ec2:CopySnapshot", f"arn:aws:ec2:{SOURCE}::snapshot/*")),
        expect=both(_UNAUTHORIZED),
        evidence=_SEEN,
    ),
    Scenario(
        id="deny-create-tags",
        about="ec2:CreateTags is denied, and the request has tags.",
        given=then(source(), _deny("ec2:CreateTags")),
        request=_TAGGED,
        expect=both(_UNAUTHORIZED),
        evidence=_SEEN,
    ),
    Scenario(
        id="deny-create-tags-without-tags",
        about="ec2:CreateTags is denied, and the request has no tags.",
        given=then(source(), _deny("ec2:CreateTags")),
        expect=both(PLAIN),
        evidence=_SEEN,
    ),
    Scenario(
        id="deny-dry-run",
        about="ec2:CopySnapshot is denied, and DryRun finds that out.",
        given=then(source(), _deny("ec2:CopySnapshot")),
        request={"DryRun": True},
        expect=both(_UNAUTHORIZED),
        evidence=_SEEN,
    ),
    Scenario(
        id="deny-with-unknown-region",
        about="ec2:CopySnapshot is denied; the form of the parameters is looked at before.",
        given=then(source(), _deny("ec2:CopySnapshot")),
        request={"SourceRegion": "not-a-region"},
        expect=both(
            refused(
                "InvalidRegion",
                "not-a-region is not a valid region name.",
                "source-region-exists",
            )
        ),
        evidence=by_book(documented=API, observed=CAPTURE),
    ),
    Scenario(
        id="deny-create-snapshot",
        about="ec2:CreateSnapshot is denied, which a copy does not need.",
        given=then(source(), _deny("ec2:CreateSnapshot")),
        expect=both(PLAIN),
        evidence=_SEEN,
    ),
)
