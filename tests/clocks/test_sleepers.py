"""`asyncio.sleep` in the test's loop moves the clock, and tasks wake in order of their time."""

from __future__ import annotations

import asyncio
import math
import sys
import threading
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import _seams
from pytest_fakecopy.clocks.sleeping import InstantSleep
from tests.clocks.world import START, World, running, wall_seconds

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator


@pytest.fixture(params=["freezegun", "time-machine", "virtual"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Run a world under each clock that moves."""
    with running(request.param, START) as world:
        yield world


def elapsed(world: World) -> float:
    """Return the seconds since `START`."""
    return (world.clock.now() - START).total_seconds()


def run(coroutine: Coroutine[Any, Any, Any]) -> float:
    """Run *coroutine* in a new loop; return the seconds of reality that it took."""
    before = wall_seconds()
    asyncio.run(coroutine)
    return wall_seconds() - before


def test_sleeping_moves_the_clock_and_takes_no_time(world: World) -> None:
    """Ten minutes in one task take milliseconds; the result is handed back."""

    async def main() -> None:
        for _ in range(40):
            assert await asyncio.sleep(15, "result") == "result"

    took = run(main())

    assert elapsed(world) == 600
    assert took < 1


def test_tasks_wake_in_order_of_their_deadlines(world: World) -> None:
    """Concurrent sleeps overlap: time moves to each deadline once, not to the sum of them."""
    log: list[tuple[str, float]] = []

    async def sleeper(name: str, *delays: float) -> None:
        for delay in delays:
            await asyncio.sleep(delay)
            log.append((name, elapsed(world)))

    async def main() -> None:
        await asyncio.gather(
            sleeper("slow", 30), sleeper("fast", 10, 10, 5, 10), sleeper("twin", 10)
        )

    run(main())

    assert log == [
        ("fast", 10),
        ("twin", 10),
        ("fast", 20),
        ("fast", 25),
        ("slow", 30),
        ("fast", 35),
    ]


def test_a_task_that_comes_to_its_sleep_late_is_waited_for(world: World) -> None:
    """Time stands still as long as another task has something to do."""
    log: list[str] = []

    async def busy() -> None:
        for _ in range(100):
            await asyncio.sleep(0)
        await asyncio.sleep(10)
        log.append("busy")

    async def main() -> None:
        task = asyncio.create_task(busy())
        await asyncio.sleep(30)
        log.append("main")
        await task

    run(main())

    assert log == ["busy", "main"]
    assert elapsed(world) == 30


def test_a_task_that_spins_does_not_stop_the_time(world: World) -> None:
    """Polling with `sleep(0)` for what another task does after a sleep comes to an end."""
    done: list[bool] = []

    async def sleeper() -> None:
        await asyncio.sleep(30)
        done.append(True)

    async def main() -> None:
        task = asyncio.create_task(sleeper())
        while not done:  # noqa: ASYNC110  # the polling that it warns of is what is tested
            await asyncio.sleep(0)
        await task

    run(main())

    assert elapsed(world) == 30


def test_a_loop_that_does_not_tell_if_it_is_busy_gets_some_turns(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under uvloop, whose queue can't be seen, short work of other tasks is waited for."""
    log: list[str] = []

    async def busy() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        await asyncio.sleep(10)
        log.append("busy")

    async def main() -> None:
        task = asyncio.create_task(busy())
        await asyncio.sleep(30)
        log.append("main")
        await task

    monkeypatch.setattr(_seams, "is_busy", lambda loop: None)
    run(main())

    assert log == ["busy", "main"]


def test_the_seam_tells_of_loops_without_a_queue() -> None:
    """A loop that has no `_ready` is one that doesn't tell."""
    loop: Any = object()

    assert _seams.is_busy(loop) is None


def test_a_clock_that_was_moved_meanwhile_counts(world: World) -> None:
    """A task that ticks past another's deadline wakes it without moving time again."""
    log: list[float] = []

    async def sleeper() -> None:
        await asyncio.sleep(30)
        log.append(elapsed(world))

    async def main() -> None:
        task = asyncio.create_task(sleeper())
        await asyncio.sleep(0)
        world.clock.tick(60)
        await task

    run(main())

    assert log == [60]


@pytest.mark.parametrize("delay", [1, 3600])
def test_a_cancelled_sleep_moves_nothing(world: World, delay: int) -> None:
    """Of a task that is cancelled nothing stays on the clock, whenever it would have been due."""

    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(delay))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(5)

    run(main())

    assert elapsed(world) == 5


def test_a_loop_whose_last_sleeper_was_cancelled_comes_to_rest(world: World) -> None:
    """Nothing turns while nobody sleeps; a later sleep is one like any other."""

    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), timeout=0.01)
        await asyncio.sleep(5)

    run(main())

    assert elapsed(world) == 5


