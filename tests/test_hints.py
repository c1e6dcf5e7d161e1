"""What a rule's reason adds where a key or a source was not found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pytest_fakecopy import FakeEC2

OWN, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
MISSING_KEY = f" names no KMS key in us-east-1 for account {OWN}"
MISSING_SOURCE = f" is no snapshot in us-west-2 that account {OWN} can see"
KEY_RULE, SOURCE_RULE = "kms-key-is-usable", "source-snapshot-exists"


def make_fake(rules: str) -> FakeEC2:
    """Return a fake with two further accounts."""
    fake = FakeEC2(clock="virtual", rules=rules)
    fake.accounts.add(OTHER)
    fake.accounts.add(THIRD)
    return fake


def attempt(fake: FakeEC2, source: str, **members: Any) -> tuple[str, str, str]:
    """Try to copy from us-west-2; return the rule that objects, its reason, and EC2's text."""
    client = fake.client("ec2")
    try:
        answer = client.copy_snapshot(
            SourceRegion="us-west-2",
            SourceSnapshotId=source,
            DestinationRegion="us-east-1",
            **members,
        )
    except client.exceptions.ClientError as error:
        told = error.response["Error"]["Message"]
    else:
        told = str(fake.assert_eventually_error(answer["SnapshotId"]).state_message)
    decisive = fake.journal.verdicts()[-1].judgement.findings[-1]
    assert decisive.verdict is not None
    return decisive.rule.name, str(decisive.verdict.why), told


@pytest.mark.parametrize("rules", ["documented", "observed"])
@pytest.mark.parametrize(
    ("keys", "identifier", "hint"),
    [
        pytest.param([], "alias/dr", "", id="none"),
        pytest.param([("us-west-2", OWN)], "alias/dr", "; there is one in us-west-2", id="region"),
        pytest.param(
            [("us-west-2", OWN), ("eu-west-1", OWN), ("us-east-1", OTHER)],
            "alias/dr",
            "; there is one in us-west-2, eu-west-1",
            id="regions-before-accounts",
        ),
        pytest.param(
            [("us-east-1", OTHER)], "alias/dr", f"; account {OTHER} has one", id="account"
        ),
        pytest.param(
            [("us-east-1", OTHER), ("us-west-2", THIRD)],
            "alias/dr",
            f"; account {OTHER} has one; account {THIRD} has one in us-west-2",
            id="accounts",
        ),
        pytest.param([("us-east-1", OWN)], "dr", "; did you mean alias/dr?", id="prefix"),
        pytest.param([("us-east-1", OWN)], "alias/drr", "; did you mean alias/dr?", id="misspelt"),
        pytest.param(
            [("us-west-2", OWN)], "dr", "; there is alias/dr in us-west-2", id="prefix-and-region"
        ),
        pytest.param(
            [("us-east-1", OTHER)],
            f"arn:aws:kms:us-east-1:{OWN}:alias/dr",
            f"; account {OTHER} has one",
            id="alias-arn",
        ),
    ],
)
def test_a_key_that_is_missing(
    rules: str, keys: list[tuple[str, str]], identifier: str, hint: str
) -> None:
    """The reason says where there is one; what EC2 answers doesn't."""
    with make_fake(rules) as fake:
        for region, account_id in keys:
            fake.kms.add_key(alias="dr", region=region, account_id=account_id)
        source = fake.snapshots.add(region="us-west-2").snapshot_id

        rule, why, told = attempt(fake, source, Encrypted=True, KmsKeyId=identifier)

    assert (rule, why) == (KEY_RULE, f"{identifier}{MISSING_KEY}{hint}")
    assert told in (
        "Given key ID is not accessible",
        f"The specified keyId {identifier} is invalid",
    )


@pytest.mark.parametrize("as_arn", [False, True])
def test_a_key_id_of_another_place(as_arn: bool) -> None:
    """Ids are found as aliases are, also in an ARN, which has a place of its own."""
    with make_fake("documented") as fake:
        key = fake.kms.add_key(region="us-west-2")
        source = fake.snapshots.add(region="us-west-2").snapshot_id
        identifier = key.arn.replace("us-west-2", "us-east-1") if as_arn else key.key_id

        _, why, _ = attempt(fake, source, Encrypted=True, KmsKeyId=identifier)

    assert why == f"{identifier}{MISSING_KEY}; there is one in us-west-2"


def test_the_snapshot_and_the_report_tell_it() -> None:
    """`why` of the failed copy has it, and so has the timeline."""
    with make_fake("documented") as fake:
        fake.kms.add_key(alias="dr", region="us-west-2")
        source = fake.snapshots.add(region="us-west-2").snapshot_id
        copied = fake.client("ec2").copy_snapshot(
            SourceRegion="us-west-2", SourceSnapshotId=source, Encrypted=True, KmsKeyId="alias/dr"
        )

        failed = fake.assert_eventually_error(copied["SnapshotId"])

    assert failed.why == f"{KEY_RULE}: alias/dr{MISSING_KEY}; there is one in us-west-2"
    assert "there is one in us-west-2" in fake.timeline()


@pytest.mark.parametrize("rules", ["documented", "observed"])
@pytest.mark.parametrize(
    ("members", "hint"),
    [
        pytest.param({"region": "eu-west-1"}, "; it is in eu-west-1", id="region"),
        pytest.param(
            {"region": "us-west-2", "account_id": OTHER},
            f"; account {OTHER} owns it and has not shared it",
            id="account",
        ),
        pytest.param(
            {"region": "eu-west-1", "account_id": OTHER},
            f"; it is in eu-west-1; account {OTHER} owns it and has not shared it",
            id="both",
        ),
        pytest.param(
            {"region": "us-west-2", "account_id": OTHER, "public": True},
            f"; account {OTHER} owns it and blocks public access to it",
            id="blocked",
        ),
    ],
)
def test_a_source_that_can_not_be_seen(rules: str, members: dict[str, Any], hint: str) -> None:
    """The reason says where it is and whose; what EC2 answers doesn't."""
    with make_fake(rules) as fake:
        source = fake.snapshots.add(**members).snapshot_id
        fake.client("ec2", "us-west-2", OTHER).enable_snapshot_block_public_access(
            State="block-all-sharing"
        )

        rule, why, told = attempt(fake, source)

    assert (rule, why) == (SOURCE_RULE, f"{source}{MISSING_SOURCE}{hint}")
    assert told in (f"The snapshot '{source}' does not exist.", "Source snapshot is not found")


def test_a_source_that_was_deleted() -> None:
    """It was there, and somebody took it away; of others nothing is known."""
    with make_fake("documented") as fake:
        source = fake.snapshots.add(region="us-west-2").snapshot_id
        fake.client("ec2", "us-west-2").delete_snapshot(SnapshotId=source)

        _, deleted, _ = attempt(fake, source)
        _, unknown, _ = attempt(fake, "snap-00000000")

    assert deleted == f"{source}{MISSING_SOURCE}; it was deleted"
    assert unknown == f"snap-00000000{MISSING_SOURCE}"


def test_a_source_that_is_not_visible_yet() -> None:
    """A fault keeps a new one from being seen for some time."""
    with make_fake("documented") as fake:
        fake.faults.delay_visibility(timedelta(minutes=5))
        source = fake.snapshots.add(region="us-west-2", state="pending").snapshot_id

        _, why, _ = attempt(fake, source)

    assert why == f"{source}{MISSING_SOURCE}; it is there, and not visible yet"
