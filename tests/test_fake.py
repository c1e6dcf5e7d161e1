"""`FakeEC2` as a whole: entering and leaving it, accounts, denies, rules."""

from __future__ import annotations

import os
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from freezegun import freeze_time

from pytest_fakecopy import (
    FailLater,
    FakeEC2,
    Options,
    Rule,
    UnknownResourceError,
    UsageError,
    assumed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_fakecopy import CopyAttempt

ORIGINAL = URLLib3Session.__dict__["send"]
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake under a clock of its own."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        yield fake


def copy(fake: FakeEC2, **parameters: Any) -> str:
    """Copy a new snapshot within us-east-1 and return the copy's id."""
    source = fake.snapshots.add()
    request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source.snapshot_id, **parameters}
    return str(fake.client("ec2").copy_snapshot(**request)["SnapshotId"])


class Interruption(BaseException):
    """Stands for KeyboardInterrupt, which pytest would take for its own."""


@pytest.mark.parametrize("clock", ["virtual", "freezegun", "time-machine", "real"])
@pytest.mark.parametrize("end", [None, ValueError, Interruption])
def test_everything_is_put_back(clock: str, end: type[BaseException] | None) -> None:
    """After the end, whatever it was, botocore, environment and time are as before."""
    before = dict(os.environ)

    def body() -> None:
        with FakeEC2(Options(clock=clock)):  # type: ignore[arg-type]  # parametrised
            assert URLLib3Session.__dict__["send"] is not ORIGINAL
            assert dict(os.environ) != before
            if end is not None:
                raise end

    if end is None:
        body()
    else:
        with pytest.raises(end):
            body()

    assert URLLib3Session.__dict__["send"] is ORIGINAL
    assert dict(os.environ) == before
    assert type(datetime.now(timezone.utc)) is datetime


def test_nothing_is_replaced_before_it_is_entered() -> None:
    """Making a fake has no effect; leaving one that was not entered neither."""
    fake = FakeEC2()

    assert URLLib3Session.__dict__["send"] is ORIGINAL
    assert repr(fake) == "<FakeEC2 not entered, rules 'documented', 0 snapshots, 0 of them copies>"
    fake.__exit__(None, None, None)


def test_repr_of_a_fake_with_one_snapshot() -> None:
    """One is counted in the singular."""
    with FakeEC2() as fake:
        fake.snapshots.add()

    assert repr(fake) == "<FakeEC2 not entered, rules 'documented', 1 snapshot, 0 of them copies>"


def test_a_failure_on_the_way_in_puts_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """If something can't be replaced, what was replaced before it is put back."""

    def refuse(_self: object) -> None:
        msg = "no"
        raise OSError(msg)

    monkeypatch.setattr("pytest_fakecopy.transports.botocore.BotocoreTransport.start", refuse)
    before = dict(os.environ)
    with pytest.raises(OSError, match="no"):
        FakeEC2().__enter__()

    assert dict(os.environ) == before
    assert type(datetime.now(timezone.utc)) is datetime


def test_a_name_that_it_does_not_have() -> None:
    """Neither read nor set: the error names the nearest; a subclass has its own."""

    class Ours(FakeEC2):
        """One with an attribute more."""

    fake, ours = FakeEC2(clock="virtual"), Ours(clock="virtual")
    nearest = r"^FakeEC2 has no 'ruls'\. Did you mean 'rules'\?$"

    with pytest.raises(AttributeError, match=nearest):
        fake.ruls = fake.rules  # type: ignore[attr-defined]  # the mistake
    with pytest.raises(AttributeError, match=nearest):
        fake.ruls  # type: ignore[attr-defined]  # the mistake  # noqa: B018
    with pytest.raises(AttributeError, match=r"has no 'snapshot'\. Did you mean 'snapshots'"):
        fake.snapshot  # type: ignore[attr-defined]  # the mistake  # noqa: B018
    assert not hasattr(fake, "__wrapped__")
    ours.source = 1  # type: ignore[attr-defined]  # set as in its own __init__
    assert ours.source == 1  # type: ignore[attr-defined]  # the same


