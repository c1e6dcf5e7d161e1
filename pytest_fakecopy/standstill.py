"""Code that polls while time stands still would poll for ever; here it is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.events import timestamp
from pytest_fakecopy.errors import ClockError

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.wire.http import HttpRequest

_READING = ("Describe", "Get", "List")
# More than a test asks for by intention; they take some five seconds.
_MOST_REPEATS = 10_000


class Standstill:
    """Counts requests that have been made before, in the same words and at the same moment."""

    __slots__ = ("_asked", "_at", "_repeats")

    def __init__(self) -> None:
        """Begin with nothing asked for."""
        self._at: datetime | None = None
        self._asked: set[tuple[str, str | bytes]] = set()
        self._repeats = 0

    def note(self, action: str, request: HttpRequest, at: datetime) -> None:
        """Take note of a request; those that change something don't count.

        Raises:
            ClockError: too many of them were repeated while time stood still.
        """
        if not action.startswith(_READING):
            return
        if at != self._at:
            self._at, self._repeats = at, 0
            self._asked.clear()
        asked = (action, request.body or request.url)
        if asked not in self._asked:
            self._asked.add(asked)
            return
        self._repeats += 1
        if self._repeats < _MOST_REPEATS:
            return
        msg = (
            f"{_MOST_REPEATS} requests as {action} have repeated earlier ones at {timestamp(at)}:"
            " time stands still while the code under test polls. It moves by sleeps in the test's"
            " thread, unless the test has replaced them, and by fake_ec2.clock.\n"
            "To let each request move it: fake_ec2.clock.tick_per_request = 15"
        )
        raise ClockError(msg)
