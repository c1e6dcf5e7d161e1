"""One call of an operation: who, where, when, and the world that it acts on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain import kms_errors
from pytest_fakecopy.domain.authorization import unauthorized

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.domain.accounts import Caller
    from pytest_fakecopy.domain.world import World

Result: TypeAlias = "Mapping[str, Any]"
"""An answer: the model's member names with Python values; None is a member that is left out."""
Operation: TypeAlias = Callable[..., Mapping[str, Any]]
"""Takes a `Call`, and as keywords the parameters that it acts on in snake case."""


@dataclass(slots=True)
class Call:
    """A request that was authenticated and taken apart."""

    world: World
    service: str
    """One of "ec2", "kms" and "sts"."""
    operation: str
    """As botocore's model calls it: "CopySnapshot"."""
    caller: Caller
    region: str
    """The Region of the endpoint, as the credential scope or the host says."""
    now: datetime
    endpoint_host: str
    dry_run: bool = False
    request_id: str = ""

    @property
    def account_id(self) -> str:
        """The account that calls."""
        return self.caller.account_id

    @property
    def partition(self) -> str:
        """The partition of the Region."""
        return self.world.partition_of(self.region)

    def arn(self, resource: str, *, account_id: str = "") -> str:
        """Return the ARN of an EC2 resource here, `volume/vol-...`; a snapshot's has no account."""
        return f"arn:{self.partition}:ec2:{self.region}:{account_id}:{resource}"

    def authorize(self, *resources: str, action: str | None = None, tags: bool = False) -> None:
        """Refuse the call where a deny covers it, and answer a dry run that came so far.

        Every EC2 operation calls this once its parameters are known to be good, before it changes
        anything; CopySnapshot has a rule of its own for it.

        Args:
            resources: The ARNs that it acts on; none is `*`.
            action: What IAM calls it; None is the service and the operation.
            tags: Whether it tags what it makes, the first of the resources: then the caller needs
                `ec2:CreateTags` on that as well (capture of 2026-09-25).

        Raises:
            Refused: UnauthorizedOperation, or DryRunOperation.
        """
        permissions = self.world.permissions
        if permissions.denies:
            name = action or f"{self.service}:{self.operation}"
            needed = [(name, resource) for resource in resources or ("*",)]
            if tags:
                needed.append(("ec2:CreateTags", needed[0][1]))
            for permission, resource in needed:
                error = unauthorized(permissions, self.caller, permission, resource)
                if error is not None:
                    raise codes.Refused(_in_the_words_of(self.service, error))
        if self.dry_run:
            kms = self.service == "kms"
            raise codes.Refused(kms_errors.DRY_RUN if kms else codes.DRY_RUN_OPERATION)

    def event_id(self) -> str:
        """Return the id of a new event."""
        return self.world.ids.uuid("event")


def _in_the_words_of(service: str, error: codes.ErrorResponse) -> codes.ErrorResponse:
    if service == "ec2":
        return error
    # Assumed: KMS and STS answer the same sentence without EC2's first one and encoded message.
    message = error.message.removeprefix("You are not authorized to perform this operation. ")
    message = message.partition(". Encoded authorization failure message")[0]
    if service == "kms":
        return codes.ErrorResponse("AccessDeniedException", message, 400)
    return codes.ErrorResponse("AccessDenied", message, 403)
