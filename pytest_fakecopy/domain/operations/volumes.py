"""Describe and delete volumes; what a volume looks like."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import resource_events
from pytest_fakecopy.domain.events import timestamp
from pytest_fakecopy.domain.filters import boolean, compile_filters
from pytest_fakecopy.domain.operations import paging
from pytest_fakecopy.domain.records import TransitionRecord
from pytest_fakecopy.domain.tags import as_list
from pytest_fakecopy.domain.zones import find_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.volumes import VolumeRecord

_VOLUME_ID = re.compile(r"vol-(?:[0-9a-f]{8}|[0-9a-f]{17})")


def require_volume_id(volume_id: str) -> None:
    """Refuse a malformed volume id, before permissions are looked at (capture of 2026-09-25)."""
    if _VOLUME_ID.fullmatch(volume_id) is None:
        # Code observed, text assumed in analogy to that for snapshots.
        raise codes.Refused(
            codes.invalid_parameter_value(
                f"Value ({volume_id}) for parameter volumeId is invalid. Expected: 'vol-...'."
            )
        )


def _find(call: Call, volume_id: str) -> VolumeRecord:
    volume = call.world.volumes.find(volume_id, region=call.region, account_id=call.account_id)
    if volume is None:
        raise codes.Refused(codes.volume_not_found(volume_id))
    return volume


def _zone_id(volume: VolumeRecord) -> str | None:
    zone = find_zone(volume.region, name=volume.availability_zone)
    return zone.zone_id if zone else None


# The filters of the API reference, DescribeVolumes, with what they compare.
_GETTERS: Mapping[str, Callable[[VolumeRecord], str | None]] = {
    "attachment.attach-time": lambda one: (
        timestamp(one.attachment.attach_time) if one.attachment else None
    ),
    "attachment.delete-on-termination": lambda one: (
        boolean(one.attachment.is_root) if one.attachment else None
    ),
    "attachment.device": lambda one: one.attachment.device if one.attachment else None,
    "attachment.instance-id": lambda one: one.attachment.instance_id if one.attachment else None,
    "attachment.status": lambda one: "attached" if one.attachment else None,
    "availability-zone": lambda one: one.availability_zone,
    "availability-zone-id": _zone_id,
    "create-time": lambda one: timestamp(one.create_time),
    "encrypted": lambda one: boolean(one.encrypted),
    "fast-restored": lambda _one: "false",
    "multi-attach-enabled": lambda one: boolean(one.multi_attach),
    "operator.managed": lambda _one: "false",
    "operator.principal": lambda _one: None,
    "size": lambda one: str(one.size),
    "snapshot-id": lambda one: one.snapshot_id or None,
    "status": lambda one: one.state,
    "volume-id": lambda one: one.volume_id,
    "volume-type": lambda one: one.volume_type,
}


def describe_volumes(
    call: Call,
    *,
    volume_ids: Sequence[str] = (),
    filters: Sequence[Mapping[str, Any]] = (),
    max_results: int | None = None,
    next_token: str | None = None,
) -> Result:
    """List the caller's volumes in the Region, oldest first. API reference, DescribeVolumes."""
    for name, value in (("maxResults", max_results), ("nextToken", next_token)):
        if volume_ids and value is not None:
            # Capture of 2026-09-25.
            message = f"The parameter volumeIdsSet cannot be used with the parameter {name}"
            raise codes.Refused(codes.invalid_parameter_combination(message))
    size, position = paging.page_size(max_results), paging.position_of(next_token)
    tags = call.world.tags
    passes = compile_filters(
        filters, _GETTERS, lambda volume: tags.of(call.account_id, volume.volume_id)
    )
    for volume_id in volume_ids:
        require_volume_id(volume_id)
    call.authorize()
    candidates: Iterator[tuple[int, VolumeRecord]]
    if volume_ids:
        candidates = iter([(0, _find(call, one)) for one in dict.fromkeys(volume_ids)])
    else:
        candidates = call.world.volumes.page(region=call.region, after=position)
    entries = (
        entry for entry in candidates if entry[1].owner_id == call.account_id and passes(entry[1])
    )
    page, token = paging.cut(entries, size)
    return {"Volumes": [_shown(call, volume) for volume in page], "NextToken": token}


