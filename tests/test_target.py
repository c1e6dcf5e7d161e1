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
