"""CreateGrant, ListGrants, RevokeGrant and RetireGrant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.operations.answers import OTHER, OWNER, code, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2, KmsKey

ROOT = f"arn:aws:iam::{OTHER}:root"
OPERATIONS = ["CreateGrant", "Decrypt", "DescribeKey"]


def grant(kms: Any, key: KmsKey, **parameters: Any) -> Any:
    """Grant the other account a key's use."""
    request = {"KeyId": key.arn, "GranteePrincipal": ROOT, "Operations": OPERATIONS}
    return kms.create_grant(**{**request, **parameters})


def test_a_grant_lets_another_account_use_the_key(fake: FakeEC2, kms: Any, other_kms: Any) -> None:
    """From the moment it is made until it is revoked."""
    key = fake.kms.add_key()

    answer = grant(kms, key)
    used = other_kms.describe_key(KeyId=key.arn, GrantTokens=[answer["GrantToken"]])
    kms.revoke_grant(KeyId=key.arn, GrantId=answer["GrantId"])

    assert used["KeyMetadata"]["Arn"] == key.arn
    assert code(other_kms.describe_key, KeyId=key.arn) == "AccessDeniedException"


def test_grants_are_listed(fake: FakeEC2, kms: Any) -> None:
    """By pages, by id and by grantee, with all that was granted."""
    key = fake.kms.add_key()
    constraints = {"EncryptionContextSubset": {"aws:ebs:id": "vol-1"}}
    one = grant(
        kms, key, Name="backup", Constraints=constraints, RetiringPrincipal=ROOT, GrantTokens=["x"]
    )["GrantId"]
    two = grant(kms, key, GranteePrincipal=f"arn:aws:iam::{OWNER}:role/backup")["GrantId"]

    listed = kms.list_grants(KeyId=key.arn)["Grants"]
    first = kms.list_grants(KeyId=key.arn, Limit=1)
    by_id = kms.list_grants(KeyId=key.arn, GrantId=two)["Grants"]
    by_grantee = kms.list_grants(KeyId=key.arn, GranteePrincipal=ROOT)["Grants"]

    assert [item["GrantId"] for item in listed] == [one, two]
    assert first["Truncated"] is True
    assert [item["GrantId"] for item in (*by_id, *by_grantee)] == [two, one]
    del listed[0]["CreationDate"]
    assert listed[0] == {
        "KeyId": key.arn,
        "GrantId": one,
        "Name": "backup",
        "GranteePrincipal": ROOT,
        "RetiringPrincipal": ROOT,
        "IssuingAccount": f"arn:aws:iam::{OWNER}:root",
        "Operations": OPERATIONS,
        "Constraints": constraints,
    }
    assert "Constraints" not in listed[1]


def test_a_named_grant_is_made_once(fake: FakeEC2, kms: Any) -> None:
    """The same again is the same grant; other operations or no name make another."""
    key = fake.kms.add_key()

    first, again = (grant(kms, key, Name="backup") for _ in range(2))
    ids = [first["GrantId"], again["GrantId"]]
    ids.append(grant(kms, key, Name="backup", Operations=["Decrypt"])["GrantId"])
    ids.extend(grant(kms, key)["GrantId"] for _ in range(2))

    assert ids[0] == ids[1]
    assert first["GrantToken"] == again["GrantToken"]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("members", "parameters", "expected"),
    [
        pytest.param({"key_state": "Disabled"}, {}, "DisabledException", id="disabled"),
        pytest.param(
            {"key_state": "PendingDeletion"}, {}, "KMSInvalidStateException", id="deleted"
        ),
        pytest.param(
            {}, {"GranteePrincipal": OTHER}, "InvalidArnException", id="grantee-is-no-arn"
        ),
        pytest.param(
            {}, {"RetiringPrincipal": "nobody"}, "InvalidArnException", id="retirer-is-no-arn"
        ),
        pytest.param({"key_manager": "AWS"}, {}, "AccessDeniedException", id="managed-key"),
        pytest.param({}, {"DryRun": True}, "DryRunOperationException", id="dry-run"),
    ],
)
def test_a_bad_grant_is_refused(
    fake: FakeEC2, kms: Any, members: dict[str, Any], parameters: dict[str, Any], expected: str
) -> None:
    """None is made."""
    key = fake.kms.add_key(**members)
    before = state_of(fake)

    def create() -> None:
        grant(kms, key, **parameters)

    assert code(create) == expected
    assert state_of(fake) == before


