"""Whom a request is for: by its scope, its host, its parameters, and what it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.target import target_of
from pytest_fakecopy.wire.http import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

CREDENTIAL = "AKIAIOSFODNN7EXAMPLE%2F20260101%2Feu-west-1%2Fec2%2Faws4_request"
AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/{}/aws4_request, ..."
TARGET = {"x-amz-target": "TrentService.ListKeys"}
LOCAL = "http://localhost:4566/"


@pytest.mark.parametrize(
    ("url", "headers", "body", "expected"),
    [
        # Told by the host or by the scope, as in process.
        pytest.param(
            "https://ec2.us-west-2.amazonaws.com/?Action=A",
            {},
            b"",
            ("ec2", "us-west-2", "aws", "A"),
            id="host",
        ),
        pytest.param(
            LOCAL,
            {"authorization": AUTHORIZATION.format("ec2")},
            b"Action=A",
            ("ec2", "eu-west-1", "custom", "A"),
            id="scope-in-header",
        ),
        pytest.param(
            f"{LOCAL}?Action=A&X-Amz-Credential={CREDENTIAL}",
            {},
            b"",
            ("ec2", "eu-west-1", "custom", "A"),
            id="scope-in-query",
        ),
        pytest.param(
            LOCAL,
            {},
            f"Action=A&X-Amz-Credential={CREDENTIAL}".encode(),
            ("ec2", "eu-west-1", "custom", "A"),
            id="scope-in-form",
        ),
        pytest.param(
            LOCAL,
            {**TARGET, "authorization": AUTHORIZATION.format("kms")},
            b"{}",
            ("kms", "eu-west-1", "custom", "ListKeys"),
            id="json",
        ),
        pytest.param(
            "http://169.254.169.254/latest/meta-data/",
            {},
            b"",
            ("metadata", None, "metadata", ""),
            id="metadata",
        ),
        # Of other services, which tell their operation by a header, by the path, or not at all.
        pytest.param(
            "https://dynamodb.us-west-2.amazonaws.com/",
            {"x-amz-target": "DynamoDB_20120810.GetItem"},
            b"{}",
            ("dynamodb", "us-west-2", "aws", "GetItem"),
            id="json-of-another",
        ),
        pytest.param(
            "https://monitoring.us-west-2.amazonaws.com/service/Granite/operation/ListMetrics",
            {},
            b"",
            ("monitoring", "us-west-2", "aws", "ListMetrics"),
            id="cbor-of-another",
        ),
        pytest.param(
            "https://s3.us-west-2.amazonaws.com/bucket/key",
            {},
            b"",
            ("s3", "us-west-2", "aws", ""),
            id="rest-of-another",
        ),
        pytest.param(
            "https://ec2.us-west-2.amazonaws.com/service/EC2/operation/DescribeTags",
            {"x-amz-target": "EC2.DescribeTags"},
            b"",
            ("ec2", "us-west-2", "aws", ""),
            id="ec2-by-other-ways",
        ),
        # Nobody's: what it asks for makes it EC2's at an endpoint of ours alone.
        pytest.param(LOCAL, {}, b"Action=A", (None, None, "custom", "A"), id="unsigned"),
    ],
)
def test_a_request_says_whom_it_is_for(
    url: str, headers: Mapping[str, str], body: bytes, expected: tuple[Any, ...]
) -> None:
    """Service, Region, kind of host and operation."""
    target = target_of(HttpRequest("POST", url, headers, body))

    assert (target.service, target.region, target.kind, target.action) == expected


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        pytest.param({}, b"Action=CopySnapshot", ("ec2", "CopySnapshot"), id="ec2"),
        pytest.param({}, b"Action=GetCallerIdentity", ("sts", "GetCallerIdentity"), id="sts"),
        pytest.param(TARGET, b"{}", ("kms", "ListKeys"), id="kms"),
        pytest.param({"x-amz-target": "Other.ListKeys"}, b"{}", (None, ""), id="other-target"),
        pytest.param({}, b"", (None, ""), id="nothing"),
    ],
)
def test_at_an_endpoint_of_ours_what_is_asked_tells(
    headers: Mapping[str, str], body: bytes, expected: tuple[str | None, str]
) -> None:
    """A request that nobody signed gets an error of the service that it was meant for."""
    target = target_of(HttpRequest("POST", LOCAL, headers, body, "server"))

    assert (target.service, target.action) == expected


@pytest.mark.parametrize(
    ("host", "scope", "body", "expected"),
    [
        # What boto 2 signs for at each of these hosts, whatever its Region.
        pytest.param("127.0.0.1:4566", "0/127", b"Action=A", ("ec2", None), id="address"),
        pytest.param(
            "localhost:4566", "localhost/localhost", b"Action=A", ("ec2", None), id="name"
        ),
        pytest.param("fake.box.test", "us-east-1/fake", b"Action=A", ("ec2", "us-east-1"), id="us"),
        pytest.param("fake", "fake/fake", b"Action=AssumeRole", ("sts", None), id="sts"),
        # A service that there is, at a host that is called after it.
        pytest.param("s3.localhost", "eu-west-1/s3", b"", ("s3", "eu-west-1"), id="s3"),
        pytest.param(
            "localhost:4566", "eu-west-1/rds", b"Action=A", ("rds", "eu-west-1"), id="rds"
        ),
    ],
)
def test_who_signs_for_the_name_of_the_host_has_said_nothing(
    host: str, scope: str, body: bytes, expected: tuple[str, str | None]
) -> None:
    """boto 2 takes service and Region from the host; what is asked tells then."""
    signed = f"AWS4-HMAC-SHA256 Credential=A/20260101/{scope}/aws4_request, ..."

    target = target_of(
        HttpRequest("POST", f"http://{host}/", {"authorization": signed}, body, "server")
    )

    assert (target.service, target.region) == expected


def test_its_repr_has_no_parameters() -> None:
    """They may hold a signature."""
    url = "https://ec2.us-east-1.amazonaws.com/?Action=DescribeTags&X-Amz-Signature=secret"

    target = target_of(HttpRequest("GET", url, {}))

    assert repr(target) == "<Target ec2 DescribeTags in us-east-1>"
