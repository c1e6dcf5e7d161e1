"""Gathers the facts of a CopySnapshot at one moment, for the rules to look at."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_fakecopy.domain import hints
from pytest_fakecopy.domain.attempt import CopyAttempt, CopyRequest, Throughput
from pytest_fakecopy.domain.encryption import Encryption, outcome
from pytest_fakecopy.domain.kms import DEFAULT_EBS_ALIAS

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_fakecopy.domain.accounts import Caller
    from pytest_fakecopy.domain.kms import KeyRecord
    from pytest_fakecopy.domain.snapshots import SnapshotRecord
    from pytest_fakecopy.domain.world import World


def at_the_call(
    world: World,
    request: CopyRequest,
    *,
    caller: Caller,
    region: str,
    endpoint_host: str,
    now: datetime,
) -> CopyAttempt:
    """Return the attempt as it is when the call arrives."""
    source = _find_source(world, request, caller, now)
    encryption = outcome(
        source_encrypted=source is not None and source.encrypted,
        encrypted=request.encrypted,
        kms_key_id=request.kms_key_id,
        by_default=world.settings.get(caller.account_id, region).encryption_by_default,
        to_outpost=request.destination_outpost_arn is not None,
    )
    return _attempt(
        world,
        request,
        caller=caller,
        region=region,
        endpoint_host=endpoint_host,
        now=now,
        signing_now=world.signing_now(),
        source=source,
        source_key=_key_of(world, source),
        encryption=encryption,
    )


def at_validation(world: World, accepted: CopyAttempt, now: datetime) -> CopyAttempt:
    """Return the attempt as it is now, some time after it was accepted.

    Whether the copy will be encrypted was settled by the call, unless its source turns out to be
    encrypted now; keys, denies, the source and its sharing count as they are now. What happens to
    a process's own time in between is not seen: signatures age with the fake's time.
    """
    source = _find_source(world, accepted.request, accepted.caller, now)
    return _attempt(
        world,
        accepted.request,
        caller=accepted.caller,
        region=accepted.region,
        endpoint_host=accepted.endpoint_host,
        now=now,
        signing_now=accepted.signing_now + (now - accepted.now),
        source=source,
        source_key=_key_of(world, source),
        encryption=_encryption_now(accepted, source),
    )


def _encryption_now(accepted: CopyAttempt, source: SnapshotRecord | None) -> Encryption:
    """Return the outcome of the call, which may not have seen that the source is encrypted."""
    if source is None or not source.encrypted or accepted.encryption.encrypted:
        return accepted.encryption
    # Nothing at the call asked for encryption, so the source alone decides.
    return outcome(source_encrypted=True, encrypted=None, kms_key_id=None, by_default=False)


def _attempt(  # the facts that differ between the call and its validation
    world: World,
    request: CopyRequest,
    *,
    caller: Caller,
    region: str,
    endpoint_host: str,
    now: datetime,
    signing_now: datetime,
    source: SnapshotRecord | None,
    source_key: KeyRecord | None,
    encryption: Encryption,
) -> CopyAttempt:
    identifier, key = _destination_key(world, request, caller, region, encryption)
    return CopyAttempt(
        request=request,
        caller=caller,
        region=region,
        partition=world.partition_of(region),
        now=now,
        signing_now=signing_now,
        endpoint_host=endpoint_host,
        regions=world.regions,
        source=source,
        source_hint="" if source is not None else _source_hint(world, request, caller),
        source_key=source_key,
        encryption=encryption,
        key_identifier=identifier,
        key=key,
        key_hint=_key_hint(world, identifier, caller, region) if identifier and not key else "",
        key_reused=key is not None
        and source is not None
        and world.copies.has_key(source, caller.account_id, (region, request.location), key.arn),
        permissions=world.permissions,
        outposts=MappingProxyType(world.outposts),
        copies_in_progress=world.copies.in_progress(caller.account_id, region),
        copies_limit=world.rules.limit or world.max_concurrent_copies,
        throughput=_throughput(world, request, caller.account_id, region),
        judge=world.judge,
        strict_credentials=world.strict_credentials,
    )


def _find_source(
    world: World, request: CopyRequest, caller: Caller, now: datetime
) -> SnapshotRecord | None:
    source = world.snapshots.visible(
        request.source_snapshot_id or "",
        region=request.source_region or "",
        account_id=caller.account_id,
    )
    if source is not None and world.faults.hides(source.start_time, now):
        return None
    return source


def _source_hint(world: World, request: CopyRequest, caller: Caller) -> str:
    return hints.of_source(
        world.snapshots,
        request.source_snapshot_id or "",
        region=request.source_region or "",
        account_id=caller.account_id,
    )


def _key_hint(world: World, identifier: str, caller: Caller, region: str) -> str:
    return hints.of_key(world.keys, identifier, region=region, account_id=caller.account_id)


def _key_of(world: World, source: SnapshotRecord | None) -> KeyRecord | None:
    if source is None or source.kms_key_arn is None:
        return None
    return world.keys.get(source.kms_key_arn)


def _destination_key(
    world: World, request: CopyRequest, caller: Caller, region: str, encryption: Encryption
) -> tuple[str | None, KeyRecord | None]:
    account_id = caller.account_id
    if encryption.key is None:
        return None, None
    if encryption.key == "request":
        identifier = request.kms_key_id or ""
    else:
        identifier = DEFAULT_EBS_ALIAS
        if encryption.key == "default":
            identifier = world.settings.get(account_id, region).default_key_arn or identifier
    return identifier, world.keys.resolve(identifier, region=region, account_id=account_id)


def _throughput(world: World, request: CopyRequest, account_id: str, region: str) -> Throughput:
    source_region = request.source_region
    if request.completion_duration_minutes is None or source_region is None:
        return _IDLE
    return Throughput(in_use=world.copies.throughput_in_use(account_id, source_region, region))


_IDLE = Throughput()
