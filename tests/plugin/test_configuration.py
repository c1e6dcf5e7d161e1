"""Options in every form of pytest's configuration, typing errors in them, and what is printed."""

from __future__ import annotations

import pytest

SHOW = """
    from datetime import datetime, timedelta, timezone

    def test_shown(fake_ec2):
        options = fake_ec2.options
        assert options.rules == "observed"
        assert options.seed == 7
        assert options.copy_duration == timedelta(seconds=90)
        assert options.validation_delay == timedelta(seconds=2.5)
        assert options.passthrough == ("s3", "ec2:DescribeInstances")
        assert options.start_time == datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
        assert options.account_id == "444455556666"
"""
INI = """
fake_ec2_rules = observed
fake_ec2_seed = 7
fake_ec2_copy_duration = 90
fake_ec2_validation_delay = 2.5
fake_ec2_passthrough = s3, ec2:DescribeInstances
fake_ec2_start_time = 2026-01-31T12:00:00Z
fake_ec2_account_id = 444455556666
"""
TOML = """
fake_ec2_rules = "observed"
fake_ec2_seed = 7
fake_ec2_copy_duration = 90
fake_ec2_validation_delay = 2.5
fake_ec2_passthrough = ["s3", "ec2:DescribeInstances"]
fake_ec2_start_time = 2026-01-31T12:00:00Z
fake_ec2_account_id = "444455556666"
"""
needs_pytest_9 = pytest.mark.skipif(
    pytest.version_tuple < (9,), reason="[tool.pytest] came with pytest 9"
)
FORMS = [
    pytest.param("pytest.ini", "[pytest]", INI, id="pytest.ini"),
    pytest.param("tox.ini", "[pytest]", INI, id="tox.ini"),
    pytest.param("setup.cfg", "[tool:pytest]", INI, id="setup.cfg"),
    pytest.param("pyproject.toml", "[tool.pytest.ini_options]", TOML, id="ini_options"),
    pytest.param("pyproject.toml", "[tool.pytest]", TOML, id="native", marks=needs_pytest_9),
]
KEYS = (
    "Keys: fake_ec2_rules, fake_ec2_account_id, fake_ec2_clock, fake_ec2_start_time,"
    " fake_ec2_sleep, fake_ec2_validation_delay, fake_ec2_copy_duration,"
    " fake_ec2_max_concurrent_copies, fake_ec2_passthrough, fake_ec2_credentials, fake_ec2_seed"
)


@pytest.mark.parametrize(("name", "section", "body"), FORMS)
def test_every_form_of_configuration(
    pytester: pytest.Pytester, name: str, section: str, body: str
) -> None:
    """Texts, numbers, lists and dates are taken as the file gives them, without a warning."""
    (pytester.path / name).write_text(f"{section}\n{body}", encoding="utf-8")
    pytester.makepyfile(SHOW)

    result = pytester.runpytest_inprocess("-W", "error", "--strict-config")

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(("name", "section", "body"), FORMS)
def test_a_misspelt_key(pytester: pytest.Pytester, name: str, section: str, body: str) -> None:
    """It ends the run at once, with the nearest key, where pytest alone would warn."""
    (pytester.path / name).write_text(
        f"{section}\n{body.replace('_rules', '_rulez')}", encoding="utf-8"
    )

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: No ini key is named 'fake_ec2_rulez'. Did you mean 'fake_ec2_rules'?", KEYS],
        consecutive=True,
    )


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        pytest.param("fake-ec2-seed", " Did you mean 'fake_ec2_seed'?", id="hyphens"),
        pytest.param("fake_ec2_x", "", id="near-to-nothing"),
    ],
)
def test_a_misspelt_key_on_the_command_line(
    pytester: pytest.Pytester, key: str, nearest: str
) -> None:
    """`-o` is looked at as well."""
    result = pytester.runpytest_inprocess("-o", f"{key}=1")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert any(f"No ini key is named {key!r}.{nearest}" in line for line in result.errlines)


def test_a_key_on_the_command_line(pytester: pytest.Pytester) -> None:
    """`-o` wins over the file."""
    pytester.makeini("[pytest]\nfake_ec2_seed = 1\nfake_ec2_passthrough =\n")
    pytester.makepyfile(
        """
        def test_shown(fake_ec2):
            assert fake_ec2.options.seed == 2
            assert fake_ec2.options.passthrough == ()
        """
    )

    pytester.runpytest_inprocess("-o", "fake_ec2_seed=2").assert_outcomes(passed=1)


