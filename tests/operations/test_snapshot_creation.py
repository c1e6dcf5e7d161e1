"""CreateSnapshot and CreateSnapshots."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.answers import OTHER, OWNER, code, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

INSTANCE = "i-0123456789abcdef0"
MINUTE = timedelta(minutes=1)


def test_a_snapshot_of_a_volume_completes(fake: FakeEC2, ec2: Any) -> None:
    """It has the volume's size and encryption; its own answer shows no progress."""
    key = fake.kms.add_key()
    volume = fake.volumes.add(size=3, kms_key=key)
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "b"}]}]

    answer = ec2.create_snapshot(
        VolumeId=volume.volume_id, Description="daily", TagSpecifications=tags
    )
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[answer["SnapshotId"]])

    snapshot = fake.snapshots[answer["SnapshotId"]]
    assert (answer["State"], answer["Progress"], answer["VolumeSize"]) == ("pending", "", 3)
    assert (answer["Description"], answer["Tags"]) == ("daily", tags[0]["Tags"])
    assert (snapshot.state, snapshot.kms_key_id) == ("completed", key.arn)


def test_the_end_is_an_event(fake: FakeEC2, ec2: Any) -> None:
    """For the owner, with the volume as its source."""
    volume = fake.volumes.add()

    snapshot_id = ec2.create_snapshot(VolumeId=volume.volume_id)["SnapshotId"]
    fake.clock.tick(MINUTE)

    (event,) = fake.events
    detail = event["detail"]
    assert (event["account"], detail["event"], detail["result"]) == (
        OWNER,
        "createSnapshot",
        "succeeded",
    )
    assert detail["source"] == f"arn:aws:ec2::us-east-1:volume/{volume.volume_id}"
    assert detail["snapshot_id"] == f"arn:aws:ec2::us-east-1:snapshot/{snapshot_id}"


def test_one_that_was_deleted_meanwhile_ends_in_nothing(fake: FakeEC2, ec2: Any) -> None:
    """No state, no event."""
    volume = fake.volumes.add()
    snapshot_id = ec2.create_snapshot(VolumeId=volume.volume_id)["SnapshotId"]

    ec2.delete_snapshot(SnapshotId=snapshot_id)
    fake.clock.tick(MINUTE)

    assert len(fake.events) == 0


def test_a_volume_has_five_pending_snapshots(fake: FakeEC2, ec2: Any) -> None:
    """The sixth is refused until one has ended; another volume's don't count."""
    volume_id, other_id = (fake.volumes.add().volume_id for _ in range(2))
    for _ in range(5):
        ec2.create_snapshot(VolumeId=volume_id)

    answer = refusal(ec2.create_snapshot, VolumeId=volume_id)
    ec2.create_snapshot(VolumeId=other_id)
    fake.clock.tick(MINUTE)
    ec2.create_snapshot(VolumeId=volume_id)

    assert answer == (
        "ConcurrentSnapshotLimitExceeded",
        f"Maximum allowed in-progress snapshots for {volume_id} exceeded.",
    )


@pytest.mark.parametrize("volume_type", ["st1", "sc1"])
def test_a_throughput_volume_has_one_pending_snapshot(
    fake: FakeEC2, ec2: Any, volume_type: str
) -> None:
    """EC2 API error codes, ConcurrentSnapshotLimitExceeded."""
    volume_id = ec2.create_volume(AvailabilityZone="us-east-1a", Size=125, VolumeType=volume_type)[
        "VolumeId"
    ]
    fake.clock.settle()
    ec2.create_snapshot(VolumeId=volume_id)

    answer = refusal(ec2.create_snapshot, VolumeId=volume_id)

    assert answer == (
        "ConcurrentSnapshotLimitExceeded",
        f"Maximum allowed in-progress snapshots for {volume_id} exceeded.",
    )


def test_what_no_snapshot_can_be_taken_of_is_refused(fake: FakeEC2, ec2: Any) -> None:
    """A volume that is malformed, missing, another account's or being deleted."""
    foreign = fake.volumes.add(account_id=OTHER).volume_id
    deleted = fake.volumes.add().volume_id
    ec2.delete_volume(VolumeId=deleted)

    answers = [
        code(ec2.create_snapshot, VolumeId=one)
        for one in ("vol-1", "vol-0123456789abcdef0", foreign, deleted)
    ]

    assert answers == ["InvalidParameterValue", *["InvalidVolume.NotFound"] * 3]


