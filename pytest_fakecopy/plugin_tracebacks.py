"""Tracebacks that end where the test, or the code under test, made the call."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from pytest_fakecopy.errors import FakeCopyAssertionError, FakeCopyError, InternalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

_INSIDE = frozenset(
    {
        *("pytest_fakecopy", "aiobotocore", "aiohttp", "boto3", "botocore", "http", "httpx"),
        *("moto", "requests", "responses", "s3transfer", "urllib", "urllib3"),
    }
)
"""Packages between a call and its answer. Their frames explain nothing about the test, and their
locals are signed requests, whole."""
_RUNNERS = frozenset({"_pytest", "pluggy", "unittest"})


def shorten(
    config: pytest.Config, excinfo: pytest.ExceptionInfo[BaseException], *, fakes: bool
) -> None:
    """Leave out the frames between the call and the fake; `--full-trace` keeps all.

    Args:
        config: The options of pytest.
        excinfo: Why the test failed. An error of ours is shortened always, any other with
            `--showlocals`, because of what stands in the locals.
        fakes: Whether the test has one: errors of others are left to them where it has none.
    """
    if config.getoption("fulltrace", default=False):  # there is none with -p no:terminal
        return
    locals_are_shown = fakes and config.getoption("showlocals", default=False)
    if not _is_ours(excinfo.value) and not locals_are_shown:
        return
    kept = _without_inside(excinfo.tb)
    # What is found when a test ends has no frames but pytest's and ours, which pytest hides then.
    if kept is not None and not all(_is_in(each, _RUNNERS) for each in _entries(kept)):
        # Made anew from frames: pytest goes back to them where it looks for the test's own.
        excinfo.traceback = type(excinfo.traceback)(kept)
    if locals_are_shown:
        for error in _chained(excinfo.value):
            error.__traceback__ = _without_inside(error.__traceback__)


def _is_ours(error: BaseException) -> bool:
    return isinstance(error, (FakeCopyError, FakeCopyAssertionError)) and not isinstance(
        error, InternalError
    )


def _is_in(entry: TracebackType, packages: frozenset[str]) -> bool:
    module = str(entry.tb_frame.f_globals.get("__name__"))
    return module.partition(".")[0] in packages


def _chained(error: BaseException) -> Iterator[BaseException]:
    """Yield the causes and contexts of an error, each once."""
    seen, rest = {id(error)}, [error.__cause__, error.__context__]
    while rest:
        found = rest.pop()
        if found is not None and id(found) not in seen:
            seen.add(id(found))
            yield found
            rest += [found.__cause__, found.__context__]


def _without_inside(traceback: TracebackType | None) -> TracebackType | None:
    kept: TracebackType | None = None
    for entry in reversed(list(_entries(traceback))):
        if not _is_in(entry, _INSIDE):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return kept


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next
