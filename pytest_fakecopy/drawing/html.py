"""A page with the picture and, below it, every entry of the journal: for a browser or a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.drawing.picture import picture_of
from pytest_fakecopy.drawing.shapes import COLOURS, escaped
from pytest_fakecopy.drawing.svg import image
from pytest_fakecopy.wording import lines_of

if TYPE_CHECKING:
    from pytest_fakecopy.story import Story
    from pytest_fakecopy.wording import Line

_STYLE = """
body { margin: 0; padding: 24px; background: var(--paper); color: var(--ink);
  font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 17px; font-weight: 600; margin: 0 0 16px; overflow-wrap: anywhere; }
.picture { overflow-x: auto; margin: 0 -24px; padding: 0 24px; }
.picture svg { display: block; }
.picture:focus-visible { outline: 2px solid var(--mark); }
table { border-collapse: collapse; margin-top: 24px; font: 12.5px/1.55 ui-monospace, monospace; }
caption, th { font: 600 14px/1.45 system-ui, sans-serif; text-align: left; }
caption { padding-bottom: 6px; }
th { font-size: 12.5px; color: var(--faint); }
th, td { padding: 3px 12px 3px 0; vertical-align: top; }
td { overflow-wrap: anywhere; border-top: 1px solid var(--line); }
th:first-child, td:first-child { text-align: right; white-space: nowrap; color: var(--faint); }
tr.bad td:last-child { color: var(--error); font-weight: 600; }
tr.due td, tr.minor td { color: var(--faint); }
@media print {
  @page { size: landscape; }
  body { padding: 0; }
  .picture { overflow: visible; margin: 0; padding: 0; }
  .picture svg { max-width: 100%; height: auto; }
  tr { break-inside: avoid; }
}
"""


def page(story: Story, title: str) -> str:
    """Return a whole HTML page, in one file and without script."""
    rows = [_row(story, line) for line in lines_of(story)]
    rows += [
        _cells("due", story.since_start(upcoming.due), f"scheduled: {upcoming.what}")
        for upcoming in story.upcoming
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en" class="fake-ec2">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(title)}</title>\n<style>{COLOURS}{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escaped(title)}</h1>\n"
        # To be scrolled by keys where it is wider than the window.
        '<div class="picture" tabindex="0" role="region" aria-label="Timeline">\n'
        f"{image(picture_of(story), title)}</div>\n"
        "<table>\n<caption>The journal</caption>\n"
        '<tr><th scope="col">time</th><th scope="col">what happened</th></tr>\n'
        f"{''.join(rows)}</table>\n</body>\n</html>\n"
    )


def _row(story: Story, line: Line) -> str:
    kind = "bad" if line.bad else "minor" if line.minor else ""
    return _cells(kind, story.since_start(line.at), line.text)


def _cells(kind: str, time: str, text: str) -> str:
    mark = f' class="{kind}"' if kind else ""
    return f"<tr{mark}><td>{escaped(time)}</td><td>{escaped(text)}</td></tr>\n"
