"""Faults end to end: what botocore makes of them, and what the journal says."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
    WaiterError,
)
from botocore.session import Session

from pytest_fakecopy import FakeCopyAssertionError, FakeEC2, UsageError
from pytest_fakecopy.domain.known_codes import ERROR_CODES
from pytest_fakecopy.domain.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def fake_ec2() -> Iterator[FakeEC2]:
    """A fake whose time moves alone."""
    with FakeEC2(clock="virtual") as fake:
        yield fake


@pytest.fixture
def ec2(fake_ec2: FakeEC2) -> Any:
    """A client that retries as botocore does by default."""
    return fake_ec2.client("ec2")


@pytest.fixture
def request_(fake_ec2: FakeEC2) -> dict[str, str]:
    """The parameters of a good copy."""
    source = fake_ec2.snapshots.add(region="us-west-2")
    return {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id}


def statuses(fake_ec2: FakeEC2, operation: str = "CopySnapshot") -> list[tuple[int, str | None]]:
    """Return status and error code of each request."""
    return [(entry.status, entry.error_code) for entry in fake_ec2.journal.requests(operation)]


class TestReject:
    """`faults.reject`: an error in place of an operation."""

    def test_throttling_is_retried_and_counted(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str]
    ) -> None:
        """botocore retries a 503 by itself; each attempt stands in the journal."""
        fake_ec2.faults.reject("CopySnapshot", "RequestLimitExceeded", status=503, times=2)

        copy = ec2.copy_snapshot(**request_)

        assert copy["ResponseMetadata"]["RetryAttempts"] == 2
        throttled = (503, "RequestLimitExceeded")
        assert statuses(fake_ec2) == [throttled, throttled, (200, None)]

    @pytest.mark.parametrize(("mode", "attempts"), [("legacy", 5), ("standard", 3)])
    def test_retries_come_to_an_end(
        self, fake_ec2: FakeEC2, request_: dict[str, str], mode: str, attempts: int
    ) -> None:
        """However often a client tries, the error reaches the code, and nothing is made."""
        config = Config(retries={"mode": mode})
        ec2 = fake_ec2.client("ec2", config=config)
        fake_ec2.faults.reject("CopySnapshot", "RequestLimitExceeded", status=503, times=None)

        with pytest.raises(ClientError, match=f"reached max retries: {attempts - 1}"):
            ec2.copy_snapshot(**request_)

        assert len(statuses(fake_ec2)) == attempts
        assert fake_ec2.snapshots.copies == []

    @pytest.mark.parametrize(
        ("mode", "answers"), [("legacy", [400]), ("standard", [400, 200]), ("adaptive", [400, 200])]
    )
    def test_whether_it_is_retried_depends_on_status_and_mode(
        self, fake_ec2: FakeEC2, request_: dict[str, str], mode: Any, answers: list[int]
    ) -> None:
        """EC2 throttles with 503; with 400 legacy mode takes the same code for final."""
        ec2 = fake_ec2.client("ec2", config=Config(retries={"mode": mode}))
        fake_ec2.faults.reject("CopySnapshot", "RequestLimitExceeded")

        with suppress(ClientError):
            ec2.copy_snapshot(**request_)

        assert [status for status, _ in statuses(fake_ec2)] == answers

    def test_code_text_and_status_are_the_tests(self, fake_ec2: FakeEC2, ec2: Any) -> None:
        """The client meets what was asked for."""
        fake_ec2.faults.reject("DescribeSnapshots", "Blocked", "Your account is blocked.")

        with pytest.raises(ClientError) as caught:
            ec2.describe_snapshots()

        response = caught.value.response
        assert response["Error"] == {"Code": "Blocked", "Message": "Your account is blocked."}
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400

    def test_a_text_is_made_where_none_is_given(self, fake_ec2: FakeEC2, ec2: Any) -> None:
        """It says that it is none of AWS's."""
        fake_ec2.faults.reject("DescribeSnapshots", "Blocked")

        with pytest.raises(ClientError, match=r"Blocked, as the test asked for\.$"):
            ec2.describe_snapshots()

    def test_kms_and_sts_are_rejected_too(self, fake_ec2: FakeEC2) -> None:
        """An operation is looked up by its name, in whatever service it is."""
        fake_ec2.faults.reject("GetCallerIdentity", "AccessDenied", status=403)

        with pytest.raises(ClientError, match="AccessDenied"):
            fake_ec2.client("sts").get_caller_identity()

    def test_faults_are_used_up_in_order(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str]
    ) -> None:
        """Each operation has a queue of its own."""
        fake_ec2.faults.reject("CopySnapshot", "ResourceLimitExceeded")
        fake_ec2.faults.reject("DescribeSnapshots", "Blocked")
        fake_ec2.faults.reject("CopySnapshot", "AuthFailure", status=403)

        codes = [
            error_of(call)
            for call in (
                lambda: ec2.copy_snapshot(**request_),
                lambda: ec2.copy_snapshot(**request_),
                ec2.describe_snapshots,
            )
        ]

        assert codes == ["ResourceLimitExceeded", "AuthFailure", "Blocked"]
        assert repr(fake_ec2.faults) == "<Faults 0 unused>"

    @pytest.mark.parametrize(
        ("code", "nearest"),
        [
            pytest.param("RequestLimitExceded", "RequestLimitExceeded", id="misspelt"),
            pytest.param("InvalidSnapshotID.NotFound", "InvalidSnapshot.NotFound", id="mixed-up"),
            pytest.param("NotFoundExeption", "NotFoundException", id="of-kms"),
        ],
    )
    def test_an_unknown_code_is_refused(self, fake_ec2: FakeEC2, code: str, nearest: str) -> None:
        """The message has the nearest one, and the line that lets it through."""
        with pytest.raises(UsageError) as caught:
            fake_ec2.faults.reject("CopySnapshot", code)

        assert f"Did you mean '{nearest}'?" in str(caught.value)
        assert f"reject('CopySnapshot', '{code}', unlisted=True)" in str(caught.value)

    def test_an_unlisted_code_is_the_tests_own(self, fake_ec2: FakeEC2, ec2: Any) -> None:
        """A proxy may answer with whatever it likes."""
        fake_ec2.faults.reject("DescribeSnapshots", "ProxyError", status=407, unlisted=True)

        assert error_of(ec2.describe_snapshots) == "ProxyError"

    @pytest.mark.parametrize("code", ["", "not a code", None, 503], ids=repr)
    def test_what_is_no_code_is_refused(self, fake_ec2: FakeEC2, code: Any) -> None:
        """Listed or not."""
        with pytest.raises(UsageError, match='expected an error code, "RequestLimitExceeded"'):
            fake_ec2.faults.reject("CopySnapshot", code, unlisted=True)

    def test_an_operation_that_is_not_served_is_refused(self, fake_ec2: FakeEC2) -> None:
        """A fault for it would never be met."""
        with pytest.raises(UsageError, match=r"'CopySnapshots' is served\. Did you mean 'Copy"):
            fake_ec2.faults.reject("CopySnapshots", "Blocked")

    @pytest.mark.parametrize("status", [200, 399, 600, "503"])
    def test_a_status_of_no_error_is_refused(self, fake_ec2: FakeEC2, status: Any) -> None:
        """A rejection is a client error or a server error."""
        with pytest.raises(UsageError, match="expected an HTTP status of an error, 400 to 599"):
            fake_ec2.faults.reject("CopySnapshot", "Blocked", status=status)


