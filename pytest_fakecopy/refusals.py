"""What may pass, what is refused, and how the refusal tells the way on."""

from __future__ import annotations

from textwrap import wrap
from urllib.parse import parse_qsl

from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.domain.presigned import split_url
from pytest_fakecopy.errors import UnexpectedRequest
from pytest_fakecopy.wire.endpoints import address_of, locate
from pytest_fakecopy.wire.http import HttpRequest
from pytest_fakecopy.wire.loading import description_of

_CREDENTIAL_PROCESS = "credential-process"

_CONNECT = "CONNECT"
_WIDTH = 96

_AWS_CLIENTS = frozenset({"botocore", "aiobotocore"})


class Refusals:
    """Refuses what nobody serves, and remembers it: a test must not be able to swallow it."""

    def __init__(self, passthrough: tuple[str, ...]) -> None:
        """Take the services ("s3") and operations ("ec2:DescribeInstances") that may pass."""
        self._passthrough = tuple(dict.fromkeys(passthrough))
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
        if kind == "custom" and _leads_elsewhere(request, service, action):
            return
        if any(_names(name, service, action) for name in self._passthrough):
            return
        raise self._refuse(request, service, action)

    def require_connection(self, host: str) -> None:
        """Refuse a connection to a host of AWS or to a source of credentials, unless it may pass.

        For connections that no transport saw: what is asked for can't be told, so a host may be
        connected to as soon as one operation of its service may pass.

        Raises:
            UnexpectedRequest: it may not be connected to.
        """
        url = f"https://[{host}]/" if host.count(":") > 1 else f"https://{host}/"
        endpoint = locate(url, {})
        service = "metadata" if endpoint.kind == "metadata" else endpoint.service
        passing = {name.partition(":")[0] for name in self._passthrough}
        if endpoint.kind == "custom" or service in passing | {*map(_in_hosts, passing)}:
            return
        raise self._refuse(HttpRequest(_CONNECT, url, {}, transport="a socket"), service, "")

    def require_process(self, command: str) -> None:
        """Refuse a program that a profile of the user's gets credentials from.

        Raises:
            UnexpectedRequest: it may not be run.
        """
        if _CREDENTIAL_PROCESS in self._passthrough:
            return
        program = command.split(maxsplit=1)[:1]
        error = UnexpectedRequest(
            f"fake_ec2 does not run {''.join(program)!r} for credentials: it may ask AWS.\n\n"
            "A profile that was chosen by name has it as credential_process. Leave the choice of"
            " the profile out of the test, or let the program run:\n"
            f"{self._mark(_CREDENTIAL_PROCESS)}"
        )
        self.refused.append(error)
        raise error

    def parameter(
        self, request: HttpRequest, service: str, action: str, member: str
    ) -> UnexpectedRequest:
        """Return the refusal of a parameter that AWS knows and the fake does not act on."""
        error = UnexpectedRequest(
            f"fake_ec2 does not act on the parameter {member} of {action}.\n\n"
            f"{_line(request, action)}\n\n"
            f"To leave it out of the test, call {action} without {member}; to let another mock"
            f" answer, mark the test:\n{self._mark(f'{service}:{action}')}"
        )
        self.refused.append(error)
        return error

    def _refuse(self, request: HttpRequest, service: str | None, action: str) -> UnexpectedRequest:
        name = f"{service}:{action}" if service and action else service
        what = action or (f"the service {service}" if service else "this host")
        if action and service and service not in OPERATIONS:
            what = f"{action} of the service {service}"
        if service == "metadata":
            name, what = "metadata", "the instance metadata service"
        elif request.method == _CONNECT and service in OPERATIONS:
            what = f"{service} over a connection of its own"
        lines = [
            f"fake_ec2 does not serve {what}.",
            "",
            _line(request, action),
            f"  sent by {request.transport}",
            "",
            *_instead(request, service),
        ]
        if name and request.transport != "server":
            lines += [
                "To let it reach the network, or another mock, mark the test:",
                self._mark(name),
            ]
        error = UnexpectedRequest("\n".join(lines))
        self.refused.append(error)
        return error

    def _mark(self, name: str) -> str:
        """Return the marker that lets *name* pass as well as what may pass already."""
        names = ", ".join(f'"{each}"' for each in (*self._passthrough, name))
        return f"  @pytest.mark.fake_ec2(passthrough=[{names}])"


def _names(name: str, service: str | None, action: str) -> bool:
    """Say whether a name of `passthrough` means that operation, under boto3's name of a service."""
    named, _, operation = name.partition(":")
    return operation in {"", action} and service is not None and service == _in_hosts(named)


def _in_hosts(service: str) -> str | None:
    """Return how hosts call what boto3 calls *service*: `monitoring` is "cloudwatch" there."""
    described = description_of(service)
    return described["metadata"]["endpointPrefix"].rpartition(".")[2] if described else None


def _instead(request: HttpRequest, service: str | None) -> list[str]:
    """Return what is served, as far as it says something about the request."""
    if service is None or service not in OPERATIONS:
        return [f"Served: {', '.join(OPERATIONS)}"]
    if request.method == _CONNECT:
        return [
            "Served in the process: botocore, aiobotocore, requests, urllib3.",
            "To have others served, use the fixture fake_ec2_server, and lead them to its",
            "  fake_ec2_server.endpoint_url",
        ]
    return wrap(
        f"Served: {', '.join(sorted(OPERATIONS[service]))}",
        width=_WIDTH,
        subsequent_indent="  ",
        break_on_hyphens=False,
    )


def _leads_elsewhere(request: HttpRequest, service: str | None, action: str) -> bool:
    """Say whether a request to a host that isn't AWS's is no business of ours."""
    if request.transport == "server":
        # Our own endpoint: there is no other, but not everything that comes in asks for AWS.
        return not service and not action
    # An endpoint that the code under test was pointed at on this machine is no way to AWS.
    return not _is_for_aws(request, service) or _is_loopback(request.url)


def _is_for_aws(request: HttpRequest, service: str | None) -> bool:
    """Say whether a request to a host that isn't AWS's is for AWS all the same.

    botocore and aiobotocore send no others, and a credential scope is for nobody else.
    """
    return request.transport in _AWS_CLIENTS or service is not None


def _line(request: HttpRequest, action: str) -> str:
    """Return the request line without what is secret: a query may hold a signature or a token."""
    scheme, host, path, query = split_url(request.url)
    names = [
        name
        for name, _ in parse_qsl(query, keep_blank_values=True)
        if not name.lower().startswith("x-amz-") and name != "Action"
    ]
    asked = f"?{'&'.join(names)}" if names else ""
    line = f"  {request.method} {scheme}://{host}{path or '/'}{asked}"
    return f"{line}   Action={action}" if action else line


def _is_loopback(url: str) -> bool:
    host = split_url(url)[1]
    name, colon, port = host.rpartition(":")
    host = (name if colon and port.isdecimal() else host).strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = address_of(host)
    return address is not None and address.is_loopback