@pytest.mark.parametrize(
    "part",
    [
        *("accounts", "clock", "events", "faults", "journal", "kms", "outposts", "rules"),
        *("snapshots", "volumes"),
    ],
)
def test_a_name_that_a_part_of_it_does_not_have(fake: FakeEC2, part: str) -> None:
    """A misspelt attribute would be set in silence, and change nothing."""
    owner = getattr(fake, part)

    with pytest.raises(AttributeError, match="tick_per_reqest"):
        owner.tick_per_reqest = 15


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("accounts", "default"),
        ("events", "subscribe"),
        ("faults", "hold_copies"),
        ("faults", "visibility_delay"),
        ("journal", "requests"),
        ("snapshots", "copies"),
    ],
)
def test_what_a_part_of_it_does_can_not_be_set(fake: FakeEC2, part: str, name: str) -> None:
    """It is called or read: `faults.hold_copies = True` would hold nothing."""
    owner = getattr(fake, part)

    with pytest.raises(AttributeError, match=name):
        setattr(owner, name, True)


def test_it_can_not_be_entered_twice(fake: FakeEC2) -> None:
    """The error says how to nest."""
    with pytest.raises(UsageError, match=r"entered already; to nest, make another"):
        fake.__enter__()


def test_it_can_be_entered_again(fake: FakeEC2) -> None:
    """What it knows is still there the second time."""
    other = FakeEC2(clock="virtual")
    with other:
        added = other.snapshots.add()
    with other:
        assert added.snapshot_id in other.snapshots
    assert len(fake.snapshots) == 0


def test_an_unknown_option() -> None:
    """The error names the nearest."""
    with pytest.raises(UsageError, match=r"No option is named 'rulez'\. Did you mean 'rules'\?"):
        FakeEC2(rulez="observed")


def test_whether_it_is_entered() -> None:
    """It says so of itself, before, between and after."""
    fake = FakeEC2(clock="virtual")
    before = fake.entered

    with fake:
        between = fake.entered

    assert (before, between, fake.entered) == (False, True, False)


def test_repr(fake: FakeEC2) -> None:
    """It says what is in force and how much there is."""
    copy(fake)

    assert repr(fake) == "<FakeEC2 active, rules 'documented', 2 snapshots, 1 of them copies>"


def test_accounts_have_worlds_of_their_own(fake: FakeEC2) -> None:
    """A client of another account sees neither snapshots nor keys of the first."""
    fake.accounts.add("444455556666")
    source = fake.snapshots.add(region="us-west-2")
    other = fake.client("ec2", account_id="444455556666")

    with pytest.raises(ClientError, match=r"InvalidSnapshot\.NotFound"):
        other.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id)

    assert other.describe_snapshots()["Snapshots"] == []


def test_a_client_of_nobody(fake: FakeEC2) -> None:
    """The error says how to add the account."""
    with pytest.raises(UnknownResourceError, match=r'accounts\.add\("444455556666"\)'):
        fake.client("ec2", account_id="444455556666")


