"""Signatures: what botocore and other clients sign is right, and everything else is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

import pytest
from botocore.auth import SigV2Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pytest_fakecopy.domain.accounts import Credentials as AccountCredentials
from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.domain.presigned import CredentialScope, PresignedUrl, parse
from pytest_fakecopy.wire.http import HttpRequest
from pytest_fakecopy.wire.query import parse_form
from pytest_fakecopy.wire.signed import Signed, parse_authorization
from pytest_fakecopy.wire.sigv4 import judge, signature_of_url, verify

KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
BODY = b"Action=CopySnapshot&SourceRegion=us-west-2"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


Value: TypeAlias = Any
"""Any part of a request."""


def sent(request: AWSRequest, **headers: str) -> HttpRequest:
    """Return what goes over the wire of a request that botocore signed."""
    body = request.body or b""
    names = {name.lower(): str(value) for name, value in request.headers.items()}
    return HttpRequest(
        request.method,
        request.url,
        {**names, **headers},
        body if isinstance(body, bytes) else body.encode(),
    )


def signed_by_botocore(
    url: str = "https://ec2.us-east-1.amazonaws.com/",
    *,
    method: str = "POST",
    data: object = BODY,
    token: str | None = None,
    headers: dict[str, str] | None = None,
) -> HttpRequest:
    """Return a request that botocore's signer signed in the header."""
    request = AWSRequest(method, url, {"Content-Type": FORM, **(headers or {})}, data)
    SigV4Auth(Credentials(KEY, SECRET, token), "ec2", "us-east-1").add_auth(request)
    return sent(request)


def presigned_by_botocore(
    url: str, *, method: str = "GET", token: str | None = None, expires: int = 3600
) -> HttpRequest:
    """Return a request that botocore's signer signed in the query."""
    request = AWSRequest(method, url)
    signer = SigV4QueryAuth(Credentials(KEY, SECRET, token), "ec2", "us-west-2", expires)
    signer.add_auth(request)
    return sent(request)


