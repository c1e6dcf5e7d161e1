"""CreateVolume, DescribeVolumes and DeleteVolume."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

from tests.operations.answers import OTHER, OWNER, code, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

ZONE = {"AvailabilityZone": "us-east-1a"}
SMALL = {**ZONE, "Size": 1}
DELAY = timedelta(seconds=5)


def test_an_empty_volume_becomes_available(ec2: Any) -> None:
    """CreateVolume shows fewer members than DescribeVolumes, as captured."""
    answer = ec2.create_volume(**SMALL)
    ec2.get_waiter("volume_available").wait(VolumeIds=[answer["VolumeId"]])

    (volume,) = ec2.describe_volumes()["Volumes"]
    del answer["ResponseMetadata"], answer["CreateTime"]
    assert answer == {
        "VolumeId": volume["VolumeId"],
        "AvailabilityZone": "us-east-1a",
        "AvailabilityZoneId": "use1-az1",
        "Encrypted": False,
        "Iops": 100,
        "MultiAttachEnabled": False,
        "Size": 1,
        "SnapshotId": "",
        "State": "creating",
        "Tags": [],
        "VolumeType": "gp2",
    }
    assert volume["State"] == "available"
    newer = {"OwnerId", "VolumeArn"} & set(ec2.meta.service_model.shape_for("Volume").members)
    assert set(volume) - set(answer) == {"Attachments", "CreateTime", "Operator"} | newer
    arn = f"arn:aws:ec2:us-east-1:{OWNER}:volume/{volume['VolumeId']}"
    assert volume.get("VolumeArn", arn) == arn
    assert "Tags" not in volume


def test_what_is_shown_of_an_attached_volume(fake: FakeEC2, ec2: Any) -> None:
    """Where it is attached, and that nobody but its owner manages it."""
    volume_id = fake.volumes.add(instance_id="i-0123456789abcdef0").volume_id

    (volume,) = ec2.describe_volumes(VolumeIds=[volume_id])["Volumes"]

    assert volume["Attachments"] == [
        {
            "VolumeId": volume_id,
            "InstanceId": "i-0123456789abcdef0",
            "Device": "/dev/sda",
            "AttachTime": volume["CreateTime"],
            "State": "attached",
            "DeleteOnTermination": True,
        }
    ]
    members = ec2.meta.service_model.shape_for("OperatorResponse").members
    told = {"Managed": False, "HiddenByDefault": False}
    assert volume["Operator"] == {name: told[name] for name in told if name in members}


@pytest.mark.parametrize(
    ("parameters", "iops", "throughput"),
    [
        pytest.param({"Size": 1000}, 3000, None, id="gp2-by-size"),
        pytest.param({"Size": 9000}, 16000, None, id="gp2-at-most"),
        pytest.param({"Size": 1, "VolumeType": "GP3"}, 3000, 125, id="gp3-baseline"),
        pytest.param({"Size": 1, "VolumeType": "gp3", "Iops": 500}, 3000, 125, id="gp3-raised"),
        pytest.param({"Size": 1, "VolumeType": "gp3", "Iops": 3000}, 3000, 125, id="gp3-exact"),
        pytest.param(
            {"Size": 100, "VolumeType": "gp3", "Iops": 4000, "Throughput": 200},
            4000,
            200,
            id="gp3-more",
        ),
        pytest.param({"Size": 4, "VolumeType": "io1", "Iops": 200}, 200, None, id="io1"),
        pytest.param({"Size": 1, "VolumeType": "standard"}, None, None, id="standard"),
    ],
)
def test_a_volume_performs_as_its_type_does(
    ec2: Any, parameters: dict[str, Any], iops: int | None, throughput: int | None
) -> None:
    """IOPS and throughput follow from type, size and what was asked for."""
    answer = ec2.create_volume(**ZONE, **parameters)

    assert (answer.get("Iops"), answer.get("Throughput")) == (iops, throughput)


def test_a_zone_can_be_named_by_its_id(ec2: Any) -> None:
    """The zone's name is shown as well."""
    answer = ec2.create_volume(AvailabilityZoneId="use1-az2", Size=1)

    assert answer["AvailabilityZone"] == "us-east-1b"


