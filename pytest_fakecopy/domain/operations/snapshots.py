"""Describe and delete snapshots."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import events, locks
from pytest_fakecopy.domain.arns import is_account_id, is_snapshot_id
from pytest_fakecopy.domain.filters import boolean, compile_filters, every
from pytest_fakecopy.domain.operations import paging
from pytest_fakecopy.domain.records import TransitionRecord
from pytest_fakecopy.domain.tags import as_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.snapshots import SnapshotRecord
    from pytest_fakecopy.domain.world import World


_UPPER_CASE = re.compile(r"snap-[0-9a-f]*[A-F][0-9a-fA-F]*")


def require_snapshot_id(snapshot_id: str) -> None:
    """Refuse a malformed snapshot id; captures of 2026-09-25 have the texts.

    Upper-case digits are answered as another prefix is.
    """
    if is_snapshot_id(snapshot_id):
        return
    if not snapshot_id.startswith("snap-") or _UPPER_CASE.fullmatch(snapshot_id):
        raise codes.Refused(codes.snapshot_id_without_prefix(snapshot_id))
    raise codes.Refused(codes.snapshot_id_malformed(snapshot_id))


def find_visible(call: Call, snapshot_id: str) -> SnapshotRecord:
    """Return a snapshot that the caller can see in this Region.

    Raises:
        Refused: the id is malformed, or names no such snapshot.
    """
    require_snapshot_id(snapshot_id)
    place = {"region": call.region, "account_id": call.account_id}
    record = call.world.snapshots.visible(snapshot_id, **place)
    if record is None or not _has_appeared(call, record):
        raise codes.Refused(codes.snapshot_not_found(snapshot_id))
    return record


def find_owned(call: Call, snapshot_id: str) -> SnapshotRecord:
    """Return a snapshot that the caller owns in this Region.

    Raises:
        Refused: the id is malformed, or names no such snapshot.
    """
    record = find_visible(call, snapshot_id)
    if record.owner_id != call.account_id:
        raise codes.Refused(codes.snapshot_not_found(record.snapshot_id))
    return record


def _has_appeared(call: Call, record: SnapshotRecord) -> bool:
    return not call.world.faults.hides(record.start_time, call.now)


def snapshot_arn_of(call: Call, record: SnapshotRecord) -> str:
    """Return the ARN that IAM checks for a snapshot, which has no account."""
    return call.arn(f"snapshot/{record.snapshot_id}")


def describe_snapshots(  # the parameters of the API
    call: Call,
    *,
    snapshot_ids: Sequence[str] = (),
    owner_ids: Sequence[str] = (),
    restorable_by_user_ids: Sequence[str] = (),
    filters: Sequence[Mapping[str, Any]] = (),
    max_results: int | None = None,
    next_token: str | None = None,
) -> Result:
    """List what the caller can see here, oldest first. API reference, DescribeSnapshots."""
    for name, value in (("maxResults", max_results), ("nextToken", next_token)):
        if snapshot_ids and value is not None:
            # Quoted for maxResults, assumed for nextToken.
            raise codes.Refused(
                codes.invalid_parameter_combination(
                    f"The parameter snapshotSet cannot be used with the parameter {name}"
                )
            )
    size = paging.page_size(max_results)
    checks = _checks(call, owner_ids, restorable_by_user_ids, filters)
    for snapshot_id in snapshot_ids:
        require_snapshot_id(snapshot_id)
    position = paging.position_of(next_token)
    call.authorize()
    if call.world.faults.visibility_delay:
        checks.append(lambda record: _has_appeared(call, record))
    passes = every(checks) if checks else None
    if snapshot_ids:
        found = [find_visible(call, snapshot_id) for snapshot_id in dict.fromkeys(snapshot_ids)]
        candidates: Iterator[tuple[int, SnapshotRecord]] = iter(
            [(0, record) for record in found if passes is None or passes(record)]
        )
    else:
        candidates = call.world.snapshots.page(
            region=call.region, account_id=call.account_id, after=position, passes=passes
        )
    page, token = paging.cut(candidates, size)
    return {"Snapshots": [described(call, record) for record in page], "NextToken": token}


def _checks(
    call: Call,
    owners: Sequence[str],
    restorers: Sequence[str],
    filters: Sequence[Mapping[str, Any]],
) -> list[Callable[[SnapshotRecord], bool]]:
    checks: list[Callable[[SnapshotRecord], bool]] = []
    me, world = call.account_id, call.world
    if owners:
        wanted = {me if owner == "self" else _require_user(owner, "amazon") for owner in owners}
        checks.append(lambda record: record.owner_id in wanted)
    if restorers:
        users = {me if user == "self" else _require_user(user, "all") for user in restorers}
        checks.append(lambda record: any(_is_restorable(world, record, user, me) for user in users))
    if filters:
        tags, none = world.tags.given_by(me), dict[str, str]()
        checks.append(
            compile_filters(
                filters, _getters(call.now), lambda record: tags.get(record.snapshot_id, none)
            )
        )
    return checks


def _require_user(user: str, *names: str) -> str:
    if user in names or is_account_id(user):
        return user
    # Code documented, text assumed.
    raise codes.Refused(
        codes.ErrorResponse("InvalidUserID.Malformed", f"Invalid user id: '{user}'")
    )


def _is_restorable(world: World, record: SnapshotRecord, user: str, caller: str) -> bool:
    """Say whether *user* can make volumes of a snapshot, as far as the caller is told.

    Capture of 2026-09-25: a recipient finds a shared snapshot by its own id and by `self`, not by
    the owner's.
    """
    if user == "all":
        return world.snapshots.is_public(record)
    if user == caller:
        return record.owner_id == caller or caller in record.shared_with
    return record.owner_id == caller and user in record.shared_with


def _getters(now: datetime) -> Mapping[str, Callable[[SnapshotRecord], str | None]]:
    """Return the filters of the API reference, DescribeSnapshots, with what they compare."""
    return {
        "description": lambda record: record.description,
        "encrypted": lambda record: boolean(record.encrypted),
        "owner-alias": lambda _record: None,
        "owner-id": lambda record: record.owner_id,
        "progress": lambda record: f"{record.progress_at(now)}%",
        "snapshot-id": lambda record: record.snapshot_id,
        "start-time": lambda record: events.timestamp(record.start_time),
        "status": lambda record: record.state,
        "storage-tier": lambda record: record.storage_tier,
        "transfer-type": lambda record: record.copy.transfer_type if record.copy else None,
        "volume-id": lambda record: record.volume_id,
        "volume-size": lambda record: str(record.volume_size),
    }


def described(call: Call, record: SnapshotRecord) -> dict[str, Any]:
    """Return a snapshot as DescribeSnapshots shows it; what AWS leaves out is None."""
    tags = call.world.tags.of(call.account_id, record.snapshot_id)
    item: dict[str, Any] = {
        "SnapshotId": record.snapshot_id,
        "VolumeId": record.volume_id,
        "State": record.state,
        "StateMessage": record.state_message,
        "StartTime": record.start_time,
        "Progress": f"{record.progress_at(call.now)}%",
        "OwnerId": record.owner_id,
        "Description": record.description,
        "VolumeSize": record.volume_size,
        "Encrypted": record.encrypted,
        "KmsKeyId": record.kms_key_arn,
        "StorageTier": record.storage_tier,
    }
    if tags:
        item["Tags"] = as_list(tags)
    copy = record.copy
    if copy is not None:
        item["TransferType"] = copy.transfer_type
        item["CompletionDurationMinutes"] = copy.completion_duration_minutes
    if record.state == "completed":
        item["CompletionTime"] = record.completion_time
        item["FullSnapshotSizeInBytes"] = record.data_size
    if record.outpost_arn or record.availability_zone or record.restore_expiry_time:
        item["OutpostArn"] = record.outpost_arn
        item["AvailabilityZone"] = record.availability_zone
        item["RestoreExpiryTime"] = record.restore_expiry_time
    return item


def delete_snapshot(call: Call, *, snapshot_id: str) -> Result:
    """Delete a snapshot, a pending one too. API reference, DeleteSnapshot.

    That a pending copy can be deleted was observed (capture of 2026-09-25).
    """
    record = find_owned(call, snapshot_id)
    call.authorize(snapshot_arn_of(call, record))
    require_deletable(call, record)
    forget(call, record)
    return {}


def forget(call: Call, record: SnapshotRecord) -> None:
    """Take a snapshot out of the world, with its tags and, of a copy, all that was scheduled."""
    world = call.world
    if record.state == "pending":
        why = f"{call.operation} deleted it while it was pending"
        world.snapshots.replace(replace(record, why=why))
    world.snapshots.remove(record.snapshot_id)
    world.copies.discard(record.snapshot_id, call.now)
    world.tags.forget(record.owner_id, record.snapshot_id)
    world.record(
        TransitionRecord(
            call.now,
            record.snapshot_id,
            record.region,
            record.owner_id,
            record.state,
            "deleted",
            why=call.operation,
        )
    )


def require_deletable(call: Call, record: SnapshotRecord) -> None:
    """Refuse to delete a snapshot that an image is made of, or that is locked."""
    for image in call.world.images.using(record.snapshot_id):
        if image.state(call.world.snapshots) != "failed":
            raise codes.Refused(codes.snapshot_in_use(record.snapshot_id, image.image_id))
    if locks.holds(record, call.now):
        # Documented is only that it can't be deleted; code and text are assumed.
        raise codes.Refused(
            codes.ErrorResponse(
                "OperationNotPermitted",
                f"The snapshot {record.snapshot_id} is locked and cannot be deleted.",
            )
        )
