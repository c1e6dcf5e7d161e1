"""What a clock costs: enter plus exit by number of modules, waits of ten minutes, and each call.

`python -m tests.benchmarks --only clocks`. The budget: freezegun's own cost plus at most 0.3 ms,
and under 0.5 ms for time-machine and virtual, whatever the number of modules; 50 ms for a wait.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import time_machine
from botocore.exceptions import WaiterError
from freezegun import freeze_time

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.clocks import make_clock
from pytest_fakecopy.clocks.control import FakeClock
from pytest_fakecopy.clocks.sleeping import InstantSleep
from pytest_fakecopy.domain.timeline import Timeline
from tests.benchmarks.timing import Row, best, cpu, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROUNDS = 100
WAITS = 20
COUNTS = (500, 3000, 10_000)
Name = Literal["freezegun", "time-machine", "virtual", "real"]
# A process with pandas, scikit-learn, SQLAlchemy, Django, Celery, Ansible and boto3 has 2 895
# modules of 38 names each, and in 12 places a sleep that somebody has bound.
NAMES = {f"name_{number}": number for number in range(40)}
SLEEPS_IN_ONE_OF = 150


def pad_modules(count: int) -> None:
    """Import empty modules until there are *count*."""
    while len(sys.modules) < count:
        number = len(sys.modules)
        module = ModuleType(f"padding_{number}")
        vars(module).update(NAMES)
        if number % SLEEPS_IN_ONE_OF == 0:
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


def enter_and_exit_fake(name: Name) -> None:
    """Do all that the fixture does."""
    with FakeEC2(clock=name):
        pass


def freezegun_alone() -> None:
    """Do what a user of freezegun pays for anyway."""
    with freeze_time(real_asyncio=True):
        pass


def time_machine_alone() -> None:
    """Do what a user of time-machine pays for anyway."""
    with time_machine.travel(0, tick=False):
        pass


ALONE: Mapping[Name, Callable[[], object]] = {
    "freezegun": freezegun_alone,
    "time-machine": time_machine_alone,
    "virtual": lambda: None,
}


def entry_rows() -> list[Row]:
    """Return enter plus exit per clock, each number of modules in a process of its own."""
    rows = []
    for count in COUNTS:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.bench_clocks", str(count)],
            check=True,
            capture_output=True,
            text=True,
        )
        rows += [Row(**row) for row in json.loads(done.stdout)]
    return rows


def entries(count: int) -> list[Row]:
    """Return enter plus exit among that many modules; the floor is the library's own."""
    pad_modules(count)
    rows = []
    for name, library in ALONE.items():
        runs: dict[str, Callable[[], object]] = {
            "floor": library,
            "clock": lambda name=name: enter_and_exit(name),  # type: ignore[misc]
            "fixture": lambda name=name: enter_and_exit_fake(name),  # type: ignore[misc]
        }
        for run in runs.values():
            run()
        timed = {each: (lambda run=run: cpu(run) / 1000) for each, run in runs.items()}
        least = in_turns(timed, rounds=ROUNDS)
        floor = least["floor"]
        target = 0.3 if name == "freezegun" else 0.5
        for what in ("clock", "fixture"):
            called = f"{what}, {name}, {len(sys.modules)} modules"
            on_top = least[what] - floor
            rows += [
                Row(called, "ms", floor, least[what]),
                Row(f"{called}, on top", "ms", fake=on_top, target=target),
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


def waiter_rows() -> list[Row]:
    """Return what ten minutes of waiting cost, by outcome, waiter and clock."""
    rows: list[Row] = []
    for name in ALONE:
        for outcome in ("good", "failing", "endless"):
            with FakeEC2(clock=name, max_concurrent_copies=10**6) as fake:
                asyncio.run(_waits(fake, outcome, f"waiter, {outcome} copy, {name}", rows))
    return rows


async def _waits(fake: FakeEC2, outcome: str, called: str, rows: list[Row]) -> None:
    # Not in the processes that count modules.
    from aiobotocore.session import get_session  # noqa: PLC0415

    source = fake.snapshots.add().snapshot_id
    request: dict[str, Any] = {"SourceRegion": "us-east-1", "SourceSnapshotId": source}
    if outcome == "failing":
        request |= {"Encrypted": True, "KmsKeyId": "alias/no-such-key"}
    if outcome == "endless":
        fake.faults.hold_copies()
    client = fake.client("ec2", region="us-east-1")
    waiter = client.get_waiter("snapshot_completed")
    async with get_session().create_client("ec2", region_name="us-east-1") as aio:
        aio_waiter = aio.get_waiter("snapshot_completed")
        took: dict[str, list[float]] = {"botocore": [], "aiobotocore": []}
        for _ in range(WAITS):
            one = client.copy_snapshot(**request)["SnapshotId"]
            with suppress(WaiterError), timed(took["botocore"]):
                waiter.wait(SnapshotIds=[one])
            other = client.copy_snapshot(**request)["SnapshotId"]
            with suppress(WaiterError), timed(took["aiobotocore"]):
                await aio_waiter.wait(SnapshotIds=[other])
    rows += [
        Row(f"{called}, {library}", "ms", fake=min(each), target=50.0)
        for library, each in took.items()
    ]


@contextmanager
def timed(took: list[float]) -> Iterator[None]:
    """Add the CPU time of the block, in milliseconds."""
    begin = time.process_time_ns()
    try:
        yield
    finally:
        took.append((time.process_time_ns() - begin) / 1e6)


def rows(_clock: str) -> list[Row]:
    """Return the table of clocks, all of them."""
    return [*entry_rows(), *waiter_rows(), *use_rows()]


async def _naps() -> None:
    for _ in range(100):
        await asyncio.sleep(1)


def _settle(control: FakeClock, timeline: Timeline) -> None:
    now = control.now()
    for number in range(100):
        timeline.schedule(now + timedelta(seconds=number), "it", lambda due: None)
    control.settle()


if __name__ == "__main__":
    print(json.dumps([row.as_dict() for row in entries(int(sys.argv[1]))]))
