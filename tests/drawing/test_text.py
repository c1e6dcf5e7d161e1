"""The timeline as text."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2, UsageError
from pytest_fakecopy.drawing import draw
from pytest_fakecopy.story import Story, Upcoming

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
LEGEND = (
    "  . pending   = completed   x error   ~ another state   ? judged   ! failed by a rule"
    "   o scheduled"
)


@pytest.fixture
def fake(kept_clients: None) -> Iterator[FakeEC2]:
    """A fake that starts at noon."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        yield fake


def copy(fake: FakeEC2, **parameters: Any) -> str:
    """Start a copy of a new snapshot."""
    source = fake.snapshots.add(region="us-west-2")
    request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id, **parameters}
    return str(fake.client("ec2").copy_snapshot(**request)["SnapshotId"])


def test_nothing(fake: FakeEC2) -> None:
    """An empty world has now, and nothing else."""
    assert fake.timeline() == (
        "fake_ec2: rules 'documented', times since 2026-01-31 12:00:00 UTC\n"
        "\n"
        "            +0s\n"
        "\n" + LEGEND
    )


def test_a_late_failure(fake: FakeEC2) -> None:
    """Lanes change their sign with their state; the reason stands below."""
    copy(fake, Encrypted=True, KmsKeyId="alias/none")
    fake.clock.tick(600)

    assert fake.timeline("text").splitlines() == [
        "fake_ec2: rules 'documented', times since 2026-01-31 12:00:00 UTC",
        "",
        "                                     +0s    +5s    +10m",
        "  requests                           1",
        "  time                               -tick 10m---->",
        "  snap-0ca40964e6f06eced  us-west-2  ==============         completed",
        "  snap-07bbaf4742ceb81d8  us-east-1  ?......!xxxxxx         error",
        (
            "      kms-key-is-usable: alias/none names no KMS key in us-east-1 for account"
            " 111122223333"
        ),
        "",
        LEGEND,
    ]


def test_everything_that_has_a_sign(fake: FakeEC2) -> None:
    """Changes, deletions, other states, other accounts and what is scheduled."""
    other = fake.accounts.add("444455556666")
    fake.snapshots.add(region="eu-west-1", account_id=other.account_id, state="recoverable")
    copied = copy(fake)
    fake.clock.tick(5)
    fake.deny("ec2:CreateTags")
    copy(fake)
    fake.client("ec2").delete_snapshot(SnapshotId=copied)

    assert fake.timeline().splitlines()[2:] == [
        "                                                     +0s    +5s    +10s",
        "  requests                                           1      2",
        "  time                                               -tick->",
        "  test                                                      * ec2:CreateTags on * denied",
        "  snap-0ca40964e6f06eced  eu-west-1 of 444455556666  ~~~~~~~                recoverable",
        "  snap-07bbaf4742ceb81d8  us-west-2                  =======                completed",
        "  snap-0b81d4178bb0f5839  us-east-1                  ?......#               deleted",
        "  snap-0a1d2120cfb18c8a6  us-west-2                         =               completed",
        "  snap-01ee75c4c57cfbb2c  us-east-1                         ?      o        pending",
        "",
        LEGEND,
    ]


def test_a_long_wait(fake: FakeEC2) -> None:
    """Moments at which nothing changes go first where there are too many for a line."""
    copy(fake)
    client = fake.client("ec2")
    for _ in range(100):
        client.describe_snapshots(OwnerIds=["self"])
        time.sleep(15)

    lines = fake.timeline().splitlines()

    # The call, the verdict, the end, now, and ten of those looks that were at no such moment.
    assert lines[2].split() == [
        "+0s", "+5s", "+15s", "+30s", "+45s", "+60s", "+75s", "+90s", "+105s", "+2m", "+2m15s",
        "+2m30s", "+2m45s", "+25m", "(88", "moments", "between)",
    ]  # fmt: skip
    assert lines[3].split()[1:] == ["2", *["1"] * 10, "89"]


def test_many_changes(fake: FakeEC2) -> None:
    """The first and the last have columns of their own, what is between them joins them."""
    for _ in range(20):
        copy(fake)
        fake.clock.tick(100)

    lines = fake.timeline().splitlines()

    assert lines[2].split()[0] == "+0s"
    assert "+33m20s" in lines[2]
    assert len(lines) == 2 + 3 + 40 + 2
    assert max(map(len, lines)) < 180


def test_the_title_is_one_line() -> None:
    """A line break in it can't break the picture."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        text = draw(fake.story(), title="a\nb")

    assert text.startswith("a\\nb: rules")


def test_there_are_lanes_for_the_first_snapshots_only(fake: FakeEC2) -> None:
    """A world of hundreds is not drawn to the end; how many are missing is said."""
    for _ in range(205):
        fake.snapshots.add()

    assert "  ... and 5 more snapshots" in fake.timeline().splitlines()


def test_an_unknown_format(fake: FakeEC2) -> None:
    """The nearest format is named."""
    with pytest.raises(UsageError) as raised:
        fake.timeline("htm")  # type: ignore[arg-type]  # the mistake

    assert str(raised.value) == (
        "timeline('htm'): expected one of 'text', 'svg', 'html'. Did you mean 'html'?"
    )


def test_what_is_scheduled_for_no_snapshot() -> None:
    """It has a column, and no lane."""
    due = Upcoming(NOON + timedelta(seconds=30), "vol-0123456789abcdef0 becomes available")

    lines = draw(Story((), NOON, (due,))).splitlines()

    assert lines[2:] == ["            +0s    +30s", "", LEGEND]


def test_after_the_test(fake: FakeEC2) -> None:
    """A timeline can be drawn when the fake was left."""
    with FakeEC2(clock="freezegun", start_time=NOON) as inner:
        inner.clock.tick(timedelta(days=1))

    assert "+1d" in inner.timeline()
