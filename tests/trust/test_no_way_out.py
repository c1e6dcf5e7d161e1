"""No way out: whatever the code under test tries while the fake is active, nothing is sent.

Every socket of the process is watched. A request is answered by the fake or refused with
`UnexpectedRequest`, and refused again at the end of the test.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import ssl
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session

from pytest_fakecopy import FakeEC2, UnexpectedRequest
from pytest_fakecopy.wire.http import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1)
IMDS = "169.254.169.254"


class Watch:
    """What reached a socket: hosts that were looked up or connected to."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.reached: list[object] = []

    def method_of(self) -> Callable[..., Any]:
        """Return what stands for `connect`, `connect_ex` and `sendto`."""

        def method(_socket: socket.socket, *args: Any) -> Any:
            self.reached.append(args[-1])
            raise ConnectionRefusedError(args[-1])

        return method

    def lookup(self, host: object, *_: object, **__: object) -> Any:
        """Stand for `getaddrinfo`."""
        self.reached.append(host)
        raise socket.gaierror(host)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Watch every socket of this process; nothing is connected to."""
    watch = Watch()
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, watch.method_of())
    monkeypatch.setattr(socket, "getaddrinfo", watch.lookup)
    return watch


@pytest.fixture
def fake(watch: Watch) -> Iterator[FakeEC2]:
    """A fake on top of the watched sockets; what a test provokes it has also asserted."""
    with FakeEC2(clock="virtual") as fake:
        yield fake
        fake._refusals.refused.clear()
    assert watch.reached == []


def refused(fake: FakeEC2, call: Callable[[], object]) -> str:
    """Make a call that has to be refused, and return the words of the refusal."""
    with pytest.raises(UnexpectedRequest) as caught:
        call()
    assert fake._refusals.refused[-1] is caught.value
    return str(caught.value)


# One of each kind: protocols, endpoints with and without a Region, streams both ways, checksums,
# endpoint discovery, account ids in host names, unsigned and bearer-signed operations.
CALLS: list[Any] = [
    pytest.param("s3", "list_buckets", {}, id="rest-xml"),
    pytest.param("s3", "put_object", {"Bucket": "b", "Key": "k", "Body": b"x"}, id="upload"),
    pytest.param("s3", "get_object", {"Bucket": "a.b", "Key": "k"}, id="download"),
    pytest.param("s3control", "list_jobs", {"AccountId": "111122223333"}, id="account-in-host"),
    pytest.param("dynamodb", "list_tables", {}, id="json-1.0"),
    pytest.param("logs", "describe_log_groups", {}, id="json-1.1"),
    pytest.param("sqs", "list_queues", {}, id="query-compatible-json"),
    pytest.param("sns", "list_topics", {}, id="query"),
    pytest.param("cloudwatch", "list_metrics", {}, id="cbor-or-query"),
    pytest.param("iam", "list_users", {}, id="global-endpoint"),
    pytest.param("route53", "list_hosted_zones", {}, id="global-rest-xml"),
    pytest.param("lambda", "invoke", {"FunctionName": "f"}, id="rest-json"),
    pytest.param(
        "lambda", "invoke_with_response_stream", {"FunctionName": "f"}, id="event-stream-out"
    ),
    pytest.param("kinesis", "list_streams", {}, id="json-with-streams"),
    pytest.param(
        "timestream-query", "query", {"QueryString": "SELECT 1"}, id="endpoint-discovery"
    ),
    pytest.param(
        "sso",
        "get_role_credentials",
        {"accessToken": "t", "accountId": "111122223333", "roleName": "r"},
        id="unsigned-sso",
    ),
    pytest.param(
        "sso-oidc",
        "register_client",
        {"clientName": "c", "clientType": "public"},
        id="unsigned-oidc",
    ),
    pytest.param(
        "cognito-identity", "get_id", {"IdentityPoolId": "us-east-1:1"}, id="unsigned-cognito"
    ),
    pytest.param(
        "sts",
        "assume_role_with_web_identity",
        {"RoleArn": "arn:aws:iam::111122223333:role/r", "RoleSessionName": "se",
         "WebIdentityToken": "toke"},
        id="unsigned-sts",
    ),
    pytest.param("ec2", "describe_instances", {}, id="ec2-not-served"),
    pytest.param("kms", "sign", {"KeyId": "k", "Message": b"m",
                                 "SigningAlgorithm": "ECDSA_SHA_256"}, id="kms-not-served"),
    pytest.param("ebs", "list_snapshot_blocks", {"SnapshotId": "snap-1"}, id="ebs-direct"),
    pytest.param("backup", "list_backup_vaults", {}, id="backup"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS)
def test_every_kind_of_operation_is_refused(
    fake: FakeEC2, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    """Whatever its protocol, endpoint and signature, what isn't served goes nowhere."""
    client = boto3.client(service, "us-east-1")

    message = refused(fake, lambda: getattr(client, operation)(**parameters))

    assert message.startswith("fake_ec2 does not serve ")


