"""A user's test module with every public name in it. Checked by mypy and pyright, never run."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import assert_type

from pytest_fakecopy import (
    Account,
    ClockError,
    CopyAttempt,
    ErrorResponse,
    Evidence,
    FailLater,
    FakeCopyAssertionError,
    FakeCopyError,
    FakeEC2,
    InternalError,
    KmsKey,
    Options,
    Reject,
    Rule,
    RuleBook,
    Snapshot,
    UnexpectedRequest,
    UnfinishedCopies,
    UnknownResourceError,
    UnknownRuleError,
    UsageError,
    assumed,
    documented,
    observed,
)
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.scenarios import Scenario, select

if TYPE_CHECKING:
    from pytest_fakecopy.domain.records import TransitionRecord, VerdictRecord  # noqa: F401  # below, in texts
    from pytest_fakecopy.domain.regions import Outpost

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.fixture
def fake_ec2_options() -> Options:
    """Give all options in their own types."""
    return Options(
        rules="documented",
        account_id="111122223333",
        clock="freezegun",
        start_time=NOON,
        sleep="instant",
        validation_delay=timedelta(seconds=5),
        copy_duration=timedelta(minutes=1),
        max_concurrent_copies=20,
        passthrough=("s3",),
        credentials="lenient",
        seed=0,
    )


def test_options(fake_ec2: FakeEC2) -> None:
    """Look at them, and give some to a fake of one's own."""
    assert_type(fake_ec2.options, Options)
    assert_type(fake_ec2.options.start_time, "datetime | None")
    assert_type(fake_ec2.options.copy_duration, timedelta)
    assert_type(Options.names(), "tuple[str, ...]")
    with FakeEC2(clock="virtual", copy_duration=30) as inner:
        assert_type(inner, FakeEC2)
    with FakeEC2(fake_ec2.options.overridden({"seed": 1})):
        pass


def test_snapshots(fake_ec2: FakeEC2) -> None:
    """Arrange and find them."""
    source = fake_ec2.snapshots.add(
        region="us-west-2",
        account_id="111122223333",
        volume_size=100,
        state="completed",
        encrypted=True,
        kms_key=fake_ec2.kms.default_ebs_key("us-west-2"),
        tags={"Name": "nightly"},
        description="of tonight",
        shared_with=["444455556666"],
        public=False,
        storage_tier="standard",
        outpost_arn=None,
        availability_zone=None,
        data_size=1024**3,
    )

    assert_type(source, Snapshot)
    assert_type(fake_ec2.snapshots["snap-1"], Snapshot)
    assert_type(fake_ec2.snapshots.copies, "list[Snapshot]")
    assert_type([each.why for each in fake_ec2.snapshots], "list[str]")
    assert "snap-1" in fake_ec2.snapshots
    assert len(fake_ec2.snapshots) == 1


def test_one_snapshot(snapshot: Snapshot) -> None:
    """Look at everything that it has."""
    assert_type(snapshot.snapshot_id, str)
    assert_type(snapshot.region, str)
    assert_type(snapshot.owner_id, str)
    assert_type(snapshot.state, str)
    assert_type(snapshot.state_message, "str | None")
    assert_type(snapshot.progress, int)
    assert_type(snapshot.encrypted, bool)
    assert_type(snapshot.kms_key_id, "str | None")
    assert_type(snapshot.volume_id, str)
    assert_type(snapshot.volume_size, int)
    assert_type(snapshot.description, str)
    assert_type(snapshot.tags, "dict[str, str]")
    assert_type(snapshot.start_time, datetime)
    assert_type(snapshot.completion_time, "datetime | None")
    assert_type(snapshot.source_snapshot_id, "str | None")
    assert_type(snapshot.source_region, "str | None")
    assert_type(snapshot.storage_tier, str)
    assert_type(snapshot.transfer_type, "str | None")
    assert_type(snapshot.completion_duration_minutes, "int | None")
    assert_type(snapshot.outpost_arn, "str | None")
    assert_type(snapshot.availability_zone, "str | None")
    assert_type(snapshot.shared_with, "frozenset[str]")
    assert_type(snapshot.public, bool)
    assert_type(snapshot.why, str)


def test_keys(fake_ec2: FakeEC2) -> None:
    """Arrange keys, look at them and change them."""
    key = fake_ec2.kms.add_key(
        region="us-east-1",
        account_id="111122223333",
        alias="backup",
        key_state="Enabled",
        key_spec="SYMMETRIC_DEFAULT",
        key_usage="ENCRYPT_DECRYPT",
        key_manager="CUSTOMER",
        multi_region=False,
        shared_with=["444455556666"],
    )

    assert_type(key, KmsKey)
    assert_type(fake_ec2.kms["alias/backup"], KmsKey)
    assert_type(key.key_id, str)
    assert_type(key.arn, str)
    assert_type(key.region, str)
    assert_type(key.account_id, str)
    assert_type(key.aliases, "tuple[str, ...]")
    assert_type(key.key_spec, str)
    assert_type(key.multi_region, bool)
    assert_type(key.shared_with, "frozenset[str]")
    assert_type(key.deletion_date, "datetime | None")
    assert key.key_state == "Enabled"
    assert key.key_usage == "ENCRYPT_DECRYPT"
    assert key.key_manager == "CUSTOMER"
    key.disable()
    key.enable()
    key.schedule_deletion(days=7)
    key.cancel_deletion()
    key.share_with("444455556666")


