"""The order of both books, and that the first rule that rejects decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.permissions import Deny, Permissions
from pytest_fakecopy.domain.rulebooks import BOOKS, book
from pytest_fakecopy.domain.rulebooks.documented import DOCUMENTED
from pytest_fakecopy.domain.rulebooks.observed import OBSERVED
from pytest_fakecopy.domain.verdicts import Evidence, FailLater, Reject
from pytest_fakecopy.errors import UsageError
from tests.builders import encrypted_attempt, key_record, snapshot_record

if TYPE_CHECKING:
    from pytest_fakecopy.domain.rules import RuleBook

ADMISSION = {
    "documented": (
        "source-snapshot-id-is-given",
        "source-region-is-given",
        "source-snapshot-id-is-well-formed",
        "source-region-exists",
        "completion-duration-is-valid",
        "tags-are-valid",
        "encrypted-is-not-false",
        "kms-key-needs-encrypted",
        "destination-is-consistent",
        "caller-is-authorized",
        "request-is-not-a-dry-run",
        "presigned-url-is-given",
        "source-snapshot-exists",
        "source-is-completed",
        "source-is-not-archived",
        "copies-are-within-the-limit",
    ),
    "observed": (
        "source-snapshot-id-is-given",
        "source-region-is-given",
        "source-snapshot-id-is-well-formed",
        "source-region-exists",
        "completion-duration-is-valid",
        "tags-are-valid",
        "destination-is-consistent",
        "caller-is-authorized",
        "request-is-not-a-dry-run",
        "destination-region-matches-endpoint",
        "presigned-url-is-consistent",
        "kms-key-is-usable",
        "copies-are-within-the-limit",
    ),
}
VALIDATION = {
    "documented": ("source-key-is-accessible", "kms-key-is-usable", "presigned-url-is-valid"),
    "observed": (
        "source-snapshot-exists",
        "source-is-completed",
        "source-is-not-archived",
        "source-key-is-accessible",
        "grants-can-be-created",
    ),
}


@pytest.mark.parametrize("name", ["documented", "observed"])
def test_the_order_of_a_book(name: str) -> None:
    """Both tables of both books, whole."""
    of = BOOKS[name]

    assert tuple(rule.name for rule in of.admission) == ADMISSION[name]
    assert tuple(rule.name for rule in of.validation) == VALIDATION[name]
    assert of.limit is None


DENIED = Permissions((Deny("ec2:CopySnapshot"),))
# One way to break each rule of admission, in an attempt that is otherwise good.
BREAKING: dict[str, dict[str, Any]] = {
    "source-snapshot-id-is-given": {"source_snapshot_id": None},
    "source-region-is-given": {"source_region": None},
    "source-snapshot-id-is-well-formed": {"source_snapshot_id": "bad"},
    "source-region-exists": {"source_region": "nowhere"},
    "completion-duration-is-valid": {"completion_duration_minutes": 14},
    "tags-are-valid": {"tag_specifications": ({"ResourceType": "volume"},)},
    "encrypted-is-not-false": {"encrypted": False},
    "kms-key-needs-encrypted": {"encrypted": None},
    "destination-is-consistent": {"destination_availability_zone": "nowhere-1a"},
    "caller-is-authorized": {"permissions": DENIED},
    "request-is-not-a-dry-run": {"dry_run": True},
    "destination-region-matches-endpoint": {"destination_region": "eu-west-1"},
    "presigned-url-is-consistent": {"presigned_url": "not-a-url"},
    "presigned-url-is-given": {"source": snapshot_record(kms_key_arn="arn"), "presigned_url": None},
    "source-snapshot-exists": {"source": None},
    "source-is-completed": {"source": snapshot_record(state="pending")},
    "source-is-not-archived": {"source": snapshot_record(storage_tier="archive")},
    "kms-key-is-usable": {"key": key_record(key_state="Disabled")},
    "copies-are-within-the-limit": {"copies_in_progress": 20},
}
PAIRS = [
    pytest.param(name, first, second, id=f"{name}: {first} before {second}")
    for name, rules in ADMISSION.items()
    for position, first in enumerate(rules)
    for second in rules[position + 1 :]
]


def breaking(*names: str) -> dict[str, Any]:
    """Return members that break those rules together; the earlier rule's win."""
    members: dict[str, Any] = {}
    for name in reversed(names):
        members |= BREAKING[name]
    return members


@pytest.mark.parametrize(("name", "first", "second"), PAIRS)
def test_of_two_broken_rules_the_first_answers(name: str, first: str, second: str) -> None:
    """The last rule that was asked is the one that rejects, and it is the first that is broken."""
    judgement = book(name).admit(encrypted_attempt(**breaking(first, second)))

    assert judgement.rejection is not None
    assert judgement.asked[-1].name == first
    assert [finding.rule.name for finding in judgement.findings] == [first]


@pytest.mark.parametrize("of", [DOCUMENTED, OBSERVED])
def test_a_good_attempt_is_asked_everything(of: RuleBook) -> None:
    """No rule of either table objects."""
    admission, validation = of.admit(encrypted_attempt()), of.validate(encrypted_attempt())

    assert admission.findings == validation.findings == ()
    assert (admission.asked, validation.asked) == (of.admission, of.validation)


@pytest.mark.parametrize("of", [DOCUMENTED, OBSERVED])
@pytest.mark.parametrize("broken", BREAKING)
def test_a_rule_only_ever_decides_what_its_table_may(of: RuleBook, broken: str) -> None:
    """Rules of admission reject and rules of validation fail, in whatever attempt."""
    attempt = encrypted_attempt(**BREAKING[broken])

    admission = [rule.check(attempt) for rule in of.admission]
    validation = [rule.check(attempt) for rule in of.validation]

    assert all(verdict is None or isinstance(verdict, Reject) for verdict in admission)
    assert all(verdict is None or isinstance(verdict, FailLater) for verdict in validation)


@pytest.mark.parametrize("of", [DOCUMENTED, OBSERVED])
def test_every_rule_has_evidence_and_a_name_of_its_form(of: RuleBook) -> None:
    """Evidence names a source, and an observation its date; names are in kebab case."""
    for rule in of:
        assert isinstance(rule.evidence, Evidence)
        assert rule.evidence.source
        assert (rule.evidence.kind == "observed") is (rule.evidence.date is not None)
        assert rule.name == rule.name.lower().replace(" ", "-").replace("_", "-")


def test_books_are_found_by_name() -> None:
    """Each of the two is there under its own name."""
    assert book("documented") is DOCUMENTED
    assert book("observed") is OBSERVED


def test_an_unknown_book_is_answered_with_the_nearest() -> None:
    """The message names the books that there are."""
    with pytest.raises(UsageError) as caught:
        book("document")

    assert str(caught.value) == (
        "No rule book is named 'document'. Did you mean 'documented'?\nBooks: documented, observed"
    )
