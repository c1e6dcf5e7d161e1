"""RegisterImage, DescribeImages, DeregisterImage and CopyImage."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

from tests.operations.answers import OTHER, OWNER, client, code, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

ROOT = "/dev/sda1"
MISSING = "ami-0123456789abcdef0"
MINUTES = timedelta(minutes=2)


def device(snapshot_id: str, name: str = ROOT, **ebs: Any) -> dict[str, Any]:
    """Return a block device mapping."""
    return {"DeviceName": name, "Ebs": {"SnapshotId": snapshot_id, **ebs}}


def register(ec2: Any, *snapshot_ids: str, name: str = "web", **parameters: Any) -> str:
    """Register an image of snapshots and return its id."""
    names = [ROOT, "/dev/sdb", "/dev/sdc"]
    mappings = [device(one, names[number]) for number, one in enumerate(snapshot_ids)]
    answer = ec2.register_image(
        Name=name, RootDeviceName=ROOT, BlockDeviceMappings=mappings, **parameters
    )
    return str(answer["ImageId"])


def image_of(ec2: Any, image_id: str) -> dict[str, Any]:
    """Return what DescribeImages says of one image."""
    (image,) = ec2.describe_images(ImageIds=[image_id])["Images"]
    return dict(image)


def make_public(fake: FakeEC2, image_id: str) -> None:
    """Make an image public: no operation of the fake does."""
    images = fake._world.images
    image = images.get(image_id)
    assert image is not None
    images.put(replace(image, public=True))


def test_an_image_of_a_snapshot(fake: FakeEC2, ec2: Any) -> None:
    """It is available at once, and shows what it was registered with."""
    snapshot = fake.snapshots.add(volume_size=3, encrypted=True)
    mappings = [
        device(snapshot.snapshot_id, VolumeType="gp3"),
        {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 9}},
        {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
    ]

    answer = ec2.register_image(
        Name="web",
        Description="a server",
        Architecture="arm64",
        VirtualizationType="hvm",
        EnaSupport=True,
        SriovNetSupport="simple",
        BootMode="uefi",
        ImdsSupport="v2.0",
        TpmSupport="v2.0",
        RootDeviceName=ROOT,
        BlockDeviceMappings=mappings,
        TagSpecifications=[{"ResourceType": "image", "Tags": [{"Key": "a", "Value": "b"}]}],
    )
    ec2.get_waiter("image_available").wait(ImageIds=[answer["ImageId"]])

    image = image_of(ec2, answer["ImageId"])
    created = datetime.fromisoformat(image.pop("CreationDate").replace("Z", "+00:00"))
    assert timedelta(0) <= fake.clock.now() - created < timedelta(seconds=1)
    assert image == {
        "ImageId": answer["ImageId"],
        "ImageLocation": f"{OWNER}/web",
        "ImageType": "machine",
        "Name": "web",
        "Description": "a server",
        "OwnerId": OWNER,
        "Public": False,
        "State": "available",
        "Hypervisor": "xen",
        "RootDeviceName": ROOT,
        "RootDeviceType": "ebs",
        "Architecture": "arm64",
        "VirtualizationType": "hvm",
        "EnaSupport": True,
        "SriovNetSupport": "simple",
        "BootMode": "uefi",
        "ImdsSupport": "v2.0",
        "TpmSupport": "v2.0",
        "Tags": [{"Key": "a", "Value": "b"}],
        "BlockDeviceMappings": [
            {
                "DeviceName": ROOT,
                "Ebs": {
                    "SnapshotId": snapshot.snapshot_id,
                    "VolumeSize": 3,
                    "Encrypted": True,
                    "DeleteOnTermination": True,
                    "VolumeType": "gp3",
                },
            },
            {
                "DeviceName": "/dev/sdb",
                "Ebs": {"VolumeSize": 9, "DeleteOnTermination": True, "VolumeType": "gp2"},
            },
            {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
        ],
    }


def test_what_no_image_can_be_made_of_is_refused(fake: FakeEC2, ec2: Any) -> None:
    """Nothing is registered."""
    good = fake.snapshots.add().snapshot_id
    pending = fake.snapshots.add(state="pending").snapshot_id
    archived = fake.snapshots.add(storage_tier="archive").snapshot_id
    image_id = register(ec2, good)
    before = state_of(fake)
    request = {"Name": "new", "RootDeviceName": ROOT, "BlockDeviceMappings": [device(good)]}
    missing = "snap-0123456789abcdef0"

    answers = [
        refusal(ec2.register_image, **parameters)
        for parameters in (
            {**request, "Name": "web"},
            {**request, "BlockDeviceMappings": [device(pending)]},
            {**request, "BlockDeviceMappings": [device(archived)]},
            {**request, "BlockDeviceMappings": [device(missing)]},
            {**request, "RootDeviceName": "/dev/xvda"},
            {**request, "TagSpecifications": [{"ResourceType": "snapshot", "Tags": []}]},
            {"Name": "new"},
        )
    ]

    assert answers == [
        ("InvalidAMIName.Duplicate", f"AMI name web is already in use by AMI {image_id}"),
        ("IncorrectState", "Snapshot is in invalid state - pending"),
        ("IncorrectState", "Snapshot is in invalid state - archived"),
        ("InvalidSnapshot.NotFound", f"The snapshot '{missing}' does not exist."),
        ("InvalidBlockDeviceMapping", "The root device /dev/xvda has no mapping with a snapshot."),
        (
            "InvalidParameterValue",
            "'snapshot' is not a valid taggable resource type for this operation.",
        ),
        ("MissingParameter", "The request must contain the parameter rootDeviceName"),
    ]
    assert state_of(fake) == before


def test_an_images_snapshot_cannot_be_deleted(fake: FakeEC2, ec2: Any) -> None:
    """As long as the image is there."""
    snapshot_id = fake.snapshots.add().snapshot_id
    image_id = register(ec2, snapshot_id)

    answer = refusal(ec2.delete_snapshot, SnapshotId=snapshot_id)
    ec2.deregister_image(ImageId=image_id)
    ec2.delete_snapshot(SnapshotId=snapshot_id)

    assert answer == (
        "InvalidSnapshot.InUse",
        f"The snapshot {snapshot_id} is currently in use by {image_id}",
    )
    assert code(ec2.describe_images, ImageIds=[image_id]) == "InvalidAMIID.NotFound"


def test_snapshots_can_be_deleted_with_the_image(fake: FakeEC2, ec2: Any) -> None:
    """Each with a code that says what came of it."""
    ids = [fake.snapshots.add().snapshot_id for _ in range(3)]
    foreign = fake.snapshots.add(account_id=OTHER, public=True).snapshot_id
    used, locked, denied, gone = (fake.snapshots.add().snapshot_id for _ in range(4))
    register(ec2, used, name="another")
    ec2.lock_snapshot(SnapshotId=locked, LockMode="governance", LockDuration=1)
    fake.deny("ec2:DeleteSnapshot", f"*/{denied}")
    images = [
        register(ec2, ids[0], used, locked, name="first"),
        register(ec2, ids[1], denied, foreign, name="second"),
        register(ec2, ids[2], gone, name="third"),
    ]
    fake._world.snapshots.remove(gone)

    answers = [ec2.deregister_image(ImageId=one, DeleteAssociatedSnapshots=True) for one in images]

    results = {
        one["SnapshotId"]: one["ReturnCode"]
        for answer in answers
        for one in answer["DeleteSnapshotResults"]
    }
    assert all(answer["Return"] for answer in answers)
    assert results == {
        **dict.fromkeys(ids, "success"),
        used: "skipped",
        locked: "client-error",
        denied: "missing-permissions",
        foreign: "client-error",
        gone: "client-error",
    }
    assert not set(ids) & {snapshot.snapshot_id for snapshot in fake.snapshots}


def test_snapshots_stay_without_being_asked_for(fake: FakeEC2, ec2: Any) -> None:
    """And the answer says nothing about them."""
    snapshot = fake.snapshots.add()
    image_id = register(ec2, snapshot.snapshot_id)

    answer = ec2.deregister_image(ImageId=image_id)

    assert "DeleteSnapshotResults" not in answer
    assert snapshot.snapshot_id in fake.snapshots


def test_another_accounts_image_cannot_be_deregistered(
    fake: FakeEC2, ec2: Any, other_ec2: Any
) -> None:
    """Nor a malformed or a missing one, public or not."""
    image_id = register(ec2, fake.snapshots.add().snapshot_id)
    private = refusal(other_ec2.deregister_image, ImageId=image_id)
    make_public(fake, image_id)

    assert private == ("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
    assert refusal(other_ec2.deregister_image, ImageId=image_id) == private
    assert refusal(ec2.deregister_image, ImageId="web") == (
        "InvalidAMIID.Malformed",
        'Invalid id: "web" (expecting "ami-...")',
    )
    assert code(ec2.deregister_image, ImageId=MISSING) == "InvalidAMIID.NotFound"


def test_images_are_listed(fake: FakeEC2, ec2: Any, other_ec2: Any) -> None:
    """Own and public ones, by pages and by owner."""
    own = [register(ec2, fake.snapshots.add().snapshot_id, name=f"own {n}") for n in range(6)]
    public = register(other_ec2, fake.snapshots.add(account_id=OTHER).snapshot_id)
    register(other_ec2, fake.snapshots.add(account_id=OTHER).snapshot_id, name="private")
    make_public(fake, public)

    def listed(**parameters: Any) -> list[str]:
        images = ec2.describe_images(**parameters)["Images"]
        return [image["ImageId"] for image in images]

    pages = list(ec2.get_paginator("describe_images").paginate(PaginationConfig={"PageSize": 5}))

    assert [len(page["Images"]) for page in pages] == [5, 2]
    assert listed(IncludeDeprecated=True, IncludeDisabled=True) == [*own, public]
    assert listed(Owners=["self"]) == own
    assert listed(Owners=[OTHER]) == [public]
    assert listed(Owners=["amazon"]) == []
    assert listed(ExecutableUsers=["all"]) == [public]
    assert listed(ImageIds=own[:2]) == own[:2]
    assert code(ec2.describe_images, Owners=["nobody"]) == "InvalidUserID.Malformed"
    assert code(ec2.describe_images, ImageIds=["web"]) == "InvalidAMIID.Malformed"


@pytest.mark.parametrize(
    ("name", "value", "hits"),
    [
        ("architecture", "i386", 1),
        ("creation-date", "20*", 1),
        ("description", "", 1),
        ("ena-support", "false", 1),
        ("hypervisor", "xen", 1),
        ("image-id", "ami-*", 1),
        ("image-type", "machine", 1),
        ("is-public", "false", 1),
        ("name", "we?", 1),
        ("owner-id", OWNER, 1),
        ("root-device-name", ROOT, 1),
        ("root-device-type", "ebs", 1),
        ("source-image-id", "*", 0),
        ("source-image-region", "*", 0),
        ("state", "available", 1),
        ("tag:a", "b", 1),
        ("virtualization-type", "paravirtual", 1),
    ],
)
def test_images_can_be_filtered(fake: FakeEC2, ec2: Any, name: str, value: str, hits: int) -> None:
    """By filters of the API reference; architecture and virtualization have its defaults."""
    image_id = register(ec2, fake.snapshots.add().snapshot_id)
    ec2.create_tags(Resources=[image_id], Tags=[{"Key": "a", "Value": "b"}])

    images = ec2.describe_images(Filters=[{"Name": name, "Values": [value]}])["Images"]

    assert len(images) == hits


def test_images_have_tags(fake: FakeEC2, ec2: Any, other_ec2: Any) -> None:
    """Of each account that sees them; they are gone with the image."""
    image_id = register(ec2, fake.snapshots.add().snapshot_id)
    tag = {"Key": "a", "Value": "b"}
    ec2.create_tags(Resources=[image_id], Tags=[tag])

    assert code(other_ec2.create_tags, Resources=[image_id], Tags=[tag]) == "InvalidAMIID.NotFound"
    assert ec2.describe_tags()["Tags"] == [{"ResourceId": image_id, "ResourceType": "image", **tag}]
    ec2.deregister_image(ImageId=image_id)
    assert ec2.describe_tags()["Tags"] == []


def source_image(fake: FakeEC2, **members: Any) -> tuple[str, list[str]]:
    """Return the id of an image of two snapshots in us-west-2, and their ids."""
    west = client("ec2", region="us-west-2")
    ids = [fake.snapshots.add(region="us-west-2", **members).snapshot_id for _ in range(2)]
    return register(west, *ids, Description="source"), ids


def copy_image(ec2: Any, image_id: str, **parameters: Any) -> Any:
    """Copy an image from us-west-2."""
    request = {"Name": "copied", "SourceImageId": image_id, "SourceRegion": "us-west-2"}
    return ec2.copy_image(**{**request, **parameters})


def test_an_image_is_copied_with_its_snapshots(fake: FakeEC2, ec2: Any) -> None:
    """It is pending until their copies have completed."""
    source_id, snapshot_ids = source_image(fake)

    image_id = copy_image(ec2, source_id)["ImageId"]
    during = image_of(ec2, image_id)
    ec2.get_waiter("image_available").wait(ImageIds=[image_id])
    image = image_of(ec2, image_id)

    copies = fake.snapshots.copies
    assert during["State"] == "pending"
    assert image["State"] == "available"
    assert (image["SourceImageId"], image["SourceImageRegion"]) == (source_id, "us-west-2")
    assert (image["Name"], image.get("Description")) == ("copied", None)
    assert [one.source_snapshot_id for one in copies] == snapshot_ids
    assert {one.state for one in copies} == {"completed"}
    assert [one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"]] == [
        one.snapshot_id for one in copies
    ]
    assert copies[0].description == (
        f"Copied for DestinationAmi {image_id} from SourceAmi {source_id}"
        f" for SourceSnapshot {snapshot_ids[0]}."
    )


def test_an_encrypted_image_needs_no_presigned_url(fake: FakeEC2, ec2: Any) -> None:
    """CopyImage has no such parameter; the copies are encrypted with the key of the request."""
    key = fake.kms.add_key(alias="alias/images")
    source_id, _ = source_image(fake, encrypted=True)

    image_id = copy_image(ec2, source_id, Encrypted=True, KmsKeyId="alias/images")["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image_id])

    assert {one.kms_key_id for one in fake.snapshots.copies} == {key.arn}


def test_an_image_shows_whether_its_snapshots_are_encrypted(fake: FakeEC2, ec2: Any) -> None:
    """Those of a copy may be where the source's are not."""
    source_id, _ = source_image(fake)

    image_id = copy_image(ec2, source_id, Encrypted=True)["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[image_id])

    source = image_of(client("ec2", "us-west-2"), source_id)
    copied = image_of(ec2, image_id)
    assert [one["Ebs"]["Encrypted"] for one in source["BlockDeviceMappings"]] == [False, False]
    assert [one["Ebs"]["Encrypted"] for one in copied["BlockDeviceMappings"]] == [True, True]


def test_an_empty_key_names_none(fake: FakeEC2, ec2: Any) -> None:
    """Tools send KmsKeyId="" with Encrypted=false for an image that is to be as it was."""
    source_id, _ = source_image(fake)

    copy_image(ec2, source_id, Encrypted=False, KmsKeyId="")
    fake.clock.settle()

    assert [one.encrypted for one in fake.snapshots.copies] == [False, False]


@pytest.mark.parametrize("encrypted", [False, None])
def test_an_encrypted_image_stays_encrypted(
    fake: FakeEC2,
    ec2: Any,
    encrypted: bool | None,
) -> None:
    """Encrypted=false asks for nothing."""
    source_id, _ = source_image(fake, encrypted=True)
    parameters = {} if encrypted is None else {"Encrypted": encrypted}

    image_id = copy_image(ec2, source_id, **parameters)["ImageId"]
    fake.clock.tick(MINUTES)

    assert image_of(ec2, image_id)["State"] == "available"
    assert all(one.encrypted for one in fake.snapshots.copies)


def test_an_image_fails_when_a_snapshot_does(fake: FakeEC2, ec2: Any) -> None:
    """The waiter sees it; the failed copies can be deleted."""
    key = fake.kms.add_key(key_state="Disabled")
    source_id, _ = source_image(fake)

    image_id = copy_image(ec2, source_id, Encrypted=True, KmsKeyId=key.arn)["ImageId"]
    with pytest.raises(WaiterError, match="terminal failure state"):
        ec2.get_waiter("image_available").wait(ImageIds=[image_id])
    image = image_of(ec2, image_id)
    for copy in fake.snapshots.copies:
        ec2.delete_snapshot(SnapshotId=copy.snapshot_id)

    assert image["State"] == "failed"
    assert image["StateReason"]["Message"] == "Given key ID is not accessible"
    assert image_of(ec2, image_id)["StateReason"]["Message"] == (
        "A snapshot of the image was deleted"
    )


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(
            {"SourceImageId": MISSING},
            ("InvalidAMIID.NotFound", f"The image id '[{MISSING}]' does not exist"),
            id="missing",
        ),
        pytest.param({"SourceImageId": "web"}, "InvalidAMIID.Malformed", id="malformed"),
        pytest.param({"SourceRegion": "us-east-1"}, "InvalidAMIID.NotFound", id="another-region"),
        pytest.param(
            {"SourceRegion": "mars"},
            ("InvalidRegion", "mars is not a valid region name."),
            id="no-region",
        ),
        pytest.param({"Name": "taken"}, "InvalidAMIName.Duplicate", id="duplicate-name"),
        pytest.param(
            {"KmsKeyId": "alias/x"}, "InvalidParameterDependency", id="key-without-encrypted"
        ),
        pytest.param(
            {"SnapshotCopyCompletionDurationMinutes": 16}, "InvalidParameterValue", id="duration"
        ),
        pytest.param(
            {"TagSpecifications": [{"ResourceType": "volume", "Tags": []}]},
            "InvalidParameterValue",
            id="tags",
        ),
    ],
)
def test_a_bad_copy_is_refused(
    fake: FakeEC2, ec2: Any, parameters: dict[str, Any], expected: str | tuple[str, str]
) -> None:
    """By the rules for the snapshots, or before them; no copy is left behind."""
    source_id, _ = source_image(fake)
    register(ec2, fake.snapshots.add().snapshot_id, name="taken")
    before = state_of(fake)

    def copy() -> None:
        copy_image(ec2, source_id, **parameters)

    answer = refusal(copy)

    assert expected in (answer, answer[0])
    assert state_of(fake) == before


