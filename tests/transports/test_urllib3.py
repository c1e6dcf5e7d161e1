"""The transport for urllib3, with a stub in place of the fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from urllib3.exceptions import MaxRetryError, ProtocolError, ReadTimeoutError
from urllib3.util.retry import Retry

from pytest_fakecopy.errors import UnexpectedRequest
from pytest_fakecopy.transports.urllib3 import Urllib3Transport
from pytest_fakecopy.wire.http import Disconnected, HttpResponse
from tests.transports.stub import REGIONS, StubHandler, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EC2 = "https://ec2.us-east-1.amazonaws.com/"
ORIGINAL = vars(urllib3.HTTPConnectionPool)["urlopen"]


@pytest.fixture
def start() -> Iterator[Callable[[Any], Urllib3Transport]]:
    """Return a function that starts a transport, which is stopped with the test."""
    started: list[Urllib3Transport] = []

    def begin(handler: Any) -> Urllib3Transport:
        started.append(Urllib3Transport(handler))
        started[-1].start()
        return started[-1]

    yield begin
    for transport in started:
        transport.stop()
    assert vars(urllib3.HTTPConnectionPool)["urlopen"] is ORIGINAL


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(EC2, EC2, id="https"),
        pytest.param(f"{EC2}?Action=A", f"{EC2}?Action=A", id="query"),
        pytest.param("http://localhost:4566/a", "http://localhost:4566/a", id="port"),
        pytest.param("http://localhost/", "http://localhost/", id="http"),
        pytest.param("http://localhost:443/", "http://localhost:443/", id="others-port"),
        pytest.param("http://[::1]:4566/", "http://[::1]:4566/", id="ipv6"),
    ],
)
def test_a_request_has_its_whole_url(
    start: Callable[[Any], Urllib3Transport], url: str, expected: str
) -> None:
    """A pool knows the host and is given the path alone."""
    handler = answering()
    start(handler)

    urllib3.PoolManager().request("GET", url)

    [request] = handler.requests
    assert (request.method, request.url, request.transport) == ("GET", expected, "urllib3")


def test_what_goes_through_a_proxy_keeps_its_url(
    start: Callable[[Any], Urllib3Transport],
) -> None:
    """An HTTP proxy is asked for the whole URL."""
    handler = answering()
    start(handler)

    urllib3.ProxyManager("http://127.0.0.1:9").request("GET", "http://ec2.amazonaws.com/")

    assert handler.requests[0].url == "http://ec2.amazonaws.com/"


def test_headers_and_body_arrive(start: Callable[[Any], Urllib3Transport]) -> None:
    """Names are in lower case, the body is bytes."""
    handler = answering()
    start(handler)

    urllib3.PoolManager().request("POST", EC2, body="Action=A", headers={"X-Amz-Date": "d"})

    [request] = handler.requests
    assert request.headers == {"x-amz-date": "d"}
    assert request.body == b"Action=A"


def test_a_pool_has_headers_of_its_own(start: Callable[[Any], Urllib3Transport]) -> None:
    """They are sent where a request names none."""
    handler = answering()
    start(handler)

    urllib3.HTTPSConnectionPool("ec2.amazonaws.com", headers={"A": "b"}).urlopen("GET", "/")

    assert handler.requests[0].headers == {"a": "b"}


@pytest.mark.parametrize("preload", [True, False])
def test_the_answer_is_urllib3s_own_response(
    start: Callable[[Any], Urllib3Transport], *, preload: bool
) -> None:
    """It can be read at once or as a stream."""
    start(answering(status=403))

    response = urllib3.PoolManager().request("GET", EC2, preload_content=preload)

    assert response.status == 403
    assert response.headers["content-type"] == "text/xml"
    assert (response.data if preload else b"".join(response.stream(7))) == REGIONS


def test_a_redirect_is_followed(start: Callable[[Any], Urllib3Transport]) -> None:
    """Each hop is a request of its own."""
    hop = HttpResponse(302, b"", {"location": "https://ec2.us-west-2.amazonaws.com/"})
    handler = StubHandler(hop, HttpResponse(200, REGIONS))
    start(handler)

    response = urllib3.PoolManager().request("GET", EC2)

    assert response.data == REGIONS
    assert handler.requests[1].url == "https://ec2.us-west-2.amazonaws.com/"


def test_what_the_handler_lets_pass_is_sent(start: Callable[[Any], Urllib3Transport]) -> None:
    """None goes to the network, as if nobody had looked."""
    start(StubHandler(None))

    with pytest.raises(MaxRetryError, match=r"127\.0\.0\.1"):
        urllib3.PoolManager().request("GET", "http://127.0.0.1:9/", retries=Retry(0))


def test_a_file_is_left_to_be_sent(start: Callable[[Any], Urllib3Transport]) -> None:
    """A body that can be read once is not read."""
    handler = answering()
    start(handler)
    body = iter([b"a"])

    urllib3.PoolManager().request("PUT", "https://bucket.s3.amazonaws.com/k", body=body)

    assert handler.requests[0].body == b""
    assert list(body) == [b"a"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        pytest.param("closed", ProtocolError, id="closed"),
        pytest.param("timeout", ReadTimeoutError, id="timeout"),
    ],
)
def test_a_connection_that_fails_is_urllib3s_own_error(
    start: Callable[[Any], Urllib3Transport], kind: Any, error: type[Exception]
) -> None:
    """Without retries it is raised as it is."""
    handler = StubHandler(Disconnected(kind))
    start(handler)

    with pytest.raises(error):
        urllib3.PoolManager().request("GET", EC2, retries=False)
    assert len(handler.requests) == 1


def test_a_connection_that_fails_is_tried_again(
    start: Callable[[Any], Urllib3Transport],
) -> None:
    """A pool retries what is safe to repeat, three times by default."""
    handler = StubHandler(Disconnected("closed"))
    start(handler)

    with pytest.raises(MaxRetryError):
        urllib3.PoolManager().request("GET", EC2)
    assert len(handler.requests) == 4


def test_a_refusal_is_not_tried_again(start: Callable[[Any], Urllib3Transport]) -> None:
    """UnexpectedRequest reaches the test as it is."""
    handler = StubHandler(UnexpectedRequest("no"))
    start(handler)

    with pytest.raises(UnexpectedRequest, match=r"^no$"):
        urllib3.PoolManager().request("GET", EC2)
    assert len(handler.requests) == 1


def test_it_is_started_and_stopped_once(start: Callable[[Any], Urllib3Transport]) -> None:
    """A second start intercepts once, a second stop does nothing."""
    handler = answering()
    transport = start(handler)

    transport.start()
    urllib3.PoolManager().request("GET", EC2)
    transport.stop()
    transport.stop()

    assert len(handler.requests) == 1
    assert vars(urllib3.HTTPConnectionPool)["urlopen"] is ORIGINAL
