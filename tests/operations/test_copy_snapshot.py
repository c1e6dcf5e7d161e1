"""CopySnapshot as clients call it, beyond what the catalogue of scenarios has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2


def test_an_empty_key_names_none(fake: FakeEC2, ec2: Any) -> None:
    """An empty KmsKeyId neither needs Encrypted nor encrypts."""
    source = fake.snapshots.add(region="us-west-2")

    copy = ec2.copy_snapshot(
        SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id, KmsKeyId=""
    )

    assert not fake.assert_eventually_completed(copy["SnapshotId"]).encrypted