def pairs_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the parameters, as the gateway reads them."""
    return parse_form(urlsplit(request.url).query) + parse_form(request.body.decode())


def found(request: HttpRequest) -> Signed:
    """Return the signature of a request that has one."""
    signed = parse_authorization(request, pairs_of(request))
    assert signed is not None
    return signed


def is_right(request: HttpRequest, secret: str = SECRET) -> bool:
    """Say whether the signature of a request is right."""
    return verify(found(request), request, secret)


def altered(request: HttpRequest, **changes: Value) -> HttpRequest:
    """Return a request with other parts; headers are added."""
    headers = {**request.headers, **changes.pop("headers", {})}
    return replace(request, headers=headers, **changes)


SIGNED_REQUESTS = [
    pytest.param(signed_by_botocore(), id="post"),
    pytest.param(signed_by_botocore(token="a/token+="), id="token"),
    pytest.param(signed_by_botocore(data=b""), id="no-body"),
    pytest.param(signed_by_botocore("https://ec2.us-east-1.amazonaws.com"), id="no-path"),
    pytest.param(signed_by_botocore("https://h/a/../b//c%20d/~e"), id="path-to-normalise"),
    pytest.param(signed_by_botocore("http://localhost:5000/"), id="port"),
    pytest.param(signed_by_botocore("http://localhost:80/"), id="needless-port"),
    pytest.param(signed_by_botocore("http://[::1]:5000/"), id="ipv6"),
    pytest.param(signed_by_botocore("https://EC2.us-east-1.Amazonaws.com/"), id="upper-case-host"),
    pytest.param(signed_by_botocore("https://h/?b=%20%2B&a=1&a=0&c", data=b""), id="query"),
    pytest.param(signed_by_botocore(headers={"X-Amz-A": "  a   b "}), id="white-space"),
    pytest.param(signed_by_botocore(headers={"Date": "now"}), id="date-header"),
    pytest.param(
        signed_by_botocore(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}), id="no-hash"
    ),
    pytest.param(
        presigned_by_botocore("https://h/?Action=CopySnapshot&D=a%20b%2B"), id="presigned"
    ),
    pytest.param(presigned_by_botocore("https://h/?Action=A", token="a/t+="), id="presigned-token"),
    pytest.param(presigned_by_botocore("https://h/?Action=A", method="POST"), id="presigned-post"),
    pytest.param(presigned_by_botocore("http://localhost:5000?Action=A"), id="presigned-no-path"),
]


@pytest.mark.parametrize("request_", SIGNED_REQUESTS)
def test_what_botocore_signs_is_right(request_: HttpRequest) -> None:
    """A request that botocore signed is verified with its secret, and with no other."""
    assert is_right(request_)
    assert not is_right(request_, "another-secret")


@pytest.mark.parametrize("request_", SIGNED_REQUESTS)
def test_other_requests_have_other_signatures(request_: HttpRequest) -> None:
    """A signature is for the method, the URL, the headers and the body that were signed."""
    signed = found(request_)

    assert not verify(signed, altered(request_, method="PUT"), SECRET)
    assert not verify(signed, altered(request_, url=request_.url + "&x=y"), SECRET)
    if request_.headers.get("x-amz-content-sha256") != "UNSIGNED-PAYLOAD":
        assert not verify(signed, altered(request_, body=request_.body + b"x"), SECRET)


@pytest.mark.parametrize(
    ("url", "host_header", "signed_host"),
    [
        ("http://localhost:5000/", "", "localhost"),
        ("http://localhost:5000/", "localhost:5000", "localhost"),
        ("http://localhost:5000/", "localhost", "localhost:5000"),
        ("https://h/", "h", "h:443"),
        ("http://h/", "", "h:80"),
        ("https://h:443/", "h:443", "h:443"),
        ("https://H./", "H.", "H."),
    ],
)
def test_host_counts_with_and_without_its_port(
    url: str, host_header: str, signed_host: str
) -> None:
    """Clients sign the host as they like; each of the usual spellings is right."""
    request = signed_by_botocore(url, headers={"Host": signed_host})

    assert is_right(altered(request, headers={"host": host_header}))
    assert not is_right(altered(request, url="https://g/", headers={"host": ""}))


def test_header_that_was_signed_is_needed() -> None:
    """A request that lost a signed header is not what was signed."""
    request = signed_by_botocore(headers={"X-Amz-A": "b"})
    headers = {name: value for name, value in request.headers.items() if name != "x-amz-a"}

    assert not is_right(HttpRequest(request.method, request.url, headers, request.body))


def test_headers_that_were_not_signed_do_not_matter() -> None:
    """Whatever else a client or a proxy adds is no part of the signature."""
    request = signed_by_botocore()

    assert is_right(altered(request, headers={"x-forwarded-for": "::1", "user-agent": "x"}))


def test_user_agent_may_be_signed() -> None:
    """The Java SDK signs `User-Agent`, which botocore never does."""
    request = AWSRequest("POST", "https://h/", {"X-Agent": "java"}, BODY)
    signer = SigV4Auth(Credentials(KEY, SECRET), "ec2", "us-east-1")
    original = signer.headers_to_sign

    def headers_to_sign(one: AWSRequest) -> Any:  # botocore is untyped
        headers = original(one)
        headers["user-agent"] = "java"
        return headers

    signer.headers_to_sign = headers_to_sign
    signer.add_auth(request)

    assert is_right(sent(request, **{"user-agent": "java"}))
    assert not is_right(sent(request, **{"user-agent": "python"}))


def test_hash_of_the_body_must_be_the_bodys() -> None:
    """A stated hash is signed, but it has to be that of the body as well."""
    stated = "0" * 64
    request = signed_by_botocore(headers={"X-Amz-Content-SHA256": stated})

    assert not is_right(request)


def test_day_of_the_scope_must_be_that_of_the_date() -> None:
    """A credential of another day makes another signature."""
    request = signed_by_botocore()
    authorization = request.headers["authorization"]
    day = request.headers["x-amz-date"][:8]

    assert not is_right(
        altered(request, headers={"authorization": authorization.replace(day, "19990101")})
    )


def test_signature_in_the_header_is_taken_apart() -> None:
    """What the header says has its own fields."""
    request = HttpRequest(
        "POST",
        "https://h/",
        {
            "authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20260102/us-east-1/ec2/"
            "aws4_request,SignedHeaders=Host;x-amz-date,Signature=ab",
            "x-amz-date": "20260102T030405Z",
            "x-amz-security-token": "t",
        },
    )

    assert found(request) == Signed(
        place="header",
        algorithm="AWS4-HMAC-SHA256",
        version=4,
        access_key_id=KEY,
        scope=CredentialScope(KEY, "20260102", "us-east-1", "ec2"),
        signed_headers=("host", "x-amz-date"),
        timestamp="20260102T030405Z",
        date=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        expires=None,
        token="t",
        signature="ab",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 02 Jan 2026 03:04:05 GMT",
        "Fri, 02 Jan 2026 04:04:05 +0100",
        "Fri, 02 Jan 2026 03:04:05 -0000",
        "20260102T030405Z",
    ],
)
def test_date_header_is_as_good(text: str) -> None:
    """The date may stand in the header `Date`, in the form of mail."""
    authorization = f"AWS4-HMAC-SHA256 Credential={KEY}/20260102/r/ec2/aws4_request, "
    headers = {"authorization": authorization + "SignedHeaders=date, Signature=ab", "date": text}

    signed = found(HttpRequest("POST", "https://h/", headers))

    assert signed.timestamp == "20260102T030405Z"
    assert signed.date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def test_signature_in_the_query_is_taken_apart() -> None:
    """A presigned request says how long it holds and where it was signed."""
    request = presigned_by_botocore("https://h/?Action=A", token="t", expires=60)

    signed = found(request)

    assert (signed.place, signed.expires, signed.token) == ("query", timedelta(seconds=60), "t")
    assert signed.scope == CredentialScope(KEY, signed.timestamp[:8], "us-west-2", "ec2")


def test_signature_in_a_form_is_seen_but_never_right() -> None:
    """A form with a SigV4 signature among its fields says who signed it; nothing can verify it."""
    query = urlsplit(presigned_by_botocore("https://h/?Action=A").url).query
    request = HttpRequest("POST", "https://h/", {"content-type": FORM}, query.encode())

    signed = found(request)

    assert (signed.place, signed.access_key_id) == ("body", KEY)
    assert not verify(signed, request, SECRET)


def test_request_without_signature_has_none() -> None:
    """A request that nothing signs is not signed."""
    assert parse_authorization(HttpRequest("GET", "https://h/?Action=A", {}), [("A", "b")]) is None


SIGNATURE = f"Credential={KEY}/20260102/r/ec2/aws4_request, SignedHeaders=host, Signature=ab"
DATED = {"x-amz-date": "20260102T030405Z"}


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        pytest.param(
            {"authorization": "Bearer abc"},
            "Authorization header requires 'Credential' parameter. Authorization header requires"
            " 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."
            " Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
            " Authorization=Bearer abc",
            id="another-scheme",
        ),
        pytest.param(
            {"authorization": f"AWS4-HMAC-SHA256 {SIGNATURE}"},
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
            f" Authorization=AWS4-HMAC-SHA256 {SIGNATURE}",
            id="no-date",
        ),
        pytest.param(
            {"authorization": f"AWS4-HMAC-SHA256 {SIGNATURE}", "x-amz-date": "2026-01-02"},
            "Date must be in ISO-8601 'basic format'. Got '2026-01-02'."
            " See http://en.wikipedia.org/wiki/ISO_8601",
            id="date-in-another-form",
        ),
        pytest.param(
            {"authorization": f"Digest {SIGNATURE}", **DATED},
            "Unsupported AWS 'algorithm': 'Digest'.",
            id="another-algorithm",
        ),
        pytest.param(
            {
                "authorization": "AWS4-HMAC-SHA256 Credential=a/b,SignedHeaders=host,Signature=a",
                **DATED,
            },
            "Credential must have exactly 5 slash-delimited elements, e.g."
            " keyid/date/region/service/aws4_request, got 'a/b'",
            id="credential",
        ),
    ],
)
def test_incomplete_headers_are_refused(headers: dict[str, str], message: str) -> None:
    """A header that lacks a part is an IncompleteSignature that names it."""
    with pytest.raises(Refused) as refused:
        parse_authorization(HttpRequest("POST", "https://h/", headers), [])

    assert refused.value.response.code == "IncompleteSignature"
    assert refused.value.response.status == 400
    assert refused.value.response.message == message


MISSING = "AWS query-string parameters must include '{}'."
CREDENTIAL = "AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/ec2/aws4_request"
ALGORITHM_ALONE = " ".join(
    MISSING.format(f"X-Amz-{name}") for name in ("Credential", "Date", "SignedHeaders", "Signature")
)
CREDENTIAL_ALONE = " ".join(
    MISSING.format(f"X-Amz-{name}") for name in ("Algorithm", "Date", "SignedHeaders", "Signature")
)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param(
            "X-Amz-Signature=ab",
            "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string"
            " parameters must include 'X-Amz-Credential'. AWS query-string parameters must include"
            " 'X-Amz-Date'. AWS query-string parameters must include 'X-Amz-SignedHeaders'.",
            id="version-4",
        ),
        pytest.param("X-Amz-Algorithm=AWS4-HMAC-SHA256", ALGORITHM_ALONE, id="algorithm-alone"),
        pytest.param(f"X-Amz-Credential={CREDENTIAL}", CREDENTIAL_ALONE, id="credential-alone"),
        pytest.param(
            "AWSAccessKeyId=a", "The request must contain the parameter Signature", id="version-2"
        ),
        pytest.param(
            "Signature=a", "The request must contain the parameter AWSAccessKeyId", id="no-key"
        ),
        pytest.param(
            "Signature=a&AWSAccessKeyId=b",
            "The parameter Expires is no timestamp: ''",
            id="no-date",
        ),
        pytest.param(
            "Signature=a&AWSAccessKeyId=b&Timestamp=now",
            "The parameter Timestamp is no timestamp: 'now'",
            id="bad-date",
        ),
    ],
)
def test_incomplete_parameters_are_refused(query: str, message: str) -> None:
    """Parameters that lack a part are an IncompleteSignature that names it."""
    request = HttpRequest("GET", f"https://h/?{query}", {})

    with pytest.raises(Refused, match=r"^IncompleteSignature: ") as refused:
        parse_authorization(request, pairs_of(request))

    assert refused.value.response.message == message


def test_other_algorithms_of_version_4_are_never_right() -> None:
    """An asymmetric signature is recognised; nothing here can verify it."""
    request = altered(
        signed_by_botocore(),
        headers={"authorization": f"AWS4-ECDSA-P256-SHA256 {SIGNATURE}", **DATED},
    )

    signed = found(request)

    assert signed.algorithm == "AWS4-ECDSA-P256-SHA256"
    assert not verify(signed, request, SECRET)


def version_2(method: str, url: str) -> HttpRequest:
    """Return a request that botocore's signer of version 2 signed."""
    parameters = {"Action": "CopySnapshot", "Description": "a b+c~d*e"}
    request = AWSRequest(method, url, {"Content-Type": FORM}, data=dict(parameters))
    if method == "GET":
        request = AWSRequest(method, url, {}, params=dict(parameters))
    SigV2Auth(Credentials(KEY, SECRET, "token")).add_auth(request)
    if method == "GET":
        return HttpRequest(method, f"{url}?{urlencode(request.params, quote_via=quote)}", {})
    return HttpRequest(method, url, {"host": "h", "content-type": FORM},
                       urlencode(request.data).encode())  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("url", ["https://h/", "https://h"])
