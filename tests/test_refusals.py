"""What may pass, and what a refusal says."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_fakecopy.errors import UnexpectedRequest
from pytest_fakecopy.refusals import Refusals
from pytest_fakecopy.wire.http import HttpRequest

EC2 = "https://ec2.us-east-1.amazonaws.com/"


def request(url: str = EC2, **members: Any) -> HttpRequest:
    """Build a request."""
    return HttpRequest(**({"method": "POST", "url": url, "headers": {}} | members))


def refusal(refusals: Refusals, sent: HttpRequest, *facts: Any) -> str:
    """Return the message of a request that may not pass."""
    with pytest.raises(UnexpectedRequest) as caught:
        refusals.require_pass(sent, *facts)
    assert refusals.refused[-1] is caught.value
    return str(caught.value)


@pytest.mark.parametrize(
    ("passthrough", "service", "action", "passes"),
    [
        ((), "s3", "", False),
        (("s3",), "s3", "", True),
        (("s3",), "s3", "GetObject", True),
        (("s3",), "s3control", "", False),
        (("ec2:DescribeInstances",), "ec2", "DescribeInstances", True),
        (("ec2:DescribeInstances",), "ec2", "RunInstances", False),
        (("ec2:DescribeInstances",), "kms", "DescribeInstances", False),
        (("ec2",), "ec2", "RunInstances", True),
        (("s3",), None, "", False),
    ],
)
def test_services_and_operations_may_pass(
    passthrough: tuple[str, ...], service: str | None, action: str, passes: bool
) -> None:
    """What passes is not remembered as refused."""
    refusals = Refusals(passthrough)

    if passes:
        refusals.require_pass(request(), service, action)
        assert refusals.refused == []
    else:
        refusal(refusals, request(), service, action)
    assert refusals.may_pass(service or "", action) is passes


@pytest.mark.parametrize(
    ("url", "transport", "passes"),
    [
        pytest.param("http://localhost:9000/bucket", "botocore", True, id="localhost"),
        pytest.param("http://s3.localhost:9000/bucket", "botocore", True, id="of-localhost"),
        pytest.param("http://127.0.0.1:9000/", "botocore", True, id="ipv4"),
        pytest.param("http://127.9.9.9/", "botocore", True, id="any-of-127"),
        pytest.param("http://[::1]:9000/", "botocore", True, id="ipv6"),
        pytest.param("http://10.0.0.1/", "botocore", False, id="another-machine"),
        pytest.param("https://minio.example.org/", "botocore", False, id="a-name"),
        pytest.param("https://notlocalhost/", "botocore", False, id="nearly-localhost"),
        pytest.param("https://example.org/", "requests", True, id="not-sent-by-an-sdk"),
    ],
)
def test_an_endpoint_on_this_machine_is_no_way_to_aws(
    url: str, transport: str, passes: bool
) -> None:
    """And what no AWS SDK sends to a host that isn't AWS's is none of our business."""
    refusals = Refusals(())
    sent = request(url, transport=transport)

    if passes:
        refusals.require_pass(sent, None, "", "custom")
        assert refusals.refused == []
    else:
        refusal(refusals, sent, None, "", "custom")


def test_a_refused_operation_is_named_with_the_way_on() -> None:
    """The request, who sent it, what is served and the line to write."""
    lines = refusal(Refusals(()), request(), "ec2", "DescribeInstances").split("\n")

    assert lines[:5] == [
        "fake_ec2 does not serve DescribeInstances.",
        "",
        "  POST https://ec2.us-east-1.amazonaws.com/   Action=DescribeInstances",
        "  sent by botocore",
        "",
    ]
    assert lines[5].startswith("Served: ")
    assert "CopySnapshot, " in lines[5]
    assert all(line.startswith("  ") and len(line) <= 96 for line in lines[6:-2])
    assert lines[-2:] == [
        "To let it reach the network, or another mock, mark the test:",
        '  @pytest.mark.fake_ec2(passthrough=["ec2:DescribeInstances"])',
    ]


def test_what_is_served_instead() -> None:
    """A service that isn't served is told which are, not the operations of another one."""
    lines = refusal(Refusals(()), request(), "s3", "GetObject").split("\n")

    assert lines[5] == "Served: ec2, kms, sts"


def test_a_connection_of_its_own() -> None:
    """Who connects past the libraries that are answered in the process needs the endpoint."""
    with pytest.raises(UnexpectedRequest) as caught:
        Refusals(()).require_connection("ec2.us-east-1.amazonaws.com")

    assert str(caught.value).split("\n") == [
        "fake_ec2 does not serve ec2 over a connection of its own.",
        "",
        "  CONNECT https://ec2.us-east-1.amazonaws.com/",
        "  sent by a socket",
        "",
        "Served in the process: botocore, aiobotocore, requests, urllib3.",
        "To have others served, use the fixture fake_ec2_server, and lead them to its",
        "  fake_ec2_server.endpoint_url",
        "To let it reach the network, or another mock, mark the test:",
        '  @pytest.mark.fake_ec2(passthrough=["ec2"])',
    ]


@pytest.mark.parametrize(
    ("facts", "first", "mark"),
    [
        pytest.param(("s3", ""), "the service s3", '["s3"]', id="service"),
        pytest.param(
            ("s3", "GetObject"),
            "GetObject of the service s3",
            '["s3:GetObject"]',
            id="operation",
        ),
        pytest.param(("kms", "Encrypt"), "Encrypt", '["kms:Encrypt"]', id="kms"),
        pytest.param(
            ("metadata", ""), "the instance metadata service", '["metadata"]', id="metadata"
        ),
        pytest.param((None, ""), "this host", None, id="nobody-knows"),
    ],
)
def test_what_was_refused_is_named_as_far_as_it_is_known(
    facts: tuple[str | None, str], first: str, mark: str | None
) -> None:
    """A host that nobody knows can't be let pass by a name."""
    message = refusal(Refusals(()), request(), *facts)

    assert message.startswith(f"fake_ec2 does not serve {first}.\n")
    assert message.endswith(f"@pytest.mark.fake_ec2(passthrough={mark})") is (mark is not None)


def test_no_secret_is_in_a_refusal() -> None:
    """Of a query there are the names alone, without those of a signature; no user, no body."""
    url = "https://user:pass@ec2.us-east-1.amazonaws.com?Action=X&PresignedUrl=s&X-Amz-Signature=s"
    sent = request(url, method="GET", body=b"secret", headers={"authorization": "secret"})

    message = refusal(Refusals(()), sent, "ec2", "X")

    assert "  GET https://ec2.us-east-1.amazonaws.com/?PresignedUrl   Action=X\n" in message
    assert "secret" not in message


@pytest.mark.parametrize("service", ["ec2", "kms"])
def test_a_parameter_that_nobody_acts_on_is_named(service: str) -> None:
    """The message has both ways out."""
    refusals = Refusals(())

    error = refusals.parameter(request(), service, "CopySnapshot", "NewParameter")

    assert refusals.refused == [error]
    assert str(error) == (
        "fake_ec2 does not act on the parameter NewParameter of CopySnapshot.\n\n"
        "  POST https://ec2.us-east-1.amazonaws.com/   Action=CopySnapshot\n\n"
        "To leave it out of the test, call CopySnapshot without NewParameter; to let another mock"
        " answer, mark the test:\n"
        f'  @pytest.mark.fake_ec2(passthrough=["{service}:CopySnapshot"])'
    )
