"""KMS keys: identifiers, default keys, aliases, states and removal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pytest_fakecopy.domain.kms import KEY_STATES, Grant, KeyRecord, is_alias_name, schedule_removal
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    START,
    THERE,
    key_record,
    make_key,
    make_world,
)

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ALIAS = "alias/backup"


def arn(resource: str, *, region: str = HERE, account_id: str = ACCOUNT) -> str:
    """Return the ARN of a key or an alias."""
    return f"arn:aws:kms:{region}:{account_id}:{resource}"


@pytest.mark.parametrize(
    ("identifier", "found"),
    [
        # own account, own Region
        pytest.param(KEY_ID, "own", id="key-id"),
        pytest.param(arn(f"key/{KEY_ID}"), "own", id="key-arn"),
        pytest.param(ALIAS, "own", id="alias-name"),
        pytest.param(arn(ALIAS), "own", id="alias-arn"),
        # own account, other Region
        pytest.param("key-there", None, id="key-id-of-other-region"),
        pytest.param(arn("key/key-there", region=THERE), "there", id="key-arn-of-other-region"),
        pytest.param("alias/there", None, id="alias-name-of-other-region"),
        pytest.param(arn("alias/there", region=THERE), "there", id="alias-arn-of-other-region"),
        # other account, own Region
        pytest.param("key-foreign", None, id="key-id-of-account"),
        pytest.param(
            arn("key/key-foreign", account_id=OTHER_ACCOUNT),
            "foreign",
            id="key-arn-of-account",
        ),
        pytest.param("alias/foreign", None, id="alias-name-of-account"),
        pytest.param(
            arn("alias/foreign", account_id=OTHER_ACCOUNT),
            "foreign",
            id="alias-arn-of-account",
        ),
        # nothing answers
        pytest.param("", None, id="empty"),
        pytest.param("no-such-key", None, id="no-such-key-id"),
        pytest.param("alias/none", None, id="no-such-alias"),
        pytest.param(arn("key/none"), None, id="no-such-key-arn"),
        pytest.param(arn("alias/none"), None, id="no-such-alias-arn"),
        pytest.param("backup", None, id="alias-without-its-prefix"),
        pytest.param(arn(KEY_ID), None, id="key-arn-without-key"),
        pytest.param(arn(f"key/{KEY_ID}").replace(":kms:", ":s3:"), None, id="other-service"),
        pytest.param(
            arn(f"key/{KEY_ID}").replace("arn:aws:", "arn:aws-cn:"), None, id="other-partition"
        ),
        pytest.param(
            arn(ALIAS).replace("arn:aws:", "arn:aws-cn:"), None, id="alias-of-other-partition"
        ),
        pytest.param("arn:aws:kms", None, id="broken-arn"),
    ],
)
def test_an_identifier_means_one_key_or_none(identifier: str, found: str | None) -> None:
    """Bare forms are looked up where the caller is; an ARN brings its own account and Region."""
    world = make_world()
    keys = {
        "own": make_key(world, key_id=KEY_ID, alias=ALIAS),
        "there": make_key(world, key_id="key-there", region=THERE, alias="alias/there"),
        "foreign": make_key(
            world, key_id="key-foreign", account_id=OTHER_ACCOUNT, alias="alias/foreign"
        ),
    }

    key = world.keys.resolve(identifier, region=HERE, account_id=ACCOUNT)

    assert key == (keys[found] if found else None)


def test_a_key_is_found_in_whatever_state() -> None:
    """Whether a key can be used is not the registry's business."""
    world = make_world()
    keys = [make_key(world, key_state=state) for state in KEY_STATES]

    found = [world.keys.resolve(key.arn, region=HERE, account_id=ACCOUNT) for key in keys]

    assert found == keys


def test_the_default_key_is_made_once_for_an_account_and_region() -> None:
    """`alias/aws/ebs` always means the same AWS managed key there, and another elsewhere."""
    keys = make_world().keys

    key = keys.default_ebs_key(HERE, ACCOUNT)

    assert key.key_manager == "AWS"
    assert keys.default_ebs_key(HERE, ACCOUNT) is key
    assert keys.default_ebs_key(THERE, ACCOUNT) != key
    assert keys.default_ebs_key(HERE, OTHER_ACCOUNT) != key
    assert keys.aliases_of(key.arn) == ("alias/aws/ebs",)


