"""Rules on the presigned URL, in both books."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.domain.presigned import parse
from pytest_fakecopy.domain.rulebooks.documented import DOCUMENTED
from pytest_fakecopy.domain.rulebooks.observed import OBSERVED
from pytest_fakecopy.domain.verdicts import FailLater, Reject
from tests.builders import (
    HERE,
    PRESIGNED_URL,
    SOURCE_ID,
    START,
    THERE,
    copy_attempt,
    snapshot_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.presigned import PresignedUrl, SignatureVerdict

ENCRYPTED_SOURCE = snapshot_record(kms_key_arn=f"arn:aws:kms:{THERE}:111122223333:key/k")
HOST = f"ec2.{THERE}.amazonaws.com"


def replaced(old: str, new: str) -> str:
    """Return the good URL with one thing in it replaced."""
    assert old in PRESIGNED_URL
    return PRESIGNED_URL.replace(old, new)


@pytest.mark.parametrize(
    ("source", "url", "missing"),
    [
        pytest.param(snapshot_record(), None, False, id="unencrypted"),
        pytest.param(None, None, False, id="source-unknown"),
        pytest.param(ENCRYPTED_SOURCE, PRESIGNED_URL, False, id="encrypted-with-one"),
        pytest.param(ENCRYPTED_SOURCE, "anything", False, id="encrypted-with-a-bad-one"),
        pytest.param(ENCRYPTED_SOURCE, None, True, id="encrypted-without"),
        pytest.param(ENCRYPTED_SOURCE, "", True, id="encrypted-with-an-empty-one"),
    ],
)
def test_presigned_url_is_given(source: object, url: str | None, missing: bool) -> None:
    """An encrypted source needs one; the observed book has no such rule."""
    attempt = copy_attempt(source=source, presigned_url=url)

    verdict = DOCUMENTED["presigned-url-is-given"].check(attempt)

    error = ErrorResponse(
        "MissingParameter", "The request must contain the parameter PresignedUrl", 400
    )
    why = f"the source {SOURCE_ID} is encrypted, and the request has no presigned URL"
    assert verdict == (Reject(error, why) if missing else None)
    assert "presigned-url-is-given" not in OBSERVED


PROTOCOL = "The protocol in PresignedUrl should be http or https"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param(PRESIGNED_URL, None, id="good"),
        pytest.param(replaced("https://", "http://"), None, id="http"),
        pytest.param(replaced("a1" * 32, "0" * 64), None, id="signature-is-not-looked-at"),
        pytest.param(replaced(HOST, "example.org"), None, id="host-is-not-looked-at"),
        pytest.param("not-a-url", PROTOCOL, id="no-url"),
        pytest.param(replaced("https://", "ftp://"), PROTOCOL, id="other-scheme"),
        pytest.param(
            replaced(SOURCE_ID, "snap-1234abcd"),
            "The source snapshot specified in PresignedUrl 'snap-1234abcd' does not match the"
            f" source snapshot in the request: '{SOURCE_ID}'",
            id="other-source",
        ),
        pytest.param(
            replaced(f"&SourceSnapshotId={SOURCE_ID}", ""),
            "The source snapshot specified in PresignedUrl '' does not match the"
            f" source snapshot in the request: '{SOURCE_ID}'",
            id="no-source",
        ),
        pytest.param(
            replaced(f"DestinationRegion={HERE}", "DestinationRegion=eu-west-1"),
            "The destination region specified in PresignedUrl: 'eu-west-1' is incorrect",
            id="other-destination",
        ),
        pytest.param(
            replaced(f"&DestinationRegion={HERE}", ""),
            "The destination region specified in PresignedUrl: '' is incorrect",
            id="no-destination",
        ),
    ],
)
def test_presigned_url_is_consistent(url: str | None, message: str | None) -> None:
    """The observed book looks at scheme, source and destination, at the call."""
    verdict = OBSERVED["presigned-url-is-consistent"].check(copy_attempt(presigned_url=url))

    error = ErrorResponse("InvalidParameterValue", message or "", 400)
    assert verdict == (Reject(error) if message else None)
    assert "presigned-url-is-consistent" not in DOCUMENTED
    assert "presigned-url-is-valid" not in OBSERVED


def validity(**members: Any) -> str | None:
    """Return what the documented book finds wrong with a presigned URL, or None."""
    verdict = DOCUMENTED["presigned-url-is-valid"].check(copy_attempt(**members))
    if verdict is None:
        return None
    assert isinstance(verdict, FailLater)
    assert verdict.state_message == "PresignedUrl could not be authenticated"
    assert not verdict.keeps_metadata
    return verdict.why.removeprefix("the presigned URL ")


def unsigned(name: str) -> str:
    """Return the good URL without one of its parameters."""
    address, _, query = PRESIGNED_URL.partition("?")
    kept = [field for field in query.split("&") if not field.startswith(f"{name}=")]
    return f"{address}?{'&'.join(kept)}"


@pytest.mark.parametrize(
    ("url", "defect"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(PRESIGNED_URL, None, id="good"),
        pytest.param(f"{PRESIGNED_URL}&Encrypted=true", None, id="more-parameters"),
        pytest.param(replaced(".com/?", ".com?"), None, id="empty-path"),
        pytest.param(unsigned("X-Amz-Expires"), None, id="no-expiry"),
        # where it goes
        pytest.param("not-a-url", "has the scheme None, not https or http", id="no-url"),
        pytest.param(
            replaced("https:", "ftp:"), "has the scheme 'ftp', not https or http", id="scheme"
        ),
        pytest.param(
            replaced(HOST, "example.org"),
            f"is for 'example.org', which is no EC2 endpoint of {THERE}",
            id="host",
        ),
        pytest.param(replaced(".com/?", ".com/x?"), "is for the path '/x', not /", id="path"),
        # what it asks for
        pytest.param(unsigned("Action"), "has no Action", id="no-action"),
        pytest.param(
            replaced("Action=CopySnapshot", "Action=DeleteSnapshot"),
            "has Action=DeleteSnapshot, not CopySnapshot",
            id="action",
        ),
        pytest.param(unsigned("SourceRegion"), "has no SourceRegion", id="no-source-region"),
        pytest.param(
            replaced(f"SourceRegion={THERE}", "SourceRegion=eu-west-1"),
            f"has SourceRegion=eu-west-1, and the request says {THERE}",
            id="source-region",
        ),
        pytest.param(unsigned("SourceSnapshotId"), "has no SourceSnapshotId", id="no-source"),
        pytest.param(
            replaced(SOURCE_ID, "snap-1234abcd"),
            f"has SourceSnapshotId=snap-1234abcd, and the request says {SOURCE_ID}",
            id="source",
        ),
        pytest.param(
            unsigned("DestinationRegion"), "has no DestinationRegion", id="no-destination"
        ),
        pytest.param(
            replaced(f"DestinationRegion={HERE}", "DestinationRegion=eu-west-1"),
            f"has DestinationRegion=eu-west-1, and the copy goes to {HERE}",
            id="destination",
        ),
        # how it is signed
        *(
            pytest.param(unsigned(name), f"has no {name}, or one that can't be read", id=name)
            for name in (
                "X-Amz-Algorithm",
                "X-Amz-Credential",
                "X-Amz-Date",
                "X-Amz-SignedHeaders",
                "X-Amz-Signature",
            )
        ),
        pytest.param(
            replaced("20260131T120000Z", "yesterday"),
            "has no X-Amz-Date, or one that can't be read",
            id="date-unreadable",
        ),
        pytest.param(
            replaced("=AWS4-HMAC-SHA256", "=AWS3"),
            "is signed with AWS3, not AWS4-HMAC-SHA256",
            id="algorithm",
        ),
        pytest.param(
            replaced(f"%2F{THERE}%2F", f"%2F{HERE}%2F"),
            f"is signed for ec2 in {HERE}, not ec2 in {THERE}",
            id="scope-region",
        ),
        pytest.param(
            replaced("%2Fec2%2F", "%2Fs3%2F"),
            f"is signed for s3 in {THERE}, not ec2 in {THERE}",
            id="scope-service",
        ),
        pytest.param(
            replaced("%2F20260131%2F", "%2F20260130%2F"),
            "is signed for the day 20260130, and has X-Amz-Date=20260131T120000Z",
            id="scope-day",
        ),
        pytest.param(
            replaced("Headers=host", "Headers=content-type%3Bhost"),
            "signs the headers content-type;host, and whoever follows it sends host alone",
            id="more-headers",
        ),
        pytest.param(
            replaced("Headers=host", "Headers=x"),
            "signs the headers x, and whoever follows it sends host alone",
            id="no-host",
        ),
        # how long it lasts
        pytest.param(replaced("Expires=3600", "Expires=604800"), None, id="expiry-of-seven-days"),
        pytest.param(
            replaced("Expires=3600", "Expires=604801"),
            "has X-Amz-Expires=604801, not 1 to 604800 seconds",
            id="expiry-too-long",
        ),
        pytest.param(replaced("Expires=3600", "Expires=1"), None, id="expiry-of-a-second"),
        pytest.param(
            replaced("Expires=3600", "Expires=0"),
            "has X-Amz-Expires=0, not 1 to 604800 seconds",
            id="expiry-of-nothing",
        ),
        pytest.param(
            replaced("Expires=3600", "Expires=1h"),
            "has X-Amz-Expires=1h, not 1 to 604800 seconds",
            id="expiry-unreadable",
        ),
    ],
)
def test_presigned_url_is_valid(url: str | None, defect: str | None) -> None:
    """The documented book fails the copy later, with the exact defect in the reason."""
    assert validity(presigned_url=url) == defect


@pytest.mark.parametrize("source", [snapshot_record(), ENCRYPTED_SOURCE])
def test_a_bad_url_fails_a_copy_whatever_its_source(source: object) -> None:
    """A wrong URL says something about an unencrypted source, too."""
    assert validity(presigned_url="not-a-url", source=source) is not None


@pytest.mark.parametrize(
    ("host", "used", "good"),
    [
        # the source Region's endpoints
        pytest.param(HOST, f"ec2.{HERE}.amazonaws.com", True, id="regional"),
        pytest.param(f"{HOST}:8443", f"ec2.{HERE}.amazonaws.com", True, id="port"),
        pytest.param(f"ec2-fips.{THERE}.amazonaws.com", "localhost", True, id="fips"),
        pytest.param(f"ec2.{THERE}.api.aws", "localhost", True, id="dual-stack"),
        pytest.param(f"ec2-fips.{THERE}.api.aws", "localhost", True, id="dual-stack-fips"),
        pytest.param(f"{THERE}.ec2.amazonaws.com", "localhost", True, id="region-first"),
        pytest.param(
            f"vpce-1-abc.ec2.{THERE}.vpce.amazonaws.com", "localhost", True, id="vpc-endpoint"
        ),
        # the endpoint in use
        pytest.param("localhost:5000", "localhost:5000", True, id="local"),
        pytest.param("localhost:5001", "localhost:5000", True, id="local-other-port"),
        pytest.param("[::1]:5000", "[::1]:5000", True, id="local-ipv6"),
        pytest.param("[::1]", "[::1]", True, id="local-ipv6-without-port"),
        pytest.param(
            f"proxy.{THERE}.example.org", f"proxy.{HERE}.example.org", True, id="regional-custom"
        ),
        pytest.param(
            f"proxy.{HERE}.example.org", f"proxy.{HERE}.example.org", True, id="custom-as-it-is"
        ),
        pytest.param("ec2.amazonaws.com", "ec2.amazonaws.com", True, id="global-in-use"),
        # others
        *(
            pytest.param(host, host, False, id=f"destination-{number}")
            for number, host in enumerate(
                (
                    f"ec2.{HERE}.amazonaws.com",
                    f"ec2-fips.{HERE}.amazonaws.com",
                    f"ec2.{HERE}.api.aws",
                    f"vpce-1-abc.ec2.{HERE}.vpce.amazonaws.com",
                )
            )
        ),
        pytest.param("ec2.eu-west-1.amazonaws.com", "localhost", False, id="other-region"),
        pytest.param(f"s3.{THERE}.amazonaws.com", "localhost", False, id="other-service"),
        pytest.param("ec2.amazonaws.com", "localhost", False, id="global"),
        pytest.param(f"ec2.{THERE}.amazonaws.com.evil.org", "localhost", False, id="lookalike"),
        pytest.param(
            "vpce-1-abc.ec2.eu-west-1.vpce.amazonaws.com", "localhost", False, id="other-vpc"
        ),
        pytest.param("", "localhost", False, id="none"),
    ],
)
def test_the_host_is_an_endpoint_of_the_source_region(host: str, used: str, good: bool) -> None:
    """Every form of the source's endpoint passes, and a custom endpoint that is in use.

    AWS's own endpoint of the destination is in use as well, and is no endpoint of the source.
    """
    defect = validity(presigned_url=replaced(HOST, host), endpoint_host=used)

    assert (defect is None) is good


@pytest.mark.parametrize(("host", "good"), [("localhost:4566", True), (HOST, False)])
def test_a_custom_endpoint_may_have_a_path(host: str, good: bool) -> None:
    """botocore puts the endpoint that is in use into the URL, with its path; AWS's has none."""
    url = replaced(f"{HOST}/?", f"{host}/ec2?")

    assert (validity(presigned_url=url, endpoint_host="localhost:4566") is None) is good