def test_tags_of_another_type_are_refused(fake: FakeEC2, ec2: Any) -> None:
    """In the words of the captures."""
    answer = refusal(
        ec2.create_snapshot,
        VolumeId=fake.volumes.add().volume_id,
        TagSpecifications=[{"ResourceType": "volume", "Tags": []}],
    )

    assert answer == (
        "InvalidParameterValue",
        "'volume' is not a valid taggable resource type for this operation.",
    )


def test_a_volume_on_an_outpost_has_local_snapshots_or_not(fake: FakeEC2, ec2: Any) -> None:
    """With the volume's Outpost named the snapshot is kept there, else in the Region."""
    outpost, another = fake.outposts.add(), fake.outposts.add()
    volume = fake.volumes.add(outpost_arn=outpost.arn, encrypted=True)

    local = ec2.create_snapshot(VolumeId=volume.volume_id, OutpostArn=outpost.arn)
    regional = ec2.create_snapshot(VolumeId=volume.volume_id)
    refused = code(ec2.create_snapshot, VolumeId=volume.volume_id, OutpostArn=another.arn)

    assert local["OutpostArn"] == outpost.arn
    assert "OutpostArn" not in regional
    assert refused == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("location", "zone"), [("local", "us-east-1-bos-1a"), ("regional", None), (None, None)]
)
def test_a_volume_in_a_local_zone_has_local_snapshots_or_not(
    fake: FakeEC2, ec2: Any, location: str | None, zone: str | None
) -> None:
    """As Location says; regional is what it is without."""
    volume = fake.volumes.add(availability_zone="us-east-1-bos-1a")
    parameters = {"Location": location} if location else {}

    snapshot_id = ec2.create_snapshot(VolumeId=volume.volume_id, **parameters)["SnapshotId"]

    assert fake.snapshots[snapshot_id].availability_zone == zone


@pytest.mark.parametrize(
    ("location", "expected"),
    [("local", "InvalidParameterCombination"), ("here", "InvalidParameterValue")],
)
def test_a_location_is_for_local_zones(
    fake: FakeEC2, ec2: Any, location: str, expected: str
) -> None:
    """The codes are assumed."""
    volume_id = fake.volumes.add().volume_id

    assert code(ec2.create_snapshot, VolumeId=volume_id, Location=location) == expected


def instance_with(fake: FakeEC2, volumes: int) -> list[str]:
    """Return the ids of the volumes of a new instance, the boot volume first."""
    return [
        fake.volumes.add(instance_id=INSTANCE, tags={"n": str(number), "keep": "old"}).volume_id
        for number in range(volumes)
    ]


def test_all_volumes_of_an_instance(fake: FakeEC2, ec2: Any) -> None:
    """Each gets a snapshot, with tags of its volume where those are asked for."""
    volume_ids = instance_with(fake, 2)

    answer = ec2.create_snapshots(
        InstanceSpecification={"InstanceId": INSTANCE},
        Description="all",
        CopyTagsFromSource="volume",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": [{"Key": "keep", "Value": "new"}]}],
    )

    items = answer["Snapshots"]
    assert [item["VolumeId"] for item in items] == volume_ids
    assert {(item["State"], item["Description"], item["OwnerId"]) for item in items} == {
        ("pending", "all", OWNER)
    }
    assert [item["Tags"] for item in items] == [
        [{"Key": "n", "Value": str(number)}, {"Key": "keep", "Value": "new"}] for number in range(2)
    ]


def test_what_a_set_shows_of_a_snapshot(fake: FakeEC2, ec2: Any) -> None:
    """The size of the volume and no progress; what a snapshot in its Region hasn't is left out."""
    instance_with(fake, 1)

    (item,) = ec2.create_snapshots(InstanceSpecification={"InstanceId": INSTANCE})["Snapshots"]

    snapshot = fake.snapshots[item["SnapshotId"]]
    assert item == {
        "SnapshotId": snapshot.snapshot_id,
        "VolumeId": snapshot.volume_id,
        "State": "pending",
        "VolumeSize": snapshot.volume_size,
        "StartTime": snapshot.start_time,
        "Progress": "",
        "OwnerId": OWNER,
        "Description": "",
        "Encrypted": False,
    }


