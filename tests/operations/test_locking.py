"""LockSnapshot, UnlockSnapshot and DescribeLockedSnapshots."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.answers import OTHER, OWNER, client, code, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

DAY = timedelta(days=1)


def test_a_locked_snapshot_cannot_be_deleted(fake: FakeEC2, ec2: Any) -> None:
    """Until the lock expires. The code and the text are assumed."""
    snapshot_id = fake.snapshots.add().snapshot_id
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=2)

    answer = refusal(ec2.delete_snapshot, SnapshotId=snapshot_id)
    fake.clock.tick(2 * DAY)
    ec2.delete_snapshot(SnapshotId=snapshot_id)

    assert answer == (
        "OperationNotPermitted",
        f"The snapshot {snapshot_id} is locked and cannot be deleted.",
    )
    assert snapshot_id not in fake.snapshots


def test_a_lock_in_governance_mode(fake: FakeEC2, ec2: Any) -> None:
    """It lasts for its duration and has no cooling-off period."""
    snapshot_id = fake.snapshots.add().snapshot_id

    answer = ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=3)

    assert (answer["SnapshotId"], answer["LockState"]) == (snapshot_id, "governance")
    assert answer["LockDuration"] == 3
    assert answer["LockExpiresOn"] - answer["LockCreatedOn"] == 3 * DAY
    assert answer["LockDurationStartTime"] == answer["LockCreatedOn"]
    assert "CoolOffPeriod" not in answer


def test_a_lock_in_compliance_mode_cools_off(fake: FakeEC2, ec2: Any) -> None:
    """Its state changes when the cooling-off period is over, and when it expires."""
    snapshot_id = fake.snapshots.add().snapshot_id

    answer = ec2.lock_snapshot(
        SnapshotId=snapshot_id, LockMode="compliance", LockDuration=3, CoolOffPeriod=24
    )
    states = [lock_state(ec2, snapshot_id)]
    for _ in range(2):
        fake.clock.tick(1.5 * DAY)
        states.append(lock_state(ec2, snapshot_id))

    assert answer["CoolOffPeriod"] == 24
    assert answer["CoolOffPeriodExpiresOn"] - answer["LockCreatedOn"] == DAY
    assert states == ["compliance-cooloff", "compliance", "expired"]


def lock_state(ec2: Any, snapshot_id: str) -> str:
    """Return the state of a lock."""
    (lock,) = ec2.describe_locked_snapshots(SnapshotIds=[snapshot_id])["Snapshots"]
    return str(lock["LockState"])


def test_a_lock_until_a_date(fake: FakeEC2, ec2: Any) -> None:
    """The duration is what lies between, in whole days."""
    snapshot_id = fake.snapshots.add().snapshot_id
    until = fake.clock.now() + 2.5 * DAY

    answer = ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", ExpirationDate=until)

    assert answer["LockDuration"] == 3
    assert abs(answer["LockExpiresOn"] - until) < timedelta(seconds=1)


def test_the_lock_of_a_pending_snapshot_starts_when_it_completes(fake: FakeEC2, ec2: Any) -> None:
    """Until then it has no expiry; it holds all the same."""
    source = fake.snapshots.add(region="us-west-2")
    copy = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)
    copy_id = copy["SnapshotId"]

    answer = ec2.lock_snapshot(SnapshotId=copy_id, LockMode="governance", LockDuration=1)
    refused = code(ec2.delete_snapshot, SnapshotId=copy_id)
    done = fake.assert_eventually_completed(copy_id)
    (lock,) = ec2.describe_locked_snapshots()["Snapshots"]

    assert "LockExpiresOn" not in answer
    assert "LockDurationStartTime" not in answer
    assert refused == "OperationNotPermitted"
    assert lock["LockDurationStartTime"] == done.completion_time
    assert lock["LockExpiresOn"] - lock["LockDurationStartTime"] == DAY


def test_the_lock_of_a_copy_that_fails_is_gone(fake: FakeEC2, ec2: Any) -> None:
    """An event says that it failed, and the snapshot can be deleted."""
    source = fake.snapshots.add(region="us-west-2")
    fake.faults.fail_copies("No more space")
    copy = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)
    ec2.lock_snapshot(SnapshotId=copy["SnapshotId"], LockMode="governance", LockDuration=1)

    fake.assert_eventually_error(copy["SnapshotId"])
    ec2.delete_snapshot(SnapshotId=copy["SnapshotId"])

    results = [
        event["detail"]["result"]
        for event in fake.events
        if event["detail"]["event"] == "lockSnapshot"
    ]
    assert results == ["succeeded", "failed"]


def test_whoever_hears_that_a_locked_copy_failed_may_delete_it(fake: FakeEC2, ec2: Any) -> None:
    """It has ended by then, also where hearing of it ends in an error."""
    source = fake.snapshots.add(region="us-west-2")
    fake.faults.fail_copies("No more space")
    copy = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)
    ec2.lock_snapshot(SnapshotId=copy["SnapshotId"], LockMode="governance", LockDuration=1)
    snapshot = fake.snapshots[copy["SnapshotId"]]
    seen = []

    def hear(event: dict[str, Any]) -> None:
        seen.append((event["detail"]["event"], snapshot.state))
        ec2.delete_snapshot(SnapshotId=snapshot.snapshot_id)
        raise LookupError

    fake.events.subscribe(hear)
    with pytest.raises(LookupError):
        fake.clock.settle()

    assert seen == [("lockSnapshot", "error")]
    assert snapshot.snapshot_id not in fake.snapshots
    assert snapshot.state == "error"
    assert fake._world.copies.in_progress(OWNER, "us-east-1") == 0


def test_a_lock_is_an_event(fake: FakeEC2, ec2: Any) -> None:
    """With the members as the user guide spells them."""
    snapshot_id = fake.snapshots.add().snapshot_id

    ec2.lock_snapshot(
        SnapshotId=snapshot_id, LockMode="compliance", LockDuration=1, CoolOffPeriod=1
    )
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)

    first, second = (event["detail"] for event in fake.events)
    assert (first["event"], first["result"], first["source"]) == (
        "lockSnapshot",
        "succeeded",
        OWNER,
    )
    assert first["snapshot_id"] == f"arn:aws:ec2::us-east-1:snapshot/{snapshot_id}"
    assert (first["lockState"], first["lockDuration"], first["cooOffPeriod"]) == (
        "compliance-cooloff",
        1,
        1,
    )
    assert {"lockCreatedOn", "lockExpiresOn", "lockStartDurationTime"} <= set(first)
    assert "coolOffPeriodExpiresOn" in first
    assert "cooOffPeriod" not in second


@pytest.mark.parametrize(
    ("parameters", "expected", "text"),
    [
        pytest.param(
            {"LockMode": "governance"},
            "MissingParameter",
            "The request must contain the parameter LockDuration/ExpirationDate",
            id="no-period",
        ),
        pytest.param(
            {
                "LockMode": "governance",
                "LockDuration": 1,
                "ExpirationDate": datetime(2030, 1, 1, tzinfo=timezone.utc),
            },
            "InvalidParameterCombination",
            "LockDuration and ExpirationDate can't be used together.",
            id="two-periods",
        ),
        pytest.param(
            {"LockMode": "governance", "LockDuration": 1, "CoolOffPeriod": 1},
            "InvalidParameterCombination",
            "CoolOffPeriod can't be specified for a lock in governance mode.",
            id="governance-cools-not-off",
        ),
        pytest.param(
            {"LockMode": "compliance", "LockDuration": 1, "CoolOffPeriod": 73},
            "InvalidParameterValue",
            "Value ( 73 ) for parameter CoolOffPeriod is invalid. Expecting 1 to 72.",
            id="cool-off-too-long",
        ),
        pytest.param(
            {"LockMode": "compliance", "LockDuration": 36501},
            "InvalidParameterValue",
            "Value ( 36501 ) for parameter LockDuration is invalid. Expecting 1 to 36500.",
            id="too-long",
        ),
        pytest.param(
            {"LockMode": "strict", "LockDuration": 1},
            "InvalidParameterValue",
            "Value (strict) for parameter LockMode is invalid.",
            id="unknown-mode",
        ),
        pytest.param(
            {
                "LockMode": "governance",
                "ExpirationDate": datetime(2020, 1, 1, tzinfo=timezone.utc),
            },
            "InvalidParameterValue",
            "ExpirationDate must be 1 to 36500 days from now.",
            id="in-the-past",
        ),
    ],
)
def test_a_bad_lock_is_refused(
    fake: FakeEC2, ec2: Any, parameters: dict[str, Any], expected: str, text: str
) -> None:
    """What the API reference rules out; codes and texts are assumed."""
    snapshot_id = fake.snapshots.add().snapshot_id
    before = state_of(fake)

    assert refusal(ec2.lock_snapshot, SnapshotId=snapshot_id, **parameters) == (expected, text)
    assert state_of(fake) == before


def test_a_failed_snapshot_cannot_be_locked(fake: FakeEC2, ec2: Any) -> None:
    """Only pending and completed ones can."""
    snapshot_id = fake.snapshots.add(state="error").snapshot_id

    answer = refusal(
        ec2.lock_snapshot, SnapshotId=snapshot_id, LockMode="governance", LockDuration=1
    )

    assert answer == ("IncorrectState", "Snapshot is in invalid state - error")


GOVERNANCE = {"LockMode": "governance", "LockDuration": 9}
SHORTER = {"LockMode": "compliance", "LockDuration": 4}
LONGER = {"LockMode": "compliance", "LockDuration": 9}


@pytest.mark.parametrize("change", [GOVERNANCE, SHORTER, LONGER])
def test_a_lock_that_cools_off_can_be_changed(
    fake: FakeEC2, ec2: Any, change: dict[str, Any]
) -> None:
    """In every way."""
    snapshot_id = fake.snapshots.add().snapshot_id
    ec2.lock_snapshot(
        SnapshotId=snapshot_id, LockMode="compliance", LockDuration=5, CoolOffPeriod=2
    )

    answer = ec2.lock_snapshot(SnapshotId=snapshot_id, **change)

    assert (answer["LockState"], answer["LockDuration"]) == (
        change["LockMode"],
        change["LockDuration"],
    )


def test_a_lock_in_compliance_mode_can_only_be_extended(fake: FakeEC2, ec2: Any) -> None:
    """Once its cooling-off period is over. The code and the text are assumed."""
    snapshot_id = fake.snapshots.add().snapshot_id
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=5)
    before = state_of(fake)

    refused = [
        refusal(ec2.lock_snapshot, SnapshotId=snapshot_id, **change)
        for change in (GOVERNANCE, SHORTER)
    ]
    refused.append(refusal(ec2.unlock_snapshot, SnapshotId=snapshot_id))
    unchanged = state_of(fake)
    ec2.lock_snapshot(SnapshotId=snapshot_id, **LONGER)

    assert {one[0] for one in refused} == {"OperationNotPermitted"}
    assert unchanged == before


def test_the_lock_of_a_pending_snapshot_can_only_be_extended(fake: FakeEC2, ec2: Any) -> None:
    """In compliance mode: neither duration has started, so the durations are compared."""
    source = fake.snapshots.add()
    copy = ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)
    copy_id = copy["SnapshotId"]
    ec2.lock_snapshot(SnapshotId=copy_id, LockMode="compliance", LockDuration=5)

    refused = code(ec2.lock_snapshot, SnapshotId=copy_id, **SHORTER)
    extended = ec2.lock_snapshot(SnapshotId=copy_id, **LONGER)

    assert refused == "OperationNotPermitted"
    assert extended["LockDuration"] == 9


@pytest.mark.parametrize(
    "lock", [GOVERNANCE, {"LockMode": "compliance", "LockDuration": 5, "CoolOffPeriod": 2}]
)
def test_a_lock_can_be_taken_off(fake: FakeEC2, ec2: Any, lock: dict[str, Any]) -> None:
    """In governance mode, and while it cools off."""
    snapshot_id = fake.snapshots.add().snapshot_id
    ec2.lock_snapshot(SnapshotId=snapshot_id, **lock)

    answer = ec2.unlock_snapshot(SnapshotId=snapshot_id)

    assert answer["SnapshotId"] == snapshot_id
    assert ec2.describe_locked_snapshots()["Snapshots"] == []


def test_what_is_not_locked_cannot_be_unlocked(fake: FakeEC2, ec2: Any) -> None:
    """Nor what was locked once. The code and the text are assumed."""
    never = fake.snapshots.add().snapshot_id
    once = fake.snapshots.add().snapshot_id
    ec2.lock_snapshot(SnapshotId=once, LockMode="governance", LockDuration=1)
    fake.clock.tick(DAY)

    answers = [refusal(ec2.unlock_snapshot, SnapshotId=one) for one in (never, once)]

    assert answers == [
        ("IncorrectState", f"The snapshot {one} is not locked.") for one in (never, once)
    ]


def test_own_locks_are_listed(fake: FakeEC2, ec2: Any) -> None:
    """By pages, by state and by id; a shared snapshot's lock is its owner's business."""
    ids = [fake.snapshots.add().snapshot_id for _ in range(6)]
    for snapshot_id in ids:
        ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)
    fake.snapshots.add()
    foreign = fake.snapshots.add(account_id=OTHER, public=True).snapshot_id
    client("ec2", account_id=OTHER).lock_snapshot(
        SnapshotId=foreign, LockMode="governance", LockDuration=1
    )

    first = ec2.describe_locked_snapshots(MaxResults=5)
    second = ec2.describe_locked_snapshots(MaxResults=5, NextToken=first["NextToken"])
    one = ec2.describe_locked_snapshots(SnapshotIds=[ids[2]])
    none = ec2.describe_locked_snapshots(Filters=[{"Name": "lock-state", "Values": ["expired"]}])

    listed = [lock["SnapshotId"] for page in (first, second) for lock in page["Snapshots"]]
    assert listed == ids
    assert [lock["SnapshotId"] for lock in one["Snapshots"]] == [ids[2]]
    assert one["Snapshots"][0]["OwnerId"] == OWNER
    assert none["Snapshots"] == []
    assert code(ec2.describe_locked_snapshots, SnapshotIds=[foreign]) == "InvalidSnapshot.NotFound"


def test_locks_can_be_chosen_by_tags(fake: FakeEC2, ec2: Any) -> None:
    """Those of the snapshot, as the caller tagged it."""
    chosen, other = (fake.snapshots.add(tags={"Name": name}).snapshot_id for name in "ab")
    for snapshot_id in (chosen, other):
        ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)

    answer = ec2.describe_locked_snapshots(Filters=[{"Name": "tag:Name", "Values": ["a"]}])

    assert [lock["SnapshotId"] for lock in answer["Snapshots"]] == [chosen]
