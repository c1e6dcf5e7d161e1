"""Requests whose signature, headers, URL or method no client would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy import FakeEC2, UnexpectedRequest
from pytest_fakecopy.wire.http import HttpRequest
from tests.wire import hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = b"Action=DescribeSnapshots&Version=2016-11-15"
HEADERS = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEC2]:
    """A fake that all of them are sent to."""
    with FakeEC2(clock="virtual") as fake:
        yield fake
        fake._refusals.refused.clear()


KEY = "{key}/20260101/us-east-1/ec2/aws4_request"
AUTHORIZATIONS = [
    pytest.param("AWS4-HMAC-SHA256", id="algorithm-alone"),
    pytest.param("Basic YTpi", id="basic"),
    pytest.param("Bearer x", id="bearer"),
    pytest.param("\x00", id="null"),
    pytest.param("x" * 10**6, id="long"),
    pytest.param("AWS4-HMAC-SHA256 " + "Credential=a," * 10**5, id="many-fields"),
    pytest.param("AWS4-HMAC-SHA256 Credential=" + "/" * 10**5, id="slashes"),
    pytest.param("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request", id="no-signature"),
    pytest.param(
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=, Signature=",
        id="empty-fields",
    ),
    pytest.param(
        f"AWS4-HMAC-SHA256 Credential={KEY}, SignedHeaders=host, Signature=é", id="no-ascii"
    ),
    pytest.param(
        f"AWS4-HMAC-SHA256 Credential={KEY}, SignedHeaders=host;;, Signature=\udc80", id="surrogate"
    ),
    pytest.param(
        f"AWS4-HMAC-SHA256 Credential={KEY}, SignedHeaders={'x;' * 10**4}host, Signature=a",
        id="many-signed-headers",
    ),
    pytest.param(
        "AWS4-HMAC-SHA256 Credential={key}/é/\udc80/ec2/aws4_request, SignedHeaders=host,"
        " Signature=a",
        id="scope",
    ),
    pytest.param(
        f"AWS4-ECDSA-P256-SHA256 Credential={KEY}, SignedHeaders=host, Signature=a", id="sigv4a"
    ),
]
DATES = [
    pytest.param("20260101T000000Z", id="date"),
    pytest.param("", id="empty"),
    pytest.param("\x00", id="null"),
    pytest.param("garbage", id="garbage"),
    pytest.param("00000000T000000Z", id="zeros"),
    pytest.param("00010101T000000Z", id="first"),
    pytest.param("99991231T235959Z", id="last"),
    pytest.param("20260231T000000Z", id="no-day"),
    pytest.param("20260101T000060Z", id="leap-second"),
    pytest.param("\u0662\u0660\u0662\u0666\u0660\u0661\u0660\u0661T000000Z", id="arabic"),
    pytest.param("Mon, 01 Jan 0001 00:00:00 +2359", id="before-the-first"),
    pytest.param("Fri, 31 Dec 9999 23:59:59 -2359", id="after-the-last"),
    pytest.param("Thu, 99 Foo 20000000000000 25:00:00 GMT", id="no-date"),
    pytest.param("9" * 10**5, id="digits"),
]


@pytest.mark.parametrize("authorization", AUTHORIZATIONS)
@pytest.mark.parametrize("date", DATES)
def test_signatures(fake: FakeEC2, authorization: str, date: str) -> None:
    """A signature that can't be read or verified is refused, whatever its date."""
    header = authorization.replace("{key}", fake.accounts.default.access_key_id)
    headers = {**HEADERS, "authorization": header, "x-amz-date": date}

    response = hostile.handle(fake, HttpRequest("POST", hostile.URL, headers, BODY))

    error = hostile.error_of(response)
    assert error is not None
    assert error.status in (400, 401, 403)
    assert len(error.message) < 2000


