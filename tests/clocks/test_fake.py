"""The whole fake under every clock: the same copy, the same times, and nothing left behind."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import boto3
import freezegun
import pytest
import time_machine
from botocore.exceptions import WaiterError

from pytest_fakecopy import FakeEC2

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
MOVABLE = ("freezegun", "time-machine", "virtual")


def frozen(stack: ExitStack) -> None:
    """Freeze time with freezegun."""
    stack.enter_context(freezegun.freeze_time(NOON, real_asyncio=True))


def travelling(stack: ExitStack) -> None:
    """Travel with time-machine."""
    stack.enter_context(time_machine.travel(NOON, tick=False))


def copy(fake: FakeEC2, **parameters: Any) -> str:
    """Copy a new snapshot within us-east-1 and return the copy's id."""
    source = fake.snapshots.add()
    client = boto3.client("ec2", region_name="us-east-1")
    request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source.snapshot_id, **parameters}
    return str(client.copy_snapshot(**request)["SnapshotId"])


def run_a_night(fake: FakeEC2) -> list[tuple[str, float, str | None]]:
    """Copy well and badly, and return what became of it and when."""
    began = fake.clock.now()
    good = copy(fake)
    bad = copy(fake, Encrypted=True, KmsKeyId="alias/no-such-key")
    stories = []
    for snapshot_id in (bad, good):
        fake.clock.jump_to_next()
        snapshot = fake.snapshots[snapshot_id]
        elapsed = (fake.clock.now() - began).total_seconds()
        stories.append((snapshot.state, elapsed, snapshot.state_message))
    return stories


@pytest.mark.parametrize("clock", MOVABLE)
@pytest.mark.parametrize("before", [None, frozen, travelling])
def test_the_same_night_under_every_clock(
    clock: str, before: Callable[[ExitStack], None] | None
) -> None:
    """Whichever clock it is, and whoever held the time before, the same happens when it should."""
    with ExitStack() as stack:
        if before is not None:
            before(stack)
        fake = stack.enter_context(FakeEC2(clock=clock))

        assert run_a_night(fake) == [
            ("error", 5.0, "Given key ID is not accessible"),
            ("completed", 60.0, None),
        ]

    assert abs(datetime.now(timezone.utc).timestamp() - time.time()) < 1
    assert type(datetime.now(timezone.utc)) is datetime


@pytest.mark.parametrize("clock", MOVABLE)
def test_signatures_and_copies_share_one_time(clock: str) -> None:
    """A presigned URL made now is good now, and after an hour and a quarter it isn't any more."""
    with FakeEC2(clock=clock, start_time=None if clock == "virtual" else NOON) as fake:
        source = fake.snapshots.add(region="us-west-2", encrypted=True)
        request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id}
        client = boto3.client("ec2", region_name="us-east-1")
        signer = boto3.client("ec2", region_name="us-west-2")
        url = signer.generate_presigned_url(
            "copy_snapshot",
            Params={**request, "DestinationRegion": "us-east-1", "PresignedUrl": ""},
            HttpMethod="GET",
        )

        first = client.copy_snapshot(**request, PresignedUrl=url)["SnapshotId"]
        fake.assert_eventually_completed(first)
        if clock == "virtual":
            return  # its process keeps its time, and so do signatures
        fake.clock.tick(timedelta(hours=1, minutes=15))
        second = client.copy_snapshot(**request, PresignedUrl=url)["SnapshotId"]

        snapshot = fake.assert_eventually_error(second, match="PresignedUrl")
        assert "expired at 2026-01-31T13:00:00+00:00" in snapshot.why


@pytest.mark.parametrize("clock", MOVABLE)
def test_a_waiter_on_a_good_copy(clock: str) -> None:
    """It ends when the copy does, in no time."""
    with FakeEC2(clock=clock) as fake:
        waiter = boto3.client("ec2", region_name="us-east-1").get_waiter("snapshot_completed")
        copied, began = copy(fake), fake.clock.now()

        waiter.wait(SnapshotIds=[copied])

        assert fake.clock.now() - began == timedelta(seconds=60)


@pytest.mark.parametrize("clock", MOVABLE)
def test_a_waiter_on_a_failing_copy(clock: str) -> None:
    """It fails when the copy does."""
    with FakeEC2(clock=clock) as fake:
        waiter = boto3.client("ec2", region_name="us-east-1").get_waiter("snapshot_completed")
        copied = copy(fake, Encrypted=True, KmsKeyId="alias/no-such-key")

        with pytest.raises(WaiterError, match="terminal failure state"):
            waiter.wait(SnapshotIds=[copied])


@pytest.mark.parametrize("clock", MOVABLE)
def test_a_waiter_on_a_copy_that_never_ends(clock: str) -> None:
    """It gives up after its forty looks, ten minutes later."""
    with FakeEC2(clock=clock) as fake:
        fake.faults.hold_copies()
        waiter = boto3.client("ec2", region_name="us-east-1").get_waiter("snapshot_completed")
        copied, began = copy(fake), fake.clock.now()

        with pytest.raises(WaiterError, match="Max attempts exceeded"):
            waiter.wait(SnapshotIds=[copied])

        assert fake.clock.now() - began == timedelta(seconds=15 * 39)


def test_each_poll_can_move_the_time() -> None:
    """Code that polls without sleeping comes to an end too."""
    with FakeEC2(clock="virtual") as fake:
        copied = copy(fake)
        client = boto3.client("ec2", region_name="us-east-1")
        fake.clock.tick_per_request = 10
        looks = 0

        while client.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]["State"] == "pending":
            looks += 1

        assert looks == 5


def test_time_does_not_go_back() -> None:
    """A freeze that starts later and earlier in time is refused, with the line to write."""
    with FakeEC2(start_time=NOON) as fake:
        copy(fake)
        with (
            freezegun.freeze_time(NOON - timedelta(days=1), real_asyncio=True),
            pytest.raises(Exception, match="time can't go backwards"),
        ):
            fake.clock.tick(1)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
@pytest.mark.parametrize("start", ["2026-03-08T06:59:30Z", "2028-02-28T23:59:30Z"])
def test_time_zones_do_not_matter(monkeypatch: pytest.MonkeyPatch, zone: str, start: str) -> None:
    """Over the change to summer time and into a leap day a copy takes its minute."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with FakeEC2(start_time=start) as fake:
            snapshot = fake.assert_eventually_completed(copy(fake))

            assert snapshot.completion_time is not None
            assert snapshot.completion_time - snapshot.start_time == timedelta(seconds=60)
            shown = boto3.client("ec2", region_name="us-east-1").describe_snapshots(
                SnapshotIds=[snapshot.snapshot_id]
            )["Snapshots"][0]
            assert shown["StartTime"] == snapshot.start_time
    finally:
        monkeypatch.undo()
        time.tzset()
