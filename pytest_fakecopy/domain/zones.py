"""Availability Zones: the ones that a Region has, and their ids."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_fakecopy.domain.regions import is_local_zone, zone_group

# How many zones a Region has is assumed: six in us-east-1 (capture of 2026-09-25), else three.
_LETTERS = {"us-east-1": "abcdef"}
_USUAL_LETTERS = "abc"
_DIRECTION = re.compile("north|south|east|west|central")


@dataclass(frozen=True, slots=True)
class Zone:
    """An Availability Zone."""

    name: str
    """`us-east-1a`."""
    zone_id: str
    """`use1-az1`. Which id an account's zone has differs from account to account; here a is 1."""
    region: str


def zones_of(region: str) -> tuple[Zone, ...]:
    """Return the Availability Zones of a Region."""
    return tuple(
        Zone(f"{region}{letter}", f"{_code(region)}-az{number}", region)
        for number, letter in enumerate(_LETTERS.get(region, _USUAL_LETTERS), start=1)
    )


def find_zone(region: str, *, name: str | None = None, zone_id: str | None = None) -> Zone | None:
    """Return the zone of that name or id, a Local Zone by its form; None where there is none."""
    for zone in zones_of(region):
        if zone.name == name or zone.zone_id == zone_id:
            return zone
    if name is not None and is_local_zone(name, region):
        group = zone_group(name)[len(region) + 1 :]
        return Zone(name, f"{_code(region)}-{group.replace('-', '')}-az1", region)
    return None


def _code(region: str) -> str:
    """Return what zone ids begin with: `use1` for us-east-1, `apse2` for ap-southeast-2."""
    first, *parts, number = region.split("-")
    initials = ("".join(word[0] for word in _DIRECTION.findall(part)) or part[0] for part in parts)
    return f"{first}{''.join(initials)}{number}"
