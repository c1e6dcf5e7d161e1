"""Nothing left behind: the process is after a test what it was before, however the test went."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
import threading
import time
import types
import urllib.request
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from pytest_fakecopy import FakeCopyAssertionError, FakeEC2, UnexpectedRequest
from pytest_fakecopy.transports.guard import NetworkGuard
from tests import census

if TYPE_CHECKING:
    from collections.abc import Callable

    Life = Callable[[str], None]
    """Enters fakes under a clock, uses them, and leaves them in one way or another."""

CLOCKS = ("freezegun", "time-machine", "virtual", "real")
KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
ROOT = Path(__file__).parent.parent.parent


class Interruption(BaseException):
    """Stands for KeyboardInterrupt, which pytest would take for its own."""


def enter(clock: str, **options: Any) -> FakeEC2:
    """Make a fake."""
    return FakeEC2(clock=clock, **options)


def work(fake: FakeEC2) -> None:
    """Do what most tests do: arrange, copy, wait, look."""
    source = fake.snapshots.add(region="us-west-2")
    ec2 = boto3.client("ec2", "us-east-1")
    copy = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)
    if fake.options.clock != "real":
        time.sleep(1)
        ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[copy["SnapshotId"]])
    ec2.describe_snapshots(SnapshotIds=[copy["SnapshotId"]])


def passing(clock: str) -> None:
    """A test that passes."""
    with enter(clock) as fake:
        work(fake)


def ends_with(clock: str, error: type[BaseException], end: Callable[[], object]) -> None:
    """Work with a fake that the test leaves by an error."""

    def body() -> None:
        with enter(clock) as fake:
            work(fake)
            end()

    with pytest.raises(error):
        body()


def failing(clock: str) -> None:
    """A test that fails in the midst of it."""
    ends_with(clock, ZeroDivisionError, lambda: 1 // 0)


def interrupted(clock: str) -> None:
    """A test that somebody stops."""
    ends_with(clock, Interruption, stop_here)


def refused_at_the_end(clock: str) -> None:
    """A test that hides a refusal, and hears of it at the end."""

    def hide() -> None:
        with contextlib.suppress(UnexpectedRequest):
            boto3.client("s3", "us-east-1").list_buckets()

    ends_with(clock, UnexpectedRequest, hide)


def unused_fault(clock: str) -> None:
    """A test that sets up a fault which nothing meets."""
    with pytest.raises(FakeCopyAssertionError), enter(clock) as fake:
        fake.faults.disconnect("CopySnapshot")


def nested(clock: str) -> None:
    """A fake in a fake, the way a class's fixture and a test's are."""
    with enter(clock) as outer:
        work(outer)
        with enter(clock) as inner:
            work(inner)
        work(outer)


def with_moto(clock: str) -> None:
    """A fake in moto's mock, and moto's mock in a fake."""
    moto = pytest.importorskip("moto")
    with moto.mock_aws(), enter(clock) as fake:
        work(fake)
    with enter(clock) as fake, moto.mock_aws():
        work(fake)


def with_requests(clock: str) -> None:
    """A presigned URL that requests fetches, and a `RequestsMock` around the fake."""
    requests, responses = pytest.importorskip("requests"), pytest.importorskip("responses")
    with responses.RequestsMock(assert_all_requests_are_fired=False), enter(clock) as fake:
        work(fake)
        ec2 = boto3.client("ec2", "us-east-1")
        url = ec2.generate_presigned_url("describe_snapshots", HttpMethod="GET")
        assert requests.get(url, timeout=9).status_code == 200


def with_aiobotocore(clock: str) -> None:
    """Coroutines that copy and sleep."""
    session = pytest.importorskip("aiobotocore.session")

    async def body() -> None:
        async with session.get_session().create_client("ec2", "us-east-1") as ec2:
            await ec2.describe_snapshots(OwnerIds=["self"])
            await asyncio.sleep(0.001)

    with enter(clock):
        asyncio.run(body())


def with_a_server(clock: str) -> None:
    """A real endpoint, a request that arrives there, and a connection that is left open."""
    pytest.importorskip("werkzeug")
    with enter(clock) as fake, fake.serve() as endpoint:
        with (
            pytest.raises(urllib.request.HTTPError),
            urllib.request.urlopen(f"{endpoint.endpoint_url}/?Action=Nothing"),  # noqa: S310  # ours
        ):
            pass  # pragma: no cover  # it is an error
        work(fake)


def with_the_default_session(clock: str) -> None:
    """boto3's default session, made before the fake or in it."""
    with enter(clock) as fake:
        boto3.setup_default_session(region_name="eu-west-1")
        work(fake)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(**KEYS))
        before = census.take()
        passing(clock)
        assert census.changes(before, census.take()) == {}


