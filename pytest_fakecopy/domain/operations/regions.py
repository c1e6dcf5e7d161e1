"""Describe Regions and Availability Zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.filters import compile_filters
from pytest_fakecopy.domain.zones import zones_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_fakecopy.domain.operations.call import Call, Result

_OPT_IN = "opt-in-not-required"

_REGION_GETTERS: Mapping[str, Callable[[dict[str, Any]], str | None]] = {
    "endpoint": lambda item: item["Endpoint"],
    "opt-in-status": lambda item: item["OptInStatus"],
    "region-name": lambda item: item["RegionName"],
}


def describe_regions(
    call: Call,
    *,
    region_names: Sequence[str] = (),
    filters: Sequence[Mapping[str, Any]] = (),
    all_regions: bool = False,
) -> Result:
    """List the Regions of the partition. API reference, DescribeRegions.

    Every Region is enabled in every account of the fake, so AllRegions adds none.
    """
    del all_regions
    regions = call.world.regions
    known = regions.names(call.partition)
    for name in region_names:
        if name not in known:
            raise codes.Refused(codes.invalid_parameter_value(f"Invalid region name: {name}"))
    passes = compile_filters(filters, _REGION_GETTERS, _no_tags)
    call.authorize()
    items = [
        {
            "RegionName": name,
            "Endpoint": f"ec2.{name}.{regions.dns_suffix(name)}",
            "OptInStatus": _OPT_IN,
        }
        for name in (region_names or known)
    ]
    return {"Regions": [item for item in items if passes(item)]}


_ZONE_GETTERS: Mapping[str, Callable[[dict[str, Any]], str | None]] = {
    "group-long-name": lambda item: item["GroupLongName"],
    "group-name": lambda item: item["GroupName"],
    "message": lambda _item: None,
    "opt-in-status": lambda item: item["OptInStatus"],
    "parent-zone-id": lambda _item: None,
    "parent-zone-name": lambda _item: None,
    "region-name": lambda item: item["RegionName"],
    "state": lambda item: item["State"],
    "zone-id": lambda item: item["ZoneId"],
    "zone-name": lambda item: item["ZoneName"],
    "zone-type": lambda item: item["ZoneType"],
}


def describe_availability_zones(
    call: Call,
    *,
    zone_names: Sequence[str] = (),
    zone_ids: Sequence[str] = (),
    all_availability_zones: bool = False,
    filters: Sequence[Mapping[str, Any]] = (),
) -> Result:
    """List the Availability Zones of the Region. API reference, DescribeAvailabilityZones.

    Every zone is enabled in every account of the fake, so AllAvailabilityZones adds none. Local
    Zones are known by the form of their names and are not listed.
    """
    del all_availability_zones
    zones = zones_of(call.region)
    known = {zone.name for zone in zones} | {zone.zone_id for zone in zones}
    for name in (*zone_names, *zone_ids):
        if name not in known:
            # Code documented, text assumed.
            raise codes.Refused(
                codes.invalid_parameter_value(f"Invalid availability zone: [{name}]")
            )
    passes = compile_filters(filters, _ZONE_GETTERS, _no_tags)
    call.authorize()
    items = [
        {
            "GroupLongName": f"{zone.region} 1",
            "GroupName": f"{zone.region}-zg-1",
            "Messages": [],
            "NetworkBorderGroup": zone.region,
            "OptInStatus": _OPT_IN,
            "RegionName": zone.region,
            "State": "available",
            "ZoneId": zone.zone_id,
            "ZoneName": zone.name,
            "ZoneType": "availability-zone",
        }
        for zone in zones
        if (not zone_names or zone.name in zone_names)
        and (not zone_ids or zone.zone_id in zone_ids)
    ]
    return {"AvailabilityZones": [item for item in items if passes(item)]}


def _no_tags(_item: object) -> Mapping[str, str]:
    return {}
