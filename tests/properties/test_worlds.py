"""Random lives of whole worlds, through botocore and everything that a test can do meanwhile.

What holds in all of them stands here as one method each; the invariants of copies alone are those
of `test_copies.py`.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from pytest_fakecopy import FakeCopyAssertionError, FakeEC2
from pytest_fakecopy.domain.rulebooks import book
from pytest_fakecopy.domain.transitions import TRANSITIONS
from tests.properties import photograph

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_fakecopy.domain.snapshots import SnapshotRecord

    Place = tuple[str, str]
    """An account and a Region."""
    Action = Callable[[FakeEC2], object]
    """Something that was done, to be done again in another world."""

START = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
ACCOUNTS = ("111122223333", "444455556666")
REGIONS = ("us-east-1", "us-west-2")
# Each call is made once, whatever a fault does to it.
CONFIG = Config(parameter_validation=False, retries={"total_max_attempts": 1})
ENDS = ("completed", "error")

accounts = st.sampled_from(ACCOUNTS)
regions = st.sampled_from(REGIONS)
numbers = st.integers(0, 40)
# Who calls where: mostly the owner of what is named, in its Region.
places = st.sampled_from([None] * 9 + [(who, where) for who in ACCOUNTS for where in REGIONS])
# botocore makes up one where there is none, another in each run.
tokens = st.sampled_from([f"token-{number}" for number in range(6)])
keys = st.sampled_from(
    ["alias/own", "alias/own", "alias/other", "alias/none", "alias/aws/ebs", "no key at all"]
)
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("lock_snapshot", {"LockMode": "governance", "LockDuration": 1}),
    ("lock_snapshot", {"LockMode": "compliance", "LockDuration": 1, "CoolOffPeriod": 1}),
    ("unlock_snapshot", {}),
    ("modify_snapshot_tier", {"StorageTier": "archive"}),
    ("restore_snapshot_tier", {"TemporaryRestoreDays": 1}),
    ("restore_snapshot_tier", {"PermanentRestore": True}),
    ("reset_snapshot_attribute", {"Attribute": "createVolumePermission"}),
]
SETTINGS = [
    "enable_ebs_encryption_by_default", "disable_ebs_encryption_by_default",
    "modify_ebs_default_kms_key_id", "reset_ebs_default_kms_key_id",
    "enable_snapshot_block_public_access", "disable_snapshot_block_public_access",
]  # fmt: skip
KEY_CHANGES = [
    "disable_key", "enable_key", "schedule_key_deletion", "cancel_key_deletion", "create_key",
    "create_grant", "create_alias", "update_alias", "delete_alias", "describe_key",
]  # fmt: skip


@cache
def client(service: str, region: str, account_id: str) -> Any:
    """Return a client that serves every world: accounts have the same keys in all of them."""
    with FakeEC2(clock="virtual") as fake:
        account = fake.accounts.add(account_id)
    return boto3.client(
        service,
        region,
        aws_access_key_id=account.access_key_id,
        aws_secret_access_key=account.secret_access_key,
        config=CONFIG,
    )


class Worlds(RuleBasedStateMachine):
    """Two accounts in two Regions do whatever they can, and the test breaks things meanwhile."""

    @initialize(
        rules=st.sampled_from(["documented", "observed"]),
        limit=st.sampled_from([2, 20]),
        seed=st.integers(0, 3),
    )
    def begin(self, rules: str, limit: int, seed: int) -> None:
        """Enter a world with two keys and two snapshots of each account in each Region."""
        self.options: dict[str, Any] = {
            "clock": "virtual", "start_time": START, "rules": rules, "seed": 0,
            "max_concurrent_copies": limit, "validation_delay": 3 + seed,
        }  # fmt: skip
        self.done: list[Action] = []
        self.fake = FakeEC2(**self.options)
        self.fake.__enter__()
        self.progress: dict[str, int] = {}
        self.ends: dict[str, SnapshotRecord] = {}
        self.states: dict[str, str] = {}
        self.from_encrypted: set[str] = set()
        self.ids: dict[str, None] = {}
        self.do(populate)

    def do(self, action: Action) -> None:
        """Do something, and keep it to be done again."""
        self.done.append(action)
        action(self.fake)

    def call(self, service: str, place: Place, operation: str, **parameters: Any) -> None:
        """Make a call of an account's in a Region; see that a refusal changes nothing."""
        account_id, region = place
        fake = self.fake
        before = None
        fake._door.settle()
        if not fake.faults.unused():
            before = photograph.of_world(fake)
        answer: dict[str, Any] | None = None

        def action(fake: FakeEC2) -> None:
            nonlocal answer
            del fake
            method = getattr(client(service, region, account_id), operation)
            with suppress(ClientError, BotoCoreError):
                answer = method(**parameters)

        self.do(action)
        if answer is None and before is not None:
            assert photograph.of_world(fake) == before

    # What can be named: ids of things that are there, that were there, and that never were.

    def snapshot(self, number: int) -> str:
        """Return the id of a snapshot."""
        known = [name for name in self.ids if name.startswith("snap-")]
        return known[number % len(known)] if number < 40 else f"snap-{number:017x}"

    def resource(self, prefix: str, number: int) -> str:
        """Return the id of a volume or an image."""
        known = [name for name in self.ids if name.startswith(prefix)]
        return known[number % len(known)] if known else f"{prefix}-{number:017x}"

    def at(self, name: str, place: Place | None) -> Place:
        """Return who calls where: the owner of what is named, unless a place is given."""
        world = self.fake._world
        record = world.snapshots.get(name) or world.volumes.get(name) or world.images.get(name)
        owner = (
            (record.owner_id, record.region) if record is not None else (ACCOUNTS[0], REGIONS[0])
        )
        return place or owner

    # What accounts do

    @rule(
        source=numbers, place=places, region=regions, source_region=regions, key=keys,
        encrypted=st.sampled_from([None, None, True, True, False]),
        minutes=st.sampled_from([None] * 5 + [15, 14]),
        tagged=st.booleans(), dry=st.sampled_from([False] * 9 + [True]),
    )  # fmt: skip
    def copy(
        self, source: int, place: Place | None, region: str, source_region: str, key: str,
        encrypted: bool | None, minutes: int | None, tagged: bool, dry: bool,
    ) -> None:  # fmt: skip
        """Somebody copies a snapshot: their own, another's, one that isn't there."""
        name = self.snapshot(source)
        account_id, there = self.at(name, place)
        asked: dict[str, Any] = {"SourceSnapshotId": name, "SourceRegion": there}
        if source % 9 == 0:
            asked["SourceRegion"] = source_region
        if encrypted is not None:
            asked |= {"Encrypted": encrypted, "KmsKeyId": key}
        if minutes is not None:
            asked["CompletionDurationMinutes"] = minutes
        if tagged:
            tags = [{"Key": "by", "Value": account_id}]
            asked["TagSpecifications"] = [{"ResourceType": "snapshot", "Tags": tags}]
        self.call("ec2", (account_id, region), "copy_snapshot", **asked, DryRun=dry)

    @rule(source=numbers, region=regions, encrypted=st.booleans(), key=keys)
    def copy_well(self, source: int, region: str, encrypted: bool, key: str) -> None:
        """An owner copies a snapshot, and nothing is wrong with that but maybe the key."""
        name = self.snapshot(source % 40)
        account_id, there = self.at(name, None)
        asked = {"Encrypted": True, "KmsKeyId": key} if encrypted else {}
        self.call(
            "ec2", (account_id, region), "copy_snapshot", SourceSnapshotId=name,
            SourceRegion=there, **asked,
        )  # fmt: skip

    @rule(snapshot=numbers, place=places)
    def delete(self, snapshot: int, place: Place | None) -> None:
        """Somebody deletes a snapshot."""
        name = self.snapshot(snapshot)
        self.call("ec2", self.at(name, place), "delete_snapshot", SnapshotId=name)

    @rule(
        snapshot=numbers, place=places, public=st.booleans(),
        operation=st.sampled_from(["add", "remove"]),
    )  # fmt: skip
    def share(self, snapshot: int, place: Place | None, public: bool, operation: str) -> None:
        """Access is given and taken."""
        name = self.snapshot(snapshot)
        who: dict[str, Any] = {"GroupNames": ["all"]} if public else {"UserIds": [*ACCOUNTS]}
        self.call(
            "ec2", self.at(name, place), "modify_snapshot_attribute", SnapshotId=name,
            Attribute="createVolumePermission", OperationType=operation, **who,
        )  # fmt: skip

    @rule(snapshot=numbers, place=places, key=st.sampled_from("abc"), take=st.booleans())
    def tag(self, snapshot: int, place: Place | None, key: str, take: bool) -> None:
        """Tags are given and taken."""
        name = self.snapshot(snapshot)
        names = [name, self.snapshot(snapshot + 1)] if snapshot % 4 == 0 else [name]
        operation = "delete_tags" if take else "create_tags"
        tags = [{"Key": key, "Value": str(snapshot)}]
        self.call("ec2", self.at(name, place), operation, Resources=names, Tags=tags)

    @rule(snapshot=numbers, place=places, how=st.sampled_from(CHANGES))
    def lock_or_archive(
        self, snapshot: int, place: Place | None, how: tuple[str, dict[str, Any]]
    ) -> None:
        """Snapshots are locked, archived and restored."""
        name = self.snapshot(snapshot)
        operation, parameters = how
        self.call("ec2", self.at(name, place), operation, SnapshotId=name, **parameters)

    @rule(snapshot=numbers, place=places, token=tokens, encrypted=st.booleans())
    def create_volume(
        self, snapshot: int, place: Place | None, token: str, encrypted: bool
    ) -> None:
        """Somebody makes a volume of a snapshot."""
        name = self.snapshot(snapshot)
        account_id, region = self.at(name, place)
        self.call(
            "ec2", (account_id, region), "create_volume", AvailabilityZone=f"{region}a",
            SnapshotId=name, Encrypted=encrypted, ClientToken=token,
        )  # fmt: skip

    @rule(volume=numbers, place=places,
          operation=st.sampled_from(["create_snapshot"] * 2 + ["delete_volume"]))  # fmt: skip
    def use_volume(self, volume: int, place: Place | None, operation: str) -> None:
        """Somebody takes a snapshot of a volume, or deletes it."""
        name = self.resource("vol", volume)
        self.call("ec2", self.at(name, place), operation, VolumeId=name)

    @rule(snapshot=numbers, place=places, name=st.sampled_from("abcd"))
    def register_image(self, snapshot: int, place: Place | None, name: str) -> None:
        """Somebody makes an image of a snapshot."""
        snapshot_id = self.snapshot(snapshot)
        mapping = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot_id}}
        self.call(
            "ec2", self.at(snapshot_id, place), "register_image", Name=f"image-{name}",
            RootDeviceName="/dev/xvda", BlockDeviceMappings=[mapping],
        )  # fmt: skip

    @rule(image=numbers, place=places, region=regions, token=tokens,
          encrypted=st.booleans(), name=st.sampled_from("abcd"))  # fmt: skip
    def copy_image(
        self, image: int, place: Place | None, region: str,
        token: str, encrypted: bool, name: str,
    ) -> None:  # fmt: skip
        """Somebody copies an image, and its snapshots with it."""
        image_id = self.resource("ami", image)
        account_id, there = self.at(image_id, place)
        self.call(
            "ec2", (account_id, region), "copy_image", Name=f"copy-{name}", Encrypted=encrypted,
            SourceImageId=image_id, SourceRegion=there, ClientToken=token,
        )  # fmt: skip

    @rule(image=numbers, place=places)
    def deregister_image(self, image: int, place: Place | None) -> None:
        """Somebody takes an image away."""
        name = self.resource("ami", image)
        self.call("ec2", self.at(name, place), "deregister_image", ImageId=name)

    @rule(account_id=accounts, region=regions, key=keys, operation=st.sampled_from(SETTINGS))
    def change_settings(self, account_id: str, region: str, key: str, operation: str) -> None:
        """Somebody changes a setting of an account."""
        parameters = {
            "modify_ebs_default_kms_key_id": {"KmsKeyId": key},
            "enable_snapshot_block_public_access": {"State": "block-all-sharing"},
        }.get(operation, {})
        self.call("ec2", (account_id, region), operation, **parameters)

    @rule(key=numbers, place=places, operation=st.sampled_from(KEY_CHANGES))
    def change_key(self, key: int, place: Place | None, operation: str) -> None:
        """Somebody changes a key."""
        known = [*self.fake.kms]
        named = known[key % len(known)]
        account_id, region = place or (named.account_id, named.region)
        alias = {"AliasName": "alias/other" if key % 2 else "alias/own"}
        grantee = f"arn:aws:iam::{account_id}:root"
        others: dict[str, dict[str, Any]] = {
            "create_key": {"MultiRegion": bool(key % 2)},
            "create_grant": {
                "KeyId": named.arn, "GranteePrincipal": grantee, "Operations": ["DescribeKey"],
            },
            "create_alias": {**alias, "TargetKeyId": named.arn},
            "update_alias": {**alias, "TargetKeyId": named.arn},
            "delete_alias": alias,
        }  # fmt: skip
        parameters = others.get(operation, {"KeyId": named.arn})
        self.call("kms", (account_id, region), operation, **parameters)

    # What a test does

    @rule(seconds=st.sampled_from([0.001, 1, 4, 30, 60, 900, 86400, 30 * 86400]))
    def pass_time(self, seconds: float) -> None:
        """Time moves."""
        self.do(lambda fake: fake.clock.tick(seconds))

    @rule()
    def jump(self) -> None:
        """Time moves to what comes next."""
        if self.fake._world.timeline.next_due() is not None:
            self.do(lambda fake: fake.clock.jump_to_next())

    @rule(operation=st.sampled_from(["CopySnapshot", "DeleteSnapshot", "CreateTags"]),
          how=st.sampled_from(["reject", "disconnect"]))  # fmt: skip
    def break_a_call(self, operation: str, how: str) -> None:
        """The next call of that kind is refused, or its connection fails."""
        self.do(
            (lambda fake: fake.faults.reject(operation, "RequestLimitExceeded", status=503))
            if how == "reject"
            else (lambda fake: fake.faults.disconnect(operation))
        )

    @rule(after=st.sampled_from([None, 0, 30, 3600]))
    def fail_the_next_copy(self, after: float | None) -> None:
        """The next copy will fail."""
        self.do(lambda fake: fake.faults.fail_copies("Internal error", after=after))

    @rule()
    def hold_or_release(self) -> None:
        """Copies are held, or let go."""
        holding = self.fake.faults.holding
        self.do(lambda fake: fake.faults.release_copies() if holding else fake.faults.hold_copies())

    @rule(seconds=st.sampled_from([0, 10]))
    def delay_visibility(self, seconds: float) -> None:
        """New ids are known some time later."""
        self.do(lambda fake: fake.faults.delay_visibility(seconds))

    @rule(action=st.sampled_from(["ec2:CopySnapshot", "kms:CreateGrant", "ec2:Delete*"]),
          account_id=accounts)  # fmt: skip
    def deny_or_allow(self, action: str, account_id: str) -> None:
        """An action is denied, or allowed again."""

        def change(fake: FakeEC2) -> None:
            denied = [deny.action for deny in fake._world.permissions.denies]
            (fake.allow if action in denied else fake.deny)(action)

        self.do(change)

    @rule(name=st.sampled_from(["documented", "observed"]))
    def change_rules(self, name: str) -> None:
        """Another book is in force."""

        def change(fake: FakeEC2) -> None:
            fake.rules = book(name)

        self.do(change)

    # What holds at any time

    def teardown(self) -> None:
        """See that it ends well, and that it happens the same way again."""
        try:
            self.do(lambda fake: fake.faults.release_copies())
            self.do(lambda fake: fake.clock.settle())
            for check in CHECKS:
                check(self)
            ended = photograph.of_world(self.fake), photograph.of_history(self.fake)
            self.everything_ends()
            self.describe_shows_what_the_view_says()
        finally:
            self.leave(self.fake)
        self.the_same_calls_make_the_same_world(ended)

    @staticmethod
    def leave(fake: FakeEC2) -> None:
        """Leave a world, faults that nothing met being none of this test's."""
        with suppress(FakeCopyAssertionError):
            fake.__exit__(None, None, None)

    def everything_ends(self) -> None:
        """Once nobody holds them, all copies come to an end."""
        assert all(record.state in ENDS for record in self.fake._world.snapshots)

    def the_same_calls_make_the_same_world(self, ended: object) -> None:
        """What the seed and the calls are, world, journal and events are, to the last id."""
        again = FakeEC2(**self.options)
        again.__enter__()
        try:
            for action in self.done:
                action(again)
            same = photograph.of_world(again), photograph.of_history(again)
        finally:
            self.leave(again)
        assert same == ended

    def describe_shows_what_the_view_says(self) -> None:
        """DescribeSnapshots, in pages and by id, and `fake_ec2.snapshots` are of one mind."""
        fake = self.fake
        # A copy that failed at once may end before it becomes visible.
        fake.faults.delay_visibility(0)
        for account_id in ACCOUNTS:
            for region in REGIONS:
                ec2 = client("ec2", region, account_id)
                pages = ec2.get_paginator("describe_snapshots").paginate(
                    OwnerIds=["self"], PaginationConfig={"PageSize": 5}
                )
                shown = {one["SnapshotId"]: one for page in pages for one in page["Snapshots"]}
                mine = {
                    one.snapshot_id: one
                    for one in fake.snapshots
                    if (one.region, one.owner_id) == (region, account_id)
                }
                assert list(shown) == list(mine)
                for name, one in mine.items():
                    assert {**members_of(one), **tags_of(one)} == described(shown[name])

    @invariant()
    def checks(self) -> None:
        """All of the checks, in their order."""
        for check in CHECKS:
            check(self)

    def ids_are_unique(self) -> None:
        """No id is given twice, and none comes back."""
        world = self.fake._world
        there = [
            *(record.snapshot_id for record in world.snapshots),
            *(record.volume_id for record in world.volumes),
            *(record.image_id for record in world.images),
            *(key.arn for key in world.keys),
        ]
        assert len(set(there)) == len(there)
        self.ids |= dict.fromkeys(there)
        asked = [request.request_id for request in self.fake.journal.requests()]
        told = [event["id"] for event in self.fake.events]
        assert len({*asked, *told}) == len(asked) + len(told)

    def an_encrypted_source_gives_an_encrypted_copy(self) -> None:
        """Whatever key, setting and book: what was encrypted stays so."""
        world = self.fake._world
        for record in world.snapshots:
            if record.copy is None:
                continue
            name = record.copy.source_snapshot_id
            source = world.snapshots.get(name) or world.snapshots.deleted(name)
            if source is not None and source.state == "completed" and source.encrypted:
                self.from_encrypted.add(record.snapshot_id)
            if record.state == "completed" and record.snapshot_id in self.from_encrypted:
                assert record.encrypted
        for record in world.snapshots:
            assert record.encrypted or record.kms_key_arn is None

    def an_end_is_an_end(self) -> None:
        """A snapshot that has ended keeps its state, its reason, its key and its time."""
        for record in self.fake._world.snapshots:
            name, state = record.snapshot_id, record.state
            before = self.states.setdefault(name, state)
            assert state == before or state in TRANSITIONS[before]  # type: ignore[index]  # a state
            self.states[name] = state
            if state in ENDS:
                ended = self.ends.setdefault(name, record)
                for member in ("state", "state_message", "encrypted", "kms_key_arn", "volume_size",
                               "completion_time", "copy", "start_time", "owner_id"):  # fmt: skip
                    assert getattr(record, member) == getattr(ended, member)

    def progress_never_falls(self) -> None:
        """It grows to 99 while a snapshot is pending, and is 100 or 0 from its end on."""
        now = self.fake._world.now()
        for record in self.fake._world.snapshots:
            progress = record.progress_at(now)
            if record.state == "pending":
                assert self.progress.get(record.snapshot_id, 0) <= progress <= 99
                self.progress[record.snapshot_id] = progress
            else:
                assert progress == (100 if record.state == "completed" else 0)

    def events_tell_what_states_say(self) -> None:
        """Each end of a copy is told once, with its state and its reason; nothing else is."""
        told = {
            event["resources"][0].rpartition("/")[2]: event["detail"]["result"]
            for event in self.fake.events
            if event["detail-type"] == "EBS Snapshot Notification"
            and event["detail"]["event"] == "copySnapshot"
        }
        for record in self.fake._world.snapshots:
            if record.copy is not None and record.availability_zone is None:
                result = {"completed": "succeeded", "error": "failed"}.get(record.state)
                assert told.get(record.snapshot_id) == result

    def what_is_gone_leaves_nothing(self) -> None:
        """No tag, flight or mapping is of a snapshot that isn't there."""
        world = self.fake._world
        there = {record.snapshot_id for record in world.snapshots}
        tagged = {name for _, name, _, _ in world.tags if name.startswith("snap-")}
        assert tagged <= there
        assert {*world.copies._flights} <= there

    def no_more_than_the_limit_is_pending(self) -> None:
        """Copies to one Region of one account are within the limit, or refused."""
        pending: dict[tuple[str, str], int] = {}
        for record in self.fake._world.snapshots:
            if record.copy is not None and record.state == "pending":
                place = record.owner_id, record.region
                pending[place] = pending.get(place, 0) + 1
        assert all(count <= self.options["max_concurrent_copies"] for count in pending.values())

    def time_goes_forward(self) -> None:
        """The journal is in order, and no entry is from the future."""
        moments = [entry.at for entry in self.fake.journal]
        assert moments == sorted(moments)
        assert not moments or moments[-1] <= self.fake._world.now()


