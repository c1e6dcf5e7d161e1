"""STS: who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_fakecopy.domain.operations.call import Call, Result


def get_caller_identity(call: Call) -> Result:
    """Say who calls. STS API reference, GetCallerIdentity: no permission can deny it."""
    caller = call.caller
    return {"UserId": caller.user_id, "Account": caller.account_id, "Arn": caller.arn}
