"""Lineages: the copies of one volume's data in one place, and how much the next one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pytest_fakecopy.domain.snapshots import ARBITRARY_VOLUME_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.snapshots import SnapshotRecord

_Place: TypeAlias = tuple[str, str, str, str]
"""Whose data, account, Region, and the Outpost or Local Zone there."""


class Lineages:
    """The ids of all copies that began, by the data that they hold and where they are."""

    def __init__(self, find: Callable[[str], SnapshotRecord | None]) -> None:
        """Start without copies; *find* returns the record of an id, or None for a deleted one."""
        self._find = find
        self._lineages: dict[_Place, _Lineage] = {}

    def have_key(
        self, source: SnapshotRecord, account_id: str, place: tuple[str, str], key_arn: str
    ) -> bool:
        """Say whether an earlier copy of the same data there has that key.

        A *place* is a Region and the Outpost or Local Zone there.
        """
        lineage = self._lineages.get((_data_of(source), account_id, *place))
        return lineage is not None and key_arn in lineage.key_arns()

    def go_on(self, snapshot_id: str, attempt: CopyAttempt, source: SnapshotRecord) -> bool:
        """Add a copy that begins, and return whether it holds only what changed since the last one.

        EBS User Guide, "Copy an Amazon EBS snapshot": in one Region with the same key always;
        elsewhere if the latest copy there still exists, is not archived, and all copies there are
        unencrypted or have the same key. Assumed: an Outpost and a Local Zone are elsewhere.
        """
        location = attempt.request.location
        place = (_data_of(source), attempt.caller.account_id, attempt.region, location)
        key_arn = attempt.key.arn if attempt.key is not None else None
        lineage = self._lineages.get(place)
        if lineage is None:
            lineage = self._lineages[place] = _Lineage(self._find)
        latest, keys = lineage.latest(), lineage.key_arns()
        lineage.append(snapshot_id)
        if (source.region, source.location) == (attempt.region, location):
            return source.kms_key_arn == key_arn
        if latest is None or latest.storage_tier == "archive":
            return False
        return keys <= {key_arn}


class _Lineage:
    """The copies of the same data in one place; those that failed hold none and are let go."""

    __slots__ = ("_by_key", "_find", "_ids", "_new")

    def __init__(self, find: Callable[[str], SnapshotRecord | None]) -> None:
        self._find = find
        self._ids: list[str] = []
        self._new: list[str] = []
        """Those whose key is not known yet: it is that of the data, shown once it is copied."""
        self._by_key: dict[str | None, list[str]] = {}

    def append(self, snapshot_id: str) -> None:
        self._ids.append(snapshot_id)
        self._new.append(snapshot_id)

    def latest(self) -> SnapshotRecord | None:
        """Return the last copy that didn't fail, None where it was deleted or there is none."""
        ids = self._ids
        while ids:
            copy = self._find(ids[-1])
            if copy is None or copy.state != "error":
                return copy
            ids.pop()
        return None

    def key_arns(self) -> set[str | None]:
        """Return the keys of the copies that are there, None for those without one."""
        for snapshot_id in self._new:
            copy = self._find(snapshot_id)
            if copy is not None:
                self._by_key.setdefault(copy.kms_key_arn, []).append(snapshot_id)
        self._new.clear()
        return {key for key, ids in self._by_key.items() if self._is_there(ids)}

    def _is_there(self, ids: list[str]) -> bool:
        while ids:
            copy = self._find(ids[-1])
            if copy is not None and copy.state != "error":
                return True
            ids.pop()
        return False


def _data_of(source: SnapshotRecord) -> str:
    """Return the volume that a snapshot holds the data of; a copy stands for its own."""
    if source.volume_id != ARBITRARY_VOLUME_ID:
        return source.volume_id
    return source.snapshot_id
