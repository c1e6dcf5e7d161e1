"""Tags of KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.operations.key_lookup import (
    cut,
    find_key,
    require_customer_key,
    require_state,
)
from pytest_fakecopy.domain.tags import MOST_TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_fakecopy.domain.kms import KeyState
    from pytest_fakecopy.domain.operations.call import Call, Result

_TAGS_ON_A_PAGE = 50
_TAGGABLE: tuple[KeyState, ...] = (
    "Enabled",
    "Disabled",
    "PendingImport",
    "Unavailable",
    "Creating",
    "Updating",
)


def read_tags(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return KMS's list of tags as a mapping.

    Raises:
        Refused: a key stands twice, or is reserved. Code documented, texts assumed.
    """
    named: dict[str, str] = {}
    for tag in tags:
        key = tag["TagKey"]
        if key in named:
            raise Refused(_bad_tags(f"Duplicate tag key: {key}"))
        if key.lower().startswith("aws:"):
            raise Refused(_bad_tags("Tags beginning with aws: are reserved"))
        named[key] = tag["TagValue"]
    return named


def _bad_tags(message: str) -> ErrorResponse:
    return ErrorResponse("TagException", message)


def as_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as KMS's list."""
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def tag_resource(call: Call, *, key_id: str, tags: Sequence[Mapping[str, str]]) -> Result:
    """Tag a key. KMS API reference, TagResource."""
    key = find_key(call, key_id)
    named = read_tags(tags)
    call.authorize(key.arn)
    require_customer_key(call, key)
    require_state(key, _TAGGABLE)
    registry = call.world.tags
    if len({*registry.of(call.account_id, key.arn), *named}) > MOST_TAGS:
        # Code documented, text assumed.
        raise Refused(ErrorResponse("LimitExceededException", "Too many tags"))
    registry.put(call.account_id, key.arn, named)
    return {}


def untag_resource(call: Call, *, key_id: str, tag_keys: Sequence[str]) -> Result:
    """Take tags off a key. KMS API reference, UntagResource."""
    key = find_key(call, key_id)
    call.authorize(key.arn)
    require_customer_key(call, key)
    require_state(key, _TAGGABLE)
    for name in tag_keys:
        call.world.tags.take(call.account_id, key.arn, name)
    return {}


def list_resource_tags(
    call: Call, *, key_id: str, limit: int | None = None, marker: str | None = None
) -> Result:
    """List the tags of a key. KMS API reference, ListResourceTags."""
    key = find_key(call, key_id)
    call.authorize(key.arn)
    tags = as_tags(call.world.tags.of(call.account_id, key.arn))
    items, more = cut(tags, limit, marker, _TAGS_ON_A_PAGE)
    return {"Tags": items, **more}
