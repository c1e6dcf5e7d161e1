"""KMS's error codes as values. All are answered with status 400, in the words that KMS uses.

The codes are those of the API reference; at each text stands how sure it is.
"""

from __future__ import annotations

from pytest_fakecopy.domain.error_codes import ErrorResponse

# Code documented, text assumed.
DRY_RUN = ErrorResponse(
    "DryRunOperationException",
    "The request would have succeeded, but the DryRun option is set.",
)
# Quoted in many issues.
LOCKED_OUT = ErrorResponse(
    "MalformedPolicyDocumentException",
    "The new key policy will not allow you to update the key policy in the future.",
)


def key_not_found(arn: str) -> ErrorResponse:
    """Return the answer to a key that isn't there. Observed in many issues."""
    return not_found(f"Key '{arn}' does not exist")


def alias_not_found(arn: str) -> ErrorResponse:
    """Return the answer to an alias that isn't there. Observed in many issues."""
    return not_found(f"Alias {arn} is not found.")


def arn_of_another_region(region: str) -> ErrorResponse:
    """Return the answer to an ARN of another Region. Observed: pulumi issue 17022."""
    return not_found(f"Invalid arn {region}")


def malformed_key_id(identifier: str) -> ErrorResponse:
    """Return the answer to what can't be a key id. Code documented, text quoted."""
    return not_found(f"Invalid keyId '{identifier}'")


def not_found(message: str) -> ErrorResponse:
    """Return `NotFoundException`."""
    return ErrorResponse("NotFoundException", message)


def invalid_state(arn: str, state: str) -> ErrorResponse:
    """Return the answer to a key in a state that the operation can't be done in.

    The words for the states are those of the causes in the EBS User Guide, "EventBridge events".
    """
    return ErrorResponse("KMSInvalidStateException", in_state(arn, state))


def disabled(arn: str) -> ErrorResponse:
    """Return the answer to using a disabled key. Text: EBS User Guide, "EventBridge events"."""
    return ErrorResponse("DisabledException", in_state(arn, "Disabled"))


def in_state(arn: str, state: str) -> str:
    """Return the sentence that a key is in a state, as in `<arn> is pending deletion.`."""
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in state)
    return f"{arn} is{words}."


def access_denied(caller_arn: str, action: str, arn: str) -> ErrorResponse:
    """Return the answer to another account's key that isn't there or isn't shared.

    Quoted in many issues: KMS doesn't tell the two apart.
    """
    return ErrorResponse(
        "AccessDeniedException",
        f"User: {caller_arn} is not authorized to perform: {action} on resource: {arn} because the"
        " resource does not exist in this Region, no resource-based policies allow access, or a"
        " resource-based policy explicitly denies access",
    )


def already_exists(message: str) -> ErrorResponse:
    """Return `AlreadyExistsException`."""
    return ErrorResponse("AlreadyExistsException", message)


def validation(message: str) -> ErrorResponse:
    """Return `ValidationException`, for what breaks a rule that no other code has."""
    return ErrorResponse("ValidationException", message)


def unsupported(message: str) -> ErrorResponse:
    """Return `UnsupportedOperationException`."""
    return ErrorResponse("UnsupportedOperationException", message)


def not_pending_deletion(arn: str) -> ErrorResponse:
    """Return the answer to cancelling a deletion that isn't scheduled. Text quoted."""
    return ErrorResponse("KMSInvalidStateException", f"{arn} is not pending deletion.")
