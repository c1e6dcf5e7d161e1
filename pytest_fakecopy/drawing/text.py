"""The picture as plain text: what is drawn is ASCII, for terminals of any kind."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from pytest_fakecopy.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pytest_fakecopy.drawing.picture import Lane, Mark, Move, Picture

_SIGNS = {"pending": ".", "completed": "=", "error": "x"}
_OTHER = "~"
_LEGEND = (
    ". pending   = completed   x error   ~ another state   ? judged   ! failed by a rule"
    "   o scheduled"
)
_NARROWEST = 7
_MOST_COLUMNS = 14


def lines(picture: Picture, title: str) -> str:
    """Return the picture, a line per snapshot; columns are moments, not to scale."""
    return "\n".join(line.rstrip() for line in _Grid(picture).lines(title))


class _Grid:
    """Columns of moments, and the rows that go through them."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.times = _columns(picture)
        labels = [picture.story.since_start(at) for at in self.times]
        self.widths = [max(_NARROWEST, len(label) + 1) for label in labels]
        self.head = "".join(
            label.ljust(width) for label, width in zip(labels, self.widths, strict=True)
        )
        self.edges = [sum(self.widths[:index]) for index in range(len(self.widths))]
        names = [f"{lane.snapshot_id}  {lane.place}" for lane in picture.lanes]
        self.left = max([len(name) for name in names] + [len("requests")]) + 4

    def lines(self, title: str) -> Iterable[str]:
        """Yield all rows."""
        picture = self.picture
        story = picture.story
        start = story.start.strftime("%Y-%m-%d %H:%M:%S UTC")
        yield f"{one_line(title)}: rules {story.rules!r}, times since {start}"
        yield ""
        hidden = len(picture.times) - len(self.times)
        yield self._row("", f"{self.head}  ({hidden} moments between)" if hidden else self.head)
        if picture.requests:
            yield self._row("requests", self._counts(picture.requests))
        if picture.moves:
            yield self._row("time", self._moves(picture.moves))
        for change in picture.changes:
            for text in change.texts:
                yield self._row("test", " " * self._edge(change.at) + f"* {text}")
        for lane in picture.lanes:
            yield self._row(f"{lane.snapshot_id}  {lane.place}", self._lane(lane))
            if lane.remark:
                yield f"      {lane.remark}"
        if picture.lanes_left_out:
            yield f"  ... and {picture.lanes_left_out} more snapshots"
        yield ""
        yield f"  {_LEGEND}"

    def _row(self, name: str, cells: str) -> str:
        return f"  {name.ljust(self.left - 2)}{cells}"

    def _edge(self, at: datetime) -> int:
        return self.edges[max(0, bisect_right(self.times, at) - 1)]

    def _counts(self, marks: Iterable[Mark]) -> str:
        counts: dict[int, int] = {}
        for mark in marks:
            edge = self._edge(mark.at)
            counts[edge] = counts.get(edge, 0) + len(mark.texts)
        return _placed({edge: str(count) for edge, count in counts.items()}, self.edges)

    def _moves(self, moves: Iterable[Move]) -> str:
        arrows: dict[int, str] = {}
        for move in moves:
            start, end = self._edge(move.start), self._edge(move.end)
            if end > start:
                room = end - start - 1
                labels = (f"-{label}-" for label in (move.label, move.how))
                inside = next((label for label in labels if len(label) <= room), "")
                arrows[start] = inside.ljust(room, "-") + ">"
        return _placed(arrows, self.edges)

    def _lane(self, lane: Lane) -> str:
        row = [" "] * (self.edges[-1] + self.widths[-1])
        state = ""
        for span in lane.spans:
            start, end = self._edge(span.start), self._edge(span.end)
            sign, state = _SIGNS.get(span.state, _OTHER), span.state
            row[start : max(end, start + 1)] = sign * max(end - start, 1)
        for mark in lane.marks:
            row[self._edge(mark.at)] = {"passed": "?", "failed": "!"}.get(mark.kind, "o")
        if lane.deleted is not None:
            row[self._edge(lane.deleted)] = "#"
            state = "deleted"
        return f"{''.join(row)}  {state}"


def _placed(texts: dict[int, str], edges: list[int]) -> str:
    row = ""
    for edge in edges:
        row = row.ljust(edge) + texts.get(edge, "") if len(row) <= edge else row
    return row


def _columns(picture: Picture) -> list[datetime]:
    """Return the moments that get a column: those at which a snapshot changes come first."""
    story = picture.story
    changing = {story.start, story.now}
    for lane in picture.lanes:
        changing.update(span.start for span in lane.spans)
        changing.update(mark.at for mark in lane.marks)
    rest = [time for time in picture.times if time not in changing]
    kept = sorted(changing)
    if len(kept) > _MOST_COLUMNS:
        kept = [*kept[: _MOST_COLUMNS // 2], *kept[-_MOST_COLUMNS // 2 :]]
        rest = []
    return sorted({*kept, *rest[: _MOST_COLUMNS - len(kept)], story.now})
