"""The one way into the world from outside a request: locked, and settled first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.records import ChangeRecord

if TYPE_CHECKING:
    from threading import RLock
    from types import TracebackType

    from pytest_fakecopy.domain.world import World


class Door:
    """`with door as world:` holds the lock, and everything that has come due has happened."""

    def __init__(self, world: World, lock: RLock) -> None:
        """Guard *world* with *lock*."""
        self._world = world
        self._lock = lock

    def __enter__(self) -> World:
        """Lock the world, settle it and return it."""
        self._lock.acquire()
        try:
            self._world.settle()
        except BaseException:
            self._lock.release()
            raise
        return self._world

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Unlock the world."""
        self._lock.release()

    def settle(self) -> None:
        """Let everything happen that has come due."""
        with self:
            pass

    def note(self, what: str) -> None:
        """Write into the journal that the test changed the world."""
        with self as world:
            world.record(ChangeRecord(world.now(), what))

    def note_added(self, what: str, region: str, account_id: str) -> None:
        """Write into the journal that the test added a key, a volume or an Outpost.

        Args:
            what: What it is and what it is called: "key alias/backup".
            region: The Region that it is in.
            account_id: The account that owns it; only another than the default one is named.
        """
        with self as world:
            default = world.accounts.default.account_id
            owner = f" of account {account_id}" if account_id != default else ""
            self.note(f"{what} in {region}{owner}: the test added it")
