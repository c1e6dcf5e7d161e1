"""CopySnapshot: settle, judge, and answer or accept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import facts
from pytest_fakecopy.domain.attempt import CopyRequest
from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.domain.records import VerdictRecord
from pytest_fakecopy.domain.tags import as_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.operations.call import Call, Result
    from pytest_fakecopy.domain.rules import Judgement
    from pytest_fakecopy.domain.snapshots import SnapshotRecord


def copy_snapshot(  # the parameters of the API
    call: Call,
    *,
    source_region: str | None = None,
    source_snapshot_id: str | None = None,
    description: str = "",
    destination_outpost_arn: str | None = None,
    destination_region: str | None = None,
    destination_availability_zone: str | None = None,
    encrypted: bool | None = None,
    kms_key_id: str | None = None,
    presigned_url: str | None = None,
    completion_duration_minutes: int | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] = (),
) -> Result:
    """Answer CopySnapshot as the rule book in force says. API reference, CopySnapshot."""
    copy = start_copy(
        call,
        CopyRequest(
            source_region=source_region,
            source_snapshot_id=source_snapshot_id,
            description=description,
            destination_outpost_arn=destination_outpost_arn,
            destination_region=destination_region,
            destination_availability_zone=destination_availability_zone,
            encrypted=encrypted,
            # Assumed: empty it names none, as in CopyImage.
            kms_key_id=kms_key_id or None,
            presigned_url=presigned_url,
            completion_duration_minutes=completion_duration_minutes,
            tag_specifications=tuple(tag_specifications),
            dry_run=call.dry_run,
        ),
    )
    tags = call.world.tags.of(call.account_id, copy.snapshot_id)
    return {"SnapshotId": copy.snapshot_id, "Tags": as_list(tags) or None}


def start_copy(call: Call, request: CopyRequest) -> SnapshotRecord:
    """Judge a copy and make it pending.

    Raises:
        Refused: a rule of admission rejects it.
    """
    return start_copies(call, [request])[0]


def start_copies(call: Call, requests: Sequence[CopyRequest]) -> list[SnapshotRecord]:
    """Judge several copies and make them pending: all of them, or none.

    Raises:
        Refused: a rule of admission rejects one of them.
    """
    admitted = [_admit(call, request, ahead) for ahead, request in enumerate(requests)]
    return [call.world.copies.accept(attempt, judgement) for attempt, judgement in admitted]


def _admit(call: Call, request: CopyRequest, ahead: int) -> tuple[CopyAttempt, Judgement]:
    """Judge a copy; *ahead* others of the same call count as in progress already."""
    world = call.world
    attempt = facts.at_the_call(
        world,
        request,
        caller=call.caller,
        region=call.region,
        endpoint_host=call.endpoint_host,
        now=call.now,
    )
    if ahead:
        attempt = replace(attempt, copies_in_progress=attempt.copies_in_progress + ahead)
    judgement = world.rules.admit(attempt)
    rejection = judgement.rejection
    if rejection is not None:
        world.record(VerdictRecord(call.now, "admission", None, judgement))
        raise Refused(rejection.error)
    return attempt, judgement
