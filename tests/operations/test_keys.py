"""CreateKey, DescribeKey, ListKeys, states of keys, their deletion and replicas."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.domain.kms import KEY_SPECS
from pytest_fakecopy.domain.operations import keys
from pytest_fakecopy.wire.model import load_service
from tests.operations.answers import OTHER, OWNER, client, code, refusal, state_of, status

if TYPE_CHECKING:
    from pytest_fakecopy import FakeEC2

DAY = timedelta(days=1)
MISSING = "12345678-1234-1234-1234-123456789012"
PREFIX = f"arn:aws:kms:us-east-1:{OWNER}"


def test_a_key_as_it_is_created(kms: Any) -> None:
    """The members of an ordinary key, and no others."""
    key = kms.create_key(Description="backups")["KeyMetadata"]

    described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert described == key
    del key["CreationDate"]
    assert key == {
        "AWSAccountId": OWNER,
        "KeyId": key["KeyId"],
        "Arn": f"{PREFIX}:key/{key['KeyId']}",
        "Enabled": True,
        "Description": "backups",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "MultiRegion": False,
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
    }


RSA_OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
RSA_SIGNING = [
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
]


@pytest.mark.parametrize(
    ("spec", "usage", "member", "names"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", RSA_OAEP),
        ("RSA_4096", "SIGN_VERIFY", "SigningAlgorithms", RSA_SIGNING),
        ("ECC_NIST_P256", "SIGN_VERIFY", "SigningAlgorithms", ["ECDSA_SHA_256"]),
        ("ECC_NIST_P384", "KEY_AGREEMENT", "KeyAgreementAlgorithms", ["ECDH"]),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "MacAlgorithms", ["HMAC_SHA_256"]),
        ("SM2", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", ["SM2PKE"]),
    ],
)
def test_keys_of_other_specs(
    kms: Any, spec: str, usage: str, member: str, names: list[str]
) -> None:
    """Each has algorithms of its own kind."""
    key = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]

    assert (key["KeySpec"], key["KeyUsage"]) == (spec, usage)
    assert key[member] == names
    assert [name for name in key if name.endswith("Algorithms")] == [member]


def test_the_older_name_of_the_spec(kms: Any) -> None:
    """CustomerMasterKeySpec is taken as well."""
    key = kms.create_key(CustomerMasterKeySpec="HMAC_512", KeyUsage="GENERATE_VERIFY_MAC")

    assert key["KeyMetadata"]["MacAlgorithms"] == ["HMAC_SHA_512"]


def test_a_key_whose_material_is_to_be_imported(kms: Any) -> None:
    """It is pending import: EBS can't use it."""
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]

    assert (key["KeyState"], key["Origin"], key["Enabled"]) == ("PendingImport", "EXTERNAL", False)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(
            {"KeySpec": "RSA_2048"},
            (
                "ValidationException",
                (
                    "You must specify a KeyUsage value for all KMS keys except for symmetric"
                    " encryption keys."
                ),
            ),
            id="usage-is-needed",
        ),
        pytest.param(
            {"KeySpec": "HMAC_224", "KeyUsage": "SIGN_VERIFY"},
            (
                "ValidationException",
                "KeyUsage SIGN_VERIFY is not compatible with KeySpec HMAC_224",
            ),
            id="usage-and-spec",
        ),
        pytest.param({"Origin": "AWS_CLOUDHSM"}, "UnsupportedOperationException", id="key-store"),
        pytest.param({"KeySpec": "RSA_1024"}, "ValidationException", id="spec"),
        pytest.param({"Policy": "{"}, "MalformedPolicyDocumentException", id="policy"),
        pytest.param(
            {"Tags": [{"TagKey": "aws:x", "TagValue": ""}]}, "TagException", id="reserved-tag"
        ),
        pytest.param(
            {"Tags": [{"TagKey": "x", "TagValue": ""}] * 2}, "TagException", id="tag-twice"
        ),
    ],
)
def test_a_bad_key_is_refused(
    fake: FakeEC2, kms: Any, parameters: dict[str, Any], expected: str | tuple[str, str]
) -> None:
    """With status 400; none is made."""
    before = state_of(fake)

    answer = refusal(kms.create_key, **parameters)

    assert expected in (answer, answer[0])
    assert status(kms.create_key, **parameters) == 400
    assert state_of(fake) == before


