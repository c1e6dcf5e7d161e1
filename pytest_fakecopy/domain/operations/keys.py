"""KMS keys: create, describe, list, enable, disable, delete, replicate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain import key_policies, kms_errors
from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.domain.key_algorithms import algorithms
from pytest_fakecopy.domain.kms import KEY_SPECS, SYMMETRIC, schedule_removal
from pytest_fakecopy.domain.operations.key_lookup import (
    cut,
    find_key,
    require_customer_key,
    require_state,
)
from pytest_fakecopy.domain.operations.key_policies import read_policy
from pytest_fakecopy.domain.operations.key_tags import as_tags, read_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pytest_fakecopy.domain.kms import KeyRecord, KeyState
    from pytest_fakecopy.domain.operations.call import Call, Result

_KEYS_ON_A_PAGE = 100
_ENABLED: tuple[KeyState, ...] = ("Enabled",)
# KMS API reference, ScheduleKeyDeletion.
_FEWEST_DAYS, _MOST_DAYS = 7, 30


def create_key(  # the parameters of the API
    call: Call,
    *,
    policy: str | None = None,
    description: str = "",
    key_usage: str | None = None,
    customer_master_key_spec: str | None = None,
    key_spec: str | None = None,
    origin: str = "AWS_KMS",
    tags: Sequence[Mapping[str, str]] = (),
    multi_region: bool = False,
    bypass_policy_lockout_safety_check: bool = False,
) -> Result:
    """Make a key. KMS API reference, CreateKey."""
    spec = key_spec or customer_master_key_spec or SYMMETRIC
    usage = _usage(spec, key_usage)
    if origin not in ("AWS_KMS", "EXTERNAL"):
        # Code documented; without a key store there is no such key. The text is assumed.
        raise Refused(kms_errors.unsupported(f"Origin {origin} needs a custom key store."))
    named = read_tags(tags)
    shared = read_policy(policy, call.account_id, bypass=bypass_policy_lockout_safety_check)
    call.authorize()
    key = call.world.keys.make(
        region=call.region,
        account_id=call.account_id,
        description=description,
        key_spec=spec,
        key_usage=usage,
        key_state="PendingImport" if origin == "EXTERNAL" else "Enabled",
        origin=origin,
        multi_region=multi_region,
        policy=policy,
        shared_with=shared,
    )
    call.world.tags.put(call.account_id, key.arn, named)
    return {"KeyMetadata": metadata(call, key)}


def _usage(spec: str, usage: str | None) -> str:
    if spec not in KEY_SPECS:
        # A spec of a model that is newer than the table. Code documented, text assumed.
        raise Refused(kms_errors.unsupported(f"KeySpec {spec} is not supported in this Region."))
    if usage is None and spec != SYMMETRIC:
        # Quoted.
        message = (
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption"
            " keys."
        )
        raise Refused(kms_errors.validation(message))
    if usage is not None and usage not in KEY_SPECS[spec]:
        # Quoted.
        message = f"KeyUsage {usage} is not compatible with KeySpec {spec}"
        raise Refused(kms_errors.validation(message))
    return usage or "ENCRYPT_DECRYPT"


def metadata(call: Call, key: KeyRecord) -> dict[str, Any]:
    """Return a key as DescribeKey shows it."""
    member, names = algorithms(key)
    item: dict[str, Any] = {
        "AWSAccountId": key.account_id,
        "KeyId": key.key_id,
        "Arn": key.arn,
        "CreationDate": key.created_at,
        "Enabled": key.key_state == "Enabled",
        "Description": key.description,
        "KeyUsage": key.key_usage,
        "KeyState": key.key_state,
        "DeletionDate": key.deletion_date,
        "Origin": key.origin,
        "KeyManager": key.key_manager,
        "CustomerMasterKeySpec": key.key_spec,
        "KeySpec": key.key_spec,
        "MultiRegion": key.multi_region,
        member: names,
    }
    if key.key_state == "PendingReplicaDeletion":
        item["PendingDeletionWindowInDays"] = key.pending_window_days
    primary = call.world.keys.get(key.primary_arn or "")
    if primary is not None:
        item["MultiRegionConfiguration"] = _multi_region(call, key, primary)
    return item


def _multi_region(call: Call, key: KeyRecord, primary: KeyRecord) -> dict[str, Any]:
    replicas = call.world.keys.replicas(primary)
    return {
        "MultiRegionKeyType": "PRIMARY" if key.arn == primary.arn else "REPLICA",
        "PrimaryKey": {"Arn": primary.arn, "Region": primary.region},
        "ReplicaKeys": [{"Arn": one.arn, "Region": one.region} for one in replicas],
    }


def describe_key(call: Call, *, key_id: str, grant_tokens: Sequence[str] = ()) -> Result:
    """Describe a key, also another account's. KMS API reference, DescribeKey.

    Grants count at once in the fake, so grant tokens add nothing.
    """
    del grant_tokens
    key = find_key(call, key_id, aliases=True, other_accounts=True)
    call.authorize(key.arn)
    call.world.keys.use(key)
    return {"KeyMetadata": metadata(call, key)}


def list_keys(call: Call, *, limit: int | None = None, marker: str | None = None) -> Result:
    """List the caller's keys in the Region. KMS API reference, ListKeys."""
    call.authorize()
    own = [
        {"KeyId": key.key_id, "KeyArn": key.arn}
        for key in call.world.keys
        if (key.region, key.account_id) == (call.region, call.account_id)
    ]
    items, more = cut(own, limit, marker, _KEYS_ON_A_PAGE)
    return {"Keys": items, **more}


