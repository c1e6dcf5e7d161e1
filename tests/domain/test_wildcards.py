"""Texts with `*` and `?`."""

from __future__ import annotations

import pytest

from pytest_fakecopy.domain.wildcards import compile_wildcards


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        pytest.param("", "", True, id="nothing"),
        pytest.param("", "a", False, id="nothing-is-not-anything"),
        pytest.param("a.c", "abc", False, id="a-dot-is-a-dot"),
        pytest.param("*", "", True, id="star-is-nothing-too"),
        pytest.param("*", "a\nb", True, id="star-is-any-text"),
        pytest.param("a*", "ba", False, id="from-the-start"),
        pytest.param("*a", "ab", False, id="to-the-end"),
        pytest.param("*a", "aab a", True, id="the-last-of-several"),
        pytest.param("**a**", "xax", True, id="stars-beside-each-other"),
        pytest.param("*a*b*c*", "xaxbxcx", True, id="pieces-in-order"),
        pytest.param("*a*b*c*", "xaxcxbx", False, id="pieces-out-of-order"),
        pytest.param("a*a", "a", False, id="pieces-do-not-overlap"),
        pytest.param("*ab*ab", "abab", True, id="a-piece-twice"),
        pytest.param("*ab*ab*", "xabx", False, id="a-piece-once"),
        pytest.param("a?c", "abc", True, id="question-mark"),
        pytest.param("a?c", "ac", False, id="question-mark-is-not-nothing"),
        pytest.param("*?a*", "a", False, id="star-and-question-mark"),
        pytest.param("*?a*", "ba", True, id="star-and-question-mark-with-a-character"),
        pytest.param(r"\*", r"\x", True, id="a-backslash-is-itself"),
    ],
)
def test_wildcards(pattern: str, text: str, matches: bool) -> None:
    """`*` stands for any text, `?` for one character, everything else for itself."""
    assert (compile_wildcards(pattern).fullmatch(text) is not None) is matches


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        pytest.param(r"a\*", "a*", True, id="a-star"),
        pytest.param(r"a\*", "ab", False, id="no-wildcard"),
        pytest.param(r"a\?*", "a?b", True, id="a-question-mark-then-a-wildcard"),
        pytest.param(r"a\b", "ab", True, id="any-other-character"),
        pytest.param(r"a\\*", r"a\b", True, id="a-backslash"),
        pytest.param("a\\", "a\\", True, id="at-the-end"),
        pytest.param("*a\\", "ba\\", True, id="at-the-end-behind-a-wildcard"),
    ],
)
def test_escapes(pattern: str, text: str, matches: bool) -> None:
    """With escapes, a backslash makes the next character an ordinary one."""
    assert (compile_wildcards(pattern, escapes=True).fullmatch(text) is not None) is matches


def test_case() -> None:
    """Case makes a difference unless it is folded, also behind a wildcard."""
    text = "EC2:copysnapshot"

    assert compile_wildcards("ec2:*Snap*", fold=True).fullmatch(text)
    assert not compile_wildcards("ec2:*Snap*").fullmatch(text)


def test_many_stars_take_no_time() -> None:
    """A hundred stars that nearly match are settled at once, not in the age of the universe."""
    pattern = compile_wildcards("*a" * 100 + "*b")

    assert pattern.fullmatch("a" * 2000) is None
    assert pattern.fullmatch("a" * 2000 + "b") is not None
