"""What all transports share: how they are switched on and off, and the form of headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


class Transport(Protocol):
    """Brings the requests of one HTTP library to the handler that it was made with."""

    def start(self) -> None:
        """Intercept from now on, clients made earlier included; does nothing if it does already."""
        ...

    def stop(self) -> None:
        """Let requests go their own way again; a second call does nothing.

        What `start` replaced is the original object again, also where transports are stopped in
        another order than the reverse of their start.
        """
        ...


def text_headers(items: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    """Return headers as an `HttpRequest` has them: text, names in lower case.

    Bytes are taken as Latin-1, as HTTP does: that never fails and loses nothing.
    """
    return {
        name.lower(): value if isinstance(value, str) else value.decode("latin-1")
        for name, value in items
    }


def body_bytes(body: object) -> bytes:
    """Return a body that is text or bytes; any other is empty.

    To read a file or a generator would leave nothing to send, and no request that is served here
    has such a body.
    """
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else b""
