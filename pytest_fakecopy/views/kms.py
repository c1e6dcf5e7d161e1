"""KMS keys as a test sees, adds and changes them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_fakecopy.domain import key_policies, kms
from pytest_fakecopy.domain.arns import is_account_id
from pytest_fakecopy.domain.records import ChangeRecord
from pytest_fakecopy.errors import UnknownResourceError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from pytest_fakecopy.domain.kms import KeyManager, KeyRecord, KeyState, KeyUsage
    from pytest_fakecopy.domain.world import World
    from pytest_fakecopy.door import Door

# AWS docs, KMS API reference ScheduleKeyDeletion.
_FEWEST_DAYS, _MOST_DAYS = 7, 30


class KmsKey:
    """A KMS key of the fake, always as of now, and what can be done to it.

    A change counts from the moment it is made: the copies that are validated after it see it.
    """

    __slots__ = ("_arn", "_door", "_last")

    def __init__(self, door: Door, record: KeyRecord) -> None:
        """Look at the key of *record*. Tests get these from `fake_ec2.kms`."""
        self._door = door
        self._arn = record.arn
        self._last = record

    def __repr__(self) -> str:
        """Return the aliases or the ARN, and the state."""
        names = ", ".join(self.aliases)
        return f"<KmsKey {self._arn}{f' ({names})' if names else ''}: {self.key_state}>"

    def __eq__(self, other: object) -> bool:
        """Say whether the other one is the same key."""
        return isinstance(other, KmsKey) and other.arn == self._arn

    def __hash__(self) -> int:
        """Return the hash of the ARN."""
        return hash(self._arn)

    def _record(self) -> KeyRecord:
        with self._door as world:
            self._last = world.keys.get(self._arn) or self._last
            return self._last

    @property
    def arn(self) -> str:
        """The key ARN."""
        return self._arn

    @property
    def key_id(self) -> str:
        """The key id: a UUID, or `mrk-...` for a multi-Region key."""
        return self._last.key_id

    @property
    def region(self) -> str:
        """The Region that it is in."""
        return self._last.region

    @property
    def account_id(self) -> str:
        """The account that owns it, 12 digits."""
        return self._last.account_id

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its alias names: `alias/backup`."""
        with self._door as world:
            return world.keys.aliases_of(self._arn)

    @property
    def key_state(self) -> str:
        """One of "Enabled", "Disabled", "PendingDeletion", ...; EBS uses enabled ones alone."""
        return self._record().key_state

    @property
    def key_spec(self) -> str:
        """The spec: "SYMMETRIC_DEFAULT", or that of an asymmetric or HMAC key."""
        return self._record().key_spec

    @property
    def key_usage(self) -> str:
        """What it is for: "ENCRYPT_DECRYPT", which EBS needs, or another of KMS's usages."""
        return self._record().key_usage

    @property
    def key_manager(self) -> str:
        """Who manages it: "AWS" for an AWS managed key, "CUSTOMER" for a customer managed key."""
        return self._record().key_manager

    @property
    def multi_region(self) -> bool:
        """Whether it is a multi-Region key."""
        return self._record().multi_region

    @property
    def shared_with(self) -> frozenset[str]:
        """The other accounts that its policy lets use it."""
        return self._record().shared_with

    @property
    def deletion_date(self) -> datetime | None:
        """When it will be deleted, in UTC; None where that is not scheduled."""
        return self._record().deletion_date

    def _change(self, what: str, **members: object) -> None:
        with self._door as world:
            if world.keys.get(self._arn) is None:
                msg = f"The key {self._arn} was deleted: fake_ec2.kms.add_key() makes another"
                raise UsageError(msg)
            world.keys.change(self._arn, **members)
            world.record(ChangeRecord(world.now(), f"{self._arn} {what}"))

    def disable(self) -> None:
        """Make it `Disabled`: copies that are validated from now on fail on it."""
        self._change("disabled", key_state="Disabled", deletion_date=None)

    def enable(self) -> None:
        """Make it `Enabled` again."""
        self._change("enabled", key_state="Enabled", deletion_date=None)

    def schedule_deletion(self, days: int = 30) -> None:
        """Make it `PendingDeletion`, and have it deleted after some days.

        Args:
            days: 7 to 30. KMS API reference, ScheduleKeyDeletion.

        Raises:
            UsageError: *days* is not a whole number from 7 to 30.
        """
        if type(days) is not int or not _FEWEST_DAYS <= days <= _MOST_DAYS:
            msg = f"schedule_deletion(days={days!r}): expected {_FEWEST_DAYS} to {_MOST_DAYS} days"
            raise UsageError(msg)
        with self._door as world:
            date = world.now() + timedelta(days=days)
            self._change("pending deletion", key_state="PendingDeletion", deletion_date=date)
            kms.schedule_removal(world.keys, world.timeline, self._arn, date)

    def cancel_deletion(self) -> None:
        """Make it `Disabled` and no longer due for deletion, as KMS does."""
        self._change("kept", key_state="Disabled", deletion_date=None)

    def share_with(self, account_id: str) -> None:
        """Let another account use it, as its key policy would say.

        In a policy that was put on it a Deny counts all the same.

        Raises:
            UsageError: *account_id* is not 12 digits.
        """
        _require_account("share_with", account_id)
        record = self._record()
        shared, policy = record.shared_with | {account_id}, None
        if record.policy is not None:
            policy = key_policies.shared_too(record.arn, record.policy, account_id)
            statements = key_policies.parse(policy) or ()
            shared = key_policies.shared_with(statements, record.account_id)
        self._change(f"shared with {account_id}", shared_with=shared, policy=policy)


