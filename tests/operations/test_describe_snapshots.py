"""DescribeSnapshots: who sees what, filters, pages, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_fakecopy import FakeEC2

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
ME, OTHER, THIRD = "111122223333", "444455556666", "777788889999"

SMALL_PAGE = "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5."


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake that starts at noon and knows three accounts."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        fake.accounts.add(OTHER)
        fake.accounts.add(THIRD)
        yield fake


def ids(fake: FakeEC2, account_id: str = ME, **parameters: Any) -> list[str]:
    """Return the ids that an account is shown."""
    answer = fake.client("ec2", account_id=account_id).describe_snapshots(**parameters)
    return [item["SnapshotId"] for item in answer["Snapshots"]]


def refusal(fake: FakeEC2, **parameters: Any) -> tuple[int, str, str]:
    """Return status, code and message of a refused call."""
    with pytest.raises(ClientError) as refused:
        fake.client("ec2").describe_snapshots(**parameters)
    response = refused.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return status, response["Error"]["Code"], response["Error"]["Message"]


def test_what_is_shown_of_a_snapshot(fake: FakeEC2) -> None:
    """The members that AWS has for a completed one, and no others."""
    snapshot = fake.snapshots.add(tags={"Name": "x"}, description="d", data_size=5)

    [item] = fake.client("ec2").describe_snapshots()["Snapshots"]

    assert item == {
        "SnapshotId": snapshot.snapshot_id,
        "VolumeId": snapshot.volume_id,
        "State": "completed",
        "StartTime": snapshot.start_time,
        "CompletionTime": NOON,
        "Progress": "100%",
        "OwnerId": ME,
        "Description": "d",
        "VolumeSize": 8,
        "FullSnapshotSizeInBytes": 5,
        "Encrypted": False,
        "StorageTier": "standard",
        "Tags": [{"Key": "Name", "Value": "x"}],
    }


def test_what_is_shown_of_a_copy(fake: FakeEC2) -> None:
    """Its key, and how fast it was asked to be; CopySnapshot itself tells its id and tags."""
    key = fake.kms.add_key()
    source = fake.snapshots.add(description="of the source")
    ec2 = fake.client("ec2")
    tags = [{"Key": "Name", "Value": "x"}]

    answer = ec2.copy_snapshot(
        SourceRegion="us-east-1",
        SourceSnapshotId=source.snapshot_id,
        KmsKeyId=key.arn,
        Encrypted=True,
        CompletionDurationMinutes=15,
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}],
    )
    fake.clock.settle()
    [item] = ec2.describe_snapshots(SnapshotIds=[answer["SnapshotId"]])["Snapshots"]

    del answer["ResponseMetadata"]
    assert answer == {"SnapshotId": item["SnapshotId"], "Tags": tags}
    assert item == {
        "SnapshotId": answer["SnapshotId"],
        "VolumeId": "vol-ffffffff",
        "State": "completed",
        "StartTime": NOON,
        "CompletionTime": NOON + timedelta(minutes=15),
        "Progress": "100%",
        "OwnerId": ME,
        "Description": "",
        "VolumeSize": 8,
        "FullSnapshotSizeInBytes": fake.snapshots[answer["SnapshotId"]].volume_size * 2**30,
        "Encrypted": True,
        "KmsKeyId": key.arn,
        "StorageTier": "standard",
        "TransferType": "time-based",
        "CompletionDurationMinutes": 15,
        "Tags": tags,
    }


def test_where_a_snapshot_is_is_shown(fake: FakeEC2) -> None:
    """One on an Outpost or in a Local Zone says so."""
    outpost = fake.outposts.add()
    fake.snapshots.add(outpost_arn=outpost.arn)
    fake.snapshots.add(availability_zone="us-east-1-bos-1a")

    first, second = fake.client("ec2").describe_snapshots()["Snapshots"]

    assert first["OutpostArn"] == outpost.arn
    assert second["AvailabilityZone"] == "us-east-1-bos-1a"


def test_visibility(fake: FakeEC2) -> None:
    """Own, shared and public ones, oldest first, of this Region alone."""
    own = fake.snapshots.add().snapshot_id
    fake.snapshots.add(account_id=OTHER)
    shared = fake.snapshots.add(account_id=OTHER, shared_with=[ME]).snapshot_id
    second = fake.snapshots.add().snapshot_id
    public = fake.snapshots.add(account_id=THIRD, public=True).snapshot_id
    fake.snapshots.add(region="us-west-2")

    assert ids(fake) == [own, shared, second, public]


@pytest.mark.parametrize(
    ("account_id", "parameters", "expected"),
    [
        pytest.param(ME, {"OwnerIds": ["self"]}, ["mine", "lent"], id="own"),
        pytest.param(ME, {"OwnerIds": [OTHER]}, ["public"], id="of-another"),
        pytest.param(ME, {"OwnerIds": ["amazon"]}, [], id="amazon"),
        pytest.param(ME, {"RestorableByUserIds": ["self"]}, ["mine", "lent"], id="by-me"),
        pytest.param(ME, {"RestorableByUserIds": ["all"]}, ["public"], id="by-all"),
        pytest.param(ME, {"RestorableByUserIds": [OTHER]}, ["lent"], id="lent-to-another"),
        pytest.param(OTHER, {"OwnerIds": [ME]}, ["lent"], id="recipient-by-owner"),
        pytest.param(OTHER, {"RestorableByUserIds": ["self"]}, ["lent", "public"], id="recipient"),
        pytest.param(OTHER, {"RestorableByUserIds": [OTHER]}, ["lent", "public"], id="by-number"),
        pytest.param(OTHER, {"OwnerIds": ["self"]}, ["public"], id="recipient-own"),
        pytest.param(OTHER, {"RestorableByUserIds": [ME]}, [], id="recipient-by-owners-number"),
    ],
)
def test_owners_and_restorers(
    fake: FakeEC2, account_id: str, parameters: Any, expected: list[str]
) -> None:
    """A recipient finds a shared snapshot as was observed on 2026-09-25."""
    names = {
        fake.snapshots.add().snapshot_id: "mine",
        fake.snapshots.add(shared_with=[OTHER]).snapshot_id: "lent",
        fake.snapshots.add(account_id=OTHER, public=True).snapshot_id: "public",
    }

    assert [names[found] for found in ids(fake, account_id, **parameters)] == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("description", "night*", ["a"], id="description"),
        pytest.param("encrypted", "true", ["b"], id="encrypted"),
        pytest.param("owner-alias", "amazon", [], id="owner-alias"),
        pytest.param("owner-id", ME, ["a", "b", "copy"], id="owner-id"),
        pytest.param("progress", "50%", ["copy"], id="progress"),
        pytest.param("start-time", "2026-01-31T12:00:00.000Z", ["copy"], id="start-time"),
        pytest.param("start-time", "2026-01-31T11:*", ["a", "b"], id="start-time-wild"),
        pytest.param("status", "pending", ["copy"], id="status"),
        pytest.param("storage-tier", "archive", ["b"], id="storage-tier"),
        pytest.param("transfer-type", "standard", ["copy"], id="transfer-type"),
        pytest.param("volume-id", "vol-ffffffff", ["copy"], id="volume-id"),
        pytest.param("volume-size", "100", ["b"], id="volume-size"),
        pytest.param("volume-size", "?", ["a", "copy"], id="volume-size-wild"),
        pytest.param("tag:Team", "ops", ["a"], id="tag"),
        pytest.param("tag:Team", "*", ["a", "b"], id="tag-wild"),
        pytest.param("tag-key", "Team", ["a", "b"], id="tag-key"),
        pytest.param("tag-value", "dev", ["b"], id="tag-value"),
        pytest.param("status", "Pending", [], id="case-counts"),
    ],
)
def test_filters(fake: FakeEC2, name: str, value: str, expected: list[str]) -> None:
    """Every filter of the model finds what it should."""
    first = fake.snapshots.add(description="nightly", tags={"Team": "ops"})
    second = fake.snapshots.add(
        volume_size=100, encrypted=True, storage_tier="archive", tags={"Team": "dev"}
    )
    copied = fake.client("ec2").copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=first.snapshot_id
    )["SnapshotId"]
    names = {first.snapshot_id: "a", second.snapshot_id: "b", copied: "copy"}
    fake.clock.tick(30)

    found = ids(fake, Filters=[{"Name": name, "Values": [value]}])

    assert [names[one] for one in found] == expected


def test_the_filter_of_ids(fake: FakeEC2) -> None:
    """Values are alternatives, filters all have to match."""
    first, second, _ = (fake.snapshots.add().snapshot_id for _ in range(3))
    both = {"Name": "snapshot-id", "Values": [first, second]}

    assert ids(fake, Filters=[both]) == [first, second]
    assert ids(fake, Filters=[both, {"Name": "snapshot-id", "Values": [second]}]) == [second]
    assert ids(fake, SnapshotIds=[first], Filters=[both]) == [first]


def test_ids(fake: FakeEC2) -> None:
    """In the order in which they were asked for, each once."""
    first, second = fake.snapshots.add().snapshot_id, fake.snapshots.add().snapshot_id

    assert ids(fake, SnapshotIds=[second, first, second]) == [second, first]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(
            {"SnapshotIds": ["snap-0fedcba9876543210"]},
            (
                400,
                "InvalidSnapshot.NotFound",
                "The snapshot 'snap-0fedcba9876543210' does not exist.",
            ),
            id="not-there",
        ),
        pytest.param(
            {"SnapshotIds": ["snap-xyz"]},
            (
                400,
                "InvalidSnapshotID.Malformed",
                "Value ( snap-xyz ) for parameter SNAPSHOT is invalid. ",
            ),
            id="malformed",
        ),
        pytest.param(
            {"SnapshotIds": ["vol-1"]},
            (
                400,
                "InvalidParameterValue",
                "Value (vol-1) for parameter snapshotId is invalid. Expected: 'snap-...'.",
            ),
            id="another-prefix",
        ),
        pytest.param(
            {"SnapshotIds": ["snap-ABCDEF01"]},
            (
                400,
                "InvalidParameterValue",
                "Value (snap-ABCDEF01) for parameter snapshotId is invalid. Expected: 'snap-...'.",
            ),
            id="upper-case",
        ),
        pytest.param(
            {"SnapshotIds": ["snap-00000000"], "MaxResults": 5},
            (
                400,
                "InvalidParameterCombination",
                "The parameter snapshotSet cannot be used with the parameter maxResults",
            ),
            id="ids-and-pages",
        ),
        pytest.param(
            {"SnapshotIds": ["snap-00000000"], "NextToken": "bogus"},
            (
                400,
                "InvalidParameterCombination",
                "The parameter snapshotSet cannot be used with the parameter nextToken",
            ),
            id="ids-and-a-token",
        ),
        pytest.param(
            {"MaxResults": 4},
            (
                400,
                "InvalidParameterValue",
                SMALL_PAGE,
            ),
            id="small-page",
        ),
        pytest.param(
            {"NextToken": "bogus"},
            (400, "InvalidParameterValue", "Unable to parse pagination token"),
            id="token",
        ),
        pytest.param(
            {"OwnerIds": ["me"]},
            (400, "InvalidUserID.Malformed", "Invalid user id: 'me'"),
            id="owner",
        ),
        pytest.param(
            {"RestorableByUserIds": ["amazon"]},
            (400, "InvalidUserID.Malformed", "Invalid user id: 'amazon'"),
            id="restorer",
        ),
        pytest.param(
            {"Filters": [{"Name": "colour", "Values": ["red"]}]},
            (400, "InvalidParameterValue", "The filter 'colour' is invalid"),
            id="filter",
        ),
        pytest.param(
            {"DryRun": True},
            (412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."),
            id="dry-run",
        ),
    ],
)
def test_refusals(fake: FakeEC2, parameters: Any, expected: tuple[int, str, str]) -> None:
    """Each with EC2's status, code and text."""
    assert refusal(fake, **parameters) == expected


