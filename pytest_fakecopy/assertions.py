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
    if not isinstance(snapshot_id, str):
        msg = (
            f"expected a snapshot id, got {snapshot_id!r}: pass the id of the answer,"
            ' copy["SnapshotId"]'
        )
        raise UsageError(msg)
    snapshot = fake.snapshots[snapshot_id]
    move_to_its_end(fake, snapshot)
    if snapshot.state != state:
        raise FakeCopyAssertionError(_instead(fake, snapshot, f"to end in {state!r}"))
    if match is not None and not re.search(match, snapshot.state_message or ""):
        raise FakeCopyAssertionError(
            _instead(fake, snapshot, f"to end with a state message that matches {match!r}")
        )
    return snapshot


def move_to_its_end(fake: FakeEC2, snapshot: Snapshot) -> None:
    """Move time until a copy has ended, or nothing is due that would end it."""
    while snapshot.state == "pending" and fake.is_due(snapshot.snapshot_id):
        fake.clock.jump_to_next()


def _instead(fake: FakeEC2, snapshot: Snapshot, expected: str) -> str:
    state = snapshot.state
    message = f" with {snapshot.state_message!r}" if snapshot.state_message else ""
    if state == "pending":
        said = f"it is still pending: {fake.obstacle(snapshot.snapshot_id)}"
    else:
        said = f"it is {state!r}{message}"
    return (
        f"Expected {snapshot.snapshot_id} {expected}, and {said}.\n"
        f"Why: {snapshot.why}\n\n{story_of(fake.journal, snapshot.snapshot_id)}"
    )


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
    msg = f"{len(pending)} copies are still pending:\n" + "\n".join(lines)
    raise UnfinishedCopies(msg)
