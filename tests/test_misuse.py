"""What is said to whoever uses the fake in a way that can't work: the value, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from pytest_fakecopy import FakeCopyError, FakeEC2, Reject, Rule, UsageError, assumed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def fake() -> Iterator[FakeEC2]:
    """A fake with a key."""
    with FakeEC2(clock="virtual") as fake:
        fake.kms.add_key(alias="backup")
        yield fake


MISUSES = [
    pytest.param(
        lambda fake: fake.snapshots.add(account_id=5),
        "No account is 5.\nAccounts: 111122223333\n"
        'To have another, a text of 12 digits: fake_ec2.accounts.add("444455556666")',
        id="account-id-of-another-type",
    ),
    pytest.param(
        lambda fake: fake.kms.default_ebs_key("us-east-1", "444455556666"),
        "No account is '444455556666'.\nAccounts: 111122223333\n"
        'To have it: fake_ec2.accounts.add("444455556666")',
        id="account-that-nobody-added",
    ),
    pytest.param(
        lambda fake: fake.snapshots.add(encrypted="yes"),
        "snapshots.add(encrypted='yes'): expected True or False",
        id="encrypted",
    ),
    pytest.param(
        lambda fake: fake.snapshots.add(public=1),
        "snapshots.add(public=1): expected True or False",
        id="public",
    ),
    pytest.param(
        lambda fake: fake.snapshots.add(description=5),
        "snapshots.add(description=5): expected a text",
        id="description",
    ),
    pytest.param(
        lambda fake: fake.snapshots.add(tags=["Name"]),
        'snapshots.add(tags=[\'Name\']): expected a dict of texts: tags={"Name": "backup"}',
        id="tags-as-a-list",
    ),
    pytest.param(
        lambda fake: fake.snapshots.add(tags={"Name": 1}),
        'snapshots.add(tags={\'Name\': 1}): expected a dict of texts: tags={"Name": "backup"}',
        id="tag-with-a-number",
    ),
    pytest.param(
        lambda fake: fake.snapshots.add(kms_key=5),
        'snapshots.add(kms_key=5): expected a key of fake_ec2.kms, or "alias/backup"',
        id="kms-key",
    ),
    pytest.param(
        lambda fake: fake.snapshots.add(volume_size=1, data_size=2**30 + 1),
        "snapshots.add(data_size=1073741825): expected bytes, 1073741824 at most, which is its"
        " volume's size",
        id="more-data-than-volume",
    ),
    pytest.param(
        lambda fake: fake.kms.add_key(alias=5),
        "add_key(alias=5): an alias has letters, digits, /, _ and -, up to 256 of them:"
        ' alias="alias/backup"',
        id="alias",
    ),
    pytest.param(
        lambda fake: fake.kms.add_key(key_usage="SIGN_VERIFY"),
        "key_spec='SYMMETRIC_DEFAULT', key_usage='SIGN_VERIFY': expected one of ENCRYPT_DECRYPT.",
        id="usage-of-another-spec",
    ),
    pytest.param(
        lambda fake: fake.kms["backup"],
        "No KMS key is 'backup'. Did you mean 'alias/backup'?\nKeys: alias/backup, arn:aws:kms:"
        "us-east-1:111122223333:key/66e3a373-3ef8-47a7-a069-88d73cdff4d7",
        id="alias-without-its-prefix",
    ),
    pytest.param(
        lambda fake: FakeEC2(clock="virtual").kms[5],  # type: ignore[index]  # the mistake
        "No KMS key is 5.\nKeys: none; fake_ec2.kms.add_key() makes one",
        id="key-of-another-type",
    ),
    pytest.param(
        lambda fake: fake.deny(5),
        'deny(5): expected a service and an action: "kms:CreateGrant"',
        id="action",
    ),
    pytest.param(
        lambda fake: fake.rules.inserting("no-rule", before="kms-key-is-usable"),
        "inserting('no-rule'): expected a rule:"
        ' Rule("only-prod-keys", check, assumed("our policy"))',
        id="no-rule",
    ),
    pytest.param(
        lambda fake: fake.journal.requests("DeleteSnapshots"),
        "journal.requests('DeleteSnapshots'): no such operation is served. Did you mean"
        " 'DeleteSnapshot'?",
        id="misspelt-operation",
    ),
    pytest.param(
        lambda fake: FakeEC2("observed"),  # type: ignore[arg-type]  # the mistake
        "FakeEC2('observed'): expected an Options; single options are given by name:"
        ' FakeEC2(rules="observed")',
        id="options-by-place",
    ),
]


@pytest.mark.parametrize(("misuse", "message"), MISUSES)
def test_the_whole_message(fake: FakeEC2, misuse: Callable[[Any], object], message: str) -> None:
    """It names the value, what was expected, and the line to write."""
    with pytest.raises(FakeCopyError) as caught:
        misuse(fake)

    assert str(caught.value) == message


def test_a_client_of_a_fake_that_has_ended() -> None:
    """It is refused, because its requests would leave the process; entered again, it is not."""
    fake = FakeEC2(clock="virtual")
    before = fake.client("ec2")
    with fake:
        assert before.describe_snapshots()["Snapshots"] == []

    with pytest.raises(UsageError) as caught:
        fake.client("ec2")

    assert str(caught.value) == (
        "client('ec2'): this FakeEC2 has ended, so requests would go to AWS.\n"
        "Use it in the `with` block, or in the test whose fixture it is."
    )
    with fake:
        assert fake.client("ec2").describe_snapshots()["Snapshots"] == []


def test_a_rejection_that_has_no_error_of_its_own(fake: FakeEC2) -> None:
    """The rule is to blame for what it returns, and is named."""
    wrong = Rule("says-no", lambda attempt: Reject("no"), assumed("x"))  # type: ignore[arg-type]  # the mistake
    fake.rules = fake.rules.inserting(wrong, before="source-region-exists")
    source = fake.snapshots.add(region="us-west-2")

    with pytest.raises(
        UsageError, match=r"The check of rule 'says-no' returned Reject\(error='no'"
    ):
        fake.client("ec2").copy_snapshot(
            SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
        )


def test_an_operation_that_was_asked_for_is_known_to_the_journal(fake: FakeEC2) -> None:
    """Also where EC2 has none of that name: a typing error of the code under test."""
    client = boto3.client("ec2", region_name="us-east-1")
    client.meta.events.register(
        "before-call.ec2.DescribeRegions",
        lambda params, **_: params["body"].update(Action="DescribeRegion"),
    )
    with pytest.raises(client.exceptions.ClientError, match="InvalidAction"):
        client.describe_regions()

    assert len(fake.journal.requests("DescribeRegion")) == 1
