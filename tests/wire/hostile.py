"""Requests that no client sends, handed to the gateway, and the envelope that has to come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser

from pytest_fakecopy.transports.base import text_headers
from pytest_fakecopy.wire.http import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy import FakeEC2
    from pytest_fakecopy.wire.http import HttpResponse

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
JSON = {"Content-Type": "application/x-amz-json-1.1"}
VERSIONS = {"ec2": "2016-11-15", "sts": "2011-06-15"}
URL = "https://ec2.us-east-1.amazonaws.com/"

_PROTOCOLS = {"ec2": "ec2", "kms": "json", "sts": "query"}


class Error(NamedTuple):
    """An error as botocore reads it."""

    status: int
    code: str
    message: str


def signed(
    fake: FakeEC2,
    body: bytes,
    *,
    service: str = "ec2",
    headers: Mapping[str, str] = FORM,
    method: str = "POST",
    url: str | None = None,
) -> HttpRequest:
    """Return a request with that very body, signed by the default account."""
    account = fake.accounts.default
    keys = Credentials(account.access_key_id, account.secret_access_key)
    request = AWSRequest(
        method, url or f"https://{service}.us-east-1.amazonaws.com/", dict(headers), body
    )
    SigV4Auth(keys, service, "us-east-1").add_auth(request)
    prepared = request.prepare()
    return HttpRequest(method, prepared.url, text_headers(prepared.headers.items()), body)


def form(fake: FakeEC2, action: str, rest: bytes, service: str = "ec2") -> HttpRequest:
    """Return a signed Query request: *rest* follows the action and the version."""
    head = f"Action={action}&Version={VERSIONS[service]}".encode()
    return signed(fake, head + rest, service=service)


def target(fake: FakeEC2, operation: str, body: bytes) -> HttpRequest:
    """Return a signed request to KMS with that very body."""
    headers = {**JSON, "X-Amz-Target": f"TrentService.{operation}"}
    return signed(fake, body, service="kms", headers=headers)


def handle(fake: FakeEC2, request: HttpRequest) -> HttpResponse:
    """Return the answer of the fake, which has to be there; nothing may be raised."""
    response = fake._gateway.handle(request)
    assert response is not None
    return response


def error_of(response: HttpResponse, service: str = "ec2") -> Error | None:
    """Return the error that botocore reads in an answer, or None for a success.

    Fails where the answer is no document of the service's protocol, or has no code.
    """
    parsed: dict[str, Any] = create_parser(_PROTOCOLS[service]).parse(
        {
            "body": response.body,
            "headers": dict(response.headers),
            "status_code": response.status,
        },
        None,
    )
    if response.status < 300:  # what HTTP calls a success
        assert "Error" not in parsed
        return None
    error = parsed["Error"]
    assert error["Code"]
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == response.status
    assert "\x00" not in error["Message"]
    return Error(response.status, error["Code"], error["Message"])
