"""The fake credentials: what is set, what is taken away, and that all of it is restored."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from pytest_fakecopy import _seams
from pytest_fakecopy.transports import environment
from pytest_fakecopy.transports.environment import UNSET, FakeEnvironment

if TYPE_CHECKING:
    from types import ModuleType

KEY, SECRET, TOKEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG", "FQoGZXIvYXdzEXAMPLE"
REAL_KEY = "AKIAI44QH8DHBEXAMPLE"


@pytest.fixture
def boto3() -> ModuleType:
    """Return boto3 where it is installed."""
    module: ModuleType = pytest.importorskip("boto3")
    return module


@pytest.fixture
def no_default_session(boto3: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with no default session, as a fresh process does."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def fake_environment(token: str | None = TOKEN) -> FakeEnvironment:
    """Return an environment with AWS's example credentials."""
    return FakeEnvironment(KEY, SECRET, token)


def test_botocore_finds_the_credentials() -> None:
    """A session that is made inside signs with the fake credentials."""
    with fake_environment():
        found = botocore.session.Session().get_credentials()

    assert (found.access_key, found.secret_key, found.token) == (KEY, SECRET, TOKEN)
    assert found.method == "env"


@pytest.mark.parametrize("name", UNSET)
def test_what_would_override_them_is_taken_away(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable that supplies credentials in another way is left, and each comes back."""
    monkeypatch.setenv(name, "2020-01-01T00:00:00Z")

    with fake_environment():
        inside = os.environ.get(name)
        found = botocore.session.Session().get_credentials().get_frozen_credentials()

    assert inside is None
    assert (found.access_key, found.token) == (KEY, TOKEN)
    assert os.environ[name] == "2020-01-01T00:00:00Z"


def test_without_a_token_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long-term credentials must not be signed with a token that happened to be there."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")

    with fake_environment(token=None):
        found = botocore.session.Session().get_credentials()

    assert found.token is None
    assert os.environ["AWS_SESSION_TOKEN"] == "real"


def test_the_instance_metadata_service_is_not_asked() -> None:
    """A test that drops the credentials gets none, where botocore would ask the network."""
    with fake_environment():
        del os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
        disabled = os.environ["AWS_EC2_METADATA_DISABLED"]

    assert disabled == "true"


@pytest.mark.parametrize(
    "name",
    ["AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_EC2", "HTTPS_PROXY", "NO_PROXY", "AWS_CONFIG_FILE"],
)
def test_regions_endpoints_and_proxies_are_left_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What says where requests go is the test's own business: they are answered anyway."""
    monkeypatch.setenv(name, "mine")

    with fake_environment():
        inside = os.environ[name]

    assert inside == "mine"


def test_everything_touched_is_restored_whatever_the_test_made_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Variables of ours go back to what they were; those of the test stay as it left them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", REAL_KEY)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    monkeypatch.setenv("UNRELATED", "before")

    with fake_environment():
        os.environ["AWS_ACCESS_KEY_ID"] = "changed"
        os.environ["AWS_PROFILE"] = "changed"
        os.environ["UNRELATED"] = "changed"

    assert os.environ["AWS_ACCESS_KEY_ID"] == REAL_KEY
    assert "AWS_SECRET_ACCESS_KEY" not in os.environ
    assert "AWS_PROFILE" not in os.environ
    assert os.environ["UNRELATED"] == "changed"


def test_nested_environments_restore_each_other() -> None:
    """An inner one with other credentials gives way to the outer one."""
    before = dict(os.environ)

    with fake_environment():
        with FakeEnvironment(REAL_KEY, SECRET):
            inner = os.environ["AWS_ACCESS_KEY_ID"], "AWS_SESSION_TOKEN" in os.environ
        outer = os.environ["AWS_ACCESS_KEY_ID"], "AWS_SESSION_TOKEN" in os.environ

    assert inner == (REAL_KEY, False)
    assert outer == (KEY, True)
    assert dict(os.environ) == before


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 0, 1)])
@pytest.mark.usefixtures("no_default_session")
def test_environments_left_in_any_order_restore_what_was_there(
    boto3: Any, order: tuple[int, ...]
) -> None:
    """The newest that is left is in force, and after the last all is as before the first."""
    session = boto3.Session(region_name="eu-west-1")
    boto3.DEFAULT_SESSION = session
    before = dict(os.environ)
    environments = [FakeEnvironment(f"KEY{number}", "secret") for number in range(3)]
    for each in environments:
        each.start()

    left = [0, 1, 2]
    for number in order[:2]:
        environments[number].stop()
        left.remove(number)
        assert os.environ["AWS_ACCESS_KEY_ID"] == f"KEY{left[-1]}"
        assert session.get_credentials().access_key == f"KEY{left[-1]}"
    environments[order[2]].stop()

    assert dict(os.environ) == before
    assert boto3.DEFAULT_SESSION is session
    assert session._session._credentials is None