class Keys:
    """All KMS keys of the fake, of every account and Region."""

    __slots__ = ("_door",)

    def __init__(self, door: Door) -> None:
        """Look through *door*. Tests get this as `fake_ec2.kms`."""
        self._door = door

    def __repr__(self) -> str:
        """Return `<Keys 2>`."""
        return f"<Keys {len(self)}>"

    def __len__(self) -> int:
        """Return how many there are."""
        with self._door as world:
            return len(world.keys)

    def __iter__(self) -> Iterator[KmsKey]:
        """Iterate over all keys, in the order in which they were made."""
        with self._door as world:
            records = tuple(world.keys)
        return iter([KmsKey(self._door, record) for record in records])

    def __getitem__(self, identifier: str) -> KmsKey:
        """Return a key by its id, key ARN, alias name or alias ARN.

        An id or alias name is looked up in the default account first, in every Region.

        Raises:
            UnknownResourceError: nothing answers to it, or two keys do; the message says which.
        """
        __tracebackhide__ = True
        with self._door as world:
            found = _find(world, identifier) if isinstance(identifier, str) else []
            names = [name for key in world.keys for name in world.keys.aliases_of(key.arn)]
            names += [key.arn for key in world.keys]
        if len(found) == 1:
            return KmsKey(self._door, found[0])
        if found:
            arns = ", ".join(key.arn for key in found)
            msg = f"{identifier!r} names {len(found)} keys: {arns}\nName one of them by its ARN."
        else:
            wanted = identifier if ":" in str(identifier) else f"alias/{identifier}"
            hint = nearest(identifier, names) or nearest(wanted, names)
            known = ", ".join(names) or "none; fake_ec2.kms.add_key() makes one"
            msg = f"No KMS key is {identifier!r}.{hint}\nKeys: {known}"
        raise UnknownResourceError(msg)

    def add_key(  # what a key has
        self,
        *,
        region: str = "us-east-1",
        account_id: str | None = None,
        alias: str | None = None,
        key_state: KeyState = "Enabled",
        key_spec: str = kms.SYMMETRIC,
        key_usage: KeyUsage | None = None,
        key_manager: KeyManager = "CUSTOMER",
        multi_region: bool = False,
        shared_with: Iterable[str] = (),
    ) -> KmsKey:
        """Add a KMS key.

        Args:
            region: The Region that it is in.
            account_id: The account that owns it; None is the default account.
            alias: An alias name, with `alias/` in front or without.
            key_state: "Enabled", "Disabled", "PendingDeletion", ...
            key_spec: "SYMMETRIC_DEFAULT"; EBS takes no other.
            key_usage: "ENCRYPT_DECRYPT"; None is the first that the spec can have.
            key_manager: "CUSTOMER" or "AWS".
            multi_region: Whether it is the primary of a multi-Region key.
            shared_with: The other accounts that may use it.

        Raises:
            UsageError: a value is not one that a key can have; the message names it.
            UnknownResourceError: *account_id* names no account.
        """
        accounts = frozenset([shared_with] if isinstance(shared_with, str) else shared_with)
        with self._door as world:
            owner = world.accounts.owner(account_id)
            _require_region(world, region)
            _require("key_state", key_state, kms.KEY_STATES)
            _require("key_spec", key_spec, tuple(kms.KEY_SPECS))
            usages = kms.KEY_SPECS[key_spec]
            usage = key_usage or usages[0]
            _require(f"key_spec={key_spec!r}, key_usage", usage, usages)
            _require("key_manager", key_manager, kms.KEY_MANAGERS)
            for other in sorted(accounts, key=str):
                _require_account("add_key(shared_with=...)", other)
            name = _alias_name(alias) if alias is not None else None
            if name and world.keys.alias_target(region, owner, name) is not None:
                msg = (
                    f"add_key(alias={alias!r}): account {owner} has that alias in {region} already"
                )
                raise UsageError(msg)
            record = world.keys.make(
                region=region,
                account_id=owner,
                key_state=key_state,
                key_spec=key_spec,
                key_usage=usage,
                key_manager=key_manager,
                multi_region=multi_region,
                shared_with=accounts,
            )
            if name:
                world.keys.set_alias(name, record.arn)
            self._door.note_added(f"key {name or record.key_id}", region, owner)
        return KmsKey(self._door, record)

    def default_ebs_key(self, region: str, account_id: str | None = None) -> KmsKey:
        """Return the key that EBS uses in a Region where a request names none.

        That is the AWS managed key `alias/aws/ebs`, made now if nobody needed it before, or the
        one that ModifyEbsDefaultKmsKeyId set.

        Args:
            region: The Region.
            account_id: The account; None is the default account.

        Raises:
            UsageError: *region* is no Region.
            UnknownResourceError: *account_id* names no account.
        """
        with self._door as world:
            _require_region(world, region)
            owner = world.accounts.owner(account_id)
            arn = world.default_key_arn(owner, region)
            record = world.keys.get(arn) or world.keys.default_ebs_key(region, owner)
        return KmsKey(self._door, record)


