"""What is due when happens then, in order, and only then."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import partial

from pytest_fakecopy.domain.timeline import Timeline, to_milliseconds
from tests.builders import START, later


class Log:
    """Keeps what happened, with its due time in seconds since the start."""

    def __init__(self) -> None:
        """Start with nothing having happened."""
        self.entries: list[tuple[str, float]] = []

    def note(self, name: str, due: datetime) -> None:
        """Write down that something happened."""
        self.entries.append((name, (due - START).total_seconds()))


def test_nothing_is_due_on_an_empty_timeline() -> None:
    """There is no next, and settling does nothing."""
    timeline = Timeline()

    timeline.settle(later(100))

    assert timeline.next_due() is None
    assert timeline.scheduled() == ()
    assert repr(timeline) == "<Timeline 0 scheduled>"


def test_what_is_due_happens_in_order_of_due_time() -> None:
    """The order of scheduling does not matter, and what is later stays."""
    timeline, log = Timeline(), Log()
    for name, seconds in (("c", 30), ("a", 10), ("b", 20)):
        timeline.schedule(later(seconds), name, partial(log.note, name))

    timeline.settle(later(20))

    assert log.entries == [("a", 10), ("b", 20)]
    assert timeline.next_due() == later(30)


def test_what_is_due_happens_once() -> None:
    """Settling again changes nothing."""
    timeline, log = Timeline(), Log()
    timeline.schedule(later(10), "a", partial(log.note, "a"))

    timeline.settle(later(10))
    timeline.settle(later(20))

    assert log.entries == [("a", 10)]


def test_nothing_happens_before_it_is_due() -> None:
    """A microsecond early is too early."""
    timeline, log = Timeline(), Log()
    timeline.schedule(later(10), "a", partial(log.note, "a"))

    timeline.settle(later(10) - timedelta(microseconds=1))

    assert log.entries == []


def test_of_two_with_one_due_time_the_older_is_first() -> None:
    """Ties are broken by the order of scheduling, in front and in the background alike."""
    timeline, log = Timeline(), Log()
    for name, background in (("a", False), ("b", True), ("c", False), ("d", True)):
        timeline.schedule(later(10), name, partial(log.note, name), background=background)

    timeline.settle(later(10))

    assert [name for name, _ in log.entries] == ["a", "b", "c", "d"]


def test_what_an_action_schedules_happens_in_the_same_settling() -> None:
    """As far as it has come due as well, and in its order."""
    timeline, log = Timeline(), Log()

    def first(due: datetime) -> None:
        log.note("first", due)
        timeline.schedule(later(15), "between", partial(log.note, "between"))
        timeline.schedule(later(50), "later", partial(log.note, "later"))

    timeline.schedule(later(10), "first", first)
    timeline.schedule(later(20), "last", partial(log.note, "last"))

    timeline.settle(later(30))

    assert log.entries == [("first", 10), ("between", 15), ("last", 20)]
    assert timeline.next_due() == later(50)


def test_what_is_cancelled_does_not_happen() -> None:
    """It is no longer next either."""
    timeline, log = Timeline(), Log()
    gone = timeline.schedule(later(10), "gone", partial(log.note, "gone"))
    hidden = timeline.schedule(later(15), "hidden", partial(log.note, "hidden"), background=True)
    stays = timeline.schedule(later(20), "stays", partial(log.note, "stays"))

    gone.cancelled = hidden.cancelled = True

    assert timeline.scheduled() == (stays,)
    assert timeline.next_due() == later(20)
    timeline.settle(later(30))
    assert log.entries == [("stays", 20)]


def test_what_was_cancelled_is_skipped_by_settling_too() -> None:
    """Also where nobody asked for the next one in between."""
    timeline, log = Timeline(), Log()
    timeline.schedule(later(10), "gone", partial(log.note, "gone")).cancelled = True

    timeline.settle(later(10))

    assert log.entries == []


def test_nobody_waits_for_the_background() -> None:
    """It happens in its time, and is neither next nor listed."""
    timeline, log = Timeline(), Log()
    timeline.schedule(later(10), "key", partial(log.note, "key"), background=True)

    waited_for = timeline.next_due(), timeline.scheduled()
    timeline.settle(later(10))

    assert waited_for == (None, ())
    assert log.entries == [("key", 10)]


def test_a_failing_action_leaves_the_rest_for_the_next_settling() -> None:
    """What was due besides is not lost."""
    timeline, log = Timeline(), Log()

    def fail(due: datetime) -> None:
        raise LookupError(due)

    timeline.schedule(later(10), "fails", fail)
    timeline.schedule(later(20), "good", partial(log.note, "good"))
    try:
        timeline.settle(later(30))
    except LookupError as error:
        failure: object = error.args[0]

    timeline.settle(later(30))

    assert failure == later(10)
    assert log.entries == [("good", 20)]


def test_what_is_scheduled_is_listed_in_order() -> None:
    """With its due time and what it is in words."""
    timeline, log = Timeline(), Log()
    timeline.schedule(later(20), "b happens", partial(log.note, "b"))
    timeline.schedule(later(10), "a happens", partial(log.note, "a"))

    listed = [(entry.due, entry.what) for entry in timeline.scheduled()]

    assert listed == [(later(10), "a happens"), (later(20), "b happens")]
    assert repr(timeline) == "<Timeline 2 scheduled, next at 2026-01-31T12:00:10+00:00>"


def test_ec2_keeps_times_to_the_millisecond() -> None:
    """Microseconds are cut off, not rounded."""
    moment = datetime(2026, 1, 31, 12, 0, 0, 123_999, tzinfo=timezone.utc)

    assert to_milliseconds(moment) == moment.replace(microsecond=123_000)
