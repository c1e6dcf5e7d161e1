"""Transports for libraries that nobody may have imported yet: they start when somebody does."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from importlib.abc import Loader, MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_fakecopy.transports.base import Transport


class WhenImported:
    """Starts transports as soon as their modules have been imported, and never imports one itself.

    A module that is there already counts as imported. While one isn't, a finder in `sys.meta_path`
    waits for it; it is gone once all of them are there, and in any case after `stop`.
    """

    __slots__ = ("_finder", "_makes", "_transports")

    def __init__(self, *makes: tuple[str, Callable[[], Transport | None]]) -> None:
        """Note the modules to wait for, each with the function that makes its transport then.

        Where one returns None, the function itself was all that there is to do.
        """
        self._makes = makes
        self._finder: _Finder | None = None
        self._transports: list[Transport] = []

    def start(self) -> None:
        """Intercept as soon as the modules are there; does nothing if it does already."""
        if self._finder is not None:
            return
        self._finder = _Finder(self._begin)
        for module, make in self._makes:
            if module in sys.modules:
                self._begin(make)
            else:
                self._finder.wait(module, make)

    def stop(self) -> None:
        """Let requests go their own way again; a second call does nothing."""
        finder, self._finder = self._finder, None
        if finder is None:
            return
        finder.stop()
        with ExitStack() as stack:
            for transport in self._transports:
                stack.callback(transport.stop)
            self._transports = []

    def _begin(self, make: Callable[[], Transport | None]) -> None:
        transport = make()
        if transport is not None:
            self._transports.append(transport)
            transport.start()


class _Finder(MetaPathFinder):
    """Lets the other finders find modules, and has their loaders tell when they are loaded."""

    def __init__(self, begin: Callable[[Callable[[], Transport | None]], None]) -> None:
        self._begin = begin
        self._waiting: dict[str, list[Callable[[], Transport | None]]] = {}

    def wait(self, module: str, make: Callable[[], Transport | None]) -> None:
        """Have it made once the module is loaded."""
        if not self._waiting:
            sys.meta_path.insert(0, self)
        self._waiting.setdefault(module, []).append(make)

    def loaded(self, module: str) -> None:
        """Begin with what has waited for the module."""
        makes = self._waiting.pop(module, [])
        if not self._waiting:
            self._leave()
        for make in makes:
            self._begin(make)

    def stop(self) -> None:
        """Wait no longer."""
        if self._waiting:
            self._waiting = {}
            self._leave()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._waiting:
            return None
        # Those before this one have been asked already.
        finders = sys.meta_path[sys.meta_path.index(self) + 1 :]
        found = (finder.find_spec(fullname, path, target) for finder in finders)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec, spec.loader, self)
        return spec

    def _leave(self) -> None:
        # On whatever list it is now: others edit it as well.
        with suppress(ValueError):
            sys.meta_path.remove(self)


class _Loader(Loader):
    """Stands in for a module's loader until it has been asked to load."""

    def __init__(self, spec: ModuleSpec, loader: Loader, finder: _Finder) -> None:
        self._spec = spec
        self._loader = loader
        self._finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Before it runs: the module, and whoever looks for its source, find the loader it has.
        module.__loader__ = self._spec.loader = self._loader
        self._loader.exec_module(module)
        self._finder.loaded(self._spec.name)
