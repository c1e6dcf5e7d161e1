"""Beside the Stubber, placebo, vcrpy and mocks of httpx: what they answer is theirs."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.stub import Stubber

from pytest_fakecopy import FakeEC2, UnexpectedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SESSION = boto3.session.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="us-east-1")


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """Return a fake."""
    with FakeEC2(clock="virtual") as fake_ec2:
        yield fake_ec2


def test_a_stubbed_client_is_left_alone(fake: FakeEC2) -> None:
    """Its canned answers come first; other clients are the fake's."""
    stubbed, other = SESSION.client("ec2"), SESSION.client("ec2")
    stubber = Stubber(stubbed)
    stubber.add_response("describe_snapshots", {"Snapshots": [{"SnapshotId": "snap-canned"}]})

    with stubber:
        canned = stubbed.describe_snapshots()
    served = other.describe_snapshots(OwnerIds=["self"])

    assert canned["Snapshots"] == [{"SnapshotId": "snap-canned"}]
    assert served["Snapshots"] == []
    assert len(fake.journal.requests()) == 1


def test_a_client_of_placebo_is_left_alone(fake: FakeEC2, tmp_path: Path) -> None:
    """What it plays back is what was recorded."""
    placebo = pytest.importorskip("placebo")
    session = boto3.session.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="us-east-1")
    (tmp_path / "ec2.DescribeSnapshots_1.json").write_text(
        json.dumps({"status_code": 200, "data": {"Snapshots": [{"SnapshotId": "snap-recorded"}]}})
    )
    pill = placebo.attach(session, data_path=str(tmp_path))
    pill.playback()

    client = session.client("ec2")

    assert client.describe_snapshots()["Snapshots"] == [{"SnapshotId": "snap-recorded"}]
    assert fake.journal.requests() == ()


def test_what_placebo_records_is_the_fakes(fake: FakeEC2, tmp_path: Path) -> None:
    """A recording of the fake is a fixture without an account."""
    placebo = pytest.importorskip("placebo")
    session = boto3.session.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="us-east-1")
    placebo.attach(session, data_path=str(tmp_path)).record()
    snapshot = fake.snapshots.add()

    session.client("ec2").describe_snapshots(OwnerIds=["self"])

    recorded = (tmp_path / "ec2.DescribeSnapshots_1.json").read_text()
    assert snapshot.snapshot_id in recorded


class _Teapot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(418)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the original's
        """Say nothing."""


@pytest.fixture
def teapot() -> Iterator[str]:
    """Return the URL of an ordinary server on this machine."""
    server = HTTPServer(("127.0.0.1", 0), _Teapot)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


CASSETTE = """
interactions:
- request:
    body: null
    headers: {{}}
    method: {method}
    uri: {uri}
  response:
    body: {{string: "{body}"}}
    headers: {{Content-Type: [text/xml]}}
    status: {{code: 200, message: OK}}
version: 1
"""
EMPTY = "<DescribeSnapshotsResponse><snapshotSet/></DescribeSnapshotsResponse>"
BUCKETS = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"


def test_a_cassette_keeps_ordinary_hosts(fake: FakeEC2, teapot: str, tmp_path: Path) -> None:
    """vcrpy records and plays back what isn't AWS; what is served needs no cassette."""
    vcr = pytest.importorskip("vcr")
    path = tmp_path / "cassette.yaml"

    for _ in range(2):
        with vcr.use_cassette(str(path), record_mode="once"):
            assert requests.get(teapot, timeout=5).status_code == 418
            assert SESSION.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"] == []

    uris = re.findall(r"uri: (\S+)", path.read_text())
    assert uris == [teapot]
    assert len(fake.journal.requests()) == 2


@pytest.mark.parametrize(
    ("passthrough", "service", "call", "host", "body"),
    [
        pytest.param(
            "ec2:DescribeSnapshots",
            "ec2",
            "describe_snapshots",
            "https://ec2.us-east-1.amazonaws.com/",
            EMPTY,
            id="ec2",
        ),
        pytest.param("s3", "s3", "list_buckets", "https://s3.amazonaws.com/", BUCKETS, id="s3"),
    ],
)
def test_a_cassette_may_have_what_passes(
    tmp_path: Path, passthrough: str, service: str, call: str, host: str, body: str
) -> None:
    """`passthrough` lets a cassette answer for AWS."""
    vcr = pytest.importorskip("vcr")
    path = tmp_path / "cassette.yaml"
    method = "POST" if service == "ec2" else "GET"
    path.write_text(CASSETTE.format(method=method, uri=host, body=body))

    with (
        FakeEC2(clock="virtual", passthrough=[passthrough]) as fake,
        vcr.use_cassette(str(path), record_mode="none", match_on=["method", "host"]) as cassette,
    ):
        getattr(SESSION.client(service), call)()

    assert cassette.play_count == 1
    assert fake.journal.requests() == ()


OBJECT = "https://bucket.s3.us-east-1.amazonaws.com/key"


def fetch(url: str) -> Any:
    """Fetch a URL with httpx."""
    return pytest.importorskip("httpx").get(url).status_code


def fetch_in_a_task(url: str) -> Any:
    """Fetch a URL with httpx in a task."""
    httpx = pytest.importorskip("httpx")

    async def get() -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).status_code

    return asyncio.run(get())


def _mock_httpx(patch: pytest.MonkeyPatch, name: str) -> None:
    """Answer in the place where a mock of httpx answers, in its name."""
    httpx, httpcore = pytest.importorskip("httpx"), pytest.importorskip("httpcore")
    library, owner, async_owner = {
        "pytest_httpx": (httpx, httpx.HTTPTransport, httpx.AsyncHTTPTransport),
        "respx.mocks": (httpcore, httpcore.ConnectionPool, httpcore.AsyncConnectionPool),
    }[name]

    def handle(_owner: object, _request: object) -> Any:
        return library.Response(299, content=b"")

    async def handle_async(_owner: object, _request: object) -> Any:
        return library.Response(299, content=b"")

    handle.__module__ = handle_async.__module__ = name
    patch.setattr(owner, "handle_request", handle)
    patch.setattr(async_owner, "handle_async_request", handle_async)


@pytest.mark.parametrize("get", [fetch, fetch_in_a_task])
@pytest.mark.parametrize("fakes", [1, 2])
@pytest.mark.parametrize("name", ["pytest_httpx", "respx.mocks"])
def test_a_mock_of_httpx_answers_for_aws_too(
    name: str, fakes: int, get: Callable[[str], Any]
) -> None:
    """Whichever came first, as one made with `responses` does; without it AWS is refused."""
    with pytest.MonkeyPatch.context() as before, ExitStack() as stack:
        _mock_httpx(before, name)
        for _ in range(fakes):
            stack.enter_context(FakeEC2(clock="virtual"))

        assert get(OBJECT) == 299

    with FakeEC2(clock="virtual") as fake:
        with pytest.MonkeyPatch.context() as later:
            _mock_httpx(later, name)

            assert get(OBJECT) == 299

        with pytest.raises(UnexpectedRequest, match="does not serve the service s3"):
            get(OBJECT)
        fake._refusals.refused.clear()
