"""The KMS key of a new volume: which one it is, and whether EBS can use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain import kms_errors

if TYPE_CHECKING:
    from pytest_fakecopy.domain.kms import KeyRecord
    from pytest_fakecopy.domain.operations.call import Call
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

# Capture of 2026-09-25: without one of these on the new volume's key it is gone after a while.
_NEEDED_ON_KEY = ("kms:CreateGrant", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptTo")
_NEEDED_ON_SOURCE = ("kms:ReEncryptFrom",)


def key_of(
    call: Call, snapshot: SnapshotRecord | None, kms_key_id: str | None, *, encrypted: bool
) -> tuple[KeyRecord | None, str | None]:
    """Return the key of a new volume, and what names it; None and None where it has none.

    EBS User Guide, "Encryption outcomes": an own encrypted snapshot gives its key on, another
    account's gets the default key.
    """
    world, account_id = call.world, call.account_id
    by_default = world.settings.get(account_id, call.region).encryption_by_default
    if kms_key_id is not None:
        identifier = kms_key_id
    elif snapshot is not None and snapshot.kms_key_arn and snapshot.owner_id == account_id:
        identifier = snapshot.kms_key_arn
    elif encrypted or by_default or (snapshot is not None and snapshot.encrypted):
        identifier = world.default_key_arn(account_id, call.region)
    else:
        return None, None
    return world.keys.resolve(identifier, region=call.region, account_id=account_id), identifier


def defect_of(call: Call, snapshot: SnapshotRecord | None, identifier: str | None) -> str | None:
    """Return why the volume can't be encrypted, in the words of the event; None where it can."""
    if identifier is None:
        return None
    keys, account_id = call.world.keys, call.account_id
    key = keys.resolve(identifier, region=call.region, account_id=account_id)
    defect = _key_defect(call, key, identifier, _NEEDED_ON_KEY)
    if defect is None and key is not None and key.region != call.region:
        return f"{key.arn} is in another Region."
    if defect is None and snapshot is not None and snapshot.kms_key_arn is not None:
        source = keys.get(snapshot.kms_key_arn)
        return _key_defect(call, source, snapshot.kms_key_arn, _NEEDED_ON_SOURCE)
    return defect


def _key_defect(
    call: Call, key: KeyRecord | None, identifier: str, needed: tuple[str, ...]
) -> str | None:
    # The texts for states are documented, the others assumed.
    if key is None or not key.is_shared_with(call.account_id):
        return f"{identifier} is not accessible."
    if key.key_state != "Enabled":
        return kms_errors.in_state(key.arn, key.key_state)
    if not key.is_symmetric:
        return f"{key.arn} is not a symmetric key."
    permissions = call.world.permissions
    for action in needed:
        if permissions.denied(action, key.arn, call.account_id) is not None:
            return f"{key.arn} is not accessible."
    return None
