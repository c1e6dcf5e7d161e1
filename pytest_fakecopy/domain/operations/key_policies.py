"""Key policies: read and put them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain import key_policies, kms_errors
from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.operations.key_lookup import find_key, require_customer_key

if TYPE_CHECKING:
    from pytest_fakecopy.domain.operations.call import Call, Result

_NAME = "default"


def read_policy(text: str | None, owner: str, *, bypass: bool) -> frozenset[str]:
    """Return the accounts that a new policy shares the key with.

    Args:
        text: The policy; None is the default one, which shares it with nobody.
        owner: The account that owns the key.
        bypass: Whether the owner may be locked out.

    Raises:
        Refused: it is no policy, or would lock the owner out. The text of the former is assumed.
    """
    if text is None:
        return frozenset()
    statements = key_policies.parse(text)
    if statements is None:
        message = "Policy contains a statement with one or more invalid elements."
        raise Refused(ErrorResponse("MalformedPolicyDocumentException", message))
    if not bypass and key_policies.locks_out(statements, owner):
        raise Refused(kms_errors.LOCKED_OUT)
    return key_policies.shared_with(statements, owner)


def get_key_policy(call: Call, *, key_id: str, policy_name: str = _NAME) -> Result:
    """Return the policy of a key. KMS API reference, GetKeyPolicy."""
    key = find_key(call, key_id)
    call.authorize(key.arn)
    _require_name(policy_name)
    return {"Policy": key_policies.text_of(key), "PolicyName": policy_name}


def put_key_policy(
    call: Call,
    *,
    key_id: str,
    policy: str,
    policy_name: str = _NAME,
    bypass_policy_lockout_safety_check: bool = False,
) -> Result:
    """Give a key another policy, and with it the accounts that may use it. KMS API reference."""
    key = find_key(call, key_id)
    shared = read_policy(policy, call.account_id, bypass=bypass_policy_lockout_safety_check)
    call.authorize(key.arn)
    require_customer_key(call, key)
    _require_name(policy_name)
    call.world.keys.change(key.arn, policy=policy, shared_with=shared)
    return {}


def _require_name(name: str) -> None:
    if name != _NAME:
        # Quoted.
        raise Refused(kms_errors.not_found("No such policy exists"))
