"""Archive snapshots, restore them, and say how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import archive
from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.filters import compile_filters
from pytest_fakecopy.domain.operations import paging
from pytest_fakecopy.domain.operations.snapshots import find_owned, snapshot_arn_of
from pytest_fakecopy.domain.tags import as_list
from pytest_fakecopy.domain.timeline import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

# The codes and texts of this family are assumed: what can't be done is documented (EBS User Guide,
# "Archive Amazon EBS snapshots"), what EC2 answers is not.


def modify_snapshot_tier(call: Call, *, snapshot_id: str, storage_tier: str = "archive") -> Result:
    """Archive a snapshot. API reference, ModifySnapshotTier."""
    record = find_owned(call, snapshot_id)
    if storage_tier != "archive":
        message = f"Value ({storage_tier}) for parameter StorageTier is invalid. Expected: archive."
        raise codes.Refused(codes.invalid_parameter_value(message))
    call.authorize(snapshot_arn_of(call, record))
    _require_archivable(call, record)
    started = archive.archive(call.world, record, to_milliseconds(call.now))
    return {
        "SnapshotId": snapshot_id,
        "TieringStartTime": started.tiering.started_at if started.tiering else None,
    }


def _require_archivable(call: Call, record: SnapshotRecord) -> None:
    if record.state != "completed":
        raise codes.Refused(codes.incorrect_state(record.state))
    _require_idle(record)
    if record.storage_tier == "archive":
        raise codes.Refused(codes.incorrect_state("archived"))
    for image in call.world.images.using(record.snapshot_id):
        raise codes.Refused(codes.snapshot_in_use(record.snapshot_id, image.image_id))
    if record.outpost_arn is not None:
        message = "Local snapshots cannot be archived."
        raise codes.Refused(codes.ErrorResponse("OperationNotPermitted", message))


def _require_idle(record: SnapshotRecord) -> None:
    tiering = record.tiering
    if tiering is not None and tiering.ended_at is None:
        raise codes.Refused(codes.incorrect_state(tiering.status))


def restore_snapshot_tier(
    call: Call,
    *,
    snapshot_id: str,
    temporary_restore_days: int | None = None,
    permanent_restore: bool | None = None,
) -> Result:
    """Restore an archived snapshot, or change its restore. API reference, RestoreSnapshotTier."""
    record = find_owned(call, snapshot_id)
    _require_one_kind(temporary_restore_days, permanent=bool(permanent_restore))
    call.authorize(snapshot_arn_of(call, record))
    _require_idle(record)
    days, now = temporary_restore_days, to_milliseconds(call.now)
    if record.storage_tier == "archive":
        archive.restore(call.world, record, now, days)
    elif record.restore_expiry_time is not None:
        archive.extend(call.world, record, now, days)
    else:
        raise codes.Refused(codes.incorrect_state("not archived"))
    return {
        "SnapshotId": snapshot_id,
        "RestoreStartTime": now,
        "RestoreDuration": days,
        "IsPermanentRestore": days is None,
    }


def _require_one_kind(days: int | None, *, permanent: bool) -> None:
    if days is None and not permanent:
        raise codes.Refused(codes.missing_parameter("TemporaryRestoreDays"))
    if days is not None and permanent:
        message = (
            "The parameter TemporaryRestoreDays cannot be used with the parameter PermanentRestore"
        )
        raise codes.Refused(codes.invalid_parameter_combination(message))
    if days is not None and days < 1:
        message = f"Value ( {days} ) for parameter TemporaryRestoreDays is invalid."
        raise codes.Refused(codes.invalid_parameter_value(message))


_GETTERS: Mapping[str, Callable[[SnapshotRecord], str | None]] = {
    "last-tiering-operation": lambda record: record.tiering.status if record.tiering else None,
    "snapshot-id": lambda record: record.snapshot_id,
    "volume-id": lambda record: record.volume_id,
}


def describe_snapshot_tier_status(
    call: Call,
    *,
    filters: Sequence[Mapping[str, Any]] = (),
    max_results: int | None = None,
    next_token: str | None = None,
) -> Result:
    """Say of the caller's snapshots which tier they are in. API reference."""
    tags = call.world.tags
    passes = compile_filters(
        filters, _GETTERS, lambda record: tags.of(call.account_id, record.snapshot_id)
    )
    size, position = paging.page_size(max_results), paging.position_of(next_token)
    call.authorize()
    entries = (
        entry
        for entry in call.world.snapshots.page(
            region=call.region, account_id=call.account_id, after=position
        )
        if entry[1].owner_id == call.account_id and passes(entry[1])
    )
    page, token = paging.cut(entries, size)
    return {"SnapshotTierStatuses": [_status(call, one) for one in page], "NextToken": token}


def _status(call: Call, record: SnapshotRecord) -> dict[str, Any]:
    tags = call.world.tags.of(call.account_id, record.snapshot_id)
    item: dict[str, Any] = {
        "SnapshotId": record.snapshot_id,
        "VolumeId": record.volume_id,
        "Status": record.state,
        "OwnerId": record.owner_id,
        "StorageTier": record.storage_tier,
        "RestoreExpiryTime": record.restore_expiry_time,
        "Tags": as_list(tags) or None,
    }
    tiering = record.tiering
    if tiering is not None:
        item["LastTieringStartTime"] = tiering.started_at
        item["LastTieringProgress"] = tiering.progress_at(call.now)
        item["LastTieringOperationStatus"] = tiering.status
        item["ArchivalCompleteTime"] = tiering.archived_at
    return item