def described(call: Call, volume: VolumeRecord) -> dict[str, Any]:
    """Return a volume as CreateVolume shows it. Capture of 2026-09-25."""
    tags = call.world.tags.of(call.account_id, volume.volume_id)
    return {
        "VolumeId": volume.volume_id,
        "AvailabilityZone": volume.availability_zone,
        "AvailabilityZoneId": _zone_id(volume),
        "CreateTime": volume.create_time,
        "Encrypted": volume.encrypted,
        "KmsKeyId": volume.kms_key_arn,
        "Iops": volume.iops,
        "MultiAttachEnabled": volume.multi_attach,
        "OutpostArn": volume.outpost_arn,
        "Size": volume.size,
        "SnapshotId": volume.snapshot_id,
        "State": volume.state,
        "Tags": as_list(tags),
        "Throughput": volume.throughput,
        "VolumeType": volume.volume_type,
    }


def _shown(call: Call, volume: VolumeRecord) -> dict[str, Any]:
    """Return a volume as DescribeVolumes shows it. Capture of 2026-09-25."""
    item = described(call, volume)
    item["Tags"] = item["Tags"] or None
    item["OwnerId"] = volume.owner_id
    item["VolumeArn"] = call.arn(f"volume/{volume.volume_id}", account_id=volume.owner_id)
    item["Operator"] = {"Managed": False, "HiddenByDefault": False}
    item["Attachments"] = _attachments(volume)
    return item


def _attachments(volume: VolumeRecord) -> list[dict[str, Any]]:
    attachment = volume.attachment
    if attachment is None:
        return []
    return [
        {
            "VolumeId": volume.volume_id,
            "InstanceId": attachment.instance_id,
            "Device": attachment.device,
            "AttachTime": attachment.attach_time,
            "State": "attached",
            "DeleteOnTermination": attachment.is_root,
        }
    ]


def delete_volume(call: Call, *, volume_id: str) -> Result:
    """Delete a volume. API reference, DeleteVolume.

    It is `deleting` for a while and then gone. One that is being made can be deleted as well
    (capture of 2026-09-25).
    """
    require_volume_id(volume_id)
    call.authorize(call.arn(f"volume/{volume_id}", account_id=call.account_id))
    volume = _find(call, volume_id)
    if volume.state == "deleting":
        raise codes.Refused(codes.volume_not_found(volume_id))
    if volume.attachment is not None:
        # Code documented; the text is quoted in many issues.
        message = f"Volume {volume_id} is currently attached to {volume.attachment.instance_id}"
        raise codes.Refused(codes.ErrorResponse("VolumeInUse", message))
    change_state(call, volume, replace(volume, state="deleting"), call.now)

    def finish(at: datetime) -> None:
        end(call, volume_id, at, "deleted")

    call.world.timeline.schedule(
        call.now + call.world.validation_delay, f"{volume_id} is deleted", finish
    )
    return {}


def change_state(
    call: Call, before: VolumeRecord | None, volume: VolumeRecord, at: datetime, why: str = ""
) -> None:
    """Keep the new record of a volume and write down that its state changed."""
    call.world.volumes.put(volume)
    state = before.state if before else None
    place = (volume.volume_id, volume.region, volume.owner_id)
    call.world.record(TransitionRecord(at, *place, state, volume.state, why=why))


def end(
    call: Call,
    volume_id: str,
    at: datetime,
    result: resource_events.VolumeResult,
    cause: str = "",
) -> None:
    """Let a volume become available, or take one out of the world; with the event of that."""
    world = call.world
    volume = world.volumes.get(volume_id)
    if volume is None or (volume.state == "deleting") != (result == "deleted"):
        return  # deleted in between
    if result == "available":
        change_state(call, volume, replace(volume, state="available"), at)
    else:
        world.volumes.remove(volume_id)
        world.tags.forget(volume.owner_id, volume_id)
        place = (volume_id, volume.region, volume.owner_id)
        world.record(TransitionRecord(at, *place, volume.state, "deleted", why=cause or result))
    event = resource_events.volume(
        volume,
        result,
        partition=call.partition,
        event_id=call.event_id(),
        request_id=call.request_id,
        at=at,
        cause=cause,
    )
    world.emit(at, event)
