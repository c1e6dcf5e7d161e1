"""Tracebacks that end where the test, or the code under test, made the call."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from pytest_fakecopy.errors import FakeCopyAssertionError, FakeCopyError, InternalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_OF_OTHERS = frozenset(
    {
        *("aiobotocore", "aiohttp", "boto3", "botocore", "http", "httpx", "moto.core"),
        *("requests", "responses", "s3transfer", "urllib", "urllib3"),
    }
)
_INSIDE = _OF_OTHERS | {"pytest_fakecopy"}
"""Packages between a call and its answer. Their frames explain nothing about the test, and their
locals are signed requests, whole."""
_WITH_SIGNED_LOCALS = _INSIDE | {"moto"}
_RUNNERS = frozenset({"_pytest", "pluggy", "unittest"})


def shorten(
    config: pytest.Config, excinfo: pytest.ExceptionInfo[BaseException], *, fakes: bool
) -> None:
    """Leave out the frames between the call and the fake, and from the fake to a function it calls.

    `--full-trace` keeps all of them, and `--tb=native` is left to Python.

    Args:
        config: The options of pytest.
        excinfo: Why the test failed.
        fakes: Whether the test has one: errors of others are left to them where it has none.
    """
    # With -p no:terminal there are no such options.
    whole = config.getoption("fulltrace", default=False)
    if whole or config.getoption("tbstyle", default="auto") == "native":
        return
    locals_are_shown = config.getoption("showlocals", default=False)
    if isinstance(excinfo.value, InternalError):
        # Where the fake itself failed is in its frames.
        wanted = fakes and locals_are_shown
    else:
        wanted = fakes or isinstance(excinfo.value, (FakeCopyError, FakeCopyAssertionError))
    if not wanted:
        return
    inside = _WITH_SIGNED_LOCALS if locals_are_shown else _INSIDE
    kept = _linked(_shown(excinfo.tb, inside))
    if kept is not None:
        # Made anew from frames: pytest goes back to them where it looks for the test's own.
        excinfo.traceback = type(excinfo.traceback)(kept)
    if fakes:
        for error in _related(excinfo.value):
            error.__traceback__ = _linked(_outside(error.__traceback__, inside))


def _shown(traceback: TracebackType, inside: frozenset[str]) -> list[TracebackType]:
    """Return what is left of a traceback, or nothing where that would show no frame at all."""
    kept = _outside(traceback, inside)
    if not all(_is_in(entry, _RUNNERS) for entry in kept):
        return kept
    # No code of the test is on the way: a finalizer that is the method of a client ends at the
    # call, and what is found when a test ends has no frames but pytest's and ours.
    calls = [entry for entry in _entries(traceback) if _is_in(entry, _OF_OTHERS)]
    return [*kept, calls[0]] if calls else []


def _is_in(entry: TracebackType, packages: frozenset[str]) -> bool:
    module = f"{entry.tb_frame.f_globals.get('__name__')}."
    return any(module.startswith(f"{package}.") for package in packages)


def _related(error: BaseException) -> Iterator[BaseException]:
    """Yield the causes and contexts of an error, and the members of a group, each once."""
    seen, rest = {id(error)}, _next_to(error)
    while rest:
        found = rest.pop()
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            yield found
            rest += _next_to(found)


def _next_to(error: BaseException) -> list[object]:
    # By its attribute: Python has groups from 3.11, and a package has them for 3.10.
    members = getattr(error, "exceptions", ())
    found = members if isinstance(members, tuple) else ()
    return [error.__cause__, error.__context__, *found]


def _outside(traceback: TracebackType | None, inside: frozenset[str]) -> list[TracebackType]:
    kept, left_out = [], False
    for entry in _entries(traceback):
        # What they call of the standard library, such as dataclasses.replace, goes with them.
        helps = left_out and _is_in(entry, sys.stdlib_module_names)
        left_out = helps or _is_in(entry, inside)
        if not left_out:
            kept.append(entry)
    return kept


def _linked(entries: list[TracebackType]) -> TracebackType | None:
    """Return a traceback of these entries alone."""
    linked: TracebackType | None = None
    for entry in reversed(entries):
        linked = TracebackType(linked, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return linked


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next
