"""What every operation on a key does: denies on its ARN, and the states of a key that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import pytest

from pytest_fakecopy.domain.kms import KeyState
from pytest_fakecopy.domain.operations import OPERATIONS
from tests.operations.answers import OTHER, OWNER, code, refusal, state_of, status
from tests.operations.test_permissions import method_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy import FakeEC2

ALIAS = "alias/named"
GRANT = {"GranteePrincipal": f"arn:aws:iam::{OTHER}:root", "Operations": ["Decrypt"]}
TAG = {"TagKey": "a", "TagValue": "b"}


@dataclass(frozen=True, slots=True)
class Things:
    """What the requests of the table are about."""

    key: str
    deleted: str
    other: str
    grant: str
    text: str


@pytest.fixture
def things(fake: FakeEC2, kms: Any) -> Things:
    """Return a key with an alias and a grant, one that will be deleted, and another one."""
    key = fake.kms.add_key(alias=ALIAS, multi_region=True).arn
    return Things(
        key=key,
        deleted=fake.kms.add_key(key_state="PendingDeletion").arn,
        other=fake.kms.add_key().arn,
        grant=kms.create_grant(KeyId=key, **GRANT)["GrantId"],
        text=kms.get_key_policy(KeyId=key)["Policy"],
    )


ON_A_KEY: dict[str, Callable[[Things], dict[str, Any]]] = {
    "CancelKeyDeletion": lambda things: {"KeyId": things.deleted},
    "CreateAlias": lambda things: {"AliasName": "alias/new", "TargetKeyId": things.key},
    "CreateGrant": lambda things: {"KeyId": things.key, **GRANT},
    "DeleteAlias": lambda _: {"AliasName": ALIAS},
    "DescribeKey": lambda things: {"KeyId": things.key},
    "DisableKey": lambda things: {"KeyId": things.key},
    "EnableKey": lambda things: {"KeyId": things.key},
    "GetKeyPolicy": lambda things: {"KeyId": things.key},
    "ListGrants": lambda things: {"KeyId": things.key},
    "ListResourceTags": lambda things: {"KeyId": things.key},
    "PutKeyPolicy": lambda things: {"KeyId": things.key, "Policy": things.text},
    "ReplicateKey": lambda things: {"KeyId": things.key, "ReplicaRegion": "us-west-2"},
    "RetireGrant": lambda things: {"KeyId": things.key, "GrantId": things.grant},
    "RevokeGrant": lambda things: {"KeyId": things.key, "GrantId": things.grant},
    "ScheduleKeyDeletion": lambda things: {"KeyId": things.key},
    "TagResource": lambda things: {"KeyId": things.key, "Tags": [TAG]},
    "UntagResource": lambda things: {"KeyId": things.key, "TagKeys": ["a"]},
    "UpdateAlias": lambda things: {"AliasName": ALIAS, "TargetKeyId": things.other},
}
"""A request for every operation of KMS that is about one key; each succeeds."""

ON_NO_KEY = {"CreateKey", "ListAliases", "ListKeys"}
EACH = pytest.mark.parametrize("operation", sorted(ON_A_KEY))


def test_the_table_is_complete() -> None:
    """An operation that is added gets a row."""
    assert set(ON_A_KEY) | ON_NO_KEY == set(OPERATIONS["kms"])


@EACH
def test_a_deny_is_on_the_key(kms: Any, fake: FakeEC2, things: Things, operation: str) -> None:
    """KMS names the ARN that the deny is on, and a deny on another key is none."""
    arn = things.deleted if operation == "CancelKeyDeletion" else things.key
    request = ON_A_KEY[operation](things)
    fake.deny(f"kms:{operation}", arn)

    answer = refusal(method_of(kms, operation), **request)
    fake.allow(f"kms:{operation}", arn)
    fake.deny(f"kms:{operation}", f"arn:aws:kms:us-east-1:{OWNER}:key/none")
    allowed = method_of(kms, operation)(**request)

    assert answer[0] == "AccessDeniedException"
    assert f"is not authorized to perform: kms:{operation} on resource: {arn} because" in answer[1]
    assert allowed["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("operation", "arn"),
    [
        ("CreateAlias", f"arn:aws:kms:us-east-1:{OWNER}:alias/new"),
        ("DeleteAlias", f"arn:aws:kms:us-east-1:{OWNER}:{ALIAS}"),
        ("UpdateAlias", f"arn:aws:kms:us-east-1:{OWNER}:{ALIAS}"),
        ("UpdateAlias", None),
    ],
)
def test_an_alias_has_more_than_one_resource(
    kms: Any, fake: FakeEC2, things: Things, operation: str, arn: str | None
) -> None:
    """It counts by its own ARN too, and the key that it is given to as the one it had."""
    arn = arn or things.other
    fake.deny(f"kms:{operation}", arn)

    answer = refusal(method_of(kms, operation), **ON_A_KEY[operation](things))

    assert answer[0] == "AccessDeniedException"
    assert f"on resource: {arn} because" in answer[1]


NAMEABLE = {"Enabled", "Disabled", "PendingImport", "Unavailable"}
STATES = {
    "CreateAlias": NAMEABLE,
    "CreateGrant": {"Enabled", "PendingImport", "Unavailable"},
    "DisableKey": {"Enabled", "Disabled"},
    "EnableKey": {"Enabled", "Disabled"},
    "ScheduleKeyDeletion": NAMEABLE,
    "TagResource": {*NAMEABLE, "Creating", "Updating"},
    "UntagResource": {*NAMEABLE, "Creating", "Updating"},
}
"""The states of a key in which an operation can be done: KMS Developer Guide, "Key states"."""


@pytest.mark.parametrize("operation", sorted(STATES))
@pytest.mark.parametrize("state", get_args(KeyState))
def test_a_key_is_in_a_state_for_it_or_not(
    kms: Any, fake: FakeEC2, things: Things, operation: str, state: KeyState
) -> None:
    """Any other one is an invalid state, or a disabled key."""
    key = fake.kms.add_key(key_state=state)
    request = ON_A_KEY[operation](things)
    request["TargetKeyId" if "TargetKeyId" in request else "KeyId"] = key.arn

    if state in STATES[operation]:
        assert method_of(kms, operation)(**request)["ResponseMetadata"]["HTTPStatusCode"] == 200
    else:
        expected = "DisabledException" if state == "Disabled" else "KMSInvalidStateException"
        assert code(method_of(kms, operation), **request) == expected


@pytest.mark.parametrize("operation", ["CreateGrant", "RetireGrant", "RevokeGrant"])
def test_a_dry_run_changes_nothing(kms: Any, fake: FakeEC2, things: Things, operation: str) -> None:
    """Three operations have one, which KMS answers with status 400."""
    before = state_of(fake)
    request = {**ON_A_KEY[operation](things), "DryRun": True}

    answer = code(method_of(kms, operation), **request)

    assert answer == "DryRunOperationException"
    assert status(method_of(kms, operation), **request) == 400
    assert state_of(fake) == before


@pytest.mark.parametrize("operation", sorted(set(ON_A_KEY) - {"CreateAlias", "DeleteAlias"}))
def test_a_foreign_key_is_hidden(
    other_kms: Any, fake: FakeEC2, things: Things, operation: str
) -> None:
    """One that isn't shared might as well not be there, for every operation."""
    fake.kms.add_key(alias=ALIAS, account_id=OTHER)
    before = state_of(fake)

    answer = code(method_of(other_kms, operation), **ON_A_KEY[operation](things))

    assert answer == "AccessDeniedException"
    assert state_of(fake) == before
