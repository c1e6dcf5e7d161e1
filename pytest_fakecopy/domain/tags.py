"""Tags of resources, and the limits that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.error_codes import ErrorResponse, invalid_parameter_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# botocore 1.43, EC2 model, Tag: a key has up to 127 characters, a value up to 256.
LONGEST_KEY = 127
LONGEST_VALUE = 256
# AWS docs, EC2 User Guide "Tag your resources": the most tags of one resource.
MOST_TAGS = 50

# Code documented, text assumed.
TAG_LIMIT_EXCEEDED = ErrorResponse(
    "TagLimitExceeded", "The maximum number of Tags for a resource has been reached."
)


class Tags:
    """The tags of all resources. Of a shared snapshot each account has tags of its own.

    That each account sees its own tags alone is observed (capture of 2026-09-25).
    """

    def __init__(self) -> None:
        """Start without tags."""
        self._tags: dict[str, dict[str, dict[str, str]]] = {}

    def of(self, account_id: str, resource_id: str) -> Mapping[str, str]:
        """Return the tags that an account gave a resource."""
        return self.given_by(account_id).get(resource_id, _NONE)

    def given_by(self, account_id: str) -> Mapping[str, Mapping[str, str]]:
        """Return the tags of each resource that an account gave any."""
        return self._tags.get(account_id, _NOBODY)

    def put(self, account_id: str, resource_id: str, tags: Mapping[str, str]) -> None:
        """Add tags to a resource; one whose key is there gets the new value."""
        if tags:
            given = self._tags.setdefault(account_id, {})
            given.setdefault(resource_id, {}).update(tags)

    def take(self, account_id: str, resource_id: str, key: str) -> None:
        """Take the tag with that key off a resource, if it is there."""
        given = self._tags.get(account_id, {})
        tags = given.get(resource_id, {})
        tags.pop(key, None)
        if not tags:
            given.pop(resource_id, None)

    def forget(self, account_id: str, resource_id: str) -> None:
        """Take all of an account's tags off a resource."""
        self._tags.get(account_id, {}).pop(resource_id, None)

    def __iter__(self) -> Iterator[tuple[str, str, str, str]]:
        """Iterate over account, resource, key and value of every tag."""
        for account_id, given in tuple(self._tags.items()):
            for resource_id, tags in tuple(given.items()):
                for key, value in tuple(tags.items()):
                    yield account_id, resource_id, key, value


_NOBODY: Mapping[str, Mapping[str, str]] = {}
_NONE: Mapping[str, str] = {}


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as EC2's list of keys and values, or an empty list."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def of_specifications(
    specifications: Iterable[Mapping[str, Any]], resource_type: str
) -> dict[str, str]:
    """Return the tags that TagSpecifications give to resources of that type."""
    return {
        str(tag.get("Key", "")): str(tag.get("Value", ""))
        for specification in specifications
        if specification.get("ResourceType") == resource_type
        for tag in specification.get("Tags", ())
    }


def specifications_defect(
    specifications: Sequence[Mapping[str, Any]], *resource_types: str
) -> ErrorResponse | None:
    """Return what is wrong with the TagSpecifications of a call, or None where nothing is.

    Args:
        specifications: The parameter as it came.
        resource_types: What the operation can tag: "snapshot".
    """
    for specification in specifications:
        kind = specification.get("ResourceType", "")
        if kind not in resource_types:
            # Observed: capture of 2026-09-25.
            return invalid_parameter_value(
                f"'{kind}' is not a valid taggable resource type for this operation."
            )
    for resource_type in resource_types:
        tags = [
            tag
            for specification in specifications
            if specification.get("ResourceType") == resource_type
            for tag in specification.get("Tags", ())
        ]
        defect = tags_defect(tags)
        if defect is not None:
            return defect
    return None


def tags_defect(tags: Sequence[Mapping[str, Any]]) -> ErrorResponse | None:
    """Return what is wrong with a list of tags for one resource, or None where nothing is."""
    seen = set()
    for tag in tags:
        key = str(tag.get("Key", ""))
        defect = _tag_defect(key, str(tag.get("Value", "")))
        if defect is not None:
            return invalid_parameter_value(defect)
        if key in seen:
            # Observed: capture of 2026-09-25.
            return invalid_parameter_value(f"Duplicate tag key '{key}' specified.")
        seen.add(key)
    return TAG_LIMIT_EXCEEDED if len(seen) > MOST_TAGS else None


def _tag_defect(key: str, value: str) -> str | None:
    # The code was observed for reserved and empty keys (CreateVolume, 2026-09-25); the texts are
    # assumed.
    if not key:
        return "Tag key cannot be empty."
    if key.lower().startswith("aws:"):
        return "Tag keys starting with 'aws:' are reserved for internal use"
    if len(key) > LONGEST_KEY:
        return f"Tag key exceeds the maximum length of {LONGEST_KEY} characters"
    if len(value) > LONGEST_VALUE:
        return f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters"
    return None