def _find(world: World, identifier: str) -> list[KeyRecord]:
    if identifier.startswith("arn:"):
        key = world.keys.resolve(identifier, region="", account_id="")
        return [key] if key else []
    matching = [
        key
        for key in world.keys
        if identifier == key.key_id or identifier in world.keys.aliases_of(key.arn)
    ]
    own = [key for key in matching if key.account_id == world.accounts.default.account_id]
    return own or matching


def _alias_name(alias: str) -> str:
    name = alias if str(alias).startswith("alias/") else f"alias/{alias}"
    if not isinstance(alias, str) or not kms.is_alias_name(name):
        msg = (
            f"add_key(alias={alias!r}): an alias has letters, digits, /, _ and -, up to 256 of"
            ' them: alias="alias/backup"'
        )
        raise UsageError(msg)
    return name


def _require(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        listed = ", ".join(known)
        msg = f"{name}={value!r}: expected one of {listed}.{nearest(str(value), known)}"
        raise UsageError(msg)


def _require_region(world: World, region: str) -> None:
    if region not in world.regions:
        hint = nearest(str(region), world.regions.names())
        msg = f"region={region!r}: expected a Region.{hint}"
        raise UsageError(msg)


def _require_account(call: str, account_id: str) -> None:
    if not isinstance(account_id, str) or not is_account_id(account_id):
        msg = f'{call}: {account_id!r} is no account id: expected 12 digits, "444455556666"'
        raise UsageError(msg)
