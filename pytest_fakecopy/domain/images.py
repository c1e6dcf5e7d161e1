"""AMIs: one frozen record each. Their state follows from the snapshots that they are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pytest_fakecopy.domain.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pytest_fakecopy.domain.snapshots import SnapshotRegistry

ImageState: TypeAlias = Literal["pending", "available", "failed"]


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image as it was registered or copied."""

    image_id: str
    region: str
    owner_id: str
    name: str
    created_at: datetime
    block_devices: tuple[Mapping[str, Any], ...]
    """Its mappings as RegisterImage takes them: `{"DeviceName": ..., "Ebs": {...}}`."""
    root_device_name: str
    description: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the model with their values: `Architecture`, `EnaSupport`, ..."""
    public: bool = False
    source_image_id: str | None = None
    """Of a copy the image that it was made of."""
    source_region: str | None = None

    @property
    def snapshot_ids(self) -> tuple[str, ...]:
        """The snapshots behind its EBS devices."""
        ids = (device.get("Ebs", {}).get("SnapshotId") for device in self.block_devices)
        return tuple(str(snapshot_id) for snapshot_id in ids if snapshot_id)

    def state(self, snapshots: SnapshotRegistry) -> ImageState:
        """Return its state: `pending` until its snapshots have ended, `failed` where one failed.

        It is computed at each look, never stored.
        """
        records = [snapshots.get(snapshot_id) for snapshot_id in self.snapshot_ids]
        if any(record is None or record.state == "error" for record in records):
            return "failed"
        if any(record is not None and record.state == "pending" for record in records):
            return "pending"
        return "available"


class ImageRegistry(Registry[ImageRecord]):
    """All images of a fake, of every account and Region."""

    def __init__(self) -> None:
        """Start without images."""
        super().__init__(lambda record: record.image_id)

    def using(self, snapshot_id: str) -> Iterator[ImageRecord]:
        """Iterate over the images that are made of a snapshot."""
        return (record for record in self if snapshot_id in record.snapshot_ids)
