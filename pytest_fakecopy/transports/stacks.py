"""Libraries that get to a host past Python's name look-up: by proxies, resolvers, stacks in C.

None of them is answered. Each is asked whom it wants to reach, before it tries to.
"""

from __future__ import annotations

import inspect
import ssl
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch
from pytest_fakecopy.transports.late import WhenImported

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.transports.base import Transport

    Require = Callable[[str], None]
    """Raises where a host must not be connected to."""
    HostOf = Callable[..., Any]
    """Returns the host from the arguments of a method, None where there is none."""


class HostGuard:
    """Asks before a method of a class does something with a host."""

    __slots__ = ("_patch", "_require")

    def __init__(self, require: Require, owner: type, name: str, host_of: HostOf) -> None:
        """Note what to ask before; nothing changes before `start`."""
        self._require = require
        original = getattr(owner, name)
        replacement = self._awaited if inspect.iscoroutinefunction(original) else self._called
        self._patch = Patch(owner, name, replacement(host_of))

    def start(self) -> None:
        """Ask from now on; does nothing if that is so already."""
        if not self._patch.active:
            self._patch.start()

    def stop(self) -> None:
        """Let the method do as it likes again; a second call does nothing."""
        self._patch.stop()

    def _called(self, host_of: HostOf) -> Callable[..., Any]:
        def method(instance: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # any method's
            __tracebackhide__ = True
            self._ask(host_of(*args, **kwargs))
            return self._patch.original(instance, *args, **kwargs)

        return method

    def _awaited(self, host_of: HostOf) -> Callable[..., Any]:
        async def method(instance: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # any method's
            __tracebackhide__ = True
            self._ask(host_of(*args, **kwargs))
            return await self._patch.original(instance, *args, **kwargs)

        return method

    def _ask(self, host: object) -> None:
        __tracebackhide__ = True
        if isinstance(host, str) and host:
            self._require(host)


def guards(require: Require) -> tuple[Transport, ...]:
    """Return what stands before each of these libraries, once it is imported."""

    def late(
        module: str, owner: Callable[[], type], name: str, host_of: HostOf
    ) -> tuple[str, Callable[[], Transport]]:
        return module, lambda: HostGuard(require, owner(), name, host_of)

    context = ssl.SSLContext
    httpx, httpx_async = _seams.httpx_transport_class, _seams.httpx_async_transport_class
    return (
        # uvloop and aiodns look up names by themselves; whoever speaks TLS names the host here.
        HostGuard(require, context, "wrap_socket", partial(_server_hostname, 4)),
        HostGuard(require, context, "wrap_bio", partial(_server_hostname, 3)),
        WhenImported(
            late("httpx", httpx, "handle_request", _host_in_httpx),
            late("httpx", httpx_async, "handle_async_request", _host_in_httpx),
            late("aiohttp", _seams.aiohttp_connector_class, "connect", _host_of_request),
            late("awscrt.s3", _seams.crt_s3_client_class, "make_request", _host_in_header),
        ),
    )


def _server_hostname(
    position: int, *args: object, server_hostname: object = None, **_: object
) -> object:
    """Return the host of a TLS connection, by its name or at that position."""
    return args[position] if len(args) > position else server_hostname


def _host_of_request(request: Any, *_: object, **__: object) -> object:  # noqa: ANN401  # theirs
    """Return the host of the URL of a request of httpx or aiohttp."""
    return request.url.host


def _host_in_httpx(request: Any) -> object:  # noqa: ANN401  # theirs
    """Return the host of a request of httpx, None where a mock of the test's own answers it."""
    return None if _seams.is_httpx_mocked() else _host_of_request(request)


def _host_in_header(*_: object, request: Any, **__: object) -> object:  # noqa: ANN401  # awscrt's
    """Return the host that a request of the AWS Common Runtime is for, without its port."""
    return (request.headers.get("host") or "").partition(":")[0]
