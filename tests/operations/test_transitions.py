"""What the journal says of the life of a volume, of its snapshot and of a copy, value by value."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2
from tests.operations.answers import OTHER, OWNER

if TYPE_CHECKING:
    from pytest_fakecopy.domain.records import TransitionRecord

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
PASSED = "no rule of the book 'documented' objected"


def made(ec2: Any) -> tuple[str, str]:
    """Return a new volume, there at the waiter's second look after 15 s, and a snapshot of it."""
    volume_id = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume_id])
    return volume_id, ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]


def told(records: tuple[TransitionRecord, ...]) -> list[tuple[object, ...]]:
    """Return seconds, states, state message and reason of transitions in their one place."""
    assert {(record.region, record.account_id) for record in records} == {("us-east-1", OWNER)}
    return [
        (
            round((record.at - NOON).total_seconds()),
            record.before,
            record.after,
            record.state_message,
            record.why,
        )
        for record in records
    ]


def test_a_volume_and_its_snapshot() -> None:
    """Each is made, is there and is gone; the reason of the last is the call that took it."""
    with FakeEC2(clock="virtual", start_time=NOON, account_id=OWNER) as fake:
        ec2 = fake.client("ec2")
        volume_id, snapshot_id = made(ec2)
        during = fake.snapshots[snapshot_id].why
        fake.clock.settle()
        ec2.delete_volume(VolumeId=volume_id)
        fake.clock.settle()
        ec2.delete_snapshot(SnapshotId=snapshot_id)
        volume = told(fake.journal.transitions(volume_id))
        snapshot = told(fake.journal.transitions(snapshot_id))

    assert during == "its volume is being read"
    assert volume == [
        (0, None, "creating", None, ""),
        (5, "creating", "available", None, ""),
        (75, "available", "deleting", None, ""),
        (80, "deleting", "deleted", None, "deleted"),
    ]
    assert snapshot == [
        (15, None, "pending", None, "its volume is being read"),
        (75, "pending", "completed", None, "its volume was read"),
        (80, "completed", "deleted", None, "DeleteSnapshot"),
    ]


def test_a_copy() -> None:
    """Its reason names the rule book, and when it completes."""
    with FakeEC2(clock="virtual", start_time=NOON, account_id=OWNER) as fake:
        ec2 = fake.client("ec2")
        source_id = fake.snapshots.add().snapshot_id
        copy_id = ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source_id)[
            "SnapshotId"
        ]
        accepted = fake.snapshots[copy_id].why
        fake.clock.tick(5)
        validated = fake.snapshots[copy_id].why
        fake.clock.settle()
        completed = fake.snapshots[copy_id].why
        ec2.delete_snapshot(SnapshotId=copy_id)
        copy = told(fake.journal.transitions(copy_id))

    ends = NOON + timedelta(seconds=60)
    assert accepted == "accepted, and not validated yet"
    assert validated == f"{PASSED}; it completes at {ends.isoformat()}"
    assert completed == PASSED
    assert copy == [
        (0, None, "pending", "Metadata not updated", "accepted, and not validated yet"),
        (60, "pending", "completed", None, PASSED),
        (60, "completed", "deleted", None, "DeleteSnapshot"),
    ]


def test_what_is_coming_is_told() -> None:
    """One sentence for each; what lies days ahead is neither told nor waited for."""
    with FakeEC2(clock="virtual", start_time=NOON, account_id=OWNER) as fake:
        ec2, kms = fake.client("ec2"), fake.client("kms")
        deleted = fake.volumes.add().volume_id
        restored = fake.snapshots.add(storage_tier="archive").snapshot_id
        archived = fake.snapshots.add().snapshot_id
        key = fake.kms.add_key(multi_region=True)
        made = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        ec2.delete_volume(VolumeId=deleted)
        ec2.modify_snapshot_tier(SnapshotId=archived, StorageTier="archive")
        ec2.restore_snapshot_tier(SnapshotId=restored, TemporaryRestoreDays=1)
        kms.replicate_key(KeyId=key.arn, ReplicaRegion="us-west-2")
        kms.schedule_key_deletion(KeyId=fake.kms.add_key().arn, PendingWindowInDays=7)
        upcoming = fake.story().upcoming

        settled = fake.clock.settle()

    assert [one.what for one in upcoming] == [
        f"{made} is made",
        f"{deleted} is deleted",
        f"{key.arn.replace('us-east-1', 'us-west-2')} is replicated",
        f"{archived} ends its archival",
        f"{restored} ends its temporary-restore",
    ]
    assert settled == timedelta(hours=1)


UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def live(fake: FakeEC2, region: str) -> None:
    """Do all that events tell of, in one Region."""
    ec2 = fake.client("ec2", region=region)
    volume_id = ec2.create_volume(AvailabilityZone=f"{region}a", Size=1)["VolumeId"]
    fake.volumes.add(region=region, instance_id="i-0123456789abcdef0")
    ec2.create_snapshots(InstanceSpecification={"InstanceId": "i-0123456789abcdef0"})
    source_id = fake.snapshots.add(region=region, volume_size=2000).snapshot_id
    parameters = {"SourceRegion": region, "SourceSnapshotId": source_id}
    ec2.copy_snapshot(**parameters, CompletionDurationMinutes=15)
    ec2.modify_snapshot_attribute(
        SnapshotId=source_id, CreateVolumePermission={"Add": [{"UserId": OTHER}]}
    )
    ec2.lock_snapshot(SnapshotId=source_id, LockMode="governance", LockDuration=1)
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    archived = fake.snapshots.add(region=region).snapshot_id
    ec2.modify_snapshot_tier(SnapshotId=archived, StorageTier="archive")
    failing = ec2.copy_snapshot(**parameters, Encrypted=True, KmsKeyId="alias/none")["SnapshotId"]
    ec2.lock_snapshot(SnapshotId=failing, LockMode="governance", LockDuration=1)
    fake.clock.settle()
    ec2.delete_volume(VolumeId=volume_id)
    fake.clock.settle()


@pytest.mark.parametrize(("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn")])
def test_every_event_has_an_id_and_a_place(region: str, partition: str) -> None:
    """An id of its own, the Region, and ARNs of the Region's partition."""
    with FakeEC2(clock="virtual", start_time=NOON, account_id=OWNER) as fake:
        live(fake, region)
        events = list(fake.events)

    ids = [event["id"] for event in events]
    arns = [arn for event in events for arn in event["resources"]]
    assert {event["region"] for event in events} == {region}
    assert {arn.split(":")[1] for arn in arns} == {partition}
    assert [one for one in ids if UUID.fullmatch(one) is None] == []
    assert len(set(ids)) == len(ids)
    assert Counter(event["detail"].get("event") for event in events) == {
        "archiveSnapshot": 1,
        "copySnapshot": 3,  # one of them says that a duration was missed
        "createSnapshot": 1,
        "createSnapshots": 1,
        "createVolume": 1,
        "deleteVolume": 1,
        "lockSnapshot": 3,  # one of them says that a locked copy failed
        "shareSnapshot": 1,
        None: 1,  # of block public access
    }
