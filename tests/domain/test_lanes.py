"""Copies of one snapshot go one after the other, and only so many at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    THERE,
    caller,
    delete,
    later,
    make_key,
    make_snapshot,
    make_world,
    refusal,
    start,
    state_of,
)


def test_a_second_copy_of_a_snapshot_starts_when_the_first_has_ended() -> None:
    """It waits, names what it waits for, and takes its full time from then on."""
    world = make_world()
    source = make_snapshot(world)
    first = start(world, source)
    world.pass_time(10)
    second, third = start(world, source), start(world, source)
    waiting = world.copies.waits_for(second.snapshot_id), world.copies.waits_for(third.snapshot_id)

    world.pass_time(50)
    after_first = [state_of(world, one.snapshot_id) for one in (first, second, third)]
    world.pass_time(60)
    after_second = [state_of(world, one.snapshot_id) for one in (first, second, third)]

    assert waiting == (first.snapshot_id, second.snapshot_id)
    assert after_first == ["completed", "pending", "pending"]
    assert after_second == ["completed", "completed", "pending"]
    assert world.snapshot(second.snapshot_id).completion_time == later(120)
    assert world.copies.waits_for(first.snapshot_id) is None
    assert world.copies.waits_for(third.snapshot_id) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"region": "eu-west-1"}, id="other-destination"),
        pytest.param({"caller": caller(OTHER_ACCOUNT)}, id="other-account"),
        pytest.param(
            {"destination_availability_zone": "us-west-2-lax-1a", "region": THERE}, id="zone"
        ),
    ],
)
def test_copies_to_other_places_do_not_wait(other: dict[str, Any]) -> None:
    """Only those of one account to one destination go one after the other."""
    world = make_world()
    source = make_snapshot(world, public=True)
    first, second = start(world, source), start(world, source, **other)

    world.pass_time(60)

    assert state_of(world, first.snapshot_id) == "completed"
    assert state_of(world, second.snapshot_id) == "completed"


def test_copies_of_other_snapshots_do_not_wait() -> None:
    """Each snapshot has a lane of its own."""
    world = make_world()
    copies = [start(world), start(world)]

    world.pass_time(60)

    assert [state_of(world, copy.snapshot_id) for copy in copies] == ["completed"] * 2


def test_the_next_one_starts_when_the_first_is_deleted() -> None:
    """Deleting a pending copy frees its lane."""
    world = make_world()
    source = make_snapshot(world)
    first, second = start(world, source), start(world, source)

    world.pass_time(10)
    delete(world, first.snapshot_id)
    world.pass_time(60)

    assert world.snapshot(second.snapshot_id).completion_time == later(70)


def test_deleting_one_that_waits_leaves_the_others_in_line() -> None:
    """The first goes on, and the next in line takes the free place."""
    world = make_world()
    source = make_snapshot(world)
    first, second, third = (start(world, source) for _ in range(3))

    delete(world, second.snapshot_id)
    waits = world.copies.waits_for(third.snapshot_id)
    world.pass_time(120)

    assert waits == first.snapshot_id
    assert world.snapshot(third.snapshot_id).completion_time == later(120)


def test_a_deleted_copy_is_gone_for_good() -> None:
    """Nothing of it is scheduled, counted or emitted any more."""
    world = make_world()
    copy = start(world)

    delete(world, copy.snapshot_id)
    world.pass_time(3600)
    deleted = world.snapshots.deleted(copy.snapshot_id)

    assert world.snapshots.get(copy.snapshot_id) is None
    assert world.copies.in_progress(ACCOUNT, HERE) == 0
    assert world.timeline.scheduled() == ()
    assert world.emitted == []
    assert deleted is not None
    assert deleted.why == "DeleteSnapshot deleted it while it was pending"


def test_copies_in_progress_are_counted_by_account_and_destination() -> None:
    """From acceptance to the end, waiting ones as well."""
    world = make_world()
    source = make_snapshot(world, public=True)
    start(world, source)
    start(world, source)
    start(world, source, region="eu-west-1")
    start(world, source, caller=caller(OTHER_ACCOUNT))
    world.keys.default_ebs_key(HERE, ACCOUNT)

    before = world.copies.in_progress(ACCOUNT, HERE)
    world.pass_time(60)

    assert before == 2
    assert world.copies.in_progress(ACCOUNT, HERE) == 1
    assert world.copies.in_progress(ACCOUNT, "eu-west-1") == 0
    assert world.copies.in_progress(OTHER_ACCOUNT, THERE) == 0


def test_one_copy_too_many_is_rejected_until_another_has_ended() -> None:
    """The limit is the option's, or the book's where it has one."""
    world = make_world(max_concurrent_copies=2)
    start(world)
    start(world)

    refused = refusal(world)
    world.rules = world.rules.with_limit(3)
    start(world)
    refused_again = refusal(world)
    world.pass_time(60)

    assert "The limit is 2 " in refused.message
    assert "The limit is 3 " in refused_again.message
    start(world)


def test_a_copy_that_waits_is_validated_in_its_time() -> None:
    """It shows its metadata and what it waits for, and does not progress before its turn."""
    world = make_world()
    source = make_snapshot(world)
    first = start(world, source)
    world.pass_time(10)
    second = start(world, source)

    world.pass_time(5)
    validated = world.snapshot(second.snapshot_id)
    world.pass_time(45)
    begun = world.snapshot(second.snapshot_id)

    assert (validated.volume_size, validated.state_message) == (8, None)
    assert validated.progress_at(later(59)) == 0
    assert validated.why == (
        f"no rule of the book 'documented' objected; it waits for {first.snapshot_id}"
    )
    assert begun.progress_at(later(90)) == 50
    assert begun.why == (
        "no rule of the book 'documented' objected; it completes at 2026-01-31T12:02:00+00:00"
    )


def test_a_copy_that_waits_is_failed_in_its_time() -> None:
    """A bad key does not wait for its turn, and nor does a fault."""
    world = make_world()
    source = make_snapshot(world)
    start(world, source)
    bad = start(world, source, encrypted=True, kms_key_id="alias/none")
    world.faults.fail_copies("Internal error", after=30)
    faulty = start(world, source)
    last = start(world, source)

    world.pass_time(5)
    bad_one = state_of(world, bad.snapshot_id)
    world.pass_time(25)
    faulty_one = state_of(world, faulty.snapshot_id)
    world.pass_time(90)

    assert (bad_one, faulty_one) == ("error", "error")
    assert world.snapshot(last.snapshot_id).completion_time == later(120)


def test_a_copy_that_waits_for_days_does_not_outlive_its_presigned_url() -> None:
    """The URL is looked at when the copy is validated, not when its turn comes."""
    world = make_world()
    key = make_key(world, region=THERE)
    source = make_snapshot(world, kms_key_arn=key.arn)
    start(world, source, completion_duration_minutes=2880)

    second = start(world, source)
    world.pass_time(2880 * 60 + 60)

    assert state_of(world, second.snapshot_id) == "completed"


def test_a_copy_whose_turn_comes_before_its_validation_starts_with_its_turn() -> None:
    """Its progress counts from the end of the one before."""
    world = make_world()
    source = make_snapshot(world)
    start(world, source)
    world.pass_time(58)
    second = start(world, source)

    world.pass_time(2)
    waiting = world.snapshot(second.snapshot_id)
    world.pass_time(30)

    assert waiting.state_message == "Metadata not updated"
    assert world.snapshot(second.snapshot_id).progress_at(later(90)) == 50
    world.pass_time(30)
    assert world.snapshot(second.snapshot_id).completion_time == later(120)
