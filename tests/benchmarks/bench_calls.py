"""What a call of the fake costs, against the same client with a canned answer at the same place.

    python tests/benchmarks/bench_calls.py [--clock virtual] [--json FILE] [--profile copy]

The canned answer is the floor: botocore builds, signs and parses as ever, and nothing else is
done. Times are CPU time of the process, the best of many rounds, floor and fake in turns.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from pytest_fakecopy import FakeEC2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TARGETS = {"copy_snapshot": 1.15, "describe by id": 1.10, "describe 1 000": 1.10}


class Canned:
    """Answers every request with one body, in the place of the fake."""

    def __init__(self, body: bytes) -> None:
        """Keep the body."""
        self._body = body

    def stream(self, **_options: object) -> Iterator[bytes]:
        """Yield the body, as urllib3's response does."""
        yield self._body

    def __enter__(self) -> None:
        """Take the place of whatever sends requests now."""
        self._before = URLLib3Session.__dict__["send"]
        headers = {"content-type": "text/xml;charset=UTF-8"}
        URLLib3Session.send = lambda _session, request: AWSResponse(request.url, 200, headers, self)

    def __exit__(self, *_error: object) -> None:
        """Give the place back."""
        URLLib3Session.send = self._before


def best(call: Callable[[], object], rounds: int, calls: int) -> float:
    """Return the CPU time of one call in microseconds, the best of some rounds."""
    times = []
    for _ in range(rounds):
        begin = time.process_time_ns()
        for _ in range(calls):
            call()
        times.append((time.process_time_ns() - begin) / calls / 1000)
    return min(times)


def compare(
    call: Callable[[], Any], after: Callable[[], object], calls: int
) -> tuple[float, float]:
    """Return the cost of a call and that of its floor, measured in turns."""
    bodies: list[bytes] = []
    before = URLLib3Session.__dict__["send"]

    def record(session: object, request: object) -> Any:
        response = before(session, request)
        bodies.append(response.content)
        return response

    URLLib3Session.send = record
    call()
    URLLib3Session.send = before
    fake = floor = float("inf")
    for _ in range(12):
        fake = min(fake, best(call, 1, calls))
        after()
        with Canned(bodies[-1]):
            floor = min(floor, best(call, 1, calls))
    return fake, floor


def measure(clock: str, profiled: str | None) -> dict[str, dict[str, float]]:
    """Return cost, floor and ratio of each call."""
    results = {}
    with FakeEC2(clock=clock, max_concurrent_copies=10**9) as fake:
        source = fake.snapshots.add(region="us-west-2")
        key = fake.kms.add_key(region="us-east-1")
        client = boto3.client("ec2", region_name="us-east-1")

        def copy() -> Any:
            return client.copy_snapshot(
                SourceRegion="us-west-2",
                SourceSnapshotId=source.snapshot_id,
                Encrypted=True,
                KmsKeyId=key.arn,
                Description="nightly",
            )

        def verified() -> Any:
            answer = copy()
            fake.clock._clock.move_to(fake.clock.now() + fake.options.copy_duration)
            fake.clock._settle_due()
            return answer

        one = copy()["SnapshotId"]
        fake.clock.settle()
        calls: dict[str, tuple[Callable[[], Any], int]] = {
            "copy_snapshot": (copy, 100),
            "describe by id": (lambda: client.describe_snapshots(SnapshotIds=[one]), 100),
        }
        for name, (call, count) in calls.items():
            if profiled and name.startswith(profiled):
                profile(call)
            results[name] = row(*compare(call, fake.clock.settle, count))
        results["copy_snapshot, validated and completed"] = row(
            best(verified, 10, 50), results["copy_snapshot"]["floor"]
        )
        for number in range(1000):
            fake.snapshots.add(region="eu-west-1", tags={"Number": str(number)})
        many = boto3.client("ec2", region_name="eu-west-1")
        results["describe 1 000"] = row(*compare(many.describe_snapshots, lambda: None, 2))
    return results


def row(fake: float, floor: float) -> dict[str, float]:
    """Return a row of the table."""
    return {"fake": round(fake, 1), "floor": round(floor, 1), "ratio": round(fake / floor, 3)}


def profile(call: Callable[[], object]) -> None:
    """Print where the time of a call goes."""
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(500):
        call()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats("pytest_fakecopy", 30)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--clock", default="virtual", choices=("virtual", "freezegun", "time-machine")
    )
    parser.add_argument("--json", help="also write the figures to this file")
    parser.add_argument("--profile", help="print a profile of this call: copy, describe")
    arguments = parser.parse_args()
    results = measure(arguments.clock, arguments.profile)
    print(f"{'':42}{'fake us':>10}{'floor us':>10}{'ratio':>8}{'target':>8}")
    for name, figures in results.items():
        target = TARGETS.get(name, "")
        print(
            f"{name:42}{figures['fake']:>10}{figures['floor']:>10}{figures['ratio']:>8}{target:>8}"
        )
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:  # noqa: PTH123  # as given
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