def test_a_key_is_found_by_all_its_names(fake: FakeEC2, kms: Any) -> None:
    """Id, ARN, alias name, alias ARN."""
    key = fake.kms.add_key(alias="alias/backup")
    names = (key.key_id, key.arn, "alias/backup", f"{PREFIX}:alias/backup")

    found = {kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] for name in names}

    assert found == {key.arn}


def test_the_managed_key_is_made_when_it_is_described(kms: Any) -> None:
    """As KMS does with predefined aliases."""
    key = kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]

    assert key["KeyManager"] == "AWS"


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        pytest.param(
            MISSING,
            ("NotFoundException", f"Key '{PREFIX}:key/{MISSING}' does not exist"),
            id="id",
        ),
        pytest.param(
            f"{PREFIX}:key/{MISSING}",
            ("NotFoundException", f"Key '{PREFIX}:key/{MISSING}' does not exist"),
            id="arn",
        ),
        pytest.param(
            "alias/none",
            ("NotFoundException", f"Alias {PREFIX}:alias/none is not found."),
            id="alias",
        ),
        pytest.param("none", ("NotFoundException", "Invalid keyId 'none'"), id="no-id"),
        pytest.param(
            f"arn:aws:kms:us-west-2:{OWNER}:key/{MISSING}",
            ("NotFoundException", "Invalid arn us-west-2"),
            id="another-region",
        ),
        pytest.param(
            f"arn:aws:s3:us-east-1:{OWNER}:key/{MISSING}",
            ("InvalidArnException", f"Invalid arn arn:aws:s3:us-east-1:{OWNER}:key/{MISSING}"),
            id="another-service",
        ),
        pytest.param(
            "arn:aws:kms:x", ("InvalidArnException", "Invalid arn arn:aws:kms:x"), id="no-arn"
        ),
    ],
)
def test_a_key_that_is_not_there(kms: Any, identifier: str, expected: tuple[str, str]) -> None:
    """In KMS's words."""
    assert refusal(kms.describe_key, KeyId=identifier) == expected


def test_another_accounts_key_has_to_be_shared(fake: FakeEC2, kms: Any, other_kms: Any) -> None:
    """One that isn't shared and one that isn't there are answered the same."""
    key = fake.kms.add_key()
    missing = f"{PREFIX}:key/{MISSING}"

    hidden = [refusal(other_kms.describe_key, KeyId=arn) for arn in (key.arn, missing)]
    key.share_with(OTHER)
    shared = other_kms.describe_key(KeyId=key.arn)["KeyMetadata"]["Arn"]

    assert [one[0] for one in hidden] == ["AccessDeniedException"] * 2
    assert hidden[0][1] == (
        f"User: arn:aws:iam::{OTHER}:user/fake-ec2 is not authorized to perform: kms:DescribeKey"
        f" on resource: {key.arn} because the resource does not exist in this Region, no"
        " resource-based policies allow access, or a resource-based policy explicitly denies"
        " access"
    )
    assert shared == key.arn
    assert code(other_kms.disable_key, KeyId=key.arn) == "AccessDeniedException"


def test_a_deny_counts(fake: FakeEC2, kms: Any) -> None:
    """For one action, on one key, with KMS's code."""
    key, another = fake.kms.add_key(), fake.kms.add_key()
    fake.deny("kms:DisableKey", key.arn)

    answer = refusal(kms.disable_key, KeyId=key.key_id)
    kms.disable_key(KeyId=another.key_id)

    assert answer[0] == "AccessDeniedException"
    assert answer[1].startswith(f"User: arn:aws:iam::{OWNER}:user/fake-ec2 is not authorized")
    assert "Encoded" not in answer[1]
    assert key.key_state == "Enabled"


