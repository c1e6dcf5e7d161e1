"""The HTTP server, with a stub in place of the fake: what it hands on, and what it survives."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
from freezegun import freeze_time

from pytest_fakecopy.errors import ClockError, InternalError, UnexpectedRequest, UsageError
from pytest_fakecopy.wire.http import Disconnected, HttpResponse
from tests.transports.stub import REGIONS, StubHandler, answering

pytest.importorskip("werkzeug")

from pytest_fakecopy.transports import server as server_module  # skipped above
from pytest_fakecopy.transports.server import ServerTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def serve() -> Iterator[Callable[..., ServerTransport]]:
    """Return a function that starts a server, which is stopped with the test."""
    before = set(threading.enumerate())
    started: list[ServerTransport] = []

    def begin(handler: Any, host: str = "127.0.0.1", port: int = 0) -> ServerTransport:
        started.append(ServerTransport(handler, host, port))
        started[-1].start()
        return started[-1]

    yield begin
    for server in started:
        server.stop()
    assert "fake_ec2" not in {thread.name for thread in set(threading.enumerate()) - before}


def connect(server: ServerTransport) -> http.client.HTTPConnection:
    """Return a connection to a server."""
    return http.client.HTTPConnection(server.host, server.port, timeout=10)


def exchange(server: ServerTransport, *request: Any, **more: Any) -> tuple[int, bytes, Any]:
    """Send a request and return status, body and headers of the answer."""
    with closing(connect(server)) as connection:
        connection.request(*request, **more)
        response = connection.getresponse()
        return response.status, response.read(), response.headers


def send_raw(server: ServerTransport, data: bytes) -> bytes:
    """Send bytes and return all that comes back until the server ends the connection."""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_a_request_arrives_as_it_was_sent(serve: Callable[..., ServerTransport]) -> None:
    """Host with its port, path and query untouched, headers in lower case, the body."""
    handler = answering()
    server = serve(handler)
    headers = {"X-Amz-Date": "20260101T000000Z", "amz-sdk-request": "attempt=1"}

    exchange(server, "POST", "/a%2Fb?x=%20y&z", body=b"Action=A", headers=headers)

    [request] = handler.requests
    assert (request.method, request.transport) == ("POST", "server")
    assert request.url == f"http://127.0.0.1:{server.port}/a%2Fb?x=%20y&z"
    assert request.body == b"Action=A"
    assert request.headers["x-amz-date"] == "20260101T000000Z"
    assert request.headers["amz-sdk-request"] == "attempt=1"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


def test_another_hosts_name_is_kept(serve: Callable[..., ServerTransport]) -> None:
    """Who leads AWS's own names here, as a proxy does, is asked for them."""
    handler = answering()
    server = serve(handler)

    exchange(server, "GET", "/?Action=A", headers={"Host": "ec2.eu-west-1.amazonaws.com"})
    exchange(server, "GET", "http://ec2.amazonaws.com/?Action=B")

    assert [request.url for request in handler.requests] == [
        "http://ec2.eu-west-1.amazonaws.com/?Action=A",
        "http://ec2.amazonaws.com/?Action=B",
    ]


def test_a_request_without_a_host_gets_the_servers(serve: Callable[..., ServerTransport]) -> None:
    """HTTP/1.0 has none."""
    handler = answering()
    server = serve(handler)

    answer = send_raw(server, b"GET /?Action=A HTTP/1.0\r\n\r\n")

    assert answer.endswith(REGIONS)
    assert handler.requests[0].url == f"http://127.0.0.1:{server.port}/?Action=A"


def test_the_answer_arrives_as_it_was_given(serve: Callable[..., ServerTransport]) -> None:
    """Status, headers and body; nothing of werkzeug's."""
    server = serve(answering(status=412))

    status, body, headers = exchange(server, "GET", "/")

    assert (status, body) == (412, REGIONS)
    assert headers["content-type"] == "text/xml"
    assert headers["x-amzn-requestid"] == "r-1"
    assert "Server" not in headers


def test_a_body_in_chunks_is_read(serve: Callable[..., ServerTransport]) -> None:
    """Some SDKs send no length."""
    handler = answering()
    server = serve(handler)

    exchange(server, "POST", "/", body=iter([b"Action", b"=A"]), encode_chunked=True)

    assert handler.requests[0].body == b"Action=A"


def test_a_process_that_is_frozen_serves(serve: Callable[..., ServerTransport]) -> None:
    """Clients set their clocks by the header Date, so that it is the machine's time."""
    server = serve(answering())

    with freeze_time("2001-01-01", real_asyncio=True):
        _, body, headers = exchange(server, "GET", "/")

    age = datetime.now(timezone.utc) - parsedate_to_datetime(headers["Date"])
    assert body == REGIONS
    assert abs(age) < timedelta(minutes=1)


