"""What a clock costs: enter plus exit with instant sleep, and each call, by number of modules.

`python -m tests.benchmarks --only clocks`. The budget: freezegun's own cost plus at most 0.3 ms,
and under 0.5 ms for time-machine and virtual, whatever the number of modules.
"""

from __future__ import annotations

import asyncio
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
from tests.benchmarks.timing import Row, best, cpu, in_turns

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


def entry_rows() -> list[Row]:
    """Return enter plus exit per clock and number of modules; the floor is the library's own."""
    alone: dict[Name, Callable[[], object]] = {
        "freezegun": freezegun_alone,
        "time-machine": time_machine_alone,
        "virtual": lambda: None,
    }
    rows = []
    for count in (500, 3000, 10_000):
        pad_modules(count)
        for name, library in alone.items():
            runs: dict[str, Callable[[], object]] = {
                "floor": library,
                "fake": lambda name=name: enter_and_exit(name),  # type: ignore[misc]
            }
            for run in runs.values():
                run()
            timed = {each: (lambda run=run: cpu(run) / 1000) for each, run in runs.items()}
            least = in_turns(timed, rounds=ROUNDS)
            on_top = least["fake"] - least["floor"]
            called = f"{name}, {len(sys.modules)} modules"
            target = 0.3 if name == "freezegun" else 0.5
            rows += [
                Row(f"clock, {called}", "ms", **least),
                Row(f"clock, {called}, on top", "ms", fake=on_top, target=target),
            ]
    return rows


def use_rows() -> list[Row]:
    """Return what each use of a running clock costs."""
    rows = []
    names: tuple[Name, ...] = ("freezegun", "time-machine", "virtual")
    for name in names:
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
                run()
                rows.append(Row(f"{name}: {use}", "µs", fake=best(run, rounds=ROUNDS)))
        clock.stop()
    return rows


def rows(_clock: str) -> list[Row]:
    """Return the table of clocks, all of them."""
    return [*entry_rows(), *use_rows()]


async def _naps() -> None:
    for _ in range(100):
        await asyncio.sleep(1)


def _settle(control: FakeClock, timeline: Timeline) -> None:
    now = control.now()
    for number in range(100):
        timeline.schedule(now + timedelta(seconds=number), "it", lambda due: None)
    control.settle()
