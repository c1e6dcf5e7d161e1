"""`fake_ec2.volumes`: volumes to take snapshots of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2, UnknownResourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHER = "444455556666"


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake that moves its own time alone."""
    with FakeEC2(clock="virtual") as fake:
        fake.accounts.add(OTHER)
        yield fake


def test_a_volume_is_available(fake: FakeEC2) -> None:
    """By default, plain and of the default account, in the Region's first zone."""
    volume = fake.volumes.add(tags={"Name": "data"})

    client = fake.client("ec2")
    (seen,) = client.describe_volumes()["Volumes"]
    assert (seen["VolumeId"], seen["State"], seen["Size"]) == (volume.volume_id, "available", 8)
    assert (seen["AvailabilityZone"], seen["Encrypted"]) == ("us-east-1a", False)
    assert seen["Tags"] == [{"Key": "Name", "Value": "data"}]
    assert seen["Attachments"] == []


def test_an_attached_volume_is_in_use(fake: FakeEC2) -> None:
    """The instance boots from the first one."""
    for _ in range(2):
        fake.volumes.add(instance_id="i-0123456789abcdef0")

    volumes = fake.client("ec2").describe_volumes()["Volumes"]
    attachments = [volume["Attachments"][0] for volume in volumes]
    assert {volume["State"] for volume in volumes} == {"in-use"}
    assert [one["Device"] for one in attachments] == ["/dev/sda", "/dev/sdb"]
    assert [one["DeleteOnTermination"] for one in attachments] == [True, False]


def test_a_volume_can_be_encrypted_and_elsewhere(fake: FakeEC2) -> None:
    """Under the default key or another, in another account, on an Outpost."""
    key = fake.kms.add_key(region="us-west-2")
    outpost = fake.outposts.add()

    foreign = fake.volumes.add(region="us-west-2", account_id=OTHER, encrypted=True)
    keyed = fake.volumes.add(region="us-west-2", kms_key=key)
    local = fake.volumes.add(outpost_arn=outpost.arn)

    assert foreign.kms_key_arn == fake.kms.default_ebs_key("us-west-2", OTHER).arn
    assert (keyed.encrypted, keyed.kms_key_arn) == (True, key.arn)
    assert local.outpost_arn == outpost.arn
    assert list(fake.volumes) == [foreign, keyed, local]
    assert repr(fake.volumes) == "<Volumes 3>"


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        pytest.param(
            {"region": "us-east-9"},
            UsageError,
            r"volumes\.add\(region='us-east-9'\): no such Region\..*",
            id="region",
        ),
        pytest.param(
            {"availability_zone": "us-west-2a"},
            UsageError,
            r".*'us-west-2a'\): no zone of us-east-1: availability_zone=\"us-east-1a\"",
            id="zone",
        ),
        pytest.param({"size": 0}, UsageError, r".*size=0\): expected GiB, .*", id="size"),
        pytest.param({"size": True}, UsageError, r".*size=True\): .*", id="size-is-a-number"),
        pytest.param(
            {"outpost_arn": "arn:none"},
            UnknownResourceError,
            r".*no Outpost of us-east-1\. To have one: fake_ec2\.outposts\.add\(\"us-east-1\"\)",
            id="outpost",
        ),
        pytest.param(
            {"account_id": "000000000000"}, UnknownResourceError, "No account is .*", id="account"
        ),
    ],
)
def test_what_no_volume_has_is_refused(
    fake: FakeEC2, parameters: dict[str, Any], error: type[Exception], message: str
) -> None:
    """With the value and the line to write instead."""
    with pytest.raises(error, match=message):
        fake.volumes.add(**parameters)
