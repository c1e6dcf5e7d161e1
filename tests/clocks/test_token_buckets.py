"""botocore's back-off in every retry mode moves the clock, and so does its adaptive rate limit."""

from __future__ import annotations

import asyncio
import threading
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from tests.clocks.world import MOVABLE, START, ClockName, running, wall_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

bucket = pytest.importorskip("botocore.retries.bucket")
async_bucket = pytest.importorskip("aiobotocore.retries.bucket")
ORIGINALS = [
    vars(bucket.TokenBucket)["_sleep_amount"],
    vars(async_bucket.AsyncTokenBucket)["_sleep_amount"],
]


def acquire(amounts: list[int]) -> None:
    """Take tokens from botocore's bucket, of which two come each second."""
    tokens = bucket.TokenBucket(max_rate=2, clock=bucket.Clock())
    for amount in amounts:
        tokens.acquire(amount)


def acquire_asynchronously(amounts: list[int]) -> None:
    """Take tokens from aiobotocore's bucket, of which two come each second."""

    async def main() -> None:
        tokens = async_bucket.AsyncTokenBucket(max_rate=2, clock=bucket.Clock())
        for amount in amounts:
            await tokens.acquire(amount)

    asyncio.run(main())


BUCKETS = [
    pytest.param(acquire, id="botocore"),
    pytest.param(acquire_asynchronously, id="aiobotocore"),
]


@pytest.mark.parametrize("clock", MOVABLE)
@pytest.mark.parametrize("take", BUCKETS)
def test_waiting_for_tokens_moves_the_clock(
    clock: ClockName, take: Callable[[list[int]], None]
) -> None:
    """A hundred tokens at two a second take fifty seconds, and no time."""
    # The process keeps its time under the virtual clock, which is held here to be exact.
    process = freeze_time(START, real_asyncio=True) if clock == "virtual" else nullcontext()
    with process, running(clock, START) as world:
        before = wall_seconds()
        take([1] * 100)
        took = wall_seconds() - before
        passed = world.clock.now() - START

    assert timedelta(seconds=50) <= passed < timedelta(seconds=50.01)
    assert took < 5
    assert [
        vars(bucket.TokenBucket)["_sleep_amount"],
        vars(async_bucket.AsyncTokenBucket)["_sleep_amount"],
    ] == ORIGINALS


def test_tokens_that_have_come_by_themselves_are_not_given_twice() -> None:
    """Where the process moves with the fake, a wait brings its tokens and no more."""
    with running("freezegun", START) as world:
        tokens = bucket.TokenBucket(max_rate=2, clock=bucket.Clock())
        tokens.acquire(2)
        left = tokens.available_capacity

        assert 0 <= left < 0.001
        assert timedelta(seconds=1) <= world.clock.now() - START < timedelta(seconds=1.001)


def test_other_threads_wait_in_reality() -> None:
    """A client that is throttled in a worker doesn't move the test's time."""
    with running("virtual", START) as world:
        tokens = bucket.TokenBucket(max_rate=100, clock=bucket.Clock())
        thread = threading.Thread(target=lambda: tokens.acquire(2))
        thread.start()
        thread.join()

        assert world.clock.now() == START
