"""What the tests of clocks have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import census

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def nothing_stays_behind() -> Iterator[None]:
    """Fail a test after which anything is replaced, or time isn't the present."""
    before = census.of_time()

    yield

    assert census.of_time() == before
    assert census.is_present()
