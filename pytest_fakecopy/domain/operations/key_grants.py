"""Grants on KMS keys."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import kms_errors
from pytest_fakecopy.domain.arns import Arn
from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.kms import Grant, account_of
from pytest_fakecopy.domain.operations.key_lookup import (
    cut,
    find_key,
    require_customer_key,
    require_state,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_fakecopy.domain.kms import KeyRecord
    from pytest_fakecopy.domain.operations.call import Call, Result

_GRANTS_ON_A_PAGE = 50
_GRANT_ID = re.compile(r"[0-9a-f]{64}")


def create_grant(  # the parameters of the API
    call: Call,
    *,
    key_id: str,
    grantee_principal: str,
    operations: Sequence[str],
    retiring_principal: str | None = None,
    constraints: Mapping[str, Any] | None = None,
    grant_tokens: Sequence[str] = (),
    name: str | None = None,
) -> Result:
    """Let a principal use a key, which counts at once. KMS API reference, CreateGrant."""
    del grant_tokens
    key = find_key(call, key_id, other_accounts=True)
    for principal in (grantee_principal, retiring_principal or grantee_principal):
        _require_principal(principal)
    call.authorize(key.arn)
    require_customer_key(call, key)
    if key.key_state == "Disabled":
        raise Refused(kms_errors.disabled(key.arn))
    require_state(key, ("Enabled", "PendingImport", "Unavailable"))
    grant = Grant(
        grant_id=call.world.ids.token("grant"),
        token=call.world.ids.token("grant-token"),
        grantee=grantee_principal,
        operations=tuple(operations),
        issuing_account=call.account_id,
        created_at=call.now,
        retiring_principal=retiring_principal,
        name=name,
        constraints=dict(constraints or {}),
    )
    earlier = _same(key, grant)
    if earlier is not None:
        return {"GrantToken": earlier.token, "GrantId": earlier.grant_id}
    call.world.keys.change(key.arn, grants=(*key.grants, grant))
    return {"GrantToken": grant.token, "GrantId": grant.grant_id}


def _same(key: KeyRecord, grant: Grant) -> Grant | None:
    """Return the grant of that name that says the same: then none is made (KMS API reference)."""
    if grant.name is None:
        return None
    for one in key.grants:
        renamed = replace(grant, grant_id=one.grant_id, token=one.token, created_at=one.created_at)
        if renamed == one:
            return one
    return None


def _require_principal(principal: str) -> None:
    arn = Arn.parse(principal)
    if arn is None or arn.service not in ("iam", "sts"):
        # Code documented; the text is quoted.
        message = f"ARN does not refer to a valid principal: {principal}"
        raise Refused(ErrorResponse("InvalidArnException", message))


def list_grants(  # the parameters of the API
    call: Call,
    *,
    key_id: str,
    grant_id: str | None = None,
    grantee_principal: str | None = None,
    limit: int | None = None,
    marker: str | None = None,
) -> Result:
    """List the grants on a key. KMS API reference, ListGrants."""
    key = find_key(call, key_id, other_accounts=True)
    if grant_id is not None:
        _require_grant_id(grant_id)
    call.authorize(key.arn)
    grants = [
        _item(key, grant)
        for grant in key.grants
        if grant_id in (None, grant.grant_id) and grantee_principal in (None, grant.grantee)
    ]
    items, more = cut(grants, limit, marker, _GRANTS_ON_A_PAGE)
    return {"Grants": items, **more}


def _item(key: KeyRecord, grant: Grant) -> dict[str, Any]:
    return {
        "KeyId": key.arn,
        "GrantId": grant.grant_id,
        "Name": grant.name,
        "CreationDate": grant.created_at,
        "GranteePrincipal": grant.grantee,
        "RetiringPrincipal": grant.retiring_principal,
        "IssuingAccount": f"arn:{key.arn.split(':')[1]}:iam::{grant.issuing_account}:root",
        "Operations": list(grant.operations),
        "Constraints": grant.constraints or None,
    }


def revoke_grant(call: Call, *, key_id: str, grant_id: str) -> Result:
    """Take a grant off a key. KMS API reference, RevokeGrant."""
    key = find_key(call, key_id, other_accounts=True)
    _require_grant_id(grant_id)
    call.authorize(key.arn)
    _take_off(call, key, grant_id)
    return {}


def retire_grant(
    call: Call,
    *,
    grant_token: str | None = None,
    key_id: str | None = None,
    grant_id: str | None = None,
) -> Result:
    """Give a grant back, named by its token or by key and id. KMS API reference, RetireGrant.

    Besides the key's account, the retiring principal can, and a grantee whose grant says so.
    """
    if grant_token is not None:
        key, grant_id = _by_token(call, grant_token)
    elif key_id is not None and grant_id is not None:
        _require_grant_id(grant_id)
        key = find_key(call, key_id, allowing=lambda key: _may_retire(call, key, grant_id))
    else:
        # Code and text assumed.
        message = "Either GrantToken, or KeyId and GrantId must be specified"
        raise Refused(kms_errors.validation(message))
    call.authorize(key.arn)
    _take_off(call, key, grant_id)
    return {}


def _may_retire(call: Call, key: KeyRecord, grant_id: str) -> bool:
    for grant in key.grants:
        if grant.grant_id == grant_id:
            owners = {key.account_id, account_of(grant.retiring_principal or "")}
            if "RetireGrant" in grant.operations:
                owners.add(account_of(grant.grantee))
            return call.account_id in owners
    return False


def _by_token(call: Call, token: str) -> tuple[KeyRecord, str]:
    for key in call.world.keys:
        for grant in key.grants:
            if grant.token == token and key.region == call.region:
                if not _may_retire(call, key, grant.grant_id):
                    error = kms_errors.access_denied(call.caller.arn, "kms:RetireGrant", key.arn)
                    raise Refused(error)
                return key, grant.grant_id
    # Code documented, text assumed.
    raise Refused(ErrorResponse("InvalidGrantTokenException", "The grant token is not valid."))


def _require_grant_id(grant_id: str) -> None:
    if _GRANT_ID.fullmatch(grant_id) is None:
        # Code documented, text assumed.
        message = f"Grant ID {grant_id} is not valid."
        raise Refused(ErrorResponse("InvalidGrantIdException", message))


def _take_off(call: Call, key: KeyRecord, grant_id: str) -> None:
    remaining = tuple(grant for grant in key.grants if grant.grant_id != grant_id)
    if len(remaining) == len(key.grants):
        # Quoted.
        raise Refused(kms_errors.not_found(f"Grant ID {grant_id} not found"))
    call.world.keys.change(key.arn, grants=remaining)
