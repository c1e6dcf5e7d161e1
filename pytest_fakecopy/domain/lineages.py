"""Lineages: the copies of one volume's data in one place, and how much the next one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.snapshots import ARBITRARY_VOLUME_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.snapshots import SnapshotRecord


class Lineages:
    """The ids of all copies that began, by the data that they hold and where they are."""

    def __init__(self, find: Callable[[str], SnapshotRecord | None]) -> None:
        """Start without copies; *find* returns the record of an id, or None for a deleted one."""
        self._find = find
        self._ids: dict[tuple[str, str, str], list[str]] = {}

    def have_key(self, source: SnapshotRecord, account_id: str, region: str, key_arn: str) -> bool:
        """Say whether an earlier copy of the same data there has that key."""
        earlier = self._earlier((_data_of(source), account_id, region))
        return any(copy is not None and copy.kms_key_arn == key_arn for copy in earlier)

    def go_on(self, snapshot_id: str, attempt: CopyAttempt, source: SnapshotRecord) -> bool:
        """Add a copy that begins, and return whether it holds only what changed since the last one.

        EBS User Guide, "Copy an Amazon EBS snapshot": in one Region with the same key always;
        elsewhere if the latest copy there still exists, is not archived, and all copies there are
        unencrypted or have the same key.
        """
        place = (_data_of(source), attempt.caller.account_id, attempt.region)
        key_arn = attempt.key.arn if attempt.key is not None else None
        earlier = self._earlier(place)
        self._ids.setdefault(place, []).append(snapshot_id)
        if source.region == attempt.region:
            return source.kms_key_arn == key_arn
        if not earlier or earlier[-1] is None or earlier[-1].storage_tier == "archive":
            return False
        return all(copy is None or copy.kms_key_arn == key_arn for copy in earlier)

    def _earlier(self, place: tuple[str, str, str]) -> list[SnapshotRecord | None]:
        """Return the copies in a place, None for a deleted one; one that failed holds no data."""
        copies = [self._find(snapshot_id) for snapshot_id in self._ids.get(place, ())]
        return [copy for copy in copies if copy is None or copy.state != "error"]


def _data_of(source: SnapshotRecord) -> str:
    """Return the volume that a snapshot holds the data of; a copy stands for its own."""
    if source.volume_id != ARBITRARY_VOLUME_ID:
        return source.volume_id
    return source.snapshot_id
