"""botocore's and aiobotocore's own waiters, under every clock: ten minutes in milliseconds."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.clocks.world import MOVABLE, START, ClockName, World, running, wall_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

botocore_session = pytest.importorskip("botocore.session")
botocore_waiter = pytest.importorskip("botocore.waiter")


def _config() -> Any:  # botocore is untyped
    model = botocore_session.get_session().get_waiter_model("ec2")
    return model.get_waiter("SnapshotCompleted")


CONFIG = _config()


def wait(world: World) -> None:
    """Wait with botocore's waiter."""
    waiter = botocore_waiter.Waiter("snapshot_completed", CONFIG, lambda **_: world.describe())
    waiter.wait(SnapshotIds=["copy"])


def wait_asynchronously(world: World) -> None:
    """Wait with aiobotocore's waiter."""
    aio_waiter = pytest.importorskip("aiobotocore.waiter")

    async def describe(**_: object) -> dict[str, Any]:
        return world.describe()

    async def main() -> None:
        waiter = aio_waiter.AIOWaiter("snapshot_completed", CONFIG, describe)
        await waiter.wait(SnapshotIds=["copy"])

    asyncio.run(main())


WAITS = [pytest.param(wait, id="botocore"), pytest.param(wait_asynchronously, id="aiobotocore")]


@pytest.mark.parametrize("clock", MOVABLE)
@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize(
    ("ends", "reason", "after"),
    [
        pytest.param("completed", None, 60, id="completes"),
        pytest.param("error", "terminal failure state", 60, id="fails"),
        pytest.param(None, "Max attempts exceeded", 39 * 15, id="never-ends"),
    ],
)
def test_a_waiter_ends_as_it_would_after_real_minutes(
    clock: ClockName,
    wait: Callable[[World], None],
    ends: str | None,
    reason: str | None,
    after: int,
) -> None:
    """A good copy, a failing one and one that never ends: each in real milliseconds."""
    took = []
    for _ in range(3):
        with running(clock, START) as world:
            world.copy(ends=ends, after=50)
            before = wall_seconds()
            if reason is None:
                wait(world)
            else:
                with pytest.raises(botocore_waiter.WaiterError, match=reason):
                    wait(world)
            took.append(wall_seconds() - before)

            assert world.clock.now() == START + timedelta(seconds=after)

    # The best of three, because the machine may be busy.
    assert min(took) < 0.05
