"""Who else may use a snapshot: its createVolumePermission."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import resource_events
from pytest_fakecopy.domain.arns import is_account_id, is_snapshot_id
from pytest_fakecopy.domain.operations.snapshots import find_owned, snapshot_arn_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

_PERMISSION = "createVolumePermission"
# Capture of 2026-09-25.
_MOST_ENTRIES = 500

# Observed: issues of other tools, HTTP 400.
_DEFAULT_KEY = codes.ErrorResponse(
    "OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared"
)
# Quoted.
_ENCRYPTED = codes.ErrorResponse(
    "OperationNotPermitted", "Encrypted snapshots cannot be shared publicly."
)
# EBS User Guide, block public access for snapshots; code and text are assumed.
_BLOCKED = codes.ErrorResponse(
    "OperationNotPermitted", "Public sharing of snapshots is blocked for this account."
)
# Quoted.
_BAD_ATTRIBUTE = codes.ErrorResponse("InvalidRequest", "The request received was invalid.")


@dataclass(frozen=True, slots=True)
class _Change:
    """Who is added to the permission or taken off it."""

    adds: bool
    accounts: frozenset[str]
    everybody: bool


def modify_snapshot_attribute(  # the parameters of the API
    call: Call,
    *,
    snapshot_id: str,
    attribute: str | None = None,
    create_volume_permission: Mapping[str, Any] | None = None,
    operation_type: str | None = None,
    user_ids: Sequence[str] = (),
    group_names: Sequence[str] = (),
) -> Result:
    """Share a snapshot or stop to. API reference, ModifySnapshotAttribute.

    The id and the ownership are looked at before the caller's permissions, as in captures.
    """
    record = find_owned(call, snapshot_id)
    if attribute not in (None, _PERMISSION):
        raise codes.Refused(_BAD_ATTRIBUTE)
    if create_volume_permission is not None:
        change = _structured(create_volume_permission)
    else:
        change = _flat(operation_type, user_ids, group_names)
    call.authorize(snapshot_arn_of(call, record))
    if change.adds:
        # Assumed: a copy that shows no key yet is not shared where its key would forbid it.
        _require_shareable(call, call.world.copies.planned(record), change)
    _apply(call, record, change)
    return {}


def _structured(permission: Mapping[str, Any]) -> _Change:
    """Read the form with Add and Remove; the codes and texts of what is wrong are quoted."""
    adds, removes = permission.get("Add") or [], permission.get("Remove") or []
    if adds and removes:
        raise codes.Refused(
            codes.invalid_parameter_combination(
                f"One and only one operation type may be specified for {_PERMISSION}s"
            )
        )
    entries = adds or removes
    users = [str(entry["UserId"]) for entry in entries if "UserId" in entry]
    groups = [str(entry["Group"]) for entry in entries if "Group" in entry]
    _require_some(len(users) + len(groups))
    for user in users:
        if not is_account_id(user):
            raise codes.Refused(_bad_item(f"UserId {user}"))
    return _Change(bool(adds), frozenset(users), _everybody(groups))


def _flat(operation: str | None, users: Sequence[str], groups: Sequence[str]) -> _Change:
    """Read the form with OperationType, UserIds and GroupNames; what is wrong is quoted."""
    _require_some(len(users) + len(groups))
    if operation not in ("add", "remove"):
        raise codes.Refused(
            codes.invalid_parameter_combination(
                f"No operation specified for {_PERMISSION} attribute."
            )
        )
    for user in users:
        if not is_account_id(user):
            raise codes.Refused(_bad_item(f"UserId ({user}) is invalid."))
    return _Change(operation == "add", frozenset(users), _everybody(groups))


def _require_some(entries: int) -> None:
    if not entries:
        raise codes.Refused(codes.invalid_parameter_combination("No attributes specified."))
    if entries > _MOST_ENTRIES:
        raise codes.Refused(
            codes.invalid_parameter_value(
                f"Modification size must not be greater than {_MOST_ENTRIES}."
            )
        )


def _everybody(groups: Sequence[str]) -> bool:
    for group in groups:
        if group != "all":
            raise codes.Refused(_bad_item(f"UserGroup {group}"))
    return bool(groups)


def _bad_item(message: str) -> codes.ErrorResponse:
    return codes.ErrorResponse("InvalidAMIAttributeItemValue", message)


def _require_shareable(call: Call, record: SnapshotRecord, change: _Change) -> None:
    world = call.world
    if record.encrypted and change.everybody:
        raise codes.Refused(_ENCRYPTED)
    key = world.keys.get(record.kms_key_arn or "")
    if key is not None and key.key_manager == "AWS":
        raise codes.Refused(_DEFAULT_KEY)
    settings = world.settings.get(call.account_id, call.region)
    if change.everybody and settings.block_public_access != "unblocked":
        raise codes.Refused(_BLOCKED)
    # EBS User Guide, "Archive Amazon EBS snapshots" and "Local snapshots on Outposts": neither can
    # be shared; the codes and texts are assumed.
    if record.storage_tier == "archive":
        raise codes.Refused(codes.incorrect_state("archived"))
    if record.outpost_arn is not None:
        raise codes.Refused(
            codes.ErrorResponse("OperationNotPermitted", "Local snapshots cannot be shared.")
        )


def _apply(call: Call, record: SnapshotRecord, change: _Change) -> None:
    world, before = call.world, record.shared_with
    if change.adds:
        shared = before | (change.accounts - {record.owner_id})
    else:
        shared = before - change.accounts
    public = change.adds if change.everybody else record.public
    world.snapshots.replace(replace(record, shared_with=shared, public=public))
    for recipient in sorted(shared - before):
        world.emit(
            call.now,
            resource_events.share_snapshot(
                record,
                recipient,
                partition=call.partition,
                event_id=call.event_id(),
                at=call.now,
            ),
        )


def describe_snapshot_attribute(call: Call, *, attribute: str, snapshot_id: str) -> Result:
    """Say who else may use a snapshot. API reference, DescribeSnapshotAttribute."""
    call.authorize(call.arn(f"snapshot/{snapshot_id}"))
    record = find_owned(call, snapshot_id)
    if attribute == "productCodes":
        return {"SnapshotId": snapshot_id, "ProductCodes": []}
    if attribute != _PERMISSION:
        raise codes.Refused(_BAD_ATTRIBUTE)
    permissions = [{"UserId": account_id} for account_id in sorted(record.shared_with)]
    if record.public:
        permissions.append({"Group": "all"})
    return {"SnapshotId": snapshot_id, "CreateVolumePermissions": permissions}


def reset_snapshot_attribute(call: Call, *, attribute: str, snapshot_id: str) -> Result:
    """Make a snapshot private again. API reference, ResetSnapshotAttribute."""
    call.authorize(call.arn(f"snapshot/{snapshot_id}"))
    if attribute != _PERMISSION:
        raise codes.Refused(_BAD_ATTRIBUTE)
    if not is_snapshot_id(snapshot_id):
        # Quoted: another text than that of the other operations.
        raise codes.Refused(
            codes.ErrorResponse(
                "InvalidSnapshotID.Malformed", f"The snapshot ID '{snapshot_id}' is malformed"
            )
        )
    record = find_owned(call, snapshot_id)
    call.world.snapshots.replace(replace(record, shared_with=frozenset(), public=False))
    return {}