def test_all_copies_start_or_none(fake: FakeEC2, ec2: Any) -> None:
    """An image of two snapshots does not fit where one more copy would."""
    fake.rules = fake.rules.with_limit(1)
    source_id, _ = source_image(fake)
    before = state_of(fake)

    def copy() -> None:
        copy_image(ec2, source_id)

    assert code(copy) == "ResourceLimitExceeded"
    assert state_of(fake) == before


def test_an_image_that_is_pending_cannot_be_copied(fake: FakeEC2, ec2: Any) -> None:
    """Code documented, text assumed."""
    source_id, _ = source_image(fake)
    image_id = copy_image(ec2, source_id)["ImageId"]
    west = client("ec2", region="us-west-2")

    answer = refusal(
        west.copy_image, Name="again", SourceImageId=image_id, SourceRegion="us-east-1"
    )

    assert answer == (
        "InvalidAMIID.Unavailable",
        f"The image {image_id} is pending and can't be copied.",
    )


def test_the_same_token_makes_one_copy(fake: FakeEC2, ec2: Any) -> None:
    """Another request with it is refused."""
    source_id, _ = source_image(fake)

    first = copy_image(ec2, source_id, ClientToken="token")["ImageId"]
    again = copy_image(ec2, source_id, ClientToken="token")["ImageId"]

    def another() -> None:
        copy_image(ec2, source_id, ClientToken="token", Name="another")

    assert first == again
    assert refusal(another) == (
        "IdempotentParameterMismatch",
        "The client token was used with other parameters.",
    )


