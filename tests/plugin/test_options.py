"""The options of the fixture: every place where they can be given, and which one wins."""

from __future__ import annotations

import pytest

from pytest_fakecopy.options import Options

SHOW = """
    def test_shown(fake_ec2):
        print("seed", fake_ec2.options.seed, "rules", fake_ec2.rules.name)
"""


def test_the_nearest_wins(pytester: pytest.Pytester) -> None:
    """Marker before fixture before command line before ini before default."""
    pytester.makeini("[pytest]\nfake_ec2_seed = 1\nfake_ec2_copy_duration = 10\n")
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture
        def fake_ec2_options():
            return {"seed": 2, "validation_delay": 1}
        """
    )
    pytester.makepyfile(
        """
        from datetime import timedelta

        import pytest

        pytestmark = pytest.mark.fake_ec2(seed=3, clock="virtual")

        @pytest.mark.fake_ec2(seed=4)
        def test_all(fake_ec2):
            options = fake_ec2.options
            assert options.seed == 4
            assert options.clock == "virtual"
            assert options.rules == "observed"
            assert options.validation_delay == timedelta(seconds=1)
            assert options.copy_duration == timedelta(seconds=10)
            assert options.account_id == "111122223333"

        def test_module_marker(fake_ec2):
            assert fake_ec2.options.seed == 3
        """
    )

    result = pytester.runpytest_inprocess("--fake-ec2-rules=observed")

    result.assert_outcomes(passed=2)


def test_options_may_be_a_value(pytester: pytest.Pytester) -> None:
    """The fixture may return an `Options`; what it was not given comes from farther away."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_fakecopy import Options

        @pytest.fixture
        def fake_ec2_options():
            return Options(seed=7, clock="virtual", sleep="instant")

        def test_seed(fake_ec2):
            assert (fake_ec2.options.seed, fake_ec2.options.sleep) == (7, "instant")
            assert fake_ec2.rules.name == "observed"
        """
    )
    pytester.makeini("[pytest]\nfake_ec2_sleep = real\nfake_ec2_seed = 8")

    pytester.runpytest_inprocess("--fake-ec2-rules=observed").assert_outcomes(passed=1)


@pytest.mark.parametrize("name", Options.names())
def test_every_option_has_an_ini_key(pytester: pytest.Pytester, name: str) -> None:
    """`pytest --help` names each."""
    result = pytester.runpytest_inprocess("--help")

    result.stdout.fnmatch_lines([f"*fake_ec2_{name} (*"])


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        pytest.param(
            "fake_ec2_rules = observd",
            '*option rules=*observd*: expected "documented" or "observed".*Did you mean *observed*',
            id="rules",
        ),
        pytest.param(
            "fake_ec2_copy_duration = soon",
            "*option copy_duration='soon': expected a timedelta or seconds, not negative*",
            id="duration",
        ),
        pytest.param(
            "fake_ec2_seed = -1", "*option seed='-1': expected a whole number*", id="seed"
        ),
    ],
)
def test_a_bad_ini_value_ends_the_run_at_once(
    pytester: pytest.Pytester, ini: str, message: str
) -> None:
    """The run fails when it is configured, with the value and what was expected."""
    pytester.makeini(f"[pytest]\n{ini}\n")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        pytest.param(
            'rulez="observed"', "*No option is named 'rulez'. Did you mean 'rules'?*", id="name"
        ),
        pytest.param('clock="sundial"', "*option clock='sundial': expected *", id="value"),
        pytest.param('"observed"', "*takes keywords alone, got ('observed',)*", id="positional"),
    ],
)
def test_a_bad_marker_is_an_error_of_the_test(
    pytester: pytest.Pytester, marker: str, message: str
) -> None:
    """The test doesn't run, and its error names the nearest option."""
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.fake_ec2({marker})
        def test_marked(fake_ec2):
            pass
        """
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_the_marker_is_registered(pytester: pytest.Pytester) -> None:
    """`pytest --markers` shows it with all of its keywords."""
    result = pytester.runpytest_inprocess("--markers")

    result.stdout.fnmatch_lines(["@pytest.mark.fake_ec2(rules=..., account_id=..., *"])


def test_the_header_names_the_versions(pytester: pytest.Pytester) -> None:
    """The first lines of a run say what the fake behaves like."""
    result = pytester.runpytest_inprocess()

    result.stdout.fnmatch_lines(["fake_ec2: pytest-fakecopy 0.*, botocore 1.*"])


def test_a_refusal_is_an_error_of_the_teardown(pytester: pytest.Pytester) -> None:
    """Code under test that swallows everything can't hide what was refused."""
    pytester.makepyfile(
        """
        import boto3

        def test_swallows(fake_ec2):
            try:
                boto3.client("ec2", "us-east-1").describe_instances()
            except BaseException:
                pass
        """
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*UnexpectedRequest: fake_ec2 does not serve DescribeInstances."])


def test_the_name_of_the_fixture_in_fixtures(pytester: pytest.Pytester) -> None:
    """`pytest --fixtures` shows the fixtures with their first sentence."""
    pytester.makepyfile(SHOW)

    result = pytester.runpytest_inprocess("--fixtures")

    result.stdout.fnmatch_lines(
        ["fake_ec2 -- *", "*A fake of EC2 CopySnapshot, KMS and STS*"], consecutive=False
    )


def test_a_test_that_travels_keeps_its_clock(pytester: pytest.Pytester, all_plugins: None) -> None:
    """With the fixture of time-machine the fake goes by time-machine, unless told otherwise."""
    pytester.makepyfile(
        """
        import pytest

        def test_travels(fake_ec2, time_machine):
            assert fake_ec2.options.clock == "time-machine"
            time_machine.move_to(4102444800)
            assert fake_ec2.clock.now().year == 2100

        @pytest.mark.fake_ec2(clock="virtual")
        def test_says_otherwise(fake_ec2, time_machine):
            assert fake_ec2.options.clock == "virtual"
        """
    )

    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_options_that_are_none(pytester: pytest.Pytester) -> None:
    """A fixture that forgets to return says so."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def fake_ec2_options():
            {"seed": 7}

        def test_it(fake_ec2):
            pass
        """
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ['*fake_ec2_options returned None: expected a dict or an Options: return {"rules": *}']
    )
