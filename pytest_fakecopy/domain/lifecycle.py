"""The life of a copy: accepted, validated, progressing, ended.

A copy's schedule is made when it is accepted, or, where it has to wait for an earlier copy of the
same snapshot, when that one ends. Nothing runs in between: `Timeline.settle` calls these steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_fakecopy.domain import events, facts
from pytest_fakecopy.domain.arns import Arn
from pytest_fakecopy.domain.records import TransitionRecord, VerdictRecord
from pytest_fakecopy.domain.rules import FailLater
from pytest_fakecopy.domain.snapshots import ARBITRARY_VOLUME_ID, CopyFacts, SnapshotRecord
from pytest_fakecopy.domain.tags import of_specifications
from pytest_fakecopy.domain.timeline import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.faults import CopyFault
    from pytest_fakecopy.domain.rules import Judgement
    from pytest_fakecopy.domain.snapshots import SnapshotState
    from pytest_fakecopy.domain.timeline import Scheduled
    from pytest_fakecopy.domain.world import World

# botocore 1.43, EC2 model: the values of SnapshotState. Which may follow which is documented for
# copies and for the Recycle Bin (EBS User Guide).
TRANSITIONS: Mapping[SnapshotState, frozenset[SnapshotState]] = {
    "pending": frozenset({"completed", "error"}),
    "completed": frozenset({"recoverable"}),
    "recoverable": frozenset({"recovering"}),
    "recovering": frozenset({"completed"}),
    "error": frozenset(),
}

# Observed: capture of 2026-09-25, in every copy that is not validated yet.
METADATA_NOT_UPDATED = "Metadata not updated"


def move(
    world: World, record: SnapshotRecord, state: SnapshotState, at: datetime, **members: object
) -> SnapshotRecord:
    """Take a snapshot to another state, with other members of its record, and write that down."""
    if state not in TRANSITIONS[record.state]:
        msg = f"{record.snapshot_id} can't go from {record.state} to {state}"
        raise ValueError(msg)
    moved = replace(record, state=state, progressing=None, **members)  # type: ignore[arg-type]  # fields by name
    world.snapshots.replace(moved)
    note(world, moved, record.state, at)
    return moved


def note(world: World, record: SnapshotRecord, before: str | None, at: datetime) -> None:
    """Write down that a snapshot is in a new state."""
    world.record(
        TransitionRecord(
            at,
            record.snapshot_id,
            record.region,
            record.owner_id,
            before,
            record.state,
            record.state_message,
            record.why,
        )
    )


Lane: TypeAlias = tuple[str, str, str, str]
"""Source Region and snapshot, account, destination Region, and the Outpost or zone there."""
_Step: TypeAlias = "Callable[[_Flight, datetime], None]"


@dataclass(slots=True, eq=False)
class _Flight:
    """A copy that is pending."""

    snapshot_id: str
    attempt: CopyAttempt
    failure: FailLater | None
    """What an admission rule or a fault said about its end."""
    fault: CopyFault | None
    lane: Lane
    """Copies of one snapshot to one destination go one after the other."""
    rate: int = 0
    """Bytes per second that a time-based copy uses."""
    scheduled: list[Scheduled] = field(default_factory=list)


class Copies:
    """All copies that are pending, and what the earlier ones left behind."""

    def __init__(self, world: World) -> None:
        """Start without copies."""
        self._world = world
        self._flights: dict[str, _Flight] = {}
        self._lanes: dict[Lane, list[str]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._lineages: dict[tuple[str, str, str], list[str]] = {}
        self._held: list[tuple[_Flight, Callable[[datetime], None]]] = []

    def in_progress(self, account_id: str, region: str) -> int:
        """Return how many copies of an account to a Region are pending."""
        return self._counts.get((account_id, region), 0)

    def throughput_in_use(self, source_region: str, region: str) -> int:
        """Return what the time-based copies between two Regions use, in bytes per second."""
        return sum(
            flight.rate
            for flight in self._flights.values()
            if flight.rate
            and (flight.attempt.request.source_region, flight.attempt.region)
            == (source_region, region)
        )

    def has_key(self, source: SnapshotRecord, account_id: str, region: str, key_arn: str) -> bool:
        """Say whether an earlier copy of the same volume's data there has that key."""
        return any(
            record is not None and record.kms_key_arn == key_arn
            for record in self._earlier(source, account_id, region)
        )

    def waits_for(self, snapshot_id: str) -> str | None:
        """Return the copy that a pending copy waits for before it starts, or None."""
        flight = self._flights.get(snapshot_id)
        lane = self._lanes.get(flight.lane, []) if flight else []
        position = lane.index(snapshot_id) if snapshot_id in lane else 0
        return lane[position - 1] if position else None

    def is_held(self, snapshot_id: str) -> bool:
        """Say whether a copy would have ended but for `hold_copies`."""
        return any(flight.snapshot_id == snapshot_id for flight, _ in self._held)

    def accept(self, attempt: CopyAttempt, judgement: Judgement) -> SnapshotRecord:
        """Make the pending copy that an admitted attempt asks for, and schedule its life."""
        world, request = self._world, attempt.request
        record = _accepted(world.ids.resource_id("snap"), attempt)
        world.snapshots.add(record)
        account_id = attempt.caller.account_id
        tags = of_specifications(request.tag_specifications, "snapshot")
        world.tags.put(account_id, record.snapshot_id, tags)
        world.record(VerdictRecord(attempt.now, "admission", record.snapshot_id, judgement))
        note(world, record, None, attempt.now)
        finding = judgement.failure
        failure = finding.verdict if finding is not None else None
        flight = _Flight(
            record.snapshot_id,
            attempt,
            failure if isinstance(failure, FailLater) else None,
            world.faults.take_copy(),
            _lane(attempt),
        )
        meanwhile = world.faults.take_meanwhile()
        if meanwhile is not None:
            what = f"{record.snapshot_id} is accepted, and the test goes on"
            world.timeline.schedule(attempt.now, what, meanwhile.happen)
        self._enter(flight)
        return record

    def _enter(self, flight: _Flight) -> None:
        attempt = flight.attempt
        self._flights[flight.snapshot_id] = flight
        place = (attempt.caller.account_id, attempt.region)
        self._counts[place] = self._counts.get(place, 0) + 1
        lane = self._lanes.setdefault(flight.lane, [])
        lane.append(flight.snapshot_id)
        # AWS docs, EBS User Guide "Copy an Amazon EBS snapshot" (2023): a second copy of a
        # snapshot starts when the first one has ended.
        if len(lane) == 1:
            self._start(flight, attempt.now)

    def _leave(self, flight: _Flight, at: datetime) -> None:
        attempt = flight.attempt
        del self._flights[flight.snapshot_id]
        self._counts[attempt.caller.account_id, attempt.region] -= 1
        lane = self._lanes[flight.lane]
        was_first = lane[0] == flight.snapshot_id
        lane.remove(flight.snapshot_id)
        if not lane:
            del self._lanes[flight.lane]
        elif was_first:
            self._start(self._flights[lane[0]], at)

    def discard(self, snapshot_id: str, at: datetime) -> None:
        """Let go of a copy that was deleted while it was pending."""
        flight = self._flights.get(snapshot_id)
        if flight is not None:
            for scheduled in flight.scheduled:
                scheduled.cancelled = True
            self._held = [held for held in self._held if held[0] is not flight]
            self._leave(flight, at)

    def _start(self, flight: _Flight, at: datetime) -> None:
        world = self._world
        record = self._record(flight)
        if record.copy is not None:
            started = replace(record.copy, started_at=at)
            world.snapshots.replace(replace(record, copy=started))
        if flight.fault is not None and flight.fault.after is not None:
            self._schedule(flight, at + flight.fault.after, "fails by a fault", self._fail_by_fault)
        self._schedule(flight, at + world.validation_delay, "is validated", self._validate)

    def _schedule(self, flight: _Flight, due: datetime, what: str, step: _Step) -> None:
        scheduled = self._world.timeline.schedule(
            due, f"{flight.snapshot_id} {what}", lambda at: step(flight, at)
        )
        flight.scheduled.append(scheduled)

    def _record(self, flight: _Flight) -> SnapshotRecord:
        record = self._world.snapshots.get(flight.snapshot_id)
        if record is None:
            msg = f"{flight.snapshot_id} is pending and not in the registry"
            raise ValueError(msg)
        return record

    def _fail_by_fault(self, flight: _Flight, at: datetime) -> None:
        if flight.fault is not None:
            self._fail(flight, FailLater(flight.fault.state_message), "a fault of the test", at)

    def _validate(self, flight: _Flight, at: datetime) -> None:
        world = self._world
        if flight.failure is not None:
            self._fail(flight, flight.failure, "a rule of admission", at)
            return
        if flight.fault is not None and flight.fault.after is None:
            self._fail_by_fault(flight, at)
            return
        attempt = facts.at_validation(world, flight.attempt, at)
        judgement = world.rules.validate(attempt)
        world.record(VerdictRecord(at, "validation", flight.snapshot_id, judgement))
        finding = judgement.failure
        if finding is not None and isinstance(finding.verdict, FailLater):
            self._fail(flight, finding.verdict, finding.rule.name, at, attempt)
            return
        self._copy(flight, attempt, at)

    def _copy(self, flight: _Flight, attempt: CopyAttempt, at: datetime) -> None:
        """Show the metadata of the copy, and schedule its end."""
        world, record = self._world, self._record(flight)
        source = attempt.source or flight.attempt.source
        if source is None:  # a book without the rule source-snapshot-exists
            gone = FailLater("Source snapshot is not found", "there is nothing to copy")
            self._fail(flight, gone, "the copying itself", at)
            return
        started = record.copy.started_at if record.copy and record.copy.started_at else at
        ends = max(at, self._end_of(flight, attempt, source, started))
        copied = replace(
            record,
            **_metadata(attempt, source),
            data_size=source.data_size,
            state_message=None,
            progressing=(started, ends),
            copy=replace(_copy_facts(record), incremental=self._is_incremental(attempt, source)),
            why=f"no rule of the book {world.rules.name!r} objected; it completes at"
            f" {ends.isoformat()}",
        )
        world.snapshots.replace(copied)
        self._lineages.setdefault(_lineage(source, attempt), []).append(flight.snapshot_id)
        if flight.fault is None:
            self._schedule(flight, ends, "completes", self._complete)

    def _end_of(
        self, flight: _Flight, attempt: CopyAttempt, source: SnapshotRecord, started: datetime
    ) -> datetime:
        minutes = attempt.request.completion_duration_minutes
        if flight.fault is not None and flight.fault.after is not None:
            return started + flight.fault.after
        if minutes is None:
            return started + self._world.copy_duration
        available = attempt.throughput.available or 1
        wanted = timedelta(minutes=minutes)
        needed = source.data_size / wanted.total_seconds()
        if needed <= available:
            flight.rate = int(needed)
            return started + wanted
        flight.rate = available
        # EBS User Guide, "Time-based copies": accepted, and late.
        self._schedule(flight, started + wanted, "misses its duration", self._miss)
        return started + timedelta(seconds=source.data_size / available)

    def _miss(self, flight: _Flight, at: datetime) -> None:
        world = self._world
        record = self._record(flight)
        late = replace(record, copy=replace(_copy_facts(record), missed_duration=True))
        world.snapshots.replace(late)
        partition = world.partition_of(record.region)
        event_id = world.ids.uuid("event")
        world.emit(at, events.missed_duration(late, partition=partition, event_id=event_id, at=at))

    def _is_incremental(self, attempt: CopyAttempt, source: SnapshotRecord) -> bool:
        """Say whether the copy holds only what changed since the last one.

        EBS User Guide, "Copy an Amazon EBS snapshot": in one Region with the same key always;
        elsewhere if the latest copy there still exists, is not archived, and all copies there are
        unencrypted or have the same key.
        """
        key_arn = attempt.key.arn if attempt.key is not None else None
        if source.region == attempt.region:
            return source.kms_key_arn == key_arn
        earlier = self._earlier(source, attempt.caller.account_id, attempt.region)
        if not earlier or earlier[-1] is None or earlier[-1].storage_tier == "archive":
            return False
        return all(record is None or record.kms_key_arn == key_arn for record in earlier)

    def _earlier(
        self, source: SnapshotRecord, account_id: str, region: str
    ) -> list[SnapshotRecord | None]:
        """Return the earlier copies of the same volume's data there; None for a deleted one."""
        place = (_volume_of(source), account_id, region)
        return [self._world.snapshots.get(copy) for copy in self._lineages.get(place, ())]

    def _complete(self, flight: _Flight, at: datetime) -> None:
        why = f"no rule of the book {self._world.rules.name!r} objected"
        self._end(flight, "completed", at, why=why)

    def _fail(
        self,
        flight: _Flight,
        failure: FailLater,
        by: str,
        at: datetime,
        attempt: CopyAttempt | None = None,
    ) -> None:
        attempt = attempt or flight.attempt
        source = attempt.source or flight.attempt.source
        shown = (
            _metadata(attempt, source)
            if failure.keeps_metadata and source is not None
            else {"volume_size": 0, "encrypted": False, "kms_key_arn": None}
        )
        self._end(
            flight,
            "error",
            at,
            **shown,
            state_message=failure.state_message,
            why=f"{by}: {failure.why or failure.state_message}",
        )

    def _end(self, flight: _Flight, state: SnapshotState, at: datetime, **members: object) -> None:
        world = self._world
        for scheduled in flight.scheduled:
            scheduled.cancelled = True
        if world.faults.holding:
            self._held.append((flight, lambda later: self._end(flight, state, later, **members)))
            return
        if state == "completed":
            members["completion_time"] = to_milliseconds(at)
        ended = move(world, self._record(flight), state, at, **members)
        self._leave(flight, at)
        partition = world.partition_of(ended.region)
        event_id = world.ids.uuid("event")
        world.emit(at, events.copy_snapshot(ended, partition=partition, event_id=event_id, at=at))

    def hold(self, at: datetime, *, holding: bool) -> None:
        """Keep copies from ending, or end those that were held in the order of their ends."""
        self._world.faults.holding = holding
        # One by one: whoever hears of an end may delete other copies, or hold them again.
        while self._held and not self._world.faults.holding:
            _, end = self._held.pop(0)
            end(at)


