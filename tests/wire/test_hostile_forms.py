"""Forms that no client sends: each is answered with an error of EC2's or STS's, or carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.domain.operations import OPERATIONS
from tests.wire import hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

SNAPSHOT = b"snap-0123456789abcdef0"
MEGABYTES = 10**7
COPY = b"&SourceRegion=us-east-1&SourceSnapshotId=" + SNAPSHOT


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEC2]:
    """A fake that all of them are sent to: none may leave it broken for the next."""
    with FakeEC2(clock="virtual") as fake:
        fake.snapshots.add(description="a" * 200, tags={"team": "a" * 200})
        yield fake


DESCRIBE = [
    # What a form can be made of
    pytest.param(b"&SnapshotId.1=snap-%00", "MalformedQueryString", id="null"),
    pytest.param(b"&SnapshotId.1=snap-\x00", "MalformedQueryString", id="raw-null"),
    pytest.param(b"&%00=1", "MalformedQueryString", id="null-in-a-name"),
    pytest.param(b"&SnapshotId.1=%ff%fe", "MalformedQueryString", id="escaped-no-utf-8"),
    pytest.param(b"&SnapshotId.1=\xff\xfe", "MalformedQueryString", id="no-utf-8"),
    pytest.param(b"&SnapshotId.1=\xed\xa0\x80", "MalformedQueryString", id="surrogate"),
    pytest.param(b"&SnapshotId.1=%ED%A0%80", "MalformedQueryString", id="escaped-surrogate"),
    pytest.param(b"&SnapshotId.1=%C0%AF", "MalformedQueryString", id="overlong"),
    pytest.param(b"&SnapshotId.1=%", "MalformedQueryString", id="half-an-escape"),
    pytest.param(b"&SnapshotId.1=%zz", "MalformedQueryString", id="no-escape"),
    pytest.param(b"&SnapshotId.1=%EF%BF%BE", "MalformedQueryString", id="no-character"),
    pytest.param(b"&SnapshotId.1=%1b[31m", "MalformedQueryString", id="terminal"),
    pytest.param(b"&=", "UnknownParameter", id="no-name"),
    pytest.param(b"&" * 1000, None, id="empty-fields"),
    pytest.param(b"&NextToken", None, id="no-equals-sign"),
    pytest.param(b"&NextToken=a=b=c", "InvalidParameterValue", id="equals-signs"),
    pytest.param(b"&NextToken=a%0d%0aSet-Cookie: x", "InvalidParameterValue", id="line-breaks"),
    pytest.param(b"&NextToken=%F0%9F%98%80", "InvalidParameterValue", id="outside-the-bmp"),
    pytest.param(b"&NextToken=%E2%80%AE", "InvalidParameterValue", id="right-to-left"),
    pytest.param(b"&NextToken=]]><!--%26lt;", "InvalidParameterValue", id="xml"),
    # Names
    pytest.param(b"&MaxResults=5&MaxResults=6", "InvalidParameterValue", id="twice"),
    pytest.param(b"&NextToken=a&NextToken=a", "InvalidParameterValue", id="twice-the-same"),
    pytest.param(b"&SnapshotId.1=a&SnapshotId.1=b", "InvalidParameterValue", id="index-twice"),
    pytest.param(b"&SnapshotId.1=a&SnapshotId.01=b", "InvalidParameterValue", id="index-padded"),
    pytest.param(b"&Action=CopySnapshot", None, id="two-actions"),
    pytest.param(b"&maxresults=5", "UnknownParameter", id="lower-case"),
    pytest.param(b"&__class__=1", "UnknownParameter", id="dunder"),
    pytest.param(b"&call=1", "UnknownParameter", id="name-of-an-argument"),
    pytest.param(b"&SnapshotId.-1=a", "UnknownParameter", id="negative-index"),
    pytest.param("&SnapshotId.٣=a".encode(), "UnknownParameter", id="arabic-index"),
    pytest.param("&SnapshotId.²=a".encode(), "UnknownParameter", id="superscript-index"),
    pytest.param(b"&SnapshotId.1.1=a", "UnknownParameter", id="too-deep"),
    pytest.param(b"&SnapshotId..1=a", "UnknownParameter", id="two-dots"),
    pytest.param(b"&SnapshotId.=a", "UnknownParameter", id="dot-at-the-end"),
    pytest.param(b"&Filter=a", "UnknownParameter", id="structure-as-text"),
    pytest.param(b"&Filter.1=a", "UnknownParameter", id="element-as-text"),
    pytest.param(b"&MaxResults.1=5", "UnknownParameter", id="text-as-list"),
    # Many, long and deep
    pytest.param(b"&Filter" + b".1" * 10**5 + b"=x", "UnknownParameter", id="deep"),
    pytest.param(b"&" + b"Filter.1." * 10**5 + b"=x", "UnknownParameter", id="deep-names"),
    pytest.param(b"&" + b"." * MEGABYTES + b"=1", "UnknownParameter", id="dots"),
    pytest.param(
        b"&SnapshotId.99999999999999999999=" + SNAPSHOT, "InvalidSnapshot.NotFound", id="far-index"
    ),
    pytest.param(b"&SnapshotId." + b"9" * 10**5 + b"=a", "UnknownParameter", id="endless-index"),
    pytest.param(b"&NextToken=" + b"a" * MEGABYTES, "InvalidParameterValue", id="long-value"),
    pytest.param(b"&" + b"a" * MEGABYTES + b"=1", "UnknownParameter", id="long-name"),
    pytest.param(b"&NextToken=" + b"%41" * 10**5, "InvalidParameterValue", id="many-escapes"),
    pytest.param(b"&" * MEGABYTES, None, id="many-fields"),
    pytest.param(
        b"".join(b"&SnapshotId.%d=%b" % (i, SNAPSHOT) for i in range(50_000)),
        "InvalidSnapshot.NotFound",
        id="many-elements",
    ),
    pytest.param(
        b"&SnapshotId=" + SNAPSHOT + b"&SnapshotId=" * 50_000,
        "InvalidParameterValue",
        id="many-without-an-index",
    ),
    # Values
    pytest.param(b"&MaxResults=" + b"9" * 5000, "InvalidParameterValue", id="many-digits"),
    pytest.param(b"&MaxResults=-5", "InvalidParameterValue", id="negative"),
    pytest.param(b"&MaxResults=5.0", "InvalidParameterValue", id="fraction"),
    pytest.param(b"&MaxResults=1e3", "InvalidParameterValue", id="exponent"),
    pytest.param(b"&MaxResults=1_000", "InvalidParameterValue", id="underscore"),
    pytest.param(b"&MaxResults=%20100", "InvalidParameterValue", id="space"),
    pytest.param("&MaxResults=٣٣".encode(), "InvalidParameterValue", id="arabic-digits"),
    pytest.param(b"&DryRun=TRUE", "InvalidParameterValue", id="no-boolean"),
    pytest.param(b"&Owner.1=%F0%9F%98%80", "InvalidUserID.Malformed", id="no-owner"),
    pytest.param(b"&Filter.1.Value.1=x", "MissingParameter", id="filter-without-name"),
    pytest.param(b"&Filter.1.Name=status", "InvalidParameterValue", id="filter-without-values"),
    pytest.param(
        b"&Filter.1.Name=description&Filter.1.Value.1=" + b"*a" * 60 + b"b", None, id="wildcards"
    ),
    pytest.param(
        b"&Filter.1.Name=tag:team&Filter.1.Value.1=" + b"*?" * 100 + b"b",
        None,
        id="wildcards-of-both-kinds",
    ),
    pytest.param(
        b"&Filter.1.Name=description&Filter.1.Value.1=[a-z]%2B(", None, id="regular-expression"
    ),
    pytest.param(b"&Filter.1.Name=tag:&Filter.1.Value.1=x", None, id="tag-without-key"),
]


@pytest.mark.parametrize(("rest", "code"), DESCRIBE)
def test_describe_snapshots(fake: FakeEC2, rest: bytes, code: str | None) -> None:
    """The error has EC2's code for it; what can be carried out is."""
    request = hostile.form(fake, "DescribeSnapshots", rest)

    error = hostile.error_of(hostile.handle(fake, request))

    assert (error.code if error else None) == code
    assert len(error.message if error else "") < 2000


