"""The fixture `copy_scenario` and its marker."""

from __future__ import annotations

import pytest

from pytest_fakecopy.scenarios import CATALOGUE, select

CHECK = """
import pytest
pytestmark = pytest.mark.fake_ec2(clock="virtual")

{marker}
def test_it(fake_ec2, copy_scenario):
    assert copy_scenario.run(fake_ec2) == copy_scenario.expected(fake_ec2)
"""


def collected(pytester: pytest.Pytester, *args: str) -> list[str]:
    """Return the parameters that the test would run with."""
    result = pytester.runpytest_inprocess("--collect-only", "-q", *args)
    names = [line.partition("test_it[")[2].rstrip("]") for line in result.outlines]
    return [name for name in names if name]


@pytest.mark.parametrize("rules", ["documented", "observed"])
def test_without_a_marker_there_are_all(pytester: pytest.Pytester, rules: str) -> None:
    """All that boto3 can send, each under its id."""
    pytester.makepyfile(CHECK.format(marker=""))

    names = collected(pytester, f"--fake-ec2-rules={rules}")

    assert names == [scenario.id for scenario in CATALOGUE if not scenario.raw]


@pytest.mark.parametrize("rules", ["documented", "observed"])
def test_the_marker_chooses_by_the_book_in_force(pytester: pytest.Pytester, rules: str) -> None:
    """What ends in error by one book is rejected by the other."""
    marker = '@pytest.mark.copy_scenarios(ends="error", rejected=True, ids=["kms-key-*"])'
    pytester.makepyfile(CHECK.format(marker=marker))

    names = collected(pytester, f"--fake-ec2-rules={rules}")

    chosen = select(rules, ends="error", rejected=True, ids=["kms-key-*"])
    assert names == [scenario.id for scenario in chosen]


@pytest.mark.parametrize("place", ["ini", "marker"])
def test_the_book_may_come_from_elsewhere(pytester: pytest.Pytester, place: str) -> None:
    """From the ini file, or from the other marker."""
    marker = '@pytest.mark.copy_scenarios(ids="kms-key-*", ends="error")'
    if place == "ini":
        pytester.makeini("[pytest]\nfake_ec2_rules = observed\n")
    else:
        marker += '\n@pytest.mark.fake_ec2(rules="observed")'
    pytester.makepyfile(CHECK.format(marker=marker))

    result = pytester.runpytest_inprocess("-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*::test_it?kms-key-disabled-in-between? PASSED*"])


def test_both_books_choose_for_themselves(pytester: pytest.Pytester) -> None:
    """With all books each has its own scenarios, and its name behind the id."""
    marker = '@pytest.mark.copy_scenarios(ids="kms-key-*abled*", ends="error")'
    pytester.makepyfile(CHECK.format(marker=marker))

    names = collected(pytester, "--fake-ec2-rules=all")

    assert names == [
        "kms-key-disabled-documented",
        "kms-key-disabled-in-between-documented",
        "kms-key-disabled-in-between-observed",
    ]
    pytester.runpytest_inprocess("--fake-ec2-rules=all").assert_outcomes(passed=3)


def test_the_nearest_marker_wins(pytester: pytest.Pytester) -> None:
    """Keyword by keyword, as with the marker of options."""
    marker = '@pytest.mark.copy_scenarios(ids=["plain", "source-missing"])'
    module = CHECK.replace(
        'pytest.mark.fake_ec2(clock="virtual")',
        '[pytest.mark.fake_ec2(clock="virtual"),'
        ' pytest.mark.copy_scenarios(ids="dry-run", ends="completed")]',
    )
    pytester.makepyfile(module.format(marker=marker))

    assert collected(pytester) == ["plain"]


def test_it_works_without_the_fixture_of_the_fake(pytester: pytest.Pytester) -> None:
    """A test may make its own; it runs once per scenario whatever the command line says."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_fakecopy import FakeEC2

        @pytest.mark.copy_scenarios(ids="plain")
        def test_it(copy_scenario):
            with FakeEC2(clock="virtual") as fake:
                assert copy_scenario.run(fake) == copy_scenario.expected(fake)
        """
    )

    assert collected(pytester, "--fake-ec2-rules=all") == ["plain"]
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "names",
    ['"copy_scenario"', '["copy_scenario"]', '"copy_scenario,"'],
    ids=["text", "list", "comma"],
)
def test_a_test_may_give_the_values_itself(pytester: pytest.Pytester, names: str) -> None:
    """Then nothing is added to them but the books."""
    pytester.makepyfile(
        f"""
        import pytest
        from pytest_fakecopy.scenarios import select

        VALUES = [pytest.param(found) for found in select("documented", ids="plain")]

        @pytest.mark.fake_ec2(clock="virtual")
        @pytest.mark.parametrize({names}, VALUES, ids=["mine"])
        def test_it(fake_ec2, copy_scenario):
            assert copy_scenario.id == "plain"
        """
    )

    assert collected(pytester) == ["mine"]
    pytester.runpytest_inprocess("--fake-ec2-rules=all").assert_outcomes(passed=2)