def test_it_can_be_started_and_stopped_repeatedly() -> None:
    """A second start or stop does nothing, and one that was stopped can be started again."""
    before = dict(os.environ)
    fake = fake_environment()

    fake.stop()
    for _ in range(2):
        fake.start()
        fake.start()
        assert os.environ["AWS_ACCESS_KEY_ID"] == KEY
        fake.stop()
        fake.stop()

        assert dict(os.environ) == before


def test_a_test_that_fails_leaves_nothing_behind() -> None:
    """Everything is restored when the body raises."""
    before = dict(os.environ)

    with pytest.raises(KeyboardInterrupt), fake_environment():
        raise KeyboardInterrupt

    assert dict(os.environ) == before


def test_an_interruption_while_entering_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl+C half-way through undoes the half that was done."""
    before = dict(os.environ)
    change = environment._change_environment

    def interrupted(*values: dict[str, str | None]) -> None:
        monkeypatch.setattr(environment, "_change_environment", change)
        change(*values)
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "_change_environment", interrupted)

    with pytest.raises(KeyboardInterrupt):
        fake_environment().__enter__()

    assert dict(os.environ) == before


@pytest.mark.usefixtures("no_default_session")
def test_a_default_session_made_inside_is_forgotten(boto3: Any) -> None:
    """It has kept the fake credentials, so the next `boto3.client` makes a new one."""
    with fake_environment():
        boto3.client("sts", region_name="us-east-1")
        inside = boto3.DEFAULT_SESSION.get_credentials().access_key

    assert inside == KEY
    assert boto3.DEFAULT_SESSION is None


@pytest.mark.parametrize("used", [False, True], ids=["unused", "used-before"])
def test_a_default_session_made_before_keeps_all_but_its_credentials(
    used: bool,
    boto3: Any,  # a module
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Code that relies on the default session's Region still works, and signs with ours."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", REAL_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    session = boto3.session.Session(region_name="eu-west-3")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    if used:
        session.get_credentials()
    before = session._session._credentials

    with fake_environment():
        client = boto3.client("sts")
        inside = boto3.DEFAULT_SESSION.get_credentials().get_frozen_credentials()

    assert (inside.access_key, inside.secret_key, inside.token) == (KEY, SECRET, TOKEN)
    assert client.meta.region_name == "eu-west-3"
    assert boto3.DEFAULT_SESSION is session
    assert session._session._credentials is before
    assert session.get_credentials().access_key == REAL_KEY


def test_a_default_session_of_another_make_is_set_aside(
    boto3: Any,  # a module
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stub that somebody put there comes back, and meanwhile boto3 makes one of its own."""
    stub = SimpleNamespace(client=None)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", stub)

    with fake_environment():
        inside = boto3.DEFAULT_SESSION

    assert inside is None
    assert boto3.DEFAULT_SESSION is stub


@pytest.mark.usefixtures("no_default_session")
def test_a_default_session_that_a_test_replaces_is_restored(boto3: Any) -> None:
    """`boto3.setup_default_session` in a test is undone with it."""
    with fake_environment():
        boto3.setup_default_session(region_name="eu-west-3")

    assert boto3.DEFAULT_SESSION is None


def test_boto3_is_not_imported_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody uses boto3, its default session is nobody's business."""
    monkeypatch.delitem(sys.modules, "boto3", raising=False)

    with fake_environment():
        pass

    assert _seams.boto3_if_imported() is None


def test_boto3_imported_inside_forgets_its_default_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The code under test may import boto3 for the first time while the fake is active."""
    monkeypatch.delitem(sys.modules, "boto3", raising=False)
    late = SimpleNamespace(DEFAULT_SESSION=None)

    with fake_environment():
        monkeypatch.setitem(sys.modules, "boto3", late)
        late.DEFAULT_SESSION = object()

    assert late.DEFAULT_SESSION is None
