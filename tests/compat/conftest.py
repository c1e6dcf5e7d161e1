"""What the senders share is closed with the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.compat.senders import close_shared

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def _closed() -> Iterator[None]:
    yield
    close_shared()