def with_changes_of_the_tests_own(clock: str) -> None:
    """Variables of the fake's that a test sets itself are put back as well."""
    with enter(clock) as fake, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_SESSION_TOKEN", "other")
        patch.delenv("AWS_ACCESS_KEY_ID")
        fake.snapshots.add()


def again(clock: str) -> None:
    """One fake that is entered twice in a row."""
    fake = enter(clock)
    for _ in range(2):
        with fake:
            fake.snapshots.add()


def broken_on_the_way_in(clock: str) -> None:
    """A fake that can't be entered: each step of it is interrupted once."""
    for module in ("aiobotocore.httpsession", "aiobotocore.httpxsession", "responses"):
        pytest.importorskip(module)
    for step in ("clocks.sleeping.InstantSleep", *(f"transports.{step}" for step in STEPS)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(f"pytest_fakecopy.{step}.start", stop_here)
            with pytest.raises(Interruption):
                enter(clock).__enter__()


STEPS = (
    *("botocore.BotocoreTransport", "urllib3.Urllib3Transport", "guard.NetworkGuard"),
    *("credential_process.CredentialProcessGuard", "models.SharedModels"),
    *("aiobotocore.AiobotocoreTransport", "requests.RequestsTransport", "late.WhenImported"),
    "environment.FakeEnvironment",
)


def stop_here(*_: object) -> None:
    """Stand for what is interrupted."""
    raise Interruption


def out_of_order(_clock: str) -> None:
    """Fakes that are left in the order in which they were entered, as fixtures can be."""
    fakes = [enter(clock) for clock in ("virtual", "real", "virtual")]
    for fake in fakes:
        fake.__enter__()
        work(fake)
    for fake in (fakes[1], fakes[0], fakes[2]):
        fake.__exit__(None, None, None)


def in_threads(_clock: str) -> None:
    """Each of four threads has a fake of its own, none knows of the others."""
    barrier = threading.Barrier(4)

    def body(clock: str) -> None:
        barrier.wait()
        with enter(clock, sleep="real") as fake:
            fake.snapshots.add()
            barrier.wait()

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(body, ["virtual", "real"] * 2)] == [None] * 4


def thread_outlives(clock: str) -> None:
    """A thread that is still calling when the fake ends goes nowhere, and ends."""
    going, ended = threading.Event(), threading.Event()
    with enter(clock):
        ec2 = boto3.client("ec2", "us-east-1", endpoint_url="http://127.0.0.1:9", config=ONCE)

        def body() -> None:
            try:
                ec2.describe_regions()
            finally:
                going.set()
            ended.wait()
            with pytest.raises(EndpointConnectionError):
                ec2.describe_regions()

        thread = threading.Thread(target=body)
        thread.start()
        going.wait()
    ended.set()
    thread.join()


LIVES = [
    broken_on_the_way_in, out_of_order, in_threads, thread_outlives,
    refused_at_the_end, unused_fault, with_moto,
    with_requests, with_aiobotocore, with_a_server, with_the_default_session,
    with_changes_of_the_tests_own, again,
]  # fmt: skip


@pytest.fixture(params=CLOCKS)
def clock(request: pytest.FixtureRequest) -> str:
    """Each clock in its turn."""
    return str(request.param)


@cache
def use_everything_once() -> None:
    """Have libraries keep what they keep of a first use."""
    boto3.client("ec2", "us-east-1", **KEYS)
    passing("freezegun")


@pytest.mark.parametrize("life", [passing, failing, interrupted, nested])
def test_every_clock(life: Life, clock: str) -> None:
    """Environment, attributes, time, threads, files, warnings, loggers, sessions: all the same."""
    use_everything_once()
    # Not in a fixture: pytest 8.0 has hooks of its own for each part of a test.
    before = census.take()

    life(clock)

    assert census.changes(before, census.take()) == {}


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:moto", "ignore::DeprecationWarning:botocore"
)
@pytest.mark.parametrize("life", LIVES)
def test_every_life(life: Life) -> None:
    """However a test ends and whatever it uses, nothing of it is left."""
    life("freezegun")  # imports what it needs
    before = census.take()

    life("freezegun")
    life("virtual")

    assert census.changes(before, census.take()) == {}


