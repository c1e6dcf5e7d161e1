"""What all operations of KMS need: the key that is meant, its state, and pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from pytest_fakecopy.domain import kms_errors
from pytest_fakecopy.domain.arns import Arn
from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.operations import paging

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pytest_fakecopy.domain.kms import KeyRecord, KeyState
    from pytest_fakecopy.domain.operations.call import Call

_T = TypeVar("_T")
_KEY_ID = re.compile(r"mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def find_key(
    call: Call,
    identifier: str,
    *,
    aliases: bool = False,
    other_accounts: bool = False,
    allowing: Callable[[KeyRecord], bool] | None = None,
) -> KeyRecord:
    """Return the key that a KeyId means, if the caller may use it.

    Args:
        call: The call.
        identifier: A key id or key ARN.
        aliases: Whether the operation takes alias names and alias ARNs as well.
        other_accounts: Whether the operation can be used on another account's key, which its policy
            or a grant has to allow.
        allowing: Says of another account's key whether the caller may use it after all.

    Raises:
        Refused: the identifier is malformed, means no key, or another account's that isn't shared.
    """
    arn = _arn(call, identifier)
    is_alias = arn.resource.startswith("alias/")
    if not is_alias and _KEY_ID.fullmatch(arn.resource.removeprefix("key/")) is None:
        raise Refused(kms_errors.malformed_key_id(identifier))
    if is_alias and not aliases:
        raise Refused(kms_errors.malformed_key_id(identifier))
    place = {"region": call.region, "account_id": call.account_id}
    key = call.world.keys.resolve(str(arn), **place)
    if arn.account_id != call.account_id:
        allows = allowing or (lambda key: other_accounts and _lets(key, call))
        if key is None or not allows(key):
            action = f"kms:{call.operation}"
            raise Refused(kms_errors.access_denied(call.caller.arn, action, str(arn)))
    elif key is None:
        missing = kms_errors.alias_not_found if is_alias else kms_errors.key_not_found
        raise Refused(missing(str(arn)))
    return key


def _lets(key: KeyRecord, call: Call) -> bool:
    account_id = call.account_id
    return key.is_shared_with(account_id) or call.operation in key.granted_to(account_id)


def _arn(call: Call, identifier: str) -> Arn:
    """Return an identifier as the ARN that it stands for."""
    if not identifier.startswith("arn:"):
        resource = identifier if identifier.startswith("alias/") else f"key/{identifier}"
        return Arn(call.partition, "kms", call.region, call.account_id, resource)
    arn = Arn.parse(identifier)
    if arn is None or arn.service != "kms" or not arn.resource.startswith(("key/", "alias/")):
        # Code documented, text assumed.
        raise Refused(ErrorResponse("InvalidArnException", f"Invalid arn {identifier}"))
    if arn.region != call.region:
        raise Refused(kms_errors.arn_of_another_region(arn.region))
    return arn


def require_customer_key(call: Call, key: KeyRecord) -> None:
    """Refuse to change an AWS managed key: its policy lets nobody. The text is assumed."""
    if key.key_manager == "AWS":
        error = kms_errors.access_denied(call.caller.arn, f"kms:{call.operation}", key.arn)
        raise Refused(error)


def require_state(key: KeyRecord, states: Collection[KeyState]) -> None:
    """Refuse a key that is in another state. KMS Developer Guide, "Key states"."""
    if key.key_state not in states:
        raise Refused(kms_errors.invalid_state(key.arn, key.key_state))


def cut(
    items: Sequence[_T], limit: int | None, marker: str | None, usual: int
) -> tuple[list[_T], dict[str, object]]:
    """Return the items of one page, and the members that say whether there are more.

    Raises:
        Refused: the marker is none of ours. Code documented, text assumed.
    """
    try:
        start = paging.position_of(marker)
    except Refused:
        message = "The marker is not valid."
        raise Refused(ErrorResponse("InvalidMarkerException", message)) from None
    end = start + (limit or usual)
    if end >= len(items):
        return list(items[start:]), {"Truncated": False}
    return list(items[start:end]), {"Truncated": True, "NextMarker": paging.token_after(end)}