RETIRING = [*OPERATIONS, "RetireGrant"]


def test_a_grant_is_retired_by_its_token(fake: FakeEC2, kms: Any, other_kms: Any) -> None:
    """By the grantee as well, where the grant says so."""
    fake.kms.add_key()
    key = fake.kms.add_key()
    kept = grant(kms, key)
    token = grant(kms, key, Operations=RETIRING)["GrantToken"]

    other_kms.retire_grant(GrantToken=token)

    assert [item["GrantId"] for item in kms.list_grants(KeyId=key.arn)["Grants"]] == [
        kept["GrantId"]
    ]
    assert code(other_kms.retire_grant, GrantToken=token) == "InvalidGrantTokenException"
    assert code(other_kms.retire_grant, GrantToken=kept["GrantToken"]) == "AccessDeniedException"


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"RetiringPrincipal": ROOT}, id="retiring-principal"),
        pytest.param({"Operations": RETIRING}, id="grantee"),
    ],
)
def test_a_grant_is_retired_by_key_and_id(
    fake: FakeEC2, kms: Any, other_kms: Any, members: dict[str, Any]
) -> None:
    """Of a key of another account by who may; half of it is not enough."""
    key = fake.kms.add_key()
    kept_id = grant(kms, key)["GrantId"]
    grant_id = grant(kms, key, **members)["GrantId"]

    other_kms.retire_grant(KeyId=key.arn, GrantId=grant_id)

    assert [item["GrantId"] for item in kms.list_grants(KeyId=key.arn)["Grants"]] == [kept_id]
    assert code(kms.retire_grant, KeyId=key.arn) == "ValidationException"
    for other_id in (kept_id, grant_id):
        refused = code(other_kms.retire_grant, KeyId=key.arn, GrantId=other_id)
        assert refused == "AccessDeniedException"


@pytest.mark.parametrize(
    ("operations", "state"),
    [
        pytest.param([*OPERATIONS, "ReEncryptFrom"], "completed", id="all-that-ebs-needs"),
        pytest.param(["Decrypt"], "error", id="decrypt"),
        pytest.param(OPERATIONS, "error", id="one-is-missing"),
    ],
)
def test_a_copy_of_a_shared_snapshot_needs_all_in_grants(
    fake: FakeEC2, kms: Any, other_ec2: Any, operations: list[str], state: str
) -> None:
    """A grant of less than EBS needs lets the other account copy no more than none does."""
    key = fake.kms.add_key()
    source = fake.snapshots.add(kms_key=key, shared_with=[OTHER])
    for operation in operations:
        grant(kms, key, Operations=[operation])

    copy = other_ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)
    fake.clock.settle()

    assert fake.snapshots[copy["SnapshotId"]].state == state


def test_a_grant_lets_do_what_it_says(fake: FakeEC2, kms: Any, other_kms: Any) -> None:
    """DescribeKey is one of the operations; a grant of another lets nobody describe."""
    key = fake.kms.add_key()

    grant(kms, key, Operations=["Decrypt"])
    before = code(other_kms.describe_key, KeyId=key.arn)
    grant(kms, key, Operations=["DescribeKey"])

    assert before == "AccessDeniedException"
    assert other_kms.describe_key(KeyId=key.arn)["KeyMetadata"]["Arn"] == key.arn


def test_a_grant_that_is_not_there(fake: FakeEC2, kms: Any) -> None:
    """Missing or malformed."""
    key = fake.kms.add_key()
    missing = "0" * 64

    assert refusal(kms.revoke_grant, KeyId=key.arn, GrantId=missing) == (
        "NotFoundException",
        f"Grant ID {missing} not found",
    )
    assert code(kms.revoke_grant, KeyId=key.arn, GrantId="x") == "InvalidGrantIdException"
    assert code(kms.retire_grant, KeyId=key.arn, GrantId="x") == "InvalidGrantIdException"
    assert code(kms.list_grants, KeyId=key.arn, GrantId="x") == "InvalidGrantIdException"
