"""The operations that the fake serves, each a function of a `Call` and its parameters."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pytest_fakecopy.domain.operations import (
    archiving,
    copy,
    identity,
    image_copies,
    images,
    key_aliases,
    key_grants,
    key_policies,
    key_tags,
    keys,
    locking,
    regions,
    settings,
    sharing,
    snapshot_creation,
    snapshots,
    tagging,
    volume_creation,
    volumes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy.domain.operations.call import Operation

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "ec2": {
        "CopyImage": image_copies.copy_image,
        "CopySnapshot": copy.copy_snapshot,
        "CreateSnapshot": snapshot_creation.create_snapshot,
        "CreateSnapshots": snapshot_creation.create_snapshots,
        "CreateTags": tagging.create_tags,
        "CreateVolume": volume_creation.create_volume,
        "DeleteSnapshot": snapshots.delete_snapshot,
        "DeleteTags": tagging.delete_tags,
        "DeleteVolume": volumes.delete_volume,
        "DeregisterImage": images.deregister_image,
        "DescribeAvailabilityZones": regions.describe_availability_zones,
        "DescribeImages": images.describe_images,
        "DescribeLockedSnapshots": locking.describe_locked_snapshots,
        "DescribeRegions": regions.describe_regions,
        "DescribeSnapshotAttribute": sharing.describe_snapshot_attribute,
        "DescribeSnapshotTierStatus": archiving.describe_snapshot_tier_status,
        "DescribeSnapshots": snapshots.describe_snapshots,
        "DescribeTags": tagging.describe_tags,
        "DescribeVolumes": volumes.describe_volumes,
        "DisableEbsEncryptionByDefault": settings.disable_ebs_encryption_by_default,
        "DisableSnapshotBlockPublicAccess": settings.disable_snapshot_block_public_access,
        "EnableEbsEncryptionByDefault": settings.enable_ebs_encryption_by_default,
        "EnableSnapshotBlockPublicAccess": settings.enable_snapshot_block_public_access,
        "GetEbsDefaultKmsKeyId": settings.get_ebs_default_kms_key_id,
        "GetEbsEncryptionByDefault": settings.get_ebs_encryption_by_default,
        "GetSnapshotBlockPublicAccessState": settings.get_snapshot_block_public_access_state,
        "LockSnapshot": locking.lock_snapshot,
        "ModifyEbsDefaultKmsKeyId": settings.modify_ebs_default_kms_key_id,
        "ModifySnapshotAttribute": sharing.modify_snapshot_attribute,
        "ModifySnapshotTier": archiving.modify_snapshot_tier,
        "RegisterImage": images.register_image,
        "ResetEbsDefaultKmsKeyId": settings.reset_ebs_default_kms_key_id,
        "ResetSnapshotAttribute": sharing.reset_snapshot_attribute,
        "RestoreSnapshotTier": archiving.restore_snapshot_tier,
        "UnlockSnapshot": locking.unlock_snapshot,
    },
    "kms": {
        "CancelKeyDeletion": keys.cancel_key_deletion,
        "CreateAlias": key_aliases.create_alias,
        "CreateGrant": key_grants.create_grant,
        "CreateKey": keys.create_key,
        "DeleteAlias": key_aliases.delete_alias,
        "DescribeKey": keys.describe_key,
        "DisableKey": keys.disable_key,
        "EnableKey": keys.enable_key,
        "GetKeyPolicy": key_policies.get_key_policy,
        "ListAliases": key_aliases.list_aliases,
        "ListGrants": key_grants.list_grants,
        "ListKeys": keys.list_keys,
        "ListResourceTags": key_tags.list_resource_tags,
        "PutKeyPolicy": key_policies.put_key_policy,
        "ReplicateKey": keys.replicate_key,
        "RetireGrant": key_grants.retire_grant,
        "RevokeGrant": key_grants.revoke_grant,
        "ScheduleKeyDeletion": keys.schedule_key_deletion,
        "TagResource": key_tags.tag_resource,
        "UntagResource": key_tags.untag_resource,
        "UpdateAlias": key_aliases.update_alias,
    },
    "sts": {
        "AssumeRole": identity.assume_role,
        "GetCallerIdentity": identity.get_caller_identity,
    },
}
"""By service, what each operation's name in botocore's model stands for."""


@cache
def served() -> frozenset[str]:
    """Return the names of all operations that are served."""
    return frozenset(name for operations in OPERATIONS.values() for name in operations)
