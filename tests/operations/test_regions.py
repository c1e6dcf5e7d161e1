"""DescribeRegions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from pytest_fakecopy import FakeEC2

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake under a clock of its own."""
    with FakeEC2(clock="virtual") as fake:
        yield fake


def test_the_regions_of_a_partition(fake: FakeEC2) -> None:
    """Each partition shows its own, with their endpoints."""
    world = fake.client("ec2").describe_regions(AllRegions=True)["Regions"]
    china = fake.client("ec2", "cn-north-1").describe_regions()["Regions"]

    assert {"us-east-1", "eu-west-1"} <= {item["RegionName"] for item in world}
    assert {item["RegionName"] for item in china} == {"cn-north-1", "cn-northwest-1"}
    assert china[0]["Endpoint"] == "ec2.cn-north-1.amazonaws.com.cn"


def test_names_and_filters(fake: FakeEC2) -> None:
    """Names in the order in which they are asked for; filters with wildcards."""
    client = fake.client("ec2")
    named = client.describe_regions(RegionNames=["us-west-2", "eu-west-1"])["Regions"]
    found = client.describe_regions(
        Filters=[
            {"Name": "region-name", "Values": ["us-west-*"]},
            {"Name": "endpoint", "Values": ["*.amazonaws.com"]},
            {"Name": "opt-in-status", "Values": ["opt-in-not-required"]},
        ]
    )["Regions"]

    assert [item["RegionName"] for item in named] == ["us-west-2", "eu-west-1"]
    assert [item["RegionName"] for item in found] == ["us-west-1", "us-west-2"]
    assert client.describe_regions(Filters=[{"Name": "tag-key", "Values": ["a"]}])["Regions"] == []


def test_a_region_that_is_not_there(fake: FakeEC2) -> None:
    """A name of nothing, or of another partition, is refused."""
    for name in ("moon", "cn-north-1"):
        with pytest.raises(ClientError, match=f"Invalid region name: {name}"):
            fake.client("ec2").describe_regions(RegionNames=[name])


def test_a_dry_run(fake: FakeEC2) -> None:
    """It would have succeeded."""
    with pytest.raises(ClientError, match="DryRunOperation"):
        fake.client("ec2").describe_regions(DryRun=True)
