"""The journal: everything in order, and easy to ask."""

from __future__ import annotations

from typing import Any

from pytest_fakecopy.domain.records import (
    ChangeRecord,
    EventRecord,
    TransitionRecord,
    VerdictRecord,
)
from pytest_fakecopy.domain.rules import Judgement
from pytest_fakecopy.journal import Entry, Journal, RequestRecord
from tests.builders import ACCOUNT, HERE, copy_attempt, later


def request(operation: str, **members: Any) -> RequestRecord:
    """Build the entry of a request that succeeded."""
    built: dict[str, Any] = {
        "parameters": {},
        "region": HERE,
        "account_id": ACCOUNT,
        "at": later(0),
        "transport": "botocore",
        "status": 200,
    }
    return RequestRecord(operation, **(built | members))


def verdict(snapshot_id: str | None) -> VerdictRecord:
    """Build the entry of a judgement."""
    return VerdictRecord(later(0), "admission", snapshot_id, Judgement(copy_attempt(), (), ()))


def transition(resource_id: str) -> TransitionRecord:
    """Build the entry of a change of state."""
    return TransitionRecord(later(0), resource_id, HERE, ACCOUNT, None, "pending")


def test_a_new_journal_is_empty() -> None:
    """Nothing has happened yet."""
    journal = Journal()

    assert len(journal) == 0
    assert list(journal) == []
    assert [journal.requests(), journal.verdicts(), journal.transitions()] == [(), (), ()]
    assert repr(journal) == "<Journal 0 entries, 0 requests>"


def test_entries_stand_in_the_order_in_which_they_came() -> None:
    """Whatever kind they are of."""
    journal = Journal()
    entries: list[Entry] = [
        request("CopySnapshot"),
        verdict("a"),
        EventRecord(later(0), {}),
        transition("a"),
        ChangeRecord(later(0), "x"),
    ]

    for entry in entries:
        journal.record(entry)

    assert list(journal) == entries
    assert repr(journal) == "<Journal 5 entries, 1 requests>"


def test_an_entry_can_be_put_where_it_began() -> None:
    """The answer to a request is known only after what it did."""
    journal = Journal()
    journal.record(transition("before"))
    place = journal.place()
    journal.record(transition("by-the-request"))

    journal.record_at(place, request("CopySnapshot"))

    assert [getattr(entry, "resource_id", "request") for entry in journal] == [
        "before",
        "request",
        "by-the-request",
    ]


def test_iterating_is_over_what_was_there() -> None:
    """What is recorded meanwhile does not get in between."""
    journal = Journal()
    journal.record(transition("a"))

    for entry in journal:
        journal.record(entry)

    assert len(journal) == 2


def test_requests_are_told_by_operation() -> None:
    """All of them, retries one by one, or those of one operation."""
    journal = Journal()
    copy, describe = request("CopySnapshot", status=503), request("DescribeSnapshots")
    for entry in (copy, verdict(None), describe, copy):
        journal.record(entry)

    assert journal.requests() == (copy, describe, copy)
    assert journal.requests("CopySnapshot") == (copy, copy)
    assert journal.requests("DeleteSnapshot") == ()


def test_verdicts_and_transitions_are_told_by_what_they_are_about() -> None:
    """All of them, or those of one copy."""
    journal = Journal()
    verdicts = (verdict("a"), verdict(None), verdict("b"))
    transitions = (transition("a"), transition("b"))
    for entry in (*verdicts, *transitions, request("CopySnapshot")):
        journal.record(entry)

    assert journal.verdicts() == verdicts
    assert journal.verdicts("a") == verdicts[:1]
    assert journal.transitions() == transitions
    assert journal.transitions("b") == transitions[1:]
