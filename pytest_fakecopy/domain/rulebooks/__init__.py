"""The two rule books: what the API reference promises, and what the service was seen to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.rulebooks.documented import DOCUMENTED
from pytest_fakecopy.domain.rulebooks.observed import OBSERVED
from pytest_fakecopy.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy.domain.rules import RuleBook

BOOKS: Mapping[str, RuleBook] = {book.name: book for book in (DOCUMENTED, OBSERVED)}


def book(name: str) -> RuleBook:
    """Return the rule book of that name.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    if name not in BOOKS:
        msg = f"No rule book is named {name!r}.{nearest(name, BOOKS)}\nBooks: {', '.join(BOOKS)}"
        raise UsageError(msg)
    return BOOKS[name]
