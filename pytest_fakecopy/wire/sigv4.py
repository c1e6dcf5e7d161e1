"""Signatures: whether a request or a presigned URL was signed with the right secret.

The canonical request is made by botocore's own signer, so what botocore signs is verified the way
it was signed. Who judges dates and lifetimes is elsewhere.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote, unquote_to_bytes

from botocore.auth import SigV2Auth, SigV4Auth
from botocore.credentials import Credentials

from pytest_fakecopy.domain.presigned import normal_host, split_url
from pytest_fakecopy.wire.query import parse_form
from pytest_fakecopy.wire.signed import SIGV2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pytest_fakecopy.domain.presigned import CredentialScope, PresignedUrl, SignatureVerdict
    from pytest_fakecopy.wire.http import HttpRequest
    from pytest_fakecopy.wire.signed import Signed

SIGV4 = "AWS4-HMAC-SHA256"
# AWS docs, EC2 API reference, "Common query parameters": SignatureMethod.
_DIGESTS_OF_SIGV2 = {SIGV2: "sha256", "HmacSHA1": "sha1"}
_UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_EMPTY_HASH = sha256(b"").hexdigest()

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

    @property
    def expires(self) -> datetime | None:
        """When temporary credentials end."""
        ...


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
    if known is None:
        return url.with_verdict("unknown-key")
    return url.with_verdict(_verdict(url, known), known.expires)


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