def test_time(fake_ec2: FakeEC2) -> None:
    """Move the clock, in seconds or in values of the standard library."""
    clock = fake_ec2.clock

    clock.tick(30)
    clock.tick(0.5)
    clock.tick(timedelta(minutes=1))
    clock.move_to(NOON)
    clock.tick_per_request = timedelta(seconds=1)

    assert_type(clock.now(), datetime)
    assert_type(clock.movable, bool)
    assert_type(clock.jump_to_next(), datetime)
    assert_type(clock.settle(), timedelta)
    with pytest.raises(ClockError):
        clock.tick(-1)


def test_who_calls(fake_ec2: FakeEC2) -> None:
    """Register accounts, make clients, deny and allow."""
    account = fake_ec2.accounts.add("444455556666")
    client = fake_ec2.client("ec2", region="us-east-1", account_id=account.account_id)
    outpost = fake_ec2.outposts.add(region="us-east-1")
    fake_ec2.volumes.add(region="us-east-1")

    assert_type(account, Account)
    assert_type(fake_ec2.accounts.default, Account)
    assert_type(account.access_key_id, str)
    assert_type(account.secret_access_key, str)
    assert_type(account.session_token, "str | None")
    assert_type(client, Any)
    fake_ec2.deny("ec2:CopySnapshot", "*", account_id="444455556666", message="No.")
    fake_ec2.allow("ec2:CopySnapshot", "*", account_id="444455556666")
    arn_of(outpost)


def arn_of(outpost: Outpost) -> str:
    """Take an Outpost as a helper of one's own does."""
    return outpost.arn


def test_faults(fake_ec2: FakeEC2) -> None:
    """Break requests, connections and copies."""
    faults = fake_ec2.faults

    faults.reject("CopySnapshot", "RequestLimitExceeded", status=503, times=2)
    faults.disconnect("CopySnapshot", kind="timeout")
    faults.fail_copies("Given key ID is not accessible", after=timedelta(seconds=10))
    faults.meanwhile(lambda: fake_ec2.clock.tick(1))
    faults.hold_copies()
    faults.release_copies()
    faults.delay_visibility(2)


def test_what_happened(fake_ec2: FakeEC2) -> None:
    """Look into the journal and at the events, and draw them."""
    assert_type(fake_ec2.entered, bool)
    journal = fake_ec2.journal

    def handle(event: dict[str, Any]) -> None:
        assert event["source"] == "aws.ec2"

    fake_ec2.events.subscribe(handle)

    assert_type(journal.requests("CopySnapshot"), "tuple[RequestRecord, ...]")
    assert_type(journal.verdicts("snap-1"), "tuple[VerdictRecord, ...]")
    assert_type(journal.transitions("snap-1"), "tuple[TransitionRecord, ...]")
    for request in journal.requests():
        assert_type(request, RequestRecord)
        assert_type(request.operation, str)
        assert_type(request.at, datetime)
        assert_type(request.error_code, "str | None")
        assert request.parameters["SourceRegion"] == "us-west-2"
    assert_type(fake_ec2.events[0], "dict[str, Any]")
    assert_type(fake_ec2.timeline(), str)
    assert_type(fake_ec2.timeline("svg") + fake_ec2.timeline(format="html"), str)
    assert_type(fake_ec2.story().now, datetime)


def test_assertions(fake_ec2: FakeEC2) -> None:
    """Move time to a copy's end, and check how it ended."""
    assert_type(fake_ec2.assert_eventually_completed("snap-1"), Snapshot)
    assert_type(fake_ec2.assert_eventually_error("snap-1", match="not accessible"), Snapshot)
    fake_ec2.assert_all_settled()


def quiet(attempt: CopyAttempt) -> Reject | FailLater | None:
    """Judge a copy as a rule of one's own."""
    if attempt.request.description == "loud":
        return Reject(ErrorResponse("NotToday", "Come back tomorrow.", 400), "it is loud")
    return FailLater("Too loud") if attempt.region == "us-east-1" else None


def test_rules(fake_ec2: FakeEC2) -> None:
    """Edit the rule book."""
    rule = Rule("all-is-quiet", quiet, assumed("for this test"))
    book = fake_ec2.rules.without("copies-are-within-the-limit")

    fake_ec2.rules = book.inserting(rule, before="source-region-exists").with_limit(5)

    assert_type(fake_ec2.rules, RuleBook)
    assert_type(book["kms-key-is-usable"], Rule)
    assert_type(book["kms-key-is-usable"].evidence, Evidence)
    assert_type(book.replacing("kms-key-is-usable", quiet), RuleBook)
    assert_type(documented("API reference, CopySnapshot"), Evidence)
    assert_type(observed("2026-09-25", "capture"), Evidence)


def test_errors(fake_ec2: FakeEC2) -> None:
    """Catch what is raised for wrong use, and what is found out about the code under test."""
    wrong_use: list[type[FakeCopyError]] = [
        UsageError,
        UnknownRuleError,
        UnknownResourceError,
        ClockError,
        InternalError,
    ]
    findings: list[type[FakeCopyAssertionError]] = [UnexpectedRequest, UnfinishedCopies]

    with pytest.raises(tuple(wrong_use)):
        fake_ec2.snapshots.add(volume_size=0)
    for finding in findings:
        assert issubclass(finding, AssertionError)


@pytest.mark.copy_scenarios(ends="error")
def test_scenarios(fake_ec2: FakeEC2, copy_scenario: Scenario) -> None:
    """Prepare the world of a scenario."""
    call = copy_scenario.arrange(fake_ec2)

    call.client.copy_snapshot(**call.parameters)

    assert_type(call.region, str)

    assert select("documented", ends="error")


def test_a_server(fake_ec2: FakeEC2) -> None:
    """Put a real endpoint in front of the fake."""
    with fake_ec2.serve() as endpoint:
        assert_type(endpoint.endpoint_url, str)
        assert endpoint.environ
