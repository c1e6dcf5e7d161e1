"""The facts that a rule looked at: every one, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy import (
    CopyAttempt,
    ErrorResponse,
    FailLater,
    FakeEC2,
    Reject,
    Rule,
    UnknownRuleError,
    UsageError,
    assumed,
)
from pytest_fakecopy.domain.encryption import Encryption
from pytest_fakecopy.domain.looking import facts_seen
from pytest_fakecopy.domain.rules import RuleBook
from pytest_fakecopy.domain.verdicts import observed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy.domain.rules import Judgement
    from pytest_fakecopy.domain.verdicts import Verdict


@pytest.fixture
def judgements() -> Iterator[tuple[Judgement, Judgement]]:
    """How a copy with a disabled key is judged: at the call, and later."""
    with FakeEC2(clock="virtual") as fake_ec2:
        source = fake_ec2.snapshots.add(region="us-west-2")
        fake_ec2.kms.add_key(alias="backup", key_state="Disabled")
        copy = fake_ec2.client("ec2").copy_snapshot(
            SourceRegion="us-west-2",
            SourceSnapshotId=source.snapshot_id,
            Encrypted=True,
            KmsKeyId="alias/backup",
        )
        fake_ec2.assert_eventually_error(copy["SnapshotId"])
        admission, validation = fake_ec2.journal.verdicts(copy["SnapshotId"])
        yield admission.judgement, validation.judgement


@pytest.fixture
def attempt(judgements: tuple[Judgement, Judgement]) -> CopyAttempt:
    """The attempt as it was when it was admitted."""
    return judgements[0].attempt


def test_the_journal_has_the_facts_of_each_rule(judgements: tuple[Judgement, Judgement]) -> None:
    """Those of a rule that passed, and those of the one that decided."""
    admission, validation = judgements

    assert dict(admission.facts("kms-key-needs-encrypted")) == {
        "request.kms_key_id": "alias/backup",
        "request.encrypted": True,
    }
    facts = validation.facts("kms-key-is-usable")
    assert facts["key.key_state"] == "Disabled"
    assert facts["key_identifier"] == "alias/backup"
    assert "request.source_region" not in facts


def test_every_rule_that_was_asked_looked_at_something(
    judgements: tuple[Judgement, Judgement],
) -> None:
    """No rule decides on nothing."""
    for judgement in judgements:
        assert all(judgement.facts(rule.name) for rule in judgement.asked)


def test_a_rule_that_was_not_asked_has_no_facts(judgements: tuple[Judgement, Judgement]) -> None:
    """The message has the nearest of those that were."""
    with pytest.raises(UnknownRuleError, match=r"'kms-key-usable' was asked\. Did you mean 'kms-"):
        judgements[1].facts("kms-key-usable")


def test_a_whole_object_stands_for_itself(attempt: CopyAttempt) -> None:
    """Where a check looks at no attribute of it, it is the fact."""
    facts = facts_seen(lambda seen: seen.source is None, attempt)

    assert dict(facts) == {"source": attempt.source}


def test_properties_and_methods_are_what_they_read(attempt: CopyAttempt) -> None:
    """Their results are no facts of their own."""

    def check(seen: CopyAttempt) -> bool:
        return seen.needs_key and seen.key is not None and seen.key.is_shared_with("444455556666")

    facts = facts_seen(check, attempt)

    assert facts["encryption.encrypted"] is True
    assert facts["key.account_id"] == "111122223333"
    assert "needs_key" not in facts


def test_what_a_presigned_url_says_is_a_fact(attempt: CopyAttempt) -> None:
    """It is taken apart, and the function that does it is no fact."""

    def check(seen: CopyAttempt) -> str | None:
        return seen.presigned.action if seen.presigned is not None else None

    facts = facts_seen(check, attempt)

    assert facts["presigned.action"] == "CopySnapshot"
    assert "judge" not in facts


def test_secrets_of_a_presigned_url_are_facts_that_no_repr_shows(attempt: CopyAttempt) -> None:
    """Its signature is there for whoever asks, and in no report."""

    def check(seen: CopyAttempt) -> object:
        url = seen.presigned
        assert url is not None
        return (url.url, url.signature, url.get("X-Amz-Signature"), url.action, url.has_plus)

    facts = facts_seen(check, attempt)

    assert attempt.presigned is not None
    signature = attempt.presigned.signature
    assert signature
    assert facts["presigned.signature"] == signature
    assert ("X-Amz-Signature", signature) in facts["presigned.parameters"]  # type: ignore[operator]  # a tuple
    assert signature in str(facts["request.presigned_url"])
    assert signature not in repr(facts)
    assert "SourceSnapshotId=snap-" in repr(facts["presigned.url"])


def test_the_watched_attempt_is_one(attempt: CopyAttempt) -> None:
    """A check may do with it what it may do with any attempt."""
    wanted = Encryption(encrypted=True, key="request")
    another: object = "request"

    def check(seen: CopyAttempt) -> bool:
        changed = replace(seen, region="eu-west-1")
        return (
            isinstance(seen, CopyAttempt)
            and isinstance(changed, CopyAttempt)
            and changed.region == "eu-west-1"
            and seen.encryption == wanted
            and wanted == seen.encryption
            and seen.encryption != Encryption(encrypted=False)
            and seen.encryption != another
            and hash(seen.encryption) == hash(wanted)
            and str(seen.request) == str(attempt.request)
        )

    answers: list[bool] = []
    facts_seen(lambda seen: answers.append(check(seen)), attempt)

    assert answers == [True]


def test_a_rule_of_ones_own_takes_three_lines() -> None:
    """It is inserted, decides, says why, and the journal knows what it looked at."""

    def only_prod_keys(attempt: CopyAttempt) -> Verdict:
        if attempt.request.kms_key_id != "alias/prod":
            return Reject(ErrorResponse("UnauthorizedOperation", "Keys of prod alone.", 403))
        return None

    rule = Rule("only-prod-keys", only_prod_keys, evidence=assumed("company policy"))
    with FakeEC2(clock="virtual") as fake_ec2:
        fake_ec2.rules = fake_ec2.rules.inserting(rule, before="copies-are-within-the-limit")
        source = fake_ec2.snapshots.add()
        client = fake_ec2.client("ec2")

        with pytest.raises(client.exceptions.ClientError, match=r"Keys of prod alone\.$"):
            client.copy_snapshot(
                SourceRegion="us-east-1", SourceSnapshotId=source.snapshot_id, Encrypted=True
            )

        judgement = fake_ec2.journal.verdicts()[-1].judgement
        assert judgement.findings[-1].rule is rule
        assert dict(judgement.facts("only-prod-keys")) == {"request.kms_key_id": None}

        fake_ec2.kms.add_key(alias="prod")
        copy = client.copy_snapshot(
            SourceRegion="us-east-1",
            SourceSnapshotId=source.snapshot_id,
            Encrypted=True,
            KmsKeyId="alias/prod",
        )

        fake_ec2.assert_eventually_completed(copy["SnapshotId"])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        pytest.param({"name": "Only Prod"}, "expected a statement in kebab case", id="name"),
        pytest.param({"name": None}, "expected a statement in kebab case", id="no-name"),
        pytest.param({"check": None}, "expected a function of one CopyAttempt", id="check"),
        pytest.param({"evidence": "policy"}, r'assumed\("our policy"\)', id="evidence"),
    ],
)
def test_a_rule_that_could_not_work_is_refused(members: dict[str, object], message: str) -> None:
    """At once, and not in the middle of a copy."""
    given = {"name": "a-rule", "check": lambda _: None, "evidence": assumed("so"), **members}

    with pytest.raises(UsageError, match=message):
        Rule(**given)  # type: ignore[arg-type]  # wrong


def test_a_book_can_be_read() -> None:
    """As text it has a line per rule, in the order in which they are asked."""
    book = RuleBook(
        "mine",
        [Rule("a-first", lambda _: None, assumed("so"))],
        [Rule("b", lambda _: FailLater("Gone"), observed("2026-09-25", "a capture"))],
    )

    assert str(book).splitlines() == [
        "Rule book 'mine'",
        "admission, answers the call:",
        "  a-first  assumed: so",
        "validation, fails the copy later:",
        "  b        observed 2026-09-25: a capture",
    ]
    assert str(RuleBook("none", [], [])).startswith("Rule book 'none'")
