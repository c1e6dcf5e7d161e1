"""Whole tests: the fixture alone, a typical test, a run of fifty, and the plugin when unused."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import boto3
import time_machine
from botocore.stub import Stubber
from freezegun import freeze_time
from moto import mock_aws

from pytest_fakecopy import FakeEC2
from tests.benchmarks.calls import KEYS
from tests.benchmarks.timing import Row, cpu, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = 50

HEAD = """
import boto3, pytest
KEYS = dict(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret")

@pytest.fixture(scope="session")
def client():
    return boto3.client("ec2", "us-east-1", **KEYS)

def copy(client, source):
    copied = client.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source)["SnapshotId"]
    return client, copied

def state(client, copied):
    return client.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]["State"]
"""

FAKE = """
@pytest.mark.parametrize("number", range({tests}))
def test_copy(client, fake_ec2, number):
    source = fake_ec2.snapshots.add(region="us-west-2")
    client, copied = copy(client, source.snapshot_id)
    fake_ec2.clock.settle()
    assert state(client, copied) == "completed"
"""

STUBBER = """
from botocore.stub import Stubber

@pytest.mark.parametrize("number", range({tests}))
def test_copy(client, number):
    with Stubber(client) as stubber:
        stubber.add_response("copy_snapshot", dict(SnapshotId="snap-1"))
        stubber.add_response("describe_snapshots", dict(Snapshots=[dict(State="completed")]))
        assert state(*copy(client, "snap-0")) == "completed"
"""

MOTO = """
from moto import mock_aws

@pytest.mark.parametrize("number", range({tests}))
def test_copy(client, number):
    with mock_aws():
        west = boto3.client("ec2", "us-west-2", **KEYS)
        volume = west.create_volume(Size=8, AvailabilityZone="us-west-2a")["VolumeId"]
        source = west.create_snapshot(VolumeId=volume)["SnapshotId"]
        assert state(*copy(client, source)) == "completed"
"""

PLAIN = "def test_nothing():\n    pass\n"

MEMORY = """
import boto3
{body}
[line] = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(line.split()[1])
"""
PLAIN_CLIENT = 'boto3.client("ec2", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")'
FAKE_CLIENT = """
from pytest_fakecopy import FakeEC2
with FakeEC2() as fake:
    client = boto3.client("ec2", "us-east-1")
    source = fake.snapshots.add()
    client.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)
    fake.clock.settle()
"""
MOTO_CLIENT = f"""
from moto import mock_aws
with mock_aws():
    {PLAIN_CLIENT}.describe_snapshots()
"""


def fixture_rows() -> list[Row]:
    """Return what it costs to enter and leave, in milliseconds; the floor is the clock's own."""

    def entered(clock: str) -> Callable[[], float]:
        def run() -> None:
            with FakeEC2(clock=clock):
                pass

        run()
        return lambda: cpu(run, 5) / 1000

    def frozen() -> None:
        with freeze_time(real_asyncio=True):
            pass

    def travelling() -> None:
        with time_machine.travel(0, tick=False):
            pass

    alone: dict[str, Callable[[], float]] = {
        "freezegun": lambda: cpu(frozen, 5) / 1000,
        "time-machine": lambda: cpu(travelling, 5) / 1000,
        "virtual": lambda: 0.0,
    }
    rows = []
    for clock, floor in alone.items():
        least = in_turns({"floor": floor, "fake": entered(clock)}, rounds=20)
        on_top = least["fake"] - least["floor"]
        rows += [
            Row(f"fixture, {clock}", "ms", least["floor"], least["fake"]),
            Row(f"fixture, {clock}, on top", "ms", fake=on_top, target=0.3),
        ]
    return rows


