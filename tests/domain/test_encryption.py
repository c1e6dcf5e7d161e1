"""Whether a copy is encrypted and with which key: every row of the user guide's table."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from pytest_fakecopy.domain.encryption import Encryption, KeySource, outcome
from pytest_fakecopy.domain.regions import Outpost
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    OUTPOST_ARN,
    THERE,
    make_key,
    make_snapshot,
    make_world,
    refusal,
    start,
)

PLAIN, ENCRYPTED = False, True
OFF, ON = False, True


@pytest.mark.parametrize(
    ("by_default", "source", "encrypted", "kms_key_id", "key"),
    [
        # off, unencrypted: encrypted only if requested
        pytest.param(OFF, PLAIN, None, None, None, id="off-plain"),
        pytest.param(OFF, PLAIN, False, None, None, id="off-plain-false"),
        pytest.param(OFF, PLAIN, True, None, "default", id="off-plain-true"),
        pytest.param(OFF, PLAIN, True, "k", "request", id="off-plain-true-key"),
        pytest.param(OFF, PLAIN, None, "k", "request", id="off-plain-key"),
        # off, encrypted: always encrypted, with aws/ebs where no key is given
        pytest.param(OFF, ENCRYPTED, None, None, "aws-managed", id="off-encrypted"),
        pytest.param(OFF, ENCRYPTED, False, None, "aws-managed", id="off-encrypted-false"),
        pytest.param(OFF, ENCRYPTED, True, None, "aws-managed", id="off-encrypted-true"),
        pytest.param(OFF, ENCRYPTED, True, "k", "request", id="off-encrypted-true-key"),
        pytest.param(OFF, ENCRYPTED, None, "k", "request", id="off-encrypted-key"),
        # on, unencrypted: always encrypted, with the key of encryption by default
        pytest.param(ON, PLAIN, None, None, "default", id="on-plain"),
        pytest.param(ON, PLAIN, False, None, "default", id="on-plain-false"),
        pytest.param(ON, PLAIN, True, None, "default", id="on-plain-true"),
        pytest.param(ON, PLAIN, True, "k", "request", id="on-plain-true-key"),
        # on, encrypted: the same
        pytest.param(ON, ENCRYPTED, None, None, "default", id="on-encrypted"),
        pytest.param(ON, ENCRYPTED, False, None, "default", id="on-encrypted-false"),
        pytest.param(ON, ENCRYPTED, True, None, "default", id="on-encrypted-true"),
        pytest.param(ON, ENCRYPTED, True, "k", "request", id="on-encrypted-true-key"),
    ],
)
def test_the_outcome_follows_the_table(
    by_default: bool,
    source: bool,
    encrypted: bool | None,
    kms_key_id: str | None,
    key: KeySource | None,
) -> None:
    """Setting, source, Encrypted and KmsKeyId decide together."""
    result = outcome(
        source_encrypted=source, encrypted=encrypted, kms_key_id=kms_key_id, by_default=by_default
    )

    assert result == Encryption(encrypted=key is not None, key=key)


@pytest.mark.parametrize(
    ("source", "kms_key_id", "key"),
    [
        pytest.param(PLAIN, None, "default", id="plain"),
        pytest.param(ENCRYPTED, None, "default", id="encrypted"),
        pytest.param(PLAIN, "k", "request", id="key"),
    ],
)
def test_a_copy_on_an_outpost_is_always_encrypted(
    source: bool, kms_key_id: str | None, key: KeySource
) -> None:
    """Without a KmsKeyId it has the Region's default key."""
    result = outcome(
        source_encrypted=source,
        encrypted=None,
        kms_key_id=kms_key_id,
        by_default=False,
        to_outpost=True,
    )

    assert result == Encryption(encrypted=True, key=key)


def test_an_encrypted_source_never_gives_an_unencrypted_copy() -> None:
    """Whatever else is asked for or set."""
    choices = itertools.product([None, False, True], [None, "k"], [False, True], [False, True])

    results = [
        outcome(
            source_encrypted=True,
            encrypted=encrypted,
            kms_key_id=kms_key_id,
            by_default=by_default,
            to_outpost=to_outpost,
        )
        for encrypted, kms_key_id, by_default, to_outpost in choices
    ]

    assert all(result.encrypted for result in results)


