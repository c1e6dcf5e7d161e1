"""GetKeyPolicy, PutKeyPolicy, and who is let in by what a policy says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain import key_policies
from tests.operations.answers import OTHER, OWNER, code, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

THIRD = "777788889999"
ROOT = f"arn:aws:iam::{OTHER}:root"
NEEDED = ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:ReEncrypt*"]
OWN = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{OWNER}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def policy(*statements: dict[str, Any]) -> str:
    """Return a policy that leaves the key to its owner, with further statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": [OWN, *statements]})


def allow(principal: object, action: object = "kms:*", **members: Any) -> dict[str, Any]:
    """Return a statement that allows."""
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": action,
        "Resource": "*",
        **members,
    }


def deny(principal: object, action: object = "kms:*", **members: Any) -> dict[str, Any]:
    """Return a statement that denies."""
    return {**allow(principal, action, **members), "Effect": "Deny"}


def test_the_default_policy_is_the_owners(fake: FakeEC2, kms: Any) -> None:
    """And says whom the test shared the key with."""
    own, shared = fake.kms.add_key(), fake.kms.add_key(shared_with=[OTHER])

    texts = [kms.get_key_policy(KeyId=key.arn)["Policy"] for key in (own, shared)]

    statements = [json.loads(text)["Statement"] for text in texts]
    assert [len(one) for one in statements] == [1, 2]
    assert statements[1][1]["Principal"] == {"AWS": ROOT}
    parsed = key_policies.parse(texts[1])
    assert parsed is not None
    assert key_policies.shared_with(parsed, OWNER) == {OTHER}
    assert not key_policies.locks_out(parsed, OWNER)


def test_the_text_of_the_default_policy(fake: FakeEC2, kms: Any) -> None:
    """In IAM's words: one principal and one action stand alone, several in a list."""
    shared = fake.kms.add_key(shared_with=[OTHER, THIRD])

    text = kms.get_key_policy(KeyId=shared.arn)["Policy"]

    assert json.loads(text) == {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {"Sid": "Enable IAM User Permissions", **OWN},
            {
                "Sid": "Allow use of the key",
                "Effect": "Allow",
                "Principal": {
                    "AWS": [f"arn:aws:iam::{account}:root" for account in (OTHER, THIRD)]
                },
                "Action": NEEDED,
                "Resource": "*",
            },
        ],
    }


def test_a_policy_shares_a_key(fake: FakeEC2, kms: Any, other_kms: Any) -> None:
    """What was put is returned as it was, and the other account is let in."""
    key = fake.kms.add_key()
    text = policy(allow({"AWS": ROOT}, NEEDED))

    kms.put_key_policy(KeyId=key.key_id, Policy=text, PolicyName="default")

    answer = kms.get_key_policy(KeyId=key.key_id, PolicyName="default")
    assert (answer["Policy"], answer["PolicyName"]) == (text, "default")
    assert key.shared_with == {OTHER}
    assert other_kms.describe_key(KeyId=key.arn)["KeyMetadata"]["Arn"] == key.arn


@pytest.mark.parametrize("as_list", [True, False])
def test_a_policy_that_was_put_is_shared_on(fake: FakeEC2, kms: Any, as_list: bool) -> None:
    """Whom the test shares the key with later stands in it too: it can be read and put again."""
    key = fake.kms.add_key()
    document = {"Version": "2012-10-17", "Statement": [OWN] if as_list else OWN}
    kms.put_key_policy(KeyId=key.key_id, Policy=json.dumps(document))

    key.share_with(OTHER)

    text = kms.get_key_policy(KeyId=key.key_id)["Policy"]
    assert json.loads(text)["Statement"][0] == OWN
    kms.put_key_policy(KeyId=key.key_id, Policy=text)
    assert key.shared_with == {OTHER}


def test_a_deny_outlasts_what_is_shared_later(fake: FakeEC2, kms: Any, other_kms: Any) -> None:
    """The key is shared with whom its policy lets use it, whatever the test adds to it."""
    key = fake.kms.add_key()
    deny = {"Effect": "Deny", "Principal": {"AWS": OTHER}, "Action": "kms:*", "Resource": "*"}
    kms.put_key_policy(KeyId=key.key_id, Policy=policy(deny))

    key.share_with(OTHER)

    assert key.shared_with == frozenset()
    assert code(other_kms.describe_key, KeyId=key.arn) == "AccessDeniedException"


def test_a_policy_takes_a_key_back(fake: FakeEC2, kms: Any, other_kms: Any) -> None:
    """The one before counts no more."""
    key = fake.kms.add_key(shared_with=[OTHER])

    kms.put_key_policy(KeyId=key.key_id, Policy=policy())

    assert key.shared_with == frozenset()
    assert code(other_kms.describe_key, KeyId=key.arn) == "AccessDeniedException"


