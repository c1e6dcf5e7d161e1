"""Filters of Describe operations: names a table of getters, values with `*` and `?`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.wildcards import compile_wildcards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_T = TypeVar("_T")
Matcher: TypeAlias = "Callable[[str], bool]"

# AWS docs, EC2 API reference "Describe" operations: up to 200 values in a filter.
_MOST_VALUES = 200


def matcher(values: Sequence[str]) -> Matcher:
    """Return a function that says whether a text matches one of the values of a filter."""
    plain = frozenset(value for value in values if not set(value) & set("*?\\"))
    wild = [compile_wildcards(value, escapes=True) for value in values if set(value) & set("*?\\")]
    if not wild:
        return plain.__contains__
    return lambda text: text in plain or any(pattern.fullmatch(text) for pattern in wild)


def compile_filters(
    filters: Iterable[Mapping[str, Any]],
    getters: Mapping[str, Callable[[_T], str | None]],
    tags_of: Callable[[_T], Mapping[str, str]],
) -> Callable[[_T], bool]:
    """Return a function that says whether an item passes all filters.

    Names and values are case-sensitive; the values of one filter are alternatives, the filters
    all have to match (API reference, DescribeSnapshots).

    Args:
        filters: The parameter as it came: `[{"Name": "status", "Values": ["completed"]}]`.
        getters: For each filter name what it compares; None never matches.
        tags_of: The tags of an item, for `tag:<key>`, `tag-key` and `tag-value`.

    Raises:
        Refused: a filter has no name, an unknown one, no values or too many.
    """
    checks = [_check(one, getters, tags_of) for one in filters]
    return every(checks)


def every(checks: Sequence[Callable[[_T], bool]]) -> Callable[[_T], bool]:
    """Return a function that says whether an item passes all *checks*; a single one is enough."""
    if len(checks) == 1:
        return checks[0]
    return lambda item: all(check(item) for check in checks)


def _check(
    one: Mapping[str, Any],
    getters: Mapping[str, Callable[[_T], str | None]],
    tags_of: Callable[[_T], Mapping[str, str]],
) -> Callable[[_T], bool]:
    name, values = one.get("Name"), one.get("Values")
    if not name:
        raise codes.Refused(codes.missing_parameter("Filter.Name"))
    if not values:
        raise codes.Refused(
            codes.invalid_parameter_value(f"The filter '{name}' must have at least one value")
        )
    if len(values) > _MOST_VALUES:
        message = (
            f"The maximum number of filter values specified on a single call is {_MOST_VALUES}"
        )
        raise codes.Refused(codes.ErrorResponse("FilterLimitExceeded", message))
    matches = matcher([str(value) for value in values])
    if name.startswith("tag:"):
        return _tag_check(name[len("tag:") :], matches, tags_of)
    if name == "tag-key":
        return lambda item: any(map(matches, tags_of(item)))
    if name == "tag-value":
        return lambda item: any(map(matches, tags_of(item).values()))
    if name not in getters:
        raise codes.Refused(codes.unknown_filter(name))
    return _member_check(getters[name], matches)


def _tag_check(
    key: str, matches: Matcher, tags_of: Callable[[_T], Mapping[str, str]]
) -> Callable[[_T], bool]:
    def check(item: _T) -> bool:
        value = tags_of(item).get(key)
        return value is not None and matches(value)

    return check


def _member_check(get: Callable[[_T], str | None], matches: Matcher) -> Callable[[_T], bool]:
    def check(item: _T) -> bool:
        value = get(item)
        return value is not None and matches(value)

    return check


def boolean(value: object) -> str:
    """Return a truth value as filters and the wire write it: "true" or "false"."""
    return "true" if value else "false"