def error_of(call: Callable[[], object]) -> str:
    """Return the code of the error that a call raises."""
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.drift
@pytest.mark.parametrize("service", ["kms", "sts"])
def test_the_known_codes_are_those_of_the_models(service: str) -> None:
    """botocore's models name the errors of each operation that is served."""
    model = Session().get_service_model(service)
    operations = [model.operation_model(name) for name in OPERATIONS[service]]
    codes = {
        shape.metadata.get("error", {}).get("code", shape.name)
        for operation in operations
        for shape in operation.error_shapes
    }

    assert codes - ERROR_CODES == set()


class TestDisconnect:
    """`faults.disconnect`: no answer at all."""

    @pytest.mark.parametrize(
        ("kind", "error"),
        [
            pytest.param("closed", ConnectionClosedError, id="closed"),
            pytest.param("timeout", ReadTimeoutError, id="timeout"),
        ],
    )
    def test_it_is_botocores_own_error(
        self, fake_ec2: FakeEC2, kind: Any, error: type[Exception]
    ) -> None:
        """Without retries the code under test meets what the network would give it."""
        fake_ec2.faults.disconnect("DescribeSnapshots", kind=kind)

        with pytest.raises(error):
            fake_ec2.client("ec2", config=ONCE).describe_snapshots()

        assert statuses(fake_ec2, "DescribeSnapshots") == [(0, None)]

    @pytest.mark.parametrize("kind", ["closed", "timeout"])
    def test_it_is_retried(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str], kind: Any
    ) -> None:
        """A copy that nobody answered is asked for once more."""
        fake_ec2.faults.disconnect("CopySnapshot", kind=kind, times=2)

        ec2.copy_snapshot(**request_)

        assert statuses(fake_ec2) == [(0, None), (0, None), (200, None)]
        assert len(fake_ec2.snapshots.copies) == 1

    def test_another_kind_is_refused(self, fake_ec2: FakeEC2) -> None:
        """There are three."""
        with pytest.raises(UsageError, match=r'kind=\'reset\'\): expected "closed", "timeout" or'):
            fake_ec2.faults.disconnect("CopySnapshot", kind="reset")  # type: ignore[arg-type]  # wrong


