"""The wall clock: nothing moves it, and whoever wants to see something happen waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pytest_fakecopy.clocks.process import holder, iso, process_now
from pytest_fakecopy.errors import ClockError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class RealClock:
    """The time of the process as it is; it can be waited for, not moved."""

    def __init__(self, sleep: Callable[[float], None] | None = None) -> None:
        """Wait with *sleep*, which is `time.sleep` where it isn't given."""
        self._sleep = sleep

    def __repr__(self) -> str:
        """Return `<RealClock at 2026-01-01T00:00:05Z>`."""
        return f"<RealClock at {iso(self.now())}>"

    def now(self) -> datetime:
        """Return the time of the process."""
        return process_now()

    def signing_now(self) -> datetime:
        """Return the time of the process."""
        return process_now()

    def move_to(self, moment: datetime) -> None:
        """Refuse to move.

        Raises:
            ClockError: always.
        """
        msg = (
            f'clock="real" can\'t be moved to {iso(moment)}: it is the wall clock.\n'
            "Wait for what is scheduled, fake_ec2.clock.settle(), or let the fake have a time of"
            ' its own: @pytest.mark.fake_ec2(clock="virtual")'
        )
        raise ClockError(msg)

    def wait_until(self, moment: datetime) -> None:
        """Sleep until it is *moment*.

        Raises:
            ClockError: somebody holds the time of the process, so that it will never be.
        """
        while (left := (moment - self.now()).total_seconds()) > 0:
            by = holder()
            if by is not None:
                msg = (
                    f'clock="real" waits for {iso(moment)}, but {by} holds the time at'
                    f" {iso(self.now())}.\nGo by that clock instead:"
                    f' @pytest.mark.fake_ec2(clock="{by}")'
                )
                raise ClockError(msg)
            (self._sleep or time.sleep)(left)

    def start(self) -> None:
        """Do nothing: the time is not held."""

    def stop(self) -> None:
        """Do nothing: nothing was replaced."""
