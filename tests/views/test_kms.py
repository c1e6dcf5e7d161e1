"""`fake_ec2.kms`: adding, finding and changing keys."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2, UnknownResourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
OTHER = "444455556666"


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake that starts at noon and knows two accounts."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        fake.accounts.add(OTHER)
        yield fake


def test_defaults(fake: FakeEC2) -> None:
    """A key is enabled, symmetric, the customer's, and nobody else's."""
    key = fake.kms.add_key()

    assert key.arn == f"arn:aws:kms:us-east-1:111122223333:key/{key.key_id}"
    assert (key.region, key.account_id, key.aliases) == ("us-east-1", "111122223333", ())
    assert (key.key_state, key.key_spec) == ("Enabled", "SYMMETRIC_DEFAULT")
    assert (key.key_usage, key.key_manager) == ("ENCRYPT_DECRYPT", "CUSTOMER")
    assert (key.multi_region, key.shared_with, key.deletion_date) == (False, frozenset(), None)


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        pytest.param({"alias": "backup"}, "aliases", ("alias/backup",), id="alias"),
        pytest.param({"alias": "alias/backup"}, "aliases", ("alias/backup",), id="alias-name"),
        pytest.param({"key_state": "PendingImport"}, "key_state", "PendingImport", id="state"),
        pytest.param({"key_spec": "HMAC_256"}, "key_usage", "GENERATE_VERIFY_MAC", id="spec"),
        pytest.param(
            {"key_spec": "RSA_2048", "key_usage": "SIGN_VERIFY"},
            "key_usage",
            "SIGN_VERIFY",
            id="usage",
        ),
        pytest.param({"key_manager": "AWS"}, "key_manager", "AWS", id="manager"),
        pytest.param({"multi_region": True}, "multi_region", True, id="multi-region"),
        pytest.param({"shared_with": OTHER}, "shared_with", {OTHER}, id="shared-text"),
        pytest.param({"shared_with": [OTHER]}, "shared_with", {OTHER}, id="shared"),
        pytest.param({"account_id": OTHER}, "account_id", OTHER, id="account"),
        pytest.param({"region": "cn-north-1"}, "region", "cn-north-1", id="region"),
    ],
)
def test_what_can_be_given(fake: FakeEC2, given: Any, name: str, value: object) -> None:
    """What `add_key` takes is what the key has."""
    assert getattr(fake.kms.add_key(**given), name) == value


def test_partitions_and_multi_region_keys_have_forms_of_their_own(fake: FakeEC2) -> None:
    """China's ARNs begin with arn:aws-cn, and ids of multi-Region keys with mrk-."""
    key = fake.kms.add_key(region="cn-north-1", multi_region=True)

    assert key.arn.startswith("arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"region": "moon"}, "region='moon': expected a Region", id="region"),
        pytest.param({"key_state": "Enabledd"}, "Did you mean 'Enabled'", id="state"),
        pytest.param({"key_spec": "AES"}, "key_spec='AES'", id="spec"),
        pytest.param({"key_usage": "SIGN_VERIFY"}, "key_usage='SIGN_VERIFY'", id="usage"),
        pytest.param({"key_manager": "me"}, "key_manager='me'", id="manager"),
        pytest.param({"alias": "a b"}, "alias='a b'.*alias=\"alias/backup\"", id="alias"),
        pytest.param({"shared_with": ["me"]}, "'me' is no account id", id="shared"),
    ],
)
def test_what_a_key_can_not_have(fake: FakeEC2, given: Any, message: str) -> None:
    """It is refused by name, and no key is made."""
    with pytest.raises(UsageError, match=message):
        fake.kms.add_key(**given)

    assert len(fake.kms) == 0


def test_an_alias_is_given_once(fake: FakeEC2) -> None:
    """A second key can't take it, in the same account and Region."""
    fake.kms.add_key(alias="backup")
    fake.kms.add_key(alias="backup", region="us-west-2")
    fake.kms.add_key(alias="backup", account_id=OTHER)

    with pytest.raises(UsageError, match="has that alias in us-east-1 already"):
        fake.kms.add_key(alias="backup")


def test_the_alias_of_the_default_ebs_key_is_taken(fake: FakeEC2) -> None:
    """It means that key also before anybody has used it."""
    with pytest.raises(UsageError, match="has that alias in us-east-1 already"):
        fake.kms.add_key(alias="alias/aws/ebs")

    assert len(fake.kms) == 0


def test_the_default_ebs_key_is_made_once(fake: FakeEC2) -> None:
    """Each account and Region has one AWS managed key, made when it is first needed."""
    key = fake.kms.default_ebs_key("us-east-1")

    assert (key.key_manager, key.aliases) == ("AWS", ("alias/aws/ebs",))
    assert fake.kms.default_ebs_key("us-east-1") == key
    assert fake.kms.default_ebs_key("us-west-2") != key
    assert fake.kms.default_ebs_key("us-east-1", OTHER).account_id == OTHER
    with pytest.raises(UsageError, match="region='moon'"):
        fake.kms.default_ebs_key("moon")


