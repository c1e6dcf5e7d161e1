"""moto beside the fake: what we serve is ours, the rest is moto's, whichever was started first."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
import responses
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionClosedError

from pytest_fakecopy import FakeEC2, UnexpectedRequest

moto = pytest.importorskip("moto")

from moto.core.botocore_stubber import BotocoreStubber  # noqa: E402  # skipped above without moto
from moto.server import ThreadedMotoServer  # noqa: E402
from werkzeug.wrappers import Request  # noqa: E402

from pytest_fakecopy.transports.moto import MotoTransport  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

EC2 = "https://ec2.us-east-1.amazonaws.com/"
ORIGINALS = dict(vars(BotocoreStubber))
ORDERS = ("moto-outside", "moto-inside")
# One for most tests, so that models are loaded once. moto is imported by now, and so known to it.
SESSION = boto3.session.Session("FOOBARKEY", "FOOBARSECRET", region_name="us-east-1")

# moto's own use of what Python and botocore have deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@contextmanager
def both(order: str, **options: Any) -> Iterator[FakeEC2]:
    """Run moto and a fake, one inside the other."""
    fake = FakeEC2(clock="virtual", **options)
    with ExitStack() as stack:
        for manager in (
            (moto.mock_aws(), fake) if order == "moto-outside" else (fake, moto.mock_aws())
        ):
            stack.enter_context(manager)
        yield fake
    assert {name: vars(BotocoreStubber)[name] for name in ORIGINALS} == ORIGINALS


@pytest.fixture(params=ORDERS)
def fake(request: pytest.FixtureRequest) -> Iterator[FakeEC2]:
    """Return a fake beside moto."""
    with both(request.param) as fake_ec2:
        yield fake_ec2


def copy_of(fake: FakeEC2, ec2: Any) -> str:
    """Copy a snapshot of the fake with a client."""
    source = fake.snapshots.add(region="us-west-2")
    copy = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)
    return str(copy["SnapshotId"])


def test_what_we_serve_is_ours(fake: FakeEC2) -> None:
    """A copy is pending, as with the fake alone; moto's would be completed."""
    ec2 = SESSION.client("ec2")

    copy_id = copy_of(fake, ec2)

    assert fake.snapshots[copy_id].state == "pending"
    assert fake.assert_eventually_completed(copy_id).progress == 100
    assert fake.journal.requests("CopySnapshot")[0].transport == "botocore"


@pytest.mark.parametrize(
    ("service", "call", "member"),
    [
        pytest.param("s3", "list_buckets", "Buckets", id="s3"),
        pytest.param("dynamodb", "list_tables", "TableNames", id="dynamodb"),
        pytest.param("lambda", "list_functions", "Functions", id="lambda"),
        pytest.param("ec2", "describe_instances", "Reservations", id="ec2-operation"),
        pytest.param("ec2", "describe_vpcs", "Vpcs", id="ec2-with-content"),
    ],
)
def test_the_rest_is_motos(fake: FakeEC2, service: str, call: str, member: str) -> None:
    """Other services, and the operations of EC2 that we don't serve."""
    client = SESSION.client(service)

    assert isinstance(getattr(client, call)()[member], list)
    assert fake.journal.requests() == ()


def test_both_serve_one_client(fake: FakeEC2) -> None:
    """One client's calls are answered by whom they are for."""
    ec2 = SESSION.client("ec2")
    image = ec2.describe_vpcs()["Vpcs"][0]

    copy_id = copy_of(fake, ec2)

    assert image["IsDefault"]
    assert ec2.describe_snapshots(SnapshotIds=[copy_id])["Snapshots"][0]["State"] == "pending"


def test_threads_are_served(fake: FakeEC2) -> None:
    """Both are active in every thread."""
    ec2, s3 = SESSION.client("ec2"), SESSION.client("s3")
    source = fake.snapshots.add(region="us-west-2")

    def work(_: int) -> int:
        ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)
        return len(s3.list_buckets()["Buckets"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(12))) == [0] * 12

    assert len(fake.journal.requests("CopySnapshot")) == 12