def test_the_global_endpoint_is_that_of_us_east_1() -> None:
    """`ec2.amazonaws.com` is an endpoint of us-east-1 and of no other Region."""
    url = PRESIGNED_URL.replace(HOST, "ec2.amazonaws.com").replace(THERE, HERE)

    assert validity(presigned_url=url, source_region=HERE) is None


@pytest.mark.parametrize(
    ("minutes", "defect"),
    [
        pytest.param(-15, None, id="dated-15-minutes-ahead"),
        pytest.param(
            -16,
            "is dated 2026-01-31T12:00:00+00:00, in the future of 2026-01-31T11:44:00+00:00",
            id="dated-in-the-future",
        ),
        pytest.param(75, None, id="expired-15-minutes-ago"),
        pytest.param(
            76,
            "expired at 2026-01-31T13:00:00+00:00,"
            " more than 15 min before 2026-01-31T13:16:00+00:00",
            id="expired",
        ),
    ],
)
def test_the_date_is_compared_with_the_time_of_signatures(minutes: int, defect: str | None) -> None:
    """15 minutes of difference are allowed on either side; the fake's own time does not count."""
    signing_now = START + timedelta(minutes=minutes)

    assert validity(presigned_url=PRESIGNED_URL, signing_now=signing_now) == defect


