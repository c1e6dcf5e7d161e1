"""Scenarios that the presigned URL decides. All but one copy an encrypted source."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pytest_fakecopy.domain.verdicts import assumed, documented, observed
from pytest_fakecopy.scenarios.building import (
    API,
    CAPTURE,
    NOT_AUTHENTICATED,
    PLAIN,
    WITH_AWS_KEY,
    bad_value,
    both,
    by_book,
    encrypted,
    refused,
    source,
)
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.outcomes import Ends
from pytest_fakecopy.scenarios.running import DESTINATION, MISSING_ID, SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.verdicts import Evidence
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.model import Value
    from pytest_fakecopy.scenarios.outcomes import Outcome
    from pytest_fakecopy.views.snapshots import Snapshot

_CONSISTENT = "presigned-url-is-consistent"
_INVALID_URL = documented(
    "API reference, CopySnapshot, PresignedUrl: an invalid one fails the copy asynchronously;"
    " the state message is assumed"
)
_NOT_LOOKED_AT = assumed("the signature is not looked at either, as the capture shows")
_LATE = Ends("error", NOT_AUTHENTICATED, rule="presigned-url-is-valid")
_BAD_PROTOCOL = bad_value("The protocol in PresignedUrl should be http or https", _CONSISTENT)


def signed(
    fake: FakeEC2,
    snapshot: Snapshot | None,
    *,
    region: str = SOURCE,
    method: str = "GET",
    **parameters: str,
) -> str:
    """Return a URL that is signed by the default account for *region*, with all that it needs.

    *parameters* stand in the place of the right ones; an empty one is left out.
    """
    wanted = {
        "SourceRegion": SOURCE,
        "SourceSnapshotId": snapshot.snapshot_id if snapshot is not None else MISSING_ID,
        "DestinationRegion": DESTINATION,
        **parameters,
    }
    url = fake.client("ec2", region).generate_presigned_url(
        "copy_snapshot",
        Params={name: value for name, value in wanted.items() if value},
        HttpMethod=method,
    )
    return str(url)


def _altered(old: str, new: str) -> Callable[[FakeEC2, Snapshot | None], str]:
    """Return what gives a right URL with a piece replaced: its signature is wrong with that."""
    return lambda fake, snapshot: signed(fake, snapshot).replace(old, new, 1)


def _dated(stamp: str) -> Callable[[FakeEC2, Snapshot | None], str]:
    def url(fake: FakeEC2, snapshot: Snapshot | None) -> str:
        before, _, after = signed(fake, snapshot).partition("X-Amz-Date=")
        return f"{before}X-Amz-Date={stamp}{after[len(stamp) :]}"

    return url


def _unsigned(fake: FakeEC2, snapshot: Snapshot | None) -> str:
    return signed(fake, snapshot).partition("&X-Amz-Algorithm")[0]


def _zeros(fake: FakeEC2, snapshot: Snapshot | None) -> str:
    return f"{signed(fake, snapshot).rpartition('=')[0]}={'0' * 64}"


def _with_plus(fake: FakeEC2, snapshot: Snapshot | None) -> str:
    """Return a URL with a description whose space is written as a plus sign."""
    url = signed(fake, snapshot, Description="two words")
    return url.replace("two%20words", urlencode({"": "two words"})[1:])


def _url(
    name: str,
    about: str,
    url: Value,
    *,
    observed: Outcome = WITH_AWS_KEY,
    evidence: Evidence = _NOT_LOOKED_AT,
) -> Scenario:
    return Scenario(
        id=f"presigned-url-{name}",
        about=about,
        given=encrypted(),
        request={"PresignedUrl": url},
        expect=by_book(documented=_LATE, observed=observed),
        evidence=by_book(documented=_INVALID_URL, observed=evidence),
    )


def _destination(fake: FakeEC2, snapshot: Snapshot | None) -> str:
    return signed(fake, snapshot, DestinationRegion="eu-west-1")


BAD = (
    _url(
        "no-url",
        "PresignedUrl is no URL at all.",
        "not-a-url",
        observed=_BAD_PROTOCOL,
        evidence=CAPTURE,
    ),
    _url(
        "with-bad-scheme",
        "The URL has a scheme that is neither http nor https.",
        _altered("https://", "ftp://"),
        observed=_BAD_PROTOCOL,
        evidence=observed("2021-11", "aws-sdk-js-v3 issue 3021"),
    ),
    _url(
        "for-another-snapshot",
        "The URL names another source snapshot than the request.",
        lambda fake, _: signed(fake, None),
        observed=bad_value(None, _CONSISTENT),
        evidence=CAPTURE,
    ),
    _url(
        "for-another-destination",
        "The URL names another destination Region than that of the endpoint.",
        _destination,
        observed=bad_value(
            "The destination region specified in PresignedUrl: 'eu-west-1' is incorrect",
            _CONSISTENT,
        ),
        evidence=CAPTURE,
    ),
    _url(
        "without-destination",
        "The URL names no destination Region.",
        lambda fake, snapshot: signed(fake, snapshot, DestinationRegion=""),
        observed=bad_value(
            "The destination region specified in PresignedUrl: '' is incorrect", _CONSISTENT
        ),
        evidence=assumed("like a wrong one; nobody recorded it"),
    ),
    _url(
        "for-another-source-region",
        "The URL names another source Region than the request.",
        lambda fake, snapshot: signed(fake, snapshot, SourceRegion="eu-west-1"),
    ),
    _url(
        "for-another-action",
        "The URL is for another operation.",
        _altered("Action=CopySnapshot", "Action=DescribeSnapshots"),
    ),
    _url(
        "for-another-host",
        "The URL is for a host that is no endpoint of the source Region.",
        _altered("ec2.us-west-2.amazonaws.com", "example.com"),
    ),
    _url(
        "for-another-endpoint",
        "The URL is signed for the endpoint of a Region that is not the source's.",
        lambda fake, snapshot: signed(fake, snapshot, region="eu-west-1"),
    ),
    _url(
        "for-the-destination-endpoint",
        "The URL is for the endpoint that the copy goes to, not for that of the source.",
        _altered("ec2.us-west-2.amazonaws.com", "ec2.us-east-1.amazonaws.com"),
    ),
    _url(
        "for-a-post",
        "The URL is signed for a POST, as boto3 presigns where nothing says HttpMethod.",
        lambda fake, snapshot: signed(fake, snapshot, method="POST"),
    ),
    _url("unsigned", "The URL has no signature.", _unsigned, evidence=CAPTURE),
    _url(
        "with-wrong-signature",
        "The URL has a signature of zeros.",
        _zeros,
        evidence=CAPTURE,
    ),
    _url(
        "with-plus-for-space",
        "The URL has a plus sign where a space was signed.",
        _with_plus,
        evidence=assumed("signatures are not looked at; in 2014 it failed (aws-cli issue 917)"),
    ),
    _url("expired", "The URL expired long ago.", _dated("20200101T000000Z")),
    _url("from-the-future", "The URL is dated in the future.", _dated("20990101T000000Z")),
    _url(
        "for-too-long",
        "The URL is to be good for longer than the seven days that Signature Version 4 allows.",
        _altered("X-Amz-Expires=3600", "X-Amz-Expires=604801"),
    ),
)

GOOD = (
    Scenario(
        id="presigned-url-missing",
        about="No URL is given for an encrypted source, as raw Query API calls may come.",
        given=encrypted(),
        request={"PresignedUrl": ""},
        expect=by_book(
            documented=refused(
                "MissingParameter",
                "The request must contain the parameter PresignedUrl",
                "presigned-url-is-given",
            ),
            observed=WITH_AWS_KEY,
        ),
        evidence=by_book(
            documented=documented(
                "API reference, CopySnapshot: PresignedUrl must be supplied for an encrypted source"
            ),
            observed=_NOT_LOOKED_AT,
        ),
    ),
    Scenario(
        id="presigned-url-missing-for-plain-source",
        about="No URL is given for an unencrypted source, which needs none.",
        given=source(),
        request={"PresignedUrl": ""},
        expect=both(PLAIN),
        evidence=both(API),
    ),
    Scenario(
        id="presigned-url-of-the-caller",
        about="The caller has made the URL, and all is right with it.",
        given=encrypted(),
        request={"PresignedUrl": signed},
        expect=both(WITH_AWS_KEY),
        evidence=by_book(documented=API, observed=CAPTURE),
    ),
    Scenario(
        id="destination-region-of-another-endpoint",
        about="DestinationRegion is not the Region of the endpoint: it does not route.",
        given=source(),
        request={"DestinationRegion": "eu-west-1", "PresignedUrl": signed},
        expect=by_book(
            documented=PLAIN,
            observed=bad_value(
                "DestinationRegion 'eu-west-1' does not match the current region (us-east-1)",
                "destination-region-matches-endpoint",
            ),
        ),
        evidence=by_book(
            documented=documented(
                "API reference, CopySnapshot: DestinationRegion counts in the presigned URL alone"
            ),
            observed=CAPTURE,
        ),
    ),
)

SCENARIOS = BAD + GOOD
