"""How code under test is tried with a scenario, and what is found out about it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_fakecopy import FakeCopyAssertionError, FakeEC2, UnexpectedRequest, UsageError
from pytest_fakecopy.scenarios import CopyCall, Ends, Rejected, scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class CopyFailedError(Exception):
    """What the code under test raises."""


@pytest.fixture
def fake_ec2() -> Iterator[FakeEC2]:
    """A fake that goes by the reference."""
    with FakeEC2(clock="virtual") as fake:
        yield fake


def start(call: CopyCall) -> Any:
    """Copy, and do not wait."""
    return call.client.copy_snapshot(**call.parameters)


def wait(call: CopyCall) -> str:
    """Copy as it should be done: wait, and raise where the copy fails."""
    client = call.client
    copy = client.copy_snapshot(**call.parameters)
    client.get_waiter("snapshot_completed").wait(SnapshotIds=[copy["SnapshotId"]])
    return str(copy["SnapshotId"])


def wait_and_delete(call: CopyCall) -> str:
    """Copy, and delete a copy that fails."""
    client = call.client
    copy = client.copy_snapshot(**call.parameters)
    try:
        client.get_waiter("snapshot_completed").wait(SnapshotIds=[copy["SnapshotId"]])
    except Exception as error:
        client.delete_snapshot(SnapshotId=copy["SnapshotId"])
        raise CopyFailedError from error
    return str(copy["SnapshotId"])


def believe(call: CopyCall) -> str:
    """Copy, and take for a success whatever is no longer pending."""
    client = call.client
    snapshot_id = str(client.copy_snapshot(**call.parameters)["SnapshotId"])
    while _state_of(client, snapshot_id) == "pending":
        time.sleep(15)
    return snapshot_id


def _state_of(client: Any, snapshot_id: str) -> str:
    return str(client.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]["State"])


@pytest.mark.parametrize("id_", ["plain", "kms-key-disabled", "source-missing"])
def test_code_that_waits_passes(fake_ec2: FakeEC2, id_: str) -> None:
    """It returns a good copy, and raises what boto3 raises where there is none."""
    scenario(id_).check(fake_ec2, wait)


@pytest.mark.parametrize("id_", ["plain", "kms-key-disabled"])
def test_code_may_not_wait(fake_ec2: FakeEC2, id_: str) -> None:
    """Such code has to ask for the right copy, and need not know how it ends."""
    scenario(id_).check(fake_ec2, start, waits=False)


@pytest.mark.parametrize("id_", ["plain", "kms-key-disabled"])
def test_code_has_exceptions_of_its_own(fake_ec2: FakeEC2, id_: str) -> None:
    """They are named, and code that cleans up has nothing to hide."""
    scenario(id_).check(fake_ec2, wait_and_delete, raises=CopyFailedError, leaves_nothing=True)


def test_another_exception_goes_through(fake_ec2: FakeEC2) -> None:
    """A mistake in the test or in the code is no way to say that a copy failed."""

    def broken(call: CopyCall) -> str:
        return str(call.parameters["NoSuchParameter"])

    with pytest.raises(KeyError, match="NoSuchParameter"):
        scenario("kms-key-disabled").check(fake_ec2, broken)


def test_a_finding_of_the_fake_goes_through(fake_ec2: FakeEC2) -> None:
    """Also where the code may raise any exception."""

    def curious(call: CopyCall) -> str:
        return str(call.client.describe_instances())

    with pytest.raises(UnexpectedRequest, match="does not serve DescribeInstances"):
        scenario("source-missing").check(fake_ec2, curious, raises=Exception)
    fake_ec2._refusals.refused.clear()


def test_the_copy_in_error_is_found_out(fake_ec2: FakeEC2) -> None:
    """Code that takes a failed copy for a good one is told so, with what happened."""
    with pytest.raises(FakeCopyAssertionError) as caught:
        scenario("kms-key-disabled").check(fake_ec2, believe)

    lines = str(caught.value).splitlines()
    assert lines[0] == "Scenario kms-key-disabled: The key is disabled."
    assert re.fullmatch(
        "It returned snap-[0-9a-f]{17} as if all were well, and that is in 'error':"
        " 'Given key ID is not accessible'[.]",
        lines[1],
    )
    assert lines[2] == (
        "Expected by the rule book 'documented': accepted, ends in error,"
        " 'Given key ID is not accessible', by kms-key-is-usable."
    )
    assert "pending -> error" in str(caught.value)


def findings(fake_ec2: FakeEC2, id_: str, copy: Callable[[CopyCall], object], **more: Any) -> str:
    """Return what is found out about *copy*."""
    with pytest.raises(FakeCopyAssertionError) as caught:
        scenario(id_).check(fake_ec2, copy, **more)
    return str(caught.value)


def test_a_copy_that_is_pending_is_found_out(fake_ec2: FakeEC2) -> None:
    """Code that is to wait and does not is told how to say that it need not."""
    found = findings(fake_ec2, "plain", start)

    assert "which is still pending. For code that does not wait: check(..., waits=False)" in found


def test_raising_without_reason_is_found_out(fake_ec2: FakeEC2) -> None:
    """Code that raises although the copy is good is told so."""

    def shy(call: CopyCall) -> str:
        raise CopyFailedError(wait(call))

    found = findings(fake_ec2, "plain", shy, raises=CopyFailedError)

    assert "and nothing was wrong." in found


def test_a_failed_copy_that_is_left_is_found_out(fake_ec2: FakeEC2) -> None:
    """Code that has to clean up is told what it left behind; what was there before is not its."""
    found = findings(fake_ec2, "kms-key-disabled", wait, raises=Exception, leaves_nothing=True)

    assert re.search(r"and left snap-[0-9a-f]{17} \(error\) behind[.]", found)


def test_copies_of_the_arrangement_are_nobodys_fault(fake_ec2: FakeEC2) -> None:
    """Five copies are pending before the code is called, and may be so after."""
    scenario("copies-too-many").check(fake_ec2, wait, leaves_nothing=True)


def test_another_copy_is_found_out(fake_ec2: FakeEC2) -> None:
    """Code that forgets the key makes a copy, and not the one that was asked for."""

    def forgetful(call: CopyCall) -> object:
        parameters = {**call.parameters, "KmsKeyId": "alias/aws/ebs"}
        return call.client.copy_snapshot(**parameters)

    found = findings(fake_ec2, "plain-encrypted-with-key", forgetful, waits=False)

    assert "and that is: accepted, completes encrypted with alias/aws/ebs." in found
    assert "accepted, completes encrypted with alias/scenario-copy." in found


def test_swallowing_a_rejection_is_found_out(fake_ec2: FakeEC2) -> None:
    """Code that returns some copy where the call is rejected is told so."""

    def stubborn(call: CopyCall) -> object:
        try:
            return start(call)
        except ClientError:
            good = fake_ec2.snapshots.add(region="us-west-2")
            return call.client.copy_snapshot(
                SourceRegion="us-west-2", SourceSnapshotId=good.snapshot_id
            )

    found = findings(fake_ec2, "source-missing", stubborn, waits=False)

    assert "and that is: accepted, completes unencrypted." in found
    assert "rejected with InvalidSnapshot.NotFound, 400, by source-snapshot-exists." in found


def test_a_retry_may_get_through(fake_ec2: FakeEC2) -> None:
    """Where the very same call is accepted later, its reason to be rejected had gone."""

    def patient(call: CopyCall) -> str:
        with pytest.raises(ClientError, match="ResourceLimitExceeded"):
            start(call)
        time.sleep(90)
        return wait(call)

    scenario("copies-too-many").check(fake_ec2, patient)


def test_a_held_copy_is_found_out(fake_ec2: FakeEC2) -> None:
    """A copy that nothing is due to end can't be judged, and that is said."""
    fake_ec2.faults.hold_copies()

    found = findings(fake_ec2, "plain", start, waits=False)

    assert "has not ended: fake_ec2.faults.hold_copies() keeps it" in found


