"""Service models are parsed once in a process, however many sessions the code under test makes.

A fresh session's first EC2 client costs a tenth of a second, most of it for JSON, and then each
client works out the operations and shapes that it uses, and makes a method for each of the eight
hundred. While this is started, the clients of all sessions are made of one model, which keeps them,
and have the same functions as methods. What code asks a session or its loader for by hand is its
own to change, as ever; and so is every model that isn't botocore's own: of `AWS_DATA_PATH`, of
`~/.aws/models`, of a loader of another class.
"""

from __future__ import annotations

import os
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.regions import EndpointResolver
from botocore.session import Session

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch
from pytest_fakecopy.wire.loading import data_loader, service_model

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODEL = "service-2"
_RULESET = "endpoint-rule-set-1"
_ENDPOINTS = "endpoints"
_RESOLVER = "endpoint_resolver"


class SharedModels:
    """Lets the clients of all sessions share botocore's models, between `start` and `stop`.

    Clients and sessions keep what they were made of. The one difference that shows: the help on a
    method, `help(client.copy_snapshot)`, knows nothing of handlers that a session has for `docs.`.
    """

    __slots__ = ("_methods", "_model", "_patches", "_resolver", "_ruleset", "_verify")

    def __init__(self) -> None:
        """Note what to replace; nothing changes before `start`."""
        creator, session = _seams.client_creator_class(), _seams.session_class()
        self._model = Patch(creator, "_load_service_model", self._load_model)
        self._ruleset = Patch(creator, "_load_service_endpoints_ruleset", self._load_ruleset)
        self._methods = Patch(creator, "_create_methods", self._create_methods)
        self._resolver = Patch(session, "_register_endpoint_resolver", self._register_resolver)
        self._verify = Patch(
            _seams.event_hooks_class(), "_verify_accept_kwargs", self._verify_kwargs
        )
        self._patches = (self._model, self._ruleset, self._methods, self._resolver, self._verify)

    def start(self) -> None:
        """Share from now on; does nothing if that is so already."""
        for patch in self._patches:
            if not patch.active:
                patch.start()

    def stop(self) -> None:
        """Let each session load its own again; a second call does nothing."""
        for patch in reversed(self._patches):
            patch.stop()

    def _load_model(self, creator: Any, service_name: str, api_version: str | None = None) -> Any:  # noqa: ANN401  # botocore has no types
        if not _is_shared(_seams.loader_of(creator), _MODEL, service_name):
            return self._model.original(creator, service_name, api_version)
        shared = _shared(service_name, api_version)
        if shared.model.metadata != shared.metadata:
            # A client changed them, and so those of the others: from here on, to each its own.
            return self._model.original(creator, service_name, api_version)
        return shared.model

    def _load_ruleset(self, creator: Any, service_name: str, api_version: str | None = None) -> Any:  # noqa: ANN401  # botocore has no types
        if not _is_shared(_seams.loader_of(creator), _RULESET, service_name):
            return self._ruleset.original(creator, service_name, api_version)
        return data_loader().load_service_model(service_name, _RULESET, api_version=api_version)

    def _create_methods(self, creator: Any, service_model: Any) -> dict[str, Any]:  # noqa: ANN401  # botocore has no types
        shared = _SHARED.get(id(service_model))
        if shared is None or type(creator) is not _seams.client_creator_class():
            return self._methods.original(creator, service_model)  # type: ignore[no-any-return]
        # Who instruments clients replaces what makes a method.
        maker = vars(type(creator)).get("_create_api_method")
        made = shared.methods
        if made is None or made.by is not maker:
            theirs = _seams.creator_with_events(creator, _events())
            made = shared.methods = _Methods(maker, self._methods.original(theirs, service_model))
        return dict(made.by_name)

    def _register_resolver(self, session: Any) -> None:  # noqa: ANN401  # botocore's
        self._resolver.original(session)
        components = _seams.deferred_components(session)
        make_its_own = components[_RESOLVER]

        def make() -> object:
            if not _is_shared(session.get_component("data_loader"), _ENDPOINTS):
                return make_its_own()
            return EndpointResolver(_endpoints(), uses_builtin_data=True)

        components[_RESOLVER] = make

    def _verify_kwargs(self, hooks: Any, handler: object) -> object:  # noqa: ANN401  # botocore's
        # Each session registers the same hundred and more, and has the signature of each inspected.
        return None if id(handler) in _builtin() else self._verify.original(hooks, handler)


@dataclass(slots=True)
class _Shared:
    """What the clients of a service are made of."""

    model: Any
    metadata: Mapping[str, Any]
    """As the model began with them."""
    methods: _Methods | None = None
    """As soon as there was a client."""


class _Methods(NamedTuple):
    by: object
    """What made each of them."""
    by_name: Mapping[str, Any]


# By the identity of the model, which is kept as long as the process lives.
_SHARED: dict[int, _Shared] = {}


@cache
def _shared(service_name: str, api_version: str | None) -> _Shared:
    model = service_model(service_name, api_version)
    return _SHARED.setdefault(id(model), _Shared(model, dict(model.metadata)))


@cache
def _events() -> Any:  # noqa: ANN401  # botocore has no types
    """Return the handlers of no session's own: they have a say in the help on the methods."""
    return Session().get_component("event_emitter")


@cache
def _builtin() -> Mapping[int, object]:
    """Return the handlers that botocore brings, by their identity."""
    return {id(handler): handler for _, handler, *_ in _seams.builtin_handlers()}


def _endpoints() -> dict[str, Any]:
    """Return the data of a resolver, which writes into the services that it is asked for."""
    shared = data_loader().load_data(_ENDPOINTS)
    partitions = [
        {**partition, "services": _OwnServices(partition["services"])}
        for partition in shared["partitions"]
    ]
    return {**shared, "partitions": partitions}


class _OwnServices(dict[str, Any]):
    """The services of a partition, each copied when it is first asked for: few ever are."""

    def __init__(self, shared: Mapping[str, Any]) -> None:
        super().__init__(shared)
        self._shared = set(shared)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # parsed JSON
        if name in self._shared:
            self._shared.discard(name)
            self[name] = deepcopy(super().__getitem__(name))
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401  # parsed JSON
        return self[name] if name in self else default  # noqa: SIM401  # this is `get`


def _is_shared(loader: Any, type_name: str, service_name: str = "") -> bool:  # noqa: ANN401  # botocore's, or a user's
    """Say whether *loader* would find what botocore ships, and has not handed it out yet."""
    if not _seams.is_default_loader(loader) or _seams.has_loaded(loader, type_name, service_name):
        return False
    return not any(
        _has_own(path, service_name, type_name)
        for path in loader.search_paths
        if path != loader.BUILTIN_DATA_PATH
    )


def _has_own(path: str, service_name: str, type_name: str) -> bool:
    """Say whether a directory of models has such a file for a service, or extras to it."""
    # As botocore does it, at a fraction of what `Path` takes.
    directory = os.path.join(path, service_name)  # noqa: PTH118
    if not os.path.isdir(directory):  # noqa: PTH112
        return False
    names = [name for _, _, names in os.walk(directory) for name in names]
    return any(name.startswith(f"{type_name}.") for name in names)
