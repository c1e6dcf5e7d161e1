"""The story as text: whole reports, and what a short one leaves out."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_fakecopy import ErrorResponse, FailLater, FakeEC2, Reject, Rule, assumed
from pytest_fakecopy.domain.records import EventRecord
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.reporting import report, story_of
from pytest_fakecopy.story import Story
from pytest_fakecopy.wording import lines_of, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
LATE = "snap-07bbaf4742ceb81d8"
SOURCE = "snap-0ca40964e6f06eced"


@pytest.fixture
def fake(kept_clients: None) -> Iterator[FakeEC2]:
    """A fake that starts at noon."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        yield fake


def copy(fake: FakeEC2, source: str | None = None, **parameters: Any) -> str:
    """Start a copy, of a new snapshot where none is given."""
    source = source or fake.snapshots.add(region="us-west-2").snapshot_id
    request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source, **parameters}
    return str(fake.client("ec2").copy_snapshot(**request)["SnapshotId"])


def whole(fake: FakeEC2) -> str:
    """Return everything that a report can say."""
    return "\n".join(report(fake.story(), None))


def test_nothing_happened(fake: FakeEC2) -> None:
    """There is one line, about now."""
    assert report(fake.story()) == ["     now  +0s by the fake's own clock; nothing is scheduled"]


def test_a_late_failure(fake: FakeEC2) -> None:
    """The call, the rule that failed the copy and on what, the transition, and the way there."""
    copy(fake, Encrypted=True, KmsKeyId="alias/no-such-key")
    fake.clock.tick(600)

    assert report(fake.story()) == [
        f"     +0s  {SOURCE} in us-west-2: completed (the test added it)",
        (
            f"          CopySnapshot us-west-2 -> us-east-1 of {SOURCE}, Encrypted=True"
            " KmsKeyId=alias/no-such-key -> 200"
        ),
        f"          {LATE} accepted: pending 'Metadata not updated'",
        "          time moved by 10m: tick",
        (
            "     +5s  kms-key-is-usable fails it: alias/no-such-key names no KMS key in us-east-1"
            " for account 111122223333"
        ),
        f"          {LATE} pending -> error 'Given key ID is not accessible'",
        "          event EBS Snapshot Notification: copySnapshot failed",
        "     now  +10m by the fake's own clock; nothing is scheduled",
    ]


def test_everything(fake: FakeEC2) -> None:
    """With no limit, waits and events are there as well."""
    copied = copy(fake)
    fake.client("ec2").get_waiter("snapshot_completed").wait(SnapshotIds=[copied])
    looked = f"DescribeSnapshots in us-east-1, SnapshotIds={LATE} -> 200"

    assert whole(fake).splitlines() == [
        f"     +0s  {SOURCE} in us-west-2: completed (the test added it)",
        f"          CopySnapshot us-west-2 -> us-east-1 of {SOURCE} -> 200",
        f"          {LATE} accepted: pending 'Metadata not updated'",
        f"          {looked} pending",
        "          time moved by 15s: sleep",
        f"     +5s  {LATE} validated: none of 3 rules objects",
        f"    +15s  {looked} pending",
        "          time moved by 15s: sleep",
        f"    +30s  {looked} pending",
        "          time moved by 15s: sleep",
        f"    +45s  {looked} pending",
        "          time moved by 15s: sleep",
        f"    +60s  {LATE} pending -> completed",
        "          event EBS Snapshot Notification: copySnapshot succeeded",
        f"          {looked} completed",
        "     now  +60s by the fake's own clock; nothing is scheduled",
    ]


def test_looks_that_show_the_same_are_one_line(fake: FakeEC2) -> None:
    """A waiter's polling takes one line in the short report."""
    copied = copy(fake)
    fake.client("ec2").get_waiter("snapshot_completed").wait(SnapshotIds=[copied])

    lines = report(fake.story())

    assert (
        f"    +15s  DescribeSnapshots in us-east-1, SnapshotIds={LATE} -> 200 pending, 3 times"
        in (lines)
    )
    # Four sleeps and an event.
    assert lines[-2] == "     ...  5 more with -vv"


@pytest.mark.parametrize(("count", "left_out"), [(5, 0), (6, 3), (20, 45)])
def test_a_report_is_twenty_lines_at_most(fake: FakeEC2, count: int, left_out: int) -> None:
    """The beginning and the end are shown, and how many were left out in between."""
    for number in range(count):
        copy(fake, Description=f"copy-{number}")
    everything = report(fake.story(), None)[: 3 * count]

    lines = report(fake.story())

    gap = [f"     ...  {left_out} more with -vv"] if left_out else []
    shown = everything[:5] + gap + everything[5 + left_out :]
    assert len(lines) <= 20
    assert lines[:-4] == shown