def test_the_census_finds_what_is_left() -> None:
    """A variable, an attribute, a thread, a handler, a file and a filter are each told by name."""
    before = census.take()
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name="left")
    handler = logging.NullHandler()

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("LEFT", "1")
        patch.setattr(boto3, "client", len)
        patch.setitem(sys.modules, "left", types.ModuleType("left"))
        patch.setitem(sys.modules, "boto3.left", types.ModuleType("boto3.left"))
        patch.setattr(boto3, "left", sys.modules["boto3.left"], raising=False)
        warnings.simplefilter("ignore", ImportWarning)
        logging.getLogger().addHandler(handler)
        thread.start()
        found = census.changes(before, census.take())
    logging.getLogger().removeHandler(handler)
    over.set()
    thread.join()

    assert {"environment LEFT", "attribute boto3:client", "thread left", "warnings",
            "logger root handlers"} <= found.keys()  # fmt: skip
    assert repr(found["attribute boto3:client"][1]).startswith("<<built-in function len>")
    # What is new because of a module that was imported is none.
    assert not {"module left", "attribute boto3:left"} & found.keys()
    assert census.changes(before, census.take()) == {}


def test_threads_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is replaced is replaced by one thread at a time, and so it is put back."""
    seen: list[str] = []

    class Turn:
        def __enter__(self) -> None:
            seen.append("begin")

        def __exit__(self, *_: object) -> None:
            seen.append("end")

    monkeypatch.setattr("pytest_fakecopy.fake._TURN", Turn())
    for name in ("start", "stop"):
        monkeypatch.setattr(NetworkGuard, name, lambda _self, name=name: seen.append(name))

    with FakeEC2(clock="virtual"):
        seen.append("body")

    assert seen == ["begin", "start", "end", "body", "begin", "stop", "end"]


SESSION = """
    import json, os
    from pathlib import Path

    import pytest
    from pytest_fakecopy import FakeEC2
    from tests import census

    # Used once, for what libraries keep of it: freezegun has modules import what they do late.
    with FakeEC2() as fake:
        fake.client("ec2").describe_regions()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(session):
        session.census = census.take(everything=True)

    # What was interrupted is torn down no earlier.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(session):
        found = census.changes(session.census, census.take(everything=True))
        name = os.environ.get("PYTEST_XDIST_WORKER", "main")
        report = {key: list(map(repr, pair)) for key, pair in found.items() if ours(key)}
        Path(f"{name}.census").write_text(json.dumps(report))

    # pytest and its plugins note where they are, catch warnings, and have files to write to.
    THEIRS = ("attribute _pytest", "attribute coverage", "attribute _hypothesis", "file", "path",
              "attribute warnings:", "warnings", "attribute sys:stdin")

    def ours(key):
        return not key.startswith(THEIRS)
"""
TESTS = """
    import boto3, pytest, signal, time, warnings

    @pytest.fixture
    def broken(fake_ec2):
        raise RuntimeError("set-up")

    def copy(fake_ec2):
        source = fake_ec2.snapshots.add()
        boto3.client("ec2", "us-east-1").copy_snapshot(
            SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)
        fake_ec2.clock.settle()

    @pytest.mark.parametrize("number", range(3))
    def test_passes(fake_ec2, number):
        copy(fake_ec2)

    @pytest.mark.parametrize("number", range(3))
    def test_fails(fake_ec2, number):
        copy(fake_ec2)
        assert False

    def test_errors(broken):
        copy(fake_ec2)

    def test_is_refused(fake_ec2):
        with pytest.raises(AssertionError):
            boto3.client("sqs", "us-east-1").list_queues()

    def test_serves(fake_ec2_server):
        pass

    def test_warns(fake_ec2):
        warnings.simplefilter("error")
        copy(fake_ec2)

    @pytest.mark.skipif("INTERRUPTED" not in __import__("os").environ, reason="goes on")
    def test_z_is_interrupted(fake_ec2):
        copy(fake_ec2)
        raise KeyboardInterrupt
"""


@pytest.mark.parametrize("how", ["plain", "xdist", "interrupted", "warnings-are-errors"])
def test_a_run_of_pytest(pytester: pytest.Pytester, how: str, monkeypatch: Any) -> None:
    """Whatever its tests do, a process has all modules, classes and switches as they were."""
    arguments, workers = [], ["main"]
    if how != "plain":  # With all plugins that are installed once: they take seconds.
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        arguments = ["-p", "pytest_fakecopy.plugin"]
    if how == "xdist":
        pytest.importorskip("xdist")
        arguments, workers = [*arguments, "-p", "xdist", "-n", "2"], ["gw0", "gw1"]
    if how == "warnings-are-errors":
        arguments += ["-W", "error"]
    if how == "interrupted":
        monkeypatch.setenv("INTERRUPTED", "yes")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # This suite may be run by xdist as well.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makeconftest(SESSION)
    pytester.makepyfile(test_them=TESTS)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)

    outcomes = result.parseoutcomes()
    assert (outcomes["failed"], outcomes["passed"], outcomes["errors"]) == (3, 6, 2)
    for worker in workers:
        assert json.loads((pytester.path / f"{worker}.census").read_text("utf-8")) == {}
