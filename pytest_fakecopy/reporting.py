"""The story of a fake as text: the section under a failing test, and that of one snapshot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_fakecopy.domain.records import (
    ChangeRecord,
    EventRecord,
    MoveRecord,
    TransitionRecord,
    VerdictRecord,
)
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.wording import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_fakecopy.journal import Entry
    from pytest_fakecopy.story import Story, Upcoming
    from pytest_fakecopy.wording import Line

MOST_LINES = 20
_FIRST = 5
_UPCOMING = 3
_WIDTH = 8


def report(story: Story, most: int | None = MOST_LINES) -> list[str]:
    """Return the story line by line: requests, verdicts, transitions, moves, what is scheduled.

    Times are relative to the first request. Looks that show the same one after the other make one
    line.

    Args:
        story: What happened.
        most: How many lines at most, the one that counts what was left out included; None is all.
            A single line is left out only where it would part looks that make one line.
    """
    everything = lines_of(story)
    coming = _coming(story, None if most is None else _UPCOMING)
    if most is None:
        return [*_stamped(story, everything), *coming]
    folded = _folded(line for line in everything if not line.minor)
    place, room = len(folded), most - len(coming) - 1
    if len(folded) > room:
        place = _FIRST
        folded = folded[:_FIRST] + folded[len(folded) - (room - _FIRST) :]
    shown = _stamped(story, [line for line, _ in folded])
    left_out = len(everything) - sum(count for _, count in folded)
    if left_out == 1:
        # To say so would take the line that it takes itself.
        unabridged = [line for line, _ in _folded(everything)]
        if len(unabridged) + len(coming) <= most:
            return [*_stamped(story, unabridged), *coming]
    if left_out:
        shown.insert(place, f"{'...':>{_WIDTH}}  {left_out} more with -vv")
    return [*shown, *coming]


def _folded(lines: Iterable[Line]) -> list[tuple[Line, int]]:
    """Return lines that repeat the one before as one, each with how many it stands for."""
    folded: list[tuple[Line, int]] = []
    for line in lines:
        if folded and isinstance(line.entry, RequestRecord) and line.text == folded[-1][0].text:
            folded[-1] = (folded[-1][0], folded[-1][1] + 1)
        else:
            folded.append((line, 1))
    return [
        (replace(line, text=f"{line.text}, {count} times") if count > 1 else line, count)
        for line, count in folded
    ]


def _stamped(story: Story, lines: Iterable[Line]) -> list[str]:
    """Return the lines with their times; one that is that of the line before is not repeated."""
    shown, last = [], ""
    for line in lines:
        time = story.since_start(line.at)
        shown.append(f"{time if time != last else '':>{_WIDTH}}  {line.text}")
        last = time
    return shown


def _coming(story: Story, most: int | None) -> list[str]:
    now = f"{'now':>{_WIDTH}}  {story.since_start(story.now)} by the {_CLOCKS[story.clock]}"
    if not story.upcoming:
        return [f"{now}; nothing is scheduled"]
    shown = story.upcoming if most is None else story.upcoming[:most]
    lines = [_due(story, upcoming) for upcoming in shown]
    if len(shown) < len(story.upcoming):
        lines[-1] += f"; {len(story.upcoming) - len(shown)} more are scheduled"
    return [f"{now}; scheduled:", *lines]


_CLOCKS = {
    "freezegun": "clock of freezegun",
    "time-machine": "clock of time-machine",
    "virtual": "fake's own clock",
    "real": "wall clock",
}


def _due(story: Story, upcoming: Upcoming) -> str:
    return f"{story.since_start(upcoming.due):>{_WIDTH}}  {upcoming.what}"


def story_of(story: Story, snapshot_id: str) -> str:
    """Return what happened to one snapshot and what is scheduled for it, a line each.

    Times are relative to the call that made it.
    """
    about = replace(
        story,
        entries=tuple(_about(story.entries, snapshot_id)),
        upcoming=tuple(
            upcoming for upcoming in story.upcoming if upcoming.what.startswith(f"{snapshot_id} ")
        ),
    )
    return "\n".join(report(about))


def _about(entries: tuple[Entry, ...], snapshot_id: str) -> Iterator[Entry]:
    """Yield what concerns a snapshot: the call that made it is the request before its verdict."""
    request: RequestRecord | None = None
    for entry in entries:
        if isinstance(entry, RequestRecord):
            if snapshot_id in str(dict(entry.parameters)):
                yield entry
            else:
                request = entry
        elif isinstance(entry, VerdictRecord):
            if entry.snapshot_id == snapshot_id:
                if entry.phase == "admission" and request is not None:
                    yield request
                yield entry
        elif _concerns(entry, snapshot_id):
            yield entry


def _concerns(
    entry: TransitionRecord | EventRecord | ChangeRecord | MoveRecord, snapshot_id: str
) -> bool:
    if isinstance(entry, TransitionRecord):
        return entry.resource_id == snapshot_id
    return not isinstance(entry, EventRecord)
