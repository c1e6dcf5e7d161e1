"""The last door before the network, for what no other transport brings to the fake.

Names of AWS are not looked up, sources of credentials are not connected to, and proxies are not
asked for either. What may be connected to is decided elsewhere; everything else is let through.
"""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any

from pytest_fakecopy._patch import Patch

if TYPE_CHECKING:
    from collections.abc import Callable


class NetworkGuard:
    """Asks before this process connects to a host, in every thread and whatever the library.

    Libraries that have a network stack of their own pass it by; `stacks` asks those it knows.
    """

    __slots__ = ("_lookup", "_patches", "_require")

    def __init__(self, require: Callable[[str], None]) -> None:
        """Note who raises where a host, a name or an address, must not be connected to."""
        self._require = require
        self._lookup = Patch(socket, "getaddrinfo", self._getaddrinfo)
        connection = http.client.HTTPConnection
        self._patches = (
            self._lookup,
            self._before(socket.socket, "connect", _address_of),
            self._before(socket.socket, "connect_ex", _address_of),
            self._before(connection, "set_tunnel", lambda host, *_, **__: host),
            self._before(connection, "putrequest", _host_of_whole_url),
        )

    def start(self) -> None:
        """Ask from now on."""
        for patch in self._patches:
            patch.start()

    def stop(self) -> None:
        """Let everything connect again; a second call does nothing."""
        for patch in reversed(self._patches):
            patch.stop()

    def _before(self, owner: type, name: str, host_of: Callable[..., Any]) -> Patch:
        def method(instance: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # any method's
            __tracebackhide__ = True
            self._ask(host_of(*args, **kwargs))
            return patch.original(instance, *args, **kwargs)

        return (patch := Patch(owner, name, method))

    def _getaddrinfo(self, host: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # socket's
        __tracebackhide__ = True
        self._ask(host)
        found = self._lookup.original(host, *args, **kwargs)
        for entry in found:
            # EC2 resolves `instance-data` to the metadata service, and so can any name.
            self._ask(entry[4][0])
        return found

    def _ask(self, host: object) -> None:
        __tracebackhide__ = True
        if isinstance(host, bytes):
            host = host.decode("latin-1")
        if isinstance(host, str) and host:
            self._require(_in_ascii(host))


def _in_ascii(host: str) -> str:
    """Return *host* as it is looked up: `ec2.amazonaws。com` has a dot that is none in ASCII."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _address_of(address: object, *_: object) -> object:
    # The address of a Unix socket is no tuple.
    return address[0] if isinstance(address, tuple) else None


def _host_of_whole_url(_method: str, url: str, *_: object, **__: object) -> str | None:
    """Return the host of a URL as it stands in a request to a proxy; None where it is a path."""
    scheme, _separator, rest = url.partition("://")
    if scheme.lower() not in ("http", "https"):
        return None
    return rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