@pytest.mark.parametrize("returned", [None, {}, 7], ids=repr)
def test_what_names_no_copy_is_refused(fake_ec2: FakeEC2, returned: object) -> None:
    """The function that is passed has to return the id, or boto3's answer."""
    with pytest.raises(UsageError, match="expected the id of the copy, or boto3's answer"):
        scenario("plain").check(fake_ec2, lambda _: returned)


def test_a_snapshot_names_a_copy(fake_ec2: FakeEC2) -> None:
    """Code of a test may return what `fake_ec2.snapshots` has."""
    scenario("plain").check(fake_ec2, lambda call: fake_ec2.snapshots[wait(call)])


def test_a_rule_book_of_another_name_is_refused(fake_ec2: FakeEC2) -> None:
    """A scenario knows what two books expect, and says which."""
    fake_ec2.rules = type(fake_ec2.rules)("observe", (), ())

    with pytest.raises(UsageError, match=r"rule book 'observe'[.] Did you mean 'observed'[?]"):
        scenario("plain").run(fake_ec2)


def test_an_edited_book_comes_out_differently(fake_ec2: FakeEC2) -> None:
    """A book without the deciding rule keeps its name, and another outcome is returned."""
    fake_ec2.rules = fake_ec2.rules.without("kms-key-is-usable")

    outcome = scenario("kms-key-disabled").run(fake_ec2)

    assert outcome == Ends("completed", encrypted=True, kms_key="alias/scenario-copy")