def test_clients_without_boto3(fake: FakeEC2, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where boto3 is not installed, botocore makes them."""
    from pytest_fakecopy import clients  # noqa: PLC0415  # its memory is cleared here

    monkeypatch.setattr(clients, "find_spec", lambda _name: None)
    clients._make_any.cache_clear()
    try:
        client = fake.client("ec2")
    finally:
        clients._make_any.cache_clear()

    assert client.describe_snapshots()["Snapshots"] == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        pytest.param("ec2:CopySnapshot", "*", id="everywhere"),
        pytest.param("ec2:Copy*", "arn:aws:ec2:us-east-1::snapshot/*", id="destination"),
        pytest.param("EC2:copysnapshot", "arn:aws:ec2:*::snapshot/snap-*", id="source"),
        pytest.param("*", "*", id="everything"),
    ],
)
def test_a_denied_copy(fake: FakeEC2, action: str, resource: str) -> None:
    """It is UnauthorizedOperation, 403, until it is allowed again."""
    fake.deny(action, resource)

    with pytest.raises(ClientError, match="UnauthorizedOperation") as denied:
        copy(fake)

    message = denied.value.response["Error"]["Message"]
    assert "is not authorized to perform: ec2:CopySnapshot on resource: arn:aws:ec2:" in message
    assert fake.snapshots.copies == []

    fake.allow(action, resource)

    assert copy(fake) in fake.snapshots


def test_a_deny_of_one_account_with_words_of_its_own(fake: FakeEC2) -> None:
    """Others may; and the message is the test's."""
    fake.accounts.add("444455556666")
    fake.deny("ec2:DescribeSnapshots", account_id="444455556666", message="go away")

    with pytest.raises(ClientError, match="go away"):
        fake.client("ec2", account_id="444455556666").describe_snapshots()

    assert fake.client("ec2").describe_snapshots()["Snapshots"] == []


def test_a_denied_key_action_fails_the_copy_later(fake: FakeEC2) -> None:
    """The call is answered 200; the reason names action and key."""
    key = fake.kms.add_key()
    fake.deny("kms:CreateGrant", key.arn)
    copied = copy(fake, Encrypted=True, KmsKeyId=key.arn)

    snapshot = fake.assert_eventually_error(copied, match="not accessible")

    assert snapshot.why == (
        f"kms-key-is-usable: kms:CreateGrant on {key.arn} is denied to account 111122223333"
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda fake: fake.deny("CopySnapshot"), "expected a service", id="action"),
        pytest.param(
            lambda fake: fake.deny("ec2:CopySnapshit"),
            "Did you mean 'CopySnapshot'",
            id="no-action",
        ),
        pytest.param(
            lambda fake: fake.deny("kms:CreateGrants*"),
            r"kms has no operation 'CreateGrants\*'. Did you mean 'CreateGrant'",
            id="no-action-by-a-wildcard",
        ),
        pytest.param(
            lambda fake: fake.deny("ec:Copy*"),
            "no permission of 'ec' is ever asked for, only those of ec2, kms, sts",
            id="no-service",
        ),
        pytest.param(
            lambda _fake: FakeEC2(passthrough=["ec2:Describeinstances"]),
            "ec2 has no operation 'Describeinstances'. Did you mean 'DescribeInstances'",
            id="passthrough",
        ),
        pytest.param(
            lambda _fake: FakeEC2(passthrough=["dynamodb:GetItems"]),
            "dynamodb has no operation 'GetItems'. Did you mean 'GetItem'",
            id="passthrough-of-another-service",
        ),
        pytest.param(
            lambda _fake: FakeEC2(passthrough=["s3:GetObject"]),
            r"passthrough=\['s3:GetObject'\]: requests to s3 don't name their operation, so all of"
            r' them may pass or none: passthrough=\["s3"\]$',
            id="passthrough-of-a-rest-service",
        ),
        pytest.param(
            lambda fake: fake.deny("ec2:*", account_id="444455556666"), "No account", id="account"
        ),
        pytest.param(
            lambda fake: fake.allow("ec2:*"), "was not denied. Denied: nothing", id="not-denied"
        ),
        pytest.param(
            lambda fake: setattr(fake, "rules", "observed"), "expected a RuleBook", id="rules"
        ),
        pytest.param(
            lambda fake: fake.events.subscribe("x"), "expected a function", id="subscriber"
        ),
        pytest.param(
            lambda fake: fake.assert_eventually_error({"SnapshotId": "x"}),
            r'pass the id of the answer, copy\["SnapshotId"\]',
            id="answer-for-id",
        ),
        pytest.param(
            lambda fake: fake.assert_eventually_error("snap-x"), "No snapshot is 'snap-x'", id="id"
        ),
    ],
)
def test_misuse(fake: FakeEC2, call: Any, message: str) -> None:
    """Each says what was wrong and what to write."""
    with pytest.raises((UsageError, UnknownResourceError), match=message):
        call(fake)


@pytest.mark.parametrize(
    "action",
    ["ec2:copysnapshot", "EC2:CopySnapshot", "kms:ReEncrypt*", "ec2:*", "*:Describe*", "*"],
)
def test_actions_that_there_are(fake: FakeEC2, action: str) -> None:
    """The case of an action doesn't matter; of wildcards it is enough that they match one."""
    fake.deny(action)
    fake.allow(action)


def test_operations_of_other_services_may_pass() -> None:
    """Those that botocore knows, and any of a service that it doesn't."""
    names = ("s3", "dynamodb:GetItem", "monitoring:ListMetric", "ec2:DescribeInstances")

    assert FakeEC2(passthrough=names).options.passthrough == names


def test_a_client_made_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was made when there were none signs with the fake's while that is active."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = boto3.Session().client("ec2", region_name="us-east-1")

    with FakeEC2(clock="virtual") as fake:
        source = fake.snapshots.add()
        client.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)

        assert fake.journal.requests()[-1].signature == "verified"

    with pytest.raises(NoCredentialsError):
        client.describe_snapshots()