def test_the_set_ends_with_an_event_of_its_own(fake: FakeEC2, ec2: Any) -> None:
    """After those of its snapshots; one that was deleted meanwhile is left out."""
    instance_with(fake, 3)

    items = ec2.create_snapshots(InstanceSpecification={"InstanceId": INSTANCE})["Snapshots"]
    ec2.delete_snapshot(SnapshotId=items[0]["SnapshotId"])
    fake.clock.tick(MINUTE)

    *singles, event = fake.events
    assert [single["detail"]["event"] for single in singles] == ["createSnapshot"] * 2
    assert event["detail-type"] == "EBS Multi-Volume Snapshots Completion Status"
    assert (event["detail"]["event"], event["detail"]["result"]) == (
        "createSnapshots",
        "succeeded",
    )
    assert event["detail"]["snapshots"] == [
        {
            "snapshot_id": f"arn:aws:ec2::us-east-1:snapshot/{item['SnapshotId']}",
            "source": f"arn:aws:ec2::us-east-1:volume/{item['VolumeId']}",
            "status": "completed",
        }
        for item in items[1:]
    ]


@pytest.mark.parametrize(
    ("specification", "kept"),
    [
        ({"ExcludeBootVolume": True}, [1, 2]),
        ({"ExcludeDataVolumeIds": [1]}, [0, 2]),
        ({"ExcludeBootVolume": True, "ExcludeDataVolumeIds": [2]}, [1]),
    ],
)
def test_volumes_can_be_left_out(
    fake: FakeEC2, ec2: Any, specification: dict[str, Any], kept: list[int]
) -> None:
    """The boot volume, and data volumes by their ids."""
    volume_ids = instance_with(fake, 3)
    if "ExcludeDataVolumeIds" in specification:
        excluded = [volume_ids[number] for number in specification["ExcludeDataVolumeIds"]]
        specification = {**specification, "ExcludeDataVolumeIds": excluded}

    answer = ec2.create_snapshots(InstanceSpecification={"InstanceId": INSTANCE, **specification})

    assert [item["VolumeId"] for item in answer["Snapshots"]] == [
        volume_ids[number] for number in kept
    ]
    assert "Tags" not in answer["Snapshots"][0]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(
            {"InstanceSpecification": {"InstanceId": "i-0123456789abcdef1"}},
            (
                "InvalidInstanceID.NotFound",
                "The instance ID 'i-0123456789abcdef1' does not exist",
            ),
            id="no-such-instance",
        ),
        pytest.param(
            {"InstanceSpecification": {"InstanceId": "vol-1"}},
            ("InvalidInstanceID.Malformed", 'Invalid id: "vol-1" (expecting "i-...")'),
            id="malformed",
        ),
        pytest.param(
            {
                "InstanceSpecification": {
                    "InstanceId": INSTANCE,
                    "ExcludeDataVolumeIds": ["vol-0123456789abcdef0"],
                }
            },
            (
                "InvalidParameterValue",
                f"vol-0123456789abcdef0 is not a data volume of the instance {INSTANCE}.",
            ),
            id="not-a-data-volume",
        ),
        pytest.param(
            {
                "InstanceSpecification": {"InstanceId": INSTANCE},
                "CopyTagsFromSource": "instance",
            },
            (
                "InvalidParameterValue",
                "Value (instance) for parameter CopyTagsFromSource is invalid.",
            ),
            id="tags-of-something-else",
        ),
    ],
)
def test_a_bad_set_is_refused(
    fake: FakeEC2, ec2: Any, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Before anything is made."""
    instance_with(fake, 1)
    before = state_of(fake)

    assert refusal(ec2.create_snapshots, **parameters) == expected
    assert state_of(fake) == before


def test_the_boot_volume_is_no_data_volume(fake: FakeEC2, ec2: Any) -> None:
    """ExcludeBootVolume is for that."""
    (boot,) = instance_with(fake, 1)
    specification = {"InstanceId": INSTANCE, "ExcludeDataVolumeIds": [boot]}

    assert code(ec2.create_snapshots, InstanceSpecification=specification) == (
        "InvalidParameterValue"
    )
