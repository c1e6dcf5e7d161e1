"""A real endpoint in front of a fake: its environment, its time, whom it tells apart."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from functools import partial
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pytest_fakecopy import FakeEC2, InternalError, UnexpectedRequest, UsageError

pytest.importorskip("werkzeug")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy.serving import Endpoint

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """Return a fake that moves nothing but itself."""
    with FakeEC2(clock="virtual", sleep="real") as fake_ec2:
        yield fake_ec2


@pytest.fixture
def endpoint(fake: FakeEC2) -> Iterator[Endpoint]:
    """Return an endpoint of it whose time stands still."""
    with fake.serve(speed=0) as served:
        yield served


def send(
    endpoint: Endpoint, method: str, path: str = "/", body: Any = None, **headers: str
) -> tuple[int, str]:
    """Send a request over HTTP, and return status and body of the answer."""
    url = urlsplit(endpoint.endpoint_url)
    with closing(HTTPConnection(str(url.hostname), url.port, timeout=10)) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def send_signed(
    endpoint: Endpoint,
    service: str = "ec2",
    region: str = "us-east-1",
    *,
    body: str = "Action=DescribeSnapshots&Version=2016-11-15&Owner.1=self",
    headers: dict[str, str] | None = None,
    credentials: Credentials | None = None,
) -> tuple[int, str]:
    """Send a request as another process does: signed by the wall clock."""
    request = AWSRequest("POST", endpoint.endpoint_url + "/", headers or FORM, body)
    environ = endpoint.environ
    credentials = credentials or Credentials(
        environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
    )
    SigV4Auth(credentials, service, region).add_auth(request)
    return send(endpoint, "POST", "/", body, **dict(request.headers.items()))


def test_a_request_is_answered_by_the_fake(fake: FakeEC2, endpoint: Endpoint) -> None:
    """It is the same world, in the Region of the credential scope."""
    snapshot = fake.snapshots.add(region="eu-west-1")

    status, body = send_signed(endpoint, region="eu-west-1")

    assert status == 200
    assert snapshot.snapshot_id in body
    [request] = fake.journal.requests()
    assert (request.transport, request.region, request.signature) == (
        "server",
        "eu-west-1",
        "verified",
    )


def test_services_are_told_apart_by_their_scope(fake: FakeEC2, endpoint: Endpoint) -> None:
    """One port is enough for all of them."""
    key = fake.kms.add_key()
    target = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "TrentService.DescribeKey",
    }

    kms = send_signed(endpoint, "kms", body=f'{{"KeyId": "{key.key_id}"}}', headers=target)
    sts = send_signed(endpoint, "sts", body="Action=GetCallerIdentity&Version=2011-06-15")

    assert (kms[0], sts[0]) == (200, 200)
    assert key.arn in kms[1]
    assert "<Account>111122223333</Account>" in sts[1]


@pytest.mark.parametrize(
    ("body", "headers", "service"),
    [
        pytest.param("Action=CopySnapshot", FORM, "ec2", id="ec2"),
        pytest.param("Action=NoSuchAction", FORM, "ec2", id="ec2-unknown"),
        pytest.param("Action=GetCallerIdentity", FORM, "sts", id="sts"),
        pytest.param("{}", {"X-Amz-Target": "TrentService.DescribeKey"}, "kms", id="kms"),
    ],
)
def test_what_is_not_signed_is_told_apart_by_what_it_asks(
    fake: FakeEC2, endpoint: Endpoint, body: str, headers: dict[str, str], service: str
) -> None:
    """It gets that service's own error."""
    status, _ = send(endpoint, "POST", "/", body, **headers)

    assert 400 <= status < 500
    assert [request.service for request in fake.journal.requests()] == [service]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("GET", "/", None, id="root"),
        pytest.param("GET", "/health?x=y", None, id="health"),
        pytest.param("POST", "/", b"\xff\xfe\x00", id="bytes"),
        pytest.param("POST", "/", "{]", id="json"),
        pytest.param("DELETE", "/bucket/key", None, id="delete"),
        pytest.param("GET", "/%", None, id="percent"),
        pytest.param("GET", "/?%00=%ff", None, id="escapes"),
    ],
)
def test_what_asks_for_nothing_is_no_finding(
    fake: FakeEC2, endpoint: Endpoint, method: str, path: str, body: Any
) -> None:
    """A look whether somebody is there doesn't fail the test."""
    status, answer = send(endpoint, method, path, body)

    assert status == 400
    assert "<Code>" in answer
    assert fake.journal.requests() == ()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("Action=CopySnapshot&Version=2016-11-15&" + "&" * 50, id="separators"),
        pytest.param("Action=CopySnapshot&SourceRegion=%ff%fe&SourceSnapshotId=%00", id="bytes"),
        pytest.param("Action=DescribeSnapshots&MaxResults=many", id="number"),
        pytest.param("Action=CopySnapshot&TagSpecification.99999999999.Tag=x", id="index"),
        pytest.param("Action=CopySnapshot&PresignedUrl=%5B%5D://[", id="url"),
        pytest.param("Action=", id="empty"),
        pytest.param("Action=%00", id="null"),
    ],
)
def test_what_is_signed_and_makes_no_sense_is_an_error_of_ec2(
    endpoint: Endpoint, body: str
) -> None:
    """Never a failure of the fake."""
    status, answer = send_signed(endpoint, body=body)

    assert 400 <= status < 500
    assert "<Code>" in answer


