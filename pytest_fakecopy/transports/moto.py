"""moto beside us: what we serve is ours, the rest is moto's, whichever was started first.

moto answers botocore in an event before anything is sent, and requests in a mock of responses that
takes every AWS host. Both come through one object, which asks us first.
"""

from __future__ import annotations

from typing import Any

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch
from pytest_fakecopy.transports.base import text_headers
from pytest_fakecopy.transports.botocore import http_request
from pytest_fakecopy.transports.requests import connection_error
from pytest_fakecopy.wire.http import Disconnected, Handler, HttpRequest, Serves


class MotoTransport:
    """Keeps moto from answering what the handler serves."""

    __slots__ = ("_event", "_handler", "_request", "_serves")

    def __init__(self, handler: Handler, serves: Serves) -> None:
        """Note who answers, and who says whether; nothing is intercepted before `start`."""
        self._handler = handler
        self._serves = serves
        stubber = _seams.moto_stubber_class()
        self._event = Patch(stubber, "__call__", self._before_send)
        self._request = Patch(stubber, "process_request", self._process_request)

    def start(self) -> None:
        """Come before moto from now on; does nothing if it does already."""
        if not self._event.active:
            self._event.start()
            self._request.start()

    def stop(self) -> None:
        """Leave moto alone again; a second call does nothing."""
        self._request.stop()
        self._event.stop()

    def _before_send(self, stubber: Any, event_name: str, request: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # botocore's event
        # None lets the request go on to the HTTP session, where it is answered: by then it is clear
        # whether botocore or aiobotocore sends it.
        if stubber.enabled and self._serves(http_request(request)):
            return None
        return self._event.original(stubber, event_name, request, **kwargs)

    def _process_request(self, stubber: Any, request: Any) -> Any:  # noqa: ANN401  # moto's
        __tracebackhide__ = True
        # Only what requests sends comes this far with something that is ours.
        ours = _http_request(request)
        if not self._serves(ours):
            return self._request.original(stubber, request)
        try:
            answer = self._handler(ours)
        except Disconnected as disconnected:
            raise connection_error(disconnected, request) from None
        return answer and (answer.status, dict(answer.headers), answer.body)


def _http_request(request: Any) -> HttpRequest:  # noqa: ANN401  # botocore's, or werkzeug's
    environ = getattr(request, "environ", None)
    if environ is None:
        return http_request(request, "requests")
    # moto 5.1.0 makes one of werkzeug's of it, whose own URL is not what was signed.
    query = environ["QUERY_STRING"]
    return HttpRequest(
        request.method,
        f"{request.base_url}{'?' if query else ''}{query}",
        text_headers(request.headers.items()),
        request.get_data(),
        "requests",
    )