def enable_key(call: Call, *, key_id: str) -> Result:
    """Enable a key. KMS API reference, EnableKey."""
    return _switch(call, key_id, "Enabled")


def disable_key(call: Call, *, key_id: str) -> Result:
    """Disable a key: copies that are validated from now on fail on it. KMS API reference."""
    return _switch(call, key_id, "Disabled")


def _switch(call: Call, key_id: str, state: str) -> Result:
    key = find_key(call, key_id)
    call.authorize(key.arn)
    require_customer_key(call, key)
    require_state(key, ("Enabled", "Disabled"))
    call.world.keys.change(key.arn, key_state=state)
    return {}


def schedule_key_deletion(
    call: Call, *, key_id: str, pending_window_in_days: int = _MOST_DAYS
) -> Result:
    """Have a key deleted after some days. KMS API reference, ScheduleKeyDeletion.

    A primary key with replicas waits for the last of them to be deleted first.
    """
    key = find_key(call, key_id)
    if not _FEWEST_DAYS <= pending_window_in_days <= _MOST_DAYS:
        # Quoted.
        message = (
            f"1 validation error detected: Value '{pending_window_in_days}' at"
            " 'pendingWindowInDays' failed to satisfy constraint: Member must have value between"
            f" {_FEWEST_DAYS} and {_MOST_DAYS}"
        )
        raise Refused(kms_errors.validation(message))
    call.authorize(key.arn)
    require_customer_key(call, key)
    require_state(key, ("Enabled", "Disabled", "PendingImport", "Unavailable"))
    key = _schedule(call, key, pending_window_in_days)
    return {
        "KeyId": key.arn,
        "DeletionDate": key.deletion_date,
        "KeyState": key.key_state,
        "PendingWindowInDays": pending_window_in_days,
    }


def _schedule(call: Call, key: KeyRecord, days: int) -> KeyRecord:
    keys = call.world.keys
    if keys.replicas(key):
        return keys.change(key.arn, key_state="PendingReplicaDeletion", pending_window_days=days)
    date = call.now + timedelta(days=days)
    schedule_removal(keys, call.world.timeline, key.arn, date)
    return keys.change(key.arn, key_state="PendingDeletion", deletion_date=date)


def cancel_key_deletion(call: Call, *, key_id: str) -> Result:
    """Keep a key that was to be deleted; it is disabled. KMS API reference, CancelKeyDeletion."""
    key = find_key(call, key_id)
    call.authorize(key.arn)
    if key.key_state not in ("PendingDeletion", "PendingReplicaDeletion"):
        # Quoted.
        raise Refused(kms_errors.not_pending_deletion(key.arn))
    members = {"key_state": "Disabled", "deletion_date": None, "pending_window_days": None}
    call.world.keys.change(key.arn, **members)
    return {"KeyId": key.arn}


def replicate_key(  # the parameters of the API
    call: Call,
    *,
    key_id: str,
    replica_region: str,
    policy: str | None = None,
    description: str = "",
    tags: Sequence[Mapping[str, str]] = (),
    bypass_policy_lockout_safety_check: bool = False,
) -> Result:
    """Make a replica of a multi-Region primary key. KMS API reference, ReplicateKey.

    The replica is `Creating` for a while. Assumed: as long as the validation of a copy takes.
    """
    key = find_key(call, key_id)
    named = read_tags(tags)
    shared = read_policy(policy, call.account_id, bypass=bypass_policy_lockout_safety_check)
    call.authorize(key.arn)
    _require_replicable(call, key, replica_region)
    replica = call.world.keys.make(
        region=replica_region,
        account_id=key.account_id,
        key_id=key.key_id,
        key_state="Creating",
        key_spec=key.key_spec,
        key_usage=key.key_usage,
        description=description,
        origin=key.origin,
        multi_region=True,
        primary_arn=key.arn,
        policy=policy,
        shared_with=shared,
    )
    call.world.tags.put(call.account_id, replica.arn, named)
    _finish(call, replica)
    return {
        "ReplicaKeyMetadata": metadata(call, replica),
        "ReplicaPolicy": key_policies.text_of(replica),
        "ReplicaTags": as_tags(named),
    }


def _require_replicable(call: Call, key: KeyRecord, region: str) -> None:
    # The codes are documented, the texts assumed.
    if not key.multi_region or key.primary_arn != key.arn:
        message = f"{key.arn} is not a multi-region primary key."
        raise Refused(kms_errors.unsupported(message))
    if region not in call.world.regions or region == key.region:
        message = f"{key.arn} can't be replicated to {region}."
        raise Refused(kms_errors.unsupported(message))
    if key.key_state == "Disabled":
        raise Refused(kms_errors.disabled(key.arn))
    require_state(key, _ENABLED)
    arn = call.world.keys.arn_of(region, key.account_id, key.key_id)
    if call.world.keys.get(arn) is not None:
        raise Refused(kms_errors.already_exists(f"{arn} already exists"))


def _finish(call: Call, replica: KeyRecord) -> None:
    def finish(_at: datetime) -> None:
        key = call.world.keys.get(replica.arn)
        if key is not None and key.key_state == "Creating":
            call.world.keys.change(replica.arn, key_state="Enabled")

    due = call.now + call.world.validation_delay
    call.world.timeline.schedule(due, f"{replica.arn} is replicated", finish)
