"""Where a request goes: which service, in which Region, by its credential scope and its host.

Knows every form of AWS endpoint, in all partitions that botocore knows, and the hosts that hand
out credentials. What to do with a request is the gateway's business.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import ip_address
from socket import inet_aton
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote

from pytest_fakecopy.domain.presigned import CredentialScope, split_url
from pytest_fakecopy.wire.loading import data_loader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from ipaddress import IPv4Address, IPv6Address

HostKind: TypeAlias = Literal["aws", "metadata", "custom"]

_SERVED = frozenset({"ec2", "kms", "sts"})

# AWS docs: EC2 instance metadata, ECS container credentials, EKS Pod Identity.
_METADATA = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23",
        ),
    )
)  # fmt: skip

_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")
_DEFAULT_SUFFIX = "amazonaws.com"


class Endpoint(NamedTuple):
    """What a request is sent to."""

    service: str | None
    """`ec2`, `kms`, `sts`, or how another service is called in host names; None if unknown."""
    region: str | None
    host: str
    """Lower case, with a port that isn't the scheme's own."""
    kind: HostKind
    """An endpoint of AWS, a source of instance or container metadata, or any other host."""


def locate(url: str, headers: Mapping[str, str]) -> Endpoint:
    """Return the endpoint that *url* belongs to; names of *headers* are in lower case.

    The Region is that of the credential scope, then that of the host. The service is that of the
    host; a host that isn't AWS's, a custom `endpoint_url`, has both from the credential scope, in
    the header or in the query.
    """
    _, host, _, query = split_url(url)
    place = _place_of(host)
    if place.kind == "metadata":
        return Endpoint(None, None, host, "metadata")
    scope = _scope_in_header(headers) or (_scope_in_query(query) if query else None)
    if scope is None:
        return Endpoint(place.service, place.region, host, place.kind)
    service = place.service if place.kind == "aws" else scope.service
    return Endpoint(service, scope.region, host, place.kind)


def scope_of(
    headers: Mapping[str, str], pairs: Iterable[tuple[str, str]]
) -> CredentialScope | None:
    """Return the credential scope of a request, or None where nothing signs it with SigV4.

    *pairs* are those of the query or of the form body.
    """
    scope = _scope_in_header(headers)
    if scope is None:
        for name, value in pairs:
            if name == "X-Amz-Credential":
                return CredentialScope.parse(value)
    return scope


def _scope_in_header(headers: Mapping[str, str]) -> CredentialScope | None:
    authorization = headers.get("authorization")
    found = _CREDENTIAL.search(authorization) if authorization else None
    return CredentialScope.parse(found[1]) if found else None


def _scope_in_query(query: str) -> CredentialScope | None:
    for field in query.split("&"):
        if field.startswith("X-Amz-Credential="):
            return CredentialScope.parse(unquote(field.partition("=")[2]))
    return None


class _Place(NamedTuple):
    kind: HostKind
    service: str | None = None
    region: str | None = None


@lru_cache(maxsize=512)
def _place_of(host: str) -> _Place:
    name = _without_port(host)
    if _is_metadata(name):
        return _Place("metadata")
    suffix = regions().suffix_of(name)
    if suffix is None:
        return _Place("custom")
    return _in_aws(name.removesuffix(suffix).removesuffix(".").split("."), suffix)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _is_metadata(name: str) -> bool:
    address = address_of(name)
    return address in _METADATA or getattr(address, "ipv4_mapped", None) in _METADATA


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that *host* is, in any spelling that a socket takes, or None.

    `2852039166` and `0xa9.0xfe.0xa9fe` are 169.254.169.254 to the C library, and so to a client.
    """
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return ip_address(inet_aton(host))
    except (OSError, ValueError):
        return None


