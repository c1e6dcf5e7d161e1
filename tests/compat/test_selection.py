"""Which scenarios are chosen, and what the rule books look like side by side."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_fakecopy import UsageError
from pytest_fakecopy.domain.rulebooks import BOOKS
from pytest_fakecopy.scenarios import (
    CATALOGUE,
    Ends,
    Rejected,
    markdown_table,
    rules_table,
    scenario,
    select,
)

SENDABLE = [found for found in CATALOGUE if not found.raw]


def test_all_are_chosen_but_those_that_boto3_refuses() -> None:
    """`raw` brings these in as well, and so does the id of one."""
    named = select("documented", ids=["source-region-missing", "plain"])

    assert select("documented") == tuple(SENDABLE)
    assert select("documented", raw=True) == CATALOGUE
    assert [found.id for found in named] == ["plain", "source-region-missing"]


@pytest.mark.parametrize("rules", BOOKS)
def test_the_kinds_are_those_of_the_book(rules: str) -> None:
    """What ends in error by one book is rejected by the other."""
    rejected = select(rules, rejected=True)
    failing = select(rules, ends="error")
    good = select(rules, ends="completed")

    assert all(isinstance(found.expect[rules], Rejected) for found in rejected)
    assert all(_ends(found.expect[rules], "error") for found in failing)
    assert all(_ends(found.expect[rules], "completed") for found in good)
    assert len(rejected) + len(failing) + len(good) == len(SENDABLE)
    assert set(select(rules, ends="error", rejected=True)) == {*failing, *rejected}
    assert set(select(rules, rejected=False)) == {*failing, *good}
    assert set(select(rules, ends="error", rejected=False)) == set(failing)


def _ends(outcome: object, state: str) -> bool:
    return isinstance(outcome, Ends) and outcome.state == state


def test_ids_may_have_wildcards() -> None:
    """One text stands for a list of one."""
    chosen = select("observed", ids="kms-key-disabled*")

    assert [found.id for found in chosen] == ["kms-key-disabled", "kms-key-disabled-in-between"]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        pytest.param({"ends": "eror"}, "ends='eror'.*Did you mean 'error'", id="ends"),
        pytest.param({"rejected": "yes"}, "rejected='yes': expected True or False", id="rejected"),
        pytest.param({"raw": 2}, "raw=2: expected True or False", id="raw"),
        pytest.param({"ids": "plane"}, "'plane'. Did you mean 'plain'", id="one-id"),
        pytest.param({"ids": ["plain", "kms-*x"]}, "No scenario has the id 'kms-.x'", id="pattern"),
        pytest.param({"rules": "obsrved"}, "'obsrved'. Did you mean 'observed'", id="rules"),
    ],
)
def test_what_cannot_be_chosen_is_refused(keywords: dict[str, Any], message: str) -> None:
    """Each value says what was expected, or what is nearest."""
    with pytest.raises(UsageError, match=message):
        select(**{"rules": "documented", **keywords})


def test_a_scenario_is_found_by_its_id() -> None:
    """An unknown one says which is nearest, and where all of them are."""
    assert scenario("plain").id == "plain"
    with pytest.raises(UsageError, match=r"'kms-key-disbled'. Did you mean 'kms-key-disabled'"):
        scenario("kms-key-disbled")


@pytest.mark.parametrize("rules", BOOKS)
def test_the_tables_have_every_rule(rules: str) -> None:
    """Both are made of the books, so a rule that is added shows up in them."""
    column = list(BOOKS).index(rules)
    text, markdown = rules_table(), markdown_table()

    for rule in BOOKS[rules]:
        cells = [
            line.split("|")[2 + column]
            for line in markdown.splitlines()
            if line.startswith(f"| `{rule.name}` |")
        ]
        assert any(rule.evidence.kind in cell for cell in cells), rule.name
        assert re.search(rf"^  {rule.name} ", text, re.MULTILINE)
        assert str(rule.evidence) in text


def test_the_tables_say_what_rules_answer() -> None:
    """Codes with a status other than 400, state messages, and which phase a rule is of."""
    lines = [re.sub(r" \[\d+\]", "", line).strip() for line in rules_table().splitlines()]
    rows = {tuple(re.split(" {2,}", line)) for line in lines}

    assert ("source-region-is-given", "MissingParameter", "InternalError 500") in rows
    assert ("source-is-completed", "IncorrectState", "later") in rows
    assert ("encrypted-is-not-false", "InvalidParameterValue", "-") in rows
    assert (
        "source-is-completed",
        "at the call",
        '"Source snapshot is not complete"',
    ) in rows
