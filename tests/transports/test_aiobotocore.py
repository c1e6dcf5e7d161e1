"""The transport for aiobotocore: both of its sessions, with a stub and with the fake."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2, UnexpectedRequest
from pytest_fakecopy.wire.http import Disconnected, HttpResponse
from tests.transports.stub import StubHandler, answering

pytest.importorskip("aiobotocore")

from aiobotocore.config import AioConfig  # skipped above where it is missing
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.httpxsession import HttpxSession, httpx
from aiobotocore.session import get_session
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
    WaiterError,
)

from pytest_fakecopy.transports.aiobotocore import AiobotocoreTransport, AsyncBody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

# One for all tests, so that models are loaded once.
SESSION = get_session()
ORIGINALS = {cls: vars(cls)["send"] for cls in (AIOHTTPSession, HttpxSession)}
OBJECT = b"0123456789" * 1000


SESSIONS = [
    pytest.param(AIOHTTPSession, id="aiohttp"),
    pytest.param(
        HttpxSession,
        id="httpx",
        marks=[
            pytest.mark.skipif(httpx is None, reason="this session needs httpx or httpx2"),
            # aiobotocore 3.10 asks for httpx2.
            pytest.mark.filterwarnings("ignore:.*httpx.*:DeprecationWarning"),
        ],
    ),
]


@pytest.fixture(params=SESSIONS)
def session_class(request: pytest.FixtureRequest) -> Any:
    """Return the class of the HTTP session."""
    return request.param


@pytest.fixture
def start(session_class: Any) -> Iterator[Callable[[StubHandler], AiobotocoreTransport]]:
    """Return a function that starts a transport, which is stopped with the test."""
    started: list[AiobotocoreTransport] = []

    def begin(handler: StubHandler) -> AiobotocoreTransport:
        started.append(AiobotocoreTransport(handler, session_class))
        started[-1].start()
        return started[-1]

    yield begin
    for transport in started:
        transport.stop()
    assert vars(session_class)["send"] is ORIGINALS[session_class]


@asynccontextmanager
async def client(session_class: Any, service: str = "ec2", **options: Any) -> AsyncIterator[Any]:
    """Return a client that sends with that class."""
    config = AioConfig(http_session_cls=session_class, **options.pop("config", {}))
    async with SESSION.create_client(
        service,
        "us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        config=config,
        **options,
    ) as made:
        yield made


def test_a_call_is_answered(
    session_class: Any, start: Callable[[StubHandler], AiobotocoreTransport]
) -> None:
    """The request is the one of the wire; the answer is parsed by aiobotocore."""
    handler = answering()
    start(handler)

    async def scenario() -> Any:
        async with client(session_class) as ec2:
            return await ec2.describe_regions()

    assert asyncio.run(scenario())["Regions"] == []
    [request] = handler.requests
    assert (request.transport, request.method) == ("aiobotocore", "POST")
    assert request.body.startswith(b"Action=DescribeRegions&")
    assert "authorization" in request.headers


def test_a_stream_is_read_piece_by_piece(
    session_class: Any, start: Callable[[StubHandler], AiobotocoreTransport]
) -> None:
    """Operations that stream get a body that isn't read yet."""
    start(StubHandler(HttpResponse(200, OBJECT, {"content-length": str(len(OBJECT))})))

    async def scenario() -> tuple[bytes, bytes]:
        async with client(session_class, "s3") as s3:
            body = (await s3.get_object(Bucket="bucket", Key="key"))["Body"]
            async with body:
                return await body.read(10), b"".join([chunk async for chunk in body])

    assert asyncio.run(scenario()) == (OBJECT[:10], OBJECT[10:])


def test_a_body_can_be_read_within_a_block() -> None:
    """As aiobotocore 2 does it, which leaves the block to what it wraps."""

    async def scenario() -> bytes:
        async with AsyncBody(OBJECT) as body:
            return await body.content.read()

    assert asyncio.run(scenario()) == OBJECT


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        pytest.param("closed", ConnectionClosedError, id="closed"),
        pytest.param("timeout", ReadTimeoutError, id="timeout"),
    ],
)
def test_a_connection_that_fails_is_retried(
    session_class: Any,
    start: Callable[[StubHandler], AiobotocoreTransport],
    kind: Any,
    error: type[Exception],
) -> None:
    """It is aiobotocore's own error, and its own retries count."""
    handler = StubHandler(Disconnected(kind))
    start(handler)

    async def scenario() -> None:
        retries = {"retries": {"max_attempts": 1, "mode": "legacy"}}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("random.random", lambda: 0.0)
            async with client(session_class, config=retries) as ec2:
                await ec2.describe_regions()

    with pytest.raises(error):
        asyncio.run(scenario())
    assert len(handler.requests) == 2


def test_a_refusal_reaches_the_test(
    session_class: Any, start: Callable[[StubHandler], AiobotocoreTransport]
) -> None:
    """UnexpectedRequest is neither wrapped nor retried."""
    handler = StubHandler(UnexpectedRequest("no"))
    start(handler)

    async def scenario() -> None:
        async with client(session_class) as ec2:
            await ec2.describe_regions()

    with pytest.raises(UnexpectedRequest, match=r"^no$"):
        asyncio.run(scenario())
    assert len(handler.requests) == 1