def test_keys_are_listed_by_pages(fake: FakeEC2, kms: Any) -> None:
    """Those of the account in the Region alone."""
    fake.kms.add_key(account_id=OTHER)
    fake.kms.add_key(region="us-west-2")
    arns = [fake.kms.add_key().arn for _ in range(3)]

    first = kms.list_keys(Limit=2)
    second = kms.list_keys(Limit=2, Marker=first["NextMarker"])

    assert (first["Truncated"], second["Truncated"]) == (True, False)
    assert [key["KeyArn"] for page in (first, second) for key in page["Keys"]] == arns
    assert first["Keys"][0]["KeyId"] == arns[0].rpartition("/")[2]
    assert "NextMarker" not in second
    assert len(kms.list_keys()["Keys"]) == 3
    assert code(kms.list_keys, Marker="none") == "InvalidMarkerException"


def test_a_key_is_switched_off_and_on(fake: FakeEC2, kms: Any) -> None:
    """Twice is no error."""
    key = fake.kms.add_key()

    states = []
    for switch in (kms.disable_key, kms.disable_key, kms.enable_key, kms.enable_key):
        switch(KeyId=key.arn)
        states.append(kms.describe_key(KeyId=key.arn)["KeyMetadata"]["KeyState"])

    assert states == ["Disabled", "Disabled", "Enabled", "Enabled"]


def test_a_deletion_is_scheduled_and_cancelled(fake: FakeEC2, kms: Any) -> None:
    """A key that was kept is disabled, and still there when the time has come."""
    key = fake.kms.add_key()

    answer = kms.schedule_key_deletion(KeyId=key.key_id, PendingWindowInDays=7)
    described = kms.describe_key(KeyId=key.key_id)["KeyMetadata"]
    kept = kms.cancel_key_deletion(KeyId=key.key_id)
    fake.clock.tick(8 * DAY)

    assert (answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]) == (
        key.arn,
        "PendingDeletion",
        7,
    )
    assert described["DeletionDate"] == answer["DeletionDate"]
    assert abs(answer["DeletionDate"] - described["CreationDate"] - 7 * DAY) < DAY
    assert kept["KeyId"] == key.arn
    assert key.key_state == "Disabled"


def test_a_key_is_deleted_in_the_end(fake: FakeEC2, kms: Any) -> None:
    """After 30 days, unless something else was asked for, with its aliases."""
    key = fake.kms.add_key(alias="alias/backup")

    answer = kms.schedule_key_deletion(KeyId=key.arn)
    fake.clock.tick(30 * DAY)

    assert answer["PendingWindowInDays"] == 30
    assert code(kms.describe_key, KeyId=key.arn) == "NotFoundException"
    assert [one["AliasName"] for one in kms.list_aliases()["Aliases"]] == ["alias/aws/ebs"]


@pytest.mark.parametrize("days", [6, 31])
def test_a_key_waits_seven_to_thirty_days(fake: FakeEC2, kms: Any, days: int) -> None:
    """What the model lets pass and KMS doesn't."""
    key = fake.kms.add_key()

    answer = refusal(kms.schedule_key_deletion, KeyId=key.arn, PendingWindowInDays=days)

    assert answer == (
        "ValidationException",
        (
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to"
            " satisfy constraint: Member must have value between 7 and 30"
        ),
    )
    assert key.key_state == "Enabled"


SWITCHES = ("enable_key", "disable_key", "schedule_key_deletion")


