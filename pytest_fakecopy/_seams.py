"""Every private or replaced attribute of a third party, one function each.

Each function says what it expects to find; the suite holds the expectations against the source of
the releases that are known. Third parties are imported when a function is called, never before,
and those that may be absent are looked up only where they are imported already.
"""

from __future__ import annotations

import sys
import time
from copy import copy
from types import CellType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterable
    from types import ModuleType

_HTTPX_MOCKS = frozenset({"pytest_httpx", "respx"})


def http_session_class() -> type:
    """Return `botocore.httpsession.URLLib3Session`, whose method `send` is replaced.

    `send(self, request)` takes an `AWSPreparedRequest` and returns an `AWSResponse`, or raises one
    of botocore's connection errors. Replaced on the class, it serves clients made earlier as well.
    """
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415  # optional until it is used

    return URLLib3Session  # type: ignore[no-any-return]


def request_signer_class() -> type:
    """Return `botocore.signers.RequestSigner`, whose method `get_auth_instance` is replaced.

    `get_auth_instance(self, signing_name, region_name, signature_version=None,
    request_credentials=None, **kwargs)`, called with keywords, signs with *request_credentials*
    where they are given, else with the client's own.
    """
    from botocore.signers import RequestSigner  # noqa: PLC0415  # optional until it is used

    return RequestSigner  # type: ignore[no-any-return]


def signer_credentials(signer: Any) -> object | None:  # noqa: ANN401  # botocore's
    """Return the credentials of a client's `RequestSigner`, None where it has none."""
    return getattr(signer, "_credentials", None)


def header_items(headers: Any) -> Iterable[tuple[str, str | bytes]]:  # noqa: ANN401  # botocore's
    """Return the headers of an `AWSPreparedRequest`.

    botocore 1.43: a `HeadersDict` keeps `{_HeaderKey: value}` in `_dict`, and a `_HeaderKey` its
    lower-case name in `_lower`. Its public `items` makes a new key per header, at ten times the
    price, and serves where the private names are gone.
    """
    try:
        return [(key._lower, value) for key, value in headers._dict.items()]  # noqa: SLF001
    except AttributeError:
        return headers.items()  # type: ignore[no-any-return]


def client_creator_class() -> type:
    """Return `botocore.client.ClientCreator`, which makes the clients of all sessions.

    `_load_service_model(self, service_name, api_version=None)` returns the `ServiceModel` that a
    client is made of, and `_load_service_endpoints_ruleset` with the same parameters the rules of
    its endpoints as parsed JSON. Each asks the session's loader. `_create_methods(self,
    service_model)` returns a new dict of the functions that become the methods of a client class,
    each made by `_create_api_method`: they know the client that they are called on, and nothing
    else of a session than the emitter of events that their documentation is made with.
    """
    from botocore.client import ClientCreator  # noqa: PLC0415  # optional until it is used

    return ClientCreator  # type: ignore[no-any-return]


def loader_of(creator: Any) -> Any:  # noqa: ANN401  # botocore's
    """Return the loader of a `ClientCreator`, its session's `data_loader`."""
    return creator._loader  # noqa: SLF001  # what this module is for


def creator_with_events(creator: Any, events: object) -> Any:  # noqa: ANN401  # botocore's
    """Return a copy of a `ClientCreator` that has another emitter of events."""
    other = copy(creator)
    other._event_emitter = events  # noqa: SLF001  # what this module is for
    return other


def session_class() -> type:
    """Return `botocore.session.Session`, whose `_register_endpoint_resolver(self)` is replaced.

    It is called once, by `__init__`, and defers a component named "endpoint_resolver".
    """
    from botocore.session import Session  # noqa: PLC0415  # optional until it is used

    return Session  # type: ignore[no-any-return]


def event_hooks_class() -> type:
    """Return `botocore.hooks.BaseEventHooks`; its `_verify_accept_kwargs(self, func)` is replaced.

    It raises ValueError where a handler that is being registered doesn't take `**kwargs`.
    """
    from botocore.hooks import BaseEventHooks  # noqa: PLC0415  # optional until it is used

    return BaseEventHooks  # type: ignore[no-any-return]


def builtin_handlers() -> Iterable[tuple[Any, ...]]:
    """Return what each session registers by itself: tuples of an event, its handler, and more.

    `botocore.handlers.BUILTIN_HANDLERS`; all of them take `**kwargs`.
    """
    from botocore.handlers import BUILTIN_HANDLERS  # noqa: PLC0415  # optional until it is used

    return BUILTIN_HANDLERS  # type: ignore[no-any-return]


def deferred_components(session: Any) -> dict[str, Callable[[], Any]]:  # noqa: ANN401  # botocore's
    """Return what makes a session's internal components when they are first asked for, by name.

    botocore 1.43: `_internal_components` is a `ComponentLocator`, which takes them out of
    `_deferred`.
    """
    return session._internal_components._deferred  # type: ignore[no-any-return]  # noqa: SLF001  # what this module is for


