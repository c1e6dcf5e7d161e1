"""The operations that the fake serves, each a function of a `Call` and its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.operations import (
    copy,
    identity,
    regions,
    snapshots,
    tagging,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy.domain.operations.call import Operation

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "ec2": {
        "CopySnapshot": copy.copy_snapshot,
        "CreateTags": tagging.create_tags,
        "DeleteSnapshot": snapshots.delete_snapshot,
        "DeleteTags": tagging.delete_tags,
        "DescribeAvailabilityZones": regions.describe_availability_zones,
        "DescribeRegions": regions.describe_regions,
        "DescribeSnapshots": snapshots.describe_snapshots,
        "DescribeTags": tagging.describe_tags,
    },
    "kms": {},
    "sts": {
        "AssumeRole": identity.assume_role,
        "GetCallerIdentity": identity.get_caller_identity,
    },
}
"""By service, what each operation's name in botocore's model stands for."""


def served() -> frozenset[str]:
    """Return the names of all operations that are served."""
    return frozenset(name for operations in OPERATIONS.values() for name in operations)
