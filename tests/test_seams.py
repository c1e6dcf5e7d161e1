"""What we replace or peek at in third parties, held against the source of known releases.

A release that touches one of them turns a test red that says what moved, before a user finds out.
Those tests have the marker `drift`: they hold what others publish, and run by their own command.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import textwrap
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from botocore.compat import accepts_kwargs

from pytest_fakecopy import _seams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Seam:
    """A function or class of a third party that a function of `_seams` relies on."""

    accessor: str
    """The function of `_seams`."""
    distribution: str
    module: str
    name: str
    known: Mapping[str, str]
    """Hash of its source -> the release in which it was first seen that way."""
    parameters: tuple[str, ...] | None = None
    """Of a function, the names of its parameters."""

    def find(self) -> Any:  # a function or a class of any third party
        """Return it as the installed release has it; the test is skipped where none is."""
        found: Any = pytest.importorskip(self.module)
        for part in self.name.split("."):
            found = getattr(found, part)
        return found


SEAMS = (
    Seam(
        "http_session_class",
        "botocore",
        "botocore.httpsession",
        "URLLib3Session.send",
        {
            "53933035e3d8": "1.40.20",
            "44ce7c8ff0db": "1.40.28",
            "103b19f9ead1": "1.43.98",
            "be7395ab90ee": "1.43.117",
        },
        ("self", "request"),
    ),
    Seam(
        "http_session_class",
        "botocore",
        "botocore.awsrequest",
        "AWSPreparedRequest",
        {"e6e81b3b1a89": "1.40.20", "641dd8a1c8e2": "1.43.98"},
    ),
    Seam(
        "http_session_class",
        "botocore",
        "botocore.awsrequest",
        "AWSResponse",
        {"404b84828da9": "1.40.20"},
    ),
    Seam(
        "header_items",
        "botocore",
        "botocore.awsrequest",
        "HeadersDict",
        {"ea8e870a428a": "1.40.20"},
    ),
    Seam(
        "header_items",
        "botocore",
        "botocore.awsrequest",
        "_HeaderKey",
        {"6015749a3c28": "1.40.20"},
    ),
    Seam(
        "client_creator_class",
        "botocore",
        "botocore.client",
        "ClientCreator._load_service_model",
        {"a87614ebbb00": "1.40.20"},
        ("self", "service_name", "api_version"),
    ),
    Seam(
        "client_creator_class",
        "botocore",
        "botocore.client",
        "ClientCreator._load_service_endpoints_ruleset",
        {"ee36e8f023c6": "1.40.20"},
        ("self", "service_name", "api_version"),
    ),
    Seam(
        "client_creator_class",
        "botocore",
        "botocore.client",
        "ClientCreator._create_methods",
        {"d92e340da8e6": "1.40.20"},
        ("self", "service_model"),
    ),
    Seam(
        "creator_with_events",
        "botocore",
        "botocore.client",
        "ClientCreator._create_api_method",
        {"008289c5312c": "1.40.20"},
        ("self", "py_operation_name", "operation_name", "service_model"),
    ),
    Seam(
        "event_hooks_class",
        "botocore",
        "botocore.hooks",
        "BaseEventHooks._verify_accept_kwargs",
        {"c14b1dc085c5": "1.40.20", "84171522589f": "1.43.117"},
        ("self", "func"),
    ),
    Seam(
        "loader_of",
        "botocore",
        "botocore.client",
        "ClientCreator._load_service_model",
        {"a87614ebbb00": "1.40.20"},
    ),
    Seam(
        "session_class",
        "botocore",
        "botocore.session",
        "Session._register_endpoint_resolver",
        {"3e9b412eba87": "1.40.20"},
        ("self",),
    ),
    Seam(
        "session_class",
        "botocore",
        "botocore.regions",
        "EndpointResolver",
        {"23e5e55acf6e": "1.40.20"},
    ),
    Seam(
        "deferred_components",
        "botocore",
        "botocore.session",
        "ComponentLocator",
        {"7ff658691dcd": "1.40.20"},
    ),
    Seam(
        "is_default_loader",
        "botocore",
        "botocore.loaders",
        "Loader.__init__",
        {"b4dfe9ce30f6": "1.40.20"},
    ),
    Seam(
        "has_loaded",
        "botocore",
        "botocore.loaders",
        "instance_cache",
        {"00af2cb44d6c": "1.40.20"},
        ("func",),
    ),
    Seam(
        "process_provider_class",
        "botocore",
        "botocore.credentials",
        "ProcessProvider._retrieve_credentials_using",
        {"d4d54a02261d": "1.40.20"},
        ("self", "credential_process"),
    ),
    Seam(
        "session_credentials",
        "botocore",
        "botocore.session",
        "Session.get_credentials",
        {"7957805959bb": "1.40.20"},
        ("self",),
    ),
    Seam(
        "default_session",
        "boto3",
        "boto3",
        "_get_default_session",
        {"2ebf0c9d77f2": "1.40.20"},
        (),
    ),
    Seam(
        "set_default_session",
        "boto3",
        "boto3",
        "setup_default_session",
        {"a2c5a592f355": "1.40.20"},
        ("kwargs",),
    ),
    Seam(
        "request_signer_class",
        "botocore",
        "botocore.signers",
        "RequestSigner.get_auth_instance",
        {"34adeba44101": "1.43.117"},
        (
            "self",
            "signing_name",
            "region_name",
            "signature_version",
            "request_credentials",
            "kwargs",
        ),
    ),
    Seam(
        "signer_credentials",
        "botocore",
        "botocore.signers",
        "RequestSigner.get_auth_instance",
        {"34adeba44101": "1.43.117"},
    ),
    Seam(
        "token_buckets",
        "botocore",
        "botocore.retries.bucket",
        "TokenBucket",
        {"8ea793559132": "1.40.20"},
    ),
    Seam(
        "token_buckets",
        "aiobotocore",
        "aiobotocore.retries.bucket",
        "AsyncTokenBucket",
        {"8d46ed287921": "2.24.3", "a01920cff5ba": "3.9.0", "860991dfc437": "3.9.2"},
    ),
    Seam(
        "aiohttp_session_class",
        "aiobotocore",
        "aiobotocore.httpsession",
        "AIOHTTPSession.send",
        {"b4b8b99536fd": "2.24.3", "ad11a56ddb68": "3.9.1"},
        ("self", "request"),
    ),
    Seam(
        "aiohttp_session_class",
        "aiobotocore",
        "aiobotocore.awsrequest",
        "AioAWSResponse",
        {"510467181147": "2.24.3"},
    ),
    Seam(
        "httpx_session_class",
        "aiobotocore",
        "aiobotocore.httpxsession",
        "HttpxSession.send",
        {"3fbf910858ce": "2.24.3", "34be6388b6bb": "3.9.0", "d3b42d10eb1c": "3.9.1"},
        ("self", "request"),
    ),
    Seam(
        "connection_pool_class",
        "urllib3",
        "urllib3",
        "HTTPConnectionPool.urlopen",
        {
            "62a67f1b6466": "1.26.0",
            "d1d9d6bcfa29": "1.26.8",
            "490366701c75": "1.26.10",
            "667f35c5bf53": "1.26.13",
            "034745a41983": "1.26.18",
            "7289b4c9e6dd": "1.26.19",
            "066fa03ef2eb": "2.0.2",
            "a0bc81c60022": "2.0.7",
            "c0839a5c7aab": "2.2.0",
            "faa49ca53d29": "2.2.1",
            "0aae1d334613": "2.7.0",
            "0c3bf95331a8": "2.8.0",
        },
    ),
    Seam(
        "httpx_transport_class",
        "httpx",
        "httpx",
        "HTTPTransport.handle_request",
        {"936c1154e498": "0.28.1"},
        ("self", "request"),
    ),
    Seam(
        "httpx_async_transport_class",
        "httpx",
        "httpx",
        "AsyncHTTPTransport.handle_async_request",
        {"ebf2f8b89988": "0.28.1"},
        ("self", "request"),
    ),
    Seam(
        "aiohttp_connector_class",
        "aiohttp",
        "aiohttp",
        "BaseConnector.connect",
        {"2aef245f3e00": "3.14.5"},
        ("self", "req", "traces", "timeout"),
    ),
    Seam(
        "crt_s3_client_class",
        "awscrt",
        "awscrt.s3",
        "S3Client.make_request",
        {"5eb6b56f895f": "0.38.1"},
    ),
    Seam(
        "http_adapter_class",
        "requests",
        "requests.adapters",
        "HTTPAdapter.send",
        {"eb693dc7f011": "2.30.0", "a93efcca57fc": "2.32.2", "c7284a37f826": "2.34.0"},
        ("self", "request", "stream", "timeout", "verify", "cert", "proxies"),
    ),
    Seam(
        "requests_mock_class",
        "responses",
        "responses",
        "RequestsMock._find_match",
        {"70479888f595": "0.24.1"},
        ("self", "request"),
    ),
    Seam(
        "requests_mock_class",
        "responses",
        "responses",
        "RequestsMock._on_request",
        {
            "1381d5be50fa": "0.24.1",
            "417dfd745228": "0.25.2",
            "53cd1a76623c": "0.25.5",
            "ff29f0b039a6": "0.26.0",
        },
        ("self", "adapter", "request", "retries", "kwargs"),
    ),
    Seam(
        "moto_stubber_class",
        "moto",
        "moto.core.botocore_stubber",
        "BotocoreStubber",
        {
            "3115e040e583": "5.1.0",
            "477dc8819de5": "5.2.0",
            "890b3cc4744a": "5.2.4",
            "b358ad7d5412": "5.2.5",
        },
    ),
    Seam(
        "frozen_factories",
        "freezegun",
        "freezegun.api",
        "FrozenDateTimeFactory",
        {"e4d73f6097c6": "1.5.0", "3235f3b7ddf7": "1.5.1"},
    ),
    Seam(
        "frozen_factories",
        "freezegun",
        "freezegun.api",
        "TickingDateTimeFactory",
        {"d288b82800f5": "1.5.0", "75b41b65ca77": "1.5.1"},
    ),
    Seam(
        "frozen_factories",
        "freezegun",
        "freezegun.api",
        "StepTickTimeFactory",
        {"2e686d11cbde": "1.5.0", "145a919213aa": "1.5.1"},
    ),
    Seam(
        "travellers",
        "time-machine",
        "time_machine",
        "Traveller",
        {
            "9c9c8a9ebffb": "3.0.0",
            "589c09efe7c0": "3.3.0",
            "ac3c28c3eb5f": "3.3.1",
            "110fdcad144f": "3.5.1",
            "46e73dcac020": "3.6.0",
        },
    ),
    Seam(
        "is_travelling",
        "time-machine",
        "time_machine",
        "travel.__call__",
        {"84d49f6758e7": "3.0.0", "f253c1a50795": "3.5.1"},
    ),
)

UNHASHED = {
    "builtin_handlers": "a list, which grows; each of it is tried below",
    "boto3_if_imported": "asks `sys.modules` alone",
    "elapsed_seconds": "asks freezegun for what it has replaced; compared with an unfrozen clock",
    "wall_seconds": "asks freezegun or time-machine for what it has replaced",
    "is_httpx_mocked": "asks for the modules of what others have put in the place of httpx",
    "is_busy": "asks loops of the standard library, with an answer for those that don't tell",
}
"""Functions of `_seams` without a third party's source behind them, and why."""


