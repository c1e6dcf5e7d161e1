"""Runs of pytest in other processes, which import no more than they need."""

from __future__ import annotations

import pytest


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Options of a run with this plugin and no other that is installed: they take seconds."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return ["-p", "pytest_fakecopy.plugin"]


@pytest.fixture
def workers(alone: list[str]) -> list[str]:
    """Options of a run in two processes of pytest-xdist."""
    pytest.importorskip("xdist")
    return [*alone, "-p", "xdist", "-n2"]
