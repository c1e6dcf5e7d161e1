"""Calls counted in instructions, by valgrind: the same figures however busy the machine is.

What a run takes that makes no calls is taken off. Without valgrind there is no such table.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_fakecopy import FakeEC2
from tests.benchmarks.calls import SOURCES, TARGETS, copying, recorded, sending
from tests.benchmarks.timing import Row

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 200
COUNT = re.compile(r"I\s+refs:\s+([\d,]+)")


def make_calls(name: str, answered_by: str, count: int) -> None:
    """Make calls that the fake answers, or that a canned answer is given to, and end the process.

    Args:
        name: "copy_snapshot" or "describe by id".
        answered_by: "fake" or "floor".
        count: How many.
    """
    with FakeEC2(clock="virtual", max_concurrent_copies=10**9) as fake:
        sources = [fake.snapshots.add(region="us-west-2").snapshot_id for _ in range(SOURCES)]
        client = fake.client("ec2", region="us-east-1")
        copy = copying(client, sources, fake.kms.add_key().arn)
        one = copy()["SnapshotId"]
        fake.clock.settle()
        calls: dict[str, Callable[[], object]] = {
            "copy_snapshot": copy,
            "describe by id": lambda: client.describe_snapshots(SnapshotIds=[one]),
        }
        call = calls[name]
        canned = recorded(call)
        for _ in range(5):
            call()
        gc.freeze()
        with sending(canned.send) if answered_by == "floor" else nullcontext():
            for _ in range(count):
                call()
        # What is left to tidy up depends on what was done.
        os._exit(0)


def counted(name: str, answered_by: str, count: int) -> int:
    """Return the instructions of a process that makes these calls."""
    done = subprocess.run(
        [
            *("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"),
            *(sys.executable, "-m", "tests.benchmarks.instructions", name, answered_by, str(count)),
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    [found] = COUNT.findall(done.stderr)
    return int(found.replace(",", ""))


def rows(_clock: str) -> list[Row]:
    """Return the table, in thousands of instructions a call."""
    if shutil.which("valgrind") is None:
        return []
    rows = []
    for name in ("copy_snapshot", "describe by id"):
        before = counted(name, "fake", 0)
        fake, floor = (
            (counted(name, answered_by, CALLS) - before) / CALLS / 1000
            for answered_by in ("fake", "floor")
        )
        ratio, target = fake / floor, TARGETS[name]
        rows.append(Row(f"{name}, counted", "k", floor, fake, ratio=ratio, target=target))
    return rows


if __name__ == "__main__":
    make_calls(sys.argv[1], sys.argv[2], int(sys.argv[3]))
