"""The rules engine: verdicts in order, and books that an edit leaves as they were."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.domain.rules import Evaluation, Rule, RuleBook
from pytest_fakecopy.domain.verdicts import (
    Evidence,
    FailLater,
    Reject,
    assumed,
    documented,
    observed,
)
from pytest_fakecopy.errors import UnknownRuleError, UsageError
from tests.builders import copy_attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.rules import Check
    from pytest_fakecopy.domain.verdicts import Verdict

REJECT = Reject(ErrorResponse("Code", "Message"))
FAIL = FailLater("message")
ATTEMPT = copy_attempt()


def rule(name: str, verdict: object = None) -> Rule:
    """Build a rule that always says the same."""
    return Rule(name, saying(verdict), assumed("a test"))


def saying(verdict: object) -> Check:
    """Build a check that always says the same."""
    return lambda _attempt: verdict  # type: ignore[return-value]  # wrong ones are tested, too


def book(**members: int) -> RuleBook:
    """Build a book with three rules of admission and two of validation."""
    return RuleBook(
        "mine",
        [rule("id-is-given"), rule("key-is-good"), rule("copies-are-few")],
        [rule("source-is-there"), rule("url-is-valid")],
        **members,
    )


NAMES = ("id-is-given", "key-is-good", "copies-are-few", "source-is-there", "url-is-valid")


def test_a_book_is_its_rules_in_order() -> None:
    """Iteration, names and length go over both tables, admission first."""
    mine = book()

    assert tuple(one.name for one in mine) == NAMES
    assert mine.names() == NAMES
    assert len(mine) == 5
    assert mine["url-is-valid"] is mine.validation[1]


def test_a_book_knows_its_names() -> None:
    """A name is in the book if a rule of either table has it."""
    mine = book()

    assert "key-is-good" in mine
    assert "url-is-valid" in mine
    assert "url-is-good" not in mine


def test_a_book_shows_its_tables() -> None:
    """The repr names the rules, so that an edit can be looked at."""
    small = RuleBook("mine", [rule("a"), rule("b")], [rule("c")])

    assert repr(small) == "<RuleBook mine: admission: a, b; validation: c>"


def test_an_unknown_name_is_answered_with_the_nearest_and_all() -> None:
    """The message has everything that the next attempt needs."""
    with pytest.raises(UnknownRuleError) as caught:
        book()["key-is-god"]

    assert str(caught.value) == (
        "No rule of the book 'mine' is named 'key-is-god'. Did you mean 'key-is-good'?\n"
        f"Rules, in order: {', '.join(NAMES)}"
    )
    assert isinstance(caught.value, LookupError)


def test_without_leaves_rules_out() -> None:
    """The other rules stay in their order, and the old book as it was."""
    mine = book(limit=3)

    less = mine.without("key-is-good", "url-is-valid")

    assert less.names() == ("id-is-given", "copies-are-few", "source-is-there")
    assert (less.name, less.limit) == ("mine", 3)
    assert mine.names() == NAMES


def test_replacing_keeps_the_place_and_the_name() -> None:
    """Another check is asked in the same place; its evidence is the user's own unless given."""
    mine = book(limit=3)
    check, evidence = saying(REJECT), documented("a page")

    other = mine.replacing("key-is-good", check)
    later = mine.replacing("url-is-valid", check, evidence=evidence)

    assert other.names() == later.names() == NAMES
    assert other["key-is-good"].check is check
    assert other["key-is-good"].evidence == assumed("replaced by the user of the book")
    assert other["id-is-given"] is mine["id-is-given"]
    assert later["url-is-valid"] == Rule("url-is-valid", check, evidence)
    assert (other.limit, later.limit) == (3, 3)
    assert mine["key-is-good"].check is not check


@pytest.mark.parametrize(
    ("place", "admission", "validation"),
    [
        ({"before": "id-is-given"}, ("new", *NAMES[:3]), NAMES[3:]),
        ({"before": "key-is-good"}, (NAMES[0], "new", *NAMES[1:3]), NAMES[3:]),
        ({"after": "copies-are-few"}, (*NAMES[:3], "new"), NAMES[3:]),
        ({"before": "source-is-there"}, NAMES[:3], ("new", *NAMES[3:])),
        ({"after": "url-is-valid"}, NAMES[:3], (*NAMES[3:], "new")),
    ],
)
def test_inserting_puts_a_rule_beside_another(
    place: dict[str, str], admission: tuple[str, ...], validation: tuple[str, ...]
) -> None:
    """The new rule is in the table of the one that it is put before or after."""
    mine = book(limit=3)

    more = mine.inserting(rule("new"), **place)

    assert tuple(one.name for one in more.admission) == admission
    assert tuple(one.name for one in more.validation) == validation
    assert more.limit == 3
    assert mine.names() == NAMES


