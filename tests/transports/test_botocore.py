"""The transport for botocore, with a stub in place of the fake."""

from __future__ import annotations

import functools
import io
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError, UnseekableStreamError
from botocore.httpsession import URLLib3Session

from pytest_fakecopy.errors import UnexpectedRequest
from pytest_fakecopy.transports.botocore import (
    BotocoreTransport,
    RawResponse,
    connection_error,
    http_request,
)
from pytest_fakecopy.wire.http import Disconnected, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_fakecopy.wire.http import Handler

ORIGINAL_SEND = vars(URLLib3Session)["send"]
REGIONS = b"<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>"


class StubHandler:
    """Answers every request in one way, and keeps the requests."""

    def __init__(self, answer: HttpResponse | BaseException | None) -> None:
        """Note the answer: a response, None, or what to raise."""
        self.answer = answer
        self.requests: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """Answer."""
        self.requests.append(request)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def answering(body: bytes = REGIONS) -> StubHandler:
    """Return a handler that answers 200 with *body*."""
    return StubHandler(HttpResponse(200, body, {"content-type": "text/xml"}))


@pytest.fixture(scope="module")
def make_client() -> Callable[..., Any]:
    """Return a function that makes clients of one session, so that models are loaded once."""
    session = botocore.session.Session()
    session.set_credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

    def make(service: str = "ec2", **config: Any) -> Any:  # a client
        return session.create_client(service, "us-east-1", config=Config(**config))

    return make


@pytest.fixture
def start() -> Iterator[Callable[[Handler], BotocoreTransport]]:
    """Return a function that starts a transport, which is stopped with the test."""
    started: list[BotocoreTransport] = []

    def begin(handler: Handler) -> BotocoreTransport:
        started.append(BotocoreTransport(handler))
        started[-1].start()
        return started[-1]

    yield begin
    for transport in started:
        transport.stop()


def prepared(body: object = None, headers: dict[str, Any] | None = None) -> AWSPreparedRequest:
    """Return a request as botocore hands it to its HTTP session."""
    return AWSPreparedRequest(
        "POST", "https://ec2.us-east-1.amazonaws.com/", HeadersDict(headers or {}), body, False
    )


class Spent:
    """A body that can be read once and can't be rewound, such as a pipe."""

    def __init__(self, data: bytes) -> None:
        """Note what there is to read."""
        self._data = data

    def read(self) -> bytes:
        """Give all that is left."""
        data, self._data = self._data, b""
        return data


class RewindsToStart(Spent):
    """A body as botocore's `AwsChunkedWrapper`: no `tell`, and `seek` to the start alone."""

    def __init__(self, data: bytes) -> None:
        """Note what there is to read."""
        super().__init__(data)
        self._all = data

    def seek(self, offset: int) -> None:
        """Go to the start."""
        assert offset == 0

        self._data = self._all


def test_a_client_made_before_is_answered(
    make_client: Callable[..., Any], start: Callable[..., BotocoreTransport]
) -> None:
    """The code under test may have made its clients when it was imported."""
    client = make_client()
    start(answering())

    response = client.describe_regions()

    assert response["Regions"] == []
    assert response["ResponseMetadata"]["HTTPHeaders"] == {"content-type": "text/xml"}


def test_the_handler_sees_what_goes_on_the_wire(
    make_client: Callable[..., Any], start: Callable[..., BotocoreTransport]
) -> None:
    """The request is complete: signed, and with all that botocore adds."""
    handler = answering()
    start(handler)

    make_client().describe_regions(RegionNames=["eu-west-1"])

    [request] = handler.requests
    assert request.method == "POST"
    assert request.url == "https://ec2.us-east-1.amazonaws.com/"
    assert request.body == b"Action=DescribeRegions&Version=2016-11-15&RegionName.1=eu-west-1"
    assert request.transport == "botocore"
    assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7")
    assert request.headers["content-length"] == str(len(request.body))
    assert all(name == name.lower() for name in request.headers)
    assert all(isinstance(value, str) for value in request.headers.values())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(None, b"", id="none"),
        pytest.param("Action=é", "Action=é".encode(), id="text"),
        pytest.param(b"\x00\xff", b"\x00\xff", id="bytes"),
        pytest.param(bytearray(b"ab"), b"ab", id="bytearray"),
        pytest.param(memoryview(b"ab"), b"ab", id="memoryview"),
        pytest.param(io.BytesIO(b"ab"), b"ab", id="file"),
        pytest.param(io.StringIO("é"), "é".encode(), id="text-file"),
        pytest.param(iter([b"a", "é"]), "aé".encode(), id="iterable"),
    ],
)
def test_every_form_of_body_becomes_bytes(body: object, expected: bytes) -> None:
    """botocore sends text, bytes, files and iterables."""
    request = http_request(prepared(body))

    assert request.body == expected


