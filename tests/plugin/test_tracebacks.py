"""Where the traceback of a failed test ends."""

from __future__ import annotations

import pytest

TESTS = """
    import boto3
    import pytest
    import unittest

    def look():
        return boto3.client("ec2", region_name="us-east-1").describe_instances()

    def test_unexpected(fake_ec2):
        look()

    def test_misuse(fake_ec2):
        fake_ec2.snapshots.add(volume_size="large")

    def test_refused(fake_ec2):
        boto3.client("ec2", region_name="us-east-1").delete_snapshot(SnapshotId="snap-1")

    @pytest.mark.usefixtures("fake_ec2")
    class TestCase(unittest.TestCase):
        def test_in_a_case(self):
            look()
"""


@pytest.fixture
def tests(pytester: pytest.Pytester) -> pytest.Pytester:
    """A directory with tests that fail inside of the fake."""
    pytester.makepyfile(test_it=TESTS)
    return pytester


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        pytest.param("test_unexpected", "test_it.py:6: UnexpectedRequest", id="unexpected"),
        pytest.param("test_misuse", "test_it.py:12: UsageError", id="misuse"),
        pytest.param("test_in_a_case", "test_it.py:6: UnexpectedRequest", id="unittest"),
    ],
)
def test_an_error_of_ours(tests: pytest.Pytester, name: str, ends: str) -> None:
    """It ends at the line that made the call, whatever is between that and the fake."""
    result = tests.runpytest_inprocess("-k", name)

    assert ends in result.outlines
    assert [line for line in result.outlines if "site-packages" in line] == []


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        pytest.param([], True, id="default"),
        pytest.param(["--showlocals"], False, id="showlocals"),
        pytest.param(["--showlocals", "--full-trace"], True, id="full-trace"),
    ],
)
def test_an_error_of_others(tests: pytest.Pytester, options: list[str], whole: bool) -> None:
    """It is left as it is, unless locals are shown: botocore's hold signed requests."""
    result = tests.runpytest_inprocess("-k", "test_refused", *options)

    assert any("botocore" in line and "in _api_call" in line for line in result.outlines) is (
        whole and "--full-trace" not in options
    )
    assert any("raise error_class" in line for line in result.outlines) is whole


def test_a_test_without_a_fake(tests: pytest.Pytester) -> None:
    """Nothing of it is left out, whatever is shown: it is none of ours."""
    tests.makepyfile(
        test_other="""
        import botocore.session

        def test_other():
            botocore.session.get_session().create_client("ec3", region_name="us-east-1")
        """
    )

    result = tests.runpytest_inprocess("test_other.py", "--showlocals")

    assert any("botocore" in line and "in create_client" in line for line in result.outlines)


def test_what_is_found_at_the_end(tests: pytest.Pytester) -> None:
    """The error of a teardown has no frame of the test, and shows none of pytest's."""
    result = tests.runpytest_inprocess("-k", "test_unexpected")

    result.assert_outcomes(failed=1, errors=1)
    start = next(number for number, line in enumerate(result.outlines) if "teardown of" in line)
    assert "UnexpectedRequest: fake_ec2 does not serve" in result.outlines[start + 2]


def test_an_error_in_a_loop_of_causes(tests: pytest.Pytester) -> None:
    """Errors that are each other's context are gone through once."""
    tests.makepyfile(
        test_loop="""
        import pytest

        @pytest.mark.usefixtures("fake_ec2")
        def test_loop():
            one, other = RuntimeError("one"), RuntimeError("other")
            one.__cause__ = one.__context__ = other
            other.__context__ = one
            raise one
        """
    )

    result = tests.runpytest_inprocess("test_loop.py", "--showlocals")

    result.assert_outcomes(failed=1)
