"""The way of a request: which are answered, which are refused, and in which words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from pytest_fakecopy import FakeEC2, InternalError, UnexpectedRequest
from pytest_fakecopy.errors import FakeCopyAssertionError
from tests import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "2016-11-15"
ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake under a clock of its own."""
    with FakeEC2(clock="virtual") as fake:
        yield fake
        # What a test provokes here it also asserts.
        fake._refusals.refused.clear()


def entered(**options: Any) -> FakeEC2:
    """Return a fake that was entered by hand, so that a test can look at what its end says."""
    fake = FakeEC2(clock="virtual", **options)
    fake.__enter__()
    return fake


HOSTS = [
    pytest.param("ec2.eu-west-1.amazonaws.com", "eu-west-1", id="regional"),
    pytest.param("ec2-fips.us-east-1.amazonaws.com", "us-east-1", id="fips"),
    pytest.param("ec2.eu-west-1.api.aws", "eu-west-1", id="dual-stack"),
    pytest.param("ec2.amazonaws.com", "us-east-1", id="global"),
    pytest.param("ec2.cn-north-1.amazonaws.com.cn", "cn-north-1", id="china"),
    pytest.param("ec2.us-gov-west-1.amazonaws.com", "us-gov-west-1", id="govcloud"),
    pytest.param("ec2.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", id="iso"),
    pytest.param("vpce-0a1b-xyz.ec2.us-west-2.vpce.amazonaws.com", "us-west-2", id="vpce"),
    pytest.param("localhost:4566", "ap-south-1", id="custom"),
]


@pytest.mark.parametrize(("host", "region"), HOSTS)
def test_every_form_of_host_is_answered(fake: FakeEC2, host: str, region: str) -> None:
    """The Region comes from the credential scope, whatever the host looks like."""
    client = fake.client("ec2", region, endpoint_url=f"https://{host}")

    client.describe_snapshots()

    assert fake.journal.requests()[-1].region == region


def test_the_host_tells_the_region_of_an_unsigned_scope(fake: FakeEC2) -> None:
    """A request that isn't signed is located by its host."""
    raw.send(
        {"Action": "DescribeSnapshots", "Version": VERSION}, host="ec2.eu-west-3.amazonaws.com"
    )

    assert fake.journal.requests()[-1].region == "eu-west-3"


def test_clients_made_before_are_answered() -> None:
    """A client, a session and a resource from before the fake talk to it all the same."""
    keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "secret"}
    client = boto3.client("ec2", "us-east-1", **keys)
    resource = boto3.resource("ec2", "us-east-1", **keys)
    session = boto3.Session(region_name="us-east-1", **keys)

    with FakeEC2(clock="virtual") as fake:
        source = fake.snapshots.add()

        assert client.describe_snapshots()["Snapshots"][0]["SnapshotId"] == source.snapshot_id
        assert [item.id for item in resource.snapshots.all()] == [source.snapshot_id]
        assert session.client("ec2").describe_snapshots()["Snapshots"]


def test_an_unknown_action(fake: FakeEC2) -> None:
    """EC2 answers InvalidAction to what its model doesn't have, and MissingAction to nothing."""
    account = fake.accounts.default

    unknown = raw.send({"Action": "FrobSnapshot", "Version": VERSION}, account=account)
    missing = raw.send({"Version": VERSION}, account=account)

    assert raw.error_of(unknown) == (
        400,
        "InvalidAction",
        "The action FrobSnapshot is not valid for this web service.",
    )
    assert raw.error_of(missing)[:2] == (400, "MissingAction")


def test_an_unknown_target_of_kms(fake: FakeEC2) -> None:
    """KMS answers UnknownOperationException to what its model doesn't have."""
    request = AWSRequest(
        "POST",
        "https://kms.us-east-1.amazonaws.com/",
        headers={
            "X-Amz-Target": "TrentService.FrobKey",
            "Content-Type": "application/x-amz-json-1.1",
        },
        data="{}",
    )

    response = raw.dispatch(request.prepare())

    assert response.status_code == 400
    assert json.loads(response.content)["__type"] == "UnknownOperationException"
    assert response.headers["x-amzn-errortype"] == "UnknownOperationException"
    assert fake.journal.requests()[-1].service == "kms"


