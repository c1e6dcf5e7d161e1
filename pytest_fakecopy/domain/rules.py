"""The rules engine: a rule is a named check with its evidence, a rule book two ordered tables.

A check is a pure function of one `CopyAttempt`. Checks of the admission table decide what the call
answers; those of the validation table decide, some time after, whether the accepted copy fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.domain.looking import facts_seen
from pytest_fakecopy.domain.verdicts import Evidence, FailLater, Reject, assumed
from pytest_fakecopy.errors import FakeCopyError, UnknownRuleError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_fakecopy.domain.attempt import CopyAttempt


_KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Check: TypeAlias = "Callable[[CopyAttempt], Reject | FailLater | None]"


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check. The name is a statement that is true when all is well."""

    name: str
    """Kebab case: "kms-key-is-usable"."""
    check: Check
    """Takes a `CopyAttempt`; returns None where all is well, a `Reject` or a `FailLater`."""
    evidence: Evidence
    """How it is known that AWS has this rule."""

    def __post_init__(self) -> None:
        """Refuse what could only fail later, in the middle of a copy.

        Raises:
            UsageError: the name is not in kebab case, the check can't be called, or the evidence
                is none.
        """
        if not isinstance(self.name, str) or not _KEBAB_CASE.fullmatch(self.name):
            msg = f'Rule({self.name!r}): expected a statement in kebab case: "only-prod-keys"'
            raise UsageError(msg)
        if not callable(self.check):
            msg = f"Rule({self.name!r}, {self.check!r}): expected a function of one CopyAttempt"
            raise UsageError(msg)
        if not isinstance(self.evidence, Evidence):
            msg = (
                f"Rule({self.name!r}, evidence={self.evidence!r}): expected"
                ' documented(source), observed(date, source) or assumed(why): assumed("our policy")'
            )
            raise UsageError(msg)

    def __repr__(self) -> str:
        """Return `<Rule kms-key-is-usable (documented: API reference, CopySnapshot)>`."""
        return f"<Rule {self.name} ({self.evidence})>"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """That a rule was asked, and what it said: None where all was well."""

    rule: Rule
    verdict: Reject | FailLater | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a table of rules made of an attempt."""

    attempt: CopyAttempt
    asked: tuple[Rule, ...]
    """The rules that were asked, in order; the last one may have decided."""
    findings: tuple[Evaluation, ...]
    """Those of them that found something."""

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Every rule that was asked with its verdict."""
        found = {finding.rule.name: finding for finding in self.findings}
        return tuple(found.get(rule.name) or Evaluation(rule, None) for rule in self.asked)

    def facts(self, rule: str) -> Mapping[str, object]:
        """Return the facts that a rule looked at, by attribute path of the attempt.

        `{"request.kms_key_id": "alias/backup", "key.key_state": "Disabled"}`; they are found by
        asking the rule once more.

        Raises:
            UnknownRuleError: no rule of that name was asked; the message names the nearest.
        """
        for asked in self.asked:
            if asked.name == rule:
                return facts_seen(asked.check, self.attempt)
        names = tuple(asked.name for asked in self.asked)
        msg = (
            f"No rule named {rule!r} was asked.{nearest(str(rule), names)}\n"
            f"Asked, in order: {', '.join(names) or 'none'}"
        )
        raise UnknownRuleError(msg)

    @property
    def rejection(self) -> Reject | None:
        """The verdict that answers the call with an error."""
        for finding in self.findings:
            if isinstance(finding.verdict, Reject):
                return finding.verdict
        return None

    @property
    def failure(self) -> Evaluation | None:
        """The first finding that fails the copy later."""
        for finding in self.findings:
            if isinstance(finding.verdict, FailLater):
                return finding
        return None


