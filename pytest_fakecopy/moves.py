"""Moves of time on their way into the journal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_fakecopy.domain.records import MoveRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pytest_fakecopy.journal import Journal


class Moves:
    """`with moves("tick"):` writes down how far time has come when the block ends.

    Of blocks in one another the outermost is written, so that a sleep is a sleep and not the tick
    that it is made of.
    """

    def __init__(
        self, journal: Journal, now: Callable[[], datetime], settle: Callable[[], None]
    ) -> None:
        """Write into *journal* what *now* says before and after.

        What is due before is for *settle* to let happen, so that it comes before the move whether
        somebody has looked or not.
        """
        self._journal = journal
        self._now = now
        self._settle = settle
        self._depth = 0

    @contextmanager
    def __call__(self, how: str) -> Iterator[None]:
        """Watch the time until the block ends."""
        if not self._depth:
            self._settle()
        began, place = self._now(), self._journal.place()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            until = self._now()
            if not self._depth and until > began:
                self._journal.record_move(place, MoveRecord(began, until, how))
