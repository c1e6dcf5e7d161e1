"""Explicit denies, with wildcards as in IAM. Whatever nobody denied is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_fakecopy.domain.wildcards import compile_wildcards


@dataclass(frozen=True, slots=True)
class Deny:
    """One explicit deny: an action and a resource, either with `*` and `?`."""

    action: str
    resource: str = "*"
    account_id: str | None = None
    """The account whose calls it denies; None denies everybody's."""
    message: str | None = None
    """The text of the error in place of EC2's."""

    def covers(self, action: str, resource: str, account_id: str) -> bool:
        """Say whether this denies *action* on *resource* to *account_id*.

        IAM compares actions without regard to case, and resources with it.
        """
        return (
            (self.account_id is None or self.account_id == account_id)
            and compile_wildcards(self.action, fold=True).fullmatch(action) is not None
            and compile_wildcards(self.resource).fullmatch(resource) is not None
        )


@dataclass(frozen=True, slots=True)
class Permissions:
    """All denies in force, in the order in which they were made. An edit returns a new value."""

    denies: tuple[Deny, ...] = ()

    def denied(self, action: str, resource: str, account_id: str) -> Deny | None:
        """Return the first deny that covers this call, or None where it is allowed."""
        for deny in self.denies:
            if deny.covers(action, resource, account_id):
                return deny
        return None

    def with_deny(self, deny: Deny) -> Permissions:
        """Return these with one more deny."""
        return Permissions((*self.denies, deny))

    def without(self, action: str, resource: str, account_id: str | None) -> Permissions:
        """Return these without the denies of exactly that action, resource and account."""
        gone = (action, resource, account_id)
        return Permissions(
            tuple(
                deny
                for deny in self.denies
                if (deny.action, deny.resource, deny.account_id) != gone
            )
        )