BAD_VOLUMES = [
    pytest.param(
        {"Size": 1},
        ("MissingParameter", "The request must contain the parameter zone"),
        id="no-zone",
    ),
    pytest.param(
        {**SMALL, "AvailabilityZoneId": "use1-az1"},
        (
            "InvalidParameterCombination",
            (
                "AvailabilityZone and AvailabilityZoneId can't be used together."
                " Specify only one of these parameters."
            ),
        ),
        id="two-zones",
    ),
    pytest.param(
        {"Size": 1, "AvailabilityZone": "not-a-zone"},
        ("InvalidZone.NotFound", "The zone 'not-a-zone' does not exist."),
        id="unknown-zone",
    ),
    pytest.param(
        {"Size": 1, "AvailabilityZoneId": "use1-az999"},
        ("InvalidZone.NotFound", "The zone 'use1-az999' does not exist."),
        id="unknown-zone-id",
    ),
    pytest.param(
        ZONE,
        ("MissingParameter", "The request must contain the parameter size/snapshot"),
        id="no-size",
    ),
    pytest.param(
        {**ZONE, "Size": 0, "VolumeType": "gp3"},
        (
            "InvalidParameterValue",
            (
                "The volume size is invalid for gp3 volumes: 0 GiB. gp3 volumes must be at least 1"
                " GiB in size. Please specify a volume size above the minimum limit."
            ),
        ),
        id="too-small",
    ),
    pytest.param(
        {**ZONE, "Size": 1025, "VolumeType": "standard"},
        (
            "InvalidParameterValue",
            (
                "The volume size is invalid for standard volumes: 1025 GiB. standard volumes must"
                " be at most 1024 GiB in size."
                " Please specify a volume size below the maximum limit."
            ),
        ),
        id="too-large",
    ),
    pytest.param(
        {**ZONE, "Size": -1},
        (
            "InvalidParameterValue",
            "Value (-1) for parameter size is invalid. Value must be a positive integer.",
        ),
        id="negative",
    ),
    pytest.param(
        {**SMALL, "VolumeType": "bad"},
        ("UnknownVolumeType", "Unsupported volume type 'bad' for volume creation. "),
        id="unknown-type",
    ),
    pytest.param(
        {**SMALL, "VolumeType": "gp3", "Iops": 3001},
        (
            "InvalidParameterValue",
            "Iops to volume size ratio of 3001.000000 is too high; maximum is 500",
        ),
        id="gp3-ratio",
    ),
    pytest.param(
        {**ZONE, "Size": 4, "VolumeType": "io1", "Iops": 201},
        (
            "InvalidParameterValue",
            "Iops to volume size ratio of 50.250000 is too high; maximum is 50",
        ),
        id="io1-ratio",
    ),
    pytest.param(
        {**ZONE, "Size": 4, "VolumeType": "io2"},
        ("MissingParameter", "The request must contain the parameter iops"),
        id="io2-without-iops",
    ),
    pytest.param(
        {**SMALL, "VolumeType": "gp3", "Iops": 99},
        ("InvalidParameterValue", "Volume iops of 99 is not 100 to 80000 for gp3 volumes."),
        id="few-iops",
    ),
    pytest.param(
        {**SMALL, "VolumeType": "gp3", "Throughput": 2001},
        (
            "InvalidParameterValue",
            "Volume throughput of 2001 is not 0 to 2000 for gp3 volumes.",
        ),
        id="much-throughput",
    ),
    pytest.param(
        {**SMALL, "Iops": 100},
        (
            "InvalidParameterCombination",
            "The parameter iops is not supported for gp2 volumes.",
        ),
        id="gp2-has-no-iops",
    ),
    pytest.param(
        {**SMALL, "KmsKeyId": "alias/x"},
        (
            "InvalidParameterDependency",
            "The parameter [KmsKeyId] requires the parameter Encrypted to be set.",
        ),
        id="key-without-encrypted",
    ),
    pytest.param(
        {**SMALL, "TagSpecifications": [{"ResourceType": "snapshot", "Tags": []}]},
        (
            "InvalidParameterValue",
            "'snapshot' is not a valid taggable resource type for this operation.",
        ),
        id="tags-of-another-type",
    ),
    pytest.param(
        {**SMALL, "MultiAttachEnabled": True},
        (
            "InvalidParameterCombination",
            "The parameter MultiAttachEnabled is not supported for gp2 volumes.",
        ),
        id="multi-attach",
    ),
    pytest.param(
        {**SMALL, "OutpostArn": "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789"},
        (
            "InvalidParameterValue",
            (
                "The Outpost 'arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789' does"
                " not exist."
            ),
        ),
        id="unknown-outpost",
    ),
    pytest.param(
        {**SMALL, "ClientToken": "x" * 65},
        (
            "InvalidParameterValue",
            "The length of ClientToken must not be greater than 64.",
        ),
        id="long-token",
    ),
    pytest.param(
        {**ZONE, "SnapshotId": "snap-0123456789abcdef0"},
        (
            "InvalidSnapshot.NotFound",
            "The snapshot 'snap-0123456789abcdef0' does not exist.",
        ),
        id="missing-snapshot",
    ),
]


