"""What is shipped: the wheel, its metadata, and what importing it costs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pytest_fakecopy"
HEAVY = ("aiobotocore", "boto3", "botocore", "freezegun", "moto", "requests", "responses")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Return the wheel of this checkout, built without a network."""
    pytest.importorskip("hatchling")
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [path] = target.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """Return the metadata of the wheel."""
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(wheel.read(name))


def python(code: str) -> str:
    """Return what a fresh interpreter prints for *code*, this checkout on its path."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return result.stdout.strip()


def test_the_wheel_has_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Every module is shipped, the marker for type checkers too, and none of the tests."""
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert "pytest_fakecopy/py.typed" in shipped
    assert shipped == expected


def test_the_wheel_is_pure_and_registers_the_plugin(wheel: zipfile.ZipFile) -> None:
    """One wheel serves every platform, and pytest finds the plugin by its entry point."""
    [entry_points] = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]

    lines = wheel.read(entry_points).decode().split("\n")

    assert str(wheel.filename).endswith("-py3-none-any.whl")
    assert "[pytest11]" in lines
    assert "fakecopy = pytest_fakecopy.plugin" in lines


def test_the_version_stands_in_one_place(metadata: Message) -> None:
    """The number in `pyproject.toml` is that of the wheel and of what is installed."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    [written] = re.findall(r'^version = "(.+)"$', project, re.MULTILINE)
    elsewhere = [
        path.name
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^__version__ *=", path.read_text("utf-8"), re.MULTILINE)
    ]

    assert metadata["Version"] == written
    assert version("pytest-fakecopy") == written
    assert elsewhere == []


def test_dependencies_have_floors_and_no_ceilings(metadata: Message) -> None:
    """A ceiling would keep users from releases that work."""
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]

    assert sorted(re.split(r"[>=<!~ ]", line)[0] for line in required) == [
        "botocore",
        "freezegun",
        "pytest",
        "responses",
    ]
    assert all(re.fullmatch(r"[a-z]+>=[0-9.]+", line) for line in required)


def test_the_floors_are_what_lowest_installs() -> None:
    """The suite's run on the oldest versions takes them from `pyproject.toml`."""
    script = ROOT / ".ci" / "floors"

    printed = subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, encoding="utf-8"
    ).stdout.split()

    assert {line.partition("==")[0] for line in printed} >= {"botocore", "freezegun", "pytest"}
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line) for line in printed)


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    """Every run of pytest imports the plugin, so also those that don't use it."""
    loaded = python(
        "import sys, pytest_fakecopy, pytest_fakecopy.plugin\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    assert loaded == "[]"


def test_a_run_without_the_fixture_imports_nothing_heavy(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Configuring the plugin, its header and its report cost nothing either."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(
        f"""
        import sys

        def test_it():
            assert not set({HEAVY}) & set(sys.modules)
            assert "pytest_fakecopy.fake" not in sys.modules
        """
    )

    result = pytester.runpytest_subprocess("-p", "pytest_fakecopy.plugin")

    result.assert_outcomes(passed=1)