@pytest.mark.parametrize("rules", ["documented", "observed"])
@pytest.mark.parametrize(
    ("by_default", "source", "parameters", "key"),
    [
        pytest.param(OFF, "plain", {}, None, id="off-plain"),
        pytest.param(OFF, "plain", {"encrypted": True}, "configured", id="off-plain-true"),
        pytest.param(
            OFF, "plain", {"encrypted": True, "kms_key_id": "alias/own"}, "own", id="off-plain-key"
        ),
        pytest.param(OFF, "encrypted", {}, "aws/ebs", id="off-encrypted"),
        pytest.param(OFF, "encrypted", {"encrypted": True}, "aws/ebs", id="off-encrypted-true"),
        pytest.param(
            OFF,
            "encrypted",
            {"encrypted": True, "kms_key_id": "alias/own"},
            "own",
            id="off-encrypted-key",
        ),
        pytest.param(OFF, "shared", {}, "aws/ebs", id="off-shared"),
        pytest.param(ON, "plain", {}, "configured", id="on-plain"),
        pytest.param(ON, "encrypted", {}, "configured", id="on-encrypted"),
        pytest.param(
            ON, "plain", {"encrypted": True, "kms_key_id": "alias/own"}, "own", id="on-plain-key"
        ),
        pytest.param(
            OFF, "local", {"destination_outpost_arn": OUTPOST_ARN}, "configured", id="outpost"
        ),
    ],
)
def test_the_completed_copy_has_the_key_of_the_table(
    rules: str, by_default: bool, source: str, parameters: dict[str, object], key: str | None
) -> None:
    """Both books agree; the key is always one of the caller's in the destination Region."""
    world = make_world(rules=rules)
    world.outposts[OUTPOST_ARN] = Outpost(OUTPOST_ARN, HERE, ACCOUNT)
    shared = frozenset({ACCOUNT})
    sources = {
        "plain": make_snapshot(world),
        "encrypted": make_snapshot(world, kms_key_arn=make_key(world, region=THERE).arn),
        "shared": make_snapshot(
            world,
            owner_id=OTHER_ACCOUNT,
            shared_with=shared,
            kms_key_arn=make_key(
                world, region=THERE, account_id=OTHER_ACCOUNT, shared_with=shared
            ).arn,
        ),
        "local": make_snapshot(world, region=HERE),
    }
    keys = {
        "own": make_key(world, alias="alias/own").arn,
        "configured": make_key(world).arn,
        "aws/ebs": world.keys.default_ebs_key(HERE, ACCOUNT).arn,
    }
    world.settings.change(
        ACCOUNT, HERE, encryption_by_default=by_default, default_key_arn=keys["configured"]
    )

    copy = start(world, sources[source], **parameters)
    world.pass_time(60)

    done = world.snapshot(copy.snapshot_id)
    assert (done.state, done.encrypted) == ("completed", key is not None)
    assert done.kms_key_arn == (keys[key] if key else None)


@pytest.mark.parametrize("source_key", [False, True])
def test_the_observed_book_takes_encrypted_false_for_nothing(source_key: bool) -> None:
    """Encrypted=false is accepted; what is encrypted stays so."""
    world = make_world(rules="observed")
    arn = make_key(world, region=THERE).arn if source_key else None
    source = make_snapshot(world, kms_key_arn=arn)

    copy = start(world, source, encrypted=False)
    world.pass_time(60)

    assert world.snapshot(copy.snapshot_id).encrypted is source_key


@pytest.mark.parametrize("encrypted", [None, True])
def test_a_source_that_turns_out_to_be_encrypted_gives_an_encrypted_copy(
    encrypted: bool | None,
) -> None:
    """The observed book accepts a source that can't be seen yet; what it is counts later."""
    world = make_world(rules="observed")
    key = make_key(world, region=THERE, account_id=OTHER_ACCOUNT, shared_with=frozenset({ACCOUNT}))
    source = make_snapshot(world, owner_id=OTHER_ACCOUNT, kms_key_arn=key.arn)
    copy = start(world, source, encrypted=encrypted)

    world.snapshots.replace(replace(source, shared_with=frozenset({ACCOUNT})))
    world.pass_time(60)

    done = world.snapshot(copy.snapshot_id)
    assert (done.state, done.encrypted) == ("completed", True)
    assert done.kms_key_arn == world.keys.default_ebs_key(HERE, ACCOUNT).arn


@pytest.mark.parametrize("rules", ["documented", "observed"])
@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"dry_run": True}, id="dry-run"),
        pytest.param({"completion_duration_minutes": 14}, id="duration"),
        pytest.param({"destination_outpost_arn": "op-1"}, id="outpost"),
        pytest.param({"source_region": "moon"}, id="region"),
    ],
)
def test_a_rejected_call_makes_no_default_key(rules: str, asked: dict[str, Any]) -> None:
    """The Region's key for EBS comes with the first copy that needs it."""
    world = make_world(rules=rules)

    refusal(world, encrypted=True, **asked)

    assert list(world.keys) == []

    start(world, encrypted=True)

    assert [key.key_manager for key in world.keys] == ["AWS"]
