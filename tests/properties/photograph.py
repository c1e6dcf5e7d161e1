"""A photograph of everything that a fake knows, in values that can be compared."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.lineages import Lineages
from pytest_fakecopy.domain.world import World

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

_PLAIN = (str, bytes, int, float, bool, type(None), datetime, timedelta)
# Ids of what a request leaves in the journal, and of keys that AWS makes when somebody names them.
_NOT_OF_THE_WORLD = frozenset({"request", "key"})
# botocore dates what it signs, whatever time the fake has.
_BY_THE_WALL_CLOCK = frozenset({"PresignedUrl", "presigned", "presigned_url", "signing_now"})


def of_world(fake: FakeEC2) -> Mapping[str, object]:
    """Return all that a refused call has to leave as it was.

    Left out are faults, which a refused call may use up, and AWS managed keys: they are there as
    soon as somebody names them.
    """
    world = fake._world
    keys = world.keys
    managed = {key.arn for key in keys if key.key_manager == "AWS"}
    return {
        "snapshots": _of(world.snapshots),
        "volumes": _of(world.volumes),
        "images": _of(world.images),
        "tags": sorted(world.tags),
        "settings": _of(world.settings._settings),
        "permissions": _of(world.permissions),
        "tokens": _of(world.tokens),
        "copies": _of(world.copies),
        "scheduled": [
            (entry.due, entry.what)
            for heap in (world.timeline._heap, world.timeline._background)
            for _, _, entry in sorted(heap)
            if not entry.cancelled
        ],
        "keys": [_of(key) for key in keys if key.arn not in managed],
        "aliases": [
            (place, target)
            for place, target in keys._aliases.items()
            if target not in managed and not place[-1].startswith("alias/aws/")
        ],
        "ids": {
            kind: count
            for kind, count in world.ids._counts.items()
            if kind not in _NOT_OF_THE_WORLD
        },
        "events": len(fake.events),
    }


def of_history(fake: FakeEC2) -> object:
    """Return all that happened, request by request and event by event."""
    return _of([*fake.journal]), _of([*fake.events])


def _of(thing: Any) -> object:
    """Return anything of the domain as plain values, functions and the world itself left out."""
    if isinstance(thing, _PLAIN):
        return thing
    if isinstance(thing, Mapping):
        # What `setdefault` has left empty says nothing.
        return [
            (_of(key), _of(value))
            for key, value in thing.items()
            if value not in ({}, []) and key not in _BY_THE_WALL_CLOCK
        ]
    if isinstance(thing, (set, frozenset)):
        return sorted(map(repr, thing))
    if isinstance(thing, (list, tuple, deque)):
        return [_of(each) for each in thing]
    # Lineages are sorted when somebody looks.
    if isinstance(thing, (World, Lineages)) or callable(thing):
        return type(thing).__name__
    if is_dataclass(thing):
        names = [field.name for field in fields(thing)]
    else:
        names = [*getattr(thing, "__dict__", ()), *getattr(thing, "__slots__", ())]
    return type(thing).__name__, [
        (name, _of(getattr(thing, name))) for name in names if name not in _BY_THE_WALL_CLOCK
    ]
