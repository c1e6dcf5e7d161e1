"""AWS accounts that the fake knows, their credentials, and who makes a call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_fakecopy.domain.arns import is_account_id
from pytest_fakecopy.domain.ids import access_key_of
from pytest_fakecopy.domain.redaction import Veiled
from pytest_fakecopy.errors import UnknownResourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


_ADD_ANOTHER = 'another, a text of 12 digits: fake_ec2.accounts.add("444455556666")'


@dataclass(frozen=True, slots=True)
class Account:
    """An account and the credentials of its user: give them to a client, or to a subprocess."""

    account_id: str
    """12 digits."""
    access_key_id: str
    """Who signs: `AKIA...` of a user."""
    secret_access_key: str = field(repr=False)
    """What it signs with. No repr shows it, neither the account's nor its own."""
    session_token: str | None = field(default=None, repr=False)
    """Of temporary credentials; None for a user's. No repr shows it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key that the fake registered: whose it is, and until when."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    account_id: str
    principal: str
    """The ARN of the user or of the role session that signs with it, and its unique id."""
    user_id: str
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call, as its signature says."""

    account_id: str
    arn: str
    """`arn:aws:iam::111122223333:user/fake-ec2`, or the ARN of an assumed role's session."""
    user_id: str
    access_key_id: str
    verified: bool
    """Whether the signature was checked: not so for access keys that nobody registered."""

    def in_partition(self, partition: str) -> Caller:
        """Return the same with the ARN that it has there: `arn:aws-cn:iam::...` in China."""
        if self.arn.startswith(f"arn:{partition}:"):
            return self
        return replace(self, arn=f"arn:{partition}:{self.arn.split(':', 2)[2]}")


class Accounts:
    """The accounts of a fake. The default one calls with the environment's credentials."""

    __slots__ = ("_accounts", "_callers", "_credentials", "_default", "_seed")

    def __init__(self, default_account_id: str, seed: int) -> None:
        """Register the default account."""
        self._seed = seed
        self._accounts: dict[str, Account] = {}
        self._credentials: dict[str, Credentials] = {}
        self._callers: dict[str, Caller] = {}
        self._default = self.add(default_account_id)

    @property
    def default(self) -> Account:
        """The account that the environment's credentials belong to."""
        return self._default

    def __repr__(self) -> str:
        """Return `<Accounts 111122223333 (default), 444455556666>`."""
        names = [
            f"{account_id} (default)" if account_id == self.default.account_id else account_id
            for account_id in self._accounts
        ]
        return f"<Accounts {', '.join(names)}>"

    def __iter__(self) -> Iterator[Account]:
        """Iterate over the accounts in the order in which they were added."""
        return iter(tuple(self._accounts.values()))

    def __len__(self) -> int:
        """Return the number of accounts."""
        return len(self._accounts)

    def __contains__(self, account_id: object) -> bool:
        """Say whether an account with that id was added."""
        return account_id in self._accounts

    def __getitem__(self, account_id: str) -> Account:
        """Return the account with that id.

        Raises:
            UnknownResourceError: nobody added it.
        """
        if account_id not in self._accounts:
            possible = isinstance(account_id, str) and is_account_id(account_id)
            msg = (
                f"No account is {account_id!r}.\n"
                f"Accounts: {', '.join(self._accounts)}\n"
                "To have "
                + (f'it: fake_ec2.accounts.add("{account_id}")' if possible else _ADD_ANOTHER)
            )
            raise UnknownResourceError(msg)
        return self._accounts[account_id]

    def owner(self, account_id: str | None) -> str:
        """Return the id of the account that is meant: of the default one where none is given.

        Raises:
            UnknownResourceError: nobody added it.
        """
        return (self._default if account_id is None else self[account_id]).account_id

    def add(self, account_id: str) -> Account:
        """Register an account, with credentials of its own; one that is there is returned as it is.

        Raises:
            UsageError: *account_id* is not 12 digits.
        """
        if not isinstance(account_id, str) or not is_account_id(account_id):
            msg = (
                f"accounts.add({account_id!r}): an account id is a text of 12 digits:"
                ' fake_ec2.accounts.add("444455556666")'
            )
            raise UsageError(msg)
        if account_id not in self._accounts:
            key, secret = access_key_of(self._seed, account_id)
            user_id, _ = access_key_of(self._seed, account_id, "AIDA")
            self._accounts[account_id] = Account(account_id, key, Veiled(secret))
            arn = f"arn:aws:iam::{account_id}:user/fake-ec2"
            self.register(Credentials(key, secret, None, account_id, arn, user_id))
        return self._accounts[account_id]

    def register(self, credentials: Credentials) -> None:
        """Make further credentials known, those of an assumed role for example."""
        self._credentials[credentials.access_key_id] = credentials
        self._callers[credentials.access_key_id] = Caller(
            credentials.account_id,
            credentials.principal,
            credentials.user_id,
            credentials.access_key_id,
            verified=True,
        )

    def caller_of(self, access_key_id: str) -> Caller:
        """Return who signs with a registered access key id."""
        return self._callers[access_key_id]

    def credentials_of(self, access_key_id: str) -> Credentials | None:
        """Return the credentials with that access key id, or None where nobody registered them."""
        return self._credentials.get(access_key_id)
