"""How a scenario is carried out, and how what came out of it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn

from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from pytest_fakecopy.assertions import move_to_its_end
from pytest_fakecopy.errors import FakeCopyAssertionError, UsageError
from pytest_fakecopy.reporting import story_of
from pytest_fakecopy.scenarios.outcomes import CopyCall, Ends, Outcome, Rejected
from pytest_fakecopy.views.snapshots import Snapshot

if TYPE_CHECKING:
    from pytest_fakecopy.fake import FakeEC2

DESTINATION = "us-east-1"
"""The Region that scenarios copy to."""
SOURCE = "us-west-2"
"""The Region that most scenarios copy from."""
MISSING_ID = "snap-0fedcba9876543210"
"""The id of no snapshot."""
BOTO_ERRORS: tuple[type[Exception], ...] = (ClientError, WaiterError)
"""What code that leaves its errors to boto3 raises where it can't copy."""

# Sent as it stands, and once: an InternalError is retried otherwise.
_RAW = Config(parameter_validation=False, retries={"total_max_attempts": 1})


def copy_call(
    fake: FakeEC2, source: Snapshot | None, values: Mapping[str, object], *, raw: bool
) -> CopyCall:
    """Return the call that copies *source* to `DESTINATION` with *values* as its parameters."""
    parameters: dict[str, object] = {
        "SourceRegion": source.region if source is not None else SOURCE,
        "SourceSnapshotId": source.snapshot_id if source is not None else MISSING_ID,
        **values,
    }
    options = {"config": _RAW} if raw else {}
    return CopyCall(
        {name: value for name, value in parameters.items() if value is not None},
        DESTINATION,
        fake.accounts.default.account_id,
        raw,
        lambda: fake.client("ec2", DESTINATION, **options),
    )


def send(call: CopyCall) -> str | Rejected:
    """Make the call with boto3."""
    return send_with(call.client, call.parameters)


def send_with(client: Any, parameters: Mapping[str, Any]) -> str | Rejected:  # noqa: ANN401  # boto3's
    """Call CopySnapshot with a client, and return the id of the copy or how it was rejected."""
    try:
        answer = client.copy_snapshot(**parameters)
    except ClientError as error:
        return rejected(error.response)
    return str(answer["SnapshotId"])


def rejected(response: Mapping[str, Any]) -> Rejected:
    """Return the rejection that an error response of boto3 stands for."""
    error = response["Error"]
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return Rejected(error["Code"], status, message=error["Message"])


def outcome_of(fake: FakeEC2, sent: str | Rejected, expected: Outcome) -> Outcome:
    """Return what came out of a call, in as much detail as *expected* has.

    Args:
        fake: The fake; its time is moved to the end of the copy.
        sent: The id of the copy, or how the call was rejected.
        expected: Where it leaves the message or the minutes open, the outcome does too.
    """
    if isinstance(sent, Rejected):
        open_message = isinstance(expected, Rejected) and expected.message is None
        message = None if open_message else sent.message
        return replace(sent, message=message, rule=_deciding_rule(fake, None))
    snapshot = fake.snapshots[sent]
    move_to_its_end(fake, snapshot)
    timed = isinstance(expected, Ends) and expected.minutes is not None
    return _end_of(fake, snapshot, timed=timed)


def _end_of(fake: FakeEC2, snapshot: Snapshot, *, timed: bool) -> Ends:
    if snapshot.state not in ("completed", "error"):
        msg = f"{snapshot!r} has not ended: {fake.obstacle(snapshot.snapshot_id)}"
        raise FakeCopyAssertionError(msg)
    return Ends(
        "error" if snapshot.state == "error" else "completed",
        snapshot.state_message,
        encrypted=snapshot.encrypted,
        kms_key=_key_name(fake, snapshot.kms_key_id),
        minutes=_minutes(snapshot) if timed else None,
        rule=_deciding_rule(fake, snapshot.snapshot_id) if snapshot.state == "error" else None,
    )


def _minutes(snapshot: Snapshot) -> float | None:
    completed = snapshot.completion_time
    return (completed - snapshot.start_time).total_seconds() / 60 if completed else None


