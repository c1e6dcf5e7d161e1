"""A story as a picture: snapshots are lanes, states are colours, all else are marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from pytest_fakecopy.drawing.html import page
from pytest_fakecopy.drawing.picture import picture_of
from pytest_fakecopy.drawing.svg import image
from pytest_fakecopy.drawing.text import lines
from pytest_fakecopy.errors import UsageError, nearest

if TYPE_CHECKING:
    from pytest_fakecopy.story import Story

Format: TypeAlias = Literal["text", "svg", "html"]


def draw(story: Story, format: Format = "text", title: str = "fake_ec2") -> str:  # noqa: A002  # the contract's name
    """Return the story drawn.

    Args:
        story: What happened.
        format: "text", "svg" or "html".
        title: What stands above the picture: the name of the test.

    Raises:
        UsageError: *format* is none of these.
    """
    if format == "text":
        return lines(picture_of(story), title)
    if format == "svg":
        return image(picture_of(story), title)
    if format == "html":
        return page(story, title)
    known = get_args(Format)
    msg = (
        f"timeline({format!r}): expected one of"
        f" {', '.join(map(repr, known))}.{nearest(str(format), known)}"
    )
    raise UsageError(msg)
