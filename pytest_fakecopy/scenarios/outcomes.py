"""What comes out of a copy, and the call that it comes out of, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Rejected:
    """The call is answered with an error, and nothing is made."""

    code: str
    """EC2's error code: "InvalidParameterValue"."""
    status: int = 400
    """The HTTP status."""
    message: str | None = field(default=None, kw_only=True)
    """EC2's text; None is any, where its values differ from run to run."""
    rule: str | None = field(default=None, kw_only=True)
    """The name of the rule that decides so."""

    def __str__(self) -> str:
        """Return `rejected with InvalidRegion, 400, by source-region-exists`."""
        by = f", by {self.rule}" if self.rule else ""
        return f"rejected with {self.code}, {self.status}{by}"


@dataclass(frozen=True, slots=True)
class Ends:
    """The call is answered 200, and this is how the copy is in the end."""

    state: Literal["completed", "error"] = "completed"
    state_message: str | None = None
    """EC2's StateMessage; None where there is none."""
    encrypted: bool = False
    kms_key: str | None = None
    """The alias of its KMS key, "alias/aws/ebs" for example; the key id of one without alias."""
    minutes: float | None = field(default=None, kw_only=True)
    """From start to completion; None is any, as with all copies that aren't time-based."""
    rule: str | None = field(default=None, kw_only=True)
    """The name of the rule that fails it."""

    def __str__(self) -> str:
        """Return `error, 'Source snapshot is not found', by source-snapshot-exists` and such."""
        if self.state == "error":
            by = f", by {self.rule}" if self.rule else ""
            return f"accepted, ends in error, {self.state_message!r}{by}"
        encryption = f"encrypted with {self.kms_key}" if self.encrypted else "unencrypted"
        return f"accepted, completes {encryption}"


Outcome: TypeAlias = Rejected | Ends


@dataclass(frozen=True, slots=True)
class CopyCall(Mapping[str, Any]):
    """One CopySnapshot that is to be made; a mapping of its parameters.

    `ec2.copy_snapshot(**call)` makes it with a client of one's own.
    """

    parameters: Mapping[str, Any] = field(hash=False)
    """Under the names that boto3 has: `{"SourceRegion": "us-west-2", ...}`."""
    region: str
    """The Region to call, where the copy goes."""
    account_id: str
    """The account that calls."""
    raw: bool
    """Whether boto3 refuses these parameters itself, so that its validation has to be off."""
    connect: Callable[[], Any] = field(repr=False, compare=False)
    """Makes a boto3 EC2 client for that Region and account, which sends what `raw` says."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # each parameter has its own type
        """Return a parameter of the call."""
        return self.parameters[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the parameters."""
        return iter(self.parameters)

    def __len__(self) -> int:
        """Return the number of the parameters."""
        return len(self.parameters)

    @property
    def client(self) -> Any:  # noqa: ANN401  # botocore's clients have no static type
        """A new boto3 EC2 client for that Region and account."""
        return self.connect()
