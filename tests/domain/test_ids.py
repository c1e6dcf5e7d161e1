"""Ids: of AWS's shapes, and the same ones in the same run."""

from __future__ import annotations

import re

import pytest

from pytest_fakecopy.domain.arns import is_snapshot_id
from pytest_fakecopy.domain.ids import IdSource, access_key_of


def test_resource_ids_have_the_shape_of_ec2() -> None:
    """A snapshot id that the fake makes is one that the fake takes."""
    assert is_snapshot_id(IdSource(0).resource_id("snap"))


def test_uuids_have_the_shape_of_a_random_uuid() -> None:
    """A request id is in the form of a UUID of version 4."""
    shape = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"

    assert re.fullmatch(shape, IdSource(0).uuid("request"))


def test_the_uuid_of_a_name_does_not_count() -> None:
    """It is the same each time, another for another name or seed, and of the same shape."""
    source = IdSource(0)

    made = source.uuid_of("alias/aws/ebs")

    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", made)
    assert made == source.uuid_of("alias/aws/ebs")
    assert made not in {source.uuid_of("alias/other"), IdSource(1).uuid_of("alias/aws/ebs")}


def test_tokens_have_64_digits() -> None:
    """A token is 64 hexadecimal digits."""
    assert re.fullmatch("[0-9a-f]{64}", IdSource(0).token("grant"))


def test_the_same_seed_gives_the_same_ids() -> None:
    """Two sources of one seed agree, call by call."""
    first, second = IdSource(7), IdSource(7)

    assert [first.resource_id("snap") for _ in range(3)] == [
        second.resource_id("snap") for _ in range(3)
    ]


def test_an_id_can_be_known_before_it_is_taken() -> None:
    """To ask what comes next takes nothing."""
    ids = IdSource(7)

    coming = [ids.coming_resource_id("ami") for _ in range(2)]

    assert coming == [ids.resource_id("ami")] * 2
    assert ids.coming_resource_id("ami") not in coming


def test_another_seed_gives_other_ids() -> None:
    """The seed goes into every id."""
    assert IdSource(7).resource_id("snap") != IdSource(8).resource_id("snap")


def test_no_id_comes_twice() -> None:
    """A thousand ids of one kind all differ."""
    source = IdSource(0)

    assert len({source.resource_id("snap") for _ in range(1000)}) == 1000


def test_each_kind_counts_for_itself() -> None:
    """Request ids don't change which snapshot id comes next."""
    plain, busy = IdSource(0), IdSource(0)
    busy.uuid("request")

    assert busy.resource_id("snap") == plain.resource_id("snap")


@pytest.mark.parametrize("prefix", ["AKIA", "AIDA", "ASIA"])
def test_access_keys_have_the_shape_of_aws(prefix: str) -> None:
    """An access key id has 20 characters, its secret 40."""
    key, secret = access_key_of(0, "111122223333", prefix)

    assert re.fullmatch(prefix + "[A-Z2-7]{16}", key)
    assert len(secret) == 40


def test_access_keys_depend_on_the_account_alone() -> None:
    """One account always has the same credentials, another one has others."""
    key = access_key_of(0, "111122223333")

    assert key == access_key_of(0, "111122223333")
    assert key != access_key_of(0, "444455556666")
