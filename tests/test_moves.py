"""Moves of time in the journal."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy import ClockError, FakeEC2
from pytest_fakecopy.domain.records import MoveRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake that starts at noon."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        yield fake


def moves(fake: FakeEC2) -> list[tuple[float, float, str]]:
    """Return from when to when time was moved, in seconds since noon, and by whom."""
    return [
        ((entry.at - NOON).total_seconds(), (entry.until - NOON).total_seconds(), entry.how)
        for entry in fake.journal
        if isinstance(entry, MoveRecord)
    ]


def copy(fake: FakeEC2) -> str:
    """Start a copy."""
    source = fake.snapshots.add()
    answer = fake.client("ec2").copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id
    )
    return str(answer["SnapshotId"])


def test_every_way_to_move_is_named(fake: FakeEC2) -> None:
    """Each of the clock's verbs, a sleep, and an assertion that moves time."""
    fake.clock.tick(1)
    fake.clock.move_to(NOON + timedelta(seconds=2))
    copy(fake)
    fake.clock.jump_to_next()
    time.sleep(3)
    fake.clock.settle()
    fake.assert_eventually_completed(copy(fake))

    assert moves(fake) == [
        (0, 1, "tick"),
        (1, 2, "move_to"),
        (2, 7, "jump_to_next"),
        (7, 10, "sleep"),
        (10, 62, "settle"),
        (62, 122, "assert_eventually_completed"),
    ]


def test_what_happens_on_the_way_follows(fake: FakeEC2) -> None:
    """A move stands before the transitions that it brought about."""
    copy(fake)
    fake.clock.tick(100)

    kinds = [type(entry).__name__ for entry in fake.journal]

    assert kinds[-5:] == [
        "TransitionRecord", "MoveRecord", "VerdictRecord", "TransitionRecord", "EventRecord",
    ]  # fmt: skip


def test_waiting_that_nothing_interrupts_is_one_move(fake: FakeEC2) -> None:
    """A loop of short sleeps doesn't flood the journal; another way to move is another entry."""
    for _ in range(50):
        time.sleep(2)
    fake.clock.tick(1)
    time.sleep(1)

    assert moves(fake) == [(0, 100, "sleep"), (100, 101, "tick"), (101, 102, "sleep")]


def test_requests_that_move_time(fake: FakeEC2) -> None:
    """What each request takes is named after its setting, and stands before the request."""
    fake.clock.tick_per_request = timedelta(seconds=4)

    fake.client("ec2").describe_snapshots(OwnerIds=["self"])

    assert moves(fake) == [(0, 4, "tick_per_request")]
    assert [type(entry).__name__ for entry in fake.journal] == ["MoveRecord", "RequestRecord"]


def test_no_time_is_no_move(fake: FakeEC2) -> None:
    """Neither a tick of zero nor one that is refused is in the journal."""
    fake.clock.tick(0)
    fake.clock.settle()
    with pytest.raises(ClockError):
        fake.clock.tick(-1)

    assert moves(fake) == []


def test_a_move_that_fails_half_way_is_noted(fake: FakeEC2) -> None:
    """A subscriber that raises stops the time where it was; so far it went."""
    fake.events.subscribe(lambda event: event["no such key"])
    copy(fake)

    with pytest.raises(KeyError):
        fake.clock.tick(100)

    assert moves(fake) == [(0, 60, "tick")]


@pytest.mark.parametrize("looks", [True, False])
def test_what_is_due_comes_before_the_move(fake: FakeEC2, looks: bool) -> None:
    """A copy that fails at once has failed before time goes on, whether somebody looked or not."""
    fake.faults.fail_copies("Internal error", after=0)
    failed = copy(fake)
    if looks:
        assert fake.snapshots[failed].state == "error"

    fake.clock.tick(1)

    kinds = [type(entry).__name__ for entry in fake.journal][-3:]
    assert kinds == ["TransitionRecord", "EventRecord", "MoveRecord"]
