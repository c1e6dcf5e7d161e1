"""Pages: their size, their tokens, and where they end."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.operations.paging import cut, page_size, position_of, token_after


@pytest.mark.parametrize(
    ("max_results", "size"), [(None, None), (5, 5), (500, 500), (1000, 1000), (1001, 1000)]
)
def test_a_page_has_5_to_1000_items(max_results: int | None, size: int | None) -> None:
    """More than 1000 are not refused, and not given either."""
    assert page_size(max_results) == size


@pytest.mark.parametrize("max_results", [-1, 0, 1, 4])
def test_fewer_than_5_are_refused(max_results: int) -> None:
    """The text has the value."""
    with pytest.raises(Refused) as caught:
        page_size(max_results)

    assert caught.value.response == ErrorResponse(
        "InvalidParameterValue",
        f"Value ( {max_results} ) for parameter maxResults is invalid."
        " Expecting a value greater than 5.",
    )


@pytest.mark.parametrize("number", [1, 17, 100_000])
def test_a_token_says_where_the_last_page_ended(number: int) -> None:
    """It is read as it was written."""
    assert position_of(token_after(number)) == number


@pytest.mark.parametrize("token", [None, ""])
def test_the_first_page_needs_no_token(token: str | None) -> None:
    """It begins after number 0."""
    assert position_of(token) == 0


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "not a token",
        "\u20ac",
        urlsafe_b64encode(b"other:5").decode(),
        urlsafe_b64encode(b"fake-ec2:five").decode(),
        urlsafe_b64encode(b"fake-ec2:").decode(),
    ],
)
def test_a_foreign_token_is_refused(token: str) -> None:
    """A token that the fake did not make is not read."""
    with pytest.raises(Refused) as caught:
        position_of(token)

    assert caught.value.response == ErrorResponse(
        "InvalidParameterValue", "Unable to parse pagination token"
    )


ITEMS = [(3, "a"), (5, "b"), (8, "c")]


@pytest.mark.parametrize(
    ("size", "page", "ended"),
    [
        pytest.param(None, ["a", "b", "c"], None, id="no-pages"),
        pytest.param(2, ["a", "b"], 5, id="more-to-come"),
        pytest.param(3, ["a", "b", "c"], None, id="exactly-the-rest"),
        pytest.param(4, ["a", "b", "c"], None, id="less-than-a-page"),
    ],
)
def test_a_page_is_cut(size: int | None, page: list[str], ended: int | None) -> None:
    """There is a token only where there are more items."""
    assert cut(iter(ITEMS), size) == (page, token_after(ended) if ended else None)


def test_an_empty_page_is_the_last() -> None:
    """Nothing comes after nothing."""
    assert cut(iter(()), 5) == ([], None)