@pytest.mark.parametrize(("parameters", "expected"), BAD_VOLUMES)
def test_a_bad_volume_is_refused(
    fake: FakeEC2, ec2: Any, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    """In the words of the captures, where there are such; nothing is made."""
    before = state_of(fake)

    assert refusal(ec2.create_volume, **parameters) == expected
    assert state_of(fake) == before


def test_a_volume_of_a_snapshot(fake: FakeEC2, ec2: Any) -> None:
    """It is as large as the snapshot, or larger; tags come with it."""
    snapshot_id = fake.snapshots.add(volume_size=3).snapshot_id
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "b"}]}]

    same = ec2.create_volume(**ZONE, SnapshotId=snapshot_id, TagSpecifications=tags)
    larger = ec2.create_volume(**ZONE, SnapshotId=snapshot_id, Size=4)

    assert (same["Size"], same["SnapshotId"], same["Tags"]) == (3, snapshot_id, tags[0]["Tags"])
    assert larger["Size"] == 4


def test_what_no_volume_can_be_made_of_is_refused(fake: FakeEC2, ec2: Any) -> None:
    """A snapshot that isn't completed or is archived; too small, or not encrypted."""
    pending = fake.snapshots.add(state="pending").snapshot_id
    archived = fake.snapshots.add(storage_tier="archive").snapshot_id
    encrypted = fake.snapshots.add(encrypted=True).snapshot_id
    before = state_of(fake)

    answers = [
        refusal(ec2.create_volume, **ZONE, **parameters)
        for parameters in (
            {"SnapshotId": pending},
            {"SnapshotId": archived},
            {"SnapshotId": encrypted, "Encrypted": False},
            {"SnapshotId": encrypted, "Size": 1},
        )
    ]

    assert answers == [
        ("IncorrectState", "Snapshot is in invalid state - pending"),
        ("IncorrectState", "Snapshot is in invalid state - archived"),
        (
            "InvalidParameterCombination",
            "Encrypted snapshots must be used to create encrypted volumes.",
        ),
        (
            "InvalidParameterValue",
            f"The size 1 GiB is smaller than that of snapshot '{encrypted}', 8 GiB.",
        ),
    ]
    assert state_of(fake) == before


