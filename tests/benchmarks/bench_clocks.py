"""What a clock costs: enter plus exit with instant sleep, and each call, by number of modules.

Run it with `python tests/benchmarks/bench_clocks.py`. The budget: freezegun's own cost plus at
most 0.3 ms, and under 0.5 ms for time-machine and virtual, whatever the number of modules.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import time_machine
from freezegun import freeze_time

from pytest_fakecopy.clocks import make_clock
from pytest_fakecopy.clocks.control import FakeClock
from pytest_fakecopy.clocks.sleeping import InstantSleep
from pytest_fakecopy.domain.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 50
Name = Literal["freezegun", "time-machine", "virtual", "real"]
# 60 names per module is about what boto3 and its dependencies have; that one module in fifty has
# bound a sleep is more than that.
NAMES = {f"name_{number}": number for number in range(60)}


def pad_modules(count: int) -> None:
    """Import empty modules until there are *count*."""
    while len(sys.modules) < count:
        number = len(sys.modules)
        module = ModuleType(f"padding_{number}")
        vars(module).update(NAMES)
        if number % 50 == 0:
            vars(module)["sleep"] = time.sleep
        sys.modules[module.__name__] = module


def milliseconds(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the best of *rounds*, after one that fills the caches."""
    run()
    took = []
    for _ in range(rounds):
        gc.collect(0)
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        run()
        took.append(time.clock_gettime_ns(time.CLOCK_MONOTONIC) - before)
    return min(took) / 1e6


def enter_and_exit(name: Name) -> None:
    """Do for time what the fixture does."""
    clock = make_clock(name)
    clock.start()
    timeline = Timeline()
    control = FakeClock(clock, timeline, lambda: timeline.settle(clock.now()))
    with InstantSleep(control.tick, control.now):
        pass
    clock.stop()


def freezegun_alone() -> None:
    """Do what a user of freezegun pays for anyway."""
    with freeze_time(real_asyncio=True):
        pass


def time_machine_alone() -> None:
    """Do what a user of time-machine pays for anyway."""
    with time_machine.travel(0, tick=False):
        pass


def entries() -> None:
    """Print enter plus exit per clock and number of modules."""
    print(f"{'modules':>8} {'clock':<13} {'library':>9} {'with ours':>10} {'on top':>8}  (ms)")
    for count in (500, 3000, 10_000):
        pad_modules(count)
        for name, alone in (
            ("freezegun", freezegun_alone),
            ("time-machine", time_machine_alone),
            ("virtual", None),
        ):
            library = milliseconds(alone) if alone is not None else 0.0
            ours = milliseconds(lambda name=name: enter_and_exit(name))  # type: ignore[misc]
            print(
                f"{len(sys.modules):>8} {name:<13} {library:>9.3f} {ours:>10.3f}"
                f" {ours - library:>8.3f}"
            )


def calls() -> None:
    """Print what each use of a running clock costs."""
    for name in ("freezegun", "time-machine", "virtual"):
        clock = make_clock(name)
        clock.start()
        timeline = Timeline()
        control = FakeClock(clock, timeline, lambda: timeline.settle(clock.now()))  # noqa: B023
        with InstantSleep(control.tick, control.now):
            uses: dict[str, Callable[[], object]] = {
                "now()": control.now,
                "request_received()": control.request_received,
                "tick(1)": lambda: control.tick(1),  # noqa: B023
                "time.sleep(1)": lambda: time.sleep(1),
                "asyncio.sleep(1) x 100": lambda: asyncio.run(_naps()),
                "settle() 100 due times": lambda: _settle(control, timeline),  # noqa: B023
            }
            for use, run in uses.items():
                print(f"{name:<13} {use:<24} {milliseconds(run) * 1000:>9.1f} µs")
        clock.stop()


async def _naps() -> None:
    for _ in range(100):
        await asyncio.sleep(1)


def _settle(control: FakeClock, timeline: Timeline) -> None:
    now = control.now()
    for number in range(100):
        timeline.schedule(now + timedelta(seconds=number), "it", lambda due: None)
    control.settle()


if __name__ == "__main__":
    entries()
    calls()