def rows(seams: Iterable[Seam]) -> list[Any]:
    """Return seams as parameters of a test."""
    return [pytest.param(seam, id=f"{seam.accessor}-{seam.name}") for seam in seams]


def source_hash(found: object) -> str:
    """Return the first twelve digits of the hash of a function's or class's source."""
    source = textwrap.dedent(inspect.getsource(found)).strip()  # type: ignore[arg-type]
    return hashlib.sha256(source.encode()).hexdigest()[:12]


@pytest.mark.drift
@pytest.mark.parametrize("seam", rows(SEAMS))
def test_the_source_is_one_that_we_know(seam: Seam) -> None:
    """A release that rewrites what we rely on has to be read before the suite is green again."""
    found = source_hash(seam.find())

    assert found in seam.known, (
        f"{seam.distribution} {version(seam.distribution)} moved {seam.module}.{seam.name}, "
        f"last seen changed in {list(seam.known.values())[-1]}.\n"
        f"Compare the two with what `_seams.{seam.accessor}` says; where it still holds, add\n"
        f'    "{found}": "{version(seam.distribution)}",'
    )


@pytest.mark.parametrize("seam", rows(seam for seam in SEAMS if seam.parameters is not None))
def test_the_parameters_are_as_expected(seam: Seam) -> None:
    """What we call or replace takes the arguments that we pass or get."""
    parameters = tuple(inspect.signature(seam.find()).parameters)

    assert parameters == seam.parameters


