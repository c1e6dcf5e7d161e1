"""A backup job across accounts and Regions, unmodified: how it should go, and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import botocore.session
import pytest
from botocore.loaders import create_loader

from pytest_fakecopy import FakeEC2, KmsKey, Snapshot
from tests.recipes.backup_job import BackupJob, Outcome, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PRODUCTION = "444455556666"
VAULT = "777788889999"
PLAN = Plan(
    production_role=f"arn:aws:iam::{PRODUCTION}:role/backup-reader",
    source_region="us-west-2",
    vault_role=f"arn:aws:iam::{VAULT}:role/backup-writer",
    vault_region="eu-west-1",
    kms_key_id="alias/vault",
)
NOT_ACCESSIBLE = "Given key ID is not accessible"


@dataclass(frozen=True, slots=True)
class Stage:
    """What a test of the job arranges things in."""

    fake: FakeEC2
    data_key: KmsKey
    """Encrypts the production account's snapshots, and is shared with the vault account."""
    vault_key: KmsKey
    source: Snapshot

    def add_source(self) -> Snapshot:
        """Add another snapshot that is due."""
        return self.fake.snapshots.add(
            region=PLAN.source_region,
            account_id=PRODUCTION,
            kms_key=self.data_key,
            tags={"backup": "nightly"},
        )


# Reading EC2's model takes longer than all else: the default sessions of the tests share it.
LOADER = create_loader()
BOTH_BOOKS = pytest.mark.parametrize("fake", ["documented", "observed"], indirect=True)


@pytest.fixture
def fake(request: pytest.FixtureRequest) -> Iterator[FakeEC2]:
    """Return a fake; the job has to survive both rule books."""
    with FakeEC2(rules=getattr(request, "param", "documented")) as fake:
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)
        boto3.setup_default_session(botocore_session=session)
        yield fake


@pytest.fixture
def stage(fake: FakeEC2) -> Stage:
    """Return two accounts, each with a key, and one snapshot that is due."""
    for account_id in (PRODUCTION, VAULT):
        fake.accounts.add(account_id)
    data_key = fake.kms.add_key(
        region=PLAN.source_region, account_id=PRODUCTION, shared_with=[VAULT]
    )
    vault_key = fake.kms.add_key(region=PLAN.vault_region, account_id=VAULT, alias="vault")
    source = fake.snapshots.add(
        region=PLAN.source_region,
        account_id=PRODUCTION,
        kms_key=data_key,
        tags={"backup": "nightly"},
    )
    return Stage(fake, data_key, vault_key, source)


def run(plan: Plan = PLAN) -> list[Outcome]:
    """Run the job once."""
    return BackupJob(plan).run()


@BOTH_BOOKS
def test_a_backup_is_the_vaults_own(stage: Stage) -> None:
    """The copy is there, in its account and Region, under its key, tagged; the share is undone."""
    (outcome,) = run()

    assert outcome.copy_id is not None
    copy = stage.fake.snapshots[outcome.copy_id]
    assert (copy.state, copy.owner_id, copy.region) == ("completed", VAULT, PLAN.vault_region)
    assert copy.kms_key_id == stage.vault_key.arn
    assert copy.tags == {"backup-of": stage.source.volume_id}
    assert stage.source.shared_with == frozenset()
    stage.fake.assert_all_settled()


def test_the_newest_copies_are_kept(stage: Stage) -> None:
    """After three nights there are two."""
    copies = [run()[0].copy_id for _ in range(3)]

    assert [copy in stage.fake.snapshots for copy in copies] == [False, True, True]


def test_what_is_not_due_is_left_alone(stage: Stage) -> None:
    """Snapshots without the tag, not completed, or of another account."""
    region = PLAN.source_region
    stage.fake.snapshots.add(region=region, account_id=PRODUCTION)
    stage.fake.snapshots.add(
        region=region, account_id=PRODUCTION, state="pending", tags={"backup": "nightly"}
    )
    stage.fake.snapshots.add(region=region, tags={"backup": "nightly"}, public=True)

    outcomes = run()

    assert [outcome.source_id for outcome in outcomes] == [stage.source.snapshot_id]


def disabled_key(stage: Stage) -> None:
    """Disable the vault's key."""
    stage.vault_key.disable()


def deleted_key(stage: Stage) -> None:
    """Schedule the deletion of the vault's key."""
    stage.vault_key.schedule_deletion()


def denied_grant(stage: Stage) -> None:
    """Deny the vault account grants on its own key."""
    stage.fake.deny("kms:CreateGrant", stage.vault_key.arn, VAULT)


def denied_describe(stage: Stage) -> None:
    """Deny the vault account to describe its own key."""
    stage.fake.deny("kms:DescribeKey", stage.vault_key.arn, VAULT)


def denied_share(stage: Stage) -> None:
    """Deny the production account to share."""
    stage.fake.deny("ec2:ModifySnapshotAttribute", account_id=PRODUCTION)


def denied_copy(stage: Stage) -> None:
    """Deny the vault account to copy."""
    stage.fake.deny("ec2:CopySnapshot", account_id=VAULT)


def revoked_data_key(stage: Stage) -> None:
    """Disable the production account's key."""
    stage.data_key.disable()


def full_region(stage: Stage) -> None:
    """Let the copy fail for a reason of AWS's own."""
    stage.fake.faults.fail_copies("Internal error")


def slow_copy(stage: Stage) -> None:
    """Let the copy take longer than botocore's waiter waits."""
    stage.fake.faults.hold_copies()


