"""Checks on the presigned URL: what it must say, and whether its signature proves it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.verdicts import FailLater, Reject

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.presigned import PresignedUrl
    from pytest_fakecopy.domain.regions import RegionData
    from pytest_fakecopy.domain.verdicts import Verdict

# The StateMessage of a copy whose URL doesn't verify is unknown; this is the wording of RDS, which
# takes presigned URLs for its own copies (aws-sdk-net issue 635).
NOT_AUTHENTICATED = "PresignedUrl could not be authenticated"

# AWS docs, EC2 API error codes, RequestExpired.
LEEWAY = timedelta(minutes=15)
# AWS docs, Signature Version 4: what a presigned URL may last, also where it doesn't say.
LONGEST = timedelta(days=7)


def presigned_url_is_given(attempt: CopyAttempt) -> Verdict:
    """Reject a copy of an encrypted source that comes without a presigned URL."""
    # botocore 1.43: signs a PresignedUrl into every CopySnapshot. Only callers of the raw Query
    # API, and other SDKs, leave it out. CopyImage has no such parameter.
    if attempt.request.for_image:
        return None
    source = attempt.source
    if source is not None and source.encrypted and not attempt.request.presigned_url:
        return Reject(
            codes.missing_parameter("PresignedUrl"),
            f"the source {source.snapshot_id} is encrypted, and the request has no presigned URL",
        )
    return None


def presigned_url_is_consistent(attempt: CopyAttempt) -> Verdict:
    """Reject a URL whose scheme, source snapshot or destination is wrong, as EC2 was seen to."""
    url = attempt.presigned
    if url is None:
        return None
    if url.scheme not in ("http", "https"):
        message = "The protocol in PresignedUrl should be http or https"
    elif url.source_snapshot_id != attempt.request.source_snapshot_id:
        message = (
            f"The source snapshot specified in PresignedUrl '{url.source_snapshot_id or ''}' does"
            " not match the source snapshot in the request:"
            f" '{attempt.request.source_snapshot_id}'"
        )
    elif url.destination_region != attempt.region:
        named = url.destination_region or ""
        message = f"The destination region specified in PresignedUrl: '{named}' is incorrect"
    else:
        return None
    return Reject(codes.invalid_parameter_value(message))


def presigned_url_is_valid(attempt: CopyAttempt) -> Verdict:
    """Fail the copy later if its presigned URL does not prove access to the source."""
    url = attempt.presigned
    if url is None:
        return None
    for find_defect in _DEFECTS:
        defect = find_defect(attempt, url)
        if defect is not None:
            return FailLater(NOT_AUTHENTICATED, f"the presigned URL {defect}")
    return None


def _target_defect(attempt: CopyAttempt, url: PresignedUrl) -> str | None:
    if url.scheme not in ("http", "https"):
        return f"has the scheme {url.scheme!r}, not https or http"
    if not _is_endpoint(attempt, url.host):
        return f"is for {url.host!r}, which is no EC2 endpoint of {attempt.request.source_region}"
    # A custom endpoint may have a path of its own.
    own = _is_of_aws(attempt.regions, _without_port(url.host), attempt.request.source_region or "")
    if own and url.path not in ("", "/"):
        return f"is for the path {url.path!r}, not /"
    return None


def _is_endpoint(attempt: CopyAttempt, host: str) -> bool:
    region = attempt.request.source_region or ""
    name = _without_port(host)
    used = _without_port(attempt.endpoint_host)
    # botocore 1.43: puts the source Region in the place of the client's own, and leaves an
    # endpoint without a Region in its name as it is.
    if name == used.replace(attempt.region, region) or _is_of_aws(attempt.regions, name, region):
        return True
    # AWS SDK for JavaScript v3: leaves a custom endpoint as it is, whatever Region it names.
    return name == used and not _is_of_aws(attempt.regions, used, attempt.region)


def _is_of_aws(regions: RegionData, name: str, region: str) -> bool:
    """Say whether a host is an EC2 endpoint that AWS has in that Region."""
    suffix = regions.dns_suffix(region)
    first, _, rest = name.partition(".")
    if rest == f"ec2.{region}.vpce.{suffix}":
        return True
    if first not in ("ec2", "ec2-fips"):
        return name == f"{region}.ec2.{suffix}"
    suffixes = (suffix, "api.aws", "api.amazonwebservices.com.cn")
    return rest in {f"{region}.{each}" for each in suffixes} or (
        name == "ec2.amazonaws.com" and region == "us-east-1"
    )


def _without_port(host: str) -> str:
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()


def _parameter_defect(attempt: CopyAttempt, url: PresignedUrl) -> str | None:
    request = attempt.request
    says = "and the request says"
    wanted = (
        ("Action", url.action, "CopySnapshot", "not"),
        ("SourceRegion", url.source_region, request.source_region, says),
        ("SourceSnapshotId", url.source_snapshot_id, request.source_snapshot_id, says),
        ("DestinationRegion", url.destination_region, attempt.region, "and the copy goes to"),
    )
    for name, value, expected, but in wanted:
        if value is None:
            return f"has no {name}"
        if value != expected:
            return f"has {name}={value}, {but} {expected}"
    return None


def _authentication_defect(attempt: CopyAttempt, url: PresignedUrl) -> str | None:
    signed = (
        ("X-Amz-Algorithm", url.algorithm),
        ("X-Amz-Credential", url.credential),
        ("X-Amz-Date", url.date),
        ("X-Amz-SignedHeaders", url.signed_headers),
        ("X-Amz-Signature", url.signature),
    )
    for name, value in signed:
        if not value:
            return f"has no {name}, or one that can't be read"
    if url.algorithm != "AWS4-HMAC-SHA256":
        return f"is signed with {url.algorithm}, not AWS4-HMAC-SHA256"
    # aws-sdk-ruby issue 845: with another header signed the URL is invalid.
    if url.signed_headers != ("host",):
        names = ";".join(url.signed_headers or ())
        return f"signs the headers {names}, and whoever follows it sends host alone"
    return _scope_defect(attempt, url)


def _scope_defect(attempt: CopyAttempt, url: PresignedUrl) -> str | None:
    scope, region = url.credential, attempt.request.source_region
    if scope is not None and (scope.region, scope.service) != (region, "ec2"):
        return f"is signed for {scope.service} in {scope.region}, not ec2 in {region}"
    dated = url.get("X-Amz-Date") or ""
    if scope is not None and scope.date != dated[:8]:
        return f"is signed for the day {scope.date}, and has X-Amz-Date={dated}"
    return None


def _age_defect(attempt: CopyAttempt, url: PresignedUrl) -> str | None:
    now, date = attempt.signing_now, url.date
    # A missing date was found before, as a missing X-Amz-Date.
    if date is not None and date > now + LEEWAY:
        return f"is dated {date.isoformat()}, in the future of {now.isoformat()}"
    # aws-sdk-net issue 838: a URL may come without X-Amz-Expires.
    lasts = LONGEST if url.expires is None else url.expires
    if not timedelta(0) < lasts <= LONGEST:
        return f"has X-Amz-Expires={url.get('X-Amz-Expires')}, not 1 to 604800 seconds"
    if date is not None and now > date + lasts + LEEWAY:
        return f"expired at {(date + lasts).isoformat()}, more than 15 min before {now.isoformat()}"
    return None


def _signature_defect(attempt: CopyAttempt, url: PresignedUrl) -> str | None:
    if url.signature_verdict == "of-a-post":
        return 'is signed for a POST, and is followed with a GET: HttpMethod="GET" when presigning'
    if url.signature_verdict == "wrong-token":
        return "lacks the X-Amz-Security-Token of the credentials that it is signed with"
    if url.signature_verdict == "wrong":
        # aws-cli issue 917.
        plus = ": a + is a plus sign there, and a space is %20" if url.has_plus else ""
        return f"has a signature that does not match what it says{plus}"
    if url.signature_verdict == "unknown-key" and attempt.strict_credentials:
        return "is signed with an access key that no account has"
    return None


def _session_defect(attempt: CopyAttempt, url: PresignedUrl) -> str | None:
    # AWS docs, S3 User Guide, "Download and upload objects with presigned URLs": a URL ends with
    # the role session that made it, whatever it says itself. Assumed for that of a copy.
    ends = url.session_ends
    # A session ends by the fake's time, which may run ahead of that of signatures.
    now = min(attempt.now, attempt.signing_now)
    if ends is not None and now > ends:
        return (
            f"is signed with temporary credentials that ended at {ends.isoformat()}, before"
            f" {now.isoformat()}"
        )
    return None


_DEFECTS: tuple[Callable[[CopyAttempt, PresignedUrl], str | None], ...] = (
    _target_defect,
    _parameter_defect,
    _authentication_defect,
    _age_defect,
    _signature_defect,
    _session_defect,
)
