"""Describe Regions and Availability Zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.filters import compile_filters

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


def _no_tags(_item: object) -> Mapping[str, str]:
    return {}
