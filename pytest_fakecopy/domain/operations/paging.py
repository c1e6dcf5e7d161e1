"""Pages of Describe operations: how many items, where the last page ended."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from pytest_fakecopy.domain import error_codes as codes

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = TypeVar("_T")
_FEWEST, _MOST = 5, 1000
_MARK = b"fake-ec2:"


def page_size(max_results: int | None) -> int | None:
    """Return how many items a page has, or None where there are no pages.

    Observed for the volumes family (capture of 2026-09-25): fewer than 5 are refused, more than
    1000 are not; that 1000 is the most then returned is the older API reference's.

    Raises:
        Refused: it is fewer than 5.
    """
    if max_results is None:
        return None
    if max_results < _FEWEST:
        raise codes.Refused(
            codes.invalid_parameter_value(
                f"Value ( {max_results} ) for parameter maxResults is invalid."
                f" Expecting a value greater than {_FEWEST}."
            )
        )
    return min(max_results, _MOST)


def token_after(number: int) -> str:
    """Return the NextToken of a page that ended with that number."""
    return urlsafe_b64encode(_MARK + str(number).encode()).decode()


def position_of(token: str | None) -> int:
    """Return the number that the last page ended with; 0 for the first page.

    Raises:
        Refused: it is not a token of ours. Text observed for volumes (2026-09-25).
    """
    if not token:
        return 0
    try:
        text = urlsafe_b64decode(token.encode())
        if text.startswith(_MARK):
            return int(text[len(_MARK) :])
    except ValueError:
        pass
    raise codes.Refused(codes.invalid_parameter_value("Unable to parse pagination token"))


def cut(items: Iterator[tuple[int, _T]], size: int | None) -> tuple[list[_T], str | None]:
    """Return the items of one page, and the token of the next where there is one."""
    if size is None:
        return [item for _, item in items], None
    page = list(islice(items, size))
    more = next(items, None) is not None
    return [item for _, item in page], token_after(page[-1][0]) if more else None
