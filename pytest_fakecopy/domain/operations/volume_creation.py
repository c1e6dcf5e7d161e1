"""Create volumes, empty ones and ones made of snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.operations.snapshots import find_visible, snapshot_arn_of
from pytest_fakecopy.domain.operations.volume_keys import defect_of, key_of
from pytest_fakecopy.domain.operations.volume_parameters import (
    require_outpost,
    require_size,
    require_type,
    zone_name,
)
from pytest_fakecopy.domain.operations.volumes import change_state, described, end
from pytest_fakecopy.domain.tags import of_specifications, specifications_defect
from pytest_fakecopy.domain.timeline import to_milliseconds
from pytest_fakecopy.domain.volumes import VolumeRecord, performance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

_LONGEST_TOKEN = 64

# Quoted: two tutorials.
_KEY_NEEDS_ENCRYPTED = codes.ErrorResponse(
    "InvalidParameterDependency",
    "The parameter [KmsKeyId] requires the parameter Encrypted to be set.",
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a CreateVolume asks for."""

    zone: str
    kind: str
    size: int | None
    snapshot_id: str | None
    encrypted: bool | None
    kms_key_id: str | None
    outpost_arn: str | None
    iops: int | None
    throughput: int | None
    multi_attach: bool
    tags: Mapping[str, str]


def create_volume(  # the parameters of the API
    call: Call,
    *,
    availability_zone: str | None = None,
    availability_zone_id: str | None = None,
    encrypted: bool | None = None,
    iops: int | None = None,
    kms_key_id: str | None = None,
    outpost_arn: str | None = None,
    size: int | None = None,
    snapshot_id: str | None = None,
    volume_type: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] = (),
    multi_attach_enabled: bool = False,
    throughput: int | None = None,
    client_token: str | None = None,
) -> Result:
    """Make a volume, which is `creating` for a while. API reference, CreateVolume.

    A key that EBS can't use is found out then: the volume is gone, and an event says why (EBS User
    Guide, "EventBridge events for Amazon EBS").
    """
    wanted = _Wanted(
        zone=zone_name(call, availability_zone, availability_zone_id),
        kind=(volume_type or "gp2").lower(),
        size=size,
        snapshot_id=snapshot_id or None,
        encrypted=encrypted,
        # Assumed: empty it names none, as in CopyImage.
        kms_key_id=kms_key_id or None,
        outpost_arn=outpost_arn,
        iops=iops,
        throughput=throughput,
        multi_attach=multi_attach_enabled,
        tags=_tags(tag_specifications),
    )
    _require_good(call, wanted)
    snapshot = find_visible(call, wanted.snapshot_id) if wanted.snapshot_id else None
    _authorize(call, wanted, snapshot)
    earlier = _earlier(call, client_token, wanted)
    if earlier is not None:
        return described(call, earlier)
    volume = _make(call, wanted, snapshot)
    if client_token:
        place = (call.account_id, call.region, client_token)
        call.world.tokens[place] = (wanted, volume.volume_id)
    return described(call, volume)


