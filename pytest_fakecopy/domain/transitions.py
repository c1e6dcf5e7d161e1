"""The states of a snapshot: which may follow which, and how one is taken to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_fakecopy.domain import resource_events
from pytest_fakecopy.domain.records import TransitionRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pytest_fakecopy.domain.locks import Lock
    from pytest_fakecopy.domain.snapshots import SnapshotRecord, SnapshotState
    from pytest_fakecopy.domain.world import World

# botocore 1.43, EC2 model: the values of SnapshotState. Which may follow which is documented for
# copies and for the Recycle Bin (EBS User Guide).
TRANSITIONS: Mapping[SnapshotState, frozenset[SnapshotState]] = {
    "pending": frozenset({"completed", "error"}),
    "completed": frozenset({"recoverable"}),
    "recoverable": frozenset({"recovering"}),
    "recovering": frozenset({"completed"}),
    "error": frozenset(),
}


def move(
    world: World, record: SnapshotRecord, state: SnapshotState, at: datetime, **members: object
) -> SnapshotRecord:
    """Take a snapshot to another state, with other members of its record, and write that down."""
    if state not in TRANSITIONS[record.state]:
        msg = f"{record.snapshot_id} can't go from {record.state} to {state}"
        raise ValueError(msg)
    if state == "error":
        # EBS User Guide, "Monitor Amazon EBS snapshot locks"; `tell_unlocked` says so.
        members["lock"] = None
    moved = replace(record, state=state, progressing=None, **members)  # type: ignore[arg-type]  # fields by name
    world.snapshots.replace(moved)
    note(world, moved, record.state, at)
    return moved


def tell_unlocked(world: World, record: SnapshotRecord, lock: Lock, at: datetime) -> None:
    """Emit that a snapshot failed which was locked while it was pending, and is locked no more."""
    event = resource_events.lock_snapshot(
        record,
        lock,
        partition=world.partition_of(record.region),
        event_id=world.ids.uuid("event"),
        at=at,
        failed=True,
    )
    world.emit(at, event)


def note(world: World, record: SnapshotRecord, before: str | None, at: datetime) -> None:
    """Write down that a snapshot is in a new state."""
    world.record(
        TransitionRecord(
            at,
            record.snapshot_id,
            record.region,
            record.owner_id,
            before,
            record.state,
            record.state_message,
            record.why,
        )
    )
