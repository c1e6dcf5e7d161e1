"""Transports for libraries that nobody may have imported yet: they start when somebody does."""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from pytest_fakecopy.transports.base import Transport


class WhenImported:
    """Starts a transport as soon as a module has been imported, and never imports it itself.

    A module that is there already counts as imported. While it isn't, a finder in `sys.meta_path`
    waits for it; it is gone once the module is there, and in any case after `stop`.
    """

    __slots__ = ("_finder", "_make", "_module", "_transport")

    def __init__(self, module: str, make: Callable[[], Transport | None]) -> None:
        """Note the module to wait for, and the function that makes the transport then.

        Where it returns None, the function itself was all that there is to do.
        """
        self._module = module
        self._make = make
        self._finder: _Finder | None = None
        self._transport: Transport | None = None

    def start(self) -> None:
        """Intercept as soon as the module is there; does nothing if it does already."""
        if self._finder is not None or self._transport is not None:
            return
        if self._module in sys.modules:
            self._begin()
        else:
            self._finder = _Finder(self._module, self._begin)
            sys.meta_path.insert(0, self._finder)

    def stop(self) -> None:
        """Let requests go their own way again; a second call does nothing."""
        self._stop_waiting()
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.stop()

    def _begin(self) -> None:
        self._stop_waiting()
        transport = self._make()
        if transport is not None:
            transport.start()
        self._transport = transport

    def _stop_waiting(self) -> None:
        finder, self._finder = self._finder, None
        if finder is not None:
            finder.done = None
            # By identity, and on whatever list it is now: others edit it as well.
            sys.meta_path[:] = [other for other in sys.meta_path if other is not finder]


class _Finder(MetaPathFinder):
    """Lets the other finders find one module, and has its loader tell when it is loaded."""

    def __init__(self, module: str, done: Callable[[], None]) -> None:
        self._module = module
        self.done: Callable[[], None] | None = done

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        # Those before this one have been asked already.
        finders = sys.meta_path[sys.meta_path.index(self) + 1 :]
        found = (finder.find_spec(fullname, path, target) for finder in finders)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec, spec.loader, self)
        return spec


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
        if self._finder.done is not None:
            self._finder.done()