COPIES = [
    pytest.param(b"", id="unknown-source"),
    pytest.param(b"&PresignedUrl=http://[", id="no-url"),
    pytest.param(b"&PresignedUrl=http://a:b:c/%3Fx%3D%2500", id="null-in-the-url"),
    pytest.param(b"&PresignedUrl=https://ec2.us-east-1.amazonaws.com:99999999/", id="port"),
    pytest.param(b"&PresignedUrl=" + b"%3F" * 10**5, id="question-marks"),
    pytest.param(b"&PresignedUrl=https://x/%3F" + b"a%3Db%26" * 10**5, id="parameters"),
    pytest.param(
        b"&PresignedUrl=https://ec2.us-east-1.amazonaws.com/%3FX-Amz-Date%3D99991231T235959Z"
        b"%26X-Amz-Expires%3D" + b"9" * 5000,
        id="last-date",
    ),
    pytest.param(b"&CompletionDurationMinutes=1e5", id="duration"),
    pytest.param(b"&CompletionDurationMinutes=-2147483648", id="least-duration"),
    pytest.param(b"&KmsKeyId=" + b"arn:" * 10**5, id="colons"),
    pytest.param(b"&KmsKeyId=arn:aws:kms:::key/&Encrypted=true", id="empty-arn"),
    pytest.param(b"&KmsKeyId=alias/" + b"/" * 1000 + b"&Encrypted=true", id="slashes"),
    pytest.param(b"&DestinationOutpostArn=arn:aws:outposts", id="half-an-arn"),
    pytest.param(b"&DestinationAvailabilityZone=%0a", id="zone"),
    pytest.param(b"&TagSpecification.1.Tag.1.Value=1", id="tag-without-key"),
    pytest.param(b"&TagSpecification.1.ResourceType=snapshot", id="no-tags"),
    pytest.param(
        b"&TagSpecification.1.ResourceType=snapshot"
        + b"".join(b"&TagSpecification.1.Tag.%d.Key=%d" % (i, i) for i in range(20_000)),
        id="many-tags",
    ),
    pytest.param(
        b"&TagSpecification.1.ResourceType=snapshot&TagSpecification.1.Tag.1.Key="
        + b"a" * MEGABYTES,
        id="long-tag",
    ),
    pytest.param(b"&Description=" + b"a" * MEGABYTES, id="long-description"),
]


