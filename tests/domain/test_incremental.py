"""Incremental copies, and keys that earlier copies have used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.permissions import Deny
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    THERE,
    make_key,
    make_snapshot,
    make_world,
    start,
    state_of,
)

if TYPE_CHECKING:
    from tests.builders import BuiltWorld


def incremental(world: BuiltWorld, snapshot_id: str) -> bool:
    """Say whether a copy is incremental."""
    facts = world.snapshot(snapshot_id).copy
    assert facts is not None
    return facts.incremental


def copied(world: BuiltWorld, source: Any, **parameters: Any) -> str:
    """Copy a snapshot and return the id of the completed copy."""
    copy = start(world, source, **parameters)
    world.pass_time(60)
    assert state_of(world, copy.snapshot_id) == "completed"
    return copy.snapshot_id


@pytest.mark.parametrize(
    ("source_key", "parameters", "expected"),
    [
        pytest.param(None, {}, True, id="both-plain"),
        pytest.param("own", {"encrypted": True, "kms_key_id": "alias/own"}, True, id="same-key"),
        pytest.param("own", {}, False, id="other-key"),
        pytest.param(None, {"encrypted": True, "kms_key_id": "alias/own"}, False, id="new-key"),
    ],
)
def test_copies_within_a_region_are_incremental_with_the_same_key(
    source_key: str | None, parameters: dict[str, Any], expected: bool
) -> None:
    """Another key makes a full copy."""
    world = make_world()
    key = make_key(world, alias="alias/own")
    source = make_snapshot(world, region=HERE, kms_key_arn=key.arn if source_key else None)

    copy = copied(world, source, **parameters)

    assert incremental(world, copy) is expected


def test_a_local_zone_is_elsewhere() -> None:
    """The first copy to a zone of the Region is full, as is the first one back; then no more."""
    world, zone = make_world(), "us-east-1-bos-1a"
    source = make_snapshot(world, region=HERE)

    there = [copied(world, source, destination_availability_zone=zone) for _ in range(2)]
    within = copied(world, world.snapshot(there[0]), destination_availability_zone=zone)
    back = [copied(world, world.snapshot(there[0])) for _ in range(2)]

    copies = (*there, within, *back)
    assert [incremental(world, copy) for copy in copies] == [False, True, True, False, True]


def test_the_first_copy_to_a_region_is_full_and_the_next_incremental() -> None:
    """Also of another snapshot of the same volume, but not of another volume."""
    world = make_world()
    source = make_snapshot(world)
    next_of_volume = make_snapshot(world, volume_id=source.volume_id)

    first = copied(world, source)
    second = copied(world, next_of_volume)
    other = copied(world, make_snapshot(world))
    elsewhere = copied(world, source, region="eu-west-1")

    copies = (first, second, other, elsewhere)
    assert [incremental(world, copy) for copy in copies] == [False, True, False, False]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda world, copy: world.snapshots.remove(copy), id="deleted"),
        pytest.param(
            lambda world, copy: world.snapshots.replace(
                replace(world.snapshot(copy), storage_tier="archive")
            ),
            id="archived",
        ),
    ],
)
def test_without_the_latest_copy_the_next_is_full(spoil: Any) -> None:
    """It has to exist still, and not in the archive."""
    world = make_world()
    source = make_snapshot(world)
    spoil(world, copied(world, source))

    assert not incremental(world, copied(world, source))


def test_a_copy_with_another_key_is_full_and_so_are_those_after_it() -> None:
    """All copies there have to be unencrypted or have the same key."""
    world = make_world()
    make_key(world, alias="alias/own")
    encrypted = {"encrypted": True, "kms_key_id": "alias/own"}
    source = make_snapshot(world)

    copies = [copied(world, source, **of) for of in ({}, encrypted, {}, encrypted)]

    assert [incremental(world, copy) for copy in copies] == [False, False, False, False]


def test_copies_with_one_key_are_incremental() -> None:
    """A deleted earlier one does not matter where a later one is there."""
    world = make_world()
    make_key(world, alias="alias/own")
    encrypted = {"encrypted": True, "kms_key_id": "alias/own"}
    source = make_snapshot(world)
    first = copied(world, source, **encrypted)
    copied(world, source, **encrypted)
    world.snapshots.remove(first)

    assert incremental(world, copied(world, source, **encrypted))


def test_a_copy_of_a_copy_has_the_copy_for_its_volume() -> None:
    """All copies have the same volume id; their lineages are still told apart."""
    world = make_world()
    one, two = (world.snapshot(copied(world, make_snapshot(world))) for _ in range(2))

    first = copied(world, one, region="eu-west-1")
    second = copied(world, two, region="eu-west-1")
    third = copied(world, one, region="eu-west-1")

    assert [incremental(world, copy) for copy in (first, second, third)] == [False, False, True]


def test_an_earlier_copy_with_a_key_spares_the_next_its_data_key() -> None:
    """In the observed book, by account and destination."""
    world = make_world(rules="observed")
    key = make_key(world)
    source = make_snapshot(world)
    encrypted = {"encrypted": True, "kms_key_id": key.arn}
    before = world.copies.has_key(source, ACCOUNT, (HERE, ""), key.arn)
    copied(world, source, **encrypted)
    world.permissions = world.permissions.with_deny(Deny("kms:GenerateDataKeyWithoutPlaintext"))

    copied(world, source, **encrypted)

    assert not before
    assert world.copies.has_key(source, ACCOUNT, (HERE, ""), key.arn)
    assert not world.copies.has_key(source, OTHER_ACCOUNT, (HERE, ""), key.arn)
    assert not world.copies.has_key(source, ACCOUNT, (THERE, ""), key.arn)
    assert not world.copies.has_key(source, ACCOUNT, (HERE, "us-east-1-bos-1a"), key.arn)


def test_a_copy_that_failed_is_no_base_for_the_next() -> None:
    """It holds no data, whatever it showed before it failed."""
    world = make_world()
    source = make_snapshot(world)
    world.faults.fail_copies("Internal error", after=30)
    start(world, source)
    world.pass_time(30)

    first = copied(world, source)
    second = copied(world, source)

    assert [incremental(world, copy) for copy in (first, second)] == [False, True]
