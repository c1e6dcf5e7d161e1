"""Time that passes by itself: how fast, for whom, and together with moves."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import time_machine
from freezegun import freeze_time

from pytest_fakecopy import _seams
from pytest_fakecopy.clocks.process import wall_now
from pytest_fakecopy.clocks.scaled import ScaledClock
from pytest_fakecopy.clocks.virtual import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that lets the wall clock go on."""
    elapsed = [1000.0]
    monkeypatch.setattr(_seams, "elapsed_seconds", lambda: elapsed[0])

    def go_on(seconds: float) -> None:
        elapsed[0] += seconds

    return go_on


@pytest.fixture
def clock() -> ScaledClock:
    """Return a clock that nothing moves yet."""
    scaled = ScaledClock(VirtualClock(START))
    scaled.start()
    return scaled


def since_start(clock: ScaledClock) -> float:
    """Return the seconds that have passed on *clock*."""
    return (clock.now() - START).total_seconds()


def test_nothing_moves_it_before_it_runs(clock: ScaledClock, wait: Callable[[float], None]) -> None:
    """It is the other clock, no more."""
    wait(10)

    assert clock.now() == START
    assert repr(clock) == "<VirtualClock at 2026-01-31T12:00:00Z>"


def test_it_runs_as_fast_as_it_is_told(clock: ScaledClock, wait: Callable[[float], None]) -> None:
    """Changes of speed count from when they are made."""
    assert clock.run(60) == 0
    wait(2)
    assert since_start(clock) == 120
    wait(1)
    assert clock.run(1) == 60
    wait(5)
    assert since_start(clock) == 185
    assert clock.run(0) == 1
    wait(5)
    assert since_start(clock) == 185


def test_moves_add_to_it(clock: ScaledClock, wait: Callable[[float], None]) -> None:
    """Who moves the clock moves it for everybody, and it goes on from there."""
    clock.run(60)
    wait(1)

    clock.move_to(START + timedelta(seconds=100))
    wait(1)

    assert since_start(clock) == 160


def test_it_never_goes_back(clock: ScaledClock, wait: Callable[[float], None]) -> None:
    """A move that comes late, to where time has been meanwhile, does nothing."""
    clock.run(60)
    wait(1)
    clock.now()

    clock.move_to(START + timedelta(seconds=5))

    assert since_start(clock) == 60


def test_the_moves_of_a_clock_that_stands_are_its_own(clock: ScaledClock) -> None:
    """What refuses to go back is `FakeClock`, not this."""
    clock.move_to(START - timedelta(seconds=5))

    assert since_start(clock) == -5


def test_it_says_how_fast_it_is(clock: ScaledClock, wait: Callable[[float], None]) -> None:
    """The repr shows the other clock as well."""
    clock.run(60)

    assert repr(clock) == (
        "<VirtualClock at 2026-01-31T12:00:00Z>, 60 times as fast as the wall clock"
    )


def test_what_goes_by_the_other_clock_moves_along(wait: Callable[[float], None]) -> None:
    """It hands on whatever it doesn't do itself."""
    calls = []

    class Clock(VirtualClock):
        def stop(self) -> None:
            calls.append("stop")

    clock = ScaledClock(Clock(START))
    clock.start()
    clock.stop()

    assert calls == ["stop"]
    assert abs(clock.signing_now() - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_the_wall_clock_goes_on_in_a_frozen_process() -> None:
    """Its two readings are those of the machine, under freezegun, time-machine and neither."""
    year = wall_now().year
    elapsed = _seams.elapsed_seconds()

    with freeze_time("2001-01-01", real_asyncio=True):
        frozen = wall_now().year, _seams.elapsed_seconds() >= elapsed
    with time_machine.travel("2001-01-01"):
        travelled = wall_now().year, _seams.elapsed_seconds() >= elapsed

    assert frozen == travelled == (year, True)
    assert year >= 2026