class TestCopies:
    """Faults of copies: failed, held, invisible, and what happens meanwhile."""

    def test_a_copy_fails_when_it_is_validated(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str]
    ) -> None:
        """The waiter ends, and the next copy is good again."""
        fake_ec2.faults.fail_copies("Given key ID is not accessible")
        bad = ec2.copy_snapshot(**request_)["SnapshotId"]

        with pytest.raises(WaiterError, match="terminal failure state"):
            ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[bad])

        assert fake_ec2.snapshots[bad].state_message == "Given key ID is not accessible"
        assert "a fault of the test" in fake_ec2.snapshots[bad].why
        fake_ec2.assert_eventually_completed(ec2.copy_snapshot(**request_)["SnapshotId"])

    def test_a_copy_fails_after_a_while(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str]
    ) -> None:
        """It makes progress up to then."""
        fake_ec2.faults.fail_copies("Gone", after=300)
        copy = fake_ec2.snapshots[ec2.copy_snapshot(**request_)["SnapshotId"]]

        fake_ec2.clock.tick(299)

        assert (copy.state, copy.progress) == ("pending", 99)

        fake_ec2.clock.tick(1)

        assert (copy.state, copy.state_message) == ("error", "Gone")

    def test_copies_are_held_and_released(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str]
    ) -> None:
        """The waiter gives up after ten minutes; released, the copy ends at once."""
        fake_ec2.faults.hold_copies()
        copy = ec2.copy_snapshot(**request_)["SnapshotId"]

        with pytest.raises(WaiterError, match="Max attempts exceeded"):
            ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[copy])
        assert repr(fake_ec2.faults) == "<Faults 0 unused, copies held>"

        fake_ec2.faults.release_copies()

        assert fake_ec2.snapshots[copy].state == "completed"

    def test_a_new_id_is_not_visible_yet(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str]
    ) -> None:
        """The waiter fails with NotFound at once, as it does with EC2; later it is there."""
        fake_ec2.faults.delay_visibility(30)
        fake_ec2.clock.tick(60)
        copy = ec2.copy_snapshot(**request_)["SnapshotId"]

        with pytest.raises(WaiterError, match=r"InvalidSnapshot\.NotFound"):
            ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[copy])

        fake_ec2.clock.tick(30)

        assert ec2.describe_snapshots(SnapshotIds=[copy])["Snapshots"][0]["SnapshotId"] == copy

    def test_something_happens_meanwhile(
        self, fake_ec2: FakeEC2, ec2: Any, request_: dict[str, str]
    ) -> None:
        """A key is disabled while code waits that copies and waits in one function."""
        key = fake_ec2.kms.add_key(alias="backup")
        seen: list[str] = []
        fake_ec2.faults.meanwhile(lambda: seen.append(fake_ec2.snapshots.copies[0].state))
        fake_ec2.faults.meanwhile(key.disable)

        ec2.copy_snapshot(**request_)
        copy = ec2.copy_snapshot(**request_, Encrypted=True, KmsKeyId="alias/backup")

        assert fake_ec2.assert_eventually_error(copy["SnapshotId"]).why.endswith("is Disabled")
        assert seen == ["pending"]

    def test_what_cannot_be_called_is_refused(self, fake_ec2: FakeEC2) -> None:
        """The call itself is a common mistake for it."""
        with pytest.raises(UsageError, match=r"meanwhile\(None\): expected a function"):
            fake_ec2.faults.meanwhile(None)  # type: ignore[arg-type]  # wrong


def test_what_was_never_met_is_reported() -> None:
    """A fault that the code under test never came to is a finding at the end of the test."""
    fake_ec2 = FakeEC2(clock="virtual").__enter__()
    fake_ec2.faults.reject("CopySnapshot", "Blocked")
    fake_ec2.faults.disconnect("DescribeSnapshots")
    fake_ec2.faults.disconnect("DescribeSnapshots", times=10**18)
    fake_ec2.faults.fail_copies("Gone")
    fake_ec2.faults.fail_copies("Late", after=30)
    fake_ec2.faults.meanwhile(print)

    with pytest.raises(FakeCopyAssertionError) as caught:
        fake_ec2.__exit__(None, None, None)

    lines = str(caught.value).splitlines()
    assert lines[0] == "Nothing met what the test had set up with fake_ec2.faults:"
    assert lines[1:] == [
        "  1 x reject('CopySnapshot', 'Blocked', status=400)",
        "  1000000000000000001 x disconnect('DescribeSnapshots', kind='closed')",
        "  1 x fail_copies('Gone')",
        "  1 x fail_copies('Late', after=30)",
        "  1 x meanwhile(print)",
        "Ask for as many times as the code under test makes the call.",
    ]
