"""A clock of the fake's own: the process keeps its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.clocks.process import iso, process_now

if TYPE_CHECKING:
    from datetime import datetime


class VirtualClock:
    """Stands still until it is moved, and moves nothing but the fake.

    Code under test that asks the process for the time doesn't see it move; signatures are dated
    by the process and judged by its time.
    """

    def __init__(self, start_time: datetime | None = None) -> None:
        """Begin at *start_time*, or at what the process takes for the present at `start`."""
        self._start_time = start_time
        self._now = start_time

    def __repr__(self) -> str:
        """Return `<VirtualClock at 2026-01-01T00:00:05Z>`."""
        return f"<VirtualClock at {iso(self.now())}>"

    def now(self) -> datetime:
        """Return the time that the last move made it."""
        return self._now or process_now()

    def signing_now(self) -> datetime:
        """Return the time of the process."""
        return process_now()

    def move_to(self, moment: datetime) -> None:
        """Make it *moment*."""
        self._now = moment

    def start(self) -> None:
        """Stand still from now on."""
        self._now = self._start_time or process_now()

    def stop(self) -> None:
        """Do nothing: nothing was replaced."""
