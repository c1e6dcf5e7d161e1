"""What is to be drawn, without saying how: lanes with spans of states, and marks in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pytest_fakecopy.domain.records import (
    ChangeRecord,
    MoveRecord,
    TransitionRecord,
    VerdictRecord,
)
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.story import elapsed
from pytest_fakecopy.wording import lines_of, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pytest_fakecopy.story import Story, Upcoming
    from pytest_fakecopy.wording import Line

MOST_LANES = 200
GONE = "deleted"
"""The state after which a lane ends."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a snapshot stays in one state."""

    state: str
    start: datetime
    end: datetime
    text: str
    """What to say of it: state message and why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One or more things that happened at one moment, and what to say of them."""

    at: datetime
    kind: Literal["request", "failed-request", "passed", "failed", "change", "upcoming"]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One snapshot."""

    snapshot_id: str
    place: str
    """Its Region, and its owner where that is not the default account."""
    source: str
    """What it is a copy of; empty for no copy."""
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]
    """Verdicts, and what is scheduled for it."""
    deleted: datetime | None
    remark: str
    """Why it is in the state `error`; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Move:
    """Time that somebody moved."""

    start: datetime
    end: datetime
    how: str
    """"sleep", "tick", ..."""
    label: str
    """`tick 10m`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw."""

    story: Story
    times: tuple[datetime, ...]
    """Every moment of which there is something to draw, in order; never empty."""
    lanes: tuple[Lane, ...]
    lanes_left_out: int
    requests: tuple[Mark, ...]
    changes: tuple[Mark, ...]
    """What the test did to the world: keys disabled, rules edited."""
    moves: tuple[Move, ...]


@dataclass(slots=True)
class _Track:
    """What is known of one snapshot so far."""

    place: str
    source: str = ""
    transitions: list[TransitionRecord] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """How much it has to tell: 0 the most."""
        if any(transition.after == "error" for transition in self.transitions):
            return 0
        return 1 if self.marks else 2


def picture_of(story: Story) -> Picture:
    """Return what is to be drawn of a story."""
    told = lines_of(story)
    tracks = _tracks(story)
    lanes = [_lane(story, name, tracks[name]) for name in _chosen(tracks)]
    moves = tuple(_move(entry) for entry in story.entries if isinstance(entry, MoveRecord))
    return Picture(
        story=story,
        times=_times(story, moves),
        lanes=tuple(lanes),
        lanes_left_out=max(0, len(tracks) - MOST_LANES),
        requests=_together([_request(line) for line in told if _is_request(line)]),
        changes=_together(
            [
                Mark(line.at, "change", (line.text,))
                for line in told
                if isinstance(line.entry, ChangeRecord)
            ]
        ),
        moves=moves,
    )


def _tracks(story: Story) -> dict[str, _Track]:
    tracks: dict[str, _Track] = {}
    for entry in story.entries:
        if isinstance(entry, TransitionRecord):
            if entry.resource_id not in tracks:
                place = _place(story, entry.region, entry.account_id)
                tracks[entry.resource_id] = _Track(place)
            tracks[entry.resource_id].transitions.append(entry)
        elif isinstance(entry, VerdictRecord) and entry.snapshot_id:
            track = tracks.setdefault(entry.snapshot_id, _begun(story, entry))
            track.marks.append(_verdict(entry))
    for upcoming in story.upcoming:
        name, _, what = upcoming.what.partition(" ")
        if name in tracks:
            tracks[name].marks.append(_upcoming(upcoming, what))
    return tracks


def _chosen(tracks: dict[str, _Track]) -> list[str]:
    """Return the snapshots that get a lane, in order: where they are too many, failed ones first.

    Copies come next, and what was only there to be copied last.
    """
    chosen = set(sorted(tracks, key=lambda name: tracks[name].rank)[:MOST_LANES])
    return [name for name in tracks if name in chosen]


def _begun(story: Story, entry: VerdictRecord) -> _Track:
    attempt = entry.judgement.attempt
    place = _place(story, attempt.region, attempt.caller.account_id)
    return _Track(place, one_line(attempt.request.source_snapshot_id or ""))


def _place(story: Story, region: str, account_id: str) -> str:
    return region if account_id == story.account_id else f"{region} of {account_id}"


def _verdict(entry: VerdictRecord) -> Mark:
    finding = entry.judgement.failure
    if finding is None or finding.verdict is None:
        text = f"{entry.phase}: none of {len(entry.judgement.asked)} rules objects"
        return Mark(entry.at, "passed", (text,))
    why = finding.verdict.why or getattr(finding.verdict, "state_message", "")
    return Mark(entry.at, "failed", (one_line(f"{finding.rule.name}: {why}"),))


def _upcoming(upcoming: Upcoming, what: str) -> Mark:
    return Mark(upcoming.due, "upcoming", (f"scheduled: {what}",))


def _lane(story: Story, name: str, track: _Track) -> Lane:
    transitions = track.transitions
    ends = [transition.at for transition in transitions[1:]] + [story.now]
    spans = tuple(
        Span(transition.after, transition.at, max(transition.at, end), _told(transition))
        for transition, end in zip(transitions, ends, strict=True)
        if transition.after != GONE
    )
    last = transitions[-1] if transitions else None
    failed = next((each for each in transitions if each.after == "error"), None)
    return Lane(
        snapshot_id=name,
        place=track.place,
        source=track.source,
        spans=spans,
        marks=tuple(track.marks),
        deleted=last.at if last is not None and last.after == GONE else None,
        remark=one_line(failed.why) if failed is not None else "",
    )


def _told(transition: TransitionRecord) -> str:
    message = f" {transition.state_message!r}" if transition.state_message else ""
    why = f" ({transition.why})" if transition.why else ""
    return one_line(f"{transition.after}{message}{why}")


def _is_request(line: Line) -> bool:
    return isinstance(line.entry, RequestRecord)


def _request(line: Line) -> Mark:
    return Mark(line.at, "failed-request" if line.bad else "request", (line.text,))


def _together(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the marks with those of one moment as one, a failed one if any of them is."""
    at_once: dict[datetime, list[Mark]] = {}
    for mark in marks:
        at_once.setdefault(mark.at, []).append(mark)
    return tuple(
        Mark(
            at,
            next((mark.kind for mark in group if mark.kind == "failed-request"), group[0].kind),
            tuple(text for mark in group for text in mark.texts),
        )
        for at, group in at_once.items()
    )


def _move(entry: MoveRecord) -> Move:
    label = f"{entry.how} {elapsed(entry.until - entry.at)[1:]}"
    return Move(entry.at, entry.until, entry.how, label)


def _times(story: Story, moves: Sequence[Move]) -> tuple[datetime, ...]:
    times = {entry.at for entry in story.entries}
    times.update(move.end for move in moves)
    times.update(upcoming.due for upcoming in story.upcoming)
    return tuple(sorted(times | {story.now, story.start}))
