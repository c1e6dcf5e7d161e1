"""Rules on the source: authorization, existence, state and tier, in both books."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.domain.permissions import Deny, Permissions
from pytest_fakecopy.domain.rulebooks.documented import DOCUMENTED
from pytest_fakecopy.domain.rulebooks.observed import OBSERVED
from pytest_fakecopy.domain.verdicts import FailLater, Reject
from tests.builders import (
    ACCOUNT,
    HERE,
    OTHER_ACCOUNT,
    SOURCE_ID,
    THERE,
    copy_attempt,
    snapshot_record,
)

if TYPE_CHECKING:
    from pytest_fakecopy.domain.rules import RuleBook
    from pytest_fakecopy.domain.snapshots import SnapshotState

DESTINATION = f"arn:aws:ec2:{HERE}::snapshot/*"
SOURCE = f"arn:aws:ec2:{THERE}::snapshot/{SOURCE_ID}"
TAGS = ({"ResourceType": "snapshot", "Tags": [{"Key": "team", "Value": "storage"}]},)


@pytest.mark.parametrize("book", [DOCUMENTED, OBSERVED])
@pytest.mark.parametrize(
    ("denies", "tags", "denied"),
    [
        pytest.param((), (), None, id="no-deny"),
        pytest.param((Deny("kms:*"),), (), None, id="other-action"),
        pytest.param((Deny("ec2:CopySnapshot", account_id=OTHER_ACCOUNT),), (), None, id="other"),
        pytest.param(
            (Deny("ec2:CopySnapshot", f"arn:aws:ec2:{THERE}::snapshot/x"),), (), None, id="x"
        ),
        pytest.param(
            (Deny("ec2:CopySnapshot"),), (), ("ec2:CopySnapshot", DESTINATION), id="everything"
        ),
        pytest.param(
            (Deny("ec2:CopySnapshot", DESTINATION),),
            (),
            ("ec2:CopySnapshot", DESTINATION),
            id="destination",
        ),
        pytest.param(
            (Deny("ec2:CopySnapshot", SOURCE),), (), ("ec2:CopySnapshot", SOURCE), id="source"
        ),
        pytest.param((Deny("ec2:CreateTags"),), (), None, id="tags-not-asked-for"),
        pytest.param((Deny("ec2:CreateTags"),), TAGS, ("ec2:CreateTags", DESTINATION), id="tags"),
        pytest.param(
            (Deny("ec2:CreateTags"), Deny("ec2:CopySnapshot", SOURCE)),
            TAGS,
            ("ec2:CopySnapshot", SOURCE),
            id="source-before-tags",
        ),
    ],
)
def test_caller_is_authorized(
    book: RuleBook,
    denies: tuple[Deny, ...],
    tags: tuple[dict[str, object], ...],
    denied: tuple[str, str] | None,
) -> None:
    """The destination is asked first, then the source, then CreateTags where there are tags."""
    attempt = copy_attempt(permissions=Permissions(denies), tag_specifications=tags)

    verdict = book["caller-is-authorized"].check(attempt)

    if denied is None:
        assert verdict is None
    else:
        action, resource = denied
        assert isinstance(verdict, Reject)
        assert (verdict.error.code, verdict.error.status) == ("UnauthorizedOperation", 403)
        assert (
            f"not authorized to perform: {action} on resource: {resource} " in verdict.error.message
        )
        assert verdict.why == f"{action} on {resource} is denied"


MISSING_WHY = f"{SOURCE_ID} is no snapshot in {THERE} that account {ACCOUNT} can see"


def test_source_snapshot_exists_documented() -> None:
    """A source that the caller can't see is not found, at once."""
    check = DOCUMENTED["source-snapshot-exists"].check
    error = ErrorResponse(
        "InvalidSnapshot.NotFound", f"The snapshot '{SOURCE_ID}' does not exist.", 400
    )

    assert check(copy_attempt()) is None
    assert check(copy_attempt(source=None)) == Reject(error, MISSING_WHY)


def test_source_snapshot_exists_observed() -> None:
    """The service was seen to accept the call and fail the copy."""
    check = OBSERVED["source-snapshot-exists"].check

    assert check(copy_attempt()) is None
    assert check(copy_attempt(source=None)) == FailLater(
        "Source snapshot is not found", MISSING_WHY
    )
    assert OBSERVED["source-snapshot-exists"] in OBSERVED.validation


@pytest.mark.parametrize("state", ["pending", "error", "recoverable", "recovering"])
def test_source_is_completed(state: SnapshotState) -> None:
    """The books refuse or fail a source in any other state."""
    attempt = copy_attempt(source=snapshot_record(state=state))

    documented = DOCUMENTED["source-is-completed"].check(attempt)
    observed = OBSERVED["source-is-completed"].check(attempt)

    why = f"the source is {state}"
    error = ErrorResponse("IncorrectState", f"Snapshot is in invalid state - {state}", 400)
    assert documented == Reject(error, why)
    assert observed == FailLater("Source snapshot is not complete", why)


def test_source_is_not_archived() -> None:
    """The books refuse or fail a source in the archive tier."""
    attempt = copy_attempt(source=snapshot_record(storage_tier="archive"))

    documented = DOCUMENTED["source-is-not-archived"].check(attempt)
    observed = OBSERVED["source-is-not-archived"].check(attempt)

    why = "the source is archived: restore it first"
    error = ErrorResponse("IncorrectState", "Snapshot is in invalid state - archived", 400)
    assert documented == Reject(error, why)
    assert observed == FailLater("Source snapshot is not complete", why)


@pytest.mark.parametrize("book", [DOCUMENTED, OBSERVED])
@pytest.mark.parametrize("name", ["source-is-completed", "source-is-not-archived"])
@pytest.mark.parametrize("there", [True, False])
def test_a_good_source_and_a_missing_one_pass_these(book: RuleBook, name: str, there: bool) -> None:
    """That a source is missing is another rule's finding."""
    attempt = copy_attempt(source=snapshot_record() if there else None)

    assert book[name].check(attempt) is None
