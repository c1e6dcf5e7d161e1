"""The time of this process, and the libraries that can hold and move it.

Whoever holds the time first keeps it: a fake that is started under `@freeze_time`, pytest-freezer
or time-machine goes by their clock and moves it, and so do they. The newest holder counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from pytest_fakecopy import _seams
from pytest_fakecopy.errors import ClockError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

# Under freezegun `datetime` is a subclass, whose arithmetic gives instances of it. The fake shows
# its users plain datetimes: their repr can be pasted into a test.
_PLAIN: list[type[datetime]] = [cls for cls in datetime.__mro__ if cls.__module__ == "datetime"]
_EPOCH = _PLAIN[0](1970, 1, 1, tzinfo=timezone.utc)


def plain(moment: datetime) -> datetime:
    """Return the aware *moment* in UTC, as an instance of the standard library's own class."""
    return _EPOCH + (moment - _EPOCH)


def iso(moment: datetime) -> str:
    """Return `2026-01-01T00:00:05Z`, as EC2 writes it."""
    return plain(moment).isoformat().replace("+00:00", "Z")


def process_now() -> datetime:
    """Return what this process takes for the present; signatures are dated with it."""
    return plain(datetime.now(timezone.utc))


def wall_now() -> datetime:
    """Return the time of this machine, which other processes go by, whoever holds this one's."""
    return _EPOCH + timedelta(seconds=_seams.wall_seconds())


def holder() -> str | None:
    """Return which library holds the time of the process, or None where it passes."""
    if _seams.frozen_factories():
        return "freezegun"
    return "time-machine" if _seams.travellers() else None


def held_now() -> datetime:
    """Return the time of the newest holder, or the present where nobody holds it."""
    factories = _seams.frozen_factories()
    if not factories:
        return process_now()
    newest = factories[-1]
    # Calling a factory with auto_tick_seconds moves it; to look at the clock mustn't.
    reading = newest.time_to_freeze if hasattr(newest, "step_width") else newest()
    return plain(reading.replace(tzinfo=timezone.utc))


def move_held(moment: datetime) -> None:
    """Have the newest holder make it *moment*.

    Raises:
        ClockError: nobody holds the time any more.
    """
    if factories := _seams.frozen_factories():
        factories[-1].move_to(moment)
    elif travellers := _seams.travellers():
        # Not `move_to`: a moment in UTC would change the time zone of the process with it.
        travellers[-1].shift(moment - process_now())
    else:
        msg = (
            f"time can't be moved to {iso(moment)}: the clock that fake_ec2 went by was stopped.\n"
            "It runs as long as the `with` block of FakeEC2, or the test whose fixture it is.\n"
            "Who froze time before that keeps it frozen until then."
        )
        raise ClockError(msg)


class ProcessClock:
    """The time of the process, held still by one library or by whoever held it before.

    Subclasses say how their library holds the time. A holder that is started later takes over
    while it lasts, wherever its clock stands.
    """

    def __init__(self, start_time: datetime | None = None) -> None:
        """Hold the time at *start_time*, or at the present; nothing changes before `start`."""
        self._start_time = start_time
        self._let_go: Callable[[], None] | None = None

    def __repr__(self) -> str:
        """Return `<FreezegunClock at 2026-01-01T00:00:05Z>`."""
        return f"<{type(self).__name__} at {iso(self.now())}>"

    def hold(self, start_time: datetime | None) -> Callable[[], None]:
        """Hold the time; return what lets go of it."""
        raise NotImplementedError

    def now(self) -> datetime:
        """Return the time of the newest holder."""
        return held_now()

    def signing_now(self) -> datetime:
        """Return what `datetime.now` says, which `freeze_time(tz_offset=...)` shifts."""
        return process_now()

    def move_to(self, moment: datetime) -> None:
        """Move the newest holder's clock, and the process with it.

        Raises:
            ClockError: nobody holds the time any more.
        """
        move_held(moment)

    def start(self) -> None:
        """Hold the time, or go by the clock that holds it already.

        Raises:
            UsageError: a start time was asked for, and the time is held already.
        """
        by = holder()
        if by is None:
            self._let_go = self.hold(self._start_time)
        elif self._start_time is not None:
            raise _held_already(self._start_time, by)

    def stop(self) -> None:
        """Let go of the time, unless somebody else held it before.

        Raises:
            ClockError: a freeze that was started later is still active. It is ended too.
        """
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go()


def _held_already(start_time: datetime, by: str) -> UsageError:
    now = iso(held_now())
    return UsageError(
        f"fake_ec2 option start_time={iso(start_time)!r}: {by} holds the time already, at {now},"
        f" and fake_ec2 goes by it.\nLeave out start_time, or let {by} start at"
        f" {iso(start_time)!r}."
    )