def test_a_server_may_be_started_in_a_frozen_process(
    serve: Callable[..., ServerTransport],
) -> None:
    """Starting and stopping doesn't wait for a time that stands still."""
    with freeze_time("2001-01-01", real_asyncio=True):
        server = serve(answering())
        assert exchange(server, "GET", "/")[0] == 200
        server.stop()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="tls"),
        pytest.param(b"GARBAGE\r\n\r\n", id="no-request-line"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", id="version"),
        pytest.param(b"GET / FTP/1.1\r\n\r\n", id="protocol"),
        pytest.param(b"GET http://[/ HTTP/1.1\r\nHost: a\r\n\r\n", id="absolute-ipv6"),
        pytest.param(b"CONNECT ec2.amazonaws.com:443 HTTP/1.1\r\nHost: a\r\n\r\n", id="connect"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", id="asterisk"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="chunk"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", id="short"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", id="many-headers"),
        pytest.param(b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", id="long-line"),
    ],
)
def test_what_can_not_be_read_is_an_http_error(
    serve: Callable[..., ServerTransport], capfd: pytest.CaptureFixture[str], data: bytes
) -> None:
    """It never reaches the handler, leaves no traceback, and the next request is answered."""
    handler = answering()
    server = serve(handler)

    answer = send_raw(server, data)

    # http.server answers without a status line where it doesn't take the request for HTTP/1.
    assert re.match(rb"HTTP/1\.1 (4\d\d|505) |(?s:.*)Error code: (400|505)", answer)
    assert handler.requests == []
    assert exchange(server, "GET", "/")[0] == 200
    assert capfd.readouterr() == ("", "")


def test_a_client_that_speaks_tls_is_answered_at_once(
    serve: Callable[..., ServerTransport],
) -> None:
    """It would wait for the end of a line that its greeting may not have."""
    server = serve(answering())

    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 400 http is spoken here and not https\r\n")


def test_who_asks_first_is_told_once_to_go_on(serve: Callable[..., ServerTransport]) -> None:
    """The body is read after that, and answered."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    handler = answering()

    answer = send_raw(serve(handler), head + b"abc")

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert handler.requests[0].body == b"abc"


def test_a_body_that_is_too_large_is_refused(
    serve: Callable[..., ServerTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request of EC2's is that long."""
    monkeypatch.setattr(server_module._Request, "max_content_length", 100)
    handler = answering()

    status, _, _ = exchange(serve(handler), "POST", "/", body=b"a" * 101)

    assert status == 413
    assert handler.requests == []


def test_a_client_that_goes_away_is_no_news(
    serve: Callable[..., ServerTransport], capfd: pytest.CaptureFixture[str]
) -> None:
    """The server says nothing and goes on."""
    server = serve(answering(b"a" * 10_000_000))

    for _ in range(3):
        with socket.create_connection((server.host, server.port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    assert exchange(server, "GET", "/")[0] == 200
    server.stop()
    assert capfd.readouterr() == ("", "")


def test_what_is_not_served_is_an_error_of_ec2s_form(
    serve: Callable[..., ServerTransport],
) -> None:
    """The message is the whole one; what XML can't hold is replaced."""
    server = serve(StubHandler(UnexpectedRequest("does not serve <A> & \x00")))

    status, body, headers = exchange(server, "GET", "/?Action=A")

    assert status == 501
    assert headers["content-type"] == "text/xml;charset=UTF-8"
    assert body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Response><Errors><Error><Code>UnexpectedRequest</Code>"
        "<Message>does not serve &lt;A&gt; &amp; \ufffd</Message></Error></Errors>"
        "<RequestID>00000000-0000-0000-0000-000000000000</RequestID></Response>"
    )
    assert server.failures == []


def test_what_is_not_served_is_an_error_of_kms_form(
    serve: Callable[..., ServerTransport],
) -> None:
    """Who asks in JSON is answered in JSON."""
    server = serve(StubHandler(UnexpectedRequest("no")))

    status, body, headers = exchange(
        server, "POST", "/", headers={"X-Amz-Target": "TrentService.ListKeys"}
    )

    assert status == 501
    assert json.loads(body) == {"__type": "UnexpectedRequest", "message": "no"}
    assert headers["x-amzn-errortype"] == "UnexpectedRequest"


def test_what_nobody_is_meant_by_is_refused(serve: Callable[..., ServerTransport]) -> None:
    """There is nowhere to pass a request on to."""
    status, body, _ = exchange(serve(StubHandler(None)), "GET", "/health")

    assert status == 400
    assert b"<Code>NotServed</Code>" in body


@pytest.mark.parametrize("error", [InternalError("boom"), ClockError("boom"), ValueError("boom")])
def test_a_failure_of_the_fake_is_kept(
    serve: Callable[..., ServerTransport], error: Exception
) -> None:
    """The client gets an error 500, and whoever stops the server can see why."""
    server = serve(StubHandler(error))

    status, body, _ = exchange(server, "GET", "/")

    assert status == 500
    assert b"<Message>boom</Message>" in body
    assert server.failures == [error]


def test_a_connection_can_be_closed(serve: Callable[..., ServerTransport]) -> None:
    """The client gets no answer."""
    server = serve(StubHandler(Disconnected("closed")))

    with pytest.raises(http.client.RemoteDisconnected):
        exchange(server, "GET", "/")


def test_an_answer_can_be_withheld(
    serve: Callable[..., ServerTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client's own time-out ends the wait, or the server's patience does."""
    server = serve(StubHandler(Disconnected("timeout")))
    with closing(connect(server)) as connection:
        connection.timeout = 0.1
        connection.request("GET", "/")
        with pytest.raises(TimeoutError):
            connection.getresponse()

    monkeypatch.setattr(server_module, "_HOLD_SECONDS", 0.01)
    with pytest.raises(http.client.RemoteDisconnected):
        exchange(server, "GET", "/")


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_stopping_ends_what_is_open(serve: Callable[..., ServerTransport], sent: bytes) -> None:
    """Whatever a connection waits for, it is over within a second."""
    server = serve(StubHandler(Disconnected("timeout")))
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(sent)
        # The server has taken the connection by the time that it answers another one.
        send_raw(server, b"GARBAGE\r\n\r\n")

        began = time.monotonic()
        server.stop()
        rest = connection.recv(1)

        assert rest == b""
        assert time.monotonic() - began < 1


def test_stopping_is_not_stopped_by_what_has_ended(
    serve: Callable[..., ServerTransport],
) -> None:
    """A connection may end between the look at it and the end of it."""
    server = serve(answering())
    assert server._server is not None
    with socket.socket() as unconnected:
        server._server._open.add(unconnected)

        server.stop()

    with pytest.raises(OSError, match="refused"):
        exchange(server, "GET", "/")


def test_its_address_is_free_again(serve: Callable[..., ServerTransport]) -> None:
    """A server can be stopped twice, and started at the same port."""
    server = serve(answering())
    server.start()
    port = server.port
    server.stop()
    server.stop()

    with pytest.raises(OSError, match="refused"):
        exchange(server, "GET", "/")
    server.start()

    assert server.port == port
    assert exchange(server, "GET", "/")[0] == 200


def test_connections_are_served_at_once(serve: Callable[..., ServerTransport]) -> None:
    """One client doesn't wait for another."""
    barrier = threading.Barrier(8, timeout=10)

    def handle(request: Any) -> HttpResponse:
        barrier.wait()
        return HttpResponse(200, b"")

    server = serve(handle)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: exchange(server, "GET", "/")[0], range(8)))

    assert answers == [200] * 8


@pytest.mark.parametrize(
    ("host", "port"),
    [
        pytest.param("192.0.2.1", 0, id="not-this-machines"),
        pytest.param("127.0.0.1", 70000, id="no-port"),
        pytest.param("127.0.0.1", "4566", id="no-number"),
    ],
)
def test_an_address_that_can_not_be_bound_is_refused(host: str, port: Any) -> None:
    """The message has the line to write."""
    server = ServerTransport(answering(), host, port)

    with pytest.raises(UsageError, match=r"(?s)can't serve at host='.*port=0\)$") as refusal:
        server.start()
    assert repr(port) in str(refusal.value)


def test_a_port_that_is_taken_is_refused(serve: Callable[..., ServerTransport]) -> None:
    """werkzeug would end the process."""
    taken = serve(answering()).port

    with pytest.raises(UsageError, match="in use"):
        serve(answering(), port=taken)


def _has_ipv6() -> bool:
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False  # pragma: no cover  # a matter of the machine


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
def test_an_address_of_ipv6_can_be_bound(serve: Callable[..., ServerTransport]) -> None:
    """The URL has it in brackets."""
    handler = answering()
    server = serve(handler, "::1")

    exchange(server, "GET", "/")

    assert handler.requests[0].url == f"http://[::1]:{server.port}/"