def _accepted(snapshot_id: str, attempt: CopyAttempt) -> SnapshotRecord:
    """Return a copy as it is right after the call. Observed: capture of 2026-09-25."""
    request = attempt.request
    timed = request.completion_duration_minutes is not None
    return SnapshotRecord(
        snapshot_id=snapshot_id,
        region=attempt.region,
        owner_id=attempt.caller.account_id,
        volume_id=ARBITRARY_VOLUME_ID,
        volume_size=0,
        data_size=0,
        start_time=to_milliseconds(attempt.now),
        state="pending",
        state_message=METADATA_NOT_UPDATED,
        description=request.description,
        outpost_arn=request.destination_outpost_arn,
        availability_zone=request.destination_availability_zone,
        copy=CopyFacts(
            source_snapshot_id=request.source_snapshot_id or "",
            source_region=request.source_region or "",
            transfer_type="time-based" if timed else "standard",
            completion_duration_minutes=request.completion_duration_minutes,
        ),
        why="accepted, and not validated yet",
    )


def _copy_facts(record: SnapshotRecord) -> CopyFacts:
    if record.copy is None:
        msg = f"{record.snapshot_id} is no copy"
        raise ValueError(msg)
    return record.copy


def _metadata(attempt: CopyAttempt, source: SnapshotRecord) -> dict[str, Any]:
    return {
        "volume_size": source.volume_size,
        "encrypted": attempt.encryption.encrypted,
        "kms_key_arn": _shown_key(attempt),
    }


