"""The process frozen by time-machine, whose cost doesn't depend on the number of modules."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from pytest_fakecopy import _seams
from pytest_fakecopy.clocks.process import ProcessClock, process_now
from pytest_fakecopy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

# time-machine changes the time zone of the process to that of a destination in UTC or with a
# ZoneInfo. A fixed offset other than zero names the same moment and leaves the zone alone.
_NAMELESS_ZONE = timezone(timedelta(hours=1))


class TimeMachineClock(ProcessClock):
    """The process stopped by time-machine: dates and `time.time`.

    time-machine leaves `time.monotonic` and `time.perf_counter` real.

    Raises:
        UsageError: time-machine is not installed.
    """

    def __init__(self, start_time: datetime | None = None) -> None:
        """Stop the time at *start_time*, or at the present; nothing changes before `start`."""
        try:
            import time_machine  # noqa: PLC0415  # an extra
        except ImportError:
            msg = (
                'fake_ec2 option clock="time-machine": time-machine is not installed.\n'
                'Install it: pip install "pytest-fakecopy[time-machine]"'
            )
            raise UsageError(msg) from None
        super().__init__(start_time)
        self._travel_to = time_machine.travel

    def hold(self, start_time: datetime | None) -> Callable[[], None]:
        """Travel to the start time and stay there."""
        destination = (start_time or process_now()).astimezone(_NAMELESS_ZONE)
        travel = self._travel_to(destination, tick=False)
        ours = travel.start()

        def let_go() -> None:
            travellers = _seams.travellers()
            if travellers[-1] is ours:
                travel.stop()
            else:
                # time-machine 3.6: stop() ends the newest travel, whoever asks. A `time_machine`
                # fixture that was asked for before ours is stopped after it, and ends the last.
                travellers.remove(ours)

        return let_go
