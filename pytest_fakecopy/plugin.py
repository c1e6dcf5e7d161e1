"""The pytest plugin: fixtures, markers, options. Reports are those of `plugin_report`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.errors import FakeCopyError, UsageError, nearest
from pytest_fakecopy.options import Options
from pytest_fakecopy.plugin_options import (
    add_ini_keys,
    add_timeline_options,
    described,
    ini_values,
    require_consistent,
)
from pytest_fakecopy.plugin_report import Reports, Tracebacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios import Scenario
    from pytest_fakecopy.serving import Endpoint

MARKER = "fake_ec2"
SCENARIOS_MARKER = "copy_scenarios"
RULES = ("documented", "observed")
_ALL = "all"
_SELECTION = ("ends", "rejected", "ids", "raw")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command line options and one ini key per option of the fixture."""
    group = parser.getgroup("fake_ec2", "fake EC2 CopySnapshot (pytest-fakecopy)")
    group.addoption(
        "--fake-ec2-rules",
        choices=(*RULES, _ALL),
        default=None,
        help="rule book that the fake_ec2 fixture answers by; all runs each test once per book",
    )
    group.addoption(
        "--fake-ec2-list-rules",
        action="store_true",
        default=False,
        help="print the rules of both books with their evidence, and exit",
    )
    add_timeline_options(group)
    add_ini_keys(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Have Python import this package by itself, before anything of it but the plugin is imported.

    pytest marks all modules of a plugin's distribution for the rewriting of assertions, and parses
    each anew where it may write no files. There is no assertion here to be rewritten. pytest 8 and
    9 keep the marks in `AssertionRewritingHook._must_rewrite`; elsewhere it takes longer, no more.
    """
    marked = getattr(early_config.pluginmanager.rewrite_hook, "_must_rewrite", None)
    if isinstance(marked, set):
        marked.discard(__name__.partition(".")[0])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and refuse ini values that no option can have."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}({', '.join(f'{name}=...' for name in Options.names())}): options of the"
        " fake_ec2 fixture for this test; see README, Options.",
    )
    config.addinivalue_line(
        "markers",
        f'{SCENARIOS_MARKER}(ends="error", rejected=True, ids=["kms-key-*"], raw=False): which'
        " scenarios the copy_scenario fixture runs this test with; see README, Scenarios.",
    )
    try:
        require_consistent(config, _configured(config))
    except FakeCopyError as error:
        raise pytest.UsageError(str(error)) from None
    reports = Reports(config)
    config.pluginmanager.register(reports, "fakecopy_reports")
    config.pluginmanager.register(Tracebacks(reports), "fakecopy_tracebacks")


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Print the rules where that is all that was asked for."""
    if not config.getoption("--fake-ec2-list-rules"):
        return None
    from pytest_fakecopy.scenarios import rules_table  # noqa: PLC0415  # only who asks pays for it

    print(rules_table())  # noqa: T201  # the output of a command
    return 0


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once per scenario and once per rule book, where it is to be."""
    names = metafunc.fixturenames
    per_scenario = "copy_scenario" in names and not _gives(metafunc, "copy_scenario")
    per_book = "fake_ec2" in names and metafunc.config.getoption("--fake-ec2-rules") == _ALL
    if not per_scenario and not per_book:
        return
    problem = None
    try:
        books = _books_of(metafunc, per_book=per_book)
        if per_scenario:
            _once_per_scenario(metafunc, books)
        elif len(books) > 1:
            metafunc.parametrize("_fake_ec2_rules", books, indirect=True)
    except (FakeCopyError, pytest.UsageError) as error:
        problem = str(error)
    if problem is not None:  # outside of the handler, or pytest prints it twice
        pytest.fail(f"{metafunc.definition.nodeid}: {problem}", pytrace=False)


def _books_of(metafunc: pytest.Metafunc, *, per_book: bool) -> tuple[str, ...]:
    """Return the rule books that a test is run with: a marker that names one has it its way."""
    marked = _marked(metafunc.definition).get("rules")
    if marked is None and per_book:
        return RULES
    return (marked or _configured(metafunc.config).rules,)


def _gives(metafunc: pytest.Metafunc, name: str) -> bool:
    """Say whether the test gives a fixture its values itself."""
    for marker in metafunc.definition.iter_markers("parametrize"):
        names = marker.args[0] if marker.args else marker.kwargs.get("argnames", ())
        listed = names.split(",") if isinstance(names, str) else names
        if name in {each.strip() for each in listed}:
            return True
    return False


def _once_per_scenario(metafunc: pytest.Metafunc, books: tuple[str, ...]) -> None:
    from pytest_fakecopy.scenarios import select  # noqa: PLC0415  # only tests that ask pay for it

    keywords = _keywords(metafunc.definition, SCENARIOS_MARKER, 'ends="error"')
    for name in keywords:
        if name not in _SELECTION:
            msg = (
                f"@pytest.mark.{SCENARIOS_MARKER} takes no {name!r}.{nearest(name, _SELECTION)}\n"
                f"It takes: {', '.join(_SELECTION)}"
            )
            raise pytest.UsageError(msg)
    chosen = [(found, book) for book in books for found in select(book, **keywords)]
    if len(books) == 1:
        scenarios = [found for found, _ in chosen]
        metafunc.parametrize("copy_scenario", scenarios, ids=str, indirect=True)
    else:
        names = [f"{found}-{book}" for found, book in chosen]
        metafunc.parametrize("copy_scenario, _fake_ec2_rules", chosen, ids=names, indirect=True)


def pytest_report_header(config: pytest.Config) -> str:
    """Name the versions that decide how the fake behaves, and the options that aren't defaults."""
    return (
        f"fake_ec2: pytest-fakecopy {version('pytest-fakecopy')}, botocore {version('botocore')}"
        f"{described(_configured(config))}"
    )


def _configured(config: pytest.Config, **defaults: str) -> Options:
    """Return the options of the command line and the ini file, *defaults* beneath them."""
    given = ini_values(config)
    rules = config.getoption("--fake-ec2-rules")
    if rules not in (None, _ALL):
        given["rules"] = rules
    return Options().overridden({**defaults, **given})


def _marked(node: pytest.Item | pytest.Function) -> dict[str, Any]:
    """Return the options of the marker, those nearest to the test first."""
    return _keywords(node, MARKER, 'rules="observed"')


def _keywords(node: pytest.Item, name: str, example: str) -> dict[str, Any]:
    keywords: dict[str, Any] = {}
    for marker in node.iter_markers(name):
        if marker.args:
            msg = (
                f"@pytest.mark.{name} takes keywords alone, got {marker.args!r}:"
                f" @pytest.mark.{name}({example})"
            )
            raise pytest.UsageError(msg)
        keywords = {**marker.kwargs, **keywords}
    return keywords


@pytest.fixture
def fake_ec2_options() -> dict[str, Any] | Options:
    """Options of `fake_ec2`; override it in a conftest to return a dict of them or an `Options`."""
    return {}


@pytest.fixture
def _fake_ec2_rules(request: pytest.FixtureRequest) -> str | None:
    """The rule book of this run of the test, where it is run once per book."""
    book: str | None = getattr(request, "param", None)
    return book


@pytest.fixture
def copy_scenario(request: pytest.FixtureRequest) -> Scenario:
    """A scenario of `pytest_fakecopy.scenarios`; the test runs once for each.

    `@pytest.mark.copy_scenarios(ends="error", rejected=True, ids=["kms-key-*"])` chooses some.
    """
    if not hasattr(request, "param"):
        msg = (
            f"{request.node.nodeid} can't be run once per scenario: pytest does that for functions"
            " and methods that take copy_scenario as an argument, or whose fixtures do, not for"
            " unittest.TestCase and getfixturevalue. To go through all in one test:"
            " for scenario in pytest_fakecopy.scenarios.CATALOGUE"
        )
        raise pytest.UsageError(msg)
    scenario: Scenario = request.param
    return scenario


@pytest.fixture
def fake_ec2(
    request: pytest.FixtureRequest,
    fake_ec2_options: dict[str, Any] | Options,
    _fake_ec2_rules: str | None,
) -> Iterator[FakeEC2]:
    """A fake of EC2 CopySnapshot, KMS and STS; see README, What a test has."""
    from pytest_fakecopy.fake import FakeEC2  # noqa: PLC0415  # only runs that use it pay for it

    __tracebackhide__ = True
    try:
        base = _configured(request.config, **_suited_to(request))
        given = _given_by(fake_ec2_options)
        options = base.overridden(given).overridden(_marked(request.node))
    except FakeCopyError as error:
        raise pytest.UsageError(str(error)) from None
    if _fake_ec2_rules is not None:
        options = _run_by(_fake_ec2_rules, options, given)
    elif "copy_scenario" in request.fixturenames:
        _require_choice_by(options.rules, request)
    with FakeEC2(options) as fake:
        yield fake


def _given_by(options: object) -> Mapping[str, Any]:
    """Return what `fake_ec2_options` returned; an `Options` gives what it was made with."""
    if isinstance(options, Options):
        return options.as_said()
    if not isinstance(options, Mapping):
        msg = (
            f"The fixture fake_ec2_options returned {options!r}: expected a dict or an Options:"
            ' return {"rules": "observed"}'
        )
        raise UsageError(msg)
    return options


def _suited_to(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the defaults of options for a test that has these fixtures and decorators."""
    from pytest_fakecopy._seams import is_travelling  # noqa: PLC0415  # as above

    suited: dict[str, str] = {}
    if "fake_ec2_server" in request.fixturenames:
        # Who waits for another process has to wait in reality, and by a clock that goes.
        suited |= {"clock": "virtual", "sleep": "real"}
    if "time_machine" in request.fixturenames or is_travelling(request.function):
        # It can't start while freezegun holds the time.
        suited["clock"] = "time-machine"
    return suited


@pytest.fixture
def fake_ec2_server(fake_ec2: FakeEC2) -> Iterator[Endpoint]:
    """A real HTTP endpoint in front of `fake_ec2`: `.endpoint_url`, `.environ` for a subprocess.

    Time passes by itself, 60 times as fast as the wall clock. The options `clock` and `sleep` are
    "virtual" and "real" where nothing says otherwise.
    """
    try:
        endpoint = fake_ec2.serve()
    except FakeCopyError as error:
        raise pytest.UsageError(str(error)) from None
    with endpoint:
        yield endpoint


def _run_by(book: str, options: Options, given: Mapping[str, Any]) -> Options:
    """Return the options with that rule book, or skip where `fake_ec2_options` fixes another."""
    fixed = given.get("rules", book)
    if fixed != book:
        pytest.skip(f"fake_ec2_options says rules={fixed!r}")
    return options.overridden({"rules": book})


def _require_choice_by(book: str, request: pytest.FixtureRequest) -> None:
    """Refuse scenarios that were chosen by another rule book than the one in force.

    They are chosen before any fixture runs, so that `fake_ec2_options` comes too late.
    """
    chosen = _keywords(request.node, SCENARIOS_MARKER, 'ends="error"')
    by = _marked(request.node).get("rules", _configured(request.config).rules)
    if by != book and not chosen.keys().isdisjoint(("ends", "rejected")):
        msg = (
            f"@pytest.mark.{SCENARIOS_MARKER} chose by the rule book {by!r}, and fake_ec2_options"
            f" says rules={book!r}. Say it where tests are collected:"
            f' @pytest.mark.{MARKER}(rules="{book}"), or the ini key fake_ec2_rules'
        )
        raise pytest.UsageError(msg)
