"""The JavaScript SDK v3 against a real endpoint: a client that shares no code with botocore."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("werkzeug")

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy import FakeEC2
    from pytest_fakecopy.serving import Endpoint

pytestmark = pytest.mark.sdk

SCRIPT = Path(__file__).parent / "copy.mjs"


@pytest.fixture
def node(javascript: Path, fake_ec2_server: Endpoint, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that runs one action of the script and returns its answer."""
    # Node.js looks for packages from the place of the script upwards.
    script = shutil.copy(SCRIPT, javascript / SCRIPT.name)

    def call(*arguments: str) -> Any:
        done = subprocess.run(
            ["node", script, *arguments],  # noqa: S607  # found by the fixture `javascript`
            env={**fake_ec2_server.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


def copy(node: Callable[..., Any], fake: FakeEC2, **options: Any) -> str:
    """Copy a new encrypted snapshot, and return the id of the copy."""
    source = fake.snapshots.add(region="us-west-2", encrypted=True)
    return str(node("copy", source.snapshot_id, json.dumps(options))["value"])


def test_a_copy_is_waited_for(node: Callable[..., Any], fake_ec2: FakeEC2) -> None:
    """Time passes by itself, fast enough for the SDK's own waiter; its presigned URL is good."""
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "b"}]}]
    copy_id = copy(node, fake_ec2, Encrypted=True, TagSpecifications=tags)

    waited = node("wait", copy_id)

    assert waited == {"value": "SUCCESS"}
    snapshot = fake_ec2.snapshots[copy_id]
    assert (snapshot.state, snapshot.tags) == ("completed", {"a": "b"})
    assert {request.signature for request in fake_ec2.journal.requests()} == {"verified"}


def test_a_bad_key_fails_the_wait(node: Callable[..., Any], fake_ec2: FakeEC2) -> None:
    """The copy is accepted and ends in `error`."""
    copy_id = copy(node, fake_ec2, Encrypted=True, KmsKeyId="alias/no-such-key")
    fake_ec2.clock.tick(60)

    waited = node("wait", copy_id)
    described = node("describe", copy_id)["value"]

    assert "FAILURE" in waited["message"]
    assert described["State"] == "error"
    assert described["StateMessage"] == "Given key ID is not accessible"


def test_snapshots_are_paged_filtered_and_tagged(
    node: Callable[..., Any], fake_ec2: FakeEC2
) -> None:
    """Pages are turned by the SDK, filters by the fake."""
    ids = [fake_ec2.snapshots.add(description=f"number {n}").snapshot_id for n in range(7)]

    node("tag", ids[3], "team", "a & b")

    assert node("pages") == {"value": [5, 2]}
    assert node("filter", "description", "number 5") == {"value": [ids[5]]}
    assert node("filter", "tag:team", "a & b") == {"value": [ids[3]]}


def test_a_key_that_is_disabled_fails_the_copy(node: Callable[..., Any], fake_ec2: FakeEC2) -> None:
    """KMS at the same endpoint, and the same key for EC2."""
    key = fake_ec2.kms.add_key(alias="alias/backup")

    assert node("disable", key.key_id) == {"value": "Disabled"}
    copy_id = copy(node, fake_ec2, Encrypted=True, KmsKeyId="alias/backup")

    fake_ec2.assert_eventually_error(copy_id, match="not accessible")


def test_an_error_is_ec2s_own(node: Callable[..., Any]) -> None:
    """The SDK makes EC2's code the name of the exception."""
    failed = node("describe", "snap-0123456789abcdef0")

    assert failed["error"] == "InvalidSnapshot.NotFound"
    assert "snap-0123456789abcdef0" in failed["message"]
