"""`fake_ec2.clock`: moving time, so that everything happens at the moment when it is due."""

from __future__ import annotations

import math
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.clocks.process import iso, plain
from pytest_fakecopy.clocks.real import RealClock
from pytest_fakecopy.errors import ClockError, unknown_attribute

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pytest_fakecopy.domain.timeline import Clock, Timeline

_NOTHING = timedelta(0)
# Far more than a copy takes, also where each starts the next one; what needs more of them never
# ends. Passing as many takes about a second.
_MOST_DUE_TIMES = 10_000


class FakeClock:
    """What time it is for the fake, and the ways to move it.

    Time moves forward only, and through every due time on the way: whoever is told that a copy
    has ended finds that moment on every clock that moves with the fake's.
    """

    # A misspelt `tick_per_request` is an error.
    __slots__ = (
        *("_clock", "_timeline", "_settle_due", "_moving", "_wall", "_lock"),
        *("_tick_per_request", "_last_used"),
    )

    def __init__(
        self,
        clock: Clock,
        timeline: Timeline,
        settle: Callable[[], None],
        lock: AbstractContextManager[object] | None = None,
        moving: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Move *clock* along *timeline*.

        Args:
            clock: Where the time comes from; it is started and stopped elsewhere.
            timeline: What is scheduled.
            settle: Lets everything happen that is due at `clock.now()`.
            lock: Held while time is moved, where other threads look at it or move it; a thread may
                take it twice.
            moving: Is entered around each move with the name of who moves; notes how far it was.
        """
        self._clock = clock
        self._timeline = timeline
        self._settle_due = settle
        self._moving = moving
        self._wall = clock if isinstance(clock, RealClock) else None
        # Who waits for the wall clock must not keep others waiting.
        self._lock = nullcontext() if lock is None or self._wall is not None else lock
        self._tick_per_request = _NOTHING
        self._last_used: datetime | None = None

    if not TYPE_CHECKING:  # pragma: no branch  # to type checkers any name would do

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # never returns
            """Refuse a name that there is not, which is the only time that this is called."""
            __tracebackhide__ = True
            raise unknown_attribute("fake_ec2.clock", name, dir(type(self)))

    def __repr__(self) -> str:
        """Return `<FakeClock 2026-01-01T00:00:05Z, 2 scheduled, next in 25 s>`."""
        now = self.now()
        due = self._timeline.next_due()
        coming = "nothing scheduled"
        if due is not None:
            wait = f"next in {span(due - now)}" if due > now else "next is due"
            coming = f"{len(self._timeline.scheduled())} scheduled, {wait}"
        return f"<FakeClock {iso(now)}, {coming}>"

    @property
    def movable(self) -> bool:
        """Whether time can be moved: false for the wall clock (`clock="real"`)."""
        return self._wall is None

    @property
    def tick_per_request(self) -> timedelta:
        """How far each request moves the time before it is answered; 0 by default.

        It lets code end that polls without sleeping. May be set as seconds.

        Raises:
            ClockError: set to what is no duration, or on a clock that can't be moved.
        """
        return self._tick_per_request

    @tick_per_request.setter
    def tick_per_request(self, delta: float | timedelta) -> None:
        step = _duration("tick_per_request = {}", delta)
        if step and self._wall is not None:
            self._wall.move_to(self.now() + step)
        self._tick_per_request = step

    def now(self) -> datetime:
        """Return the time of the fake, aware and in UTC."""
        return self._clock.now()

    def tick(self, delta: float | timedelta) -> None:
        """Move the time by *delta*, a timedelta or seconds.

        Raises:
            ClockError: *delta* is negative or no duration, or the clock can't be moved.
        """
        step = _duration("tick({})", delta)
        with self._lock, self._moving("tick"):
            try:
                target = self._use() + step
            except OverflowError:
                msg = f"time ends with the year 9999: tick({delta!r}) goes beyond it."
                raise ClockError(msg) from None
            self._walk_to(target)

    def move_to(self, moment: datetime) -> None:
        """Move the time to *moment*, aware and not in the past.

        Raises:
            ClockError: *moment* is no aware datetime or is past, or the clock can't be moved.
        """
        target = _moment(moment)
        if self._wall is not None:
            self._wall.move_to(target)
        with self._lock, self._moving("move_to"):
            now = self._use()
            if target < now:
                msg = (
                    f"time can't go backwards: move_to({iso(target)}) is {span(now - target)}"
                    f" before now.\nTo begin at that time:"
                    f' @pytest.mark.fake_ec2(start_time="{iso(target)}")'
                )
                raise ClockError(msg)
            self._walk_to(target)

    def jump_to_next(self) -> datetime:
        """Move the time to the next due time, let happen what is due then, and return it.

        Under the wall clock (`clock="real"`) this waits.

        Raises:
            ClockError: nothing is scheduled.
        """
        with self._lock, self._moving("jump_to_next"):
            self._use()
            self._let_happen()
            due = self._timeline.next_due()
            if due is None:
                msg = f"nothing is scheduled at {iso(self.now())}, so there is no time to jump to."
                if self._wall is None:
                    msg += "\nTo move time all the same: fake_ec2.clock.tick(60)"
                raise ClockError(msg)
            self._reach(due)
            self._let_happen()
            return due

    def settle(self) -> timedelta:
        """Move the time until nothing is scheduled any more; return how far that was.

        Under the wall clock (`clock="real"`) this waits.

        Raises:
            ClockError: what is scheduled schedules something again, without end.
        """
        with self._lock, self._moving("settle"):
            began = self._use()
            self._let_happen()
            for _ in range(_MOST_DUE_TIMES * (1 + len(self._timeline.scheduled()))):
                due = self._timeline.next_due()
                if due is None:
                    return self.now() - began
                self._reach(due)
                self._let_happen()
            raise self._endless(began)

    def request_received(self) -> None:
        """Note that a request has come; the gateway calls it before it answers each one.

        Raises:
            ClockError: the time is earlier than it was at the last use.
        """
        with self._lock:
            self._use()
            if self._tick_per_request:
                with self._moving("tick_per_request"):
                    self.tick(self._tick_per_request)

    def _walk_to(self, target: datetime) -> None:
        if self._wall is not None:
            self._wall.move_to(target)
        while (due := self._timeline.next_due()) is not None and due <= target:
            self._reach(due)
            self._let_happen()
        self._reach(target)
        self._let_happen()

    def _reach(self, moment: datetime) -> None:
        """Make it *moment*, unless it is later: what happened on the way may have moved time."""
        if self._wall is not None:
            self._wall.wait_until(moment)
        elif moment > self.now():
            self._clock.move_to(moment)

    def _let_happen(self) -> None:
        self._settle_due()
        self._last_used = self.now()

    def _use(self) -> datetime:
        now = self.now()
        last = self._last_used
        if last is not None and now < last:
            # Refused until it is late enough: an error that comes once is easily swallowed.
            msg = (
                f"time can't go backwards: it is {iso(now)}, {span(last - now)} before fake_ec2 was"
                " last used. Somebody has moved or replaced the clock that it goes by.\n"
                "If a freeze inside the test made it later and has ended, let time stay there:"
                f' fake_ec2.clock.move_to(datetime.fromisoformat("{last.isoformat()}"))\n'
                "To begin at that time:"
                f' @pytest.mark.fake_ec2(start_time="{iso(now)}")'
            )
            raise ClockError(msg)
        self._last_used = now
        return now

    def _endless(self, began: datetime) -> ClockError:
        upcoming = self._timeline.scheduled()[0]
        return ClockError(
            f"settle() has passed {span(self.now() - began)} and comes to no end:"
            f" {upcoming.what!r} is due at {iso(upcoming.due)}, and what happens then schedules"
            " something again.\nMove a limited time instead: fake_ec2.clock.tick(3600)"
        )


def span(delta: timedelta) -> str:
    """Return *delta* for people, in one unit: `25 s`, `1.5 min`, `2 h`, `40 days`."""
    seconds = delta.total_seconds()
    for unit, size, least in (("days", 86400, 172800), ("h", 3600, 7200), ("min", 60, 90)):
        if seconds >= least:
            return f"{round(seconds / size, 1):g} {unit}"
    return f"{seconds:g} s"


def _duration(call: str, delta: object) -> timedelta:
    """Return *delta* as a timedelta; *call* is how its user wrote it, with `{}` for the value."""
    written = call.format(repr(delta))
    step = delta
    if isinstance(delta, (int, float)) and not isinstance(delta, bool):
        try:
            if math.isfinite(delta):
                step = timedelta(seconds=delta)
        except OverflowError:
            msg = f"time ends with the year 9999: {written} goes beyond it."
            raise ClockError(msg) from None
    if not isinstance(step, timedelta):
        example = call.format(30)
        msg = f"{written}: expected seconds or a timedelta, for example fake_ec2.clock.{example}"
        raise ClockError(msg)
    if step < _NOTHING:
        forward = call.format(f"{-step.total_seconds():.15g}")
        msg = (
            f"time can't go backwards: {written} is negative.\n"
            f"It can go forward: fake_ec2.clock.{forward}"
        )
        raise ClockError(msg)
    return step


def _moment(moment: object) -> datetime:
    """Return *moment* in UTC, if it is an aware datetime."""
    if not isinstance(moment, datetime):
        msg = (
            f"move_to({moment!r}): expected an aware datetime, for example\n"
            "  fake_ec2.clock.move_to(datetime(2026, 1, 31, 12, tzinfo=timezone.utc))"
        )
        raise ClockError(msg)
    if moment.tzinfo is None:
        naive = plain(moment.replace(tzinfo=timezone.utc)).replace(tzinfo=None)
        parts = repr(naive).removeprefix("datetime.").removesuffix(")")
        msg = (
            f"move_to({parts})) has no time zone, so it names a different moment on each machine.\n"
            f"Say which: fake_ec2.clock.move_to({parts}, tzinfo=timezone.utc))"
        )
        raise ClockError(msg)
    try:
        return plain(moment)
    except OverflowError:
        msg = f"move_to({moment!r}): in UTC that is not in the years 1 to 9999."
        raise ClockError(msg) from None
