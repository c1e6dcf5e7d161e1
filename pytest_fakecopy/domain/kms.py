"""KMS keys: one frozen record each, and the registry that resolves the four identifier forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from pytest_fakecopy.domain.arns import Arn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pytest_fakecopy.domain.ids import IdSource
    from pytest_fakecopy.domain.timeline import Timeline

KeyState: TypeAlias = Literal[
    "Creating",
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "PendingReplicaDeletion",
    "Unavailable",
    "Updating",
]
KeyUsage: TypeAlias = Literal[
    "ENCRYPT_DECRYPT",
    "SIGN_VERIFY",
    "GENERATE_VERIFY_MAC",
    "KEY_AGREEMENT",
    "ENCAPSULATE_DECAPSULATE",
]
KeyManager: TypeAlias = Literal["AWS", "CUSTOMER"]

KEY_STATES: tuple[str, ...] = get_args(KeyState)
KEY_USAGES: tuple[str, ...] = get_args(KeyUsage)
KEY_MANAGERS: tuple[str, ...] = get_args(KeyManager)
SYMMETRIC = "SYMMETRIC_DEFAULT"

# AWS docs, KMS API reference CreateKey: the specs, each with the usages it can have. The first is
# what a key gets where the caller doesn't say.
KEY_SPECS: dict[str, tuple[KeyUsage, ...]] = {
    SYMMETRIC: ("ENCRYPT_DECRYPT",),
    "RSA_2048": ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "RSA_3072": ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "RSA_4096": ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "ECC_NIST_P256": ("SIGN_VERIFY", "KEY_AGREEMENT"),
    "ECC_NIST_P384": ("SIGN_VERIFY", "KEY_AGREEMENT"),
    "ECC_NIST_P521": ("SIGN_VERIFY", "KEY_AGREEMENT"),
    "ECC_SECG_P256K1": ("SIGN_VERIFY",),
    "ECC_NIST_EDWARDS25519": ("SIGN_VERIFY",),
    "HMAC_224": ("GENERATE_VERIFY_MAC",),
    "HMAC_256": ("GENERATE_VERIFY_MAC",),
    "HMAC_384": ("GENERATE_VERIFY_MAC",),
    "HMAC_512": ("GENERATE_VERIFY_MAC",),
    "SM2": ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"),
    "ML_DSA_44": ("SIGN_VERIFY",),
    "ML_DSA_65": ("SIGN_VERIFY",),
    "ML_DSA_87": ("SIGN_VERIFY",),
    "ML_KEM_512": ("ENCAPSULATE_DECAPSULATE",),
    "ML_KEM_768": ("ENCAPSULATE_DECAPSULATE",),
    "ML_KEM_1024": ("ENCAPSULATE_DECAPSULATE",),
}

DEFAULT_EBS_ALIAS = "alias/aws/ebs"
EVERYBODY = "*"

# EBS User Guide, "Share the KMS key used to encrypt a shared snapshot": what the other account
# needs of it.
EBS_NEEDS = frozenset({"DescribeKey", "CreateGrant", "Decrypt", "ReEncryptFrom"})


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant on a key."""

    grant_id: str
    token: str
    grantee: str
    operations: tuple[str, ...]
    issuing_account: str
    created_at: datetime
    retiring_principal: str | None = None
    name: str | None = None
    constraints: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A KMS key as it is at one moment. A change makes a new record."""

    key_id: str
    arn: str
    region: str
    account_id: str
    created_at: datetime
    key_state: KeyState = "Enabled"
    key_spec: str = SYMMETRIC
    key_usage: KeyUsage = "ENCRYPT_DECRYPT"
    key_manager: KeyManager = "CUSTOMER"
    description: str = ""
    origin: str = "AWS_KMS"
    multi_region: bool = False
    primary_arn: str | None = None
    """The primary of a multi-Region key; its own ARN on the primary itself."""
    deletion_date: datetime | None = None
    pending_window_days: int | None = None
    """How long a primary key waits once its last replica is gone."""
    shared_with: frozenset[str] = frozenset()
    """Other accounts that the key policy lets use it; `*` is everybody."""
    policy: str | None = None
    """The key policy as it was put; None where the default one is in force."""
    grants: tuple[Grant, ...] = ()

    @property
    def is_symmetric(self) -> bool:
        """Whether EBS can encrypt with it: it takes symmetric encryption keys alone."""
        return self.key_spec == SYMMETRIC and self.key_usage == "ENCRYPT_DECRYPT"

    def is_shared_with(self, account_id: str) -> bool:
        """Say whether EBS can use the key for that account: its own, or let in by policy or grant.

        A grant has to be of all that EBS needs.
        """
        return (
            account_id == self.account_id
            or account_id in self.shared_with
            or EVERYBODY in self.shared_with
            or self.granted_to(account_id) >= EBS_NEEDS
        )

    def granted_to(self, account_id: str) -> frozenset[str]:
        """Return the operations that grants let an account do: "Decrypt", "DescribeKey"."""
        return frozenset(
            operation
            for grant in self.grants
            if account_of(grant.grantee) == account_id
            for operation in grant.operations
        )


_ALIAS = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}")


def is_alias_name(text: str) -> bool:
    """Say whether *text* is an alias name: `alias/` and letters, digits, `/`, `_`, `-`."""
    return _ALIAS.fullmatch(text) is not None


def schedule_removal(keys: KeyRegistry, timeline: Timeline, arn: str, date: datetime) -> None:
    """Have a key forgotten on *date*, unless its deletion was cancelled or put off by then."""

    def remove(at: datetime) -> None:
        record = keys.get(arn)
        if record is not None and record.deletion_date == at:
            keys.remove(arn)
            _start_waiting(keys, timeline, record, at)

    timeline.schedule(date, f"{arn} is deleted", remove, background=True)


def _start_waiting(keys: KeyRegistry, timeline: Timeline, replica: KeyRecord, at: datetime) -> None:
    """Start the waiting period of a primary key whose last replica was deleted.

    KMS API reference, ScheduleKeyDeletion.
    """
    primary = keys.get(replica.primary_arn or "")
    if primary is None or primary.key_state != "PendingReplicaDeletion" or keys.replicas(primary):
        return
    date = at + timedelta(days=primary.pending_window_days or 0)
    keys.change(primary.arn, key_state="PendingDeletion", deletion_date=date)
    schedule_removal(keys, timeline, primary.arn, date)


def account_of(principal: str) -> str:
    """Return the account of a principal's ARN, or an account id as it is."""
    arn = Arn.parse(principal)
    return arn.account_id if arn else principal