@pytest.mark.parametrize("identifier", ["alias/aws/ebs", arn("alias/aws/ebs")])
def test_the_default_key_is_there_when_it_is_first_named(identifier: str) -> None:
    """Its alias needs no setting up."""
    keys = make_world().keys

    key = keys.resolve(identifier, region=HERE, account_id=ACCOUNT)

    assert key is not None
    assert key == keys.default_ebs_key(HERE, ACCOUNT)


def test_the_default_key_is_not_made_before_it_is_used() -> None:
    """Looking it up is no use of it, and it is the same key then."""
    keys = make_world().keys

    found = keys.resolve("alias/aws/ebs", region=HERE, account_id=ACCOUNT)

    assert found is not None
    assert list(keys) == []
    assert keys.aliases(HERE, ACCOUNT) == {}

    keys.use(found)

    assert list(keys) == [found]
    assert keys.aliases(HERE, ACCOUNT) == {"alias/aws/ebs": found.arn}


def test_a_key_is_made_with_an_arn_and_kept() -> None:
    """The ARN has the partition, the Region and the account of the key."""
    world = make_world()

    key = make_key(world, region="cn-north-1", key_id=KEY_ID)

    assert key.arn == f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/{KEY_ID}"
    assert key.created_at == START
    assert world.keys.get(key.arn) is key
    assert len(world.keys) == 1
    assert list(world.keys) == [key]


def test_a_multi_region_key_has_an_id_of_its_own_form() -> None:
    """A new multi-Region key is its own primary; a replica names another."""
    world = make_world()

    primary = make_key(world, multi_region=True)
    replica = make_key(
        world, region=THERE, key_id=primary.key_id, multi_region=True, primary_arn=primary.arn
    )

    assert primary.key_id.startswith("mrk-")
    assert len(primary.key_id) == 36
    assert primary.primary_arn == primary.arn
    assert replica.primary_arn == primary.arn
    assert replica.arn != primary.arn


def test_a_change_makes_a_new_record() -> None:
    """The record that somebody holds stays as it was."""
    world = make_world()
    key = make_key(world)

    disabled = world.keys.change(key.arn, key_state="Disabled")
    world.keys.replace(key)

    assert disabled.key_state == "Disabled"
    assert world.keys.get(key.arn) is key


def test_aliases_belong_to_an_account_and_region() -> None:
    """One name means one key per account and Region, and can be moved and removed."""
    world = make_world()
    first, second = make_key(world, alias=ALIAS), make_key(world)
    make_key(world, region=THERE, alias=ALIAS)
    before = world.keys.aliases(HERE, ACCOUNT)

    world.keys.set_alias(ALIAS, second.arn)
    moved = world.keys.aliases(HERE, ACCOUNT)
    world.keys.remove_alias(HERE, ACCOUNT, ALIAS)

    assert before == {ALIAS: first.arn}
    assert moved == {ALIAS: second.arn}
    assert world.keys.aliases(HERE, ACCOUNT) == {}
    assert world.keys.alias_target(HERE, ACCOUNT, ALIAS) is None
    assert list(world.keys.aliases(THERE, ACCOUNT)) == [ALIAS]


def test_a_removed_key_takes_its_aliases_along() -> None:
    """Other keys keep theirs."""
    world = make_world()
    gone, stays = make_key(world, alias=ALIAS), make_key(world, alias="alias/stays")

    world.keys.remove(gone.arn)

    assert world.keys.get(gone.arn) is None
    assert world.keys.aliases(HERE, ACCOUNT) == {"alias/stays": stays.arn}


def pending_deletion(world_days: int) -> KeyRecord:
    """Build a key whose deletion is due in so many days."""
    return key_record(key_state="PendingDeletion", deletion_date=START + timedelta(days=world_days))


def test_a_key_is_deleted_on_its_date() -> None:
    """Nobody waits for it, and it is there until then."""
    world, key = make_world(), pending_deletion(7)
    world.keys.replace(key)
    schedule_removal(world.keys, world.timeline, key.arn, START + timedelta(days=7))

    world.pass_time(7 * 86400 - 1)
    before = world.keys.get(key.arn)
    waited_for = world.timeline.next_due()
    world.pass_time(1)

    assert before is key
    assert waited_for is None
    assert world.keys.get(key.arn) is None


@pytest.mark.parametrize("now_due", [None, START + timedelta(days=30)])
def test_a_deletion_that_was_cancelled_or_put_off_does_not_happen(now_due: object) -> None:
    """Only the date that the key has counts."""
    world, key = make_world(), pending_deletion(7)
    world.keys.replace(key)
    schedule_removal(world.keys, world.timeline, key.arn, START + timedelta(days=7))
    world.keys.change(key.arn, deletion_date=now_due)

    world.pass_time(8 * 86400)

    assert world.keys.get(key.arn) is not None


