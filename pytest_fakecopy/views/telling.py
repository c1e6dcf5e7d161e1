"""Texts of a snapshot that remember whose they are, for the message of a failed comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.redaction import HIDDEN, Veiled, redacted

if TYPE_CHECKING:
    from pytest_fakecopy.domain.snapshots import SnapshotRecord


class Told(str):  # noqa: SLOT000  # it has a record besides
    """A snapshot's state or state message as it was read: a str, and no less.

    `assert snapshot.state == "completed"` compares texts, and pytest shows them alone; this one
    knows the rest.
    """

    record: SnapshotRecord

    def __new__(cls, text: str, record: SnapshotRecord) -> Told:  # noqa: PYI034  # typing.Self came with Python 3.11
        """Take the text, and the snapshot as it was when it was read."""
        told = super().__new__(cls, text)
        told.record = record
        return told

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Travel to other processes as the text alone."""
        return str, (str(self),)

    def explained(self) -> list[str]:
        """Return which snapshot it is, how it stands, and why."""
        record = self.record
        message = f" {record.state_message!r}" if record.state_message else ""
        return [f"{record.snapshot_id} is {record.state!r}{message}", f"why: {record.why}"]


def explanation(op: str, left: object, right: object) -> list[str] | None:
    """Return what a failed comparison with such a text shows, or None for any other."""
    sides = (left, right)
    told = next((side for side in sides if isinstance(side, Told)), None)
    if told is not None:
        return [f"{left!r} {op} {right!r}", *told.explained()]
    secrets = [str(side) for side in sides if isinstance(side, Veiled)]
    if secrets:
        shown = [_shown(side, secrets) for side in sides]
        return [f"{shown[0]} {op} {shown[1]}"]
    return None


def _shown(side: object, secrets: list[str]) -> str:
    """Return the repr of one side: it may hold the secret of the other, or one of its own."""
    if isinstance(side, Veiled) or not isinstance(side, str):
        return repr(side)
    return repr(HIDDEN if side in secrets else redacted(side))
