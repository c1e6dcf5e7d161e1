"""Snapshots: one frozen record each, and the registry that finds them by id, owner and order."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING, Literal, TypeAlias

from pytest_fakecopy.domain.regions import is_local_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from datetime import datetime

    from pytest_fakecopy.domain.archive import Tiering
    from pytest_fakecopy.domain.locks import Lock

SnapshotState: TypeAlias = Literal["pending", "completed", "error", "recoverable", "recovering"]
TransferType: TypeAlias = Literal["standard", "time-based"]

GIB = 1024**3

# AWS docs, EBS User Guide "Copy an Amazon EBS snapshot": a copy has an arbitrary volume id.
# Capture of 2026-09-25: it is this one.
ARBITRARY_VOLUME_ID = "vol-ffffffff"


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What makes a snapshot a copy."""

    source_snapshot_id: str
    source_region: str
    transfer_type: TransferType = "standard"
    completion_duration_minutes: int | None = None
    started_at: datetime | None = None
    """When the copying began; None while it waits for an earlier copy of the same snapshot."""
    incremental: bool = False
    missed_duration: bool = False
    """Whether a time-based copy was still in progress when its duration was over."""


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """A snapshot as it is at one moment. A change makes a new record."""

    snapshot_id: str
    region: str
    owner_id: str
    volume_id: str
    volume_size: int
    """GiB."""
    data_size: int
    """Bytes of the blocks that it holds."""
    start_time: datetime
    state: SnapshotState
    description: str = ""
    state_message: str | None = None
    encrypted: bool = False
    kms_key_arn: str | None = None
    completion_time: datetime | None = None
    progressing: tuple[datetime, datetime] | None = None
    """From when to when the progress of a pending snapshot goes from 0% to 100%."""
    storage_tier: Literal["standard", "archive"] = "standard"
    restore_expiry_time: datetime | None = None
    """When a temporarily restored snapshot goes back to the archive."""
    tiering: Tiering | None = None
    """Its last archival or restore."""
    outpost_arn: str | None = None
    availability_zone: str | None = None
    shared_with: frozenset[str] = frozenset()
    public: bool = False
    lock: Lock | None = None
    copy: CopyFacts | None = None
    why: str = ""
    """One sentence: what decided its state."""

    @property
    def location(self) -> str:
        """The Outpost or Local Zone that confines it; empty where the Region has it."""
        zone = self.availability_zone
        local_zone = zone if zone and is_local_zone(zone, self.region) else ""
        return self.outpost_arn or local_zone

    def progress_at(self, now: datetime) -> int:
        """Return the progress in percent: computed from start, end and *now*, never stored."""
        if self.state != "pending":
            return 0 if self.state == "error" else 100
        if self.progressing is None:
            return 0
        start, end = self.progressing
        if end <= start:
            return 99
        return max(0, min(99, int(100 * ((now - start) / (end - start)))))


class _Sequence:
    """Ids in the order in which they came, cheap to page through and to remove from."""

    __slots__ = ("_gone", "_ids", "_numbers")

    def __init__(self) -> None:
        self._numbers = array("q")
        self._ids: list[str] = []
        self._gone = 0

    def append(self, number: int, snapshot_id: str) -> None:
        self._numbers.append(number)
        self._ids.append(snapshot_id)

    def discard(self, there: Container[str]) -> None:
        """Count one id that isn't *there* any more; when half are gone, let go of them."""
        self._gone += 1
        if self._gone * 2 > len(self._ids):
            entries = [entry for entry in self.after(0) if entry[1] in there]
            self._numbers = array("q", [number for number, _ in entries])
            self._ids = [snapshot_id for _, snapshot_id in entries]
            self._gone = 0

    def after(self, number: int) -> Iterator[tuple[int, str]]:
        """Iterate over numbers and ids from there on, those that are gone included."""
        numbers, ids = self._numbers, self._ids
        places = range(bisect_right(numbers, number), len(numbers))
        return zip(map(numbers.__getitem__, places), map(ids.__getitem__, places), strict=True)


def _never(_account_id: str, _region: str) -> bool:
    return False


