"""Exceptions for wrong use of this library and for findings about the code under test.

Nothing here ever travels over the wire: what a client of the fake sees is an `ErrorResponse` of
`domain.error_codes`, which botocore raises as `ClientError`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FakeCopyError(Exception):
    """Something was used in a way that can't work; the message says what to write instead."""


class UsageError(FakeCopyError):
    """An option, a marker keyword or an argument has a value that can't be used."""


class UnknownRuleError(FakeCopyError, LookupError):
    """No rule of the book has that name."""


class UnknownResourceError(FakeCopyError, LookupError):
    """No snapshot, key or account of the fake answers to that identifier."""

    def __str__(self) -> str:
        """Return the message itself, where `KeyError` would return its repr."""
        return str(self.args[0])


class ClockError(FakeCopyError, ValueError):
    """Time can't be moved that way: backwards, or on a clock that can't be moved."""


class InternalError(FakeCopyError):
    """The fake itself failed; please report the message with the versions that it names."""


class FakeCopyAssertionError(AssertionError):
    """A finding about the code under test: pytest shows it as a failed expectation."""


class UnexpectedRequest(FakeCopyAssertionError):  # noqa: N818  # reads as what happened
    """A request was intercepted that nothing here serves; it did not reach the network."""


class UnfinishedCopies(FakeCopyAssertionError):  # noqa: N818  # reads as what happened
    """Copies were still pending where the test said that all had ended."""


def nearest(name: object, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the known name that is closest to *name*, or nothing."""
    close = closest(name, known)
    return f" Did you mean {close!r}?" if close is not None else ""


def unknown_attribute(owner: str, name: str, members: Iterable[str]) -> AttributeError:
    """Return the error for what *owner* doesn't have, with the nearest of its public *members*."""
    public = [each for each in members if not each.startswith("_")]
    return AttributeError(f"{owner} has no {name!r}.{nearest(name, public)}")


def closest(name: object, known: Iterable[str]) -> str | None:
    """Return the known name that is closest to *name*, or None where none is near."""
    folded = {each.casefold(): each for each in known}
    close = get_close_matches(str(name).casefold(), list(folded), n=1, cutoff=0.5)
    return folded[close[0]] if close else None