def _shown_key(attempt: CopyAttempt) -> str | None:
    """Return the key ARN that DescribeSnapshots shows, also of a key that isn't there.

    Observed is the ARN of a key that can't be used. What is shown where an alias names no key is
    unknown: nothing here.
    """
    if attempt.key is not None or attempt.key_identifier is None:
        return attempt.key.arn if attempt.key else None
    arn = Arn.parse(attempt.key_identifier)
    resource = arn.resource if arn else attempt.key_identifier
    if resource.startswith("alias/"):
        return None
    if arn is not None:
        return attempt.key_identifier
    return (
        f"arn:{attempt.partition}:kms:{attempt.region}:{attempt.caller.account_id}:key/{resource}"
    )


def _lane(attempt: CopyAttempt) -> Lane:
    request = attempt.request
    where = request.destination_outpost_arn or request.destination_availability_zone or ""
    source = f"{request.source_region}/{request.source_snapshot_id}"
    return (source, attempt.caller.account_id, attempt.region, where)


def _volume_of(source: SnapshotRecord) -> str:
    if source.volume_id != ARBITRARY_VOLUME_ID:
        return source.volume_id
    return source.snapshot_id


def _lineage(source: SnapshotRecord, attempt: CopyAttempt) -> tuple[str, str, str]:
    return (_volume_of(source), attempt.caller.account_id, attempt.region)
