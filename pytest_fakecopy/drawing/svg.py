"""The picture as SVG: one file, no script, light or dark as its reader prefers."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_fakecopy.drawing.scale import scale_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from pytest_fakecopy.drawing.picture import Lane, Mark, Move, Picture, Span

COLOURS = """
.fake-ec2 { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --faint: #656d76;
  --line: #d8dee4; --pending: #bf8700; --completed: #1a7f37; --error: #cf222e; --other: #8250df;
  --mark: #0969da; --on-state: #ffffff; }
@media (prefers-color-scheme: dark) {
  .fake-ec2 { --paper: #0d1117; --ink: #e6edf3; --faint: #8d96a0; --line: #30363d;
    --pending: #d29922; --completed: #3fb950; --error: #f85149; --other: #a371f7;
    --mark: #58a6ff; --on-state: #0d1117; } }
"""

_STYLE = """
.fake-ec2 { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.fake-ec2 text { fill: var(--ink); }
.fake-ec2 .faint { fill: var(--faint); }
.fake-ec2 .small { font-size: 11px; }
.fake-ec2 .bad { fill: var(--error); }
.fake-ec2 .inside { fill: var(--on-state); font-size: 11px; }
.fake-ec2 .grid { stroke: var(--line); }
.fake-ec2 .now { stroke: var(--mark); stroke-dasharray: 3 3; }
.fake-ec2 .arrow { stroke: var(--faint); fill: none; }
.fake-ec2 .sleep { stroke-dasharray: 2 3; }
.fake-ec2 .ring { fill: var(--paper); stroke: var(--mark); stroke-width: 2; }
.fake-ec2 .ring.bad { stroke: var(--error); fill: var(--paper); }
.fake-ec2 .cross { stroke: var(--ink); stroke-width: 2; fill: none; }
"""

_LEFT, _RIGHT, _TOP = 300.0, 120.0, 62.0
_ROW, _LANE, _BAR = 34.0, 50.0, 18.0
_SMALL = 6.7
_CAPTION = 42
_LONGEST_REMARK = 140
# XML 1.0, production Char.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STATES = frozenset({"pending", "completed", "error"})
_KINDS = (
    ("passed", "judged"),
    ("failed", "failed by a rule"),
    ("upcoming", "scheduled"),
    ("change", "the test changed something"),
)


def escaped(text: str) -> str:
    """Return *text* for XML and HTML, with `?` for the characters that XML can't hold."""
    return escape(_NOT_XML.sub("?", text))


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
        told = _LEFT + min(max(remarks, default=0), _LONGEST_REMARK) * _SMALL - _RIGHT + _SMALL
        self.right = max(_LEFT + self.scale.width, told)
        self.y = _TOP

    def elements(self) -> Iterator[str]:
        """Yield the image, line by line."""
        rows = list(self._rows())
        grid = list(self._grid())
        legend = list(self._legend())
        width, height = self.right + _RIGHT, self.y
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="fake-ec2" role="img"'
            f' width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
        )
        yield f"<title>{escaped(self.title)}</title>"
        yield f"<style>{COLOURS}{_STYLE}</style>"
        yield f'<rect width="{width:.0f}" height="{height:.0f}" fill="var(--paper)"/>'
        yield from grid
        yield from rows
        yield from legend
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
            yield _text(
                12, self.y + 14, f"... and {picture.lanes_left_out} more snapshots", "faint"
            )
            self.y += 24

    def _grid(self) -> Iterator[str]:
        story = self.picture.story
        start = story.start.strftime("%Y-%m-%d %H:%M:%S UTC")
        yield _text(12, 18, f"rules {story.rules!r}, times since {start}", "faint")
        labels = {at: story.since_start(at) for at in self.picture.times}
        widths = {at: len(label) * _SMALL for at, label in labels.items() if at != story.now}
        for at in self.scale.labelled(widths, self._important()):
            x = self.scale[at]
            yield _text(x, 54, labels[at], "faint small")
            yield f'<path class="grid" d="M{x:.1f} 58V{self.y:.1f}"/>'
        x = self.scale[story.now]
        yield f'<path class="now" d="M{x:.1f} 28V{self.y:.1f}"/>'
        yield _text(x + 4, 38, f"now {labels[story.now]}", "small")

    def _important(self) -> set[datetime]:
        important = {self.picture.story.start}
        for lane in self.picture.lanes:
            important.update(span.start for span in lane.spans)
        return important

    def _row(self, name: str, marks: Iterable[Mark]) -> Iterator[str]:
        middle = self.y + _ROW / 2
        yield _text(12, middle + 4, name)
        for mark in marks:
            yield self._mark(mark, middle)
            if len(mark.texts) > 1:
                yield _text(
                    self.scale[mark.at] + 9, middle - 5, str(len(mark.texts)), "faint small"
                )
        self.y += _ROW

    def _mark(self, mark: Mark, y: float) -> str:
        x = self.scale[mark.at]
        told = f"{self.picture.story.since_start(mark.at)}\n" + "\n".join(mark.texts)
        return f"<g>{_sign(mark.kind, x, y)}<title>{escaped(told)}</title></g>"

    def _moves(self, moves: Iterable[Move]) -> Iterator[str]:
        middle = self.y + _ROW / 2
        yield _text(12, middle + 4, "time")
        for move in moves:
            start, end = self.scale[move.start], self.scale[move.end]
            kind = "arrow sleep" if move.how == "sleep" else "arrow"
            yield (
                f'<g><path class="{kind}" d="M{start:.1f} {middle:.1f}H{end:.1f}'
                f'"/><path class="arrow" d="M{end - 4:.1f} {middle - 4:.1f}l4 4l-4 4"/>'
                f"<title>{escaped(move.label)}</title></g>"
            )
            if len(move.label) * _SMALL < end - start - 8:
                yield _text(start + 4, middle - 5, move.label, "faint small")
        self.y += _ROW

    def _lane(self, lane: Lane) -> Iterator[str]:
        top = self.y + 4
        yield f'<path class="grid" d="M0 {self.y:.1f}H{self.right + _RIGHT:.1f}"/>'
        yield _short(12, top + 13, lane.snapshot_id, "")
        caption = f"{lane.place}, of {lane.source}" if lane.source else lane.place
        yield _short(12, top + 29, caption, "faint small")
        for span in lane.spans:
            yield from self._span(span, [self.scale[mark.at] for mark in lane.marks], top)
        for mark in lane.marks:
            yield self._mark(mark, top + _BAR / 2)
        if lane.deleted is not None:
            x, middle = self.scale[lane.deleted], top + _BAR / 2
            yield (
                f'<g><path class="cross" d="M{x - 5:.1f} {middle - 5:.1f}l10 10m0-10l-10 10"/>'
                "<title>deleted</title></g>"
            )
        if lane.remark:
            fits = int((self.right + _RIGHT - _LEFT) / _SMALL)
            yield _short(_LEFT, top + _BAR + 15, lane.remark, "bad small", fits)
        self.y += _LANE

    def _span(self, span: Span, marks: Sequence[float], top: float) -> Iterator[str]:
        start, end = self.scale[span.start], self.scale[span.end]
        width = max(end - start, 3.0)
        name = span.state if span.state in _STATES else "other"
        yield (
            f'<g><rect x="{start:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_BAR}" rx="3"'
            f' fill="var(--{name})"/><title>{escaped(span.text)}</title></g>'
        )
        begin, room = _widest_gap(start, end, marks)
        if room > len(span.state) * _SMALL + 20:
            yield _text(begin + 10, top + 13, span.state, "inside")
        elif span.end == self.picture.story.now:
            yield _text(start + width + 10, top + 13, span.state, "small")

    def _states(self) -> Iterable[str]:
        seen = [span.state for lane in self.picture.lanes for span in lane.spans]
        return dict.fromkeys(("pending", "completed", "error", *seen))

    def _legend(self) -> Iterator[str]:
        y, x = self.y + 22, 12.0
        for state in self._states():
            name = state if state in _STATES else "other"
            yield f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="12" height="10" fill="var(--{name})"/>'
            yield _text(x + 18, y, state, "faint small")
            x += 18 + len(state) * _SMALL + 18
        for kind, name in _KINDS:
            yield _sign(kind, x + 6, y - 4)
            yield _text(x + 18, y, name, "faint small")
            x += 18 + len(name) * _SMALL + 18
        self.right = max(self.right, x - _RIGHT)
        self.y += 36


def _widest_gap(start: float, end: float, marks: Iterable[float]) -> tuple[float, float]:
    """Return where between the marks of a bar there is most room, and how much."""
    places = [start, *sorted(x for x in marks if start < x < end), end]
    gaps = [(right - left, left) for left, right in pairwise(places)]
    room, begin = max(gaps, key=lambda gap: (gap[0], -gap[1]))
    return begin, room


def _sign(kind: str, x: float, y: float) -> str:
    if kind in {"request", "failed-request"}:
        bad = " bad" if kind == "failed-request" else ""
        return f'<circle class="ring{bad}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    if kind == "upcoming":
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="var(--paper)" stroke="var(--faint)"'
            ' stroke-dasharray="2 2"/>'
        )
    colour = {"failed": "--error", "change": "--mark"}.get(kind, "--paper")
    diamond = f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6-6z"
    return f'<path d="{diamond}" fill="var({colour})" stroke="var(--ink)"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    mark = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{mark}>{escaped(text)}</text>'


def _short(x: float, y: float, text: str, kind: str, fits: int | None = None) -> str:
    """Return the text, cut off where it doesn't fit; whole as a title then."""
    fits = fits or (_CAPTION if "small" in kind else _CAPTION - 4)
    if len(text) <= fits:
        return _text(x, y, text, kind)
    cut = _text(x, y, text[: fits - 3] + "...", kind)
    return f"<g>{cut}<title>{escaped(text)}</title></g>"
