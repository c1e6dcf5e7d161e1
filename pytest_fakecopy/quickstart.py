"""The README's first examples, to be run where the package is installed.

`pytest --pyargs pytest_fakecopy.quickstart`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2


def test_a_bad_key_fails_the_copy_later(fake_ec2: FakeEC2) -> None:
    """The call is answered 200; the copy ends in `error` when its key is looked at."""
    source = fake_ec2.snapshots.add(region="us-west-2")
    ec2 = boto3.client("ec2", region_name="us-east-1")

    copy = ec2.copy_snapshot(
        SourceRegion="us-west-2",
        SourceSnapshotId=source.snapshot_id,
        Encrypted=True,
        KmsKeyId="alias/no-such-key",
    )

    snapshot = fake_ec2.assert_eventually_error(copy["SnapshotId"], match="not accessible")
    assert snapshot.state_message == "Given key ID is not accessible"


def test_a_good_copy_completes(fake_ec2: FakeEC2) -> None:
    """A copy is pending until its time has come; the test moves time."""
    source = fake_ec2.snapshots.add(region="us-west-2", volume_size=100)
    key = fake_ec2.kms.add_key(region="us-east-1", alias="backup")
    ec2 = boto3.client("ec2", region_name="us-east-1")

    copy = ec2.copy_snapshot(
        SourceRegion="us-west-2",
        SourceSnapshotId=source.snapshot_id,
        Encrypted=True,
        KmsKeyId="alias/backup",
    )
    fake_ec2.clock.tick(30)

    assert fake_ec2.snapshots[copy["SnapshotId"]].state == "pending"

    snapshot = fake_ec2.assert_eventually_completed(copy["SnapshotId"])

    assert (snapshot.volume_size, snapshot.kms_key_id) == (100, key.arn)


def test_a_bad_presigned_url_fails_the_copy_later(fake_ec2: FakeEC2) -> None:
    """botocore signs a URL into each copy; one that was signed for another Region is found out."""
    source = fake_ec2.snapshots.add(region="us-west-2", encrypted=True)
    wrong = boto3.client("ec2", region_name="eu-west-1").generate_presigned_url(
        "copy_snapshot",
        Params={"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id},
        HttpMethod="GET",
    )
    ec2 = boto3.client("ec2", region_name="us-east-1")

    copy = ec2.copy_snapshot(
        SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id, PresignedUrl=wrong
    )

    snapshot = fake_ec2.assert_eventually_error(copy["SnapshotId"], match="PresignedUrl")
    assert "which is no EC2 endpoint of us-west-2" in snapshot.why


def test_a_waiter_takes_no_time(fake_ec2: FakeEC2) -> None:
    """botocore's waiter sleeps 15 s between its looks; here that moves the clock."""
    source = fake_ec2.snapshots.add(region="us-west-2")
    ec2 = boto3.client("ec2", region_name="us-east-1")
    request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id}
    good = ec2.copy_snapshot(**request)

    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[good["SnapshotId"]])

    assert fake_ec2.snapshots[good["SnapshotId"]].state == "completed"

    fake_ec2.faults.fail_copies("Given key ID is not accessible")
    bad = ec2.copy_snapshot(**request)

    with pytest.raises(WaiterError, match="terminal failure state"):
        ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[bad["SnapshotId"]])
