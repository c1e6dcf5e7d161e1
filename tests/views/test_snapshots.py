"""`fake_ec2.snapshots`: adding, finding and looking at snapshots."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2, KmsKey, UnknownResourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake that starts at noon."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        yield fake


def copy_of(fake: FakeEC2, **parameters: Any) -> Any:
    """Return a new copy of a new snapshot, both in us-east-1."""
    source = fake.snapshots.add()
    request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source.snapshot_id, **parameters}
    return fake.snapshots[fake.client("ec2").copy_snapshot(**request)["SnapshotId"]]


def test_defaults(fake: FakeEC2) -> None:
    """A snapshot that was just added is completed, plain and private."""
    snapshot = fake.snapshots.add()

    seen = {
        name: getattr(snapshot, name)
        for name in dir(snapshot)
        if not name.startswith("_") and name != "snapshot_id"
    }
    assert snapshot.snapshot_id.startswith("snap-0")
    assert seen.pop("volume_id").startswith("vol-0")
    assert seen == {
        "region": "us-east-1",
        "owner_id": "111122223333",
        "state": "completed",
        "state_message": None,
        "progress": 100,
        "encrypted": False,
        "kms_key_id": None,
        "volume_size": 8,
        "description": "",
        "tags": {},
        "start_time": NOON - timedelta(minutes=1),
        "completion_time": NOON,
        "source_snapshot_id": None,
        "source_region": None,
        "storage_tier": "standard",
        "transfer_type": None,
        "completion_duration_minutes": None,
        "outpost_arn": None,
        "availability_zone": None,
        "shared_with": frozenset(),
        "public": False,
        "why": "the test added it",
    }


def test_everything_that_can_be_given(fake: FakeEC2) -> None:
    """What `add` takes is what the snapshot has."""
    fake.accounts.add("444455556666")
    outpost = fake.outposts.add(region="eu-west-1")
    key = fake.kms.add_key(region="eu-west-1", account_id="444455556666")

    snapshot = fake.snapshots.add(
        region="eu-west-1",
        account_id="444455556666",
        volume_size=100,
        state="pending",
        encrypted=True,
        kms_key=key,
        tags={"Name": "x"},
        description="d",
        shared_with=["111122223333"],
        public=True,
        storage_tier="archive",
        outpost_arn=outpost.arn,
        availability_zone="eu-west-1-lon-1a",
        data_size=5,
    )

    assert (snapshot.region, snapshot.owner_id) == ("eu-west-1", "444455556666")
    assert (snapshot.volume_size, snapshot.state, snapshot.progress) == (100, "pending", 0)
    assert (snapshot.encrypted, snapshot.kms_key_id) == (True, key.arn)
    assert (snapshot.tags, snapshot.description) == ({"Name": "x"}, "d")
    assert (snapshot.shared_with, snapshot.public) == (frozenset({"111122223333"}), True)
    assert (snapshot.storage_tier, snapshot.outpost_arn) == ("archive", outpost.arn)
    assert snapshot.availability_zone == "eu-west-1-lon-1a"
    assert snapshot.completion_time is None
    assert fake._world.snapshots.get(snapshot.snapshot_id).data_size == 5  # type: ignore[union-attr]


@pytest.mark.parametrize("form", ["key", "alias", "arn"])
def test_a_key_encrypts(fake: FakeEC2, form: str) -> None:
    """A key alone is enough, in every form."""
    key = fake.kms.add_key(alias="backup")
    forms: dict[str, KmsKey | str] = {"key": key, "alias": "alias/backup", "arn": key.arn}

    snapshot = fake.snapshots.add(kms_key=forms[form])

    assert (snapshot.encrypted, snapshot.kms_key_id) == (True, key.arn)


def test_the_default_key_encrypts(fake: FakeEC2) -> None:
    """Without a key the Region's default one is taken."""
    snapshot = fake.snapshots.add(region="us-west-2", encrypted=True)

    assert snapshot.kms_key_id == fake.kms.default_ebs_key("us-west-2").arn


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"region": "us-east-9"}, "region='us-east-9'.*Did you mean 'us-east-", id="region"
        ),
        pytest.param({"volume_size": 0}, "volume_size=0.*GiB, 1 to 65536", id="size"),
        pytest.param({"volume_size": "8"}, "volume_size='8'.*GiB", id="size-text"),
        pytest.param(
            {"state": "complete"}, "state='complete'.*Did you mean 'completed'", id="state"
        ),
        pytest.param({"storage_tier": "cold"}, "storage_tier='cold'", id="tier"),
        pytest.param({"shared_with": "me"}, "shared_with='me'.*12 digits", id="shared"),
        pytest.param(
            {"availability_zone": "eu-west-1a"}, "availability_zone='eu-west-1a'", id="zone"
        ),
        pytest.param({"data_size": -1}, "data_size=-1.*bytes", id="data-size"),
    ],
)
def test_what_a_snapshot_can_not_have(fake: FakeEC2, given: Any, message: str) -> None:
    """It is refused by name, and nothing is added."""
    with pytest.raises(UsageError, match=message):
        fake.snapshots.add(**given)

    assert len(fake.snapshots) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"kms_key": "alias/x"}, "names no key in us-east-1", id="key"),
        pytest.param({"account_id": "444455556666"}, "No account is '444455556666'", id="account"),
    ],
)
def test_what_is_not_there(fake: FakeEC2, given: Any, message: str) -> None:
    """An unknown key or account is named, with the line that adds it."""
    with pytest.raises(UnknownResourceError, match=message):
        fake.snapshots.add(**given)