def _tags(specifications: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    defect = specifications_defect(specifications, "volume")
    if defect is not None:
        raise codes.Refused(defect)
    return of_specifications(specifications, "volume")


def _require_good(call: Call, wanted: _Wanted) -> None:
    """Refuse what is wrong already before permissions are looked at (capture of 2026-09-25)."""
    if wanted.size is None and wanted.snapshot_id is None:
        raise codes.Refused(codes.missing_parameter("size/snapshot"))
    require_type(wanted.kind, wanted.size, wanted.iops, wanted.throughput)
    if wanted.kms_key_id is not None and not wanted.encrypted:
        raise codes.Refused(_KEY_NEEDS_ENCRYPTED)
    require_outpost(call, wanted.outpost_arn)


def _authorize(call: Call, wanted: _Wanted, snapshot: SnapshotRecord | None) -> None:
    arns = [call.arn("volume/*", account_id=call.account_id)]
    if snapshot is not None:
        arns.append(snapshot_arn_of(call, snapshot))
    call.authorize(*arns, tags=bool(wanted.tags))


def _earlier(call: Call, token: str | None, wanted: _Wanted) -> VolumeRecord | None:
    """Return the volume that the same request made before, as the ClientToken says.

    That a token is remembered, and that other parameters with it are refused, was observed; the
    texts are assumed.
    """
    if not token:
        return None
    if len(token) > _LONGEST_TOKEN:
        message = f"The length of ClientToken must not be greater than {_LONGEST_TOKEN}."
        raise codes.Refused(codes.invalid_parameter_value(message))
    entry = call.world.tokens.get((call.account_id, call.region, token))
    if entry is None:
        return None
    volume = call.world.volumes.get(entry[1])
    if entry[0] != wanted or volume is None:
        message = "The client token was used with other parameters, or for what is deleted."
        raise codes.Refused(codes.ErrorResponse("IdempotentParameterMismatch", message))
    return volume


def _make(call: Call, wanted: _Wanted, snapshot: SnapshotRecord | None) -> VolumeRecord:
    size = _require_source(snapshot, wanted)
    require_size(wanted.kind, size)
    if wanted.multi_attach and not wanted.kind.startswith("io"):
        # Code and text assumed; that a dry run passes was observed (capture of 2026-09-25).
        message = f"The parameter MultiAttachEnabled is not supported for {wanted.kind} volumes."
        raise codes.Refused(codes.invalid_parameter_combination(message))
    encrypted = bool(wanted.encrypted or wanted.outpost_arn)
    key, identifier = key_of(call, snapshot, wanted.kms_key_id, encrypted=encrypted)
    if key is not None:
        call.world.keys.use(key)
    iops, throughput = performance(wanted.kind, size, wanted.iops, wanted.throughput)
    volume = VolumeRecord(
        volume_id=call.world.ids.resource_id("vol"),
        region=call.region,
        owner_id=call.account_id,
        availability_zone=wanted.zone,
        size=size,
        volume_type=wanted.kind,
        create_time=to_milliseconds(call.now),
        state="creating",
        snapshot_id=wanted.snapshot_id or "",
        encrypted=identifier is not None,
        kms_key_arn=key.arn if key else identifier,
        iops=iops,
        throughput=throughput,
        multi_attach=wanted.multi_attach,
        outpost_arn=wanted.outpost_arn,
    )
    call.world.tags.put(call.account_id, volume.volume_id, wanted.tags)
    change_state(call, None, volume, call.now)
    _schedule(call, volume, snapshot, identifier)
    return volume


def _require_source(snapshot: SnapshotRecord | None, wanted: _Wanted) -> int:
    """Return the size of the volume, having looked at the snapshot that it is made of."""
    size = wanted.size
    if snapshot is None:
        return size or 0
    if snapshot.state != "completed":
        raise codes.Refused(codes.incorrect_state(snapshot.state))
    if snapshot.storage_tier == "archive":
        raise codes.Refused(codes.incorrect_state("archived"))
    if snapshot.encrypted and wanted.encrypted is False:
        # Code and text assumed.
        message = "Encrypted snapshots must be used to create encrypted volumes."
        raise codes.Refused(codes.invalid_parameter_combination(message))
    if size is not None and size < snapshot.volume_size:
        # Code and text assumed.
        message = (
            f"The size {size} GiB is smaller than that of snapshot '{snapshot.snapshot_id}',"
            f" {snapshot.volume_size} GiB."
        )
        raise codes.Refused(codes.invalid_parameter_value(message))
    return size or snapshot.volume_size


def _schedule(
    call: Call, volume: VolumeRecord, snapshot: SnapshotRecord | None, identifier: str | None
) -> None:
    """Have the volume become available, or fail, once its key was looked at.

    Assumed: that takes as long as the validation of a copy.
    """

    def finish(at: datetime) -> None:
        cause = defect_of(call, snapshot, identifier)
        if cause is None:
            end(call, volume.volume_id, at, "available")
        else:
            end(call, volume.volume_id, at, "failed", cause)

    due = call.now + call.world.validation_delay
    call.world.timeline.schedule(due, f"{volume.volume_id} is made", finish)
