"""Who sent a request: its signature compared with the secret of a registered access key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.wire import sigv4
from pytest_fakecopy.wire.signed import parse_authorization

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.domain.accounts import Caller, Credentials
    from pytest_fakecopy.domain.world import World
    from pytest_fakecopy.journal import Signature
    from pytest_fakecopy.wire.http import HttpRequest
    from pytest_fakecopy.wire.signed import Signed

# AWS docs, EC2 API error codes, RequestExpired.
_LEEWAY = timedelta(minutes=15)

# AWS docs, KMS and STS API references, "Common errors"; the texts are assumed.
_WORDS = {
    "kms": {
        "AuthFailure": codes.ErrorResponse(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
        ),
        "InvalidClientTokenId": codes.ErrorResponse(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        ),
        "RequestExpired": codes.ErrorResponse("InvalidSignatureException", "Signature expired"),
        "MissingAuthenticationToken": codes.ErrorResponse(
            "MissingAuthenticationTokenException", "Missing Authentication Token"
        ),
    },
    "sts": {
        "AuthFailure": codes.ErrorResponse(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
            403,
        ),
        "InvalidClientTokenId": codes.ErrorResponse(
            "InvalidClientTokenId", "The security token included in the request is invalid.", 403
        ),
        "RequestExpired": codes.ErrorResponse("RequestExpired", "Request has expired."),
        "MissingAuthenticationToken": codes.ErrorResponse(
            "MissingAuthenticationToken", "Request is missing Authentication Token", 403
        ),
    },
}

# KMS and STS API references, "Common errors", which EC2 has no code of its own for (EC2 API error
# codes, RequestExpired). The text was observed in many issues.
_EXPIRED_TOKEN = "The security token included in the request is expired"  # noqa: S105  # a sentence
_EXPIRED = {
    "ec2": codes.REQUEST_EXPIRED,
    "kms": codes.ErrorResponse("ExpiredTokenException", _EXPIRED_TOKEN),
    "sts": codes.ErrorResponse("ExpiredToken", _EXPIRED_TOKEN, 403),
}


class Authenticator:
    """Tells callers apart by their access keys."""

    def __init__(self, world: World) -> None:
        """Take the world whose accounts count."""
        self._world = world

    def identify(
        self, request: HttpRequest, pairs: list[tuple[str, str]], service: str
    ) -> tuple[Caller, Signature]:
        """Return who sent a request, and whether its signature was verified.

        An access key that nobody registered counts as the default account's, unless the option
        `credentials` is "strict".

        Raises:
            Refused: the request is not signed, wrongly or too long ago.
        """
        signed = parse_authorization(request, pairs)
        if signed is None:
            raise codes.Refused(_refusal(codes.MISSING_AUTHENTICATION_TOKEN, service))
        accounts = self._world.accounts
        credentials = accounts.credentials_of(signed.access_key_id)
        if credentials is None:
            return self._trust(signed, service), "unverified"
        self._verify(request, signed, credentials, service)
        return accounts.caller_of(credentials.access_key_id), "verified"

    def _trust(self, signed: Signed, service: str) -> Caller:
        if self._world.strict_credentials:
            refused = codes.ErrorResponse(
                "InvalidClientTokenId" if service != "ec2" else codes.AUTH_FAILURE.code,
                codes.AUTH_FAILURE.message,
                codes.AUTH_FAILURE.status,
            )
            raise codes.Refused(_refusal(refused, service))
        accounts = self._world.accounts
        caller = accounts.caller_of(accounts.default.access_key_id)
        return replace(caller, access_key_id=signed.access_key_id, verified=False)

    def _verify(
        self, request: HttpRequest, signed: Signed, credentials: Credentials, service: str
    ) -> None:
        now = self._world.signing_now()
        # Another process has only the wall clock to tell when its credentials end.
        theirs = now if request.transport == "server" else self._world.now()
        expired = credentials.expires is not None and theirs > credentials.expires
        if signed.token != credentials.session_token or not sigv4.verify(
            signed, request, credentials.secret_access_key
        ):
            raise codes.Refused(_refusal(codes.AUTH_FAILURE, service))
        if expired:
            raise codes.Refused(_EXPIRED[service])
        if not _is_fresh(signed, now):
            raise codes.Refused(_refusal(codes.REQUEST_EXPIRED, service))


def _is_fresh(signed: Signed, now: datetime) -> bool:
    date = signed.date
    lasts = signed.expires or timedelta(0)
    # An age always exists; the date itself may be the first or the last that Python has.
    return -_LEEWAY <= now - date <= lasts + _LEEWAY


def _refusal(error: codes.ErrorResponse, service: str) -> codes.ErrorResponse:
    return _WORDS.get(service, {}).get(error.code, error)