def test_a_report_with_waits_is_twenty_lines_at_most(fake: FakeEC2) -> None:
    """What is always left out is counted with the rest, in one place."""
    for number in range(18):
        fake.client("ec2").describe_snapshots(MaxResults=5 + number)
        time.sleep(1)

    assert report(fake.story())[18] == "     ...  18 more with -vv"
    assert len(report(fake.story())) == 20

    fake.client("ec2").describe_snapshots(MaxResults=100)

    assert report(fake.story())[5] == "     ...  19 more with -vv"
    assert len(report(fake.story())) == 20


@pytest.mark.parametrize(
    ("looks", "hidden"), [(17, "time moved by 1s: sleep"), (18, "2 more with -vv")]
)
def test_one_line_is_never_said_to_be_left_out(fake: FakeEC2, looks: int, hidden: str) -> None:
    """It stands where "1 more" would, at its place, and there are twenty lines all the same."""
    fake.client("ec2").describe_snapshots(MaxResults=5)
    time.sleep(1)
    for number in range(looks):
        fake.client("ec2").describe_snapshots(MaxResults=6 + number)

    lines = report(fake.story())

    assert len(lines) == 20
    assert [number for number, line in enumerate(lines) if hidden in line] == [
        1 if looks == 17 else 5
    ]


def test_one_line_that_parts_looks(fake: FakeEC2) -> None:
    """It is left out where the line and the looks that it parts would be one too many."""
    fake.client("ec2").describe_snapshots(MaxResults=5)
    time.sleep(1)
    for number in range(18):
        fake.client("ec2").describe_snapshots(MaxResults=5 + number)

    lines = report(fake.story())

    assert len(lines) == 20
    assert lines[-2] == "     ...  1 more with -vv"


def test_what_is_scheduled(fake: FakeEC2) -> None:
    """Three things at most are named in short, all of them otherwise."""
    ids = [copy(fake) for _ in range(5)]

    short, long = report(fake.story()), report(fake.story(), None)

    assert short[-4:] == [
        "     now  +0s by the fake's own clock; scheduled:",
        f"     +5s  {ids[0]} is validated",
        f"     +5s  {ids[1]} is validated",
        f"     +5s  {ids[2]} is validated; 2 more are scheduled",
    ]
    assert long[-1] == f"     +5s  {ids[4]} is validated"


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        pytest.param("freezegun", "by the clock of freezegun", id="freezegun"),
        pytest.param("time-machine", "by the clock of time-machine", id="time-machine"),
        pytest.param("real", "by the wall clock", id="real"),
    ],
)
def test_whose_time_it_is(clock: str, text: str) -> None:
    """The last line says it."""
    [line] = report(Story((), NOON, clock=clock))

    assert line == f"     now  +0s {text}; nothing is scheduled"


def test_a_rejected_call(fake: FakeEC2) -> None:
    """The request has its error, and the rule says what it found."""
    with pytest.raises(ClientError):
        copy(fake, KmsKeyId="alias/x")

    assert (
        "KmsKeyId=alias/x -> 400 InvalidParameterDependency: The parameter [KmsKeyId] requires the"
        " parameter Encrypted to be set.\n"
        "          kms-key-needs-encrypted rejects it: " in whole(fake)
    )


def test_rules_of_ones_own(fake: FakeEC2) -> None:
    """A rule of admission may fail a copy later, or reject it without saying why."""
    guess = assumed("for this test")
    error = ErrorResponse("NotToday", "Come back tomorrow.", 400)
    late = Rule("all-is-quiet", lambda _: FailLater("Too loud"), guess)
    fake.rules = fake.rules.inserting(late, before="source-region-exists")
    copy(fake)
    strict = Rule("it-is-tomorrow", lambda _: Reject(error), guess)
    fake.rules = fake.rules.inserting(strict, before="source-region-exists")
    with pytest.raises(ClientError):
        copy(fake)

    told = whole(fake)

    assert "all-is-quiet will fail it: Too loud" in told
    assert "it-is-tomorrow rejects it: Come back tomorrow." in told


def test_changes_and_other_services(fake: FakeEC2) -> None:
    """What the test did is there, and requests to other services and of other accounts."""
    other = fake.accounts.add("444455556666")
    key = fake.kms.add_key()
    key.disable()
    fake.client("sts", account_id=other.account_id).get_caller_identity()
    fake.faults.reject("DescribeRegions", "Unavailable", "", status=503)
    with pytest.raises(ClientError):
        fake.client("ec2", config=_once()).describe_regions()

    told = whole(fake)

    assert f"{key.arn} disabled" in told
    assert "GetCallerIdentity in us-east-1 as 444455556666 -> 200" in told
    assert "DescribeRegions in us-east-1 -> 503 Unavailable\n" in told


def _once() -> Any:
    from botocore.config import Config  # noqa: PLC0415  # for one test

    return Config(retries={"total_max_attempts": 1})


