"""EBS volumes: one frozen record each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


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
    state: Literal["creating", "available", "deleting", "error"]
    snapshot_id: str = ""
    """The snapshot that it was made of; empty for an empty volume."""
    encrypted: bool = False
    kms_key_arn: str | None = None
    iops: int | None = None
    throughput: int | None = None
    multi_attach: bool = False


class VolumeRegistry:
    """All volumes of a fake, of every account and Region."""

    def __init__(self) -> None:
        """Start without volumes."""
        self._records: dict[str, VolumeRecord] = {}

    def __iter__(self) -> Iterator[VolumeRecord]:
        """Iterate over all records in the order in which the volumes were made."""
        return iter(tuple(self._records.values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._records)

    def put(self, record: VolumeRecord) -> None:
        """Keep a new volume, or the new record of one that is there."""
        self._records[record.volume_id] = record

    def find(self, volume_id: str, *, region: str, account_id: str) -> VolumeRecord | None:
        """Return an account's volume in a Region, or None where it has none of that id."""
        record = self._records.get(volume_id)
        if record is None or (record.region, record.owner_id) != (region, account_id):
            return None
        return record

    def remove(self, volume_id: str) -> None:
        """Forget a volume."""
        del self._records[volume_id]
