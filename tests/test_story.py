"""The story of a fake: what it holds, and how it gives durations."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.domain.records import ChangeRecord
from pytest_fakecopy.story import Story, Upcoming, elapsed

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        pytest.param(timedelta(0), "+0s", id="nothing"),
        pytest.param(timedelta(microseconds=400), "+0s", id="less-than-a-millisecond"),
        pytest.param(timedelta(milliseconds=250), "+0.25s", id="milliseconds"),
        pytest.param(timedelta(seconds=119.5), "+119.5s", id="seconds"),
        pytest.param(timedelta(seconds=120), "+2m", id="minutes"),
        pytest.param(timedelta(seconds=125.25), "+2m5.25s", id="minutes-and-milliseconds"),
        pytest.param(timedelta(hours=1, seconds=5), "+1h5s", id="hours"),
        pytest.param(timedelta(days=40, minutes=1), "+40d1m", id="days"),
        pytest.param(timedelta(days=9000), "+9000d", id="years"),
        pytest.param(-timedelta(minutes=5), "-5m", id="before"),
    ],
)
def test_elapsed(delta: timedelta, expected: str) -> None:
    """It is exact to the millisecond, with no unit that is zero."""
    assert elapsed(delta) == expected


def test_times_are_relative_to_the_first_request() -> None:
    """Arranging the world may take time of its own, which counts as before."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        before = fake.story().start
        fake.snapshots.add()
        fake.clock.tick(10)
        arranged = fake.story().start
        fake.client("ec2").describe_snapshots(OwnerIds=["self"])

        story = fake.story()

    assert (before, arranged) == (NOON, NOON)
    assert story.start == NOON + timedelta(seconds=10)
    assert story.since_start(NOON) == "-10s"


def test_the_future_is_in_it() -> None:
    """What is scheduled is there in words; looking doesn't let it happen."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        source = fake.snapshots.add()
        copied = fake.client("ec2").copy_snapshot(
            SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id
        )["SnapshotId"]

        story = fake.story()

    assert story.upcoming == (Upcoming(NOON + timedelta(seconds=5), f"{copied} is validated"),)
    assert (story.rules, story.clock, story.account_id) == ("documented", "virtual", "111122223333")


def test_what_was_left_stays_as_it_was() -> None:
    """After the test the fake still tells what it told at the end; entered again it goes on."""
    fake = FakeEC2(clock="freezegun", start_time=NOON)
    with fake:
        fake.clock.tick(5)

    assert fake.story().now == NOON + timedelta(seconds=5)

    with fake:
        assert fake.story().now == NOON


def test_times_are_those_of_ec2() -> None:
    """Microseconds are cut off, so that what happens at one moment stands together."""
    fine = NOON + timedelta(microseconds=1234)
    with FakeEC2(clock="virtual", start_time=fine) as fake:
        fake.snapshots.add()
        fake.clock.tick(1)
        story = fake.story()

    assert {entry.at.microsecond for entry in story.entries} == {1000}
    assert story.now.microsecond == 1000


def test_a_story_without_requests() -> None:
    """It starts with its first entry, or now."""
    later = NOON + timedelta(hours=1)

    assert Story((), later).start == later
    assert Story((ChangeRecord(NOON, "a key disabled"),), later).start == NOON