def test_a_url_without_expiry_lasts_seven_days() -> None:
    """The longest that a presigned URL may last is taken where it doesn't say."""
    url = unsigned("X-Amz-Expires")
    week = timedelta(days=7, minutes=15)

    assert validity(presigned_url=url, signing_now=START + week) is None
    assert validity(presigned_url=url, signing_now=START + week + timedelta(seconds=1)) is not None


def finding(verdict: SignatureVerdict) -> Callable[[str], PresignedUrl]:
    """Find that about every signature."""
    return lambda url: parse(url).with_verdict(verdict)


wrong = finding("wrong")


@pytest.mark.parametrize(
    ("judge", "strict", "defect"),
    [
        pytest.param(wrong, False, "has a signature that does not match what it says", id="wrong"),
        pytest.param(
            finding("of-a-post"),
            False,
            'is signed for a POST, and is followed with a GET: HttpMethod="GET" when presigning',
            id="of-a-post",
        ),
        pytest.param(
            finding("wrong-token"),
            False,
            "lacks the X-Amz-Security-Token of the credentials that it is signed with",
            id="wrong-token",
        ),
        pytest.param(parse, False, None, id="unknown-key-lenient"),
        pytest.param(
            parse, True, "is signed with an access key that no account has", id="unknown-key-strict"
        ),
    ],
)
def test_the_signature_is_right_for_the_registered_secret(
    judge: object, strict: bool, defect: str | None
) -> None:
    """A key that nobody registered can't be verified, and is refused by strict credentials."""
    found = validity(presigned_url=PRESIGNED_URL, judge=judge, strict_credentials=strict)

    assert found == defect