def test_what_the_handler_lets_pass_is_sent(
    session_class: Any, start: Callable[[StubHandler], AiobotocoreTransport]
) -> None:
    """None goes to the network, as if nobody had looked."""
    start(StubHandler(None))

    async def scenario() -> None:
        config = {"retries": {"total_max_attempts": 1}}
        async with client(session_class, endpoint_url="http://127.0.0.1:9", config=config) as ec2:
            await ec2.describe_regions()

    with pytest.raises(EndpointConnectionError):
        asyncio.run(scenario())


def test_a_client_made_before_is_answered(
    session_class: Any, start: Callable[[StubHandler], AiobotocoreTransport]
) -> None:
    """The class is replaced, so that it doesn't matter when a client was made."""

    async def scenario() -> Any:
        async with client(session_class) as ec2:
            start(answering())
            return await ec2.describe_regions()

    assert asyncio.run(scenario())["Regions"] == []


def test_it_is_started_and_stopped_once(
    session_class: Any, start: Callable[[StubHandler], AiobotocoreTransport]
) -> None:
    """A second start intercepts once, a second stop does nothing."""
    handler = answering()
    transport = start(handler)
    transport.start()

    async def scenario() -> None:
        async with client(session_class) as ec2:
            await ec2.describe_regions()

    asyncio.run(scenario())
    transport.stop()
    transport.stop()

    assert len(handler.requests) == 1


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """Return a fake with the default clock."""
    with FakeEC2() as fake_ec2:
        yield fake_ec2


def test_a_copy_is_waited_for(session_class: Any, fake: FakeEC2) -> None:
    """Waiters sleep in the fake's time; the presigned URL that aiobotocore makes is a good one."""
    source = fake.snapshots.add(region="us-west-2", encrypted=True)
    account = fake.accounts.default

    async def scenario() -> str:
        async with SESSION.create_client(
            "ec2",
            "us-east-1",
            aws_access_key_id=account.access_key_id,
            aws_secret_access_key=account.secret_access_key,
            config=AioConfig(http_session_cls=session_class),
        ) as ec2:
            copy = await ec2.copy_snapshot(
                SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
            )
            await ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[copy["SnapshotId"]])
            return str(copy["SnapshotId"])

    began = fake.clock.now()
    copy_id = asyncio.run(scenario())

    assert fake.snapshots[copy_id].state == "completed"
    assert (fake.clock.now() - began).total_seconds() == 60
    [request] = fake.journal.requests("CopySnapshot")
    assert (request.transport, request.signature) == ("aiobotocore", "verified")


def test_a_copy_that_fails_ends_the_wait(session_class: Any, fake: FakeEC2) -> None:
    """The waiter raises its own error."""
    source = fake.snapshots.add(region="us-west-2")

    async def scenario() -> None:
        async with client(session_class) as ec2:
            copy = await ec2.copy_snapshot(
                SourceRegion="us-west-2",
                SourceSnapshotId=source.snapshot_id,
                Encrypted=True,
                KmsKeyId="alias/no-such-key",
            )
            await ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[copy["SnapshotId"]])

    with pytest.raises(WaiterError, match="failure state"):
        asyncio.run(scenario())


def test_pages_are_turned(session_class: Any, fake: FakeEC2) -> None:
    """Paginators come to the end."""
    for _ in range(7):
        fake.snapshots.add()

    async def scenario() -> int:
        async with client(session_class) as ec2:
            pages = ec2.get_paginator("describe_snapshots").paginate(
                OwnerIds=["self"], PaginationConfig={"PageSize": 5}
            )
            return sum([len(page["Snapshots"]) async for page in pages])

    assert asyncio.run(scenario()) == 7
    assert len(fake.journal.requests("DescribeSnapshots")) == 2


def test_calls_may_be_concurrent(session_class: Any, fake: FakeEC2) -> None:
    """Tasks of one loop get an answer each."""
    source = fake.snapshots.add(region="us-west-2")

    async def scenario() -> list[Any]:
        async with client(session_class) as ec2:
            return await asyncio.gather(
                *(
                    ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)
                    for _ in range(10)
                )
            )

    copies = asyncio.run(scenario())

    assert len({copy["SnapshotId"] for copy in copies}) == 10


def test_an_error_is_a_client_error(session_class: Any, fake: FakeEC2) -> None:
    """EC2's code arrives."""

    async def scenario() -> None:
        async with client(session_class) as ec2:
            await ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId="snap-0")

    with pytest.raises(ClientError, match=r"InvalidSnapshotID\.Malformed"):
        asyncio.run(scenario())


def test_aioboto3_is_aiobotocore(
    fake: FakeEC2,
) -> None:  # pragma: no cover  # aioboto3 pins a botocore that is older than the suite's
    """Clients and resources of aioboto3 send with the same sessions."""
    aioboto3 = pytest.importorskip("aioboto3")
    source = fake.snapshots.add(region="us-west-2")

    async def scenario() -> Any:
        session = aioboto3.Session()
        async with session.client("ec2", "us-east-1") as ec2:
            copy = await ec2.copy_snapshot(
                SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
            )
        async with session.resource("ec2", "us-east-1") as ec2:
            return await (await ec2.Snapshot(copy["SnapshotId"])).state

    assert asyncio.run(scenario()) == "pending"
