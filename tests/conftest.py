"""What every test gets: pytester, repeatable Hypothesis, and no way to the network."""

from __future__ import annotations

import gc
import os
import socket
import sys
from functools import partial
from importlib.util import find_spec
from ipaddress import ip_address
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

# pytester forgets what was imported in a run of its own, and PyYAML's extension, which responses
# brings, can't be imported a second time.
import responses  # noqa: F401  # see above

from tests.clients import kept_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest_plugins = ["pytester"]

# pytest reads this file for the quickstart too, where the tools of development may be missing.
if find_spec("hypothesis"):  # pragma: no branch
    from hypothesis import settings

    # No deadline: Hypothesis would measure it with a clock that tests freeze.
    settings.register_profile("suite", derandomize=True, deadline=None, database=None)
    settings.load_profile("suite")


# A client of botocore is 10 000 objects: with the 700 of Python, the collector goes round at each
# tenth of one.
gc.set_threshold(5_000)


@pytest.fixture(scope="module", autouse=True)
def nothing_old_to_collect() -> None:
    """Keep the garbage collector from what earlier modules left alive, and from their tests.

    Each of its full rounds would look at all of it again, for most of a second.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where Python is to leave no bytecode beside its sources, keep it elsewhere for this run.

    Each process that a test starts would compile pytest, botocore and the package by itself.
    """
    base = tmp_path_factory.getbasetemp()
    # The workers of pytest-xdist have directories of their own in one.
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "bytecode"
    as_it_is = os.environ.get("PYTHONPYCACHEPREFIX", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(shared) if sys.dont_write_bytecode else as_it_is)
        yield


def _call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


# CPython 3.11 and later keep frames in chunks of 16 kB. Below a stack as deep as that of pytest in
# pytest some loop gets a new chunk for every call, from the operating system, and takes twice as
# long. A frame that is larger comes with a chunk for itself and for all that it calls.
_with_room = FunctionType(_call.__code__.replace(co_stacksize=2**15), globals())


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """pytest's own, whose runs keep to their order also where pytest-randomly shuffles this one."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly")
    monkeypatch.setattr(pytester, "inline_run", partial(_with_room, pytester.inline_run))
    return pytester


@pytest.fixture
def kept_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `fake.client` give one client to all tests, where they are about what comes of calls."""
    monkeypatch.setattr("pytest_fakecopy.fake.make_client", kept_client)


GUARDED = ("connect", "connect_ex", "sendto")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Deny every test what leaves this machine, names to be looked up included."""
    with pytest.MonkeyPatch.context() as patch:
        for name in GUARDED:
            patch.setattr(socket.socket, name, _guarded_method(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded_method(original: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: socket.socket, *args: Any) -> Any:  # any socket method's
        # `sendto` has the address last; a Unix socket's address is no tuple.
        if isinstance(args[-1], tuple):
            _require_loopback(args[-1][0])
        return original(self, *args)

    return method


def _guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    def lookup(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        _require_loopback(host)
        return original(host, *args, **kwargs)

    return lookup


def _require_loopback(host: object) -> None:
    if not _is_loopback(host):
        msg = f"A test tried to reach {host!r}: the suite talks to this machine only."
        raise AssertionError(msg)


def _is_loopback(host: object) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False
