"""The pytest plugin: fixtures, marker, options. The only module that imports pytest."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.errors import FakeCopyError
from pytest_fakecopy.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy.fake import FakeEC2

MARKER = "fake_ec2"
_HELP = {
    "rules": 'rule book: "documented" (default) or "observed"',
    "account_id": "default account, 12 digits",
    "clock": '"freezegun" (default), "time-machine", "virtual" or "real"',
    "start_time": "when each test starts, ISO 8601 with an offset; default is the present",
    "sleep": '"instant" (default) moves the clock where the test sleeps, or "real"',
    "validation_delay": "seconds from acceptance of a copy to its verdict (5)",
    "copy_duration": "seconds from acceptance of a copy to its completion (60)",
    "max_concurrent_copies": "copies in progress per account and Region (20)",
    "passthrough": "services or service:Operation that may pass, separated by spaces",
    "credentials": '"lenient" (default) or "strict" about unknown access keys',
    "seed": "what all ids are derived from (0)",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command line option and one ini key per option."""
    group = parser.getgroup("fake_ec2", "fake EC2 CopySnapshot (pytest-fakecopy)")
    group.addoption(
        "--fake-ec2-rules",
        choices=("documented", "observed"),
        default=None,
        help="rule book that the fake_ec2 fixture answers by",
    )
    for name in Options.names():
        parser.addini(f"{MARKER}_{name}", f"fake_ec2: {_HELP[name]}", default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and refuse ini values that no option can have."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}({', '.join(f'{name}=...' for name in Options.names())}): options of the"
        " fake_ec2 fixture for this test; see README, Options.",
    )
    try:
        _configured(config)
    except FakeCopyError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_report_header() -> str:
    """Name the versions that decide how the fake behaves."""
    return f"fake_ec2: pytest-fakecopy {version('pytest-fakecopy')}, botocore {version('botocore')}"


def _configured(config: pytest.Config, **defaults: str) -> Options:
    """Return the options of the command line and the ini file, *defaults* beneath them."""
    ini = {name: config.getini(f"{MARKER}_{name}") for name in Options.names()}
    given: dict[str, Any] = {name: value for name, value in ini.items() if value not in (None, "")}
    rules = config.getoption("--fake-ec2-rules")
    if rules is not None:
        given["rules"] = rules
    return Options().overridden({**defaults, **given})


def _marked(node: pytest.Item) -> dict[str, Any]:
    """Return the keywords of the marker, those nearest to the test first."""
    keywords: dict[str, Any] = {}
    for marker in node.iter_markers(MARKER):
        if marker.args:
            msg = (
                f"@pytest.mark.{MARKER} takes keywords alone, got {marker.args!r}:"
                f' @pytest.mark.{MARKER}(rules="observed")'
            )
            raise pytest.UsageError(msg)
        keywords = {**marker.kwargs, **keywords}
    return keywords


@pytest.fixture
def fake_ec2_options() -> dict[str, Any] | Options:
    """Options of `fake_ec2`; override it in a conftest to return a dict of them or an `Options`."""
    return {}


@pytest.fixture
def fake_ec2(
    request: pytest.FixtureRequest, fake_ec2_options: dict[str, Any] | Options
) -> Iterator[FakeEC2]:
    """A fake of EC2 CopySnapshot, KMS and STS; see README, What a test can do."""
    from pytest_fakecopy.fake import FakeEC2  # noqa: PLC0415  # only runs that use it pay for it

    __tracebackhide__ = True
    try:
        # time-machine can't start while freezegun holds the time, so a test that has it keeps it.
        travels = {"clock": "time-machine"} if "time_machine" in request.fixturenames else {}
        base = _configured(request.config, **travels)
        if isinstance(fake_ec2_options, Options):
            base = fake_ec2_options
        else:
            base = base.overridden(fake_ec2_options)
        options = base.overridden(_marked(request.node))
    except FakeCopyError as error:
        raise pytest.UsageError(str(error)) from None
    with FakeEC2(options) as fake:
        yield fake
