"""STS: AssumeRole into registered accounts, GetCallerIdentity."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from pytest_fakecopy import FakeEC2, UnexpectedRequest
from tests.operations.answers import OTHER, OWNER, client, code, refusal, status

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE = f"arn:aws:iam::{OTHER}:role/backup/Copier"
SESSION_ARN = f"arn:aws:sts::{OTHER}:assumed-role/Copier/nightly"


@pytest.fixture
def sts(fake: FakeEC2) -> Any:
    """Return the owner's STS client."""
    return client("sts")


def client_with(credentials: Mapping[str, Any], service: str, region: str = "us-east-1") -> Any:
    """Return a client that signs with a role session's credentials."""
    return botocore.session.get_session().create_client(
        service,
        region_name=region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def assume(sts: Any, **parameters: Any) -> Any:
    """Assume the role of the other account."""
    return sts.assume_role(**{"RoleArn": ROLE, "RoleSessionName": "nightly", **parameters})


def test_a_role_session_is_of_its_account(fake: FakeEC2, sts: Any) -> None:
    """What it makes belongs to the account, and the session is who calls."""
    answer = assume(sts, ExternalId="agreed", SourceIdentity="alice")

    identity = client_with(answer["Credentials"], "sts").get_caller_identity()
    role_id = answer["AssumedRoleUser"]["AssumedRoleId"]
    assert answer["AssumedRoleUser"]["Arn"] == SESSION_ARN
    assert role_id.startswith("AROA")
    assert role_id.endswith(":nightly")
    assert answer["SourceIdentity"] == "alice"
    assert (identity["Account"], identity["Arn"], identity["UserId"]) == (
        OTHER,
        SESSION_ARN,
        role_id,
    )
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_its_snapshots_are_the_accounts(fake: FakeEC2, sts: Any) -> None:
    """A copy made by the session is the other account's, verified by its signature."""
    source = fake.snapshots.add(shared_with=[OTHER])
    ec2 = client_with(assume(sts)["Credentials"], "ec2")

    copy = ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)

    assert fake.assert_eventually_completed(copy["SnapshotId"]).owner_id == OTHER
    (request,) = fake.journal.requests("CopySnapshot")
    assert request.signature == "verified"


def test_each_session_has_its_own_credentials(sts: Any) -> None:
    """The role stays the same."""
    first, second = assume(sts), assume(sts, RoleSessionName="weekly")

    ids = [one["AssumedRoleUser"]["AssumedRoleId"].partition(":")[0] for one in (first, second)]
    assert first["Credentials"]["AccessKeyId"] != second["Credentials"]["AccessKeyId"]
    assert ids[0] == ids[1]


EXPIRED = "The security token included in the request is expired"


def test_a_session_expires() -> None:
    """After its duration, on a clock that the process lives by, in each service's words."""
    with FakeEC2(account_id=OWNER) as fake:
        fake.accounts.add(OTHER)
        credentials = assume(fake.client("sts"), DurationSeconds=900)["Credentials"]
        ec2, kms, sts = (client_with(credentials, one) for one in ("ec2", "kms", "sts"))
        ec2.describe_snapshots()

        left = credentials["Expiration"] - fake.clock.now()
        fake.clock.tick(timedelta(minutes=16))

        assert timedelta(minutes=14) < left <= timedelta(minutes=15)
        assert code(ec2.describe_snapshots) == "RequestExpired"
        assert refusal(kms.list_keys) == ("ExpiredTokenException", EXPIRED)
        assert refusal(sts.get_caller_identity) == ("ExpiredToken", EXPIRED)
        assert status(sts.get_caller_identity) == 403


