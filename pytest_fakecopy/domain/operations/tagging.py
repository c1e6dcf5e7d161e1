"""Create, delete and describe tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.arns import is_resource_id
from pytest_fakecopy.domain.filters import compile_filters
from pytest_fakecopy.domain.operations import paging
from pytest_fakecopy.domain.operations.images import find_image
from pytest_fakecopy.domain.operations.snapshots import find_visible
from pytest_fakecopy.domain.tags import LONGEST_KEY, MOST_TAGS, TAG_LIMIT_EXCEEDED, tags_defect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_fakecopy.domain.operations.call import Call, Result

# AWS docs, EC2 API reference "CreateTags": up to 1000 resources.
_MOST_RESOURCES = 1000
_TYPES = {"snap": "snapshot", "vol": "volume", "ami": "image"}


def _require_resource(call: Call, resource_id: str) -> None:
    """Refuse an id that names nothing that the caller can tag."""
    world, place = call.world, {"region": call.region, "account_id": call.account_id}
    prefix = resource_id.partition("-")[0]
    if prefix not in _TYPES or not is_resource_id(resource_id):
        raise codes.Refused(codes.invalid_id(resource_id))
    if prefix == "snap":
        find_visible(call, resource_id)
    if prefix == "vol" and world.volumes.find(resource_id, **place) is None:
        raise codes.Refused(codes.volume_not_found(resource_id))
    if prefix == "ami" and find_image(call, resource_id) is None:
        raise codes.Refused(codes.image_not_found(resource_id))


def _require_resources(call: Call, resources: Sequence[str]) -> None:
    if len(resources) > _MOST_RESOURCES:
        raise codes.Refused(
            codes.invalid_parameter_value(
                f"The maximum number of resources in one call is {_MOST_RESOURCES}"
            )
        )
    for resource_id in resources:
        _require_resource(call, resource_id)


def _arns(call: Call, resources: Sequence[str]) -> list[str]:
    arns = []
    for resource_id in resources:
        kind = _TYPES[resource_id.partition("-")[0]]
        account_id = call.account_id if kind == "volume" else ""
        arns.append(call.arn(f"{kind}/{resource_id}", account_id=account_id))
    return arns


def create_tags(
    call: Call, *, resources: Sequence[str], tags: Sequence[Mapping[str, Any]]
) -> Result:
    """Add tags to resources, or change their values. API reference, CreateTags."""
    defect = tags_defect(tags)
    if defect is not None:
        raise codes.Refused(defect)
    _require_resources(call, resources)
    call.authorize(*_arns(call, resources))
    new = {str(tag.get("Key", "")): str(tag.get("Value", "")) for tag in tags}
    registry = call.world.tags
    for resource_id in resources:
        if len({*registry.of(call.account_id, resource_id), *new}) > MOST_TAGS:
            raise codes.Refused(TAG_LIMIT_EXCEEDED)
    for resource_id in resources:
        registry.put(call.account_id, resource_id, new)
    return {}


def delete_tags(
    call: Call, *, resources: Sequence[str], tags: Sequence[Mapping[str, Any]] = ()
) -> Result:
    """Take tags off resources. API reference, DeleteTags.

    A tag that is given with a value goes only if it has that value, and without tags all go.
    """
    for tag in tags:
        if len(str(tag.get("Key", ""))) > LONGEST_KEY:
            raise codes.Refused(
                codes.invalid_parameter_value(
                    f"Tag key exceeds the maximum length of {LONGEST_KEY} characters"
                )
            )
    _require_resources(call, resources)
    call.authorize(*_arns(call, resources))
    registry = call.world.tags
    for resource_id in resources:
        if not tags:
            registry.forget(call.account_id, resource_id)
        for tag in tags:
            key, value = str(tag.get("Key", "")), tag.get("Value")
            if value is None or registry.of(call.account_id, resource_id).get(key) == value:
                registry.take(call.account_id, resource_id, key)
    return {}


_Row = tuple[str, str, str]

_GETTERS: Mapping[str, Callable[[_Row], str | None]] = {
    "key": lambda row: row[1],
    "resource-id": lambda row: row[0],
    "resource-type": lambda row: _TYPES[row[0].partition("-")[0]],
    "value": lambda row: row[2],
}


def describe_tags(
    call: Call,
    *,
    filters: Sequence[Mapping[str, Any]] = (),
    max_results: int | None = None,
    next_token: str | None = None,
) -> Result:
    """List the caller's tags in the Region, by resource and key. API reference, DescribeTags.

    Tags of a snapshot that is no longer shared with the caller are still there (2026-09-25).
    """
    size = paging.page_size(max_results)
    position = paging.position_of(next_token)
    passes = compile_filters(filters, _GETTERS, lambda row: {row[1]: row[2]})
    call.authorize()
    rows = sorted(
        (resource_id, key, value)
        for account_id, resource_id, key, value in call.world.tags
        if account_id == call.account_id and _is_here(call, resource_id)
    )
    entries = ((number, row) for number, row in enumerate(rows, start=1) if number > position)
    page, token = paging.cut((entry for entry in entries if passes(entry[1])), size)
    items = [
        {
            "Key": key,
            "ResourceId": resource_id,
            "ResourceType": _TYPES[resource_id.partition("-")[0]],
            "Value": value,
        }
        for resource_id, key, value in page
    ]
    return {"Tags": items, "NextToken": token}


def _is_here(call: Call, resource_id: str) -> bool:
    world = call.world
    record = world.snapshots.get(resource_id)
    if record is not None:
        return record.region == call.region
    place = {"region": call.region, "account_id": call.account_id}
    if resource_id.startswith("ami-"):
        return find_image(call, resource_id) is not None
    return world.volumes.find(resource_id, **place) is not None