def is_default_loader(loader: Any) -> bool:  # noqa: ANN401  # botocore's, or a user's own
    """Say whether a loader loads as botocore's own does, from whatever paths.

    botocore 1.43: a `Loader` has its settings in `file_loader`, `search_paths` and `extras_types`,
    and looks first at what comes first.
    """
    from botocore.loaders import JSONFileLoader, Loader  # noqa: PLC0415  # optional until it is used

    return (
        type(loader) is Loader
        and type(loader.file_loader) is JSONFileLoader
        and loader.extras_types == loader.BUILTIN_EXTRAS_TYPES
        and loader.BUILTIN_DATA_PATH in loader.search_paths
    )


def has_loaded(loader: Any, type_name: str, service_name: str = "") -> bool:  # noqa: ANN401  # botocore's
    """Say whether a loader has been asked for a file, a service's or a common one, and keeps it.

    botocore 1.43: `instance_cache` keeps results in `_cache`, under the name of the method and its
    arguments. All files go through `load_data_with_path(name)`, a service's as
    `sts/2011-06-15/service-2`.
    """
    names = [part for key in loader._cache for part in key if part]  # noqa: SLF001  # what this module is for
    if not service_name:
        return type_name in names
    start, end = f"{service_name}/", f"/{type_name}"
    return any(name.startswith(start) and name.endswith(end) for name in names)


def process_provider_class() -> type:
    """Return `botocore.credentials.ProcessProvider`.

    Its method `_retrieve_credentials_using(self, credential_process)` is replaced: it runs a
    program of the user's and returns the credentials that this prints. Those that expire are
    renewed through it too.
    """
    from botocore.credentials import ProcessProvider  # noqa: PLC0415  # optional until it is used

    return ProcessProvider  # type: ignore[no-any-return]


def aiohttp_session_class() -> type:
    """Return `aiobotocore.httpsession.AIOHTTPSession`, whose coroutine `send` is replaced.

    As `URLLib3Session.send`, but it returns an `AioAWSResponse`, whose `raw` has coroutines.
    """
    from aiobotocore.httpsession import AIOHTTPSession  # noqa: PLC0415  # an extra

    return AIOHTTPSession  # type: ignore[no-any-return]


def httpx_session_class() -> type:
    """Return `aiobotocore.httpxsession.HttpxSession`, whose coroutine `send` is replaced."""
    from aiobotocore.httpxsession import HttpxSession  # noqa: PLC0415  # an extra

    return HttpxSession  # type: ignore[no-any-return]


def connection_pool_class() -> type:
    """Return `urllib3.HTTPConnectionPool`, whose method `urlopen` is replaced.

    `urlopen(self, method, url, body, headers, retries, ...)` returns a `urllib3.HTTPResponse`; pool
    managers, requests and botocore all go through it.
    """
    from urllib3 import HTTPConnectionPool  # noqa: PLC0415  # botocore brings it

    return HTTPConnectionPool


def httpx_transport_class() -> type:
    """Return `httpx.HTTPTransport`: every request to the network goes by its `handle_request`.

    `handle_request(self, request)` takes an `httpx.Request`, also where a proxy is to carry it.
    """
    from httpx import HTTPTransport  # noqa: PLC0415  # users' own

    return HTTPTransport


def httpx_async_transport_class() -> type:
    """Return `httpx.AsyncHTTPTransport`, whose coroutine `handle_async_request` is replaced.

    `handle_async_request(self, request)` is the other's twin.
    """
    from httpx import AsyncHTTPTransport  # noqa: PLC0415  # users' own

    return AsyncHTTPTransport


def is_httpx_mocked() -> bool:
    """Say whether pytest-httpx or respx answers in the place of httpx, in tasks as well.

    pytest-httpx 0.36 replaces `httpx.HTTPTransport.handle_request`, respx 0.23 the method of that
    name of `httpcore.ConnectionPool` beneath it. Both are told by the module of the function, which
    what was put over it has as well.
    """
    from httpcore import ConnectionPool  # noqa: PLC0415  # users' own
    from httpx import HTTPTransport  # noqa: PLC0415  # users' own

    methods = (HTTPTransport.handle_request, ConnectionPool.handle_request)
    return any(method.__module__.partition(".")[0] in _HTTPX_MOCKS for method in methods)


def aiohttp_connector_class() -> type:
    """Return `aiohttp.BaseConnector`, whose coroutine `connect` is replaced.

    `connect(self, req, traces, timeout)` finds or makes a connection for a `ClientRequest`, whose
    `url` is that of its destination, also where a proxy is to carry it.
    """
    from aiohttp import BaseConnector  # noqa: PLC0415  # users' own

    return BaseConnector


def crt_s3_client_class() -> type:
    """Return `awscrt.s3.S3Client`, by which boto3's transfers go around urllib3.

    `make_request(self, *, type, request, ...)` takes an `awscrt.http.HttpRequest`; its header
    `host` says whom it is for.
    """
    from awscrt.s3 import S3Client  # noqa: PLC0415  # users' own

    return S3Client  # type: ignore[no-any-return]


def http_adapter_class() -> type:
    """Return `requests.adapters.HTTPAdapter`, whose method `send` is replaced, as responses does.

    `send(self, request, **kwargs)` takes a `PreparedRequest` and returns a `requests.Response`.
    """
    from requests.adapters import HTTPAdapter  # noqa: PLC0415  # only where it is in use

    return HTTPAdapter


