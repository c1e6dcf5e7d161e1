"""Scenarios of quotas: copies in progress, and the throughput of time-based copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.verdicts import assumed, documented, observed
from pytest_fakecopy.scenarios.building import PLAIN, TIMED, UNSEEN, both, by_book, refused
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.outcomes import Ends
from pytest_fakecopy.scenarios.running import DESTINATION, SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.model import Given
    from pytest_fakecopy.views.snapshots import Snapshot

_RULE = "copies-are-within-the-limit"
_LIMIT = 5
_PER_COPY = 500 * 1024**2
"""Bytes per second of one time-based copy; all between two Regions have four times as many."""
_MINUTES = 15
_FULL_RATE = _PER_COPY * _MINUTES * 60
"""Bytes that take a copy's whole throughput for 15 minutes."""


def _busy(copies: int, region: str = DESTINATION) -> Given:
    """Give a source while *copies* of other snapshots are in progress; the limit is 5."""

    def given(fake: FakeEC2) -> Snapshot:
        fake.rules = fake.rules.with_limit(_LIMIT)
        client = fake.client("ec2", region)
        for _ in range(copies):
            other = fake.snapshots.add(region=SOURCE)
            client.copy_snapshot(SourceRegion=SOURCE, SourceSnapshotId=other.snapshot_id)
        return fake.snapshots.add(region=SOURCE)

    return given


def _throughput_in_use(copies: int) -> Given:
    """Give a source while time-based copies of others use their whole throughput."""

    def given(fake: FakeEC2) -> Snapshot:
        client = fake.client("ec2", DESTINATION)
        for _ in range(copies):
            other = fake.snapshots.add(region=SOURCE, volume_size=1000, data_size=_FULL_RATE)
            client.copy_snapshot(
                SourceRegion=SOURCE,
                SourceSnapshotId=other.snapshot_id,
                CompletionDurationMinutes=_MINUTES,
            )
        # Throughput is taken when a copy is validated.
        fake.clock.tick(fake.options.validation_delay)
        return fake.snapshots.add(region=SOURCE)

    return given


def _of_data(size: int, volume_size: int = 2000) -> Callable[[FakeEC2], Snapshot]:
    return lambda fake: fake.snapshots.add(region=SOURCE, volume_size=volume_size, data_size=size)


LIMITS = (
    Scenario(
        id="copies-too-many",
        about="As many copies to the Region are in progress as the account may have.",
        given=_busy(_LIMIT),
        expect=both(
            refused(
                "ResourceLimitExceeded",
                "Too many snapshot copies in progress. The limit is 5 for this destination region.",
                _RULE,
            )
        ),
        evidence=by_book(
            documented=documented(
                "EBS User Guide, Copy an Amazon EBS snapshot: 20 copies per destination"
            ),
            observed=observed(
                "2018", "aws-samples/copy-encrypted-ami issue 3; the status is assumed"
            ),
        ),
    ),
    Scenario(
        id="copies-as-many-as-allowed",
        about="One copy fewer than the account may have is in progress.",
        given=_busy(_LIMIT - 1),
        expect=both(PLAIN),
        evidence=both(documented("EBS User Guide, Copy an Amazon EBS snapshot")),
    ),
    Scenario(
        id="copies-to-another-region",
        about="The copies that are in progress go to another Region, which has a limit of its own.",
        given=_busy(_LIMIT, "eu-west-1"),
        expect=both(PLAIN),
        evidence=both(documented("EBS User Guide (2023): the limit is per destination Region")),
    ),
    Scenario(
        id="throughput-in-use",
        about="Time-based copies between the two Regions use all of the throughput.",
        given=_throughput_in_use(4),
        request={"CompletionDurationMinutes": _MINUTES},
        expect=both(refused("ResourceLimitExceeded", None, _RULE)),
        evidence=by_book(
            documented=documented(
                "EBS User Guide, Time-based copies: the request fails; code and text are assumed"
            ),
            observed=assumed("as documented; nobody recorded it"),
        ),
    ),
    Scenario(
        id="throughput-in-use-for-standard-copy",
        about="Time-based copies use all of the throughput, and this one is not time-based.",
        given=_throughput_in_use(4),
        expect=both(PLAIN),
        evidence=both(TIMED),
    ),
)


def _timed(name: str, about: str, given: Given, asked: int, takes: float) -> Scenario:
    return Scenario(
        id=f"completion-duration-{name}",
        about=about,
        given=given,
        request={"CompletionDurationMinutes": asked},
        expect=both(Ends("completed", minutes=takes)),
        evidence=by_book(documented=TIMED, observed=UNSEEN),
    )


DURATIONS = (
    _timed("shortest", "A time-based copy takes 15 minutes.", _of_data(1024**3), 15, 15),
    _timed("longest", "A time-based copy takes 48 hours.", _of_data(1024**3), 2880, 2880),
    _timed(
        "just-met",
        "The copy needs the throughput of one copy to the last byte.",
        _of_data(_FULL_RATE),
        15,
        15,
    ),
    _timed(
        "missed",
        "The copy needs twice the throughput that one copy can have: it is late.",
        _of_data(2 * _FULL_RATE),
        15,
        30,
    ),
    _timed(
        "within-region",
        "A time-based copy is made within the Region.",
        lambda fake: fake.snapshots.add(region=DESTINATION),
        30,
        30,
    ),
)

SCENARIOS = LIMITS + DURATIONS