def test_a_source_from_the_future_can_be_copied() -> None:
    """A test that freezes time before a snapshot was added can use it all the same."""
    with FakeEC2() as fake:
        source = fake.snapshots.add()
        with freeze_time("2020-01-01", real_asyncio=True):
            client = boto3.client("ec2", region_name="us-east-1")

            assert client.copy_snapshot(
                SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id
            )


def test_a_rule_of_the_users_own(fake: FakeEC2) -> None:
    """A check in one line, a rule in one, a book in one."""

    def check(attempt: CopyAttempt) -> FailLater | None:
        return None if attempt.request.encrypted else FailLater("Policy", "it is not encrypted")

    rule = Rule("only-encrypted-copies", check, evidence=assumed("company policy"))
    fake.rules = fake.rules.inserting(rule, before="source-key-is-accessible")

    snapshot = fake.assert_eventually_error(copy(fake), match="Policy")

    assert snapshot.why == "only-encrypted-copies: it is not encrypted"
    fake.assert_eventually_completed(copy(fake, Encrypted=True))


def test_a_broken_rule_is_heard_of_until_it_is_mended(fake: FakeEC2) -> None:
    """Code that swallows its error can't hide it; the copy stays pending, and then goes on."""
    good = fake.rules

    def check(attempt: CopyAttempt) -> None:
        raise LookupError(attempt.region)

    fake.rules = good.replacing("kms-key-is-usable", check)
    copied = copy(fake)
    client = fake.client("ec2")
    calls: list[Callable[[], object]] = [
        lambda: client.get_waiter("snapshot_completed").wait(SnapshotIds=[copied]),
        lambda: fake.snapshots[copied],
        lambda: fake.assert_eventually_error(copied),
    ]
    for call in calls:
        with pytest.raises(UsageError, match=r"^The check of rule 'kms-key-is-usable' raised"):
            call()

    assert [upcoming.what for upcoming in fake.story().upcoming] == [f"{copied} is validated"]

    fake.rules = good

    assert fake.snapshots[copied].state == "pending"
    fake.assert_eventually_completed(copied)


def test_events_reach_subscribers_when_they_are_due(fake: FakeEC2) -> None:
    """Whoever subscribes finds the time of the event on the clock, and may call EC2."""
    seen: list[tuple[timedelta, str]] = []

    @fake.events.subscribe
    def handler(event: dict[str, Any]) -> None:
        arn = event["detail"]["snapshot_id"]
        found = fake.client("ec2").describe_snapshots(SnapshotIds=[arn.rpartition("/")[2]])
        seen.append((fake.clock.now() - NOON, found["Snapshots"][0]["State"]))

    copy(fake)
    copy(fake, Encrypted=True, KmsKeyId="alias/no-such-key")

    fake.clock.tick(600)

    assert seen == [(timedelta(seconds=5), "error"), (timedelta(seconds=60), "completed")]
    assert len(fake.events) == 2
    assert [event["detail"]["result"] for event in fake.events] == ["failed", "succeeded"]
    assert fake.events[-1] == fake.events[1:][0]
    assert repr(fake.events) == "<Events 2>"


def test_an_event_belongs_to_whoever_got_it(fake: FakeEC2) -> None:
    """A handler that changes its event changes nobody else's."""
    fake.events.subscribe(dict.clear)
    copy(fake)
    fake.clock.settle()

    assert fake.events[0]["source"] == "aws.ec2"


def test_threads_share_one_world(fake: FakeEC2) -> None:
    """Copies from eight threads are all there, each once."""
    source = fake.snapshots.add()
    client = fake.client("ec2")
    fake.rules = fake.rules.without("copies-are-within-the-limit")

    def work() -> None:
        for _ in range(10):
            client.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(fake.snapshots.copies) == 80
    assert len(fake.journal.requests("CopySnapshot")) == 80


LIFE = [
    pytest.param(0, {"State": "pending", "Progress": "0%", "VolumeSize": 0, "Encrypted": False,
                     "StateMessage": "Metadata not updated"}, id="accepted"),
    pytest.param(5, {"State": "pending", "Progress": "8%", "VolumeSize": 8, "Encrypted": True},
                 id="validated"),
    pytest.param(30, {"State": "pending", "Progress": "50%", "VolumeSize": 8, "Encrypted": True},
                 id="half-way"),
    pytest.param(60, {"State": "completed", "Progress": "100%", "VolumeSize": 8, "Encrypted": True,
                      "CompletionTime": NOON + timedelta(seconds=60),
                      "FullSnapshotSizeInBytes": 8 * 1024**3}, id="completed"),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "expected"), LIFE)
