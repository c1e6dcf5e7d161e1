"""Which libraries a fake touches: those that somebody uses, when they do, and no others."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

OPTIONAL = ("aiobotocore", "aiohttp", "httpx", "moto", "requests", "responses", "werkzeug")


def run(code: str) -> None:
    """Run code in a process of its own, which has imported nothing yet; it must succeed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def needs(module: str) -> pytest.MarkDecorator:
    """Skip where a library is missing."""
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed")


def test_who_uses_botocore_alone_imports_it_alone() -> None:
    """Nothing optional is imported by a fake that is entered, used and left."""
    run(
        f"""
import sys
from pytest_fakecopy import FakeEC2

with FakeEC2() as fake:
    source = fake.snapshots.add(region="us-west-2")
    copy = fake.client("ec2").copy_snapshot(
        SourceRegion="us-west-2", SourceSnapshotId=source.snapshot_id
    )
    fake.assert_eventually_completed(copy["SnapshotId"])

assert not set({OPTIONAL!r}) & set(sys.modules)
"""
    )


@pytest.mark.parametrize(
    "imports",
    [
        pytest.param("import requests", id="requests"),
        pytest.param("import responses, requests", id="responses-first"),
        pytest.param("import requests.adapters", id="submodule"),
    ],
)
def test_requests_may_be_imported_later(imports: str) -> None:
    """Inside a fake, and with a mock of responses that is started after that."""
    run(
        f"""
from pytest_fakecopy import FakeEC2

with FakeEC2(clock="virtual") as fake:
    {imports}
    import responses
    url = fake.client("ec2").generate_presigned_url("describe_regions", HttpMethod="GET")
    assert requests.get(url).status_code == 200
    with responses.RequestsMock() as mock:
        mock.get("https://api.example.com/", body="theirs")
        assert requests.get("https://api.example.com/").text == "theirs"
        assert requests.get(url).status_code == 200

assert [r.transport for r in fake.journal.requests()] == ["requests", "requests"]
assert requests.adapters.HTTPAdapter.send.__module__ == "requests.adapters"
assert not hasattr(requests.adapters.HTTPAdapter.send, "__wrapped__")
"""
    )


@needs("aiobotocore")
def test_aiobotocore_may_be_imported_later() -> None:
    """Inside a fake, in the test function."""
    run(
        """
import asyncio
from pytest_fakecopy import FakeEC2

async def main():
    from aiobotocore.session import get_session
    async with get_session().create_client("ec2", "us-east-1") as ec2:
        return await ec2.describe_snapshots(OwnerIds=["self"])

with FakeEC2() as fake:
    fake.snapshots.add()
    assert len(asyncio.run(main())["Snapshots"]) == 1

from aiobotocore.httpsession import AIOHTTPSession
assert fake.journal.requests()[0].transport == "aiobotocore"
assert not hasattr(AIOHTTPSession.send, "__wrapped__")
"""
    )
