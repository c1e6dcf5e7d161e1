"""ModifySnapshotAttribute, DescribeSnapshotAttribute and ResetSnapshotAttribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.rulebooks import book
from tests.operations.answers import OTHER, OWNER, refusal, state_of

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

PERMISSION = "createVolumePermission"
THIRD = "777788889999"
DEFAULT_KEY = (
    "OperationNotPermitted",
    "Encrypted snapshots with EBS default key cannot be shared",
)
NOT_PUBLIC = ("OperationNotPermitted", "Encrypted snapshots cannot be shared publicly.")


def test_a_shared_snapshot_is_seen_by_its_recipient(
    fake: FakeEC2, ec2: Any, other_ec2: Any
) -> None:
    """What is shared by the structured form is there for the other account, and for it alone."""
    snapshot_id = fake.snapshots.add().snapshot_id

    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot_id, CreateVolumePermission={"Add": [{"UserId": OTHER}]}
    )

    seen = other_ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"]
    assert [one["OwnerId"] for one in seen] == [OWNER]
    assert fake.snapshots[snapshot_id].shared_with == {OTHER}


def test_the_flat_form_shares_as_well(fake: FakeEC2, ec2: Any) -> None:
    """OperationType, UserIds and GroupNames say the same as the structured form."""
    snapshot = fake.snapshots.add()

    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot.snapshot_id,
        Attribute=PERMISSION,
        OperationType="add",
        UserIds=[OTHER],
        GroupNames=["all"],
    )

    assert (snapshot.shared_with, snapshot.public) == (frozenset({OTHER}), True)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(
            {"CreateVolumePermission": {"Remove": [{"UserId": OTHER}, {"Group": "all"}]}},
            id="structured",
        ),
        pytest.param(
            {"OperationType": "remove", "UserIds": [OTHER], "GroupNames": ["all"]}, id="flat"
        ),
    ],
)
def test_what_is_removed_is_shared_no_more(fake: FakeEC2, ec2: Any, form: dict[str, Any]) -> None:
    """Remove takes accounts and the group off; others stay."""
    snapshot = fake.snapshots.add(shared_with=[OTHER, THIRD], public=True)

    ec2.modify_snapshot_attribute(SnapshotId=snapshot.snapshot_id, **form)

    assert (snapshot.shared_with, snapshot.public) == (frozenset({THIRD}), False)


def test_the_owner_is_no_recipient(fake: FakeEC2, ec2: Any) -> None:
    """Sharing a snapshot with oneself changes nothing, and is no event."""
    snapshot = fake.snapshots.add()

    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot.snapshot_id, CreateVolumePermission={"Add": [{"UserId": OWNER}]}
    )

    assert snapshot.shared_with == frozenset()
    assert len(fake.events) == 0


BOTH = {"Add": [{"UserId": OTHER}], "Remove": [{"UserId": THIRD}]}
MANY = [{"UserId": OTHER}] * 501


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(
            {"CreateVolumePermission": BOTH},
            (
                "InvalidParameterCombination",
                "One and only one operation type may be specified for createVolumePermissions",
            ),
            id="add-and-remove",
        ),
        pytest.param(
            {"CreateVolumePermission": {"Add": MANY}},
            ("InvalidParameterValue", "Modification size must not be greater than 500."),
            id="501-entries-of-one-account",
        ),
        pytest.param(
            {"OperationType": "add", "UserIds": [OTHER] * 501},
            ("InvalidParameterValue", "Modification size must not be greater than 500."),
            id="501-user-ids",
        ),
        pytest.param(
            {},
            ("InvalidParameterCombination", "No attributes specified."),
            id="nothing",
        ),
        pytest.param(
            {"UserIds": [OTHER]},
            (
                "InvalidParameterCombination",
                "No operation specified for createVolumePermission attribute.",
            ),
            id="no-operation",
        ),
        pytest.param(
            {"UserIds": [OTHER], "OperationType": "replace"},
            (
                "InvalidParameterCombination",
                "No operation specified for createVolumePermission attribute.",
            ),
            id="unknown-operation",
        ),
        pytest.param(
            {"CreateVolumePermission": {"Add": [{"UserId": "123"}]}},
            ("InvalidAMIAttributeItemValue", "UserId 123"),
            id="bad-account-structured",
        ),
        pytest.param(
            {"OperationType": "add", "UserIds": ["123"]},
            ("InvalidAMIAttributeItemValue", "UserId (123) is invalid."),
            id="bad-account-flat",
        ),
        pytest.param(
            {"CreateVolumePermission": {"Add": [{"Group": "some"}]}},
            ("InvalidAMIAttributeItemValue", "UserGroup some"),
            id="bad-group",
        ),
        pytest.param(
            {"Attribute": "productCodes", "OperationType": "add", "UserIds": [OTHER]},
            ("InvalidRequest", "The request received was invalid."),
            id="other-attribute",
        ),
    ],
)
def test_a_bad_change_is_refused(
    fake: FakeEC2, ec2: Any, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Each way to ask for no change at all has EC2's own words, and changes nothing."""
    snapshot_id = fake.snapshots.add().snapshot_id
    before = state_of(fake)

    answer = refusal(ec2.modify_snapshot_attribute, SnapshotId=snapshot_id, **parameters)

    assert answer == expected
    assert state_of(fake) == before


