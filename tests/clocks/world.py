"""A small world for tests of time: one clock, one timeline, and snapshots whose state moves."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pytest_fakecopy.clocks import make_clock
from pytest_fakecopy.clocks.control import FakeClock
from pytest_fakecopy.clocks.sleeping import InstantSleep
from pytest_fakecopy.domain.timeline import Clock, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

ClockName: TypeAlias = Literal["freezegun", "time-machine", "virtual", "real"]
MOVABLE: tuple[ClockName, ...] = ("freezegun", "time-machine", "virtual")
START = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@dataclass
class World:
    """What a fake has of time, and `snapshots`: their state by name."""

    source: Clock
    timeline: Timeline = field(default_factory=Timeline)
    snapshots: dict[str, str] = field(default_factory=dict)
    settled_at: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put the control on top."""
        self.clock = FakeClock(self.source, self.timeline, self.settle)

    def settle(self) -> None:
        """Let everything happen that is due."""
        self.timeline.settle(self.source.now())

    def copy(
        self, name: str = "copy", *, ends: str | None = "completed", after: float = 60
    ) -> None:
        """Begin a copy, which is pending until it ends in that state, or for ever."""
        self.snapshots[name] = "pending"

        def end(due: datetime) -> None:
            self.settled_at.append(self.source.now())
            self.snapshots[name] = ends or "pending"

        if ends is not None:
            self.timeline.schedule(
                self.source.now() + timedelta(seconds=after), f"{name} ends", end
            )

    def describe(self, name: str = "copy") -> dict[str, Any]:
        """Answer DescribeSnapshots for that copy."""
        self.clock.request_received()
        self.settle()
        return {"Snapshots": [{"SnapshotId": name, "State": self.snapshots[name]}]}


@contextmanager
def running(
    clock: ClockName = "virtual", start_time: datetime | None = None, *, sleep: bool = True
) -> Iterator[World]:
    """Run a world: its clock started, sleeps instant."""
    world = World(make_clock(clock, start_time))
    world.source.start()
    try:
        if sleep:
            with InstantSleep(world.clock.tick, world.clock.now):
                yield world
        else:
            yield world
    finally:
        world.source.stop()


def wall_seconds() -> float:
    """Return a monotonic time that neither freezegun nor time-machine holds."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)
