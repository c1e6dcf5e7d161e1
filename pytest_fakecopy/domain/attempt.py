"""One CopySnapshot as the rules see it: the request and every fact that a rule may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pytest_fakecopy.domain.accounts import Caller
    from pytest_fakecopy.domain.encryption import Encryption
    from pytest_fakecopy.domain.kms import KeyRecord
    from pytest_fakecopy.domain.permissions import Permissions
    from pytest_fakecopy.domain.presigned import PresignedUrl
    from pytest_fakecopy.domain.regions import Outpost, RegionData
    from pytest_fakecopy.domain.snapshots import SnapshotRecord


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """The parameters of a CopySnapshot as they came; None is a parameter that was not given."""

    source_region: str | None = None
    source_snapshot_id: str | None = None
    description: str = ""
    destination_outpost_arn: str | None = None
    destination_region: str | None = None
    destination_availability_zone: str | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    presigned_url: str | None = field(default=None, repr=False)
    completion_duration_minutes: int | None = None
    tag_specifications: tuple[Mapping[str, Any], ...] = ()
    dry_run: bool = False
    for_image: bool = False
    """Whether CopyImage asks for it, which takes no presigned URL."""

    @property
    def location(self) -> str:
        """The Outpost or Local Zone that the copy goes to; empty where it goes to the Region."""
        return self.destination_outpost_arn or self.destination_availability_zone or ""


THROUGHPUT_STEP = 1024**2
"""1 MiB/s. AWS counts the quotas of time-based copies in it; less than that counts as nothing."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """What an account's time-based copies between two Regions may use, in bytes per second."""

    per_copy: int = 500 * 1024**2
    total: int = 2000 * 1024**2
    in_use: int = 0

    @property
    def available(self) -> int:
        """What one more copy can have, in whole MiB/s."""
        left = max(0, min(self.per_copy, self.total - self.in_use))
        return left - left % THROUGHPUT_STEP


@dataclass(frozen=True, slots=True)
class CopyAttempt:
    """A CopySnapshot and the world around it at one moment, as immutable values.

    It is made when the call is admitted, and made again when the accepted copy is validated.
    """

    request: CopyRequest
    """The parameters as they came."""
    caller: Caller
    """Who calls, as the signature says."""
    region: str
    """The Region of the endpoint that was called: where the copy goes."""
    partition: str
    """The partition of the Region: "aws", "aws-cn", "aws-us-gov"."""
    now: datetime
    """The time of the fake, in UTC."""
    signing_now: datetime
    """The time that signatures are compared with: `now`, or the process's own under a clock that
    leaves the process alone."""
    endpoint_host: str
    """The host that the request was sent to, with its port."""
    regions: RegionData = field(repr=False)
    """The Regions that there are."""
    source: SnapshotRecord | None
    """The source snapshot, where it is in the source Region and the caller can see it."""
    source_key: KeyRecord | None
    """The key that the source is encrypted with."""
    encryption: Encryption
    """Whether the copy will be encrypted, and why."""
    key_identifier: str | None
    """What names the copy's key: the request's KmsKeyId, or the default key's ARN or alias."""
    key: KeyRecord | None
    """What `key_identifier` means in the destination Region; None where it means nothing."""
    key_reused: bool
    """Whether an earlier copy of the same volume's data there has that key already."""
    permissions: Permissions = field(repr=False)
    """What the test has denied."""
    outposts: Mapping[str, Outpost] = field(repr=False)
    """The Outposts that there are, by ARN."""
    copies_in_progress: int
    """How many copies the caller has pending in the Region."""
    copies_limit: int
    """How many it may have."""
    throughput: Throughput
    """What time-based copies between the two Regions may use, in bytes per second."""
    judge: Callable[[str], PresignedUrl] = field(repr=False)
    """Takes a presigned URL apart and compares its signature with the registered secret."""
    strict_credentials: bool = False
    """Whether an access key that nobody registered is refused."""
    source_hint: str = ""
    """Where a source that was not found is, or whose: "; it is in eu-west-1". For `why` alone."""
    key_hint: str = ""
    """The same of a key that was not found: "; there is one in us-west-2"."""

    @property
    def presigned(self) -> PresignedUrl | None:
        """The presigned URL, taken apart and its signature judged; None where none was given."""
        url = self.request.presigned_url
        return self.judge(url) if url else None

    @property
    def needs_key(self) -> bool:
        """Whether the copy will be encrypted, so that its key matters."""
        return self.encryption.encrypted