def test_every_service_is_refused(fake: FakeEC2) -> None:
    """Of every service that botocore knows, an endpoint in every partition is refused or served."""
    session = botocore.session.get_session()
    hosts = {
        f"{service}.{region}.{suffix}"
        for service in session.get_available_services()
        for region, suffix in (
            ("us-east-1", "amazonaws.com"),
            ("cn-north-1", "amazonaws.com.cn"),
            ("us-gov-west-1", "amazonaws.com"),
            ("us-iso-east-1", "c2s.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov"),
            ("eu-west-1", "api.aws"),
        )
        if service not in ("ec2", "kms", "sts")
    }

    for host in sorted(hosts):
        with pytest.raises(UnexpectedRequest):
            fake._gateway.handle(HttpRequest("GET", f"https://{host}/", {}, transport="urllib3"))


HOSTS = [
    pytest.param("s3.us-east-1.amazonaws.com", id="plain"),
    pytest.param("s3.us-east-1.amazonaws.com.", id="trailing-dot"),
    pytest.param("S3.US-EAST-1.AmazonAWS.Com", id="upper-case"),
    pytest.param("s3.us-east-1.amazonaws.com:8443", id="other-port"),
    pytest.param("localhost@s3.us-east-1.amazonaws.com", id="user"),
    pytest.param("localhost:80@s3.us-east-1.amazonaws.com:443", id="user-and-password"),
    pytest.param("a@localhost@s3.us-east-1.amazonaws.com", id="two-at-signs"),
    pytest.param("s3.us-east-1.amazonaws.com\\@localhost", id="backslash"),
    pytest.param("s3.us-east-1.amazonaws.com?@localhost", id="question-mark"),
    pytest.param("s3.us-east-1.amazonaws.com#@localhost", id="fragment"),
    pytest.param("bucket.s3.amazonaws.com", id="virtual-host"),
    pytest.param("b.s3.dualstack.us-east-1.amazonaws.com", id="dual-stack"),
    pytest.param("bucket.s3-accelerate.amazonaws.com", id="accelerate"),
    pytest.param("vpce-1-abc.s3.us-east-1.vpce.amazonaws.com", id="vpc-endpoint"),
    pytest.param("xx-future-9.amazonaws.com", id="unknown"),
    pytest.param("amazonaws.com", id="bare"),
    pytest.param("lambda.eu-isoe-west-1.cloud.adc-e.uk", id="isolated-partition"),
    pytest.param("sqs.eusc-de-east-1.amazonaws.eu", id="sovereign-partition"),
    pytest.param("s3.us-east-1.api.aws", id="api-aws"),
    pytest.param(IMDS, id="metadata"),
    pytest.param(f"{IMDS}:80", id="metadata-with-port"),
    pytest.param("[fd00:ec2::254]", id="metadata-v6"),
    pytest.param("[FD00:EC2:0::254]:80", id="metadata-v6-other-spelling"),
    pytest.param("[::ffff:169.254.169.254]", id="metadata-mapped"),
    pytest.param("2852039166", id="metadata-as-a-number"),
    pytest.param("0xA9FEA9FE", id="metadata-in-hexadecimal"),
    pytest.param("0251.0376.0251.0376", id="metadata-in-octal"),
    pytest.param("169.254.43518", id="metadata-in-three-parts"),
    pytest.param("169.254.170.2", id="ecs"),
    pytest.param("169.254.170.23", id="eks"),
]


