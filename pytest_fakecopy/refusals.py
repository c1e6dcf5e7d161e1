"""What may pass, what is refused, and how the refusal tells the way on."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.errors import UnexpectedRequest

if TYPE_CHECKING:
    from pytest_fakecopy.wire.http import HttpRequest


class Refusals:
    """Refuses what nobody serves, and remembers it: a test must not be able to swallow it."""

    def __init__(self, passthrough: tuple[str, ...]) -> None:
        """Take the services ("s3") and operations ("ec2:DescribeInstances") that may pass."""
        self._passthrough = frozenset(passthrough)
        self.refused: list[UnexpectedRequest] = []
        """Everything that was refused so far."""

    def may_pass(self, service: str, action: str) -> bool:
        """Say whether the options let an operation of a service pass."""
        passing = self._passthrough
        return bool(passing) and (service in passing or f"{service}:{action}" in passing)

    def require_pass(
        self, request: HttpRequest, service: str | None, action: str, kind: str = "aws"
    ) -> None:
        """Refuse a request that nobody serves, unless it may pass.

        Args:
            request: The request.
            service: Whom it is for, as far as that can be told.
            action: What it asks for, as far as that can be told.
            kind: What sort of host it goes to: "aws", "metadata" or "custom".

        Raises:
            UnexpectedRequest: it may not pass.
        """
        if self.may_pass(service or "", action):
            return
        if kind == "custom" and (request.transport != "botocore" or _is_loopback(request.url)):
            # An endpoint that the code under test was pointed at on this machine is no way to AWS.
            return
        raise self._refuse(request, service, action)

    def parameter(
        self, request: HttpRequest, service: str, action: str, member: str
    ) -> UnexpectedRequest:
        """Return the refusal of a parameter that AWS knows and the fake does not act on."""
        error = UnexpectedRequest(
            f"fake_ec2 does not act on the parameter {member} of {action}.\n\n"
            f"{_line(request, action)}\n\n"
            f"To leave it out of the test, call {action} without {member}; to let another mock"
            f' answer, mark the test:\n  @pytest.mark.fake_ec2(passthrough=["{service}:{action}"])'
        )
        self.refused.append(error)
        return error

    def _refuse(self, request: HttpRequest, service: str | None, action: str) -> UnexpectedRequest:
        name = f"{service}:{action}" if service and action else service
        what = action or (f"the service {service}" if service else "this host")
        if service == "metadata":
            name, what = "metadata", "the instance metadata service"
        served = sorted(OPERATIONS.get(service or "", OPERATIONS["ec2"]))
        lines = [
            f"fake_ec2 does not serve {what}.",
            "",
            _line(request, action),
            f"  sent by {request.transport}",
            "",
            f"Served: {', '.join(served)}",
        ]
        if name:
            lines += [
                "To let it reach the network, or another mock, mark the test:",
                f'  @pytest.mark.fake_ec2(passthrough=["{name}"])',
            ]
        error = UnexpectedRequest("\n".join(lines))
        self.refused.append(error)
        return error


def _line(request: HttpRequest, action: str) -> str:
    """Return the request line without what is secret: a query may hold a signature or a token."""
    parts = urlsplit(request.url)
    names = [
        name
        for name, _ in parse_qsl(parts.query, keep_blank_values=True)
        if not name.lower().startswith("x-amz-") and name != "Action"
    ]
    query = f"?{'&'.join(names)}" if names else ""
    host = parts.netloc.rpartition("@")[2]
    line = f"  {request.method} {parts.scheme}://{host}{parts.path or '/'}{query}"
    return f"{line}   Action={action}" if action else line


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
