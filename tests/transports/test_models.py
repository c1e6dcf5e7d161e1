"""Sessions share parsed models while the fake is active, and can't tell."""

from __future__ import annotations

import gc
import json
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.client
import botocore.session
import pytest
from botocore.client import ClientCreator
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import JSONFileLoader, Loader

from pytest_fakecopy.transports.models import SharedModels
from pytest_fakecopy.wire.loading import data_loader

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
LINE = "A line of the session's own."
BUILTIN = Path(Loader.BUILTIN_DATA_PATH)


@pytest.fixture
def models() -> Iterator[SharedModels]:
    """Sharing, for the length of a test."""
    models = SharedModels()
    models.start()
    yield models
    models.stop()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that sessions parse from here on, by their path in botocore's data."""
    paths: list[str] = []
    load_file = JSONFileLoader.load_file

    def spy(loader: Any, file_path: str) -> Any:
        found = load_file(loader, file_path)
        if found is not None:
            paths.append(file_path.removeprefix(f"{BUILTIN}/"))
        return found

    monkeypatch.setattr(JSONFileLoader, "load_file", spy)
    return paths


@pytest.fixture
def remade(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the methods of clients be made again, whoever has had clients in this process."""
    make = ClientCreator._create_api_method

    def another(*arguments: Any) -> Any:
        return make(*arguments)

    monkeypatch.setattr(ClientCreator, "_create_api_method", another)


def new_session() -> Any:
    """Return a session without settings."""
    return botocore.session.Session()


def new_client(session: Any, service: str = "sts", **options: Any) -> Any:
    """Return a client of *session*."""
    return session.create_client(service, "us-east-1", **KEYS, **options)


def description(client: Any) -> Any:
    """Return the parsed model that a client was made of."""
    return client.meta.service_model._service_description


@pytest.mark.usefixtures("models")
def test_fresh_sessions_parse_no_model(parsed: list[str]) -> None:
    """Neither the model of a service nor its endpoints are parsed again."""
    one = new_client(new_session())
    other = new_client(new_session())

    assert one.meta.service_model is other.meta.service_model
    assert not [path for path in parsed if "sts" in path or path == "endpoints"]


@pytest.mark.usefixtures("models")
def test_sessions_of_boto3_share_as_well(parsed: list[str]) -> None:
    """boto3 looks for models in a directory of its own besides, where no service has any."""
    client = boto3.session.Session(**KEYS).client("sts", "us-east-1")

    assert description(client) is data_loader().load_service_model("sts", "service-2")
    assert "endpoints" not in parsed


def test_the_same_client_comes_out() -> None:
    """Models, endpoints and Regions are what they are without sharing."""
    alone = new_session()
    ruled = new_client(alone)
    models = SharedModels()
    models.start()

    session = new_session()
    client = new_client(session)
    models.stop()

    assert dir(client) == dir(ruled)
    assert description(client) == description(ruled)
    assert client.meta.endpoint_url == ruled.meta.endpoint_url
    for service in ("ec2", "s3", "iam", "no-such-service"):
        regions = alone.get_available_regions(service, "aws-cn")
        assert session.get_available_regions(service, "aws-cn") == regions


def _add_a_line(section: Any, **_: object) -> None:
    section.write(LINE)


@pytest.mark.usefixtures("models")
def test_methods_are_made_once() -> None:
    """Clients of any session have the same functions, in classes of their own."""
    one, other = type(new_client(new_session())), type(new_client(new_session()))

    one.marked = True

    assert vars(one)["get_caller_identity"] is vars(other)["get_caller_identity"]
    assert not hasattr(other, "marked")


@pytest.mark.usefixtures("remade")
def test_the_help_on_a_method_is_what_botocore_writes() -> None:
    """Handlers that a session has for documentation have no say in it."""
    alone, session = new_session(), new_session()
    for each in (alone, session):
        each.register("docs.*.sts.GetCallerIdentity.complete-section", _add_a_line)
    models = SharedModels()
    models.start()

    client = new_client(session)
    models.stop()

    with_a_line = str(new_client(alone).get_caller_identity.__doc__)
    assert client.get_caller_identity.__name__ == "get_caller_identity"
    assert with_a_line.count(LINE)
    assert str(client.get_caller_identity.__doc__) == with_a_line.replace(LINE, "")


@pytest.mark.usefixtures("models")
def test_methods_are_instrumented_as_long_as_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who replaces what makes a method is asked for those of each client made meanwhile."""
    make = ClientCreator._create_api_method

    def instrumented(creator: Any, name: str, *arguments: Any) -> Any:
        method = make(creator, name, *arguments)
        method.instrumented = True
        return method

    before = new_client(new_session())
    with monkeypatch.context() as patched:
        patched.setattr(ClientCreator, "_create_api_method", instrumented)
        meanwhile = [new_client(new_session()) for _ in range(2)]
    after = new_client(new_session())

    assert [hasattr(each.assume_role, "instrumented") for each in (before, *meanwhile, after)] == [
        *(False, True, True),
        False,
    ]


@pytest.mark.usefixtures("models")
def test_creators_of_the_users_own_make_their_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subclass may make them as it likes, and for sessions of its own."""

    class Creator(ClientCreator):  # type: ignore[misc]  # botocore has no types
        pass

    shared = new_client(new_session())
    monkeypatch.setattr(botocore.client, "ClientCreator", Creator)

    own = new_client(new_session())

    assert own.meta.service_model is shared.meta.service_model
    assert own.assume_role.__func__ is not shared.assume_role.__func__


@pytest.mark.usefixtures("models", "remade")
def test_no_session_is_kept_for_the_methods() -> None:
    """A session is gone as soon as the test has done with it, also if it was the first."""
    session = new_session()
    gone = weakref.ref(session.get_component("event_emitter"))
    new_client(session)

    del session
    gc.collect()

    assert gone() is None


@pytest.mark.usefixtures("models")
def test_handlers_of_others_are_looked_at() -> None:
    """botocore's own are known to be good; any other has to take `**kwargs`, as ever."""
    session = new_session()

    with pytest.raises(ValueError, match=r"must accept keyword arguments \(\*\*kwargs\)"):
        session.register("before-call", lambda params: params)


def test_nothing_is_shared_before_and_after(parsed: list[str]) -> None:
    """Without sharing each session parses; a second stop does no harm, nor does a second start."""
    models = SharedModels()
    before = vars(ClientCreator)["_load_service_model"]
    models.start()
    models.start()
    models.stop()
    models.stop()

    new_client(new_session())

    assert vars(ClientCreator)["_load_service_model"] is before
    assert "endpoints" in parsed
    assert [path for path in parsed if path.endswith("service-2")]


@pytest.mark.usefixtures("models")
def test_what_a_session_is_asked_for_is_its_own() -> None:
    """Code that changes the data of its session changes no other's, and its clients follow it."""
    session = new_session()
    data = session.get_service_data("sts")

    data["metadata"]["endpointPrefix"] = "changed"

    assert description(new_client(session))["metadata"]["endpointPrefix"] == "changed"
    assert description(new_client(new_session()))["metadata"]["endpointPrefix"] == "sts"
    assert new_session().get_service_data("sts")["metadata"]["endpointPrefix"] == "sts"


@pytest.mark.usefixtures("models")
def test_what_a_client_changes_in_its_metadata_reaches_no_other() -> None:
    """From then on each session loads its own, as it does without sharing."""
    changed = new_client(new_session())
    metadata = changed.meta.service_model.metadata
    before = metadata["endpointPrefix"]

    metadata["endpointPrefix"] = "changed"
    other = new_client(new_session())
    metadata["endpointPrefix"] = before

    assert other.meta.service_model.endpoint_prefix == "sts"
    assert new_client(new_session()).meta.service_model is changed.meta.service_model


@pytest.mark.usefixtures("models")
def test_versions_are_kept_apart() -> None:
    """A client of another version of the API is made of that version's model."""
    newest = new_client(new_session(), "cloudfront")

    older = new_client(new_session(), "cloudfront", api_version="2019-03-26")

    assert older.meta.service_model.api_version == "2019-03-26"
    assert newest.meta.service_model.api_version > "2019-03-26"


@pytest.mark.usefixtures("models")
def test_what_an_event_adds_to_a_client_class_is_in_no_other() -> None:
    """Handlers of `creating-client-class` have a class of their own to add to, as ever."""

    def add(class_attributes: dict[str, Any], **_: object) -> None:
        class_attributes["added"] = True
        del class_attributes["get_caller_identity"]

    session = new_session()
    session.register("creating-client-class.sts", add)

    client, other = new_client(session), new_client(new_session())

    assert client.added
    assert not hasattr(client, "get_caller_identity")
    assert not hasattr(other, "added")
    assert other.get_caller_identity


@pytest.mark.usefixtures("models")
def test_clients_made_at_once_share_one_model() -> None:
    """Threads get the model that was there first."""
    first = new_client(new_session()).meta.service_model

    with ThreadPoolExecutor(4) as pool:
        clients = list(pool.map(lambda _: new_client(new_session()), range(8)))

    assert all(client.meta.service_model is first for client in clients)


@pytest.mark.usefixtures("models")
def test_endpoints_asked_for_before_are_the_sessions_own() -> None:
    """A session whose endpoint data was changed by hand goes by the changed data."""
    session = new_session()
    session.get_data("endpoints")["partitions"].clear()

    regions = session.get_available_regions("sts")

    assert regions == []
    assert new_session().get_available_regions("sts")


@pytest.mark.usefixtures("models")
def test_resolvers_keep_what_they_write_to_themselves() -> None:
    """botocore's resolver writes into the data that it resolves from, of the session's own."""
    session = new_session()
    resolver = session._get_internal_component("endpoint_resolver")

    endpoint = resolver.construct_endpoint("sts", "us-west-1")

    services = data_loader().load_data("endpoints")["partitions"][0]["services"]
    assert endpoint["hostname"] == "sts.us-west-1.amazonaws.com"
    assert services["sts"]["endpoints"]["us-west-1"].keys() <= {"variants"}


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("name", ["service-2", "service-2.sdk-extras"])
def test_models_of_the_users_own_count(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model or extras to it from AWS_DATA_PATH is used as it is without sharing."""
    directory = tmp_path / "sts" / "2011-06-15"
    directory.mkdir(parents=True)
    content: dict[str, Any] = {"version": 1.0, "merge": {"metadata": {"serviceId": "Mine"}}}
    if name == "service-2":
        content = data_loader().load_service_model("sts", "service-2")
        content = {**content, "metadata": {**content["metadata"], "serviceId": "Mine"}}
    (directory / f"{name}.json").write_text(json.dumps(content))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    client = new_client(new_session())

    assert client.meta.service_model.service_id == "Mine"


@pytest.mark.usefixtures("models")
def test_rules_of_the_users_own_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint rule set from AWS_DATA_PATH is used, beside botocore's own model."""
    directory = tmp_path / "sts" / "2011-06-15"
    directory.mkdir(parents=True)
    rules = {"type": "endpoint", "conditions": [], "endpoint": {"url": "https://mine.example"}}
    ruleset = data_loader().load_service_model("sts", "endpoint-rule-set-1")
    (directory / "endpoint-rule-set-1.json").write_text(json.dumps({**ruleset, "rules": [rules]}))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    client = new_client(new_session())

    found = client._ruleset_resolver.construct_endpoint(
        operation_model=client.meta.service_model.operation_model("GetCallerIdentity"),
        call_args={},
        request_context={},
    )
    assert found.url == "https://mine.example"


@pytest.mark.usefixtures("models")
def test_endpoints_of_the_users_own_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`endpoints.json` from AWS_DATA_PATH is used as it is without sharing."""
    (tmp_path / "endpoints.json").write_text('{"partitions": []}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    assert new_session().get_available_partitions() == []


@pytest.mark.usefixtures("models")
def test_loaders_of_the_users_own_count() -> None:
    """A session whose loader is of another class asks that loader."""

    class OwnLoader(Loader):  # type: ignore[misc]  # botocore has no types
        def load_service_model(
            self, service_name: str, type_name: str, api_version: str | None = None
        ) -> Any:
            model = super().load_service_model(service_name, type_name, api_version)
            if type_name == "service-2":
                model["metadata"]["serviceId"] = "Mine"
            return model

    session = new_session()
    session.register_component("data_loader", OwnLoader())

    client = new_client(session)

    assert client.meta.service_model.service_id == "Mine"


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("service", "options", "error"),
    [
        pytest.param("no-such-service", {}, UnknownServiceError, id="service"),
        pytest.param("sts", {"api_version": "1999-01-01"}, DataNotFoundError, id="version"),
    ],
)
def test_what_is_not_there_is_refused_as_ever(
    service: str, options: dict[str, str], error: type[Exception]
) -> None:
    """An unknown service or version raises botocore's own error, in the same words."""
    with pytest.raises(error) as shared:
        new_client(new_session(), service, **options)

    loader = Loader()
    with pytest.raises(error) as alone:
        loader.load_service_model(service, "service-2", **options)

    assert str(shared.value) == str(alone.value)


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_both_kinds_of_files_are_parsed(suffix: str) -> None:
    """botocore ships models packed and endpoints not; both come out as it parses them itself."""
    [path] = [
        path
        for path in (BUILTIN / "endpoints.json", next(BUILTIN.glob("sts/*/service-2.json.gz")))
        if path.name.endswith(suffix)
    ]
    name = str(path).removesuffix(suffix)

    found = data_loader().file_loader.load_file(name)

    assert found == JSONFileLoader().load_file(name)
    assert data_loader().file_loader.load_file(f"{name}-no") is None


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_of_garbage_is_left_as_it_was(collecting: bool) -> None:  # parametrized
    """Who has switched it off doesn't find it on, and the other way round."""
    before = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        data_loader().file_loader.load_file(str(BUILTIN / "endpoints"))

        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()
