# ruff: noqa: EM102, TRY003  # what is raised here are answers to the client
"""What signs a request, as it came: where it stands, whose key it names, which date.

Nothing is verified or judged here.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.presigned import CredentialScope, parse_basic_date, parse_expires
from pytest_fakecopy.wire.scalars import parse_timestamp, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_fakecopy.wire.http import HttpRequest

Place: TypeAlias = Literal["header", "query", "body"]
"""Where a signature stands."""

SIGV2 = "HmacSHA256"
_BASIC_DATE = "%Y%m%dT%H%M%SZ"


class Signed(NamedTuple):
    """A signature as it came with a request, not verified yet."""

    place: Place
    algorithm: str
    """`AWS4-HMAC-SHA256` for SigV4; `HmacSHA256` or `HmacSHA1` for SigV2."""
    version: Literal[2, 4]
    access_key_id: str
    scope: CredentialScope | None
    """None for SigV2, which has no scope."""
    signed_headers: tuple[str, ...]
    """Lower case, in the order of the signature; empty for SigV2."""
    timestamp: str
    """The date as it was signed: `20260101T000000Z`."""
    date: datetime
    expires: timedelta | None
    """How long it holds after `date`, where it says so: presigned requests do."""
    token: str | None
    signature: str


def parse_authorization(request: HttpRequest, pairs: list[tuple[str, str]]) -> Signed | None:
    """Return the signature of a request, or None where nothing signs it.

    *pairs* are the parameters of the query or of the form body: a signature may stand there.

    Raises:
        Refused: there is a signature, but parts of it are missing or can't be read.
    """
    authorization = request.headers.get("authorization")
    if authorization:
        return _from_header(request.headers, authorization)
    parameters = dict(reversed(pairs))
    place: Place = "query" if "Signature=" in request.url else "body"
    if not parameters.keys().isdisjoint(("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature")):
        return _from_parameters(parameters, place)
    if "AWSAccessKeyId" in parameters or "Signature" in parameters:
        return _version_2(parameters, place)
    return None


def _incomplete(message: str) -> Refused:
    # Code: EC2 error codes, IncompleteSignature. The texts are quoted in many issues.
    return Refused(ErrorResponse("IncompleteSignature", message, 400))


def _from_header(headers: Mapping[str, str], authorization: str) -> Signed:
    beginning, mark, signature = authorization.rpartition("Signature=")
    # All but the signature is the same for the requests of a day.
    algorithm, known = _authorization_fields(beginning + mark)
    fields = {**known, "Signature": signature.partition(",")[0].strip()} if mark else known
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if name not in fields or not fields[name]
    ]
    dated = headers.get("x-amz-date") or headers.get("date")
    if not dated:
        missing.append(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if missing or not dated:
        shown = shortened(authorization)
        raise _incomplete(f"{' '.join(missing)} Authorization={shown}")
    return _version_4(
        "header", algorithm, fields, _header_date(dated), None, headers.get("x-amz-security-token")
    )


@lru_cache(maxsize=64)
def _authorization_fields(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the algorithm and the fields of an Authorization header."""
    algorithm, _, rest = text.strip().partition(" ")
    return algorithm, dict(_fields(rest))


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for field in text.split(","):
        name, _, value = field.partition("=")
        yield name.strip(), value.strip()


def _header_date(text: str) -> str:
    if parse_basic_date(text) is not None:
        return text
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return text
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    try:
        return moment.astimezone(timezone.utc).strftime(_BASIC_DATE)
    except OverflowError:
        # In the first or the last hours that Python has a date for.
        return text


def _from_parameters(parameters: dict[str, str], place: Place) -> Signed:
    required = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders",
                "X-Amz-Signature")  # fmt: skip
    missing = [
        f"AWS query-string parameters must include '{name}'."
        for name in required
        if not parameters.get(name)
    ]
    if missing:
        raise _incomplete(" ".join(missing))
    fields = {name: parameters[f"X-Amz-{name}"] for name in ("Credential", "Signature")}
    fields["SignedHeaders"] = parameters["X-Amz-SignedHeaders"]
    return _version_4(
        place,
        parameters["X-Amz-Algorithm"],
        fields,
        parameters["X-Amz-Date"],
        parse_expires(parameters.get("X-Amz-Expires")),
        parameters.get("X-Amz-Security-Token"),
    )


def _version_4(  # noqa: PLR0917  # the parts of one value
    place: Place,
    algorithm: str,
    fields: Mapping[str, str],
    timestamp: str,
    expires: timedelta | None,
    token: str | None,
) -> Signed:
    if not algorithm.startswith("AWS4-"):
        raise _incomplete(f"Unsupported AWS 'algorithm': '{shortened(algorithm)}'.")
    scope = CredentialScope.parse(fields["Credential"])
    if scope is None:
        shown = shortened(fields["Credential"])
        msg = "Credential must have exactly 5 slash-delimited elements, e.g."
        raise _incomplete(f"{msg} keyid/date/region/service/aws4_request, got '{shown}'")
    date = parse_basic_date(timestamp)
    if date is None:
        raise _incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{shortened(timestamp)}'."
            " See http://en.wikipedia.org/wiki/ISO_8601"
        )
    headers = _header_names(fields["SignedHeaders"])
    return Signed(
        place=place, algorithm=algorithm, version=4, access_key_id=scope.access_key_id, scope=scope,
        signed_headers=headers, timestamp=timestamp, date=date, expires=expires, token=token,
        signature=fields["Signature"],
    )  # fmt: skip


@lru_cache(maxsize=64)
def _header_names(text: str) -> tuple[str, ...]:
    return tuple(text.lower().split(";"))


def _version_2(parameters: dict[str, str], place: Place) -> Signed:
    for name in ("AWSAccessKeyId", "Signature"):
        if not parameters.get(name):
            raise _incomplete(f"The request must contain the parameter {name}")
    # AWS docs: a request has either the time when it was made or the time when it expires.
    name = "Timestamp" if "Timestamp" in parameters else "Expires"
    timestamp = parameters.get(name, "")
    date = parse_timestamp(timestamp)
    if date is None:
        raise _incomplete(f"The parameter {name} is no timestamp: '{shortened(timestamp)}'")
    return Signed(
        place=place, algorithm=parameters.get("SignatureMethod", SIGV2), version=2,
        access_key_id=parameters["AWSAccessKeyId"], scope=None, signed_headers=(),
        timestamp=timestamp, date=date, expires=timedelta(0) if name == "Expires" else None,
        # Net::Amazon::EC2 sends an empty one with keys that have none.
        token=parameters.get("SecurityToken") or None, signature=parameters["Signature"],
    )  # fmt: skip
