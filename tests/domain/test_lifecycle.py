"""The life of a copy, phase by phase: what is shown, when it ends, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain import transitions
from pytest_fakecopy.domain.copy_records import copy_facts
from pytest_fakecopy.domain.permissions import Deny
from pytest_fakecopy.domain.records import TransitionRecord, VerdictRecord
from pytest_fakecopy.domain.snapshots import GIB
from pytest_fakecopy.domain.transitions import TRANSITIONS
from pytest_fakecopy.domain.verdicts import FailLater, Reject
from pytest_fakecopy.errors import UsageError
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    THERE,
    later,
    make_key,
    make_snapshot,
    make_world,
    refusal,
    shown,
    snapshot_record,
    start,
    state_of,
)

if TYPE_CHECKING:
    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.rules import Check


@pytest.mark.parametrize("rules", ["documented", "observed"])
def test_what_a_good_copy_shows_step_by_step(rules: str) -> None:
    """Size, encryption and progress appear when it is validated, the rest when it completes."""
    world = make_world(rules=rules)
    key = make_key(world, alias="alias/backup")
    source = make_snapshot(world, volume_size=100, data_size=7 * GIB)
    copy = start(
        world,
        source,
        description="nightly",
        encrypted=True,
        kms_key_id="alias/backup",
        tag_specifications=(
            {"ResourceType": "snapshot", "Tags": [{"Key": "team", "Value": "storage"}]},
        ),
    )
    always = {
        "SnapshotId": copy.snapshot_id,
        "VolumeId": "vol-ffffffff",
        "StartTime": later(0),
        "OwnerId": ACCOUNT,
        "Description": "nightly",
        "StorageTier": "standard",
        "TransferType": "standard",
        "Tags": [{"Key": "team", "Value": "storage"}],
    }
    new = always | {
        "State": "pending",
        "StateMessage": "Metadata not updated",
        "Progress": "0%",
        "VolumeSize": 0,
        "Encrypted": False,
    }
    real = {"VolumeSize": 100, "Encrypted": True, "KmsKeyId": key.arn}

    seen = {0: shown(world, copy.snapshot_id)}
    for second in (4, 5, 30, 59, 60):
        world.clock.moment = later(second)
        world.settle()
        seen[second] = shown(world, copy.snapshot_id)

    assert seen == {
        0: new,
        4: new,
        5: always | real | {"State": "pending", "Progress": "8%"},
        30: always | real | {"State": "pending", "Progress": "50%"},
        59: always | real | {"State": "pending", "Progress": "98%"},
        60: always
        | real
        | {
            "State": "completed",
            "Progress": "100%",
            "CompletionTime": later(60),
            "FullSnapshotSizeInBytes": 7 * GIB,
        },
    }


def test_a_copy_inherits_neither_tags_nor_description_nor_sharing() -> None:
    """Nothing of the source but its data."""
    world = make_world()
    source = make_snapshot(
        world, description="the source", public=True, shared_with=frozenset({OTHER_ACCOUNT})
    )
    world.tags.put(ACCOUNT, source.snapshot_id, {"team": "storage"})

    copy = start(world, source)
    world.pass_time(60)

    done = world.snapshot(copy.snapshot_id)
    assert (done.description, done.public, done.shared_with) == ("", False, frozenset())
    assert "Tags" not in shown(world, copy.snapshot_id)
    assert "KmsKeyId" not in shown(world, copy.snapshot_id)


def test_identical_requests_make_copies_of_their_own() -> None:
    """There is no client token."""
    world = make_world()
    source = make_snapshot(world)

    first, second = start(world, source), start(world, source)

    assert first.snapshot_id != second.snapshot_id


def test_the_owner_of_a_copy_is_the_caller() -> None:
    """Also of another account's public snapshot."""
    world = make_world()
    source = make_snapshot(world, owner_id=OTHER_ACCOUNT, public=True)

    copy = start(world, source)

    assert copy.owner_id == ACCOUNT
    assert (copy.region, source.region) == (HERE, THERE)


def failed(snapshot_id: str, message: str, **members: object) -> dict[str, object]:
    """Return what a failed copy shows."""
    return {
        "SnapshotId": snapshot_id,
        "VolumeId": "vol-ffffffff",
        "StartTime": later(0),
        "OwnerId": ACCOUNT,
        "Description": "",
        "StorageTier": "standard",
        "TransferType": "standard",
        "State": "error",
        "StateMessage": message,
        "Progress": "0%",
    } | members


