"""The rule books side by side, made of the books and of what the catalogue expects of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pytest_fakecopy.domain.rulebooks import BOOKS
from pytest_fakecopy.scenarios.catalogue import CATALOGUE
from pytest_fakecopy.scenarios.outcomes import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_fakecopy.domain.rules import Rule, RuleBook
    from pytest_fakecopy.domain.verdicts import Evidence

Phase: TypeAlias = Literal["admission", "validation"]

_TITLES: dict[Phase, str] = {
    "admission": "Admission: these answer the call, in this order; the first that objects wins.",
    "validation": "Validation: these fail an accepted copy later, in this order.",
}
_ELSEWHERE: dict[Phase, str] = {"admission": "later", "validation": "at the call"}
_OK = 400


@dataclass(frozen=True, slots=True)
class Cell:
    """What a rule does by one book."""

    says: str
    """The error codes, or the state messages; "later", "at the call" or "-" where the book asks no
    such rule in this phase."""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule, and what it does by each book."""

    phase: Phase
    rule: str
    cells: tuple[Cell, ...]
    """In the order of the books: documented, observed."""


def rows() -> tuple[Row, ...]:
    """Return the rules of all books, those of the admission first, each in its place."""
    books = tuple(BOOKS.values())
    phases: tuple[Phase, ...] = ("admission", "validation")
    return tuple(
        Row(phase, name, tuple(_cell(book, phase, name) for book in books))
        for phase in phases
        for name in _merged([[rule.name for rule in _table(book, phase)] for book in books])
    )


def rules_table() -> str:
    """Return the rule books side by side as text, with the evidence of each rule below."""
    notes: dict[str, int] = {}
    body = {row: [row.rule, *(_noted(cell, notes) for cell in row.cells)] for row in rows()}
    head = ["rule", *BOOKS]
    widths = [max(map(len, column)) for column in zip(head, *body.values(), strict=True)]
    lines: list[str] = []
    for phase, title in _TITLES.items():
        lines += [title, "", _line(head, widths)]
        lines += [_line(cells, widths) for row, cells in body.items() if row.phase == phase]
        lines.append("")
    lines += ["Evidence:", *(f"  [{number}] {note}" for note, number in notes.items())]
    return "\n".join(lines)


def markdown_table() -> str:
    """Return the rule books side by side as a Markdown table, with the evidence of each rule."""
    lines = [
        "| rule | " + " | ".join(f"`{name}`" for name in BOOKS) + " |",
        "|---|" + "---|" * len(BOOKS),
    ]
    for phase, title in _TITLES.items():
        lines.append(f"| *{title.partition(':')[0]}* |" + " |" * len(BOOKS))
        lines += [
            f"| `{row.rule}` | " + " | ".join(map(_markdown, row.cells)) + " |"
            for row in rows()
            if row.phase == phase
        ]
    return "\n".join(lines)


def _table(book: RuleBook, phase: Phase) -> tuple[Rule, ...]:
    return book.admission if phase == "admission" else book.validation


def _merged(orders: Sequence[Sequence[str]]) -> list[str]:
    """Return all names once; one that the first order lacks comes after its predecessor."""
    merged = list(orders[0])
    for order in orders[1:]:
        place = 0
        for name in order:
            if name not in merged:
                merged.insert(place, name)
            place = merged.index(name) + 1
    return merged


def _cell(book: RuleBook, phase: Phase, name: str) -> Cell:
    for rule in _table(book, phase):
        if rule.name == name:
            return Cell(", ".join(_answers(book.name, phase, name)), rule.evidence)
    return Cell(_ELSEWHERE[phase] if name in book else "-")


def _answers(book: str, phase: Phase, rule: str) -> Iterable[str]:
    """Return what scenarios that the rule decides expect, each once."""
    outcomes = [found.expect[book] for found in CATALOGUE]
    decided = [outcome for outcome in outcomes if outcome.rule == rule]
    return dict.fromkeys(
        (outcome.code if outcome.status == _OK else f"{outcome.code} {outcome.status}")
        if isinstance(outcome, Rejected)
        else f'"{outcome.state_message}"'
        for outcome in decided
        if isinstance(outcome, Rejected) == (phase == "admission")
    )


def _noted(cell: Cell, notes: dict[str, int]) -> str:
    if cell.evidence is None:
        return cell.says
    number = notes.setdefault(str(cell.evidence), len(notes) + 1)
    return f"{cell.says} [{number}]"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(map(str.ljust, cells, widths)).rstrip()


def _markdown(cell: Cell) -> str:
    if cell.evidence is None:
        return "" if cell.says == "-" else f"*{cell.says}*"
    return f"{cell.says} ({cell.evidence.label()})"
