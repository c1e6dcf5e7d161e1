"""Rules on KMS keys: the copy's key and the source's, in both books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.domain.kms import KEY_STATES
from pytest_fakecopy.domain.permissions import Deny, Permissions
from pytest_fakecopy.domain.rulebooks.documented import DOCUMENTED
from pytest_fakecopy.domain.rulebooks.observed import OBSERVED
from pytest_fakecopy.domain.verdicts import FailLater, Reject
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    THERE,
    copy_attempt,
    encrypted_attempt,
    key_record,
    snapshot_record,
)

if TYPE_CHECKING:
    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.kms import KeyRecord
    from pytest_fakecopy.domain.rules import RuleBook
    from pytest_fakecopy.domain.verdicts import Verdict

KEY = key_record()
SOURCE_KEY = key_record(region=THERE, key_id="source-key")


def inaccessible(why: str) -> FailLater:
    """Return the failure that every unusable key gives."""
    return FailLater("Given key ID is not accessible", why, keeps_metadata=True)


def invalid(identifier: str, why: str, *, what: str = "invalid") -> Reject:
    """Return the observed answer to a key that can't be used."""
    message = f"The specified keyId {identifier} is {what}"
    return Reject(ErrorResponse("InvalidParameterValue", message, 400), why)


def asked(book: RuleBook, name: str, attempt: CopyAttempt) -> Verdict:
    """Return what a rule of a book says."""
    return book[name].check(attempt)


def denying(*actions: str, resource: str = "*", account_id: str | None = None) -> Permissions:
    """Build denies of those actions."""
    return Permissions(tuple(Deny(action, resource, account_id) for action in actions))


BAD_KEYS = [
    pytest.param(
        None,
        "alias/missing",
        f"alias/missing names no KMS key in {HERE} for account {ACCOUNT}",
        id="missing",
    ),
    pytest.param(
        key_record(region=THERE),
        "the-arn",
        f"the-arn is a key in {THERE}, and the copy goes to {HERE}",
        id="other-region",
    ),
    pytest.param(
        key_record(account_id=OTHER_ACCOUNT),
        "the-arn",
        f"the-arn belongs to account {OTHER_ACCOUNT}, which does not share it",
        id="other-account",
    ),
    pytest.param(
        key_record(key_spec="RSA_2048"),
        "the-arn",
        "the-arn is a key of spec RSA_2048 for ENCRYPT_DECRYPT, not a symmetric one",
        id="asymmetric",
    ),
    pytest.param(
        key_record(key_spec="HMAC_256", key_usage="GENERATE_VERIFY_MAC"),
        "the-arn",
        "the-arn is a key of spec HMAC_256 for GENERATE_VERIFY_MAC, not a symmetric one",
        id="hmac",
    ),
    *(
        pytest.param(key_record(key_state=state), "the-arn", f"the-arn is {state}", id=state)
        for state in KEY_STATES
        if state != "Enabled"
    ),
]


@pytest.mark.parametrize(("key", "identifier", "why"), BAD_KEYS)
def test_kms_key_is_usable_documented(key: KeyRecord | None, identifier: str, why: str) -> None:
    """A key that EBS can't use fails the copy later, with the exact defect in the reason."""
    attempt = encrypted_attempt(key=key, key_identifier=identifier)

    assert asked(DOCUMENTED, "kms-key-is-usable", attempt) == inaccessible(why)


@pytest.mark.parametrize(("key", "identifier", "why"), BAD_KEYS)
def test_kms_key_is_usable_observed(key: KeyRecord | None, identifier: str, why: str) -> None:
    """The service was seen to refuse such keys at once, naming them as they were given."""
    attempt = encrypted_attempt(key=key, key_identifier=identifier)

    verdict = asked(OBSERVED, "kms-key-is-usable", attempt)

    disabled = key is not None and key.key_state == "Disabled"
    assert verdict == invalid(identifier, why, what="disabled" if disabled else "invalid")


