"""What is known of a rule, and what a check says: the evidence, and the verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pytest_fakecopy.domain.error_codes import ErrorResponse


@dataclass(frozen=True, slots=True)
class Evidence:
    """How it is known that AWS behaves like this."""

    kind: Literal["documented", "observed", "assumed"]
    """Whether AWS says so, somebody saw it, or nobody knows."""
    source: str
    """Where it is written or who saw it; for an assumption, why it was made."""
    date: str | None = None
    """When it was observed, `2026-09-25`."""
    guess: str = ""
    """What of it is assumed all the same: "the text"."""

    def __str__(self) -> str:
        """Return `documented: API reference, CopySnapshot` and the like."""
        return self.label(f": {self.source}")

    def label(self, source: str = "") -> str:
        """Return kind and date, *source*, and what is assumed: `documented; the text assumed`."""
        when = f" {self.date}" if self.date else ""
        return f"{self.kind}{when}{source}{f'; {self.guess} assumed' if self.guess else ''}"


def documented(source: str, *, guess: str = "") -> Evidence:
    """AWS's documentation says so, at *source*, but for what is a *guess*: "the text"."""
    return Evidence("documented", source, guess=guess)


def observed(date: str, source: str, *, guess: str = "") -> Evidence:
    """AWS was seen to do so on *date* (`2026-09-25`), as *source* records, but for a *guess*."""
    return Evidence("observed", source, date, guess)


def assumed(why: str) -> Evidence:
    """Nobody knows what AWS does; *why* says what the assumption rests on."""
    return Evidence("assumed", why)


@dataclass(frozen=True, slots=True)
class Reject:
    """The call is answered with this error, and nothing is made."""

    error: ErrorResponse
    """What the call is answered with."""
    why: str = ""
    """One sentence on what was found; the error's own message where it is empty."""


@dataclass(frozen=True, slots=True)
class FailLater:
    """The call is answered 200, and the copy ends in the state `error` with this message."""

    state_message: str
    """EC2's StateMessage."""
    why: str = ""
    """One sentence on what was found; the state message where it is empty."""
    keeps_metadata: bool = False
    """Whether the failed copy shows its size and encryption, as it does when its key fails it, or
    size 0 and unencrypted, as it does when its source does (capture of 2026-09-25)."""


Verdict: TypeAlias = "Reject | FailLater | None"
