"""What a test run shows of the fake: the section under a failed test, comparisons, drawings."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy.plugin_tracebacks import shorten
from pytest_fakecopy.watching import WATCHERS

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_fakecopy.fake import FakeEC2

SECTION = "fake_ec2"
_DRAWN = "fake_ec2_timelines"
_NOT_DRAWN = "fake_ec2_timeline_errors"
_VERBOSE = 2
_LONGEST_NAME = 120


class Reports:
    """The hooks that report. It is registered with pytest once per run."""

    def __init__(self, config: pytest.Config) -> None:
        """Take what was asked for from the command line, and watch for fakes."""
        directory = config.getoption("--fake-ec2-timeline")
        self._directory = Path(directory) if directory else None
        self._all = config.getoption("--fake-ec2-timeline-for") == "all"
        self._fakes: dict[FakeEC2, int] = {}
        """Each fake that is entered, or was in this test, with the length that its journal had when
        the test began."""
        self._told = False
        """Whether a section was shown for an earlier phase of this test."""
        self._drawn: set[str] = set()
        self._problems: list[str] = []
        WATCHERS.append(self._watch)

    def _watch(self, fake: FakeEC2) -> None:
        self._fakes.setdefault(fake, -1)

    def pytest_unconfigure(self) -> None:
        """Watch no more."""
        WATCHERS.remove(self._watch)

    def used(self) -> list[FakeEC2]:
        """Return the fakes that this test entered, or used though others had entered them."""
        # A copy, because other threads may enter fakes meanwhile.
        fakes = self._fakes.copy().items()
        return [fake for fake, length in fakes if len(fake.journal) != length]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add a section to the report of the phase that failed; draw after the last."""
        report = yield
        if report.failed and not (self._told and report.when == "teardown"):
            self._tell(item, report)
        if report.when == "teardown" and self._fakes:
            from pytest_fakecopy._patch import uncover  # noqa: PLC0415  # only who uses it pays

            self._draw(item, report)
            # By now `monkeypatch` is undone too, also where it was asked for before the fake.
            uncover()
            # The fakes of this test have to go; those of the session may be used by the next.
            self._fakes = {fake: len(fake.journal) for fake in self._fakes.copy() if fake.entered}
            self._told = False
        return report

    def _tell(self, item: pytest.Item, report: pytest.TestReport) -> None:
        fakes = self.used()
        if not fakes:
            return
        self._told = True
        # An earlier try of the test, or an earlier part of it, may have left its own.
        item.user_properties[:] = [pair for pair in item.user_properties if pair[0] != SECTION]
        for number, fake in enumerate(fakes, 1):
            text = "\n".join(self._lines(item, fake, number))
            name = SECTION if len(fakes) == 1 else f"{SECTION} {number} of {len(fakes)}"
            report.sections.append((name, text))
            # junitxml takes the properties from the report of the teardown, and no sections but
            # output.
            item.user_properties.append((SECTION, text))
            self._add_extra(item, report, fake)
        report.user_properties[:] = item.user_properties

    def _lines(self, item: pytest.Item, fake: FakeEC2, number: int) -> list[str]:
        from pytest_fakecopy.reporting import MOST_LINES, report as lines  # noqa: PLC0415, I001  # only failures pay

        path = self._path(item, number)
        verbose = item.config.getoption("verbose", 0) >= _VERBOSE
        told = lines(fake.story(), None if verbose else MOST_LINES - bool(path))
        return told if path is None else [*told, f"{'drawn':>8}  in {path}"]

    def _add_extra(self, item: pytest.Item, report: pytest.TestReport, fake: FakeEC2) -> None:
        """Give pytest-html the picture, where it writes a report."""
        html = item.config.pluginmanager.getplugin("html")
        if html is not None and item.config.getoption("htmlpath", None):
            extra = html.extras.html(f"<div>{fake.timeline('svg')}</div>")
            report.extras = [*getattr(report, "extras", ()), extra]  # type: ignore[attr-defined]  # pytest-html's

    def _path(self, item: pytest.Item, number: int) -> Path | None:
        if self._directory is None:
            return None
        return self._directory / file_name(item.nodeid, number)

    def _draw(self, item: pytest.Item, report: pytest.TestReport) -> None:
        if self._directory is None or not (self._all or self._told):
            return
        drawn, problems = [], []
        for number, fake in enumerate(self.used(), 1):
            path = self._directory / file_name(item.nodeid, number)
            problem = _write(path, fake, item.nodeid)
            if problem:
                problems.append(f"{path}: {problem}")
            else:
                drawn.append(str(path))
        # On the report, because it travels from the workers of pytest-xdist to the main process.
        setattr(report, _DRAWN, drawn)
        setattr(report, _NOT_DRAWN, problems)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what was drawn, also by the workers of pytest-xdist."""
        self._drawn.update(getattr(report, _DRAWN, ()))
        self._problems += getattr(report, _NOT_DRAWN, ())

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the drawings are."""
        if self._drawn:
            count = len(self._drawn)
            files = "1 timeline" if count == 1 else f"{count} timelines"
            terminalreporter.write_line(f"fake_ec2: {files} in {self._directory}")
        for problem in self._problems:
            terminalreporter.write_line(f"fake_ec2: could not draw {problem}", red=True)

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        """Explain a failed comparison with the state of a snapshot, or with a presigned URL."""
        from pytest_fakecopy.views.telling import explanation  # noqa: PLC0415  # only failures pay

        return explanation(op, left, right)


class Tracebacks:
    """Shortens them before pytest writes them.

    A hook of its own: it has to be called after unittest's, which finds the exception of a
    `TestCase`, so it can't be a wrapper.
    """

    def __init__(self, reports: Reports) -> None:
        """Take who knows the fakes of a test."""
        self._reports = reports

    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        """Leave the report to pytest."""
        if call.excinfo is not None:
            shorten(item.config, call.excinfo, fakes=bool(self._reports.used()))
        return None


def _write(path: Path, fake: FakeEC2, title: str) -> str:
    """Draw the fake into a file; return why it can't be written, or nothing."""
    from pytest_fakecopy.drawing import draw  # noqa: PLC0415  # only who asks pays for it

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(draw(fake.story(), "html", title), encoding="utf-8")
    except OSError as error:
        # The test is not to blame.
        return str(error)
    return ""


def file_name(nodeid: str, number: int = 1) -> str:
    """Return a name for a file about a test: readable, safe everywhere, and no other test's.

    Args:
        nodeid: The test.
        number: Which of its fakes.
    """
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", nodeid).strip("-.")
    digest = sha256(nodeid.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    which = f"-{number}" if number > 1 else ""
    return f"{name[-_LONGEST_NAME:]}-{digest}{which}.html"
