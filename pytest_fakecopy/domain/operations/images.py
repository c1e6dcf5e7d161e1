"""Register, describe and deregister images."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import locks
from pytest_fakecopy.domain.arns import is_account_id
from pytest_fakecopy.domain.filters import boolean, compile_filters
from pytest_fakecopy.domain.images import ImageRecord
from pytest_fakecopy.domain.operations import paging
from pytest_fakecopy.domain.operations.snapshots import (
    find_visible,
    forget,
    snapshot_arn_of,
)
from pytest_fakecopy.domain.tags import as_list, of_specifications, specifications_defect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

_IMAGE_ID = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_DEVICE_DEFAULTS = {"DeleteOnTermination": True, "VolumeType": "gp2"}


def require_image_id(image_id: str) -> None:
    """Refuse a malformed image id. Code documented, the text is quoted in many issues."""
    if _IMAGE_ID.fullmatch(image_id) is None:
        message = f'Invalid id: "{image_id}" (expecting "ami-...")'
        raise codes.Refused(codes.ErrorResponse("InvalidAMIID.Malformed", message))


def find_image(call: Call, image_id: str, region: str | None = None) -> ImageRecord | None:
    """Return an image that the caller can see in a Region, by default the call's."""
    image = call.world.images.get(image_id)
    if image is None or image.region != (region or call.region) or not _is_visible(call, image):
        return None
    return image


def _is_visible(call: Call, image: ImageRecord) -> bool:
    return image.public or image.owner_id == call.account_id


def _find_owned(call: Call, image_id: str) -> ImageRecord:
    image = find_image(call, image_id)
    if image is None or image.owner_id != call.account_id:
        raise codes.Refused(codes.image_not_found(image_id))
    return image


def register_image(  # the parameters of the API
    call: Call,
    *,
    name: str,
    block_device_mappings: Sequence[Mapping[str, Any]] = (),
    root_device_name: str | None = None,
    description: str = "",
    architecture: str = "i386",
    virtualization_type: str = "paravirtual",
    ena_support: bool | None = None,
    sriov_net_support: str | None = None,
    boot_mode: str | None = None,
    imds_support: str | None = None,
    tpm_support: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] = (),
) -> Result:
    """Make an image of snapshots. API reference, RegisterImage.

    The defaults of Architecture and VirtualizationType are the API reference's.
    """
    tags = _tags(tag_specifications)
    if root_device_name is None:
        raise codes.Refused(codes.missing_parameter("rootDeviceName"))
    snapshots = _sources(call, block_device_mappings)
    _require_root(root_device_name, block_device_mappings)
    arns = [snapshot_arn_of(call, snapshot) for snapshot in snapshots.values()]
    call.authorize(call.arn("image/*"), *arns, tags=bool(tags))
    require_free_name(call, name)
    for snapshot in snapshots.values():
        _require_usable(snapshot)
    attributes = {
        "Architecture": architecture,
        "VirtualizationType": virtualization_type,
        "EnaSupport": ena_support,
        "SriovNetSupport": sriov_net_support,
        "BootMode": boot_mode,
        "ImdsSupport": imds_support,
        "TpmSupport": tpm_support,
    }
    image = ImageRecord(
        image_id=call.world.ids.resource_id("ami"),
        region=call.region,
        owner_id=call.account_id,
        name=name,
        created_at=call.now,
        block_devices=tuple(_completed(one, snapshots) for one in block_device_mappings),
        root_device_name=root_device_name,
        description=description,
        attributes={key: value for key, value in attributes.items() if value is not None},
    )
    call.world.images.put(image)
    call.world.tags.put(call.account_id, image.image_id, tags)
    return {"ImageId": image.image_id}