CHECKS: tuple[Callable[[Worlds], None], ...] = (
    Worlds.ids_are_unique,
    Worlds.an_encrypted_source_gives_an_encrypted_copy,
    Worlds.an_end_is_an_end,
    Worlds.progress_never_falls,
    Worlds.events_tell_what_states_say,
    Worlds.what_is_gone_leaves_nothing,
    Worlds.no_more_than_the_limit_is_pending,
    Worlds.time_goes_forward,
)


def populate(fake: FakeEC2) -> None:
    """Add keys and snapshots for everybody."""
    for account_id in ACCOUNTS:
        fake.accounts.add(account_id)
    for account_id in ACCOUNTS:
        for region in REGIONS:
            fake.kms.add_key(region=region, account_id=account_id, alias="alias/own")
            for encrypted in (False, True):
                fake.snapshots.add(region=region, account_id=account_id, encrypted=encrypted)


def members_of(one: Any) -> dict[str, object]:
    """Return what the view says of a snapshot, by EC2's names."""
    said = {
        "State": str(one.state),
        "StateMessage": one.state_message and str(one.state_message),
        "Progress": f"{one.progress}%",
        "Encrypted": one.encrypted,
        "KmsKeyId": one.kms_key_id,
        "VolumeId": one.volume_id,
        "VolumeSize": one.volume_size,
        "Description": one.description,
        "StartTime": one.start_time,
        "OwnerId": one.owner_id,
        "CompletionTime": one.completion_time,
        "StorageTier": one.storage_tier,
    }
    return {name: value for name, value in said.items() if value is not None}


def tags_of(one: Any) -> dict[str, object]:
    """Return what the view says of a snapshot's tags, by EC2's name."""
    tags = [{"Key": key, "Value": value} for key, value in one.tags.items()]
    return {"Tags": tags} if tags else {}


def described(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what DescribeSnapshots shows that the view has as well."""
    others = {
        "SnapshotId", "FullSnapshotSizeInBytes", "RestoreExpiryTime", "TransferType",
        "CompletionDurationMinutes", "AvailabilityZone", "OutpostArn",
    }  # fmt: skip
    return {name: value for name, value in shown.items() if name not in others}


SUITE = settings(max_examples=12, stateful_step_count=40, suppress_health_check=[*HealthCheck])
LONG = settings(
    SUITE, max_examples=2_000, stateful_step_count=80, derandomize=False, print_blob=True
)


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(SUITE, id="a-dozen"),
        pytest.param(LONG, id="thousands", marks=pytest.mark.slow),
    ],
)
def test_worlds(profile: settings) -> None:
    """What holds at any time holds in a dozen random worlds, and with `-m slow` in thousands."""
    run_state_machine_as_test(Worlds, settings=profile)
