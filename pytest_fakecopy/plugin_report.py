"""What a test run shows of the fake: the section under a failed test, comparisons, drawings."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_fakecopy.fake import FakeEC2

FAKE = pytest.StashKey["FakeEC2"]()
"""The fake of a test, from its set-up to the report of its teardown."""
_TOLD = pytest.StashKey[bool]()
"""Whether the section was shown for a phase of this test."""

SECTION = "fake_ec2"
_DRAWN = "fake_ec2_timeline"
_NOT_DRAWN = "fake_ec2_timeline_error"
_VERBOSE = 2
_LONGEST_NAME = 120


class Reports:
    """The hooks that report. It is registered with pytest once per run."""

    def __init__(self, config: pytest.Config) -> None:
        """Take what was asked for from the command line."""
        directory = config.getoption("--fake-ec2-timeline")
        self._directory = Path(directory) if directory else None
        self._all = config.getoption("--fake-ec2-timeline-for") == "all"
        self._drawn = 0
        self._problems: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the section to the report of the first phase that failed; draw after the last."""
        report = yield
        fake = item.stash.get(FAKE, None)
        if fake is None:
            return report
        if report.failed and not item.stash.get(_TOLD, False):
            item.stash[_TOLD] = True
            self._tell(item, report, fake)
        if report.when == "teardown":
            from pytest_fakecopy._patch import uncover  # noqa: PLC0415  # only who uses it pays

            self._draw(item, report, fake)
            # By now `monkeypatch` is undone too, also where it was asked for before the fake.
            uncover()
            # The item lives as long as the session; the fake has to go.
            del item.stash[FAKE]
            item.stash[_TOLD] = False
        return report

    def _tell(self, item: pytest.Item, report: pytest.TestReport, fake: FakeEC2) -> None:
        from pytest_fakecopy.reporting import MOST_LINES, report as lines  # noqa: PLC0415, I001  # only failures pay

        path = self._path(item)
        verbose = item.config.get_verbosity() >= _VERBOSE
        told = lines(fake.story(), None if verbose else MOST_LINES - bool(path))
        if path is not None:
            told.append(f"{'drawn':>8}  in {path}")
        text = "\n".join(told)
        report.sections.append((SECTION, text))
        # junitxml takes the properties from the report of the teardown, and no sections but output.
        item.user_properties.append((SECTION, text))
        if report.when == "teardown":
            report.user_properties.append((SECTION, text))
        self._add_extra(item, report, fake)

    def _add_extra(self, item: pytest.Item, report: pytest.TestReport, fake: FakeEC2) -> None:
        """Give pytest-html the picture, where it writes a report."""
        html = item.config.pluginmanager.getplugin("html")
        if html is not None and item.config.getoption("htmlpath", None):
            extra = html.extras.html(f"<div>{fake.timeline('svg')}</div>")
            report.extras = [*getattr(report, "extras", ()), extra]  # type: ignore[attr-defined]  # pytest-html's

    def _path(self, item: pytest.Item) -> Path | None:
        return None if self._directory is None else self._directory / file_name(item.nodeid)

    def _draw(self, item: pytest.Item, report: pytest.TestReport, fake: FakeEC2) -> None:
        path = self._path(item)
        if path is None or not (self._all or item.stash.get(_TOLD, False)):
            return
        from pytest_fakecopy.drawing import draw  # noqa: PLC0415  # only who asks pays for it

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(draw(fake.story(), "html", item.nodeid), encoding="utf-8")
        except OSError as error:
            # The test is not to blame.
            setattr(report, _NOT_DRAWN, f"{path}: {error}")
        else:
            setattr(report, _DRAWN, str(path))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what was drawn, also by the workers of pytest-xdist."""
        self._drawn += hasattr(report, _DRAWN)
        if hasattr(report, _NOT_DRAWN):
            self._problems.append(getattr(report, _NOT_DRAWN))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the drawings are."""
        if self._drawn:
            files = "1 timeline" if self._drawn == 1 else f"{self._drawn} timelines"
            terminalreporter.write_line(f"fake_ec2: {files} in {self._directory}")
        for problem in self._problems:
            terminalreporter.write_line(f"fake_ec2: could not draw {problem}", red=True)

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        """Explain a failed comparison with the state of a snapshot, or with a presigned URL."""
        from pytest_fakecopy.views.telling import explanation  # noqa: PLC0415  # only failures pay

        return explanation(op, left, right)


def file_name(nodeid: str) -> str:
    """Return a name for a file about a test: readable, safe everywhere, and no other test's."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", nodeid).strip("-.")
    digest = sha256(nodeid.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[-_LONGEST_NAME:]}-{digest}.html"
