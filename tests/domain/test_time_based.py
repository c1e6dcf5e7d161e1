"""Time-based copies: on time, late, and sharing their throughput."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.attempt import Throughput
from pytest_fakecopy.domain.snapshots import GIB
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    THERE,
    caller,
    delete,
    later,
    make_snapshot,
    make_world,
    refusal,
    shown,
    start,
    state_of,
)

if TYPE_CHECKING:
    from tests.builders import BuiltWorld

MIB = 1024**2


def timed(
    world: BuiltWorld, gib: int, minutes: int = 15, owner_id: str = ACCOUNT, **members: Any
) -> str:
    """Start a time-based copy of so many GiB and return its id."""
    source = make_snapshot(world, volume_size=gib, data_size=gib * GIB, owner_id=owner_id)
    return start(world, source, completion_duration_minutes=minutes, **members).snapshot_id


def test_a_time_based_copy_ends_at_its_duration() -> None:
    """If its size fits, however small it is."""
    world = make_world()
    copy = timed(world, 8)

    world.pass_time(15 * 60 - 1)
    before = world.snapshot(copy)
    world.pass_time(1)

    assert (before.state, before.progress_at(world.now() - timedelta(seconds=1))) == ("pending", 99)
    done = world.snapshot(copy)
    assert done.completion_time == later(15 * 60)
    assert shown(world, copy)["TransferType"] == "time-based"
    assert shown(world, copy)["CompletionDurationMinutes"] == 15
    assert [event["detail"]["metCompletionDuration"] for event in world.emitted] == ["true"]


def test_a_time_based_copy_that_is_too_large_is_late() -> None:
    """At 500 MiB/s it takes its time, and a Missed event is emitted when its duration is over."""
    world = make_world()
    copy = timed(world, 900)  # 900 GiB at 500 MiB/s are 1843.2 s, over 15 minutes.

    world.pass_time(15 * 60)
    missed = [event["detail-type"] for event in world.emitted]
    state = state_of(world, copy)
    world.pass_time(943.2)

    assert missed == ["EBS Copy Snapshot Missed Completion Duration"]
    assert state == "pending"
    assert world.snapshot(copy).completion_time == later(1843.2)
    assert world.emitted[-1]["detail"]["metCompletionDuration"] == "false"
    assert len(world.emitted) == 2


@pytest.mark.parametrize(("gib", "late"), [(439, False), (440, True)])
def test_500_mib_per_second_is_the_most_for_one_copy(gib: int, late: bool) -> None:
    """439 GiB fit into 15 minutes, 440 don't."""
    world = make_world()
    copy = timed(world, gib)

    world.pass_time(15 * 60)

    assert (state_of(world, copy) == "pending") is late


def test_time_based_copies_share_the_throughput_between_two_regions() -> None:
    """Four at full speed leave nothing; one more is rejected until one of them has ended."""
    world = make_world()
    copies = [timed(world, 439) for _ in range(4)]
    timed(world, 900, source_region=THERE, region="eu-west-1")
    world.pass_time(5)
    in_use = world.copies.throughput_in_use(ACCOUNT, THERE, HERE)

    fifth = timed(world, 439)
    world.pass_time(5)
    refused = refusal(world, completion_duration_minutes=15)
    world.pass_time(15 * 60)

    assert in_use == 4 * ceil(439 * GIB / 900)
    assert state_of(world, fifth) == "pending"
    assert refused.code == "ResourceLimitExceeded"
    assert refused.message.startswith("The cumulative snapshot copy throughput quota")
    assert [state_of(world, copy) for copy in copies] == ["completed"] * 4
    timed(world, 8)


def test_a_deleted_time_based_copy_gives_its_throughput_back() -> None:
    """What it used can be used by others."""
    world = make_world()
    copy = timed(world, 900)
    world.pass_time(5)
    before = world.copies.throughput_in_use(ACCOUNT, THERE, HERE)

    delete(world, copy)

    assert before == 500 * MIB
    assert world.copies.throughput_in_use(ACCOUNT, THERE, HERE) == 0
    world.pass_time(86400)
    assert world.emitted == []


def test_a_time_based_copy_that_is_held_misses_its_duration() -> None:
    """It is late, whatever keeps it from ending."""
    world = make_world()
    copy = timed(world, 8)
    world.faults.hold_copies()

    world.pass_time(15 * 60)
    missed = [event["detail-type"] for event in world.emitted]
    world.pass_time(60)
    world.faults.release_copies()

    assert missed == ["EBS Copy Snapshot Missed Completion Duration"]
    assert world.snapshot(copy).completion_time == later(16 * 60)
    assert world.emitted[-1]["detail"]["metCompletionDuration"] == "false"
    assert len(world.emitted) == 2


def test_a_copy_that_is_held_when_it_is_late_already_misses_its_duration_once() -> None:
    """One Missed event is enough."""
    world = make_world()
    timed(world, 900)
    world.pass_time(15 * 60)
    world.faults.hold_copies()

    world.pass_time(3600)
    world.faults.release_copies()

    assert len(world.emitted) == 2


@pytest.mark.parametrize("rules", ["documented", "observed"])
def test_throughput_is_reserved_when_a_copy_is_accepted(rules: str) -> None:
    """Five large copies in one moment: four take all, and the fifth finds none left."""
    world = make_world(rules=rules)
    for _ in range(4):
        timed(world, 65536)

    refused = refusal(world, completion_duration_minutes=15)

    assert refused.message.startswith("The cumulative snapshot copy throughput quota")


def test_the_throughput_is_that_of_an_account() -> None:
    """What others use between the same Regions does not count."""
    world = make_world()
    for _ in range(4):
        timed(world, 65536)

    other = timed(world, 8, owner_id=OTHER_ACCOUNT, caller=caller(OTHER_ACCOUNT))

    assert state_of(world, other) == "pending"
    assert world.copies.throughput_in_use(OTHER_ACCOUNT, THERE, HERE) == ceil(8 * GIB / 900)


def test_less_than_a_mebibyte_per_second_is_nothing() -> None:
    """Quotas are counted in MiB/s; no copy is left to take thousands of years."""
    assert Throughput(in_use=1999 * MIB).available == MIB
    assert Throughput(in_use=1999 * MIB + 1).available == 0
    assert Throughput(in_use=2001 * MIB).available == 0
    assert Throughput().available == 500 * MIB


def test_without_its_rule_a_copy_for_which_nothing_is_left_still_ends() -> None:
    """It is late, at the least that there is."""
    world = make_world()
    world.rules = world.rules.without("copies-are-within-the-limit")
    for _ in range(4):
        timed(world, 65536)

    late = timed(world, 8)
    world.pass_time(8 * 1024)

    assert state_of(world, late) == "completed"


def test_the_throughput_of_a_source_that_could_not_be_seen_is_known_later() -> None:
    """The observed book accepts the call; the source is there when the copy is validated."""
    world = make_world(rules="observed")
    source = make_snapshot(world, owner_id=OTHER_ACCOUNT, data_size=900 * GIB)
    copy = start(world, source, completion_duration_minutes=15)

    world.snapshots.replace(replace(source, public=True))
    world.pass_time(5)
    in_use = world.copies.throughput_in_use(ACCOUNT, THERE, HERE)
    world.pass_time(1843.2 - 5)

    assert in_use == 500 * MIB
    assert world.snapshot(copy.snapshot_id).completion_time == later(1843.2)
