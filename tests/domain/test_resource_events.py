"""Events of volumes, sets of snapshots and block public access, member by member."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from pytest_fakecopy.domain import resource_events
from pytest_fakecopy.domain.archive import Tiering
from pytest_fakecopy.domain.locks import Lock
from pytest_fakecopy.domain.snapshots import SnapshotRecord
from pytest_fakecopy.domain.volumes import VolumeRecord

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
OWNER = "111122223333"
EVENT_ID = "01234567-0123-4123-a123-012345678901"
SNAPSHOT = SnapshotRecord(
    snapshot_id="snap-0123456789abcdef0",
    region="us-east-1",
    owner_id=OWNER,
    volume_id="vol-0123456789abcdef0",
    volume_size=8,
    data_size=0,
    start_time=NOON,
    state="completed",
)
VOLUME = VolumeRecord(
    volume_id="vol-0123456789abcdef0",
    region="us-east-1",
    owner_id=OWNER,
    availability_zone="us-east-1a",
    size=8,
    volume_type="gp3",
    create_time=NOON,
    state="creating",
)

SNAPSHOT_ARN = "arn:aws:ec2::us-east-1:snapshot/snap-0123456789abcdef0"
NOTIFICATION = {
    "version": "0",
    "id": EVENT_ID,
    "detail-type": "EBS Snapshot Notification",
    "source": "aws.ec2",
    "time": "2026-01-31T12:00:00Z",
    "region": "us-east-1",
    "resources": [SNAPSHOT_ARN],
}


def test_a_set_of_snapshots_succeeded() -> None:
    """EBS User Guide, createSnapshots."""
    event = resource_events.create_snapshots(
        [SNAPSHOT], partition="aws", event_id=EVENT_ID, at=NOON + timedelta(seconds=90)
    )

    arn = "arn:aws:ec2::us-east-1:snapshot/snap-0123456789abcdef0"
    assert event == {
        "version": "0",
        "id": EVENT_ID,
        "detail-type": "EBS Multi-Volume Snapshots Completion Status",
        "source": "aws.ec2",
        "account": OWNER,
        "time": "2026-01-31T12:01:30Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": {
            "event": "createSnapshots",
            "result": "succeeded",
            "cause": "",
            "request-id": "",
            "startTime": "2026-01-31T12:00:00.000Z",
            "endTime": "2026-01-31T12:01:30.000Z",
            "snapshots": [
                {
                    "snapshot_id": arn,
                    "source": "arn:aws:ec2::us-east-1:volume/vol-0123456789abcdef0",
                    "status": "completed",
                }
            ],
        },
    }


def test_a_set_of_snapshots_failed() -> None:
    """The cause names the first that did."""
    failed = replace(SNAPSHOT, snapshot_id="snap-0fedcba9876543210", state="error")

    event = resource_events.create_snapshots(
        [SNAPSHOT, failed], partition="aws", event_id=EVENT_ID, at=NOON
    )

    detail = event["detail"]
    assert (detail["result"], detail["cause"]) == (
        "failed",
        "Snapshot snap-0fedcba9876543210 is in status error",
    )
    assert [one["status"] for one in detail["snapshots"]] == ["completed", "error"]


def test_a_volume_is_available() -> None:
    """EBS User Guide, createVolume: the ARN has Region and account in their places."""
    event = resource_events.volume(
        VOLUME, "available", partition="aws-cn", event_id=EVENT_ID, request_id="r-1", at=NOON
    )

    assert (event["detail-type"], event["resources"]) == (
        "EBS Volume Notification",
        [f"arn:aws-cn:ec2:us-east-1:{OWNER}:volume/vol-0123456789abcdef0"],
    )
    assert event["detail"] == {
        "event": "createVolume",
        "result": "available",
        "cause": "",
        "request-id": "r-1",
    }


def test_block_public_access_has_no_resources() -> None:
    """It is about the account."""
    event = resource_events.block_public_access(
        "unblocked", account_id=OWNER, region="us-east-1", event_id=EVENT_ID, at=NOON
    )

    assert (event["resources"], event["detail"]["message"]) == (
        [],
        "Block Public Access was successfully disabled",
    )


def test_a_snapshot_was_archived() -> None:
    """EBS User Guide, "Monitor snapshot archiving": the ARN has the Region in its own place."""
    hour = timedelta(hours=1)
    record = replace(
        SNAPSHOT, tiering=Tiering("archival", NOON, NOON), restore_expiry_time=NOON + 48 * hour
    )

    event = resource_events.archive(
        record, "archiveSnapshot", partition="aws", event_id=EVENT_ID, at=NOON + hour
    )

    arn = "arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0"
    assert event == {
        "version": "0",
        "id": EVENT_ID,
        "detail-type": "EBS Snapshot Notification",
        "source": "aws.ec2",
        "account": OWNER,
        "time": "2026-01-31T13:00:00Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": {
            "event": "archiveSnapshot",
            "result": "succeeded",
            "cause": "",
            "request-id": "",
            "snapshot_id": arn,
            "startTime": "2026-01-31T12:00:00.000Z",
            "endTime": "2026-01-31T13:00:00.000Z",
            "restoreExpiryTime": "2026-02-02T12:00:00.000Z",
        },
    }


@pytest.mark.parametrize("failed", [False, True])
def test_a_snapshot_was_locked(*, failed: bool) -> None:
    """EBS User Guide, "Monitor Amazon EBS snapshot locks", its spelling of a member included."""
    lock = Lock("compliance", NOON, duration_days=1, cool_off_hours=2)

    event = resource_events.lock_snapshot(
        SNAPSHOT, lock, partition="aws", event_id=EVENT_ID, at=NOON, failed=failed
    )

    assert event == {
        **NOTIFICATION,
        "account": OWNER,
        "detail": {
            "event": "lockSnapshot",
            "result": "failed" if failed else "succeeded",
            "snapshot_id": SNAPSHOT_ARN,
            "source": OWNER,
            "lockState": "compliance-cooloff",
            "lockCreatedOn": "2026-01-31T12:00:00.000Z",
            "lockExpiresOn": "2026-02-01T12:00:00.000Z",
            "lockDuration": 1,
            "lockStartDurationTime": "2026-01-31T12:00:00.000Z",
            "cooOffPeriod": 2,
            "coolOffPeriodExpiresOn": "2026-01-31T14:00:00.000Z",
        },
    }


def test_a_snapshot_was_shared() -> None:
    """The event is the recipient's, and names the owner as its source."""
    event = resource_events.share_snapshot(
        SNAPSHOT, "444455556666", partition="aws", event_id=EVENT_ID, at=NOON
    )

    assert event == {
        **NOTIFICATION,
        "account": "444455556666",
        "detail": {
            "event": "shareSnapshot",
            "result": "succeeded",
            "cause": "",
            "request-id": "",
            "snapshot_id": SNAPSHOT_ARN,
            "source": OWNER,
            "startTime": "2026-01-31T12:00:00.000Z",
            "endTime": "2026-01-31T12:00:00.000Z",
        },
    }
