"""Texts that remember their snapshot, and what a failed comparison with one shows."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.domain.redaction import Veiled
from pytest_fakecopy.views.telling import explanation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy import Snapshot


@pytest.fixture
def failed() -> Iterator[Snapshot]:
    """A copy whose key names nothing."""
    with FakeEC2(clock="virtual") as fake:
        source = fake.snapshots.add()
        answer = fake.client("ec2").copy_snapshot(
            SourceRegion="us-east-1",
            SourceSnapshotId=source.snapshot_id,
            Encrypted=True,
            KmsKeyId="alias/none",
        )
        yield fake.assert_eventually_error(answer["SnapshotId"])


def test_a_state_is_a_text(failed: Snapshot) -> None:
    """Comparing, hashing, formatting and sending it elsewhere know no difference."""
    state = failed.state

    assert state == "error"
    assert {state: 1}["error"] == 1
    assert (f"{state}", repr(state), json.dumps(state)) == ("error", "'error'", '"error"')
    for twin in (pickle.loads(pickle.dumps(state)), copy.deepcopy(state)):  # noqa: S301  # our own
        assert (twin, type(twin)) == ("error", str)


def test_a_state_message_is_none_or_a_text(failed: Snapshot) -> None:
    """It is searched and compared as any text."""
    assert failed.state_message == "Given key ID is not accessible"

    with FakeEC2(clock="virtual") as fake:
        assert fake.snapshots.add().state_message is None


@pytest.mark.parametrize("swapped", [False, True])
def test_the_explanation_of_a_state(failed: Snapshot, swapped: bool) -> None:
    """It names the snapshot, its state and message, and why, on whichever side it stands."""
    sides = ("completed", failed.state) if swapped else (failed.state, "completed")

    lines = explanation("==", *sides)

    assert lines == [
        f"{sides[0]!r} == {sides[1]!r}",
        f"{failed.snapshot_id} is 'error' 'Given key ID is not accessible'",
        "why: kms-key-is-usable: alias/none names no KMS key in us-east-1 for account 111122223333",
    ]


def test_the_explanation_without_a_message() -> None:
    """A snapshot without a message is told without one."""
    with FakeEC2(clock="virtual") as fake:
        snapshot = fake.snapshots.add()
        lines = explanation("!=", snapshot.state, "completed")

    assert lines == [
        "'completed' != 'completed'",
        f"{snapshot.snapshot_id} is 'completed'",
        "why: the test added it",
    ]


def test_other_values_are_left_to_pytest() -> None:
    """It says nothing of texts that are no snapshot's."""
    assert explanation("==", "error", "completed") is None


def test_a_veiled_text_is_never_shown() -> None:
    """Neither is the other side, which may hold the same secret."""
    url = Veiled("https://host/?X-Amz-Signature=one", "https://host/?X-Amz-Signature=***")

    assert explanation("==", url, "https://host/?X-Amz-Signature=two") == [
        "'https://host/?X-Amz-Signature=***' == 'https://host/?X-Amz-Signature=***'"
    ]
    assert explanation("==", None, url) == ["None == 'https://host/?X-Amz-Signature=***'"]


def test_a_secret_is_not_explained() -> None:
    """Neither as the value that hides itself nor as the plain text beside it."""
    secret = Veiled("wJalrXUtnFEMI")

    assert explanation("!=", secret, "wJalrXUtnFEMI") == ["'***' != '***'"]
    assert explanation("==", "mine", secret) == ["'mine' == '***'"]
