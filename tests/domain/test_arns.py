"""ARNs and the shapes of ids."""

from __future__ import annotations

import pytest

from pytest_fakecopy.domain.arns import Arn, is_account_id, is_snapshot_id, snapshot_arn


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd",
            Arn("aws", "kms", "us-east-1", "111122223333", "key/1234abcd"),
            id="all-parts",
        ),
        pytest.param(
            "arn:aws:s3:::bucket", Arn("aws", "s3", "", "", "bucket"), id="no-region-no-account"
        ),
        pytest.param(
            "arn:aws:sns:us-east-1:111122223333:topic:sub",
            Arn("aws", "sns", "us-east-1", "111122223333", "topic:sub"),
            id="colons-in-the-resource",
        ),
        pytest.param("", None, id="empty"),
        pytest.param("alias/backup", None, id="no-arn"),
        pytest.param("arn:aws:kms:us-east-1:111122223333", None, id="no-resource"),
        pytest.param("arn:aws:kms:us-east-1:111122223333:", None, id="empty-resource"),
        pytest.param("arn::kms:us-east-1:111122223333:key/1", None, id="empty-partition"),
        pytest.param("arn:aws::us-east-1:111122223333:key/1", None, id="empty-service"),
        pytest.param("urn:aws:kms:us-east-1:111122223333:key/1", None, id="other-prefix"),
    ],
)
def test_an_arn_is_taken_apart_or_is_none(text: str, expected: Arn | None) -> None:
    """A text is either an ARN with its parts, or none at all."""
    assert Arn.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["arn:aws:kms:us-east-1:111122223333:alias/a:b", "arn:aws:s3:::bucket"]
)
def test_an_arn_is_put_together_as_it_was(text: str) -> None:
    """What was taken apart gives the same text again."""
    assert str(Arn.parse(text)) == text


def test_the_arn_of_a_snapshot_has_no_account() -> None:
    """IAM writes snapshots with an empty account field."""
    arn = snapshot_arn("aws-cn", "cn-north-1", "*")

    assert arn == "arn:aws-cn:ec2:cn-north-1::snapshot/*"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("111122223333", True),
        ("000000000000", True),
        ("11112222333", False),
        ("1111222233334", False),
        ("11112222333a", False),
        ("111122223333\n", False),
        ("١١١١٢٢٢٢٣٣٣٣", False),
        ("", False),
    ],
)
def test_an_account_id_is_12_digits(text: str, good: bool) -> None:
    """Nothing but 12 ASCII digits is an account id."""
    assert is_account_id(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        pytest.param("snap-0123456789abcdef0", True, id="17-digits"),
        pytest.param("snap-1234abcd", True, id="8-digits"),
        pytest.param("snap-00000000000000000", True, id="17-zeros"),
        pytest.param("snap-0123456789abcdef", False, id="16-digits"),
        pytest.param("snap-0123456789abcdef01", False, id="18-digits"),
        pytest.param("snap-1234abc", False, id="7-digits"),
        pytest.param("snap-1234ABCD", False, id="upper-case"),
        pytest.param("snap-1234abcg", False, id="no-hexadecimal-digit"),
        pytest.param("vol-1234abcd", False, id="a-volume"),
        pytest.param("snap-1234abcd ", False, id="space-at-the-end"),
        pytest.param("", False, id="empty"),
    ],
)
def test_a_snapshot_id_has_8_or_17_digits(text: str, good: bool) -> None:
    """A snapshot id is `snap-` and 8 or 17 lower-case hexadecimal digits."""
    assert is_snapshot_id(text) is good
