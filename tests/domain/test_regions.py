"""Zones and Outposts of Regions, and who calls."""

from __future__ import annotations

import pytest

from pytest_fakecopy.domain.operations.identity import get_caller_identity
from pytest_fakecopy.domain.regions import (
    is_availability_zone,
    is_local_zone,
    parse_outpost_arn,
    zone_group,
)
from tests.builders import ACCOUNT, OUTPOST_ARN, make_call, make_world


@pytest.mark.parametrize(
    ("zone", "local", "available"),
    [
        ("us-east-1-bos-1a", True, True),
        ("us-east-1-bos-10b", True, True),
        ("us-east-1a", False, True),
        ("us-east-1", False, False),
        ("us-east-1ab", False, False),
        ("us-east-1-bos-1", False, False),
        ("us-east-1-boston-1a", False, False),
        ("us-east-1-wl1-bos-wlz-1", False, False),
        ("us-west-2-lax-1a", False, False),
        ("us-west-2a", False, False),
        ("", False, False),
    ],
)
def test_zones_of_a_region(zone: str, local: bool, available: bool) -> None:
    """A Local Zone's name has a city in it; neither kind belongs to another Region."""
    assert is_local_zone(zone, "us-east-1") is local
    assert is_availability_zone(zone, "us-east-1") is available


def test_a_zone_group_is_the_zone_without_its_letter() -> None:
    """Zones of one city and number are in one group."""
    assert zone_group("us-east-1-bos-1a") == "us-east-1-bos-1"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (OUTPOST_ARN, True),
        (OUTPOST_ARN.replace("op-0a1b2c3d4e5f6a7b8", "op-0a1b2c3d"), True),
        (OUTPOST_ARN.replace("op-0a1b2c3d4e5f6a7b8", "op-0a1b2c3"), False),
        (OUTPOST_ARN.replace("op-0a1b2c3d4e5f6a7b8", "op-0A1B2C3D"), False),
        (OUTPOST_ARN.replace(":outposts:", ":ec2:"), False),
        (OUTPOST_ARN.replace(ACCOUNT, ""), False),
        ("op-0a1b2c3d4e5f6a7b8", False),
    ],
)
def test_an_outpost_arn_is_taken_apart_or_is_none(text: str, good: bool) -> None:
    """Service, account and the id of an Outpost have to be there."""
    arn = parse_outpost_arn(text)

    assert (str(arn) if arn else None) == (text if good else None)


def test_everybody_learns_who_calls() -> None:
    """GetCallerIdentity says what the signature says."""
    assert get_caller_identity(make_call(make_world(), "GetCallerIdentity", service="sts")) == {
        "UserId": "AIDACKCEVSQ6C2EXAMPLE",
        "Account": ACCOUNT,
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/fake-ec2",
    }
