"""Snapshots as a test sees and adds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

from pytest_fakecopy.domain import transitions
from pytest_fakecopy.domain.arns import is_account_id
from pytest_fakecopy.domain.regions import is_availability_zone
from pytest_fakecopy.domain.snapshots import GIB, SnapshotRecord, SnapshotState
from pytest_fakecopy.domain.timeline import to_milliseconds
from pytest_fakecopy.errors import UnknownResourceError, UsageError, nearest
from pytest_fakecopy.views.kms import KmsKey
from pytest_fakecopy.views.outposts import require_outpost
from pytest_fakecopy.views.telling import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from pytest_fakecopy.domain.world import World
    from pytest_fakecopy.door import Door

_STATES: tuple[str, ...] = get_args(SnapshotState)
_TIERS = ("standard", "archive")
_LARGEST = 65536
"""GiB; EBS User Guide, the largest volume (io2 Block Express)."""


class Snapshot:
    """A snapshot, read-only, always as of now: each attribute first lets happen what is due."""

    __slots__ = ("_door", "_id", "_last")

    def __init__(self, door: Door, record: SnapshotRecord) -> None:
        """Look at the snapshot of *record*. Tests get these from `fake_ec2.snapshots`."""
        self._door = door
        self._id = record.snapshot_id
        self._last = record

    def __repr__(self) -> str:
        """Return id, Region, state and what decided it."""
        record = self._record()
        progress = f" {self.progress}%" if record.state == "pending" else ""
        message = f" {record.state_message!r}" if record.state_message else ""
        gone = "" if self._id in Snapshots(self._door) else "deleted, was "
        return (
            f"<Snapshot {record.snapshot_id} in {record.region}: {gone}{record.state}"
            f"{progress}{message} ({record.why})>"
        )

    def __eq__(self, other: object) -> bool:
        """Say whether the other one is the same snapshot."""
        return isinstance(other, Snapshot) and other.snapshot_id == self._id

    def __hash__(self) -> int:
        """Return the hash of the id."""
        return hash(self._id)

    def _record(self) -> SnapshotRecord:
        with self._door as world:
            return self._now_or_at_deletion(world)

    def _now_or_at_deletion(self, world: World) -> SnapshotRecord:
        # One that was deleted stays as it was then: code under test deletes what failed, and its
        # test asks why it did.
        registry = world.snapshots
        self._last = registry.get(self._id) or registry.deleted(self._id) or self._last
        return self._last

    @property
    def snapshot_id(self) -> str:
        """The id: `snap-` and 17 hexadecimal digits."""
        return self._id

    @property
    def region(self) -> str:
        """The Region that it is in."""
        return self._record().region

    @property
    def owner_id(self) -> str:
        """The account that owns it, 12 digits; of a copy the one that copied."""
        return self._record().owner_id

    @property
    def state(self) -> str:
        """One of "pending", "completed", "error", "recoverable" or "recovering" (API reference)."""
        record = self._record()
        return Told(record.state, record)

    @property
    def state_message(self) -> str | None:
        """EC2's StateMessage, or None: why it is in `error`, as the rule that failed it says.

        Of a copy that isn't validated yet it is "Metadata not updated" (capture of 2026-09-25).
        """
        record = self._record()
        return None if record.state_message is None else Told(record.state_message, record)

    @property
    def progress(self) -> int:
        """Percent, 0 to 100. A copy's grows evenly from its validation to its end (assumed)."""
        with self._door as world:
            return self._record().progress_at(world.now())

    @property
    def encrypted(self) -> bool:
        """Whether it is encrypted; of a copy False until it is validated.

        That it shows nothing of its encryption before is what a capture of 2026-09-25 has.
        """
        return self._record().encrypted

    @property
    def kms_key_id(self) -> str | None:
        """The ARN of its KMS key, or None for an unencrypted one."""
        return self._record().kms_key_arn

    @property
    def volume_id(self) -> str:
        """The volume that it was made of; of a copy `vol-ffffffff`, as the EBS User Guide says."""
        return self._record().volume_id

    @property
    def volume_size(self) -> int:
        """GiB; of a copy 0 until it is validated (capture of 2026-09-25)."""
        return self._record().volume_size

    @property
    def description(self) -> str:
        """The description; empty where none was given."""
        return self._record().description

    @property
    def tags(self) -> dict[str, str]:
        """The owner's tags."""
        with self._door as world:
            return dict(world.tags.of(self._record().owner_id, self._id))

    @property
    def start_time(self) -> datetime:
        """When it was asked for, aware and in UTC."""
        return self._record().start_time

    @property
    def completion_time(self) -> datetime | None:
        """When it completed, aware and in UTC; None before, and in `error`."""
        return self._record().completion_time

    @property
    def source_snapshot_id(self) -> str | None:
        """Of a copy the snapshot that it was made of; None for any other."""
        copy = self._record().copy
        return copy.source_snapshot_id if copy else None

    @property
    def source_region(self) -> str | None:
        """Of a copy the Region that it was copied from; None for any other."""
        copy = self._record().copy
        return copy.source_region if copy else None

    @property
    def storage_tier(self) -> str:
        """Either "standard" or "archive"."""
        return self._record().storage_tier

    @property
    def transfer_type(self) -> str | None:
        """Of a copy "standard" or "time-based"; None for any other."""
        copy = self._record().copy
        return copy.transfer_type if copy else None

    @property
    def completion_duration_minutes(self) -> int | None:
        """Of a time-based copy the minutes that it was asked to take; None for any other."""
        copy = self._record().copy
        return copy.completion_duration_minutes if copy else None

    @property
    def outpost_arn(self) -> str | None:
        """The ARN of the Outpost that it is on, or None."""
        return self._record().outpost_arn

    @property
    def availability_zone(self) -> str | None:
        """The Local Zone that it is in, or None."""
        return self._record().availability_zone

    @property
    def shared_with(self) -> frozenset[str]:
        """The accounts that may make volumes and copies of it, besides its owner."""
        return self._record().shared_with

    @property
    def public(self) -> bool:
        """Whether every account may make volumes and copies of it."""
        return self._record().public

    @property
    def why(self) -> str:
        """One sentence, the fake's own: the rule that decided its fate, and on what."""
        return self._record().why


