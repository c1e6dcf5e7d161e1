"""Builders of worlds and values for tests: defaults for all, override by keyword.

A built world has a clock that a test sets, three Regions of one partition and one of another, and
keeps what the domain records and emits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.accounts import Accounts, Caller
from pytest_fakecopy.domain.attempt import CopyAttempt, CopyRequest, Throughput
from pytest_fakecopy.domain.encryption import Encryption
from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.faults import Faults
from pytest_fakecopy.domain.ids import IdSource
from pytest_fakecopy.domain.kms import KeyRecord, KeyRegistry
from pytest_fakecopy.domain.lifecycle import Copies
from pytest_fakecopy.domain.operations import served
from pytest_fakecopy.domain.operations.call import Call
from pytest_fakecopy.domain.operations.copy import start_copy
from pytest_fakecopy.domain.operations.snapshots import delete_snapshot, described
from pytest_fakecopy.domain.permissions import Permissions
from pytest_fakecopy.domain.presigned import PresignedUrl, parse
from pytest_fakecopy.domain.rulebooks import book
from pytest_fakecopy.domain.snapshots import GIB, SnapshotRecord
from pytest_fakecopy.domain.world import World

if TYPE_CHECKING:
    from pytest_fakecopy.domain.events import Event
    from pytest_fakecopy.domain.records import Record

START = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
HERE = "us-east-1"
"""The Region that copies go to."""
THERE = "us-west-2"
"""The Region that copies come from."""
SOURCE_ID = "snap-0123456789abcdef0"
OUTPOST_ARN = f"arn:aws:outposts:{HERE}:{ACCOUNT}:outpost/op-0a1b2c3d4e5f6a7b8"


def presigned_url(
    snapshot_id: str, source_region: str, region: str, *, at: datetime = START
) -> str:
    """Return a presigned URL, made at that time, in which nothing is wrong."""
    scope = f"{at:%Y%m%d}%2F{source_region}%2Fec2%2Faws4_request"
    return (
        f"https://ec2.{source_region}.amazonaws.com/?Action=CopySnapshot&Version=2016-11-15"
        f"&SourceRegion={source_region}&SourceSnapshotId={snapshot_id}&DestinationRegion={region}"
        "&X-Amz-Algorithm=AWS4-HMAC-SHA256"
        f"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F{scope}"
        f"&X-Amz-Date={at:%Y%m%dT%H%M%SZ}&X-Amz-Expires=3600&X-Amz-SignedHeaders=host"
        f"&X-Amz-Signature={'a1' * 32}"
    )


PRESIGNED_URL = presigned_url(SOURCE_ID, THERE, HERE)
"""The one of the default request."""


class StubRegions:
    """Four Regions of two partitions."""

    _partitions = {  # noqa: RUF012  # a table, never changed
        "us-east-1": "aws",
        "us-west-2": "aws",
        "eu-west-1": "aws",
        "cn-north-1": "aws-cn",
    }

    def __contains__(self, region: object) -> bool:
        """Say whether it is one of the four."""
        return region in self._partitions

    def names(self, partition: str | None = None) -> tuple[str, ...]:
        """Return the four, or those of a partition."""
        return tuple(
            name for name, of in self._partitions.items() if partition is None or of == partition
        )

    def partition_of(self, region: str) -> str | None:
        """Return "aws" or "aws-cn", or None for any other Region."""
        return self._partitions.get(region)

    def dns_suffix(self, region: str) -> str:
        """Return the domain of AWS, or of AWS in China."""
        return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


@dataclass
class StubClock:
    """A clock that stands still until a test moves it."""

    moment: datetime = START

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.moment

    def tick(self, seconds: float) -> None:
        """Move on."""
        self.moment += timedelta(seconds=seconds)


@dataclass(slots=True, eq=False, kw_only=True)
class BuiltWorld(World):
    """A world with what a test looks at and moves besides."""

    clock: StubClock
    records: list[Record] = field(default_factory=list)
    emitted: list[Event] = field(default_factory=list)

    def pass_time(self, seconds: float) -> None:
        """Move the clock and let happen what comes due."""
        self.clock.tick(seconds)
        self.settle()

    def hold(self, holding: bool) -> None:
        """Hold copies or release them, as a fake does."""
        self.settle()
        self.copies.hold(self.now(), holding=holding)

    def snapshot(self, snapshot_id: str) -> SnapshotRecord:
        """Return a snapshot that is there."""
        record = self.snapshots.get(snapshot_id)
        assert record is not None
        return record


def later(seconds: float) -> datetime:
    """Return the time so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def judge(url: str) -> PresignedUrl:
    """Take a URL apart and find its signature right."""
    return parse(url).with_verdict("right")


