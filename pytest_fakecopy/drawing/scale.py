"""Where moments stand on the axis: gaps grow with their length, far less than in proportion.

Milliseconds and days stand in one picture, so gaps are logarithmic, with room for each moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

_LEAST, _MOST = 480.0, 1600.0
_GAP, _PER_DOUBLING = 20.0, 14.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The x coordinate of every moment that is drawn."""

    places: dict[datetime, float]
    width: float

    def __getitem__(self, at: datetime) -> float:
        """Return the x coordinate of a moment."""
        return self.places[at]

    def labelled(self, widths: dict[datetime, float], first: set[datetime]) -> Iterator[datetime]:
        """Yield the moments whose labels have room, those of *first* before all others."""
        taken: list[tuple[float, float]] = []
        for at in sorted(widths, key=lambda at: (at not in first, at)):
            begin, end = self.places[at] - 3, self.places[at] + widths[at] + 3
            if all(end <= left or begin >= right for left, right in taken):
                taken.append((begin, end))
                yield at


def scale_of(times: Sequence[datetime], left: float) -> Scale:
    """Return a scale that begins at x = *left* and has a place for each of *times*, in order."""
    gaps = [_gap((later - earlier).total_seconds()) for earlier, later in pairwise(times)]
    natural = sum(gaps)
    factor = min(max(natural, _LEAST), _MOST) / natural if natural else 1.0
    places, x = {times[0]: left}, left
    for at, gap in zip(times[1:], gaps, strict=True):
        x += gap * factor
        places[at] = x
    return Scale(places, x - left)


def _gap(seconds: float) -> float:
    return _GAP + _PER_DOUBLING * log2(1 + seconds)
