"""Arrows point down only: what each module may import, and where time and chance may come from."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(__file__).parent.parent / "pytest_fakecopy"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Layer:
    """What the modules of one layer may import besides the standard library."""

    modules: tuple[str, ...]
    """Names below the package; a package stands for all that is in it. "" is the package itself."""
    ours: tuple[str, ...] = ()
    """Modules of ours, in the same form; `EVERYTHING` is all but what `TOP` names."""
    third_parties: tuple[str, ...] = ()
    lazily: tuple[str, ...] = ()
    """What a function may import: an optional library, or what not every run shall pay for."""


OUTSIDE = ("wire.http", "_seams", "_patch", "errors")
"""What those may import that face third parties."""

GATEWAY = (
    *("operation_names", "gateway", "authentication", "door", "refusals", "standstill", "target"),
)

TOP = (
    *("plugin", "plugin_options", "plugin_report", "plugin_tracebacks"),
    *("quickstart", "__main__"),
)
"""Nothing imports these."""

LAYERS = (
    Layer(("",), ours=(EVERYTHING,)),
    Layer(("errors", "_patch", "wire.http")),
    Layer(
        ("_seams",),
        lazily=(
            *("aiobotocore", "aiohttp", "awscrt", "boto3", "botocore", "httpcore", "httpx"),
            *("moto", "requests", "responses", "urllib3"),
        ),
    ),
    Layer(("options",), ours=("errors",)),
    Layer(("domain",), ours=("domain", "errors")),
    Layer(
        ("wire",),
        ours=("wire", "errors", "domain.error_codes", "domain.presigned"),
        third_parties=("botocore",),
    ),
    Layer(("transports",), ours=("transports.base", *OUTSIDE)),
    Layer(
        ("transports.botocore",),
        ours=("transports.base", *OUTSIDE),
        third_parties=("botocore",),
    ),
    Layer(
        ("transports.models",),
        ours=("wire.loading", *OUTSIDE),
        third_parties=("botocore",),
    ),
    Layer(
        ("transports.environment",),
        ours=("_seams", "errors"),
        lazily=("botocore",),
    ),
    Layer(
        ("transports.credentials",),
        ours=("_seams", "_patch"),
        third_parties=("botocore",),
    ),
    Layer(
        ("transports.urllib3",),
        ours=("transports.base", *OUTSIDE),
        third_parties=("urllib3",),
    ),
    Layer(
        ("transports.stacks",),
        ours=("transports.base", "transports.late", *OUTSIDE),
    ),
    Layer(
        ("transports.installed",),
        ours=(
            *("transports.base", "transports.botocore", "transports.late", "transports.urllib3"),
            *OUTSIDE,
        ),
    ),
    Layer(
        ("transports.aiobotocore",),
        ours=("transports.base", "transports.botocore", *OUTSIDE),
        third_parties=("aiobotocore",),
    ),
    Layer(
        ("transports.requests",),
        ours=("transports.base", *OUTSIDE),
        third_parties=("requests", "responses", "urllib3"),
    ),
    Layer(
        ("transports.moto",),
        ours=("transports.base", "transports.botocore", "transports.requests", *OUTSIDE),
    ),
    Layer(
        ("transports.server",),
        ours=("transports.base", *OUTSIDE),
        third_parties=("werkzeug",),
    ),
    Layer(
        ("clocks",),
        ours=("clocks", "domain.timeline", *OUTSIDE),
        lazily=("clocks",),
    ),
    Layer(
        ("clocks.freezegun",),
        ours=("clocks", "domain.timeline", *OUTSIDE),
        third_parties=("freezegun",),
    ),
    Layer(
        ("clocks.time_machine",),
        ours=("clocks", "domain.timeline", *OUTSIDE),
        third_parties=("time_machine",),
        lazily=("time_machine",),
    ),
    Layer(("journal",), ours=("wire.http", "domain", "errors")),
    Layer(("moves", "story"), ours=("journal", "domain")),
    Layer(("wording",), ours=("story", "journal", "domain")),
    Layer(("reporting",), ours=("wording", "story", "journal", "domain", "errors")),
    Layer(
        ("drawing",), ours=("drawing", "wording", "story", "journal", "domain.records", "errors")
    ),
    Layer(
        GATEWAY,
        ours=(*GATEWAY, "journal", "wire", "domain", "errors", "options"),
    ),
    Layer(
        ("views", "event_log"), ours=("views", "door", "journal", "reporting", "domain", "errors")
    ),
    Layer(("making",), ours=("clocks", "domain", "wire", "event_log", "journal", "options")),
    # `fake` for its type alone: these are functions about one.
    Layer(("assertions",), ours=("fake", "views", "journal", "reporting", "domain", "errors")),
    Layer(
        ("clients",),
        ours=("domain.accounts", "errors"),
        third_parties=("botocore",),
        lazily=("boto3",),
    ),
    # `views`, `assertions` and `reporting` are what a test has on `fake_ec2`.
    Layer(
        ("scenarios",),
        ours=(
            "scenarios",
            "fake",
            "options",
            "views",
            "assertions",
            "reporting",
            "domain",
            "errors",
        ),
        third_parties=("botocore",),
    ),
    Layer(
        ("serving",),
        ours=("clocks", "domain", "transports.environment", *OUTSIDE, "transports.server"),
        lazily=("transports.server",),
    ),
    Layer(("__main__",), ours=("fake", "options", "serving", "errors")),
    Layer(("fake",), ours=(EVERYTHING,), lazily=(EVERYTHING,)),
    Layer(
        ("plugin",),
        ours=(
            *("fake", "options", "reporting", "scenarios", "serving", "journal", "errors"),
            *("plugin_options", "plugin_report"),
        ),
        third_parties=("pytest",),
        lazily=("fake", "options", "reporting", "scenarios", "journal", "errors", "wire", "_seams"),
    ),
    Layer(("plugin_options",), ours=("options", "errors"), third_parties=("pytest",)),
    Layer(("plugin_tracebacks",), ours=("errors",), third_parties=("pytest",)),
    # `fake` for its type alone.
    Layer(("watching",), ours=("fake",)),
    Layer(
        ("plugin_report",),
        ours=("fake", "plugin_tracebacks", "watching"),
        third_parties=("pytest",),
        lazily=("drawing", "reporting", "views.telling", "_patch"),
    ),
    Layer(
        ("quickstart",),
        ours=(EVERYTHING,),
        third_parties=("boto3", "botocore", "pytest", "requests"),
    ),
)

CHANCE_AND_TIME = frozenset(
    {"asyncio", "os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}
)
"""Modules that the domain has no use for: its ids are counted, its time is given to it."""

NOW = frozenset({"now", "today", "utcnow"})


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, and where it is imported."""

    name: str
    line: int
    lazy: bool = False
    """Whether a function imports it, rather than the module."""
    typing: bool = False
    """Whether only type checkers see it."""


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax trees of the package by their names below it."""
    return {
        _name_of(path): ast.parse(path.read_text("utf-8"), str(path))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def _name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.Module) -> Iterator[Import]:
    """Yield every import of a module, those for type checkers included."""
    lazy = _inside(tree, ast.FunctionDef, ast.AsyncFunctionDef)
    typing = _inside(tree, ast.If, when=lambda node: ast.unparse(node.test) == "TYPE_CHECKING")
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in _imported(node):
                yield Import(name, node.lineno, node in lazy, node in typing)


def _inside(
    tree: ast.Module, *kinds: type[ast.AST], when: Callable[[Any], bool] = lambda node: True
) -> set[ast.AST]:
    """Return all that is in nodes of those kinds."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, kinds) and when(node)
        for inner in ast.walk(node)
    }


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    assert node.level == 0, f"line {node.lineno}: imports are absolute"
    for alias in node.names:
        # `from package import module` imports a module; other names are of the package itself.
        full = f"{node.module}.{alias.name}"
        yield full if full.partition(".")[2] in modules() else str(node.module)


