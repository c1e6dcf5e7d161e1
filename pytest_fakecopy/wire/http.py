"""The request and the response that every transport speaks with the gateway.

A transport turns its library's request into an `HttpRequest`, calls the `Handler` and turns the
`HttpResponse` back. It knows nothing else about the fake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request as it would have left the process."""

    method: str
    """Upper case: "GET", "POST"."""
    url: str
    """Absolute, with the query string."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    transport: str = "botocore"
    """Which library sent it: "botocore", "aiobotocore", "requests", "urllib3", "server"."""

    def __repr__(self) -> str:
        """Return `<HttpRequest POST https://ec2.us-east-1.amazonaws.com/ by botocore>`.

        Headers, body and query are left out: they hold signatures and tokens.
        """
        scheme, separator, rest = self.url.partition("?")[0].partition("://")
        address = f"{scheme}{separator}{rest.rpartition('@')[2]}"
        return f"<HttpRequest {self.method} {address} by {self.transport}>"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP response as AWS would have sent it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


class Disconnected(Exception):  # noqa: N818  # not an error of ours: what the client shall meet
    """Raised by the handler where the client shall see its connection fail.

    Each transport raises what its library raises in that case: *kind* "closed" is a connection
    that ends without an answer, "timeout" an answer that does not come in time.
    """

    def __init__(self, kind: Literal["closed", "timeout"]) -> None:
        """Keep the kind of the failure."""
        super().__init__(kind)
        self.kind: Literal["closed", "timeout"] = kind


Handler: TypeAlias = Callable[[HttpRequest], HttpResponse | None]
"""Answers a request, or returns None where the request is to go on as if nobody intercepted it.

It may raise `Disconnected`, and `UnexpectedRequest` where the request is to go nowhere.
"""

Serves: TypeAlias = Callable[[HttpRequest], bool]
"""Says whether the handler would answer a request itself, without a trace of the question.

For transports that stand above other mocks: what is not served here may be theirs.
"""
