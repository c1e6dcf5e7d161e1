"""Aliases of KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import kms_errors
from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.kms import DEFAULT_EBS_ALIAS, is_alias_name
from pytest_fakecopy.domain.operations.key_lookup import (
    cut,
    find_key,
    require_customer_key,
    require_state,
)

if TYPE_CHECKING:
    from pytest_fakecopy.domain.kms import KeyRecord, KeyState
    from pytest_fakecopy.domain.operations.call import Call, Result

_ALIASES_ON_A_PAGE = 50
# KMS Developer Guide, "Key states": not a key that is to be deleted.
_NAMEABLE: tuple[KeyState, ...] = ("Enabled", "Disabled", "PendingImport", "Unavailable")


def _require_name(name: str) -> None:
    if not name.startswith("alias/"):
        # Quoted.
        raise Refused(kms_errors.validation("Invalid identifier"))
    if name.startswith("alias/aws/"):
        # Code quoted: it isn't modelled. The text is assumed.
        message = "Aliases that begin with alias/aws/ are reserved for AWS managed keys."
        raise Refused(ErrorResponse("NotAuthorizedException", message))
    if not is_alias_name(name):
        # Code documented, text assumed.
        message = f"{name} is not a valid alias name."
        raise Refused(ErrorResponse("InvalidAliasNameException", message))


def _arn(call: Call, name: str) -> str:
    return f"arn:{call.partition}:kms:{call.region}:{call.account_id}:{name}"


def _target(call: Call, key_id: str) -> KeyRecord:
    if ":alias/" in key_id or key_id.startswith("alias/"):
        # Quoted.
        raise Refused(kms_errors.validation("Aliases must refer to keys. Not aliases"))
    return find_key(call, key_id)


def create_alias(call: Call, *, alias_name: str, target_key_id: str) -> Result:
    """Give a key an alias. KMS API reference, CreateAlias."""
    _require_name(alias_name)
    key = _target(call, target_key_id)
    arn = _arn(call, alias_name)
    call.authorize(arn, key.arn)
    require_customer_key(call, key)
    require_state(key, _NAMEABLE)
    if alias_name in call.world.keys.aliases(call.region, call.account_id):
        # Observed in many issues.
        raise Refused(kms_errors.already_exists(f"An alias with the name {arn} already exists"))
    call.world.keys.set_alias(alias_name, key.arn)
    return {}


def update_alias(call: Call, *, alias_name: str, target_key_id: str) -> Result:
    """Let an alias mean another key, for copies that are pending too. KMS API reference."""
    _require_name(alias_name)
    before = _require_alias(call, alias_name)
    key = _target(call, target_key_id)
    call.authorize(_arn(call, alias_name), before.arn, key.arn)
    require_customer_key(call, key)
    require_state(key, _NAMEABLE)
    if (before.key_usage, before.is_symmetric) != (key.key_usage, key.is_symmetric):
        # KMS API reference, UpdateAlias: both of one kind and usage. Code and text assumed.
        message = f"Alias {alias_name} cannot be changed to a key of another type or usage."
        raise Refused(kms_errors.validation(message))
    call.world.keys.set_alias(alias_name, key.arn)
    return {}


def delete_alias(call: Call, *, alias_name: str) -> Result:
    """Forget an alias. KMS API reference, DeleteAlias."""
    _require_name(alias_name)
    key = _require_alias(call, alias_name)
    call.authorize(_arn(call, alias_name), key.arn)
    call.world.keys.remove_alias(call.region, call.account_id, alias_name)
    return {}


def _require_alias(call: Call, name: str) -> KeyRecord:
    """Return the key that an alias means."""
    return find_key(call, name, aliases=True)


def list_aliases(
    call: Call, *, key_id: str | None = None, limit: int | None = None, marker: str | None = None
) -> Result:
    """List the caller's aliases in the Region, or those of a key. KMS API reference."""
    key = find_key(call, key_id) if key_id is not None else None
    call.authorize()
    named = call.world.keys.aliases(call.region, call.account_id)
    aliases = [_item(call, *one) for one in named.items() if key is None or one[1] == key.arn]
    if key is None and DEFAULT_EBS_ALIAS not in named:
        # KMS API reference, ListAliases: predefined aliases, whose key was not needed so far.
        aliases.append({"AliasName": DEFAULT_EBS_ALIAS, "AliasArn": _arn(call, DEFAULT_EBS_ALIAS)})
    items, more = cut(aliases, limit, marker, _ALIASES_ON_A_PAGE)
    return {"Aliases": items, **more}


def _item(call: Call, name: str, arn: str) -> dict[str, Any]:
    created, updated = call.world.keys.alias_dates(call.region, call.account_id, name)
    return {
        "AliasName": name,
        "AliasArn": _arn(call, name),
        "TargetKeyId": arn.rpartition("/")[2],
        "CreationDate": created,
        "LastUpdatedDate": updated,
    }
