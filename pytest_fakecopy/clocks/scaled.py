"""Time that passes by itself: another clock, carried along by the wall clock."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from pytest_fakecopy import _seams

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.domain.timeline import Clock


class ScaledClock:
    """Another clock, which the wall clock moves as long as somebody asks it to.

    It moves when it is looked at: there is no thread that would have to be stopped. Whatever else
    goes by that other clock, a frozen process for example, moves with it.
    """

    def __init__(self, clock: Clock) -> None:
        """Show the time of *clock*; nothing moves it before `run`."""
        self._clock = clock
        self._lock = Lock()
        self._speed = 0.0
        self._seen = 0.0

    def __repr__(self) -> str:
        """Return `<VirtualClock at 2026-01-01T00:00:05Z>, 60 times as fast as the wall clock`."""
        running = f", {self._speed:g} times as fast as the wall clock" if self._speed else ""
        return f"{self._clock!r}{running}"

    def run(self, speed: float) -> float:
        """Move *speed* times as fast as the wall clock from now on, 0 not at all.

        Returns:
            How fast it was before.
        """
        with self._lock:
            self._catch_up()
            before, self._speed = self._speed, speed
            self._seen = _seams.elapsed_seconds()
        return before

    def now(self) -> datetime:
        """Return the time of the other clock, which is moved to where it is now."""
        if self._speed:
            with self._lock:
                self._catch_up()
        return self._clock.now()

    def signing_now(self) -> datetime:
        """Return the time that this process puts into signatures."""
        return self._clock.signing_now()

    def move_to(self, moment: datetime) -> None:
        """Make it *moment*, unless the wall clock has made it later meanwhile.

        Raises:
            ClockError: the other clock can't be moved.
        """
        with self._lock:
            self._catch_up()
            if not self._speed or moment > self._clock.now():
                self._clock.move_to(moment)

    def start(self) -> None:
        """Start the other clock."""
        self._clock.start()

    def stop(self) -> None:
        """Stop the other clock."""
        self._clock.stop()

    def _catch_up(self) -> None:
        if not self._speed:
            return
        seen, self._seen = self._seen, _seams.elapsed_seconds()
        step = timedelta(seconds=(self._seen - seen) * self._speed)
        if step > timedelta(0):
            self._clock.move_to(self._clock.now() + step)
