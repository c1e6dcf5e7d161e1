"""The transport for requests, with a stub in place of the fake, beside mocks of the user's."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pytest_fakecopy.errors import UnexpectedRequest
from pytest_fakecopy.transports.requests import RequestsTransport
from pytest_fakecopy.wire.http import Disconnected, HttpResponse
from tests.transports.stub import REGIONS, StubHandler, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EC2 = "https://ec2.us-east-1.amazonaws.com/"
OTHER = "https://api.example.com/items"
ORIGINAL_SEND = vars(HTTPAdapter)["send"]
ORIGINAL_FIND = vars(responses.RequestsMock)["_find_match"]


@pytest.fixture
def start() -> Iterator[Callable[[StubHandler], RequestsTransport]]:
    """Return a function that starts a transport, which is stopped with the test."""
    started: list[RequestsTransport] = []

    def begin(handler: StubHandler) -> RequestsTransport:
        started.append(RequestsTransport(handler, handler.serves))
        started[-1].start()
        return started[-1]

    yield begin
    for transport in reversed(started):
        transport.stop()
    assert vars(HTTPAdapter)["send"] is ORIGINAL_SEND
    assert vars(responses.RequestsMock)["_find_match"] is ORIGINAL_FIND


@pytest.fixture
def users_mock() -> Iterator[responses.RequestsMock]:
    """Return a mock as a user makes one, not started, with one response."""
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    mock.get(OTHER, json={"items": 3})
    yield mock
    mock.stop()


def test_a_call_is_answered(start: Callable[[StubHandler], RequestsTransport]) -> None:
    """The request arrives as it would be sent, the answer is requests' own response."""
    handler = answering(status=403)
    start(handler)

    response = requests.post(EC2, data={"Action": "DescribeRegions"}, timeout=5)

    [request] = handler.requests
    assert (request.method, request.url, request.transport) == ("POST", EC2, "requests")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == b"Action=DescribeRegions"
    assert (response.status_code, response.content) == (403, REGIONS)
    assert response.headers == {"Content-Type": "text/xml", "x-amzn-requestid": "r-1"}


def test_a_session_made_before_is_answered(
    start: Callable[[StubHandler], RequestsTransport],
) -> None:
    """Adapters that were made earlier are of the class that is replaced."""
    session = requests.Session()
    session.get_adapter(EC2)
    start(answering())

    assert session.get(EC2, timeout=5).content == REGIONS


def test_an_answer_can_be_streamed(start: Callable[[StubHandler], RequestsTransport]) -> None:
    """The body is read as from a connection."""
    start(answering())

    with requests.get(EC2, stream=True, timeout=5) as response:
        assert b"".join(response.iter_content(7)) == REGIONS


def test_an_answer_without_a_type_has_none(
    start: Callable[[StubHandler], RequestsTransport],
) -> None:
    """responses adds no header of its own."""
    start(StubHandler(HttpResponse(200, b"")))

    assert "Content-Type" not in requests.get(EC2, timeout=5).headers


