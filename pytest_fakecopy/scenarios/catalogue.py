"""Every scenario in order, and how some of them are chosen."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from pytest_fakecopy.domain.rulebooks import book
from pytest_fakecopy.errors import UsageError, nearest
from pytest_fakecopy.scenarios import (
    destinations,
    encryption,
    keys,
    limits,
    parameters,
    permissions,
    presigned_urls,
    sources,
)
from pytest_fakecopy.scenarios.outcomes import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_fakecopy.scenarios.model import Scenario

CATALOGUE: tuple[Scenario, ...] = (
    *encryption.SCENARIOS,
    *parameters.SCENARIOS,
    *permissions.SCENARIOS,
    *sources.SCENARIOS,
    *keys.SCENARIOS,
    *presigned_urls.SCENARIOS,
    *destinations.SCENARIOS,
    *limits.SCENARIOS,
)
_ENDS = ("completed", "error")


def scenario(id_: str) -> Scenario:
    """Return the scenario of that id.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    for found in CATALOGUE:
        if found.id == id_:
            return found
    raise _unknown(id_)


def select(
    rules: str,
    *,
    ends: Literal["completed", "error"] | None = None,
    rejected: bool | None = None,
    ids: str | Iterable[str] | None = None,
    raw: bool = False,
) -> tuple[Scenario, ...]:
    """Return the scenarios of some kinds, in the order of the catalogue.

    Args:
        rules: The rule book whose expectations count.
        ends: "completed" or "error": those whose copy ends so. None, with *rejected* None as well,
            is all.
        rejected: True: those whose call is rejected, besides those of *ends*. False: not these.
        ids: Only those; `*` and `?` are wildcards.
        raw: Whether to take those that boto3 refuses to send, too; one of *ids* is taken anyway.

    Raises:
        UsageError: a value is not of that form, or an id names no scenario.
    """
    book(rules)
    if ends is not None and ends not in _ENDS:
        msg = f'ends={ends!r}: expected "completed" or "error".{nearest(str(ends), _ENDS)}'
        raise UsageError(msg)
    for name, value in (("rejected", rejected), ("raw", raw)):
        if value not in (None, True, False):
            msg = f"{name}={value!r}: expected True or False"
            raise UsageError(msg)
    patterns = ("*",) if ids is None else (ids,) if isinstance(ids, str) else tuple(ids)
    named = _named(patterns)
    return tuple(
        found
        for found in CATALOGUE
        if found.id in named
        and (raw or not found.raw or found.id in patterns)
        and _is_of_kind(found, rules, ends, rejected=rejected)
    )


def _named(patterns: Iterable[str]) -> set[str]:
    named: set[str] = set()
    for pattern in patterns:
        matching = {found.id for found in CATALOGUE if fnmatchcase(found.id, str(pattern))}
        if not matching:
            raise _unknown(pattern)
        named |= matching
    return named


def _is_of_kind(found: Scenario, rules: str, ends: str | None, *, rejected: bool | None) -> bool:
    outcome = found.expect[rules]
    if isinstance(outcome, Rejected):
        return rejected if rejected is not None else ends is None
    return outcome.state == ends if ends is not None else not rejected


def _unknown(id_: object) -> UsageError:
    ids = [found.id for found in CATALOGUE]
    return UsageError(
        f"No scenario has the id {id_!r}.{nearest(str(id_), ids)}\n"
        f"There are {len(ids)}: for found in pytest_fakecopy.scenarios.CATALOGUE: print(found)"
    )
