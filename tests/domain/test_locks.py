"""The state of a lock, to the moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pytest_fakecopy.domain.locks import Lock
from tests.builders import later, snapshot_record

MOMENT = timedelta(microseconds=1)
HOUR, DAY = 3600, 24 * 3600


@pytest.mark.parametrize(
    ("lock", "changes_at", "before", "after"),
    [
        pytest.param(Lock("governance", later(0), 1), DAY, "governance", "expired", id="duration"),
        pytest.param(
            Lock("governance", later(0), 0, until=later(HOUR)),
            HOUR,
            "governance",
            "expired",
            id="date",
        ),
        pytest.param(
            Lock("compliance", later(0), 1, cool_off_hours=1),
            HOUR,
            "compliance-cooloff",
            "compliance",
            id="cooling-off",
        ),
    ],
)
def test_a_state_ends_at_its_moment(lock: Lock, changes_at: int, before: str, after: str) -> None:
    """The end itself belongs to the next state."""
    record = snapshot_record(state="completed")
    moment = later(changes_at)

    assert lock.state(record, moment - MOMENT) == before
    assert lock.state(record, moment) == after
