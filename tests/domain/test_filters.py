"""Filters of Describe operations."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.filters import boolean, compile_filters, matcher

ITEMS: tuple[dict[str, Any], ...] = (
    {"name": "one", "size": "8", "tags": {"team": "storage", "empty": ""}},
    {"name": "two", "size": "80", "tags": {"Team": "network"}},
    {"name": "three", "size": None, "tags": {}},
)


def passing(*filters: dict[str, Any]) -> list[str]:
    """Return the names of the items that pass."""
    passes = compile_filters(
        filters,
        {"name": lambda item: item["name"], "size": lambda item: item["size"]},
        lambda item: item["tags"],
    )
    return [item["name"] for item in ITEMS if passes(item)]


def one(name: str, *values: str) -> dict[str, Any]:
    """Build a filter."""
    return {"Name": name, "Values": list(values)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param([], ["one", "two", "three"], id="no-filter"),
        pytest.param([one("name", "one")], ["one"], id="a-value"),
        pytest.param([one("name", "one", "two")], ["one", "two"], id="values-are-alternatives"),
        pytest.param([one("name", "one"), one("size", "80")], [], id="filters-all-match"),
        pytest.param([one("name", "ONE")], [], id="case-sensitive"),
        pytest.param([one("size", "8")], ["one"], id="whole-values"),
        pytest.param([one("size", "8*")], ["one", "two"], id="star"),
        pytest.param([one("name", "t?o")], ["two"], id="question-mark"),
        pytest.param([one("name", "*")], ["one", "two", "three"], id="everything"),
        pytest.param([one("size", "*")], ["one", "two"], id="no-value-never-matches"),
        pytest.param([one("name", "x", "t*")], ["two", "three"], id="plain-and-wild"),
        pytest.param([one("tag:team", "storage")], ["one"], id="tag"),
        pytest.param([one("tag:team", "*")], ["one"], id="tag-key-in-its-case"),
        pytest.param([one("tag:empty", "")], ["one"], id="empty-tag"),
        pytest.param([one("tag:none", "")], [], id="missing-tag"),
        pytest.param([one("tag-key", "Team")], ["two"], id="tag-key"),
        pytest.param([one("tag-key", "?eam")], ["one", "two"], id="tag-key-wild"),
        pytest.param([one("tag-value", "network")], ["two"], id="tag-value"),
        pytest.param([one("tag-value", "")], ["one"], id="tag-value-empty"),
    ],
)
def test_items_pass_all_filters(filters: list[dict[str, Any]], expected: list[str]) -> None:
    """Values are alternatives, filters are all needed, wildcards work everywhere."""
    assert passing(*filters) == expected


@pytest.mark.parametrize(
    ("value", "text", "matches"),
    [
        ("a*", "a", True),
        ("a*", "a\nb", True),
        ("*a*", "xay", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a.c", "abc", False),
        ("a.c*", "abc", False),
        (r"a\*", "a*", True),
        (r"a\*", "ab", False),
        (r"a\?", "a?", True),
        (r"a\\b", r"a\b", True),
        ("a\\", "a\\", True),
        ("[ab]*", "a", False),
    ],
)
def test_wildcards_and_their_escapes(value: str, text: str, matches: bool) -> None:
    """A backslash takes the meaning from a wildcard; nothing else has one."""
    assert matcher([value])(text) is matches


MANY = [str(number) for number in range(201)]


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        pytest.param(
            {"Values": ["x"]},
            ErrorResponse("MissingParameter", "The request must contain the parameter Filter.Name"),
            id="no-name",
        ),
        pytest.param(
            one("name"),
            ErrorResponse(
                "InvalidParameterValue", "The filter 'name' must have at least one value"
            ),
            id="no-values",
        ),
        pytest.param(
            one("colour", "red"),
            ErrorResponse("InvalidParameterValue", "The filter 'colour' is invalid"),
            id="unknown",
        ),
        pytest.param(
            one("Name", "one"),
            ErrorResponse("InvalidParameterValue", "The filter 'Name' is invalid"),
            id="name-in-another-case",
        ),
        pytest.param(
            one("name", *MANY),
            ErrorResponse(
                "FilterLimitExceeded",
                "The maximum number of filter values specified on a single call is 200",
            ),
            id="too-many-values",
        ),
    ],
)
def test_a_filter_that_can_not_be_used_is_refused(
    broken: dict[str, Any], error: ErrorResponse
) -> None:
    """Also where nothing is there to be filtered."""
    with pytest.raises(Refused) as caught:
        passing(broken)

    assert caught.value.response == error


def test_two_hundred_values_are_taken() -> None:
    """The limit itself is good."""
    assert passing(one("name", "one", *MANY[:199])) == ["one"]


def test_truth_values_are_written_as_on_the_wire() -> None:
    """Filters compare "true" and "false"."""
    assert (boolean(True), boolean(0)) == ("true", "false")  # the value itself
