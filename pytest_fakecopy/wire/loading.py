"""One loader for the process: what botocore ships is parsed once, for the fake and for clients."""

from __future__ import annotations

import gc
import gzip
import json
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import DataNotFoundError
from botocore.loaders import JSONFileLoader, Loader
from botocore.model import ServiceModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _PlainFiles(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Parses into plain dicts: in a fifth of the time, into a third of the memory.

    botocore 1.43 parses into `OrderedDict`, from the days when a dict had no order. The garbage
    collector walks through each of them, and through hardly any plain dict of texts.
    """

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401  # any JSON
        for suffix, open_file in ((".json", open), (".json.gz", gzip.open)):
            try:
                with open_file(file_path + suffix, "rb") as file, _garbage_kept():
                    return json.loads(file.read())
            except FileNotFoundError:  # noqa: PERF203  # there are two of them
                continue
        return None


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Keep the collector from looking through all there is while a hundred thousand texts come in.

    It finds nothing, and takes up to three times as long as the parser.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Shipped(Loader):  # type: ignore[misc]  # botocore has no types
    """Finds a service without a look into the directories of the four hundred others."""

    def list_available_services(self, type_name: str) -> Any:  # noqa: ANN401  # a container of texts
        return _Services(self, partial(super().list_available_services, type_name), type_name)


class _Services:
    """The names of all services; they are listed when somebody wants to see them all."""

    def __init__(self, loader: Loader, list_all: Callable[[], list[str]], type_name: str) -> None:
        self._loader = loader
        self._list_all = list_all
        self._type_name = type_name

    def __contains__(self, name: str) -> bool:
        try:
            self._loader.list_api_versions(name, self._type_name)
        except DataNotFoundError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._list_all())


@cache
def data_loader() -> Any:  # noqa: ANN401  # botocore has no types
    """Return the loader of the models that botocore ships. Nobody may change what it gives."""
    paths = [Loader.BUILTIN_DATA_PATH]
    return _Shipped(paths, _PlainFiles(), include_default_search_paths=False)


@cache
def description_of(service: str) -> Any:  # noqa: ANN401  # any JSON
    """Return the model of a service as botocore ships it, or None where it has no such service."""
    loader = data_loader()
    if service not in loader.list_available_services("service-2"):
        return None
    return loader.load_service_model(service, "service-2")


@cache
def service_model(name: str, api_version: str | None = None) -> Any:  # noqa: ANN401  # botocore has no types
    """Return the `ServiceModel` of what botocore ships, in that version or the newest.

    It works out its operations and shapes when it is first asked for each, and keeps them. Nobody
    may change it.
    """
    description = data_loader().load_service_model(name, "service-2", api_version=api_version)
    return ServiceModel(description, service_name=name)