@pytest.mark.parametrize("by_default", [False, True])
@pytest.mark.parametrize(
    ("source", "parameters", "expected"),
    [
        pytest.param(None, {}, "unless-by-default", id="empty"),
        pytest.param(None, {"Encrypted": True}, "default", id="empty-encrypted"),
        pytest.param(None, {"Encrypted": True, "KmsKeyId": "alias/new"}, "new", id="empty-key"),
        pytest.param(None, {"KmsKeyId": ""}, "unless-by-default", id="empty-no-key"),
        pytest.param("plain", {}, "unless-by-default", id="plain"),
        pytest.param("plain", {"Encrypted": True}, "default", id="plain-encrypted"),
        pytest.param("own", {}, "own", id="own"),
        pytest.param("own", {"Encrypted": True}, "own", id="own-encrypted"),
        pytest.param("own", {"Encrypted": True, "KmsKeyId": "alias/new"}, "new", id="own-key"),
        pytest.param("shared", {}, "default", id="shared"),
    ],
)
def test_the_encryption_of_a_volume(
    fake: FakeEC2,
    ec2: Any,
    source: str | None,
    parameters: dict[str, Any],
    expected: str,
    by_default: bool,
) -> None:
    """EBS User Guide, "Encryption outcomes"."""
    keys = {
        "own": fake.kms.add_key().arn,
        "new": fake.kms.add_key(alias="alias/new").arn,
        "default": fake.kms.default_ebs_key("us-east-1").arn,
        "unless-by-default": None,
    }
    foreign = fake.kms.add_key(account_id=OTHER, shared_with=[OWNER])
    sources = {
        None: {},
        "plain": {"SnapshotId": fake.snapshots.add().snapshot_id},
        "own": {"SnapshotId": fake.snapshots.add(kms_key=keys["own"]).snapshot_id},
        "shared": {
            "SnapshotId": fake.snapshots.add(
                account_id=OTHER, kms_key=foreign, shared_with=[OWNER]
            ).snapshot_id
        },
    }
    if by_default:
        ec2.enable_ebs_encryption_by_default()
        keys["unless-by-default"] = keys["default"]

    answer = ec2.create_volume(**{**ZONE, "Size": 8, **sources[source], **parameters})
    fake.clock.tick(DELAY)

    assert answer.get("KmsKeyId") == keys[expected]
    assert answer["Encrypted"] is (keys[expected] is not None)
    assert ec2.describe_volumes()["Volumes"][0]["State"] == "available"


def test_a_volume_on_an_outpost_is_encrypted(fake: FakeEC2, ec2: Any) -> None:
    """Always."""
    outpost = fake.outposts.add()

    answer = ec2.create_volume(**SMALL, OutpostArn=outpost.arn)

    assert answer["OutpostArn"] == outpost.arn
    assert answer["KmsKeyId"] == fake.kms.default_ebs_key("us-east-1").arn


BAD_KEYS = [
    pytest.param({"key_state": "Disabled"}, "{arn} is disabled.", id="disabled"),
    pytest.param(
        {"key_state": "PendingDeletion"}, "{arn} is pending deletion.", id="pending-deletion"
    ),
    pytest.param({"key_state": "PendingImport"}, "{arn} is pending import.", id="pending-import"),
    pytest.param({"key_spec": "RSA_2048"}, "{arn} is not a symmetric key.", id="asymmetric"),
    pytest.param({"account_id": OTHER}, "{arn} is not accessible.", id="not-shared"),
    pytest.param({"region": "us-west-2"}, "{arn} is in another Region.", id="another-region"),
]


@pytest.mark.parametrize(("members", "cause"), BAD_KEYS)
def test_a_bad_key_fails_the_volume_later(
    fake: FakeEC2, ec2: Any, members: dict[str, Any], cause: str
) -> None:
    """The call answers 200; then the volume is gone, and an event says why."""
    arn = fake.kms.add_key(**members).arn

    answer = ec2.create_volume(**SMALL, Encrypted=True, KmsKeyId=arn)
    fake.clock.tick(DELAY)

    (event,) = fake.events
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert event["detail-type"] == "EBS Volume Notification"
    assert event["detail"] == {
        "event": "createVolume",
        "result": "failed",
        "cause": cause.format(arn=arn),
        "request-id": request_id,
    }
    assert code(ec2.describe_volumes, VolumeIds=[answer["VolumeId"]]) == "InvalidVolume.NotFound"


