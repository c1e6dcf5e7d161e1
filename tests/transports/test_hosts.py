"""Every form of host, end to end: whatever endpoint a client is led to, the fake answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
import urllib3
from botocore.config import Config

from pytest_fakecopy import FakeEC2, UnexpectedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SESSION = boto3.session.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="us-east-1")


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """Return a fake."""
    with FakeEC2(clock="virtual") as fake_ec2:
        yield fake_ec2


def copy(fake: FakeEC2, region: str, source_region: str, **options: Any) -> Any:
    """Copy a snapshot with a client for that Region, and return the Region of the copy."""
    source = fake.snapshots.add(region=source_region)
    client = SESSION.client("ec2", region, **options)
    made = client.copy_snapshot(SourceRegion=source_region, SourceSnapshotId=source.snapshot_id)
    fake.assert_eventually_completed(made["SnapshotId"])
    return fake.snapshots[made["SnapshotId"]].region


@pytest.mark.parametrize(
    ("region", "source_region"),
    [
        pytest.param("us-east-1", "us-west-2", id="aws"),
        pytest.param("cn-north-1", "cn-northwest-1", id="china"),
        pytest.param("us-gov-west-1", "us-gov-east-1", id="govcloud"),
        pytest.param("us-iso-east-1", "us-iso-west-1", id="iso"),
        pytest.param("us-isob-east-1", "us-isob-east-1", id="iso-b"),
        pytest.param("eusc-de-east-1", "eusc-de-east-1", id="european-sovereign"),
    ],
)
def test_every_partition_is_served(fake: FakeEC2, region: str, source_region: str) -> None:
    """The copy is in the Region of the endpoint, the presigned URL is one of its partition."""
    assert copy(fake, region, source_region) == region


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"config": Config(use_fips_endpoint=True)}, id="fips"),
        pytest.param({"config": Config(use_dualstack_endpoint=True)}, id="dual-stack"),
        pytest.param({"endpoint_url": "https://ec2.amazonaws.com"}, id="global"),
        pytest.param(
            {"endpoint_url": "https://vpce-0a1b-2c3d.ec2.us-east-1.vpce.amazonaws.com"}, id="vpce"
        ),
        pytest.param({"endpoint_url": "http://localhost:4566"}, id="localhost"),
        pytest.param({"endpoint_url": "http://127.0.0.1:9"}, id="loopback"),
        pytest.param({"endpoint_url": "https://ec2.internal.example.com:8443"}, id="custom"),
    ],
)
def test_every_form_of_endpoint_is_served(fake: FakeEC2, options: dict[str, Any]) -> None:
    """The Region is that of the credential scope, where the host has none."""
    assert copy(fake, "us-east-1", "us-west-2", **options) == "us-east-1"


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EC2"])
def test_an_endpoint_of_the_environment_is_served(
    fake: FakeEC2, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As LocalStack's users have it set."""
    monkeypatch.setenv(name, "http://localhost:4566")

    assert copy(fake, "us-east-1", "us-west-2") == "us-east-1"


def _with_requests(url: str) -> int:
    return requests.get(url, timeout=5).status_code


def _with_urllib3(url: str) -> int:
    return urllib3.PoolManager().request("GET", url).status


@pytest.mark.parametrize(
    ("get", "transport"),
    [
        pytest.param(_with_requests, "requests", id="requests"),
        pytest.param(_with_urllib3, "urllib3", id="urllib3"),
    ],
)
def test_a_presigned_url_can_be_fetched(
    fake: FakeEC2, get: Callable[[str], int], transport: str
) -> None:
    """By whoever has it, with requests or urllib3."""
    url = fake.client("ec2").generate_presigned_url(
        "describe_snapshots", {"OwnerIds": ["self"]}, HttpMethod="GET"
    )

    status = get(url)

    [request] = fake.journal.requests()
    assert (status, request.transport, request.signature) == (200, transport, "verified")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://bucket.s3.amazonaws.com/key", id="s3"),
        pytest.param("https://sqs.us-gov-west-1.amazonaws.com/", id="govcloud"),
        pytest.param("https://dynamodb.cn-north-1.amazonaws.com.cn/", id="china"),
        pytest.param("http://169.254.169.254/latest/meta-data/", id="metadata"),
        pytest.param("http://169.254.170.2/v2/credentials", id="container"),
    ],
)
def test_what_is_not_served_never_leaves(url: str) -> None:
    """Refused at the call and at the end, through requests and through urllib3."""
    with pytest.raises(UnexpectedRequest), FakeEC2(clock="virtual"):  # noqa: PT012
        with pytest.raises(UnexpectedRequest):
            requests.get(url, timeout=5)
        with pytest.raises(UnexpectedRequest):
            urllib3.PoolManager().request("GET", url)


def test_ordinary_hosts_pass(fake: FakeEC2) -> None:
    """What isn't AWS is none of our business."""
    with pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:9/", timeout=5)

    assert fake.journal.requests() == ()


def test_a_sample_of_the_api_reference_is_answered(fake: FakeEC2) -> None:
    """A GET with everything in the query, signed by hand with the default account's secret."""
    from botocore.auth import SigV4QueryAuth  # noqa: PLC0415
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    source = fake.snapshots.add(region="us-west-1")
    account = fake.accounts.default
    request = AWSRequest(
        "GET",
        "https://ec2.us-east-1.amazonaws.com/",
        params={
            "Action": "CopySnapshot",
            "SourceRegion": "us-west-1",
            "SourceSnapshotId": source.snapshot_id,
            "Description": "My_snapshot",
            "Version": "2016-11-15",
        },
    )
    credentials = Credentials(account.access_key_id, account.secret_access_key)
    SigV4QueryAuth(credentials, "ec2", "us-east-1").add_auth(request)

    response = requests.get(str(request.prepare().url), timeout=5)

    assert response.status_code == 200
    assert "<CopySnapshotResponse" in response.text
    assert next(iter(fake.snapshots.copies)).description == "My_snapshot"