def test_version_2_is_verified(method: str, url: str) -> None:
    """SigV2 of botocore, in the query and in a form, is right with its secret alone."""
    request = version_2(method, url)

    signed = found(request)

    assert (signed.version, signed.scope, signed.token) == (2, None, "token")
    assert signed.algorithm == "HmacSHA256"
    assert signed.expires is None
    assert verify(signed, request, SECRET)
    assert not verify(signed, request, "another-secret")


def test_version_2_may_say_when_it_expires() -> None:
    """With `Expires` a SigV2 signature holds until then, and no longer."""
    url = (
        f"https://h/?AWSAccessKeyId={KEY}&Signature=a&SignatureMethod=HmacSHA1"
        "&Expires=2026-01-02T03%3A04%3A05Z"
    )
    request = HttpRequest("GET", url, {})

    signed = found(request)

    assert signed.date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert signed.expires == timedelta(0)
    assert not verify(signed, request, SECRET)


# What clients sent, as it was read from their sockets.
CAPTURED = [
    pytest.param(
        HttpRequest(
            "GET",
            "http://127.0.0.1:40529/?Action=CreateSnapshot&VolumeId=vol-0123456789abcdef0"
            "&Description=a+b%2Bc&Version=2016-11-15",
            {
                "host": "127.0.0.1:40529",
                "user-agent": "libcloud/3.9.1 (Amazon EC2) ",
                "accept-encoding": "gzip,deflate",
                "x-amz-date": "20261127T031552Z",
                "x-amz-content-sha256": sha256(b"").hexdigest(),
                "authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20261127/us-east-1/ec2/"
                "aws4_request, SignedHeaders=accept-encoding;host;user-agent;x-amz-content-sha256;"
                "x-amz-date, Signature="
                "117e30c3268d387da3e59f843e67b998efddfb12641064f640dfd30febc1b6e9",
            },
        ),
        id="libcloud-writes-a-space-as-plus",
    ),
    pytest.param(
        HttpRequest(
            "POST",
            "http://127.0.0.1:40529/",
            {"host": "127.0.0.1:40529", "content-type": FORM},
            f"AWSAccessKeyId={KEY}&Action=CreateSnapshot&Description=a%20b%2Bc&SecurityToken="
            "&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2026-11-27T03%3A15%3A56Z"
            "&Version=2014-06-15&VolumeId=vol-0123456789abcdef0"
            "&Signature=Xi6FmGCufePKmyWmh8zq%2FZyf78%2B3p2bYroz0o9Y932c%3D".encode(),
        ),
        id="net-amazon-ec2-sends-an-empty-token",
    ),
]


