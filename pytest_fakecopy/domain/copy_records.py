"""What the record of a copy says: right after the call, and once its metadata is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.arns import Arn
from pytest_fakecopy.domain.snapshots import ARBITRARY_VOLUME_ID, CopyFacts, SnapshotRecord
from pytest_fakecopy.domain.timeline import to_milliseconds

if TYPE_CHECKING:
    from pytest_fakecopy.domain.attempt import CopyAttempt

# Observed: capture of 2026-09-25, in every copy that is not validated yet.
METADATA_NOT_UPDATED = "Metadata not updated"


def accepted(snapshot_id: str, attempt: CopyAttempt, *, starts: bool) -> SnapshotRecord:
    """Return a copy as it is right after the call. Observed: capture of 2026-09-25.

    *starts* says whether the copying begins with the call, and doesn't wait for an earlier copy.
    """
    request = attempt.request
    timed = request.completion_duration_minutes is not None
    return SnapshotRecord(
        snapshot_id=snapshot_id,
        region=attempt.region,
        owner_id=attempt.caller.account_id,
        volume_id=ARBITRARY_VOLUME_ID,
        volume_size=0,
        data_size=0,
        start_time=to_milliseconds(attempt.now),
        state="pending",
        state_message=METADATA_NOT_UPDATED,
        description=request.description,
        outpost_arn=request.destination_outpost_arn,
        availability_zone=request.destination_availability_zone,
        copy=CopyFacts(
            source_snapshot_id=request.source_snapshot_id or "",
            source_region=request.source_region or "",
            transfer_type="time-based" if timed else "standard",
            completion_duration_minutes=request.completion_duration_minutes,
            started_at=attempt.now if starts else None,
        ),
        why="accepted, and not validated yet",
    )


def copy_facts(record: SnapshotRecord) -> CopyFacts:
    """Return what makes a snapshot a copy.

    Raises:
        ValueError: it is none.
    """
    if record.copy is None:
        msg = f"{record.snapshot_id} is no copy"
        raise ValueError(msg)
    return record.copy


def metadata(attempt: CopyAttempt, source: SnapshotRecord) -> dict[str, Any]:
    """Return the members of the record that a validated copy shows, and one that its key failed."""
    return {
        "volume_size": source.volume_size,
        "encrypted": attempt.encryption.encrypted,
        "kms_key_arn": _shown_key(attempt),
    }


def _shown_key(attempt: CopyAttempt) -> str | None:
    """Return the key ARN that DescribeSnapshots shows, also of a key that isn't there.

    Observed is the ARN of a key that can't be used. What is shown where an alias names no key is
    unknown: nothing here.
    """
    if attempt.key is not None or attempt.key_identifier is None:
        return attempt.key.arn if attempt.key else None
    arn = Arn.parse(attempt.key_identifier)
    resource = arn.resource if arn else attempt.key_identifier
    if resource.startswith("alias/"):
        return None
    if arn is not None:
        return attempt.key_identifier
    return (
        f"arn:{attempt.partition}:kms:{attempt.region}:{attempt.caller.account_id}:key/{resource}"
    )