def test_the_life_of_a_copy(fake: FakeEC2, seconds: int, expected: dict[str, Any]) -> None:
    """DescribeSnapshots shows the members of each phase, and leaves the others out."""
    key = fake.kms.add_key()
    copied = copy(fake, Encrypted=True, KmsKeyId=key.arn, Description="nightly")
    fake.clock.tick(seconds)

    [item] = fake.client("ec2").describe_snapshots(SnapshotIds=[copied])["Snapshots"]

    always = {
        "SnapshotId": copied,
        "VolumeId": "vol-ffffffff",
        "OwnerId": "111122223333",
        "Description": "nightly",
        "StartTime": NOON,
        "StorageTier": "standard",
        "TransferType": "standard",
    }
    keyed = {"KmsKeyId": key.arn} if expected["Encrypted"] else {}
    assert item == {**always, **keyed, **expected}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(
            {"KmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/no-such-key"},
            {"StateMessage": "Given key ID is not accessible", "VolumeSize": 8, "Encrypted": True,
             "KmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/no-such-key"},
            id="key",
        ),
        pytest.param(
            {"PresignedUrl": "https://ec2.us-east-1.amazonaws.com/"},
            {"StateMessage": "PresignedUrl could not be authenticated", "VolumeSize": 0,
             "Encrypted": False},
            id="presigned-url",
        ),
    ],
)  # fmt: skip
def test_the_end_of_a_failed_copy(
    fake: FakeEC2, parameters: dict[str, Any], expected: dict[str, Any]
) -> None:
    """A bad key leaves size and encryption on show, a source that can't be read doesn't."""
    copied = copy(fake, Encrypted=True, **parameters)
    fake.clock.settle()

    [item] = fake.client("ec2").describe_snapshots(SnapshotIds=[copied])["Snapshots"]

    shown = {name: item[name] for name in ("StateMessage", "VolumeSize", "Encrypted", "KmsKeyId")
             if name in item}  # fmt: skip
    assert shown == expected
    assert (item["State"], item["Progress"]) == ("error", "0%")
    assert "CompletionTime" not in item
    assert "FullSnapshotSizeInBytes" not in item


def test_the_answer_of_copy_snapshot(fake: FakeEC2) -> None:
    """It has the id, and the tags where some were given; the copy has no other tags."""
    source = fake.snapshots.add(tags={"Name": "source"})
    request = {"SourceRegion": "us-east-1", "SourceSnapshotId": source.snapshot_id}
    tags = [{"Key": "Name", "Value": "copy"}]

    plain = fake.client("ec2").copy_snapshot(**request)
    tagged = fake.client("ec2").copy_snapshot(
        **request, TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}]
    )

    del plain["ResponseMetadata"], tagged["ResponseMetadata"]
    assert set(plain) == {"SnapshotId"}
    assert tagged == {"SnapshotId": tagged["SnapshotId"], "Tags": tags}
    assert fake.snapshots[plain["SnapshotId"]].tags == {}
    assert fake.snapshots[tagged["SnapshotId"]].tags == {"Name": "copy"}


@pytest.mark.parametrize("form", ["key_id", "arn", "alias", "alias_arn"])
def test_the_four_forms_of_a_key_identifier(fake: FakeEC2, form: str) -> None:
    """A key id, a key ARN, an alias name and an alias ARN all mean the key."""
    key = fake.kms.add_key(alias="backup")
    alias_arn = "arn:aws:kms:us-east-1:111122223333:alias/backup"
    forms = {"key_id": key.key_id, "arn": key.arn, "alias": "alias/backup", "alias_arn": alias_arn}

    copied = copy(fake, Encrypted=True, KmsKeyId=forms[form])

    assert fake.assert_eventually_completed(copied).kms_key_id == key.arn


def test_what_a_second_copy_waits_for(fake: FakeEC2) -> None:
    """Of all that is scheduled, what its own end needs."""
    first, second = copy(fake), copy(fake)
    fake.clock.tick(5)

    assert fake.obstacle(first) == f"{first} completes in 55 s"
    assert fake.obstacle(second) == f"{second} completes in 55 s"