def test_pages(fake: FakeEC2) -> None:
    """Each snapshot stands on one page, in order, whatever is deleted in between."""
    made = [fake.snapshots.add().snapshot_id for _ in range(12)]
    client = fake.client("ec2")

    first = client.describe_snapshots(MaxResults=5)
    client.delete_snapshot(SnapshotId=made[4])
    second = client.describe_snapshots(MaxResults=5, NextToken=first["NextToken"])
    third = client.describe_snapshots(MaxResults=5, NextToken=second["NextToken"])

    pages = [[item["SnapshotId"] for item in page["Snapshots"]] for page in (first, second, third)]
    assert pages == [made[:5], made[5:10], made[10:]]
    assert "NextToken" not in third


def test_the_paginator(fake: FakeEC2) -> None:
    """botocore's paginator comes to an end, filters or not."""
    made = [fake.snapshots.add(tags={"Odd": str(number % 2)}).snapshot_id for number in range(25)]
    paginator = fake.client("ec2").get_paginator("describe_snapshots")
    odd = [{"Name": "tag:Odd", "Values": ["1"]}]

    pages = list(paginator.paginate(Filters=odd, PaginationConfig={"PageSize": 5}))

    assert [len(page["Snapshots"]) for page in pages] == [5, 5, 2]
    assert [item["SnapshotId"] for page in pages for item in page["Snapshots"]] == made[1::2]


def test_a_page_of_many(fake: FakeEC2) -> None:
    """More than 1000 are not given at once where pages are asked for."""
    for _ in range(1001):
        fake.snapshots.add()

    answer = fake.client("ec2").describe_snapshots(MaxResults=5000)

    assert len(answer["Snapshots"]) == 1000
    assert "NextToken" in answer


def test_a_new_id_is_not_visible_yet(fake: FakeEC2) -> None:
    """With a delay it is not found, then it is; a list leaves it out until then."""
    fake.faults.delay_visibility(2)
    source = fake.snapshots.add().snapshot_id
    request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source}
    copied = fake.client("ec2").copy_snapshot(**request)["SnapshotId"]

    assert refusal(fake, SnapshotIds=[copied])[1] == "InvalidSnapshot.NotFound"
    assert ids(fake) == [source]

    fake.clock.tick(2)

    assert ids(fake, SnapshotIds=[copied]) == [copied]
    assert ids(fake) == [source, copied]