def test_headers_of_another_mapping_are_read_too() -> None:
    """Whoever makes requests of their own may give any mapping as headers."""
    request = prepared()
    request.headers = {"X-Amz-Date": b"20260101T000000Z"}

    assert http_request(request).headers == {"x-amz-date": "20260101T000000Z"}


def test_a_file_is_left_where_it_was() -> None:
    """A request that goes on to the network sends the same part of its file."""
    file = io.BytesIO(b"0123456789")
    file.seek(4)

    request = http_request(prepared(file))

    assert request.body == b"456789"
    assert file.tell() == 4


def test_a_body_without_tell_is_rewound_to_its_start() -> None:
    """botocore's own wrapper of checksummed uploads can't say where it is."""
    body = RewindsToStart(b"ab")

    request = http_request(prepared(body))

    assert request.body == b"ab"
    assert body.read() == b"ab"


@pytest.mark.parametrize(
    "body", [pytest.param(Spent(b"ab"), id="pipe"), pytest.param(iter([b"a", b"b"]), id="iterator")]
)
def test_a_body_that_cannot_be_rewound_is_replaced(body: object) -> None:
    """It can still be sent once, and a retry still finds that it can't be rewound."""
    request = prepared(body)

    http_request(request)

    with pytest.raises(UnseekableStreamError):
        request.reset_stream()
    assert b"".join(request.body) == b"ab"


def test_a_request_that_nobody_answers_goes_on(
    make_client: Callable[..., Any],
    start: Callable[..., BotocoreTransport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the handler returns None, whatever was there before sends the request."""
    sent: list[str] = []

    def network(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        sent.append(request.url)
        return AWSResponse(request.url, 200, {}, RawResponse(REGIONS))

    monkeypatch.setattr(URLLib3Session, "send", network)
    start(StubHandler(None))

    response = make_client().describe_regions()

    assert response["Regions"] == []
    assert sent == ["https://ec2.us-east-1.amazonaws.com/"]


def test_a_finding_reaches_the_test_untouched(
    make_client: Callable[..., Any], start: Callable[..., BotocoreTransport]
) -> None:
    """botocore neither retries nor wraps an assertion that fails in the handler."""
    finding = UnexpectedRequest("fake_ec2 does not serve DescribeRegions.")
    handler = StubHandler(finding)
    start(handler)

    with pytest.raises(UnexpectedRequest) as raised:
        make_client().describe_regions()

    assert raised.value is finding
    assert len(handler.requests) == 1


@pytest.mark.parametrize(
    ("kind", "expected"), [("closed", ConnectionClosedError), ("timeout", ReadTimeoutError)]
)
@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_a_lost_connection_is_retried_as_a_real_one(
    kind: Literal["closed", "timeout"],
    expected: type[Exception],
    mode: str,
    make_client: Callable[..., Any],
    start: Callable[..., BotocoreTransport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The client sees botocore's own error, after as many attempts as it is set to make."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    handler = StubHandler(Disconnected(kind))
    start(handler)

    with pytest.raises(expected):
        make_client(retries={"mode": mode, "total_max_attempts": 3}).describe_regions()

    assert len(handler.requests) == 3


@pytest.mark.parametrize(
    ("kind", "answers"), [pytest.param("closed", False), pytest.param("timeout", True)]
)
def test_a_lost_connection_reads_as_a_real_one(
    kind: Literal["closed", "timeout"],
    answers: bool,
) -> None:
    """botocore's own session, on a server that hangs up or stays silent, is the oracle."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        request = prepared(b"", {"Content-Length": "0"})
        request.url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        pool.submit(_hang_up, server, silent=answers)

        with pytest.raises(Exception, match="endpoint URL") as real:
            URLLib3Session(timeout=(5, 0.05)).send(request)
        ours = connection_error(Disconnected(kind), request)

    assert type(ours) is type(real.value)
    assert str(ours) == str(real.value)


def _hang_up(server: socket.socket, *, silent: bool) -> None:
    """Take one connection; keep it until the client gives up, or close it at once."""
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        if silent:
            connection.recv(4096)


def test_a_streaming_output_can_be_read_in_pieces(
    make_client: Callable[..., Any], start: Callable[..., BotocoreTransport]
) -> None:
    """Operations whose output is a stream give a body that reads as urllib3's does."""
    data = b"one\ntwo\n" * 20_000
    handler = StubHandler(HttpResponse(200, data, {"content-length": str(len(data))}))
    start(handler)
    s3 = make_client("s3")

    whole = s3.get_object(Bucket="b", Key="k")["Body"].read()
    pieces = list(s3.get_object(Bucket="b", Key="k")["Body"].iter_chunks(100_000))
    first = next(s3.get_object(Bucket="b", Key="k")["Body"].iter_lines())
    with s3.get_object(Bucket="b", Key="k")["Body"] as raw:
        streamed = list(raw.stream())

    assert whole == data
    assert [len(piece) for piece in pieces] == [100_000, 60_000]
    assert first == b"one"
    assert b"".join(streamed) == data
    assert max(map(len, streamed)) == 2**16


def test_threads_are_answered_each_with_its_own(
    make_client: Callable[..., Any], start: Callable[..., BotocoreTransport]
) -> None:
    """Requests of several threads don't get each other's answers."""
    start(
        lambda request: HttpResponse(200, b"<r><requestId>%s</requestId></r>" % request.body[-3:])
    )
    client = make_client()

    def ask(number: int) -> str:
        response = client.describe_regions(RegionNames=[f"{number:03}"])
        return str(response["ResponseMetadata"]["RequestId"])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(100)))

    assert answers == [f"{number:03}" for number in range(100)]


