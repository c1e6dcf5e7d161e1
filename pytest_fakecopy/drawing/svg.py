"""The picture as SVG: one file, no script, light or dark as its reader prefers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_fakecopy.drawing.scale import scale_of
from pytest_fakecopy.drawing.shapes import (
    BAR,
    COLOURS,
    SMALL,
    STYLE,
    arrow,
    bar,
    escaped,
    inside,
    label,
    legend,
    short,
    sign,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pytest_fakecopy.drawing.picture import Lane, Mark, Move, Picture, Span

_LEFT, _RIGHT, _TOP = 300.0, 120.0, 62.0
_ROW, _LANE = 34.0, 50.0
_LONGEST_REMARK = 140
_NEAR = 12.0
"""Signs whose middles are nearer to each other than that make one."""
_MOST_TOLD = 12
_KINDS = {
    "request": "request",
    "failed-request": "request that failed",
    "passed": "judged",
    "failed": "failed by a rule",
    "upcoming": "scheduled",
    "change": "the test changed something",
    "deleted": "deleted",
}


def image(picture: Picture, title: str) -> str:
    """Return a whole SVG image."""
    return "\n".join(_Image(picture, title).elements()) + "\n"


class _Image:
    """The elements from top to bottom; `y` is where the next row begins."""

    def __init__(self, picture: Picture, title: str) -> None:
        self.picture = picture
        self.title = title
        self.scale = scale_of(picture.times, _LEFT)
        remarks = [len(lane.remark) for lane in picture.lanes]
        told = _LEFT + min(max(remarks, default=0), _LONGEST_REMARK) * SMALL - _RIGHT + SMALL
        self.right = max(_LEFT + self.scale.width, told)
        self.y = _TOP
        self.kinds: set[str] = set()
        """The signs that were drawn."""

    def elements(self) -> Iterator[str]:
        """Yield the image, line by line."""
        rows = list(self._rows())
        grid = list(self._grid())
        explained = self._legend()
        width, height = self.right + _RIGHT, self.y
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="fake-ec2" role="img"'
            f' width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
        )
        yield f"<title>{escaped(self.title)}</title>"
        yield f"<style>{COLOURS}{STYLE}</style>"
        yield f'<rect width="{width:.0f}" height="{height:.0f}" fill="var(--paper)"/>'
        yield from grid
        yield from rows
        yield from explained
        yield "</svg>"

    def _rows(self) -> Iterator[str]:
        picture = self.picture
        if picture.requests:
            yield from self._row("requests", picture.requests)
        if picture.changes:
            yield from self._row("the test", picture.changes)
        if picture.moves:
            yield from self._moves(picture.moves)
        for lane in picture.lanes:
            yield from self._lane(lane)
        if picture.lanes_left_out:
            text = f"... and {picture.lanes_left_out} more snapshots"
            yield label(12, self.y + 14, text, "faint")
            self.y += 24

    def _grid(self) -> Iterator[str]:
        story = self.picture.story
        start = story.start.strftime("%Y-%m-%d %H:%M:%S UTC")
        yield label(12, 18, f"rules {story.rules!r}, times since {start}", "faint")
        labels = {at: story.since_start(at) for at in self.picture.times}
        widths = {at: len(text) * SMALL for at, text in labels.items() if at != story.now}
        for at in self.scale.labelled(widths, self._important()):
            x = self.scale[at]
            yield label(x, 54, labels[at], "faint small")
            yield f'<path class="grid" d="M{x:.1f} 58V{self.y:.1f}"/>'
        x = self.scale[story.now]
        yield f'<path class="now" d="M{x:.1f} 28V{self.y:.1f}"/>'
        yield label(x + 4, 38, f"now {labels[story.now]}", "small")

    def _important(self) -> set[datetime]:
        important = {self.picture.story.start}
        for lane in self.picture.lanes:
            important.update(span.start for span in lane.spans)
        return important

    def _row(self, name: str, marks: Iterable[Mark]) -> Iterator[str]:
        middle = self.y + _ROW / 2
        yield label(12, middle + 4, name)
        for near in self._near(marks):
            x = self.scale[near[0].at]
            yield self._sign(near, x, middle)
            count = sum(len(mark.texts) for mark in near)
            if count > 1:
                yield label(x + 6, middle - 6, str(count), "faint small")
        self.y += _ROW

    def _near(self, marks: Iterable[Mark]) -> Iterator[list[Mark]]:
        """Yield the marks, of which there is one at least, in groups that would lie together."""
        group: list[Mark] = []
        for mark in marks:
            if group and self.scale[mark.at] - self.scale[group[0].at] >= _NEAR:
                yield group
                group = []
            group.append(mark)
        yield group

    def _sign(self, marks: Sequence[Mark], x: float, y: float) -> str:
        """Return one sign for marks that are near to each other: a failure, if any of them is."""
        kinds = [mark.kind for mark in marks]
        kind = "failed-request" if "failed-request" in kinds else kinds[0]
        self.kinds.add(kind)
        since = self.picture.story.since_start
        told = [f"{since(mark.at)}\n" + "\n".join(mark.texts) for mark in marks]
        lines = "\n".join(told).split("\n")
        if len(lines) > _MOST_TOLD:
            lines[_MOST_TOLD:] = [f"... and {len(lines) - _MOST_TOLD} more lines"]
        return titled(sign(kind, x, y), "\n".join(lines))

    def _moves(self, moves: Iterable[Move]) -> Iterator[str]:
        middle = self.y + _ROW / 2
        yield label(12, middle + 4, "time")
        last = 0.0
        for move in moves:
            start, end = self.scale[move.start], self.scale[move.end]
            head = end - last >= _NEAR
            last = end if head else last
            shape = arrow(start, end, middle, dotted=move.how == "sleep", head=head)
            yield titled(shape, move.label)
            if len(move.label) * SMALL < end - start - 8:
                yield label(start + 4, middle - 5, move.label, "faint small")
        self.y += _ROW

    def _lane(self, lane: Lane) -> Iterator[str]:
        top = self.y + 4
        yield f'<path class="grid" d="M0 {self.y:.1f}H{self.right + _RIGHT:.1f}"/>'
        yield short(12, top + 13, lane.snapshot_id, "")
        caption = f"{lane.place}, of {lane.source}" if lane.source else lane.place
        yield short(12, top + 29, caption, "faint small")
        for span in lane.spans:
            yield from self._span(span, [self.scale[mark.at] for mark in lane.marks], top)
        for mark in lane.marks:
            yield self._sign([mark], self.scale[mark.at], top + BAR / 2)
        if lane.deleted is not None:
            self.kinds.add("deleted")
            yield titled(sign("deleted", self.scale[lane.deleted], top + BAR / 2), "deleted")
        if lane.remark:
            fits = int((self.right + _RIGHT - _LEFT) / SMALL)
            yield short(_LEFT, top + BAR + 15, lane.remark, "bad small over", fits)
        self.y += _LANE

    def _span(self, span: Span, marks: Sequence[float], top: float) -> Iterator[str]:
        start, end = self.scale[span.start], self.scale[span.end]
        width = max(end - start, 3.0)
        yield titled(bar(span.state, start, top, width), span.text)
        begin, room = _widest_gap(start, end, marks)
        if room > len(span.state) * SMALL + 20:
            yield inside(span.state, begin + 10, top + 13)
        elif span.end == self.picture.story.now:
            x = _free(start + width + 10, len(span.state) * SMALL, marks)
            yield label(x, top + 13, span.state, "small")

    def _legend(self) -> list[str]:
        seen = [span.state for lane in self.picture.lanes for span in lane.spans]
        states = list(dict.fromkeys(("pending", "completed", "error", *seen)))
        kinds = [(kind, name) for kind, name in _KINDS.items() if kind in self.kinds]
        elements, end = legend(states, kinds, self.y + 22)
        self.right = max(self.right, end - _RIGHT)
        self.y += 36
        return elements


def _free(x: float, width: float, marks: Iterable[float]) -> float:
    """Return where from *x* on a text of that width is not written over a sign."""
    for mark in sorted(marks):
        if x - 8 < mark < x + width + 8:
            x = mark + 10
    return x


def _widest_gap(start: float, end: float, marks: Iterable[float]) -> tuple[float, float]:
    """Return where between the marks of a bar there is most room, and how much."""
    places = [start, *sorted(x for x in marks if start < x < end), end]
    gaps = [(right - left, left) for left, right in pairwise(places)]
    room, begin = max(gaps, key=lambda gap: (gap[0], -gap[1]))
    return begin, room