class RuleBook:
    """Two ordered tables of rules. It never changes: an edit returns a new book."""

    __slots__ = ("admission", "limit", "name", "validation")

    name: str
    admission: tuple[Rule, ...]
    validation: tuple[Rule, ...]
    limit: int | None

    def __init__(
        self,
        name: str,
        admission: Iterable[Rule],
        validation: Iterable[Rule],
        *,
        limit: int | None = None,
    ) -> None:
        """Take the rules in their order.

        Args:
            name: What the book is called: "documented".
            admission: The rules that answer the call; the first Reject wins.
            validation: The rules that are asked once, some time after the copy was accepted.
            limit: How many copies one account may have in progress in a destination Region; None
                leaves it to the option `max_concurrent_copies`.

        Raises:
            UsageError: two rules have one name.
        """
        set_ = object.__setattr__
        set_(self, "name", name)
        set_(self, "admission", tuple(admission))
        set_(self, "validation", tuple(validation))
        set_(self, "limit", limit)
        names = self.names()
        for position, rule_name in enumerate(names):
            if rule_name in names[:position]:
                msg = (
                    f"The rule book {name!r} would have two rules named {rule_name!r}: "
                    f'replace the one that is there with .replacing("{rule_name}", check)'
                )
                raise UsageError(msg)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse it: the books are shared by all fakes of a run."""
        msg = (
            f"A rule book never changes: {name} can't be set. To have another book: "
            '.without("..."), .replacing("...", check), .inserting(rule, after="..."),'
            " .with_limit(5)"
        )
        raise AttributeError(msg)

    def __delattr__(self, name: str) -> None:
        """Refuse it as setting is refused."""
        self.__setattr__(name, None)

    def __copy__(self) -> RuleBook:
        """Return this book: it never changes."""
        return self

    def __deepcopy__(self, memo: object) -> RuleBook:
        """Return this book: it never changes."""
        return self

    def __repr__(self) -> str:
        """Return the name and all rule names in order."""
        admission = ", ".join(rule.name for rule in self.admission)
        validation = ", ".join(rule.name for rule in self.validation)
        return f"<RuleBook {self.name}: admission: {admission}; validation: {validation}>"

    def __str__(self) -> str:
        """Return the rules in the order in which they are asked, a line each with its evidence."""
        width = max((len(name) for name in self.names()), default=0)
        lines = [f"Rule book {self.name!r}"]
        for title, rules in (
            ("admission, answers the call:", self.admission),
            ("validation, fails the copy later:", self.validation),
        ):
            lines.append(title)
            lines.extend(f"  {rule.name:{width}}  {rule.evidence}" for rule in rules)
        return "\n".join(lines)

    def __iter__(self) -> Iterator[Rule]:
        """Iterate over all rules in the order in which they are asked."""
        yield from self.admission
        yield from self.validation

    def __len__(self) -> int:
        """Return how many rules there are."""
        return len(self.admission) + len(self.validation)

    def __contains__(self, name: object) -> bool:
        """Say whether a rule has that name."""
        return name in self.names()

    def __getitem__(self, name: str) -> Rule:
        """Return the rule of that name.

        Raises:
            UnknownRuleError: there is none; the message names the nearest.
        """
        for rule in self:
            if rule.name == name:
                return rule
        raise self._unknown(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all rules in the order in which they are asked."""
        return tuple(rule.name for rule in self)

    def _unknown(self, name: object) -> UnknownRuleError:
        names = self.names()
        return UnknownRuleError(
            f"No rule of the book {self.name!r} is named {name!r}.{nearest(str(name), names)}\n"
            f"Rules, in order: {', '.join(names)}"
        )

    def _with(self, admission: Iterable[Rule], validation: Iterable[Rule]) -> RuleBook:
        return RuleBook(self.name, admission, validation, limit=self.limit)

    def without(self, *names: str) -> RuleBook:
        """Return this book without the rules of those names.

        Raises:
            UnknownRuleError: no rule has one of the names.
        """
        for name in names:
            self[name]
        return self._with(
            (rule for rule in self.admission if rule.name not in names),
            (rule for rule in self.validation if rule.name not in names),
        )

    def replacing(self, name: str, check: Check, *, evidence: Evidence | None = None) -> RuleBook:
        """Return this book with another check under that name, in the same place.

        Args:
            name: The name of a rule of this book.
            check: What is asked in its place.
            evidence: What it rests on; None says that it is the caller's own.

        Raises:
            UnknownRuleError: no rule has that name.
        """
        rule = replace(
            self[name],
            check=check,
            evidence=evidence or assumed("replaced by the user of the book"),
        )
        return self._with(
            (rule if old.name == name else old for old in self.admission),
            (rule if old.name == name else old for old in self.validation),
        )

    def inserting(
        self, rule: Rule, *, before: str | None = None, after: str | None = None
    ) -> RuleBook:
        """Return this book with one more rule, in the table and at the place of another one.

        Args:
            rule: The rule to add.
            before: The name of the rule that it is asked just before.
            after: The name of the rule that it is asked just after.

        Raises:
            UnknownRuleError: no rule has that name.
            UsageError: not exactly one of *before* and *after* is given, a rule of the new one's
                name is there already, or it is no `Rule`.
        """
        if not isinstance(rule, Rule):
            msg = (
                f"inserting({rule!r}): expected a rule:"
                ' Rule("only-prod-keys", check, assumed("our policy"))'
            )
            raise UsageError(msg)
        if (before is None) == (after is None):
            msg = (
                f"inserting({rule.name!r}): say where, with one of before= and after=: "
                f'.inserting(rule, before="{self.names()[-1]}")'
            )
            raise UsageError(msg)
        anchor = self[before if before is not None else str(after)].name
        return self._with(
            _inserted(self.admission, rule, anchor, before=before is not None),
            _inserted(self.validation, rule, anchor, before=before is not None),
        )

    def with_limit(self, copies: int) -> RuleBook:
        """Return this book with another limit of copies in progress per account and Region.

        Raises:
            UsageError: *copies* is not a whole number of at least 1.
        """
        if not isinstance(copies, int) or isinstance(copies, bool) or copies < 1:
            msg = f"with_limit({copies!r}): expected a whole number, at least 1: .with_limit(5)"
            raise UsageError(msg)
        return RuleBook(self.name, self.admission, self.validation, limit=copies)

    def admit(self, attempt: CopyAttempt) -> Judgement:
        """Ask the admission rules in order, up to and with the first that rejects."""
        return _judge(self.admission, attempt, decisive=Reject)

    def validate(self, attempt: CopyAttempt) -> Judgement:
        """Ask the validation rules in order, up to and with the first that fails the copy."""
        return _judge(self.validation, attempt, decisive=FailLater)


