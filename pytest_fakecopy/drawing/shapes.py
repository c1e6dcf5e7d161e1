"""The parts of an image: colours, texts, the bars of states, the signs of what happened.

States differ in form as well as in colour: pending is hollow, completed is solid, all others are
striped, so that they are told apart in print and by whoever sees colours otherwise.
"""

from __future__ import annotations

import re
from html import escape

# Texts have a contrast of 4.5 or more to what is behind them, in both schemes (WCAG 2.2, AA).
COLOURS = """
.fake-ec2 { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --faint: #59636e;
  --line: #d8dee4; --pending: #9a6700; --completed: #1a7f37; --error: #cf222e; --other: #8250df;
  --mark: #0969da; }
@media (prefers-color-scheme: dark) {
  .fake-ec2 { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --line: #30363d;
    --pending: #d29922; --completed: #3fb950; --error: #f85149; --other: #a371f7;
    --mark: #58a6ff; } }
"""
STYLE = """
.fake-ec2 { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.fake-ec2 text { fill: var(--ink); }
.fake-ec2 .faint { fill: var(--faint); }
.fake-ec2 .small { font-size: 11px; }
.fake-ec2 .bad { fill: var(--error); }
.fake-ec2 .over { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.fake-ec2 .inside { fill: var(--paper); font-size: 11px; paint-order: stroke; stroke-width: 5px; }
.fake-ec2 .grid { stroke: var(--line); }
.fake-ec2 .now { stroke: var(--mark); stroke-dasharray: 3 3; }
.fake-ec2 .arrow { stroke: var(--faint); fill: none; }
.fake-ec2 .sleep { stroke-dasharray: 2 3; }
.fake-ec2 .ring { fill: var(--paper); stroke: var(--mark); stroke-width: 2; }
.fake-ec2 .ring.bad { fill: var(--error); stroke: var(--error); }
.fake-ec2 .strike { stroke: var(--paper); stroke-width: 1.5; }
.fake-ec2 .cross { stroke: var(--ink); stroke-width: 2; fill: none; }
.fake-ec2 .hollow { fill: var(--paper); stroke: var(--pending); stroke-width: 2; }
.fake-ec2 .stripes { stroke: var(--paper); stroke-opacity: .35; stroke-dasharray: 2 5; }
.fake-ec2 .stripes.other { stroke-dasharray: 7 7; }
"""

SMALL = 6.7
"""The width of a character of a small text."""
BAR = 18.0
CAPTION = 42
_STATES = frozenset({"pending", "completed", "error"})
# XML 1.0, production Char.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """Return *text* for XML and HTML, with `?` for the characters that XML can't hold."""
    return escape(_NOT_XML.sub("?", text))


def label(x: float, y: float, text: str, kind: str = "") -> str:
    """Return a text that begins at x."""
    mark = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{mark}>{escaped(text)}</text>'


def short(x: float, y: float, text: str, kind: str, fits: int | None = None) -> str:
    """Return the text, cut off where it doesn't fit; whole as a title then."""
    fits = fits or (CAPTION if "small" in kind else CAPTION - 4)
    if len(text) <= fits:
        return label(x, y, text, kind)
    return titled(label(x, y, text[: fits - 3] + "...", kind), text)


def titled(element: str, title: str) -> str:
    """Return the element with what a pointer on it shows."""
    return f"<g>{element}<title>{escaped(title)}</title></g>"


def _kind_of(state: str) -> str:
    return state if state in _STATES else "other"


def bar(state: str, x: float, y: float, width: float, height: float = BAR) -> str:
    """Return the bar of a state."""
    kind = _kind_of(state)
    if kind == "pending":
        # Its line lies inside of it, so that it is no longer than what follows.
        return (
            f'<rect class="hollow" x="{x + 1:.1f}" y="{y + 1:.1f}" width="{max(width - 2, 1):.1f}"'
            f' height="{height - 2:g}" rx="3"/>'
        )
    solid = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}" rx="3"'
        f' fill="var(--{kind})"/>'
    )
    if kind == "completed":
        return solid
    stripes = "stripes other" if kind == "other" else "stripes"
    return (
        f'{solid}<path class="{stripes}" stroke-width="{height:g}"'
        f' d="M{x + 3:.1f} {y + height / 2:.1f}H{x + width:.1f}"/>'
    )


def inside(state: str, x: float, y: float) -> str:
    """Return the name of a state, to stand in its bar."""
    kind = _kind_of(state)
    if kind == "pending":
        return label(x, y, state, "small")
    # The stripes end where the letters begin.
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="inside" stroke="var(--{kind})">'
        f"{escaped(state)}</text>"
    )


def sign(kind: str, x: float, y: float) -> str:
    """Return the sign of something that happened; the kinds are those of `Mark`."""
    if kind == "request":
        return f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    if kind == "failed-request":
        return (
            f'<circle class="ring bad" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
            f'<path class="strike" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6"/>'
        )
    if kind == "upcoming":
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="var(--paper)" stroke="var(--faint)"'
            ' stroke-dasharray="2 2"/>'
        )
    if kind == "deleted":
        return f'<path class="cross" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10"/>'
    colour = {"failed": "--error", "change": "--mark"}.get(kind, "--paper")
    diamond = f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6-6z"
    return f'<path d="{diamond}" fill="var({colour})" stroke="var(--ink)"/>'


def arrow(start: float, end: float, y: float, *, dotted: bool, head: bool) -> str:
    """Return an arrow from left to right."""
    kind = "arrow sleep" if dotted else "arrow"
    line = f'<path class="{kind}" d="M{start:.1f} {y:.1f}H{end:.1f}"/>'
    if not head:
        return line
    return f'{line}<path class="arrow" d="M{end - 4:.1f} {y - 4:.1f}l4 4l-4 4"/>'


def legend(states: list[str], kinds: list[tuple[str, str]], y: float) -> tuple[list[str], float]:
    """Return what the bars and the signs mean, in one row, and where it ends."""
    elements, x = [], 12.0
    for state in states:
        elements += [bar(state, x, y - 10, 16, 12), label(x + 22, y, state, "faint small")]
        x += 22 + len(state) * SMALL + 18
    for kind, name in kinds:
        elements += [sign(kind, x + 6, y - 4), label(x + 18, y, name, "faint small")]
        x += 18 + len(name) * SMALL + 18
    return elements, x
