"""What stands under a failed test, in the terminal and in files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
    import boto3
    import pytest

    pytestmark = pytest.mark.fake_ec2(start_time="2026-01-31T12:00:00Z")

    def copy(fake_ec2, **parameters):
        source = fake_ec2.snapshots.add(region="us-west-2")
        request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id}
        ec2 = boto3.client("ec2", region_name="us-east-1")
        return ec2.copy_snapshot(**request, **parameters)["SnapshotId"]
"""
SECTION = [
    "*- fake_ec2 -*",
    "     +0s  snap-0ca40964e6f06eced in us-west-2: completed (the test added it)",
    (
        "          CopySnapshot us-west-2 -> us-east-1 of snap-0ca40964e6f06eced, Encrypted=True"
        " KmsKeyId=alias/none -> 200"
    ),
    "          snap-07bbaf4742ceb81d8 accepted: pending 'Metadata not updated'",
    "          time moved by 10m: tick",
    (
        "     +5s  kms-key-is-usable fails it: alias/none names no KMS key in us-east-1 for account"
        " 111122223333"
    ),
    "          snap-07bbaf4742ceb81d8 pending -> error 'Given key ID is not accessible'",
    "          event EBS Snapshot Notification: copySnapshot failed",
]
NOW = "     now  +10m by the clock of freezegun; nothing is scheduled"

FAILS = (
    HEAD
    + """
    def test_fails(fake_ec2):
        snapshot_id = copy(fake_ec2, Encrypted=True, KmsKeyId="alias/none")
        fake_ec2.clock.tick(600)
        snapshot = fake_ec2.snapshots[snapshot_id]
        assert snapshot.state == "completed"
"""
)


def test_the_whole_report_of_a_failed_test(pytester: pytest.Pytester) -> None:
    """The comparison says why, and the section what happened."""
    pytester.makepyfile(test_it=FAILS)

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       assert snapshot.state == *completed*",
            "E       AssertionError: assert 'error' == 'completed'",
            "E         snap-07bbaf4742ceb81d8 is 'error' 'Given key ID is not accessible'",
            (
                "E         why: kms-key-is-usable: alias/none names no KMS key in us-east-1 for"
                " account 111122223333"
            ),
            "",
            "test_it.py:16: AssertionError",
            *SECTION,
            NOW,
            "=* short test summary info =*",
        ],
        consecutive=True,
    )


def test_everything_with_vv(pytester: pytest.Pytester) -> None:
    """Nothing is left out then."""
    pytester.makepyfile(FAILS)

    result = pytester.runpytest_inprocess("-vv")

    result.stdout.fnmatch_lines([*SECTION, NOW], consecutive=True)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        pytest.param(["--tb=short"], True, id="tb-short"),
        pytest.param(["--tb=no"], False, id="tb-no"),
        pytest.param(["--show-capture=no"], False, id="no-capture"),
    ],
)
def test_where_the_section_is_shown(
    pytester: pytest.Pytester, options: list[str], shown: bool
) -> None:
    """It goes with the traceback and the captured output."""
    pytester.makepyfile(FAILS)

    result = pytester.runpytest_inprocess(*options)

    result.assert_outcomes(failed=1)
    assert (NOW in result.outlines) is shown


def test_the_section_of_another_process(pytester: pytest.Pytester, worker: list[str]) -> None:
    """It comes with the report of a worker of pytest-xdist."""
    pytester.makepyfile(FAILS)

    result = pytester.runpytest_inprocess(*worker)

    result.assert_outcomes(failed=1)
    assert NOW in result.outlines


def test_without_the_terminal(pytester: pytest.Pytester) -> None:
    """Options of pytest's that are missing then are not missed: the file has the section."""
    pytester.makepyfile(FAILS)

    pytester.runpytest_inprocess("-p", "no:terminal", "--junitxml=junit.xml")

    [told] = ET.parse(pytester.path / "junit.xml").iter("property")  # noqa: S314  # our own
    assert told.attrib["value"].splitlines() == [*SECTION[1:], NOW]


def test_a_test_that_passes_has_no_section(pytester: pytest.Pytester) -> None:
    """Neither has one that fails as it is expected to, or one without the fixture."""
    pytester.makepyfile(
        HEAD
        + """
    def test_passes(fake_ec2):
        copy(fake_ec2)

    @pytest.mark.xfail(reason="known")
    def test_is_known(fake_ec2):
        assert not copy(fake_ec2)

    def test_without():
        assert not 1
"""
    )

    result = pytester.runpytest_inprocess("-rA")

    result.assert_outcomes(passed=1, xfailed=1, failed=1)
    result.stdout.no_fnmatch_line("*- fake_ec2 -*")