@needs_pytest_9
@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(
            "fake_ec2_seed = true",
            "ERROR: fake_ec2 option seed=True: expected a whole number, at least 0",
            id="bool",
        ),
        pytest.param(
            "fake_ec2_passthrough = [1]",
            "ERROR: fake_ec2 option passthrough=[1]: expected a list of services or operations:"
            ' passthrough=["s3", "ec2:DescribeInstances"]',
            id="list",
        ),
        pytest.param(
            "fake_ec2_account_id = 444455556666",
            "ERROR: fake_ec2 option account_id=444455556666: expected 12 digits:"
            ' account_id="111122223333"',
            id="number",
        ),
    ],
)
def test_a_value_of_the_wrong_type(pytester: pytest.Pytester, line: str, message: str) -> None:
    """The table [tool.pytest] has types; one that doesn't fit is refused with what was expected."""
    pytester.makepyprojecttoml(f"[tool.pytest]\n{line}\n")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.errlines


def test_options_that_contradict_each_other(pytester: pytest.Pytester) -> None:
    """The wall clock has no start time: the run ends before a test has begun."""
    pytester.makeini(
        "[pytest]\nfake_ec2_clock = real\nfake_ec2_start_time = 2026-01-31T12:00:00Z\n"
    )

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            (
                "ERROR: fake_ec2 option start_time='2026-01-31T12:00:00+00:00': expected none, as"
                ' the wall clock of clock="real" starts when it does.'
            ),
            "Leave out start_time, or let the fake have a time of its own: clock=*virtual*",
        ],
        consecutive=True,
    )


def test_a_clock_that_is_not_installed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends at once, and says what to install."""
    monkeypatch.setattr("pytest_fakecopy.plugin_options.find_spec", lambda name: None)
    pytester.makeini("[pytest]\nfake_ec2_clock = time-machine\n")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: fake_ec2 option clock='time-machine': time-machine is not installed.",
            "To install it: pip install *pytest-fakecopy?time-machine?*",
        ],
        consecutive=True,
    )


def test_the_header_has_what_is_no_default(pytester: pytest.Pytester) -> None:
    """Options of the run stand behind the versions; defaults would say nothing."""
    pytester.makeini("[pytest]\nfake_ec2_seed = 7\nfake_ec2_rules = documented\n")

    result = pytester.runpytest_inprocess("--fake-ec2-rules=observed")

    result.stdout.fnmatch_lines(
        ["fake_ec2: pytest-fakecopy 0.*, botocore 1.*[0-9], rules=observed, seed=7"]
    )


def test_the_header_of_a_quiet_run(pytester: pytest.Pytester) -> None:
    """There is none."""
    pytester.runpytest_inprocess("-q").stdout.no_fnmatch_line("fake_ec2:*")


def test_the_group_in_help(pytester: pytest.Pytester) -> None:
    """`pytest --help` has all options of the command line in one place."""
    result = pytester.runpytest_inprocess("--help")

    lines = [line.strip() for line in result.outlines]
    start = lines.index("fake EC2 CopySnapshot (pytest-fakecopy):")
    group = " ".join(lines[start : lines.index("", start)])
    assert "--fake-ec2-rules={documented,observed,all}" in group.replace(" ", "")
    assert "--fake-ec2-list-rules" in group
    assert (
        "--fake-ec2-timeline=DIR draw what happened in each failed test that uses fake_ec2 into an"
        " HTML file in DIR" in group
    )
    assert "which tests to draw: failed (default) or all" in group


def test_a_misspelt_option(pytester: pytest.Pytester) -> None:
    """A rule book that isn't there is refused by pytest, with those that are."""
    result = pytester.runpytest_inprocess("--fake-ec2-rules=observd")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*argument --fake-ec2-rules: invalid choice: *observd*"])


def test_assertions_of_the_package_are_not_rewritten(pytester: pytest.Pytester) -> None:
    """Python imports it, although pytest marks what comes with a plugin to be rewritten."""
    pytester.makepyfile(
        early='import pytest\npytest.register_assert_rewrite("pytest_fakecopy")',
        test_it="""
        from pytest_fakecopy import fake

        def test_it():
            assert type(fake.__loader__).__name__ == "SourceFileLoader"
        """,
    )

    # In a process of its own, which has imported nothing of it yet.
    result = pytester.runpytest_subprocess("-p", "early")

    result.assert_outcomes(passed=1)


def test_a_run_may_rewrite_nothing_at_all(pytester: pytest.Pytester) -> None:
    """pytest has nothing then that marks modules."""
    pytester.makepyfile("def test_it(fake_ec2):\n    assert fake_ec2.entered")

    result = pytester.runpytest_inprocess("--assert=plain")

    result.assert_outcomes(passed=1)
