"""`FakeEC2.serve()`: a real endpoint in front of a fake, and the environment that leads there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_fakecopy.clocks.scaled import ScaledClock
from pytest_fakecopy.errors import UsageError
from pytest_fakecopy.transports.environment import UNSET

if TYPE_CHECKING:
    from types import TracebackType

    from pytest_fakecopy.domain.accounts import Account
    from pytest_fakecopy.domain.timeline import Clock
    from pytest_fakecopy.transports.server import ServerTransport
    from pytest_fakecopy.wire.http import Handler

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104  # to connect to
_DEFAULT_REGION = "us-east-1"
# A day in less than a tenth of a second; Python's calendar lasts for days.
_HIGHEST_SPEED = 1_000_000
_LOCAL = "127.0.0.1,localhost,::1"


class Endpoint:
    """A real HTTP endpoint of a fake; `with fake_ec2.serve() as endpoint:` opens and closes it.

    As long as it is open the fake's time passes by itself, `speed` times as fast as the wall
    clock, and `fake_ec2.clock.tick()` moves it on besides.
    """

    __slots__ = ("_account", "_clock", "_server", "_speed", "_speed_before")

    def __init__(
        self,
        handler: Handler,
        clock: Clock,
        account: Account,
        *,
        host: str,
        port: int,
        speed: float,
    ) -> None:
        """Note what to open; `FakeEC2.serve` says what the arguments mean."""
        if type(speed) not in (int, float) or not 0 <= speed <= _HIGHEST_SPEED:
            msg = (
                f"serve(speed={speed!r}): expected how many times as fast as the wall clock time"
                " passes, 0 to stand still: speed=60"
            )
            raise UsageError(msg)
        self._server = _server(handler, host, port)
        self._clock = clock if isinstance(clock, ScaledClock) else None
        self._speed = float(speed)
        self._speed_before = 0.0
        self._account = account

    def __repr__(self) -> str:
        """Return `<Endpoint http://127.0.0.1:4566>`."""
        return f"<Endpoint {self.endpoint_url}>"

    def __enter__(self) -> Endpoint:  # noqa: PYI034  # typing.Self came with Python 3.11
        """Open it.

        Raises:
            UsageError: the address can't be bound.
        """
        self._server.start()
        if self._clock is not None:
            self._speed_before = self._clock.run(self._speed)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it, within a second, connections that are still open included.

        Raises:
            InternalError: the fake failed on a request, whose client got an error 500. It may be
                any other exception as well.
        """
        self._server.stop()
        if self._clock is not None:
            self._clock.run(self._speed_before)
        if kind is None and self._server.failures:
            raise self._server.failures[0]

    @property
    def endpoint_url(self) -> str:
        """Where it is: "http://127.0.0.1:4566"."""
        host = _ANY_ADDRESS.get(self._server.host, self._server.host)
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{self._server.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The variables that lead an AWS SDK or the AWS CLI here: endpoint, credentials, Region."""
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        url = self.endpoint_url
        token = self._account.session_token
        return {
            **({"AWS_SESSION_TOKEN": token} if token else {}),
            "AWS_ENDPOINT_URL": url,
            # These would go before it, where the environment has them.
            "AWS_ENDPOINT_URL_EC2": url,
            "AWS_ENDPOINT_URL_KMS": url,
            "AWS_ENDPOINT_URL_STS": url,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_USE_FIPS_ENDPOINT": "false",
            "AWS_USE_DUALSTACK_ENDPOINT": "false",
            "AWS_ACCESS_KEY_ID": self._account.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self._account.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": region or _DEFAULT_REGION,
            "AWS_DEFAULT_REGION": region or _DEFAULT_REGION,
        }

    @property
    def environ(self) -> dict[str, str]:
        """A whole environment for a subprocess: this process's own with `settings` in it.

        Without profiles and other sources of credentials, and past any proxy.
        """
        unset = {*UNSET, "AWS_SESSION_TOKEN"}
        environ = {name: value for name, value in os.environ.items() if name not in unset}
        for name in ("NO_PROXY", "no_proxy"):
            environ[name] = f"{environ[name]},{_LOCAL}" if environ.get(name) else _LOCAL
        return environ | self.settings


def _server(handler: Handler, host: str, port: int) -> ServerTransport:
    try:
        from pytest_fakecopy.transports.server import ServerTransport  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "werkzeug":
            raise
        msg = (
            "fake_ec2.serve() needs werkzeug, which is not installed.\n"
            'Install it: pip install "pytest-fakecopy[server]"'
        )
        raise UsageError(msg) from None
    return ServerTransport(handler, host, port)
