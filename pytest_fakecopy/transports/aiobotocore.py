"""aiobotocore, and so aioboto3: both of its HTTP sessions, aiohttp's and httpx's.

The handler is called in the event loop: it never waits for anything but another thread's request.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from aiobotocore.awsrequest import AioAWSResponse

from pytest_fakecopy._patch import Patch
from pytest_fakecopy.transports.botocore import connection_error, http_request
from pytest_fakecopy.wire.http import Disconnected, Handler


class AiobotocoreTransport:
    """Answers what one kind of HTTP session sends, for clients made before as well."""

    __slots__ = ("_handler", "_patch")

    def __init__(self, handler: Handler, session_class: type) -> None:
        """Note who answers and which class sends; nothing is intercepted before `start`."""
        self._handler = handler
        self._patch = Patch(session_class, "send", self._send)

    def start(self) -> None:
        """Intercept from now on; does nothing if it does already."""
        if not self._patch.active:
            self._patch.start()

    def stop(self) -> None:
        """Let requests go their own way again; a second call does nothing."""
        self._patch.stop()

    async def _send(self, session: Any, prepared: Any) -> Any:  # noqa: ANN401  # botocore's
        __tracebackhide__ = True
        try:
            answer = self._handler(http_request(prepared, "aiobotocore"))
        except Disconnected as disconnected:
            raise connection_error(disconnected, prepared) from None
        if answer is None:
            return await self._patch.original(session, prepared)
        # httpx's session has a class of its own, which differs in the name of the method it reads.
        response = AioAWSResponse(
            prepared.url, answer.status, answer.headers, AsyncBody(answer.body)
        )
        if not prepared.stream_output:
            await response.content
        return response


class AsyncBody:
    """The body of a response, read as aiobotocore reads aiohttp's: whole or as a stream."""

    def __init__(self, body: bytes) -> None:
        """Take the whole body."""
        self._body = BytesIO(body)

    @property
    def content(self) -> AsyncBody:
        """The stream, which aiohttp keeps apart from the response."""
        return self

    async def __aenter__(self) -> AsyncBody:  # noqa: PYI034  # typing.Self came with Python 3.11
        """Read within a block, as aiobotocore 2 hands it on to aiohttp."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Do nothing: no connection is held."""

    async def read(self, amt: int = -1) -> bytes:
        """Return the next *amt* bytes, or all that are left."""
        return self._body.read(amt)

    def close(self) -> None:
        """Do nothing: no connection is held."""