def test_requests_is_served(fake: FakeEC2) -> None:
    """A raw call for us is ours, one for S3 is moto's."""
    SESSION.client("s3").create_bucket(Bucket="bucket-1")

    ours = requests.post(EC2, data={"Action": "DescribeSnapshots"}, timeout=5)
    theirs = requests.get("https://s3.amazonaws.com/", timeout=5)

    assert "MissingAuthenticationToken" in ours.text
    assert "<Name>bucket-1</Name>" in theirs.text
    [request] = fake.journal.requests()
    assert (request.transport, request.operation) == ("requests", "DescribeSnapshots")


@pytest.mark.parametrize("order", ORDERS)
def test_other_hosts_of_requests_are_nobodys(order: str) -> None:
    """A mock of the user's answers as it does with moto alone."""
    with both(order), responses.RequestsMock() as mock:
        mock.get("https://api.example.com/", body="theirs")

        assert requests.get("https://api.example.com/", timeout=5).text == "theirs"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_an_older_moto_makes_of_a_request_is_read(fake: FakeEC2, method: str) -> None:
    """moto 5.1.0 puts it into a request of werkzeug's; its signature is verified all the same."""
    account = fake.accounts.default
    form = "Action=DescribeSnapshots&Filter.1.Name=description&Filter.1.Value.1=a%20b%2F"
    body = form.encode() if method == "POST" else b""
    target = "/" if method == "POST" else f"/?{form}"
    signed = AWSRequest(method, EC2.rstrip("/") + target, {}, body)
    keys = Credentials(account.access_key_id, account.secret_access_key, account.session_token)
    SigV4Auth(keys, "ec2", "us-east-1").add_auth(signed)
    wrapped = Request.from_values(
        target,
        base_url=EC2,
        method=method,
        headers=list(signed.headers.items()),
        input_stream=BytesIO(body),
        content_length=len(body),
    )

    answer: Any = BotocoreStubber().process_request(wrapped)

    assert (answer[0], b"<DescribeSnapshotsResponse " in answer[2]) == (200, True)
    [request] = fake.journal.requests()
    assert (request.transport, request.signature) == ("requests", "verified")


def test_a_connection_can_fail(fake: FakeEC2) -> None:
    """Faults of connections reach botocore and requests as with the fake alone."""
    fake.faults.disconnect("DescribeSnapshots", times=2)
    config = boto3.session.Config(retries={"total_max_attempts": 1})
    ec2 = SESSION.client("ec2", config=config)

    with pytest.raises(ConnectionClosedError):
        ec2.describe_snapshots()
    signed = ec2.generate_presigned_url("describe_snapshots", HttpMethod="GET")
    with pytest.raises(requests.ConnectionError):
        requests.get(signed, timeout=5)


@pytest.mark.parametrize("order", ORDERS)
def test_moto_can_have_an_operation(order: str) -> None:
    """What passes us by is moto's."""
    with both(order, passthrough=["ec2:DescribeRegions", "kms"]) as fake:
        regions = SESSION.client("ec2").describe_regions()["Regions"]
        keys = SESSION.client("kms").list_keys()["Keys"]

    assert regions
    assert keys == []
    assert fake.journal.requests() == ()


def test_without_moto_the_rest_is_refused() -> None:
    """A mock that has ended serves no more."""
    fake = FakeEC2(clock="virtual")

    with pytest.raises(UnexpectedRequest, match="s3"), fake:  # noqa: PT012  # also at its end
        with moto.mock_aws():
            s3 = SESSION.client("s3")
            s3.list_buckets()
        s3.list_buckets()


def test_a_client_that_moto_does_not_know_is_refused() -> None:
    """What would reach AWS although moto is active doesn't."""
    client = SESSION.client("s3")
    client.meta.events.unregister("before-send", moto.core.models.botocore_stubber)

    with pytest.raises(UnexpectedRequest, match="s3"), both("moto-outside"):
        client.list_buckets()


@moto.mock_aws  # type: ignore[untyped-decorator]  # moto has no types
def test_the_decorator_is_moto_outside() -> None:
    """As users write it on their tests."""
    boto3.client("s3", "us-east-1").create_bucket(Bucket="bucket-1")

    with FakeEC2(clock="virtual") as fake:
        copy_id = copy_of(fake, boto3.client("ec2", "us-east-1"))

    assert len(boto3.client("s3", "us-east-1").list_buckets()["Buckets"]) == 1
    with pytest.raises(ClientError, match=r"InvalidSnapshot\.NotFound"):
        boto3.client("ec2", "us-east-1").describe_snapshots(SnapshotIds=[copy_id])