def _tags(specifications: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    defect = specifications_defect(specifications, "image")
    if defect is not None:
        raise codes.Refused(defect)
    return of_specifications(specifications, "image")


def _sources(call: Call, mappings: Sequence[Mapping[str, Any]]) -> dict[str, SnapshotRecord]:
    ids = [mapping.get("Ebs", {}).get("SnapshotId") for mapping in mappings]
    return {str(one): find_visible(call, str(one)) for one in ids if one}


def _require_usable(snapshot: SnapshotRecord) -> None:
    # Code and text assumed: those of CreateVolume.
    if snapshot.state != "completed":
        raise codes.Refused(codes.incorrect_state(snapshot.state))
    if snapshot.storage_tier == "archive":
        raise codes.Refused(codes.incorrect_state("archived"))


def _require_root(name: str, mappings: Sequence[Mapping[str, Any]]) -> None:
    for mapping in mappings:
        if mapping.get("DeviceName") == name and mapping.get("Ebs", {}).get("SnapshotId"):
            return
    # Code documented, text assumed.
    message = f"The root device {name} has no mapping with a snapshot."
    raise codes.Refused(codes.ErrorResponse("InvalidBlockDeviceMapping", message))


def require_free_name(call: Call, name: str) -> None:
    """Refuse a name that an image of the caller has in the Region. Observed in many issues."""
    for image in call.world.images:
        if (image.region, image.owner_id, image.name) == (call.region, call.account_id, name):
            message = f"AMI name {name} is already in use by AMI {image.image_id}"
            raise codes.Refused(codes.ErrorResponse("InvalidAMIName.Duplicate", message))


def _completed(
    mapping: Mapping[str, Any], snapshots: Mapping[str, SnapshotRecord]
) -> dict[str, Any]:
    """Return a mapping with what follows from its snapshot."""
    ebs = dict(mapping.get("Ebs", {}))
    if not ebs:
        return dict(mapping)
    snapshot = snapshots.get(str(ebs.get("SnapshotId")))
    if snapshot is not None:
        ebs.setdefault("VolumeSize", snapshot.volume_size)
        ebs["Encrypted"] = snapshot.encrypted
    return {**mapping, "Ebs": {**_DEVICE_DEFAULTS, **ebs}}


def _getters(call: Call) -> Mapping[str, Callable[[ImageRecord], str | None]]:
    """Return those filters of the API reference, DescribeImages, that the fake has answers for."""
    snapshots = call.world.snapshots

    def attribute(name: str) -> Callable[[ImageRecord], str | None]:
        return lambda image: image.attributes.get(name)

    return {
        "architecture": attribute("Architecture"),
        "creation-date": _date,
        "description": lambda image: image.description,
        "ena-support": lambda image: boolean(image.attributes.get("EnaSupport")),
        "hypervisor": lambda _image: "xen",
        "image-id": lambda image: image.image_id,
        "image-type": lambda _image: "machine",
        "is-public": lambda image: boolean(image.public),
        "name": lambda image: image.name,
        "owner-id": lambda image: image.owner_id,
        "root-device-name": lambda image: image.root_device_name,
        "root-device-type": lambda _image: "ebs",
        "source-image-id": lambda image: image.source_image_id,
        "source-image-region": lambda image: image.source_region,
        "state": lambda image: image.state(snapshots),
        "virtualization-type": attribute("VirtualizationType"),
    }


def describe_images(  # the parameters of the API
    call: Call,
    *,
    image_ids: Sequence[str] = (),
    owners: Sequence[str] = (),
    executable_users: Sequence[str] = (),
    filters: Sequence[Mapping[str, Any]] = (),
    include_deprecated: bool = False,
    include_disabled: bool = False,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Result:
    """List the images that the caller can see in the Region. API reference, DescribeImages.

    Images of the fake are neither deprecated nor disabled, so including those adds none.
    """
    del include_deprecated, include_disabled
    size, position = paging.page_size(max_results), paging.position_of(next_token)
    checks = _checks(call, owners, executable_users, filters)
    for image_id in image_ids:
        require_image_id(image_id)
    call.authorize()
    for image_id in image_ids:
        if find_image(call, image_id) is None:
            raise codes.Refused(codes.image_not_found(image_id))
    entries: Iterator[tuple[int, ImageRecord]] = (
        entry
        for entry in call.world.images.page(region=call.region, after=position)
        if _is_visible(call, entry[1])
        and (not image_ids or entry[1].image_id in image_ids)
        and all(check(entry[1]) for check in checks)
    )
    page, token = paging.cut(entries, size)
    return {"Images": [_shown(call, image) for image in page], "NextToken": token}


def _checks(
    call: Call,
    owners: Sequence[str],
    users: Sequence[str],
    filters: Sequence[Mapping[str, Any]],
) -> list[Callable[[ImageRecord], bool]]:
    checks: list[Callable[[ImageRecord], bool]] = []
    me, tags = call.account_id, call.world.tags
    for user in (*owners, *users):
        if user not in ("self", "amazon", "aws-marketplace", "all") and not is_account_id(user):
            # Code documented, text assumed.
            message = f"Invalid user id: '{user}'"
            raise codes.Refused(codes.ErrorResponse("InvalidUserID.Malformed", message))
    if owners:
        wanted = {me if owner == "self" else owner for owner in owners}
        checks.append(lambda image: image.owner_id in wanted)
    if users:
        # No operation of the fake gives launch permissions: they are those of public images.
        checks.append(lambda image: image.public)
    passes = compile_filters(filters, _getters(call), lambda image: tags.of(me, image.image_id))
    checks.append(passes)
    return checks


def _date(image: ImageRecord) -> str:
    return image.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _shown(call: Call, image: ImageRecord) -> dict[str, Any]:
    """Return an image as DescribeImages shows it."""
    tags = call.world.tags.of(call.account_id, image.image_id)
    state = image.state(call.world.snapshots)
    return {
        "ImageId": image.image_id,
        "ImageLocation": f"{image.owner_id}/{image.name}",
        "ImageType": "machine",
        "Name": image.name,
        "Description": image.description or None,
        "OwnerId": image.owner_id,
        "Public": image.public,
        "State": state,
        "StateReason": _reason(call, image) if state == "failed" else None,
        "CreationDate": _date(image),
        "Hypervisor": "xen",
        "RootDeviceName": image.root_device_name,
        "RootDeviceType": "ebs",
        "SourceImageId": image.source_image_id,
        "SourceImageRegion": image.source_region,
        "BlockDeviceMappings": [_device(call, one) for one in image.block_devices],
        "Tags": as_list(tags) or None,
        **image.attributes,
    }


def _device(call: Call, mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a mapping that is encrypted as its snapshot is: a copy may be where its source isn't.

    Of a copy that is not validated yet, it shows as little as DescribeSnapshots does.
    """
    ebs = mapping.get("Ebs", {})
    snapshot = call.world.snapshots.get(str(ebs.get("SnapshotId")))
    if snapshot is None:
        return mapping
    return {**mapping, "Ebs": {**ebs, "Encrypted": snapshot.encrypted}}


def _reason(call: Call, image: ImageRecord) -> dict[str, str]:
    # Code and text assumed: the state message of the snapshot that failed.
    for snapshot_id in image.snapshot_ids:
        snapshot = call.world.snapshots.get(snapshot_id)
        if snapshot is not None and snapshot.state == "error":
            return {"Code": "Client.InternalError", "Message": snapshot.state_message or ""}
    return {"Code": "Client.InternalError", "Message": "A snapshot of the image was deleted"}


def deregister_image(
    call: Call, *, image_id: str, delete_associated_snapshots: bool = False
) -> Result:
    """Forget an image, and delete its snapshots if asked to. API reference, DeregisterImage."""
    require_image_id(image_id)
    call.authorize(call.arn(f"image/{image_id}"))
    image = _find_owned(call, image_id)
    call.world.images.remove(image_id)
    call.world.tags.forget(image.owner_id, image_id)
    if not delete_associated_snapshots:
        return {"Return": True}
    results = [
        {"SnapshotId": snapshot_id, "ReturnCode": _delete(call, snapshot_id)}
        for snapshot_id in dict.fromkeys(image.snapshot_ids)
    ]
    return {"Return": True, "DeleteSnapshotResults": results}


def _delete(call: Call, snapshot_id: str) -> str:
    """Delete a snapshot of an image that is gone; return the model's ReturnCode."""
    snapshot = call.world.snapshots.get(snapshot_id)
    if snapshot is None:
        return "client-error"
    if any(call.world.images.using(snapshot_id)):
        return "skipped"
    denied = call.world.permissions.denied(
        "ec2:DeleteSnapshot", snapshot_arn_of(call, snapshot), call.account_id
    )
    if denied is not None:
        return "missing-permissions"
    if snapshot.owner_id != call.account_id or locks.holds(snapshot, call.now):
        return "client-error"
    forget(call, snapshot)
    return "success"
