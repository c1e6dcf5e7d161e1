"""Entries of the journal in words: one line each, with what a reader needs and no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.records import (
    ChangeRecord,
    EventRecord,
    MoveRecord,
    TransitionRecord,
    VerdictRecord,
)
from pytest_fakecopy.domain.verdicts import Reject
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.story import elapsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pytest_fakecopy.journal import Entry
    from pytest_fakecopy.story import Story

_LONGEST_VALUE = 60
_SAID_ELSEWHERE = frozenset(
    {"SourceRegion", "SourceSnapshotId", "DestinationRegion", "PresignedUrl"}
)
"""What the line of a CopySnapshot names in its own way, and what botocore adds to each of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line about one moment."""

    at: datetime
    text: str
    entry: Entry
    minor: bool = False
    """Whether a short report leaves it out: an event, a wait between two looks."""

    @property
    def bad(self) -> bool:
        """Whether something failed: a request, or a copy."""
        entry = self.entry
        if isinstance(entry, RequestRecord):
            return bool(entry.error_code) or not entry.status
        if isinstance(entry, VerdictRecord):
            return bool(entry.judgement.findings)
        return isinstance(entry, TransitionRecord) and entry.after == "error"


def lines_of(story: Story) -> list[Line]:
    """Return the whole story, a line for each entry that says something of its own."""
    teller = _Teller(story)
    return [line for entry in story.entries for line in teller.tell(entry)]


class _Teller:
    """Tells one entry after the other, and remembers the states for what a look has shown."""

    def __init__(self, story: Story) -> None:
        self._account_id = story.account_id
        self._states: dict[str, str] = {}
        self._accepted = ""

    def tell(self, entry: Entry) -> Iterator[Line]:
        accepted, self._accepted = self._accepted, ""
        if isinstance(entry, RequestRecord):
            yield Line(entry.at, self._request(entry), entry)
        elif isinstance(entry, VerdictRecord):
            text = _verdict(entry)
            if entry.phase == "admission" and entry.snapshot_id and not entry.judgement.findings:
                # The line of its first state says it.
                self._accepted = entry.snapshot_id
            else:
                yield Line(entry.at, text, entry)
        elif isinstance(entry, TransitionRecord):
            self._states[entry.resource_id] = entry.after
            yield Line(entry.at, _transition(entry, copy=accepted == entry.resource_id), entry)
        elif isinstance(entry, MoveRecord):
            minor = entry.how in {"sleep", "tick_per_request"}
            yield Line(entry.at, move_text(entry), entry, minor)
        elif isinstance(entry, ChangeRecord):
            yield Line(entry.at, one_line(entry.what), entry)
        else:
            yield Line(entry.at, _event(entry), entry, minor=True)

    def _request(self, entry: RequestRecord) -> str:
        account = f" as {entry.account_id}" if entry.account_id not in self._own() else ""
        carrier = f" by {entry.transport}" if entry.transport != "botocore" else ""
        outcome = self._outcome(entry)
        return f"{_asked(entry)}{account}{carrier} -> {outcome}"

    def _own(self) -> tuple[str, str]:
        return self._account_id, ""

    def _outcome(self, entry: RequestRecord) -> str:
        if not entry.status:
            return "no answer"
        if entry.error_code:
            message = f": {one_line(entry.error_message)}" if entry.error_message else ""
            return f"{entry.status} {entry.error_code}{message}"
        if entry.operation == "DescribeSnapshots":
            asked = entry.parameters.get("SnapshotIds") or ()
            shown = [self._states[name] for name in asked if name in self._states]
            return f"{entry.status} {', '.join(shown)}".rstrip()
        return str(entry.status)


def _asked(entry: RequestRecord) -> str:
    operation = one_line(entry.operation) or "a request without an Action"
    given = entry.parameters
    if operation != "CopySnapshot":
        return f"{operation} in {entry.region}{_listed(given, frozenset())}"
    source = one_line(str(given.get("SourceRegion", "?")))
    snapshot = one_line(str(given.get("SourceSnapshotId", "?")))
    return f"CopySnapshot {source} -> {entry.region} of {snapshot}{_listed(given, _SAID_ELSEWHERE)}"


def _listed(given: Mapping[str, Any], without: frozenset[str]) -> str:
    listed = [f"{name}={_value(value)}" for name, value in given.items() if name not in without]
    return f", {' '.join(listed)}" if listed else ""


def _value(value: object) -> str:
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], str):
        value = value[0]
    text = repr(value)
    if type(value) is str and text.isascii() and " " not in value:
        text = text[1:-1]
    if len(text) > _LONGEST_VALUE:
        text = text[: _LONGEST_VALUE - 3] + "..."
    return text


def _verdict(entry: VerdictRecord) -> str:
    judgement = entry.judgement
    decisive = judgement.failure
    for found in judgement.findings:
        if isinstance(found.verdict, Reject):
            decisive = found
    if decisive is None or decisive.verdict is None:
        return f"{entry.snapshot_id} validated: {_none_objected(len(judgement.asked))}"
    name, verdict = decisive.rule.name, decisive.verdict
    if isinstance(verdict, Reject):
        return f"{name} rejects it: {one_line(verdict.why or verdict.error.message)}"
    does = "fails it" if entry.phase == "validation" else "will fail it"
    return f"{name} {does}: {one_line(verdict.why or verdict.state_message)}"


def _none_objected(asked: int) -> str:
    return f"none of {asked} rules objects"


def _transition(entry: TransitionRecord, *, copy: bool) -> str:
    message = f" {one_line(entry.state_message)!r}" if entry.state_message else ""
    if entry.before is not None:
        return f"{entry.resource_id} {entry.before} -> {entry.after}{message}"
    if copy:
        return f"{entry.resource_id} accepted: {entry.after}{message}"
    why = f" ({one_line(entry.why)})" if entry.why else ""
    return f"{entry.resource_id} in {entry.region}: {entry.after}{message}{why}"


def move_text(entry: MoveRecord) -> str:
    """Return `time moved by 10m: tick`."""
    return f"time moved by {elapsed(entry.until - entry.at)[1:]}: {entry.how}"


def _event(entry: EventRecord) -> str:
    detail = entry.event.get("detail")
    parts: Mapping[str, object] = detail if isinstance(detail, dict) else {}
    words = [str(parts[name]) for name in ("event", "result") if name in parts]
    return f"event {entry.event.get('detail-type')}: {' '.join(words)}".removesuffix(": ")


def one_line(text: str) -> str:
    """Return *text* on one line, with escapes for what is no printable character."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