def test_a_key_that_is_gone_is_not_deleted_again() -> None:
    """A removal that comes due for a key that nobody has does nothing."""
    world, key = make_world(), pending_deletion(7)
    world.keys.replace(key)
    schedule_removal(world.keys, world.timeline, key.arn, START + timedelta(days=7))
    world.keys.remove(key.arn)

    world.pass_time(8 * 86400)

    assert len(world.keys) == 0


OPERATIONS = ("DescribeKey", "CreateGrant", "Decrypt", "ReEncryptFrom", "Encrypt")
GRANT = Grant("id", "token", f"arn:aws:iam::{OTHER_ACCOUNT}:root", OPERATIONS, ACCOUNT, START)


@pytest.mark.parametrize(
    ("key", "shared"),
    [
        pytest.param(key_record(account_id=OTHER_ACCOUNT), True, id="own"),
        pytest.param(key_record(), False, id="not-shared"),
        pytest.param(key_record(shared_with=frozenset({OTHER_ACCOUNT})), True, id="by-policy"),
        pytest.param(key_record(grants=(GRANT,)), True, id="by-grant-to-an-arn"),
        pytest.param(
            key_record(grants=(replace(GRANT, grantee=OTHER_ACCOUNT),)),
            True,
            id="by-grant-to-an-account",
        ),
        pytest.param(
            key_record(
                grants=(
                    replace(GRANT, operations=OPERATIONS[:2]),
                    replace(GRANT, operations=OPERATIONS[2:]),
                )
            ),
            True,
            id="by-two-grants",
        ),
        pytest.param(
            key_record(grants=(replace(GRANT, operations=OPERATIONS[1:]),)),
            False,
            id="by-a-grant-of-less",
        ),
        pytest.param(
            key_record(grants=(replace(GRANT, grantee="999999999999"),)),
            False,
            id="by-grant-to-somebody-else",
        ),
    ],
)
def test_a_key_is_shared_by_policy_or_grant(key: KeyRecord, shared: bool) -> None:
    """An account can use its own keys, and those whose owner lets it."""
    assert key.is_shared_with(OTHER_ACCOUNT) is shared


@pytest.mark.parametrize(
    ("spec", "usage", "symmetric"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", True),
        ("RSA_2048", "ENCRYPT_DECRYPT", False),
        ("HMAC_256", "GENERATE_VERIFY_MAC", False),
        ("SYMMETRIC_DEFAULT", "SIGN_VERIFY", False),
    ],
)
def test_ebs_takes_symmetric_encryption_keys_alone(spec: str, usage: str, symmetric: bool) -> None:
    """Both the spec and the usage of a key decide."""
    assert key_record(key_spec=spec, key_usage=usage).is_symmetric is symmetric


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("alias/backup", True),
        ("alias/team/backup_1-x", True),
        ("alias/" + "a" * 250, True),
        ("alias/" + "a" * 251, False),
        ("alias/", False),
        ("backup", False),
        ("alias/back up", False),
        ("alias/back:up", False),
    ],
)
def test_an_alias_name_has_a_form(name: str, good: bool) -> None:
    """It is `alias/` and up to 250 letters, digits, slashes, underscores and hyphens."""
    assert is_alias_name(name) is good


@pytest.mark.parametrize(
    "identifier",
    [
        pytest.param(arn("alias/aws/ebs", account_id=OTHER_ACCOUNT), id="other-account"),
        pytest.param(arn("alias/aws/ebs", region=THERE), id="other-region"),
        pytest.param(arn("alias/aws/ebs", region="nowhere"), id="no-region"),
        pytest.param(arn("alias/aws/ebs", account_id=""), id="no-account"),
    ],
)
def test_naming_the_default_key_of_another_place_makes_none(identifier: str) -> None:
    """It is found where it is there already, and not made for whoever mentions it."""
    keys = make_world().keys

    key = keys.resolve(identifier, region=HERE, account_id=ACCOUNT)

    assert key is None
    assert len(keys) == 0


def test_the_default_key_of_another_region_is_found_where_it_is_there() -> None:
    """So that a copy fails for its Region, and not for being nothing."""
    keys = make_world().keys
    there = keys.default_ebs_key(THERE, ACCOUNT)

    found = keys.resolve(arn("alias/aws/ebs", region=THERE), region=HERE, account_id=ACCOUNT)

    assert found == there