def test_a_key_that_is_not_there_fails_the_volume_later(fake: FakeEC2, ec2: Any) -> None:
    """The waiter meets a volume that is gone."""
    answer = ec2.create_volume(**SMALL, Encrypted=True, KmsKeyId="alias/none")

    with pytest.raises(WaiterError, match=r"InvalidVolume\.NotFound"):
        ec2.get_waiter("volume_available").wait(VolumeIds=[answer["VolumeId"]])
    assert fake.events[0]["detail"]["cause"] == "alias/none is not accessible."


@pytest.mark.parametrize(
    ("action", "on_source", "fails"),
    [
        ("kms:CreateGrant", False, True),
        ("kms:GenerateDataKeyWithoutPlaintext", False, True),
        ("kms:ReEncryptTo", False, True),
        ("kms:ReEncryptFrom", True, True),
        ("kms:CreateGrant", True, False),
        ("kms:Decrypt", True, False),
        ("kms:DescribeKey", True, False),
    ],
)
def test_what_ebs_needs_of_the_keys(
    fake: FakeEC2,
    ec2: Any,
    action: str,
    on_source: bool,
    fails: bool,
) -> None:
    """As captured: which denies fail a volume made of an encrypted snapshot."""
    source, target = fake.kms.add_key(), fake.kms.add_key()
    snapshot_id = fake.snapshots.add(kms_key=source).snapshot_id
    fake.deny(action, (source if on_source else target).arn)

    ec2.create_volume(**ZONE, SnapshotId=snapshot_id, Encrypted=True, KmsKeyId=target.arn)
    fake.clock.tick(DELAY)

    assert len(ec2.describe_volumes()["Volumes"]) == (0 if fails else 1)


def test_the_same_token_makes_one_volume(fake: FakeEC2, ec2: Any) -> None:
    """The answer shows the volume as it is now; another request with it is refused."""
    first = ec2.create_volume(**SMALL, ClientToken="token")
    fake.clock.tick(DELAY)
    again = ec2.create_volume(**SMALL, ClientToken="token")
    others = [refusal(ec2.create_volume, **ZONE, Size=2, ClientToken="token")]
    ec2.delete_volume(VolumeId=first["VolumeId"])
    fake.clock.tick(DELAY)
    others.append(refusal(ec2.create_volume, **SMALL, ClientToken="token"))

    assert (again["VolumeId"], again["State"]) == (first["VolumeId"], "available")
    assert ec2.create_volume(**SMALL, ClientToken="")["VolumeId"] != first["VolumeId"]
    text = "The client token was used with other parameters, or for what is deleted."
    assert others == [("IdempotentParameterMismatch", text)] * 2


def test_a_deleted_volume_is_gone_after_a_while(fake: FakeEC2, ec2: Any) -> None:
    """It is `deleting` before; the waiter and an event tell."""
    volume_id = fake.volumes.add(tags={"a": "b"}).volume_id

    ec2.delete_volume(VolumeId=volume_id)
    during = ec2.describe_volumes(VolumeIds=[volume_id])["Volumes"][0]["State"]
    again = refusal(ec2.delete_volume, VolumeId=volume_id)
    ec2.get_waiter("volume_deleted").wait(VolumeIds=[volume_id])

    assert during == "deleting"
    assert again == ("InvalidVolume.NotFound", f"The volume '{volume_id}' does not exist.")
    assert [event["detail"]["result"] for event in fake.events] == ["deleted"]
    assert ec2.describe_tags()["Tags"] == []


def test_a_volume_can_be_deleted_while_it_is_made(fake: FakeEC2, ec2: Any) -> None:
    """Then it never becomes available."""
    volume_id = ec2.create_volume(**SMALL)["VolumeId"]
    fake.clock.tick(1)

    ec2.delete_volume(VolumeId=volume_id)
    fake.clock.tick(DELAY)

    assert [event["detail"]["event"] for event in fake.events] == ["deleteVolume"]
    assert ec2.describe_volumes()["Volumes"] == []


