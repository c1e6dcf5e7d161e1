"""A real HTTP endpoint: for processes of their own, and for HTTP libraries that aren't replaced.

werkzeug reads and writes HTTP, a thread for each connection. Nothing that a client sends ends the
server, and nothing is forwarded.
"""

from __future__ import annotations

import json
import re
import socket
from contextlib import suppress
from email.utils import formatdate
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request, Response

from pytest_fakecopy import _seams
from pytest_fakecopy.errors import UnexpectedRequest, UsageError
from pytest_fakecopy.transports.base import text_headers
from pytest_fakecopy.wire.http import Disconnected, Handler, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

_HIGHEST_PORT = 2**16 - 1
# RFC 8446, section 5.1: the type of the first record.
_TLS_HANDSHAKE = b"\x16"
_LARGEST_BODY_BYTES = 2**24
_POLL_SECONDS = 0.02
_IDLE_SECONDS = 30.0
# Longer than the SDKs wait for an answer by default, which is a minute.
_HOLD_SECONDS = 90.0

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class ServerTransport:
    """Serves HTTP at one address between `start` and `stop`."""

    def __init__(self, handler: Handler, host: str, port: int) -> None:
        """Note who answers, and where; nothing is bound before `start`.

        Args:
            handler: Answers; is called in the thread of each connection.
            host: The address to bind, a name or an IP address of this machine.
            port: The port, 0 for any that is free.
        """
        self.host = host
        self.port = port
        """The port, after `start` the one that was taken."""
        self.failures: list[Exception] = []
        """What the handler raised that is no answer: defects of the fake, a clock that failed."""
        self._handler = handler
        self._stopping = Event()
        self._server: _Server | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Bind the address and serve in a thread; does nothing if it does already.

        Raises:
            UsageError: the address can't be bound.
        """
        if self._server is not None:
            return
        with _bound(self.host, self.port) as listening:
            server = _Server(
                self.host, self.port, self._application, _Handler, fd=listening.fileno()
            )
        self.port = server.port
        self._stopping.clear()
        self._server = server
        self._thread = Thread(
            target=server.serve_forever, args=(_POLL_SECONDS,), name="fake_ec2", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Free the address and end every connection; a second call does nothing."""
        server, self._server = self._server, None
        thread, self._thread = self._thread, None
        if server is None or thread is None:
            return
        self._stopping.set()
        server.shutdown()
        thread.join()
        server.disconnect_all()

    def _application(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            answer = self._answer(_http_request(environ))
        except HTTPException as error:
            return error.get_response(environ)(environ, start_response)
        except (OSError, ValueError) as error:
            answer = _refusal({}, 400, "MalformedRequest", f"This can't be read: {error}")
        except Disconnected as disconnected:
            if disconnected.kind == "timeout":
                self._stopping.wait(_HOLD_SECONDS)
            _end(environ["werkzeug.socket"])
            raise ConnectionAbortedError from None
        return Response(answer.body, answer.status, dict(answer.headers))(environ, start_response)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            answer = self._handler(request)
        except UnexpectedRequest as unexpected:
            return _refusal(request.headers, 501, "UnexpectedRequest", str(unexpected))
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001  # raised where the server is stopped
            self.failures.append(error)
            return _refusal(request.headers, 500, type(error).__name__, str(error))
        if answer is None:
            message = "EC2, KMS and STS are served here, and this request is for none of them."
            return _refusal(request.headers, 400, "NotServed", message)
        return answer


class _Server(ThreadedWSGIServer):
    """werkzeug's server, which knows its open connections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # the original's
        self._open: set[socket.socket] = set()
        super().__init__(*args, **kwargs)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Say nothing: a client that goes away is none of the test's output."""

    def disconnect_all(self) -> None:
        """End the connections that are open, whatever they wait for."""
        for connection in tuple(self._open):
            _end(connection)


class _Handler(WSGIRequestHandler):
    """One connection: silent, and no exception for what can't be read."""

    timeout = _IDLE_SECONDS

    def handle_one_request(self) -> None:
        if self.rfile.peek(1)[:1] == _TLS_HANDSHAKE:  # type: ignore[attr-defined]  # it is buffered
            # There may be no end of a line in it, and a client that was told "https" is waiting.
            self.requestline, self.request_version, self.command = "", self.protocol_version, ""
            self.close_connection = True
            self.send_error(400, "http is spoken here and not https")
            return
        super().handle_one_request()

    def handle_expect_100(self) -> bool:
        # werkzeug says it as well.
        return True

    def run_wsgi(self) -> None:
        try:
            super().run_wsgi()
        except ValueError:
            # werkzeug 3.1 splits the URL before it catches anything.
            self.send_error(400)

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)
        # SDKs correct their clocks by it: it is the time of the machine, whatever the test's is.
        self.send_header("Date", formatdate(_seams.wall_seconds(), usegmt=True))

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ANN401  # the original's
        """Say nothing: the journal has every request."""


class _Request(Request):
    max_content_length = _LARGEST_BODY_BYTES


def _http_request(environ: WSGIEnvironment) -> HttpRequest:
    request = _Request(environ)
    target = str(environ["RAW_URI"])
    if target.startswith("/"):
        target = f"http://{request.headers.get('Host') or request.host}{target}"
    elif not target.startswith(("http://", "https://")):
        msg = f"the request target {target!r}"
        raise ValueError(msg)
    return HttpRequest(
        request.method, target, text_headers(request.headers.items()), request.get_data(), "server"
    )


def _end(connection: socket.socket) -> None:
    # It may have ended meanwhile, by its client or by another thread.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _bound(host: str, port: int) -> socket.socket:
    # What isn't a port the socket would find out too, and stay open.
    if type(port) is not int or not 0 <= port <= _HIGHEST_PORT:
        raise _not_bound(host, port, "a port is a whole number from 0 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise _not_bound(host, port, error) from None


def _not_bound(host: str, port: int, why: object) -> UsageError:
    return UsageError(
        f"fake_ec2 can't serve at host={host!r}, port={port!r}: {why}.\n"
        'Any free port of this machine: fake_ec2.serve(host="127.0.0.1", port=0)'
    )


def _refusal(headers: Mapping[str, str], status: int, code: str, message: str) -> HttpResponse:
    """Return an error in the form of the protocol that the request was made in."""
    if "x-amz-target" in headers:
        body = json.dumps({"__type": code, "message": message}).encode()
        kind = "application/x-amz-json-1.1"
        return HttpResponse(status, body, {"content-type": kind, "x-amzn-errortype": code})
    text = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\ufffd"), message)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"<Code>{code}</Code><Message>{text}</Message>"
        "</Error></Errors><RequestID>00000000-0000-0000-0000-000000000000</RequestID></Response>"
    ).encode()
    return HttpResponse(status, body, {"content-type": "text/xml;charset=UTF-8"})
