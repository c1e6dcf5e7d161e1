"""`time.sleep` in the test's thread moves the clock; every other sleep stays what it was."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta
from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy._patch import uncover
from pytest_fakecopy.clocks.bound_names import BoundNames
from pytest_fakecopy.clocks.sleeping import KEEP_SLEEPING, InstantSleep
from pytest_fakecopy.errors import ClockError
from tests.clocks.world import START, running, wall_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REAL_SLEEP = time.sleep
REAL_ASYNC_SLEEP = asyncio.sleep


class Moved:
    """Remembers by how much it was moved."""

    def __init__(self) -> None:
        """Begin unmoved."""
        self.moves: list[float] = []

    def sleep(self) -> InstantSleep:
        """Return the sleep that moves this clock."""
        return InstantSleep(self.moves.append, lambda: START)


@pytest.fixture
def moved() -> Moved:
    """Return a clock that hasn't been moved."""
    return Moved()


@pytest.fixture(autouse=True)
def nothing_stays_behind() -> Iterator[None]:
    """Fail a test after which a sleep function isn't the original."""
    yield

    assert time.sleep is REAL_SLEEP
    assert asyncio.sleep is asyncio.tasks.sleep is REAL_ASYNC_SLEEP


@pytest.fixture
def make_module(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Return what imports a module of that name and code."""

    def make(code: str, name: str = "user_code") -> ModuleType:
        module = ModuleType(name)
        exec(textwrap.dedent(code), vars(module))  # noqa: S102  # the code stands in the test
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return make


POLL = """
from time import sleep
from asyncio import sleep as nap

def wait(seconds):
    sleep(seconds)
"""


def test_sleeping_moves_the_clock_and_takes_no_time(moved: Moved) -> None:
    """Ten minutes take milliseconds."""
    before = wall_seconds()

    with moved.sleep():
        for _ in range(40):
            time.sleep(15)

    assert moved.moves == [15.0] * 40
    assert wall_seconds() - before < 1


def test_names_that_modules_have_bound_are_replaced_and_restored(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """`from time import sleep` in a module imported before makes no difference."""
    module = make_module(POLL)

    with moved.sleep():
        module.wait(30)

    assert moved.moves == [30.0]
    assert module.sleep is REAL_SLEEP
    assert module.nap is REAL_ASYNC_SLEEP


def test_names_bound_while_active_are_restored(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """A module imported by the test has the original afterwards, and the replacement next time."""
    with moved.sleep():
        module = make_module(POLL)
        module.wait(30)
    restored = module.sleep, module.nap
    with moved.sleep():
        module.wait(60)

    assert moved.moves == [30.0, 60.0]
    assert restored == (REAL_SLEEP, REAL_ASYNC_SLEEP)
    assert module.sleep is REAL_SLEEP


def test_a_name_that_was_rebound_meanwhile_is_left_alone(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """What a test puts in place itself, and doesn't undo, stays its business."""
    module = make_module(POLL)
    with moved.sleep():
        vars(module)["sleep"] = "theirs"
        del vars(module)["nap"]
    with moved.sleep():
        pass

    assert vars(module)["sleep"] == "theirs"


KEEP = """
import asyncio
import functools
import time

def default(seconds, sleep=time.sleep, more=None):
    sleep(seconds)

def keyword(seconds, *, sleep=time.sleep):
    sleep(seconds)

@functools.lru_cache
@functools.wraps(default)
def no_function():
    pass

def decorate(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

@decorate
def decorated(seconds, sleep=time.sleep):
    sleep(seconds)

decorated.__wrapped__.__wrapped__ = decorated

class Poller:
    pause = time.sleep
    static = staticmethod(time.sleep)

    def __init__(self, sleep=time.sleep):
        self._sleep = sleep

    def method(self, seconds):
        self._sleep(seconds)

    @classmethod
    def of_class(cls, seconds, *, sleep=time.sleep):
        sleep(seconds)

async def waits(seconds, sleep=asyncio.sleep):
    await sleep(seconds)

CALLS = {
    "default": default,
    "keyword": keyword,
    "decorated": decorated,
    "attribute": lambda seconds: Poller().pause(seconds),
    "static": lambda seconds: Poller().static(seconds),
    "of-the-class": lambda seconds: Poller.pause(seconds),
    "constructor": lambda seconds: Poller().method(seconds),
    "class-method": lambda seconds: Poller.of_class(seconds),
}
KEPT = lambda: [
    default.__defaults__, keyword.__kwdefaults__, decorated.__wrapped__.__defaults__,
    vars(Poller)["pause"], Poller.static, Poller.__init__.__defaults__,
    Poller.of_class.__kwdefaults__, waits.__defaults__,
]
"""
KEPT: list[object] = [
    (REAL_SLEEP, None),
    {"sleep": REAL_SLEEP},
    (REAL_SLEEP,),
    REAL_SLEEP,
    REAL_SLEEP,
    (REAL_SLEEP,),
    {"sleep": REAL_SLEEP},
    (REAL_ASYNC_SLEEP,),
]
FORMS = ("default", "keyword", "decorated", "attribute", "static", "of-the-class", "constructor")


@pytest.mark.parametrize("form", [*FORMS, "class-method"])
def test_functions_that_are_kept_as_defaults_and_attributes_are_replaced_and_restored(
    moved: Moved, make_module: Callable[..., ModuleType], form: str
) -> None:
    """`def poll(sleep=time.sleep)` in a module imported before makes no difference."""
    module = make_module(KEEP)

    with moved.sleep():
        module.CALLS[form](30)

    assert moved.moves == [30.0]
    assert module.KEPT() == KEPT


def test_an_asynchronous_default_is_replaced_too(
    make_module: Callable[..., ModuleType],
) -> None:
    """`async def poll(sleep=asyncio.sleep)` moves the clock."""
    module = make_module(KEEP)

    with running("virtual", START) as world:
        asyncio.run(module.waits(30))

    assert world.clock.now() == START + timedelta(seconds=30)
    assert module.KEPT() == KEPT


def test_defaults_that_are_taken_while_active_are_restored(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """A module that the test imports has the originals afterwards, and is found the next time."""
    with moved.sleep():
        module = make_module(KEEP)
        module.CALLS["default"](30)
    restored = module.KEPT()
    with moved.sleep():
        module.CALLS["attribute"](60)

    assert moved.moves == [30.0, 60.0]
    assert restored == module.KEPT() == KEPT


def test_defaults_that_were_changed_meanwhile_are_left_alone(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """Fewer defaults, or none: what somebody else has done is theirs."""
    module = make_module(KEEP)
    with moved.sleep():
        module.default.__defaults__ = None
        module.decorated.__wrapped__.__defaults__ = ("theirs",)
        del module.Poller.pause
    with moved.sleep():
        pass
    uncover()

    assert module.default.__defaults__ is None
    assert module.decorated.__wrapped__.__defaults__ == ("theirs",)
    assert not hasattr(module.Poller, "pause")


def test_a_stub_in_a_module_that_is_known_stays_in_charge(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """What a test puts in the place of a name before the fake starts isn't replaced."""
    module = make_module(POLL)
    slept: list[float] = []
    with moved.sleep():
        pass
    vars(module)["sleep"] = slept.append

    with moved.sleep():
        module.wait(30)

    assert slept == [30]
    assert moved.moves == []


def test_a_name_that_a_test_has_patched_is_put_right_when_that_is_undone(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """`monkeypatch` may be undone after the fake has ended, and puts back what it has found."""
    module = make_module(POLL)
    with pytest.MonkeyPatch.context() as patch:
        with moved.sleep():
            for name in ("sleep", "nap"):
                patch.setattr(module, name, "theirs")
        del vars(module)["nap"]
        uncover()
        patch.undo()
        vars(module)["nap"] = REAL_ASYNC_SLEEP
        with moved.sleep():
            patch.setattr(module, "sleep", "theirs")
        patch.undo()
        uncover()

    assert (module.sleep, module.nap) == (REAL_SLEEP, REAL_ASYNC_SLEEP)


def test_a_module_that_was_replaced_is_looked_at(
    moved: Moved, make_module: Callable[..., ModuleType]
) -> None:
    """A second module of one name is another module."""
    make_module(POLL)
    with moved.sleep():
        pass
    del sys.modules["user_code"]
    module = make_module(POLL)

    with moved.sleep():
        module.wait(30)

    assert moved.moves == [30.0]


def test_each_module_is_looked_at_once(make_module: Callable[..., ModuleType]) -> None:
    """Places are remembered, and forgotten with their module."""
    names = BoundNames(frozenset({"left_alone"}))
    make_module(POLL, "one_module")
    before = len(names.places()["time.sleep"])

    make_module(POLL, "another_module")
    make_module(POLL, "left_alone.inner")
    sys.modules["no_module"] = "not a module"  # type: ignore[assignment]
    more = len(names.places()["time.sleep"])
    del sys.modules["another_module"], sys.modules["no_module"]
    fewer = len(names.places()["time.sleep"])

    assert more == before + 1
    assert fewer == before


def test_lazy_modules_are_not_loaded_by_the_search(tmp_path: Path) -> None:
    """To look for names in a module of `LazyLoader` doesn't execute it."""
    lazy = tmp_path / "lazy_module.py"
    lazy.write_text("raise AssertionError('loaded')")
    code = f"""
        import importlib.util, sys
        spec = importlib.util.spec_from_file_location("lazy_module", {str(lazy)!r})
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = sys.modules["lazy_module"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        from pytest_fakecopy.clocks.sleeping import InstantSleep
        with InstantSleep(print, print):
            print("instant")
    """

    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], check=True, capture_output=True, text=True
    )

    assert found.stdout == "instant\n"


@pytest.mark.parametrize(
    ("seconds", "moves"),
    [
        pytest.param(0.25, [0.25], id="fraction"),
        pytest.param(True, [1.0], id="bool-is-a-number"),
        pytest.param(1e-9, [1e-6], id="no-less-than-a-microsecond"),
        pytest.param(0, [], id="zero-yields"),
        pytest.param(0.0, [], id="zero-float-yields"),
    ],
)
def test_any_number_of_seconds_is_slept(moved: Moved, seconds: float, moves: list[float]) -> None:
    """What `time.sleep` takes moves the clock; loops with tiny sleeps come to an end."""
    with moved.sleep():
        time.sleep(seconds)

    assert moved.moves == moves


@pytest.mark.parametrize(
    ("seconds", "error"),
    [
        pytest.param(-1, ValueError, id="negative"),
        pytest.param(float("nan"), ValueError, id="nan"),
        pytest.param(float("inf"), OverflowError, id="infinite"),
        pytest.param("15", TypeError, id="text"),
        pytest.param(None, TypeError, id="none"),
        pytest.param(Fraction(1, 2), TypeError, id="fraction"),
        pytest.param(timedelta(seconds=1), TypeError, id="timedelta"),
    ],
)
def test_what_sleep_refuses_is_refused_as_before(
    moved: Moved,
    seconds: Any,  # anything that a user may write
    error: type[Exception],
) -> None:
    """A bug in the code under test isn't hidden by the replacement."""
    with pytest.raises(error) as original:
        time.sleep(seconds)
    with moved.sleep(), pytest.raises(error) as caught:
        time.sleep(seconds)

    assert str(caught.value) == str(original.value)
    assert moved.moves == []


def test_other_threads_sleep_in_reality(moved: Moved) -> None:
    """A worker's sleep takes its time and doesn't move the clock."""
    took = []

    def worker() -> None:
        before = wall_seconds()
        time.sleep(0.02)
        took.append(wall_seconds() - before)

    with moved.sleep():
        thread = threading.Thread(target=worker)
        thread.start()
        thread.join()

    assert took[0] >= 0.02
    assert moved.moves == []


def test_other_threads_get_a_turn_while_the_test_polls(moved: Moved) -> None:
    """A loop that sleeps until a worker is done doesn't starve the worker."""
    done = threading.Event()

    def worker() -> None:
        while len(moved.moves) < 3:
            REAL_SLEEP(0)
        done.set()

    with moved.sleep():
        thread = threading.Thread(target=worker)
        thread.start()
        while not done.is_set():
            time.sleep(1)
        thread.join()

    assert len(moved.moves) >= 3


@pytest.mark.parametrize("package", ["subprocess", "filelock._api", "_pytest.timing", "uvicorn"])
def test_packages_that_wait_for_the_world_sleep_in_reality(
    moved: Moved, make_module: Callable[..., ModuleType], package: str
) -> None:
    """`Popen.wait(timeout=...)` polls a process, which takes real time."""
    namespace: dict[str, Any] = {"__name__": package}
    code = "import time\ndef wait(s): time.sleep(s)"
    exec(code, namespace)  # noqa: S102  # the code stands above
    before = wall_seconds()

    with moved.sleep():
        namespace["wait"](0.02)
        bound = sys.modules["_pytest.timing"].sleep

    assert wall_seconds() - before >= 0.02
    assert moved.moves == []
    assert bound is REAL_SLEEP


def test_a_subprocess_is_waited_for_in_reality(moved: Moved) -> None:
    """A process with a time-out to wait has its time."""
    with moved.sleep():
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.05)"])
        code = process.wait(timeout=60)

    assert code == 0
    assert moved.moves == []


def test_the_packages_that_keep_sleeping_are_top_level_names() -> None:
    """The table is compared with the first part of a module's name."""
    assert all(name.isidentifier() for name in KEEP_SLEEPING)


def test_a_stand_in_that_was_there_before_learns_of_each_sleep(
    moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that counts its sleeps with a stub still counts them, and time moves."""
    slept: list[float] = []
    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", slept.append)
        with moved.sleep():
            time.sleep(15)
        stub = time.sleep

    assert slept == [15]
    assert stub == slept.append
    assert moved.moves == [15.0]


def test_a_stand_in_that_comes_later_is_in_charge(
    moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that patches `time.sleep` itself has it patched."""
    slept: list[float] = []
    with moved.sleep(), monkeypatch.context() as patch:
        patch.setattr(time, "sleep", slept.append)
        time.sleep(15)

    assert slept == [15]
    assert moved.moves == []


@pytest.mark.parametrize("stops", [*itertools.permutations((0, 1, 2))], ids=str)
def test_nested_sleeps_end_in_any_order(
    stops: tuple[int, ...], make_module: Callable[..., ModuleType]
) -> None:
    """The newest that is active moves its clock, and only that; then all is as it was."""
    module = make_module(POLL)
    clocks = [Moved() for _ in range(3)]
    sleeps = [clock.sleep() for clock in clocks]
    for sleep in sleeps:
        sleep.start()
    active = {0, 1, 2}
    expected = [0, 0, 0]

    for index in stops:
        time.sleep(7)
        expected[max(active)] += 1
        sleeps[index].stop()
        active.discard(index)

    assert [len(clock.moves) for clock in clocks] == expected
    assert module.sleep is REAL_SLEEP


def test_sleeps_are_restored_whatever_ends_the_test(moved: Moved) -> None:
    """A failing test leaves the original; a second stop does nothing."""
    sleep = moved.sleep()

    with pytest.raises(KeyboardInterrupt), sleep:
        raise KeyboardInterrupt

    sleep.stop()


def test_an_interrupted_start_is_undone(moved: Moved, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was replaced before the interruption is restored."""
    sleep = moved.sleep()

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sleep._awaited, "start", interrupted)

    with pytest.raises(KeyboardInterrupt):
        sleep.start()


def test_an_error_while_time_moves_reaches_the_sleeper() -> None:
    """What goes wrong at a due time fails the code that slept through it."""

    def fails(seconds: float) -> None:
        msg = f"moved by {seconds}"
        raise AssertionError(msg)

    with (
        InstantSleep(fails, lambda: START),
        pytest.raises(AssertionError, match=r"^moved by 15\.0$"),
    ):
        time.sleep(15)


def test_code_that_sleeps_for_ever_is_stopped(
    moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop until a deadline of a clock that doesn't move ends with what to write instead."""
    monkeypatch.setattr("pytest_fakecopy.clocks.sleeping._MOST_SLEEPS", 5)

    def poll() -> None:
        while True:
            time.sleep(15)

    with moved.sleep(), pytest.raises(ClockError) as caught:
        poll()

    assert str(caught.value) == (
        "5 sleeps have moved the time to 2026-01-31T12:00:00Z, and the code under test still"
        " sleeps. What it waits for does not come with the time of fake_ec2.\n"
        "A copy that never ends: fake_ec2.snapshots[...].why says what it waits for.\n"
        'A clock that stands still (clock="time-machine" moves no time.monotonic, clock="virtual"'
        ' not even time.time): @pytest.mark.fake_ec2(clock="freezegun")\n'
        "A time-out in real time, as asyncio.wait_for: count the attempts, or look at the clock.\n"
        "A thread, a file or a process: let the code under test look less often."
    )
    assert moved.moves == [15.0] * 5


@pytest.mark.parametrize("clock", ["freezegun", "time-machine", "virtual"])
def test_a_retry_loop_ends_when_the_copy_does(clock: Any) -> None:  # a literal
    """Code that sleeps with growing delays finds the copy completed at the first poll after it."""
    delays = (2**attempt for attempt in range(10))

    with running(clock, START) as world:
        world.copy(after=60)
        while world.describe()["Snapshots"][0]["State"] == "pending":
            time.sleep(next(delays))
        ended = world.clock.now()

    assert ended == START + timedelta(seconds=63)
    assert world.settled_at == [START + timedelta(seconds=60)]
