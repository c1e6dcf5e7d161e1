"""Runs of pytest with this plugin and few others."""

from __future__ import annotations

# pytester forgets what was imported in a run, and these take longer than it.
import boto3  # noqa: F401  # see above
import pytest

import pytest_fakecopy.fake  # noqa: F401  # see above

NO_OTHERS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Have runs load this plugin and no other that is installed: that takes longer than most runs.

    The blocks of the README run with all of them.
    """
    monkeypatch.setenv(NO_OTHERS, "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p fakecopy")
    return pytester


@pytest.fixture
def all_plugins(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have runs load all plugins that are installed, as they do elsewhere."""
    monkeypatch.delenv(NO_OTHERS)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:randomly")


@pytest.fixture
def workers() -> list[str]:
    """Options of a run in two processes of pytest-xdist."""
    pytest.importorskip("xdist")
    return ["-p", "xdist", "-n2"]


@pytest.fixture
def worker(workers: list[str]) -> list[str]:
    """Options of a run in one other process: each takes half a second."""
    return [*workers[:-1], "-n1"]