@pytest.mark.parametrize("rules", ["documented", "observed"])
@pytest.mark.parametrize("rest", COPIES)
def test_copy_snapshot(rest: bytes, rules: str) -> None:
    """A copy is rejected or accepted, and one that is accepted comes to an end."""
    with FakeEC2(clock="virtual", rules=rules) as fake:
        source = fake.snapshots.add(encrypted=True).snapshot_id.encode()
        request = hostile.form(fake, "CopySnapshot", COPY.replace(SNAPSHOT, source) + rest)

        error = hostile.error_of(hostile.handle(fake, request))
        fake.clock.settle()

        assert error is None or error.status < 500
        assert (error is None) is (len(fake.snapshots.copies) == 1)
        assert all(copy.state in ("completed", "error") for copy in fake.snapshots.copies)


ACTIONS = [
    pytest.param(b"", "MissingAction", id="empty"),
    pytest.param(b"&&&", "MissingAction", id="separators"),
    pytest.param(b"Version=1", "MissingAction", id="version-alone"),
    pytest.param(b"Action=", "MissingAction", id="empty-action"),
    pytest.param(b"Action=%3Cscript%3E", "InvalidAction", id="markup"),
    pytest.param(b"Action=__class__", "InvalidAction", id="dunder"),
    pytest.param(b"Action=describeSnapshots", "InvalidAction", id="lower-case"),
    pytest.param("Action=DescribeSnapshots\u200b".encode(), "InvalidAction", id="zero-width"),
    pytest.param(b"Action=" + b"A" * MEGABYTES, "InvalidAction", id="long"),
    pytest.param(b'{"Action": "DescribeSnapshots"}', "MissingAction", id="json"),
    pytest.param(b"<Action>DescribeSnapshots</Action>", "MissingAction", id="xml"),
    pytest.param(b"\x1f\x8b\x08\x00", "MalformedQueryString", id="gzip"),
]


@pytest.mark.parametrize(("body", "code"), ACTIONS)
def test_actions(fake: FakeEC2, body: bytes, code: str) -> None:
    """A request that names no operation is told so."""
    error = hostile.error_of(hostile.handle(fake, hostile.signed(fake, body)))

    assert error is not None
    assert (error.status, error.code) == (400, code)


QUERY = [(service, name) for service in ("ec2", "sts") for name in sorted(OPERATIONS[service])]

JUNK = [
    pytest.param(b"&Junk=1", id="unknown"),
    pytest.param(b"&DryRun=%ff", id="no-utf-8"),
    pytest.param(b"&DryRun=maybe", id="no-boolean"),
    pytest.param(b"&DryRun=true&DryRun=true", id="twice"),
    pytest.param(b"&" + b"A.1." * 10**4 + b"B=x", id="deep"),
    pytest.param(b"&Filter.1.Name=%2A&Filter.1.Value.1=%2A", id="filter"),
    pytest.param(b"&NextToken=%E2%98%83&MaxResults=0", id="page"),
    pytest.param(b"&ResourceId.1=&Tag.1.Key=aws:", id="tag"),
]


@pytest.mark.parametrize("rest", JUNK)
@pytest.mark.parametrize(("service", "operation"), QUERY)
def test_every_operation(fake: FakeEC2, service: str, operation: str, rest: bytes) -> None:
    """Every operation that is served survives what it was not made for."""
    response = hostile.handle(fake, hostile.form(fake, operation, rest, service))

    error = hostile.error_of(response, service)
    assert error is None or error.status < 500
