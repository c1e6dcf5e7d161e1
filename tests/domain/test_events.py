"""EventBridge events: the exact dicts that a Lambda handler gets."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain import events
from pytest_fakecopy.domain.events import MISSED_CAUSE
from pytest_fakecopy.domain.snapshots import CopyFacts
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    SOURCE_ID,
    THERE,
    caller,
    later,
    make_snapshot,
    make_world,
    snapshot_record,
    start,
)

if TYPE_CHECKING:
    from collections.abc import Callable

COPY_ID = "snap-0fedcba9876543210"
ARN = f"arn:aws:ec2::{HERE}:snapshot/{COPY_ID}"
SOURCE_ARN = f"arn:aws:ec2::{THERE}:snapshot/{SOURCE_ID}"


def copy_event(state: str, at: float = 60, message: str | None = None, **facts: Any) -> Any:
    """Build the event of a copy that ended."""
    record = snapshot_record(
        snapshot_id=COPY_ID,
        region=HERE,
        start_time=later(0.25),
        state=state,
        state_message=message,
        copy=CopyFacts(SOURCE_ID, THERE, **facts),
    )
    return events.copy_snapshot(record, partition="aws", event_id="id", at=later(at))


def envelope(detail_type: str, resource: str, detail: dict[str, Any]) -> dict[str, Any]:
    """Return an event at one minute after the start."""
    return {
        "version": "0",
        "id": "id",
        "detail-type": detail_type,
        "source": "aws.ec2",
        "account": ACCOUNT,
        "time": "2026-01-31T12:01:00Z",
        "region": HERE,
        "resources": [resource],
        "detail": detail,
    }


ENDED = {
    "event": "copySnapshot",
    "request-id": "",
    "snapshot_id": ARN,
    "source": SOURCE_ARN,
    "startTime": "2026-01-31T12:00:00.250Z",
    "endTime": "2026-01-31T12:01:00.000Z",
}
STARTED = "2026-01-31T12:00:10.500Z"


@pytest.mark.parametrize(
    ("ended", "detail"),
    [
        pytest.param(
            partial(copy_event, "completed", started_at=later(10.5)),
            {
                "result": "succeeded",
                "cause": "",
                "incremental": "false",
                "transferType": "standard",
                "completionDurationStartTime": STARTED,
            },
            id="succeeded",
        ),
        pytest.param(
            partial(copy_event, "completed", incremental=True),
            {
                "result": "succeeded",
                "cause": "",
                "incremental": "true",
                "transferType": "standard",
                "completionDurationStartTime": "2026-01-31T12:00:00.250Z",
            },
            id="incremental",
        ),
        pytest.param(
            partial(copy_event, "completed", transfer_type="time-based", started_at=later(10.5)),
            {
                "result": "succeeded",
                "cause": "",
                "incremental": "false",
                "transferType": "time-based",
                "completionDurationStartTime": STARTED,
                "metCompletionDuration": "true",
            },
            id="time-based",
        ),
        pytest.param(
            partial(
                copy_event,
                "completed",
                transfer_type="time-based",
                started_at=later(10.5),
                missed_duration=True,
            ),
            {
                "result": "succeeded",
                "cause": "",
                "incremental": "false",
                "transferType": "time-based",
                "completionDurationStartTime": STARTED,
                "metCompletionDuration": "false",
                "missedCompletionDurationCause": MISSED_CAUSE,
            },
            id="time-based-and-late",
        ),
        pytest.param(
            partial(copy_event, "error", message="Source snapshot is not found", incremental=True),
            {
                "result": "failed",
                "cause": "Source snapshot is not found",
                "incremental": "false",
                "transferType": "standard",
            },
            id="failed",
        ),
        pytest.param(
            partial(copy_event, "error", transfer_type="time-based", started_at=later(0)),
            {
                "result": "failed",
                "cause": "",
                "incremental": "false",
                "transferType": "time-based",
            },
            id="failed-time-based-without-a-message",
        ),
    ],
)
def test_the_event_of_a_copy(ended: Callable[[], Any], detail: dict[str, Any]) -> None:
    """Which members there are depends on how the copy ended."""
    assert ended() == envelope("EBS Snapshot Notification", ARN, ENDED | detail)


def test_the_event_of_a_missed_duration() -> None:
    """Its ARNs and its time are printed in other forms than those of the other events."""
    record = snapshot_record(
        snapshot_id=COPY_ID,
        region=HERE,
        state="pending",
        copy=CopyFacts(SOURCE_ID, THERE, "time-based", 15, started_at=later(5)),
    )

    event = events.missed_duration(record, partition="aws", event_id="id", at=later(60))

    arn = f"arn:aws:ec2:{HERE}:{ACCOUNT}:snapshot/{COPY_ID}"
    detail = {
        "event": "copySnapshot",
        "missedCompletionDurationCause": (
            "Snapshot copy was not able to meet the specified completion duration because your"
            " snapshot copy operation throughput quota was exceeded."
        ),
        "snapshot_id": arn,
        "source": f"arn:aws:ec2:{THERE}:{ACCOUNT}:snapshot/{SOURCE_ID}",
        "startTime": "Sat Jan 31 12:00:05 UTC 2026",
        "transferType": "time-based",
    }
    assert event == envelope("EBS Copy Snapshot Missed Completion Duration", arn, detail)


@pytest.mark.parametrize(
    ("state", "message", "result", "cause"),
    [
        ("completed", None, "succeeded", ""),
        ("error", "It broke", "failed", "It broke"),
        ("error", None, "failed", ""),
    ],
)
def test_the_event_of_a_snapshot_of_a_volume(
    state: str, message: str | None, result: str, cause: str
) -> None:
    """Its source is the volume."""
    record = snapshot_record(
        region=HERE, start_time=later(0.25), state=state, state_message=message
    )

    event = events.create_snapshot(record, partition="aws", event_id="id", at=later(60))

    arn = f"arn:aws:ec2::{HERE}:snapshot/{SOURCE_ID}"
    detail = {
        "event": "createSnapshot",
        "result": result,
        "cause": cause,
        "request-id": "",
        "snapshot_id": arn,
        "source": f"arn:aws:ec2::{HERE}:volume/vol-0123456789abcdef0",
        "startTime": "2026-01-31T12:00:00.250Z",
        "endTime": "2026-01-31T12:01:00.000Z",
    }
    assert event == envelope("EBS Snapshot Notification", arn, detail)


def test_events_of_other_partitions_name_them() -> None:
    """An ARN in China begins with `arn:aws-cn`."""
    assert (
        events.event_arn("aws-cn", "cn-north-1", "volume/v")
        == "arn:aws-cn:ec2::cn-north-1:volume/v"
    )


def test_the_event_of_a_copy_is_one_of_a_copy() -> None:
    """That a snapshot is none is a defect of ours."""
    with pytest.raises(ValueError, match=f"^{SOURCE_ID} is no copy$"):
        events.copy_snapshot(snapshot_record(), partition="aws", event_id="id", at=later(0))


def test_a_timestamp_has_milliseconds() -> None:
    """Cut off, not rounded."""
    moment = datetime(2026, 1, 31, 12, 0, 0, 999_999, tzinfo=timezone.utc)

    assert events.timestamp(moment) == "2026-01-31T12:00:00.999Z"


def test_events_go_to_the_account_and_region_of_the_copy() -> None:
    """Not to those of its source."""
    world = make_world()
    source = make_snapshot(world, public=True)

    copy = start(world, source, caller=caller(OTHER_ACCOUNT), region="eu-west-1")
    world.pass_time(60)

    (event,) = world.emitted
    assert (event["account"], event["region"]) == (OTHER_ACCOUNT, "eu-west-1")
    assert event["detail"]["snapshot_id"] == f"arn:aws:ec2::eu-west-1:snapshot/{copy.snapshot_id}"
    assert event["detail"]["source"] == f"arn:aws:ec2::{THERE}:snapshot/{source.snapshot_id}"


def test_each_event_has_an_id_of_its_own() -> None:
    """In the form of a UUID."""
    world = make_world()
    start(world)
    start(world)

    world.pass_time(60)

    assert len({event["id"] for event in world.emitted}) == 2