def test_500_entries_are_taken(fake: FakeEC2, ec2: Any) -> None:
    """The limit itself is no error."""
    snapshot = fake.snapshots.add()

    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot.snapshot_id, CreateVolumePermission={"Add": MANY[:500]}
    )

    assert snapshot.shared_with == {OTHER}


def test_a_snapshot_under_the_default_key_cannot_be_shared(fake: FakeEC2, ec2: Any) -> None:
    """An AWS managed key can't be shared, so neither can what it encrypts."""
    snapshot = fake.snapshots.add(encrypted=True)

    answer = refusal(
        ec2.modify_snapshot_attribute,
        SnapshotId=snapshot.snapshot_id,
        CreateVolumePermission={"Add": [{"UserId": OTHER}]},
    )

    assert answer == DEFAULT_KEY


def test_a_snapshot_under_a_customer_key_can_be_shared(fake: FakeEC2, ec2: Any) -> None:
    """Whether the other account may use the key is found out when it copies."""
    snapshot = fake.snapshots.add(kms_key=fake.kms.add_key())

    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot.snapshot_id, CreateVolumePermission={"Add": [{"UserId": OTHER}]}
    )

    assert snapshot.shared_with == {OTHER}


@pytest.mark.parametrize("managed", [True, False])
def test_an_encrypted_snapshot_cannot_be_public(
    fake: FakeEC2,
    ec2: Any,
    managed: bool,
) -> None:
    """Whatever its key."""
    key = None if managed else fake.kms.add_key()
    snapshot = fake.snapshots.add(encrypted=True, kms_key=key)

    answer = refusal(
        ec2.modify_snapshot_attribute,
        SnapshotId=snapshot.snapshot_id,
        CreateVolumePermission={"Add": [{"Group": "all"}]},
    )

    assert answer == NOT_PUBLIC


@pytest.mark.parametrize(
    ("source", "parameters", "to_all", "expected"),
    [
        pytest.param({"encrypted": True}, {}, False, DEFAULT_KEY, id="default-key"),
        pytest.param({}, {"Encrypted": True}, True, NOT_PUBLIC, id="encrypted-to-all"),
    ],
)
@pytest.mark.parametrize("seconds", [0, 5, 60])
def test_a_copy_is_shared_by_what_it_will_be(
    fake: FakeEC2,
    ec2: Any,
    source: dict[str, Any],
    parameters: dict[str, Any],
    to_all: bool,
    expected: tuple[str, str],
    seconds: int,
) -> None:
    """Also before it shows that it is encrypted; a plain one can be shared from the start."""
    place = {"SourceRegion": "us-east-1"}
    secret_id = fake.snapshots.add(**source).snapshot_id
    plain_id = fake.snapshots.add().snapshot_id
    secret = ec2.copy_snapshot(**place, SourceSnapshotId=secret_id, **parameters)["SnapshotId"]
    plain = ec2.copy_snapshot(**place, SourceSnapshotId=plain_id)["SnapshotId"]
    permission = {"Add": [{"Group": "all"} if to_all else {"UserId": OTHER}]}
    fake.clock.tick(seconds)

    answer = refusal(
        ec2.modify_snapshot_attribute, SnapshotId=secret, CreateVolumePermission=permission
    )
    ec2.modify_snapshot_attribute(SnapshotId=plain, CreateVolumePermission=permission)

    assert answer == expected


def test_a_copy_of_nothing_can_be_shared(fake: FakeEC2, ec2: Any) -> None:
    """Nothing is known of it but that it is pending."""
    fake.rules = book("observed")
    copy = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId="snap-0fedcba9876543210")

    ec2.modify_snapshot_attribute(
        SnapshotId=copy["SnapshotId"], CreateVolumePermission={"Add": [{"UserId": OTHER}]}
    )

    assert fake.snapshots[copy["SnapshotId"]].shared_with == {OTHER}


@pytest.mark.parametrize("state", ["block-all-sharing", "block-new-sharing"])
def test_block_public_access_refuses_new_public_snapshots(
    fake: FakeEC2, ec2: Any, state: str
) -> None:
    """In both modes, and for everybody alone: accounts can still be added."""
    ec2.enable_snapshot_block_public_access(State=state)
    snapshot = fake.snapshots.add()

    answer = refusal(
        ec2.modify_snapshot_attribute,
        SnapshotId=snapshot.snapshot_id,
        CreateVolumePermission={"Add": [{"Group": "all"}]},
    )
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot.snapshot_id, CreateVolumePermission={"Add": [{"UserId": OTHER}]}
    )

    assert answer == (
        "OperationNotPermitted",
        "Public sharing of snapshots is blocked for this account.",
    )
    assert snapshot.shared_with == {OTHER}


