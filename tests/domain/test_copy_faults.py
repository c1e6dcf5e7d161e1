"""Copies that a test holds or fails."""

from __future__ import annotations

import pytest

from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.domain.operations.snapshots import describe_snapshots
from pytest_fakecopy.domain.records import TransitionRecord
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    SOURCE_ID,
    THERE,
    caller,
    delete,
    later,
    make_call,
    make_snapshot,
    make_world,
    refusal,
    shown,
    snapshot_record,
    start,
    state_of,
)


def test_held_copies_stay_pending_until_they_are_released() -> None:
    """Those that would have ended by then end at once, in the order in which they would have."""
    world = make_world()
    early = start(world)
    world.pass_time(30)
    world.faults.hold_copies()
    late = start(world)

    world.pass_time(120)
    held = [
        (state_of(world, one.snapshot_id), world.copies.is_held(one.snapshot_id))
        for one in (early, late)
    ]
    progress = world.snapshot(early.snapshot_id).progress_at(world.now())
    world.faults.release_copies()

    assert held == [("pending", True), ("pending", True)]
    assert progress == 99
    ended = [world.snapshot(one.snapshot_id).completion_time for one in (early, late)]
    assert ended == [later(150), later(150)]
    assert [event["resources"][0][-22:] for event in world.emitted] == [
        early.snapshot_id,
        late.snapshot_id,
    ]
    assert not world.copies.is_held(early.snapshot_id)


def test_a_copy_that_is_released_before_its_end_ends_in_its_time() -> None:
    """Holding only keeps copies from ending."""
    world = make_world()
    world.faults.hold_copies()
    copy = start(world)

    world.pass_time(30)
    world.faults.release_copies()
    world.pass_time(30)

    assert world.snapshot(copy.snapshot_id).completion_time == later(60)


def test_failures_are_held_as_well() -> None:
    """A held copy stays pending, whatever its end would be."""
    world = make_world(rules="observed")
    world.faults.hold_copies()
    copy = start(world, snapshot_record())

    world.pass_time(60)
    held = world.snapshot(copy.snapshot_id)
    world.faults.release_copies()

    rule = f"source-snapshot-exists: {SOURCE_ID} is no snapshot in {THERE}"
    assert held.state == "pending"
    assert held.why.startswith(rule)
    assert held.why.endswith("; fake_ec2.faults.hold_copies() keeps it pending")
    ended = world.snapshot(copy.snapshot_id)
    assert (ended.state, ended.why) == ("error", held.why.partition(";")[0])


def test_a_held_copy_can_be_deleted() -> None:
    """It is not there any more when copies are released."""
    world = make_world()
    world.faults.hold_copies()
    source = make_snapshot(world)
    first, second = start(world, source), start(world, source)
    world.pass_time(60)

    delete(world, first.snapshot_id)
    world.faults.release_copies()
    world.pass_time(60)

    assert world.snapshots.get(first.snapshot_id) is None
    assert world.snapshot(second.snapshot_id).completion_time == later(120)


def test_a_fault_fails_a_copy_when_it_is_validated() -> None:
    """With the message that the test set up, and no metadata."""
    world = make_world()
    world.faults.fail_copies("Internal error")

    copy, other = start(world), start(world)
    world.pass_time(5)

    record = world.snapshot(copy.snapshot_id)
    assert (record.state, record.state_message) == ("error", "Internal error")
    assert (record.volume_size, record.encrypted) == (0, False)
    assert record.why == "a fault of the test: Internal error"
    assert state_of(world, other.snapshot_id) == "pending"


@pytest.mark.parametrize("seconds", [0, 3, 5, 30, 90])
def test_a_fault_fails_a_copy_some_time_after_its_acceptance(seconds: int) -> None:
    """Before its validation or long after it."""
    world = make_world()
    world.faults.fail_copies("Internal error", after=seconds)
    copy = start(world)

    if seconds:
        world.pass_time(seconds - 1)
        before = state_of(world, copy.snapshot_id)
        world.pass_time(1)
    else:
        before = state_of(world, copy.snapshot_id)
        world.settle()

    assert before == "pending"
    assert state_of(world, copy.snapshot_id) == "error"
    ended = [one for one in world.records if isinstance(one, TransitionRecord)][-1]
    assert ended.at == later(seconds)
    world.pass_time(3600)
    assert world.timeline.scheduled() == ()