@pytest.mark.parametrize("transport", ["botocore", "requests", "urllib3"])
@pytest.mark.parametrize("host", HOSTS)
def test_every_spelling_of_a_host_is_refused(fake: FakeEC2, host: str, transport: str) -> None:
    """What a client would connect to decides, however it is written."""
    request = HttpRequest("GET", f"https://{host}/latest/meta-data", {}, transport=transport)

    with pytest.raises(UnexpectedRequest):
        fake._gateway.handle(request)


@pytest.mark.parametrize(
    "host",
    [
        "amazonaws.com.example.com", "notamazonaws.com", "example.com", "s3.amazonaws.com.evil",
        "xn--80ak6aa92e.com", "169.254.169.253", "52.94.0.1", "api.aws.example.com",
        "amazonaws.com@example.com",
    ],
)  # fmt: skip
def test_hosts_that_only_look_like_aws_are_left_alone(fake: FakeEC2, host: str) -> None:
    """A request of another library to somebody else's host is no business of the fake."""
    request = HttpRequest("GET", f"https://{host}/", {}, transport="requests")

    assert fake._gateway.handle(request) is None


@pytest.mark.parametrize("host", ["amazonaws.com.example.com", "52.94.0.1", "example.com"])
def test_botocore_goes_to_no_host_but_this_machine(fake: FakeEC2, host: str) -> None:
    """A custom endpoint elsewhere may be AWS behind a name of one's own."""
    client = boto3.client("s3", "us-east-1", endpoint_url=f"https://{host}")

    refused(fake, client.list_buckets)


