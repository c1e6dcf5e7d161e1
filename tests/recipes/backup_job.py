"""A backup job as a team would write it: it knows boto3, and nothing of any fake.

Each night it copies the snapshots of a production account that are tagged `backup=nightly` to
another Region, into an account of their own, under a key of that account, and keeps the newest
copies of each volume.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError


@dataclass(frozen=True)
class Plan:
    """Where the job takes backups from, and where to."""

    production_role: str
    source_region: str
    vault_role: str
    vault_region: str
    kms_key_id: str
    copies_to_keep: int = 2


@dataclass(frozen=True)
class Outcome:
    """What became of one snapshot."""

    source_id: str
    volume_id: str
    copy_id: str | None = None
    problem: str | None = None


class BackupJob:
    """One run of the job."""

    def __init__(self, plan: Plan) -> None:
        """Assume the two roles."""
        self.plan = plan
        self.production, _ = _assume(plan.production_role, plan.source_region)
        self.vault, self.vault_account = _assume(plan.vault_role, plan.vault_region)

    def run(self) -> list[Outcome]:
        """Start all copies, wait for them, tidy up; return what became of each snapshot."""
        started = [self._start(snapshot) for snapshot in self._due()]
        outcomes = [self._finish(outcome) for outcome in started]
        for volume_id in {outcome.volume_id for outcome in outcomes}:
            self._prune(volume_id)
        return outcomes

    def _due(self) -> list[dict[str, Any]]:
        pages = self.production.get_paginator("describe_snapshots").paginate(
            OwnerIds=["self"],
            Filters=[
                {"Name": "tag:backup", "Values": ["nightly"]},
                {"Name": "status", "Values": ["completed"]},
            ],
        )
        return [snapshot for page in pages for snapshot in page["Snapshots"]]

    def _start(self, snapshot: dict[str, Any]) -> Outcome:
        outcome = Outcome(snapshot["SnapshotId"], snapshot["VolumeId"])
        try:
            self._share(outcome.source_id, "Add")
            return replace(outcome, copy_id=self._copy(outcome))
        except ClientError as error:
            return replace(outcome, problem=error.response["Error"]["Code"])

    def _share(self, snapshot_id: str, change: str) -> None:
        self.production.modify_snapshot_attribute(
            SnapshotId=snapshot_id,
            CreateVolumePermission={change: [{"UserId": self.vault_account}]},
        )

    def _copy(self, outcome: Outcome) -> str:
        request = {
            "SourceRegion": self.plan.source_region,
            "SourceSnapshotId": outcome.source_id,
            "Description": f"Backup of {outcome.source_id}",
            "Encrypted": True,
            "KmsKeyId": self.plan.kms_key_id,
        }
        try:
            return str(self.vault.copy_snapshot(**request)["SnapshotId"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceLimitExceeded":
                raise
        pending = self._own([{"Name": "status", "Values": ["pending"]}])
        self._wait(pending[0]["SnapshotId"])
        return str(self.vault.copy_snapshot(**request)["SnapshotId"])

    def _own(self, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answer = self.vault.describe_snapshots(OwnerIds=["self"], Filters=filters)
        return sorted(answer["Snapshots"], key=lambda snapshot: snapshot["StartTime"])

    def _wait(self, snapshot_id: str) -> None:
        self.vault.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot_id])

    def _finish(self, outcome: Outcome) -> Outcome:
        try:
            if outcome.copy_id is None:
                return outcome
            self._wait(outcome.copy_id)
            tags = [{"Key": "backup-of", "Value": outcome.volume_id}]
            self.vault.create_tags(Resources=[outcome.copy_id], Tags=tags)
        except WaiterError as error:
            failed = error.last_response["Snapshots"][0]
            self.vault.delete_snapshot(SnapshotId=failed["SnapshotId"])
            problem = failed.get("StateMessage", "too slow")
            return replace(outcome, copy_id=None, problem=problem)
        finally:
            self._unshare(outcome.source_id)
        return outcome

    def _unshare(self, snapshot_id: str) -> None:
        try:
            self._share(snapshot_id, "Remove")
        except ClientError:
            # Gone meanwhile, or never shared: there is nothing left to take back.
            return

    def _prune(self, volume_id: str) -> None:
        copies = self._own([{"Name": "tag:backup-of", "Values": [volume_id]}])
        for snapshot in copies[: -self.plan.copies_to_keep]:
            self.vault.delete_snapshot(SnapshotId=snapshot["SnapshotId"])


def _assume(role: str, region: str) -> tuple[Any, str]:
    """Return an EC2 client that acts in a role, and the account that the role belongs to."""
    sts = boto3.client("sts", region_name=region)
    answer = sts.assume_role(RoleArn=role, RoleSessionName="nightly-backup")
    credentials = answer["Credentials"]
    client = boto3.client(
        "ec2",
        region_name=region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    return client, role.split(":")[4]
