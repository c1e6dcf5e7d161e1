"""Tags: of each account its own, and their limits."""

from __future__ import annotations

from typing import Any

from pytest_fakecopy.domain.tags import Tags, as_list, of_specifications, specifications_defect
from tests.builders import ACCOUNT, OTHER_ACCOUNT

SNAPSHOT = "snap-1234abcd"


def test_each_account_has_tags_of_its_own() -> None:
    """What one account puts on a shared snapshot no other sees."""
    tags = Tags()

    tags.put(ACCOUNT, SNAPSHOT, {"team": "storage"})
    tags.put(OTHER_ACCOUNT, SNAPSHOT, {"team": "network"})

    assert tags.of(ACCOUNT, SNAPSHOT) == {"team": "storage"}
    assert tags.of(OTHER_ACCOUNT, SNAPSHOT) == {"team": "network"}
    assert tags.of(ACCOUNT, "snap-00000000") == {}


def test_a_tag_whose_key_is_there_gets_the_new_value() -> None:
    """Others stay, in their order."""
    tags = Tags()
    tags.put(ACCOUNT, SNAPSHOT, {"a": "1", "b": "2"})

    tags.put(ACCOUNT, SNAPSHOT, {"c": "3", "a": "4"})

    assert list(tags.of(ACCOUNT, SNAPSHOT).items()) == [("a", "4"), ("b", "2"), ("c", "3")]


def test_no_tags_leave_nothing_behind() -> None:
    """A resource without tags is not in the list of all tags."""
    tags = Tags()

    tags.put(ACCOUNT, SNAPSHOT, {})
    tags.take(ACCOUNT, SNAPSHOT, "missing")
    tags.forget(ACCOUNT, SNAPSHOT)

    assert list(tags) == []


def test_tags_are_taken_off() -> None:
    """One by one, or all of an account at once."""
    tags = Tags()
    tags.put(ACCOUNT, SNAPSHOT, {"a": "1", "b": "2"})
    tags.put(OTHER_ACCOUNT, SNAPSHOT, {"a": "1"})

    tags.take(ACCOUNT, SNAPSHOT, "a")
    one_left = dict(tags.of(ACCOUNT, SNAPSHOT))
    tags.take(ACCOUNT, SNAPSHOT, "missing")
    tags.take(ACCOUNT, SNAPSHOT, "b")

    assert one_left == {"b": "2"}
    assert list(tags) == [(OTHER_ACCOUNT, SNAPSHOT, "a", "1")]
    tags.forget(OTHER_ACCOUNT, SNAPSHOT)
    assert list(tags) == []


def test_tags_are_listed_as_ec2_lists_them() -> None:
    """Keys and values, and an empty list for none."""
    assert as_list({"a": "1", "b": ""}) == [
        {"Key": "a", "Value": "1"},
        {"Key": "b", "Value": ""},
    ]
    assert as_list({}) == []


def test_specifications_tag_resources_of_their_type() -> None:
    """Those of another type are left out; a missing value is empty."""
    specifications: list[dict[str, Any]] = [
        {"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b"}]},
        {"ResourceType": "image", "Tags": [{"Key": "c", "Value": "3"}]},
        {"ResourceType": "snapshot"},
    ]

    assert of_specifications(specifications, "snapshot") == {"a": "1", "b": ""}
    assert of_specifications(specifications, "image") == {"c": "3"}


def test_specifications_of_several_types_are_looked_at_one_by_one() -> None:
    """One key on two kinds of resources is no duplicate; on one kind it is."""
    tag = {"Key": "a", "Value": "1"}
    both = [{"ResourceType": "image", "Tags": [tag]}, {"ResourceType": "snapshot", "Tags": [tag]}]

    assert specifications_defect(both, "image", "snapshot") is None
    assert specifications_defect(both, "snapshot") is not None
    assert specifications_defect([*both, both[1]], "image", "snapshot") is not None
