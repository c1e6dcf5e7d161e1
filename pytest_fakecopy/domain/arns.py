"""Amazon Resource Names: taken apart, put together, and the shapes of EC2's resource ids."""

from __future__ import annotations

import re
from dataclasses import dataclass

ACCOUNT_ID = re.compile(r"[0-9]{12}")
SNAPSHOT_ID = re.compile(r"snap-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_RESOURCE_ID = re.compile(r"[a-z]+-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_PARTS = 6


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of `arn:partition:service:region:account:resource`."""

    partition: str
    service: str
    region: str
    account_id: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn | None:
        """Return the parts of *text*, or None where it is no ARN."""
        parts = text.split(":", _PARTS - 1)
        if len(parts) != _PARTS or parts[0] != "arn" or not all((parts[1], parts[2], parts[5])):
            return None
        return cls(*parts[1:])

    def __str__(self) -> str:
        """Return the ARN as text."""
        return (
            f"arn:{self.partition}:{self.service}:{self.region}:{self.account_id}:{self.resource}"
        )


def snapshot_arn(partition: str, region: str, snapshot_id: str) -> str:
    """Return the ARN of a snapshot as IAM writes it, with an empty account field."""
    return f"arn:{partition}:ec2:{region}::snapshot/{snapshot_id}"


def is_account_id(text: str) -> bool:
    """Say whether *text* is the 12 digits of an account."""
    return ACCOUNT_ID.fullmatch(text) is not None


def is_snapshot_id(text: str) -> bool:
    """Say whether *text* has the form of a snapshot id: `snap-` and 8 or 17 hexadecimal digits.

    EC2 also refuses some 17-digit ids that have this form (capture of 2026-09-25); what it looks
    at is unknown, and the API reference's own examples would be among them, so this does not.
    """
    return SNAPSHOT_ID.fullmatch(text) is not None


def is_resource_id(text: str) -> bool:
    """Say whether *text* has the form of an EC2 resource's id: a prefix and 8 or 17 digits."""
    return _RESOURCE_ID.fullmatch(text) is not None