def layer_of(module: str) -> Layer:
    """Return the layer with the longest name that *module* is, or is in."""
    candidates = [
        (name, layer) for layer in LAYERS for name in layer.modules if _is_in(module, (name,))
    ]
    assert candidates, (
        f"pytest_fakecopy/{module.replace('.', '/')}.py belongs to no layer: "
        f"add it to `LAYERS` with what it may import"
    )
    return max(candidates, key=lambda candidate: len(candidate[0]))[1]


def _is_in(module: str, names: tuple[str, ...]) -> bool:
    return any(
        module == name or (name != "" and module.startswith(f"{name}.")) for name in names
    ) or (EVERYTHING in names and not _is_in(module, TOP))


def verdict(found: Import, layer: Layer) -> str | None:
    """Return what is wrong with an import of a layer's module, or None."""
    root, _, below = found.name.partition(".")
    if root in sys.stdlib_module_names:
        return "a function imports from the standard library" if found.lazy else None
    if root == "typing_extensions" and found.typing:
        return None
    name = below if root == PACKAGE.name else root
    if found.lazy:
        allowed = (*layer.lazily, *layer.third_parties)
        return None if _is_in(name, allowed) else "a function may not import it"
    allowed = layer.ours if root == PACKAGE.name else layer.third_parties
    return None if _is_in(name, allowed) else "its layer may not import it"