def make_world(*, rules: str = "documented", **members: Any) -> BuiltWorld:
    """Build a world; *members* are fields of `World`."""
    clock, ids, regions = StubClock(), IdSource(0), StubRegions()
    records: list[Record] = []
    emitted: list[Event] = []
    built: dict[str, Any] = {
        "now": clock.now,
        "signing_now": clock.now,
        "regions": regions,
        "ids": ids,
        "accounts": Accounts(ACCOUNT, 0),
        "keys": KeyRegistry(ids, lambda region: regions.partition_of(region) or "aws", clock.now),
        "rules": book(rules),
        "validation_delay": timedelta(seconds=5),
        "copy_duration": timedelta(seconds=60),
        "max_concurrent_copies": 20,
        "strict_credentials": False,
        "judge": judge,
        "record": records.append,
        "emit": lambda _at, event: emitted.append(event),
    }
    world = BuiltWorld(clock=clock, records=records, emitted=emitted, **(built | members))
    world.accounts.add(OTHER_ACCOUNT)
    world.faults = Faults(served(), world.hold)
    world.copies = Copies(world)
    return world


def caller(account_id: str = ACCOUNT, **members: Any) -> Caller:
    """Build who calls; *members* are fields of `Caller`."""
    built: dict[str, Any] = {
        "account_id": account_id,
        "arn": f"arn:aws:iam::{account_id}:user/fake-ec2",
        "user_id": "AIDACKCEVSQ6C2EXAMPLE",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "verified": True,
    }
    return Caller(**(built | members))


def snapshot_record(**members: Any) -> SnapshotRecord:
    """Build the record of a completed, unencrypted snapshot in the source Region."""
    built: dict[str, Any] = {
        "snapshot_id": SOURCE_ID,
        "region": THERE,
        "owner_id": ACCOUNT,
        "volume_id": "vol-0123456789abcdef0",
        "volume_size": 8,
        "data_size": 8 * GIB,
        "start_time": START - timedelta(minutes=1),
        "state": "completed",
        "completion_time": START,
    }
    if members.get("kms_key_arn"):
        built["encrypted"] = True
    return SnapshotRecord(**(built | members))


def make_snapshot(world: World, **members: Any) -> SnapshotRecord:
    """Put a completed, unencrypted snapshot of a volume of its own into a world."""
    new_ids = {
        "snapshot_id": world.ids.resource_id("snap"),
        "volume_id": world.ids.resource_id("vol"),
    }
    record = snapshot_record(**(new_ids | members))
    world.snapshots.add(record)
    return record


def key_record(**members: Any) -> KeyRecord:
    """Build the record of an enabled symmetric key of the default account, where copies go."""
    built: dict[str, Any] = {
        "key_id": "1234abcd-12ab-34cd-56ef-1234567890ab",
        "region": HERE,
        "account_id": ACCOUNT,
        "created_at": START,
    }
    built |= members
    arn = f"arn:aws:kms:{built['region']}:{built['account_id']}:key/{built['key_id']}"
    return KeyRecord(**({"arn": arn} | built))


def make_key(
    world: World,
    *,
    region: str = HERE,
    account_id: str = ACCOUNT,
    alias: str | None = None,
    **members: Any,
) -> KeyRecord:
    """Put a key into a world, with an alias if one is given."""
    key = world.keys.make(region=region, account_id=account_id, **members)
    if alias is not None:
        world.keys.set_alias(alias, key.arn)
    return key