def outage(stage: Stage) -> None:
    """Throttle however often botocore retries."""
    stage.fake.faults.reject("CopySnapshot", "RequestLimitExceeded", status=503, times=None)


BAD_KEY = {"documented": NOT_ACCESSIBLE, "observed": "InvalidParameterValue"}
LATE = dict.fromkeys(BAD_KEY, NOT_ACCESSIBLE)
UNAUTHORIZED = dict.fromkeys(BAD_KEY, "UnauthorizedOperation")

TROUBLE = [
    pytest.param(disabled_key, BAD_KEY, id="vault-key-disabled"),
    pytest.param(deleted_key, BAD_KEY, id="vault-key-pending-deletion"),
    pytest.param(revoked_data_key, LATE, id="data-key-disabled"),
    pytest.param(denied_grant, LATE, id="grant-denied"),
    pytest.param(
        denied_describe,
        {"documented": NOT_ACCESSIBLE, "observed": "AuthFailure"},
        id="describe-key-denied",
    ),
    pytest.param(denied_share, UNAUTHORIZED, id="sharing-denied"),
    pytest.param(denied_copy, UNAUTHORIZED, id="copying-denied"),
    pytest.param(full_region, dict.fromkeys(BAD_KEY, "Internal error"), id="aws-fails"),
    pytest.param(slow_copy, dict.fromkeys(BAD_KEY, "too slow"), id="slower-than-the-waiter"),
    pytest.param(outage, dict.fromkeys(BAD_KEY, "RequestLimitExceeded"), id="throttled-for-long"),
]


@BOTH_BOOKS
@pytest.mark.parametrize(("trouble", "problems"), TROUBLE)
def test_trouble_is_reported_and_tidied_up(
    stage: Stage, trouble: Callable[[Stage], None], problems: dict[str, str]
) -> None:
    """The problem is the error's code, or the state message of a copy that failed later.

    No failed copy is left behind, and nothing stays shared.
    """
    trouble(stage)

    outcomes = run()

    source = stage.source
    expected = problems[stage.fake.rules.name]
    assert outcomes == [Outcome(source.snapshot_id, source.volume_id, problem=expected)]
    assert stage.fake.snapshots.copies == []
    assert source.shared_with == frozenset()


def test_a_data_key_that_is_not_shared_fails_later(stage: Stage) -> None:
    """Sharing the snapshot is not enough: the other snapshots are backed up all the same."""
    private = stage.fake.kms.add_key(region=PLAN.source_region, account_id=PRODUCTION)
    lost = stage.fake.snapshots.add(
        region=PLAN.source_region,
        account_id=PRODUCTION,
        kms_key=private,
        tags={"backup": "nightly"},
    )

    outcomes = {outcome.source_id: outcome for outcome in run()}

    assert outcomes[lost.snapshot_id].problem == NOT_ACCESSIBLE
    assert outcomes[stage.source.snapshot_id].problem is None


@BOTH_BOOKS
def test_a_key_that_is_disabled_meanwhile_fails_later(stage: Stage) -> None:
    """By both books: what was good at the call is looked at again."""
    stage.fake.faults.meanwhile(stage.vault_key.disable)

    (outcome,) = run()

    assert outcome.problem == NOT_ACCESSIBLE


@BOTH_BOOKS
def test_a_source_that_is_deleted_meanwhile(stage: Stage) -> None:
    """By the observed book the copy fails later; its share can't be taken back, nor need it be."""
    production = stage.fake.client("ec2", region=PLAN.source_region, account_id=PRODUCTION)
    source_id = stage.source.snapshot_id
    stage.fake.faults.meanwhile(lambda: production.delete_snapshot(SnapshotId=source_id))

    (outcome,) = run()

    expected = {"documented": None, "observed": "Source snapshot is not found"}
    assert outcome.problem == expected[stage.fake.rules.name]


def test_the_limit_is_waited_for(stage: Stage) -> None:
    """With room for two copies at once, three are made: the job waits for one to end."""
    stage.fake.rules = stage.fake.rules.with_limit(2)
    for _ in range(2):
        stage.add_source()

    outcomes = run()

    assert [outcome.problem for outcome in outcomes] == [None, None, None]
    answers = [request.error_code for request in stage.fake.journal.requests("CopySnapshot")]
    assert answers == [None, None, "ResourceLimitExceeded", None]


def test_throttling_is_retried(stage: Stage) -> None:
    """By botocore itself, at no cost of time."""
    stage.fake.faults.reject("CopySnapshot", "RequestLimitExceeded", status=503, times=2)
    stage.fake.faults.disconnect("ModifySnapshotAttribute")

    (outcome,) = run()

    assert outcome.problem is None


def test_a_role_that_cannot_be_assumed_ends_the_job(stage: Stage) -> None:
    """Nothing is copied then."""
    stage.fake.deny("sts:AssumeRole", PLAN.vault_role)

    with pytest.raises(Exception, match="is not authorized to perform: sts:AssumeRole"):
        run()
    assert stage.fake.snapshots.copies == []


def test_the_events_are_the_vaults(stage: Stage) -> None:
    """A share for the vault account in the source's Region, and a copy in its own."""
    run()

    events = [
        (event["detail"]["event"], event["account"], event["region"]) for event in stage.fake.events
    ]
    assert events == [
        ("shareSnapshot", VAULT, PLAN.source_region),
        ("copySnapshot", VAULT, PLAN.vault_region),
    ]
