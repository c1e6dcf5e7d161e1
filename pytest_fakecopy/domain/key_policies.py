"""Key policies: which other accounts one lets use the key, and what the default one says."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.arns import Arn, is_account_id
from pytest_fakecopy.domain.kms import EVERYBODY
from pytest_fakecopy.domain.permissions import Deny

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_fakecopy.domain.kms import KeyRecord

# EBS User Guide, "Share the KMS key used to encrypt a shared snapshot": what the other account
# needs of it. KMS authorizes ReEncrypt as ReEncryptFrom on the source's key.
NEEDED = ("kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:ReEncryptFrom")

_ADMINISTRATION = "kms:PutKeyPolicy"


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
        and "Principal" in statement
        and "Action" in statement
    )


def shared_with(statements: Iterable[dict[str, Any]], owner: str) -> frozenset[str]:
    """Return the accounts besides the *owner* that may do all that EBS needs; `*` is everybody.

    A user or a role stands for its account. Of conditions `kms:CallerAccount` counts; the others
    that keys for EBS have (`kms:ViaService`, `kms:GrantIsForAWSResource`) are met by EBS.
    """
    allowed: dict[str, set[str]] = defaultdict(set)
    denied: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        rights = allowed if statement["Effect"] == "Allow" else denied
        actions = {action for action in NEEDED if _covers(statement, action)}
        for account_id in _accounts(statement):
            rights[account_id] |= actions
    everybody = allowed[EVERYBODY]
    return frozenset(
        account_id
        for account_id, actions in allowed.items()
        if account_id != owner
        and not (denied[account_id] | denied[EVERYBODY])
        and (actions | everybody) >= set(NEEDED)
    )


def locks_out(statements: Iterable[dict[str, Any]], owner: str) -> bool:
    """Say whether nobody of the owner's account could change the policy again."""
    return not any(
        statement["Effect"] == "Allow"
        and {owner, EVERYBODY} & set(_accounts(statement))
        and _covers(statement, _ADMINISTRATION)
        for statement in statements
    )


def _covers(statement: dict[str, Any], action: str) -> bool:
    return any(Deny(pattern).covers(action, "*", "") for pattern in _texts(statement["Action"]))


def _accounts(statement: dict[str, Any]) -> Iterator[str]:
    principal = statement["Principal"]
    names = _texts(principal.get("AWS", ()) if isinstance(principal, dict) else principal)
    callers = _caller_accounts(statement)
    for name in names:
        arn = Arn.parse(name)
        account_id = arn.account_id if arn else name
        if account_id == EVERYBODY and callers:
            yield from callers
        elif account_id == EVERYBODY or (
            is_account_id(account_id) and account_id in (callers or [account_id])
        ):
            yield account_id


def _caller_accounts(statement: dict[str, Any]) -> list[str]:
    conditions = statement.get("Condition") or {}
    return [
        account_id
        for operator, keys in conditions.items()
        if operator in ("StringEquals", "StringLike") and isinstance(keys, dict)
        for account_id in _texts(keys.get("kms:CallerAccount", ()))
    ]


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
        actions = ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:ReEncrypt*"]
        statements.append(_statement("Allow use of the key", partition, others, actions))
    document = {"Version": "2012-10-17", "Id": "key-default-1", "Statement": statements}
    return json.dumps(document, indent=2)


def _statement(sid: str, partition: str, accounts: list[str], actions: list[str]) -> dict[str, Any]:
    roots = [f"arn:{partition}:iam::{account_id}:root" for account_id in accounts]
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": roots[0] if len(roots) == 1 else roots},
        "Action": actions[0] if len(actions) == 1 else actions,
        "Resource": "*",
    }
