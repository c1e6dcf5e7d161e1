"""Everything that the fake knows: the registries, the settings, the future, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_fakecopy.domain.images import ImageRegistry
from pytest_fakecopy.domain.permissions import Permissions
from pytest_fakecopy.domain.settings import Settings
from pytest_fakecopy.domain.snapshots import SnapshotRegistry
from pytest_fakecopy.domain.tags import Tags
from pytest_fakecopy.domain.timeline import Timeline
from pytest_fakecopy.domain.volumes import VolumeRegistry

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from pytest_fakecopy.domain.accounts import Accounts
    from pytest_fakecopy.domain.events import Event
    from pytest_fakecopy.domain.faults import Faults
    from pytest_fakecopy.domain.ids import IdSource
    from pytest_fakecopy.domain.kms import KeyRegistry
    from pytest_fakecopy.domain.lifecycle import Copies
    from pytest_fakecopy.domain.presigned import PresignedUrl
    from pytest_fakecopy.domain.records import Record
    from pytest_fakecopy.domain.regions import Outpost, RegionData
    from pytest_fakecopy.domain.rules import RuleBook


@dataclass(slots=True, eq=False, kw_only=True)
class World:
    """The state of one fake. Operations change it; a refused operation leaves it as it was."""

    now: Callable[[], datetime]
    signing_now: Callable[[], datetime]
    regions: RegionData
    ids: IdSource
    accounts: Accounts
    keys: KeyRegistry
    rules: RuleBook
    validation_delay: timedelta
    copy_duration: timedelta
    max_concurrent_copies: int
    strict_credentials: bool
    judge: Callable[[str], PresignedUrl]
    record: Callable[[Record], None]
    """Takes every verdict, transition and change, for the journal."""
    emit: Callable[[datetime, Event], None]
    """Takes every EventBridge event with its time."""
    faults: Faults = field(init=False)
    copies: Copies = field(init=False)
    timeline: Timeline = field(default_factory=Timeline)
    snapshots: SnapshotRegistry = field(init=False)
    volumes: VolumeRegistry = field(default_factory=VolumeRegistry)
    images: ImageRegistry = field(default_factory=ImageRegistry)
    settings: Settings = field(default_factory=Settings)
    tags: Tags = field(default_factory=Tags)
    permissions: Permissions = field(default_factory=Permissions)
    outposts: dict[str, Outpost] = field(default_factory=dict)
    tokens: dict[tuple[str, str, str], tuple[object, str]] = field(default_factory=dict)
    """By account, Region and ClientToken what was asked for with it, and the id that it made."""

    def __post_init__(self) -> None:
        """Connect the registries."""
        self.snapshots = SnapshotRegistry(self._blocks_public)

    def _blocks_public(self, account_id: str, region: str) -> bool:
        return self.settings.get(account_id, region).block_public_access == "block-all-sharing"

    def partition_of(self, region: str) -> str:
        """Return the partition of a Region; one that nobody knows counts as "aws"."""
        return self.regions.partition_of(region) or "aws"

    def settle(self) -> None:
        """Let everything happen that has come due."""
        self.timeline.settle(self.now())

    def default_key_arn(self, account_id: str, region: str) -> str:
        """Return the key that EBS encrypts with in a Region where a request names none."""
        configured = self.settings.get(account_id, region).default_key_arn
        return configured or self.keys.default_ebs_key(region, account_id).arn
