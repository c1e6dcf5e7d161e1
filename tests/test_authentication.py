"""Who sent a request: signatures verified, refused, or taken on trust."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.auth import SigV2Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Keys
from botocore.exceptions import ClientError
from freezegun import freeze_time

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.domain.accounts import Credentials
from tests import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIBE = {"Action": "DescribeSnapshots", "Version": "2016-11-15"}
STRANGER = {"aws_access_key_id": "AKIASTRANGER", "aws_secret_access_key": "secret"}


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake under a clock of its own, so that signatures carry the real time."""
    with FakeEC2(clock="virtual") as fake:
        yield fake


@pytest.fixture
def strict() -> Iterator[FakeEC2]:
    """A fake that takes registered access keys alone."""
    with FakeEC2(clock="virtual", credentials="strict") as fake:
        yield fake


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_registered_signature_is_verified(fake: FakeEC2, method: str) -> None:
    """A header signature and a query signature both identify their account."""
    account = fake.accounts.add("444455556666")

    response = raw.send(DESCRIBE, account=account, method=method)

    assert response.status_code == 200
    request = fake.journal.requests()[-1]
    assert (request.account_id, request.signature) == ("444455556666", "verified")


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_wrong_secret_is_refused(fake: FakeEC2, method: str) -> None:
    """EC2 answers AuthFailure 401, and the journal says that the signature was refused."""
    response = raw.send(DESCRIBE, account=fake.accounts.default, secret="wrong", method=method)

    assert raw.error_of(response) == (
        401,
        "AuthFailure",
        "AWS was not able to validate the provided access credentials",
    )
    assert fake.journal.requests()[-1].signature == "refused"


def test_a_body_changed_after_signing_is_refused(fake: FakeEC2) -> None:
    """The signature covers the body."""
    response = raw.send(DESCRIBE, account=fake.accounts.default, tamper="&MaxResults=5")

    assert raw.error_of(response)[:2] == (401, "AuthFailure")


def test_an_unsigned_request_is_refused(fake: FakeEC2) -> None:
    """Without any signature the answer is MissingAuthenticationToken."""
    response = raw.send(DESCRIBE)

    assert raw.error_of(response)[:2] == (403, "MissingAuthenticationToken")
    assert fake.journal.requests()[-1].account_id == ""


def test_an_unreadable_signature_is_refused(fake: FakeEC2) -> None:
    """Half an Authorization header is IncompleteSignature."""
    response = raw.send(DESCRIBE, headers={"Authorization": "AWS4-HMAC-SHA256 Credential=a"})

    assert raw.error_of(response)[:2] == (400, "IncompleteSignature")
    assert len(fake.journal) == 1


@pytest.mark.parametrize(
    ("minutes", "refused"),
    [
        pytest.param(14, False, id="within-the-leeway"),
        pytest.param(16, True, id="too-old"),
        pytest.param(-14, False, id="ahead-within-the-leeway"),
        pytest.param(-16, True, id="from-the-future"),
    ],
)
def test_the_date_of_a_signature_counts(minutes: int, *, refused: bool) -> None:
    """A request signed more than 15 minutes ago or ahead is RequestExpired."""
    sent_at = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    with freeze_time(sent_at, real_asyncio=True), FakeEC2() as fake:
        with freeze_time(sent_at - timedelta(minutes=minutes), real_asyncio=True):
            request = raw.signed(DESCRIBE, account=fake.accounts.default)

        response = raw.dispatch(request)

    code = raw.error_of(response)[1] if response.status_code != 200 else None
    assert code == ("RequestExpired" if refused else None)


def _code_of(client: Any) -> str | None:
    try:
        client.describe_snapshots()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def test_a_stranger_counts_as_the_default_account(fake: FakeEC2) -> None:
    """An access key that nobody registered is taken for the default account's, and told apart."""
    stranger = boto3.client("sts", "us-east-1", **STRANGER)

    identity = stranger.get_caller_identity()

    assert identity["Account"] == fake.accounts.default.account_id
    assert fake.journal.requests()[-1].signature == "unverified"


@pytest.mark.parametrize(
    ("service", "call", "expected"),
    [
        pytest.param("ec2", "describe_snapshots", (401, "AuthFailure"), id="ec2"),
        pytest.param("sts", "get_caller_identity", (403, "InvalidClientTokenId"), id="sts"),
    ],
)
def test_strict_refuses_a_stranger(
    strict: FakeEC2, service: str, call: str, expected: tuple[int, str]
) -> None:
    """With credentials="strict" an unknown access key is answered as AWS would."""
    stranger = boto3.client(service, "us-east-1", **STRANGER)

    with pytest.raises(ClientError) as refused:
        getattr(stranger, call)()

    response = refused.value.response
    assert (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Code"],
    ) == expected
    assert strict.journal.requests()[-1].signature == "refused"


def test_sts_has_words_of_its_own_for_a_wrong_secret(fake: FakeEC2) -> None:
    """STS calls a wrong signature SignatureDoesNotMatch."""
    account = fake.accounts.default
    client = boto3.client(
        "sts", "us-east-1", aws_access_key_id=account.access_key_id, aws_secret_access_key="wrong"
    )

    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client.get_caller_identity()


def test_a_session_token_belongs_to_its_key(fake: FakeEC2) -> None:
    """Temporary credentials need their own token, and end."""
    world = fake._world
    keys = Credentials(
        "ASIATEMPORARY", "secret", "token", "111122223333", "arn:aws:sts::x", "id",
        expires=fake.clock.now() + timedelta(hours=1),
    )  # fmt: skip
    world.accounts.register(keys)
    call = {"aws_access_key_id": "ASIATEMPORARY", "aws_secret_access_key": "secret"}
    with_token = boto3.client("ec2", "us-east-1", aws_session_token="token", **call)
    with_another = boto3.client("ec2", "us-east-1", aws_session_token="other", **call)

    assert _code_of(with_token) is None
    assert _code_of(with_another) == "AuthFailure"

    fake.clock.tick(timedelta(hours=1, seconds=1))

    assert _code_of(with_token) == "RequestExpired"


@pytest.mark.parametrize(
    ("secret", "expected"), [(None, (200, "verified")), ("another", (401, "refused"))]
)
def test_version_2_signatures_are_verified(
    strict: FakeEC2, secret: str | None, expected: tuple[int, str]
) -> None:
    """EC2 still documents Signature Version 2, and older clients sign with it."""
    account = strict.accounts.default
    request = AWSRequest("POST", "https://ec2.us-east-1.amazonaws.com/", data=dict(DESCRIBE))
    SigV2Auth(Keys(account.access_key_id, secret or account.secret_access_key)).add_auth(request)

    answer = raw.send(request.data)

    [record] = strict.journal.requests()
    assert (answer.status_code, record.signature) == expected
