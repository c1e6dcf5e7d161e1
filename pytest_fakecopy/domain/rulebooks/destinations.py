"""Admission checks on where the copy goes: Outposts and Local Zones.

EC2's codes and texts for these are unknown; `InvalidParameterValue` and
`InvalidParameterCombination` are its general codes for what is described.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.regions import is_local_zone, parse_outpost_arn, zone_group
from pytest_fakecopy.domain.verdicts import Reject

if TYPE_CHECKING:
    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.error_codes import ErrorResponse
    from pytest_fakecopy.domain.verdicts import Verdict


def destination_is_consistent(attempt: CopyAttempt) -> Verdict:
    """Reject a destination that isn't there or that the source can't be copied to."""
    for find_defect in (_combination_defect, _outpost_defect, _zone_defect, _source_defect):
        defect = find_defect(attempt)
        if defect is not None:
            return Reject(defect)
    return None


def _combination_defect(attempt: CopyAttempt) -> ErrorResponse | None:
    request = attempt.request
    given = [
        name
        for name, value in (
            ("DestinationOutpostArn", request.destination_outpost_arn),
            ("DestinationAvailabilityZone", request.destination_availability_zone),
        )
        if value is not None
    ]
    # AWS docs, EBS User Guide "Time-based copies": not with Outposts nor Local Zones.
    if request.completion_duration_minutes is not None:
        given.append("CompletionDurationMinutes")
    if len(given) > 1 and given[0] != "CompletionDurationMinutes":
        return codes.invalid_parameter_combination(
            f"The parameter {given[0]} cannot be used with the parameter {given[1]}"
        )
    return None


def _outpost_defect(attempt: CopyAttempt) -> ErrorResponse | None:
    text = attempt.request.destination_outpost_arn
    if text is None:
        return None
    arn = parse_outpost_arn(text)
    if arn is None:
        return codes.invalid_parameter_value(
            f"Value ({text}) for parameter DestinationOutpostArn is invalid."
            " Expected: 'arn:aws:outposts:region:account-id:outpost/op-...'."
        )
    if (arn.partition, arn.region) != (attempt.partition, attempt.region):
        return codes.invalid_parameter_value(
            f"The Outpost '{text}' is not in the region {attempt.region}"
        )
    if text not in attempt.outposts:
        return codes.invalid_parameter_value(f"The Outpost '{text}' does not exist.")
    if attempt.request.source_region != attempt.region:
        return codes.invalid_parameter_combination(
            f"A snapshot in {attempt.request.source_region} cannot be copied to an Outpost in"
            f" {attempt.region}: the snapshot must be in the Region of the Outpost."
        )
    return None


def _zone_defect(attempt: CopyAttempt) -> ErrorResponse | None:
    zone = attempt.request.destination_availability_zone
    if zone is None:
        return None
    if not is_local_zone(zone, attempt.region):
        return codes.invalid_parameter_value(
            f"Value ({zone}) for parameter DestinationAvailabilityZone is invalid."
            f" It is not a Local Zone of {attempt.region}."
        )
    if attempt.request.source_region != attempt.region:
        return codes.invalid_parameter_combination(
            f"A snapshot in {attempt.request.source_region} cannot be copied to the Local Zone"
            f" {zone}: the snapshot must be in its Region."
        )
    source = attempt.source
    local_zone = source.location if source is not None and source.outpost_arn is None else ""
    if local_zone and zone_group(local_zone) != zone_group(zone):
        return codes.invalid_parameter_value(
            f"A snapshot in the Local Zone {local_zone} cannot be copied to {zone},"
            " which is not in its zone group."
        )
    return None


def _source_defect(attempt: CopyAttempt) -> ErrorResponse | None:
    source = attempt.source
    if source is None:
        return None
    if source.outpost_arn is not None:
        return codes.invalid_parameter_value(
            f"The snapshot '{source.snapshot_id}' is on an Outpost and cannot be copied."
        )
    if not source.location:
        return None
    place = f"The snapshot '{source.snapshot_id}' is in the Local Zone {source.location}"
    if source.region != attempt.region:
        return codes.invalid_parameter_value(
            f"{place} and cannot be copied to {attempt.region}, only within {source.region}."
        )
    if attempt.request.destination_outpost_arn is not None:
        return codes.invalid_parameter_value(f"{place} and cannot be copied to an Outpost.")
    return None
