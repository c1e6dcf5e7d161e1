"""The events of a fake, and who hears of them."""

from __future__ import annotations

from threading import RLock
from typing import Any

import pytest

from pytest_fakecopy.domain.records import EventRecord
from pytest_fakecopy.door import Door
from pytest_fakecopy.errors import UsageError
from pytest_fakecopy.event_log import Events
from tests.builders import later, make_world, start


def made() -> tuple[Events, list[EventRecord]]:
    """Build events, and the list that they are recorded in."""
    records: list[EventRecord] = []
    return Events(records.append), records


def test_events_are_kept_and_recorded_in_order() -> None:
    """By position, several at once, and one by one."""
    events, records = made()

    for number in range(3):
        events.emit(later(number), {"id": str(number)})

    assert len(events) == 3
    assert [event["id"] for event in events] == ["0", "1", "2"]
    assert events[-1] == {"id": "2"}
    assert events[:2] == [{"id": "0"}, {"id": "1"}]
    assert records[1] == EventRecord(later(1), {"id": "1"})
    assert repr(events) == "<Events 3>"


def test_everybody_gets_a_copy() -> None:
    """What one does to an event no other sees."""
    events, _ = made()

    def spoil(event: dict[str, Any]) -> None:
        event["detail"]["result"] = "spoilt"

    seen: list[dict[str, Any]] = []
    events.subscribe(spoil)
    events.subscribe(seen.append)
    events.emit(later(0), {"detail": {"result": "succeeded"}})
    for event in (events[0], *events, *events[:]):
        spoil(event)

    assert seen == [{"detail": {"result": "succeeded"}}]
    assert events[0] == seen[0]


def test_a_subscriber_hears_of_what_comes_later() -> None:
    """And the function that is subscribed is given back, for use as a decorator."""
    events, _ = made()
    seen: list[str] = []
    events.emit(later(0), {"id": "before"})

    @events.subscribe
    def handler(event: dict[str, Any]) -> None:
        seen.append(event["id"])

    events.emit(later(1), {"id": "after"})

    assert seen == ["after"]
    handler({"id": "by hand"})
    assert seen == ["after", "by hand"]


def test_what_can_not_be_called_is_no_subscriber() -> None:
    """The message has the value."""
    events, _ = made()

    with pytest.raises(UsageError) as caught:
        events.subscribe("handler")  # type: ignore[arg-type]  # what a user may write

    assert str(caught.value) == (
        "events.subscribe('handler'): expected a function that takes the event"
    )


def test_events_come_to_all_subscribers_in_their_order() -> None:
    """Also where one of them makes the next one happen."""
    events, _ = made()
    heard: list[tuple[str, str]] = []

    def first(event: dict[str, Any]) -> None:
        heard.append(("first", event["id"]))
        if event["id"] == "1":
            events.emit(later(1), {"id": "2"})
            heard.append(("first", "done"))

    events.subscribe(first)
    events.subscribe(lambda event: heard.append(("second", event["id"])))

    events.emit(later(0), {"id": "1"})

    assert heard == [
        ("first", "1"),
        ("first", "done"),
        ("second", "1"),
        ("first", "2"),
        ("second", "2"),
    ]
    assert [event["id"] for event in events] == ["1", "2"]


def test_a_subscriber_that_fails_keeps_nothing_from_later_events() -> None:
    """Its exception reaches whoever moved time; what it had made happen is delivered next."""
    events, _ = made()
    seen: list[str] = []

    def fail_once(event: dict[str, Any]) -> None:
        if event["id"] == "1":
            events.emit(later(1), {"id": "2"})
            raise LookupError(event["id"])
        seen.append(event["id"])

    events.subscribe(fail_once)
    with pytest.raises(LookupError, match="1"):
        events.emit(later(0), {"id": "1"})
    events.emit(later(2), {"id": "3"})

    assert seen == ["2", "3"]


def test_looking_at_events_lets_happen_what_is_due() -> None:
    """Nobody has to ask for anything else before."""
    world = make_world()
    events = Events(world.record)
    world.emit = events.emit
    events.watch(Door(world, RLock()))
    start(world)

    world.clock.tick(60)

    assert len(events) == 1
    assert events[0]["detail"]["result"] == "succeeded"