def test_a_key_can_be_created_with_a_policy(kms: Any, fake: FakeEC2) -> None:
    """It shares the key from the start."""
    key = kms.create_key(Policy=policy(allow("*")))["KeyMetadata"]

    assert fake.kms[key["Arn"]].shared_with == {"*"}


def test_a_copy_of_a_shared_snapshot_needs_the_policy(
    fake: FakeEC2, kms: Any, other_ec2: Any
) -> None:
    """Without it the copy is accepted and fails later."""
    key = fake.kms.add_key()
    source = fake.snapshots.add(kms_key=key, shared_with=[OTHER])
    request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source.snapshot_id}

    refused = other_ec2.copy_snapshot(**request)["SnapshotId"]
    fake.assert_eventually_error(refused, match="not accessible")
    kms.put_key_policy(KeyId=key.arn, Policy=policy(allow({"AWS": ROOT}, NEEDED)))
    copied = other_ec2.copy_snapshot(**request)["SnapshotId"]

    fake.assert_eventually_completed(copied)


THIRD = "777788889999"
GRANT_FOR_AWS = "kms:GrantIsForAWSResource"
NOT_OURS = {"StringNotEquals": {"kms:CallerAccount": [OWNER, OTHER]}}
CALLER = {"StringEquals": {"kms:CallerAccount": OTHER}}
VIA = {"StringEquals": {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}}
SPLIT = (
    allow({"AWS": ROOT}, NEEDED[:1] + NEEDED[2:]),
    allow({"AWS": ROOT}, "kms:CreateGrant", Condition={"Bool": {GRANT_FOR_AWS: True}}),
)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param([allow({"AWS": ROOT})], {OTHER}, id="root"),
        pytest.param([allow({"AWS": OTHER})], {OTHER}, id="account-id"),
        pytest.param([allow({"AWS": [ROOT, OTHER]})], {OTHER}, id="list"),
        pytest.param([allow({"AWS": f"arn:aws:iam::{OTHER}:role/x"})], {OTHER}, id="role"),
        pytest.param([allow({"AWS": "*"})], {"*"}, id="everybody"),
        pytest.param([allow("*")], {"*"}, id="star"),
        pytest.param([allow("*", Condition=CALLER)], {OTHER}, id="caller-account"),
        pytest.param([allow("*", Condition=VIA)], {"*"}, id="via-service"),
        pytest.param([allow({"AWS": [ROOT, THIRD]}, Condition=CALLER)], {OTHER}, id="one-caller"),
        pytest.param([allow({"AWS": ROOT}, NEEDED)], {OTHER}, id="needed-actions"),
        pytest.param([allow({"AWS": ROOT}, NEEDED[1:])], set(), id="one-action-is-missing"),
        pytest.param(SPLIT, {OTHER}, id="two-statements"),
        pytest.param([allow({"AWS": ROOT}, "KMS:*")], {OTHER}, id="case"),
        pytest.param([allow({"Service": "ec2.amazonaws.com"})], set(), id="service"),
        pytest.param([allow({"AWS": "AIDAEXAMPLE"})], set(), id="deleted-user"),
        pytest.param([allow({"AWS": 7})], set(), id="no-text"),
        pytest.param(
            [allow("*", Condition={"StringEquals": {"aws:PrincipalAccount": [OTHER, OWNER]}})],
            {OTHER},
            id="principal-account",
        ),
        pytest.param(
            [allow("*", Condition={"StringLikeIfExists": {"kms:calleraccount": "4444*"}})],
            set(),
            id="caller-account-with-a-wildcard-names-nobody",
        ),
        pytest.param(
            [allow({"AWS": ROOT}, Condition={"StringLike": {"kms:CallerAccount": "4444*"}})],
            {OTHER},
            id="caller-account-with-a-wildcard",
        ),
        *(
            pytest.param(
                [
                    allow(
                        "*",
                        Condition={operator: {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:{who}"}},
                    )
                ],
                {OTHER},
                id=f"principal-arn-{operator}",
            )
            for operator, who in (
                ("StringEquals", "role/x"),
                ("ArnEquals", "role/x"),
                ("ArnLike", "role/*"),
                ("StringLike", "*"),
            )
        ),
        *(
            pytest.param(
                [allow({"AWS": ["*", ROOT]}, Condition=condition)], set(), id=f"unjudged-{name}"
            )
            for name, condition in (
                ("organization", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
                (
                    "tag",
                    {"StringEquals": {"aws:PrincipalTag/team": "dr", **CALLER["StringEquals"]}},
                ),
                ("arn-of-any-account", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}),
                ("arn-of-no-form", {"ArnLike": {"aws:PrincipalArn": "*"}}),
                ("operator", {"ForAnyValue:StringEquals": {"kms:CallerAccount": OTHER}}),
            )
        ),
        pytest.param(
            [allow("*"), deny("*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1"}})],
            set(),
            id="denied-where-nobody-knows",
        ),
        pytest.param(
            [
                allow({"AWS": [ROOT, THIRD]}),
                deny("*", Condition={"ArnNotLike": {"aws:PrincipalArn": ROOT}}),
            ],
            {OTHER},
            id="denied-to-all-but-an-arn",
        ),
        pytest.param([allow("*"), deny({"AWS": ROOT})], set(), id="everybody-but-one"),
        pytest.param(
            [allow("*", Condition={"StringNotEquals": {"kms:CallerAccount": OTHER}})],
            set(),
            id="everybody-but-one-caller",
        ),
        pytest.param([allow("*", Condition="none")], {"*"}, id="condition-of-no-form"),
        pytest.param([allow("*", Condition={"StringEquals": OTHER})], {"*"}, id="no-keys"),
        pytest.param([deny({"AWS": ROOT}, "kms:Decrypt")], set(), id="denied-alone"),
        pytest.param(
            [allow({"AWS": ROOT}), deny({"AWS": ROOT}, "kms:Decrypt")], set(), id="denied"
        ),
        pytest.param(
            [allow({"AWS": ROOT}), deny("*", "kms:Encrypt")], {OTHER}, id="denied-something-else"
        ),
        pytest.param(
            [
                allow({"AWS": ROOT}),
                deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
                deny("*", "kms:CreateGrant", Condition={"Bool": {GRANT_FOR_AWS: "false"}}),
            ],
            {OTHER},
            id="denied-what-ebs-does-not-do",
        ),
        pytest.param(
            [allow({"AWS": [ROOT, THIRD]}), deny("*", Condition=NOT_OURS)],
            {OTHER},
            id="denied-to-all-but",
        ),
        pytest.param([allow("*"), deny("*", Condition=NOT_OURS)], {OTHER}, id="all-but-the-rest"),
        pytest.param(
            [allow({"AWS": ROOT}), deny("*", Condition={**NOT_OURS, **CALLER})],
            {OTHER},
            id="denied-to-nobody",
        ),
        pytest.param(
            [allow({"AWS": [ROOT, THIRD]}), deny(None, NotPrincipal={"AWS": [ROOT, OWNER]})],
            {OTHER},
            id="denied-to-other-principals",
        ),
        pytest.param(
            [{**allow({"AWS": ROOT}), "Action": None, "NotAction": "kms:PutKeyPolicy"}],
            {OTHER},
            id="all-actions-but-one",
        ),
        pytest.param(
            [{**allow({"AWS": ROOT}), "Action": None, "NotAction": "kms:De*"}],
            set(),
            id="all-actions-but-one-that-is-needed",
        ),
    ],
)
def test_whom_a_policy_lets_in(statements: list[dict[str, Any]], expected: set[str]) -> None:
    """Accounts that may do all that EBS needs."""
    given = [{name: one[name] for name in one if one[name] is not None} for one in statements]
    parsed = key_policies.parse(policy(*given))

    assert parsed is not None
    assert key_policies.shared_with(parsed, OWNER) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"Statement": []}',
        '{"Statement": ["x"]}',
        '{"Statement": {"Effect": "Maybe", "Principal": "*", "Action": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*"}}',
        '{"Statement": {"Effect": "Allow", "Principal": "*"}}',
    ],
)
def test_what_is_no_policy_is_refused(fake: FakeEC2, kms: Any, text: str) -> None:
    """The text of the error is assumed."""
    key = fake.kms.add_key()
    before = state_of(fake)

    answer = code(kms.put_key_policy, KeyId=key.arn, Policy=text)

    assert answer == "MalformedPolicyDocumentException"
    assert state_of(fake) == before


