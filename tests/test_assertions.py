"""What the assertions of `fake_ec2` say when the copy did something else."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import (
    FakeCopyAssertionError,
    FakeEC2,
    UnfinishedCopies,
    UnknownResourceError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
SOURCE = "snap-0ca40964e6f06eced"
COPY = "snap-07bbaf4742ceb81d8"


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake that starts at noon."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        yield fake


def copy(fake: FakeEC2, **parameters: Any) -> str:
    """Start a copy of the first snapshot, which is made where there is none."""
    source = next(iter(fake.snapshots), None) or fake.snapshots.add(region="us-west-2")
    request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id, **parameters}
    return str(fake.client("ec2").copy_snapshot(**request)["SnapshotId"])


def test_it_failed_instead(fake: FakeEC2) -> None:
    """The message has the end, the reason and the whole story of the copy."""
    copied = copy(fake, Encrypted=True, KmsKeyId="alias/no-such-key")

    with pytest.raises(FakeCopyAssertionError) as raised:
        fake.assert_eventually_completed(copied)

    assert str(raised.value) == (
        f"Expected {COPY} to end in 'completed', and it is 'error' with 'Given key ID is not"
        " accessible'.\n"
        "Why: kms-key-is-usable: alias/no-such-key names no KMS key in us-east-1 for account"
        " 111122223333\n"
        "\n"
        f"     +0s  CopySnapshot us-west-2 -> us-east-1 of {SOURCE}, Encrypted=True"
        " KmsKeyId=alias/no-such-key -> 200\n"
        f"          {COPY} accepted: pending 'Metadata not updated'\n"
        "          time moved by 5s: assert_eventually_completed\n"
        "     +5s  kms-key-is-usable fails it: alias/no-such-key names no KMS key in us-east-1 for"
        " account 111122223333\n"
        f"          {COPY} pending -> error 'Given key ID is not accessible'\n"
        "     now  +5s by the fake's own clock; nothing is scheduled"
    )


def test_it_completed_instead(fake: FakeEC2) -> None:
    """A copy without a problem is said to have none."""
    copied = copy(fake)

    with pytest.raises(FakeCopyAssertionError) as raised:
        fake.assert_eventually_error(copied)

    assert str(raised.value) == (
        f"Expected {COPY} to end in 'error', and it is 'completed'.\n"
        "Why: no rule of the book 'documented' objected\n"
        "\n"
        f"     +0s  CopySnapshot us-west-2 -> us-east-1 of {SOURCE} -> 200\n"
        f"          {COPY} accepted: pending 'Metadata not updated'\n"
        "          time moved by 60s: assert_eventually_error\n"
        f"     +5s  {COPY} validated: none of 3 rules objects\n"
        f"    +60s  {COPY} pending -> completed\n"
        "     now  +60s by the fake's own clock; nothing is scheduled"
    )


def first_lines(call: Any) -> list[str]:
    """Return what a failed assertion says before the story."""
    with pytest.raises(FakeCopyAssertionError) as raised:
        call()
    return str(raised.value).partition("\n\n")[0].splitlines()


def test_its_message_is_another(fake: FakeEC2) -> None:
    """The message that it has stands beside the one that was expected."""
    copied = copy(fake, Encrypted=True, KmsKeyId="alias/no-such-key")

    lines = first_lines(lambda: fake.assert_eventually_error(copied, match="not found"))

    assert lines == [
        (
            f"Expected {COPY} to end with a state message that matches 'not found', and it is"
            " 'error' with 'Given key ID is not accessible'."
        ),
        (
            "Why: kms-key-is-usable: alias/no-such-key names no KMS key in us-east-1 for account"
            " 111122223333"
        ),
    ]


def test_it_is_held(fake: FakeEC2) -> None:
    """A copy that a fault of the test holds says which."""
    fake.faults.hold_copies()
    copied = copy(fake)

    lines = first_lines(lambda: fake.assert_eventually_completed(copied))

    assert lines[0] == (
        f"Expected {COPY} to end in 'completed', and it is still pending:"
        " fake_ec2.faults.hold_copies() keeps it; release_copies() lets it end."
    )


def test_nothing_would_end_it(fake: FakeEC2) -> None:
    """A snapshot that was added as pending stays so."""
    snapshot = fake.snapshots.add(state="pending")

    lines = first_lines(lambda: fake.assert_eventually_completed(snapshot.snapshot_id))

    assert lines == [
        (
            f"Expected {SOURCE} to end in 'completed', and it is still pending: nothing is"
            " scheduled for it."
        ),
        "Why: the test added it",
    ]


def test_it_was_deleted_on_the_way(fake: FakeEC2) -> None:
    """A handler that deletes the copy before it ends is found out."""
    first = copy(fake)
    second = copy(fake)
    fake.events.subscribe(lambda _: fake.client("ec2").delete_snapshot(SnapshotId=second))

    lines = first_lines(lambda: fake.assert_eventually_completed(second))

    assert lines[0] == (
        f"Expected {second} to end in 'completed', and it was deleted while it was 'pending'."
    )
    assert fake.snapshots[first].state == "completed"


def test_an_unknown_id(fake: FakeEC2) -> None:
    """The nearest is named, and those that there are."""
    copied = copy(fake)

    with pytest.raises(UnknownResourceError) as raised:
        fake.assert_eventually_completed(copied[:-1] + "0")

    assert str(raised.value) == (
        f"No snapshot is 'snap-07bbaf4742ceb81d0'. Did you mean {COPY!r}?\n"
        f"Snapshots: {SOURCE}, {COPY}"
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(
            lambda fake: fake.assert_eventually_completed({"SnapshotId": "snap-1"}),
            "expected a snapshot id, got {'SnapshotId': 'snap-1'}: pass the id of the answer,"
            ' copy["SnapshotId"]',
            id="answer",
        ),
        pytest.param(
            lambda fake: fake.assert_eventually_error("snap-1", match="(in AWS"),
            "match='(in AWS': expected a regular expression (missing ), unterminated subpattern at"
            " position 0). For a text as it stands: match=re.escape('(in AWS')",
            id="pattern",
        ),
        pytest.param(
            lambda fake: fake.assert_eventually_error("snap-1", match=5),
            "match=5: expected a regular expression (first argument must be string or compiled"
            " pattern). For a text as it stands: match=re.escape(5)",
            id="no-pattern",
        ),
    ],
)
def test_misuse(fake: FakeEC2, call: Any, message: str) -> None:
    """It is refused before time moves, with what was expected."""
    with pytest.raises(UsageError) as raised:
        call(fake)

    assert str(raised.value) == message


def test_one_copy_is_not_settled(fake: FakeEC2) -> None:
    """It says what the copy waits for, and what to write."""
    copy(fake)

    with pytest.raises(UnfinishedCopies) as raised:
        fake.assert_all_settled()

    assert str(raised.value) == (
        "1 copy is still pending:\n"
        f"  {COPY} in us-east-1, 0%: {COPY} is validated in 5 s\n"
        "To move time until all have ended: fake_ec2.clock.settle()"
    )


def test_a_held_copy_does_not_settle(fake: FakeEC2) -> None:
    """The line to write lets go of it first."""
    fake.faults.hold_copies()
    copy(fake)

    with pytest.raises(UnfinishedCopies) as raised:
        fake.assert_all_settled()

    assert str(raised.value).endswith(
        "\nTo move time until all have ended: fake_ec2.faults.release_copies(), then"
        " fake_ec2.clock.settle()"
    )

    fake.faults.release_copies()
    fake.clock.settle()

    fake.assert_all_settled()


def test_several_copies_are_not_settled(fake: FakeEC2) -> None:
    """Each has its line: one may wait for another."""
    first, second = copy(fake), copy(fake)
    fake.clock.tick(30)

    with pytest.raises(UnfinishedCopies) as raised:
        fake.assert_all_settled()

    assert str(raised.value) == (
        "2 copies are still pending:\n"
        f"  {first} in us-east-1, 50%: {first} completes in 30 s\n"
        f"  {second} in us-east-1, 0%: it starts when {first} has ended\n"
        "To move time until all have ended: fake_ec2.clock.settle()"
    )

    fake.clock.settle()

    fake.assert_all_settled()
