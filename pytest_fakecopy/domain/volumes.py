"""EBS volumes: one frozen record each, and what their types may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pytest_fakecopy.domain.registry import Registry

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """That a volume is attached to an instance."""

    instance_id: str
    device: str
    attach_time: datetime
    is_root: bool = False
    """Whether the instance boots from it."""


@dataclass(frozen=True, slots=True)
class VolumeRecord:
    """A volume as it is at one moment. A change makes a new record."""

    volume_id: str
    region: str
    owner_id: str
    availability_zone: str
    size: int
    """GiB."""
    volume_type: str
    create_time: datetime
    state: Literal["creating", "available", "in-use", "deleting"]
    snapshot_id: str = ""
    """The snapshot that it was made of; empty for an empty volume."""
    encrypted: bool = False
    kms_key_arn: str | None = None
    iops: int | None = None
    throughput: int | None = None
    """MiB/s."""
    multi_attach: bool = False
    outpost_arn: str | None = None
    attachment: Attachment | None = None


class VolumeRegistry(Registry[VolumeRecord]):
    """All volumes of a fake, of every account and Region."""

    def __init__(self) -> None:
        """Start without volumes."""
        super().__init__(lambda record: record.volume_id)


@dataclass(frozen=True, slots=True)
class VolumeType:
    """What the volumes of a type may have. EBS User Guide, "Amazon EBS volume types"."""

    smallest: int
    """GiB."""
    largest: int
    """GiB."""
    iops: tuple[int, int] | None = None
    """The fewest and the most that can be asked for; None where none can."""
    iops_per_gib: int = 0
    needs_iops: bool = False
    throughput: tuple[int, int] | None = None
    """MiB/s, the least and the most that can be asked for; None where none can."""


# Capture of 2026-09-25: the smallest and largest sizes, and the limits of IOPS and throughput.
VOLUME_TYPES: dict[str, VolumeType] = {
    "standard": VolumeType(1, 1024),
    "gp2": VolumeType(1, 16384),
    "gp3": VolumeType(1, 65536, iops=(100, 80000), iops_per_gib=500, throughput=(0, 2000)),
    "io1": VolumeType(4, 16384, iops=(100, 64000), iops_per_gib=50, needs_iops=True),
    "io2": VolumeType(4, 65536, iops=(100, 256000), iops_per_gib=1000, needs_iops=True),
    "st1": VolumeType(125, 16384),
    "sc1": VolumeType(125, 16384),
}

# The baseline of gp3, which every volume has.
GP3_IOPS = 3000
_GP3_THROUGHPUT = 125
_GP2_FEWEST, _GP2_MOST, _GP2_PER_GIB = 100, 16000, 3


def performance(
    volume_type: str, size: int, iops: int | None, throughput: int | None
) -> tuple[int | None, int | None]:
    """Return the IOPS and the throughput that a new volume gets.

    Capture of 2026-09-25: gp3 raises what is below its baseline to it, gp2 derives its IOPS from
    the size, `standard` shows none.
    """
    if volume_type == "gp3":
        return max(iops or 0, GP3_IOPS), max(throughput or 0, _GP3_THROUGHPUT)
    if volume_type == "gp2":
        return min(_GP2_MOST, max(_GP2_FEWEST, _GP2_PER_GIB * size)), None
    return iops, None
