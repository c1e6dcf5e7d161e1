"""What `fake_ec2.assert_...` checks, and what it says when the copy did something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_fakecopy.errors import FakeCopyAssertionError, UnfinishedCopies, UsageError
from pytest_fakecopy.reporting import story_of

if TYPE_CHECKING:
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.views.snapshots import Snapshot


def eventually(
    fake: FakeEC2, snapshot_id: str, state: str, *, match: str | None = None
) -> Snapshot:
    """Move time to the end of a copy, and check the state and the message that it ends with."""
    __tracebackhide__ = True
    wanted = _pattern(match)
    snapshot = fake.snapshots[_id(snapshot_id)]
    with fake.moving(f"assert_eventually_{state}"):
        move_to_its_end(fake, snapshot)
    if snapshot.state != state:
        raise FakeCopyAssertionError(_instead(fake, snapshot, f"to end in {state!r}"))
    if wanted is not None and not wanted.search(snapshot.state_message or ""):
        raise FakeCopyAssertionError(
            _instead(fake, snapshot, f"to end with a state message that matches {match!r}")
        )
    return snapshot


def _id(snapshot_id: object) -> str:
    __tracebackhide__ = True
    if isinstance(snapshot_id, str):
        return snapshot_id
    msg = (
        f"expected a snapshot id, got {snapshot_id!r}: pass the id of the answer,"
        ' copy["SnapshotId"]'
    )
    raise UsageError(msg)


def _pattern(match: str | None) -> re.Pattern[str] | None:
    __tracebackhide__ = True
    if match is None:
        return None
    try:
        return re.compile(match)
    except (re.error, TypeError) as error:
        msg = (
            f"match={match!r}: expected a regular expression ({error}). For a text as it stands:"
            f" match=re.escape({match!r})"
        )
        raise UsageError(msg) from None


def move_to_its_end(fake: FakeEC2, snapshot: Snapshot) -> None:
    """Move time until a copy has ended, or nothing is due that would end it."""
    while snapshot.state == "pending" and fake.is_due(snapshot.snapshot_id):
        fake.clock.jump_to_next()


def _instead(fake: FakeEC2, snapshot: Snapshot, expected: str) -> str:
    return (
        f"Expected {snapshot.snapshot_id} {expected}, and {_said(fake, snapshot)}.\n"
        f"Why: {snapshot.why}\n\n{story_of(fake.story(), snapshot.snapshot_id)}"
    )


def _said(fake: FakeEC2, snapshot: Snapshot) -> str:
    if snapshot not in fake.snapshots:
        return f"it was deleted while it was {str(snapshot.state)!r}"
    if snapshot.state == "pending":
        return f"it is still pending: {fake.obstacle(snapshot.snapshot_id)}"
    message = snapshot.state_message
    return f"it is {str(snapshot.state)!r}{f' with {str(message)!r}' if message else ''}"


def all_settled(fake: FakeEC2) -> None:
    """Check that no copy is pending."""
    __tracebackhide__ = True
    pending = [copy for copy in fake.snapshots.copies if copy.state == "pending"]
    if not pending:
        return
    lines = [
        f"  {copy.snapshot_id} in {copy.region}, {copy.progress}%:"
        f" {fake.obstacle(copy.snapshot_id)}"
        for copy in pending
    ]
    copies = "1 copy is" if len(pending) == 1 else f"{len(pending)} copies are"
    held = "fake_ec2.faults.release_copies(), then " if fake.faults.holding else ""
    msg = (
        f"{copies} still pending:\n" + "\n".join(lines) + "\nTo move time until all have ended:"
        f" {held}fake_ec2.clock.settle()"
    )
    raise UnfinishedCopies(msg)
