"""Threads: nothing is lost or doubled, and the same order gives the same ids."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from pytest_fakecopy import FakeEC2
from tests import census

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = 32
NOWHERE = "http://127.0.0.1:9"
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5)


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Do something in 32 threads that begin together, and return what each returns."""
    barrier = threading.Barrier(MANY)

    def body(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(MANY) as pool:
        return [*pool.map(body, range(MANY))]


def in_turn(work: Callable[[int], Any]) -> list[Any]:
    """Do something in 32 threads, each after the one before, and return what each returns."""
    turns = [threading.Event() for _ in range(MANY + 1)]
    turns[0].set()

    def body(number: int) -> Any:
        turns[number].wait()
        try:
            return work(number)
        finally:
            turns[number + 1].set()

    with ThreadPoolExecutor(MANY) as pool:
        return [*pool.map(body, range(MANY))]


def unlimited(**options: Any) -> FakeEC2:
    """Return a fake in which any number of copies may be in progress."""
    return FakeEC2(clock="virtual", max_concurrent_copies=10_000, **options)


def test_nothing_is_lost_or_doubled() -> None:
    """Copies, describes, deletes, tags and ticks of 32 threads all happen, each once."""
    with unlimited() as fake:
        source = fake.snapshots.add(encrypted=True).snapshot_id
        began = fake.clock.now()
        ec2 = fake.client("ec2")

        def work(number: int) -> tuple[list[str], str]:
            mine = []
            for _ in range(3):
                copy = ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source)
                mine.append(copy["SnapshotId"])
                fake.clock.tick(1)
            ec2.create_tags(Resources=mine, Tags=[{"Key": "by", "Value": str(number)}])
            shown = ec2.describe_snapshots(SnapshotIds=mine)["Snapshots"]
            assert {one["SnapshotId"] for one in shown} == {*mine}
            gone = mine.pop()
            ec2.delete_snapshot(SnapshotId=gone)
            return mine, gone

        done = at_once(work)

        assert (fake.clock.now() - began).total_seconds() == MANY * 3
        fake.clock.settle()
        kept = [name for mine, _ in done for name in mine]
        gone = [name for _, name in done]
        assert len({*kept, *gone}) == MANY * 3
        assert {one.snapshot_id for one in fake.snapshots.copies} == {*kept}
        for number, (mine, _) in enumerate(done):
            for name in mine:
                snapshot = fake.snapshots[name]
                assert (snapshot.state, snapshot.encrypted) == ("completed", True)
                assert snapshot.tags == {"by": str(number)}
        told = [event["resources"][0].rpartition("/")[2] for event in fake.events
                if event["detail"]["event"] == "copySnapshot"]  # fmt: skip
        assert len({*told}) == len(told)
        assert {*kept} <= {*told} <= {*kept, *gone}
        assert Counter(request.operation for request in fake.journal.requests()) == {
            "CopySnapshot": MANY * 3,
            "CreateTags": MANY,
            "DescribeSnapshots": MANY,
            "DeleteSnapshot": MANY,
        }
        moments = [entry.at for entry in fake.journal]
        assert moments == sorted(moments)


def test_a_snapshot_is_deleted_once() -> None:
    """Of 32 threads that delete one snapshot one does, and 31 hear that it isn't there."""
    with unlimited() as fake:
        name = fake.snapshots.add().snapshot_id
        ec2 = fake.client("ec2")

        def work(_number: int) -> str:
            try:
                ec2.delete_snapshot(SnapshotId=name)
            except ClientError as error:
                return str(error.response["Error"]["Code"])
            return "deleted"

        outcomes = at_once(work)

    assert sorted(outcomes) == ["InvalidSnapshot.NotFound"] * (MANY - 1) + ["deleted"]


def test_the_limit_holds() -> None:
    """Of 32 threads that copy at once, as many as the limit says are accepted."""
    with FakeEC2(clock="virtual", max_concurrent_copies=5) as fake:
        name = fake.snapshots.add().snapshot_id
        ec2 = fake.client("ec2")

        def work(_number: int) -> bool:
            try:
                ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=name)
            except ClientError as error:
                assert error.response["Error"]["Code"] == "ResourceLimitExceeded"  # noqa: PT017  # the rest did
                return False
            return True

        assert sum(at_once(work)) == len(fake.snapshots.copies) == 5


def test_the_same_order_gives_the_same_ids() -> None:
    """Threads that take turns make what one thread makes, id by id, for each seed its own."""

    def ids(seed: int, run: Callable[[Callable[[int], Any]], list[Any]]) -> list[str]:
        with unlimited(seed=seed) as fake:
            source = fake.snapshots.add().snapshot_id
            ec2 = fake.client("ec2")

            def work(_number: int) -> str:
                copy = ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source)
                return str(copy["SnapshotId"])

            return [*run(work), *(event["id"] for event in fake.events)]

    alone = ids(1, lambda work: [work(number) for number in range(MANY)])

    assert ids(1, in_turn) == alone
    assert {*ids(1, at_once)} == {*alone}
    assert not {*ids(2, in_turn)} & {*alone}


def test_sessions_are_made_in_threads() -> None:
    """Each thread has a session and clients of its own, made while the fake is active."""
    with unlimited() as fake:
        source = fake.snapshots.add().snapshot_id

        def work(_number: int) -> str:
            session = boto3.session.Session(region_name="us-east-1")
            assert session.client("sts").get_caller_identity()["Account"] == "111122223333"
            ec2 = session.client("ec2")
            copy = ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source)
            return str(copy["SnapshotId"])

        assert len({*at_once(work)}) == MANY == len(fake.snapshots.copies)


def test_threads_call_while_fakes_come_and_go() -> None:
    """A call is answered by a fake that is active, or goes where it would without any."""
    ec2 = boto3.client(
        "ec2", "us-east-1", endpoint_url=NOWHERE, config=ONCE,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret",
    )  # fmt: skip
    over = threading.Event()
    with pytest.raises(EndpointConnectionError):
        ec2.describe_regions()  # urllib3 keeps something of the first connection
    before = census.take()

    def call(_number: int) -> int:
        answered = 0
        while not over.is_set():
            with contextlib.suppress(EndpointConnectionError):
                answered += bool(ec2.describe_regions()["Regions"])
        return answered

    fakes = []
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(call, number) for number in range(4)]
        for _ in range(20):
            with FakeEC2(clock="virtual") as outer, FakeEC2(clock="real") as inner:
                inner.snapshots.add()
                assert len(outer.snapshots) == 0
                fakes += [outer, inner]
        over.set()
        answered = sum(each.result() for each in calls)

    assert answered == sum(len(fake.journal.requests()) for fake in fakes)
    assert census.changes(before, census.take()) == {}
