"""Lock snapshots against deletion, unlock them, and describe the locks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, cast

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import resource_events
from pytest_fakecopy.domain.filters import compile_filters
from pytest_fakecopy.domain.locks import Lock
from pytest_fakecopy.domain.operations import paging
from pytest_fakecopy.domain.operations.snapshots import (
    find_owned,
    require_snapshot_id,
    snapshot_arn_of,
)
from pytest_fakecopy.domain.timeline import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pytest_fakecopy.domain.locks import LockMode
    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

# API reference, LockSnapshot: the ranges. The codes and texts of this family are assumed.
_LONGEST_DAYS = 36500
_LONGEST_COOL_OFF_HOURS = 72
_DAY = timedelta(days=1)


def lock_snapshot(  # the parameters of the API
    call: Call,
    *,
    snapshot_id: str,
    lock_mode: str,
    cool_off_period: int | None = None,
    lock_duration: int | None = None,
    expiration_date: datetime | None = None,
) -> Result:
    """Lock a snapshot, or change its lock. API reference, LockSnapshot."""
    record = find_owned(call, snapshot_id)
    _require_mode(lock_mode, cool_off_period)
    _require_period(call.now, lock_duration, expiration_date)
    call.authorize(snapshot_arn_of(call, record))
    if record.state not in ("pending", "completed"):
        raise codes.Refused(codes.incorrect_state(record.state))
    now = to_milliseconds(call.now)
    days = lock_duration if expiration_date is None else ceil((expiration_date - now) / _DAY)
    lock = Lock(cast("LockMode", lock_mode), now, days or 0, cool_off_period, expiration_date)
    locked = replace(record, lock=lock)
    _require_change(record, lock, now)
    call.world.snapshots.replace(locked)
    event_id, partition = call.event_id(), call.partition
    event = resource_events.lock_snapshot(
        locked, lock, partition=partition, event_id=event_id, at=now
    )
    call.world.emit(call.now, event)
    return _described(call, locked, lock)


def _require_mode(mode: str, cool_off_hours: int | None) -> None:
    if mode not in ("governance", "compliance"):
        raise codes.Refused(
            codes.invalid_parameter_value(f"Value ({mode}) for parameter LockMode is invalid.")
        )
    if cool_off_hours is None:
        return
    if mode == "governance":
        raise codes.Refused(
            codes.invalid_parameter_combination(
                "CoolOffPeriod can't be specified for a lock in governance mode."
            )
        )
    _require_range("CoolOffPeriod", cool_off_hours, _LONGEST_COOL_OFF_HOURS)


def _require_period(now: datetime, days: int | None, until: datetime | None) -> None:
    if (days is None) == (until is None):
        if days is None:
            raise codes.Refused(codes.missing_parameter("LockDuration/ExpirationDate"))
        raise codes.Refused(
            codes.invalid_parameter_combination(
                "LockDuration and ExpirationDate can't be used together."
            )
        )
    if days is not None:
        _require_range("LockDuration", days, _LONGEST_DAYS)
    elif until is not None and not _DAY <= until - now <= _LONGEST_DAYS * _DAY:
        raise codes.Refused(
            codes.invalid_parameter_value(
                f"ExpirationDate must be 1 to {_LONGEST_DAYS} days from now."
            )
        )


def _require_range(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise codes.Refused(
            codes.invalid_parameter_value(
                f"Value ( {value} ) for parameter {name} is invalid. Expecting 1 to {most}."
            )
        )


def _require_change(record: SnapshotRecord, lock: Lock, now: datetime) -> None:
    """Refuse what a lock in compliance mode forbids once its cooling-off period is over."""
    before = record.lock
    if before is None or before.state(record, now) != "compliance":
        return
    if lock.mode != "compliance" or _ends_earlier(lock, before, record):
        raise codes.Refused(_in_compliance(record.snapshot_id))


def _ends_earlier(lock: Lock, before: Lock, record: SnapshotRecord) -> bool:
    new, old = lock.expires_at(record), before.expires_at(record)
    if new is None or old is None:  # a pending snapshot: the durations start together
        return lock.duration_days < before.duration_days
    return new < old


def _in_compliance(snapshot_id: str) -> codes.ErrorResponse:
    return codes.ErrorResponse(
        "OperationNotPermitted",
        f"The snapshot {snapshot_id} is locked in compliance mode: its lock can only be extended.",
    )


def unlock_snapshot(call: Call, *, snapshot_id: str) -> Result:
    """Take a lock off a snapshot. API reference, UnlockSnapshot."""
    record = find_owned(call, snapshot_id)
    call.authorize(snapshot_arn_of(call, record))
    if record.lock is None or record.lock.state(record, call.now) == "expired":
        message = f"The snapshot {snapshot_id} is not locked."
        raise codes.Refused(codes.ErrorResponse("IncorrectState", message))
    if record.lock.state(record, call.now) == "compliance":
        raise codes.Refused(_in_compliance(snapshot_id))
    call.world.snapshots.replace(replace(record, lock=None))
    return {"SnapshotId": snapshot_id}


def describe_locked_snapshots(
    call: Call,
    *,
    snapshot_ids: Sequence[str] = (),
    filters: Sequence[Mapping[str, Any]] = (),
    max_results: int | None = None,
    next_token: str | None = None,
) -> Result:
    """List the locks on the caller's snapshots. API reference, DescribeLockedSnapshots."""
    for snapshot_id in snapshot_ids:
        require_snapshot_id(snapshot_id)
    passes = compile_filters(
        filters,
        {"lock-state": lambda record: record.lock.state(record, call.now)},
        lambda record: call.world.tags.of(call.account_id, record.snapshot_id),
    )
    size, position = paging.page_size(max_results), paging.position_of(next_token)
    call.authorize()
    wanted = {find_owned(call, snapshot_id).snapshot_id for snapshot_id in snapshot_ids}
    entries = (
        (number, (record, record.lock))
        for number, record in call.world.snapshots.page(
            region=call.region, account_id=call.account_id, after=position
        )
        if record.owner_id == call.account_id
        and record.lock is not None
        and (not wanted or record.snapshot_id in wanted)
        and passes(record)
    )
    page, token = paging.cut(entries, size)
    items = [{"OwnerId": one.owner_id, **_described(call, one, lock)} for one, lock in page]
    return {"Snapshots": items, "NextToken": token}


def _described(call: Call, record: SnapshotRecord, lock: Lock) -> dict[str, Any]:
    return {
        "SnapshotId": record.snapshot_id,
        "LockState": lock.state(record, call.now),
        "LockDuration": lock.duration_days,
        "CoolOffPeriod": lock.cool_off_hours,
        "CoolOffPeriodExpiresOn": lock.cool_off_expires_at,
        "LockCreatedOn": lock.created_at,
        "LockExpiresOn": lock.expires_at(record),
        "LockDurationStartTime": lock.starts_at(record),
    }
