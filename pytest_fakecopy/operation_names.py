"""Names of operations that a test gives, checked against botocore's service models."""

from __future__ import annotations

from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.errors import UsageError, nearest
from pytest_fakecopy.wire.model import load_service

# AWS docs, KMS, "Permissions reference": ReEncrypt is authorized under these two names.
_PERMISSIONS = {"kms": ("ReEncryptFrom", "ReEncryptTo")}


def require_action(call: str, action: str) -> None:
    """Refuse an IAM action of EC2, KMS or STS that there isn't; wildcards match whatever they do.

    Args:
        call: How the user wrote it, for the message.
        action: "ec2:CopySnapshot".

    Raises:
        UsageError: it is not a service and an action, or the service has no such action.
    """
    service, colon, name = action.partition(":")
    if action != "*" and not (service and colon and name):
        msg = f'{call}: expected a service and an action: "kms:CreateGrant"'
        raise UsageError(msg)
    if set(action) & set("*?"):
        return
    # IAM doesn't look at the case of an action.
    _require(call, service.lower(), name, fold=True)


def require_passthrough(names: tuple[str, ...]) -> None:
    """Refuse operations of `passthrough` that EC2, KMS and STS don't have.

    Raises:
        UsageError: there is no such operation; the message names the nearest.
    """
    for name in names:
        service, colon, operation = name.partition(":")
        if colon:
            _require(f"fake_ec2 option passthrough={list(names)!r}", service, operation)


def _require(call: str, service: str, name: str, *, fold: bool = False) -> None:
    if service not in OPERATIONS:
        return
    known = (*load_service(service).operation_names, *_PERMISSIONS.get(service, ()))
    if name in known or (fold and name.lower() in {one.lower() for one in known}):
        return
    msg = f"{call}: {service} has no operation {name!r}.{nearest(name, known)}"
    raise UsageError(msg)
