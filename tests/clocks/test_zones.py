"""Parts of this suite in processes that live in other time zones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Where dates are read, written and shown.
FEW = (
    *("tests/wire/test_xml.py", "tests/domain/test_lifecycle.py", "tests/domain/test_presigned.py"),
    *("tests/clocks/test_control.py", "tests/test_options.py", "tests/test_story.py"),
    "tests/views/test_snapshots.py",
)
MANY = (
    *("tests/clocks", "tests/domain", "tests/drawing", "tests/operations", "tests/plugin"),
    *("tests/views", "tests/wire", "tests/test_readme.py"),
)


@pytest.mark.parametrize(
    ("zone", "files"),
    [
        # Thirteen hours ahead, where it is tomorrow already; and five or four behind.
        ("Pacific/Apia", FEW),
        ("America/New_York", FEW),
        *(
            pytest.param(zone, MANY, marks=pytest.mark.slow)
            for zone in ("Pacific/Apia", "America/New_York", "Asia/Kolkata", "Europe/London")
        ),
    ],
)
def test_the_suite_passes_in_another_time_zone(zone: str, files: tuple[str, ...]) -> None:
    """No test, and nothing that is tested, goes by the zone of the process."""
    # How this run was started is no matter of that one.
    inherited = {name: value for name, value in os.environ.items() if name[:6] != "PYTEST"}
    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env={**inherited, "TZ": zone, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stdout