@pytest.mark.parametrize(("key", "identifier", "why"), BAD_KEYS)
def test_grants_can_be_created_with_a_good_key(
    key: KeyRecord | None, identifier: str, why: str
) -> None:
    """A key that has become bad since the call fails the copy in the observed book."""
    attempt = encrypted_attempt(key=key, key_identifier=identifier)

    assert asked(OBSERVED, "grants-can-be-created", attempt) == inaccessible(why)


@pytest.mark.parametrize(
    ("book", "name"),
    [
        pytest.param(DOCUMENTED, "kms-key-is-usable", id="documented"),
        pytest.param(OBSERVED, "kms-key-is-usable", id="observed"),
        pytest.param(OBSERVED, "grants-can-be-created", id="observed-later"),
    ],
)
@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(encrypted_attempt(), id="own"),
        pytest.param(
            encrypted_attempt(
                key=key_record(account_id=OTHER_ACCOUNT, shared_with=frozenset({ACCOUNT}))
            ),
            id="shared-by-other-account",
        ),
        pytest.param(copy_attempt(), id="unencrypted-copy"),
        pytest.param(copy_attempt(permissions=denying("*")), id="unencrypted-copy-all-denied"),
        pytest.param(encrypted_attempt(permissions=denying("ec2:*")), id="other-denies"),
        pytest.param(
            encrypted_attempt(permissions=denying("kms:*", account_id=OTHER_ACCOUNT)),
            id="denied-to-other-account",
        ),
        pytest.param(
            encrypted_attempt(permissions=denying("kms:*", resource="other-key")),
            id="denied-on-other-key",
        ),
    ],
)
def test_a_usable_key_passes(book: RuleBook, name: str, attempt: CopyAttempt) -> None:
    """A key of the caller's or shared with it, enabled and symmetric, is all that is needed."""
    assert asked(book, name, attempt) is None


@pytest.mark.parametrize(
    ("action", "documented", "at_once", "observed"),
    [
        ("kms:DescribeKey", True, True, False),
        ("kms:CreateGrant", True, False, True),
        ("kms:GenerateDataKey", True, False, False),
        ("kms:GenerateDataKeyWithoutPlaintext", True, False, True),
        ("kms:ReEncryptTo", True, False, False),
        ("kms:ReEncrypt*", True, False, False),
        ("kms:Decrypt", False, False, False),
        ("kms:ListKeys", False, False, False),
        ("kms:*", True, True, True),
    ],
)
def test_denies_on_the_copy_s_key(
    action: str, documented: bool, at_once: bool, observed: bool
) -> None:
    """The documented book needs what the user guide lists; the service needed less."""
    attempt = encrypted_attempt(permissions=denying(action, resource=KEY.arn))

    late = asked(DOCUMENTED, "kms-key-is-usable", attempt)
    early = asked(OBSERVED, "kms-key-is-usable", attempt)
    grants = asked(OBSERVED, "grants-can-be-created", attempt)

    assert isinstance(late, FailLater) is documented
    assert isinstance(early, Reject) is at_once
    assert isinstance(grants, FailLater) is observed


def test_a_key_that_can_not_be_described_is_an_auth_failure() -> None:
    """The service was seen to answer 403 and a text that ends in a space."""
    attempt = encrypted_attempt(permissions=denying("kms:DescribeKey"))

    verdict = asked(OBSERVED, "kms-key-is-usable", attempt)

    error = ErrorResponse("AuthFailure", f"Not authorized to use key {KEY.arn} ", 403)
    why = f"kms:DescribeKey on {KEY.arn} is denied to account {ACCOUNT}"
    assert verdict == Reject(error, why)


def test_a_deny_is_named_in_the_reason() -> None:
    """The failure says which action on which key was denied to whom."""
    attempt = encrypted_attempt(permissions=denying("kms:CreateGrant"))
    why = f"kms:CreateGrant on {KEY.arn} is denied to account {ACCOUNT}"

    assert asked(DOCUMENTED, "kms-key-is-usable", attempt) == inaccessible(why)
    assert asked(OBSERVED, "grants-can-be-created", attempt) == inaccessible(why)