def test_what_is_not_served_fails_the_test() -> None:
    """The client gets an error 501 with the message, and the test gets it at its end."""
    fake = FakeEC2(clock="virtual")

    with pytest.raises(UnexpectedRequest, match="does not serve RunInstances") as finding, fake:  # noqa: PT012  # the end of `with` is what raises
        with fake.serve() as endpoint:
            status, body = send_signed(endpoint, body="Action=RunInstances")
        assert status == 501
        assert "does not serve RunInstances" in body
    assert "passthrough" not in str(finding.value)


def test_another_service_fails_the_test() -> None:
    """What is signed for S3 was meant for AWS."""
    fake = FakeEC2(clock="virtual")

    with pytest.raises(UnexpectedRequest, match="does not serve the service s3"), fake:  # noqa: SIM117
        with fake.serve() as endpoint:
            assert send_signed(endpoint, "s3", body="")[0] == 501


def test_a_failure_of_the_fake_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client gets an error 500; closing the endpoint raises what it was."""

    def broken(_call: object, **_parameters: object) -> dict[str, str]:
        msg = "boom"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(
        "pytest_fakecopy.gateway.OPERATIONS",
        {"ec2": {"DescribeRegions": broken}, "kms": {}, "sts": {}},
    )

    with FakeEC2(clock="virtual") as fake, pytest.raises(InternalError, match="DescribeRegions"):  # noqa: SIM117
        with fake.serve() as endpoint:
            assert send_signed(endpoint, body="Action=DescribeRegions")[0] == 500


def test_a_test_that_fails_anyway_fails_with_its_own_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the endpoint has to say doesn't hide it."""
    with FakeEC2(clock="virtual") as fake, pytest.raises(KeyError):  # noqa: PT012, SIM117
        with fake.serve() as endpoint:
            endpoint._server.failures.append(InternalError("boom"))
            raise KeyError