def test_an_unknown_parameter(fake: FakeEC2) -> None:
    """A parameter that the model doesn't have is named in UnknownParameter."""
    response = raw.send(
        {"Action": "DescribeSnapshots", "Version": VERSION, "Frob": "1"},
        account=fake.accounts.default,
    )

    status, code, message = raw.error_of(response)
    assert (status, code) == (400, "UnknownParameter")
    assert "Frob" in message


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("Action=DescribeSnapshots&Version=%FF%FE", id="broken-utf-8"),
        pytest.param("Action=DescribeSnapshots&Description=%00", id="null-byte"),
    ],
)
def test_a_form_that_can_not_be_read(fake: FakeEC2, form: str) -> None:
    """It is answered with an error of EC2's, and stands in the journal."""
    response = raw.send(form, account=fake.accounts.default)

    assert raw.error_of(response)[:2] == (400, "MalformedQueryString")
    assert fake.journal.requests()[-1].error_code == "MalformedQueryString"


def test_a_missing_parameter(fake: FakeEC2) -> None:
    """A required parameter that isn't there is named in MissingParameter."""
    response = raw.send(
        {"Action": "DeleteSnapshot", "Version": VERSION}, account=fake.accounts.default
    )

    assert raw.error_of(response) == (
        400,
        "MissingParameter",
        "The request must contain the parameter SnapshotId",
    )


def test_an_operation_that_is_not_served() -> None:
    """It raises at the call and again at the end, and says how to go on."""
    fake = entered()
    with pytest.raises(UnexpectedRequest) as refused:
        fake.client("ec2").describe_instances()
    text = str(refused.value)
    assert text.startswith("fake_ec2 does not serve DescribeInstances.")
    assert "  POST https://ec2.us-east-1.amazonaws.com/   Action=DescribeInstances\n" in text
    assert '@pytest.mark.fake_ec2(passthrough=["ec2:DescribeInstances"])' in text

    with pytest.raises(UnexpectedRequest, match="does not serve DescribeInstances"):
        fake.__exit__(None, None, None)


def test_an_operation_that_is_not_served_after_another_failure() -> None:
    """A failure of the test itself is not hidden behind what was refused."""

    def body() -> None:
        with FakeEC2(clock="virtual") as fake:
            with pytest.raises(UnexpectedRequest):
                fake.client("ec2").describe_instances()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        body()


def test_a_service_that_is_not_served(fake: FakeEC2) -> None:
    """Any AWS host is kept from the network."""
    with pytest.raises(UnexpectedRequest, match=r"does not serve .*s3") as refused:
        fake.client("s3").list_buckets()

    assert 'passthrough=["s3"]' in str(refused.value)


def test_the_metadata_service_is_refused(fake: FakeEC2) -> None:
    """Credentials are never looked for on the instance."""
    request = AWSRequest("GET", "http://169.254.169.254/latest/meta-data/")

    with pytest.raises(UnexpectedRequest, match="instance metadata service"):
        raw.dispatch(request.prepare())

    assert fake.journal.requests() == ()


def test_secrets_are_not_in_a_refusal(fake: FakeEC2) -> None:
    """Of a query the names are shown, and nothing of its signature."""
    with pytest.raises(UnexpectedRequest) as refused:
        raw.send(
            {"Action": "DescribeInstances", "Version": VERSION, "Password": "hunter2"},
            account=fake.accounts.default,
            method="GET",
        )

    text = str(refused.value)
    assert "?Version&Password " in text
    assert "hunter2" not in text
    assert "X-Amz" not in text


def test_a_parameter_that_is_not_acted_on() -> None:
    """It is refused by name, and never ignored."""
    fake = entered()
    source = fake.snapshots.add()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "pytest_fakecopy.gateway.OPERATIONS",
            {"ec2": {"DeleteSnapshot": lambda _call: {}}, "kms": {}, "sts": {}},
        )
        with pytest.raises(UnexpectedRequest, match="parameter SnapshotId of DeleteSnapshot"):
            fake.client("ec2").delete_snapshot(SnapshotId=source.snapshot_id)

    with pytest.raises(UnexpectedRequest, match="parameter SnapshotId of DeleteSnapshot"):
        fake.__exit__(None, None, None)


