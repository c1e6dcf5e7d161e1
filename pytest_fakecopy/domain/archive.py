"""The archive tier: what a snapshot's last archival or restore was, and the steps of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from pytest_fakecopy.domain import resource_events
from pytest_fakecopy.domain.records import TransitionRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.snapshots import SnapshotRecord
    from pytest_fakecopy.domain.world import World

Kind: TypeAlias = Literal["archival", "temporary-restore", "permanent-restore"]

# EBS User Guide, "Archive Amazon EBS snapshots": a restore takes up to 72 hours. How long an
# archival takes is not documented. Assumed: both take an hour.
TAKES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Tiering:
    """The last archival or restore of a snapshot."""

    kind: Kind
    started_at: datetime
    ended_at: datetime | None = None
    """None while it is in progress."""
    archived_at: datetime | None = None
    """When the snapshot was last archived."""

    @property
    def status(self) -> str:
        """The model's LastTieringOperationStatus: "archival-in-progress" and so on."""
        return f"{self.kind}-{'completed' if self.ended_at else 'in-progress'}"

    def progress_at(self, now: datetime) -> int:
        """Return the percentage that is done, computed from start and *now*, never stored."""
        if self.ended_at is not None:
            return 100
        return max(0, min(99, int(100 * ((now - self.started_at) / TAKES))))


def archive(world: World, record: SnapshotRecord, at: datetime) -> SnapshotRecord:
    """Start to archive a snapshot."""
    return _start(world, record, "archival", at, _archived)


def restore(world: World, record: SnapshotRecord, at: datetime, days: int | None) -> SnapshotRecord:
    """Start to restore an archived snapshot, for some days or for good where *days* is None."""
    kind: Kind = "permanent-restore" if days is None else "temporary-restore"

    def restored(world: World, record: SnapshotRecord, at: datetime) -> SnapshotRecord:
        expiry = None if days is None else at + timedelta(days=days)
        record = replace(record, storage_tier="standard", restore_expiry_time=expiry)
        _expire(world, record)
        return record

    return _start(world, record, kind, at, restored)


def extend(world: World, record: SnapshotRecord, at: datetime, days: int | None) -> SnapshotRecord:
    """Give a temporarily restored snapshot another period from now, or keep it for good."""
    kind: Kind = "permanent-restore" if days is None else "temporary-restore"
    tiering = record.tiering
    changed = replace(
        record,
        restore_expiry_time=None if days is None else at + timedelta(days=days),
        tiering=Tiering(kind, at, at, tiering.archived_at if tiering else None),
    )
    world.snapshots.replace(changed)
    _expire(world, changed)
    return changed


def _start(
    world: World,
    record: SnapshotRecord,
    kind: Kind,
    at: datetime,
    change: Callable[[World, SnapshotRecord, datetime], SnapshotRecord],
) -> SnapshotRecord:
    before = record.tiering
    tiering = Tiering(kind, at, archived_at=before.archived_at if before else None)
    started = replace(record, tiering=tiering)
    world.snapshots.replace(started)

    def end(at: datetime) -> None:
        current = world.snapshots.get(record.snapshot_id)
        if current is not None:  # not deleted in between
            ended = replace(current, tiering=replace(tiering, ended_at=at))
            name: resource_events.ArchiveEvent = (
                "archiveSnapshot" if kind == "archival" else "restoreSnapshot"
            )
            _move(world, current, change(world, ended, at), name, at)

    world.timeline.schedule(at + TAKES, f"{record.snapshot_id} ends its {kind}", end)
    return started


def _archived(_world: World, record: SnapshotRecord, at: datetime) -> SnapshotRecord:
    # EBS User Guide, "Archive Amazon EBS snapshots": whom it was shared with loses access.
    tiering = record.tiering
    return replace(
        record,
        storage_tier="archive",
        restore_expiry_time=None,
        shared_with=frozenset(),
        public=False,
        tiering=replace(tiering, archived_at=at) if tiering else None,
    )


def _expire(world: World, record: SnapshotRecord) -> None:
    """Have the snapshot archived again when its restore expires, unless that was changed."""
    expiry = record.restore_expiry_time
    if expiry is None:
        return

    def expire(at: datetime) -> None:
        current = world.snapshots.get(record.snapshot_id)
        if current is not None and current.restore_expiry_time == at:
            archived = replace(current, storage_tier="archive", restore_expiry_time=None)
            _move(world, current, archived, "restoreExpiry", at)

    what = f"{record.snapshot_id} goes back to the archive"
    world.timeline.schedule(expiry, what, expire, background=True)


def _move(
    world: World,
    before: SnapshotRecord,
    after: SnapshotRecord,
    name: resource_events.ArchiveEvent,
    at: datetime,
) -> None:
    """Keep the new record, write down that the tier changed, and emit the event of that."""
    world.snapshots.replace(after)
    place = (after.snapshot_id, after.region, after.owner_id)
    world.record(TransitionRecord(at, *place, before.storage_tier, after.storage_tier, why=name))
    world.emit(
        at,
        resource_events.archive(
            after,
            name,
            partition=world.partition_of(after.region),
            event_id=world.ids.uuid("event"),
            at=at,
        ),
    )
