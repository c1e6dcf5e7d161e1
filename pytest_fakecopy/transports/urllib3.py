"""urllib3, and so everything that sends with it: the last place before the network.

botocore and requests are answered above it. What gets here is for urllib3's own users, for those
whom other mocks have let pass, and for what must not reach AWS.
"""

from __future__ import annotations

from http.client import RemoteDisconnected
from io import BytesIO
from typing import TYPE_CHECKING, Any

from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError, ReadTimeoutError
from urllib3.util.retry import Retry

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch
from pytest_fakecopy.transports.base import body_bytes, text_headers
from pytest_fakecopy.wire.http import Disconnected, Handler, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS = {"http": 80, "https": 443}


class Urllib3Transport:
    """Answers what urllib3's pools are asked to open, redirects and retries included."""

    __slots__ = ("_handler", "_patch")

    def __init__(self, handler: Handler) -> None:
        """Note who answers; nothing is intercepted before `start`."""
        self._handler = handler
        self._patch = Patch(_seams.connection_pool_class(), "urlopen", self._urlopen)

    def start(self) -> None:
        """Intercept from now on; does nothing if it does already."""
        if not self._patch.active:
            self._patch.start()

    def stop(self) -> None:
        """Let requests go their own way again; a second call does nothing."""
        self._patch.stop()

    def _urlopen(  # noqa: PLR0917  # the original's
        self,
        pool: Any,  # noqa: ANN401  # urllib3's
        method: str,
        url: str,
        body: Any = None,  # noqa: ANN401  # whatever can be sent
        headers: Mapping[str, str] | None = None,
        retries: Any = None,  # noqa: ANN401  # a number, a Retry, False or None
        *args: Any,  # noqa: ANN401  # the original's
        **kwargs: Any,  # noqa: ANN401  # the original's
    ) -> Any:  # noqa: ANN401  # urllib3's response
        __tracebackhide__ = True
        request = HttpRequest(
            method.upper(),
            _absolute(pool, url),
            text_headers((pool.headers if headers is None else headers).items()),
            body_bytes(body),
            "urllib3",
        )
        try:
            response = self._handler(request)
        except Disconnected as disconnected:
            # As the original does it: counted, waited for, and tried again.
            retries = Retry.from_int(retries, default=pool.retries).increment(
                method, url, error=_connection_error(disconnected, pool, url), _pool=pool
            )
            retries.sleep()
            return pool.urlopen(method, url, body, headers, retries, *args, **kwargs)
        if response is None:
            return self._patch.original(pool, method, url, body, headers, retries, *args, **kwargs)
        return HTTPResponse(
            BytesIO(response.body),
            response.headers,
            response.status,
            preload_content=kwargs.get("preload_content", True),
            decode_content=kwargs.get("decode_content", True),
            request_method=method,
            request_url=url,
        )


def _absolute(pool: Any, url: str) -> str:  # noqa: ANN401  # urllib3's
    """Return where a request goes; one that is for an HTTP proxy has its whole URL already."""
    if not url.startswith("/"):
        return url
    host = f"[{pool.host}]" if ":" in pool.host else pool.host
    port = "" if pool.port in (None, _PORTS.get(pool.scheme)) else f":{pool.port}"
    return f"{pool.scheme}://{host}{port}{url}"


def _connection_error(disconnected: Disconnected, pool: Any, url: str) -> Exception:  # noqa: ANN401
    if disconnected.kind == "timeout":
        return ReadTimeoutError(pool, url, "Read timed out.")
    ended = RemoteDisconnected("Remote end closed connection without response")
    return ProtocolError("Connection aborted.", ended)
