"""EC2's error codes as values, with the texts that EC2 was seen to use.

Checks and operations return or raise these; the wire puts them into the envelope of the protocol.
At each text stands how sure it is: *observed* is a raw answer of AWS, *documented* the EC2 error
code page, *quoted* a text repeated by others, *assumed* one that is ours because none is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from pytest_fakecopy.errors import UsageError

_LOWEST, _HIGHEST = 400, 599


def is_error_status(status: object) -> bool:
    """Say whether *status* is the HTTP status of an error."""
    return type(status) is int and _LOWEST <= status <= _HIGHEST


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An error as it goes over the wire: EC2's code, EC2's sentence, the HTTP status."""

    code: str
    """EC2's code: "InvalidSnapshot.NotFound"."""
    message: str
    """EC2's sentence."""
    status: int = 400
    """The HTTP status, 400 to 599."""

    def __post_init__(self) -> None:
        """Refuse what is no error on the wire.

        Raises:
            UsageError: code or message is no text, or the status is none of an error.
        """
        texts = isinstance(self.code, str) and isinstance(self.message, str)
        if not texts or not is_error_status(self.status):
            msg = (
                f"{self!r}: expected a code, a text and an HTTP status of 400 to 599:"
                ' ErrorResponse("UnauthorizedOperation", "Use the key of prod.", 403)'
            )
            raise UsageError(msg)


class Refused(Exception):  # noqa: N818  # carries a value to the gateway, is no error of ours
    """Carries an `ErrorResponse` from an operation to the gateway, which answers it."""

    def __init__(self, response: ErrorResponse) -> None:
        """Keep the response to answer."""
        super().__init__(f"{response.code}: {response.message}")
        self.response = response


# Common to all operations.

# Observed: boto3 issue 1803; the status is assumed.
AUTH_FAILURE = ErrorResponse(
    "AuthFailure", "AWS was not able to validate the provided access credentials", 401
)
# Observed in many logs.
REQUEST_EXPIRED = ErrorResponse("RequestExpired", "Request has expired.")
# Code documented, text and status assumed.
MISSING_AUTHENTICATION_TOKEN = ErrorResponse(
    "MissingAuthenticationToken", "Request is missing Authentication Token", 403
)
# Observed: capture of 2026-09-25.
DRY_RUN_OPERATION = ErrorResponse(
    "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412
)
INTERNAL_ERROR = ErrorResponse("InternalError", "An internal error has occurred", 500)


def invalid_action(action: str) -> ErrorResponse:
    """Return the answer to an action that EC2 doesn't have. Code documented, text assumed."""
    return ErrorResponse("InvalidAction", f"The action {action} is not valid for this web service.")


def missing_parameter(name: str) -> ErrorResponse:
    """Return the answer to a call without a required parameter. Observed 2026-09-25."""
    return ErrorResponse("MissingParameter", f"The request must contain the parameter {name}")


def invalid_parameter_value(message: str) -> ErrorResponse:
    """Return `InvalidParameterValue`, the code for most values that EC2 doesn't take."""
    return ErrorResponse("InvalidParameterValue", message)


def invalid_parameter_combination(message: str) -> ErrorResponse:
    """Return `InvalidParameterCombination`: two parameters that don't go together."""
    return ErrorResponse("InvalidParameterCombination", message)


def unauthorized_operation(message: str) -> ErrorResponse:
    """Return `UnauthorizedOperation`, 403. Observed 2026-09-25."""
    return ErrorResponse("UnauthorizedOperation", message, 403)


# Snapshots.


def snapshot_not_found(snapshot_id: str) -> ErrorResponse:
    """Return the answer to an id that is not there or not visible. Code observed, text quoted."""
    return ErrorResponse(
        "InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist."
    )


def snapshot_id_malformed(snapshot_id: str) -> ErrorResponse:
    """Return the answer to a malformed id; the trailing space is EC2's. Observed 2026-09-25."""
    return ErrorResponse(
        "InvalidSnapshotID.Malformed",
        f"Value ( {snapshot_id} ) for parameter SNAPSHOT is invalid. ",
    )


def snapshot_id_without_prefix(snapshot_id: str) -> ErrorResponse:
    """Return the answer to an id that doesn't begin with `snap-`. Observed 2026-09-25."""
    return invalid_parameter_value(
        f"Value ({snapshot_id}) for parameter snapshotId is invalid. Expected: 'snap-...'."
    )


def invalid_region(name: str) -> ErrorResponse:
    """Return the answer to a Region that isn't there. Observed 2026-09-25."""
    return ErrorResponse("InvalidRegion", f"{name} is not a valid region name.")


def incorrect_state(state: str) -> ErrorResponse:
    """Return the answer to using a snapshot that isn't completed. Quoted, for CreateVolume."""
    return ErrorResponse("IncorrectState", f"Snapshot is in invalid state - {state}")


def invalid_id(resource_id: str) -> ErrorResponse:
    """Return the answer to an id of no known form. Code documented, text assumed."""
    return ErrorResponse("InvalidID", f"The ID '{resource_id}' is not valid")


def volume_not_found(volume_id: str) -> ErrorResponse:
    """Return the answer to a volume that is not there. Code documented, text assumed."""
    return ErrorResponse("InvalidVolume.NotFound", f"The volume '{volume_id}' does not exist.")


def snapshot_in_use(snapshot_id: str, image_id: str) -> ErrorResponse:
    """Return the answer to deleting an image's snapshot. Code documented, text assumed."""
    return ErrorResponse(
        "InvalidSnapshot.InUse", f"The snapshot {snapshot_id} is currently in use by {image_id}"
    )


def image_not_found(image_id: str) -> ErrorResponse:
    """Return the answer to an image that is not there. Observed in many issues."""
    return ErrorResponse("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")


def copy_limit_exceeded(limit: int) -> ErrorResponse:
    """Return the answer to one copy too many. Observed with the limit of its day, 5."""
    return ErrorResponse(
        "ResourceLimitExceeded",
        f"Too many snapshot copies in progress. The limit is {limit} for this destination region.",
    )


def unknown_filter(name: str) -> ErrorResponse:
    """Return the answer to a filter that the operation doesn't have. Code observed for volumes."""
    return invalid_parameter_value(f"The filter '{name}' is invalid")