def test_a_presigned_url_ends_with_its_session() -> None:
    """One that was made to last for an hour, by credentials that lasted for 15 minutes."""
    with FakeEC2(account_id=OWNER) as fake:
        fake.accounts.add(OTHER)
        credentials = assume(fake.client("sts"), DurationSeconds=900)["Credentials"]
        source = fake.snapshots.add(region="us-west-2", account_id=OTHER, public=True)
        asked = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id}
        url = client_with(credentials, "ec2", "us-west-2").generate_presigned_url(
            "copy_snapshot", {**asked, "DestinationRegion": "us-east-1"}, 3600, HttpMethod="GET"
        )
        ec2 = fake.client("ec2")

        in_time = ec2.copy_snapshot(**asked, PresignedUrl=url)["SnapshotId"]
        fake.assert_eventually_completed(in_time)
        fake.clock.tick(timedelta(minutes=15))
        late = ec2.copy_snapshot(**asked, PresignedUrl=url)["SnapshotId"]

        failed = fake.assert_eventually_error(late, match="could not be authenticated")
        assert "signed with temporary credentials that ended at" in failed.why


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_callers_are_of_the_partition(fake: FakeEC2, region: str, partition: str) -> None:
    """Code asks who it is to find out in which partition it runs; roles are of it as well."""
    sts = client("sts", region=region)
    role = f"arn:{partition}:iam::{OTHER}:role/backup"

    user = sts.get_caller_identity()["Arn"]
    answer = assume(sts, RoleArn=role)
    session = client_with(answer["Credentials"], "sts", region).get_caller_identity()["Arn"]

    assert user == f"arn:{partition}:iam::{OWNER}:user/fake-ec2"
    assert session == answer["AssumedRoleUser"]["Arn"]
    assert session == f"arn:{partition}:sts::{OTHER}:assumed-role/backup/nightly"


def test_a_session_of_a_session_lasts_an_hour(sts: Any) -> None:
    """Role chaining, in STS's words."""
    chained = client_with(assume(sts, DurationSeconds=7200)["Credentials"], "sts")

    def longer() -> None:
        assume(chained, DurationSeconds=3601)

    answer = refusal(longer)
    assume(chained, DurationSeconds=3600)

    assert answer == (
        "ValidationError",
        (
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by"
            " role chaining."
        ),
    )


def test_an_account_that_nobody_added(sts: Any) -> None:
    """Its roles can't be assumed: 403, in STS's words."""
    role = "arn:aws:iam::777788889999:role/Copier"

    answer = refusal(sts.assume_role, RoleArn=role, RoleSessionName="nightly")

    assert answer == (
        "AccessDenied",
        (
            f"User: arn:aws:iam::{OWNER}:user/fake-ec2 is not authorized to perform: sts:AssumeRole"
            f" on resource: {role}"
        ),
    )
    assert status(sts.assume_role, RoleArn=role, RoleSessionName="nightly") == 403


def test_a_deny_counts(fake: FakeEC2, sts: Any) -> None:
    """On the role's ARN."""
    fake.deny("sts:AssumeRole", "*/Copier")

    def denied() -> None:
        assume(sts)

    assert code(denied) == "AccessDenied"
    assume(sts, RoleArn=f"arn:aws:iam::{OTHER}:role/Another")


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"RoleArn": f"arn:aws:iam::{OTHER}:user/someone"}, id="user"),
        pytest.param({"RoleArn": "arn:aws:s3:::some-bucket-of-mine"}, id="bucket"),
        pytest.param({"RoleArn": f"arn:aws:iam::{OTHER}:role/"}, id="no-name"),
        pytest.param({"RoleArn": f"arn:aws-cn:iam::{OTHER}:role/backup"}, id="other-partition"),
        pytest.param({"RoleArn": "no ARN but long enough"}, id="no-arn"),
        pytest.param({"RoleSessionName": "two words"}, id="session-name"),
        pytest.param({"DurationSeconds": 43201}, id="too-long"),
    ],
)
def test_what_can_not_be_assumed(sts: Any, parameters: dict[str, Any]) -> None:
    """By what the model or STS says."""

    def bad() -> None:
        assume(sts, **parameters)

    assert code(bad) == "ValidationError"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Policy", "{}"),
        ("PolicyArns", [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]),
        ("Tags", [{"Key": "a", "Value": "b"}]),
    ],
)
def test_a_session_policy_is_refused_by_name(name: str, value: object) -> None:
    """The fake would not act on it."""
    fake = FakeEC2(clock="virtual", account_id=OWNER)
    fake.__enter__()
    fake.accounts.add(OTHER)

    with pytest.raises(UnexpectedRequest, match=f"the parameter {name} of AssumeRole"):
        assume(client("sts"), **{name: value})

    with pytest.raises(UnexpectedRequest):
        fake.__exit__(None, None, None)