def _key_name(fake: FakeEC2, arn: str | None) -> str | None:
    if arn is None:
        return None
    aliases = [alias for key in fake.kms if key.arn == arn for alias in key.aliases]
    return aliases[0] if aliases else arn.rpartition("/")[2]


def _deciding_rule(fake: FakeEC2, snapshot_id: str | None) -> str | None:
    """Return the rule that objected last, to that copy or to a call that made none."""
    records = [record for record in fake.journal.verdicts() if record.snapshot_id == snapshot_id]
    findings = records[-1].judgement.findings if records else ()
    return findings[-1].rule.name if findings else None


@dataclass(frozen=True, slots=True)
class Trial:
    """Code under test that is tried with a scenario."""

    fake: FakeEC2
    scenario: str
    about: str
    expected: Outcome
    call: CopyCall
    _before: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Note the copies that are there already."""
        ids = frozenset(copy.snapshot_id for copy in self.fake.snapshots.copies)
        object.__setattr__(self, "_before", ids)

    def check_raised(self, error: Exception, *, leaves_nothing: bool) -> None:
        """Check that there was a reason to raise, and that no failed copy is left."""
        __tracebackhide__ = True
        expected = self.expected
        if isinstance(expected, Ends) and expected.state == "completed":
            self._found(f"It raised {error!r}, and nothing was wrong.", error)
        left = [copy for copy in self._made() if copy.state != "completed"]
        if leaves_nothing and left:
            ids = ", ".join(f"{copy.snapshot_id} ({copy.state})" for copy in left)
            self._found(f"It raised {error!r}, and left {ids} behind.", error)

    def check_returned(self, returned: object, *, waits: bool) -> None:
        """Check that what it returned as a good copy is one, and the one that was asked for."""
        __tracebackhide__ = True
        snapshot_id = _id_of(returned)
        snapshot = self.fake.snapshots[snapshot_id]
        state = snapshot.state
        if state == "error":
            self._found(
                f"It returned {snapshot_id} as if all were well, and that is in 'error':"
                f" {snapshot.state_message!r}."
            )
        if waits and state == "pending":
            self._found(
                f"It returned {snapshot_id}, which is still pending. For code that does not wait:"
                " check(..., waits=False)"
            )
        if isinstance(self.expected, Rejected) and self._is_accepted_retry():
            return
        outcome = outcome_of(self.fake, snapshot_id, self.expected)
        if outcome != self.expected:
            self._found(f"It returned {snapshot_id}, and that is: {outcome}.")

    def _is_accepted_retry(self) -> bool:
        """Say whether the same call was rejected and then accepted: the reason had gone."""
        calls = [
            entry.error_code
            for entry in self.fake.journal.requests("CopySnapshot")
            if all(
                entry.parameters.get(name) == value for name, value in self.call.parameters.items()
            )
        ]
        return len(calls) > 1 and calls[-1] is None

    def _made(self) -> list[Snapshot]:
        copies = self.fake.snapshots.copies
        return [copy for copy in copies if copy.snapshot_id not in self._before]

    def _found(self, what: str, cause: Exception | None = None) -> NoReturn:
        __tracebackhide__ = True
        made = [story_of(self.fake.story(), copy.snapshot_id) for copy in self._made()]
        lines = [
            f"Scenario {self.scenario}: {self.about}",
            what,
            f"Expected by the rule book {self.fake.rules.name!r}: {self.expected}.",
            *(f"\n{story}" for story in made),
        ]
        raise FakeCopyAssertionError("\n".join(lines)) from cause


def _id_of(returned: object) -> str:
    if isinstance(returned, Snapshot):
        return returned.snapshot_id
    value = returned.get("SnapshotId") if isinstance(returned, Mapping) else returned
    if isinstance(value, str):
        return value
    msg = (
        f"The code under test returned {returned!r}: expected the id of the copy, or boto3's answer"
        ' with "SnapshotId" in it. Let the function that you pass return it:'
        " check(fake_ec2, lambda call: my_copy(call.client, **call.parameters))"
    )
    raise UsageError(msg)
