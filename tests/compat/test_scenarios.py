"""The whole catalogue, by both rule books and through every transport."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from pytest_fakecopy import Evidence, FakeEC2
from pytest_fakecopy.domain.rulebooks import BOOKS
from pytest_fakecopy.scenarios import CATALOGUE, Rejected
from tests.compat.senders import SENDERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.scenarios import CopyCall, Scenario

pytestmark = pytest.mark.usefixtures("kept_clients")
EACH = pytest.mark.parametrize("scenario", CATALOGUE, ids=str)
INPUT = Session().get_service_model("ec2").operation_model("CopySnapshot").input_shape
BY_BOOK = pytest.mark.parametrize("rules", BOOKS)


@EACH
@BY_BOOK
@pytest.mark.parametrize("send", SENDERS)
def test_what_comes_out_is_what_the_book_expects(
    scenario: Scenario, rules: str, send: Callable[[FakeEC2, CopyCall], str | Rejected]
) -> None:
    """Code, status, text and deciding rule of a rejection; state, message and key of a copy."""
    with FakeEC2(clock="virtual", rules=rules) as fake_ec2:
        outcome = scenario.run(fake_ec2, partial(send, fake_ec2))

    assert outcome == scenario.expect[rules]


@EACH
def test_each_expectation_has_evidence(scenario: Scenario) -> None:
    """Every book has its say in every scenario, and each says what that rests on."""
    assert set(scenario.expect) == set(scenario.evidence) == set(BOOKS)
    assert all(isinstance(each, Evidence) and each.source for each in scenario.evidence.values())


@BY_BOOK
def test_each_rule_decides_a_scenario(rules: str) -> None:
    """There is no rule that the catalogue could do without, and none that isn't there."""
    decided = {scenario.expect[rules].rule for scenario in CATALOGUE} - {None}

    assert decided == set(BOOKS[rules].names())


def test_the_books_differ() -> None:
    """Enough scenarios come out differently, or nobody would need two books."""
    differing = [
        scenario.id
        for scenario in CATALOGUE
        if scenario.expect["documented"] != scenario.expect["observed"]
    ]

    assert len(CATALOGUE) >= 60
    assert len(differing) >= 40


def test_ids_are_unique_and_in_kebab_case() -> None:
    """An id is a part of a test's name, and chooses one scenario."""
    ids = [scenario.id for scenario in CATALOGUE]

    assert len(set(ids)) == len(ids)
    assert [id_ for id_ in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id_)] == []


def test_each_scenario_tells_its_story() -> None:
    """The one sentence about it is one, and no two scenarios have the same."""
    stories = [scenario.about for scenario in CATALOGUE]

    assert len(set(stories)) == len(stories)
    assert [story for story in stories if not re.fullmatch(r"[A-Za-z][^\n]*\.", story)] == []


@EACH
def test_only_what_boto3_refuses_is_raw(scenario: Scenario) -> None:
    """boto3 lets through the others as they are, and would not let through the raw ones."""
    with FakeEC2(clock="virtual", rules="observed") as fake_ec2:
        call = scenario.arrange(fake_ec2)
        report = ParamValidator().validate(dict(call.parameters), INPUT)
        fake_ec2.faults.take_meanwhile()

    assert report.has_errors() == scenario.raw