def test_a_copy_that_its_key_failed_keeps_its_metadata() -> None:
    """Size, encryption and key are shown, completion is not."""
    world = make_world()
    key = make_key(world, key_state="Disabled", alias="alias/backup")

    copy = start(world, encrypted=True, kms_key_id="alias/backup")
    world.pass_time(5)

    assert shown(world, copy.snapshot_id) == failed(
        copy.snapshot_id,
        "Given key ID is not accessible",
        VolumeSize=8,
        Encrypted=True,
        KmsKeyId=key.arn,
    )
    assert world.snapshot(copy.snapshot_id).why == ("kms-key-is-usable: alias/backup is Disabled")


def test_a_copy_that_its_source_failed_shows_none() -> None:
    """Size 0 and unencrypted, whatever was asked for."""
    world = make_world(rules="observed")
    make_key(world, alias="alias/backup")
    source = make_snapshot(world, state="pending")

    copy = start(world, source, encrypted=True, kms_key_id="alias/backup")
    world.pass_time(5)

    assert shown(world, copy.snapshot_id) == failed(
        copy.snapshot_id, "Source snapshot is not complete", VolumeSize=0, Encrypted=False
    )
    assert world.snapshot(copy.snapshot_id).why == "source-is-completed: the source is pending"


@pytest.mark.parametrize(
    ("identifier", "arn"),
    [
        pytest.param("no-such-key", f"arn:aws:kms:{HERE}:{ACCOUNT}:key/no-such-key", id="key-id"),
        pytest.param(
            f"arn:aws:kms:{HERE}:{ACCOUNT}:key/none",
            f"arn:aws:kms:{HERE}:{ACCOUNT}:key/none",
            id="key-arn",
        ),
        pytest.param("alias/none", None, id="alias"),
        pytest.param(f"arn:aws:kms:{HERE}:{ACCOUNT}:alias/none", None, id="alias-arn"),
    ],
)
def test_the_key_that_a_failed_copy_shows(identifier: str, arn: str | None) -> None:
    """The ARN of the key that was named, as far as its name tells."""
    world = make_world()

    copy = start(world, encrypted=True, kms_key_id=identifier)
    world.pass_time(5)

    record = world.snapshot(copy.snapshot_id)
    assert (record.state, record.encrypted, record.volume_size) == ("error", True, 8)
    assert record.kms_key_arn == arn


def test_a_source_that_is_not_there_fails_an_observed_copy() -> None:
    """The call answers, and the copy ends in error."""
    world = make_world(rules="observed")

    copy = start(world, snapshot_record())
    world.pass_time(5)

    assert shown(world, copy.snapshot_id) == failed(
        copy.snapshot_id, "Source snapshot is not found", VolumeSize=0, Encrypted=False
    )


def test_a_failed_copy_stays_until_it_is_deleted() -> None:
    """Nothing takes it away."""
    world = make_world(rules="observed")
    copy = start(world, snapshot_record())

    world.pass_time(86400)

    assert state_of(world, copy.snapshot_id) == "error"
    assert world.timeline.next_due() is None


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        pytest.param("Enabled", "Disabled", "error", id="disabled-in-between"),
        pytest.param("Disabled", "Enabled", "completed", id="enabled-in-between"),
    ],
)
def test_what_counts_is_the_key_when_the_copy_is_validated(
    before: str, after: str, state: str
) -> None:
    """A key that is disabled in between fails the copy, one that is enabled saves it."""
    world = make_world()
    key = make_key(world, key_state=before)
    copy = start(world, encrypted=True, kms_key_id=key.arn)

    world.pass_time(4)
    world.keys.change(key.arn, key_state=after)
    world.pass_time(56)

    assert state_of(world, copy.snapshot_id) == state


def test_a_key_that_is_disabled_after_validation_changes_nothing() -> None:
    """The rules are asked once."""
    world = make_world()
    key = make_key(world)
    copy = start(world, encrypted=True, kms_key_id=key.arn)

    world.pass_time(5)
    world.keys.change(key.arn, key_state="Disabled")
    world.pass_time(55)

    assert state_of(world, copy.snapshot_id) == "completed"


