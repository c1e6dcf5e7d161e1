"""Clients of other makers, installed once into a cache of this machine: never into the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pytest-fakecopy-sdks"
AWS_CLI = "awscli>=1.46"
JAVASCRIPT = ("@aws-sdk/client-ec2@3", "@aws-sdk/client-kms@3")

_FINISHED = "finished"


def _install(name: str, steps: Callable[[Path], list[list[str]]]) -> Path:
    """Return the directory of a client; it is made once, and whole or not at all.

    Whoever asks for these tests has a network: what can't be installed is no reason to skip them.
    """
    directory = CACHE / name
    if not (directory / _FINISHED).exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for command in steps(directory):
            done = subprocess.run(
                command, cwd=directory, capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.fail(f"{' '.join(command)} failed: {done.stderr.strip()[-300:]}")
        (directory / _FINISHED).touch()
    return directory


@pytest.fixture(scope="session")
def aws_cli() -> Path:
    """Return the AWS CLI: a virtual environment of its own, since it wants its own botocore."""
    scripts = "Scripts" if os.name == "nt" else "bin"
    version = ".".join(map(str, sys.version_info[:3]))

    def steps(directory: Path) -> list[list[str]]:
        python = str(directory / scripts / "python")
        return [
            [sys.executable, "-m", "venv", str(directory)],
            [python, "-m", "pip", "install", "--quiet", AWS_CLI],
        ]

    return _install(f"aws-cli-{version}", steps) / scripts / "aws"


@pytest.fixture(scope="session")
def javascript() -> Path:
    """Return a directory in which Node.js finds the SDK v3."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("the JavaScript SDK needs Node.js and npm")

    def steps(directory: Path) -> list[list[str]]:
        flags = ["--no-audit", "--no-fund", "--silent", "--prefix", str(directory)]
        return [[npm, "install", *flags, *JAVASCRIPT]]

    return _install("javascript-v3", steps)