def test_what_is_not_served_goes_on_untouched(
    start: Callable[[StubHandler], RequestsTransport], caplog: pytest.LogCaptureFixture
) -> None:
    """No line in the log, and a file is still a file."""
    caplog.set_level(logging.DEBUG, "responses")
    body = BytesIO(b"a")
    sent: list[Any] = []

    class Adapter(HTTPAdapter):
        def get_connection_with_tls_context(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            sent.append(request.body)
            raise requests.exceptions.InvalidURL

    start(answering(serves=False))
    session = requests.Session()
    session.mount("https://", Adapter())

    with pytest.raises(requests.exceptions.InvalidURL):
        session.put(OTHER, data=body, timeout=5)
    assert sent == [body]
    assert caplog.records == []


@pytest.mark.parametrize("first", ["user", "transport"])
def test_a_users_mock_keeps_answering(
    start: Callable[[StubHandler], RequestsTransport],
    users_mock: responses.RequestsMock,
    first: str,
) -> None:
    """Whichever came first: what the user registered is the user's, what is served is ours."""
    handler = answering(serves="amazonaws")
    if first == "transport":
        start(handler)
    with users_mock:
        if first == "user":
            start(handler)
        theirs = requests.get(OTHER, timeout=5)
        ours = requests.get(EC2, timeout=5)

    assert theirs.json() == {"items": 3}
    assert ours.content == REGIONS
    assert [request.url for request in handler.requests] == [EC2]


@pytest.mark.parametrize("first", ["user", "transport"])
def test_a_users_mock_keeps_refusing(
    start: Callable[[StubHandler], RequestsTransport],
    users_mock: responses.RequestsMock,
    first: str,
) -> None:
    """What neither has is refused with the words of responses."""
    handler = answering(serves="amazonaws")
    if first == "transport":
        start(handler)
    with users_mock:
        if first == "user":
            start(handler)
        with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
            requests.get("https://api.example.com/others", timeout=5)


def test_the_newest_mock_has_the_first_word(
    start: Callable[[StubHandler], RequestsTransport], users_mock: responses.RequestsMock
) -> None:
    """A user who mocks an endpoint of EC2 meanwhile gets that."""
    users_mock.get(EC2, body="mine")
    start(answering())

    with users_mock:
        inner = requests.get(EC2, timeout=5).text
    outer = requests.get(EC2, timeout=5).content

    assert inner == "mine"
    assert outer == REGIONS


def test_the_newest_fake_has_the_first_word(
    start: Callable[[StubHandler], RequestsTransport], users_mock: responses.RequestsMock
) -> None:
    """Also where a user's mock asks both of them."""
    start(answering(b"outer"))
    start(answering(b"inner"))

    with users_mock:
        assert requests.get(EC2, timeout=5).content == b"inner"


def test_a_mock_that_is_stopped_first_takes_nothing_along(
    start: Callable[[StubHandler], RequestsTransport], users_mock: responses.RequestsMock
) -> None:
    """Ends that cross each other leave requests as it was."""
    with users_mock:
        transport = start(answering())

    transport.stop()

    assert vars(HTTPAdapter)["send"] is ORIGINAL_SEND


def test_an_adapter_may_retry(start: Callable[[StubHandler], RequestsTransport]) -> None:
    """Each attempt is a request."""
    handler = StubHandler(HttpResponse(503, b""), HttpResponse(200, REGIONS))
    start(handler)
    session = requests.Session()
    retry = Retry(1, status_forcelist=[503])
    session.mount("https://", HTTPAdapter(max_retries=retry))

    response = session.get(EC2, timeout=5)

    assert response.content == REGIONS
    assert len(handler.requests) == 2


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        pytest.param("closed", requests.ConnectionError, id="closed"),
        pytest.param("timeout", requests.ReadTimeout, id="timeout"),
    ],
)
def test_a_connection_that_fails_is_requests_own_error(
    start: Callable[[StubHandler], RequestsTransport], kind: Any, error: type[Exception]
) -> None:
    """It says which request it was."""
    start(StubHandler(Disconnected(kind)))

    with pytest.raises(error) as failure:
        requests.get(EC2, timeout=5)
    assert failure.value.request.url == EC2  # type: ignore[attr-defined]


def test_a_refusal_reaches_the_test(start: Callable[[StubHandler], RequestsTransport]) -> None:
    """UnexpectedRequest is not wrapped."""
    start(StubHandler(UnexpectedRequest("no")))

    with pytest.raises(UnexpectedRequest, match=r"^no$"):
        requests.get(EC2, timeout=5)


def test_a_handler_that_changes_its_mind_is_a_defect(
    start: Callable[[StubHandler], RequestsTransport],
) -> None:
    """What was said to be served has an answer."""
    start(StubHandler(None))

    with pytest.raises(RuntimeError, match="GET https://ec2"):
        requests.get(EC2, timeout=5)


def test_it_is_started_and_stopped_once(
    start: Callable[[StubHandler], RequestsTransport],
) -> None:
    """A second start intercepts once, a second stop does nothing."""
    handler = answering()
    transport = start(handler)

    transport.start()
    requests.get(EC2, timeout=5)
    transport.stop()
    transport.stop()

    assert len(handler.requests) == 1
