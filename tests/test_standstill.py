"""Code that polls while time stands still is stopped, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import ClockError, FakeEC2

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEC2]:
    """A fake in which four repeated requests are too many."""
    monkeypatch.setattr("pytest_fakecopy.standstill._MOST_REPEATS", 4)
    with FakeEC2(clock="virtual", start_time="2026-01-31T12:00:00Z") as fake:
        yield fake


@pytest.fixture
def client(fake: FakeEC2) -> Any:  # botocore has no types
    """Return a client of the default account."""
    return fake.client("ec2", region="us-west-2")


def poll(client: Any, *snapshot_ids: str, times: int) -> None:
    """Look at each of some snapshots so often."""
    for _ in range(times):
        for snapshot_id in snapshot_ids:
            client.describe_snapshots(SnapshotIds=[snapshot_id])


def test_the_same_question_at_the_same_time(fake: FakeEC2, client: Any) -> None:
    """The error comes at every request until time moves, and says what to write."""
    one = fake.snapshots.add(region="us-west-2").snapshot_id
    poll(client, one, times=4)

    for _ in range(2):
        with pytest.raises(ClockError) as caught:
            poll(client, one, times=1)

        assert str(caught.value) == (
            "4 requests as DescribeSnapshots have repeated earlier ones at"
            " 2026-01-31T12:00:00.000Z: time stands still while the code under test polls. It"
            " moves by sleeps in the test's thread, unless the test has replaced them, and by"
            " fake_ec2.clock.\n"
            "To let each request move it: fake_ec2.clock.tick_per_request = 15"
        )
    fake.clock.tick(1)
    poll(client, one, times=4)


def test_taking_turns_is_polling_as_well(fake: FakeEC2, client: Any) -> None:
    """Who waits for two copies asks for both again and again."""
    ids = [fake.snapshots.add(region="us-west-2").snapshot_id for _ in range(2)]
    poll(client, *ids, times=2)

    with pytest.raises(ClockError):
        poll(client, *ids, times=2)


def test_other_questions_are_no_polling(fake: FakeEC2, client: Any) -> None:
    """A test may look at as much as there is while nothing moves."""
    ids = [fake.snapshots.add(region="us-west-2").snapshot_id for _ in range(12)]

    poll(client, *ids, times=1)


def test_changes_are_no_polling(fake: FakeEC2, client: Any) -> None:
    """The same request that changes something may come as often as it likes."""
    one = fake.snapshots.add(region="us-west-2").snapshot_id

    for _ in range(12):
        client.create_tags(Resources=[one], Tags=[{"Key": "seen", "Value": "yes"}])

    assert fake.snapshots[one].tags == {"seen": "yes"}


def test_requests_may_move_the_time(fake: FakeEC2, client: Any) -> None:
    """The line that the error proposes lets such code end."""
    fake.clock.tick_per_request = 15
    source = fake.snapshots.add(region="us-west-2").snapshot_id
    copy = client.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source)["SnapshotId"]

    states = []
    while "completed" not in states:
        [found] = client.describe_snapshots(SnapshotIds=[copy])["Snapshots"]
        states.append(found["State"])

    assert states == ["pending", "pending", "pending", "completed"]


def test_other_services_are_asked_too(fake: FakeEC2) -> None:
    """A key that is waited for is looked at by DescribeKey."""
    key, kms = fake.kms.add_key(region="us-west-2"), fake.client("kms", region="us-west-2")

    for _ in range(4):
        kms.describe_key(KeyId=key.key_id)

    with pytest.raises(ClockError, match=r"^4 requests as DescribeKey have repeated earlier ones"):
        kms.describe_key(KeyId=key.key_id)
