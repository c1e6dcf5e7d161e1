"""The past: every request, verdict, state change and event, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pytest_fakecopy.domain.operations import served
from pytest_fakecopy.domain.records import MoveRecord, Record, TransitionRecord, VerdictRecord
from pytest_fakecopy.domain.redaction import veiled
from pytest_fakecopy.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

Signature: TypeAlias = Literal["verified", "unverified", "refused", "none"]


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request as it was received, and how it was answered."""

    operation: str
    """As EC2 calls it, "CopySnapshot"; empty where the request named none."""
    parameters: Mapping[str, Any] = field(hash=False)
    """Typed, under EC2's own member names: `{"SourceRegion": "us-west-2", "Encrypted": True}`.

    A presigned URL is there as it came, and its repr hides the signature."""
    region: str
    """The Region of the endpoint that was called."""
    account_id: str
    """Who called, 12 digits; empty where nobody could be identified."""
    at: datetime
    """When it was received, in UTC."""
    transport: str
    """What carried it: "botocore", "aiobotocore", "requests", "urllib3", "server"."""
    status: int
    """The HTTP status of the answer; 0 where there was none."""
    error_code: str | None = None
    """The code of the error, "InvalidSnapshot.NotFound"; None where there was none."""
    error_message: str | None = None
    """The text of the error, as the client got it."""
    service: str = "ec2"
    """One of "ec2", "kms" or "sts"."""
    signature: Signature = "verified"
    """Whether it was verified; "unverified" is an access key that nobody registered, which counts
    as the default account's."""
    request_id: str = ""
    """The id that the answer has."""

    def __post_init__(self) -> None:
        """Keep secrets out of every repr of the parameters."""
        object.__setattr__(self, "parameters", veiled(self.parameters))


Entry: TypeAlias = RequestRecord | Record


class Journal:
    """Everything that happened in one fake. It only ever grows."""

    __slots__ = ("_entries", "record")

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Entry] = []
        self.record = self._entries.append
        """Takes one more entry."""

    def place(self) -> int:
        """Return the place of the next entry, to `record_at` what is known only later."""
        return len(self._entries)

    def record_at(self, place: int, entry: Entry) -> None:
        """Take an entry that belongs before what has been recorded since *place*."""
        self._entries.insert(place, entry)

    def record_move(self, place: int, move: MoveRecord) -> None:
        """Take a move of time that began at *place*; sleep after sleep makes one entry."""
        last = self._entries[place - 1] if place else None
        if isinstance(last, MoveRecord) and last.how == move.how and last.until == move.at:
            self._entries[place - 1] = MoveRecord(last.at, move.until, move.how)
        else:
            self._entries.insert(place, move)

    def __repr__(self) -> str:
        """Return `<Journal 12 entries, 3 requests>`."""
        return f"<Journal {len(self._entries)} entries, {len(self.requests())} requests>"

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over all entries, oldest first."""
        return iter(tuple(self._entries))

    def requests(self, operation: str | None = None) -> tuple[RequestRecord, ...]:
        """Return the requests received, oldest first; retries of a client count one by one.

        Args:
            operation: Only those for this operation: "CopySnapshot".

        Raises:
            UsageError: no such operation is served and none was asked for; the message names the
                nearest.
        """
        if operation is not None:
            self._require_operation(operation)
        return tuple(
            entry
            for entry in self._entries
            if isinstance(entry, RequestRecord) and operation in (None, entry.operation)
        )

    def _require_operation(self, operation: object) -> None:
        """Refuse a misspelt name, of which there would be no request however many were made."""
        known = served()
        if operation in known or any(operation == asked.operation for asked in self.requests()):
            return
        hint = nearest(operation, known)
        msg = f"journal.requests({operation!r}): no such operation is served.{hint}"
        raise UsageError(msg)

    def verdicts(self, snapshot_id: str | None = None) -> tuple[VerdictRecord, ...]:
        """Return how copies were judged, oldest first.

        Args:
            snapshot_id: Only those of this copy; a rejected call made none.
        """
        return tuple(
            entry
            for entry in self._entries
            if isinstance(entry, VerdictRecord) and snapshot_id in (None, entry.snapshot_id)
        )

    def transitions(self, resource_id: str | None = None) -> tuple[TransitionRecord, ...]:
        """Return every change of state, oldest first.

        Args:
            resource_id: Only those of this snapshot or other resource.
        """
        return tuple(
            entry
            for entry in self._entries
            if isinstance(entry, TransitionRecord) and resource_id in (None, entry.resource_id)
        )
