"""Create snapshots of volumes: of one, or of all that an instance has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import events, resource_events, transitions
from pytest_fakecopy.domain.operations.snapshots import described
from pytest_fakecopy.domain.operations.volumes import require_volume_id
from pytest_fakecopy.domain.regions import is_local_zone
from pytest_fakecopy.domain.snapshots import GIB, SnapshotRecord
from pytest_fakecopy.domain.tags import as_list, of_specifications, specifications_defect
from pytest_fakecopy.domain.timeline import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.volumes import VolumeRecord

# AWS docs, EC2 API error codes, ConcurrentSnapshotLimitExceeded: pending ones of a volume.
_MOST_PENDING = 5
_MOST_PENDING_OF = {"st1": 1, "sc1": 1}
_INSTANCE_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})")


def create_snapshot(
    call: Call,
    *,
    volume_id: str,
    description: str = "",
    outpost_arn: str | None = None,
    location: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] = (),
) -> Result:
    """Start a snapshot of a volume. API reference, CreateSnapshot."""
    require_volume_id(volume_id)
    tags = _tags(tag_specifications)
    call.authorize(
        call.arn("snapshot/*"),
        call.arn(f"volume/{volume_id}", account_id=call.account_id),
        tags=bool(tags),
    )
    volume = call.world.volumes.find(volume_id, region=call.region, account_id=call.account_id)
    if volume is None or volume.state == "deleting":
        raise codes.Refused(codes.volume_not_found(volume_id))
    _require_few_pending(call, volume)
    record = _pending(call, volume, description, _place(volume, outpost_arn, location))
    begin_snapshot(call, record, tags)
    item = described(call, record)
    # Recorded answers of EC2: empty here, a percentage in DescribeSnapshots.
    item["Progress"] = ""
    return item


def create_snapshots(  # the parameters of the API
    call: Call,
    *,
    instance_specification: Mapping[str, Any],
    description: str = "",
    outpost_arn: str | None = None,
    location: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] = (),
    copy_tags_from_source: str | None = None,
) -> Result:
    """Start snapshots of all volumes that an instance has. API reference, CreateSnapshots.

    The fake has no instances: an instance is there as soon as a volume is attached to it.
    """
    tags = _tags(tag_specifications)
    if copy_tags_from_source not in (None, "volume"):
        # Code and text assumed.
        message = f"Value ({copy_tags_from_source}) for parameter CopyTagsFromSource is invalid."
        raise codes.Refused(codes.invalid_parameter_value(message))
    instance_id = str(instance_specification.get("InstanceId") or "")
    _require_instance_id(instance_id)
    call.authorize(
        call.arn("snapshot/*"),
        call.arn(f"instance/{instance_id}", account_id=call.account_id),
        tags=bool(tags),
    )
    volumes = _chosen(call, instance_id, instance_specification)
    places = [_place(volume, outpost_arn, location) for volume in volumes]
    for volume in volumes:
        _require_few_pending(call, volume)
    records = [
        _pending(call, volume, description, place)
        for volume, place in zip(volumes, places, strict=True)
    ]
    group = _Group(call, [record.snapshot_id for record in records])
    for record, volume in zip(records, volumes, strict=True):
        own = call.world.tags.of(call.account_id, volume.volume_id)
        copied = {key: value for key, value in own.items() if not key.startswith("aws:")}
        begin_snapshot(call, record, {**(copied if copy_tags_from_source else {}), **tags}, group)
    return {"Snapshots": [_item(call, record) for record in records]}


def _tags(specifications: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    defect = specifications_defect(specifications, "snapshot")
    if defect is not None:
        raise codes.Refused(defect)
    return of_specifications(specifications, "snapshot")


def _pending(
    call: Call, volume: VolumeRecord, description: str, place: tuple[str | None, str | None]
) -> SnapshotRecord:
    return SnapshotRecord(
        snapshot_id=call.world.ids.resource_id("snap"),
        region=call.region,
        owner_id=call.account_id,
        volume_id=volume.volume_id,
        volume_size=volume.size,
        data_size=volume.size * GIB,
        start_time=to_milliseconds(call.now),
        state="pending",
        description=description,
        encrypted=volume.encrypted,
        kms_key_arn=volume.kms_key_arn,
        progressing=(call.now, call.now + call.world.copy_duration),
        outpost_arn=place[0],
        availability_zone=place[1],
        why="its volume is being read",
    )


def _place(
    volume: VolumeRecord, outpost_arn: str | None, location: str | None
) -> tuple[str | None, str | None]:
    """Return the Outpost and the Local Zone that a snapshot is kept in; None and None a Region.

    API reference, CreateSnapshot, OutpostArn and Location; the codes and texts are assumed.

    Raises:
        Refused: a snapshot of this volume can't be kept there.
    """
    if outpost_arn is not None and outpost_arn != volume.outpost_arn:
        message = f"The volume {volume.volume_id} is not on the Outpost {outpost_arn}."
        raise codes.Refused(codes.invalid_parameter_value(message))
    if location is None:
        return outpost_arn, None
    if location not in ("regional", "local"):
        message = f"Value ({location}) for parameter location is invalid."
        raise codes.Refused(codes.invalid_parameter_value(message))
    if not is_local_zone(volume.availability_zone, volume.region):
        message = f"Location is only supported for volumes in Local Zones: {volume.volume_id}."
        raise codes.Refused(codes.invalid_parameter_combination(message))
    return outpost_arn, volume.availability_zone if location == "local" else None


class _Group:
    """The snapshots of one CreateSnapshots, until all have ended."""

    def __init__(self, call: Call, snapshot_ids: list[str]) -> None:
        self._call = call
        self._ids = snapshot_ids

    def ended(self, at: datetime) -> None:
        world = self._call.world
        records = [record for one in self._ids if (record := world.snapshots.get(one)) is not None]
        if all(record.state != "pending" for record in records):
            event_id, partition = self._call.event_id(), self._call.partition
            event = resource_events.create_snapshots(
                records, partition=partition, event_id=event_id, at=at
            )
            world.emit(at, event)


def begin_snapshot(
    call: Call, record: SnapshotRecord, tags: Mapping[str, str], group: _Group | None = None
) -> None:
    """Keep a pending snapshot of a volume, and schedule its completion.

    Assumed: it takes as long as a copy does.
    """
    world = call.world
    world.snapshots.add(record)
    world.tags.put(call.account_id, record.snapshot_id, tags)
    transitions.note(world, record, None, call.now)
    due = call.now + world.copy_duration
    world.timeline.schedule(
        due, f"{record.snapshot_id} completes", _completion(call, record.snapshot_id, group)
    )


def _completion(call: Call, snapshot_id: str, group: _Group | None) -> Callable[[datetime], None]:
    world = call.world

    def complete(at: datetime) -> None:
        pending = world.snapshots.get(snapshot_id)
        if pending is None:  # deleted in between
            return
        time, why = to_milliseconds(at), "its volume was read"
        done = transitions.move(world, pending, "completed", at, completion_time=time, why=why)
        event_id, partition = call.event_id(), call.partition
        world.emit(at, events.create_snapshot(done, partition=partition, event_id=event_id, at=at))
        if group is not None:
            group.ended(at)

    return complete


def _require_few_pending(call: Call, volume: VolumeRecord) -> None:
    volume_id = volume.volume_id
    pending = sum(
        record.volume_id == volume_id and record.copy is None
        for record in call.world.snapshots.pending()
    )
    if pending >= _MOST_PENDING_OF.get(volume.volume_type, _MOST_PENDING):
        # Code documented, text assumed.
        raise codes.Refused(
            codes.ErrorResponse(
                "ConcurrentSnapshotLimitExceeded",
                f"Maximum allowed in-progress snapshots for {volume_id} exceeded.",
            )
        )


def _require_instance_id(instance_id: str) -> None:
    if _INSTANCE_ID.fullmatch(instance_id) is None:
        # Code documented; the text is quoted in many issues.
        message = f'Invalid id: "{instance_id}" (expecting "i-...")'
        raise codes.Refused(codes.ErrorResponse("InvalidInstanceID.Malformed", message))


def _chosen(call: Call, instance_id: str, wanted: Mapping[str, Any]) -> list[VolumeRecord]:
    """Return the volumes of an instance that a call asks for, the boot volume first."""
    attached = {
        volume.volume_id: volume
        for volume in call.world.volumes
        if (volume.region, volume.owner_id) == (call.region, call.account_id)
        and volume.attachment is not None
        and volume.attachment.instance_id == instance_id
    }
    if not attached:
        # Code documented; the text is quoted in many issues.
        message = f"The instance ID '{instance_id}' does not exist"
        raise codes.Refused(codes.ErrorResponse("InvalidInstanceID.NotFound", message))
    excluded = [str(volume_id) for volume_id in wanted.get("ExcludeDataVolumeIds", ())]
    for volume_id in excluded:
        if volume_id not in attached or _is_root(attached[volume_id]):
            # Code and text assumed.
            message = f"{volume_id} is not a data volume of the instance {instance_id}."
            raise codes.Refused(codes.invalid_parameter_value(message))
    without_root = bool(wanted.get("ExcludeBootVolume"))
    chosen = [
        volume
        for volume in attached.values()
        if volume.volume_id not in excluded and not (without_root and _is_root(volume))
    ]
    return sorted(chosen, key=_is_root, reverse=True)


def _is_root(volume: VolumeRecord) -> bool:
    return volume.attachment is not None and volume.attachment.is_root


def _item(call: Call, record: SnapshotRecord) -> dict[str, Any]:
    """Return a snapshot as CreateSnapshots shows it."""
    tags = call.world.tags.of(call.account_id, record.snapshot_id)
    return {
        "SnapshotId": record.snapshot_id,
        "VolumeId": record.volume_id,
        "State": record.state,
        "VolumeSize": record.volume_size,
        "StartTime": record.start_time,
        "Progress": "",
        "OwnerId": record.owner_id,
        "Description": record.description,
        "Encrypted": record.encrypted,
        "OutpostArn": record.outpost_arn,
        "AvailabilityZone": record.availability_zone,
        "Tags": as_list(tags) or None,
    }
