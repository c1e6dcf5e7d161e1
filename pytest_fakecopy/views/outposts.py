"""Outposts as a test adds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.regions import Outpost
from pytest_fakecopy.errors import UnknownResourceError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy.domain.world import World
    from pytest_fakecopy.door import Door


def require_outpost(world: World, call: str, arn: str, region: str) -> None:
    """Refuse an ARN that names no Outpost of *region*; *call* is who asks: `volumes.add`.

    Raises:
        UnknownResourceError: there is none; the message names the nearest.
    """
    known = [one.arn for one in world.outposts.values() if one.region == region]
    if arn not in known:
        msg = (
            f"{call}(outpost_arn={arn!r}): no Outpost of {region}.{nearest(str(arn), known)}"
            f' To have one: fake_ec2.outposts.add("{region}").arn'
        )
        raise UnknownResourceError(msg)


class Outposts:
    """The Outposts that snapshots can be copied to."""

    __slots__ = ("_door",)

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
            owner = world.accounts.owner(account_id)
            name = world.ids.resource_id("op")
            partition = world.partition_of(region)
            arn = f"arn:{partition}:outposts:{region}:{owner}:outpost/{name}"
            world.outposts[arn] = Outpost(arn, region, owner)
            self._door.note_added(f"Outpost {name}", region, owner)
            return world.outposts[arn]
