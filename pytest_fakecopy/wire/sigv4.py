# ruff: noqa: EM102, TRY003  # what is raised here are answers to the client
"""Signatures: who signed a request or a presigned URL, and whether it was the right secret.

The canonical request is made by botocore's own signer, so what botocore signs is verified the way
it was signed. Dates and lifetimes are only read here; who judges them is elsewhere.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from botocore.auth import SigV2Auth, SigV4Auth
from botocore.credentials import Credentials

from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.presigned import (
    CredentialScope,
    normal_host,
    parse_basic_date,
    parse_expires,
    split_url,
)
from pytest_fakecopy.wire.query import parse_form
from pytest_fakecopy.wire.scalars import parse_timestamp, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_fakecopy.domain.presigned import PresignedUrl, SignatureVerdict
    from pytest_fakecopy.wire.http import HttpRequest

Place: TypeAlias = Literal["header", "query", "body"]
"""Where a signature stands."""

SIGV4 = "AWS4-HMAC-SHA256"
_SIGV2 = "HmacSHA256"
# AWS docs, EC2 API reference, "Common query parameters": SignatureMethod.
_DIGESTS_OF_SIGV2 = {_SIGV2: "sha256", "HmacSHA1": "sha1"}
_UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_EMPTY_HASH = sha256(b"").hexdigest()
_BASIC_DATE = "%Y%m%dT%H%M%SZ"

# A query that is written the way it is signed: escapes in capitals, and only where they are due.
_DUE = "%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF])"
_NORMAL_QUERY = re.compile(f"[A-Za-z0-9._~&=-]*(?:{_DUE}[A-Za-z0-9._~&=-]*)*")


class Signer(Protocol):
    """The part of somebody's credentials that is secret, and their session's token."""

    @property
    def secret_access_key(self) -> str:
        """What signatures are made with."""
        ...

    @property
    def session_token(self) -> str | None:
        """What has to stand beside a signature of temporary credentials."""
        ...


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
        place=place, algorithm=parameters.get("SignatureMethod", _SIGV2), version=2,
        access_key_id=parameters["AWSAccessKeyId"], scope=None, signed_headers=(),
        timestamp=timestamp, date=date, expires=timedelta(0) if name == "Expires" else None,
        # Net::Amazon::EC2 sends an empty one with keys that have none.
        token=parameters.get("SecurityToken") or None, signature=parameters["Signature"],
    )  # fmt: skip


def verify(signed: Signed, request: HttpRequest, secret: str) -> bool:
    """Say whether *secret* makes the signature *signed* that came with *request*.

    The host counts with and without its port: some clients sign it one way and send it the other.
    So does a plus sign in the query, as what it is and as a space.
    """
    if signed.scope is None:
        return _verify_2(signed, request, secret)
    headers, names = request.headers, signed.signed_headers
    payload = _payload_hash(request)
    # Assumed: AWS documents no way to sign a form with parameters of that form, except in SigV2.
    if signed.algorithm != SIGV4 or signed.place == "body" or payload is None:
        return False
    for name in names:
        if name not in headers and name != "host":
            return False
    _, host, path, query = split_url(request.url)
    given = _bytes(signed.signature)
    hosts = _hosts(headers.get("host", "").strip(), host, request.url)
    for spelling, written in product(hosts, _queries(query)):
        values = tuple([spelling if name == "host" else headers[name] for name in names])
        canonical = _Canonical(request.method, path, written, names, values)
        made = _signature(canonical, payload, signed.scope, signed.timestamp, secret)
        if compare_digest(made.encode(), given):
            return True
    return False


def _queries(query: str) -> tuple[str, ...]:
    # libcloud and aws4fetch sign a space and send a plus sign. EC2 was seen to reject that in a
    # presigned URL of CopySnapshot (botocore issue 321), and not in a request.
    return (query, query.replace("+", "%20")) if "+" in query else (query,)


def _payload_hash(request: HttpRequest) -> str | None:
    """Return what was signed for the body, or None where that can't have been this body."""
    stated = request.headers.get("x-amz-content-sha256")
    if stated == _UNSIGNED_PAYLOAD:
        return stated
    actual = sha256(request.body).hexdigest()
    return actual if stated in (None, actual) else None


def _hosts(header: str, host: str, url: str) -> Iterator[str]:
    """Yield all spellings of the host that clients sign, the likeliest first."""
    likeliest = header or host
    if likeliest:
        yield likeliest
    yield from dict.fromkeys(
        spelling for spelling in _other_hosts(host, url) if spelling not in {"", likeliest}
    )


def _other_hosts(host: str, url: str) -> tuple[str, ...]:
    name, colon, port = host.rpartition(":")
    bare = name if colon and port.isdecimal() else host
    default = "80" if url[:5].lower() == "http:" else "443"
    # As it stands in the URL: with a port that needn't stand there, or a trailing dot.
    written = url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    return (host, bare, host and f"{bare}:{default}", written)


def signature_of_url(url: PresignedUrl, secret: str) -> str | None:
    """Return the signature that *secret* makes for a presigned URL; None if it can't be made.

    It is that of a GET with nothing but the host signed and an empty body, as EC2 fetches it. The
    host is taken as it stands; `judge` knows the other ways to write it.
    """
    return next(iter(_signatures_of_url(url, secret, "GET")), None)


def judge(url: PresignedUrl, credentials_of: Callable[[str], Signer | None]) -> PresignedUrl:
    """Return *url* with the verdict on its signature.

    *credentials_of* returns the credentials of an access key id, or None where nobody knows it.
    """
    known = credentials_of(url.credential.access_key_id) if url.credential else None
    return url.with_verdict("unknown-key" if known is None else _verdict(url, known))