def test_tags_of_a_copied_image(fake: FakeEC2, ec2: Any) -> None:
    """The source's where asked for, and those for the image and for its snapshots."""
    source_id, _ = source_image(fake)
    west = client("ec2", region="us-west-2")
    west.create_tags(
        Resources=[source_id],
        Tags=[{"Key": "a", "Value": "old"}, {"Key": "b", "Value": "kept"}],
    )

    image_id = copy_image(
        ec2,
        source_id,
        CopyImageTags=True,
        SnapshotCopyCompletionDurationMinutes=15,
        TagSpecifications=[
            {"ResourceType": "image", "Tags": [{"Key": "a", "Value": "new"}]},
            {"ResourceType": "snapshot", "Tags": [{"Key": "s", "Value": "1"}]},
        ],
    )["ImageId"]

    assert image_of(ec2, image_id)["Tags"] == [
        {"Key": "a", "Value": "new"},
        {"Key": "b", "Value": "kept"},
    ]
    assert [copy.tags for copy in fake.snapshots.copies] == [{"s": "1"}] * 2
    assert {copy.completion_duration_minutes for copy in fake.snapshots.copies} == {15}


def test_an_image_can_be_copied_to_an_outpost(fake: FakeEC2) -> None:
    """Its snapshots are local there, and what is no EBS device stays as it is."""
    west = client("ec2", region="us-west-2")
    outpost = fake.outposts.add(region="us-west-2")
    snapshot_id = fake.snapshots.add(region="us-west-2").snapshot_id
    source_id = west.register_image(
        Name="web",
        RootDeviceName=ROOT,
        BlockDeviceMappings=[
            device(snapshot_id),
            {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral0"},
        ],
    )["ImageId"]

    image_id = copy_image(west, source_id, DestinationOutpostArn=outpost.arn)["ImageId"]

    image = image_of(west, image_id)
    assert fake.snapshots.copies[0].outpost_arn == outpost.arn
    assert image["BlockDeviceMappings"][1] == {
        "DeviceName": "/dev/sdc",
        "VirtualName": "ephemeral0",
    }


def test_a_public_image_can_be_copied_without_a_token(fake: FakeEC2, other_ec2: Any) -> None:
    """The snapshots have to be visible as well: the rules look at each."""
    source_id, _ = source_image(fake, public=True)
    make_public(fake, source_id)

    image_id = copy_image(other_ec2, source_id, CopyImageTags=True, ClientToken="")["ImageId"]

    image = image_of(other_ec2, image_id)
    assert (image["OwnerId"], image["Public"]) == (OTHER, False)
