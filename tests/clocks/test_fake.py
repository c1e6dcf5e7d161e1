"""The whole fake, and what of its time is its user's to choose: zone, start, polls."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import boto3
import pytest

from pytest_fakecopy import FakeEC2
from tests.clocks.world import MOVABLE

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


def copy(fake: FakeEC2) -> str:
    """Copy a new snapshot within us-east-1 and return the copy's id."""
    source = fake.snapshots.add()
    client = boto3.client("ec2", region_name="us-east-1")
    request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source.snapshot_id}
    return str(client.copy_snapshot(**request)["SnapshotId"])


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


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu", "Europe/London"])
@pytest.mark.parametrize(
    "start",
    [
        pytest.param("2026-03-08T06:59:30Z", id="to-summer-time-in-New-York"),
        pytest.param("2026-11-01T05:59:30Z", id="from-summer-time-in-New-York"),
        pytest.param("2027-03-28T00:59:30Z", id="to-summer-time-in-London"),
        pytest.param("2028-02-28T23:59:30Z", id="into-a-leap-day"),
        pytest.param("2028-02-29T23:59:30Z", id="out-of-a-leap-day"),
        pytest.param("2026-12-31T23:59:30Z", id="into-a-year"),
        pytest.param("2038-01-19T03:13:30Z", id="beyond-32-bits"),
    ],
)
def test_time_zones_do_not_matter(monkeypatch: pytest.MonkeyPatch, zone: str, start: str) -> None:
    """Over changes of summer time, leap days and the end of a year a copy takes its minute."""
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
