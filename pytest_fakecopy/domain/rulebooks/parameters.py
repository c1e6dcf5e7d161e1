"""Admission checks that look at the request alone: is what was sent well formed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.arns import is_snapshot_id
from pytest_fakecopy.domain.tags import specifications_defect
from pytest_fakecopy.domain.verdicts import Reject

if TYPE_CHECKING:
    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.verdicts import Verdict

_SHORTEST_MINUTES, _LONGEST_MINUTES, _STEP_MINUTES = 15, 2880, 15


def source_snapshot_id_is_given(attempt: CopyAttempt) -> Verdict:
    """Reject a call without SourceSnapshotId."""
    if attempt.request.source_snapshot_id is None:
        return Reject(codes.missing_parameter("SourceSnapshotId"))
    return None


def source_region_is_given(attempt: CopyAttempt) -> Verdict:
    """Reject a call without SourceRegion."""
    if attempt.request.source_region is None:
        return Reject(codes.missing_parameter("SourceRegion"))
    return None


def source_region_is_given_or_internal_error(attempt: CopyAttempt) -> Verdict:
    """Answer a call without SourceRegion as EC2 was seen to."""
    if attempt.request.source_region is None:
        return Reject(codes.INTERNAL_ERROR, why="SourceRegion is missing")
    return None


def source_snapshot_id_is_well_formed(attempt: CopyAttempt) -> Verdict:
    """Reject an id that is not `snap-` and 8 or 17 hexadecimal digits."""
    snapshot_id = attempt.request.source_snapshot_id or ""
    if not is_snapshot_id(snapshot_id):
        return Reject(codes.snapshot_id_malformed(snapshot_id))
    return None


def source_snapshot_id_is_accepted(attempt: CopyAttempt) -> Verdict:
    """Reject a malformed id with the code and text that CopySnapshot was seen to use."""
    snapshot_id = attempt.request.source_snapshot_id or ""
    # Capture of 2026-09-25: of well-formed long ids, one of all zeros is refused as well.
    if not is_snapshot_id(snapshot_id) or snapshot_id == "snap-" + "0" * 17:
        return Reject(codes.invalid_parameter_value("The specified snapshotId is invalid"))
    return None


def source_region_exists(attempt: CopyAttempt) -> Verdict:
    """Reject a SourceRegion that isn't a Region of the destination's partition."""
    name = attempt.request.source_region or ""
    if name not in attempt.regions:
        return Reject(codes.invalid_region(name))
    # Assumed: nothing can be copied from one partition to another, and the other's Regions are
    # unknown here.
    if attempt.regions.partition_of(name) != attempt.partition:
        return Reject(
            codes.invalid_region(name),
            why=f"{name} is in another partition than {attempt.region}",
        )
    return None


def completion_duration_is_valid(attempt: CopyAttempt) -> Verdict:
    """Reject a CompletionDurationMinutes that isn't 15 to 2880 in steps of 15."""
    minutes = attempt.request.completion_duration_minutes
    if minutes is None:
        return None
    if _SHORTEST_MINUTES <= minutes <= _LONGEST_MINUTES and minutes % _STEP_MINUTES == 0:
        return None
    return Reject(
        codes.invalid_parameter_value(
            f"'{minutes}' is not a valid value for completion duration. Specify a value between"
            " 15 and 2880 minutes, in 15 minute increments only"
        )
    )


def tags_are_valid(attempt: CopyAttempt) -> Verdict:
    """Reject tags that a snapshot can't have."""
    specifications = attempt.request.tag_specifications
    defect = specifications_defect(specifications, "snapshot") if specifications else None
    return Reject(defect) if defect is not None else None


def encrypted_is_not_false(attempt: CopyAttempt) -> Verdict:
    """Reject Encrypted=false."""
    if attempt.request.encrypted is False:
        return Reject(
            codes.invalid_parameter_value(
                "Value (false) for parameter Encrypted is invalid."
                " You cannot set this parameter to false."
            )
        )
    return None


def kms_key_needs_encrypted(attempt: CopyAttempt) -> Verdict:
    """Reject KmsKeyId without Encrypted=true."""
    if attempt.request.kms_key_id is not None and attempt.request.encrypted is not True:
        return Reject(
            codes.ErrorResponse(
                "InvalidParameterDependency",
                "The parameter [KmsKeyId] requires the parameter Encrypted to be set.",
            )
        )
    return None


def request_is_not_a_dry_run(attempt: CopyAttempt) -> Verdict:
    """Answer a dry run that came so far: it would have succeeded, as far as DryRun looks."""
    return Reject(codes.DRY_RUN_OPERATION) if attempt.request.dry_run else None


def destination_region_matches_endpoint(attempt: CopyAttempt) -> Verdict:
    """Reject a DestinationRegion that isn't the endpoint's."""
    named = attempt.request.destination_region
    if named and named != attempt.region:
        return Reject(
            codes.invalid_parameter_value(
                f"DestinationRegion '{named}' does not match the current region ({attempt.region})"
            )
        )
    return None


def copies_are_within_the_limit(attempt: CopyAttempt) -> Verdict:
    """Reject one copy too many, and a time-based one for which no throughput is left."""
    if attempt.copies_in_progress >= attempt.copies_limit:
        return Reject(
            codes.copy_limit_exceeded(attempt.copies_limit),
            why=(
                f"{attempt.copies_in_progress} copies of account {attempt.caller.account_id} to"
                f" {attempt.region} are in progress, the limit is {attempt.copies_limit}"
            ),
        )
    timed = attempt.request.completion_duration_minutes is not None
    if timed and attempt.throughput.available == 0:
        # AWS docs, EBS User Guide "Time-based copies": with no cumulative throughput left the
        # request fails. Code and text are assumed.
        return Reject(
            codes.ErrorResponse(
                "ResourceLimitExceeded",
                "The cumulative snapshot copy throughput quota between"
                f" {attempt.request.source_region} and {attempt.region} is in use.",
            )
        )
    return None