class SnapshotRegistry:
    """All snapshots of a fake, of every account and Region."""

    def __init__(self, blocks_public: Callable[[str, str], bool] = _never) -> None:
        """Start without snapshots.

        Args:
            blocks_public: Says whether an account treats its public snapshots in a Region as
                private: block public access, in the mode `block-all-sharing`.
        """
        self._blocks_public = blocks_public
        self._records: dict[str, SnapshotRecord] = {}
        self._deleted: dict[str, SnapshotRecord] = {}
        self._numbers: dict[str, int] = {}
        self._count = 0
        self._owned: dict[tuple[str, str], _Sequence] = {}
        self._shared: dict[str, dict[str, int]] = {}
        self._copies: dict[str, None] = {}
        self._pending: dict[str, None] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._records)

    def __iter__(self) -> Iterator[SnapshotRecord]:
        """Iterate over all records in the order in which the snapshots were made."""
        return iter(tuple(self._records.values()))

    def get(self, snapshot_id: str) -> SnapshotRecord | None:
        """Return the record with that id, whoever may see it."""
        return self._records.get(snapshot_id)

    def deleted(self, snapshot_id: str) -> SnapshotRecord | None:
        """Return what a snapshot was like when it was deleted."""
        return self._deleted.get(snapshot_id)

    def ids(self) -> tuple[str, ...]:
        """Return all ids in the order in which the snapshots were made."""
        return tuple(self._records)

    def copies(self) -> list[SnapshotRecord]:
        """Return those made by CopySnapshot in the order in which they were made."""
        return [self._records[snapshot_id] for snapshot_id in self._copies]

    def pending(self) -> list[SnapshotRecord]:
        """Return those that are pending."""
        return [self._records[snapshot_id] for snapshot_id in self._pending]

    def add(self, record: SnapshotRecord) -> None:
        """Keep a new snapshot."""
        self._count += 1
        self._numbers[record.snapshot_id] = self._count
        place = record.region, record.owner_id
        owned = self._owned.get(place)
        if owned is None:
            owned = self._owned[place] = _Sequence()
        owned.append(self._count, record.snapshot_id)
        if record.copy is not None:
            self._copies[record.snapshot_id] = None
        self.replace(record)

    def replace(self, record: SnapshotRecord) -> None:
        """Keep *record* in the place of the one with its id."""
        snapshot_id = record.snapshot_id
        self._records[snapshot_id] = record
        if record.state == "pending":
            self._pending[snapshot_id] = None
        else:
            self._pending.pop(snapshot_id, None)
        shared = self._shared.get(record.region)
        if record.public or record.shared_with:
            if shared is None:
                shared = self._shared[record.region] = {}
            shared[snapshot_id] = self._numbers[snapshot_id]
        elif shared is not None:
            shared.pop(snapshot_id, None)

    def remove(self, snapshot_id: str) -> None:
        """Take a snapshot away; `deleted` has it from now on."""
        record = self._deleted[snapshot_id] = self._records.pop(snapshot_id)
        for index in (self._numbers, self._copies, self._pending):
            index.pop(snapshot_id, None)
        self._owned[record.region, record.owner_id].discard(self._records)
        self._shared.get(record.region, {}).pop(snapshot_id, None)

    def is_public(self, record: SnapshotRecord) -> bool:
        """Say whether everybody can see a snapshot: it is public, and that is not blocked."""
        return record.public and not self._blocks_public(record.owner_id, record.region)

    def can_see(self, account_id: str, record: SnapshotRecord) -> bool:
        """Say whether that account can make volumes and copies of it: own, shared or public."""
        return (
            record.owner_id == account_id
            or account_id in record.shared_with
            or self.is_public(record)
        )

    def visible(self, snapshot_id: str, *, region: str, account_id: str) -> SnapshotRecord | None:
        """Return the snapshot if it is in that Region and that account can see it."""
        record = self._records.get(snapshot_id)
        if record is None or record.region != region or not self.can_see(account_id, record):
            return None
        return record

    def page(
        self,
        *,
        region: str,
        account_id: str,
        after: int = 0,
        passes: Callable[[SnapshotRecord], bool] | None = None,
    ) -> Iterator[tuple[int, SnapshotRecord]]:
        """Iterate over what an account can see in a Region, oldest first, each with its number.

        Args:
            region: The Region to look in.
            account_id: Who looks.
            after: Only those with a higher number: where the last page ended.
            passes: Only those of which it says so.
        """
        owned = self._owned.get((region, account_id))
        entries = owned.after(after) if owned else iter(())
        shared = self._shared_with(region, account_id, after)
        records = self._records
        for number, snapshot_id in merge(entries, shared) if shared else entries:
            record = records.get(snapshot_id)
            if record is not None and (passes is None or passes(record)):
                yield number, record

    def _shared_with(self, region: str, account_id: str, after: int) -> list[tuple[int, str]]:
        return sorted(
            (number, snapshot_id)
            for snapshot_id, number in self._shared.get(region, {}).items()
            if number > after
            and self._records[snapshot_id].owner_id != account_id
            and self.can_see(account_id, self._records[snapshot_id])
        )