def test_every_seam_has_a_row() -> None:
    """A new function in `_seams` comes with what holds it."""
    functions = {
        name
        for name, value in inspect.getmembers(_seams, inspect.isfunction)
        if value.__module__ == _seams.__name__ and not name.startswith("_")
    }

    assert functions - {seam.accessor for seam in SEAMS} - set(UNHASHED) == set()


def test_builtin_handlers_take_any_keyword() -> None:
    """What botocore would find out for each session holds for all of them."""
    handlers = [handler for _, handler, *_ in _seams.builtin_handlers()]

    assert len(handlers) > 100
    assert [each for each in handlers if not accepts_kwargs(each)] == []


def test_the_http_session_is_the_one_that_clients_use() -> None:
    """A client of botocore sends with the class whose method we replace."""
    import_module("botocore.session")
    endpoint = import_module("botocore.endpoint")

    assert endpoint.URLLib3Session is _seams.http_session_class()


def test_headers_are_read_by_their_private_names() -> None:
    """The fast way gives what the public way gives, but for the case of names."""
    awsrequest = import_module("botocore.awsrequest")
    headers = awsrequest.HeadersDict({"X-Amz-Date": b"20260101T000000Z", "Host": "h"})

    fast = _seams.header_items(headers)

    assert isinstance(fast, list)
    assert fast == [(name.lower(), value) for name, value in headers.items()]


