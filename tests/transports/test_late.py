"""Transports that wait for their library: started by its import, and by nothing else."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy.transports.late import WhenImported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SOURCE = '"""A library that nobody has imported."""\n\n\ndef f():\n    return 1\n'


class StubTransport:
    """Writes down when it is started and stopped."""

    def __init__(self, log: list[str], name: str = "transport") -> None:
        """Write into *log*."""
        self._log = log
        self._name = name

    def start(self) -> None:
        """Write it down."""
        self._log.append(f"{self._name} started")

    def stop(self) -> None:
        """Write it down."""
        self._log.append(f"{self._name} stopped")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a module that can be imported and isn't."""
    (tmp_path / "late_library.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    # So that the module is forgotten with the test.
    monkeypatch.setitem(sys.modules, "late_library", sys)
    monkeypatch.delitem(sys.modules, "late_library")
    return "late_library"


@pytest.fixture
def log() -> list[str]:
    """Return where the stubs write."""
    return []


@pytest.fixture
def waiting(log: list[str]) -> Iterator[Callable[..., WhenImported]]:
    """Return a function that starts to wait for a module; what waits is stopped with the test."""
    before = list(sys.meta_path)
    started: list[WhenImported] = []

    def wait(module: str, name: str = "transport") -> WhenImported:
        started.append(WhenImported((module, lambda: StubTransport(log, name))))
        started[-1].start()
        return started[-1]

    yield wait
    for late in started:
        late.stop()
    assert sys.meta_path == before


def test_a_module_that_is_there_starts_it_at_once(
    waiting: Callable[..., WhenImported], log: list[str]
) -> None:
    """Nothing waits for what has been imported already."""
    before = list(sys.meta_path)

    waiting("json")

    assert log == ["transport started"]
    assert sys.meta_path == before


def test_the_import_starts_it(
    waiting: Callable[..., WhenImported], log: list[str], library: str
) -> None:
    """It starts once, when the module has run, and no longer waits then."""
    before = list(sys.meta_path)
    waiting(library)
    waited = list(log)

    module = importlib.import_module(library)

    assert waited == []
    assert module.f() == 1
    assert log == ["transport started"]
    assert sys.meta_path == before


def test_the_module_keeps_its_own_loader(
    waiting: Callable[..., WhenImported], library: str
) -> None:
    """Whoever looks for its source or its files finds them."""
    waiting(library)

    module = importlib.import_module(library)

    assert inspect.getsource(module) == SOURCE
    assert module.__spec__ is not None
    assert module.__loader__ is module.__spec__.loader
    assert type(module.__loader__).__module__ != WhenImported.__module__


def test_stopping_ends_the_wait(
    waiting: Callable[..., WhenImported], log: list[str], library: str
) -> None:
    """A library that is imported after the fake is nobody's business."""
    late = waiting(library)
    late.stop()

    importlib.import_module(library)

    assert log == []


def test_stopping_during_the_import_ends_the_wait(
    waiting: Callable[..., WhenImported], log: list[str], library: str
) -> None:
    """What was found while it waited starts nothing afterwards."""
    late = waiting(library)
    spec = importlib.util.find_spec(library)
    late.stop()

    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert log == []


def test_it_is_stopped_with_the_wait(
    waiting: Callable[..., WhenImported], log: list[str], library: str
) -> None:
    """What the import has started is stopped once, however often it is asked."""
    late = waiting(library)
    importlib.import_module(library)

    late.stop()
    late.stop()

    assert log == ["transport started", "transport stopped"]


@pytest.mark.parametrize("module", ["json", "late_library"])
def test_a_second_start_does_nothing(
    waiting: Callable[..., WhenImported], log: list[str], library: str, module: str
) -> None:
    """It waits and starts once."""
    late = waiting(module)
    meta_path = list(sys.meta_path)

    late.start()

    assert sys.meta_path == meta_path
    assert log.count("transport started") == (module == "json")


def test_several_may_wait(
    waiting: Callable[..., WhenImported], log: list[str], library: str
) -> None:
    """The one that waits longest is started first, so that the newest is on top."""
    waiting(library, "outer")
    waiting(library, "inner")

    importlib.import_module(library)

    assert log == ["outer started", "inner started"]


def test_one_waits_for_several_modules(log: list[str], library: str) -> None:
    """Each transport starts with its module; one finder waits, as long as any is missing."""
    before = list(sys.meta_path)
    makes = {"json": "one", library: "two", "no_such_library": "three"}
    late = WhenImported(
        *((module, lambda name=name: StubTransport(log, name)) for module, name in makes.items()),
        (library, lambda: StubTransport(log, "two as well")),
    )
    late.start()

    importlib.import_module(library)
    waiting = len(sys.meta_path) - len(before)
    late.stop()

    assert log[:3] == ["one started", "two started", "two as well started"]
    assert log[3:] == ["two as well stopped", "two stopped", "one stopped"]
    assert waiting == 1
    assert sys.meta_path == before


def test_there_may_be_nothing_to_start(log: list[str], library: str) -> None:
    """A function that makes no transport is called all the same."""
    late = WhenImported((library, lambda: log.append("called")))
    late.start()

    importlib.import_module(library)
    late.stop()

    assert log == ["called"]


def test_other_imports_start_nothing(
    waiting: Callable[..., WhenImported], log: list[str], library: str
) -> None:
    """It waits for one module by its whole name."""
    waiting(f"{library}_too")

    importlib.import_module(library)

    assert log == []


def test_an_import_that_fails_starts_nothing(
    waiting: Callable[..., WhenImported], log: list[str], library: str, tmp_path: Path
) -> None:
    """The wait goes on until the module can be imported."""
    path = tmp_path / "late_library.py"
    waiting(library)
    path.write_text("1 / 0")
    with pytest.raises(ZeroDivisionError):
        importlib.import_module(library)
    failed = list(log)

    path.write_text(SOURCE + "# longer\n")
    importlib.invalidate_caches()
    importlib.import_module(library)

    assert failed == []
    assert log == ["transport started"]


def test_a_module_that_nobody_has_stays_missing(waiting: Callable[..., WhenImported]) -> None:
    """The error is Python's own."""
    waiting("no_such_library")

    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_library'"):
        importlib.import_module("no_such_library")


def test_a_module_without_a_loader_is_left_alone(waiting: Callable[..., WhenImported]) -> None:
    """A finder may say that there is a module and have nothing that loads it."""

    class Finder(MetaPathFinder):
        def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
            return ModuleSpec(name, None) if name == "unloadable" else None

    finder = Finder()
    sys.meta_path.append(finder)
    waiting("unloadable")
    found = importlib.util.find_spec("unloadable")
    sys.meta_path.remove(finder)

    assert found is not None
    assert found.loader is None
