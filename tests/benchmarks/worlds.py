"""Large worlds: what stays as cheap at 100 000 snapshots as it is at 10, and the memory."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_fakecopy import FakeEC2
from tests.benchmarks.timing import Row, best, cpu

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SMALL, LARGE = 10, 100_000
PAGE = 100
FILTERS: Mapping[str, Mapping[str, Any]] = {
    "state": {"Name": "status", "Values": ["error"]},
    "owner": {"Name": "owner-id", "Values": ["999999999999"]},
    "tag, one hit": {"Name": "tag:Team", "Values": ["rare"]},
    "encrypted": {"Name": "encrypted", "Values": ["true"]},
}


def resident() -> int:
    """Return the memory of this process that is in use, in bytes. Linux alone tells."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def fill(fake: FakeEC2, count: int) -> float:
    """Add snapshots, every tenth one tagged; return the bytes that each takes."""
    before = resident()
    for number in range(count):
        tags = {"Name": f"n{number}"} if number % 10 == 0 else None
        fake.snapshots.add(tags=tags)
    return (resident() - before) / count


def calls(fake: FakeEC2) -> tuple[dict[str, float], dict[str, float]]:
    """Return the microseconds of calls that should not grow, and of filters that may."""
    client = fake.client("ec2", region="us-east-1")
    one = fake.snapshots.add(tags={"Team": "rare"}).snapshot_id
    for _ in range(PAGE):
        fake.snapshots.add()
    extra = iter([fake.snapshots.add().snapshot_id for _ in range(150)])
    flat: dict[str, tuple[Callable[[], object], int]] = {
        "by id": (lambda: client.describe_snapshots(SnapshotIds=[one]), 50),
        "copy": (
            lambda: client.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=one), 50,
        ),
        "delete": (lambda: client.delete_snapshot(SnapshotId=next(extra)), 20),
        "page of 100": (lambda: client.describe_snapshots(MaxResults=PAGE), 2),
    }  # fmt: skip
    once = {name: best(call, calls=count) for name, (call, count) in flat.items()}
    fake.clock.settle()
    filtered = {
        name: best(lambda one=one: client.describe_snapshots(Filters=[one]), rounds=5)  # type: ignore[misc]
        for name, one in FILTERS.items()
    }
    return once, filtered


def rows(clock: str) -> list[Row]:
    """Return the table: the floor is the same call among ten snapshots."""
    flat: dict[int, dict[str, float]] = {}
    linear: dict[str, float] = {}
    memory = adding = 0.0
    for count in (SMALL, LARGE):
        with FakeEC2(clock=clock, max_concurrent_copies=10**9) as fake:
            fake.client("ec2", region="us-east-1").describe_snapshots(OwnerIds=["self"])
            memory = fill(fake, count)
            adding = cpu(fake.snapshots.add, 1000)
            # What a full collection takes is no matter of one call.
            gc.freeze()
            flat[count], linear = calls(fake)
            gc.unfreeze()
    return [
        *(
            Row(f"100 000: {name}", "µs", small, flat[LARGE][name],
                ratio=flat[LARGE][name] / small, target=1.2)
            for name, small in flat[SMALL].items()
        ),
        *(
            Row(f"100 000: filter by {name}, per snapshot", "µs", fake=value / LARGE,
                target=0.5 if name in {"owner", "tag, one hit"} else 1.0)
            for name, value in linear.items()
        ),
        Row("100 000: snapshots.add()", "µs", fake=adding),
        Row("100 000: memory, per snapshot", "bytes", fake=memory, target=1024.0),
    ]  # fmt: skip