def test_time_follows_the_wall_clock(fake: FakeEC2, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute passes in a second, a tick comes on top, and both end with the endpoint."""
    elapsed = [0.0]
    monkeypatch.setattr("pytest_fakecopy._seams.elapsed_seconds", lambda: elapsed[0])
    source = fake.snapshots.add(region="us-west-2")
    copy = fake.client("ec2").copy_snapshot(
        SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
    )
    snapshot, began = fake.snapshots[copy["SnapshotId"]], fake.clock.now()

    with fake.serve():
        elapsed[0] += 0.5
        half = snapshot.progress
        fake.clock.tick(30)
        ticked = snapshot.state
    elapsed[0] += 100

    assert 40 <= half <= 60
    assert ticked == "completed"
    assert fake.clock.now() - began == timedelta(seconds=60)


def test_the_real_clock_keeps_its_pace() -> None:
    """Nothing makes the wall clock faster."""
    with FakeEC2(clock="real") as fake, fake.serve(speed=1000) as endpoint:
        send_signed(endpoint)
        [request] = fake.journal.requests()

    assert abs(request.at - datetime.now(timezone.utc)) < timedelta(seconds=30)


@pytest.mark.parametrize("clock", ["freezegun", "virtual", "time-machine"])
def test_signatures_of_others_are_judged_by_the_wall_clock(clock: Any) -> None:
    """However far the test has moved its own time, also a presigned URL's."""
    with FakeEC2(clock=clock, start_time="2020-01-01T00:00:00Z") as fake:
        fake.clock.tick(timedelta(days=40))
        source = fake.snapshots.add(region="us-west-2", encrypted=True)
        with fake.serve(speed=0) as endpoint:
            script = (
                "import botocore.session as s, os\n"
                "c = s.Session().create_client('ec2')\n"
                "r = c.copy_snapshot(SourceRegion='us-west-2',"
                f" SourceSnapshotId='{source.snapshot_id}')\n"
                "print(r['SnapshotId'])"
            )
            done = subprocess.run(
                [sys.executable, "-c", script],
                env=endpoint.environ,
                capture_output=True,
                text=True,
                check=False,
            )
        assert (done.returncode, done.stderr) == (0, "")
        snapshot = fake.assert_eventually_completed(done.stdout.strip())

    assert snapshot.encrypted


def test_credentials_of_others_end_by_the_wall_clock(fake: FakeEC2, endpoint: Endpoint) -> None:
    """A process that was given a role for an hour has it for an hour."""
    role = fake.client("sts").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/copier", RoleSessionName="session"
    )["Credentials"]
    credentials = Credentials(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"])

    fake.clock.tick(timedelta(hours=2))

    assert send_signed(endpoint, credentials=credentials)[0] == 200


def test_the_environment_is_whole(
    fake: FakeEC2, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leads to the endpoint and nowhere else, whatever was set."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.setenv(name, "the-users")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", "http://192.0.2.1")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    environ = endpoint.environ

    assert environ["PATH"] == os.environ["PATH"]
    assert {environ[f"AWS_ENDPOINT_URL{name}"] for name in ("", "_EC2", "_KMS", "_STS")} == {
        endpoint.endpoint_url
    }
    assert environ["AWS_ACCESS_KEY_ID"] == fake.accounts.default.access_key_id
    assert environ["AWS_EC2_METADATA_DISABLED"] == "true"
    assert environ["AWS_REGION"] == environ["AWS_DEFAULT_REGION"] == "us-east-1"
    assert environ["NO_PROXY"] == "example.com,127.0.0.1,localhost,::1"
    assert environ["no_proxy"] == "127.0.0.1,localhost,::1"
    assert "the-users" not in environ.values()


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_environment_keeps_the_region(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where the user has one."""
    for other in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "eu-west-1")

    settings = endpoint.settings

    assert settings["AWS_REGION"] == settings["AWS_DEFAULT_REGION"] == "eu-west-1"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        pytest.param("127.0.0.1", "127.0.0.1", id="loopback"),
        pytest.param("localhost", "localhost", id="name"),
        pytest.param("0.0.0.0", "127.0.0.1", id="any"),  # noqa: S104  # what is tested
        pytest.param("::1", "[::1]", id="ipv6"),
        pytest.param("::", "[::1]", id="any-ipv6"),
    ],
)
def test_the_url_is_one_to_connect_to(fake: FakeEC2, host: str, shown: str) -> None:
    """Addresses that stand for any are none to connect to; IPv6 is in brackets."""
    endpoint = fake.serve(host, 4566)

    assert endpoint.endpoint_url == f"http://{shown}:4566"
    assert repr(endpoint) == f"<Endpoint http://{shown}:4566>"


@pytest.mark.parametrize("speed", [-1, "fast", None, True, float("nan"), 1e9])
def test_a_speed_that_is_none_is_refused(fake: FakeEC2, speed: Any) -> None:
    """The message has the value and the line to write."""
    with pytest.raises(UsageError, match=r"^serve\(speed=.*: speed=60$"):
        fake.serve(speed=speed)


@pytest.mark.parametrize("missing", ["werkzeug.exceptions", "werkzeug.serving"])
def test_without_werkzeug_the_extra_is_named(
    fake: FakeEC2, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """What to install is the message."""
    monkeypatch.delitem(sys.modules, "pytest_fakecopy.transports.server", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)

    with pytest.raises(UsageError, match=r'pip install "pytest-fakecopy\[server\]"'):
        fake.serve()


def test_another_missing_module_is_not_mistaken_for_it(
    fake: FakeEC2, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation that is broken in some other way says so itself."""
    monkeypatch.delitem(sys.modules, "pytest_fakecopy.transports.server", raising=False)
    monkeypatch.setitem(sys.modules, "email.utils", None)

    with pytest.raises(ModuleNotFoundError, match="email"):
        fake.serve()


def test_a_client_of_this_process_gets_the_same_answers(fake: FakeEC2, endpoint: Endpoint) -> None:
    """boto3 with that `endpoint_url` needs no detour through HTTP."""
    client = fake.client("ec2", endpoint_url=endpoint.endpoint_url)

    assert client.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    assert fake.journal.requests()[0].transport == "botocore"


def test_many_clients_and_the_test_share_one_world(fake: FakeEC2) -> None:
    """No request is lost, none sees a half-made world, while the test moves time."""
    sources = [fake.snapshots.add() for _ in range(3)]
    done = threading.Event()

    def call(endpoint: Endpoint, number: int) -> int:
        body = urlencode(
            {
                "Action": "DescribeSnapshots",
                "Version": "2016-11-15",
                "SnapshotId.1": sources[number % 3].snapshot_id,
            }
        )
        return send_signed(endpoint, body=body)[0]

    def tick() -> None:
        while not done.is_set():
            fake.clock.tick(0.01)

    with fake.serve() as endpoint, ThreadPoolExecutor(9) as pool:
        ticking = pool.submit(tick)
        statuses = list(pool.map(partial(call, endpoint), range(80)))
        done.set()
        ticking.result()

    assert statuses == [200] * 80
    assert len(fake.journal.requests("DescribeSnapshots")) == 80
