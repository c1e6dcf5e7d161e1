"""What happened in a fake and what is still to come, as one value to report and draw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_fakecopy.domain.records import MoveRecord
from pytest_fakecopy.domain.timeline import to_milliseconds
from pytest_fakecopy.journal import RequestRecord

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from pytest_fakecopy.journal import Entry

_UNITS = (("d", 86400), ("h", 3600), ("m", 60))
_COMPOUND = 120
"""Seconds; what is shorter is given in seconds alone."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One thing that is scheduled."""

    due: datetime
    """When, in UTC."""
    what: str
    """In words: "snap-0123456789abcdef0 is validated"."""


@dataclass(frozen=True, slots=True)
class Story:
    """The journal up to now, and the timeline from now on."""

    entries: tuple[Entry, ...]
    """The journal, oldest first, with times to the millisecond."""
    now: datetime
    """The time of the fake, in UTC."""
    upcoming: tuple[Upcoming, ...] = ()
    """What is scheduled, in order."""
    rules: str = "documented"
    """The name of the rule book in force."""
    clock: str = "virtual"
    """The option `clock`."""
    account_id: str = "111122223333"
    """The default account, which texts don't mention."""

    start: datetime = field(init=False)
    """What times are relative to: the first request, or the first entry where there is none."""

    def __post_init__(self) -> None:
        """Find the start, once: every line asks for it."""
        requests = (entry.at for entry in self.entries if isinstance(entry, RequestRecord))
        first = self.entries[0].at if self.entries else self.now
        object.__setattr__(self, "start", next(requests, first))

    def since_start(self, at: datetime) -> str:
        """Return `+5s`, `+1h2m`: how long after the start *at* is."""
        return elapsed(at - self.start)


def in_milliseconds(entry: Entry) -> Entry:
    """Return the entry with its times as EC2 keeps them, so that those of one moment are equal."""
    at = to_milliseconds(entry.at)
    if isinstance(entry, MoveRecord):
        return replace(entry, at=at, until=to_milliseconds(entry.until))
    return replace(entry, at=at)


def elapsed(delta: timedelta) -> str:
    """Return *delta* exactly, to the millisecond, with its sign: `+0.25s`, `+90s`, `-1h5s`."""
    seconds = round(delta.total_seconds(), 3)
    sign = "-" if seconds < 0 else "+"
    return sign + amount(abs(seconds))


def amount(seconds: float) -> str:
    """Return a number of seconds: `90s` up to two minutes, and `1h2m5s` from there on."""
    parts = []
    if seconds >= _COMPOUND:
        for unit, size in _UNITS:
            count, seconds = divmod(seconds, size)
            if count:
                parts.append(f"{int(count)}{unit}")
        seconds = round(seconds, 3)
    if seconds or not parts:
        parts.append(f"{seconds:.15g}s")
    return "".join(parts)
