"""The way into the world from outside a request."""

from __future__ import annotations

from threading import RLock, Thread

import pytest

from pytest_fakecopy.domain.records import ChangeRecord
from pytest_fakecopy.door import Door
from tests.builders import later, make_world, start, state_of


def is_free(lock: RLock) -> bool:
    """Say whether another thread could take the lock."""
    free = []

    def try_it() -> None:
        taken = lock.acquire(blocking=False)
        free.append(taken)
        if taken:
            lock.release()

    thread = Thread(target=try_it)
    thread.start()
    thread.join()
    return free[0]


def test_whoever_enters_finds_the_world_settled_and_locked() -> None:
    """And leaves it unlocked."""
    world, lock = make_world(), RLock()
    copy = start(world)
    world.clock.tick(60)

    with Door(world, lock) as inside:
        state, free = state_of(world, copy.snapshot_id), is_free(lock)

    assert inside is world
    assert (state, free) == ("completed", False)
    assert is_free(lock)


def test_the_door_can_be_entered_again_inside() -> None:
    """By the same thread."""
    world, lock = make_world(), RLock()
    door = Door(world, lock)

    with door, door:
        assert not is_free(lock)

    assert is_free(lock)


def test_what_fails_while_settling_leaves_the_world_unlocked() -> None:
    """The exception goes on to whoever entered."""
    world, lock = make_world(), RLock()

    def fail(_due: object) -> None:
        raise LookupError

    world.timeline.schedule(later(0), "fails", fail)

    with pytest.raises(LookupError):
        Door(world, lock).settle()

    assert is_free(lock)


def test_an_exception_inside_leaves_the_world_unlocked() -> None:
    """It is not swallowed."""
    world, lock = make_world(), RLock()

    with pytest.raises(LookupError), Door(world, lock):
        raise LookupError

    assert is_free(lock)


def test_what_the_test_does_is_noted() -> None:
    """With the time that it is, after what was due."""
    world = make_world()
    start(world)
    world.clock.tick(60)

    Door(world, RLock()).note("key disabled")

    assert world.records[-1] == ChangeRecord(later(60), "key disabled")
    assert len(world.emitted) == 1