@pytest.mark.parametrize("place", [{}, {"before": "id-is-given", "after": "id-is-given"}])
def test_inserting_needs_exactly_one_place(place: dict[str, str]) -> None:
    """The message says what to write."""
    with pytest.raises(UsageError) as caught:
        book().inserting(rule("new"), **place)

    assert str(caught.value) == (
        "inserting('new'): say where, with one of before= and after=: "
        '.inserting(rule, before="url-is-valid")'
    )


def test_a_name_stands_once_in_a_book() -> None:
    """A second rule of one name is refused; the message says how to replace the first."""
    with pytest.raises(UsageError) as caught:
        book().inserting(rule("key-is-good"), after="url-is-valid")

    assert str(caught.value) == (
        "The rule book 'mine' would have two rules named 'key-is-good': "
        'replace the one that is there with .replacing("key-is-good", check)'
    )


def test_edits_of_unknown_rules_are_refused() -> None:
    """Each edit names rules that are there."""
    mine = book()

    with pytest.raises(UnknownRuleError):
        mine.without("id-is-given", "none")
    with pytest.raises(UnknownRuleError):
        mine.replacing("none", saying(None))
    with pytest.raises(UnknownRuleError):
        mine.inserting(rule("new"), before="none")
    with pytest.raises(UnknownRuleError):
        mine.inserting(rule("new"), after="none")


def test_a_limit_is_set_on_a_new_book() -> None:
    """The rules stay, and so does the old book."""
    mine = book()

    limited = mine.with_limit(5)

    assert limited.limit == 5
    assert limited.names() == NAMES
    assert mine.limit is None


@pytest.mark.parametrize("copies", [0, -1, True, 1.5, "5"])
def test_a_limit_is_a_whole_number_of_at_least_1(copies: object) -> None:
    """Anything else is refused with the line to write."""
    with pytest.raises(UsageError) as caught:
        book().with_limit(copies)  # type: ignore[arg-type]  # what a user may write

    assert str(caught.value) == (
        f"with_limit({copies!r}): expected a whole number, at least 1: .with_limit(5)"
    )


def judged(*verdicts: Verdict) -> RuleBook:
    """Build a book whose two tables both have one rule per verdict, named by their number."""
    rules = [rule(f"r{number}", verdict) for number, verdict in enumerate(verdicts)]
    others = [rule(f"v{number}", verdict) for number, verdict in enumerate(verdicts)]
    return RuleBook("judged", rules, others)


def test_the_first_reject_wins() -> None:
    """What comes after it is not asked."""
    other = Reject(ErrorResponse("Other", "Other"))
    mine = judged(None, REJECT, other)

    judgement = mine.admit(ATTEMPT)

    assert judgement.rejection is REJECT
    assert judgement.asked == mine.admission[:2]
    assert judgement.findings == (Evaluation(mine["r1"], REJECT),)
    assert judgement.failure is None
    assert judgement.attempt is ATTEMPT


def test_admission_may_fail_a_copy_later() -> None:
    """The first FailLater counts, and rules after it are asked for a Reject."""
    second = FailLater("second")
    mine = judged(FAIL, second, None)

    judgement = mine.admit(ATTEMPT)

    assert judgement.rejection is None
    assert judgement.failure == Evaluation(mine["r0"], FAIL)
    assert judgement.asked == mine.admission


def test_a_reject_after_a_failure_still_rejects() -> None:
    """Nothing is accepted that any rule of admission rejects."""
    judgement = judged(FAIL, REJECT).admit(ATTEMPT)

    assert judgement.rejection is REJECT
    assert len(judgement.findings) == 2


def test_validation_stops_at_the_first_failure() -> None:
    """What comes after it is not asked."""
    mine = judged(None, FAIL, FailLater("other"))

    judgement = mine.validate(ATTEMPT)

    assert judgement.failure == Evaluation(mine["v1"], FAIL)
    assert judgement.asked == mine.validation[:2]
    assert judgement.rejection is None


def test_rules_without_objections_find_nothing() -> None:
    """Every rule was asked, and every evaluation is without a verdict."""
    mine = judged(None, None)

    judgement = mine.admit(ATTEMPT)

    assert judgement.findings == ()
    assert judgement.evaluations == tuple(Evaluation(one, None) for one in mine.admission)