def test_one_statement_need_not_be_a_list(fake: FakeEC2, kms: Any) -> None:
    """As in all policies."""
    key = fake.kms.add_key()

    kms.put_key_policy(KeyId=key.arn, Policy=json.dumps({"Statement": OWN}))

    assert key.shared_with == frozenset()


def test_the_owner_is_not_locked_out(fake: FakeEC2, kms: Any) -> None:
    """Unless that is what is asked for."""
    key = fake.kms.add_key()
    text = json.dumps({"Statement": [allow({"AWS": ROOT}), allow({"AWS": OWNER}, "kms:Decrypt")]})

    answer = refusal(kms.put_key_policy, KeyId=key.arn, Policy=text)
    kms.put_key_policy(KeyId=key.arn, Policy=text, BypassPolicyLockoutSafetyCheck=True)

    assert answer == (
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    )
    assert key.shared_with == {OTHER}


def test_there_is_one_policy(fake: FakeEC2, kms: Any) -> None:
    """Its name is default; the managed key's can be read and not be changed."""
    key = fake.kms.add_key()
    managed = fake.kms.default_ebs_key("us-east-1")

    assert code(kms.get_key_policy, KeyId=key.arn, PolicyName="mine") == "NotFoundException"
    assert kms.get_key_policy(KeyId=managed.arn)["Policy"]
    assert code(kms.put_key_policy, KeyId=managed.arn, Policy=policy()) == "AccessDeniedException"
