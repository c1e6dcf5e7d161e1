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


@pytest.mark.parametrize("options", [[], ["--showlocals"]], ids=["default", "showlocals"])
def test_an_error_of_others(tests: pytest.Pytester, options: list[str]) -> None:
    """It ends at the line that made the call as well."""
    result = tests.runpytest_inprocess("-k", "test_refused", *options)

    assert "test_it.py:15: ClientError" in result.outlines
    assert not any("site-packages" in line for line in result.outlines)
    assert not any("raise error_class" in line for line in result.outlines)


@pytest.mark.parametrize(
    "options",
    [["--full-trace"], ["--full-trace", "--showlocals"], ["--tb=native"]],
    ids=["full-trace", "full-trace-locals", "native"],
)
@pytest.mark.parametrize(
    ("name", "last"),
    [
        pytest.param("test_refused", "raise error_class", id="botocore"),
        pytest.param("test_misuse", "raise _wrong(name, value, expected)", id="ours"),
    ],
)
def test_the_whole_traceback(
    tests: pytest.Pytester, name: str, last: str, options: list[str]
) -> None:
    """Who asks for all frames, or for the traceback as Python writes it, gets it whole."""
    result = tests.runpytest_inprocess("-k", name, *options)

    assert any(last in line for line in result.outlines)


def test_causes_and_members_of_a_group(tests: pytest.Pytester) -> None:
    """What an error was raised from ends at the call, and so does what a group holds."""
    tests.makepyfile(
        test_related="""
        import boto3
        import pytest

        MADE = []

        class Group(Exception):
            exceptions = ()

        def refused():
            ec2 = boto3.client("ec2", region_name="us-east-1")
            with pytest.raises(ec2.exceptions.ClientError) as caught:
                ec2.delete_snapshot(SnapshotId="snap-1")
            MADE.append(caught.value)
            return caught.value

        def test_related(fake_ec2):
            group = Group()
            group.exceptions = (refused(), "no error")
            group.__cause__ = refused()
            raise group

        def test_what_is_left():
            traces = [error.__traceback__ for error in MADE]
            assert [trace.tb_frame.f_code.co_name for trace in traces] == ["refused"] * 2
            assert [trace.tb_next for trace in traces] == [None, None]
        """
    )

    result = tests.runpytest_inprocess("test_related.py")

    result.assert_outcomes(failed=1, passed=1)
    assert "test_related.py:12: ClientError" in result.outlines
    assert not any("site-packages" in line for line in result.outlines)


@pytest.mark.parametrize("options", [[], ["--showlocals"]], ids=["default", "showlocals"])
def test_a_call_that_no_line_of_the_test_makes(tests: pytest.Pytester, options: list[str]) -> None:
    """Some frame is shown: that of the call alone, not the way from there."""
    tests.makepyfile(
        test_finalizer="""
        import boto3
        from functools import partial

        def test_finalizer(fake_ec2, request):
            ec2 = boto3.client("ec2", region_name="us-east-1")
            request.addfinalizer(partial(ec2.delete_snapshot, SnapshotId="snap-1"))
        """
    )

    result = tests.runpytest_inprocess("test_finalizer.py", *options)

    result.assert_outcomes(passed=1, errors=1)
    [place] = [line for line in result.outlines if "site-packages" in line]
    assert "botocore" in place
    assert place.endswith(": ClientError")
    assert not any("raise error_class" in line for line in result.outlines)


