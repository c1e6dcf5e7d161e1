"""Sleeping that takes no time: whoever sleeps in the test's thread moves the clock instead.

Other threads, event loops of other threads and packages that wait for the real world keep
sleeping in reality; so do time-outs of any kind (`Event.wait`, `asyncio.wait_for`, sockets).
"""

from __future__ import annotations

import asyncio
import math
import sys
import time
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar

from pytest_fakecopy._patch import Patch, nearest_live, when_uncovered
from pytest_fakecopy.clocks.bound_names import BoundNames, Place, sleep_function
from pytest_fakecopy.clocks.process import iso
from pytest_fakecopy.clocks.sleepers import Sleepers
from pytest_fakecopy.clocks.token_buckets import TokenBuckets
from pytest_fakecopy.errors import ClockError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import FrameType, ModuleType, TracebackType

T = TypeVar("T")

KEEP_SLEEPING = frozenset(
    {
        # pytest and what runs it: durations, time-outs, workers, reruns.
        *("_pytest", "pluggy", "pytest", "execnet", "xdist"),
        *("pytest_rerunfailures", "pytest_timeout", "pytest_fakecopy"),
        # The standard library where it waits for processes, threads and sockets.
        *("multiprocessing", "queue", "socketserver", "subprocess", "threading", "wsgiref"),
        # It keeps `time.monotonic` as it keeps `time.sleep`: as a default, which no clock replaces.
        "sched",
        # Libraries that wait for processes, files, servers, browsers and containers.
        *("fasteners", "filelock", "mirakuru", "pexpect", "portalocker", "psutil", "ptyprocess"),
        *("hypercorn", "paramiko", "uvicorn", "watchdog", "werkzeug", "xprocess"),
        *("docker", "playwright", "pytest_docker", "selenium", "testcontainers"),
    }
)
"""Top-level packages whose own sleeps stay real: what they wait for takes real time."""

_OURS = frozenset({__name__, "pytest_fakecopy._patch"})
_MICROSECOND = 1e-6
# A day of polling each second is fewer; with a request between them they take a minute or two.
_MOST_SLEEPS = 100_000
# A memory of the process, not of a fake: each module is looked at once.
_NAMES = BoundNames(KEEP_SLEEPING)


class InstantSleep:
    """Lets sleeps in the thread that starts it move a clock, between `start` and `stop`.

    It replaces `time.sleep`, `asyncio.sleep` and `anyio.sleep`, also where a module has bound them
    with `from time import sleep`, as a default argument or as an attribute of a class; and the
    wait for tokens in botocore's adaptive retry mode. It does not reach a function that is kept
    elsewhere: in an object, a list, a closure.
    """

    def __init__(self, advance: Callable[[float], None], now: Callable[[], datetime]) -> None:
        """Move the clock with *advance*, which takes seconds, and read it with *now*."""
        self._advance = advance
        self._now = now
        self._sleeps = 0
        self._thread = 0
        self._blocking = _Everywhere("time.sleep", Patch(time, "sleep", self._sleep))
        self._awaited = _Everywhere("asyncio.sleep", Patch(asyncio.tasks, "sleep", self._async()))
        self._anyio: _Everywhere | None = None
        self._buckets = TokenBuckets(self._move, lambda: get_ident() == self._thread)
        self._sleepers: dict[asyncio.AbstractEventLoop, Sleepers] = {}

    def __enter__(self) -> InstantSleep:  # noqa: PYI034  # typing.Self came with Python 3.11
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, whatever happened."""
        self.stop()

    def start(self) -> None:
        """Replace the sleep functions for the calling thread."""
        self._thread = get_ident()
        self._sleeps = 0
        try:
            self._blocking.start()
            self._awaited.start()
            self._buckets.start()
            anyio = sys.modules.get("anyio")
            # anyio 4.16 imports its functions when they are first asked for, as is done here.
            if anyio is not None and hasattr(anyio, "sleep"):
                self._anyio = self._replace_anyio(anyio)
                self._anyio.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Put the sleep functions back; tasks that still sleep wait for the rest in reality."""
        for replaced in (self._anyio, self._buckets, self._awaited, self._blocking):
            if replaced is not None:
                replaced.stop()
        for sleepers in self._sleepers.values():
            sleepers.release()
        self._sleepers = {}

    def _sleep(self, seconds: Any, /) -> None:  # noqa: ANN401  # the original judges it
        original = self._blocking.patch.original
        if not self._is_instant(seconds):
            original(seconds)
            return
        self._move(max(float(seconds), _MICROSECOND))
        # Other threads get their turn; and who has put a stand-in there learns of the call.
        original(0 if sleep_function(original) else seconds)

    def _async(self) -> Callable[..., Any]:
        async def sleep(delay: float, result: T | None = None) -> T | None:
            original = self._awaited.patch.original
            # The time of a stand-in is its own affair: order among its tasks isn't known here.
            if not sleep_function(original) or not self._is_instant(delay):
                return await original(delay, result)  # type: ignore[no-any-return]
            await self._sleepers_of(asyncio.get_running_loop()).sleep(max(delay, _MICROSECOND))
            return result

        return sleep

    def _replace_anyio(self, anyio: ModuleType) -> _Everywhere:
        """Return what replaces `anyio.sleep`, for loops that aren't asyncio's.

        On asyncio it ends in `asyncio.sleep`. On trio, which has a clock of its own for tests,
        each sleep moves time by itself: concurrent ones add up.
        """

        async def sleep(delay: float) -> None:
            if _runs_asyncio() or not self._is_instant(delay):
                await patch.original(delay)
                return
            self._move(max(delay, _MICROSECOND))
            await patch.original(0)

        patch = Patch(anyio, "sleep", sleep)
        return _Everywhere("anyio.sleep", patch)

    def _is_instant(self, seconds: Any) -> bool:  # noqa: ANN401  # whatever is slept for
        if get_ident() != self._thread or not isinstance(seconds, (int, float, SupportsIndex)):
            return False
        return float(seconds) > 0 and math.isfinite(seconds) and not _wants_real_time()

    def _move(self, seconds: float) -> None:
        self._sleeps += 1
        if self._sleeps > _MOST_SLEEPS:
            raise _endless(self._now())
        self._advance(seconds)

    def _sleepers_of(self, loop: asyncio.AbstractEventLoop) -> Sleepers:
        if loop not in self._sleepers:
            self._sleepers[loop] = Sleepers(loop, self._move, self._now)
        return self._sleepers[loop]


