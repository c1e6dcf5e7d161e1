"""What an account has set for EBS in a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import resource_events
from pytest_fakecopy.domain.kms import DEFAULT_EBS_ALIAS
from pytest_fakecopy.domain.settings import BlockPublicAccess

if TYPE_CHECKING:
    from pytest_fakecopy.domain.operations.call import Call, Result

_BLOCKED: tuple[str, ...] = tuple(
    state for state in get_args(BlockPublicAccess) if state != "unblocked"
)


def get_ebs_encryption_by_default(call: Call) -> Result:
    """Say whether new volumes and copies are encrypted unasked. API reference."""
    call.authorize()
    settings = call.world.settings.get(call.account_id, call.region)
    return {"EbsEncryptionByDefault": settings.encryption_by_default}


def enable_ebs_encryption_by_default(call: Call) -> Result:
    """Have new volumes and copies encrypted. API reference, EnableEbsEncryptionByDefault."""
    return _set_encryption(call, by_default=True)


def disable_ebs_encryption_by_default(call: Call) -> Result:
    """Leave it to each request again. API reference, DisableEbsEncryptionByDefault."""
    return _set_encryption(call, by_default=False)


def _set_encryption(call: Call, *, by_default: bool) -> Result:
    call.authorize()
    call.world.settings.change(call.account_id, call.region, encryption_by_default=by_default)
    return {"EbsEncryptionByDefault": by_default}


def get_ebs_default_kms_key_id(call: Call) -> Result:
    """Name the key that is used where a request names none. API reference.

    Where nothing was configured that is the alias, also once the managed key was used (capture of
    2026-09-25); the API reference promises an ARN.
    """
    call.authorize()
    settings = call.world.settings.get(call.account_id, call.region)
    return {"KmsKeyId": settings.default_key_arn or DEFAULT_EBS_ALIAS}


def modify_ebs_default_kms_key_id(call: Call, *, kms_key_id: str) -> Result:
    """Set the key that is used where a request names none. API reference.

    AWS authenticates the key asynchronously: one that isn't there appears to be set, and isn't.
    """
    call.authorize()
    key = call.world.keys.resolve(kms_key_id, region=call.region, account_id=call.account_id)
    if key is None or not key.is_symmetric or not key.is_shared_with(call.account_id):
        return {"KmsKeyId": kms_key_id}
    call.world.keys.use(key)
    configured = None if key.key_manager == "AWS" else key.arn
    call.world.settings.change(call.account_id, call.region, default_key_arn=configured)
    return {"KmsKeyId": key.arn}


def reset_ebs_default_kms_key_id(call: Call) -> Result:
    """Go back to the AWS managed key. API reference, ResetEbsDefaultKmsKeyId."""
    call.authorize()
    call.world.settings.change(call.account_id, call.region, default_key_arn=None)
    return {"KmsKeyId": DEFAULT_EBS_ALIAS}


def get_snapshot_block_public_access_state(call: Call) -> Result:
    """Say whether public sharing is blocked. API reference."""
    call.authorize()
    settings = call.world.settings.get(call.account_id, call.region)
    return {"State": settings.block_public_access, "ManagedBy": "account"}


def enable_snapshot_block_public_access(call: Call, *, state: str) -> Result:
    """Block public sharing, all or only new. API reference, EnableSnapshotBlockPublicAccess."""
    if state not in _BLOCKED:
        # Code and text assumed.
        message = (
            f"Value ({state}) for parameter State is invalid. Expected: {', '.join(_BLOCKED)}."
        )
        raise codes.Refused(codes.invalid_parameter_value(message))
    return _block(
        call, "block-all-sharing" if state == "block-all-sharing" else "block-new-sharing"
    )


def disable_snapshot_block_public_access(call: Call) -> Result:
    """Allow public sharing again. API reference, DisableSnapshotBlockPublicAccess."""
    return _block(call, "unblocked")


def _block(call: Call, state: BlockPublicAccess) -> Result:
    call.authorize()
    call.world.settings.change(call.account_id, call.region, block_public_access=state)
    event = resource_events.block_public_access(
        state,
        account_id=call.account_id,
        region=call.region,
        event_id=call.event_id(),
        at=call.now,
    )
    call.world.emit(call.now, event)
    return {"State": state}