@pytest.mark.parametrize("passthrough", ["ec2", "ec2:DescribeSnapshots"])
def test_what_may_pass_goes_on(passthrough: str) -> None:
    """A service or an operation that passes reaches what was there before the fake."""
    with FakeEC2(clock="virtual") as outer:
        source = outer.snapshots.add()
        with FakeEC2(clock="virtual", passthrough=[passthrough]) as inner:
            found = inner.client("ec2").describe_snapshots()["Snapshots"]

            assert [item["SnapshotId"] for item in found] == [source.snapshot_id]
            assert inner.journal.requests() == ()


@pytest.mark.parametrize(
    ("passthrough", "service", "call"),
    [
        pytest.param("dynamodb", "dynamodb", "list_tables", id="json"),
        pytest.param("dynamodb:ListTables", "dynamodb", "list_tables", id="json-operation"),
        pytest.param("rds:DescribeEvents", "rds", "describe_events", id="query-operation"),
        pytest.param("monitoring", "cloudwatch", "list_metrics", id="host"),
        pytest.param("cloudwatch", "cloudwatch", "list_metrics", id="boto3"),
        pytest.param("cloudwatch:ListMetrics", "cloudwatch", "list_metrics", id="boto3-operation"),
        pytest.param("elbv2", "elbv2", "describe_load_balancers", id="boto3-query"),
        pytest.param("efs", "efs", "describe_file_systems", id="boto3-rest"),
    ],
)
def test_another_service_may_pass_by_either_of_its_names(
    passthrough: str, service: str, call: str
) -> None:
    """That of its hosts or that of boto3's client; it goes on to what was there before."""
    with FakeEC2(clock="virtual") as outer:
        with FakeEC2(clock="virtual", passthrough=[passthrough]) as inner:
            client = inner.client(service)

            with pytest.raises(UnexpectedRequest) as refused:
                getattr(client, call)()

        assert outer._refusals.refused == [refused.value]
        outer._refusals.refused.clear()


@pytest.mark.parametrize("passthrough", ["dynamodb:GetItem", "cloudwatch:ListMetrics", "efs"])
def test_what_else_may_pass_lets_nothing_else_pass(passthrough: str) -> None:
    """The line to write keeps what may pass already."""
    with FakeEC2(clock="virtual", passthrough=[passthrough]) as fake:
        with pytest.raises(UnexpectedRequest) as refused:
            fake.client("dynamodb").list_tables()
        fake._refusals.refused.clear()

    assert str(refused.value).startswith("fake_ec2 does not serve ListTables of the service dyn")
    assert str(refused.value).endswith(
        f'\n  @pytest.mark.fake_ec2(passthrough=["{passthrough}", "dynamodb:ListTables"])'
    )


def test_nested_fakes_have_worlds_of_their_own() -> None:
    """The innermost answers; when it ends, the outer one answers again."""
    with FakeEC2(clock="virtual") as outer:
        outer.snapshots.add()
        with FakeEC2(clock="virtual") as inner:
            client = boto3.client("ec2", "us-east-1")

            assert client.describe_snapshots()["Snapshots"] == []

        assert len(client.describe_snapshots()["Snapshots"]) == 1
        assert len(inner.journal.requests()) == 1


def test_another_server_on_this_machine_may_be_reached(fake: FakeEC2) -> None:
    """A loopback endpoint of a service that isn't ours is the user's own business."""
    client = fake.client("s3", endpoint_url="http://127.0.0.1:9", config=ONCE)

    with pytest.raises(Exception, match=r"127\.0\.0\.1:9"):
        client.list_buckets()


@pytest.mark.parametrize("host", ["minio.example.com", "192.0.2.1"])
def test_another_server_elsewhere_may_not_be_reached(fake: FakeEC2, host: str) -> None:
    """A custom endpoint off this machine might lead to AWS."""
    with pytest.raises(UnexpectedRequest):
        fake.client("s3", endpoint_url=f"http://{host}").list_buckets()