@pytest.mark.parametrize("host", ["amazonaws.com.example.com", "52.94.0.1", "api.example.com"])
@pytest.mark.parametrize("where", ["header", "query"])
def test_a_signed_request_goes_nowhere(fake: FakeEC2, host: str, where: str) -> None:
    """A credential scope is for AWS alone, whatever the host: API Gateway behind a domain, S3."""
    scope = "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/execute-api/aws4_request"
    headers, query = {}, ""
    if where == "header":
        headers = {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=x"}
    else:
        query = f"?X-Amz-Credential={scope.replace('/', '%2F')}&X-Amz-Signature=x"

    request = HttpRequest("GET", f"https://{host}/{query}", headers, transport="requests")

    with pytest.raises(UnexpectedRequest, match='passthrough=\\["execute-api"\\]'):
        fake._gateway.handle(request)


def test_a_signed_request_to_this_machine_is_left_alone(fake: FakeEC2) -> None:
    """A service of another emulator on this machine is no way to AWS."""
    scope = "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request"
    headers = {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=x"}

    for host in ("localhost:9000", "127.0.0.1:9000", "[::1]:9000", "a.localhost"):
        request = HttpRequest("GET", f"http://{host}/", headers, transport="requests")

        assert fake._gateway.handle(request) is None


def fetch_with_pool(url: str) -> object:
    """Fetch a URL with urllib3."""
    return urllib3.PoolManager(retries=False, timeout=1).request("GET", url)


def fetch_with_urllib(url: str) -> object:
    """Fetch a URL with the standard library, through the proxy of the environment if there is one.

    `urlopen` would keep the proxies that there were when it was first called.
    """
    return urllib.request.build_opener().open(url, timeout=1)


def fetch_with_http_client(url: str) -> object:
    """Fetch a URL with a connection of the standard library."""
    host = url.split("/")[2]
    connection = http.client.HTTPSConnection(host, timeout=1)
    return connection.request("GET", "/")  # type: ignore[func-returns-value]  # it goes nowhere


def fetch_with_requests(url: str) -> object:
    """Fetch a URL with requests."""
    return pytest.importorskip("requests").get(url, timeout=1)


def fetch_with_botocore(url: str) -> object:
    """Fetch a URL with botocore's own HTTP session."""
    request = botocore.awsrequest.AWSRequest("GET", url)
    return URLLib3Session().send(request.prepare())


def open_a_socket(url: str) -> object:
    """Connect to the host of a URL."""
    return socket.create_connection((url.split("/")[2], 443), timeout=1)


def fetch_with_httpx(url: str) -> object:
    """Fetch a URL with httpx, in the way of an application."""
    return pytest.importorskip("httpx").get(url, timeout=1)


def fetch_with_httpx_tasks(url: str) -> object:
    """Fetch a URL with httpx, in a task."""
    httpx = pytest.importorskip("httpx")

    async def fetch() -> object:
        async with httpx.AsyncClient(timeout=1) as client:
            return await client.get(url)

    return asyncio.run(fetch())


def fetch_with_aiohttp(url: str) -> object:
    """Fetch a URL with aiohttp, through the proxy of the environment if there is one."""
    aiohttp = pytest.importorskip("aiohttp")

    async def fetch() -> object:
        async with aiohttp.ClientSession(trust_env=True) as session:
            return await session.get(url)

    return asyncio.run(fetch())


LIBRARIES = [
    pytest.param(fetch_with_httpx, id="httpx"),
    pytest.param(fetch_with_httpx_tasks, id="httpx-tasks"),
    pytest.param(fetch_with_aiohttp, id="aiohttp"),
]
WAYS = [
    *LIBRARIES,
    pytest.param(fetch_with_pool, id="urllib3"),
    pytest.param(fetch_with_urllib, id="urllib"),
    pytest.param(fetch_with_http_client, id="http-client"),
    pytest.param(fetch_with_requests, id="requests"),
    pytest.param(fetch_with_botocore, id="botocore"),
    pytest.param(open_a_socket, id="socket"),
]


@pytest.mark.parametrize("fetch", WAYS)
@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://bucket.s3.us-east-1.amazonaws.com/key", id="s3"),
        pytest.param(f"http://{IMDS}/latest/api/token", id="metadata"),
        pytest.param("http://2852039166/latest/api/token", id="metadata-as-a-number"),
    ],
)
def test_no_library_gets_out(fake: FakeEC2, fetch: Callable[[str], object], url: str) -> None:
    """Libraries that nobody intercepts are stopped before they look up a name."""
    refused(fake, lambda: fetch(url))


ANSWERED = (fetch_with_pool, fetch_with_requests, fetch_with_botocore)


@pytest.mark.parametrize("fetch", WAYS)
def test_a_presigned_url_is_answered_or_refused(fake: FakeEC2, fetch: Callable[[str], Any]) -> None:
    """What `generate_presigned_url` gives leads to the fake, or nowhere."""
    ec2 = boto3.client("ec2", "us-east-1")
    url = ec2.generate_presigned_url("describe_snapshots", HttpMethod="GET")

    try:
        response = fetch(url)
    except UnexpectedRequest:
        assert fake._refusals.refused
        assert fetch not in ANSWERED
    else:
        assert fetch in ANSWERED
        assert getattr(response, "status", None) or response.status_code == 200
        assert fake.journal.requests()[-1].signature == "verified"


