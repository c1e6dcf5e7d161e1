"""The guard of the conftest: it lets nothing out, and it lets loopback be."""

from __future__ import annotations

import socket

import pytest

DENIED = "the suite talks to this machine only"


def test_a_connection_to_elsewhere_is_denied() -> None:
    """Connecting to a public address fails before a packet leaves."""
    with socket.socket() as plug, pytest.raises(AssertionError, match=DENIED):
        plug.connect(("192.0.2.1", 80))


def test_a_datagram_to_elsewhere_is_denied() -> None:
    """Datagrams need no connection, and are denied all the same."""
    with (
        socket.socket(type=socket.SOCK_DGRAM) as plug,
        pytest.raises(AssertionError, match=DENIED),
    ):
        plug.sendto(b"", ("192.0.2.1", 53))


def test_a_name_is_not_looked_up() -> None:
    """Asking for the address of a public name would be traffic of its own."""
    with pytest.raises(AssertionError, match=DENIED):
        socket.getaddrinfo("ec2.us-east-1.amazonaws.com", 443)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_loopback_is_open(host: str) -> None:
    """A server on this machine can be reached, by name and by address."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1])) as plug,
    ):
        peer = plug.getpeername()

    assert peer[0] == "127.0.0.1"


def test_unix_sockets_are_open() -> None:
    """A socket without a host stays on this machine: the error is the system's own."""
    with socket.socket(socket.AF_UNIX) as plug, pytest.raises(FileNotFoundError):
        plug.connect("/no/such/socket")