class Snapshots:
    """All snapshots of the fake, of every account and Region."""

    __slots__ = ("_door",)

    def __init__(self, door: Door) -> None:
        """Look through *door*. Tests get this as `fake_ec2.snapshots`."""
        self._door = door

    def __repr__(self) -> str:
        """Return `<Snapshots 3, 1 of them copies>`."""
        return f"<Snapshots {len(self)}, {len(self.copies)} of them copies>"

    def __len__(self) -> int:
        """Return how many there are."""
        with self._door as world:
            return len(world.snapshots)

    def __iter__(self) -> Iterator[Snapshot]:
        """Iterate over all, in the order in which they were made."""
        with self._door as world:
            records = tuple(world.snapshots)
        return iter([Snapshot(self._door, record) for record in records])

    def __contains__(self, snapshot_id: object) -> bool:
        """Say whether there is a snapshot of that id; also takes a `Snapshot`."""
        wanted = snapshot_id.snapshot_id if isinstance(snapshot_id, Snapshot) else snapshot_id
        with self._door as world:
            return isinstance(wanted, str) and world.snapshots.get(wanted) is not None

    def __getitem__(self, snapshot_id: str) -> Snapshot:
        """Return the snapshot of that id; one that was deleted as it was then.

        Raises:
            UnknownResourceError: there was never one; the message names the nearest.
        """
        __tracebackhide__ = True
        if not isinstance(snapshot_id, str):
            msg = f'No snapshot is {snapshot_id!r}: pass the id of the answer, copy["SnapshotId"]'
            raise UnknownResourceError(msg)
        with self._door as world:
            record = world.snapshots.get(snapshot_id) or world.snapshots.deleted(snapshot_id)
            ids = world.snapshots.ids() if record is None else ()
        if record is None:
            known = ", ".join(ids[-10:]) or "none; fake_ec2.snapshots.add() makes one"
            msg = (
                f"No snapshot is {snapshot_id!r}.{nearest(str(snapshot_id), ids[-1000:])}\n"
                f"Snapshots: {known}"
            )
            raise UnknownResourceError(msg)
        return Snapshot(self._door, record)

    @property
    def copies(self) -> list[Snapshot]:
        """Those made by CopySnapshot, oldest first."""
        with self._door as world:
            records = world.snapshots.copies()
        return [Snapshot(self._door, record) for record in records]

    def add(  # what a snapshot has
        self,
        *,
        region: str = "us-east-1",
        account_id: str | None = None,
        volume_size: int = 8,
        state: SnapshotState = "completed",
        encrypted: bool = False,
        kms_key: KmsKey | str | None = None,
        tags: Mapping[str, str] | None = None,
        description: str = "",
        shared_with: Iterable[str] = (),
        public: bool = False,
        storage_tier: Literal["standard", "archive"] = "standard",
        outpost_arn: str | None = None,
        availability_zone: str | None = None,
        data_size: int | None = None,
    ) -> Snapshot:
        """Add a snapshot to the world, to be copied for example.

        Args:
            region: The Region that it is in.
            account_id: The account that owns it; None is the default account.
            volume_size: GiB.
            state: Its state, for good: one added as "pending" stays so.
            encrypted: Whether it is encrypted; a *kms_key* encrypts it too.
            kms_key: A key of `fake_ec2.kms`, or what names one (id, ARN, alias); None takes the
                Region's default EBS key for an encrypted snapshot.
            tags: Its tags.
            description: Its description.
            shared_with: The accounts that may make volumes and copies of it.
            public: Whether every account may.
            storage_tier: "standard" or "archive".
            outpost_arn: The Outpost that it is on.
            availability_zone: The Local Zone that it is in.
            data_size: Bytes of data that it holds; None is as much as its volume is large.

        Raises:
            UsageError: a value is not one that a snapshot can have; the message names it.
            UnknownResourceError: *kms_key* names no key, *account_id* no account, or *outpost_arn*
                no Outpost of the Region.
        """
        with self._door as world:
            owner = world.accounts.owner(account_id)
            accounts = frozenset(shared_with if not isinstance(shared_with, str) else [shared_with])
            _check(world, region, volume_size, state, storage_tier, accounts, availability_zone)
            if outpost_arn is not None:
                require_outpost(world, "snapshots.add", outpost_arn, region)
            if data_size is not None:
                good = type(data_size) is int and 0 <= data_size <= volume_size * GIB
                expected = f"bytes, {volume_size * GIB} at most, which is its volume's size"
                _require("data_size", data_size, expected, good=good)
            _check_texts(description, tags, encrypted=encrypted, public=public)
            key_arn = self._key_arn(world, kms_key, region, owner) if kms_key else None
            if encrypted and key_arn is None:
                key_arn = world.default_key_arn(owner, region)
            now = to_milliseconds(world.now())
            record = SnapshotRecord(
                snapshot_id=world.ids.resource_id("snap"),
                region=region,
                owner_id=owner,
                volume_id=world.ids.resource_id("vol"),
                volume_size=volume_size,
                data_size=volume_size * GIB if data_size is None else data_size,
                start_time=now - timedelta(minutes=1) if state == "completed" else now,
                completion_time=now if state == "completed" else None,
                state=state,
                description=description,
                encrypted=key_arn is not None,
                kms_key_arn=key_arn,
                storage_tier=storage_tier,
                outpost_arn=outpost_arn,
                availability_zone=availability_zone,
                shared_with=accounts,
                public=public,
                why="the test added it",
            )
            world.snapshots.add(record)
            world.tags.put(owner, record.snapshot_id, dict(tags or {}))
            transitions.note(world, record, None, now)
        return Snapshot(self._door, record)

    def _key_arn(self, world: World, kms_key: KmsKey | str, region: str, owner: str) -> str:
        if isinstance(kms_key, KmsKey):
            kms_key = kms_key.arn
        if not isinstance(kms_key, str):
            raise _wrong("kms_key", kms_key, 'a key of fake_ec2.kms, or "alias/backup"')
        key = world.keys.resolve(kms_key, region=region, account_id=owner)
        if key is None:
            msg = (
                f"snapshots.add(kms_key={kms_key!r}): it names no key in {region} for account"
                f' {owner}. To have one: fake_ec2.kms.add_key(region="{region}")'
            )
            raise UnknownResourceError(msg)
        if key.region != region:
            raise _wrong("kms_key", kms_key, f"a key in {region}, like the snapshot")
        world.keys.use(key)
        return key.arn


