"""`--fake-ec2-timeline=DIR`: a file for each test to look at."""

from __future__ import annotations

import re

import pytest

from pytest_fakecopy.plugin_report import file_name

TESTS = """
    import pytest

    def test_passes(fake_ec2):
        fake_ec2.clock.tick(60)

    @pytest.mark.parametrize("what", ["a/../b", "Ünï"])
    def test_fails(fake_ec2, what):
        fake_ec2.snapshots.add()
        assert not what

    def test_fails_without():
        raise RuntimeError
"""


@pytest.fixture
def tests(pytester: pytest.Pytester) -> pytest.Pytester:
    """A directory with tests that pass and fail."""
    pytester.makepyfile(test_it=TESTS)
    return pytester


def drawn(pytester: pytest.Pytester) -> list[str]:
    """Return the names of what was drawn, without their digests."""
    paths = sorted((pytester.path / "out" / "drawn").iterdir())
    assert all(path.read_text("utf-8").startswith("<!DOCTYPE html>") for path in paths)
    return [re.sub("-[0-9a-f]{8}[.]html$", "", path.name) for path in paths]


@pytest.mark.parametrize("several", [False, True], ids=["here", "xdist"])
def test_failed_tests_are_drawn(
    tests: pytest.Pytester, request: pytest.FixtureRequest, several: bool
) -> None:
    """The directory is made, the section names the file, and the last lines name the directory."""
    options = request.getfixturevalue("worker") if several else []

    result = tests.runpytest_inprocess("--fake-ec2-timeline=out/drawn", *options)

    result.assert_outcomes(passed=1, failed=3)
    directory = tests.path / "out" / "drawn"
    assert drawn(tests) == ["test_it.py-test_fails-Xn", "test_it.py-test_fails-a-..-b"] or drawn(
        tests
    ) == ["test_it.py-test_fails-a-..-b", "test_it.py-test_fails-xdcn-xef"]
    result.stdout.fnmatch_lines([f"   drawn  in {directory}/test_it.py-test_fails-*.html"])
    result.stdout.fnmatch_lines([f"fake_ec2: 2 timelines in {directory}"])


def test_all_tests_are_drawn(tests: pytest.Pytester) -> None:
    """Those that use the fixture, that is; one that passes has the title as well."""
    result = tests.runpytest_inprocess(
        "--fake-ec2-timeline=out/drawn", "--fake-ec2-timeline-for=all"
    )

    assert len(drawn(tests)) == 3
    assert "test_it.py-test_passes" in drawn(tests)
    result.stdout.fnmatch_lines(["fake_ec2: 3 timelines in *"])


def test_one_drawing(tests: pytest.Pytester) -> None:
    """One is one."""
    result = tests.runpytest_inprocess(
        "--fake-ec2-timeline=out/drawn", "--fake-ec2-timeline-for=all", "-k", "passes"
    )

    result.stdout.fnmatch_lines(["fake_ec2: 1 timeline in *"])


def test_nothing_to_draw(tests: pytest.Pytester) -> None:
    """A run in which nothing fails makes no directory and says nothing."""
    result = tests.runpytest_inprocess("--fake-ec2-timeline=out/drawn", "-k", "passes")

    assert not (tests.path / "out").exists()
    result.stdout.no_fnmatch_line("*timeline*")


def test_a_report_with_a_drawing_is_twenty_lines_at_most(pytester: pytest.Pytester) -> None:
    """The line that names the file counts."""
    pytester.makepyfile(
        """
        def test_long(fake_ec2):
            for _ in range(50):
                fake_ec2.snapshots.add()
            raise RuntimeError
        """
    )

    result = pytester.runpytest_inprocess("--fake-ec2-timeline=drawn")

    lines = result.outlines
    start = next(number for number, line in enumerate(lines) if "- fake_ec2 -" in line)
    end = next(number for number, line in enumerate(lines) if line.startswith("   drawn  in "))
    assert end - start == 20


def test_a_drawing_that_cannot_be_written(pytester: pytest.Pytester) -> None:
    """The test keeps its outcome; the end of the run says what went wrong."""
    pytester.makepyfile(
        """
        from pathlib import Path

        def test_in_the_way(fake_ec2):
            Path("drawn").write_text("a file by now")
            raise RuntimeError
        """
    )

    result = pytester.runpytest_inprocess("--fake-ec2-timeline=drawn")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["fake_ec2: could not draw */drawn/*.html: *"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            ["--fake-ec2-timeline-for=all"],
            "ERROR: --fake-ec2-timeline-for says which tests to draw, and not where to: add"
            " --fake-ec2-timeline=DIR",
            id="no-directory",
        ),
        pytest.param(
            ["--fake-ec2-timeline=test_it.py"],
            "ERROR: --fake-ec2-timeline='test_it.py': expected a directory, which is made if it"
            " isn't there",
            id="file",
        ),
        pytest.param(
            ["--fake-ec2-timeline="],
            "ERROR: --fake-ec2-timeline='': expected a directory, which is made if it isn't there",
            id="empty",
        ),
    ],
)
def test_misuse_ends_the_run_at_once(
    tests: pytest.Pytester, options: list[str], message: str
) -> None:
    """Before a test has run, with what to write instead."""
    result = tests.runpytest_inprocess(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.errlines


def test_names_of_files() -> None:
    """They are safe on every system, of a limited length, and no two tests share one."""
    nodeids = ["tests/test_x.py::test_a[b/c]", "tests/test_x.py::test_a[b:c]", "☃", "x" * 500,
               "y" * 500, "a\ud800", ""]  # fmt: skip

    names = [file_name(nodeid) for nodeid in nodeids]

    assert names[0].startswith("tests-test_x.py-test_a-b-c-")
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,140}\.html", name)