def requests_mock_class() -> type:
    """Return `responses.RequestsMock`, whose method `_find_match` is replaced.

    responses 0.26: `_find_match(self, request)` returns the response that somebody registered, or
    None, and the reasons why the others don't match. Only after that does a mock refuse a request
    or let it pass.
    """
    from responses import RequestsMock  # noqa: PLC0415  # only where requests is in use

    return RequestsMock


def moto_stubber_class() -> type:
    """Return `moto.core.botocore_stubber.BotocoreStubber`; two of its methods are replaced.

    moto 5.2: `__call__(self, event_name, request, **kwargs)` is a handler of botocore's event
    `before-send`: what it returns is the response, unless it is None. `process_request(self,
    request)` returns `(status, headers, body)` or None, and answers requests as well. One instance
    serves the process, and `enabled` says whether any of moto's mocks is active.
    """
    from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415  # users' own

    return BotocoreStubber


def boto3_if_imported() -> ModuleType | None:
    """Return the module `boto3` if somebody has imported it."""
    return sys.modules.get("boto3")


def default_session(boto3: ModuleType) -> Any:  # noqa: ANN401  # boto3's session, or a user's own
    """Return `boto3.DEFAULT_SESSION`: what `boto3.client` uses, None until its first call."""
    return boto3.DEFAULT_SESSION


def set_default_session(boto3: ModuleType, session: object) -> None:
    """Set `boto3.DEFAULT_SESSION`; with None the next `boto3.client` makes a new one."""
    boto3.DEFAULT_SESSION = session  # type: ignore[attr-defined]


def session_credentials(session: object) -> dict[str, Any] | None:
    """Return the attributes of a boto3 session that keep its credentials under `_credentials`.

    boto3 1.43: a `Session` wraps a botocore session as `_session`, and that one keeps in
    `_credentials` what its `get_credentials` found, None until then. Returns None for a session
    that is made in some other way.
    """
    attributes = getattr(getattr(session, "_session", None), "__dict__", {})
    return attributes if "_credentials" in attributes else None


def frozen_factories() -> list[Any]:
    """Return freezegun's stack of frozen clocks, the newest last; empty where time isn't frozen.

    Each is called for its time, a naive datetime in UTC, and has `move_to` and `time_to_freeze`.
    """
    api = sys.modules.get("freezegun.api")
    return api.freeze_factories if api is not None else []


def travellers() -> list[Any]:
    """Return time-machine's stack of travels, the newest last; each has `shift(timedelta)`."""
    time_machine = sys.modules.get("time_machine")
    return time_machine.traveller_stack if time_machine is not None else []


def is_travelling(function: object) -> bool:
    """Say whether `@time_machine.travel(...)` decorates *function*, perhaps under other decorators.

    time-machine 3.6: the wrapper has the `travel` in its closure.
    """
    time_machine = sys.modules.get("time_machine")
    seen: set[int] = set()
    while time_machine is not None and function is not None and id(function) not in seen:
        seen.add(id(function))
        cells = getattr(function, "__closure__", None) or ()
        values = [cell.cell_contents for cell in cells if cell != CellType()]
        if any(isinstance(value, time_machine.travel) for value in values):
            return True
        function = getattr(function, "__wrapped__", None)
    return False


def is_busy(loop: AbstractEventLoop) -> bool | None:
    """Say whether callbacks of *loop* wait for their turn; None where the loop doesn't tell.

    `BaseEventLoop._ready` is the queue of the standard library's loops. uvloop has none.
    """
    ready = getattr(loop, "_ready", None)
    return None if ready is None else bool(ready)


def token_buckets() -> list[type]:
    """Return the rate limiters of the adaptive retry mode, botocore's and aiobotocore's.

    `_sleep_amount(amount)` returns the seconds until there are *amount* tokens, and `_refill()`
    adds those that have come since `_last_timestamp`, by the seconds of `_clock.current_time()`,
    which are those of `time.time`.
    """
    found = (
        (sys.modules.get("botocore.retries.bucket"), "TokenBucket"),
        (sys.modules.get("aiobotocore.retries.bucket"), "AsyncTokenBucket"),
    )
    return [getattr(module, name) for module, name in found if module is not None]


def elapsed_seconds() -> float:
    """Return `time.monotonic()` as it is, also where the time of the process is held.

    freezegun 1.5 keeps the original as `freezegun.api.real_monotonic`; time-machine leaves it.
    """
    api = sys.modules.get("freezegun.api")
    real = api.real_monotonic if api is not None else time.monotonic
    return real()


def wall_seconds() -> float:
    """Return `time.time()` as it is, also where the time of the process is held.

    freezegun 1.5 keeps the original as `freezegun.api.real_time`, time-machine 3.6 as
    `escape_hatch.time.time`, which is for use while travelling alone.
    """
    if travellers():
        return sys.modules["time_machine"].escape_hatch.time.time()  # type: ignore[no-any-return]
    api = sys.modules.get("freezegun.api")
    real = api.real_time if api is not None else time.time
    return real()
