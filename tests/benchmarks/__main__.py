"""What the fake costs, beside a canned answer, botocore's Stubber and moto.

    python -m tests.benchmarks [--only calls,worlds] [--json FILE] [--clock virtual]
    python -m tests.benchmarks --compare BEFORE.json AFTER.json
    python -m tests.benchmarks --profile copy

All of it takes some minutes, most of them moto's.

Times are CPU time, the best of many, measured in turns with what they are compared with.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_fakecopy import FakeEC2
from tests.benchmarks import bench_clocks, bench_server, calls, instructions, suites, worlds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.benchmarks.timing import Row

COLUMNS = ("floor", "fake", "stubber", "moto", "ratio", "target")
CLOCKS = ("virtual", "freezegun", "time-machine")
# Each is called with the clock that was asked for. `clocks` fills `sys.modules`: it is the last.
TABLES: Mapping[str, Callable[[str], list[Row]]] = {
    "calls": calls.rows,
    "instructions": instructions.rows,
    "suites": suites.rows,
    "worlds": worlds.rows,
    "server": bench_server.rows,
    "clocks": bench_clocks.rows,
}


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows as text; a figure that misses its target is marked."""
    lines = [f"{'':44}{'':6}" + "".join(f"{column:>10}" for column in COLUMNS)]
    for row in rows:
        judged = row["ratio"] if row["ratio"] is not None else row["fake"]
        missed = row["target"] is not None and judged > row["target"]
        cells = "".join(f"{shown(row[column]):>10}" for column in COLUMNS)
        lines.append(f"{row['name']:44}{row['unit']:6}{cells}{'  missed' if missed else ''}")
    return "\n".join(lines)


def shown(value: float | None) -> str:
    """Return a figure in as many digits as it is worth."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def compare(before: Path, after: Path) -> str:
    """Return the fake's figures of two files side by side."""
    old, new = (
        {row["name"]: row for row in json.loads(path.read_text(encoding="utf-8"))["rows"]}
        for path in (before, after)
    )
    lines = [f"{'':44}{'':6}{'before':>10}{'after':>10}{'after/before':>14}"]
    for name in [name for name in new if name in old]:
        one, other = old[name]["fake"], new[name]["fake"]
        change = f"{other / one:.2f}" if one else ""
        unit = new[name]["unit"]
        lines.append(f"{name:44}{unit:6}{shown(one):>10}{shown(other):>10}{change:>14}")
    return "\n".join(lines)


def profile(name: str, clock: str) -> None:
    """Print where the time of a call goes: "copy" or "describe"."""
    with FakeEC2(clock=clock, max_concurrent_copies=10**9) as fake:
        source = fake.snapshots.add(region="us-west-2").snapshot_id
        client = fake.client("ec2", region="us-east-1")
        copy = calls.copying(client, [source], fake.kms.add_key().arn)
        one = copy()["SnapshotId"]
        profiled: dict[str, Callable[[], object]] = {
            "copy": copy,
            "describe": lambda: client.describe_snapshots(SnapshotIds=[one]),
        }
        profiler = cProfile.Profile()
        profiler.enable()
        for _ in range(500):
            profiled[name]()
        profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats("pytest_fakecopy", 40)


def measure(only: list[str], clock: str) -> dict[str, Any]:
    """Return everything that was asked for, and what it was measured on."""
    rows = [row.as_dict() for name in only for row in TABLES[name](clock)]
    return {"python": sys.version.split()[0], "clock": clock, "cpus": os.cpu_count(), "rows": rows}


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default=",".join(TABLES), help="tables, of %(default)s")
    parser.add_argument("--clock", default="virtual", choices=CLOCKS, help="for calls and worlds")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    parser.add_argument("--profile", choices=("copy", "describe"))
    arguments = parser.parse_args()
    if arguments.compare:
        print(compare(*arguments.compare))
        return
    if arguments.profile:
        profile(arguments.profile, arguments.clock)
        return
    only = arguments.only.split(",")
    if unknown := [name for name in only if name not in TABLES]:
        parser.error(f"no table is named {unknown[0]!r}: there are {', '.join(TABLES)}")
    results = measure(only, arguments.clock)
    print(table(results["rows"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
