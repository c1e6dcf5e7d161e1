"""CreateAlias, UpdateAlias, DeleteAlias and ListAliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.answers import OTHER, OWNER, code, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

PREFIX = f"arn:aws:kms:us-east-1:{OWNER}"


def test_an_alias_names_a_key(fake: FakeEC2, kms: Any) -> None:
    """And shows when it was made and changed; the predefined one has no key so far."""
    key, another = fake.kms.add_key(), fake.kms.add_key()

    kms.create_alias(AliasName="alias/backup", TargetKeyId=key.key_id)
    fake.clock.tick(60)
    kms.update_alias(AliasName="alias/backup", TargetKeyId=another.arn)

    alias, predefined = kms.list_aliases()["Aliases"]
    assert (alias["AliasName"], alias["AliasArn"], alias["TargetKeyId"]) == (
        "alias/backup",
        f"{PREFIX}:alias/backup",
        another.key_id,
    )
    assert (alias["LastUpdatedDate"] - alias["CreationDate"]).total_seconds() >= 60
    assert predefined == {"AliasName": "alias/aws/ebs", "AliasArn": f"{PREFIX}:alias/aws/ebs"}
    assert (key.aliases, another.aliases) == ((), ("alias/backup",))


def test_a_moved_alias_counts_for_pending_copies(fake: FakeEC2, kms: Any, ec2: Any) -> None:
    """What it means is looked up when the copy is validated."""
    disabled, good = fake.kms.add_key(key_state="Disabled"), fake.kms.add_key()
    kms.create_alias(AliasName="alias/backup", TargetKeyId=disabled.arn)
    source = fake.snapshots.add()
    copy = ec2.copy_snapshot(
        SourceRegion="us-east-1",
        SourceSnapshotId=source.snapshot_id,
        Encrypted=True,
        KmsKeyId="alias/backup",
    )

    kms.update_alias(AliasName="alias/backup", TargetKeyId=good.arn)

    assert fake.assert_eventually_completed(copy["SnapshotId"]).kms_key_id == good.arn


def test_a_deleted_alias_names_nothing(fake: FakeEC2, kms: Any) -> None:
    """The key stays."""
    key = fake.kms.add_key(alias="alias/backup")

    kms.delete_alias(AliasName="alias/backup")

    assert key.aliases == ()
    assert code(kms.describe_key, KeyId="alias/backup") == "NotFoundException"


def test_aliases_are_listed(fake: FakeEC2, kms: Any) -> None:
    """By pages and by key; those of the account and Region alone."""
    fake.kms.add_key(account_id=OTHER, alias="alias/backup")
    keys = [fake.kms.add_key(alias=f"alias/{number}") for number in range(3)]
    fake.kms.default_ebs_key("us-east-1")

    pages = list(kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 3}))
    one = kms.list_aliases(KeyId=keys[1].arn)["Aliases"]

    assert [alias["AliasName"] for page in pages for alias in page["Aliases"]] == [
        "alias/0",
        "alias/1",
        "alias/2",
        "alias/aws/ebs",
    ]
    assert [alias["AliasName"] for alias in one] == ["alias/1"]


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        pytest.param("backup", "good", "ValidationException", id="no-prefix"),
        pytest.param("alias/aws/mine", "good", "NotAuthorizedException", id="reserved"),
        pytest.param("alias/a:b", "good", "InvalidAliasNameException", id="colon"),
        pytest.param("alias/taken", "good", "AlreadyExistsException", id="taken"),
        pytest.param("alias/new", "alias/taken", "ValidationException", id="alias-of-an-alias"),
        pytest.param("alias/new", "none", "NotFoundException", id="no-key"),
        pytest.param("alias/new", "deleted", "KMSInvalidStateException", id="pending-deletion"),
        pytest.param("alias/new", "managed", "AccessDeniedException", id="managed-key"),
    ],
)
def test_a_bad_alias_is_refused(
    fake: FakeEC2, kms: Any, name: str, target: str, expected: str
) -> None:
    """None is made."""
    keys = {
        "good": fake.kms.add_key(alias="alias/taken").arn,
        "deleted": fake.kms.add_key(key_state="PendingDeletion").arn,
        "managed": fake.kms.default_ebs_key("us-east-1").arn,
    }
    before = state_of(fake)

    answer = code(kms.create_alias, AliasName=name, TargetKeyId=keys.get(target, target))

    assert answer == expected
    assert state_of(fake) == before


def test_a_taken_alias_has_kms_own_text(fake: FakeEC2, kms: Any) -> None:
    """With the alias's ARN."""
    key = fake.kms.add_key(alias="alias/taken")

    answer = refusal(kms.create_alias, AliasName="alias/taken", TargetKeyId=key.arn)

    assert answer == (
        "AlreadyExistsException",
        f"An alias with the name {PREFIX}:alias/taken already exists",
    )


def test_what_is_no_alias_has_kms_own_text(fake: FakeEC2, kms: Any) -> None:
    """A name without the prefix, and an alias where a key should be."""
    key = fake.kms.add_key(alias="alias/taken")

    name = refusal(kms.create_alias, AliasName="backup", TargetKeyId=key.arn)
    target = refusal(kms.create_alias, AliasName="alias/new", TargetKeyId="alias/taken")

    assert name == ("ValidationException", "Invalid identifier")
    assert target == ("ValidationException", "Aliases must refer to keys. Not aliases")


def test_an_alias_stays_with_keys_of_its_kind(fake: FakeEC2, kms: Any) -> None:
    """It can't be moved from a symmetric key to an asymmetric one; what isn't there can't move."""
    fake.kms.add_key(alias="alias/backup")
    asymmetric = fake.kms.add_key(key_spec="RSA_2048")

    moved = code(kms.update_alias, AliasName="alias/backup", TargetKeyId=asymmetric.arn)
    missing = refusal(kms.update_alias, AliasName="alias/none", TargetKeyId=asymmetric.arn)

    assert moved == "ValidationException"
    assert missing == ("NotFoundException", f"Alias {PREFIX}:alias/none is not found.")
    assert refusal(kms.delete_alias, AliasName="alias/none") == missing
