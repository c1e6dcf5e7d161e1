"""EventBridge events of snapshots, as EC2 emits them and a Lambda handler gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.domain.snapshots import CopyFacts, SnapshotRecord

SNAPSHOT_NOTIFICATION = "EBS Snapshot Notification"
Event = dict[str, Any]


def timestamp(moment: datetime) -> str:
    """Return a time as events print it: ISO 8601 with milliseconds and Z."""
    return f"{moment.isoformat(timespec='milliseconds').partition('+')[0]}Z"


def event_arn(partition: str, region: str, resource: str) -> str:
    """Return the ARN of a resource as snapshot events write it.

    EBS User Guide, "EventBridge events for Amazon EBS", and captures of 2026-09-25: the Region
    stands in the place of the account.
    """
    return f"arn:{partition}:ec2::{region}:{resource}"


def envelope(  # the members that differ from event to event
    *,
    event_id: str,
    detail_type: str,
    account_id: str,
    region: str,
    at: datetime,
    resources: list[str],
    detail: dict[str, Any],
) -> Event:
    """Return an event in EventBridge's envelope. EBS User Guide, "EventBridge events"."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": detail_type,
        "source": "aws.ec2",
        "account": account_id,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": resources,
        "detail": detail,
    }


MISSED_CAUSE = (
    "Snapshot copy was not able to meet the specified completion duration because your snapshot"
    " copy operation throughput quota was exceeded."
)


def copy_snapshot(record: SnapshotRecord, *, partition: str, event_id: str, at: datetime) -> Event:
    """Return the event that a copy ended, for the account and Region that it was made in.

    EBS User Guide, "EventBridge events for Amazon EBS"; what differs from it in the captures of
    2026-09-25 is as captured: `incremental` and `transferType` of a failed copy,
    `completionDurationStartTime` of every succeeded one, `metCompletionDuration`.
    """
    arn = event_arn(partition, record.region, f"snapshot/{record.snapshot_id}")
    succeeded = record.state == "completed"
    copy = _facts_of(record)
    detail: dict[str, Any] = {
        "event": "copySnapshot",
        "result": "succeeded" if succeeded else "failed",
        "cause": "" if succeeded else (record.state_message or ""),
        "request-id": "",
        "snapshot_id": arn,
        "source": _source_arn(partition, copy),
        "startTime": timestamp(record.start_time),
        "endTime": timestamp(at),
        "incremental": "true" if succeeded and copy.incremental else "false",
        "transferType": copy.transfer_type,
    }
    if succeeded:
        detail["completionDurationStartTime"] = timestamp(copy.started_at or record.start_time)
        detail |= _duration_members(copy)
    return envelope(
        event_id=event_id,
        detail_type=SNAPSHOT_NOTIFICATION,
        account_id=record.owner_id,
        region=record.region,
        at=at,
        resources=[arn],
        detail=detail,
    )


def _duration_members(copy: CopyFacts) -> dict[str, str]:
    if copy.transfer_type != "time-based":
        return {}
    if copy.missed_duration:
        return {"metCompletionDuration": "false", "missedCompletionDurationCause": MISSED_CAUSE}
    return {"metCompletionDuration": "true"}


def missed_duration(
    record: SnapshotRecord, *, partition: str, event_id: str, at: datetime
) -> Event:
    """Return the event that a time-based copy is late, emitted when its duration is over.

    EBS User Guide, "EventBridge events for Amazon EBS": the ARN and the time are printed in other
    forms there than in the other events.
    """
    copy = _facts_of(record)
    arn = f"arn:{partition}:ec2:{record.region}:{record.owner_id}:snapshot/{record.snapshot_id}"
    source = (
        f"arn:{partition}:ec2:{copy.source_region}:{record.owner_id}"
        f":snapshot/{copy.source_snapshot_id}"
    )
    return envelope(
        event_id=event_id,
        detail_type="EBS Copy Snapshot Missed Completion Duration",
        account_id=record.owner_id,
        region=record.region,
        at=at,
        resources=[arn],
        detail={
            "event": "copySnapshot",
            "missedCompletionDurationCause": MISSED_CAUSE,
            "snapshot_id": arn,
            "source": source,
            "startTime": _java_time(copy.started_at or record.start_time),
            "transferType": copy.transfer_type,
        },
    )


def _source_arn(partition: str, copy: CopyFacts) -> str:
    return event_arn(partition, copy.source_region, f"snapshot/{copy.source_snapshot_id}")


def _facts_of(record: SnapshotRecord) -> CopyFacts:
    if record.copy is None:
        msg = f"{record.snapshot_id} is no copy"
        raise ValueError(msg)
    return record.copy


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _java_time(moment: datetime) -> str:
    """Return `Sun Nov 24 22:32:55 UTC 2024`, in English whatever the locale."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day} {month} {moment:%d %H:%M:%S} UTC {moment:%Y}"


def create_snapshot(
    record: SnapshotRecord, *, partition: str, event_id: str, at: datetime
) -> Event:
    """Return the event that a snapshot of a volume ended. EBS User Guide, "EventBridge events"."""
    arn = event_arn(partition, record.region, f"snapshot/{record.snapshot_id}")
    succeeded = record.state == "completed"
    return envelope(
        event_id=event_id,
        detail_type=SNAPSHOT_NOTIFICATION,
        account_id=record.owner_id,
        region=record.region,
        at=at,
        resources=[arn],
        detail={
            "event": "createSnapshot",
            "result": "succeeded" if succeeded else "failed",
            "cause": "" if succeeded else (record.state_message or ""),
            "request-id": "",
            "snapshot_id": arn,
            "source": event_arn(partition, record.region, f"volume/{record.volume_id}"),
            "startTime": timestamp(record.start_time),
            "endTime": timestamp(at),
        },
    )
