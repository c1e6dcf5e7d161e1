"""Scenarios that the copy's KMS key decides, or the source's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.verdicts import assumed, documented
from pytest_fakecopy.scenarios.building import (
    AWS_KEY,
    CAPTURE,
    GUIDE,
    KEY,
    SOURCE_KEY,
    UNSEEN,
    WITH_AWS_KEY,
    WITH_KEY,
    bad_value,
    both,
    by_book,
    deny_on,
    encrypted,
    key_of,
    no_key,
    other_account,
    refused,
    source,
    then,
    with_key,
)
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.running import DESTINATION, SOURCE

if TYPE_CHECKING:
    from pytest_fakecopy.domain.verdicts import Evidence
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.model import Given, Value
    from pytest_fakecopy.scenarios.outcomes import Outcome
    from pytest_fakecopy.views.snapshots import Snapshot

_USABLE = "kms-key-is-usable"
_SOURCE_RULE = "source-key-is-accessible"
_GRANTS = "grants-can-be-created"
_LATER = documented("API reference, CopySnapshot, KmsKeyId: AWS authenticates it asynchronously")
_NEEDED = documented(
    "EBS User Guide, Copy an Amazon EBS snapshot: the KMS permissions that copying needs"
)
_GUESS = assumed("answered like a key that isn't there; nobody recorded it")
_NO_KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
_WITH = {"Encrypted": True, "KmsKeyId": KEY}


def _missing_arn(fake: FakeEC2, _: Snapshot | None) -> str:
    return f"arn:aws:kms:{DESTINATION}:{fake.accounts.default.account_id}:key/{_NO_KEY_ID}"


def _bad_key(  # the columns of a table
    name: str,
    about: str,
    given: Given,
    *,
    identifier: Value = KEY,
    shown: str | None = KEY,
    text: str | None = f"The specified keyId {KEY} is invalid",
    evidence: Evidence = _GUESS,
) -> Scenario:
    """Return a scenario with a key that is bad from the start: that shows late, or at once.

    *shown* is the key that the failed copy shows.
    """
    return Scenario(
        id=f"kms-key-{name}",
        about=about,
        given=given,
        request={"Encrypted": True, "KmsKeyId": identifier},
        expect=by_book(documented=no_key(_USABLE, shown), observed=bad_value(text, _USABLE)),
        evidence=by_book(documented=_LATER, observed=evidence),
    )


BAD_KEYS = (
    _bad_key(
        "alias-missing",
        "KmsKeyId is an alias that nobody made.",
        source(),
        identifier="alias/scenario-missing",
        shown=None,
        text="The specified keyId alias/scenario-missing is invalid",
        evidence=CAPTURE,
    ),
    _bad_key(
        "arn-missing",
        "KmsKeyId is the ARN of a key that isn't there.",
        source(),
        identifier=_missing_arn,
        shown=_NO_KEY_ID,
        text=None,
        evidence=CAPTURE,
    ),
    _bad_key(
        "id-missing",
        "KmsKeyId is the id of a key that isn't there.",
        source(),
        identifier=_NO_KEY_ID,
        shown=_NO_KEY_ID,
        text=f"The specified keyId {_NO_KEY_ID} is invalid",
    ),
    _bad_key(
        "disabled",
        "The key is disabled.",
        with_key(source(), key_state="Disabled"),
        text=f"The specified keyId {KEY} is disabled",
        evidence=CAPTURE,
    ),
    _bad_key(
        "pending-deletion",
        "The key is going to be deleted.",
        with_key(source(), key_state="PendingDeletion"),
    ),
    _bad_key(
        "pending-import",
        "The key has no key material yet.",
        with_key(source(), key_state="PendingImport"),
    ),
    _bad_key(
        "unavailable",
        "The key's custom key store is not connected.",
        with_key(source(), key_state="Unavailable"),
    ),
    _bad_key(
        "asymmetric",
        "The key is asymmetric, and EBS takes symmetric ones alone.",
        with_key(source(), key_spec="RSA_2048"),
    ),
    _bad_key(
        "hmac",
        "The key is for message authentication codes.",
        with_key(source(), key_spec="HMAC_256"),
    ),
    _bad_key(
        "of-another-region",
        "KmsKeyId is the ARN of a key in another Region than the destination.",
        with_key(source(), region="eu-west-1"),
        identifier=lambda fake, _: key_of(fake).arn,
        text=None,
    ),
    _bad_key(
        "alias-of-another-region",
        "KmsKeyId is an alias that the source Region has and the destination has not.",
        with_key(source(), region="us-west-2"),
        shown=None,
    ),
    _bad_key(
        "not-shared",
        "KmsKeyId is the ARN of another account's key, which isn't shared.",
        lambda fake: with_key(source(), account_id=other_account(fake))(fake),
        identifier=lambda fake, _: key_of(fake).arn,
        text=None,
    ),
)

SHARED_KEY = Scenario(
    id="kms-key-shared",
    about="KmsKeyId is the ARN of a key that another account shares.",
    given=lambda fake: with_key(
        source(),
        account_id=other_account(fake),
        shared_with=[fake.accounts.default.account_id],
    )(fake),
    request={"Encrypted": True, "KmsKeyId": lambda fake, _: key_of(fake).arn},
    expect=both(WITH_KEY),
    evidence=by_book(documented=GUIDE, observed=UNSEEN),
)

IN_BETWEEN = (
    Scenario(
        id="kms-key-disabled-in-between",
        about="The key is disabled after the call was answered.",
        given=with_key(source()),
        request=_WITH,
        then=lambda fake: key_of(fake).disable(),
        expect=by_book(documented=no_key(_USABLE), observed=no_key(_GRANTS)),
        evidence=by_book(documented=_LATER, observed=UNSEEN),
    ),
    Scenario(
        id="kms-key-enabled-in-between",
        about="The key is disabled when the call is made, and enabled in time.",
        given=with_key(source(), key_state="Disabled"),
        request=_WITH,
        then=lambda fake: key_of(fake).enable(),
        expect=by_book(
            documented=WITH_KEY,
            observed=bad_value(f"The specified keyId {KEY} is disabled", _USABLE),
        ),
        evidence=by_book(documented=_LATER, observed=CAPTURE),
    ),
    Scenario(
        id="source-key-disabled-in-between",
        about="The key of the source is disabled after the call was answered.",
        given=encrypted(),
        then=lambda fake: key_of(fake, SOURCE_KEY).disable(),
        expect=both(no_key(_SOURCE_RULE, AWS_KEY)),
        evidence=by_book(documented=GUIDE, observed=UNSEEN),
    ),
)

SOURCE_KEYS = (
    Scenario(
        id="source-key-disabled",
        about="The key of the source is disabled.",
        given=encrypted(key_state="Disabled"),
        expect=both(no_key(_SOURCE_RULE, AWS_KEY)),
        evidence=by_book(documented=GUIDE, observed=UNSEEN),
    ),
    Scenario(
        id="source-key-pending-deletion",
        about="The key of the source is going to be deleted.",
        given=encrypted(key_state="PendingDeletion"),
        expect=both(no_key(_SOURCE_RULE, AWS_KEY)),
        evidence=by_book(documented=GUIDE, observed=UNSEEN),
    ),
)


def _denied(  # the columns of a table
    name: str,
    action: str,
    *,
    on: str = KEY,
    documented: Outcome,
    observed: Outcome,
    evidence: Evidence = CAPTURE,
    **more: Any,  # noqa: ANN401  # other members of a scenario
) -> Scenario:
    """Return a scenario in which one action is denied on one of two customer managed keys."""
    which = "copy's" if on == KEY else "source's"
    return Scenario(
        id=f"deny-{name}",
        about=f"{action} is denied on the {which} key.",
        given=then(with_key(encrypted()), deny_on(on, action)),
        request=_WITH,
        expect=by_book(documented=documented, observed=observed),
        evidence=by_book(documented=_NEEDED, observed=evidence),
        **more,
    )


_LATE, _LATE_GRANT = no_key(_USABLE), no_key(_GRANTS)
_LATE_SOURCE = no_key(_SOURCE_RULE)

DENIED = (
    _denied(
        "describe-key",
        "kms:DescribeKey",
        documented=_LATE,
        observed=refused("AuthFailure", None, _USABLE, status=403),
    ),
    _denied("create-grant", "kms:CreateGrant", documented=_LATE, observed=_LATE_GRANT),
    _denied(
        "generate-data-key-without-plaintext",
        "kms:GenerateDataKeyWithoutPlaintext",
        documented=_LATE,
        observed=_LATE_GRANT,
    ),
    _denied("generate-data-key", "kms:GenerateDataKey", documented=_LATE, observed=WITH_KEY),
    _denied("re-encrypt-to", "kms:ReEncryptTo", documented=_LATE, observed=WITH_KEY),
    _denied("decrypt", "kms:Decrypt", on=SOURCE_KEY, documented=_LATE_SOURCE, observed=WITH_KEY),
    _denied(
        "re-encrypt-from",
        "kms:ReEncryptFrom",
        on=SOURCE_KEY,
        documented=_LATE_SOURCE,
        observed=WITH_KEY,
    ),
    _denied(
        "create-grant-on-source-key",
        "kms:CreateGrant",
        on=SOURCE_KEY,
        documented=_LATE_SOURCE,
        observed=_LATE_GRANT,
    ),
    _denied(
        "describe-key-on-source-key",
        "kms:DescribeKey",
        on=SOURCE_KEY,
        documented=WITH_KEY,
        observed=WITH_KEY,
    ),
)


def _copied_before(fake: FakeEC2) -> Snapshot:
    """Give a source that was copied with the key once, before its data key was denied."""
    fake.kms.add_key(region=DESTINATION, alias=KEY)
    given = fake.snapshots.add(
        region=SOURCE, kms_key=fake.kms.add_key(region=SOURCE, alias=SOURCE_KEY)
    )
    first = fake.client("ec2", DESTINATION).copy_snapshot(
        SourceRegion=SOURCE, SourceSnapshotId=given.snapshot_id, **_WITH
    )
    fake.assert_eventually_completed(first["SnapshotId"])
    deny_on(KEY, "kms:GenerateDataKeyWithoutPlaintext")(fake)
    return given


REUSED = (
    Scenario(
        id="deny-generate-data-key-without-plaintext-with-reused-key",
        about="No data key can be made, and an earlier copy there has one already.",
        given=_copied_before,
        request=_WITH,
        expect=by_book(documented=_LATE, observed=WITH_KEY),
        evidence=by_book(documented=_NEEDED, observed=CAPTURE),
    ),
    Scenario(
        id="deny-describe-key-on-default-key",
        about="kms:DescribeKey is denied on the AWS managed key that the copy would have.",
        given=then(
            encrypted(),
            lambda fake: fake.deny("kms:DescribeKey", fake.kms.default_ebs_key(DESTINATION).arn),
        ),
        expect=by_book(
            documented=no_key(_USABLE, AWS_KEY),
            observed=refused("AuthFailure", None, _USABLE, status=403),
        ),
        evidence=by_book(
            documented=documented(
                "EBS User Guide (2023): an explicit deny of DescribeKey fails the copy"
            ),
            observed=CAPTURE,
        ),
    ),
    Scenario(
        id="deny-on-another-key",
        about="All KMS actions are denied on a key that the copy does not have.",
        given=then(with_key(source()), deny_on(KEY, "kms:*")),
        expect=both(WITH_AWS_KEY),
        request={"Encrypted": True},
        evidence=by_book(documented=_NEEDED, observed=UNSEEN),
    ),
)

SCENARIOS = (*BAD_KEYS, SHARED_KEY, *IN_BETWEEN, *SOURCE_KEYS, *DENIED, *REUSED)
