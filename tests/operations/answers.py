"""What tests of operations ask of an answer: how it was refused, what it left behind."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_fakecopy import FakeEC2

if TYPE_CHECKING:
    from collections.abc import Callable

OWNER = "111122223333"
OTHER = "444455556666"


@cache
def client(service: str, region: str = "us-east-1", account_id: str = OWNER) -> Any:
    """Return a client that all tests share: making one takes longer than most tests.

    It is signed as an account of every fake that has the same seed.
    """
    fake = FakeEC2(clock="virtual", account_id=OWNER)
    fake.accounts.add(OTHER)
    return fake.client(service, region=region, account_id=account_id)


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Return the code and the text that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def code(call: Callable[..., Any], **parameters: Any) -> str:
    """Return the code that a call is refused with."""
    return refusal(call, **parameters)[0]


def status(call: Callable[..., Any], **parameters: Any) -> int:
    """Return the HTTP status that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return int(caught.value.response["ResponseMetadata"]["HTTPStatusCode"])


def state_of(fake: FakeEC2) -> tuple[Any, ...]:
    """Return all that a refused call must leave as it is, as a value that can be compared."""
    world = fake._world
    places = [(key.region, key.account_id) for key in world.keys]
    return (
        tuple(world.snapshots),
        tuple(world.volumes),
        tuple(world.images),
        tuple(world.keys),
        [world.keys.aliases(*place) for place in places],
        dict(world.settings._settings),
        tuple(world.tags),
        [(one.due, one.what) for one in world.timeline.scheduled()],
        len(fake.events),
        dict(world.tokens),
        world.permissions,
        # What comes next is what would have come.
        [world.ids.coming_resource_id(prefix) for prefix in ("snap", "vol", "ami")],
    )
