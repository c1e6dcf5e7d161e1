"""ModifySnapshotTier, RestoreSnapshotTier and DescribeSnapshotTierStatus."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.answers import OTHER, OWNER, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

HOUR = timedelta(hours=1)


def tier_status(ec2: Any, snapshot_id: str) -> dict[str, Any]:
    """Return what DescribeSnapshotTierStatus says of one snapshot."""
    filters = [{"Name": "snapshot-id", "Values": [snapshot_id]}]
    (status,) = ec2.describe_snapshot_tier_status(Filters=filters)["SnapshotTierStatuses"]
    return dict(status)


def test_a_snapshot_is_archived_after_a_while(fake: FakeEC2, ec2: Any) -> None:
    """Until then it is in the standard tier; nobody has access to it afterwards."""
    snapshot = fake.snapshots.add(shared_with=[OTHER], public=True)

    answer = ec2.modify_snapshot_tier(SnapshotId=snapshot.snapshot_id, StorageTier="archive")
    fake.clock.tick(HOUR / 2)
    during = tier_status(ec2, snapshot.snapshot_id)
    fake.clock.tick(HOUR / 2)
    after = tier_status(ec2, snapshot.snapshot_id)

    assert answer["SnapshotId"] == snapshot.snapshot_id
    assert during["LastTieringOperationStatus"] == "archival-in-progress"
    assert (during["StorageTier"], during["LastTieringProgress"]) == ("standard", 50)
    assert "ArchivalCompleteTime" not in during
    assert after["LastTieringOperationStatus"] == "archival-completed"
    assert (after["StorageTier"], after["LastTieringProgress"]) == ("archive", 100)
    assert after["ArchivalCompleteTime"] - after["LastTieringStartTime"] == HOUR
    assert answer["TieringStartTime"] == after["LastTieringStartTime"]
    assert (snapshot.shared_with, snapshot.public) == (frozenset(), False)


def archived(fake: FakeEC2, ec2: Any) -> str:
    """Return the id of a snapshot that was archived."""
    snapshot_id = fake.snapshots.add().snapshot_id
    ec2.modify_snapshot_tier(SnapshotId=snapshot_id)
    fake.clock.tick(HOUR)
    return snapshot_id


def test_a_temporary_restore_expires(fake: FakeEC2, ec2: Any) -> None:
    """It is in the standard tier for the days that were asked for, then in the archive again."""
    snapshot_id = archived(fake, ec2)

    answer = ec2.restore_snapshot_tier(SnapshotId=snapshot_id, TemporaryRestoreDays=2)
    during = tier_status(ec2, snapshot_id)
    fake.clock.tick(HOUR)
    restored = tier_status(ec2, snapshot_id)
    described = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
    fake.clock.tick(timedelta(days=2))
    expired = tier_status(ec2, snapshot_id)

    assert (answer["RestoreDuration"], answer["IsPermanentRestore"]) == (2, False)
    assert during["LastTieringOperationStatus"] == "temporary-restore-in-progress"
    assert during["StorageTier"] == "archive"
    assert restored["LastTieringOperationStatus"] == "temporary-restore-completed"
    assert restored["StorageTier"] == "standard"
    assert restored["RestoreExpiryTime"] == described["RestoreExpiryTime"]
    assert restored["RestoreExpiryTime"] - answer["RestoreStartTime"] == HOUR + timedelta(days=2)
    assert expired["StorageTier"] == "archive"
    assert "RestoreExpiryTime" not in expired


def test_a_permanent_restore_stays(fake: FakeEC2, ec2: Any) -> None:
    """Nothing is scheduled that would take it back."""
    snapshot_id = archived(fake, ec2)

    answer = ec2.restore_snapshot_tier(SnapshotId=snapshot_id, PermanentRestore=True)
    fake.clock.tick(timedelta(days=400))

    status = tier_status(ec2, snapshot_id)
    assert answer["IsPermanentRestore"] is True
    assert "RestoreDuration" not in answer
    assert (status["StorageTier"], status["LastTieringOperationStatus"]) == (
        "standard",
        "permanent-restore-completed",
    )


def test_what_the_status_of_a_tier_shows(fake: FakeEC2, ec2: Any) -> None:
    """Of a restore for good: nothing expires, and it is still known when it was archived."""
    fake.clock.move_to(datetime(2030, 1, 1, tzinfo=timezone.utc))
    snapshot_id = archived(fake, ec2)
    archived_at = fake.clock.now()
    ec2.restore_snapshot_tier(SnapshotId=snapshot_id, TemporaryRestoreDays=3)
    fake.clock.tick(HOUR)
    restored_at = fake.clock.now()

    ec2.restore_snapshot_tier(SnapshotId=snapshot_id, PermanentRestore=True)

    snapshot = fake.snapshots[snapshot_id]
    assert tier_status(ec2, snapshot_id) == {
        "SnapshotId": snapshot_id,
        "VolumeId": snapshot.volume_id,
        "Status": "completed",
        "OwnerId": OWNER,
        "StorageTier": "standard",
        "LastTieringStartTime": restored_at,
        "LastTieringProgress": 100,
        "LastTieringOperationStatus": "permanent-restore-completed",
        "ArchivalCompleteTime": archived_at,
    }


@pytest.mark.parametrize(
    ("change", "tier"),
    [
        pytest.param({"TemporaryRestoreDays": 9}, "standard", id="longer"),
        pytest.param({"TemporaryRestoreDays": 1}, "archive", id="shorter"),
        pytest.param({"PermanentRestore": True}, "standard", id="for-good"),
    ],
)
def test_a_temporary_restore_can_be_changed(
    fake: FakeEC2, ec2: Any, change: dict[str, Any], tier: str
) -> None:
    """The new period counts from now, and the old one no more."""
    snapshot_id = archived(fake, ec2)
    ec2.restore_snapshot_tier(SnapshotId=snapshot_id, TemporaryRestoreDays=3)
    fake.clock.tick(HOUR + timedelta(days=1))

    ec2.restore_snapshot_tier(SnapshotId=snapshot_id, **change)
    fake.clock.tick(timedelta(days=2))

    assert tier_status(ec2, snapshot_id)["StorageTier"] == tier


def test_the_steps_are_events(fake: FakeEC2, ec2: Any) -> None:
    """The end of an archival and of a restore, and the expiry; the ARN as documented for these."""
    snapshot_id = archived(fake, ec2)
    ec2.restore_snapshot_tier(SnapshotId=snapshot_id, TemporaryRestoreDays=1)
    fake.clock.tick(HOUR + timedelta(days=1))

    details = [event["detail"] for event in fake.events]
    arn = f"arn:aws:ec2:us-east-1::snapshot/{snapshot_id}"
    assert [detail["event"] for detail in details] == [
        "archiveSnapshot",
        "restoreSnapshot",
        "restoreExpiry",
    ]
    assert {detail["snapshot_id"] for detail in details} == {arn}
    assert ["restoreExpiryTime" in detail for detail in details] == [False, True, False]


def test_one_that_is_deleted_meanwhile_is_gone(fake: FakeEC2, ec2: Any) -> None:
    """The archival, the restore and the expiry of a deleted snapshot come to nothing."""
    snapshot_ids = [archived(fake, ec2) for _ in range(2)]
    started = fake.snapshots.add().snapshot_id
    ec2.modify_snapshot_tier(SnapshotId=started)
    for snapshot_id in snapshot_ids:
        ec2.restore_snapshot_tier(SnapshotId=snapshot_id, TemporaryRestoreDays=1)
    ec2.delete_snapshot(SnapshotId=started)
    ec2.delete_snapshot(SnapshotId=snapshot_ids[0])
    fake.clock.tick(HOUR)
    ec2.delete_snapshot(SnapshotId=snapshot_ids[1])
    seen = len(fake.events)

    fake.clock.tick(timedelta(days=2))

    assert len(fake.events) == seen
    assert len(fake.snapshots) == 0


def image_of(ec2: Any, snapshot_id: str) -> str:
    """Register an image of a snapshot and return its id."""
    device = {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}
    answer = ec2.register_image(
        Name="an image", RootDeviceName="/dev/sda1", BlockDeviceMappings=[device]
    )
    return str(answer["ImageId"])


def test_what_cannot_be_archived_is_refused(fake: FakeEC2, ec2: Any) -> None:
    """EBS User Guide; the codes and texts are assumed."""
    pending = fake.snapshots.add(state="pending").snapshot_id
    there = fake.snapshots.add(storage_tier="archive").snapshot_id
    local = fake.snapshots.add(outpost_arn=fake.outposts.add().arn).snapshot_id
    used = fake.snapshots.add().snapshot_id
    image_id = image_of(ec2, used)
    started = fake.snapshots.add().snapshot_id
    ec2.modify_snapshot_tier(SnapshotId=started)
    before = state_of(fake)

    answers = [
        refusal(ec2.modify_snapshot_tier, SnapshotId=one)
        for one in (pending, there, local, used, started)
    ]

    assert answers == [
        ("IncorrectState", "Snapshot is in invalid state - pending"),
        ("IncorrectState", "Snapshot is in invalid state - archived"),
        ("OperationNotPermitted", "Local snapshots cannot be archived."),
        ("InvalidSnapshot.InUse", f"The snapshot {used} is currently in use by {image_id}"),
        ("IncorrectState", "Snapshot is in invalid state - archival-in-progress"),
    ]
    assert state_of(fake) == before


def test_there_is_no_other_tier(fake: FakeEC2, ec2: Any) -> None:
    """The way back is a restore."""
    snapshot_id = fake.snapshots.add().snapshot_id

    answer = refusal(ec2.modify_snapshot_tier, SnapshotId=snapshot_id, StorageTier="standard")

    assert answer == (
        "InvalidParameterValue",
        "Value (standard) for parameter StorageTier is invalid. Expected: archive.",
    )


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        pytest.param({}, "MissingParameter", id="neither"),
        pytest.param({"PermanentRestore": False}, "MissingParameter", id="not-permanent"),
        pytest.param(
            {"TemporaryRestoreDays": 1, "PermanentRestore": True},
            "InvalidParameterCombination",
            id="both",
        ),
        pytest.param({"TemporaryRestoreDays": 0}, "InvalidParameterValue", id="no-days"),
    ],
)
def test_a_restore_is_of_one_kind(
    fake: FakeEC2, ec2: Any, parameters: dict[str, Any], code: str
) -> None:
    """Temporary or permanent; the codes are assumed."""
    snapshot_id = fake.snapshots.add(storage_tier="archive").snapshot_id

    answer = refusal(ec2.restore_snapshot_tier, SnapshotId=snapshot_id, **parameters)

    assert answer[0] == code


def test_only_what_is_archived_can_be_restored(fake: FakeEC2, ec2: Any) -> None:
    """A snapshot of the standard tier has nothing to be restored from."""
    snapshot_id = fake.snapshots.add().snapshot_id

    answer = refusal(ec2.restore_snapshot_tier, SnapshotId=snapshot_id, PermanentRestore=True)

    assert answer == ("IncorrectState", "Snapshot is in invalid state - not archived")


def test_the_tiers_of_own_snapshots_are_listed(fake: FakeEC2, ec2: Any) -> None:
    """By pages, with tags, and not those of other accounts."""
    fake.snapshots.add(account_id=OTHER, public=True)
    ids = [fake.snapshots.add(tags={"n": str(number)}).snapshot_id for number in range(7)]

    pages = ec2.get_paginator("describe_snapshot_tier_status").paginate(
        PaginationConfig={"PageSize": 5}
    )

    listed = [page["SnapshotTierStatuses"] for page in pages]
    assert [len(page) for page in listed] == [5, 2]
    assert [one["SnapshotId"] for page in listed for one in page] == ids
    assert listed[0][0]["Tags"] == [{"Key": "n", "Value": "0"}]
    assert listed[0][0]["StorageTier"] == "standard"
    assert "LastTieringOperationStatus" not in listed[0][0]


@pytest.mark.parametrize(
    ("name", "value", "hits"),
    [
        ("last-tiering-operation", "archival-completed", 1),
        ("last-tiering-operation", "archival-in-progress", 0),
        ("volume-id", "vol-*", 2),
        ("tag:none", "*", 0),
    ],
)
def test_the_tiers_can_be_filtered(
    fake: FakeEC2, ec2: Any, name: str, value: str, hits: int
) -> None:
    """By the filters of the API reference."""
    archived(fake, ec2)
    fake.snapshots.add()

    answer = ec2.describe_snapshot_tier_status(Filters=[{"Name": name, "Values": [value]}])

    assert len(answer["SnapshotTierStatuses"]) == hits
