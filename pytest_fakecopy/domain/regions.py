"""What the domain needs to know of Regions, Availability Zones, Local Zones and Outposts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from pytest_fakecopy.domain.arns import Arn, is_account_id

_OUTPOST = re.compile(r"outpost/op-[0-9a-f]{8,17}")


class RegionData(Protocol):
    """The Regions that there are."""

    def __contains__(self, region: object) -> bool:
        """Say whether there is a Region of that name."""
        ...

    def names(self, partition: str | None = None) -> tuple[str, ...]:
        """Return the names of all Regions, or of those of a partition."""
        ...

    def partition_of(self, region: str) -> str | None:
        """Return the partition that a Region belongs to: "aws", "aws-cn", ..."""
        ...

    def dns_suffix(self, region: str) -> str:
        """Return the domain of the Region's endpoints: "amazonaws.com"."""
        ...


def is_local_zone(zone: str, region: str) -> bool:
    """Say whether *zone* is the name of a Local Zone of *region*: `us-east-1-bos-1a`."""
    return re.fullmatch(re.escape(region) + r"-[a-z]{3}-[0-9]+[a-z]", zone) is not None


def zone_group(zone: str) -> str:
    """Return the zone group of a Local Zone: `us-east-1-bos-1` for `us-east-1-bos-1a`."""
    return zone.rstrip("abcdefghijklmnopqrstuvwxyz")


def is_availability_zone(zone: str, region: str) -> bool:
    """Say whether *zone* has the form of a zone of *region*: `us-east-1a`, or a Local Zone's."""
    ordinary = re.fullmatch(re.escape(region) + r"[a-z]", zone) is not None
    return ordinary or is_local_zone(zone, region)


@dataclass(frozen=True, slots=True)
class Outpost:
    """An Outpost that snapshots can be copied to."""

    arn: str
    """`arn:aws:outposts:us-east-1:111122223333:outpost/op-0a1b2c3d4e5f6a7b8`."""
    region: str
    """The Region that it belongs to."""
    account_id: str
    """The account that owns it, 12 digits."""


def parse_outpost_arn(text: str) -> Arn | None:
    """Return the parts of an Outpost's ARN, or None where *text* is none."""
    arn = Arn.parse(text)
    if (
        arn is None
        or arn.service != "outposts"
        or not is_account_id(arn.account_id)
        or not _OUTPOST.fullmatch(arn.resource)
    ):
        return None
    return arn
