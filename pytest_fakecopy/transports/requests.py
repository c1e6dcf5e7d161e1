"""requests: raw Query API calls, and presigned URLs that somebody fetches.

They are answered through a `responses.RequestsMock` of our own. Mocks that a test has started with
`responses`, before or after, keep answering what they have a response for.
"""

from __future__ import annotations

import re
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any

import responses
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ReadTimeout
from urllib3.exceptions import ProtocolError

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch
from pytest_fakecopy.transports.base import body_bytes, text_headers
from pytest_fakecopy.wire.http import Disconnected, Handler, HttpRequest, Serves

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest, Response

_EVERYTHING = re.compile("")


class RequestsTransport:
    """Answers what requests sends and the handler serves; the rest goes on to whoever comes next.

    Nothing is refused here: what another mock does not take arrives at urllib3, and there it is.
    """

    __slots__ = ("_find", "_handler", "_mock_send", "_send", "_serves")

    def __init__(self, handler: Handler, serves: Serves) -> None:
        """Note who answers, and who says whether; nothing is intercepted before `start`."""
        self._handler = handler
        self._serves = serves
        self._send = Patch(_seams.http_adapter_class(), "send", self._intercept)
        self._find = Patch(_seams.requests_mock_class(), "_find_match", self._find_match)
        self._mock_send: Callable[..., Response] | None = None

    def start(self) -> None:
        """Intercept from now on; does nothing if it does already."""
        if self._send.active:
            return
        # responses 0.26: the default for `real_adapter_send` is the adapter's method as it was when
        # responses was imported, which leads past a mock that was started before this one.
        adapter: Any = HTTPAdapter
        mock = responses.RequestsMock(
            assert_all_requests_are_fired=False, real_adapter_send=adapter.send
        )
        mock.add_passthru(_EVERYTHING)
        self._mock_send = mock.unbound_on_send()
        self._find.start()
        self._send.start()

    def stop(self) -> None:
        """Let requests go their own way again; a second call does nothing."""
        self._send.stop()
        self._find.stop()

    def _intercept(
        self,
        adapter: HTTPAdapter,
        request: PreparedRequest,
        *args: Any,  # noqa: ANN401  # the original's
        **kwargs: Any,  # noqa: ANN401  # the original's
    ) -> Response:
        __tracebackhide__ = True
        # A mock of responses reads files that are sent, and writes to the log: that is for
        # requests of ours alone.
        send = self._mock_send if self._serves(http_request(request)) else self._send.original
        return send(adapter, request, *args, **kwargs)  # type: ignore[misc]

    def _find_match(
        self, mock: responses.RequestsMock, request: PreparedRequest
    ) -> tuple[responses.BaseResponse | None, list[str]]:
        match, reasons = self._find.original(mock, request)
        # What another fake would answer, around this one, is this one's first.
        if (match is None or isinstance(match, _Answer)) and self._serves(http_request(request)):
            return _Answer(self._handler, request), []
        return match, reasons


class _Answer(responses.BaseResponse):
    """The handler's answer to one request, in the form in which responses takes it."""

    def __init__(self, handler: Handler, request: PreparedRequest) -> None:
        super().__init__(str(request.method), str(request.url))
        self._handler = handler

    def get_response(self, request: PreparedRequest) -> Any:  # noqa: ANN401  # urllib3's response
        __tracebackhide__ = True
        try:
            answer = self._handler(http_request(request))
        except Disconnected as disconnected:
            raise connection_error(disconnected, request) from None
        if answer is None:
            msg = f"{request.method} {request.url} was served, and then it was not"
            raise RuntimeError(msg)
        headers = dict(answer.headers)
        return responses.Response(
            str(request.method),
            str(request.url),
            answer.body,
            status=answer.status,
            content_type=headers.pop("content-type", None),
            headers=headers,
        ).get_response(request)


def http_request(prepared: PreparedRequest) -> HttpRequest:
    """Return what a prepared request would put on the wire; it can still be sent."""
    return HttpRequest(
        str(prepared.method).upper(),
        str(prepared.url),
        text_headers(prepared.headers.items()),
        body_bytes(prepared.body),
        "requests",
    )


def connection_error(disconnected: Disconnected, request: Any) -> Exception:  # noqa: ANN401
    """Return the error that `HTTPAdapter.send` raises in that case."""
    if disconnected.kind == "timeout":
        return ReadTimeout("Read timed out.", request=request)
    ended = RemoteDisconnected("Remote end closed connection without response")
    return RequestsConnectionError(ProtocolError("Connection aborted.", ended), request=request)