def _verdict(url: PresignedUrl, credentials: Signer) -> SignatureVerdict:
    secret, given = credentials.secret_access_key, _bytes(url.signature or "")
    for method in ("GET", "POST"):
        made = _signatures_of_url(url, secret, method)
        if any(compare_digest(one.encode(), given) for one in made):
            if method == "POST":
                return "of-a-post"
            return "right" if (url.token or None) == credentials.session_token else "wrong-token"
    return "wrong"


def _signatures_of_url(url: PresignedUrl, secret: str, method: str) -> Iterator[str]:
    scope, date = url.credential, url.date
    if url.algorithm != SIGV4 or scope is None or date is None or url.signed_headers != ("host",):
        return
    timestamp = url.get("X-Amz-Date") or ""
    query = split_url(url.url)[3]
    for host in _hosts("", url.host, url.url):
        canonical = _Canonical(method, url.path, query, url.signed_headers, (host,))
        # botocore 1.43 and the other SDKs sign an empty body; the API reference of CopySnapshot
        # refers to how S3 has URLs signed, which is without the body.
        for payload in (_EMPTY_HASH, _UNSIGNED_PAYLOAD):
            yield _signature(canonical, payload, scope, timestamp, secret)


class _Canonical(NamedTuple):
    """What of a request is signed, but for the body."""

    method: str
    path: str
    query: str
    names: tuple[str, ...]
    """Of the signed headers."""
    values: tuple[str, ...]


class _SignedHeaders:
    """The headers that a signature is for: as much of a mapping as botocore's signer asks for."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: tuple[str, ...], values: tuple[str, ...]) -> None:
        self._names = names
        self._values = dict(zip(names, values, strict=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def get_all(self, name: str) -> list[str]:
        return [self._values[name]]


class _Signable:
    """As much of a request as botocore's signer asks for; its body is signed elsewhere."""

    __slots__ = ("headers", "method", "params", "signed_headers", "url")

    def __init__(self, canonical: _Canonical) -> None:
        query = _signed_query(canonical.query) if canonical.query else ""
        self.method = canonical.method
        # The host is signed as a header; this one is only there to make it a URL.
        self.url = f"https://host{canonical.path}{'?' if query else ''}{query}"
        self.signed_headers = _SignedHeaders(canonical.names, canonical.values)
        self.headers: dict[str, str] = {}
        self.params: dict[str, str] = {}


class _Dated:
    """As much of a request as botocore's signer asks for to sign its canonical form."""

    __slots__ = ("context",)

    def __init__(self, timestamp: str) -> None:
        self.context = {"timestamp": timestamp}


def _signed_query(query: str) -> str:
    """Return the query as it is signed: without the signature, in strict escapes.

    A `+` is a plus sign here. Who means a space and signs `%20` has signed something else.
    """
    fields = [field for field in query.split("&") if field[:16] != "X-Amz-Signature="]
    if _NORMAL_QUERY.fullmatch(query):
        return "&".join(fields)
    return "&".join([_strict(field) for field in fields if field])


def _strict(field: str) -> str:
    name, _, value = field.partition("=")
    return "=".join(quote(unquote_to_bytes(text), safe="-._~") for text in (name, value))


class _Verifier(SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """botocore's signer, told which headers were signed; it leaves out the hash of the body."""

    def headers_to_sign(self, request: _Signable) -> _SignedHeaders:
        return request.signed_headers

    def payload(self, _request: _Signable) -> str:
        return ""


@lru_cache(maxsize=64)
def _verifier(region: str, service: str) -> _Verifier:
    return _Verifier(None, service, region)


@lru_cache(maxsize=64)
def _beginning(canonical: _Canonical) -> str:
    """Return the canonical request but for its last line, the hash of the body.

    Clients repeat all of it within one second, or for as long as time is frozen.
    """
    text: str = _verifier("", "").canonical_request(_Signable(canonical))
    return text


def _signature(
    canonical: _Canonical, payload: str, scope: CredentialScope, timestamp: str, secret: str
) -> str:
    signer = _verifier(scope.region, scope.service)
    text = signer.string_to_sign(_Dated(timestamp), _beginning(canonical) + payload)
    key = _signing_key(secret, scope.date, scope.region, scope.service)
    return hmac_digest(key, _bytes(text), "sha256").hex()


def _bytes(text: str) -> bytes:
    # Half a surrogate pair can't have been signed, so it matters little what becomes of it.
    return text.encode("utf-8", "replace")


@lru_cache(maxsize=64)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    # AWS docs, Signature Version 4: the key depends on the day, not on the request.
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac_digest(key, _bytes(part), "sha256")
    return key


class _Plain:
    """As much of a request as botocore's signer of version 2 asks for."""

    __slots__ = ("method", "url")

    def __init__(self, method: str, url: str) -> None:
        self.method = method
        self.url = url


def _verify_2(signed: Signed, request: HttpRequest, secret: str) -> bool:
    digest = _DIGESTS_OF_SIGV2.get(signed.algorithm)
    if digest is None:
        return False
    signer: Any = SigV2Auth(Credentials(signed.access_key_id, secret))
    scheme, host, path, query = split_url(request.url)
    parameters = dict(parse_form(query if signed.place == "query" else request.body.decode()))
    given = _bytes(signed.signature)
    header = normal_host(scheme or "", request.headers.get("host", ""))
    for spelling in _hosts(header, host, request.url):
        plain = _Plain(request.method, f"https://{spelling}{path}")
        # botocore's own signature is always one of SHA-256.
        canonical = signer.calc_signature(plain, parameters)[0]
        text = f"{request.method}\n{spelling}\n{path or '/'}\n{canonical}"
        made = b64encode(hmac_digest(_bytes(secret), _bytes(text), digest))
        if compare_digest(made, given):
            return True
    return False
