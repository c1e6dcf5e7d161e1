"""Where requests go, for every form of host that AWS has and some that only look like it."""

from __future__ import annotations

import json
from pathlib import Path

import botocore
import pytest

from pytest_fakecopy.domain.presigned import CredentialScope
from pytest_fakecopy.wire.endpoints import Endpoint, locate, regions, scope_of

SCOPE = "Credential=AKIAIOSFODNN7EXAMPLE/20260101/{}/{}/aws4_request"


def authorization(region: str, service: str) -> dict[str, str]:
    """Return the headers of a signed request."""
    scope = SCOPE.format(region, service)
    return {"authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"}


@pytest.mark.parametrize(
    ("host", "service", "region"),
    [
        # aws
        ("ec2.us-east-1.amazonaws.com", "ec2", "us-east-1"),
        ("kms.eu-central-1.amazonaws.com", "kms", "eu-central-1"),
        ("sts.ap-southeast-2.amazonaws.com", "sts", "ap-southeast-2"),
        ("ec2.amazonaws.com", "ec2", "us-east-1"),
        ("sts.amazonaws.com", "sts", "us-east-1"),
        ("us-west-2.ec2.amazonaws.com", "ec2", "us-west-2"),
        ("ec2-fips.us-east-1.amazonaws.com", "ec2", "us-east-1"),
        ("kms-fips.ca-central-1.amazonaws.com", "kms", "ca-central-1"),
        ("ec2.us-east-1.api.aws", "ec2", "us-east-1"),
        ("ec2-fips.us-east-2.api.aws", "ec2", "us-east-2"),
        ("vpce-0abc-xyz.ec2.us-east-1.vpce.amazonaws.com", "ec2", "us-east-1"),
        ("vpce-0abc-xyz-us-east-1a.kms.us-east-1.vpce.amazonaws.com", "kms", "us-east-1"),
        ("ec2.us-east-99.amazonaws.com", "ec2", "us-east-99"),
        ("ec2.src-region.amazonaws.com", "ec2", "src-region"),
        ("ec2..amazonaws.com", "ec2", None),
        # Other partitions
        ("ec2.cn-north-1.amazonaws.com.cn", "ec2", "cn-north-1"),
        ("ec2.cn-northwest-1.api.amazonwebservices.com.cn", "ec2", "cn-northwest-1"),
        ("sts.amazonaws.com.cn", "sts", "cn-northwest-1"),
        ("ec2.us-gov-west-1.amazonaws.com", "ec2", "us-gov-west-1"),
        ("kms-fips.us-gov-east-1.amazonaws.com", "kms", "us-gov-east-1"),
        ("ec2.us-gov-west-1.api.aws", "ec2", "us-gov-west-1"),
        ("ec2.us-iso-east-1.c2s.ic.gov", "ec2", "us-iso-east-1"),
        ("ec2.us-isob-east-1.sc2s.sgov.gov", "ec2", "us-isob-east-1"),
        ("ec2.eu-isoe-west-1.cloud.adc-e.uk", "ec2", "eu-isoe-west-1"),
        ("ec2.us-isof-south-1.csp.hci.ic.gov", "ec2", "us-isof-south-1"),
        # Spellings
        ("EC2.US-East-1.AmazonAWS.com", "ec2", "us-east-1"),
        ("ec2.us-east-1.amazonaws.com.", "ec2", "us-east-1"),
        ("ec2.us-east-1.amazonaws.com.:443", "ec2", "us-east-1"),
        ("ec2.us-east-1.amazonaws.com:8443", "ec2", "us-east-1"),
        ("user:secret@ec2.us-east-1.amazonaws.com", "ec2", "us-east-1"),
        # Other services
        ("s3.amazonaws.com", "s3", "us-east-1"),
        ("bucket.s3.us-west-2.amazonaws.com", "s3", "us-west-2"),
        ("s3.dualstack.us-west-2.amazonaws.com", "s3", "us-west-2"),
        ("bucket.s3.amazonaws.com", "s3", "us-east-1"),
        ("api.ecr.eu-west-1.amazonaws.com", "ecr", "eu-west-1"),
        ("iam.amazonaws.com", "iam", "us-east-1"),
        ("amazonaws.com", None, "us-east-1"),
        ("us-east-1.amazonaws.com", None, "us-east-1"),
        ("-fips.us-east-1.amazonaws.com", None, "us-east-1"),
    ],
)
def test_hosts_of_aws_say_service_and_region(
    host: str, service: str | None, region: str | None
) -> None:
    """Every form of AWS's hosts is one of AWS, and names its service and its Region."""
    endpoint = locate(f"https://{host}/?Action=x", {})

    assert (endpoint.kind, endpoint.service, endpoint.region) == ("aws", service, region)