@pytest.mark.parametrize(
    ("minutes", "signing_minutes", "ended"),
    [
        pytest.param(15, 15, False, id="its-last-moment"),
        pytest.param(16, 16, True, id="ended"),
        pytest.param(16, 14, False, id="by-the-fake-alone"),
        pytest.param(14, 16, False, id="by-signatures-alone"),
    ],
)
def test_a_url_ends_with_the_session_that_made_it(
    minutes: int, signing_minutes: int, ended: bool
) -> None:
    """Whatever it says itself, by the fake's time and by that of signatures."""
    ends = START + timedelta(minutes=15)

    defect = validity(
        presigned_url=PRESIGNED_URL,
        judge=lambda url: parse(url).with_verdict("right", ends),
        now=START + timedelta(minutes=minutes),
        signing_now=START + timedelta(minutes=signing_minutes),
    )

    assert defect == (
        "is signed with temporary credentials that ended at 2026-01-31T12:15:00+00:00, before"
        " 2026-01-31T12:16:00+00:00"
        if ended
        else None
    )


def test_a_plus_sign_may_be_what_made_the_signature_wrong() -> None:
    """Who writes a space so has signed something else than what is read."""
    defect = validity(presigned_url=f"{PRESIGNED_URL}&Description=a+b", judge=wrong)

    assert defect == (
        "has a signature that does not match what it says: a + is a plus sign there, and a space"
        " is %20"
    )


def test_the_first_defect_is_named() -> None:
    """Of several the one that is found first: the target before the signature."""
    defect = validity(presigned_url=replaced(HOST, "example.org"), judge=wrong)

    assert defect == f"is for 'example.org', which is no EC2 endpoint of {THERE}"
