"""Whole tests: the fixture alone, a typical test, a run of fifty, and the plugin when unused."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import boto3
import time_machine
from botocore.stub import Stubber
from freezegun import freeze_time

from pytest_fakecopy import FakeEC2
from tests.benchmarks.calls import KEYS
from tests.benchmarks.timing import Row, beside_moto, cpu, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = 50
NO_CACHES = {"PYTHONDONTWRITEBYTECODE"}

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

IMPORT = """
import pytest, time
from importlib import import_module
begin = time.process_time_ns()
import_module("pytest_fakecopy.plugin")
print((time.process_time_ns() - begin) / 1e6)
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


def typical_rows() -> list[Row]:
    """Return what a test with two clients of its own costs, in milliseconds.

    The sessions are the code's own: one for each test, as `boto3.client` has it under the fake, or
    one for each client.
    """

    def fake(clock: str, sessions: int) -> None:
        with FakeEC2(clock=clock) as fake_ec2:
            source = fake_ec2.snapshots.add(region="us-west-2")
            clients = [boto3.client] * 2 if sessions == 1 else [
                boto3.session.Session().client for _ in range(sessions)
            ]  # fmt: skip
            clients[0]("ec2", "us-west-2")
            client = clients[1]("ec2", "us-east-1")
            copied = client.copy_snapshot(
                SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
            )
            fake_ec2.clock.settle()
            client.describe_snapshots(SnapshotIds=[copied["SnapshotId"]])

    def stubber(clock: str, sessions: int) -> None:
        made = [boto3.session.Session(**KEYS) for _ in range(sessions)]
        made[0].client("ec2", "us-west-2")
        with Stubber(made[-1].client("ec2", "us-east-1")) as stub:
            stub.add_response("copy_snapshot", {"SnapshotId": "snap-1"})
            stub.add_response("describe_snapshots", {"Snapshots": [{"State": "completed"}]})
            stub.client.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId="snap-0")
            stub.client.describe_snapshots(SnapshotIds=["snap-1"])

    rows = []
    moto = beside_moto(typical_by_moto)
    for sessions, called in ((1, "one session"), (2, "two sessions")):
        for clock in ("freezegun", "time-machine", "virtual"):
            runs = {"fake": fake, "stubber": stubber}
            for run in runs.values():
                run(clock, sessions)
            timed = {
                name: (lambda run=run: cpu(lambda: run(clock, sessions)) / 1000)  # noqa: B023
                for name, run in runs.items()
            }
            least = in_turns(timed, rounds=15)
            name = f"typical test, {called}, {clock}"
            rows.append(Row(name, "ms", **least, moto=moto, target=20.0))
    return rows


def typical_by_moto() -> float:
    """Return what the same costs with moto, in milliseconds."""
    from moto import mock_aws  # noqa: PLC0415  # for its own process

    def run() -> None:
        with mock_aws():
            session = boto3.session.Session(**KEYS)
            west, client = session.client("ec2", "us-west-2"), session.client("ec2", "us-east-1")
            volume = west.create_volume(Size=8, AvailabilityZone="us-west-2a")["VolumeId"]
            source = west.create_snapshot(VolumeId=volume)["SnapshotId"]
            copied = client.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source)
            client.describe_snapshots(SnapshotIds=[copied["SnapshotId"]])

    run()
    return min(cpu(run) for _ in range(5)) / 1000


def run_rows() -> list[Row]:
    """Return what pytest runs cost, processes and imports included, in milliseconds."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        files = {"fake": FAKE, "stubber": STUBBER, "moto": MOTO}
        for contestant, text in files.items():
            (directory / f"test_{contestant}.py").write_text(HEAD + text.format(tests=TESTS))
        (directory / "test_plain.py").write_text(PLAIN)

        def run(test: str, *options: str) -> Callable[[], float]:
            return lambda: _pytest(directory, f"test_{test}.py", *options)

        plugin = ("-p", "pytest_fakecopy.plugin")
        contestants = {"fake": run("fake", *plugin), "stubber": run("stubber")}
        contestants["fake"]()  # so that the next finds what Python has compiled
        fifty = in_turns(contestants, rounds=4)
        moto = run("moto")() if find_spec("moto") else None
        plain = in_turns({"with": run("plain", *plugin), "without": run("plain")}, rounds=12)
    return [
        Row(f"run of {TESTS} tests (floor: Stubber)", "ms", fifty["stubber"], **fifty, moto=moto,
            ratio=fifty["fake"] / fifty["stubber"], target=1.2),
        Row("plugin, unused, in a run", "ms", fake=plain["with"] - plain["without"], target=5.0),
        Row("plugin, its import alone", "ms", fake=min(plugin_imported() for _ in range(12)),
            target=5.0),
    ]  # fmt: skip


def plugin_imported() -> float:
    """Return the CPU time of importing the plugin into a process that has pytest."""
    return float(_output(IMPORT))


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
    plain = _peak(PLAIN_CLIENT)
    return Row(
        "memory over a plain client", "MiB", fake=_peak(FAKE_CLIENT) - plain,
        moto=_peak(MOTO_CLIENT) - plain if find_spec("moto") else None, target=8.0,
    )  # fmt: skip


def _peak(body: str) -> float:
    return int(_output(MEMORY.format(body=body))) / 1024


def _output(code: str) -> str:
    """Return what a fresh interpreter prints for *code*."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env=_environment(),
        capture_output=True,
        text=True,
    )
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment with this checkout first, and nothing that keeps Python from caching.

    Users' processes find compiled what they import.
    """
    others = {name: value for name, value in os.environ.items() if name not in NO_CACHES}
    # No other plugin: how long they take has nothing to do with this one.
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return {**others, **alone, "PYTHONPATH": str(Path(__file__).parents[2])}


def rows(_clock: str) -> list[Row]:
    """Return the table of whole tests, with each clock where that matters."""
    return [*fixture_rows(), *typical_rows(), *run_rows(), memory_row()]