def test_a_rejection_in_place_of_a_copy_keeps_its_text(fake_ec2: FakeEC2) -> None:
    """What comes out is as detailed as it can be where something else was expected."""
    fake_ec2.faults.reject("CopySnapshot", "ResourceLimitExceeded", "Too many.")

    outcome = scenario("plain").run(fake_ec2)

    assert outcome == Rejected("ResourceLimitExceeded", message="Too many.")


def test_outcomes_read_well() -> None:
    """A scenario and its expectations are shown in test ids and messages."""
    bad_key = scenario("kms-key-disabled")

    assert repr(bad_key) == "<Scenario kms-key-disabled: The key is disabled.>"
    assert str(Rejected("InternalError", 500)) == "rejected with InternalError, 500"
    assert str(Ends("error", "Gone")) == "accepted, ends in error, 'Gone'"


@pytest.mark.parametrize("id_", ["plain", "source-missing"])
def test_boto3_sends_it(fake_ec2: FakeEC2, id_: str) -> None:
    """Where nobody says how, a client of its own makes the call."""
    assert scenario(id_).run(fake_ec2) == scenario(id_).expected(fake_ec2)


def test_a_call_can_be_shown(fake_ec2: FakeEC2) -> None:
    """It has what a client needs, and makes a client."""
    call = scenario("source-region-missing").arrange(fake_ec2)

    assert (call.region, call.account_id, call.raw) == ("us-east-1", "111122223333", True)
    assert call.client.meta.region_name == "us-east-1"
    assert "SourceRegion" not in call.parameters


def test_a_call_is_a_mapping_of_its_parameters(fake_ec2: FakeEC2) -> None:
    """A client of one's own makes it with `**call`."""
    call = scenario("kms-key-disabled").arrange(fake_ec2)

    copy = fake_ec2.client("ec2", call.region).copy_snapshot(**call)

    assert dict(call) == dict(call.parameters)
    assert len(call) == len(call.parameters)
    assert fake_ec2.assert_eventually_error(copy["SnapshotId"]).why.endswith("is Disabled")


def test_an_end_is_written_as_briefly_as_it_is_read() -> None:
    """State, message, encryption and key go by their places."""
    assert Ends("completed", None, True, "alias/vault") == Ends(
        encrypted=True, kms_key="alias/vault"
    )