def test_a_reused_key_needs_no_new_data_key() -> None:
    """An earlier copy with that key has made the data key already, in the observed book."""
    permissions = denying("kms:GenerateDataKeyWithoutPlaintext")
    first = encrypted_attempt(permissions=permissions)
    second = encrypted_attempt(permissions=permissions, key_reused=True)

    assert asked(OBSERVED, "grants-can-be-created", first) is not None
    assert asked(OBSERVED, "grants-can-be-created", second) is None
    assert asked(DOCUMENTED, "kms-key-is-usable", second) is not None


def test_a_reused_key_still_needs_its_grant() -> None:
    """Reuse makes up for the data key alone."""
    attempt = encrypted_attempt(permissions=denying("kms:CreateGrant"), key_reused=True)

    assert asked(OBSERVED, "grants-can-be-created", attempt) is not None


def from_encrypted(key: KeyRecord | None = SOURCE_KEY, **members: Any) -> CopyAttempt:
    """Build an attempt to copy a source that is encrypted with a key."""
    arn = key.arn if key is not None else SOURCE_KEY.arn
    return encrypted_attempt(source=snapshot_record(kms_key_arn=arn), source_key=key, **members)


@pytest.mark.parametrize("book", [DOCUMENTED, OBSERVED])
@pytest.mark.parametrize(
    ("key", "why"),
    [
        pytest.param(SOURCE_KEY, None, id="own"),
        pytest.param(
            key_record(region=THERE, account_id=OTHER_ACCOUNT, shared_with=frozenset({ACCOUNT})),
            None,
            id="shared",
        ),
        pytest.param(
            key_record(region=THERE, account_id=OTHER_ACCOUNT, key_id="k"),
            f"the source's key arn:aws:kms:{THERE}:{OTHER_ACCOUNT}:key/k belongs to account"
            f" {OTHER_ACCOUNT}, which does not share it",
            id="not-shared",
        ),
        pytest.param(
            key_record(region=THERE, key_id="k", key_state="Disabled"),
            f"the source's key arn:aws:kms:{THERE}:{ACCOUNT}:key/k is Disabled",
            id="disabled",
        ),
        pytest.param(None, f"the source's key {SOURCE_KEY.arn} is no longer there", id="deleted"),
    ],
)
def test_source_key_is_accessible(book: RuleBook, key: KeyRecord | None, why: str | None) -> None:
    """The key of an encrypted source has to be enabled and the caller's, or shared with it."""
    verdict = asked(book, "source-key-is-accessible", from_encrypted(key))

    assert verdict == (inaccessible(why) if why else None)


@pytest.mark.parametrize("book", [DOCUMENTED, OBSERVED])
@pytest.mark.parametrize("source", [snapshot_record(), None])
def test_a_source_without_a_key_needs_none(book: RuleBook, source: object) -> None:
    """An unencrypted source, and one that isn't there, pass."""
    attempt = copy_attempt(source=source, permissions=denying("kms:*"))

    assert asked(book, "source-key-is-accessible", attempt) is None


@pytest.mark.parametrize(
    ("action", "documented", "observed"),
    [
        ("kms:CreateGrant", True, True),
        ("kms:Decrypt", True, False),
        ("kms:ReEncryptFrom", True, False),
        ("kms:ReEncrypt*", True, False),
        ("kms:DescribeKey", False, False),
        ("kms:GenerateDataKeyWithoutPlaintext", False, False),
    ],
)
def test_denies_on_the_source_s_key(action: str, documented: bool, observed: bool) -> None:
    """The service was seen to need no more than a grant on the source's key."""
    attempt = from_encrypted(permissions=denying(action, resource=SOURCE_KEY.arn))

    late = asked(DOCUMENTED, "source-key-is-accessible", attempt)
    shared = asked(OBSERVED, "source-key-is-accessible", attempt)
    grants = asked(OBSERVED, "grants-can-be-created", attempt)

    assert isinstance(late, FailLater) is documented
    assert shared is None
    assert isinstance(grants, FailLater) is observed
