"""The registry of snapshots: by id, by owner, shared, in order, in pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy.domain.snapshots import SnapshotRegistry
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    START,
    THERE,
    later,
    snapshot_record,
)

if TYPE_CHECKING:
    from pytest_fakecopy.domain.snapshots import SnapshotRecord, SnapshotState

SHARED = frozenset({OTHER_ACCOUNT})


def numbered(number: int, **members: object) -> SnapshotRecord:
    """Build a snapshot whose id ends in a number."""
    return snapshot_record(snapshot_id=f"snap-{number:08}", **members)


def registry(*records: SnapshotRecord) -> SnapshotRegistry:
    """Build a registry."""
    made = SnapshotRegistry()
    for record in records:
        made.add(record)
    return made


def seen(of: SnapshotRegistry, account_id: str = ACCOUNT, region: str = THERE) -> list[int]:
    """Return the numbers in the ids that an account sees, in order."""
    page = of.page(region=region, account_id=account_id)
    return [int(record.snapshot_id[-8:]) for _, record in page]


def test_a_snapshot_is_found_by_its_id() -> None:
    """One that was never added, or was removed, is not."""
    record = numbered(1)
    snapshots = registry(record)

    found = snapshots.get(record.snapshot_id)
    snapshots.remove(record.snapshot_id)

    assert found is record
    assert snapshots.get(record.snapshot_id) is None
    assert snapshots.get("snap-1234abcd") is None


def test_all_are_there_in_the_order_in_which_they_were_made() -> None:
    """A changed one keeps its place."""
    first, second = numbered(2), numbered(1)
    snapshots = registry(first, second)
    changed = replace(first, description="changed")

    snapshots.replace(changed)

    assert list(snapshots) == [changed, second]
    assert snapshots.ids() == (first.snapshot_id, second.snapshot_id)
    assert len(snapshots) == 2


@pytest.mark.parametrize(
    ("members", "account_id", "visible"),
    [
        pytest.param({}, ACCOUNT, True, id="own"),
        pytest.param({}, OTHER_ACCOUNT, False, id="another's"),
        pytest.param({"shared_with": SHARED}, OTHER_ACCOUNT, True, id="shared"),
        pytest.param({"shared_with": SHARED}, "999999999999", False, id="shared-with-another"),
        pytest.param({"public": True}, "999999999999", True, id="public"),
    ],
)
def test_who_sees_a_snapshot(members: dict[str, object], account_id: str, visible: bool) -> None:
    """Owners, those it is shared with, and everybody if it is public; by id and in a list."""
    record = numbered(1, **members)
    snapshots = registry(record)

    found = snapshots.visible(record.snapshot_id, region=THERE, account_id=account_id)

    assert found == (record if visible else None)
    assert seen(snapshots, account_id) == ([1] if visible else [])


def test_a_snapshot_is_seen_in_its_region_alone() -> None:
    """Elsewhere it is neither found nor listed."""
    snapshots = registry(numbered(1, public=True))

    assert snapshots.visible("snap-00000001", region=HERE, account_id=ACCOUNT) is None
    assert seen(snapshots, region=HERE) == []
    assert seen(snapshots, OTHER_ACCOUNT, region=HERE) == []


def test_own_and_shared_ones_are_listed_in_one_order() -> None:
    """Oldest first, each once, own public ones included."""
    snapshots = registry(
        numbered(1, owner_id=OTHER_ACCOUNT, public=True),
        numbered(2),
        numbered(3, owner_id=OTHER_ACCOUNT, shared_with=frozenset({ACCOUNT})),
        numbered(4, public=True),
        numbered(5, owner_id=OTHER_ACCOUNT),
    )

    assert seen(snapshots) == [1, 2, 3, 4]
    assert seen(snapshots, OTHER_ACCOUNT) == [1, 3, 4, 5]


def test_sharing_can_be_given_and_taken_back() -> None:
    """A list shows what is shared now."""
    record = numbered(1)
    snapshots = registry(record)

    snapshots.replace(replace(record, shared_with=SHARED))
    shared = seen(snapshots, OTHER_ACCOUNT)
    snapshots.replace(record)

    assert shared == [1]
    assert seen(snapshots, OTHER_ACCOUNT) == []
    assert seen(snapshots) == [1]


def test_a_removed_snapshot_is_in_no_list() -> None:
    """Neither its owner's nor that of those it was shared with."""
    snapshots = registry(numbered(1, shared_with=SHARED), numbered(2))

    snapshots.remove("snap-00000001")
    snapshots.remove("snap-00000002")

    assert seen(snapshots) == []
    assert seen(snapshots, OTHER_ACCOUNT) == []


