"""A registry of frozen records: found by id, listed by owner and Region in the order of making."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Owned(Protocol):
    """What every record has: where it is, and whose it is."""

    @property
    def region(self) -> str:
        """The Region that it is in."""
        ...

    @property
    def owner_id(self) -> str:
        """The account that owns it."""
        ...


_R = TypeVar("_R", bound=Owned)


class Registry(Generic[_R]):
    """Records of one kind, of every account and Region."""

    def __init__(self, id_of: Callable[[_R], str]) -> None:
        """Start empty; *id_of* says where a record keeps its id."""
        self._id_of = id_of
        self._records: dict[str, _R] = {}
        self._numbers: dict[str, int] = {}
        self._count = 0

    def __iter__(self) -> Iterator[_R]:
        """Iterate over all records in the order in which they were made."""
        return iter(tuple(self._records.values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._records)

    def put(self, record: _R) -> None:
        """Keep a new record, or the new one of something that is there."""
        resource_id = self._id_of(record)
        if resource_id not in self._records:
            self._count += 1
            self._numbers[resource_id] = self._count
        self._records[resource_id] = record

    def get(self, resource_id: str) -> _R | None:
        """Return the record with that id, whoever owns it."""
        return self._records.get(resource_id)

    def find(self, resource_id: str, *, region: str, account_id: str) -> _R | None:
        """Return what an account owns in a Region, or None where it has none of that id."""
        record = self._records.get(resource_id)
        if record is None or (record.region, record.owner_id) != (region, account_id):
            return None
        return record

    def remove(self, resource_id: str) -> None:
        """Forget a record."""
        del self._records[resource_id]
        del self._numbers[resource_id]

    def page(self, *, region: str, after: int = 0) -> Iterator[tuple[int, _R]]:
        """Iterate over what is in a Region, oldest first, each with its number.

        Args:
            region: The Region to look in.
            after: Only those with a higher number: where the last page ended.
        """
        for resource_id, record in tuple(self._records.items()):
            number = self._numbers[resource_id]
            if number > after and record.region == region:
                yield number, record
