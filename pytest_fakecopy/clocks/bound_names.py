"""Where modules keep the functions that sleep, also with `from time import sleep`.

To look at every module takes some thirty microseconds each, so that each is looked at once in a
process: what is remembered here is where the functions are, never whether they are replaced.
"""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_fakecopy._patch import is_patched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FUNCTIONS = frozenset({BuiltinFunctionType, FunctionType})
# By the module that each says it comes from.
_COROUTINES = {"asyncio.tasks": "asyncio.sleep", "anyio": "anyio.sleep"}


class Name(NamedTuple):
    """A global variable of a module, or the default of a keyword-only parameter."""

    namespace: dict[str, Any]
    name: str

    def read(self) -> object:
        """Return what is there; None where the name is gone."""
        return self.namespace.get(self.name)

    def write(self, value: object) -> None:
        """Put something else there."""
        self.namespace[self.name] = value


class Default(NamedTuple):
    """The default of a parameter: `def poll(sleep=time.sleep)`."""

    owner: Any  # a function, which as an attribute would be taken for a method
    position: int

    def read(self) -> object:
        """Return what is there; None where the defaults are others by now."""
        defaults = self.owner.__defaults__ or ()
        return defaults[self.position] if self.position < len(defaults) else None

    def write(self, value: object) -> None:
        """Put something else there."""
        defaults = list(self.owner.__defaults__)
        defaults[self.position] = value
        self.owner.__defaults__ = tuple(defaults)


class Attribute(NamedTuple):
    """An attribute of a class: `pause = time.sleep`, as a static method or as it is."""

    owner: type
    name: str
    static: bool

    def read(self) -> object:
        """Return what is there; None where the name is gone."""
        value = vars(self.owner).get(self.name)
        return value.__func__ if type(value) is staticmethod else value

    def write(self, value: object) -> None:
        """Put something else there."""
        # A builtin function isn't bound to the instance that it is taken from, and ours mustn't be.
        static = self.static or type(value) is FunctionType
        type.__setattr__(self.owner, self.name, staticmethod(value) if static else value)  # type: ignore[arg-type]  # it is a function


Place = Name | Default | Attribute
"""Where a sleep function is kept."""


class BoundNames:
    """Finds the places in modules, except in those of the packages *left_alone*."""

    def __init__(self, left_alone: frozenset[str]) -> None:
        """Begin with no module looked at."""
        self._left_alone = left_alone
        self._seen: dict[str, ModuleType] = {}
        self._found: dict[str, list[tuple[str, Place]]] = {}
        self._places: Mapping[str, list[Place]] = {}

    def places(self) -> Mapping[str, list[Place]]:
        """Return all places by what was found there, after a look at the modules that are new.

        It is the same mapping as long as there are no new modules.
        """
        if self._has_changed():
            self._refresh()
            places: dict[str, list[Place]] = {}
            for found in self._found.values():
                for function, place in found:
                    places.setdefault(function, []).append(place)
            self._places = places
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
                found = list(_look_at(module))
            if found:
                self._found[name] = found


def _look_at(module: ModuleType) -> Iterator[tuple[str, Place]]:
    if not issubclass(type(module), ModuleType):
        return
    # Not vars(): a module of importlib.util.LazyLoader loads itself when it is asked for anything.
    namespace = object.__getattribute__(module, "__dict__")
    ours = namespace.get("__name__")
    for name, value in list(namespace.items()):
        # Not isinstance: it asks the value for its class, which would load a lazy module.
        kind = type(value)
        if kind in _FUNCTIONS:
            if (found := sleep_function(value)) is not None:
                yield found, Name(namespace, name)
            elif kind is FunctionType and value.__module__ == ours:
                yield from _look_at_defaults(value)
        elif issubclass(kind, type) and vars(value).get("__module__") == ours:
            yield from _look_at_class(value)


def _look_at_class(owner: type) -> Iterator[tuple[str, Place]]:
    for name, value in list(vars(owner).items()):
        kind = type(value)
        function = value.__func__ if kind in (staticmethod, classmethod) else value
        if type(function) not in _FUNCTIONS:
            continue
        if (found := sleep_function(function)) is not None:
            yield found, Attribute(owner, name, kind is staticmethod)
        elif type(function) is FunctionType:
            yield from _look_at_defaults(function)


def _look_at_defaults(function: Any) -> Iterator[tuple[str, Place]]:  # noqa: ANN401  # what decorators wrap
    # Most functions have nothing to look at.
    if not (function.__defaults__ or function.__kwdefaults__ or hasattr(function, "__wrapped__")):
        return
    # Beneath decorators is the function that they decorate; some say that it is they themselves.
    seen: set[int] = set()
    while type(function) is FunctionType and id(function) not in seen:
        seen.add(id(function))
        for position, value in enumerate(function.__defaults__ or ()):
            if (found := sleep_function(value)) is not None:
                yield found, Default(function, position)
        keywords = function.__kwdefaults__ or {}
        for name, value in keywords.items():
            if (found := sleep_function(value)) is not None:
                yield found, Name(keywords, name)
        function = getattr(function, "__wrapped__", None)


def sleep_function(value: object) -> str | None:
    """Return which sleep function *value* is, if it is one or what a patch put in its place.

    Returns:
        "time.sleep", "asyncio.sleep" or "anyio.sleep", or None.
    """
    kind = type(value)
    if kind is BuiltinFunctionType:
        is_sleep = value.__name__ == "sleep" and value.__module__ == "time"  # type: ignore[attr-defined]
        return "time.sleep" if is_sleep else None
    if kind is not FunctionType or value.__name__ != "sleep":  # type: ignore[attr-defined]
        return None
    if value.__module__ == "time":
        return "time.sleep" if is_patched(value) else None
    return _COROUTINES.get(value.__module__)
