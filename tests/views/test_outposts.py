"""`fake_ec2.outposts`: Outposts to copy to."""

from __future__ import annotations

import pytest

from pytest_fakecopy import FakeEC2, UnknownResourceError, UsageError


def test_an_outpost_can_be_copied_to() -> None:
    """It has an ARN of its Region and account, and a copy to it is always encrypted."""
    with FakeEC2(clock="virtual") as fake:
        outpost = fake.outposts.add(region="us-west-2")
        source = fake.snapshots.add(region="us-west-2")

        copy = fake.client("ec2", "us-west-2").copy_snapshot(
            SourceRegion="us-west-2",
            SourceSnapshotId=source.snapshot_id,
            DestinationOutpostArn=outpost.arn,
        )
        snapshot = fake.assert_eventually_completed(copy["SnapshotId"])

        assert outpost.arn.startswith("arn:aws:outposts:us-west-2:111122223333:outpost/op-0")
        assert (snapshot.outpost_arn, snapshot.encrypted) == (outpost.arn, True)
        assert list(fake.outposts) == [outpost]
        assert repr(fake.outposts) == f"<Outposts {outpost.arn}>"


def test_an_outpost_of_another_account() -> None:
    """The account has to be there."""
    fake = FakeEC2(clock="virtual")
    fake.accounts.add("444455556666")

    assert fake.outposts.add(account_id="444455556666").account_id == "444455556666"
    with pytest.raises(UnknownResourceError, match="No account is '777788889999'"):
        fake.outposts.add(account_id="777788889999")


def test_an_outpost_nowhere() -> None:
    """An unknown Region is refused with the nearest."""
    fake = FakeEC2(clock="virtual")

    with pytest.raises(UsageError, match=r"region='us-east-11'.*Did you mean 'us-east-1'"):
        fake.outposts.add(region="us-east-11")

    assert repr(fake.outposts) == "<Outposts none>"