class KeyRegistry:
    """All KMS keys of a fake, of every account and Region, and their aliases."""

    def __init__(
        self, ids: IdSource, partition_of: Callable[[str], str], now: Callable[[], datetime]
    ) -> None:
        """Start without keys; default EBS keys are made when somebody first needs them."""
        self._ids = ids
        self._partition_of = partition_of
        self._now = now
        self._keys: dict[str, KeyRecord] = {}
        self._aliases: dict[tuple[str, str, str], str] = {}
        self._alias_dates: dict[tuple[str, str, str], tuple[datetime, datetime]] = {}

    def __iter__(self) -> Iterator[KeyRecord]:
        """Iterate over all keys in the order in which they were made."""
        return iter(tuple(self._keys.values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._keys)

    def get(self, arn: str) -> KeyRecord | None:
        """Return the key with that key ARN."""
        return self._keys.get(arn)

    def arn_of(self, region: str, account_id: str, key_id: str) -> str:
        """Return the key ARN that a key id has in an account and Region."""
        return f"arn:{self._partition_of(region)}:kms:{region}:{account_id}:key/{key_id}"

    def make(self, *, region: str, account_id: str, **members: object) -> KeyRecord:
        """Make a key with a new id and keep it; *members* are fields of `KeyRecord`."""
        multi_region = bool(members.get("multi_region"))
        key_id = str(members.pop("key_id", "") or self._new_key_id(multi_region=multi_region))
        arn = self.arn_of(region, account_id, key_id)
        fields: dict[str, object] = {"created_at": self._now(), **members}
        if multi_region and not fields.get("primary_arn"):
            fields["primary_arn"] = arn
        record = KeyRecord(key_id, arn, region, account_id, **fields)  # type: ignore[arg-type]  # fields by name
        self._keys[arn] = record
        return record

    def _new_key_id(self, *, multi_region: bool) -> str:
        if multi_region:
            return "mrk-" + self._ids.token("mrk")[:32]
        return self._ids.uuid("key")

    def replace(self, record: KeyRecord) -> None:
        """Keep *record* in the place of the one with its ARN."""
        self._keys[record.arn] = record

    def change(self, arn: str, **members: object) -> KeyRecord:
        """Replace some fields of the key with that ARN and return the new record."""
        record = replace(self._keys[arn], **members)  # type: ignore[arg-type]  # fields by name
        self._keys[arn] = record
        return record

    def remove(self, arn: str) -> None:
        """Forget a key and its aliases."""
        del self._keys[arn]
        for place in [place for place, target in self._aliases.items() if target == arn]:
            del self._aliases[place]

    def set_alias(self, name: str, arn: str) -> None:
        """Let the alias *name* (`alias/x`) of the key's account and Region mean that key."""
        record = self._keys[arn]
        place = (record.region, record.account_id, name)
        created = self._alias_dates[place][0] if place in self._aliases else self._now()
        self._aliases[place] = arn
        self._alias_dates[place] = (created, self._now())

    def remove_alias(self, region: str, account_id: str, name: str) -> None:
        """Forget an alias."""
        del self._aliases[region, account_id, name]

    def alias_target(self, region: str, account_id: str, name: str) -> str | None:
        """Return the ARN of the key that an alias means, or None where there is no such alias."""
        if name == DEFAULT_EBS_ALIAS:
            return self._default_ebs_key(region, account_id).arn
        return self._aliases.get((region, account_id, name))

    def aliases(self, region: str, account_id: str) -> dict[str, str]:
        """Return the aliases of an account in a Region with the ARNs of their keys, in order."""
        return {
            name: arn
            for (alias_region, alias_account, name), arn in self._aliases.items()
            if (alias_region, alias_account) == (region, account_id)
        }

    def alias_dates(
        self, region: str, account_id: str, name: str
    ) -> tuple[datetime | None, datetime | None]:
        """Return when an alias was created and when it was last changed."""
        return self._alias_dates.get((region, account_id, name), (None, None))

    def replicas(self, primary: KeyRecord) -> tuple[KeyRecord, ...]:
        """Return the replicas of a multi-Region key."""
        return tuple(
            key
            for key in self._keys.values()
            if key.primary_arn == primary.arn and key.arn != primary.arn
        )

    def aliases_of(self, arn: str) -> tuple[str, ...]:
        """Return the alias names of a key, in the order in which they were given."""
        return tuple(name for (_, _, name), target in self._aliases.items() if target == arn)

    def default_ebs_key(self, region: str, account_id: str) -> KeyRecord:
        """Return the AWS managed key `aws/ebs` of an account and Region, made on first use."""
        record = self._default_ebs_key(region, account_id)
        self.use(record)
        return record

    def _default_ebs_key(self, region: str, account_id: str) -> KeyRecord:
        """Return the key as it is, or as it would be made now."""
        arn = self._aliases.get((region, account_id, DEFAULT_EBS_ALIAS))
        if arn is not None:
            return self._keys[arn]
        key_id = self._ids.uuid_of(f"{DEFAULT_EBS_ALIAS}/{region}/{account_id}")
        return KeyRecord(
            key_id,
            self.arn_of(region, account_id, key_id),
            region,
            account_id,
            self._now(),
            key_manager="AWS",
            description="Default key that protects my EBS volumes when no other key is defined",
        )

    def places(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the Regions and accounts in which an alias name or a key id means a key."""
        named = [(region, account) for region, account, alias in self._aliases if alias == name]
        keyed = [(key.region, key.account_id) for key in self._keys.values() if key.key_id == name]
        return (*named, *keyed)

    def use(self, key: KeyRecord) -> None:
        """Keep a key that `resolve` found, for good: a default EBS key is made on its first use."""
        if key.arn not in self._keys:
            self._keys[key.arn] = key
            self.set_alias(DEFAULT_EBS_ALIAS, key.arn)

    def resolve(self, identifier: str, *, region: str, account_id: str) -> KeyRecord | None:
        """Find the key that *identifier* means to a caller of that account in that Region.

        Takes the four forms that CopySnapshot takes: key ID, key ARN, alias name, alias ARN. The
        bare forms are looked up in the caller's account and Region; an ARN brings its own.

        Returns:
            The key, whatever its state and whoever may use it, or None if nothing answers to that
            name. A default EBS key that nobody used so far is only made by `use`.
        """
        arn = Arn.parse(identifier)
        if arn is None:
            kind, region_, account_ = identifier, region, account_id
        else:
            kind, region_, account_ = arn.resource, arn.region, arn.account_id
            if arn.service != "kms" or arn.partition != self._partition_of(region_):
                return None
        if kind.startswith("alias/"):
            if (region_, account_, kind) == (region, account_id, DEFAULT_EBS_ALIAS):
                return self._default_ebs_key(region, account_id)
            # The default key of another place is not made for whoever mentions it.
            return self._keys.get(self._aliases.get((region_, account_, kind), ""))
        if arn is not None:
            return self._keys.get(identifier)
        return self._keys.get(self.arn_of(region_, account_, kind))