def _inserted(rules: tuple[Rule, ...], rule: Rule, anchor: str, *, before: bool) -> Iterator[Rule]:
    for old in rules:
        here = old.name == anchor
        if here and before:
            yield rule
        yield old
        if here and not before:
            yield rule


def _judge(
    rules: tuple[Rule, ...], attempt: CopyAttempt, *, decisive: type[Reject | FailLater]
) -> Judgement:
    findings = []
    for number, rule in enumerate(rules, start=1):
        verdict = _ask(rule, attempt)
        if verdict is None:
            continue
        _require_verdict(rule, verdict, decisive)
        findings.append(Evaluation(rule, verdict))
        if isinstance(verdict, decisive):
            return Judgement(attempt, rules[:number], tuple(findings))
    return Judgement(attempt, rules, tuple(findings))


_EXPECTED = "expected None, Reject(ErrorResponse(code, message)) or FailLater(state_message)"


def _ask(rule: Rule, attempt: CopyAttempt) -> Reject | FailLater | None:
    try:
        return rule.check(attempt)
    except (AssertionError, FakeCopyError):
        raise
    except Exception as error:
        msg = f"The check of rule {rule.name!r} raised {error!r}: {_EXPECTED}"
        raise UsageError(msg) from error


def _require_verdict(rule: Rule, verdict: object, decisive: type) -> None:
    if isinstance(verdict, Reject):
        good = isinstance(verdict.error, ErrorResponse)
    else:
        good = isinstance(verdict, FailLater) and isinstance(verdict.state_message, str)
    if not good:
        msg = f"The check of rule {rule.name!r} returned {verdict!r}: {_EXPECTED}"
        raise UsageError(msg)
    if isinstance(verdict, Reject) and decisive is FailLater:
        msg = (
            f"The validation rule {rule.name!r} returned {verdict!r}: the copy was accepted"
            " already and can only FailLater(state_message)"
        )
        raise UsageError(msg)
