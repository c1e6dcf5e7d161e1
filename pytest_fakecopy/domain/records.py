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
    phase: Literal["admission", "validation"]
    snapshot_id: str | None
    """The copy; None where the call was rejected."""
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """That a snapshot or another resource went from one state to another."""

    at: datetime
    resource_id: str
    region: str
    account_id: str
    before: str | None
    """None for a new one."""
    after: str
    """The new state; "deleted" for one that is gone."""
    state_message: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """That an EventBridge event was emitted."""

    at: datetime
    event: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """That the test changed the world: a key disabled, time moved, a fault set up."""

    at: datetime
    what: str


Record: TypeAlias = VerdictRecord | TransitionRecord | EventRecord | ChangeRecord
