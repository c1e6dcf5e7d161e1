"""EventBridge events besides those of copies: volumes, sharing, locks, the archive, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pytest_fakecopy.domain.arns import snapshot_arn
from pytest_fakecopy.domain.events import SNAPSHOT_NOTIFICATION, envelope, event_arn, timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pytest_fakecopy.domain.events import Event
    from pytest_fakecopy.domain.locks import Lock
    from pytest_fakecopy.domain.settings import BlockPublicAccess
    from pytest_fakecopy.domain.snapshots import SnapshotRecord
    from pytest_fakecopy.domain.volumes import VolumeRecord

ArchiveEvent: TypeAlias = Literal["archiveSnapshot", "restoreSnapshot", "restoreExpiry"]
VolumeResult: TypeAlias = Literal["available", "failed", "deleted"]


def create_snapshots(
    records: Sequence[SnapshotRecord], *, partition: str, event_id: str, at: datetime
) -> Event:
    """Return the event that all snapshots of one CreateSnapshots have ended.

    EBS User Guide, "EventBridge events for Amazon EBS".
    """
    first = records[0]
    arns = [event_arn(partition, one.region, f"snapshot/{one.snapshot_id}") for one in records]
    failed = [one.snapshot_id for one in records if one.state != "completed"]
    return envelope(
        event_id=event_id,
        detail_type="EBS Multi-Volume Snapshots Completion Status",
        account_id=first.owner_id,
        region=first.region,
        at=at,
        resources=arns,
        detail={
            "event": "createSnapshots",
            "result": "failed" if failed else "succeeded",
            "cause": f"Snapshot {failed[0]} is in status error" if failed else "",
            "request-id": "",
            "startTime": timestamp(first.start_time),
            "endTime": timestamp(at),
            "snapshots": [
                {
                    "snapshot_id": arn,
                    "source": event_arn(partition, one.region, f"volume/{one.volume_id}"),
                    "status": one.state,
                }
                for arn, one in zip(arns, records, strict=True)
            ],
        },
    )


def share_snapshot(
    record: SnapshotRecord, recipient: str, *, partition: str, event_id: str, at: datetime
) -> Event:
    """Return the event that a private snapshot was shared with an account, for that account.

    EBS User Guide, "EventBridge events for Amazon EBS". The sample there prints the sharing
    account as a number; here it is the 12 digits, which a number can't always hold.
    """
    arn = event_arn(partition, record.region, f"snapshot/{record.snapshot_id}")
    return envelope(
        event_id=event_id,
        detail_type=SNAPSHOT_NOTIFICATION,
        account_id=recipient,
        region=record.region,
        at=at,
        resources=[arn],
        detail={
            "event": "shareSnapshot",
            "result": "succeeded",
            "cause": "",
            "request-id": "",
            "snapshot_id": arn,
            "source": record.owner_id,
            "startTime": timestamp(at),
            "endTime": timestamp(at),
        },
    )


def lock_snapshot(
    record: SnapshotRecord,
    lock: Lock,
    *,
    partition: str,
    event_id: str,
    at: datetime,
    failed: bool = False,
) -> Event:
    """Return the event that a snapshot was locked, or that it failed while it was pending.

    EBS User Guide, "Monitor Amazon EBS snapshot locks", spelling of the members included.
    """
    arn = event_arn(partition, record.region, f"snapshot/{record.snapshot_id}")
    return envelope(
        event_id=event_id,
        detail_type=SNAPSHOT_NOTIFICATION,
        account_id=record.owner_id,
        region=record.region,
        at=at,
        resources=[arn],
        detail={
            "event": "lockSnapshot",
            "result": "failed" if failed else "succeeded",
            "snapshot_id": arn,
            "source": record.owner_id,
            **_lock_members(record, lock, at),
        },
    )


def _lock_members(record: SnapshotRecord, lock: Lock, at: datetime) -> dict[str, Any]:
    members: dict[str, Any] = {
        "lockState": lock.state(record, at),
        "lockCreatedOn": timestamp(lock.created_at),
        "lockExpiresOn": _time(lock.expires_at(record)),
        "lockDuration": lock.duration_days,
        "lockStartDurationTime": _time(lock.starts_at(record)),
    }
    if lock.cool_off_hours is not None:
        members["cooOffPeriod"] = lock.cool_off_hours
        members["coolOffPeriodExpiresOn"] = _time(lock.cool_off_expires_at)
    return {name: value for name, value in members.items() if value is not None}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)


def archive(
    record: SnapshotRecord, name: ArchiveEvent, *, partition: str, event_id: str, at: datetime
) -> Event:
    """Return the event that an archival or a restore ended, or that a restore expired.

    EBS User Guide, "Monitor snapshot archiving"; `recycleBinExitTime` is of the Recycle Bin, which
    the fake doesn't have. The ARN has the Region in its own place there, unlike in other events.
    """
    arn = snapshot_arn(partition, record.region, record.snapshot_id)
    tiering = record.tiering
    detail = {
        "event": name,
        "result": "succeeded",
        "cause": "",
        "request-id": "",
        "snapshot_id": arn,
        "startTime": timestamp(tiering.started_at if tiering else at),
        "endTime": timestamp(at),
    }
    if record.restore_expiry_time is not None:
        detail["restoreExpiryTime"] = timestamp(record.restore_expiry_time)
    return envelope(
        event_id=event_id,
        detail_type=SNAPSHOT_NOTIFICATION,
        account_id=record.owner_id,
        region=record.region,
        at=at,
        resources=[arn],
        detail=detail,
    )


def volume(  # what differs from event to event
    record: VolumeRecord,
    result: VolumeResult,
    *,
    partition: str,
    event_id: str,
    request_id: str,
    at: datetime,
    cause: str = "",
) -> Event:
    """Return the event that a volume was made, failed or was deleted.

    EBS User Guide, "EventBridge events for Amazon EBS"; that the request id is the one of the
    call was observed (capture of 2026-09-25, modifyVolume).
    """
    arn = f"arn:{partition}:ec2:{record.region}:{record.owner_id}:volume/{record.volume_id}"
    return envelope(
        event_id=event_id,
        detail_type="EBS Volume Notification",
        account_id=record.owner_id,
        region=record.region,
        at=at,
        resources=[arn],
        detail={
            "event": "deleteVolume" if result == "deleted" else "createVolume",
            "result": result,
            "cause": cause,
            "request-id": request_id,
        },
    )


def block_public_access(
    state: BlockPublicAccess, *, account_id: str, region: str, event_id: str, at: datetime
) -> Event:
    """Return the event that public sharing was blocked or allowed again.

    EBS User Guide, "Monitor block public access for snapshots"; the text of a disabled one is
    assumed.
    """
    enabled = state != "unblocked"
    return envelope(
        event_id=event_id,
        detail_type=f"EBS Snapshot Block Public Access {'Enabled' if enabled else 'Disabled'}",
        account_id=account_id,
        region=region,
        at=at,
        resources=[],
        detail={
            "SnapshotBlockPublicAccessState": state,
            "message": (
                f"Block Public Access was successfully enabled in '{state}' mode"
                if enabled
                else "Block Public Access was successfully disabled"
            ),
        },
    )