def test_a_defect_of_the_fake_is_not_mistaken_for_an_answer(fake: FakeEC2) -> None:
    """An exception inside an operation becomes InternalError, with its cause."""

    def broken(_call: object, **_parameters: object) -> dict[str, str]:
        msg = "boom"
        raise ZeroDivisionError(msg)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "pytest_fakecopy.gateway.OPERATIONS",
            {"ec2": {"DescribeRegions": broken}, "kms": {}, "sts": {}},
        )
        with pytest.raises(InternalError, match="DescribeRegions in us-east-1") as failure:
            fake.client("ec2").describe_regions()

    assert isinstance(failure.value.__cause__, ZeroDivisionError)


def test_a_rejection_is_met_and_used_up(fake: FakeEC2) -> None:
    """A fault answers as many requests as it says."""
    fake.faults.reject("DescribeSnapshots", "UnauthorizedOperation", "no", status=403, times=2)
    client = fake.client("ec2")

    for _ in range(2):
        with pytest.raises(ClientError, match="no"):
            client.describe_snapshots()

    assert client.describe_snapshots()["Snapshots"] == []
    assert [request.status for request in fake.journal.requests()] == [403, 403, 200]


def test_botocore_retries_throttling(fake: FakeEC2) -> None:
    """A 503 RequestLimitExceeded is retried by botocore itself; each attempt is a request."""
    fake.faults.reject("DescribeSnapshots", "RequestLimitExceeded", status=503, times=2)

    answer = fake.client("ec2").describe_snapshots()

    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert len(fake.journal.requests("DescribeSnapshots")) == 3


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("closed", ConnectionClosedError, id="closed"),
        pytest.param("timeout", ReadTimeoutError, id="timeout"),
        pytest.param("lost", ConnectionClosedError, id="lost"),
    ],
)
def test_a_connection_fails(fake: FakeEC2, kind: Any, expected: type[Exception]) -> None:
    """botocore meets its own exception, and the journal a request without an answer."""
    fake.faults.disconnect("DescribeSnapshots", kind=kind)

    with pytest.raises(expected):
        fake.client("ec2", config=ONCE).describe_snapshots()

    assert fake.journal.requests()[-1].status == 0


def test_a_lost_answer_makes_a_second_copy(fake: FakeEC2) -> None:
    """The first attempt is carried out; botocore doesn't know, and tries again."""
    source = fake.snapshots.add()
    fake.faults.disconnect("CopySnapshot", kind="lost")

    answer = fake.client("ec2").copy_snapshot(
        SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id
    )

    assert len(fake.snapshots.copies) == 2
    assert fake.snapshots.copies[1].snapshot_id == answer["SnapshotId"]


def test_an_unused_fault_is_reported() -> None:
    """A fault that nothing met is a test that tests something else."""
    fake = entered()
    fake.faults.reject("CopySnapshot", "InternalError", status=500)

    with pytest.raises(
        FakeCopyAssertionError, match=r"Nothing met what the test had set up.*\n  1 x reject\('Copy"
    ):
        fake.__exit__(None, None, None)


def test_a_request_stands_before_what_it_caused(fake: FakeEC2) -> None:
    """The journal has the request first, then the verdict, then the new copy."""
    source = fake.snapshots.add()

    fake.client("ec2").copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)

    kinds = [type(entry).__name__ for entry in fake.journal][-3:]
    assert kinds == ["RequestRecord", "VerdictRecord", "TransitionRecord"]


def test_request_ids_agree(fake: FakeEC2) -> None:
    """The id in the body is the one of the header and of the journal."""
    answer = fake.client("ec2").describe_snapshots()["ResponseMetadata"]

    assert answer["RequestId"] == answer["HTTPHeaders"]["x-amzn-requestid"]
    assert answer["RequestId"] == fake.journal.requests()[-1].request_id


def test_the_same_seed_gives_the_same_ids() -> None:
    """Two runs of the same calls agree in every id; another seed gives others."""

    def run(seed: int) -> list[str]:
        with FakeEC2(clock="virtual", seed=seed) as fake:
            source = fake.snapshots.add()
            client = fake.client("ec2")
            request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source.snapshot_id}
            ids = [client.copy_snapshot(**request)["SnapshotId"] for _ in range(3)]
            return [*ids, *(record.request_id for record in fake.journal.requests())]

    assert run(1) == run(1)
    assert not set(run(1)) & set(run(2))