def test_an_attached_volume_cannot_be_deleted(fake: FakeEC2, ec2: Any) -> None:
    """Nor one that isn't there, or another account's."""
    attached = fake.volumes.add(instance_id="i-0123456789abcdef0").volume_id
    foreign = fake.volumes.add(account_id=OTHER).volume_id

    answers = [
        refusal(ec2.delete_volume, VolumeId=one)
        for one in (attached, foreign, "vol-1", "snap-0123456789abcdef0")
    ]

    assert answers == [
        ("VolumeInUse", f"Volume {attached} is currently attached to i-0123456789abcdef0"),
        ("InvalidVolume.NotFound", f"The volume '{foreign}' does not exist."),
        (
            "InvalidParameterValue",
            "Value (vol-1) for parameter volumeId is invalid. Expected: 'vol-...'.",
        ),
        (
            "InvalidParameterValue",
            (
                "Value (snap-0123456789abcdef0) for parameter volumeId is invalid."
                " Expected: 'vol-...'."
            ),
        ),
    ]


def test_volumes_are_listed_by_pages(fake: FakeEC2, ec2: Any) -> None:
    """Oldest first; those of other accounts and Regions aren't."""
    fake.volumes.add(account_id=OTHER)
    fake.volumes.add(region="us-west-2")
    ids = [fake.volumes.add().volume_id for _ in range(7)]

    pages = list(ec2.get_paginator("describe_volumes").paginate(PaginationConfig={"PageSize": 5}))

    assert [len(page["Volumes"]) for page in pages] == [5, 2]
    assert [volume["VolumeId"] for page in pages for volume in page["Volumes"]] == ids


@pytest.mark.parametrize(
    ("name", "value", "hits"),
    [
        ("attachment.attach-time", "20*", 1),
        ("attachment.delete-on-termination", "true", 1),
        ("attachment.device", "/dev/sda", 1),
        ("attachment.instance-id", "i-0123456789abcdef0", 1),
        ("attachment.status", "attached", 1),
        ("availability-zone", "us-east-1-bos-1a", 1),
        ("availability-zone-id", "use1-az1", 2),
        ("create-time", "20*", 3),
        ("encrypted", "true", 1),
        ("fast-restored", "false", 3),
        ("multi-attach-enabled", "false", 3),
        ("operator.managed", "false", 3),
        ("operator.principal", "*", 0),
        ("size", "9", 1),
        ("snapshot-id", "*", 0),
        ("status", "in-use", 1),
        ("tag:a", "b", 1),
        ("tag-value", "b", 1),
        ("volume-id", "vol-*", 3),
        ("volume-type", "gp3", 3),
    ],
)
def test_volumes_can_be_filtered(fake: FakeEC2, ec2: Any, name: str, value: str, hits: int) -> None:
    """By the filters of the API reference."""
    fake.volumes.add(instance_id="i-0123456789abcdef0", tags={"a": "b"})
    fake.volumes.add(size=9, encrypted=True)
    fake.volumes.add(availability_zone="us-east-1-bos-1a")

    volumes = ec2.describe_volumes(Filters=[{"Name": name, "Values": [value]}])["Volumes"]

    assert len(volumes) == hits


def test_ids_and_pages_do_not_go_together(fake: FakeEC2, ec2: Any) -> None:
    """In the words of the captures."""
    volume_id = fake.volumes.add().volume_id

    answers = [
        refusal(ec2.describe_volumes, VolumeIds=[volume_id], **{name: value})
        for name, value in (("MaxResults", 5), ("NextToken", "x"))
    ]

    message = "The parameter volumeIdsSet cannot be used with the parameter"
    assert answers == [
        ("InvalidParameterCombination", f"{message} maxResults"),
        ("InvalidParameterCombination", f"{message} nextToken"),
    ]


def test_unknown_ids_and_filters_are_refused(ec2: Any) -> None:
    """A malformed id, one that isn't there, a filter of another operation."""
    assert code(ec2.describe_volumes, VolumeIds=["vol-1"]) == "InvalidParameterValue"
    assert code(ec2.describe_volumes, VolumeIds=["vol-0123456789abcdef0"]) == (
        "InvalidVolume.NotFound"
    )
    assert code(ec2.describe_volumes, Filters=[{"Name": "owner-id", "Values": ["x"]}]) == (
        "InvalidParameterValue"
    )
