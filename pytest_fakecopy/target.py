"""Whom a request is for and what it asks for, before anybody has looked at it more closely."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.domain.presigned import split_url
from pytest_fakecopy.wire import query
from pytest_fakecopy.wire.endpoints import locate, regions, scope_of
from pytest_fakecopy.wire.loading import data_loader
from pytest_fakecopy.wire.model import load_service

if TYPE_CHECKING:
    from pytest_fakecopy.wire.endpoints import Endpoint, HostKind
    from pytest_fakecopy.wire.http import HttpRequest

_RPC_PATH = re.compile(r"/service/[^/]+/operation/([A-Za-z0-9]+)")
_FORM = "application/x-www-form-urlencoded"


class Target(NamedTuple):
    """What a request says about where it is going."""

    service: str | None
    """ "ec2"; "metadata" for a source of credentials, None where nothing says."""
    region: str | None
    host: str
    kind: HostKind
    pairs: list[tuple[str, str]]
    """The parameters of the Query protocols, of query string and form; empty for KMS."""
    action: str
    """The operation that it asks for, empty where nothing says."""
    defect: codes.ErrorResponse | None = None
    """Why its parameters can't be read."""

    def __repr__(self) -> str:
        """Return `<Target ec2 DescribeSnapshots in us-east-1>`: parameters may be secret."""
        return f"<Target {self.service} {self.action} in {self.region}>"


def target_of(request: HttpRequest) -> Target:
    """Return what *request* says of itself: its credential scope, its host, its parameters."""
    endpoint = locate(request.url, request.headers)
    service, region = endpoint.service, endpoint.region
    if endpoint.kind == "metadata":
        return Target("metadata", None, endpoint.host, endpoint.kind, [], "")
    pairs, defect = _pairs(request) if service != "kms" else ([], None)
    if service is None and pairs:
        scope = scope_of(request.headers, pairs)
        if scope is not None:
            service, region = scope.service, scope.region
    if request.transport == "server" and _is_named_after_the_host(service, endpoint):
        service, region = None, region if region and regions().looks_like_one(region) else None
    if service is None and request.transport == "server":
        service = _service_asked(request, pairs)
    action = _json_action(request) if service == "kms" else _query_action(pairs)
    if not action and service is not None and service not in OPERATIONS:
        action = _action_of_another(request)
    return Target(service, region, endpoint.host, endpoint.kind, pairs, action, defect)


def _is_named_after_the_host(service: str | None, endpoint: Endpoint) -> bool:
    """Say whether what stands for a service in the credential scope is part of the host's name.

    boto 2 signs for the service "127" in the Region "0" where it is told that EC2 is at 127.0.0.1.
    """
    if endpoint.kind != "custom" or service != re.split("[.:]", endpoint.host)[0]:
        return False
    return service not in data_loader().list_available_services("service-2")


def _service_asked(request: HttpRequest, pairs: list[tuple[str, str]]) -> str | None:
    """Return the service that an unsigned request to an endpoint of ours is for, or None."""
    if _json_action(request):
        return "kms"
    action = _query_action(pairs)
    if action in OPERATIONS["sts"]:
        return "sts"
    return "ec2" if action else None


def _pairs(
    request: HttpRequest,
) -> tuple[list[tuple[str, str]], codes.ErrorResponse | None]:
    """Return the parameters of query string and form, or why they can't be read."""
    text = split_url(request.url)[3] if "?" in request.url else ""
    try:
        pairs = query.parse_form(text) if text else []
        if request.body and request.headers.get("content-type", _FORM).startswith(_FORM):
            form = request.body.decode("utf-8", "surrogateescape")
            pairs = pairs + query.parse_form(form)
    except codes.Refused as refused:
        return [], refused.response
    return pairs, None


def _action_of_another(request: HttpRequest) -> str:
    """Return what a service that isn't served is asked for; REST has no name for it.

    JSON services are told in a header, and those of RPC v2 CBOR (smithy.io) by the path.
    """
    named = request.headers.get("x-amz-target", "").rpartition(".")[2]
    found = _RPC_PATH.fullmatch(split_url(request.url)[2])
    return named or (found[1] if found else "")


def _query_action(pairs: list[tuple[str, str]]) -> str:
    for name, value in pairs:
        if name == "Action":
            return value
    return ""


def _json_action(request: HttpRequest) -> str:
    prefix, _, operation = request.headers.get("x-amz-target", "").rpartition(".")
    return operation if prefix and prefix == load_service("kms").target_prefix else ""