def test_a_rule_may_fail_a_copy_before_its_fault_does() -> None:
    """The earlier of the two ends it."""
    world = make_world()
    world.faults.fail_copies("Internal error", after=30)

    copy = start(world, encrypted=True, kms_key_id="alias/none")
    world.pass_time(60)

    record = world.snapshot(copy.snapshot_id)
    assert record.state_message == "Given key ID is not accessible"
    assert len(world.emitted) == 1


def test_the_progress_of_a_copy_that_will_fail_is_towards_its_failure() -> None:
    """Nobody can tell from it that the copy will not complete."""
    world = make_world()
    world.faults.fail_copies("Internal error", after=100)

    copy = start(world)
    world.pass_time(50)

    assert world.snapshot(copy.snapshot_id).progress_at(world.now()) == 50


@pytest.mark.parametrize("after", [3, 30])
def test_a_held_copy_ends_once_whatever_else_would_have_ended_it(after: int) -> None:
    """A fault and a rule that come due while it is held end it together, as the first would."""
    world = make_world()
    world.faults.fail_copies("Internal error", after=after)
    world.faults.hold_copies()
    copy = start(world, encrypted=True, kms_key_id="alias/none")
    world.pass_time(60)
    held = shown(world, copy.snapshot_id)

    world.faults.release_copies()

    expected = "Internal error" if after < 5 else "Given key ID is not accessible"
    assert held["StateMessage"] == "Metadata not updated"
    assert world.snapshot(copy.snapshot_id).state_message == expected
    assert len(world.emitted) == 1


def test_what_ends_before_copies_are_held_has_ended() -> None:
    """Also where nobody has looked since."""
    world = make_world()
    copy = start(world)
    world.clock.tick(60)

    world.faults.hold_copies()

    assert world.faults.holding
    assert world.snapshot(copy.snapshot_id).completion_time == later(60)


def test_what_ends_while_copies_are_held_ends_when_they_are_released() -> None:
    """Also where nobody has looked in between."""
    world = make_world()
    copy = start(world)
    world.faults.hold_copies()
    world.clock.tick(90)

    world.faults.release_copies()

    assert not world.faults.holding
    assert world.snapshot(copy.snapshot_id).completion_time == later(90)


def test_a_copy_that_is_deleted_by_the_end_of_another_does_not_end() -> None:
    """A subscriber to events may delete what is about to be released."""
    world = make_world()
    first, second = start(world), start(world)
    world.faults.hold_copies()
    world.pass_time(60)
    world.emit = lambda _at, _event: delete(world, second.snapshot_id)

    world.faults.release_copies()

    assert state_of(world, first.snapshot_id) == "completed"
    assert world.snapshots.get(second.snapshot_id) is None
    assert world.copies.in_progress(ACCOUNT, HERE) == 0


def test_copies_that_are_held_again_by_the_end_of_another_stay_pending() -> None:
    """A subscriber to events may stop the release."""
    world = make_world()
    first, second = start(world), start(world)
    world.faults.hold_copies()
    world.pass_time(60)
    world.emit = lambda _at, _event: world.faults.hold_copies()

    world.faults.release_copies()

    assert state_of(world, first.snapshot_id) == "completed"
    assert state_of(world, second.snapshot_id) == "pending"
    assert world.copies.is_held(second.snapshot_id)


@pytest.mark.parametrize("account_id", [ACCOUNT, OTHER_ACCOUNT])
def test_a_new_id_is_hidden_from_everybody(account_id: str) -> None:
    """From those that it is shared with as well, whatever they do with it."""
    world = make_world()
    world.faults.delay_visibility(10)
    source = make_snapshot(world, region=HERE, start_time=later(0), public=True)
    ids = [source.snapshot_id]
    who = caller(account_id)

    hidden = refusal(world, source, caller=who)
    with pytest.raises(Refused) as caught:
        describe_snapshots(make_call(world, caller=who), snapshot_ids=ids)
    listed = describe_snapshots(make_call(world, caller=who))["Snapshots"]
    world.pass_time(10)

    assert hidden.code == caught.value.response.code == "InvalidSnapshot.NotFound"
    assert listed == []
    assert len(describe_snapshots(make_call(world, caller=who), snapshot_ids=ids)["Snapshots"]) == 1
    start(world, source, caller=who)
