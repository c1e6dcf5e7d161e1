"""botocore's and aiobotocore's own waiters, under every clock: ten minutes in no time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import WaiterError

from pytest_fakecopy import FakeEC2
from tests.clocks.world import MOVABLE, START

if TYPE_CHECKING:
    from collections.abc import Callable


def wait(snapshot_id: str) -> None:
    """Wait with a client of boto3."""
    client = boto3.client("ec2", region_name="us-east-1")
    client.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot_id])


def wait_asynchronously(snapshot_id: str) -> None:
    """Wait with a client of aiobotocore."""
    aiobotocore = pytest.importorskip("aiobotocore.session")

    async def main() -> None:
        session = aiobotocore.get_session()
        async with session.create_client("ec2", region_name="us-east-1") as client:
            await client.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot_id])

    asyncio.run(main())


WAITS = [pytest.param(wait, id="botocore"), pytest.param(wait_asynchronously, id="aiobotocore")]


@pytest.mark.parametrize("clock", MOVABLE)
@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize(
    ("key", "held", "reason", "after"),
    [
        pytest.param(None, False, None, 60, id="completes"),
        pytest.param("alias/no-such-key", False, "terminal failure state", 15, id="fails"),
        pytest.param(None, True, "Max attempts exceeded", 39 * 15, id="never-ends"),
    ],
)
def test_a_waiter_ends_as_it_would_after_real_minutes(
    clock: str,
    wait: Callable[[str], None],
    key: str | None,
    held: bool,
    reason: str | None,
    after: int,
) -> None:
    """A good copy, a failing one and one that never ends, at the look that would see it."""
    with FakeEC2(clock=clock, start_time=START) as fake:
        if held:
            fake.faults.hold_copies()
        source = fake.snapshots.add().snapshot_id
        encryption = {"Encrypted": True, "KmsKeyId": key} if key else {}
        copied = boto3.client("ec2", region_name="us-east-1").copy_snapshot(
            SourceRegion="us-east-1", SourceSnapshotId=source, **encryption
        )["SnapshotId"]

        if reason is None:
            wait(copied)
        else:
            with pytest.raises(WaiterError, match=reason):
                wait(copied)

        assert fake.clock.now() - START == timedelta(seconds=after)
        assert len(fake.journal.requests("DescribeSnapshots")) == 1 + after // 15