def test_denies_count_as_they_are_when_the_copy_is_validated() -> None:
    """A deny that is made in between fails the copy."""
    world = make_world()
    key = make_key(world)
    copy = start(world, encrypted=True, kms_key_id=key.arn)

    world.permissions = world.permissions.with_deny(Deny("kms:CreateGrant"))
    world.pass_time(5)

    assert state_of(world, copy.snapshot_id) == "error"


def test_whether_a_copy_is_encrypted_is_settled_by_the_call() -> None:
    """Encryption by default that is switched on in between comes too late."""
    world = make_world()
    copy = start(world)

    world.settings.change(ACCOUNT, HERE, encryption_by_default=True)
    world.pass_time(60)

    assert not world.snapshot(copy.snapshot_id).encrypted


@pytest.mark.parametrize(("rules", "state"), [("documented", "completed"), ("observed", "error")])
def test_a_source_that_is_deleted_before_validation(rules: str, state: str) -> None:
    """The documented book looked at the source at the call, the observed one looks later."""
    world = make_world(rules=rules)
    source = make_snapshot(world)
    copy = start(world, source)

    world.snapshots.remove(source.snapshot_id)
    world.pass_time(60)

    assert state_of(world, copy.snapshot_id) == state


def test_a_copy_survives_its_source() -> None:
    """Once it is validated the source may be deleted."""
    world = make_world(rules="observed")
    source = make_snapshot(world)
    copy = start(world, source)

    world.pass_time(5)
    world.snapshots.remove(source.snapshot_id)
    world.pass_time(55)

    assert state_of(world, copy.snapshot_id) == "completed"


def test_without_its_rule_a_missing_source_still_can_not_be_copied() -> None:
    """A book without source-snapshot-exists fails the copying itself."""
    world = make_world()
    world.rules = world.rules.without("source-snapshot-exists")

    copy = start(world, snapshot_record())
    world.pass_time(5)

    record = world.snapshot(copy.snapshot_id)
    assert (record.state, record.state_message) == ("error", "Source snapshot is not found")
    assert record.why == "the copying itself: there is nothing to copy"


def test_a_copy_that_takes_no_time_ends_when_it_is_validated() -> None:
    """It can't complete before that."""
    world = make_world(copy_duration=timedelta(0))
    copy = start(world)

    world.pass_time(4)
    before = state_of(world, copy.snapshot_id)
    world.pass_time(1)

    assert before == "pending"
    assert world.snapshot(copy.snapshot_id).completion_time == later(5)


def test_without_any_delay_a_copy_ends_at_once() -> None:
    """With both durations 0 the next look finds it completed."""
    world = make_world(copy_duration=timedelta(0), validation_delay=timedelta(0))

    copy = start(world)
    world.settle()

    assert world.snapshot(copy.snapshot_id).completion_time == later(0)


def test_times_have_milliseconds() -> None:
    """As EC2 keeps them."""
    world = make_world()
    world.clock.tick(0.123_456)

    copy = start(world)
    world.pass_time(60)

    done = world.snapshot(copy.snapshot_id)
    assert done.start_time == later(0.123)
    assert done.completion_time == later(60.123)


def test_a_rule_of_admission_may_fail_an_accepted_copy() -> None:
    """It ends when it would have been validated."""
    world = make_world()
    fails = FailLater("Because I say so", "the test replaced the rule", keeps_metadata=True)
    world.rules = world.rules.replacing("tags-are-valid", lambda _attempt: fails)

    copy = start(world)
    world.pass_time(4)
    before = state_of(world, copy.snapshot_id)
    world.pass_time(1)

    record = world.snapshot(copy.snapshot_id)
    assert before == "pending"
    assert (record.state, record.state_message, record.volume_size) == (
        "error",
        "Because I say so",
        8,
    )
    assert record.why == "tags-are-valid: the test replaced the rule"


