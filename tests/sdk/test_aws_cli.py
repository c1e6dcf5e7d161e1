"""The AWS CLI against a real endpoint: what a shell script that copies snapshots does."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("werkzeug")

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_fakecopy import FakeEC2
    from pytest_fakecopy.serving import Endpoint

pytestmark = pytest.mark.sdk


@pytest.fixture
def aws(
    aws_cli: Path, fake_ec2_server: Endpoint, tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs one command, with no configuration but the endpoint's."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(aws_cli), *arguments, "--output", "json"],
            env={**fake_ec2_server.environ, "HOME": str(tmp_path), "AWS_PAGER": ""},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """Return what a command answered, which must have succeeded."""
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout or "{}")


def copy(aws: Callable[..., Any], fake: FakeEC2, *arguments: str, encrypted: bool = False) -> str:
    """Copy a new snapshot, and return the id of the copy."""
    source = fake.snapshots.add(region="us-west-2", encrypted=encrypted)
    made = answer(
        aws(
            *("ec2", "copy-snapshot", "--region", "us-east-1", "--source-region", "us-west-2"),
            *("--source-snapshot-id", source.snapshot_id, *arguments),
        )
    )
    return str(made["SnapshotId"])


def test_a_copy_is_waited_for(aws: Callable[..., Any], fake_ec2: FakeEC2) -> None:
    """The waiter ends with status 0 when the copy has completed; its presigned URL is good."""
    copy_id = copy(aws, fake_ec2, "--description", "from a shell", encrypted=True)
    fake_ec2.clock.tick(60)

    waited = aws("ec2", "wait", "snapshot-completed", "--snapshot-ids", copy_id)

    assert (waited.returncode, waited.stderr) == (0, "")
    snapshot = fake_ec2.snapshots[copy_id]
    assert (snapshot.state, snapshot.description) == ("completed", "from a shell")
    assert {request.signature for request in fake_ec2.journal.requests()} == {"verified"}


def test_a_bad_key_fails_the_wait(aws: Callable[..., Any], fake_ec2: FakeEC2) -> None:
    """The copy is accepted, ends in `error`, and the waiter ends with status 255."""
    copy_id = copy(aws, fake_ec2, "--encrypted", "--kms-key-id", "alias/no-such-key")
    fake_ec2.clock.tick(60)

    waited = aws("ec2", "wait", "snapshot-completed", "--snapshot-ids", copy_id)
    [described] = answer(aws("ec2", "describe-snapshots", "--snapshot-ids", copy_id))["Snapshots"]

    assert waited.returncode == 255
    assert "Waiter SnapshotCompleted failed" in waited.stderr
    assert described["State"] == "error"
    assert described["StateMessage"] == "Given key ID is not accessible"


def test_snapshots_are_paged_filtered_and_tagged(
    aws: Callable[..., Any], fake_ec2: FakeEC2
) -> None:
    """Pages are turned by the CLI, filters by the fake."""
    for size in range(1, 8):
        fake_ec2.snapshots.add(volume_size=size)
    tagged = next(iter(fake_ec2.snapshots)).snapshot_id
    list_own = ("ec2", "describe-snapshots", "--owner-ids", "self")

    created = aws("ec2", "create-tags", "--resources", tagged, "--tags", "Key=team,Value=a b")
    paged = answer(aws(*list_own, "--page-size", "5"))
    sized = answer(aws(*list_own, "--filters", "Name=volume-size,Values=2,3"))
    found = answer(aws(*list_own, "--filters", "Name=tag:team,Values=a*"))

    assert created.returncode == 0
    assert len(paged["Snapshots"]) == 7
    assert sorted(snapshot["VolumeSize"] for snapshot in sized["Snapshots"]) == [2, 3]
    assert [snapshot["SnapshotId"] for snapshot in found["Snapshots"]] == [tagged]
    assert found["Snapshots"][0]["Tags"] == [{"Key": "team", "Value": "a b"}]


def test_a_key_that_is_disabled_fails_the_copy(aws: Callable[..., Any], fake_ec2: FakeEC2) -> None:
    """KMS at the same endpoint, and the same key for EC2."""
    key = fake_ec2.kms.add_key(alias="alias/backup")

    before = answer(aws("kms", "describe-key", "--key-id", "alias/backup"))["KeyMetadata"]
    disabled = aws("kms", "disable-key", "--key-id", key.key_id)
    after = answer(aws("kms", "describe-key", "--key-id", key.arn))["KeyMetadata"]
    copy_id = copy(aws, fake_ec2, "--encrypted", "--kms-key-id", "alias/backup")

    assert (before["KeyState"], after["KeyState"]) == ("Enabled", "Disabled")
    assert disabled.returncode == 0
    fake_ec2.assert_eventually_error(copy_id, match="not accessible")


def test_an_error_is_ec2s_own(aws: Callable[..., Any]) -> None:
    """Code and message are shown, and the status is that of a client error."""
    done = aws("ec2", "describe-snapshots", "--snapshot-ids", "snap-0123456789abcdef0")

    assert done.returncode in {254, 255}
    assert "(InvalidSnapshot.NotFound)" in done.stderr


def test_the_caller_is_the_default_account(aws: Callable[..., Any]) -> None:
    """STS at the same endpoint."""
    assert answer(aws("sts", "get-caller-identity"))["Account"] == "111122223333"
