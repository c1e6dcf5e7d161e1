"""The future: what is due when, and the clock that says what time it is.

There is no thread and no timer. Whoever enters the fake calls `Timeline.settle` with the time it
is now, and everything that has come due happens then, in order of due time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@lru_cache(maxsize=16)
def to_milliseconds(moment: datetime) -> datetime:
    """Return *moment* without its microseconds: EC2 keeps times to the millisecond.

    Of the thousands of snapshots that a test makes at one moment, all keep the same value.
    """
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Clock(Protocol):
    """A source of time. Every moment is an aware datetime in UTC."""

    def now(self) -> datetime:
        """Return the time of the fake: copies, states and events live by it."""
        ...

    def signing_now(self) -> datetime:
        """Return the time that this process puts into signatures, to judge their age by."""
        ...

    def move_to(self, moment: datetime) -> None:
        """Make it *moment*, which is never earlier than `now()`.

        Raises:
            ClockError: this clock can't be moved.
        """
        ...

    def start(self) -> None:
        """Take hold of the time, where this clock does (freezing the process, for example)."""
        ...

    def stop(self) -> None:
        """Let go of the time: everything that `start` replaced is the original again."""
        ...


@dataclass(slots=True, eq=False)
class Scheduled:
    """One thing that will happen: when, what in words, and the function that does it."""

    due: datetime
    what: str
    action: Callable[[datetime], None] = field(repr=False)
    """Called with its due time, once."""
    cancelled: bool = False


class Timeline:
    """Everything that is scheduled, in order of due time; of two with one due time the older first.

    What is scheduled in the background happens in its order like the rest, but nobody waits for
    it: a key that will be deleted in 30 days keeps no copy from being settled.
    """

    def __init__(self) -> None:
        """Start with nothing scheduled."""
        self._heap: list[tuple[datetime, int, Scheduled]] = []
        self._background: list[tuple[datetime, int, Scheduled]] = []
        self._count = 0

    def __repr__(self) -> str:
        """Return `<Timeline 2 scheduled, next at 2026-01-01T00:00:05+00:00>`."""
        due = self.next_due()
        coming = f", next at {due.isoformat()}" if due else ""
        return f"<Timeline {len(self.scheduled())} scheduled{coming}>"

    def schedule(
        self,
        due: datetime,
        what: str,
        action: Callable[[datetime], None],
        *,
        background: bool = False,
    ) -> Scheduled:
        """Have *action* called with *due* by the first `settle` at or after that time.

        Args:
            due: When, in UTC.
            what: What will happen, in words.
            action: Does it.
            background: Whether `next_due` leaves it out, so that nobody waits for it.
        """
        scheduled = Scheduled(due, what, action)
        self._count += 1
        heappush(self._background if background else self._heap, (due, self._count, scheduled))
        return scheduled

    def next_due(self) -> datetime | None:
        """Return when the next thing is due that somebody waits for, or None."""
        heap = self._heap
        while heap and heap[0][2].cancelled:
            heappop(heap)
        return heap[0][0] if heap else None

    def settle(self, now: datetime) -> None:
        """Let everything happen that is due at *now*, also what it schedules in turn."""
        heap, background = self._heap, self._background
        while True:
            first = background if background and (not heap or background[0] < heap[0]) else heap
            if not first or first[0][0] > now:
                return
            scheduled = heappop(first)[2]
            if not scheduled.cancelled:
                scheduled.action(scheduled.due)

    def scheduled(self) -> tuple[Scheduled, ...]:
        """Return what is still to come and somebody waits for, in order."""
        return tuple(entry[2] for entry in sorted(self._heap) if not entry[2].cancelled)