def test_every_step_is_written_down() -> None:
    """The admission, the new snapshot, the validation and the end, each with its time."""
    world = make_world()

    copy = start(world)
    world.pass_time(60)

    steps = [
        (type(one).__name__, one.at, getattr(one, "phase", None) or getattr(one, "after", None))
        for one in world.records
    ]
    assert steps == [
        ("VerdictRecord", later(0), "admission"),
        ("TransitionRecord", later(0), "pending"),
        ("VerdictRecord", later(5), "validation"),
        ("TransitionRecord", later(60), "completed"),
    ]
    verdicts = [one for one in world.records if isinstance(one, VerdictRecord)]
    assert {one.snapshot_id for one in verdicts} == {copy.snapshot_id}


def test_a_rejected_call_is_written_down_without_a_copy() -> None:
    """With the judgement, and nothing else happens."""
    world = make_world()

    error = refusal(world, encrypted=False)

    (record,) = world.records
    assert isinstance(record, VerdictRecord)
    assert (record.phase, record.snapshot_id) == ("admission", None)
    assert record.judgement.rejection == Reject(error)
    assert world.timeline.scheduled() == ()


@pytest.mark.parametrize("before", TRANSITIONS)
@pytest.mark.parametrize("after", TRANSITIONS)
def test_a_snapshot_moves_along_the_table_of_transitions_alone(before: Any, after: Any) -> None:
    """Any other move is a defect of ours."""
    world = make_world()
    record = make_snapshot(world, state=before)

    if after in TRANSITIONS[record.state]:
        moved = transitions.move(world, record, after, later(1), why="a test")
        assert world.snapshot(record.snapshot_id) == moved
        assert (moved.state, moved.why) == (after, "a test")
        assert world.records == [
            TransitionRecord(
                later(1), record.snapshot_id, THERE, ACCOUNT, before, after, None, "a test"
            )
        ]
    else:
        with pytest.raises(ValueError, match=f"can't go from {before} to {after}$"):
            transitions.move(world, record, after, later(1))
        assert world.records == []


def test_discarding_what_is_not_pending_does_nothing() -> None:
    """A snapshot that is no pending copy has nothing to let go of."""
    world = make_world()

    world.copies.discard("snap-1234abcd", later(0))

    assert world.copies.waits_for("snap-1234abcd") is None


def test_a_pending_copy_that_vanishes_is_a_defect_of_ours() -> None:
    """Whoever removes one has to discard it."""
    world = make_world()
    copy = start(world)
    world.snapshots.remove(copy.snapshot_id)

    with pytest.raises(
        ValueError, match=f"^{copy.snapshot_id} is pending and not in the registry$"
    ):
        world.pass_time(60)


def broken(attempt: CopyAttempt) -> None:
    """Raise what a rule with a bug raises."""
    raise LookupError(attempt.region)


def interrupted(attempt: CopyAttempt) -> None:
    """Raise what nobody catches, as Ctrl-C and `pytest.fail` do."""
    raise KeyboardInterrupt(attempt.region)


@pytest.mark.parametrize(
    ("check", "error"),
    [
        pytest.param(broken, UsageError, id="bug"),
        pytest.param(interrupted, KeyboardInterrupt, id="interrupt"),
    ],
)
def test_a_check_that_raises_leaves_the_copy_to_be_validated(
    check: Check, error: type[BaseException]
) -> None:
    """Whoever looks hears of it, each time, until the rule is mended; then the copy goes on."""
    world = make_world()
    good = world.rules
    world.rules = good.replacing("kms-key-is-usable", check)
    copy = start(world)

    for second in (5, 5, 600):
        world.clock.moment = later(second)
        with pytest.raises(error):
            world.settle()

        assert shown(world, copy.snapshot_id)["StateMessage"] == "Metadata not updated"
        [scheduled] = world.timeline.scheduled()
        assert (scheduled.due, scheduled.what) == (later(5), f"{copy.snapshot_id} is validated")

    world.rules = good
    world.settle()

    assert state_of(world, copy.snapshot_id) == "completed"
    assert world.snapshot(copy.snapshot_id).completion_time == later(60)
    verdicts = [record for record in world.records if isinstance(record, VerdictRecord)]
    assert [verdict.phase for verdict in verdicts] == ["admission", "validation"]


def test_the_facts_of_a_copy_are_those_of_a_copy() -> None:
    """That a snapshot is none is a defect of ours."""
    with pytest.raises(ValueError, match=r"^snap-0123456789abcdef0 is no copy$"):
        copy_facts(snapshot_record())
