"""How a scenario's call is sent: one way per transport."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, closing
from http.client import HTTPConnection
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_fakecopy.scenarios import running
from pytest_fakecopy.transports.botocore import RawResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy import FakeEC2
    from pytest_fakecopy.scenarios import CopyCall, Rejected
    from pytest_fakecopy.wire.http import HttpRequest, HttpResponse

# botocore takes longer to make a client than to send all that a scenario sends, so clients are
# kept: the fakes of all scenarios have the same credentials.
_clients: dict[tuple[object, ...], Any] = {}


def _kept(way: str, call: CopyCall, make: Callable[[], Any]) -> Any:
    key = (way, call.region, call.account_id, call.raw)
    if key not in _clients:
        _clients[key] = make()
    return _clients[key]


def botocore(fake: FakeEC2, call: CopyCall) -> str | Rejected:
    """Send it with a client of boto3."""
    return running.send_with(_kept("botocore", call, lambda: call.client), call.parameters)


def resource(fake: FakeEC2, call: CopyCall) -> str | Rejected:
    """Send it with a resource of boto3, which takes the source's id from the snapshot it is."""
    client = _kept("resource", call, lambda: _resource(fake, call))
    parameters = dict(call.parameters)
    snapshot_id = parameters.get("SourceSnapshotId")
    if not snapshot_id:
        return running.send_with(client.meta.client, parameters)
    del parameters["SourceSnapshotId"]
    try:
        answer = client.Snapshot(snapshot_id).copy(**parameters)
    except ClientError as error:
        return running.rejected(error.response)
    return str(answer["SnapshotId"])


def _resource(fake: FakeEC2, call: CopyCall) -> Any:
    options = {"config": running._RAW} if call.raw else {}
    return boto3.resource("ec2", call.region, **_keys(fake, call), **options)


def _keys(fake: FakeEC2, call: CopyCall) -> dict[str, str | None]:
    account = fake.accounts[call.account_id]
    return {
        "aws_access_key_id": account.access_key_id,
        "aws_secret_access_key": account.secret_access_key,
    }


def through_requests(fake: FakeEC2, call: CopyCall) -> str | Rejected:
    """Send what botocore has signed with requests."""

    def send(request: Any) -> tuple[int, dict[str, str], bytes]:
        headers = {name: _text(value) for name, value in request.headers.items()}
        answer = requests.request(
            request.method, request.url, data=request.body, headers=headers, timeout=10
        )
        return answer.status_code, dict(answer.headers), answer.content

    return _sent_by(send, "requests", call)


class Server:
    """A real endpoint that EC2's own names are led to, for one fake after the other."""

    def __init__(self) -> None:
        """Start it: that takes longer than all that a scenario sends."""
        from pytest_fakecopy.transports.server import ServerTransport  # noqa: PLC0415  # an extra

        self._fake: FakeEC2 | None = None
        self._server = ServerTransport(self._handle, "127.0.0.1", 0)
        self._server.start()

    def close(self) -> None:
        """Stop it."""
        self._server.stop()

    def send(self, fake: FakeEC2, call: CopyCall) -> str | Rejected:
        """Send what botocore has signed over HTTP."""
        self._fake = fake
        return _sent_by(self._exchange, "server", call)

    def _handle(self, request: HttpRequest) -> HttpResponse | None:
        assert self._fake is not None
        return self._fake._gateway.handle(request)

    def _exchange(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        headers = {name: _text(value) for name, value in request.headers.items()}
        # botocore signs with awscrt where that is installed, and then has the host among them.
        headers.setdefault("host", urlsplit(request.url).netloc)
        with closing(HTTPConnection("127.0.0.1", self._server.port, timeout=10)) as connection:
            connection.request(request.method, "/", request.body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _sent_by(
    send: Callable[[Any], tuple[int, dict[str, str], bytes]], way: str, call: CopyCall
) -> str | Rejected:
    client = _kept(way, call, lambda: call.client)

    def before_send(request: Any, **_: object) -> AWSResponse:
        status, headers, body = send(request)
        return AWSResponse(request.url, status, headers, RawResponse(body))

    client.meta.events.register("before-send.ec2.CopySnapshot", before_send)
    try:
        return running.send_with(client, call.parameters)
    finally:
        client.meta.events.unregister("before-send.ec2.CopySnapshot", before_send)


class Aiobotocore:
    """Clients of aiobotocore, in an event loop that they share."""

    def __init__(self) -> None:
        """Open the loop."""
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()

    def close(self) -> None:
        """Close all clients and the loop."""
        self._loop.run_until_complete(self._stack.aclose())
        self._loop.close()

    def send(self, fake: FakeEC2, call: CopyCall) -> str | Rejected:
        """Send it."""
        return self._loop.run_until_complete(self._send(fake, call))

    async def _send(self, fake: FakeEC2, call: CopyCall) -> str | Rejected:
        key = ("aiobotocore", call.region, call.account_id, call.raw)
        if key not in _clients:
            _clients[key] = await self._stack.enter_async_context(self._client(fake, call))
        try:
            answer = await _clients[key].copy_snapshot(**call.parameters)
        except ClientError as error:
            return running.rejected(error.response)
        return str(answer["SnapshotId"])

    def _client(self, fake: FakeEC2, call: CopyCall) -> Any:
        from aiobotocore.config import AioConfig  # noqa: PLC0415  # an extra
        from aiobotocore.session import get_session  # noqa: PLC0415

        config = AioConfig()
        if call.raw:
            config = config.merge(
                Config(parameter_validation=False, retries={"total_max_attempts": 1})
            )
        return get_session().create_client("ec2", call.region, config=config, **_keys(fake, call))


_shared: dict[type, Any] = {}


def close_shared() -> None:
    """Close what scenarios have shared."""
    while _shared:
        _shared.popitem()[1].close()


def _share(kind: type) -> Any:
    if kind not in _shared:
        _shared[kind] = kind()
    return _shared[kind]


def through_aiobotocore(fake: FakeEC2, call: CopyCall) -> str | Rejected:
    """Send it with a client of aiobotocore."""
    return _share(Aiobotocore).send(fake, call)  # type: ignore[no-any-return]


def through_the_server(fake: FakeEC2, call: CopyCall) -> str | Rejected:
    """Send what botocore has signed to a real endpoint."""
    return _share(Server).send(fake, call)  # type: ignore[no-any-return]


def _needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed")


SENDERS = [
    pytest.param(botocore, id="botocore"),
    pytest.param(resource, id="resource"),
    pytest.param(through_aiobotocore, id="aiobotocore", marks=_needs("aiobotocore")),
    pytest.param(through_requests, id="requests"),
    pytest.param(through_the_server, id="server", marks=_needs("werkzeug")),
]
"""Each takes the fake and a `CopyCall`, and returns the id of the copy or a `Rejected`."""