@pytest.mark.parametrize("form", ["key_id", "arn", "alias", "alias_arn"])
def test_a_key_is_found_by_all_of_its_names(fake: FakeEC2, form: str) -> None:
    """Id, ARN, alias name and alias ARN."""
    key = fake.kms.add_key(alias="backup")
    names = {
        "key_id": key.key_id,
        "arn": key.arn,
        "alias": "alias/backup",
        "alias_arn": "arn:aws:kms:us-east-1:111122223333:alias/backup",
    }

    assert fake.kms[names[form]] == key


def test_the_default_accounts_key_comes_first(fake: FakeEC2) -> None:
    """An alias that two accounts have means the default account's; in two Regions it is unclear."""
    fake.kms.add_key(alias="backup", account_id=OTHER)
    own = fake.kms.add_key(alias="backup")

    assert fake.kms["alias/backup"] == own

    fake.kms.add_key(alias="backup", region="us-west-2")

    with pytest.raises(UnknownResourceError, match="names 2 keys: arn:aws:kms:us-east-1"):
        fake.kms["alias/backup"]


def test_an_unknown_key(fake: FakeEC2) -> None:
    """The error names the nearest."""
    fake.kms.add_key(alias="backup")

    with pytest.raises(UnknownResourceError, match="Did you mean 'alias/backup'"):
        fake.kms["alias/backupp"]
    with pytest.raises(UnknownResourceError, match="No KMS key is 'arn:aws:kms"):
        fake.kms["arn:aws:kms:us-east-1:111122223333:key/x"]


def test_collection_and_reprs(fake: FakeEC2) -> None:
    """Length, order, equality and how they print."""
    first, second = fake.kms.add_key(alias="one"), fake.kms.add_key()

    assert list(fake.kms) == [first, second]
    assert len({first, fake.kms[first.arn]}) == 1
    assert first != first.arn
    assert repr(fake.kms) == "<Keys 2>"
    assert repr(first) == f"<KmsKey {first.arn} (alias/one): Enabled>"
    assert repr(second) == f"<KmsKey {second.arn}: Enabled>"


def test_changes_count_at_once(fake: FakeEC2) -> None:
    """Disable, enable, share: each is seen by the next look, and stands in the journal."""
    key = fake.kms.add_key()

    key.disable()
    assert key.key_state == "Disabled"

    key.enable()
    assert key.key_state == "Enabled"

    key.share_with(OTHER)
    assert key.shared_with == {OTHER}
    changes = [getattr(entry, "what", "") for entry in fake.journal]
    assert changes == [
        f"key {key.key_id} in us-east-1: the test added it",
        f"{key.arn} disabled",
        f"{key.arn} enabled",
        f"{key.arn} shared with {OTHER}",
    ]


def test_what_the_test_adds_stands_in_the_journal(fake: FakeEC2) -> None:
    """By its name and Region, and its account where that is not the default one."""
    fake.kms.add_key(alias="dr", region="us-west-2")
    fake.kms.add_key(alias="dr", account_id=OTHER)
    volume = fake.volumes.add(region="eu-west-1").volume_id
    outpost = fake.outposts.add(account_id=OTHER).arn.rpartition("/")[2]

    assert [getattr(entry, "what", "") for entry in fake.journal] == [
        "key alias/dr in us-west-2: the test added it",
        f"key alias/dr in us-east-1 of account {OTHER}: the test added it",
        f"volume {volume} in eu-west-1: the test added it",
        f"Outpost {outpost} in us-east-1 of account {OTHER}: the test added it",
    ]


def test_deletion_comes_when_it_is_due(fake: FakeEC2) -> None:
    """The key is pending deletion, then gone with its aliases; nobody waits for that."""
    key = fake.kms.add_key(alias="backup")

    key.schedule_deletion(days=7)

    assert (key.key_state, key.deletion_date) == ("PendingDeletion", NOON + timedelta(days=7))
    assert fake.clock.settle() == timedelta(0)

    fake.clock.tick(timedelta(days=7))

    assert list(fake.kms) == []
    with pytest.raises(UsageError, match="was deleted"):
        key.enable()


def test_deletion_can_be_cancelled(fake: FakeEC2) -> None:
    """A key that was kept is disabled, and not deleted when the first date comes."""
    key = fake.kms.add_key()
    key.schedule_deletion(days=7)

    key.cancel_deletion()
    fake.clock.tick(timedelta(days=30))

    assert (key.key_state, key.deletion_date) == ("Disabled", None)


@pytest.mark.parametrize("days", [6, 31, 7.5, True, "7"])
def test_deletion_takes_7_to_30_days(fake: FakeEC2, days: Any) -> None:
    """Anything else is refused, and the key stays as it is."""
    key = fake.kms.add_key()

    with pytest.raises(UsageError, match="expected 7 to 30 days"):
        key.schedule_deletion(days=days)

    assert key.key_state == "Enabled"


def test_sharing_takes_an_account(fake: FakeEC2) -> None:
    """Anything else is refused."""
    with pytest.raises(UsageError, match="'me' is no account id"):
        fake.kms.add_key().share_with("me")
