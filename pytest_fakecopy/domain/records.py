"""What happened, as values: the domain hands them to whoever keeps the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pytest_fakecopy.domain.rules import Judgement


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """That a copy was judged: admitted or rejected at the call, or validated later."""

    at: datetime
    """When it was judged, in UTC."""
    phase: Literal["admission", "validation"]
    """Whether the call was judged, or the accepted copy later."""
    snapshot_id: str | None
    """The copy; None where the call was rejected."""
    judgement: Judgement
    """The rules that were asked, and what they found."""


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """That a snapshot or another resource went from one state to another."""

    at: datetime
    """When it was due, in UTC."""
    resource_id: str
    """The id of the snapshot: `snap-...`."""
    region: str
    """The Region that it is in."""
    account_id: str
    """The account that owns it, 12 digits."""
    before: str | None
    """None for a new one."""
    after: str
    """The new state; "deleted" for one that is gone."""
    state_message: str | None = None
    """EC2's StateMessage in the new state."""
    why: str = ""
    """One sentence: what decided the new state."""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """That an EventBridge event was emitted."""

    at: datetime
    """When it was emitted, in UTC."""
    event: Mapping[str, object]
    """The event, as a Lambda handler gets it."""


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """That the test changed the world: a key disabled, rules edited, an action denied."""

    at: datetime
    """When, in UTC."""
    what: str
    """What was changed, in words."""


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """That time was moved. What happened on the way follows it in the journal."""

    at: datetime
    """Where it began."""
    until: datetime
    """Where it ended, in UTC."""
    how: str
    """Who moved it: "tick", "move_to", "jump_to_next", "settle", "sleep", "tick_per_request", or an
    assertion that moves time, "assert_eventually_error"."""


Record: TypeAlias = VerdictRecord | TransitionRecord | EventRecord | ChangeRecord | MoveRecord
