"""Time-based copies: on time, late, and sharing their throughput."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.snapshots import GIB
from tests.builders import (
    HERE,
    THERE,
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


def timed(world: BuiltWorld, gib: int, minutes: int = 15, **members: Any) -> str:
    """Start a time-based copy of so many GiB and return its id."""
    source = make_snapshot(world, volume_size=gib, data_size=gib * GIB)
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
    in_use = world.copies.throughput_in_use(THERE, HERE)

    fifth = timed(world, 439)
    world.pass_time(5)
    refused = refusal(world, completion_duration_minutes=15)
    world.pass_time(15 * 60)

    assert in_use == 4 * (439 * GIB // 900)
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
    before = world.copies.throughput_in_use(THERE, HERE)

    delete(world, copy)

    assert before == 500 * 1024**2
    assert world.copies.throughput_in_use(THERE, HERE) == 0
    world.pass_time(86400)
    assert world.emitted == []