@pytest.mark.parametrize("gone", [{1, 2}, {3}, {4, 5}, {1, 2, 3, 4}, {2, 4, 6}, set(range(1, 9))])
def test_a_page_goes_on_where_the_last_one_ended(gone: set[int]) -> None:
    """Also when snapshots of either page were deleted in between."""
    snapshots = registry(*(numbered(number) for number in range(1, 9)))
    pages = snapshots.page(region=THERE, account_id=ACCOUNT)
    first = [next(pages) for _ in range(4)]

    for number in gone:
        snapshots.remove(f"snap-{number:08}")
    rest = snapshots.page(region=THERE, account_id=ACCOUNT, after=first[-1][0])

    assert [record.snapshot_id for _, record in rest] == [
        f"snap-{number:08}" for number in range(5, 9) if number not in gone
    ]


def test_a_page_goes_on_over_shared_ones() -> None:
    """They are numbered like the caller's own."""
    snapshots = registry(
        *(numbered(number, owner_id=OTHER_ACCOUNT, public=True) for number in range(1, 5))
    )
    number, _ = next(iter(snapshots.page(region=THERE, account_id=ACCOUNT)))

    rest = snapshots.page(region=THERE, account_id=ACCOUNT, after=number)

    assert [record.snapshot_id for _, record in rest] == [f"snap-{n:08}" for n in (2, 3, 4)]


def test_a_snapshot_deleted_while_a_page_is_read_is_left_out() -> None:
    """The list is made as it is read."""
    snapshots = registry(numbered(1, shared_with=SHARED), numbered(2, shared_with=SHARED))
    page = snapshots.page(region=THERE, account_id=OTHER_ACCOUNT)
    next(page)

    snapshots.remove("snap-00000002")

    assert list(page) == []


@pytest.mark.parametrize(
    ("state", "progressing", "seconds", "percent"),
    [
        pytest.param("completed", None, 0, 100, id="completed"),
        pytest.param("recoverable", None, 0, 100, id="recoverable"),
        pytest.param("error", None, 0, 0, id="error"),
        pytest.param("pending", None, 0, 0, id="not-validated"),
        pytest.param("pending", (0, 60), 0, 0, id="begins"),
        pytest.param("pending", (0, 60), 30, 50, id="half"),
        pytest.param("pending", (0, 60), 59.9, 99, id="nearly-there"),
        pytest.param("pending", (0, 60), 60, 99, id="due-and-not-settled"),
        pytest.param("pending", (0, 60), 600, 99, id="held"),
        pytest.param("pending", (10, 60), 5, 0, id="before-it-begins"),
        pytest.param("pending", (0, 0), 0, 99, id="no-time-at-all"),
    ],
)
def test_progress_is_computed(
    state: SnapshotState, progressing: tuple[int, int] | None, seconds: float, percent: int
) -> None:
    """From begin, end and now; 100% is what a completed snapshot has, and only it."""
    span = None
    if progressing is not None:
        span = (later(progressing[0]), later(progressing[1]))
    record = snapshot_record(state=state, progressing=span)

    assert record.progress_at(START + timedelta(seconds=seconds)) == percent
