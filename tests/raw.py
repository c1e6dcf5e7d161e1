"""Requests as they are on the wire, for what botocore's clients would not send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session
from botocore.parsers import create_parser
from botocore.session import get_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy.domain.accounts import Account

_MODEL = get_session().get_service_model("ec2")


def signed(
    parameters: Mapping[str, str] | str,
    *,
    account: Account | None = None,
    method: str = "POST",
    host: str = "ec2.us-east-1.amazonaws.com",
    region: str = "us-east-1",
    service: str = "ec2",
    secret: str | None = None,
    headers: Mapping[str, str] | None = None,
    tamper: str = "",
) -> Any:
    """Return a Query request ready to be sent, signed where *account* is given."""
    form = parameters if isinstance(parameters, str) else urlencode(parameters)
    url = f"https://{host}/"
    request = AWSRequest(
        method,
        f"{url}?{form}" if method == "GET" else url,
        headers={
            **({"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}),
            **(headers or {}),
        },
        data=form if method == "POST" else b"",
    )
    if account is not None:
        keys = Credentials(
            account.access_key_id, secret or account.secret_access_key, account.session_token
        )
        signer = SigV4QueryAuth if method == "GET" else SigV4Auth
        signer(keys, service, region).add_auth(request)
    prepared = request.prepare()
    if tamper:
        prepared.body = form + tamper
    return prepared


def send(parameters: Mapping[str, str] | str, **options: Any) -> Any:
    """Send what `signed` makes of the same arguments, and return botocore's response."""
    return dispatch(signed(parameters, **options))


def dispatch(prepared: Any) -> Any:
    """Send a request that is ready, and return botocore's response."""
    return URLLib3Session().send(prepared)


def parsed(response: Any, operation: str) -> dict[str, Any]:
    """Return what botocore makes of a response."""
    shape = _MODEL.operation_model(operation).output_shape
    return create_parser("ec2").parse(  # type: ignore[no-any-return]
        {
            "body": response.content,
            "headers": response.headers,
            "status_code": response.status_code,
        },
        shape,
    )


def error_of(response: Any, operation: str = "CopySnapshot") -> tuple[int, str, str]:
    """Return status, code and message of an error as botocore reads them."""
    error = parsed(response, operation)["Error"]
    return response.status_code, error["Code"], error["Message"]
