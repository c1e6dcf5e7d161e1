"""botocore, and so boto3: requests are taken where they would go to urllib3.

Retries, parsing and event hooks stay botocore's own.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch
from pytest_fakecopy.transports.base import text_headers
from pytest_fakecopy.wire.http import Disconnected, Handler, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK_BYTES = 2**16


class BotocoreTransport:
    """Answers what botocore sends, in every thread and for clients made before as well."""

    __slots__ = ("_handler", "_patch")

    def __init__(self, handler: Handler) -> None:
        """Note who answers; nothing is intercepted before `start`."""
        self._handler = handler
        self._patch = Patch(_seams.http_session_class(), "send", self._send)

    def start(self) -> None:
        """Intercept from now on; does nothing if it does already."""
        if not self._patch.active:
            self._patch.start()

    def stop(self) -> None:
        """Let requests go their own way again; a second call does nothing."""
        self._patch.stop()

    def _send(self, session: Any, prepared: Any) -> AWSResponse:  # noqa: ANN401  # botocore's
        __tracebackhide__ = True
        try:
            response = self._handler(http_request(prepared))
        except Disconnected as disconnected:
            raise connection_error(disconnected, prepared) from None
        if response is None:
            return self._patch.original(session, prepared)
        return aws_response(prepared.url, response)


class RawResponse(BytesIO):
    """The body of a response, read as botocore reads urllib3's: in one piece or as a stream."""

    def stream(self, amt: int = _CHUNK_BYTES) -> Iterator[bytes]:
        """Yield the rest of the body in pieces of at most *amt* bytes."""
        while chunk := self.read(amt):
            yield chunk


def http_request(prepared: Any, transport: str = "botocore") -> HttpRequest:  # noqa: ANN401
    """Return what an `AWSPreparedRequest` would put on the wire; it can still be sent."""
    return HttpRequest(
        prepared.method,
        prepared.url,
        text_headers(_seams.header_items(prepared.headers)),
        _body(prepared),
        transport,
    )


def aws_response(url: str, response: HttpResponse) -> AWSResponse:
    """Return *response* as botocore gets it from its HTTP session, its body not yet read."""
    return AWSResponse(url, response.status, response.headers, RawResponse(response.body))


def connection_error(disconnected: Disconnected, prepared: Any) -> Exception:  # noqa: ANN401
    """Return the error that `URLLib3Session.send` raises in that case; botocore retries both."""
    kinds: dict[str, Any] = {"closed": ConnectionClosedError, "timeout": ReadTimeoutError}
    error: Exception = kinds[disconnected.kind](
        endpoint_url=prepared.url, request=prepared, error=disconnected
    )
    return error


def _body(prepared: Any) -> bytes:  # noqa: ANN401  # botocore's
    body = prepared.body
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytearray, memoryview)):
        return bytes(body)
    return _drained(prepared)


def _drained(prepared: Any) -> bytes:  # noqa: ANN401  # botocore's
    """Read a body that is a file or an iterable, and leave it as it was for whoever sends it."""
    body = prepared.body
    position = _position(body)
    data = body.read() if hasattr(body, "read") else b"".join(map(_as_bytes, body))
    data = _as_bytes(data)
    if not _rewound(body, position):
        # Spent, so what was in it takes its place. An iterator, because botocore has to find out
        # on a retry that it can't be rewound.
        prepared.body = iter((data,))
    return data


def _position(body: Any) -> int:  # noqa: ANN401  # any file's
    try:
        return int(body.tell())
    except (AttributeError, OSError, ValueError):
        # botocore's own `AwsChunkedWrapper` has no `tell` and can be rewound to its start.
        return 0


def _rewound(body: Any, position: int) -> bool:  # noqa: ANN401  # any file's
    try:
        body.seek(position)
    except Exception:  # noqa: BLE001  # botocore's `reset_stream` takes any as "can't be rewound"
        return False
    return True


def _as_bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data
