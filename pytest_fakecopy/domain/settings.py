"""What an account has set for EBS in a Region: encryption by default, its key, public sharing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

BlockPublicAccess: TypeAlias = Literal["unblocked", "block-all-sharing", "block-new-sharing"]


@dataclass(frozen=True, slots=True)
class EbsSettings:
    """The settings of one account in one Region, as a new account has them."""

    encryption_by_default: bool = False
    default_key_arn: str | None = None
    """The key that ModifyEbsDefaultKmsKeyId set; None is the AWS managed key `aws/ebs`."""
    block_public_access: BlockPublicAccess = "unblocked"


class Settings:
    """The settings of every account and Region."""

    def __init__(self) -> None:
        """Start with nothing set."""
        self._settings: dict[tuple[str, str], EbsSettings] = {}
        self._untouched = EbsSettings()

    def get(self, account_id: str, region: str) -> EbsSettings:
        """Return the settings of an account in a Region."""
        return self._settings.get((account_id, region), self._untouched)

    def change(self, account_id: str, region: str, **members: object) -> EbsSettings:
        """Replace some settings of an account in a Region; *members* are fields of them."""
        changed = replace(self.get(account_id, region), **members)  # type: ignore[arg-type]  # fields by name
        self._settings[account_id, region] = changed
        return changed
