"""CreateTags, DeleteTags and DescribeTags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_fakecopy import FakeEC2

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = "444455556666"


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake with a second account."""
    with FakeEC2(clock="virtual") as fake:
        fake.accounts.add(OTHER)
        yield fake


def tag(key: str, value: str = "") -> dict[str, str]:
    """Return a tag."""
    return {"Key": key, "Value": value}


def test_a_snapshot_that_is_not_visible_yet_has_no_tags(fake: FakeEC2) -> None:
    """Code that tags a copy as soon as it has its id has to try again."""
    fake.faults.delay_visibility(2)
    client, source = fake.client("ec2"), fake.snapshots.add()
    copied = client.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)
    request = {"Resources": [copied["SnapshotId"]], "Tags": [tag("a", "1")]}

    for call in (client.create_tags, client.delete_tags):
        with pytest.raises(ClientError, match=r"InvalidSnapshot\.NotFound"):
            call(**request)

    fake.clock.tick(2)
    client.create_tags(**request)

    assert fake.snapshots[copied["SnapshotId"]].tags == {"a": "1"}


def test_tags_come_change_and_go(fake: FakeEC2) -> None:
    """A key that is there gets the new value; one that is taken with another value stays."""
    snapshot = fake.snapshots.add(tags={"a": "1", "b": "2"})
    client, resources = fake.client("ec2"), [snapshot.snapshot_id]

    client.create_tags(Resources=resources, Tags=[tag("b", "3"), tag("c", "4")])
    assert snapshot.tags == {"a": "1", "b": "3", "c": "4"}

    client.delete_tags(Resources=resources, Tags=[tag("b", "2"), tag("c", "4"), {"Key": "a"}])
    assert snapshot.tags == {"b": "3"}

    client.delete_tags(Resources=resources)
    assert snapshot.tags == {}


def test_a_key_alone_is_a_tag_without_value(fake: FakeEC2) -> None:
    """And a value alone is no tag; both for what is there and for what is made."""
    snapshot = fake.snapshots.add()
    client, keys, values = fake.client("ec2"), [{"Key": "a"}], [{"Value": "b"}]
    specification = {"ResourceType": "volume", "Tags": keys}
    made = {"AvailabilityZone": "us-east-1a", "Size": 1}

    client.create_tags(Resources=[snapshot.snapshot_id], Tags=keys)
    volume = client.create_volume(**made, TagSpecifications=[specification])
    with pytest.raises(ClientError, match="Tag key cannot be empty"):
        client.create_tags(Resources=[snapshot.snapshot_id], Tags=values)
    with pytest.raises(ClientError, match="Tag key cannot be empty"):
        client.create_volume(**made, TagSpecifications=[{**specification, "Tags": values}])

    assert snapshot.tags == {"a": ""}
    assert volume["Tags"] == [tag("a")]


def test_each_account_has_tags_of_its_own(fake: FakeEC2) -> None:
    """Of a shared snapshot the owner and the recipient see their own tags alone."""
    snapshot = fake.snapshots.add(tags={"mine": "1"}, shared_with=[OTHER])
    other = fake.client("ec2", account_id=OTHER)

    other.create_tags(Resources=[snapshot.snapshot_id], Tags=[tag("theirs", "2")])

    assert snapshot.tags == {"mine": "1"}
    assert other.describe_snapshots()["Snapshots"][0]["Tags"] == [tag("theirs", "2")]
    assert other.describe_tags()["Tags"][0]["Key"] == "theirs"


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        pytest.param([tag("aws:x")], "InvalidParameterValue", id="reserved"),
        pytest.param([tag("")], "InvalidParameterValue", id="empty-key"),
        pytest.param([tag("k" * 128)], "InvalidParameterValue", id="long-key"),
        pytest.param([tag("k", "v" * 257)], "InvalidParameterValue", id="long-value"),
        pytest.param([tag("k"), tag("k")], "InvalidParameterValue", id="twice"),
        pytest.param([tag(f"k{n}") for n in range(51)], "TagLimitExceeded", id="too-many"),
        pytest.param([tag(f"k{n}") for n in range(50)], "TagLimitExceeded", id="with-those-there"),
    ],
)
def test_tags_that_a_resource_can_not_have(fake: FakeEC2, tags: Any, code: str) -> None:
    """They are refused, all of them, and nothing changes."""
    first = fake.snapshots.add()
    second = fake.snapshots.add(tags={"there": "1"})

    with pytest.raises(ClientError, match=code):
        fake.client("ec2").create_tags(Resources=[first.snapshot_id, second.snapshot_id], Tags=tags)

    assert (first.tags, second.tags) == ({}, {"there": "1"})