@pytest.mark.parametrize(
    "host",
    [
        "amazonaws.com.evil.org",
        "ec2.us-east-1.amazonaws.com.evil.org",
        "notamazonaws.com",
        "ec2.us-east-1.notamazonaws.com",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "xyz.lambda-url.us-east-1.on.aws",
        "",
        "]",
        "[fd00:ec2::254",
    ],
)
def test_other_hosts_are_custom(host: str) -> None:
    """A host that isn't AWS's, also one that has its name in it, says nothing by itself."""
    assert locate(f"http://{host}/", {}) == Endpoint(None, None, host, "custom")


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.169.254:80",
        "[fd00:ec2::254]",
        "[FD00:EC2:0:0::254]:80",
        "169.254.170.2",
        "169.254.170.23",
        "[fd00:ec2::23]",
    ],
)
def test_sources_of_metadata_are_known(host: str) -> None:
    """Instance metadata, container and pod credentials are neither AWS's API nor custom."""
    endpoint = locate(f"http://{host}/latest/meta-data/", {"host": host})

    assert (endpoint.kind, endpoint.service, endpoint.region) == ("metadata", None, None)


@pytest.mark.parametrize(
    ("url", "headers", "expected"),
    [
        pytest.param(
            "http://localhost:5000/",
            authorization("eu-west-1", "ec2"),
            Endpoint("ec2", "eu-west-1", "localhost:5000", "custom"),
            id="custom-signed-in-the-header",
        ),
        pytest.param(
            "http://localhost/?A=b&X-Amz-Credential=a%2F20260101%2Feu-west-1%2Fkms%2Faws4_request",
            {},
            Endpoint("kms", "eu-west-1", "localhost", "custom"),
            id="custom-signed-in-the-query",
        ),
        pytest.param(
            "http://localhost/?X-Amz-Credential=%FF%zz",
            {},
            Endpoint(None, None, "localhost", "custom"),
            id="credential-that-is-none",
        ),
        pytest.param(
            "http://localhost/",
            {"authorization": "Basic abc"},
            Endpoint(None, None, "localhost", "custom"),
            id="another-authorization",
        ),
        pytest.param(
            "https://sts.amazonaws.com/",
            authorization("eu-west-1", "sts"),
            Endpoint("sts", "eu-west-1", "sts.amazonaws.com", "aws"),
            id="scope-before-host",
        ),
        pytest.param(
            "https://ec2.us-east-1.amazonaws.com/",
            authorization("us-east-1", "s3"),
            Endpoint("ec2", "us-east-1", "ec2.us-east-1.amazonaws.com", "aws"),
            id="service-of-the-host",
        ),
        pytest.param("no url", {}, Endpoint(None, None, "", "custom"), id="no-url"),
    ],
)
def test_scope_says_what_the_host_does_not(
    url: str, headers: dict[str, str], expected: Endpoint
) -> None:
    """The Region is that of the scope before that of the host; the service of custom hosts too."""
    assert locate(url, headers) == expected


def test_scope_is_found_in_header_then_parameters() -> None:
    """A scope in the header goes before one among the parameters."""
    pairs = [("A", "b"), ("X-Amz-Credential", "key/with/slash/20260101/us-west-2/ec2/aws4_request")]

    in_pairs = scope_of({}, pairs)
    in_header = scope_of(authorization("us-east-1", "sts"), pairs)

    assert in_pairs == CredentialScope("key/with/slash", "20260101", "us-west-2", "ec2")
    assert in_header == CredentialScope("AKIAIOSFODNN7EXAMPLE", "20260101", "us-east-1", "sts")
    assert scope_of({}, [("A", "b")]) is None


def test_regions_are_botocores() -> None:
    """All Regions of botocore's partition data are there, pseudo Regions are not."""
    data = Path(botocore.__file__).parent / "data" / "partitions.json"
    partitions = json.loads(data.read_text())["partitions"]
    known = regions()

    for partition in partitions:
        expected = sorted(r for r in partition["regions"] if not r.endswith("-global"))
        assert list(known.names(partition["id"])) == expected
        assert {known.partition_of(r) for r in expected} == {partition["id"]}
        assert {known.dns_suffix(r) for r in expected} == {partition["outputs"]["dnsSuffix"]}
    assert len(known.names()) == sum(len(known.names(p["id"])) for p in partitions)
    assert "us-east-1" in known
    assert "aws-global" not in known


def test_unknown_regions_belong_nowhere() -> None:
    """A Region that there isn't has no partition, and the usual domain."""
    assert "us-east-99" not in regions()
    assert regions().partition_of("us-east-99") is None
    assert regions().dns_suffix("us-east-99") == "amazonaws.com"
    assert regions().names("aws-moon") == ()


def test_regions_are_loaded_once() -> None:
    """Asking again gives the same object, whose repr names the partitions."""
    assert regions() is regions()
    assert repr(regions()).startswith("<Regions ")
    assert "in aws, aws-cn, " in repr(regions())