def test_making_a_transport_replaces_nothing() -> None:
    """Only `start` intercepts."""
    BotocoreTransport(answering())

    assert vars(URLLib3Session)["send"] is ORIGINAL_SEND


def test_it_can_be_started_and_stopped_repeatedly(make_client: Callable[..., Any]) -> None:
    """A second start or stop does nothing; after each stop the original is back."""
    handler = answering()
    transport = BotocoreTransport(handler)

    for _ in range(2):
        transport.start()
        transport.start()
        make_client().describe_regions()
        transport.stop()
        transport.stop()

        assert vars(URLLib3Session)["send"] is ORIGINAL_SEND
    assert len(handler.requests) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["outer-first", "inner-first"])
def test_two_can_be_stopped_in_either_order(
    order: tuple[int, int], make_client: Callable[..., Any]
) -> None:
    """The one that is left keeps answering, and in the end the original is back."""
    handlers = [answering(), answering()]
    transports = [BotocoreTransport(handler) for handler in handlers]
    for transport in transports:
        transport.start()

    transports[order[0]].stop()
    make_client().describe_regions()
    transports[order[1]].stop()

    assert len(handlers[order[1]].requests) == 1
    assert not handlers[order[0]].requests
    assert vars(URLLib3Session)["send"] is ORIGINAL_SEND


def test_the_inner_one_can_pass_to_the_outer_one(
    make_client: Callable[..., Any], start: Callable[..., BotocoreTransport]
) -> None:
    """What the newest handler doesn't answer goes to the one that was started before."""
    outer = answering()
    start(outer)
    start(StubHandler(None))

    make_client().describe_regions()

    assert len(outer.requests) == 1


def test_somebody_who_patched_over_it_is_passed_on(
    make_client: Callable[..., Any],
    start: Callable[..., BotocoreTransport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A tool that wrapped our replacement keeps it alive; stopped, it only passes requests on."""
    outer, inner = answering(), answering()
    start(outer)
    transport = start(inner)
    ours = URLLib3Session.send
    monkeypatch.setattr(URLLib3Session, "send", functools.partialmethod(ours))

    transport.stop()
    make_client().describe_regions()

    assert len(outer.requests) == 1
    assert not inner.requests


def test_an_interruption_leaves_nothing_behind(make_client: Callable[..., Any]) -> None:
    """Ctrl+C in the handler goes through botocore, and stopping restores the original."""
    transport = BotocoreTransport(StubHandler(KeyboardInterrupt()))
    transport.start()

    try:
        with pytest.raises(KeyboardInterrupt):
            make_client().describe_regions()
    finally:
        transport.stop()

    assert vars(URLLib3Session)["send"] is ORIGINAL_SEND
