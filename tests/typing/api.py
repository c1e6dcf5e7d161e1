"""The types that users see. Checked by mypy and pyright, never run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from typing_extensions import assert_type

from pytest_fakecopy import FakeEC2, KmsKey, Options, RuleBook, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator


def fixture() -> Iterator[FakeEC2]:
    """Hand out a fake as a fixture of one's own does."""
    with FakeEC2(Options(clock="virtual"), validation_delay=timedelta(seconds=1)) as fake:
        assert_type(fake, FakeEC2)
        yield fake


def snapshots(fake_ec2: FakeEC2) -> None:
    """Arrange snapshots and look at them."""
    source = fake_ec2.snapshots.add(region="us-west-2", volume_size=100, tags={"Name": "nightly"})

    assert_type(source, Snapshot)
    assert_type(source.snapshot_id, str)
    assert_type(source.progress, int)
    assert_type(source.encrypted, bool)
    assert_type(source.kms_key_id, "str | None")
    assert_type(source.start_time, datetime)
    assert_type(source.completion_time, "datetime | None")
    assert_type(source.why, str)
    assert_type(fake_ec2.snapshots["snap-1"], Snapshot)
    assert_type(len(fake_ec2.snapshots), int)
    assert_type(fake_ec2.assert_eventually_completed("snap-1"), Snapshot)
    assert_type(fake_ec2.assert_eventually_error("snap-1", match="not accessible"), Snapshot)
    for copy in fake_ec2.snapshots.copies:
        assert_type(copy, Snapshot)


def keys(fake_ec2: FakeEC2) -> None:
    """Arrange keys and change them."""
    key = fake_ec2.kms.add_key(region="us-east-1", alias="alias/backup")

    assert_type(key, KmsKey)
    assert_type(key.arn, str)
    key.disable()
    key.enable()
    key.schedule_deletion(days=7)
    key.cancel_deletion()
    key.share_with("444455556666")


def time(fake_ec2: FakeEC2) -> None:
    """Move the clock, in seconds or in values of the standard library."""
    fake_ec2.clock.tick(30)
    fake_ec2.clock.tick(timedelta(minutes=1))
    fake_ec2.clock.move_to(fake_ec2.clock.now() + timedelta(days=1))

    assert_type(fake_ec2.clock.now(), datetime)
    assert_type(fake_ec2.clock.settle(), timedelta)


def rules(fake_ec2: FakeEC2) -> None:
    """Edit the rule book."""
    assert_type(fake_ec2.rules, RuleBook)
    fake_ec2.rules = fake_ec2.rules.without("copies-are-within-the-limit")