@pytest.mark.parametrize("fetch", WAYS[:-1])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_are_not_asked(
    fake: FakeEC2,
    monkeypatch: pytest.MonkeyPatch,
    fetch: Callable[[str], object],
    scheme: str,
) -> None:
    """A proxy in the environment would carry the request out, its own name aside."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    refused(fake, lambda: fetch(f"{scheme}://bucket.s3.us-east-1.amazonaws.com/key"))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_of_urllib3_is_not_asked(fake: FakeEC2, scheme: str) -> None:
    """A proxy that the code chose itself is asked for nothing of AWS's."""
    manager = urllib3.ProxyManager("http://127.0.0.1:9", retries=False, timeout=1)

    refused(fake, lambda: manager.request("GET", f"{scheme}://s3.us-east-1.amazonaws.com/"))


def test_transfers_of_the_common_runtime_go_nowhere(fake: FakeEC2, tmp_path: Path) -> None:
    """boto3 moves files with a network stack in C where it is told to, or deems the machine fit."""
    pytest.importorskip("awscrt")
    transfer = pytest.importorskip("boto3.s3.transfer")
    config = transfer.TransferConfig(preferred_transfer_client="crt")
    path = tmp_path / "file"
    path.write_bytes(b"x")
    s3 = boto3.client("s3", "us-east-1")

    refused(fake, lambda: s3.upload_file(str(path), "bucket", "key", Config=config))
    refused(fake, lambda: s3.download_file("bucket", "key", str(path), Config=config))


@pytest.mark.parametrize("bio", [False, True])
def test_nobody_speaks_tls_to_aws(fake: FakeEC2, bio: bool) -> None:
    """Event loops and resolvers of others come by here at the latest, whatever they look up."""
    context = ssl.create_default_context()
    name = "s3.us-east-1.amazonaws.com"

    def speak(name: str | None) -> object:
        if bio:
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            return context.wrap_bio(incoming, outgoing, server_hostname=name)
        with (
            socket.socket() as plug,
            context.wrap_socket(
                plug, server_hostname=name, do_handshake_on_connect=False
            ) as secure,
        ):
            return secure

    refused(fake, lambda: speak(name))
    assert speak("db.example.com")


def test_a_host_may_be_named_by_position(fake: FakeEC2) -> None:
    """The standard library takes the name of a TLS connection's host without a keyword too."""
    context, name = ssl.create_default_context(), "s3.us-east-1.amazonaws.com"
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()

    refused(fake, lambda: context.wrap_bio(incoming, outgoing, False, name))
    with socket.socket() as plug:
        refused(fake, lambda: context.wrap_socket(plug, False, False, True, name))


def test_a_proxy_in_the_client_is_not_asked(fake: FakeEC2) -> None:
    """botocore's own setting for proxies makes no difference."""
    config = ONCE.merge(Config(proxies={"https": "http://127.0.0.1:9"}))

    boto3.client("ec2", "us-east-1", config=config).describe_snapshots()
    refused(fake, boto3.client("s3", "us-east-1", config=config).list_buckets)

    assert len(fake.journal.requests()) == 1