@pytest.mark.parametrize("order", ORDERS)
def test_the_environment_is_put_back(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both set credentials; afterwards they are the user's, set or not."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-users")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    before = dict(os.environ)

    with both(order):
        inside = os.environ["AWS_ACCESS_KEY_ID"]

    assert inside != "the-users"
    assert dict(os.environ) == before


@pytest.mark.parametrize("order", ORDERS)
def test_the_default_session_is_put_back(order: str) -> None:
    """boto3's own session is the one that it was."""
    boto3.setup_default_session(region_name="eu-west-1")
    before = boto3.DEFAULT_SESSION

    with both(order):
        boto3.client("ec2", "us-east-1")

    assert boto3.DEFAULT_SESSION is before


def test_moto_may_be_imported_later(pytester: pytest.Pytester) -> None:
    """A process that imports moto, requests and aiobotocore inside the fake is served the same."""
    script = pytester.makepyfile(
        """
        import sys
        from pytest_fakecopy import FakeEC2

        with FakeEC2(clock="virtual") as fake:
            assert not {"moto", "requests", "responses", "aiobotocore"} & set(sys.modules)
            import boto3
            from moto import mock_aws
            import requests

            source = fake.snapshots.add(region="us-west-2")
            with mock_aws():
                ec2 = boto3.client("ec2", "us-east-1")
                copy = ec2.copy_snapshot(
                    SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
                )
                assert fake.snapshots[copy["SnapshotId"]].state == "pending"
                assert boto3.client("s3", "us-east-1").list_buckets()["Buckets"] == []
                url = "https://ec2.us-east-1.amazonaws.com/?Action=DescribeRegions"
                assert "MissingAuthenticationToken" in requests.get(url).text
            assert [r.transport for r in fake.journal.requests()] == ["botocore", "requests"]
        """
    )

    result = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_a_server_of_moto_has_the_rest() -> None:
    """The fake in process, everything else at moto's own endpoint on this machine."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        with FakeEC2(clock="virtual") as fake:
            ec2 = SESSION.client("ec2", endpoint_url=url)
            copy_id = copy_of(fake, ec2)
            vpcs = ec2.describe_vpcs()["Vpcs"]
            s3 = SESSION.client("s3", endpoint_url=url)
            s3.create_bucket(Bucket="bucket-1")
            state = fake.snapshots[copy_id].state
    finally:
        server.stop()

    assert state == "pending"
    assert len(vpcs) == 1


def test_aiobotocore_is_served_beside_moto(fake: FakeEC2) -> None:
    """moto can't answer aiobotocore; what we serve arrives all the same."""
    session = pytest.importorskip("aiobotocore.session").get_session()
    source = fake.snapshots.add(region="us-west-2")

    async def scenario() -> Any:
        async with session.create_client("ec2", "us-east-1") as ec2:
            return await ec2.copy_snapshot(
                SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
            )

    assert fake.snapshots[asyncio.run(scenario())["SnapshotId"]].state == "pending"


def test_motos_credentials_are_of_nobody(fake: FakeEC2) -> None:
    """They belong to the default account; the journal says that nobody vouches for them."""
    SESSION.client("ec2").describe_snapshots()

    [request] = fake.journal.requests()
    assert (request.account_id, request.signature) == ("111122223333", "unverified")


def test_it_is_started_and_stopped_once() -> None:
    """A second start intercepts once, a second stop does nothing."""
    transport = MotoTransport(lambda request: None, lambda request: False)
    transport.start()
    transport.start()
    transport.stop()
    transport.stop()

    assert {name: vars(BotocoreStubber)[name] for name in ORIGINALS} == ORIGINALS


def test_strict_credentials_refuse_motos() -> None:
    """Whoever wants known credentials alone gets that inside moto too."""
    with both("moto-inside", credentials="strict"), pytest.raises(ClientError, match="AuthFailure"):
        SESSION.client("ec2").describe_snapshots()