@pytest.mark.parametrize("request_", CAPTURED)
def test_what_other_clients_sign_is_right(request_: HttpRequest) -> None:
    """Each in its own way, with its secret alone, and without a token."""
    assert is_right(request_)
    assert not is_right(request_, "another-secret")
    assert found(request_).token is None


@pytest.mark.parametrize(
    ("sent", "right"), [("a+b+c", True), ("a%20b+c", True), ("a%2Bb%2Bc", False)]
)
def test_a_plus_in_a_request_may_stand_for_a_space(sent: str, *, right: bool) -> None:
    """As in any form; one that is escaped is a plus sign and nothing else."""
    request = presigned_by_botocore("https://h/?Action=A&D=a%20b%20c")

    assert is_right(altered(request, url=request.url.replace("a%20b%20c", sent))) is right


@pytest.mark.parametrize(
    ("method", "signature"),
    [
        pytest.param("HmacSHA1", "%2FNU66jX4s%2FF46hjQKT7PxXCwEuU%3D", id="sha-1"),
        pytest.param("HmacMD5", "%2FNU66jX4s%2FF46hjQKT7PxXCwEuU%3D", id="another"),
    ],
)
def test_version_2_knows_two_digests(method: str, signature: str) -> None:
    """SHA-1 is documented beside SHA-256, and no other is."""
    url = (
        f"https://h/?AWSAccessKeyId={KEY}&Action=A&SignatureMethod={method}&SignatureVersion=2"
        "&Timestamp=2026-01-02T03%3A04%3A05Z"
    )
    request = HttpRequest("GET", f"{url}&Signature={signature}", {})

    assert is_right(request) is (method == "HmacSHA1")


