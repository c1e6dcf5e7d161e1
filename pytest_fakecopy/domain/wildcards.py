"""Texts with `*` and `?`, as filters and policies have them, in time linear in what they meet."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def compile_wildcards(text: str, *, escapes: bool = False, fold: bool = False) -> re.Pattern[str]:
    """Return a pattern in which `*` is any text and `?` any character; use its `fullmatch`.

    Args:
        text: What to look for.
        escapes: Whether a backslash makes the next character an ordinary one.
        fold: Whether case makes no difference.
    """
    first, *rest = _pieces(text, escapes=escapes)
    source = first
    if rest:
        *middle, last = rest
        source += "".join(map(_first_found, range(len(middle)), middle)) + f".*{last}"
    return re.compile(source, re.DOTALL | (re.IGNORECASE if fold else 0))


def _first_found(number: int, piece: str) -> str:
    # What a group in a lookahead found is not tried another way. With `.*` for every `*`, a text
    # that doesn't match takes time exponential in their number.
    return f"(?=(?P<g{number}>.*?{piece}))(?P=g{number})" if piece else ""


def _pieces(text: str, *, escapes: bool) -> list[str]:
    """Return the sources of the patterns that stand before, between and behind the `*`."""
    pieces, escaped = [""], False
    for char in text:
        if escapes and not escaped and char == "\\":
            escaped = True
            continue
        if char == "*" and not escaped:
            pieces.append("")
        else:
            pieces[-1] += "." if char == "?" and not escaped else re.escape(char)
        escaped = False
    if escaped:
        pieces[-1] += r"\\"
    return pieces
