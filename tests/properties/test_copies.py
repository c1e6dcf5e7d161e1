"""Random lives of copies, and what holds in all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.domain.permissions import Deny
from pytest_fakecopy.domain.records import TransitionRecord
from pytest_fakecopy.domain.snapshots import GIB
from pytest_fakecopy.domain.transitions import TRANSITIONS
from tests.builders import (
    ACCOUNT,
    OTHER_ACCOUNT,
    StubRegions,
    caller,
    delete,
    make_key,
    make_snapshot,
    make_world,
    snapshot_record,
    start,
)

if TYPE_CHECKING:
    from pytest_fakecopy.domain.snapshots import SnapshotRecord
    from tests.builders import BuiltWorld

ACCOUNTS = (ACCOUNT, OTHER_ACCOUNT)
REGIONS = StubRegions().names("aws")
REQUESTS: tuple[dict[str, Any], ...] = (
    {},
    {"encrypted": True},
    *(
        {"encrypted": True, "kms_key_id": key}
        for key in ("alias/own", "alias/own", "alias/bad", "alias/none", "alias/aws/ebs")
    ),
    {"completion_duration_minutes": 15},
    {"completion_duration_minutes": 30, "encrypted": True, "kms_key_id": "alias/own"},
    # refused, by one book or by both
    {"completion_duration_minutes": 14},
    {"encrypted": False},
    {"kms_key_id": "alias/own"},
    {"dry_run": True},
)
DENIES = (
    Deny("kms:CreateGrant"),
    Deny("kms:GenerateDataKeyWithoutPlaintext"),
    Deny("ec2:CopySnapshot", account_id=OTHER_ACCOUNT),
)
ENDED = ("completed", "error", "deleted")

accounts = st.sampled_from(ACCOUNTS)
regions = st.sampled_from(REGIONS)
requests = st.sampled_from(REQUESTS)


def fingerprint(world: BuiltWorld) -> tuple[object, ...]:
    """Return everything that a refused call must leave alone."""
    return (
        tuple(world.snapshots),
        tuple(world.tags),
        tuple(world.keys),
        world.permissions,
        tuple(world.timeline.scheduled()),
        tuple(world.copies.in_progress(who, where) for who in ACCOUNTS for where in REGIONS),
        len(world.emitted),
        sum(isinstance(record, TransitionRecord) for record in world.records),
    )


class Lives(RuleBasedStateMachine):
    """Two accounts copy snapshots between three Regions, and everything changes meanwhile."""

    snapshots = Bundle("snapshots")

    @initialize(
        target=snapshots,
        rules=st.sampled_from(["documented", "observed"]),
        limit=st.sampled_from([2, 20]),
        duration=st.sampled_from([0, 3, 60]),
    )
    def begin(self, rules: str, limit: int, duration: int) -> Any:
        """Build a world with two keys and two snapshots of each account in each Region."""
        self.world = make_world(
            rules=rules,
            max_concurrent_copies=limit,
            copy_duration=timedelta(seconds=duration),
        )
        everybody = frozenset(ACCOUNTS)
        for account_id in ACCOUNTS:
            for region in REGIONS:
                place = {"region": region, "account_id": account_id}
                make_key(self.world, **place, alias="alias/own", shared_with=everybody)
                make_key(self.world, **place, alias="alias/bad", key_state="Disabled")
        self.progress: dict[str, int] = {}
        self.ends: dict[str, SnapshotRecord] = {}
        self.from_encrypted: set[str] = set()
        return multiple(
            *(
                self.add_snapshot(account_id, region, alias, 8)
                for account_id in ACCOUNTS
                for region in REGIONS
                for alias in (None, "alias/own")
            )
        )

    @rule(
        target=snapshots,
        account_id=accounts,
        region=regions,
        alias=st.sampled_from([None, "alias/own", "alias/aws/ebs"]),
        gib=st.sampled_from([0, 8, 900, 65536]),
    )
    def take_snapshot(self, account_id: str, region: str, alias: str | None, gib: int) -> str:
        """Somebody has one more snapshot, empty or large."""
        return self.add_snapshot(account_id, region, alias, gib)

    def add_snapshot(self, account_id: str, region: str, alias: str | None, gib: int) -> str:
        """Put a snapshot into the world, encrypted with the key of that alias."""
        keys = self.world.keys
        key = keys.resolve(alias, region=region, account_id=account_id) if alias else None
        if key is not None:
            keys.use(key)
        return make_snapshot(
            self.world,
            owner_id=account_id,
            region=region,
            volume_size=max(1, gib),
            data_size=gib * GIB,
            kms_key_arn=key.arn if key else None,
        ).snapshot_id

    @rule(target=snapshots, source=snapshots, region=regions, asked=requests)
    def copy_own(self, source: str, region: str, asked: dict[str, Any]) -> Any:
        """Its owner copies a snapshot."""
        record = self.world.snapshots.get(source)
        return self._copy(source, record.owner_id if record else ACCOUNT, region, asked)

    @rule(target=snapshots, source=snapshots, account_id=accounts, region=regions, asked=requests)
    def copy_any(self, source: str, account_id: str, region: str, asked: dict[str, Any]) -> Any:
        """Somebody tries to copy a snapshot, which may be shared or not."""
        return self._copy(source, account_id, region, asked)

    @rule(target=snapshots, source=snapshots, region=regions, asked=requests)
    def copy_before_it_is_shared(self, source: str, region: str, asked: dict[str, Any]) -> Any:
        """A stranger copies a snapshot, and is given access right after."""
        record = self.world.snapshots.get(source)
        stranger = stranger_to(record) if record else ACCOUNT
        copy = self._copy(source, stranger, region, asked)
        record = self.world.snapshots.get(source)
        if record is not None:
            shared = replace(record, shared_with=frozenset({stranger}))
            self.world.snapshots.replace(shared)
        return copy

    def _copy(self, source: str, account_id: str, region: str, asked: dict[str, Any]) -> Any:
        """Copy, and see that a refusal leaves everything as it was."""
        world = self.world
        world.settle()
        record = world.snapshots.get(source)
        before = fingerprint(world)
        who = caller(account_id)
        try:
            copy = start(world, record or deleted(source), caller=who, region=region, **asked)
        except Refused:
            assert fingerprint(world) == before
            return multiple()
        assert record is not None or world.rules.name == "observed"
        if record is not None and record.encrypted:
            self.from_encrypted.add(copy.snapshot_id)
        return copy.snapshot_id

    @rule(seconds=st.sampled_from([0, 0.001, 1, 4, 5, 30, 60, 900, 86400]))
    def pass_time(self, seconds: float) -> None:
        """Time moves, and whoever looks next settles what is due."""
        self.world.clock.tick(seconds)

    @rule(snapshot=consumes(snapshots))
    def delete(self, snapshot: str) -> None:
        """Its owner deletes it, in whatever state it is; others can't."""
        self.world.settle()
        record = self.world.snapshots.get(snapshot)
        if record is not None:
            self._delete(record)

    @rule(number=st.integers(0, 5))
    def delete_a_pending_copy(self, number: int) -> None:
        """Its owner deletes a copy that is pending, waiting or held."""
        self.world.settle()
        pending = [record for record in self.world.snapshots if record.state == "pending"]
        if pending:
            self._delete(pending[number % len(pending)])

    def _delete(self, record: SnapshotRecord) -> None:
        world, place = self.world, {"region": record.region}
        before = fingerprint(world)
        with pytest.raises(Refused):
            delete(world, record.snapshot_id, caller=caller(stranger_to(record)), **place)
        assert fingerprint(world) == before
        delete(world, record.snapshot_id, caller=caller(record.owner_id), **place)

    @rule(snapshot=snapshots, public=st.booleans(), shared=st.booleans())
    def share(self, snapshot: str, public: bool, shared: bool) -> None:
        """Sharing is given and taken back."""
        record = self.world.snapshots.get(snapshot)
        if record is not None:
            others = frozenset(ACCOUNTS) - {record.owner_id} if shared else frozenset[str]()
            self.world.snapshots.replace(replace(record, public=public, shared_with=others))

    @rule(
        account_id=accounts,
        region=regions,
        alias=st.sampled_from(["alias/own", "alias/bad"]),
        state=st.sampled_from(["Enabled", "Disabled", "PendingDeletion"]),
        shared=st.booleans(),
    )
    def change_key(
        self, account_id: str, region: str, alias: str, state: str, shared: bool
    ) -> None:
        """A key is disabled, enabled or shared."""
        keys = self.world.keys
        key = keys.resolve(alias, region=region, account_id=account_id)
        assert key is not None
        keys.change(key.arn, key_state=state, shared_with=frozenset(ACCOUNTS if shared else ()))

    @rule(account_id=accounts, region=regions, by_default=st.booleans())
    def change_settings(self, account_id: str, region: str, by_default: bool) -> None:
        """Encryption by default is switched on and off."""
        self.world.settings.change(account_id, region, encryption_by_default=by_default)

    @rule(deny=st.sampled_from(DENIES))
    def deny_or_allow(self, deny: Deny) -> None:
        """An action is denied, or allowed again."""
        permissions = self.world.permissions
        if deny in permissions.denies:
            self.world.permissions = permissions.without(
                deny.action, deny.resource, deny.account_id
            )
        else:
            self.world.permissions = permissions.with_deny(deny)

    @rule(after=st.sampled_from([None, 0, 3, 30, 3600]))
    def set_up_fault(self, after: float | None) -> None:
        """The next copy will fail."""
        self.world.faults.fail_copies("Internal error", after=after)

    @rule()
    def hold_or_release(self) -> None:
        """Copies are held, or let go."""
        faults = self.world.faults
        if faults.holding:
            faults.release_copies()
        else:
            faults.hold_copies()

    @rule(name=st.sampled_from(["documented", "observed"]))
    def change_rules(self, name: str) -> None:
        """Another book is in force."""
        self.world.rules = make_world(rules=name).rules

    @invariant()
    def copies_are_well(self) -> None:
        """What is true of every copy at any time."""
        world = self.world
        world.settle()
        for record in world.snapshots:
            if record.copy is not None:
                self._check_copy(record)

    def _check_copy(self, record: SnapshotRecord) -> None:
        snapshot_id, now = record.snapshot_id, self.world.now()
        progress = record.progress_at(now)
        ended = self.ends.get(snapshot_id)
        if record.state == "pending":
            assert ended is None
            assert self.progress.get(snapshot_id, 0) <= progress <= 99
            self.progress[snapshot_id] = progress
            return
        assert progress == (100 if record.state == "completed" else 0)
        assert (record.completion_time is not None) is (record.state == "completed")
        if record.state == "completed" and snapshot_id in self.from_encrypted:
            assert record.encrypted
        assert record.encrypted or record.kms_key_arn is None
        if ended is not None:
            shown = replace(record, public=ended.public, shared_with=ended.shared_with)
            assert shown == ended
        self.ends[snapshot_id] = record

    @invariant()
    def counts_agree(self) -> None:
        """Copies in progress are those that are pending."""
        world = self.world
        pending: dict[tuple[str, str], int] = {}
        for record in world.snapshots:
            if record.copy is not None and record.state == "pending":
                place = (record.owner_id, record.region)
                pending[place] = pending.get(place, 0) + 1
        for account_id in ACCOUNTS:
            for region in REGIONS:
                count = pending.get((account_id, region), 0)
                assert world.copies.in_progress(account_id, region) == count
                assert count <= world.max_concurrent_copies

    @invariant()
    def nothing_is_scheduled_for_what_has_ended(self) -> None:
        """Each thing to come is of a pending copy, and each pending copy has one to come."""
        world = self.world
        pending = {
            record.snapshot_id
            for record in world.snapshots
            if record.copy is not None and record.state == "pending"
        }
        coming = {entry.what.partition(" ")[0] for entry in world.timeline.scheduled()}
        assert coming <= pending
        for snapshot_id in pending - coming:
            assert world.copies.is_held(snapshot_id) or world.copies.waits_for(snapshot_id)

    @invariant()
    def events_and_states_agree(self) -> None:
        """Each end is told once, with the state and the reason that the copy has."""
        ends: list[tuple[str, str]] = []
        states: dict[str, str] = {}
        for record in self.world.records:
            if isinstance(record, TransitionRecord):
                before = states.get(record.resource_id)
                assert record.before == before or record.after == "deleted"
                if before is not None and record.after != "deleted":
                    assert record.after in TRANSITIONS[before]  # type: ignore[index]  # a state
                states[record.resource_id] = record.after
                if record.before == "pending" and record.after != "deleted":
                    ends.append((record.resource_id, record.after))
        told = [
            (
                event["resources"][0].rpartition("/")[2],
                {"succeeded": "completed", "failed": "error"}[event["detail"]["result"]],
            )
            for event in self.world.emitted
            if event["detail-type"] == "EBS Snapshot Notification"
        ]
        assert told == ends

    def teardown(self) -> None:
        """Every copy ends, once nobody holds it any more."""
        world = self.world
        world.faults.release_copies()
        due = world.timeline.next_due()
        while due is not None:
            world.clock.moment = max(due, world.now())
            world.settle()
            due = world.timeline.next_due()
        copies = [record for record in world.snapshots if record.copy is not None]
        assert all(record.state in ENDED for record in copies)
        assert all(
            world.copies.throughput_in_use(account_id, source, region) == 0
            for account_id in ACCOUNTS
            for source in REGIONS
            for region in REGIONS
        )
        self.copies_are_well()
        self.counts_agree()
        self.events_and_states_agree()


def stranger_to(record: SnapshotRecord) -> str:
    """Return the account that does not own a snapshot."""
    return ACCOUNTS[record.owner_id == ACCOUNT]


def deleted(snapshot_id: str) -> SnapshotRecord:
    """Build what a deleted snapshot is remembered by: its id, and where nobody has it."""
    return snapshot_record(snapshot_id=snapshot_id, region="us-west-2")


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=40)