def test_archived_and_local_snapshots_cannot_be_shared(fake: FakeEC2, ec2: Any) -> None:
    """EBS User Guide; the codes and texts are assumed."""
    outpost = fake.outposts.add()
    archived = fake.snapshots.add(storage_tier="archive")
    local = fake.snapshots.add(outpost_arn=outpost.arn, kms_key=fake.kms.add_key())
    permission = {"Add": [{"UserId": OTHER}]}

    answers = [
        refusal(
            ec2.modify_snapshot_attribute,
            SnapshotId=one.snapshot_id,
            CreateVolumePermission=permission,
        )
        for one in (archived, local)
    ]

    assert answers == [
        ("IncorrectState", "Snapshot is in invalid state - archived"),
        ("OperationNotPermitted", "Local snapshots cannot be shared."),
    ]


def test_another_accounts_snapshot_is_not_found(fake: FakeEC2, other_ec2: Any) -> None:
    """A recipient can't share on: to it there is no such snapshot."""
    snapshot_id = fake.snapshots.add(shared_with=[OTHER]).snapshot_id

    answer = refusal(
        other_ec2.modify_snapshot_attribute,
        SnapshotId=snapshot_id,
        CreateVolumePermission={"Add": [{"UserId": THIRD}]},
    )

    assert answer == ("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")


def test_the_recipient_gets_an_event(fake: FakeEC2, ec2: Any) -> None:
    """One for each account that is new, in the snapshot's Region; none for everybody."""
    snapshot_id = fake.snapshots.add(shared_with=[THIRD]).snapshot_id

    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot_id,
        CreateVolumePermission={"Add": [{"UserId": OTHER}, {"UserId": THIRD}, {"Group": "all"}]},
    )

    arn = f"arn:aws:ec2::us-east-1:snapshot/{snapshot_id}"
    (event,) = fake.events
    time = event["detail"].pop("startTime")
    assert event["detail"].pop("endTime") == time
    assert (event["detail-type"], event["account"], event["region"], event["resources"]) == (
        "EBS Snapshot Notification",
        OTHER,
        "us-east-1",
        [arn],
    )
    assert event["detail"] == {
        "event": "shareSnapshot",
        "result": "succeeded",
        "cause": "",
        "request-id": "",
        "snapshot_id": arn,
        "source": OWNER,
    }


def test_the_permission_is_described(fake: FakeEC2, ec2: Any) -> None:
    """Accounts in order, then the group."""
    snapshot_id = fake.snapshots.add(shared_with=[THIRD, OTHER], public=True).snapshot_id

    answer = ec2.describe_snapshot_attribute(SnapshotId=snapshot_id, Attribute=PERMISSION)

    assert answer["SnapshotId"] == snapshot_id
    assert answer["CreateVolumePermissions"] == [
        {"UserId": OTHER},
        {"UserId": THIRD},
        {"Group": "all"},
    ]


def test_there_are_no_product_codes(fake: FakeEC2, ec2: Any) -> None:
    """The other attribute is empty."""
    snapshot_id = fake.snapshots.add().snapshot_id

    answer = ec2.describe_snapshot_attribute(SnapshotId=snapshot_id, Attribute="productCodes")

    assert answer["ProductCodes"] == []


def test_a_reset_makes_private(fake: FakeEC2, ec2: Any) -> None:
    """Nobody but the owner sees it afterwards."""
    snapshot = fake.snapshots.add(shared_with=[OTHER], public=True)

    ec2.reset_snapshot_attribute(SnapshotId=snapshot.snapshot_id, Attribute=PERMISSION)

    assert (snapshot.shared_with, snapshot.public) == (frozenset(), False)


@pytest.mark.parametrize("operation", ["describe_snapshot_attribute", "reset_snapshot_attribute"])
def test_an_unknown_attribute_is_refused(fake: FakeEC2, ec2: Any, operation: str) -> None:
    """Only the permission can be described or reset, besides the product codes."""
    snapshot_id = fake.snapshots.add().snapshot_id

    answer = refusal(getattr(ec2, operation), SnapshotId=snapshot_id, Attribute="size")

    assert answer == ("InvalidRequest", "The request received was invalid.")


def test_a_malformed_id_has_its_own_text_at_a_reset(ec2: Any) -> None:
    """Unlike in the other operations."""
    answer = refusal(ec2.reset_snapshot_attribute, SnapshotId="snap-1", Attribute=PERMISSION)

    assert answer == ("InvalidSnapshotID.Malformed", "The snapshot ID 'snap-1' is malformed")


def test_describing_looks_at_permissions_before_the_id(fake: FakeEC2, ec2: Any) -> None:
    """A dry run of Describe and Reset succeeds for an id that isn't there."""
    missing = "snap-0123456789abcdef0"

    answers = [
        refusal(call, SnapshotId=missing, Attribute=PERMISSION, DryRun=True)[0]
        for call in (ec2.describe_snapshot_attribute, ec2.reset_snapshot_attribute)
    ]

    assert answers == ["DryRunOperation"] * 2