@pytest.mark.parametrize(
    ("subscribes", "then"),
    [
        pytest.param("events.subscribe", "fake_ec2.clock.tick(600)", id="subscriber-tick"),
        pytest.param("events.subscribe", "time.sleep(600)", id="subscriber-sleep"),
        pytest.param("faults.meanwhile", "ec2.describe_snapshots()", id="meanwhile-call"),
        pytest.param("faults.meanwhile", "fake_ec2.clock.tick(600)", id="meanwhile-tick"),
    ],
)
def test_a_function_of_the_test_that_the_fake_calls(
    tests: pytest.Pytester, subscribes: str, then: str
) -> None:
    """Between the line that lets it happen and the function there is no frame of the fake."""
    tests.makepyfile(
        test_function=f"""
        import time
        import boto3

        def test_function(fake_ec2):
            def fail(*_event):
                raise ValueError("mine")
            fake_ec2.{subscribes}(fail)
            ec2 = boto3.client("ec2", region_name="us-east-1")
            snapshot_id = fake_ec2.snapshots.add().snapshot_id
            ec2.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=snapshot_id)
            {then}
        """
    )

    result = tests.runpytest_inprocess("test_function.py")

    places = [line for line in result.outlines if ".py:" in line and "FAILED" not in line]
    assert places == ["test_function.py:11: ", "test_function.py:6: ValueError"]


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        pytest.param([], True, id="default"),
        pytest.param(["--showlocals"], False, id="showlocals"),
    ],
)
def test_a_failure_of_the_fake_itself(
    tests: pytest.Pytester, options: list[str], whole: bool
) -> None:
    """Its frames say where, and are there unless locals are shown: they are signed requests."""
    tests.makepyfile(
        test_internal="""
        import boto3
        from pytest_fakecopy import InternalError

        def test_internal(fake_ec2):
            def fail(**_arguments):
                raise InternalError("broken")
            ec2 = boto3.client("ec2", region_name="us-east-1")
            ec2.meta.events.register("before-call", fail)
            ec2.describe_snapshots()
        """
    )

    result = tests.runpytest_inprocess("test_internal.py", *options)

    assert any("in _make_api_call" in line for line in result.outlines) is whole


@pytest.mark.parametrize(
    ("module", "options", "shown"),
    [
        pytest.param("moto.core.botocore_stubber", [], False, id="stubber"),
        pytest.param("moto.s3.models", [], True, id="service-of-moto"),
        pytest.param("moto.s3.models", ["--showlocals"], False, id="its-locals"),
        pytest.param("requests_of_mine", ["--showlocals"], True, id="name-that-begins-like-one"),
    ],
)
def test_whose_frames_are_left_out(
    tests: pytest.Pytester, module: str, options: list[str], shown: bool
) -> None:
    """Those between a call and its answer; what fails in a service of moto is not."""
    tests.makepyfile(
        between="def between(function): function()",
        test_between=f"""
        import between

        between.__name__ = "{module}"

        def test_between(fake_ec2):
            def fail():
                raise ValueError
            between.between(fail)
        """,
    )

    result = tests.runpytest_inprocess("test_between.py", *options)

    assert any(line.startswith("between.py:1:") for line in result.outlines) is shown
    assert "test_between.py:7: ValueError" in result.outlines


@pytest.mark.parametrize("options", [[], ["--showlocals"]], ids=["default", "showlocals"])
def test_a_test_without_a_fake(tests: pytest.Pytester, options: list[str]) -> None:
    """Nothing of it is left out, whatever is shown: it is none of ours."""
    tests.makepyfile(
        test_other="""
        import botocore.session

        def test_other():
            botocore.session.get_session().create_client("ec3", region_name="us-east-1")
        """
    )

    result = tests.runpytest_inprocess("test_other.py", *options)

    assert any("botocore" in line and "in create_client" in line for line in result.outlines)


def test_an_error_of_ours_without_a_fake(tests: pytest.Pytester) -> None:
    """It ends at the line of the test all the same; its causes are left to the test."""
    tests.makepyfile(
        test_options="""
        from pytest_fakecopy import FakeEC2

        def test_options():
            FakeEC2(clock="sundial")
        """
    )

    result = tests.runpytest_inprocess("test_options.py")

    assert "test_options.py:4: UsageError" in result.outlines
    assert not any("raise UsageError" in line for line in result.outlines)


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
