"""Presigned URLs taken apart: everything that can be in one, or missing."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_fakecopy.domain.presigned import CredentialScope, PresignedUrl, parse

URL = (
    "https://ec2.us-west-2.amazonaws.com/?Action=CopySnapshot&Version=2016-11-15"
    "&SourceRegion=us-west-2&SourceSnapshotId=snap-1&Description=a%20b&DestinationRegion=us-east-1"
    "&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=akid%2F20260102%2Fus-west-2%2Fec2%2Faws4_request"
    "&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=ab"
)


def test_url_is_taken_apart() -> None:
    """Every part of a complete URL has its own field."""
    url = parse(URL)

    assert url == PresignedUrl(
        url=URL,
        scheme="https",
        host="ec2.us-west-2.amazonaws.com",
        path="/",
        parameters=url.parameters,
        action="CopySnapshot",
        source_region="us-west-2",
        source_snapshot_id="snap-1",
        destination_region="us-east-1",
        algorithm="AWS4-HMAC-SHA256",
        credential=CredentialScope("akid", "20260102", "us-west-2", "ec2"),
        date=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        expires=timedelta(hours=1),
        signed_headers=("host",),
        signature="ab",
        token=None,
        has_plus=False,
        signature_verdict="unknown-key",
    )
    assert url.parameters[4] == ("Description", "a b")
    assert url.get("Description") == "a b"
    assert url.get("Encrypted") is None


@pytest.mark.parametrize(
    ("text", "scheme", "host", "path"),
    [
        ("", None, "", ""),
        ("not-a-url", None, "", "not-a-url"),
        ("undefined//?Action=CopySnapshot", None, "", "undefined//"),
        ("HTTPS://EC2.Us-West-2.amazonaws.com?A=b", "https", "ec2.us-west-2.amazonaws.com", ""),
        ("https://h:443/a", "https", "h", "/a"),
        ("http://h:80", "http", "h", ""),
        ("http://h:443", "http", "h:443", ""),
        ("https://h.:5000/", "https", "h:5000", "/"),
        ("https://h./", "https", "h", "/"),
        ("https://user:pass@h/", "https", "h", "/"),
        ("http://[::1]:5000/", "http", "[::1]:5000", "/"),
        ("http://[::1]/", "http", "[::1]", "/"),
        ("http://[/", "http", "[", "/"),
        ("ftp://h/", "ftp", "h", "/"),
        ("://h/", None, "h", "/"),
        ("https://", "https", "", ""),
        ("https://h/#?A=b", "https", "h", "/"),
        ("https://h/?u=https://g/", "https", "h", "/"),
    ],
)
def test_addresses_of_all_kinds(text: str, scheme: str | None, host: str, path: str) -> None:
    """Any text has the scheme, the host and the path that can be found in it."""
    url = parse(text)

    assert (url.scheme, url.host, url.path) == (scheme, host, path)


def test_what_is_missing_is_none() -> None:
    """A URL without parameters has None for each of them."""
    url = parse("https://h/")

    assert url.parameters == ()
    for name in ("action", "source_region", "source_snapshot_id", "destination_region",
                 "algorithm", "credential", "date", "expires", "signed_headers",
                 "signature"):  # fmt: skip
        assert getattr(url, name) is None


@pytest.mark.parametrize(
    ("query", "field", "expected"),
    [
        ("Action=", "action", ""),
        ("Action", "action", ""),
        ("Action=a&Action=b", "action", "a"),
        ("%41ction=a%2Bb", "action", "a+b"),
        ("Action=%FF", "action", "\ufffd"),
        ("Action=%zz", "action", "%zz"),
        ("Action=\ud800", "action", "?"),
        ("X-Amz-Credential=a/20260102/r/ec2/aws4_request", "credential",
         CredentialScope("a", "20260102", "r", "ec2")),
        ("X-Amz-Credential=a/b/20260102/r/ec2/aws4_request", "credential",
         CredentialScope("a/b", "20260102", "r", "ec2")),
        ("X-Amz-Credential=", "credential", None),
        ("X-Amz-Credential=a/20260102/r/ec2", "credential", None),
        ("X-Amz-Credential=a/20260102/r/ec2/aws5_request", "credential", None),
        ("X-Amz-Credential=/20260102/r/ec2/aws4_request", "credential", None),
        ("X-Amz-Date=20260102T030405", "date", None),
        ("X-Amz-Date=20260102 030405Z", "date", None),
        ("X-Amz-Date=20260102T030405X", "date", None),
        ("X-Amz-Date=20260230T030405Z", "date", None),
        ("X-Amz-Date=2026-102T030405Z", "date", None),
        ("X-Amz-Date=20260102T0304 5Z", "date", None),
        ("X-Amz-Date=%C2%B2026102T030405Z", "date", None),
        ("X-Amz-Expires=0", "expires", timedelta(0)),
        ("X-Amz-Expires=-5", "expires", timedelta(seconds=-5)),
        ("X-Amz-Expires=604800", "expires", timedelta(days=7)),
        ("X-Amz-Expires=", "expires", timedelta(0)),
        ("X-Amz-Expires=1h", "expires", timedelta(0)),
        ("X-Amz-Expires=" + "9" * 5000, "expires", timedelta(seconds=999999999)),
        ("X-Amz-SignedHeaders=Content-Type;host", "signed_headers", ("content-type", "host")),
        ("X-Amz-SignedHeaders=", "signed_headers", ("",)),
        ("X-Amz-Security-Token=a%2Fb", "token", "a/b"),
        ("Description=a+b", "has_plus", True),
        ("Description=a%2Bb", "has_plus", False),
        ("Description=a+b", "parameters", (("Description", "a b"),)),
        ("&&A=b=c&", "parameters", (("A", "b=c"),)),
    ],
)  # fmt: skip
def test_parameters_of_all_kinds(query: str, field: str, expected: object) -> None:
    """A parameter that can't be read is None; of several the first counts."""
    assert getattr(parse(f"https://h/?{query}"), field) == expected


@given(st.text() | st.text("ht:/?&=%+#[]@.2FXZ-T").map(lambda text: f"https://{text}"))
def test_any_text_is_taken_apart(text: str) -> None:
    """No text makes it fail, and every part can be sent."""
    url = parse(text)

    assert str(url).encode()
    assert repr(url.parameters).encode()


def test_verdict_is_left_on_a_copy() -> None:
    """Setting the verdict makes another value and changes nothing else."""
    url = parse(URL)

    judged = url.with_verdict("right")

    assert judged.signature_verdict == "right"
    assert url.signature_verdict == "unknown-key"
    assert judged.with_verdict("unknown-key") == url
