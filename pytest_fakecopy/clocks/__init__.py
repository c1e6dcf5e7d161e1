"""Sources of time for the fake, and sleeping that moves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pytest_fakecopy.clocks.freezegun import FreezegunClock
from pytest_fakecopy.clocks.process import iso
from pytest_fakecopy.clocks.real import RealClock
from pytest_fakecopy.clocks.time_machine import TimeMachineClock
from pytest_fakecopy.clocks.virtual import VirtualClock
from pytest_fakecopy.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.domain.timeline import Clock


def make_clock(
    name: Literal["freezegun", "time-machine", "virtual", "real"],
    start_time: datetime | None = None,
) -> Clock:
    """Return the clock that the option `clock` names, not started yet.

    The library that it needs is imported by that clock alone.

    Raises:
        UsageError: the library of that clock is not installed, or the clock has no start time.
    """
    if name == "freezegun":
        return FreezegunClock(start_time)
    if name == "time-machine":
        return TimeMachineClock(start_time)
    if name == "virtual":
        return VirtualClock(start_time)
    if start_time is not None:
        msg = (
            f"fake_ec2 option start_time={iso(start_time)!r}: the wall clock of"
            ' clock="real" starts when it does.\nLeave out start_time, or let the fake have a time'
            ' of its own: clock="virtual"'
        )
        raise UsageError(msg)
    return RealClock()
