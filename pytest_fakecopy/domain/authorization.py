"""What a denied call is answered: EC2's sentence, with an encoded message that can be decoded."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from pytest_fakecopy.domain.error_codes import ErrorResponse, unauthorized_operation

if TYPE_CHECKING:
    from pytest_fakecopy.domain.accounts import Caller
    from pytest_fakecopy.domain.permissions import Permissions


def unauthorized(
    permissions: Permissions, caller: Caller, action: str, resource: str
) -> ErrorResponse | None:
    """Return the error of a call that a deny covers, or None where it is allowed.

    The wording was observed (capture of 2026-09-25). AWS encrypts the encoded message; ours is
    plain base64url of the JSON document that DecodeAuthorizationMessage would give.
    """
    deny = permissions.denied(action, resource, caller.account_id)
    if deny is None:
        return None
    if deny.message is not None:
        return unauthorized_operation(deny.message)
    return unauthorized_operation(
        "You are not authorized to perform this operation."
        f" User: {caller.arn} is not authorized to perform: {action} on resource: {resource}"
        f" because no identity-based policy allows the {action} action."
        f" Encoded authorization failure message: {_encoded(caller, action, resource)}"
    )


def _encoded(caller: Caller, action: str, resource: str) -> str:
    document = {
        "allowed": False,
        "explicitDeny": True,
        "context": {
            "principal": {"id": caller.user_id, "arn": caller.arn},
            "action": action,
            "resource": resource,
        },
    }
    return urlsafe_b64encode(json.dumps(document).encode()).decode()