@pytest.mark.parametrize("date", ["00010101T000000Z", "99991231T235959Z"])
def test_a_right_signature_of_another_age(date: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature is judged by its age, also where nothing comes before or after its date."""
    with FakeEC2(clock="virtual") as fake:
        monkeypatch.setattr("botocore.auth.SigV4Auth._set_necessary_date_headers", _nothing)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: _Date(date))
        request = hostile.signed(fake, BODY, headers={**hostile.FORM, "X-Amz-Date": date})

        error = hostile.error_of(hostile.handle(fake, request))

        assert error is not None
        assert error.code == "RequestExpired"


def _nothing(*_: object) -> None:
    """Leave the date that is there."""


class _Date:
    """A date that is written in one way."""

    def __init__(self, text: str) -> None:
        """Note how."""
        self._text = text

    def strftime(self, _form: str) -> str:
        """Write it."""
        return self._text


URLS = [
    pytest.param("", id="empty"),
    pytest.param("/", id="path"),
    pytest.param("http://", id="no-host"),
    pytest.param("://ec2.us-east-1.amazonaws.com", id="no-scheme"),
    pytest.param("https://[::1/?Action=DescribeSnapshots", id="open-bracket"),
    pytest.param("https://foo]bar.amazonaws.com/?Action=DescribeSnapshots", id="bracket"),
    pytest.param("https://[ec2.amazonaws.com]/?Action=DescribeSnapshots", id="name-in-brackets"),
    pytest.param("https://[v1.x]/", id="future-address"),
    pytest.param("https://ec2℀.amazonaws.com/?a=b", id="compatibility-character"),
    pytest.param("https://ec2.us-east-1.amazonaws.com:99999999/", id="port"),
    pytest.param("https://ec2.us-east-1.amazonaws.com:abc/", id="no-port"),
    pytest.param("https://ec2.us-east-1.amazonaws.com/?%zz", id="no-escape"),
    pytest.param("https://ec2.us-east-1.amazonaws.com/?X-Amz-Signature=%ff", id="no-utf-8"),
    pytest.param("https://ec2.us-east-1.amazonaws.com/?" + "&" * 10**5, id="ampersands"),
    pytest.param("https://ec2.us-east-1.amazonaws.com/" + "a/" * 10**5, id="long-path"),
    pytest.param("https://" + "a." * 10**5 + "amazonaws.com/", id="long-host"),
    pytest.param("https://ec2.us-east-1.amazonaws.com#x?Action=CopySnapshot", id="fragment"),
    pytest.param("https://ec2.us-east-1.amazonaws.com/\u2028", id="line-separator"),
    pytest.param("https://ec2.us-east-1.amazonaws.com/\r\nHost: x", id="line-break"),
    pytest.param("https://\udcff.amazonaws.com/", id="surrogate"),
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("method", ["GET", "POST", "BREW\r\nX", "", "P" * 10**5])
@pytest.mark.parametrize("transport", ["botocore", "requests"])
def test_urls_and_methods(fake: FakeEC2, url: str, method: str, transport: str) -> None:
    """A URL that can't be read is answered, refused, or let through; nothing else is raised."""
    request = HttpRequest(method, url, dict(HEADERS), b"", transport)

    try:
        response = fake._gateway.handle(request)
    except UnexpectedRequest as refused:
        assert str(refused).startswith("fake_ec2 does not serve ")  # noqa: PT017  # either is right
    else:
        assert response is None or hostile.error_of(response) is not None


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"content-type": "text/plain"}, id="type"),
        pytest.param({"content-type": "multipart/form-data; boundary=x"}, id="multipart"),
        pytest.param({"content-type": "\x00"}, id="null"),
        pytest.param({"content-length": "-1"}, id="length"),
        pytest.param({"content-encoding": "gzip"}, id="encoding"),
        pytest.param({"transfer-encoding": "chunked, chunked"}, id="chunked"),
        pytest.param({"host": "example.com"}, id="host"),
        pytest.param({"host": "a\r\nb"}, id="host-with-a-line-break"),
        pytest.param({"x-amz-security-token": "x" * 10**6}, id="token"),
        pytest.param({"x-amz-content-sha256": "é"}, id="hash"),
        pytest.param({f"x-{i}": "x" * 100 for i in range(10**4)}, id="many"),
    ],
)
def test_headers(fake: FakeEC2, headers: dict[str, str]) -> None:
    """Other headers change nothing, or make the signature wrong; nothing is raised."""
    request = hostile.signed(fake, BODY)
    spoilt = HttpRequest(request.method, request.url, {**request.headers, **headers}, request.body)

    error = hostile.error_of(hostile.handle(fake, spoilt))

    assert error is None or error.status in (400, 401, 403)
