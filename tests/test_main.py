"""`python -m pytest_fakecopy`: a fake for those who have no test to put it into."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from pytest_fakecopy.__main__ import main

pytest.importorskip("werkzeug")

if TYPE_CHECKING:
    from collections.abc import Callable


def run(*arguments: str, meanwhile: Callable[[str], object] = lambda url: None) -> tuple[int, str]:
    """Run it, do something while it serves, and return its status and what it wrote."""
    output = io.StringIO()

    def wait() -> None:
        meanwhile(output.getvalue().partition(" at ")[2].partition(",")[0])

    return main(["--port", "0", *arguments], output=output, wait=wait), output.getvalue()


def ask(url: str) -> int:
    """Send a request that makes no sense, and return the status of the answer."""
    with pytest.raises(HTTPError) as failed:
        urlopen(url)  # noqa: S310  # the fake's own URL
    with failed.value:
        return failed.value.code


def test_it_serves_until_it_is_told_to_stop() -> None:
    """What it says at first can be pasted into a shell."""
    statuses: list[int] = []

    status, output = run(meanwhile=lambda url: statuses.append(ask(url)))

    assert (status, statuses) == (0, [400])
    first, *exports = output.splitlines()
    url = first.partition(" at ")[2].partition(",")[0]
    assert first.startswith("EC2 CopySnapshot, KMS and STS at http://127.0.0.1:")
    assert f"export AWS_ENDPOINT_URL={url}" in exports
    assert "export AWS_EC2_METADATA_DISABLED=true" in exports


def test_its_options_are_those_of_the_fixture() -> None:
    """Those that mean something without a test."""
    status, output = run(
        *("--host", "localhost", "--speed", "1", "--rules", "observed"),
        *("--copy-duration", "600", "--validation-delay", "1.5", "--seed", "7"),
        *("--account-id", "444455556666", "--max-concurrent-copies", "5"),
        *("--credentials", "strict"),
    )

    assert status == 0
    assert "http://localhost:" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("--rules", "mine"), "rules='mine'", id="option"),
        pytest.param(("--speed", "-1"), "speed=-1", id="speed"),
        pytest.param(("--host", "192.0.2.1"), "can't serve at host='192.0.2.1'", id="host"),
    ],
)
def test_what_can_not_be_used_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    """One sentence, no traceback, status 2 as for any wrong command line."""
    status, _ = run(*arguments)

    assert status == 2
    assert message in capsys.readouterr().err


def test_what_was_not_served_is_told_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    """A suite in another language sees it by the status."""
    status, _ = run(meanwhile=lambda url: ask(f"{url}/?Action=RunInstances"))

    assert status == 1
    assert "does not serve RunInstances" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it(number: signal.Signals) -> None:
    """As a process of its own: it says where it is, and ends without a word."""
    command = [sys.executable, "-m", "pytest_fakecopy", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        # The handlers are set when the last line is out.
        lines = [process.stdout.readline() for _ in range(12)]
        assert ask(first.partition(" at ")[2].partition(",")[0]) == 400
        process.send_signal(number)
        status = process.wait(10)
        errors = process.stderr.read()

    assert (status, errors) == (0, "")
    assert lines[-1].startswith("export ")


def test_the_module_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its help names every option."""
    done: Any = subprocess.run(
        [sys.executable, "-m", "pytest_fakecopy", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )

    for option in ("--host", "--port", "--speed", "--rules", "--copy-duration"):
        assert option in done.stdout