def test_evaluations_pair_the_asked_rules_with_their_verdicts() -> None:
    """Rules that found nothing are there with None."""
    mine = judged(None, FAIL, REJECT, None)

    judgement = mine.admit(ATTEMPT)

    assert [one.verdict for one in judgement.evaluations] == [None, FAIL, REJECT]


@pytest.mark.parametrize("verdict", ["no", True, REJECT.error])
def test_a_check_returns_a_verdict(verdict: object) -> None:
    """Anything else is refused with the name of the rule and what it may return."""
    mine = RuleBook("mine", [rule("odd", verdict)], [])

    with pytest.raises(UsageError) as caught:
        mine.admit(ATTEMPT)

    assert str(caught.value) == (
        f"The check of rule 'odd' returned {verdict!r}: expected None,"
        " Reject(ErrorResponse(code, message)) or FailLater(state_message)"
    )


def test_an_accepted_copy_can_not_be_rejected() -> None:
    """A validation rule that rejects is refused with its name."""
    mine = RuleBook("mine", [], [rule("odd", REJECT)])

    with pytest.raises(UsageError) as caught:
        mine.validate(ATTEMPT)

    assert str(caught.value) == (
        f"The validation rule 'odd' returned {REJECT!r}: the copy was accepted"
        " already and can only FailLater(state_message)"
    )


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (documented("API reference"), "documented: API reference"),
        (observed("2026-09-25", "capture"), "observed 2026-09-25: capture"),
        (assumed("nobody knows"), "assumed: nobody knows"),
        (documented("a page", guess="the text"), "documented: a page; the text assumed"),
        (
            observed("2026-09-25", "capture", guess="most texts"),
            "observed 2026-09-25: capture; most texts assumed",
        ),
    ],
)
def test_evidence_says_how_sure_it_is(evidence: Evidence, text: str) -> None:
    """Documented, observed and assumed are told apart wherever a rule is shown."""
    one = Rule("key-is-good", saying(None), evidence)

    assert str(evidence) == text
    assert repr(one) == f"<Rule key-is-good ({text})>"


def test_a_check_that_fails_is_named() -> None:
    """Its exception is the cause of one that names the rule."""

    def broken(attempt: CopyAttempt) -> None:
        raise LookupError(attempt.region)

    mine = RuleBook("mine", [Rule("odd", broken, assumed("a test"))], [])

    with pytest.raises(UsageError) as caught:
        mine.admit(ATTEMPT)

    assert str(caught.value) == (
        "The check of rule 'odd' raised LookupError('us-east-1'): expected None,"
        " Reject(ErrorResponse(code, message)) or FailLater(state_message)"
    )
    assert isinstance(caught.value.__cause__, LookupError)


def test_an_assertion_in_a_check_is_the_test_s_own() -> None:
    """It fails the test as any other does, and so does what we raise ourselves."""
    errors = [AssertionError("not this one"), UsageError("nor this")]

    for error in errors:

        def broken(attempt: CopyAttempt, error: Exception = error) -> None:
            raise error

        mine = RuleBook("mine", [], [Rule("odd", broken, assumed("a test"))])

        with pytest.raises(type(error)) as caught:
            mine.validate(ATTEMPT)
        assert caught.value is error


@pytest.mark.parametrize("name", ["name", "admission", "validation", "limit", "other"])
def test_a_book_never_changes(name: str) -> None:
    """The books are shared by all fakes of a run; the message says how to have another."""
    mine = book()

    with pytest.raises(AttributeError) as caught:
        setattr(mine, name, ())
    with pytest.raises(AttributeError):
        delattr(mine, name)

    assert str(caught.value) == (
        f"A rule book never changes: {name} can't be set. To have another book: "
        '.without("..."), .replacing("...", check), .inserting(rule, after="..."), .with_limit(5)'
    )
    assert mine.names() == NAMES


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_book_is_its_own_copy(copied: Callable[[RuleBook], RuleBook]) -> None:
    """What never changes needs no second one."""
    mine = book()

    assert copied(mine) is mine


@pytest.mark.parametrize(
    "members", [(403, "text"), ("Code", None), ("Code", "text", 200), ("Code", "text", "403")]
)
def test_an_error_is_one_that_can_be_answered(members: Any) -> None:
    """A wrong one is refused where it is made; the message has one that is right."""
    with pytest.raises(UsageError) as caught:
        ErrorResponse(*members)

    assert str(caught.value).endswith(
        "): expected a code, a text and an HTTP status of 400 to 599:"
        ' ErrorResponse("UnauthorizedOperation", "Use the key of prod.", 403)'
    )
