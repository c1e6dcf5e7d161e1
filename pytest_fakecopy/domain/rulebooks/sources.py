"""Checks on the source snapshot: whether the caller may use it, and whether it can be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.arns import snapshot_arn
from pytest_fakecopy.domain.authorization import unauthorized
from pytest_fakecopy.domain.verdicts import FailLater, Reject

if TYPE_CHECKING:
    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.verdicts import Verdict


def caller_is_authorized(attempt: CopyAttempt) -> Verdict:
    """Reject a call that a deny covers: on the destination, on the source, or on its tags."""
    if not attempt.permissions.denies:
        return None
    request = attempt.request
    destination = snapshot_arn(attempt.partition, attempt.region, "*")
    source = snapshot_arn(
        attempt.partition, request.source_region or "", request.source_snapshot_id or ""
    )
    needed = [("ec2:CopySnapshot", destination), ("ec2:CopySnapshot", source)]
    if request.tag_specifications:
        needed.append(("ec2:CreateTags", destination))
    for action, resource in needed:
        error = unauthorized(attempt.permissions, attempt.caller, action, resource)
        if error is not None:
            return Reject(error, why=f"{action} on {resource} is denied")
    return None


def source_snapshot_exists(attempt: CopyAttempt) -> Verdict:
    """Reject a source that isn't in the source Region, or that the caller can't see."""
    if attempt.source is None:
        return Reject(
            codes.snapshot_not_found(attempt.request.source_snapshot_id or ""), _missing(attempt)
        )
    return None


def source_snapshot_exists_later(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if its source isn't there or can't be seen."""
    if attempt.source is None:
        return FailLater("Source snapshot is not found", _missing(attempt))
    return None


def _missing(attempt: CopyAttempt) -> str:
    request = attempt.request
    return (
        f"{request.source_snapshot_id} is no snapshot in {request.source_region} that account"
        f" {attempt.caller.account_id} can see{attempt.source_hint}"
    )


def source_is_completed(attempt: CopyAttempt) -> Verdict:
    """Reject a source that is not completed."""
    source = attempt.source
    if source is not None and source.state != "completed":
        return Reject(codes.incorrect_state(source.state), f"the source is {source.state}")
    return None


def source_is_completed_later(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if its source is not completed."""
    source = attempt.source
    if source is not None and source.state != "completed":
        return FailLater("Source snapshot is not complete", f"the source is {source.state}")
    return None


def source_is_not_archived(attempt: CopyAttempt) -> Verdict:
    """Reject a source that is in the archive tier."""
    if _is_archived(attempt):
        return Reject(codes.incorrect_state("archived"), "the source is archived: restore it first")
    return None


def source_is_not_archived_later(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if its source is in the archive tier."""
    if _is_archived(attempt):
        return FailLater(
            "Source snapshot is not complete", "the source is archived: restore it first"
        )
    return None


def _is_archived(attempt: CopyAttempt) -> bool:
    return attempt.source is not None and attempt.source.storage_tier == "archive"