# CopySnapshot URLs with their signatures, out of the public test suites of AWS's SDKs: parameters
# beyond those that all of them have, in the order of the columns.
SDK_URLS = [
    pytest.param(
        "akid", "skid", "20200107T205609Z", "ec2.us-west-2.amazonaws.com", "us-west-2",
        {"Version": "2016-11-15", "DestinationRegion": "us-east-1",
         "SourceSnapshotId": "SNAPSHOT_ID", "X-Amz-Expires": "604800"},
        "c1f5e34834292a86ff2b46b5e97cebaf2967b09641b4e2e60a382a37d137a03b",
        id="java-v2",
    ),
    pytest.param(
        "access_key", "secret_key", "20110909T233600Z", "ec2.us-west-2.amazonaws.com", "us-west-2",
        {"Version": "2016-11-15", "DestinationRegion": "us-east-1",
         "SourceSnapshotId": "snap-0123abc", "X-Amz-Expires": "3600"},
        "a94a6b52afdf3daa34c2e2a38a62b72c8dac129c9904c61aa1a5d86e38628537",
        id="botocore",
    ),
    pytest.param(
        "akid", "secret", "19700101T000000Z", "ec2.src-region.amazonaws.com", "src-region",
        {"Version": "2015-04-15", "DestinationRegion": "mock-region",
         "SourceSnapshotId": "snap-123456789", "X-Amz-Expires": "3600",
         "X-Amz-Security-Token": "session"},
        "832151cb132a395b654f922fe6c1143ecd1c8693593da75d8d487bf4c9a43249",
        id="javascript-v2-of-2015",
    ),
    pytest.param(
        "akid", "secret", "19700101T000000Z", "ec2.src-region.amazonaws.com", "src-region",
        {"Version": "2014-05-01", "DestinationRegion": "mock-region",
         "SourceSnapshotId": "snap-123456789", "X-Amz-Expires": "3600",
         "X-Amz-Security-Token": "session"},
        "014459362191e87b3b175e1e16d007c0c9aaa1fdb2743f8cebdfd8dea0fb0cc2",
        id="javascript-v2-of-2014",
    ),
    pytest.param(
        "akid", "secret", "19700101T000000Z", "ec2.src-region.amazonaws.com", "src-region",
        {"Version": "2016-11-15", "DestinationRegion": "mock-region",
         "SourceSnapshotId": "snap-123456789", "X-Amz-Expires": "3600",
         "X-Amz-Security-Token": "session"},
        "e322173cd374af0ef234e8661f4d4a0420d12286cdc0745d75b8b405caefd6a9",
        id="javascript-v2",
    ),
    pytest.param(
        "akid", "secret", "20230124T000000Z", "ec2.us-east-1.amazonaws.com", "us-east-1",
        {"Version": "2016-11-15", "DestinationRegion": "us-west-2",
         "SourceSnapshotId": "snap-1234567890abcdef0", "X-Amz-Expires": "3600",
         "Encrypted": "true", "KmsKeyId": "238f8ec9-420a-0690-8ec9-009f34fc3ef5"},
        "c34b30736cc5cd6a10af02c1edb50aed3d7424577644fb912f676846a65311cf",
        id="ruby-v3",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "secret", "date", "host", "region", "parameters", "signature"), SDK_URLS
)
def test_urls_of_the_sdks_are_right(
    key: str,
    secret: str,
    date: str,
    host: str,
    region: str,
    parameters: dict[str, str],
    signature: str,
) -> None:
    """A URL out of an SDK's own tests is right with its secret, and wrong with one more letter."""
    common = {
        "Action": "CopySnapshot",
        "SourceRegion": region,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{key}/{date[:8]}/{region}/ec2/aws4_request",
        "X-Amz-Date": date,
        "X-Amz-SignedHeaders": "host",
    }
    query = urlencode({**parameters, **common, "X-Amz-Signature": signature}, quote_via=quote,
                      safe="")  # fmt: skip
    url = parse(f"https://{host}/?{query}")
    token = parameters.get("X-Amz-Security-Token")

    assert signature_of_url(url, secret) == signature
    assert verdict(url, secret, token) == "right"
    assert verdict(url, f"{secret}x", token) == "wrong"
    assert verdict(url, secret, f"{token}x") == "wrong-token"
    assert judge(url, lambda _: None).signature_verdict == "unknown-key"