def _in_aws(labels: list[str], suffix: str) -> _Place:
    # `vpce-0a1b-2c3d.ec2.us-east-1.vpce.amazonaws.com`, `s3.dualstack.us-east-1.amazonaws.com`
    labels = [label for label in labels if label not in ("vpce", "dualstack")]
    known = regions()
    at = next((i for i in reversed(range(len(labels))) if known.looks_like_one(labels[i])), None)
    if at is not None:
        # Before the Region, or behind it in the older form `us-east-1.ec2.amazonaws.com`.
        beside = labels[at - 1 : at] or labels[1:2]
        return _Place("aws", _service(beside), labels[at])
    if len(labels) > 1 and _service(labels[:1]) in _SERVED:
        # Tests sign for Regions such as `src-region`; botocore 1.43 writes `ec2..amazonaws.com`
        # where the source Region is empty.
        return _Place("aws", _service(labels[:1]), labels[1] or None)
    return _Place("aws", _service(labels[-1:]), known.global_region(suffix))


def _service(labels: list[str]) -> str | None:
    return labels[0].removesuffix("-fips") or None if labels else None


class Regions:
    """The Regions of all partitions, as botocore's partition data has them.

    Pseudo Regions such as `aws-global` are left out.
    """

    def __init__(self, partitions: Iterable[Mapping[str, Any]]) -> None:
        """Read the partitions of botocore's `partitions.json`."""
        self._names: dict[str, tuple[str, ...]] = {}
        self._partitions: dict[str, str] = {}
        self._suffixes: dict[str, str] = {}
        self._globals: dict[str, str] = {}
        self._patterns: list[re.Pattern[str]] = []
        for partition in partitions:
            self._add(partition)
        self._by_length = sorted(self._globals, key=len, reverse=True)

    def _add(self, partition: Mapping[str, Any]) -> None:
        name, outputs = partition["id"], partition["outputs"]
        self._names[name] = tuple(
            sorted(region for region in partition["regions"] if not region.endswith("-global"))
        )
        self._partitions.update(dict.fromkeys(self._names[name], name))
        self._suffixes[name] = outputs["dnsSuffix"]
        self._patterns.append(re.compile(partition["regionRegex"]))
        for suffix in (outputs["dnsSuffix"], outputs["dualStackDnsSuffix"]):
            # GovCloud has the suffixes of the `aws` partition, which comes first.
            region = outputs.get("implicitGlobalRegion", self._names[name][0])
            self._globals.setdefault(suffix, region)

    def __repr__(self) -> str:
        """Return `<Regions 45 in aws, aws-cn, ...>`."""
        return f"<Regions {len(self._partitions)} in {', '.join(self._names)}>"

    def __contains__(self, region: object) -> bool:
        """Say whether there is a Region of that name."""
        return region in self._partitions

    def names(self, partition: str | None = None) -> tuple[str, ...]:
        """Return the names of all Regions, or of those of a partition, in alphabetical order."""
        if partition is not None:
            return self._names.get(partition, ())
        return tuple(sorted(self._partitions))

    def partition_of(self, region: str) -> str | None:
        """Return the partition that a Region belongs to, or None where there is no such Region."""
        return self._partitions.get(region)

    def dns_suffix(self, region: str) -> str:
        """Return the domain of the Region's endpoints, `amazonaws.com` for an unknown Region."""
        return self._suffixes.get(self._partitions.get(region, "aws"), _DEFAULT_SUFFIX)

    def suffix_of(self, host: str) -> str | None:
        """Return the domain of AWS that *host* is in, or None."""
        for suffix in self._by_length:
            if host == suffix or host.endswith(f".{suffix}"):
                return suffix
        return None

    def global_region(self, suffix: str) -> str:
        """Return the Region of endpoints without one in their name, `ec2.amazonaws.com`."""
        return self._globals[suffix]

    def looks_like_one(self, label: str) -> bool:
        """Say whether *label* is a Region, or has the form of one that botocore doesn't know."""
        return label in self._partitions or any(p.fullmatch(label) for p in self._patterns)


@cache
def regions() -> Regions:
    """Return the Regions that the installed botocore knows."""
    # botocore 1.27.96 has partitions.json, 1.27.0 only endpoints.json, which still lacks the
    # dual-stack domains of the isolated partitions.
    return Regions(data_loader().load_data("partitions")["partitions"])