def request(**members: Any) -> str:
    """Return the line of a request."""
    known: dict[str, Any] = {
        "operation": "DescribeSnapshots",
        "parameters": {},
        "region": "us-east-1",
        "account_id": "111122223333",
        "at": NOON,
        "transport": "botocore",
        "status": 200,
    }
    story = Story((RequestRecord(**{**known, **members}),), NOON)
    return lines_of(story)[0].text


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, "DescribeSnapshots in us-east-1 -> 200", id="plain"),
        pytest.param({"transport": "requests"}, "DescribeSnapshots in us-east-1 by requests -> 200",
                     id="transport"),
        pytest.param({"account_id": ""}, "DescribeSnapshots in us-east-1 -> 200", id="nobody"),
        pytest.param({"status": 0}, "DescribeSnapshots in us-east-1 -> no answer", id="cut-off"),
        pytest.param({"operation": "", "status": 400, "error_code": "MissingAction"},
                     "a request without an Action in us-east-1 -> 400 MissingAction", id="none"),
        pytest.param({"operation": "CopySnapshot"}, "CopySnapshot ? -> us-east-1 of ? -> 200",
                     id="copy-of-nothing"),
        pytest.param({"parameters": {"SnapshotIds": ["snap-1", "snap-2"], "MaxResults": 5}},
                     "DescribeSnapshots in us-east-1, SnapshotIds=['snap-1', 'snap-2'] MaxResults=5"
                     " -> 200", id="parameters"),
        pytest.param({"parameters": {"NextToken": "two words"}},
                     "DescribeSnapshots in us-east-1, NextToken='two words' -> 200", id="spaces"),
        pytest.param({"parameters": {"NextToken": "x" * 80}},
                     f"DescribeSnapshots in us-east-1, NextToken={'x' * 57}... -> 200", id="long"),
        pytest.param({"parameters": {"NextToken": "a\nb\x1b[31m"}},
                     r"DescribeSnapshots in us-east-1, NextToken=a\nb\x1b[31m -> 200", id="esc"),
        pytest.param({"operation": "CreateGrant", "parameters": {"GrantTokens": ["secret"]}},
                     "CreateGrant in us-east-1, GrantTokens='***' -> 200", id="secret"),
    ],
)  # fmt: skip
def test_the_line_of_a_request(members: dict[str, Any], expected: str) -> None:
    """It is one line, with the parameters in short and without secrets."""
    assert request(**members) == expected


def test_a_presigned_url_is_never_shown(fake: FakeEC2) -> None:
    """botocore signs one into each copy; it is left out of the report."""
    copy(fake)

    assert "X-Amz" not in whole(fake)
    assert "Presigned" not in whole(fake)


def test_an_event_without_detail() -> None:
    """Its type is all that can be said."""
    [line] = lines_of(Story((EventRecord(NOON, {"detail-type": "Something"}),), NOON))

    assert (line.text, line.minor) == ("event Something", True)


def test_snapshots_without_a_reason(fake: FakeEC2) -> None:
    """Deleting is a transition like others; a first state may come without a reason."""
    snapshot = fake.snapshots.add()
    fake.client("ec2").delete_snapshot(SnapshotId=snapshot.snapshot_id)

    assert f"{snapshot.snapshot_id} completed -> deleted" in whole(fake)


def test_one_line() -> None:
    """Line breaks, escapes and halves of surrogate pairs are written out; letters stay."""
    assert one_line("Ünï\n\x1b\ud800☃") == "Ünï\\n\\x1b\\ud800☃"


def test_the_story_of_one_snapshot(fake: FakeEC2) -> None:
    """Only what concerns it: its call, its verdicts, looks at it, moves, and its own future."""
    source = fake.snapshots.add(region="us-west-2").snapshot_id
    copy(fake)
    mine = copy(fake, source, Description="mine")
    fake.client("ec2").describe_snapshots(SnapshotIds=[mine])
    fake.kms.add_key().disable()
    time.sleep(5)

    told = story_of(fake.story(), mine).splitlines()

    [arn] = [key.arn for key in fake.kms]
    assert told == [
        f"     +0s  CopySnapshot us-west-2 -> us-east-1 of {source}, Description=mine -> 200",
        f"          {mine} accepted: pending 'Metadata not updated'",
        f"          DescribeSnapshots in us-east-1, SnapshotIds={mine} -> 200 pending",
        f"          key {arn.rpartition('/')[2]} in us-east-1: the test added it",
        f"          {arn} disabled",
        "          time moved by 5s: sleep",
        f"     +5s  {mine} validated: none of 3 rules objects",
        "     now  +5s by the fake's own clock; scheduled:",
        f"    +60s  {mine} completes",
    ]


def test_the_story_of_a_snapshot_that_no_call_made(fake: FakeEC2) -> None:
    """One that the test added has a story without a request."""
    snapshot = fake.snapshots.add()

    assert story_of(fake.story(), snapshot.snapshot_id).splitlines()[0] == (
        f"     +0s  {snapshot.snapshot_id} in us-east-1: completed (the test added it)"
    )
