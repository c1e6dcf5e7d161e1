"""Locks against deletion: what state one is in. It is computed at each look, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

LockMode: TypeAlias = Literal["compliance", "governance"]
LockState: TypeAlias = Literal["compliance", "governance", "compliance-cooloff", "expired"]


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock against deletion, as LockSnapshot set it."""

    mode: LockMode
    created_at: datetime
    duration_days: int
    cool_off_hours: int | None = None
    until: datetime | None = None
    """The ExpirationDate; None where a duration was asked for."""

    @property
    def cool_off_expires_at(self) -> datetime | None:
        """When the cooling-off period ends; None where there is none."""
        if self.cool_off_hours is None:
            return None
        return self.created_at + timedelta(hours=self.cool_off_hours)

    def starts_at(self, record: SnapshotRecord) -> datetime | None:
        """Return when the duration starts: of a pending snapshot not before it is completed.

        API reference, LockSnapshot.
        """
        if record.completion_time is None:
            return None if record.state == "pending" else self.created_at
        return max(self.created_at, record.completion_time)

    def expires_at(self, record: SnapshotRecord) -> datetime | None:
        """Return when the lock expires; None while the snapshot is pending."""
        if self.until is not None:
            return self.until
        start = self.starts_at(record)
        return None if start is None else start + timedelta(days=self.duration_days)

    def state(self, record: SnapshotRecord, now: datetime) -> LockState:
        """Return the model's LockState."""
        expiry, cool_off = self.expires_at(record), self.cool_off_expires_at
        if expiry is not None and now >= expiry:
            return "expired"
        if cool_off is not None and now < cool_off:
            return "compliance-cooloff"
        return self.mode


def holds(record: SnapshotRecord, now: datetime) -> bool:
    """Say whether a lock keeps the snapshot from being deleted."""
    return record.lock is not None and record.lock.state(record, now) != "expired"
