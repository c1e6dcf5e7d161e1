"""What every operation does: dry runs, denies, refused requests that change nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2, UnexpectedRequest
from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.wire.model import load_service
from tests.operations.answers import OTHER, OWNER, client, code, refusal, state_of, status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

ROOT = "/dev/sda1"
INSTANCE = "i-0123456789abcdef0"


@dataclass(frozen=True, slots=True)
class Things:
    """What the requests of the table are about."""

    snapshot: str
    archived: str
    locked: str
    volume: str
    image: str
    key: str


@pytest.fixture
def things(fake: FakeEC2, ec2: Any) -> Things:
    """Return one of everything."""
    used = fake.snapshots.add().snapshot_id
    locked = fake.snapshots.add().snapshot_id
    fake.volumes.add(instance_id=INSTANCE)
    ec2.lock_snapshot(SnapshotId=locked, LockMode="governance", LockDuration=1)
    mapping = {"DeviceName": ROOT, "Ebs": {"SnapshotId": used}}
    image = ec2.register_image(Name="web", RootDeviceName=ROOT, BlockDeviceMappings=[mapping])
    return Things(
        snapshot=fake.snapshots.add().snapshot_id,
        archived=fake.snapshots.add(storage_tier="archive").snapshot_id,
        locked=locked,
        volume=fake.volumes.add().volume_id,
        image=image["ImageId"],
        key=fake.kms.add_key().arn,
    )


TAG = {"Key": "a", "Value": "b"}
PERMISSION = "createVolumePermission"

REQUESTS: dict[str, Callable[[Things], dict[str, Any]]] = {
    "CopyImage": lambda things: {
        "Name": "copied",
        "SourceImageId": things.image,
        "SourceRegion": "us-east-1",
    },
    "CopySnapshot": lambda things: {
        "SourceRegion": "us-east-1",
        "SourceSnapshotId": things.snapshot,
    },
    "CreateSnapshot": lambda things: {"VolumeId": things.volume},
    "CreateSnapshots": lambda _: {"InstanceSpecification": {"InstanceId": INSTANCE}},
    "CreateTags": lambda things: {"Resources": [things.snapshot], "Tags": [TAG]},
    "CreateVolume": lambda _: {"AvailabilityZone": "us-east-1a", "Size": 1},
    "DeleteSnapshot": lambda things: {"SnapshotId": things.snapshot},
    "DeleteTags": lambda things: {"Resources": [things.snapshot], "Tags": [TAG]},
    "DeleteVolume": lambda things: {"VolumeId": things.volume},
    "DeregisterImage": lambda things: {"ImageId": things.image},
    "DescribeAvailabilityZones": lambda _: {},
    "DescribeImages": lambda _: {},
    "DescribeLockedSnapshots": lambda _: {},
    "DescribeRegions": lambda _: {},
    "DescribeSnapshotAttribute": lambda things: {
        "SnapshotId": things.snapshot,
        "Attribute": PERMISSION,
    },
    "DescribeSnapshotTierStatus": lambda _: {},
    "DescribeSnapshots": lambda _: {},
    "DescribeTags": lambda _: {},
    "DescribeVolumes": lambda _: {},
    "DisableEbsEncryptionByDefault": lambda _: {},
    "DisableSnapshotBlockPublicAccess": lambda _: {},
    "EnableEbsEncryptionByDefault": lambda _: {},
    "EnableSnapshotBlockPublicAccess": lambda _: {"State": "block-all-sharing"},
    "GetEbsDefaultKmsKeyId": lambda _: {},
    "GetEbsEncryptionByDefault": lambda _: {},
    "GetSnapshotBlockPublicAccessState": lambda _: {},
    "LockSnapshot": lambda things: {
        "SnapshotId": things.snapshot,
        "LockMode": "governance",
        "LockDuration": 1,
    },
    "ModifyEbsDefaultKmsKeyId": lambda things: {"KmsKeyId": things.key},
    "ModifySnapshotAttribute": lambda things: {
        "SnapshotId": things.snapshot,
        "CreateVolumePermission": {"Add": [{"UserId": OTHER}]},
    },
    "ModifySnapshotTier": lambda things: {"SnapshotId": things.snapshot},
    "RegisterImage": lambda things: {
        "Name": "another",
        "RootDeviceName": ROOT,
        "BlockDeviceMappings": [{"DeviceName": ROOT, "Ebs": {"SnapshotId": things.snapshot}}],
    },
    "ResetEbsDefaultKmsKeyId": lambda _: {},
    "ResetSnapshotAttribute": lambda things: {
        "SnapshotId": things.snapshot,
        "Attribute": PERMISSION,
    },
    "RestoreSnapshotTier": lambda things: {
        "SnapshotId": things.archived,
        "PermanentRestore": True,
    },
    "UnlockSnapshot": lambda things: {"SnapshotId": things.locked},
}
"""A request for every operation of EC2 that is served; each succeeds."""

OPERATION = pytest.mark.parametrize("operation", sorted(REQUESTS))


def method_of(sender: Any, operation: str) -> Any:
    """Return the method of a client that sends an operation."""
    names = {name: method for method, name in sender.meta.method_to_api_mapping.items()}
    return getattr(sender, names[operation])


def test_the_table_is_complete() -> None:
    """An operation that is added gets a row."""
    assert set(REQUESTS) == set(OPERATIONS["ec2"])


@OPERATION
def test_every_request_of_the_table_succeeds(ec2: Any, things: Things, operation: str) -> None:
    """So that what refuses it below is the dry run, or the deny."""
    answer = method_of(ec2, operation)(**REQUESTS[operation](things))

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@OPERATION
def test_a_dry_run_would_have_succeeded(
    fake: FakeEC2, ec2: Any, things: Things, operation: str
) -> None:
    """Every operation says so, with status 412, and changes nothing."""
    request = {**REQUESTS[operation](things), "DryRun": True}
    before = state_of(fake)

    answer = refusal(method_of(ec2, operation), **request)

    assert answer == (
        "DryRunOperation",
        "Request would have succeeded, but DryRun flag is set.",
    )
    assert status(method_of(ec2, operation), **request) == 412
    assert state_of(fake) == before


@OPERATION
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_denied_call_is_unauthorized(
    fake: FakeEC2,
    ec2: Any,
    things: Things,
    operation: str,
    dry_run: bool,
) -> None:
    """Every operation can be denied, dry or not, and changes nothing then."""
    fake.deny(f"ec2:{operation}")
    request = {**REQUESTS[operation](things), **({"DryRun": True} if dry_run else {})}
    before = state_of(fake)

    answer = refusal(method_of(ec2, operation), **request)

    assert answer[0] == "UnauthorizedOperation"
    assert answer[1].startswith(
        "You are not authorized to perform this operation."
        f" User: arn:aws:iam::{OWNER}:user/fake-ec2 is not authorized to perform: ec2:{operation}"
    )
    assert state_of(fake) == before


@OPERATION
def test_a_deny_of_another_account_is_none(
    fake: FakeEC2, ec2: Any, things: Things, operation: str
) -> None:
    """It counts for the calls of that account alone."""
    fake.deny("ec2:*", account_id=OTHER)

    answer = method_of(ec2, operation)(**REQUESTS[operation](things))

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


RESOURCES = [
    ("CopyImage", "arn:aws:ec2:us-east-1::image/*"),
    ("CopyImage", "arn:aws:ec2:us-east-1::image/{image}"),
    ("CopySnapshot", "arn:aws:ec2:us-east-1::snapshot/*"),
    ("CopySnapshot", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("CreateSnapshot", "arn:aws:ec2:us-east-1::snapshot/*"),
    ("CreateSnapshot", "arn:aws:ec2:us-east-1:111122223333:volume/{volume}"),
    ("CreateSnapshots", "arn:aws:ec2:us-east-1::snapshot/*"),
    ("CreateSnapshots", "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0"),
    ("CreateTags", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("CreateVolume", "arn:aws:ec2:us-east-1:111122223333:volume/*"),
    ("DeleteSnapshot", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("DeleteTags", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("DeleteVolume", "arn:aws:ec2:us-east-1:111122223333:volume/{volume}"),
    ("DeregisterImage", "arn:aws:ec2:us-east-1::image/{image}"),
    ("LockSnapshot", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("ModifySnapshotAttribute", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("ModifySnapshotTier", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("RegisterImage", "arn:aws:ec2:us-east-1::image/*"),
    ("RegisterImage", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("ResetSnapshotAttribute", "arn:aws:ec2:us-east-1::snapshot/{snapshot}"),
    ("RestoreSnapshotTier", "arn:aws:ec2:us-east-1::snapshot/{archived}"),
    ("UnlockSnapshot", "arn:aws:ec2:us-east-1::snapshot/{locked}"),
]


@pytest.mark.parametrize(("operation", "resource"), RESOURCES)
def test_a_deny_can_be_on_a_resource(
    fake: FakeEC2, ec2: Any, things: Things, operation: str, resource: str
) -> None:
    """The ARNs are those of IAM: snapshots and images have no account."""
    arn = resource.format_map(asdict(things))
    fake.deny(f"ec2:{operation}", arn)

    answer = refusal(method_of(ec2, operation), **REQUESTS[operation](things))

    assert answer[0] == "UnauthorizedOperation"
    assert f"on resource: {arn} because" in answer[1]


@pytest.mark.parametrize("operation", ["CreateTags", "DeleteTags"])
def test_a_deny_can_be_on_one_of_those_that_are_tagged(
    fake: FakeEC2, ec2: Any, things: Things, operation: str
) -> None:
    """A volume's ARN has an account, an image's has none."""
    resources = {
        things.volume: f"arn:aws:ec2:us-east-1:{OWNER}:volume/{things.volume}",
        things.image: f"arn:aws:ec2:us-east-1::image/{things.image}",
    }
    request = {"Resources": [things.snapshot, *resources], "Tags": [TAG]}

    for arn in resources.values():
        fake.deny(f"ec2:{operation}", arn)
        assert f"on resource: {arn} because" in refusal(method_of(ec2, operation), **request)[1]
        fake.allow(f"ec2:{operation}", arn)


TAGGED = {
    "CopyImage": "image",
    "CopySnapshot": "snapshot",
    "CreateSnapshot": "snapshot",
    "CreateSnapshots": "snapshot",
    "CreateVolume": "volume",
    "RegisterImage": "image",
}


@pytest.mark.parametrize("operation", sorted(TAGGED))
def test_tags_need_a_permission_of_their_own(
    fake: FakeEC2, ec2: Any, things: Things, operation: str
) -> None:
    """Where a request has tags, the caller needs ec2:CreateTags; without tags it doesn't."""
    fake.deny("ec2:CreateTags")
    tags = [{"ResourceType": TAGGED[operation], "Tags": [TAG]}]
    request = REQUESTS[operation](things)
    before = state_of(fake)

    answer = refusal(method_of(ec2, operation), **request, TagSpecifications=tags)
    unchanged = state_of(fake)
    method_of(ec2, operation)(**request)

    assert answer[0] == "UnauthorizedOperation"
    assert "is not authorized to perform: ec2:CreateTags on resource: " in answer[1]
    assert unchanged == before


