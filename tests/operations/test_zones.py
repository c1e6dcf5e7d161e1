"""DescribeAvailabilityZones and DescribeRegions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.zones import find_zone, zones_of
from tests.operations.answers import client, refusal

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2


def test_the_zones_of_a_region_are_listed(fake: FakeEC2) -> None:
    """With their ids, all available."""
    ec2 = client("ec2", region="ap-southeast-2")

    zones = ec2.describe_availability_zones(AllAvailabilityZones=True)["AvailabilityZones"]

    assert [(zone["ZoneName"], zone["ZoneId"]) for zone in zones] == [
        ("ap-southeast-2a", "apse2-az1"),
        ("ap-southeast-2b", "apse2-az2"),
        ("ap-southeast-2c", "apse2-az3"),
    ]
    assert {(zone["State"], zone["ZoneType"], zone["RegionName"]) for zone in zones} == {
        ("available", "availability-zone", "ap-southeast-2")
    }


def test_what_is_shown_of_a_zone(ec2: Any) -> None:
    """One of a Region that needs no opting in."""
    (zone,) = ec2.describe_availability_zones(ZoneNames=["us-east-1b"])["AvailabilityZones"]

    assert zone == {
        "ZoneName": "us-east-1b",
        "ZoneId": "use1-az2",
        "ZoneType": "availability-zone",
        "State": "available",
        "RegionName": "us-east-1",
        "GroupName": "us-east-1-zg-1",
        "GroupLongName": "us-east-1 1",
        "NetworkBorderGroup": "us-east-1",
        "OptInStatus": "opt-in-not-required",
        "Messages": [],
    }


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"ZoneNames": ["us-east-1b"]}, ["us-east-1b"]),
        ({"ZoneIds": ["use1-az3"]}, ["us-east-1c"]),
        ({"ZoneNames": ["us-east-1b"], "ZoneIds": ["use1-az3"]}, []),
        ({"Filters": [{"Name": "zone-id", "Values": ["*6"]}]}, ["us-east-1f"]),
        ({"Filters": [{"Name": "state", "Values": ["impaired"]}]}, []),
        ({"Filters": [{"Name": "message", "Values": ["*"]}]}, []),
    ],
)
def test_zones_can_be_chosen(ec2: Any, parameters: dict[str, Any], names: list[str]) -> None:
    """By name, by id and by filters."""
    zones = ec2.describe_availability_zones(**parameters)["AvailabilityZones"]

    assert [zone["ZoneName"] for zone in zones] == names


FILTERS = (
    "group-long-name",
    "group-name",
    "opt-in-status",
    "region-name",
    "zone-name",
    "zone-type",
)


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_compares_a_member(ec2: Any, name: str) -> None:
    """Every zone of us-east-1 has all of these."""
    filters = [{"Name": name, "Values": ["*"]}]

    assert len(ec2.describe_availability_zones(Filters=filters)["AvailabilityZones"]) == 6


@pytest.mark.parametrize("name", ["parent-zone-id", "parent-zone-name", "tag:none"])
def test_ordinary_zones_have_no_parent(ec2: Any, name: str) -> None:
    """Nor tags."""
    filters = [{"Name": name, "Values": ["*"]}]

    assert ec2.describe_availability_zones(Filters=filters)["AvailabilityZones"] == []


@pytest.mark.parametrize("parameters", [{"ZoneNames": ["us-west-2a"]}, {"ZoneIds": ["usw2-az1"]}])
def test_another_regions_zone_is_refused(ec2: Any, parameters: dict[str, Any]) -> None:
    """Code documented, text assumed."""
    (name,) = next(iter(parameters.values()))

    answer = refusal(ec2.describe_availability_zones, **parameters)

    assert answer == ("InvalidParameterValue", f"Invalid availability zone: [{name}]")


@pytest.mark.parametrize(
    ("region", "zone_id"),
    [
        ("us-east-1", "use1-az1"),
        ("eu-central-2", "euc2-az1"),
        ("us-gov-west-1", "usgw1-az1"),
        ("cn-northwest-1", "cnnw1-az1"),
        ("me-south-1", "mes1-az1"),
    ],
)
def test_zone_ids_abbreviate_the_region(region: str, zone_id: str) -> None:
    """As AWS's own do."""
    assert zones_of(region)[0].zone_id == zone_id


def test_a_local_zone_is_known_by_its_form() -> None:
    """It needs no registering; other names are no zones."""
    local = find_zone("us-east-1", name="us-east-1-bos-1a")

    assert local is not None
    assert local.zone_id == "use1-bos1-az1"
    assert find_zone("us-east-1", name="us-west-2a") is None
    assert find_zone("us-east-1", zone_id="use1-az9") is None
