"""What all transports share."""

from __future__ import annotations

from pytest_fakecopy.transports.base import text_headers


def test_headers_become_text_with_lower_case_names() -> None:
    """Libraries give headers as text or as bytes, in any case."""
    headers = text_headers([("Content-Type", "text/xml"), ("X-Amz-Date", b"20260101T000000Z")])

    assert headers == {"content-type": "text/xml", "x-amz-date": "20260101T000000Z"}


def test_bytes_that_are_no_utf8_lose_nothing() -> None:
    """Whatever a client puts into a header arrives, byte for byte."""
    headers = text_headers([("x", b"\xff\xfe")])

    assert headers["x"].encode("latin-1") == b"\xff\xfe"
