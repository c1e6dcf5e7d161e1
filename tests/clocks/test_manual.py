"""What moves the clock and what takes real time, each row of the manual's table."""

from __future__ import annotations

import asyncio
import queue
import select
import socket
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from pytest_fakecopy import FakeEC2
from tests.clocks.world import MOVABLE, START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=MOVABLE)
def fake(request: pytest.FixtureRequest) -> Iterator[FakeEC2]:
    """Enter a fake under each clock that moves."""
    with FakeEC2(clock=request.param, start_time=START) as fake:
        yield fake


def client(**options: Any) -> Any:  # botocore is untyped
    """Return a client of boto3."""
    return boto3.client("ec2", region_name="us-east-1", config=Config(**options))


def copy(fake: FakeEC2) -> str:
    """Copy a new snapshot and return the copy's id."""
    source = fake.snapshots.add().snapshot_id
    copied = client().copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source)
    return str(copied["SnapshotId"])


def elapsed(fake: FakeEC2) -> float:
    """Return the seconds since the start."""
    return (fake.clock.now() - START).total_seconds()


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_the_retries_of_botocore_move_the_clock(fake: FakeEC2, mode: str) -> None:
    """Throttled seven times, a call backs off for seconds, and succeeds."""
    fake.faults.reject("DescribeSnapshots", "RequestLimitExceeded", status=503, times=7)

    client(retries={"mode": mode, "max_attempts": 8}).describe_snapshots()

    assert [entry.status for entry in fake.journal.requests()] == [503] * 7 + [200]
    assert elapsed(fake) > 1


class PendingError(Exception):
    """The copy hasn't ended yet."""


def look(fake: FakeEC2, snapshot_id: str) -> str:
    """Return the state of a copy that has ended."""
    state = fake.snapshots[snapshot_id].state
    if state == "pending":
        raise PendingError
    return state


def with_tenacity(poll: Callable[[], str]) -> str:
    """Poll each seven seconds."""
    tenacity = pytest.importorskip("tenacity")
    result: str = tenacity.retry(wait=tenacity.wait_fixed(7))(poll)()
    return result


def with_backoff(poll: Callable[[], str]) -> str:
    """Poll each seven seconds."""
    backoff = pytest.importorskip("backoff")
    decorated = backoff.on_exception(backoff.constant, PendingError, interval=7, jitter=None)
    result: str = decorated(poll)()
    return result


def with_stamina(poll: Callable[[], str]) -> str:
    """Poll each seven seconds."""
    stamina = pytest.importorskip("stamina")
    decorated = stamina.retry(
        on=PendingError, attempts=20, timeout=None, wait_initial=7, wait_max=7, wait_jitter=0
    )
    result: str = decorated(poll)()
    return result


@pytest.mark.parametrize("retry", [with_tenacity, with_backoff, with_stamina])
def test_retry_loops_move_the_clock(
    fake: FakeEC2, retry: Callable[[Callable[[], str]], str]
) -> None:
    """Each poll is seven seconds after the one before, and the ninth pause is the last."""
    copied = copy(fake)

    state = retry(lambda: look(fake, copied))

    assert state == "completed"
    assert elapsed(fake) == 63


def test_tasks_of_anyio_wake_in_order(fake: FakeEC2) -> None:
    """`anyio.sleep` on asyncio moves the clock, to each deadline once."""
    anyio = pytest.importorskip("anyio")
    log: list[tuple[int, float]] = []

    async def sleeper(seconds: int) -> None:
        await anyio.sleep(seconds)
        log.append((seconds, elapsed(fake)))

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for seconds in (30, 10, 20):
                group.start_soon(sleeper, seconds)

    anyio.run(main)

    assert log == [(10, 10), (20, 20), (30, 30)]


def test_time_outs_of_anyio_take_real_time(fake: FakeEC2) -> None:
    """`move_on_after` is a timer of the loop."""
    anyio = pytest.importorskip("anyio")

    async def main() -> tuple[bool, float]:
        with anyio.move_on_after(0.01) as scope:
            await anyio.Event().wait()
        return scope.cancelled_caught, elapsed(fake)

    assert anyio.run(main) == (True, 0)


async def timer() -> None:
    """Wait for a timer of the loop."""
    woken = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, woken.set)
    await woken.wait()


def thread() -> None:
    """Wait for a thread that sleeps."""
    worker = threading.Thread(target=time.sleep, args=(0.01,))
    worker.start()
    worker.join(0.001)
    worker.join()


def condition() -> None:
    """Wait for a condition that doesn't come."""
    with (never := threading.Condition()):
        never.wait(0.01)


def full() -> None:
    """Wait for room in a queue."""
    with pytest.raises(queue.Empty):
        queue.Queue[int]().get(timeout=0.01)


def silent() -> None:
    """Wait for a socket to which nobody sends."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.01)
        assert select.select([ours], [], [], 0.01) == ([], [], [])
        with pytest.raises(TimeoutError):
            ours.recv(1)


@pytest.mark.parametrize(
    "wait",
    [
        pytest.param(lambda: threading.Event().wait(0.01), id="event"),
        pytest.param(lambda: asyncio.run(timer()), id="call-later"),
        *(thread, condition, full, silent),
    ],
)
def test_time_outs_take_real_time(fake: FakeEC2, wait: Callable[[], object]) -> None:
    """What waits for threads, sockets and timers isn't virtual: the clock stands still."""
    wait()

    assert elapsed(fake) == 0


LONG_AGO = datetime(2000, 2, 29, tzinfo=timezone.utc)
KEPT: list[Callable[[float], object]] = [time.sleep]


def test_what_is_kept_in_a_list_sleeps_in_reality(fake: FakeEC2) -> None:
    """It isn't found; `fake_ec2.clock.tick` in its place moves the clock."""
    KEPT[0](0.001)
    slept = elapsed(fake)
    fake.clock.tick(30)

    assert (slept, elapsed(fake)) == (0, 30)


def test_the_first_calls_of_a_thread_see_real_time_under_freezegun() -> None:
    """freezegun leaves `threading` alone, and looks five calls back for it; dates don't."""
    seen: list[datetime] = []

    def worker() -> None:
        seen.append(datetime.fromtimestamp(time.time(), timezone.utc))
        seen.append(datetime.now(timezone.utc))

    with FakeEC2(start_time=LONG_AGO):
        thread = threading.Thread(target=worker)
        thread.start()
        thread.join()

    assert seen[0] - LONG_AGO > timedelta(days=1)
    assert seen[1] == LONG_AGO
