"""botocore's back-off in every retry mode moves the clock, and so does its adaptive rate limit."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.clocks.world import START, ClockName, running, wall_seconds

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


@pytest.mark.parametrize("clock", ["freezegun", "time-machine"])
@pytest.mark.parametrize("take", BUCKETS)
def test_waiting_for_tokens_moves_the_clock(
    clock: ClockName, take: Callable[[list[int]], None]
) -> None:
    """A hundred tokens at two a second take fifty seconds, and no time."""
    with running(clock, START) as world:
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


def test_tokens_come_in_reality_where_the_process_keeps_its_time() -> None:
    """Under the virtual clock the fake moves, and the rest is waited for."""
    with running("virtual", START) as world:
        before = wall_seconds()
        tokens = bucket.TokenBucket(max_rate=100, clock=bucket.Clock())
        tokens.acquire(2)
        took = wall_seconds() - before

        assert took >= 0.015
        assert world.clock.now() > START


def test_other_threads_wait_in_reality() -> None:
    """A client that is throttled in a worker doesn't move the test's time."""
    with running("virtual", START) as world:
        tokens = bucket.TokenBucket(max_rate=100, clock=bucket.Clock())
        thread = threading.Thread(target=lambda: tokens.acquire(2))
        thread.start()
        thread.join()

        assert world.clock.now() == START
