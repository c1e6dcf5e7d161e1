"""Makes the clock and the world of a fake from its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.clocks import make_clock
from pytest_fakecopy.clocks.scaled import ScaledClock
from pytest_fakecopy.domain.accounts import Accounts
from pytest_fakecopy.domain.faults import Faults
from pytest_fakecopy.domain.ids import IdSource
from pytest_fakecopy.domain.kms import KeyRegistry
from pytest_fakecopy.domain.lifecycle import Copies
from pytest_fakecopy.domain.operations import served
from pytest_fakecopy.domain.presigned import parse
from pytest_fakecopy.domain.rulebooks import book
from pytest_fakecopy.domain.world import World
from pytest_fakecopy.wire.endpoints import regions
from pytest_fakecopy.wire.sigv4 import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.timeline import Clock
    from pytest_fakecopy.event_log import Events
    from pytest_fakecopy.journal import Journal
    from pytest_fakecopy.options import Options


def clock_of(options: Options) -> Clock:
    """Return the clock that the options name; an endpoint can let time pass on all but the real."""
    clock = make_clock(options.clock, options.start_time)
    return clock if options.clock == "real" else ScaledClock(clock)


def world_of(
    options: Options,
    clock: Clock,
    *,
    journal: Journal,
    events: Events,
    hold_changed: Callable[[bool], None],
) -> World:
    """Return a world without snapshots.

    Args:
        options: What it is like.
        clock: Tells its time.
        journal: Gets what happens in it.
        events: Gets the events that it emits.
        hold_changed: Called when a test lets copies be held, or lets go of them.
    """
    ids, data = IdSource(options.seed), regions()
    accounts = Accounts(options.account_id, options.seed)
    world = World(
        now=clock.now,
        signing_now=clock.signing_now,
        regions=data,
        ids=ids,
        accounts=accounts,
        keys=KeyRegistry(ids, lambda region: data.partition_of(region) or "aws", clock.now),
        rules=book(options.rules),
        validation_delay=options.validation_delay,
        copy_duration=options.copy_duration,
        max_concurrent_copies=options.max_concurrent_copies,
        strict_credentials=options.credentials == "strict",
        judge=lambda url: judge(parse(url), accounts.credentials_of),
        record=journal.record,
        emit=events.emit,
    )
    world.faults = Faults(served(), hold_changed)
    world.copies = Copies(world)
    return world
