"""A presigned URL as a value: what it asks for and who signed it, taken apart without judging it.

Whether the signature is right only `wire.sigv4` can say; it leaves its finding on the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal, TypeAlias
from urllib.parse import unquote

from pytest_fakecopy.domain.redaction import redacted

SignatureVerdict: TypeAlias = Literal["right", "wrong", "of-a-post", "wrong-token", "unknown-key"]
"""Right for the registered secret, wrong, right but for the method that was signed or for the
session token, or of an access key that nobody registered."""

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_SCOPE_PARTS = 5
_SECONDS = re.compile("-?[0-9]+")


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """The credential of a SigV4 signature: `key/20260101/us-east-1/ec2/aws4_request`."""

    access_key_id: str
    date: str
    """`YYYYMMDD`."""
    region: str
    service: str

    @staticmethod
    @lru_cache(maxsize=64)
    def parse(text: str | None) -> CredentialScope | None:
        """Return the parts of *text*, or None where it is no credential of a SigV4 signature."""
        parts = text.rsplit("/", _SCOPE_PARTS - 1) if text else []
        if len(parts) != _SCOPE_PARTS or parts[4] != "aws4_request" or not parts[0]:
            return None
        return CredentialScope(parts[0], parts[1], parts[2], parts[3])


@dataclass(frozen=True, slots=True)
class PresignedUrl:
    """A URL with a signature in its query. What is missing or unreadable is None."""

    url: str
    scheme: str | None
    host: str
    """Lower case, with a port that isn't the scheme's own, without user and trailing dot; may be
    empty."""
    path: str
    parameters: tuple[tuple[str, str], ...]
    """All of them, decoded, in the order of the URL; `+` is read as a space."""
    action: str | None
    source_region: str | None
    source_snapshot_id: str | None
    destination_region: str | None
    algorithm: str | None
    """`AWS4-HMAC-SHA256` for SigV4."""
    credential: CredentialScope | None
    date: datetime | None
    expires: timedelta | None
    """Zero where `X-Amz-Expires` is there but is no whole number."""
    signed_headers: tuple[str, ...] | None
    signature: str | None
    token: str | None
    """Of temporary credentials."""
    has_plus: bool
    """Whether there is a `+` in the query, which SigV4 takes for a plus sign and a form for a
    space: who writes a space that way signs something else than what is read (aws-cli issue 917).
    """
    signature_verdict: SignatureVerdict = "unknown-key"
    session_ends: datetime | None = None
    """When the temporary credentials end that it is signed with; None for those of a user, and
    where nobody registered them."""

    def __repr__(self) -> str:
        """Return the URL without its signature and its token."""
        return f"<PresignedUrl {redacted(self.url)} signature {self.signature_verdict}>"

    def with_verdict(
        self, verdict: SignatureVerdict, session_ends: datetime | None = None
    ) -> PresignedUrl:
        """Return this URL with what verifying its signature found."""
        return replace(self, signature_verdict=verdict, session_ends=session_ends)

    def get(self, name: str) -> str | None:
        """Return the first parameter of that name, or None."""
        return next((value for key, value in self.parameters if key == name), None)


@lru_cache(maxsize=64)
def parse(url: str) -> PresignedUrl:
    """Take *url* apart. It never fails: any text is a URL, of which parts may be missing."""
    if not url.isascii():
        # Half a surrogate pair can be in a str, but never in a URL that was sent.
        url = url.encode("utf-8", "replace").decode()
    scheme, host, path, query = split_url(url)
    parameters = tuple(_pairs(query))
    # The first of several wins, as in `PresignedUrl.get`.
    known = dict(reversed(parameters))
    headers = known.get("X-Amz-SignedHeaders")
    return PresignedUrl(
        url=url,
        scheme=scheme,
        host=host,
        path=path,
        parameters=parameters,
        action=known.get("Action"),
        source_region=known.get("SourceRegion"),
        source_snapshot_id=known.get("SourceSnapshotId"),
        destination_region=known.get("DestinationRegion"),
        algorithm=known.get("X-Amz-Algorithm"),
        credential=CredentialScope.parse(known.get("X-Amz-Credential")),
        date=parse_basic_date(known.get("X-Amz-Date")),
        expires=parse_expires(known.get("X-Amz-Expires")),
        signed_headers=None if headers is None else tuple(headers.lower().split(";")),
        signature=known.get("X-Amz-Signature"),
        token=known.get("X-Amz-Security-Token"),
        has_plus="+" in query,
    )


@lru_cache(maxsize=64)
def split_url(url: str) -> tuple[str | None, str, str, str]:
    """Return scheme, host, path and query of *url*, the latter two as they stand there.

    `urllib.parse.urlsplit` raises for some hosts and drops characters from others; this doesn't.
    """
    address, _, query = url.partition("#")[0].partition("?")
    scheme, separator, rest = address.partition("://")
    if not separator:
        return None, "", address, query
    scheme = scheme.lower()
    # urllib3 2: the authority ends at a backslash too. Whoever read on to an `@` behind it would
    # take another host for the one that is connected to.
    end = next((at for at, char in enumerate(rest) if char in "/\\"), len(rest))
    return scheme or None, normal_host(scheme, rest[:end]), rest[end:], query


def normal_host(scheme: str, netloc: str) -> str:
    """Return the one spelling of a host: `EC2.Amazonaws.com.:443` is `ec2.amazonaws.com`."""
    host = netloc.rpartition("@")[2].lower()
    host = host.removesuffix(_DEFAULT_PORTS.get(scheme, ":"))
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal():
        return f"{name.removesuffix('.')}:{port}"
    return host.removesuffix(".")


@lru_cache(maxsize=64)
def parse_basic_date(text: str | None) -> datetime | None:
    """Return the time that `20260101T000000Z` stands for, or None where *text* isn't one."""
    if text is None or len(text) != len("YYYYMMDDThhmmssZ") or text[8] != "T" or text[15] != "Z":
        return None
    if not (text.isascii() and text[:8].isdigit() and text[9:15].isdigit()):
        return None
    day = int(text[:4]), int(text[4:6]), int(text[6:8])
    time = int(text[9:11]), int(text[11:13]), int(text[13:15])
    try:
        return datetime(*day, *time, tzinfo=timezone.utc)
    except ValueError:
        return None


def parse_expires(text: str | None) -> timedelta | None:
    """Return how long a signature holds by its `X-Amz-Expires`, or None where there is none.

    What is no whole number of seconds holds for no time at all.
    """
    if text is None:
        return None
    found = _SECONDS.fullmatch(text)
    # A timedelta has its limits; nine digits are 31 years, far more than AWS allows.
    return timedelta(seconds=int(found[0][:9])) if found else timedelta(0)


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = []
    for field in query.replace("+", " ").split("&"):
        if field:
            name, _, value = field.partition("=")
            pairs.append((_decoded(name), _decoded(value)))
    return pairs


def _decoded(text: str) -> str:
    return unquote(text) if "%" in text else text