@pytest.mark.parametrize("ends", [None, datetime(2026, 1, 31, 12, tzinfo=timezone.utc)])
def test_a_judged_url_knows_when_its_session_ends(ends: datetime | None) -> None:
    """Whoever signed it: a user's credentials don't end."""
    session = AccountCredentials(KEY, SECRET, "t", "111122223333", "arn:aws:sts::x", "id", ends)
    url = parse(presigned_as("GET", EMPTY_BODY, "t"))

    judged = judge(url, lambda _: session)

    assert (judged.signature_verdict, judged.session_ends) == ("right", ends)
    assert judge(url, lambda _: None).session_ends is None


def verdict(url: PresignedUrl, secret: str = SECRET, token: str | None = None) -> str:
    """Return the verdict on a URL by the credentials of a user, or of a session with *token*."""
    arn = "arn:aws:iam::111122223333:user/fake-ec2"
    user = AccountCredentials(KEY, secret, token, "111122223333", arn, "AIDACKCEVSQ6C2EXAMPLE")
    return judge(url, lambda _: user).signature_verdict


def presigned(url: str = "https://ec2.us-west-2.amazonaws.com/?Action=A&D=a%20b%2Fc") -> str:
    """Return a URL that botocore presigned."""
    return presigned_by_botocore(url).url


