"""Volumes as a test adds them: to take snapshots of, on their own or with an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.regions import is_availability_zone
from pytest_fakecopy.domain.timeline import to_milliseconds
from pytest_fakecopy.domain.volumes import Attachment, VolumeRecord, performance
from pytest_fakecopy.errors import UsageError, nearest
from pytest_fakecopy.views.outposts import require_outpost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_fakecopy.domain.world import World
    from pytest_fakecopy.door import Door
    from pytest_fakecopy.views.kms import KmsKey

_TYPE = "gp3"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Volumes:
    """The volumes of the fake, of every account and Region."""

    __slots__ = ("_door",)

    def __init__(self, door: Door) -> None:
        """Look through *door*. Tests get this as `fake_ec2.volumes`."""
        self._door = door

    def __repr__(self) -> str:
        """Return `<Volumes 2>`."""
        return f"<Volumes {len(self)}>"

    def __len__(self) -> int:
        """Return how many there are."""
        with self._door as world:
            return len(world.volumes)

    def __iter__(self) -> Iterator[VolumeRecord]:
        """Iterate over all as they are now, in the order in which they were made."""
        with self._door as world:
            return iter(tuple(world.volumes))

    def add(
        self,
        *,
        region: str = "us-east-1",
        account_id: str | None = None,
        size: int = 8,
        availability_zone: str | None = None,
        encrypted: bool = False,
        kms_key: KmsKey | None = None,
        outpost_arn: str | None = None,
        instance_id: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> VolumeRecord:
        """Add an available volume, or one that is attached to an instance.

        Args:
            region: The Region that it is in.
            account_id: The account that owns it; None is the default account.
            size: GiB.
            availability_zone: Its zone; None is the Region's first.
            encrypted: Whether it is encrypted; a *kms_key* encrypts it too.
            kms_key: A key of `fake_ec2.kms`; None takes the Region's default EBS key for an
                encrypted volume.
            outpost_arn: The Outpost that it is on.
            instance_id: The instance that it is attached to, which boots from the first one added.
                That is all that an instance needs to be there for CreateSnapshots.
            tags: Its tags.

        Raises:
            UsageError: a value is not one that a volume can have; the message names it.
            UnknownResourceError: *account_id* names no account, *outpost_arn* no Outpost.
        """
        with self._door as world:
            owner = world.accounts.owner(account_id)
            zone = availability_zone or f"{region}a"
            _check(world, region, zone, size, outpost_arn)
            key_arn = kms_key.arn if kms_key is not None else None
            if encrypted and key_arn is None:
                key_arn = world.default_key_arn(owner, region)
            iops, throughput = performance(_TYPE, size, None, None)
            record = VolumeRecord(
                volume_id=world.ids.resource_id("vol"),
                region=region,
                owner_id=owner,
                availability_zone=zone,
                size=size,
                volume_type=_TYPE,
                create_time=to_milliseconds(world.now()),
                state="in-use" if instance_id else "available",
                encrypted=key_arn is not None,
                kms_key_arn=key_arn,
                iops=iops,
                throughput=throughput,
                outpost_arn=outpost_arn,
                attachment=_attachment(world, instance_id) if instance_id else None,
            )
            world.volumes.put(record)
            world.tags.put(owner, record.volume_id, dict(tags or {}))
            self._door.note_added(f"volume {record.volume_id}", region, owner)
        return record


def _attachment(world: World, instance_id: str) -> Attachment:
    attached = sum(
        volume.attachment is not None and volume.attachment.instance_id == instance_id
        for volume in world.volumes
    )
    return Attachment(
        instance_id=instance_id,
        device=f"/dev/sd{_LETTERS[attached % len(_LETTERS)]}",
        attach_time=to_milliseconds(world.now()),
        is_root=not attached,
    )


def _check(world: World, region: str, zone: str, size: int, outpost_arn: str | None) -> None:
    if region not in world.regions:
        known = world.regions.names()
        msg = f"volumes.add(region={region!r}): no such Region.{nearest(str(region), known)}"
        raise UsageError(msg)
    if not is_availability_zone(zone, region):
        msg = (
            f"volumes.add(availability_zone={zone!r}): no zone of {region}:"
            f' availability_zone="{region}a"'
        )
        raise UsageError(msg)
    if type(size) is not int or size < 1:
        msg = f"volumes.add(size={size!r}): expected GiB, a whole number of at least 1: size=8"
        raise UsageError(msg)
    if outpost_arn is not None:
        require_outpost(world, "volumes.add", outpost_arn, region)