def test_a_name_with_other_dots_is_not_looked_up(fake: FakeEC2) -> None:
    """Ideographic full stops and full-width letters become ASCII on the way to the name server."""
    for host in ("s3。us-east-1。amazonaws。com", "ｓ3.amazonaws.com"):  # noqa: RUF001  # the point
        refused(fake, lambda host=host: socket.getaddrinfo(host, 443))  # type: ignore[misc]


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
@pytest.mark.parametrize(
    "address", [(IMDS, 80), ("169.254.43518", 80), ("fd00:ec2::254", 80, 0, 0)]
)
def test_no_socket_is_connected_to_the_metadata_service(
    fake: FakeEC2, name: str, address: tuple[Any, ...]
) -> None:
    """asyncio connects to addresses without looking them up."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as plug:
        refused(fake, lambda: getattr(plug, name)(address))


def test_a_name_that_leads_to_the_metadata_service_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """EC2 resolves `instance-data` to the metadata service."""
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (IMDS, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)

    with FakeEC2(clock="virtual") as fake:
        refused(fake, lambda: socket.getaddrinfo("instance-data", 80))
        fake._refusals.refused.clear()


def test_other_hosts_are_connected_to(watch: Watch) -> None:
    """Databases, other emulators and the rest of the world are no business of the fake."""
    with FakeEC2(clock="virtual"), socket.socket() as plug:
        with pytest.raises(ConnectionRefusedError):
            plug.connect(("127.0.0.1", 5432))
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("db.example.com", 5432)
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo(b"db.example.com", 5432)

    assert watch.reached == [("127.0.0.1", 5432), "db.example.com", b"db.example.com"]


def test_what_may_pass_is_connected_to(watch: Watch) -> None:
    """With passthrough, the hosts of that service are open to every library, and no others."""
    passing = ["s3", "ec2:DescribeInstances", "stepfunctions"]
    with FakeEC2(clock="virtual", passthrough=passing) as fake:
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("b.s3.us-east-1.amazonaws.com", 443)
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("ec2.us-east-1.amazonaws.com", 443)
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("states.us-east-1.amazonaws.com", 443)
        refused(fake, lambda: socket.getaddrinfo("sqs.us-east-1.amazonaws.com", 443))
        fake._refusals.refused.clear()

    assert watch.reached == [
        "b.s3.us-east-1.amazonaws.com",
        "ec2.us-east-1.amazonaws.com",
        "states.us-east-1.amazonaws.com",
    ]


CONFIG = """
[default]
region = eu-west-1
credential_process = {python} {script}
[profile process]
credential_process = {python} {script}
[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = admin
[profile session]
sso_session = one
sso_account_id = 111122223333
sso_role_name = admin
[sso-session one]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access
[profile role]
role_arn = arn:aws:iam::444455556666:role/admin
source_profile = base
[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
[profile web]
role_arn = arn:aws:iam::444455556666:role/admin
web_identity_token_file = {token}
[profile container]
role_arn = arn:aws:iam::444455556666:role/admin
credential_source = EcsContainer
[profile instance]
role_arn = arn:aws:iam::444455556666:role/admin
credential_source = Ec2InstanceMetadata
[profile endpoint]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
endpoint_url = https://s3.us-east-1.amazonaws.com
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with every kind of profile, and the environment of a developer on an EC2 instance."""
    script, token = tmp_path / "process.py", tmp_path / "token"
    script.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')", encoding="utf-8")
    token.write_text("token", encoding="utf-8")
    config = tmp_path / "config"
    config.write_text(
        CONFIG.format(python=sys.executable, script=script, token=token), encoding="utf-8"
    )
    for name, value in {
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_PROFILE": "process",
        "AWS_DEFAULT_PROFILE": "sso",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_SECURITY_TOKEN": "real",
        "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
        "AWS_ROLE_ARN": "arn:aws:iam::444455556666:role/admin",
        "AWS_ROLE_SESSION_NAME": "real",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/real",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "real",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return tmp_path


@pytest.mark.parametrize(
    "uri", ["http://169.254.170.23/v1/credentials", "http://127.0.0.1:9911/", "http://localhost/"]
)
def test_the_environment_of_a_developer_is_not_used(
    home: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    """None of the credentials that are around are taken, and none are fetched."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)

    with FakeEC2(clock="virtual") as fake:
        identity = boto3.client("sts", "us-east-1").get_caller_identity()

        assert identity["Account"] == fake.accounts.default.account_id
        assert fake.journal.requests()[-1].signature == "verified"

    assert not (home / "ran").exists()
    assert watch.reached == []


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        pytest.param("process", "does not run", id="process"),
        pytest.param("web", "does not serve AssumeRoleWithWebIdentity", id="web-identity"),
        pytest.param("instance", "the instance metadata service", id="instance"),
        pytest.param("container", "the instance metadata service", id="container"),
    ],
)
def test_a_profile_fetches_no_credentials(
    home: Path, fake: FakeEC2, monkeypatch: pytest.MonkeyPatch, profile: str, words: str
) -> None:
    """A profile that is chosen by name can't get credentials from anywhere outside."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/real")
    session = boto3.Session(profile_name=profile, region_name="us-east-1")

    message = refused(fake, lambda: session.client("sts").get_caller_identity())

    assert words in message
    assert not (home / "ran").exists()


def test_a_credential_process_may_pass(home: Path, watch: Watch) -> None:
    """Whoever wants the program to run says so."""
    with FakeEC2(clock="virtual", passthrough=["credential-process"]):
        session = boto3.Session(profile_name="process", region_name="us-east-1")
        with pytest.raises(ValueError, match="Expecting value"):
            session.client("sts")

    assert (home / "ran").exists()
    assert watch.reached == []


@pytest.mark.parametrize("profile", ["sso", "session"])
@pytest.mark.usefixtures("home")
def test_a_profile_of_sso_signs_nobody_in(fake: FakeEC2, profile: str) -> None:
    """Nobody is signed in here, and botocore gives up before it asks anybody."""
    session = boto3.Session(profile_name=profile, region_name="us-east-1")

    with pytest.raises(BotoCoreError):
        session.client("sts").get_caller_identity()

    assert fake.journal.requests() == ()


@pytest.mark.usefixtures("home")
def test_a_role_of_a_profile_is_assumed_here_or_nowhere(fake: FakeEC2) -> None:
    """AssumeRole is answered by the fake, or refused where it isn't served."""
    session = boto3.Session(profile_name="role", region_name="us-east-1")

    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("sts").get_caller_identity()

    assert fake.journal.requests("AssumeRole")


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("http://169.254.170.2/v2/credentials", id="ecs"),
        pytest.param("http://169.254.170.23/v1/credentials", id="eks"),
        pytest.param("http://[fd00:ec2::23]/v1/credentials", id="eks-v6"),
    ],
)
def test_container_credentials_are_not_fetched(
    fake: FakeEC2, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    """A test that drops the fake credentials and names a source of others gets none."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")

    refused(fake, botocore.session.Session().get_credentials)


def test_metadata_credentials_are_not_fetched(
    fake: FakeEC2, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is the instance asked, should a test allow that again."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")

    refused(fake, botocore.session.Session().get_credentials)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("AWS_ENDPOINT_URL", "https://s3.us-east-1.amazonaws.com", id="all"),
        pytest.param("AWS_ENDPOINT_URL_EC2", "https://example.com", id="ec2"),
        pytest.param("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:9", id="loopback"),
        pytest.param("AWS_USE_FIPS_ENDPOINT", "true", id="fips"),
        pytest.param("AWS_USE_DUALSTACK_ENDPOINT", "true", id="dual-stack"),
    ],
)
def test_endpoints_of_the_environment_lead_to_the_fake(
    fake: FakeEC2, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A served operation is answered, or refused, wherever the environment sends it."""
    monkeypatch.setenv(name, value)
    client = boto3.client("ec2", "us-east-1", config=ONCE)

    try:
        client.describe_snapshots()
    except UnexpectedRequest:
        assert "amazonaws" in value
    else:
        assert len(fake.journal.requests("DescribeSnapshots")) == 1


def test_a_refusal_is_repeated_at_the_end(watch: Watch) -> None:
    """Code that swallows every exception can't hide that it asked for something else."""
    fake = FakeEC2(clock="virtual")
    fake.__enter__()
    with contextlib.suppress(BaseException):
        boto3.client("s3", "us-east-1").list_buckets()

    with pytest.raises(UnexpectedRequest, match="does not serve the service s3"):
        fake.__exit__(None, None, None)

    assert watch.reached == []
