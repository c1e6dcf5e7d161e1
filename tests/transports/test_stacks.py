"""Guards of libraries that reach hosts by ways of their own: what they ask, what they let be."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from pytest_fakecopy.errors import UnexpectedRequest
from pytest_fakecopy.transports.stacks import HostGuard, guards


class Client:
    """A library's client, with a method and a coroutine that both name a host."""

    def call(self, host: object) -> str:
        """Return what was reached."""
        return f"called {host}"

    async def wait(self, host: object) -> str:
        """Return what was reached, as a task does."""
        return f"awaited {host}"


def require(host: str) -> None:
    """Refuse one host."""
    if host == "aws":
        raise UnexpectedRequest(host)


def use(name: str, host: object) -> Any:
    """Use a client in one of the two ways."""
    if name == "call":
        return Client().call(host)
    return asyncio.run(Client().wait(host))


@pytest.mark.parametrize(("name", "done"), [("call", "called"), ("wait", "awaited")])
def test_a_host_is_asked_for_before_anything_is_done(name: str, done: str) -> None:
    """A host that may be reached is, one that mustn't isn't, and what is no host is left alone."""
    guard = HostGuard(require, Client, name, lambda host: host)
    guard.start()
    guard.start()

    with pytest.raises(UnexpectedRequest):
        use(name, "aws")
    assert use(name, "db") == f"{done} db"
    assert use(name, None) == f"{done} None"

    guard.stop()
    guard.stop()
    assert use(name, "aws") == f"{done} aws"


def test_all_of_them_are_put_back() -> None:
    """What stands before the standard library's TLS is gone afterwards."""
    before = dict(vars(ssl.SSLContext))

    started = guards(require)
    for guard in started:
        guard.start()
    assert vars(ssl.SSLContext)["wrap_bio"] is not before["wrap_bio"]
    for guard in started:
        guard.stop()

    assert dict(vars(ssl.SSLContext)) == before
