"""The life of a copy: accepted, validated, progressing, ended.

Validation has its time from acceptance. The copying begins with acceptance as well, or, where it
has to wait for an earlier copy of the same snapshot, when that one ends. Nothing runs in between:
`Timeline.settle` calls these steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

from pytest_fakecopy.domain import events, facts
from pytest_fakecopy.domain.attempt import THROUGHPUT_STEP
from pytest_fakecopy.domain.copy_records import accepted, copy_facts, metadata
from pytest_fakecopy.domain.lineages import Lineages
from pytest_fakecopy.domain.records import VerdictRecord
from pytest_fakecopy.domain.tags import of_specifications
from pytest_fakecopy.domain.timeline import to_milliseconds
from pytest_fakecopy.domain.transitions import move, note, tell_unlocked
from pytest_fakecopy.domain.verdicts import FailLater

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.faults import CopyFault
    from pytest_fakecopy.domain.rules import Judgement
    from pytest_fakecopy.domain.snapshots import SnapshotRecord, SnapshotState
    from pytest_fakecopy.domain.timeline import Scheduled
    from pytest_fakecopy.domain.world import World

Lane: TypeAlias = tuple[str, str, str, str]
"""Source Region and snapshot, account, destination Region, and the Outpost or zone there."""
_Failure: TypeAlias = tuple[FailLater, str]
"""How a copy fails, and the name of the rule that said so."""
_Step: TypeAlias = "Callable[[_Flight, datetime], None]"


@dataclass(slots=True, eq=False)
class _Flight:
    """A copy that is pending."""

    snapshot_id: str
    attempt: CopyAttempt
    failure: _Failure | None
    """What a rule of admission said about its end."""
    fault: CopyFault | None
    lane: Lane
    """Copies of one snapshot to one destination go one after the other."""
    rate: int = 0
    """Bytes per second that a time-based copy uses."""
    validated: tuple[CopyAttempt, SnapshotRecord] | None = None
    """The attempt that no rule objected to, and what is copied."""
    why: str = ""
    """That no rule objected, in words."""
    scheduled: list[Scheduled] = field(default_factory=list)


class Copies:
    """All copies that are pending, and what the earlier ones left behind."""

    def __init__(self, world: World) -> None:
        """Start without copies."""
        self._world = world
        self._flights: dict[str, _Flight] = {}
        self._lanes: dict[Lane, list[str]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._lineages = Lineages(world.snapshots.get)
        self._held: list[tuple[_Flight, Callable[[datetime], None]]] = []

    def in_progress(self, account_id: str, region: str) -> int:
        """Return how many copies of an account to a Region are pending."""
        return self._counts.get((account_id, region), 0)

    def throughput_in_use(self, account_id: str, source_region: str, region: str) -> int:
        """Return what an account's time-based copies between two Regions use, in bytes per second.

        What a copy uses is its own from acceptance to its end.
        """
        return sum(
            flight.rate
            for flight in self._flights.values()
            if flight.rate
            and flight.attempt.caller.account_id == account_id
            and (flight.attempt.request.source_region, flight.attempt.region)
            == (source_region, region)
        )

    def has_key(
        self, source: SnapshotRecord, account_id: str, place: tuple[str, str], key_arn: str
    ) -> bool:
        """Say whether an earlier copy of the same volume's data there has that key.

        A *place* is a Region and the Outpost or Local Zone there, or an empty text.
        """
        return self._lineages.have_key(source, account_id, place, key_arn)

    def planned(self, record: SnapshotRecord) -> SnapshotRecord:
        """Return the record of a copy that is not validated yet with what its call asked for."""
        flight = self._flights.get(record.snapshot_id)
        if flight is None or flight.validated or flight.attempt.source is None:
            return record
        return replace(record, **metadata(flight.attempt, flight.attempt.source))

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
        lane = _lane(attempt)
        # AWS docs, EBS User Guide "Copy an Amazon EBS snapshot" (2023): a second copy of a
        # snapshot starts when the first one has ended.
        record = accepted(world.ids.resource_id("snap"), attempt, starts=lane not in self._lanes)
        world.snapshots.add(record)
        _use_key(world, attempt)
        account_id = attempt.caller.account_id
        tags = of_specifications(request.tag_specifications, "snapshot")
        world.tags.put(account_id, record.snapshot_id, tags)
        world.record(VerdictRecord(attempt.now, "admission", record.snapshot_id, judgement))
        note(world, record, None, attempt.now)
        flight = _Flight(
            record.snapshot_id,
            attempt,
            _failure_of(judgement),
            world.faults.take_copy(),
            lane,
            rate=_rate(attempt),
        )
        meanwhile = world.faults.take_meanwhile()
        if meanwhile is not None:
            what = f"{record.snapshot_id} is accepted, and the test goes on"
            world.timeline.schedule(attempt.now, what, meanwhile.happen)
        self._enter(flight)
        return record

    def _enter(self, flight: _Flight) -> None:
        attempt, fault = flight.attempt, flight.fault
        self._flights[flight.snapshot_id] = flight
        place = (attempt.caller.account_id, attempt.region)
        self._counts[place] = self._counts.get(place, 0) + 1
        self._lanes.setdefault(flight.lane, []).append(flight.snapshot_id)
        if fault is not None and fault.after is not None:
            due = attempt.now + fault.after
            step = partial(self._fail_by_fault, fault)
            self._schedule(flight, due, "fails by a fault", step)
        self._schedule_validation(flight, attempt.now + self._world.validation_delay)

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
        """Let a copy begin that has waited for another; it copies once it is validated."""
        record = self._record(flight)
        started = replace(copy_facts(record), started_at=at)
        self._world.snapshots.replace(replace(record, copy=started))
        if flight.validated is not None:
            self._transfer(flight, *flight.validated, at)

    def _schedule(self, flight: _Flight, due: datetime, what: str, step: _Step) -> None:
        scheduled = self._world.timeline.schedule(
            due, f"{flight.snapshot_id} {what}", lambda at: step(flight, at)
        )
        flight.scheduled.append(scheduled)

    def _schedule_validation(self, flight: _Flight, due: datetime) -> None:
        self._schedule(flight, due, "is validated", self._validate)

    def _record(self, flight: _Flight) -> SnapshotRecord:
        record = self._world.snapshots.get(flight.snapshot_id)
        if record is None:
            msg = f"{flight.snapshot_id} is pending and not in the registry"
            raise ValueError(msg)
        return record

    def _fail_by_fault(self, fault: CopyFault, flight: _Flight, at: datetime) -> None:
        self._fail(flight, FailLater(fault.state_message), "a fault of the test", at)

    def _validate(self, flight: _Flight, at: datetime) -> None:
        world = self._world
        if flight.failure is not None:
            self._fail(flight, *flight.failure, at)
            return
        if flight.fault is not None and flight.fault.after is None:
            self._fail_by_fault(flight.fault, flight, at)
            return
        attempt = facts.at_validation(world, flight.attempt, at)
        _use_key(world, attempt)
        judgement = self._judge(flight, attempt, at)
        world.record(VerdictRecord(at, "validation", flight.snapshot_id, judgement))
        failure = _failure_of(judgement)
        if failure is not None:
            self._fail(flight, *failure, at, attempt)
            return
        self._pass(flight, attempt, at)

    def _judge(self, flight: _Flight, attempt: CopyAttempt, at: datetime) -> Judgement:
        try:
            return self._world.rules.validate(attempt)
        except BaseException:
            # A rule of the test's own is broken: without a verdict the copy is still to be
            # validated, and whoever looks hears of it again until the rule is mended.
            self._schedule_validation(flight, at)
            raise

    def _pass(self, flight: _Flight, attempt: CopyAttempt, at: datetime) -> None:
        """Show the metadata of the copy, and let it go on."""
        world, record = self._world, self._record(flight)
        source = attempt.source or flight.attempt.source
        if source is None:  # a book without the rule source-snapshot-exists
            gone = FailLater("Source snapshot is not found", "there is nothing to copy")
            self._fail(flight, gone, "the copying itself", at)
            return
        flight.validated = (attempt, source)
        flight.why = f"no rule of the book {world.rules.name!r} objected"
        ahead = self.waits_for(flight.snapshot_id)
        passed = replace(
            record,
            **metadata(attempt, source),
            data_size=source.data_size,
            state_message=None,
            why=f"{flight.why}; it waits for {ahead}" if ahead else flight.why,
        )
        world.snapshots.replace(passed)
        if ahead is None:
            self._transfer(flight, attempt, source, at)

    def _transfer(
        self, flight: _Flight, attempt: CopyAttempt, source: SnapshotRecord, at: datetime
    ) -> None:
        """Let the progress begin, and schedule the end."""
        record = self._record(flight)
        copy = copy_facts(record)
        started = copy.started_at or at
        ends = max(at, self._end_of(flight, attempt, source, started))
        incremental = self._lineages.go_on(flight.snapshot_id, attempt, source)
        copied = replace(
            record,
            progressing=(started, ends),
            copy=replace(copy, incremental=incremental),
            why=f"{flight.why}; it completes at {ends.isoformat()}",
        )
        if flight.fault is not None:
            copied = replace(copied, why=f"{flight.why}; a fault of the test will fail it")
        self._world.snapshots.replace(copied)
        if flight.fault is None:
            self._schedule(flight, ends, "completes", self._complete)

    def _end_of(
        self, flight: _Flight, attempt: CopyAttempt, source: SnapshotRecord, started: datetime
    ) -> datetime:
        minutes = attempt.request.completion_duration_minutes
        if flight.fault is not None and flight.fault.after is not None:
            return flight.attempt.now + flight.fault.after
        if minutes is None:
            return started + self._world.copy_duration
        # What the call could not see has no throughput yet.
        flight.rate = flight.rate or _rate(attempt)
        wanted = timedelta(minutes=minutes)
        if source.data_size <= flight.rate * wanted.total_seconds():
            return started + wanted
        # EBS User Guide, "Time-based copies": accepted, and late.
        self._schedule(flight, started + wanted, "misses its duration", self._miss)
        return started + timedelta(seconds=source.data_size / flight.rate)

    def _miss(self, flight: _Flight, at: datetime) -> None:
        world = self._world
        record = self._record(flight)
        late = replace(record, copy=replace(copy_facts(record), missed_duration=True))
        world.snapshots.replace(late)
        partition = world.partition_of(record.region)
        event_id = world.ids.uuid("event")
        world.emit(at, events.missed_duration(late, partition=partition, event_id=event_id, at=at))

    def _miss_by_holding(self, flight: _Flight, at: datetime) -> None:
        copy = copy_facts(self._record(flight))
        if copy.transfer_type == "time-based" and not copy.missed_duration:
            self._miss(flight, at)

    def _complete(self, flight: _Flight, at: datetime) -> None:
        self._end(flight, "completed", at, why=flight.why)

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
            metadata(attempt, source)
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
            held = f"{members['why']}; fake_ec2.faults.hold_copies() keeps it pending"
            world.snapshots.replace(replace(self._record(flight), why=held))
            if state == "completed":
                self._miss_by_holding(flight, at)
            return
        if state == "completed":
            members["completion_time"] = to_milliseconds(at)
        pending = self._record(flight)
        ended = move(world, pending, state, at, **members)
        self._leave(flight, at)
        # Last of all: whoever hears of an event may change the world, or raise.
        partition = world.partition_of(ended.region)
        if pending.lock is not None and ended.lock is None:
            tell_unlocked(world, ended, pending.lock, at)
        event_id = world.ids.uuid("event")
        world.emit(at, events.copy_snapshot(ended, partition=partition, event_id=event_id, at=at))

    def hold(self, at: datetime, *, holding: bool) -> None:
        """Keep copies from ending, or end those that were held in the order of their ends."""
        self._world.faults.holding = holding
        # One by one: whoever hears of an end may delete other copies, or hold them again.
        while self._held and not self._world.faults.holding:
            _, end = self._held.pop(0)
            end(at)


def _use_key(world: World, attempt: CopyAttempt) -> None:
    if attempt.key is not None:
        world.keys.use(attempt.key)


def _lane(attempt: CopyAttempt) -> Lane:
    request = attempt.request
    source = f"{request.source_region}/{request.source_snapshot_id}"
    return (source, attempt.caller.account_id, attempt.region, request.location)


def _failure_of(judgement: Judgement) -> _Failure | None:
    finding = judgement.failure
    if finding is None or not isinstance(finding.verdict, FailLater):
        return None
    return finding.verdict, finding.rule.name


def _rate(attempt: CopyAttempt) -> int:
    """Return what a time-based copy uses of the throughput, in bytes per second; 0 for others."""
    minutes, source = attempt.request.completion_duration_minutes, attempt.source
    if minutes is None or source is None:
        return 0
    needed = ceil(source.data_size / (60 * minutes))
    # Without the rule copies-are-within-the-limit there may be nothing left, and still an end.
    return min(needed, attempt.throughput.available or THROUGHPUT_STEP)
