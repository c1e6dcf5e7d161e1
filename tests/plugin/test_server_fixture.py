"""The fixture `fake_ec2_server`: which clock it gets, and what it reports."""

from __future__ import annotations

import pytest

pytest.importorskip("werkzeug")


def test_it_is_in_front_of_the_same_fake(pytester: pytest.Pytester) -> None:
    """A subprocess copies a snapshot of the test's, and waits in a time that passes by itself."""
    pytester.makepyfile(
        """
        import subprocess, sys

        CODE = '''
        import os, time
        import botocore.session
        ec2 = botocore.session.Session().create_client("ec2")
        copy = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=os.environ["SOURCE"])
        ids = [copy["SnapshotId"]]
        while ec2.describe_snapshots(SnapshotIds=ids)["Snapshots"][0]["State"] == "pending":
            time.sleep(0.1)
        print(ids[0])
        '''.replace("\\n        ", "\\n")

        def test_copy(fake_ec2, fake_ec2_server):
            source = fake_ec2.snapshots.add(region="us-west-2")

            done = subprocess.run(
                [sys.executable, "-c", CODE],
                env={**fake_ec2_server.environ, "SOURCE": source.snapshot_id},
                capture_output=True, text=True, timeout=30,
            )

            assert done.stderr == ""
            assert fake_ec2.snapshots[done.stdout.strip()].state == "completed"
        """
    )

    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=1)


def test_it_has_a_clock_that_goes(pytester: pytest.Pytester) -> None:
    """The process keeps its time and its sleeps, unless something says otherwise."""
    pytester.makepyfile(
        """
        import pytest

        def chosen(fake):
            return fake.options.clock, fake.options.sleep

        def test_without(fake_ec2):
            assert chosen(fake_ec2) == ("freezegun", "instant")

        def test_with(fake_ec2_server, fake_ec2):
            assert chosen(fake_ec2) == ("virtual", "real")

        @pytest.mark.fake_ec2(clock="freezegun", sleep="instant")
        def test_marked(fake_ec2_server, fake_ec2):
            assert chosen(fake_ec2) == ("freezegun", "instant")

        class TestOverridden:
            @pytest.fixture
            def fake_ec2_options(self):
                return {"clock": "real"}

            def test_it(self, fake_ec2_server, fake_ec2):
                assert chosen(fake_ec2) == ("real", "real")
        """
    )

    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=4)


def test_the_ini_file_comes_before_its_own_choice(pytester: pytest.Pytester) -> None:
    """A team's own clock is kept."""
    pytester.makeini("[pytest]\nfake_ec2_clock = freezegun\n")
    pytester.makepyfile(
        """
        def test_it(fake_ec2_server, fake_ec2):
            assert (fake_ec2.options.clock, fake_ec2.options.sleep) == ("freezegun", "real")
        """
    )

    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=1)


def test_what_is_not_served_fails_the_teardown(pytester: pytest.Pytester) -> None:
    """A program that shrugs its errors off can't hide it."""
    pytester.makepyfile(
        """
        from urllib.error import HTTPError
        from urllib.request import urlopen

        def test_it(fake_ec2_server):
            try:
                urlopen(f"{fake_ec2_server.endpoint_url}/?Action=RunInstances")
            except HTTPError as error:
                error.close()
                assert error.code == 501
        """
    )

    result = pytester.runpytest_inprocess("-p", "no:randomly")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*UnexpectedRequest: fake_ec2 does not serve RunInstances.*"])


def test_without_werkzeug_it_names_the_extra(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an error of the set-up, in one line."""
    pytester.makepyfile(
        """
        import sys
        import pytest

        @pytest.fixture
        def no_werkzeug(monkeypatch):
            monkeypatch.delitem(sys.modules, "pytest_fakecopy.transports.server", raising=False)
            monkeypatch.setitem(sys.modules, "werkzeug.exceptions", None)

        def test_it(no_werkzeug, fake_ec2_server):
            pass
        """
    )

    result = pytester.runpytest_inprocess("-p", "no:randomly")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*pip install "pytest-fakecopy?server?"*'])