def test_a_boto3_session_keeps_its_credentials_where_we_look() -> None:
    """What is put there is what `get_credentials` gives, and so what clients sign with."""
    boto3 = pytest.importorskip("boto3")
    session = boto3.session.Session(aws_access_key_id="a", aws_secret_access_key="b")

    attributes = _seams.session_credentials(session)

    assert attributes is not None
    assert attributes["_credentials"] is session.get_credentials()


def test_a_function_is_travelling_under_any_decorators() -> None:
    """time-machine's decorator is found beneath others; other closures aren't taken for it."""
    time_machine = pytest.importorskip("time_machine")

    def plain() -> str:
        return "called"

    def decorated(function: Callable[..., str]) -> Callable[..., str]:
        @functools.wraps(function)
        def wrapper() -> str:
            return function()

        return wrapper

    travelling = time_machine.travel(0)(plain)

    assert decorated(travelling)() == "called"
    assert _seams.is_travelling(travelling)
    assert _seams.is_travelling(decorated(travelling))
    assert _seams.is_travelling(time_machine.travel(0)(decorated(plain)))
    assert not _seams.is_travelling(decorated(plain))
    assert not _seams.is_travelling(None)


def test_a_function_that_wraps_itself_is_looked_at_once() -> None:
    """What says that it wraps itself is no endless chain."""
    pytest.importorskip("time_machine")

    def circle() -> str:
        return "called"

    circle.__wrapped__ = circle  # type: ignore[attr-defined]  # a function takes any attribute

    assert circle() == "called"
    assert not _seams.is_travelling(circle)


def test_an_empty_closure_is_no_travel() -> None:
    """A function may refer to what isn't there yet."""
    pytest.importorskip("time_machine")

    def plain() -> object:
        return later

    found = _seams.is_travelling(plain)
    later = "there"

    assert not found
    assert plain() == later