def test_a_failed_setup(pytester: pytest.Pytester) -> None:
    """A fixture that uses the fake and fails is reported like a test."""
    pytester.makepyfile(
        HEAD
        + """
    @pytest.fixture
    def broken(fake_ec2):
        assert fake_ec2.snapshots[copy(fake_ec2)].encrypted

    def test_never_runs(broken):
        pass
"""
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*- fake_ec2 -*", "     +0s  snap-*", "*CopySnapshot*"])


def test_a_failed_teardown(pytester: pytest.Pytester) -> None:
    """What the code under test swallowed comes up at the end, with what happened until then."""
    pytester.makepyfile(
        HEAD
        + """
    def test_swallows(fake_ec2):
        copy(fake_ec2)
        fake_ec2.clock.tick(5)
        try:
            boto3.client("ec2", "us-east-1").describe_instances()
        except BaseException:
            pass
"""
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "E*UnexpectedRequest: fake_ec2 does not serve DescribeInstances.",
            "*- fake_ec2 -*",
            "     now  +5s by the clock of freezegun; scheduled:",
            "    +60s  snap-07bbaf4742ceb81d8 completes",
        ]
    )


def test_a_test_that_fails_twice_is_told_once(pytester: pytest.Pytester) -> None:
    """A call and a teardown that fail share one section."""
    pytester.makepyfile(
        HEAD
        + """
    def test_fails_twice(fake_ec2):
        fake_ec2.faults.reject("CopySnapshot", "RequestLimitExceeded")
        assert not fake_ec2
"""
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(failed=1, errors=1)
    assert len([line for line in result.outlines if re.search("- fake_ec2 -", line)]) == 1


def test_each_test_has_its_own_section(pytester: pytest.Pytester) -> None:
    """Nothing of one test is told under another, and no fake outlives its test."""
    pytester.makeconftest(
        """
        import gc

        def pytest_sessionfinish():
            from pytest_fakecopy import FakeEC2
            gc.collect()
            alive = sum(isinstance(thing, FakeEC2) for thing in gc.get_objects())
            print("alive:", alive)
        """
    )
    pytester.makepyfile(
        HEAD
        + """
    @pytest.mark.parametrize("fails", [True, False, False])
    def test_it(fake_ec2, fails):
        if fails:
            copy(fake_ec2)
        assert len(fake_ec2.snapshots) == 2 * fails
        assert fails < 2

    def test_fails_last(fake_ec2):
        fake_ec2.snapshots.add(region="eu-west-1")
        raise RuntimeError
"""
    )

    # In a process of its own: other tests leave fakes to the garbage collector.
    result = pytester.runpytest_subprocess("-s")

    result.assert_outcomes(passed=3, failed=1)
    expected = ["*- fake_ec2 -*", "*in eu-west-1: completed*", "     now  +0s by*"]
    result.stdout.fnmatch_lines(expected, consecutive=True)
    # The traceback of the failed test keeps its frames alive.
    [alive] = [int(line.rpartition(":")[2]) for line in result.outlines if "alive:" in line]
    assert alive <= 1


def test_several_fakes(pytester: pytest.Pytester) -> None:
    """One that a test enters itself is told as well; with several, each has a section."""
    pytester.makepyfile(
        HEAD
        + """
    from pytest_fakecopy import FakeEC2

    def test_one():
        with FakeEC2(clock="virtual") as own:
            copy(own)
            raise RuntimeError

    def test_two(fake_ec2):
        with FakeEC2(clock="virtual") as own:
            own.snapshots.add(region="eu-west-1")
        raise RuntimeError
"""
    )

    result = pytester.runpytest_inprocess("--fake-ec2-timeline=drawn")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*- fake_ec2 -*",
            "     +0s  snap-0ca40964e6f06eced in us-west-2*",
            "*- fake_ec2 1 of 2 -*",
            "     now  +0s by the clock of freezegun; nothing is scheduled",
            "*- fake_ec2 2 of 2 -*",
            "     +0s  snap-0ca40964e6f06eced in eu-west-1*",
            "   drawn  in *test_two-*-2.html",
            "fake_ec2: 3 timelines in *",
        ]
    )