def test_an_outpost_of_another_region(fake: FakeEC2) -> None:
    """No snapshot of this one can be on it; nor on one that isn't there."""
    there = fake.outposts.add("us-west-2")

    for arn in (there.arn, "op-1"):
        with pytest.raises(UnknownResourceError, match=r"no Outpost of us-east-1\. To have one: "):
            fake.snapshots.add(outpost_arn=arn)


def test_a_key_of_another_region(fake: FakeEC2) -> None:
    """No snapshot can be encrypted with it."""
    key = fake.kms.add_key(region="us-west-2")

    with pytest.raises(UsageError, match="expected a key in us-east-1, like the snapshot"):
        fake.snapshots.add(kms_key=key)


def test_an_answer_for_an_id(fake: FakeEC2) -> None:
    """The error says what to pass."""
    with pytest.raises(UnknownResourceError, match=r'pass the id of the answer, copy\["SnapshotId'):
        fake.snapshots[{"SnapshotId": "snap-1"}]  # type: ignore[index]  # the mistake


def test_the_registry_is_a_collection(fake: FakeEC2) -> None:
    """Length, membership, order, and the copies among them."""
    first, second = fake.snapshots.add(), fake.snapshots.add()
    copied = copy_of(fake)

    assert len(fake.snapshots) == 4
    assert list(fake.snapshots)[:2] == [first, second]
    assert fake.snapshots.copies == [copied]
    assert first in fake.snapshots
    assert first.snapshot_id in fake.snapshots
    assert "snap-0" not in fake.snapshots
    assert 5 not in fake.snapshots
    assert repr(fake.snapshots) == "<Snapshots 4, 1 of them copies>"


def test_snapshots_are_equal_by_id(fake: FakeEC2) -> None:
    """Two views of one snapshot are equal, and have one place in a set."""
    first, second = fake.snapshots.add(), fake.snapshots.add()

    assert fake.snapshots[first.snapshot_id] == first
    assert first != second
    assert first != first.snapshot_id
    assert len({first, fake.snapshots[first.snapshot_id]}) == 1


def test_an_unknown_id(fake: FakeEC2) -> None:
    """The error names the nearest, and how to add one where there is none."""
    with pytest.raises(UnknownResourceError, match=r"none; fake_ec2\.snapshots\.add\(\) makes one"):
        fake.snapshots["snap-1"]

    known = fake.snapshots.add().snapshot_id

    with pytest.raises(UnknownResourceError, match=f"Did you mean '{known}'"):
        fake.snapshots[known[:-1]]


def test_a_copy_is_as_of_now(fake: FakeEC2) -> None:
    """Each look at it first lets happen what is due."""
    copied = copy_of(fake, CompletionDurationMinutes=15)

    assert (copied.state, copied.state_message) == ("pending", "Metadata not updated")
    assert (copied.transfer_type, copied.completion_duration_minutes) == ("time-based", 15)
    assert (copied.source_region, copied.volume_id) == ("us-east-1", "vol-ffffffff")

    fake.clock.tick(450)

    assert (copied.progress, copied.volume_size) == (50, 8)
    assert copied.why.endswith("it completes at 2026-01-31T12:15:00+00:00")

    fake.clock.tick(450)

    assert (copied.state, copied.completion_time) == ("completed", NOON + timedelta(minutes=15))


def test_repr(fake: FakeEC2) -> None:
    """It says state, message and what decided."""
    copied = copy_of(fake)

    assert repr(copied) == (
        f"<Snapshot {copied.snapshot_id} in us-east-1: pending 0% 'Metadata not updated'"
        " (accepted, and not validated yet)>"
    )


def test_a_deleted_snapshot_stays_as_it_was(fake: FakeEC2) -> None:
    """Code under test deletes what failed; its test still finds out why it did."""
    copied = copy_of(fake, Encrypted=True, KmsKeyId="alias/no-such-key")
    fake.clock.settle()

    fake.client("ec2").delete_snapshot(SnapshotId=copied.snapshot_id)

    assert (copied.state, copied.progress) == ("error", 0)
    assert copied not in fake.snapshots
    assert fake.snapshots[copied.snapshot_id].why.startswith("kms-key-is-usable: ")
    assert "us-east-1: deleted, was error '" in repr(copied)
    fake.assert_eventually_error(copied.snapshot_id, match="not accessible")