_REQUEST_MEMBERS = frozenset(member.name for member in fields(CopyRequest))


def copy_request(**members: Any) -> CopyRequest:
    """Build the request to copy the default source."""
    return CopyRequest(**({"source_region": THERE, "source_snapshot_id": SOURCE_ID} | members))


def copy_attempt(**members: Any) -> CopyAttempt:
    """Build an attempt that no rule objects to; *members* are its fields or its request's."""
    asked = {name: value for name, value in members.items() if name in _REQUEST_MEMBERS}
    facts = {name: value for name, value in members.items() if name not in _REQUEST_MEMBERS}
    built: dict[str, Any] = {
        "request": copy_request(**asked),
        "caller": caller(),
        "region": HERE,
        "partition": "aws",
        "now": START,
        "signing_now": START,
        "endpoint_host": f"ec2.{HERE}.amazonaws.com",
        "regions": StubRegions(),
        "source": snapshot_record(),
        "source_key": None,
        "encryption": Encryption(encrypted=False),
        "key_identifier": None,
        "key": None,
        "key_reused": False,
        "permissions": Permissions(),
        "outposts": {},
        "copies_in_progress": 0,
        "copies_limit": 20,
        "throughput": Throughput(),
        "judge": judge,
    }
    return CopyAttempt(**(built | facts))


def encrypted_attempt(**members: Any) -> CopyAttempt:
    """Build an attempt whose copy is encrypted with a good key that the request names."""
    key = members.pop("key", key_record())
    identifier = members.pop("key_identifier", key.arn if key is not None else "alias/missing")
    return copy_attempt(
        **{
            "encryption": Encryption(encrypted=True, key="request"),
            "key": key,
            "key_identifier": identifier,
            "encrypted": True,
            "kms_key_id": identifier,
        }
        | members
    )


def make_call(world: World, operation: str = "CopySnapshot", **members: Any) -> Call:
    """Build a call of the default account in the Region that copies go to."""
    built: dict[str, Any] = {
        "service": "ec2",
        "caller": caller(),
        "region": HERE,
        "now": world.now(),
        "endpoint_host": f"ec2.{HERE}.amazonaws.com",
    }
    return Call(world=world, operation=operation, **(built | members))


def start(world: World, source: SnapshotRecord | None = None, **members: Any) -> SnapshotRecord:
    """Start a copy, of a new snapshot unless one is given, and return its record."""
    record = source or make_snapshot(world)
    asked = {name: value for name, value in members.items() if name in _REQUEST_MEMBERS}
    facts = {name: value for name, value in members.items() if name not in _REQUEST_MEMBERS}
    facts["dry_run"] = asked.get("dry_run", False)
    origin = {"source_region": record.region, "source_snapshot_id": record.snapshot_id}
    if record.encrypted:
        region = members.get("region", HERE)
        origin["presigned_url"] = presigned_url(
            record.snapshot_id, record.region, region, at=world.now()
        )
    return start_copy(make_call(world, **facts), CopyRequest(**(origin | asked)))


def refusal(world: World, source: SnapshotRecord | None = None, **members: Any) -> ErrorResponse:
    """Try to start a copy, and return what it is refused with."""
    with pytest.raises(Refused) as caught:
        start(world, source, **members)
    return caught.value.response


def delete(world: World, snapshot_id: str, **members: Any) -> None:
    """Delete a snapshot as DeleteSnapshot does; *members* are fields of the call."""
    delete_snapshot(make_call(world, "DeleteSnapshot", **members), snapshot_id=snapshot_id)


def state_of(world: BuiltWorld, snapshot_id: str) -> str:
    """Return the state of a snapshot that is there."""
    return world.snapshot(snapshot_id).state


def shown(world: BuiltWorld, snapshot_id: str) -> dict[str, Any]:
    """Return what DescribeSnapshots shows of a snapshot; what it leaves out is missing."""
    item = described(make_call(world, "DescribeSnapshots"), world.snapshot(snapshot_id))
    return {name: value for name, value in item.items() if value is not None}
