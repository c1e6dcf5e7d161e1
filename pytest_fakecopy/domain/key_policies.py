"""Key policies: which other accounts one lets use the key, and what the default one says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.arns import Arn, is_account_id
from pytest_fakecopy.domain.kms import EBS_NEEDS, EVERYBODY
from pytest_fakecopy.domain.permissions import Deny
from pytest_fakecopy.domain.wildcards import compile_wildcards

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_fakecopy.domain.kms import KeyRecord

# KMS authorizes ReEncrypt as ReEncryptFrom on the source's key.
NEEDED = frozenset(f"kms:{operation}" for operation in EBS_NEEDS)

_ADMINISTRATION = "kms:PutKeyPolicy"

# IAM User Guide, "Condition operators" and "Condition keys": the names of keys have no case.
_OPERATORS = {
    "StringEquals": True,
    "StringLike": True,
    "StringNotEquals": False,
    "StringNotLike": False,
}
_CALLING_ACCOUNT = frozenset({"kms:calleraccount", "aws:principalaccount"})


def parse(text: str) -> list[dict[str, Any]] | None:
    """Return the statements of a policy, or None where *text* is none."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    statements = document.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    if not statements or not all(map(_is_statement, statements)):
        return None
    return statements


def _is_statement(statement: object) -> bool:
    return (
        isinstance(statement, dict)
        and statement.get("Effect") in ("Allow", "Deny")
        and ("Principal" in statement or "NotPrincipal" in statement)
        and ("Action" in statement or "NotAction" in statement)
    )


def shared_with(statements: Sequence[dict[str, Any]], owner: str) -> frozenset[str]:
    """Return the accounts besides the *owner* that may do all that EBS needs; `*` is everybody.

    A user or a role stands for its account. Of conditions those on the calling account count. What
    other conditions of keys for EBS ask for (`kms:ViaService`, `kms:GrantIsForAWSResource`,
    `aws:SecureTransport`) is so of EBS: they limit no Allow, and where a Deny has one it denies
    something else.
    """
    named = {name for statement in statements for name in _accounts(statement)}
    return frozenset(
        account_id
        for account_id in named
        if account_id != owner
        and _actions(statements, "Allow", account_id) >= NEEDED
        and not _actions(statements, "Deny", account_id)
    )


def locks_out(statements: Iterable[dict[str, Any]], owner: str) -> bool:
    """Say whether nobody of the owner's account could change the policy again."""
    return not any(
        statement["Effect"] == "Allow"
        and _concerns(statement, owner)
        and _covers(statement, _ADMINISTRATION)
        for statement in statements
    )


def _actions(statements: Iterable[dict[str, Any]], effect: str, account_id: str) -> set[str]:
    """Return which of the actions that EBS needs are allowed or denied to an account."""
    return {
        action
        for statement in statements
        if statement["Effect"] == effect and _concerns(statement, account_id)
        for action in NEEDED
        if _covers(statement, action)
    }


def _covers(statement: dict[str, Any], action: str) -> bool:
    patterns = _texts(statement.get("Action", statement.get("NotAction")))
    covered = any(Deny(pattern).covers(action, "*", "") for pattern in patterns)
    return covered == ("Action" in statement)


def _accounts(statement: dict[str, Any]) -> set[str]:
    """Return the accounts that a statement names, in one way or another, and `*`."""
    named = {account_id for _, accounts in _caller_conditions(statement) for account_id in accounts}
    return {EVERYBODY, *_principals(statement), *filter(is_account_id, named)}


def _principals(statement: dict[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    for name in _texts(principal.get("AWS") if isinstance(principal, dict) else principal):
        arn = Arn.parse(name)
        account_id = arn.account_id if arn else name
        if account_id == EVERYBODY or is_account_id(account_id):
            yield account_id


def _concerns(statement: dict[str, Any], account_id: str) -> bool:
    """Say whether a statement is about calls of that account; of `*`, about everybody's."""
    principals = set(_principals(statement))
    is_named = bool({account_id, EVERYBODY} & principals)
    if is_named != ("Principal" in statement):
        return False
    conditions = list(_caller_conditions(statement))
    if statement["Effect"] == "Deny" and len(conditions) < _count(statement.get("Condition")):
        return False
    return all(
        any(compile_wildcards(one).fullmatch(account_id) for one in accounts) == equal
        for equal, accounts in conditions
    )


def _caller_conditions(statement: dict[str, Any]) -> Iterator[tuple[bool, list[str]]]:
    """Return whether the calling account has to be one of some, or none of them, and which."""
    conditions = statement.get("Condition")
    for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
        equal = _OPERATORS.get(str(operator).removesuffix("IfExists"))
        if equal is not None and isinstance(keys, dict):
            for key, accounts in keys.items():
                if str(key).lower() in _CALLING_ACCOUNT:
                    yield equal, _texts(accounts)


def _count(conditions: object) -> int:
    blocks = conditions.values() if isinstance(conditions, dict) else ()
    return sum(len(keys) for keys in blocks if isinstance(keys, dict))


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def text_of(key: KeyRecord) -> str:
    """Return a key's policy: the one that was put, or the default one with whom it is shared."""
    if key.policy is not None:
        return key.policy
    partition = key.arn.split(":")[1]
    statements = [_statement("Enable IAM User Permissions", partition, [key.account_id], ["kms:*"])]
    others = sorted(key.shared_with - {EVERYBODY})
    if others:
        statements.append(_use(partition, others))
    document = {"Version": "2012-10-17", "Id": "key-default-1", "Statement": statements}
    return json.dumps(document, indent=2)


def shared_too(arn: str, policy: str, account_id: str) -> str:
    """Return the policy that was put on a key with a statement for one more account."""
    document = json.loads(policy)
    use = _use(arn.split(":")[1], [account_id])
    document["Statement"] = [*(parse(policy) or ()), use]
    return json.dumps(document, indent=2)


def _use(partition: str, accounts: list[str]) -> dict[str, Any]:
    actions = ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:ReEncrypt*"]
    return _statement("Allow use of the key", partition, accounts, actions)


def _statement(sid: str, partition: str, accounts: list[str], actions: list[str]) -> dict[str, Any]:
    roots = [f"arn:{partition}:iam::{account_id}:root" for account_id in accounts]
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": roots[0] if len(roots) == 1 else roots},
        "Action": actions[0] if len(actions) == 1 else actions,
        "Resource": "*",
    }
