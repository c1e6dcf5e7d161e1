"""Where modules have bound the functions that sleep, also with `from time import sleep`.

To look at every module takes milliseconds, so that each is looked at once in a process: what is
remembered here is where the names are, never whether they are replaced.
"""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

from pytest_fakecopy._patch import is_patched

# By the module that each says it comes from.
_COROUTINES = {"asyncio.tasks": "asyncio.sleep", "anyio": "anyio.sleep"}


class Place(NamedTuple):
    """One global variable of a module that is bound to a sleep function."""

    namespace: dict[str, Any]
    name: str
    function: str
    """"time.sleep", "asyncio.sleep" or "anyio.sleep"."""


class BoundNames:
    """Finds the places in modules, except in those of the packages *left_alone*."""

    def __init__(self, left_alone: frozenset[str]) -> None:
        """Begin with no module looked at."""
        self._left_alone = left_alone
        self._seen: dict[str, ModuleType] = {}
        self._found: dict[str, list[Place]] = {}
        self._places: list[Place] = []

    def places(self) -> list[Place]:
        """Return all places, after a look at the modules that are new.

        It is the same list as long as there are no new modules.
        """
        if self._has_changed():
            self._refresh()
            self._places = [place for places in self._found.values() for place in places]
        return self._places

    def _has_changed(self) -> bool:
        # sys.modules keeps its order, so that a new module is the last one. Not seen is only the
        # replacement of a module by another one under its name, which no import does.
        if len(sys.modules) != len(self._seen):
            return True
        last = next(reversed(sys.modules))
        return self._seen.get(last) is not sys.modules[last]

    def _refresh(self) -> None:
        before, self._seen = self._seen, dict(sys.modules)
        known, self._found = self._found, {}
        for name, module in self._seen.items():
            if before.get(name) is module:
                found = known.get(name)
            elif name.partition(".")[0] in self._left_alone:
                continue
            else:
                found = _look_at(module)
            if found:
                self._found[name] = found


def _look_at(module: ModuleType) -> list[Place]:
    if not issubclass(type(module), ModuleType):
        return []
    # Not vars(): a module of importlib.util.LazyLoader loads itself when it is asked for anything.
    namespace = object.__getattribute__(module, "__dict__")
    return [
        Place(namespace, name, function)
        for name, value in list(namespace.items())
        if (function := sleep_function(value)) is not None
    ]


def sleep_function(value: object) -> str | None:
    """Return which sleep function *value* is, if it is one or what a patch put in its place."""
    kind = type(value)
    if kind is BuiltinFunctionType:
        is_sleep = value.__name__ == "sleep" and value.__module__ == "time"  # type: ignore[attr-defined]
        return "time.sleep" if is_sleep else None
    if kind is not FunctionType or value.__name__ != "sleep":  # type: ignore[attr-defined]
        return None
    if value.__module__ == "time":
        return "time.sleep" if is_patched(value) else None
    return _COROUTINES.get(value.__module__)
