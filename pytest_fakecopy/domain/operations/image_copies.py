"""Copy images: their snapshots are copied by the same rules as CopySnapshot's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.attempt import CopyRequest
from pytest_fakecopy.domain.operations.copy import start_copies
from pytest_fakecopy.domain.operations.images import (
    find_image,
    require_free_name,
    require_image_id,
)
from pytest_fakecopy.domain.tags import of_specifications, specifications_defect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_fakecopy.domain.images import ImageRecord
    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.snapshots import SnapshotRecord


def copy_image(  # the parameters of the API
    call: Call,
    *,
    name: str,
    source_image_id: str,
    source_region: str,
    description: str = "",
    encrypted: bool | None = None,
    kms_key_id: str | None = None,
    destination_outpost_arn: str | None = None,
    destination_availability_zone: str | None = None,
    snapshot_copy_completion_duration_minutes: int | None = None,
    copy_image_tags: bool = False,
    tag_specifications: Sequence[Mapping[str, Any]] = (),
    client_token: str | None = None,
) -> Result:
    """Copy an image with its snapshots. API reference, CopyImage.

    The image is `pending` until the copies of its snapshots have ended, and `failed` where one of
    them did. Encrypted=false asks for nothing here: an encrypted snapshot stays encrypted.
    """
    defect = specifications_defect(tag_specifications, "image", "snapshot")
    if defect is not None:
        raise codes.Refused(defect)
    require_image_id(source_image_id)
    if source_region not in call.world.regions:
        raise codes.Refused(codes.invalid_region(source_region))
    _authorize(call, source_region, source_image_id, tags=bool(tag_specifications))
    request = CopyRequest(
        source_region=source_region,
        destination_outpost_arn=destination_outpost_arn,
        destination_availability_zone=destination_availability_zone,
        encrypted=encrypted or None,
        # cloud-custodian: sends an empty one where it is to name none.
        kms_key_id=kms_key_id or None,
        completion_duration_minutes=snapshot_copy_completion_duration_minutes,
        tag_specifications=tuple(
            one for one in tag_specifications if one.get("ResourceType") == "snapshot"
        ),
        for_image=True,
    )
    asked = (name, source_image_id, description, request)
    place = (call.account_id, call.region, client_token or "")
    if client_token and place in call.world.tokens:
        return {"ImageId": _earlier(call, place, asked)}
    source = _find_source(call, source_image_id, source_region)
    require_free_name(call, name)
    image = _copied(call, source, request, name, description)
    tags = _own_tags(call, source) if copy_image_tags else {}
    tags |= of_specifications(tag_specifications, "image")
    call.world.images.put(image)
    call.world.tags.put(call.account_id, image.image_id, tags)
    if client_token:
        call.world.tokens[place] = (asked, image.image_id)
    return {"ImageId": image.image_id}


def _authorize(call: Call, source_region: str, source_image_id: str, *, tags: bool) -> None:
    source = f"arn:{call.partition}:ec2:{source_region}::image/{source_image_id}"
    call.authorize(call.arn("image/*"), source, tags=tags)


def _earlier(call: Call, place: tuple[str, str, str], asked: object) -> str:
    """Return the image that the same request made before, as the ClientToken says."""
    before, image_id = call.world.tokens[place]
    if before != asked:
        # Code documented, text assumed.
        message = "The client token was used with other parameters."
        raise codes.Refused(codes.ErrorResponse("IdempotentParameterMismatch", message))
    return image_id


def _find_source(call: Call, image_id: str, region: str) -> ImageRecord:
    source = find_image(call, image_id, region)
    if source is None:
        raise codes.Refused(codes.image_not_found(image_id))
    state = source.state(call.world.snapshots)
    if state != "available":
        # Code documented, text assumed.
        message = f"The image {image_id} is {state} and can't be copied."
        raise codes.Refused(codes.ErrorResponse("InvalidAMIID.Unavailable", message))
    return source


def _copied(
    call: Call, source: ImageRecord, request: CopyRequest, name: str, description: str
) -> ImageRecord:
    """Start the copies of the snapshots, all or none, and return the image made of them."""
    image_id = call.world.ids.coming_resource_id("ami")
    sources = list(dict.fromkeys(source.snapshot_ids))
    copies = start_copies(call, [_for(request, one, source, image_id) for one in sources])
    call.world.ids.resource_id("ami")
    by_source = dict(zip(sources, copies, strict=True))
    return replace(
        source,
        image_id=image_id,
        region=call.region,
        owner_id=call.account_id,
        name=name,
        description=description,
        created_at=call.now,
        block_devices=tuple(_device(one, by_source) for one in source.block_devices),
        public=False,
        source_image_id=source.image_id,
        source_region=source.region,
    )


def _for(request: CopyRequest, snapshot_id: str, source: ImageRecord, image_id: str) -> CopyRequest:
    # Quoted in many issues; the task's date at the end of the text is left out.
    description = (
        f"Copied for DestinationAmi {image_id} from SourceAmi {source.image_id}"
        f" for SourceSnapshot {snapshot_id}."
    )
    return replace(request, source_snapshot_id=snapshot_id, description=description)


def _device(device: Mapping[str, Any], copies: Mapping[str, SnapshotRecord]) -> Mapping[str, Any]:
    """Return a mapping with the copy in the place of its source."""
    copy = copies.get(str(device.get("Ebs", {}).get("SnapshotId")))
    if copy is None:
        return device
    return {**device, "Ebs": {**device["Ebs"], "SnapshotId": copy.snapshot_id}}


def _own_tags(call: Call, source: ImageRecord) -> dict[str, str]:
    """Return the user's tags of the source. API reference, CopyImage: not those of AWS's own."""
    tags = call.world.tags.of(call.account_id, source.image_id)
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}
