"""Sources of time for the fake, and sleeping that moves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pytest_fakecopy.clocks.process import iso
from pytest_fakecopy.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.domain.timeline import Clock


def make_clock(
    name: Literal["freezegun", "time-machine", "virtual", "real"],
    start_time: datetime | None = None,
) -> Clock:
    """Return the clock that the option `clock` names, not started yet.

    Each is imported when it is asked for: freezegun alone takes longer than the rest of the fake.

    Raises:
        UsageError: the library of that clock is not installed, or the clock has no start time.
    """
    if name == "freezegun":
        from pytest_fakecopy.clocks.freezegun import FreezegunClock  # noqa: PLC0415

        return FreezegunClock(start_time)
    if name == "time-machine":
        from pytest_fakecopy.clocks.time_machine import TimeMachineClock  # noqa: PLC0415

        return TimeMachineClock(start_time)
    if name == "virtual":
        from pytest_fakecopy.clocks.virtual import VirtualClock  # noqa: PLC0415

        return VirtualClock(start_time)
    from pytest_fakecopy.clocks.real import RealClock  # noqa: PLC0415

    if start_time is not None:
        msg = (
            f"fake_ec2 option start_time={iso(start_time)!r}: the wall clock of"
            ' clock="real" starts when it does.\nLeave out start_time, or let the fake have a time'
            ' of its own: clock="virtual"'
        )
        raise UsageError(msg)
    return RealClock()
