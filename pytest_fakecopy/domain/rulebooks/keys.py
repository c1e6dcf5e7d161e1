"""Checks on KMS keys: the copy's key and the source's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.verdicts import FailLater, Reject

if TYPE_CHECKING:
    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.kms import KeyRecord
    from pytest_fakecopy.domain.verdicts import Verdict

# Observed: captures of 2026-09-25, whatever it is that makes the key unusable.
NOT_ACCESSIBLE = "Given key ID is not accessible"

# AWS docs, EBS User Guide "Copy an Amazon EBS snapshot": the permissions that copying an encrypted
# snapshot needs. KMS authorizes ReEncrypt as ReEncryptFrom on one key and ReEncryptTo on the other.
_NEEDED_ON_DESTINATION = (
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptTo",
)
_NEEDED_ON_SOURCE = ("kms:CreateGrant", "kms:Decrypt", "kms:ReEncryptFrom")


def kms_key_is_usable_later(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if EBS can't encrypt it with its key."""
    if not attempt.needs_key:
        return None
    defect = _destination_defect(attempt) or _denied(attempt, attempt.key, _NEEDED_ON_DESTINATION)
    return FailLater(NOT_ACCESSIBLE, defect, keeps_metadata=True) if defect else None


def source_key_is_accessible(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if the caller can't use the key of an encrypted source."""
    defect = _source_defect(attempt) or _denied(attempt, attempt.source_key, _NEEDED_ON_SOURCE)
    return FailLater(NOT_ACCESSIBLE, defect, keeps_metadata=True) if defect else None


def source_key_is_shared(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if the source's key is disabled or another account's, not shared.

    Captures of 2026-09-25: the copy asks for no more than a grant on the source's key, so denies
    on other actions pass here.
    """
    defect = _source_defect(attempt)
    return FailLater(NOT_ACCESSIBLE, defect, keeps_metadata=True) if defect else None


def kms_key_is_usable(attempt: CopyAttempt) -> Verdict:
    """Reject a key that isn't there or can't be used, as EC2 was seen to do at once."""
    if not attempt.needs_key:
        return None
    identifier, key = attempt.key_identifier, attempt.key
    if key is not None:
        denied = _denied(attempt, key, ("kms:DescribeKey",))
        if denied:
            # The space at the end is EC2's.
            error = codes.ErrorResponse("AuthFailure", f"Not authorized to use key {key.arn} ", 403)
            return Reject(error, denied)
    defect = _destination_defect(attempt)
    if defect is None:
        return None
    disabled = key is not None and key.key_state == "Disabled"
    fault = "disabled" if disabled else "invalid"
    return Reject(
        codes.invalid_parameter_value(f"The specified keyId {identifier} is {fault}"), defect
    )


def grants_can_be_created(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if EBS can't get its grants and its data key.

    Captures of 2026-09-25: CreateGrant is needed on both keys, GenerateDataKeyWithoutPlaintext on
    the copy's unless an earlier copy made a data key with it, and nothing else.
    """
    if not attempt.needs_key:
        return None
    needed = ["kms:CreateGrant"]
    if not attempt.key_reused:
        needed.append("kms:GenerateDataKeyWithoutPlaintext")
    defect = (
        _destination_defect(attempt)
        or _denied(attempt, attempt.key, tuple(needed))
        or _denied(attempt, attempt.source_key, ("kms:CreateGrant",))
    )
    return FailLater(NOT_ACCESSIBLE, defect, keeps_metadata=True) if defect else None


def _destination_defect(attempt: CopyAttempt) -> str | None:
    key, identifier, region = attempt.key, attempt.key_identifier, attempt.region
    account_id = attempt.caller.account_id
    if key is None:
        missing = f"{identifier} names no KMS key in {region} for account {account_id}"
        return missing + attempt.key_hint
    if key.region != region:
        return f"{identifier} is a key in {key.region}, and the copy goes to {region}"
    return _state_defect(str(identifier), key, account_id)


def _source_defect(attempt: CopyAttempt) -> str | None:
    source, key = attempt.source, attempt.source_key
    if source is None or not source.encrypted:
        return None
    if key is None:
        return f"the source's key {source.kms_key_arn} is no longer there"
    return _state_defect(f"the source's key {key.arn}", key, attempt.caller.account_id)


def _state_defect(name: str, key: KeyRecord, account_id: str) -> str | None:
    if not key.is_shared_with(account_id):
        return f"{name} belongs to account {key.account_id}, which does not share it"
    if not key.is_symmetric:
        return f"{name} is a key of spec {key.key_spec} for {key.key_usage}, not a symmetric one"
    if key.key_state != "Enabled":
        return f"{name} is {key.key_state}"
    return None


def _denied(attempt: CopyAttempt, key: KeyRecord | None, actions: tuple[str, ...]) -> str | None:
    if key is None or not attempt.permissions.denies:
        return None
    account_id = attempt.caller.account_id
    for action in actions:
        if attempt.permissions.denied(action, key.arn, account_id) is not None:
            return f"{action} on {key.arn} is denied to account {account_id}"
    return None
