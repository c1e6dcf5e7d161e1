"""One call: botocore with a canned answer, with the fake, with its Stubber, and with moto.

The canned answer is the floor: the very answer that was recorded, headers included, at the place
where the fake answers. botocore builds, signs and parses as ever, and nothing else is done.

A copy's presigned URL is verified when the copy is validated, after the call: that is in the row
"to its end", with all else that becomes of a copy.
"""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from botocore.stub import ANY, Stubber

from pytest_fakecopy import FakeEC2
from tests.benchmarks.timing import Row, beside_moto, cpu, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCES, MANY = 200, 1000
KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret"}


class Canned:
    """One recorded answer, given to every request."""

    def __init__(self, response: AWSResponse) -> None:
        """Keep all of it."""
        self._body: bytes = response.content
        self._status: int = response.status_code
        self._headers = dict(response.headers)

    def stream(self, **_options: object) -> Iterator[bytes]:
        """Yield the body, as urllib3's response does."""
        yield self._body

    def send(self, _session: object, request: Any) -> AWSResponse:
        """Answer in the place of `URLLib3Session.send`."""
        return AWSResponse(request.url, self._status, self._headers, self)


@contextmanager
def sending(send: Callable[..., Any]) -> Iterator[None]:
    """Let *send* answer for a while."""
    before = URLLib3Session.__dict__["send"]
    # A function, also where *send* is a bound method: those are not bound to the session.
    URLLib3Session.send = lambda session, request: send(session, request)  # noqa: PLW0108
    try:
        yield
    finally:
        URLLib3Session.send = before


def recorded(call: Callable[[], object]) -> Canned:
    """Return what a call is answered."""
    answers: list[Canned] = []
    before = URLLib3Session.__dict__["send"]

    def send(session: object, request: object) -> Any:
        response = before(session, request)
        answers.append(Canned(response))
        return response

    with sending(send):
        call()
    return answers[-1]


def against_floor(
    call: Callable[[], object],
    calls: int,
    after: Callable[[], object],
    *,
    rounds: int,
    timed: bool = False,
) -> tuple[float, float]:
    """Return what a call costs as it is answered now, and what it costs with a canned answer.

    Few calls in many rounds: on a busy machine some rounds are left alone.

    Args:
        call: Makes it.
        calls: How many to a round.
        after: Is done after those that the fake answers.
        rounds: How many; the best counts.
        timed: Whether *after* counts as well.
    """
    canned = recorded(call)

    def answered() -> float:
        if timed:
            return cpu(lambda: (call(), after()), calls)
        took = cpu(call, calls)
        after()
        return took

    def floor() -> float:
        with sending(canned.send):
            return cpu(call, calls)

    least = in_turns({"answered": answered, "floor": floor}, rounds=rounds)
    return least["answered"], least["floor"]


def copying(client: Any, sources: list[str], key_arn: str) -> Callable[[], Any]:
    """Return a call that copies the next source, as a backup job does."""
    ids, numbers = itertools.cycle(sources), itertools.count()

    def copy() -> Any:
        return client.copy_snapshot(
            SourceRegion="us-west-2",
            SourceSnapshotId=next(ids),
            Encrypted=True,
            KmsKeyId=key_arn,
            Description=f"nightly {next(numbers)}",
        )

    return copy


def fake_figures(clock: str) -> dict[str, tuple[float, float]]:
    """Return what the fake costs and what its floor is, by call."""
    with FakeEC2(clock=clock, max_concurrent_copies=10**9) as fake:
        sources = [fake.snapshots.add(region="us-west-2").snapshot_id for _ in range(SOURCES)]
        client = fake.client("ec2", region="us-east-1")
        copy = copying(client, sources, fake.kms.add_key().arn)
        one = copy()["SnapshotId"]
        fake.clock.settle()
        for number in range(MANY):
            fake.snapshots.add(region="eu-west-1", tags={"Number": str(number)})
        many = fake.client("ec2", region="eu-west-1")
        settle = fake.clock.settle
        figures = {
            "copy_snapshot": against_floor(copy, 4, settle, rounds=250),
            "copy_snapshot, to its end": against_floor(copy, 4, settle, rounds=250, timed=True),
            "describe by id": against_floor(
                lambda: client.describe_snapshots(SnapshotIds=[one]), 4, settle, rounds=250
            ),
            "describe 1 000": against_floor(many.describe_snapshots, 1, settle, rounds=12),
        }
        failed = [each for each in fake.snapshots.copies if each.state != "completed"]
        assert not failed, failed[0].why
        return figures


