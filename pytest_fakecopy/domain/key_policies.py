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
_ARN_OPERATORS = {
    **_OPERATORS,
    "ArnEquals": True,
    "ArnLike": True,
    "ArnNotEquals": False,
    "ArnNotLike": False,
}
_CALLING_ACCOUNT = frozenset({"kms:calleraccount", "aws:principalaccount"})
_PRINCIPAL_ARN = "aws:principalarn"
_TRUE_OF_EBS = frozenset({"kms:viaservice", "kms:grantisforawsresource", "aws:securetransport"})


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

    A user or a role stands for its account. Of conditions those on the calling account count, and
    on `aws:PrincipalArn`, by the account of the ARN. What other conditions of keys for EBS ask for
    (`kms:ViaService`, `kms:GrantIsForAWSResource`, `aws:SecureTransport`) is so of EBS: they limit
    no Allow, and where a Deny has one it denies something else.

    No other condition can be judged here: `aws:PrincipalOrgID`, tags, addresses. Where AWS might
    refuse, the key is not shared: an Allow with one allows nothing, and a Deny with one denies.
    Nor is a key shared with everybody that one of the accounts in its policy may not use.
    """
    named = {name for statement in statements for name in _accounts(statement)} - {owner}
    let_in = frozenset(
        account_id
        for account_id in named
        if _actions(statements, "Allow", account_id) >= NEEDED
        and not _actions(statements, "Deny", account_id)
    )
    return let_in if let_in == named else let_in - {EVERYBODY}


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
        if statement["Effect"] == effect
        and _concerns(statement, account_id)
        and (effect == "Deny" or not _has_unjudged(statement))
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
    if statement["Effect"] == "Deny" and any(
        key in _TRUE_OF_EBS for _, key, _ in _blocks(statement)
    ):
        return False
    return all(
        any(compile_wildcards(one).fullmatch(account_id) for one in accounts) == equal
        for equal, accounts in _caller_conditions(statement)
    )


def _caller_conditions(statement: dict[str, Any]) -> Iterator[tuple[bool, list[str]]]:
    """Return whether the calling account has to be one of some, or none of them, and which."""
    for block in _blocks(statement):
        judged = _judged(*block)
        if judged is not None:
            yield judged


def _has_unjudged(statement: dict[str, Any]) -> bool:
    return any(
        block[1] not in _TRUE_OF_EBS and _judged(*block) is None for block in _blocks(statement)
    )


def _judged(operator: str, key: str, values: list[str]) -> tuple[bool, list[str]] | None:
    """Return what one condition asks of the calling account; None where that can't be said."""
    if key in _CALLING_ACCOUNT and operator in _OPERATORS:
        return _OPERATORS[operator], values
    if key == _PRINCIPAL_ARN and operator in _ARN_OPERATORS:
        accounts = [arn.account_id for arn in map(Arn.parse, values) if arn is not None]
        if len(accounts) == len(values) and all(map(is_account_id, accounts)):
            return _ARN_OPERATORS[operator], accounts
    return None


def _blocks(statement: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Return the conditions: operator, key in lower case, values."""
    conditions = statement.get("Condition")
    for operator, keys in conditions.items() if isinstance(conditions, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield str(operator).removesuffix("IfExists"), str(key).lower(), _texts(values)


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