@pytest.mark.parametrize("delay", [0, -1])
def test_no_delay_yields_once(world: World, delay: int) -> None:
    """A sleep of 0 or less gives the others a turn and moves nothing."""
    log = []

    async def other() -> None:
        log.append("other")

    async def main() -> None:
        task = asyncio.create_task(other())
        await asyncio.sleep(delay)
        log.append("main")
        await task

    run(main())

    assert log == ["other", "main"]
    assert elapsed(world) == 0


def test_time_outs_take_real_time(world: World) -> None:
    """`wait_for` is a timer of the loop: it isn't reached by sleeps that move the clock."""

    async def main() -> None:
        assert await asyncio.wait_for(asyncio.sleep(3600, "slept"), timeout=60) == "slept"
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), timeout=0.02)

    took = run(main())

    assert took >= 0.02
    assert elapsed(world) == 3600


def test_a_loop_in_another_thread_sleeps_in_reality(world: World) -> None:
    """A server in a thread of its own doesn't move the test's time."""
    took: list[float] = []
    thread = threading.Thread(target=lambda: took.append(run(asyncio.sleep(0.02))))

    thread.start()
    thread.join()

    assert took[0] >= 0.02
    assert elapsed(world) == 0


def test_each_loop_has_its_own_sleepers(world: World) -> None:
    """Several `asyncio.run` in one test, one of which leaves sleepers behind."""

    async def leaves_one() -> None:
        task = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(10)
        assert not task.done()

    run(leaves_one())
    run(asyncio.sleep(20))

    assert elapsed(world) == 30


def test_an_error_while_time_moves_reaches_the_task_that_slept() -> None:
    """What goes wrong at a due time fails the task that slept through it, not the loop."""

    def fails(seconds: float) -> None:
        msg = f"moved by {seconds}"
        raise AssertionError(msg)

    async def main() -> None:
        with pytest.raises(AssertionError, match=r"^moved by 15\.0$"):
            await asyncio.sleep(15)

    with InstantSleep(fails, lambda: START):
        run(main())


def test_tasks_that_outlive_the_fake_wait_for_the_rest_in_reality() -> None:
    """A background task of a session-wide loop sleeps on when the test is over."""
    log: list[str] = []

    async def background() -> None:
        await asyncio.sleep(10.01)
        log.append("awake")

    async def test_body(world: World) -> None:
        tasks.append(asyncio.create_task(background()))
        tasks.append(asyncio.create_task(background()))
        await asyncio.sleep(10)

    tasks: list[asyncio.Task[None]] = []
    loop = asyncio.new_event_loop()
    with running("virtual", START) as world:
        loop.run_until_complete(test_body(world))
    tasks[1].cancel()
    before = list(log)
    loop.run_until_complete(tasks[0])
    loop.close()

    assert before == []
    assert log == ["awake"]
    assert world.clock.now() == START + timedelta(seconds=10)


def test_a_stand_in_that_was_there_before_is_in_charge(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own `asyncio.sleep` is called, and the clock is left to it."""
    slept = []

    async def stub(delay: float, result: object = None) -> object:
        slept.append(delay)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(asyncio.tasks, "sleep", stub)
        with running("virtual", START) as world:
            result = asyncio.run(asyncio.tasks.sleep(15, "result"))

    assert (slept, result) == ([15], "result")
    assert elapsed(world) == 0


def test_a_user_of_a_frozen_loop_need_not_ask_for_real_asyncio() -> None:
    """Under `freeze_time` without `real_asyncio`, where such sleeps hang, they are instant."""
    freezegun = pytest.importorskip("freezegun")

    with freezegun.freeze_time(START), running("freezegun") as world:
        run(asyncio.sleep(30))

        assert elapsed(world) == 30


@pytest.fixture
def anyio(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a stand-in for anyio that remembers how long it was asked to wait in reality."""
    module = ModuleType("anyio")
    module.waited = []  # type: ignore[attr-defined]
    code = "async def sleep(delay): waited.append(delay)"
    exec(code, {"__name__": "anyio", **vars(module)}, vars(module))  # noqa: S102  # stands above
    monkeypatch.setitem(sys.modules, "anyio", module)
    return module


def test_anyio_on_another_loop_moves_the_clock(world: World, anyio: ModuleType) -> None:
    """On trio, where the httpx session of aiobotocore may run, each sleep moves time itself."""
    original = anyio.sleep
    with InstantSleep(world.clock.tick, world.clock.now):
        with pytest.raises(StopIteration):
            anyio.sleep(15).send(None)
        with pytest.raises(StopIteration):
            anyio.sleep(math.inf).send(None)

    assert elapsed(world) == 15
    assert anyio.waited == [0, math.inf]
    assert anyio.sleep is original


def test_anyio_on_asyncio_is_left_to_asyncio(world: World, anyio: ModuleType) -> None:
    """On asyncio anyio's own function runs, which sleeps with `asyncio.sleep`."""
    with InstantSleep(world.clock.tick, world.clock.now):
        run(anyio.sleep(15))

    assert elapsed(world) == 0
    assert anyio.waited == [15]
