"""TagResource, UntagResource and ListResourceTags of KMS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.answers import client, code, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2


def tag(key: str, value: str = "") -> dict[str, str]:
    """Return a tag as KMS writes it."""
    return {"TagKey": key, "TagValue": value}


def test_a_key_is_tagged(fake: FakeEC2, kms: Any) -> None:
    """Tags come with the key, are added, changed and taken off."""
    key_id = kms.create_key(Tags=[tag("a", "1"), tag("b", "2")])["KeyMetadata"]["KeyId"]

    kms.tag_resource(KeyId=key_id, Tags=[tag("b", "3"), tag("c", "4")])
    kms.untag_resource(KeyId=key_id, TagKeys=["a", "none"])

    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == [tag("b", "3"), tag("c", "4")]


def test_tags_are_listed_by_pages(fake: FakeEC2, kms: Any) -> None:
    """With Limit and Marker; EC2's DescribeTags doesn't show them."""
    key = fake.kms.add_key()
    kms.tag_resource(KeyId=key.arn, Tags=[tag(str(number)) for number in range(3)])

    first = kms.list_resource_tags(KeyId=key.arn, Limit=2)
    second = kms.list_resource_tags(KeyId=key.arn, Marker=first["NextMarker"])

    assert [one["TagKey"] for page in (first, second) for one in page["Tags"]] == ["0", "1", "2"]
    assert client("ec2").describe_tags()["Tags"] == []


@pytest.mark.parametrize(
    ("members", "tags", "expected"),
    [
        pytest.param({}, [tag("aws:x")], "TagException", id="reserved"),
        pytest.param({}, [tag("x"), tag("x")], "TagException", id="twice"),
        pytest.param({}, [tag(str(n)) for n in range(51)], "LimitExceededException", id="51"),
        pytest.param(
            {"key_state": "PendingDeletion"},
            [tag("x")],
            "KMSInvalidStateException",
            id="pending-deletion",
        ),
        pytest.param({"key_manager": "AWS"}, [tag("x")], "AccessDeniedException", id="managed"),
    ],
)
def test_bad_tags_are_refused(
    fake: FakeEC2, kms: Any, members: dict[str, Any], tags: list[dict[str, str]], expected: str
) -> None:
    """None is put."""
    key = fake.kms.add_key(**members)
    before = state_of(fake)

    assert code(kms.tag_resource, KeyId=key.arn, Tags=tags) == expected
    assert state_of(fake) == before


def test_tags_of_a_key_that_is_to_be_deleted_stay(fake: FakeEC2, kms: Any) -> None:
    """They can't be taken off."""
    key = fake.kms.add_key(key_state="PendingDeletion")

    answer = code(kms.untag_resource, KeyId=key.arn, TagKeys=["a"])

    assert answer == "KMSInvalidStateException"