def typical_row(clock: str) -> Row:
    """Return what a test with two clients of its own costs, in milliseconds."""

    def fake() -> None:
        with FakeEC2(clock=clock) as fake_ec2:
            source = fake_ec2.snapshots.add(region="us-west-2")
            boto3.client("ec2", "us-west-2")
            client = boto3.client("ec2", "us-east-1")
            copied = client.copy_snapshot(
                SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
            )
            fake_ec2.clock.settle()
            client.describe_snapshots(SnapshotIds=[copied["SnapshotId"]])

    def moto() -> None:
        with mock_aws():
            session = boto3.session.Session(**KEYS)
            west, client = session.client("ec2", "us-west-2"), session.client("ec2", "us-east-1")
            volume = west.create_volume(Size=8, AvailabilityZone="us-west-2a")["VolumeId"]
            source = west.create_snapshot(VolumeId=volume)["SnapshotId"]
            copied = client.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source)
            client.describe_snapshots(SnapshotIds=[copied["SnapshotId"]])

    def stubber() -> None:
        session = boto3.session.Session(**KEYS)
        session.client("ec2", "us-west-2")
        with Stubber(session.client("ec2", "us-east-1")) as stub:
            stub.add_response("copy_snapshot", {"SnapshotId": "snap-1"})
            stub.add_response("describe_snapshots", {"Snapshots": [{"State": "completed"}]})
            stub.client.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId="snap-0")
            stub.client.describe_snapshots(SnapshotIds=["snap-1"])

    runs = {"fake": fake, "stubber": stubber, "moto": moto}
    for run in runs.values():
        run()
    timed = {name: (lambda run=run: cpu(run) / 1000) for name, run in runs.items()}
    least = in_turns(timed, rounds=6)
    return Row(f"typical test, {clock}", "ms", **least, target=20.0)


def run_rows() -> list[Row]:
    """Return what pytest runs cost, processes and imports included, in milliseconds."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        files = {"fake": FAKE, "stubber": STUBBER, "moto": MOTO}
        for contestant, text in files.items():
            (directory / f"test_{contestant}.py").write_text(HEAD + text.format(tests=TESTS))
        (directory / "test_plain.py").write_text(PLAIN)

        def run(contestant: str, *options: str) -> Callable[[], float]:
            return lambda: _pytest(directory, f"test_{contestant}.py", *options)

        fifty = in_turns({name: run(name) for name in ("fake", "stubber")}, rounds=4)
        fifty["moto"] = run("moto")()
        without = ("-p", "no:fakecopy")
        plain = in_turns({"with": run("plain"), "without": run("plain", *without)}, rounds=10)
    unused = plain["with"] - plain["without"]
    ratio = fifty["fake"] / fifty["stubber"]
    return [
        Row(f"run of {TESTS} tests (floor: Stubber)", "ms", fifty["stubber"], **fifty,
            ratio=ratio, target=1.2),
        Row("plugin, unused", "ms", fake=unused, target=5.0),
    ]  # fmt: skip


def _pytest(directory: Path, *arguments: str) -> float:
    """Run pytest; return the CPU time of the process in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=directory,
        check=True,
        env=_environment(),
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def memory_row() -> Row:
    """Return the memory over that of a process with a plain EC2 client, in MiB."""
    used = {
        name: _peak(body)
        for name, body in (("plain", PLAIN_CLIENT), ("fake", FAKE_CLIENT), ("moto", MOTO_CLIENT))
    }
    return Row(
        "memory over a plain client", "MiB", fake=used["fake"] - used["plain"],
        moto=used["moto"] - used["plain"], target=8.0,
    )  # fmt: skip


def _peak(body: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.format(body=body)],
        check=True,
        env=_environment(),
        capture_output=True,
        text=True,
    )
    return int(done.stdout) / 1024


def _environment() -> dict[str, str]:
    """Return the environment with this checkout first, wherever the process is started."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def rows(_clock: str) -> list[Row]:
    """Return the table of whole tests, with each clock where that matters."""
    clocks = ("freezegun", "time-machine", "virtual")
    return [*fixture_rows(), *map(typical_row, clocks), *run_rows(), memory_row()]