@pytest.mark.parametrize("operation", SWITCHES)
def test_a_key_that_is_to_be_deleted_stays_so(fake: FakeEC2, kms: Any, operation: str) -> None:
    """Until that is cancelled."""
    key = fake.kms.add_key(key_state="PendingDeletion")

    answer = refusal(getattr(kms, operation), KeyId=key.arn)

    assert answer == ("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def test_only_a_scheduled_deletion_can_be_cancelled(fake: FakeEC2, kms: Any) -> None:
    """In KMS's words."""
    key = fake.kms.add_key()

    answer = refusal(kms.cancel_key_deletion, KeyId=key.arn)

    assert answer == ("KMSInvalidStateException", f"{key.arn} is not pending deletion.")


@pytest.mark.parametrize("operation", SWITCHES)
def test_a_managed_key_cannot_be_changed(fake: FakeEC2, kms: Any, operation: str) -> None:
    """Its policy lets nobody. The text is assumed."""
    key = fake.kms.default_ebs_key("us-east-1")

    assert code(getattr(kms, operation), KeyId=key.arn) == "AccessDeniedException"


def test_an_alias_names_no_key_to_change(fake: FakeEC2, kms: Any) -> None:
    """Operations that change a key take its id or ARN."""
    fake.kms.add_key(alias="alias/backup")

    answer = refusal(kms.disable_key, KeyId="alias/backup")

    assert answer == ("NotFoundException", "Invalid keyId 'alias/backup'")


@pytest.fixture
def primary(fake: FakeEC2) -> Any:
    """Return a multi-Region primary key."""
    return fake.kms.add_key(multi_region=True)


def test_a_key_is_replicated(fake: FakeEC2, kms: Any, primary: Any) -> None:
    """The replica has the same id in its Region; it is Creating first, then it can be used."""
    answer = kms.replicate_key(
        KeyId=primary.key_id,
        ReplicaRegion="us-west-2",
        Description="for copies",
        Tags=[{"TagKey": "a", "TagValue": "b"}],
    )
    fake.clock.tick(5)

    west = client("kms", region="us-west-2")
    replica = west.describe_key(KeyId=primary.key_id)["KeyMetadata"]
    arn = f"arn:aws:kms:us-west-2:{OWNER}:key/{primary.key_id}"
    assert answer["ReplicaKeyMetadata"]["KeyState"] == "Creating"
    assert answer["ReplicaTags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert west.list_resource_tags(KeyId=arn)["Tags"] == answer["ReplicaTags"]
    assert f"arn:aws:iam::{OWNER}:root" in answer["ReplicaPolicy"]
    assert (replica["Arn"], replica["KeyState"], replica["Description"]) == (
        arn,
        "Enabled",
        "for copies",
    )
    assert replica["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": primary.arn, "Region": "us-east-1"},
        "ReplicaKeys": [{"Arn": arn, "Region": "us-west-2"}],
    }
    described = kms.describe_key(KeyId=primary.arn)["KeyMetadata"]
    assert described["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"


def test_a_copy_can_use_a_replica(fake: FakeEC2, kms: Any, primary: Any) -> None:
    """Of a snapshot that its primary encrypted."""
    source = fake.snapshots.add(kms_key=primary)
    kms.replicate_key(KeyId=primary.key_id, ReplicaRegion="us-west-2")
    fake.clock.tick(5)
    west = client("ec2", region="us-west-2")

    copy = west.copy_snapshot(
        SourceRegion="us-east-1",
        SourceSnapshotId=source.snapshot_id,
        Encrypted=True,
        KmsKeyId=primary.key_id,
    )

    done = fake.assert_eventually_completed(copy["SnapshotId"])
    assert done.kms_key_id == primary.arn.replace("us-east-1", "us-west-2")


def test_a_replica_that_is_deleted_while_it_is_made(fake: FakeEC2, kms: Any, primary: Any) -> None:
    """It does not come back."""
    kms.replicate_key(KeyId=primary.key_id, ReplicaRegion="us-west-2")
    replica = f"arn:aws:kms:us-west-2:{OWNER}:key/{primary.key_id}"
    fake._world.keys.remove(replica)

    fake.clock.tick(5)

    assert fake._world.keys.get(replica) is None


def test_what_cannot_be_replicated(fake: FakeEC2, kms: Any, primary: Any) -> None:
    """Codes documented, most texts assumed."""
    plain = fake.kms.add_key()
    kms.replicate_key(KeyId=primary.key_id, ReplicaRegion="us-west-2")
    before = state_of(fake)

    answers = [
        code(kms.replicate_key, KeyId=plain.arn, ReplicaRegion="us-west-2"),
        code(kms.replicate_key, KeyId=primary.arn, ReplicaRegion="us-east-1"),
        code(kms.replicate_key, KeyId=primary.arn, ReplicaRegion="xx-east-9"),
        code(kms.replicate_key, KeyId=primary.arn, ReplicaRegion="us-west-2"),
        code(kms.replicate_key, KeyId=primary.arn, ReplicaRegion="us-west-1", Policy="{}"),
    ]
    unchanged = state_of(fake)
    primary.disable()
    disabled = refusal(kms.replicate_key, KeyId=primary.arn, ReplicaRegion="us-west-1")

    assert answers == [
        "UnsupportedOperationException",
        "UnsupportedOperationException",
        "UnsupportedOperationException",
        "AlreadyExistsException",
        "MalformedPolicyDocumentException",
    ]
    assert unchanged == before
    assert disabled == ("DisabledException", f"{primary.arn} is disabled.")


def test_a_primary_key_waits_for_its_replicas(fake: FakeEC2, kms: Any, primary: Any) -> None:
    """Its own waiting period starts when the last one is deleted."""
    kms.replicate_key(KeyId=primary.key_id, ReplicaRegion="us-west-2")
    fake.clock.tick(5)
    west = client("kms", region="us-west-2")

    answer = kms.schedule_key_deletion(KeyId=primary.arn, PendingWindowInDays=10)
    waiting = kms.describe_key(KeyId=primary.arn)["KeyMetadata"]
    west.schedule_key_deletion(KeyId=primary.key_id, PendingWindowInDays=7)
    fake.clock.tick(8 * DAY)
    pending = kms.describe_key(KeyId=primary.arn)["KeyMetadata"]
    fake.clock.tick(10 * DAY)

    assert answer["KeyState"] == "PendingReplicaDeletion"
    assert "DeletionDate" not in answer
    assert waiting["PendingDeletionWindowInDays"] == 10
    assert pending["KeyState"] == "PendingDeletion"
    assert code(kms.describe_key, KeyId=primary.arn) == "NotFoundException"


def test_a_waiting_primary_key_can_be_kept(fake: FakeEC2, kms: Any, primary: Any) -> None:
    """Then the deletion of its replica starts nothing; nor while there is another replica."""
    for region in ("us-west-2", "us-west-1"):
        kms.replicate_key(KeyId=primary.key_id, ReplicaRegion=region)
    fake.clock.tick(5)
    kms.schedule_key_deletion(KeyId=primary.arn, PendingWindowInDays=7)

    client("kms", region="us-west-2").schedule_key_deletion(
        KeyId=primary.key_id, PendingWindowInDays=7
    )
    fake.clock.tick(8 * DAY)
    still = primary.key_state
    kms.cancel_key_deletion(KeyId=primary.arn)
    client("kms", region="us-west-1").schedule_key_deletion(
        KeyId=primary.key_id, PendingWindowInDays=7
    )
    fake.clock.tick(20 * DAY)

    assert (still, primary.key_state) == ("PendingReplicaDeletion", "Disabled")


def test_a_spec_of_a_newer_model_is_refused() -> None:
    """The model would let it pass; the fake knows nothing of its algorithms."""
    with pytest.raises(Refused, match="UnsupportedOperationException: KeySpec ML_DSA_99 is not"):
        keys._usage("ML_DSA_99", None)


@pytest.mark.drift
def test_every_spec_of_the_model_is_known() -> None:
    """With its algorithms."""
    model = load_service("kms").operation("CreateKey")
    assert model is not None
    assert model.input is not None
    specs = model.input.members["KeySpec"].enum

    assert set(specs) <= set(KEY_SPECS)