class _Everywhere:
    """One sleep function, replaced where it is defined and wherever a module keeps it."""

    def __init__(self, function: str, patch: Patch) -> None:
        self.patch = patch
        self._function = function
        self._installed: object = None
        self._places: Mapping[str, list[Place]] = {}
        self._before: list[tuple[Place, object]] = []

    def start(self) -> None:
        self._places = _NAMES.places()
        self.patch.start()
        installed = self._installed = getattr(self.patch.owner, self.patch.name)
        original = self.patch.original
        for place in self._places.get(self._function, ()):
            entry = place.read()
            # What somebody has put there meanwhile is theirs.
            if entry is original or (
                entry is not installed and sleep_function(entry) == self._function
            ):
                self._before.append((place, entry))
                place.write(installed)

    def stop(self) -> None:
        if not self.patch.active:
            return
        installed, self._installed = self._installed, None
        self.patch.stop()
        for place, before in self._before:
            if place.read() is installed:
                place.write(nearest_live(before))
            else:
                when_uncovered(partial(_put_right, place))
        self._before = []
        self._restore_new_modules(installed)

    def _restore_new_modules(self, installed: object) -> None:
        """Put the original where modules that were imported meanwhile keep ours."""
        places = _NAMES.places()
        if places is self._places:
            return
        for place in places.get(self._function, ()):
            if place.read() is installed:
                place.write(nearest_live(installed))


def _put_right(place: Place) -> None:
    entry = place.read()
    live = nearest_live(entry)
    if live is not entry:
        place.write(live)


def _endless(now: datetime) -> ClockError:
    return ClockError(
        f"{_MOST_SLEEPS} sleeps have moved the time to {iso(now)}, and the code under test still"
        " sleeps. What it waits for does not come with the time of fake_ec2.\n"
        "A copy that never ends: fake_ec2.snapshots[...].why says what it waits for.\n"
        'A clock that stands still (clock="time-machine" moves no time.monotonic, clock="virtual"'
        ' not even time.time): @pytest.mark.fake_ec2(clock="freezegun")\n'
        "A time-out in real time, as asyncio.wait_for: count the attempts, or look at the clock.\n"
        "A thread, a file or a process: let the code under test look less often."
    )


def _runs_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _wants_real_time() -> bool:
    """Say whether the nearest caller that isn't ours belongs to a package of `KEEP_SLEEPING`."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # inspect.stack() reads files
    while frame is not None and frame.f_globals.get("__name__") in _OURS:
        frame = frame.f_back
    name = frame.f_globals.get("__name__") if frame is not None else None
    return str(name).partition(".")[0] in KEEP_SLEEPING
