"""The README's comparison, run: three scenarios against this fake, moto and botocore's Stubber.

1. A copy with a key that doesn't exist, where the code under test waits for the copy.
2. A key that is disabled after the call and before the copy is validated.
3. A copy that takes longer than its waiter is patient.

What moto and the Stubber show is asserted as well, so that the comparison stays true.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import WaiterError
from botocore.stub import Stubber

from pytest_fakecopy import FakeEC2

if TYPE_CHECKING:
    from collections.abc import Iterator

EAST, WEST = "us-east-1", "us-west-2"


def copy_and_wait(ec2: Any, source: str, **parameters: Any) -> str:
    """Copy and wait, as a backup job does."""
    request = {"SourceRegion": WEST, "SourceSnapshotId": source, **parameters}
    copy_id = str(ec2.copy_snapshot(**request)["SnapshotId"])
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[copy_id])
    return copy_id


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake."""
    with FakeEC2(start_time="2026-01-31T12:00:00Z") as fake:
        yield fake


@pytest.fixture
def moto_ec2(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of moto, with a function that makes a source snapshot."""
    moto = pytest.importorskip("moto")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with moto.mock_aws():
        yield boto3.client("ec2", EAST)


def source_in_moto() -> str:
    """Return a completed snapshot in the other Region."""
    west = boto3.client("ec2", WEST)
    volume = west.create_volume(AvailabilityZone=f"{WEST}a", Size=8)
    return str(west.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"])


def test_a_key_that_is_not_there_by_us(fake: FakeEC2) -> None:
    """The call is answered 200, the wait fails, and the reason can be asserted."""
    source = fake.snapshots.add(region=WEST)

    with pytest.raises(WaiterError, match="terminal failure state"):
        copy_and_wait(
            boto3.client("ec2", EAST), source.snapshot_id, Encrypted=True, KmsKeyId="alias/none"
        )

    [copy] = fake.snapshots.copies
    assert copy.state_message == "Given key ID is not accessible"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_key_that_is_not_there_by_moto(moto_ec2: Any) -> None:
    """The copy completes at once: KMS isn't asked."""
    copy_id = copy_and_wait(moto_ec2, source_in_moto(), Encrypted=True, KmsKeyId="alias/none")

    [copy] = moto_ec2.describe_snapshots(SnapshotIds=[copy_id])["Snapshots"]
    assert (copy["State"], copy["Encrypted"], copy["Progress"]) == ("completed", True, "100%")


def test_a_key_that_is_not_there_by_the_stubber(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers what the test wrote: the test has to know the answers of both calls."""
    ec2 = stubbed(["error"])

    with pytest.raises(WaiterError, match="terminal failure state"):
        copy_and_wait(ec2, "snap-0123456789abcdef0", Encrypted=True, KmsKeyId="alias/none")

    # The same answers to a good key: the Stubber doesn't know which keys there are.
    with pytest.raises(WaiterError, match="terminal failure state"):
        copy_and_wait(stubbed(["error"]), "snap-0123456789abcdef0")


def stubbed(states: list[str]) -> Any:
    """Return a client that answers one copy and then these states."""
    ec2 = boto3.client("ec2", EAST, aws_access_key_id="testing", aws_secret_access_key="testing")
    stubber = Stubber(ec2)
    stubber.add_response("copy_snapshot", {"SnapshotId": "snap-0fedcba9876543210"})
    for state in states:
        snapshot = {"SnapshotId": "snap-0fedcba9876543210", "State": state}
        stubber.add_response("describe_snapshots", {"Snapshots": [snapshot]})
    stubber.activate()
    return ec2


def test_a_key_disabled_in_between_by_us(fake: FakeEC2) -> None:
    """The copy fails, because its key is looked at after the call."""
    source = fake.snapshots.add(region=WEST)
    key = fake.kms.add_key(alias="backup")
    fake.faults.meanwhile(key.disable)

    with pytest.raises(WaiterError, match="terminal failure state"):
        copy_and_wait(
            boto3.client("ec2", EAST), source.snapshot_id, Encrypted=True, KmsKeyId=key.arn
        )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_key_disabled_by_moto(moto_ec2: Any) -> None:
    """There is no moment in between, and a key that is disabled before does no harm either."""
    kms = boto3.client("kms", EAST)
    key = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=key["KeyId"])

    copy_id = copy_and_wait(moto_ec2, source_in_moto(), Encrypted=True, KmsKeyId=key["Arn"])

    [copy] = moto_ec2.describe_snapshots(SnapshotIds=[copy_id])["Snapshots"]
    assert copy["State"] == "completed"


def test_a_slow_copy_by_us(fake: FakeEC2) -> None:
    """The waiter gives up after its ten minutes, which take no time."""
    source = fake.snapshots.add(region=WEST)
    fake.faults.hold_copies()
    began = time.clock_gettime(time.CLOCK_MONOTONIC)

    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        copy_and_wait(boto3.client("ec2", EAST), source.snapshot_id)

    assert len(fake.journal.requests("DescribeSnapshots")) == 40
    assert time.clock_gettime(time.CLOCK_MONOTONIC) - began < 60


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_slow_copy_by_moto(moto_ec2: Any) -> None:
    """A copy is completed when it is first looked at: nothing is ever slow."""
    source = source_in_moto()

    answer = moto_ec2.copy_snapshot(SourceRegion=WEST, SourceSnapshotId=source)

    [copy] = moto_ec2.describe_snapshots(SnapshotIds=[answer["SnapshotId"]])["Snapshots"]
    assert copy["State"] == "completed"


def test_a_slow_copy_by_the_stubber(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look needs an answer, and the sleeps need a mock of their own."""
    monkeypatch.setattr("botocore.waiter.time.sleep", lambda seconds: None)

    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        copy_and_wait(stubbed(["pending"] * 40), "snap-0123456789abcdef0")