def moto_figures() -> dict[str, float]:
    """Return what moto costs, by call."""
    from moto import mock_aws  # noqa: PLC0415  # for its own process

    with mock_aws():
        west = boto3.client("ec2", "us-west-2", **KEYS)
        volume = west.create_volume(Size=8, AvailabilityZone="us-west-2a")["VolumeId"]
        source = west.create_snapshot(VolumeId=volume)["SnapshotId"]
        client = boto3.client("ec2", "us-east-1", **KEYS)
        copy = copying(client, [source], "alias/aws/ebs")
        one = copy()["SnapshotId"]
        many = boto3.client("ec2", "eu-west-1", **KEYS)
        volume = many.create_volume(Size=8, AvailabilityZone="eu-west-1a")["VolumeId"]
        for _ in range(MANY):
            many.create_snapshot(VolumeId=volume)
        # moto answers with all AMIs' snapshots unless it is asked for the caller's own.
        runs = {
            "copy_snapshot": lambda: cpu(copy, 10),
            "describe by id": lambda: cpu(lambda: client.describe_snapshots(SnapshotIds=[one]), 10),
            "describe 1 000": lambda: cpu(lambda: many.describe_snapshots(OwnerIds=["self"])),
        }
        return in_turns(runs, rounds=4)


def stubber_figures() -> dict[str, float]:
    """Return what botocore's Stubber costs, by call: to say what comes back, and to get it."""
    client = boto3.client("ec2", "us-east-1", **KEYS)
    stubber = Stubber(client)
    stubber.activate()
    copy = copying(client, ["snap-0123456789abcdef0"], "alias/aws/ebs")
    names = ("SourceRegion", "SourceSnapshotId", "Encrypted", "KmsKeyId", "Description")
    expected = dict.fromkeys(names, ANY)
    snapshot = {"SnapshotId": "snap-0123456789abcdef0", "State": "completed", "VolumeSize": 8}

    def stubbed_copy() -> None:
        stubber.add_response("copy_snapshot", {"SnapshotId": "snap-1"}, expected)
        copy()

    def stubbed_describe(count: int) -> None:
        stubber.add_response("describe_snapshots", {"Snapshots": [snapshot] * count})
        client.describe_snapshots()

    runs = {
        "copy_snapshot": lambda: cpu(stubbed_copy, 50),
        "describe by id": lambda: cpu(lambda: stubbed_describe(1), 50),
        "describe 1 000": lambda: cpu(lambda: stubbed_describe(MANY)),
    }
    return in_turns(runs, rounds=6)


TARGETS = {
    "copy_snapshot": 1.15,
    "copy_snapshot, to its end": 1.15,
    "describe by id": 1.10,
    "describe 1 000": 1.10,
}


def rows(clock: str) -> list[Row]:
    """Return the table of calls, in microseconds."""
    fake, stubber = fake_figures(clock), stubber_figures()
    moto = beside_moto(moto_figures) or {}
    beside = beside_moto(fake_figures, clock) or {}
    return [
        *(
            Row(name, "µs", floor, mine, stubber.get(name), moto.get(name), mine / floor,
                TARGETS[name])
            for name, (mine, floor) in fake.items()
        ),
        *(
            Row(f"{name}, moto imported", "µs", floor, mine, ratio=mine / floor)
            for name, (mine, floor) in beside.items()
        ),
    ]  # fmt: skip
