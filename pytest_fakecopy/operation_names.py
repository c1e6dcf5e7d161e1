"""Names of operations that a test gives, checked against botocore's service models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.domain.wildcards import compile_wildcards
from pytest_fakecopy.errors import UsageError, nearest
from pytest_fakecopy.wire.loading import description_of
from pytest_fakecopy.wire.model import load_service

if TYPE_CHECKING:
    from collections.abc import Collection

# AWS docs, KMS, "Permissions reference": ReEncrypt is authorized under these two names.
_PERMISSIONS = {"kms": ("ReEncryptFrom", "ReEncryptTo")}


def require_action(call: str, action: str) -> None:
    """Refuse an IAM action that EC2, KMS and STS don't have: nothing would ever ask for it.

    Args:
        call: How the user wrote it, for the message.
        action: "ec2:CopySnapshot".

    Raises:
        UsageError: it is not a service and an action, it is of another service, or the service has
            no such action, or none that its wildcards match.
    """
    service, colon, name = str(action).partition(":")
    if action != "*" and not (service and colon and name):
        msg = f'{call}: expected a service and an action: "kms:CreateGrant"'
        raise UsageError(msg)
    if set(service) & set("*?"):
        return
    if service.lower() not in OPERATIONS:
        served = ", ".join(OPERATIONS)
        msg = f"{call}: no permission of {service!r} is ever asked for, only those of {served}"
        raise UsageError(msg)
    # IAM doesn't look at the case of an action.
    matches = compile_wildcards(name, fold=True).fullmatch
    if not any(map(matches, _actions(service.lower()))):
        _require(call, service.lower(), name)


def require_passthrough(names: tuple[str, ...]) -> None:
    """Refuse operations of `passthrough` that no request can ask for, or tell that it does.

    Raises:
        UsageError: the service has no such operation, and the message names the nearest; or its
            requests don't name their operation.
    """
    for name in names:
        service, colon, operation = name.partition(":")
        if colon:
            call = f"fake_ec2 option passthrough={list(names)!r}"
            if service in OPERATIONS:
                _require(call, service, operation)
            else:
                _require_told(call, service, operation)


def _actions(service: str) -> tuple[str, ...]:
    return (*load_service(service).operation_names, *_PERMISSIONS.get(service, ()))


def _require(call: str, service: str, name: str) -> None:
    _require_known(call, service, name, _actions(service))


def _require_told(call: str, service: str, name: str) -> None:
    described = description_of(service)
    if described is None:
        # "monitoring", as hosts call what botocore calls "cloudwatch".
        return
    _require_known(call, service, name, described["operations"])
    metadata = described["metadata"]
    if all(each.startswith("rest-") for each in metadata.get("protocols", [metadata["protocol"]])):
        msg = (
            f"{call}: requests to {service} don't name their operation, so all of them may pass"
            f' or none: passthrough=["{service}"]'
        )
        raise UsageError(msg)


def _require_known(call: str, service: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        msg = f"{call}: {service} has no operation {name!r}.{nearest(name, known)}"
        raise UsageError(msg)
