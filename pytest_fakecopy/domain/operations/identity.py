"""STS: who calls, and roles that can be assumed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.accounts import Credentials
from pytest_fakecopy.domain.arns import Arn
from pytest_fakecopy.domain.ids import access_key_of

if TYPE_CHECKING:
    from pytest_fakecopy.domain.operations.call import Call, Result

_USUAL_SECONDS = 3600


def get_caller_identity(call: Call) -> Result:
    """Say who calls. STS API reference, GetCallerIdentity: no permission can deny it."""
    caller = call.caller
    return {"UserId": caller.user_id, "Account": caller.account_id, "Arn": caller.arn}


def assume_role(  # the parameters of the API
    call: Call,
    *,
    role_arn: str,
    role_session_name: str,
    duration_seconds: int = _USUAL_SECONDS,
    external_id: str | None = None,
    source_identity: str | None = None,
) -> Result:
    """Give credentials of a role's session. STS API reference, AssumeRole.

    Every role of a registered account can be assumed by everybody: the fake has no roles and no
    trust policies, so an external id is always the right one. A deny on `sts:AssumeRole` counts.
    """
    del external_id
    role = _role(call, role_arn)
    if role.account_id not in call.world.accounts:
        raise codes.Refused(_denied(call, role_arn))
    _require_duration(call, duration_seconds)
    call.authorize(role_arn)
    role_name = role.resource.rpartition("/")[2]
    role_id = f"{access_key_of(0, role_arn, 'AROA')[0]}:{role_session_name}"
    session_arn = (
        f"arn:{role.partition}:sts::{role.account_id}:assumed-role/{role_name}/{role_session_name}"
    )
    credentials = _register(call, role.account_id, session_arn, role_id, duration_seconds)
    return {
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": credentials.expires,
        },
        "AssumedRoleUser": {"AssumedRoleId": role_id, "Arn": session_arn},
        "SourceIdentity": source_identity,
    }


def _role(call: Call, role_arn: str) -> Arn:
    arn = Arn.parse(role_arn)
    if (
        arn is None
        or (arn.partition, arn.service) != (call.partition, "iam")
        or not arn.resource.startswith("role/")
        or arn.resource.endswith("/")
    ):
        # Code documented; the text is quoted in many issues.
        raise codes.Refused(codes.ErrorResponse("ValidationError", f"{role_arn} is invalid"))
    return arn


def _denied(call: Call, role_arn: str) -> codes.ErrorResponse:
    # Quoted in many issues: whether the role isn't there or isn't trusting, the answer is the same.
    return codes.ErrorResponse(
        "AccessDenied",
        f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource:"
        f" {role_arn}",
        403,
    )


def _require_duration(call: Call, seconds: int) -> None:
    if seconds > _USUAL_SECONDS and ":assumed-role/" in call.caller.arn:
        # Observed: coinbase/assume-role issue 24.
        message = (
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by"
            " role chaining."
        )
        raise codes.Refused(codes.ErrorResponse("ValidationError", message))


def _register(
    call: Call, account_id: str, arn: str, user_id: str, duration_seconds: int
) -> Credentials:
    """Make credentials known that hold for a while; STS counts in whole seconds."""
    access_key_id, secret = call.world.ids.access_key("ASIA")
    credentials = Credentials(
        access_key_id,
        secret,
        call.world.ids.token("session"),
        account_id,
        arn,
        user_id,
        expires=call.now.replace(microsecond=0) + timedelta(seconds=duration_seconds),
    )
    call.world.accounts.register(credentials)
    return credentials
