"""Encryption by default, the default key, and block public access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.answers import OTHER, OWNER, client, refusal

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2


def test_encryption_by_default_is_switched_per_account_and_region(
    fake: FakeEC2, ec2: Any, other_ec2: Any
) -> None:
    """Neither another Region nor another account is touched."""
    before = ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    enabled = ec2.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"]

    elsewhere = [client("ec2", region="us-west-2"), other_ec2]
    assert (before, enabled) == (False, True)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert [one.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] for one in elsewhere] == [
        False,
        False,
    ]
    assert ec2.disable_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False


def test_the_default_key_is_an_alias_until_it_is_set(fake: FakeEC2, ec2: Any) -> None:
    """Also once the managed key was used; set, it is the ARN; reset, the alias again."""
    fake.snapshots.add(encrypted=True)
    key = fake.kms.add_key(alias="alias/backup")

    before = ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
    answer = ec2.modify_ebs_default_kms_key_id(KmsKeyId="alias/backup")["KmsKeyId"]
    after = ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
    encrypted = fake.snapshots.add(encrypted=True)
    reset = ec2.reset_ebs_default_kms_key_id()["KmsKeyId"]

    assert (before, answer, after, reset) == ("alias/aws/ebs", key.arn, key.arn, "alias/aws/ebs")
    assert encrypted.kms_key_id == key.arn
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"


def test_the_managed_key_as_default_is_no_setting(ec2: Any) -> None:
    """To name `alias/aws/ebs` is to reset."""
    answer = ec2.modify_ebs_default_kms_key_id(KmsKeyId="alias/aws/ebs")["KmsKeyId"]

    assert answer.startswith(f"arn:aws:kms:us-east-1:{OWNER}:key/")
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"


def test_a_bad_default_key_appears_to_be_set(fake: FakeEC2, ec2: Any) -> None:
    """AWS authenticates it asynchronously: the call succeeds, the setting stays as it was."""
    asymmetric = fake.kms.add_key(key_spec="RSA_2048")
    foreign = fake.kms.add_key(account_id=OTHER)

    for identifier in ("alias/none", asymmetric.arn, foreign.arn):
        answer = ec2.modify_ebs_default_kms_key_id(KmsKeyId=identifier)

        assert answer["KmsKeyId"] == identifier
        assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"


def test_block_public_access_is_switched(ec2: Any) -> None:
    """By each mode, and off again."""
    states = [ec2.get_snapshot_block_public_access_state()]
    for mode in ("block-new-sharing", "block-all-sharing"):
        answer = ec2.enable_snapshot_block_public_access(State=mode)

        assert answer["State"] == mode
        states.append(ec2.get_snapshot_block_public_access_state())
    off = ec2.disable_snapshot_block_public_access()

    assert [state["State"] for state in states] == [
        "unblocked",
        "block-new-sharing",
        "block-all-sharing",
    ]
    assert {state["ManagedBy"] for state in states} == {"account"}
    assert off["State"] == "unblocked"


def test_blocking_unblocked_is_refused(ec2: Any) -> None:
    """To unblock there is another operation. Code and text are assumed."""
    answer = refusal(ec2.enable_snapshot_block_public_access, State="unblocked")

    assert answer == (
        "InvalidParameterValue",
        (
            "Value (unblocked) for parameter State is invalid."
            " Expected: block-all-sharing, block-new-sharing."
        ),
    )


@pytest.mark.parametrize(
    ("mode", "visible"),
    [("block-all-sharing", False), ("block-new-sharing", True)],
)
def test_public_snapshots_are_private_while_all_sharing_is_blocked(
    fake: FakeEC2,
    ec2: Any,
    other_ec2: Any,
    mode: str,
    visible: bool,
) -> None:
    """To others; their attribute still says public, and they are public again afterwards."""
    snapshot = fake.snapshots.add(public=True)

    ec2.enable_snapshot_block_public_access(State=mode)
    during = other_ec2.describe_snapshots()["Snapshots"]
    restorable = ec2.describe_snapshots(RestorableByUserIds=["all"])["Snapshots"]
    attribute = ec2.describe_snapshot_attribute(
        SnapshotId=snapshot.snapshot_id, Attribute="createVolumePermission"
    )
    ec2.disable_snapshot_block_public_access()
    after = other_ec2.describe_snapshots()["Snapshots"]

    assert (len(during), len(restorable)) == (int(visible), int(visible))
    assert attribute["CreateVolumePermissions"] == [{"Group": "all"}]
    assert len(after) == 1


def test_a_blocked_public_snapshot_cannot_be_copied_by_others(
    fake: FakeEC2, ec2: Any, other_ec2: Any
) -> None:
    """To CopySnapshot as well there is no such snapshot."""
    snapshot = fake.snapshots.add(public=True)
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")

    answer = refusal(
        other_ec2.copy_snapshot,
        SourceRegion="us-east-1",
        SourceSnapshotId=snapshot.snapshot_id,
    )

    assert answer[0] == "InvalidSnapshot.NotFound"


def test_blocking_is_an_event(fake: FakeEC2, ec2: Any) -> None:
    """For each switch, in the words of the user guide."""
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    ec2.disable_snapshot_block_public_access()

    enabled, disabled = fake.events
    assert (enabled["detail-type"], enabled["account"]) == (
        "EBS Snapshot Block Public Access Enabled",
        OWNER,
    )
    assert enabled["detail"] == {
        "SnapshotBlockPublicAccessState": "block-all-sharing",
        "message": "Block Public Access was successfully enabled in 'block-all-sharing' mode",
    }
    assert disabled["detail-type"] == "EBS Snapshot Block Public Access Disabled"
    assert disabled["detail"]["SnapshotBlockPublicAccessState"] == "unblocked"
