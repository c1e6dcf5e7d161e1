"""Accounts and whose credentials are whose."""

from __future__ import annotations

import pytest

from pytest_fakecopy.domain.accounts import Accounts, Credentials
from pytest_fakecopy.errors import UnknownResourceError, UsageError
from tests.builders import ACCOUNT, OTHER_ACCOUNT


def test_the_default_account_is_there_from_the_start() -> None:
    """The account of the environment's credentials needs no registering."""
    accounts = Accounts(ACCOUNT, 0)

    assert accounts.default.account_id == ACCOUNT
    assert [account.account_id for account in accounts] == [ACCOUNT]
    assert accounts[ACCOUNT] is accounts.default


def test_an_added_account_has_credentials_of_its_own() -> None:
    """Each account's secret is found by its access key id."""
    accounts = Accounts(ACCOUNT, 0)

    other = accounts.add(OTHER_ACCOUNT)

    assert other.access_key_id != accounts.default.access_key_id
    registered = accounts.credentials_of(other.access_key_id)
    assert registered is not None
    assert registered.secret_access_key == other.secret_access_key
    assert registered.account_id == OTHER_ACCOUNT
    assert registered.principal == f"arn:aws:iam::{OTHER_ACCOUNT}:user/fake-ec2"


def test_an_account_is_added_once() -> None:
    """Adding an account again gives the same one."""
    accounts = Accounts(ACCOUNT, 0)

    assert accounts.add(ACCOUNT) is accounts.default
    assert len(accounts) == 1


def test_unregistered_access_keys_have_no_credentials() -> None:
    """Nothing is known of an access key that nobody registered."""
    accounts = Accounts(ACCOUNT, 0)

    assert accounts.credentials_of("AKIAIOSFODNN7EXAMPLE") is None


def test_further_credentials_can_be_registered() -> None:
    """Those of an assumed role are found like those of a user."""
    accounts = Accounts(ACCOUNT, 0)
    session = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "token", ACCOUNT, "arn", "AROA")

    accounts.register(session)

    assert accounts.credentials_of("ASIAIOSFODNN7EXAMPLE") is session


def test_accounts_know_who_is_in() -> None:
    """An account is in once it was added, and shown in order."""
    accounts = Accounts(ACCOUNT, 0)
    before = OTHER_ACCOUNT in accounts

    accounts.add(OTHER_ACCOUNT)

    assert not before
    assert OTHER_ACCOUNT in accounts
    assert repr(accounts) == f"<Accounts {ACCOUNT} (default), {OTHER_ACCOUNT}>"


@pytest.mark.parametrize("account_id", ["1111", "11112222333a", "", 111122223333, None])
def test_what_is_no_account_id_is_refused(account_id: object) -> None:
    """The message has the value and the line to write."""
    accounts = Accounts(ACCOUNT, 0)

    with pytest.raises(UsageError) as caught:
        accounts.add(account_id)  # type: ignore[arg-type]  # what a user may write

    assert str(caught.value) == (
        f"accounts.add({account_id!r}): an account id is a text of 12 digits:"
        ' fake_ec2.accounts.add("444455556666")'
    )


def test_an_unknown_account_is_named_with_the_line_to_write() -> None:
    """The message names all accounts; digits that are like others are no misspelt name."""
    accounts = Accounts(ACCOUNT, 0)

    with pytest.raises(UnknownResourceError) as caught:
        accounts["111122223334"]

    assert str(caught.value) == (
        "No account is '111122223334'.\n"
        "Accounts: 111122223333\n"
        'To have it: fake_ec2.accounts.add("111122223334")'
    )