def presigned_as(method: str, payload: str, token: str | None = None) -> str:
    """Return a URL that botocore's signer made for another method or body than EC2's GET."""
    request = AWSRequest(method, "https://ec2.us-west-2.amazonaws.com/?Action=A")
    signer = SigV4QueryAuth(Credentials(KEY, SECRET, token), "ec2", "us-west-2")
    signer.payload = lambda _request: payload
    signer.add_auth(request)
    return str(request.url)


EMPTY_BODY = sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(presigned_as("GET", EMPTY_BODY), "right", id="get"),
        pytest.param(presigned_as("GET", "UNSIGNED-PAYLOAD"), "right", id="as-s3-does"),
        pytest.param(presigned_as("POST", EMPTY_BODY), "of-a-post", id="post"),
        pytest.param(presigned_as("POST", "UNSIGNED-PAYLOAD"), "of-a-post", id="post-as-s3-does"),
        pytest.param(presigned_as("PUT", EMPTY_BODY), "wrong", id="put"),
        pytest.param(presigned_as("GET", "0" * 64), "wrong", id="another-body"),
        pytest.param(presigned_as("GET", EMPTY_BODY, "t"), "wrong-token", id="token-of-nobody"),
        pytest.param(presigned_as("POST", EMPTY_BODY, "t"), "of-a-post", id="post-with-token"),
    ],
)
def test_urls_are_judged_by_what_was_signed(url: str, expected: str) -> None:
    """A GET without a body, or with the body left out as S3's are; a POST is told apart."""
    assert verdict(parse(url)) == expected