def test_fifty_tags_are_allowed(fake: FakeEC2) -> None:
    """Fifty, of 127 and 256 characters."""
    snapshot = fake.snapshots.add()
    tags = [tag(f"{n:0127}", "v" * 256) for n in range(50)]

    fake.client("ec2").create_tags(Resources=[snapshot.snapshot_id], Tags=tags)

    assert len(snapshot.tags) == 50


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        pytest.param("snap-0fedcba9876543210", r"InvalidSnapshot\.NotFound", id="snapshot"),
        pytest.param("vol-0fedcba9876543210", r"InvalidVolume\.NotFound", id="volume"),
        pytest.param("thing-1", "InvalidID", id="kind"),
        pytest.param("snap", "InvalidID", id="no-id"),
        pytest.param("snap-123", "InvalidID", id="short"),
        pytest.param("vol-0FEDCBA9876543210", "InvalidID", id="upper-case"),
    ],
)
@pytest.mark.parametrize("operation", ["create_tags", "delete_tags"])
def test_what_is_not_there_has_no_tags(
    fake: FakeEC2, operation: str, resource: str, code: str
) -> None:
    """An id that names nothing is refused, and is named."""
    with pytest.raises(ClientError, match=rf"\({code}\).*'{resource}'"):
        getattr(fake.client("ec2"), operation)(Resources=[resource], Tags=[tag("a")])


@pytest.mark.parametrize("operation", ["create_tags", "delete_tags"])
def test_too_many_resources(fake: FakeEC2, operation: str) -> None:
    """A thousand in one call, no more."""
    ids = ["snap-00000000"] * 1001

    with pytest.raises(ClientError, match="maximum number of resources in one call is 1000"):
        getattr(fake.client("ec2"), operation)(Resources=ids, Tags=[tag("a")])


def test_a_long_key_is_not_looked_for(fake: FakeEC2) -> None:
    """DeleteTags refuses a key that no tag can have."""
    snapshot = fake.snapshots.add()

    with pytest.raises(ClientError, match="maximum length of 127"):
        fake.client("ec2").delete_tags(Resources=[snapshot.snapshot_id], Tags=[tag("k" * 128)])


@pytest.mark.parametrize("operation", ["create_tags", "delete_tags", "describe_tags"])
def test_dry_runs_and_denies(fake: FakeEC2, operation: str) -> None:
    """A dry run changes nothing; a denied call is UnauthorizedOperation."""
    snapshot = fake.snapshots.add(tags={"a": "1"})
    parameters: dict[str, Any] = {"DryRun": True}
    if operation != "describe_tags":
        parameters |= {"Resources": [snapshot.snapshot_id], "Tags": [{"Key": "a", "Value": "1"}]}
    call = getattr(fake.client("ec2"), operation)

    with pytest.raises(ClientError, match="DryRunOperation"):
        call(**parameters)

    fake.deny("ec2:*Tags")
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        call(**{**parameters, "DryRun": False})

    assert snapshot.tags == {"a": "1"}


def test_describe_tags(fake: FakeEC2) -> None:
    """By resource and key, of this Region and account."""
    first = fake.snapshots.add(tags={"b": "2", "a": "1"}).snapshot_id
    fake.snapshots.add(region="us-west-2", tags={"elsewhere": "1"})
    fake.snapshots.add(account_id=OTHER, tags={"theirs": "1"})

    found = fake.client("ec2").describe_tags()["Tags"]

    assert found == [
        {"Key": "a", "ResourceId": first, "ResourceType": "snapshot", "Value": "1"},
        {"Key": "b", "ResourceId": first, "ResourceType": "snapshot", "Value": "2"},
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("key", "a", ["a"], id="key"),
        pytest.param("value", "2", ["b"], id="value"),
        pytest.param("resource-type", "snapshot", ["a", "b"], id="type"),
        pytest.param("resource-type", "volume", [], id="other-type"),
        pytest.param("tag:a", "1", ["a"], id="tag"),
    ],
)
def test_filters(fake: FakeEC2, name: str, value: str, expected: list[str]) -> None:
    """The filters of the model."""
    snapshot = fake.snapshots.add(tags={"a": "1", "b": "2"})
    client = fake.client("ec2")
    mine = {"Name": "resource-id", "Values": [snapshot.snapshot_id]}

    found = client.describe_tags(Filters=[mine, {"Name": name, "Values": [value]}])["Tags"]

    assert [row["Key"] for row in found] == expected


def test_pages(fake: FakeEC2) -> None:
    """The paginator shows each tag once."""
    fake.snapshots.add(tags={f"k{n:02}": "" for n in range(12)})
    paginator = fake.client("ec2").get_paginator("describe_tags")

    pages = list(paginator.paginate(PaginationConfig={"PageSize": 5}))

    assert [len(page["Tags"]) for page in pages] == [5, 5, 2]
