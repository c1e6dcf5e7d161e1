"""The journal as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.records import ChangeRecord, TransitionRecord, VerdictRecord
from pytest_fakecopy.journal import RequestRecord

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.journal import Entry, Journal


def story_of(journal: Journal, snapshot_id: str) -> str:
    """Return what happened to a snapshot, a line each, with times since the first request."""
    entries = [entry for entry in journal if _is_about(entry, snapshot_id)]
    start = entries[0].at if entries else None
    return "\n".join(f"  {_since(start, entry.at):>8}  {line_of(entry)}" for entry in entries)


def _is_about(entry: Entry, snapshot_id: str) -> bool:
    if isinstance(entry, RequestRecord):
        return snapshot_id in str(dict(entry.parameters))
    if isinstance(entry, VerdictRecord):
        return entry.snapshot_id == snapshot_id
    if isinstance(entry, TransitionRecord):
        return entry.resource_id == snapshot_id
    return isinstance(entry, ChangeRecord)


def _since(start: datetime | None, at: datetime) -> str:
    seconds = (at - start).total_seconds() if start else 0.0
    return f"+{seconds:g}s"


def line_of(entry: Entry) -> str:
    """Return one entry of the journal as a line."""
    if isinstance(entry, RequestRecord):
        outcome = f"{entry.status} {entry.error_code}" if entry.error_code else f"{entry.status}"
        return f"{entry.operation} in {entry.region} as {entry.account_id}: {outcome}"
    if isinstance(entry, VerdictRecord):
        return _verdict_line(entry)
    if isinstance(entry, TransitionRecord):
        before = f"{entry.before} -> " if entry.before else ""
        message = f" {entry.state_message!r}" if entry.state_message else ""
        return f"{entry.resource_id} {before}{entry.after}{message}"
    if isinstance(entry, ChangeRecord):
        return entry.what
    return f"event {entry.event.get('detail-type')}"


def _verdict_line(entry: VerdictRecord) -> str:
    asked = len(entry.judgement.asked)
    if not entry.judgement.findings:
        return f"{entry.phase}: none of {asked} rules objected"
    finding = entry.judgement.findings[-1]
    why = finding.verdict.why if finding.verdict is not None else ""
    return f"{entry.phase}: {finding.rule.name}{f': {why}' if why else ''}"