def _wrong(name: str, value: object, expected: str) -> UsageError:
    return UsageError(f"snapshots.add({name}={value!r}): expected {expected}")


def _require(name: str, value: object, expected: str, *, good: bool) -> None:
    if not good:
        raise _wrong(name, value, expected)


def _require_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        expected = f"one of {', '.join(choices)}.{nearest(str(value), choices)}"
        raise _wrong(name, value, expected)


def _check_texts(description: object, tags: object, *, encrypted: object, public: object) -> None:
    _require("description", description, "a text", good=isinstance(description, str))
    _require("encrypted", encrypted, "True or False", good=isinstance(encrypted, bool))
    _require("public", public, "True or False", good=isinstance(public, bool))
    if tags is not None:
        good = isinstance(tags, Mapping) and all(
            isinstance(text, str) for pair in tags.items() for text in pair
        )
        _require("tags", tags, 'a dict of texts: tags={"Name": "backup"}', good=good)


def _check(  # noqa: PLR0917  # the values that need a look
    world: World,
    region: str,
    volume_size: int,
    state: str,
    storage_tier: str,
    shared_with: frozenset[str],
    availability_zone: str | None,
) -> None:
    if region not in world.regions:
        hint = nearest(str(region), world.regions.names())
        raise _wrong("region", region, f"a Region.{hint}")
    good = type(volume_size) is int and 1 <= volume_size <= _LARGEST
    _require("volume_size", volume_size, f"GiB, 1 to {_LARGEST}", good=good)
    _require_choice("state", state, _STATES)
    _require_choice("storage_tier", storage_tier, _TIERS)
    for account_id in sorted(shared_with, key=str):
        good = isinstance(account_id, str) and is_account_id(account_id)
        _require("shared_with", account_id, "account ids, each a text of 12 digits", good=good)
    if availability_zone is not None:
        good = is_availability_zone(availability_zone, region)
        _require("availability_zone", availability_zone, f"a zone of {region}", good=good)