def test_values_may_be_given_by_keyword(pytester: pytest.Pytester) -> None:
    """As pytest allows."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_fakecopy.scenarios import scenario

        @pytest.mark.parametrize(argnames="copy_scenario", argvalues=[scenario("plain")], ids=str)
        @pytest.mark.parametrize("my_copy_scenario", [1])
        def test_it(copy_scenario, my_copy_scenario):
            assert copy_scenario.id == "plain"
        """
    )

    assert collected(pytester) == ["1-plain"]


@pytest.mark.parametrize(
    ("marker", "line"),
    [
        pytest.param(
            'ids=["kms-key-disbled"]',
            "*No scenario has the id 'kms-key-disbled'. Did you mean 'kms-key-disabled'[?]",
            id="unknown-id",
        ),
        pytest.param(
            'end="error"',
            "*@pytest.mark.copy_scenarios takes no 'end'. Did you mean 'ends'[?]",
            id="unknown-keyword",
        ),
        pytest.param('ends="eror"', "*ends='eror': expected * Did you mean 'error'[?]", id="ends"),
        pytest.param('"plain"', "*takes keywords alone, got ('plain',)*", id="positional"),
    ],
)
def test_a_wrong_marker_is_an_error_of_its_test(
    pytester: pytest.Pytester, marker: str, line: str
) -> None:
    """With the nearest name, and without a traceback."""
    pytester.makepyfile(CHECK.format(marker=f"@pytest.mark.copy_scenarios({marker})"))

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([line])
    result.stdout.no_fnmatch_line("*During handling*")


def test_a_wrong_book_is_an_error_of_its_test(pytester: pytest.Pytester) -> None:
    """A scenario can't be chosen by a book that isn't there."""
    marker = '@pytest.mark.fake_ec2(rules="obsrved")'
    pytester.makepyfile(CHECK.format(marker=marker))

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*No rule book is named 'obsrved'. Did you mean 'observed'[?]"])


def test_what_pytest_does_not_parametrize_is_told_so(pytester: pytest.Pytester) -> None:
    """A unittest class, and a fixture that is asked for at run time."""
    pytester.makepyfile(
        """
        import unittest
        import pytest

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def set_up(self, copy_scenario):
                pass

            def test_it(self):
                pass

        def test_late(request):
            request.getfixturevalue("copy_scenario")
        """
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(errors=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*::TestIt::test_it can't be run once per scenario: *",
            "*::test_late can't be run once per scenario: *",
        ]
    )


@pytest.mark.parametrize(
    ("marker", "outcomes"),
    [
        pytest.param('ids="kms-key-disabled"', {"passed": 1}, id="by-id"),
        pytest.param('ids="kms-key-disabled", ends="error"', {"errors": 1}, id="by-book"),
    ],
)
def test_a_book_that_is_named_too_late_is_an_error(
    pytester: pytest.Pytester, marker: str, outcomes: dict[str, int]
) -> None:
    """What ends how by that book was not known when scenarios were chosen."""
    module = CHECK.format(marker=f"@pytest.mark.copy_scenarios({marker})")
    pytester.makepyfile(
        f"""{module}
@pytest.fixture
def fake_ec2_options():
    return {{"rules": "observed"}}
"""
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(**outcomes)
    if "errors" in outcomes:
        line = "*copy_scenarios chose by the rule book 'documented', and fake_ec2_options says*"
        result.stdout.fnmatch_lines([line])


def test_the_marker_is_registered(pytester: pytest.Pytester) -> None:
    """With its keywords."""
    result = pytester.runpytest_inprocess("--markers")

    result.stdout.fnmatch_lines(['@pytest.mark.copy_scenarios(ends="error", rejected=True, *'])
