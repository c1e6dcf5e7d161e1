"""Outposts as a test adds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.regions import Outpost
from pytest_fakecopy.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy.door import Door


class Outposts:
    """The Outposts that snapshots can be copied to."""

    def __init__(self, door: Door) -> None:
        """Look through *door*. Tests get this as `fake_ec2.outposts`."""
        self._door = door

    def __repr__(self) -> str:
        """Return `<Outposts arn:aws:outposts:...>`."""
        return f"<Outposts {', '.join(outpost.arn for outpost in self) or 'none'}>"

    def __iter__(self) -> Iterator[Outpost]:
        """Iterate over them in the order in which they were added."""
        with self._door as world:
            return iter(tuple(world.outposts.values()))

    def add(self, region: str = "us-east-1", account_id: str | None = None) -> Outpost:
        """Add an Outpost to copy snapshots to.

        Args:
            region: Its Region: what is copied to it must be there.
            account_id: The account that owns it; None is the default account.

        Raises:
            UsageError: *region* is no Region.
            UnknownResourceError: *account_id* names no account.
        """
        with self._door as world:
            if region not in world.regions:
                known = world.regions.names()
                msg = (
                    f"outposts.add(region={region!r}): no such Region.{nearest(str(region), known)}"
                )
                raise UsageError(msg)
            owner = world.accounts.default.account_id
            if account_id is not None:
                owner = world.accounts[account_id].account_id
            name = world.ids.resource_id("op")
            partition = world.partition_of(region)
            arn = f"arn:{partition}:outposts:{region}:{owner}:outpost/{name}"
            world.outposts[arn] = Outpost(arn, region, owner)
            return world.outposts[arn]
