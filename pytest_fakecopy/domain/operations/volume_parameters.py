"""What a request for a volume may say: its zone, its type, its size and its performance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.regions import is_availability_zone, parse_outpost_arn
from pytest_fakecopy.domain.volumes import GP3_IOPS, VOLUME_TYPES
from pytest_fakecopy.domain.zones import find_zone

if TYPE_CHECKING:
    from pytest_fakecopy.domain.operations.call import Call
    from pytest_fakecopy.domain.volumes import VolumeType


def zone_name(call: Call, name: str | None, zone_id: str | None) -> str:
    """Return the name of the zone. The codes and texts were observed (2026-09-25).

    Raises:
        Refused: none or both are given, or there is no such zone.
    """
    if name and zone_id:
        raise codes.Refused(
            codes.invalid_parameter_combination(
                "AvailabilityZone and AvailabilityZoneId can't be used together."
                " Specify only one of these parameters."
            )
        )
    if not name and not zone_id:
        raise codes.Refused(codes.missing_parameter("zone"))
    zone = find_zone(call.region, zone_id=zone_id) if zone_id else None
    if zone is not None:
        return zone.name
    if name and is_availability_zone(name, call.region):
        return name
    message = f"The zone '{name or zone_id}' does not exist."
    raise codes.Refused(codes.ErrorResponse("InvalidZone.NotFound", message))


def require_outpost(call: Call, outpost_arn: str | None) -> None:
    """Refuse an Outpost that isn't there."""
    if outpost_arn is None:
        return
    # Code and text assumed.
    if parse_outpost_arn(outpost_arn) is None or outpost_arn not in call.world.outposts:
        message = f"The Outpost '{outpost_arn}' does not exist."
        raise codes.Refused(codes.invalid_parameter_value(message))


def require_type(kind: str, size: int | None, iops: int | None, throughput: int | None) -> None:
    """Refuse a type that isn't there, and performance that it can't have."""
    if kind not in VOLUME_TYPES:
        # Observed: capture of 2026-09-25, with the space at the end.
        message = f"Unsupported volume type '{kind}' for volume creation. "
        raise codes.Refused(codes.ErrorResponse("UnknownVolumeType", message))
    for name, value in (("size", size), ("iops", iops), ("throughput", throughput)):
        if value is not None and value < 0:
            # Observed: capture of 2026-09-25.
            message = f"Value ({value}) for parameter {name} is invalid."
            raise codes.Refused(
                codes.invalid_parameter_value(f"{message} Value must be a positive integer.")
            )
    limits = VOLUME_TYPES[kind]
    if size is not None:
        require_size(kind, size)
    # The codes were observed, the texts are assumed.
    if iops is None and limits.needs_iops:
        raise codes.Refused(codes.missing_parameter("iops"))
    _require_within("iops", iops, limits.iops, kind)
    _require_within("throughput", throughput, limits.throughput, kind)
    if iops and size and iops > max(limits.iops_per_gib * size, _baseline(kind)):
        _refuse_ratio(iops / size, limits)


def _baseline(kind: str) -> int:
    # Capture of 2026-09-25: exactly the baseline of gp3 is taken at any size.
    return GP3_IOPS if kind == "gp3" else 0


def _refuse_ratio(ratio: float, limits: VolumeType) -> None:
    # Observed: capture of 2026-09-25.
    raise codes.Refused(
        codes.invalid_parameter_value(
            f"Iops to volume size ratio of {ratio:f} is too high; maximum is {limits.iops_per_gib}"
        )
    )


def _require_within(
    name: str, value: int | None, limits: tuple[int, int] | None, kind: str
) -> None:
    if value is None:
        return
    if limits is None:
        message = f"The parameter {name} is not supported for {kind} volumes."
        raise codes.Refused(codes.invalid_parameter_combination(message))
    if not limits[0] <= value <= limits[1]:
        message = f"Volume {name} of {value} is not {limits[0]} to {limits[1]} for {kind} volumes."
        raise codes.Refused(codes.invalid_parameter_value(message))


def require_size(kind: str, size: int) -> None:
    """Refuse a size, in GiB, that volumes of a type can't have."""
    limits = VOLUME_TYPES[kind]
    if size < limits.smallest:
        # Observed: capture of 2026-09-25.
        message = (
            f"{kind} volumes must be at least {limits.smallest} GiB in size."
            " Please specify a volume size above the minimum limit."
        )
    elif size > limits.largest:
        # Assumed, in analogy.
        message = (
            f"{kind} volumes must be at most {limits.largest} GiB in size."
            " Please specify a volume size below the maximum limit."
        )
    else:
        return
    raise codes.Refused(
        codes.invalid_parameter_value(
            f"The volume size is invalid for {kind} volumes: {size} GiB. {message}"
        )
    )