def test_a_fake_of_the_whole_session(pytester: pytest.Pytester) -> None:
    """It is told under the failed tests that use it, with what happened before."""
    pytester.makepyfile(
        HEAD
        + """
    from pytest_fakecopy import FakeEC2

    @pytest.fixture(scope="session", autouse=True)
    def world():
        with FakeEC2(clock="virtual") as fake:
            yield fake

    def test_first(world):
        world.snapshots.add(region="eu-west-1")

    def test_without():
        raise RuntimeError

    def test_last(world):
        copy(world)
        raise RuntimeError
"""
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1, failed=2)
    assert len([line for line in result.outlines if "- fake_ec2 -" in line]) == 1
    result.stdout.fnmatch_lines(
        [
            "*_ test_last _*",
            "*- fake_ec2 -*",
            "     +0s  snap-0ca40964e6f06eced in eu-west-1: completed (the test added it)",
            "*CopySnapshot us-west-2 -> us-east-1 *",
        ]
    )


def test_a_second_try(pytester: pytest.Pytester) -> None:
    """What an earlier try of a test left is not told of the later one."""
    pytester.makeconftest(
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            for number in range(2):
                item.config.number = number
                runtestprotocol(item, nextitem=nextitem)
            return True
        """
    )
    pytester.makepyfile(
        """
        def test_it(fake_ec2, request):
            fake_ec2.snapshots.add(region=f"us-east-{request.config.number + 1}")
            raise RuntimeError
        """
    )

    pytester.runpytest_inprocess("--junitxml=junit.xml", "--fake-ec2-timeline=drawn")

    tree = ET.parse(pytester.path / "junit.xml")  # noqa: S314  # our own
    told = [each.attrib["value"] for each in tree.iter("property")]
    assert [re.findall("us-east-.", text) for text in told] == [["us-east-1"], ["us-east-2"]]


def test_parts_of_a_test(pytester: pytest.Pytester) -> None:
    """Each part that fails by itself, as subtests do, is told; the property is the last of them."""
    pytester.makepyfile(
        HEAD
        + """
    def fail():
        raise RuntimeError

    def test_parts(fake_ec2, request):
        for region in ("eu-west-1", "eu-west-2"):
            fake_ec2.snapshots.add(region=region)
            call = pytest.CallInfo.from_call(fail, "call")
            report = request.node.ihook.pytest_runtest_makereport(item=request.node, call=call)
            [(name, text)] = report.sections
            print(name, len(text.splitlines()))
        [(name, text)] = request.node.user_properties
        print("last:", name, len(text.splitlines()))
"""
    )

    result = pytester.runpytest_inprocess("-s")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*fake_ec2 2", "fake_ec2 3", "last: fake_ec2 3"])


@pytest.mark.parametrize("phase", ["call", "teardown"])
def test_junit_xml(pytester: pytest.Pytester, tmp_path: Path, phase: str) -> None:
    """The section is a property of the test case, once."""
    swallowed = HEAD + (
        """
    def test_swallows(fake_ec2):
        fake_ec2.faults.reject("CopySnapshot", "RequestLimitExceeded")
"""
    )
    pytester.makepyfile(FAILS if phase == "call" else swallowed)
    path = tmp_path / "junit.xml"

    pytester.runpytest_inprocess(f"--junitxml={path}")

    properties = list(ET.parse(path).iter("property"))  # noqa: S314  # our own
    assert [each.attrib["name"] for each in properties] == ["fake_ec2"]
    lines = properties[0].attrib["value"].splitlines()
    assert lines[-1].endswith("by the clock of freezegun; nothing is scheduled")
    if phase == "call":
        assert lines == [*SECTION[1:], NOW]


def test_pytest_html(pytester: pytest.Pytester, all_plugins: None, tmp_path: Path) -> None:
    """The page of pytest-html has the section and the picture."""
    pytest.importorskip("pytest_html")
    pytester.makepyfile(FAILS)
    path = tmp_path / "report.html"

    pytester.runpytest_inprocess(f"--html={path}", "-W", "ignore")

    page = path.read_text("utf-8")
    assert "CopySnapshot us-west-2" in page
    assert "fake-ec2" in page


def test_pytest_html_by_a_stand_in(pytester: pytest.Pytester) -> None:
    """It gets an extra with the picture, where it is asked for a page and a test fails."""
    pytester.makeconftest(
        """
        class Extras:
            @staticmethod
            def html(content):
                return {"content": content, "format_type": "html"}

        class StandIn:
            extras = Extras

            def pytest_runtest_logreport(self, report):
                for extra in getattr(report, "extras", []):
                    print(report.when, extra["format_type"], extra["content"][:30])

        def pytest_addoption(parser):
            parser.addoption("--html", dest="htmlpath")

        def pytest_configure(config):
            config.pluginmanager.register(StandIn(), "html")
        """
    )
    pytester.makepyfile(FAILS)

    with_page = pytester.runpytest_inprocess("-s", "--html=page.html")
    without = pytester.runpytest_inprocess("-s")

    with_page.stdout.fnmatch_lines(["*call html <div><svg xmlns=*"])
    without.stdout.no_fnmatch_line("*<svg*")


SECRETS = (
    HEAD
    + """
    import warnings
    from pytest_fakecopy import Account

    def show(fake_ec2):
        print("SECRET", fake_ec2.accounts.default.secret_access_key)
        print("SECRET", fake_ec2.accounts.default.session_token)
        [request] = fake_ec2.journal.requests("CopySnapshot")
        print("SECRET", request.parameters["PresignedUrl"].partition("X-Amz-Signature=")[2])

    def test_request(fake_ec2):
        copy(fake_ec2)
        show(fake_ec2)
        assert fake_ec2.journal.requests() == ()

    def test_parameters(fake_ec2):
        copy(fake_ec2)
        [request] = fake_ec2.journal.requests()
        show(fake_ec2)
        assert request.parameters == {"SourceRegion": "us-west-2"}

    def test_url(fake_ec2):
        copy(fake_ec2)
        [request] = fake_ec2.journal.requests()
        show(fake_ec2)
        assert request.parameters["PresignedUrl"] == "https://"

    def test_judgement(fake_ec2):
        copy(fake_ec2)
        [verdict] = fake_ec2.journal.verdicts()
        show(fake_ec2)
        assert verdict.judgement.attempt.presigned == verdict.judgement.attempt

    def test_account(fake_ec2):
        copy(fake_ec2)
        show(fake_ec2)
        assert fake_ec2.accounts.default == fake_ec2.accounts

    def test_key(fake_ec2):
        key = fake_ec2.accounts.default.secret_access_key
        copy(fake_ec2)
        show(fake_ec2)
        assert key == fake_ec2.serve().settings["AWS_ACCESS_KEY_ID"]

    def test_assertion(fake_ec2):
        show_me = copy(fake_ec2, Encrypted=True, KmsKeyId="alias/none")
        show(fake_ec2)
        fake_ec2.assert_eventually_completed(show_me)

    def test_refused(fake_ec2):
        copy(fake_ec2)
        show(fake_ec2)
        boto3.client("ec2", region_name="us-east-1").describe_instances()

    def test_rejected(fake_ec2):
        copy(fake_ec2)
        show(fake_ec2)
        fake_ec2.faults.reject("CopySnapshot", "InternalError")
        try:
            copy(fake_ec2)
        except Exception as error:
            raise RuntimeError from error
"""
)


@pytest.mark.parametrize(
    "options",
    [[], ["-vv"], ["-vvv", "--showlocals", "--tb=long"]],
    ids=["short", "vv", "showlocals"],
)
def test_secrets_are_never_shown(pytester: pytest.Pytester, options: list[str]) -> None:
    """Secret key, token and signature are in no report, comparison or file."""
    pytester.makepyfile(SECRETS)

    result = pytester.runpytest_inprocess(
        "--junitxml=junit.xml", "--fake-ec2-timeline=drawn", *options
    )

    printed = {line.split()[-1] for line in result.outlines if line.startswith("SECRET ")}
    secrets = printed - {"None", "SECRET"}
    files = [pytester.path / "junit.xml", *(pytester.path / "drawn").glob("*.html")]
    shown = [line for line in result.outlines if not line.startswith("SECRET ")]
    everything = "\n".join([*shown, *(path.read_text("utf-8") for path in files)])
    result.assert_outcomes(failed=9, errors=1)
    assert len(secrets) >= 2
    assert len(files) == 10
    assert [secret for secret in secrets if secret in everything] == []