def allowance(layer: Layer) -> str:
    """Return what the modules of *layer* may import, for a message."""
    return (
        f"Of ours it may import {list(layer.ours)}, of others {list(layer.third_parties)}, "
        f"in functions {list(layer.lazily)}."
    )


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_imports_what_its_layer_may(module: str) -> None:
    """Every import is one that the table allows; a new one is a decision about the table."""
    layer = layer_of(module)

    wrong = [
        f"  line {found.line}: {found.name}: {why}"
        for found in imports(modules()[module])
        if (why := verdict(found, layer))
    ]

    assert not wrong, "\n".join(
        [f"pytest_fakecopy/{module.replace('.', '/')} breaks `LAYERS`:", *wrong, allowance(layer)]
    )


def test_only_the_plugin_knows_pytest() -> None:
    """The fake works without pytest; the quickstart is a test and so an exception."""
    importers = {
        module
        for module, tree in modules().items()
        if any(found.name.partition(".")[0] in {"pytest", "_pytest"} for found in imports(tree))
    }

    assert importers <= set(TOP)


@pytest.mark.parametrize("module", [name for name in modules() if _is_in(name, ("domain",))])
def test_the_domain_has_no_time_and_no_chance_of_its_own(module: str) -> None:
    """The same calls in the same order give the same world, down to the ids."""
    tree = modules()[module]

    imported = {found.name.partition(".")[0] for found in imports(tree)}
    asked = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _asks_the_time(node)
    ]

    assert imported & CHANCE_AND_TIME == set()
    assert asked == []


def _asks_the_time(node: ast.Attribute) -> bool:
    owner = ast.unparse(node.value)
    return node.attr in NOW and owner.rpartition(".")[2] in {"date", "datetime"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import re", None, id="standard-library"),
        pytest.param("from pytest_fakecopy.errors import UsageError", None, id="downwards"),
        pytest.param("from pytest_fakecopy import errors", None, id="module-of-the-package"),
        pytest.param("from pytest_fakecopy.gateway import Gateway", "layer", id="upwards"),
        pytest.param("import botocore.session", "layer", id="third-party"),
        pytest.param("import typing_extensions", "layer", id="for-type-checkers-alone"),
        pytest.param(
            "if TYPE_CHECKING:\n    import typing_extensions", None, id="for-type-checkers"
        ),
        pytest.param("def f():\n    import re", "standard library", id="lazy-standard-library"),
        pytest.param("async def f():\n    import boto3", "function", id="lazy-third-party"),
    ],
)
def test_the_table_is_enforced(source: str, expected: str | None) -> None:
    """The check finds each kind of wrong import, and no other: here in a module of the domain."""
    [found] = imports(ast.parse(source))

    why = verdict(found, layer_of("domain.kms"))

    assert (why is None) if expected is None else (why is not None and expected in why)


def test_asking_the_time_is_found() -> None:
    """The check knows the ways to ask, and leaves a clock's own `now` alone."""
    tree = ast.parse("datetime.now(utc); datetime.datetime.utcnow(); date.today(); clock.now()")

    found = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _asks_the_time(node)
    ]

    assert sorted(found) == ["date.today", "datetime.datetime.utcnow", "datetime.now"]


def test_a_finding_says_what_is_allowed() -> None:
    """Whoever adds an import sees what the table has for that module."""
    assert allowance(Layer(("x",), ours=("errors",), lazily=("boto3",))) == (
        "Of ours it may import ['errors'], of others [], in functions ['boto3']."
    )


def test_an_unknown_module_is_named() -> None:
    """A new module has to be put into a layer."""
    with pytest.raises(AssertionError, match=r"pytest_fakecopy/shed\.py belongs to no layer"):
        layer_of("shed")


def test_nothing_imports_the_top() -> None:
    """`EVERYTHING` leaves out the plugin, also for those that may import all else."""
    assert _is_in("gateway", (EVERYTHING,))
    assert not _is_in("plugin", (EVERYTHING,))