def members_of(operation: str) -> Collection[str]:
    """Return the members of an operation's request that the installed botocore knows."""
    model = load_service("ec2").operation(operation)
    assert model is not None
    assert model.input is not None
    return tuple(model.input.members)


UNSERVED = [
    ("CreateVolume", "VolumeInitializationRate", 100),
    ("DescribeVolumes", "IncludeManagedResources", True),
    ("RegisterImage", "KernelId", "aki-00000000"),
    ("CopyImage", "DestinationAvailabilityZoneId", "use1-az1"),
]
"""Operation, parameter and value."""


@pytest.mark.parametrize(
    ("operation", "name", "value"),
    # What an older botocore doesn't know can't be sent.
    [row for row in UNSERVED if row[1] in members_of(row[0])],
)
def test_a_parameter_that_nothing_acts_on_is_refused(
    operation: str, name: str, value: object
) -> None:
    """By name, never ignored; at the call, and again at the end."""
    named = f"the parameter {name} of {operation}"

    def ask() -> None:
        with FakeEC2(clock="virtual", account_id=OWNER) as fake:
            snapshot_id = fake.snapshots.add().snapshot_id
            request = REQUESTS[operation](Things(snapshot_id, "", "", "", "ami-12345678", ""))
            with pytest.raises(UnexpectedRequest, match=named):
                method_of(client("ec2"), operation)(**request, **{name: value})

    with pytest.raises(UnexpectedRequest, match=named):
        ask()


def test_an_action_can_be_denied_by_a_wildcard(fake: FakeEC2, ec2: Any, kms: Any) -> None:
    """For EC2 and KMS alike."""
    fake.deny("*:Describe*")

    assert code(ec2.describe_volumes) == "UnauthorizedOperation"
    assert code(kms.describe_key, KeyId="alias/aws/ebs") == "AccessDeniedException"
    kms.list_keys()