def test_the_token_of_a_session_has_to_be_there() -> None:
    """Temporary credentials sign nothing without it."""
    assert verdict(parse(presigned_as("GET", EMPTY_BODY, "t")), token="t") == "right"
    assert verdict(parse(presigned_as("GET", EMPTY_BODY)), token="t") == "wrong-token"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(presigned(), "right", id="as-it-is"),
        pytest.param(presigned("http://localhost:5000?Action=A"), "right", id="custom-endpoint"),
        pytest.param(presigned().replace("%2F", "%2f"), "right", id="lower-case-escapes"),
        pytest.param(presigned().replace("%2F", "/"), "right", id="slashes-as-they-are"),
        pytest.param(presigned().replace("Action", "%41ction"), "right", id="needless-escape"),
        pytest.param(presigned().replace("amazonaws.com/", "amazonaws.com:443/"), "right",
                     id="with-the-port"),
        pytest.param(presigned().replace("amazonaws.com/?", "amazonaws.com?"), "right",
                     id="without-the-path"),
        pytest.param(presigned() + "#fragment", "right", id="fragment"),
        pytest.param(presigned().replace("a%20b", "a+b"), "wrong", id="plus-for-a-space"),
        pytest.param(presigned().replace("Action=A", "Action=B"), "wrong", id="other-parameter"),
        pytest.param(presigned() + "&Encrypted=true", "wrong", id="further-parameter"),
        pytest.param(presigned().replace("us-west-2.amazonaws", "us-west-1.amazonaws"), "wrong",
                     id="other-host"),
        pytest.param(presigned().replace("amazonaws.com/", "amazonaws.com/x"), "wrong",
                     id="other-path"),
        pytest.param(presigned()[:-1], "wrong", id="cut-off"),
        pytest.param(presigned().partition("&X-Amz-Signature")[0], "wrong", id="no-signature"),
        pytest.param(presigned().replace("HMAC-SHA256", "HMAC-SHA1"), "wrong", id="algorithm"),
        pytest.param(presigned().replace("Headers=host", "Headers=content-type%3Bhost"), "wrong",
                     id="more-headers-than-a-url-has"),
        pytest.param(presigned().replace("X-Amz-Date=2", "X-Amz-Date=x"), "wrong", id="no-date"),
        pytest.param(presigned().replace("%2Fus-west-2%2Fec2", "%2Fus-west-1%2Fec2"), "wrong",
                     id="other-region"),
        pytest.param(presigned().replace("https://ec2.us-west-2.amazonaws.com", ""), "wrong",
                     id="no-host"),
        pytest.param(presigned().replace("https://ec2", "https:[ec2"), "wrong", id="no-url"),
        pytest.param(presigned().replace("a%20b", "\ud800"), "wrong", id="half-a-surrogate-pair"),
        pytest.param(presigned().replace("X-Amz-Signature=", "X-Amz-Signature=ü"), "wrong",
                     id="signature-in-other-letters"),
        pytest.param(presigned().replace("aws4_request", "aws5"), "unknown-key", id="credential"),
        pytest.param("https://h/?Action=A", "unknown-key", id="not-signed"),
        pytest.param("", "unknown-key", id="empty"),
    ],
)  # fmt: skip
def test_urls_are_judged(url: str, expected: str) -> None:
    """A URL is right as its signer made it, however it is escaped; any change makes it wrong."""
    assert verdict(parse(url)) == expected


@pytest.mark.parametrize("url", ["", "https://h/?Action=A"])
def test_url_that_nobody_signed_has_no_signature(url: str) -> None:
    """Without credential and date there is no signature to compute."""
    assert signature_of_url(parse(url), SECRET) is None
