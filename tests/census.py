"""A census of what a test could leave behind in its process, to be compared before and after."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import copyreg
import datetime as dt
import gc
import logging
import os
import random
import signal
import socket
import sys
import threading
import time
import uuid
import warnings
from datetime import datetime, timezone
from operator import is_
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

from pytest_fakecopy import _seams

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Everything that the fake replaces or that its neighbours do, and what stands beside it.
_WATCHED = tuple(
    f"{name}."
    for name in (
        *("asyncio", "datetime", "http.client", "logging", "random", "signal", "socket", "ssl"),
        *("subprocess", "sys", "threading", "time", "urllib.request", "uuid", "warnings"),
        *("aiobotocore", "aiohttp", "anyio", "awscrt", "boto3", "botocore", "freezegun", "httpx"),
        *("moto.core", "requests", "responses", "s3transfer", "time_machine", "urllib3", "uvloop"),
        *("werkzeug", "wsgiref", "pytest_fakecopy"),
    )
)
# Written by Python itself when it is first asked for, by pytest when a test fails, and anew by each
# mock of moto.
_LAZY = frozenset(
    {
        *("__annotations__", "__annotations_cache__", "__annotate_func__", "__warningregistry__"),
        *(
            "_hextobyte",
            "last_exc",
            "last_traceback",
            "last_type",
            "last_value",
            "instances_tracked",
        ),
    }
)
# anyio moves its classes to where they are imported from, once that happens.
_LAZY_IN_CLASSES = _LAZY | {"__module__"}
# pytest's own: it changes between the parts of a test.
_PYTESTS = frozenset({"PYTEST_CURRENT_TEST"})
_ABSENT = "absent"
_SWITCHES = ("level", "disabled", "propagate", "handlers", "filters")
_TIMES = (
    *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"),
    *("gmtime", "localtime", "strftime", "sleep"),
)


class Same:
    """Something that has to be the very same object afterwards."""

    def __init__(self, thing: object) -> None:
        """Keep it, so that nothing else gets its id."""
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        """Say whether the other is of the same thing."""
        return isinstance(other, Same) and other.thing is self.thing

    __hash__ = None  # type: ignore[assignment]  # compared alone

    def __repr__(self) -> str:
        """Show the thing."""
        return f"<{self.thing!r} at {id(self.thing):#x}>"


class Members:
    """What a module or a class has: the very same objects by the very same names afterwards."""

    def __init__(self, namespace: Mapping[str, object], *, but: frozenset[str]) -> None:
        """Keep all of it but what is lazy."""
        self.things = {name: thing for name, thing in [*namespace.items()] if name not in but}

    def __eq__(self, other: object) -> bool:
        """Say whether the other has the same; most do, so that is found out at once."""
        return (
            isinstance(other, Members)
            and self.things.keys() == other.things.keys()
            and all(map(is_, self.things.values(), map(other.things.get, self.things)))
        )

    __hash__ = None  # type: ignore[assignment]  # compared alone


def of_time() -> dict[str, object]:
    """Return what clocks and sleeping replace, which takes no time worth mentioning."""
    return {
        **{f"time.{name}": getattr(time, name) for name in _TIMES},
        "datetime": dt.datetime,
        "date": dt.date,
        "names bound here": (datetime, sleep),
        "asyncio.sleep": asyncio.sleep,
        "asyncio.tasks.sleep": asyncio.tasks.sleep,
        "loop time": asyncio.SelectorEventLoop.time,
        "copyreg": dict(copyreg.dispatch_table),
        "uuid": (uuid._UuidCreate, uuid._generate_time_safe),  # type: ignore[attr-defined]
        "freezes": [*_seams.frozen_factories()],
        "travels": [*_seams.travellers()],
        "zone": time.tzname,
    }


def is_present() -> bool:
    """Say whether the process takes the present for the present."""
    # Wide enough for a slow machine.
    return abs(time.time() - time.clock_gettime(time.CLOCK_REALTIME)) < 300


def take(*, everything: bool = False) -> dict[str, object]:
    """Count what there is, by a name for each.

    Args:
        everything: Look at every module there is; takes ten times as long.
    """
    gc.collect()
    gc.freeze()  # What is alive needs no second look.
    return {
        **of_time(),
        **{f"environment {name}": os.environ[name] for name in os.environ.keys() - _PYTESTS},
        **{f"thread {thread.name}": Same(thread) for thread in threading.enumerate()},
        **{f"file {number}": where for number, where in _open_files()},
        **dict(_attributes(everything=everything)),
        **{f"module {name}": Same(module) for name, module in sys.modules.items()},
        **{f"signal {number}": signal.getsignal(number) for number in signal.valid_signals()},
        **dict(_loggers()),
        "warnings": list(warnings.filters),
        "finders": [*sys.meta_path],
        "path": [*sys.path],
        "time-out of sockets": socket.getdefaulttimeout(),
        "at exit": atexit._ncallbacks(),
        "collector": (gc.isenabled(), [*gc.callbacks]),
        "random": random.getstate(),
        "kind of time": (type(datetime.now(timezone.utc)), _passes()),
        "directory": Path.cwd(),
        "credentials of the default session": _credentials(),
    }


def changes(before: dict[str, object], after: dict[str, object]) -> dict[str, tuple[object, ...]]:
    """Return what is not as it was: modules that were imported meanwhile may stay, no others."""
    differing = _differing(before, after)
    old, new = (dict(_one_by_one(census, differing)) for census in (before, after))
    return {
        name: (old.get(name, _ABSENT), new.get(name, _ABSENT))
        for name in _differing(old, new)
        if name in old or not _comes_with_modules(name, before)
    }


def _differing(before: dict[str, object], after: dict[str, object]) -> list[str]:
    names = sorted(before.keys() | after.keys())
    return [name for name in names if before.get(name, _ABSENT) != after.get(name, _ABSENT)]


def _one_by_one(census: dict[str, object], names: list[str]) -> Iterator[tuple[str, object]]:
    """Yield what is counted by *names*, each attribute by a name of its own."""
    for name in names:
        counted = census.get(name)
        if isinstance(counted, Members):
            for attribute, thing in counted.things.items():
                yield f"{name}:{attribute}", Same(thing)
        elif name in census:
            yield name, counted


def _comes_with_modules(name: str, before: dict[str, object]) -> bool:
    """Say whether something new is a module, is in one, or is an attribute of its package."""
    kind, _, what = name.partition(" ")
    if kind in ("module", "class", "logger"):
        return True
    module, _, attribute = what.partition(":")
    return kind == "attribute" and (
        f"module {module}" not in before or f"{module}.{attribute}" in sys.modules
    )


def _open_files() -> Iterator[tuple[str, str]]:
    # Linux's; elsewhere there is nothing to be found. The directory itself is closed by now.
    for entry in [*Path("/proc/self/fd").glob("*")]:
        with contextlib.suppress(OSError):
            yield entry.name, str(entry.readlink())


def _attributes(*, everything: bool) -> Iterator[tuple[str, object]]:
    """Yield the attributes of modules and of the classes in them."""
    classes: dict[int, type] = {}
    for name, module in [*sys.modules.items()]:
        if everything or f"{name}.".startswith(_WATCHED):
            members = Members(getattr(module, "__dict__", {}), but=_LAZY)
            classes |= {
                id(each): each for each in members.things.values() if isinstance(each, type)
            }
            yield f"attribute {name}", members
    for number, value in classes.items():
        yield f"class {value.__name__} ({number:#x})", Members(vars(value), but=_LAZY_IN_CLASSES)


def _loggers() -> Iterator[tuple[str, object]]:
    manager = logging.getLogger().manager
    yield "logging", manager.disable
    for name, logger in [("root", logging.getLogger()), *manager.loggerDict.items()]:
        for switch in _SWITCHES:
            value = getattr(logger, switch, None)
            yield f"logger {name} {switch}", [*value] if isinstance(value, list) else value


def _passes() -> bool:
    """Say whether time passes by itself."""
    start = time.perf_counter_ns(), time.monotonic_ns()
    return all(
        any(clock() > moment for _ in range(10**6))
        for clock, moment in zip((time.perf_counter_ns, time.monotonic_ns), start, strict=True)
    )


def _credentials() -> Same:
    """Return what boto3's default session keeps; the session itself is an attribute of boto3."""
    boto3: Any = sys.modules.get("boto3")
    kept = _seams.session_credentials(boto3 and boto3.DEFAULT_SESSION) or {}
    return Same(kept.get("_credentials"))
