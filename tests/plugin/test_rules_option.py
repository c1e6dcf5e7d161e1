"""`--fake-ec2-rules=all` and `--fake-ec2-list-rules`."""

from __future__ import annotations

import pytest

from pytest_fakecopy.scenarios import rules_table

FAKE = "import pytest\npytestmark = pytest.mark.fake_ec2(clock='virtual')\n"


def collected(pytester: pytest.Pytester, *args: str) -> list[str]:
    """Return the names of the tests that would run."""
    result = pytester.runpytest_inprocess("--collect-only", "-q", *args)
    return [line.partition("::")[2] for line in result.outlines if "::" in line]


def test_each_test_runs_once_per_book(pytester: pytest.Pytester) -> None:
    """Directly, through a fixture of the user's, by `usefixtures`; others run once."""
    pytester.makepyfile(
        FAKE
        + """
        @pytest.fixture
        def mine(fake_ec2):
            return fake_ec2

        def test_direct(fake_ec2, request):
            assert request.node.name == f"test_direct[{fake_ec2.rules.name}]"

        def test_indirect(mine, request):
            assert mine.rules.name in request.node.name

        @pytest.mark.usefixtures("fake_ec2")
        def test_used():
            pass

        def test_other():
            pass
        """.replace("\n        ", "\n")
    )

    names = collected(pytester, "--fake-ec2-rules=all")

    assert names == [
        "test_direct[documented]",
        "test_direct[observed]",
        "test_indirect[documented]",
        "test_indirect[observed]",
        "test_used[documented]",
        "test_used[observed]",
        "test_other",
    ]
    pytester.runpytest_inprocess("--fake-ec2-rules=all").assert_outcomes(passed=7)
    pytester.runpytest_inprocess("--fake-ec2-rules=all", "-k", "observed").assert_outcomes(
        passed=3, deselected=4
    )
    assert collected(pytester) == ["test_direct", "test_indirect", "test_used", "test_other"]


PARAMETRIZED = (
    FAKE
    + """
@pytest.mark.parametrize("size", [1, 2], ids=["small", "large"])
def test_sizes(fake_ec2, size, request):
    assert request.node.name.endswith(f"-{fake_ec2.rules.name}]")
"""
)


def test_a_tests_own_parameters_come_first(pytester: pytest.Pytester) -> None:
    """The name of the book stands behind them."""
    pytester.makepyfile(PARAMETRIZED)

    names = collected(pytester, "--fake-ec2-rules=all")

    assert names == [
        "test_sizes[small-documented]",
        "test_sizes[small-observed]",
        "test_sizes[large-documented]",
        "test_sizes[large-observed]",
    ]


def test_it_works_in_several_processes(pytester: pytest.Pytester, workers: list[str]) -> None:
    """Each worker of pytest-xdist comes to the same tests."""
    pytester.makepyfile(PARAMETRIZED)

    result = pytester.runpytest_subprocess("--fake-ec2-rules=all", *workers)

    result.assert_outcomes(passed=4)


def test_a_marker_that_names_a_book_has_it_its_way(pytester: pytest.Pytester) -> None:
    """Such a test runs once."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.fake_ec2(rules="observed", clock="virtual")
        def test_marked(fake_ec2):
            assert fake_ec2.rules.name == "observed"
        """
    )

    assert collected(pytester, "--fake-ec2-rules=all") == ["test_marked"]
    pytester.runpytest_inprocess("--fake-ec2-rules=all").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        pytest.param('{"rules": "observed"}', {"passed": 1, "skipped": 1}, id="dict"),
        pytest.param('Options(rules="observed")', {"passed": 1, "skipped": 1}, id="options"),
        pytest.param('{"rules": "documented"}', {"passed": 1, "skipped": 1}, id="default-in-dict"),
        pytest.param(
            'Options(rules="documented")', {"passed": 1, "skipped": 1}, id="default-in-options"
        ),
        pytest.param("Options(seed=7)", {"passed": 2}, id="options-without-rules"),
        pytest.param('{"seed": 7}', {"passed": 2}, id="dict-without-rules"),
        pytest.param("replace(Options(), seed=7)", {"passed": 2}, id="replaced-without-rules"),
        pytest.param(
            'replace(Options(rules="observed"), seed=7)',
            {"passed": 1, "skipped": 1},
            id="replaced-options",
        ),
    ],
)
def test_options_that_name_a_book_skip_the_other(
    pytester: pytest.Pytester, options: str, outcomes: dict[str, int]
) -> None:
    """They are not known before the test runs; the skipped run says why."""
    pytester.makepyfile(
        f"""
        from dataclasses import replace

        import pytest
        from pytest_fakecopy import Options

        @pytest.fixture
        def fake_ec2_options():
            return {options}

        def test_it(fake_ec2, request):
            assert fake_ec2.rules.name in request.node.name
        """
    )

    result = pytester.runpytest_inprocess("--fake-ec2-rules=all", "-rs")

    result.assert_outcomes(**outcomes)
    if "skipped" in outcomes:
        result.stdout.fnmatch_lines(["*fake_ec2_options says rules=*"])


def test_a_wrong_marker_is_an_error_of_its_test(pytester: pytest.Pytester) -> None:
    """It is found when tests are collected, and shown once without a traceback."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.fake_ec2("observed")
        def test_wrong(fake_ec2):
            pass
        """
    )

    result = pytester.runpytest_inprocess("--fake-ec2-rules=all")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*::test_wrong: @pytest.mark.fake_ec2 takes keywords alone, got ('observed',): *"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_another_book_is_refused(pytester: pytest.Pytester) -> None:
    """The command line names those that there are."""
    result = pytester.runpytest_inprocess("--fake-ec2-rules=obsrved")

    result.stderr.fnmatch_lines(["*invalid choice: 'obsrved' (choose from *documented*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_the_rules_are_listed(pytester: pytest.Pytester) -> None:
    """And nothing is run or collected."""
    pytester.makepyfile("def test_fails(): assert False")

    result = pytester.runpytest_inprocess("--fake-ec2-list-rules")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(rules_table().splitlines(), consecutive=True)
    result.stdout.no_fnmatch_line("*test_fails*")
