"""`python -m pytest_fakecopy`: the fake at a port, for a look around and for other languages."""

from __future__ import annotations

import argparse
import signal
import sys
from threading import Event
from typing import TYPE_CHECKING, TextIO

from pytest_fakecopy.errors import FakeCopyError, UnexpectedRequest
from pytest_fakecopy.fake import FakeEC2
from pytest_fakecopy.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_fakecopy.serving import Endpoint

_OPTIONS = {
    "rules": 'rule book: "documented" (default) or "observed"',
    "account_id": "default account, 12 digits",
    "validation_delay": "seconds of the fake's time from acceptance of a copy to its verdict (5)",
    "copy_duration": "seconds of the fake's time from acceptance of a copy to its completion (60)",
    "max_concurrent_copies": "copies in progress per account and Region (20)",
    "credentials": '"lenient" (default) or "strict" about unknown access keys',
    "seed": "what all ids are derived from (0)",
}


def main(
    arguments: Sequence[str] | None = None,
    *,
    output: TextIO | None = None,
    wait: Callable[[], object] | None = None,
) -> int:
    """Serve until the process is interrupted or terminated.

    Args:
        arguments: Those of the command line; None is this process's own.
        output: Where the address and the settings are written, standard output by default.
        wait: Returns when it is time to stop; by default on SIGINT and SIGTERM.

    Returns:
        0, or 1 if something was asked for that is not served, or 2 if it can't be started.
    """
    given = vars(_parser().parse_args(arguments))
    host, port, speed = (given.pop(name) for name in ("host", "port", "speed"))
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        options = Options(clock="virtual", sleep="real").overridden(chosen)
        with FakeEC2(options) as fake, fake.serve(host, port, speed=speed) as endpoint:
            wait = wait or _signals().wait
            print(_greeting(endpoint), file=output, flush=True)
            wait()
    except UnexpectedRequest as unexpected:
        sys.stderr.write(f"{unexpected}\n")
        return 1
    except FakeCopyError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pytest_fakecopy",
        description="Serve a fake of EC2's snapshots and their copies, KMS and STS, over HTTP.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (127.0.0.1)")
    parser.add_argument("--port", type=int, default=4566, help="port, 0 for any (4566)")
    parser.add_argument(
        "--speed", type=float, default=60, help="times as fast as the wall clock time passes (60)"
    )
    for name, text in _OPTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", help=text)
    return parser


def _greeting(endpoint: Endpoint) -> str:
    exports = [f"export {name}={value}" for name, value in endpoint.settings.items()]
    return "\n".join(
        [
            f"EC2 CopySnapshot, KMS and STS at {endpoint.endpoint_url}, until Ctrl-C. In a shell:",
            *exports,
        ]
    )


def _signals() -> Event:
    """Return what is set by SIGINT and SIGTERM from now on."""
    told = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    return told


if __name__ == "__main__":
    sys.exit(main())
