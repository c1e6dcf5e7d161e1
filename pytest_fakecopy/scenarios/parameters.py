"""Scenarios that the parameters of the request decide alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.verdicts import assumed, documented, observed
from pytest_fakecopy.scenarios.building import (
    API,
    CAPTURE,
    ERRORS,
    KEY,
    PLAIN,
    UNSEEN,
    WITH_AWS_KEY,
    WITH_KEY,
    bad_value,
    both,
    by_book,
    encrypted,
    missing,
    no_source,
    refused,
    source,
    with_key,
)
from pytest_fakecopy.scenarios.model import Scenario

if TYPE_CHECKING:
    from pytest_fakecopy.scenarios.outcomes import Rejected

_ID_RULE = "source-snapshot-id-is-well-formed"
_REGION_RULE = "source-region-exists"
_INVALID_ID = bad_value("The specified snapshotId is invalid", _ID_RULE)
_ZEROS = "snap-00000000000000000"
_FALSE = bad_value(
    "Value (false) for parameter Encrypted is invalid. You cannot set this parameter to false.",
    "encrypted-is-not-false",
)
_NEVER_FALSE = documented("API reference, CopySnapshot: Encrypted cannot be set to false")
_KEY_NEEDS_ENCRYPTED = documented(
    "API reference, CopySnapshot: with KmsKeyId the encrypted state must be true"
)
_CREATE_VOLUME = observed(
    "2026-09-25", "capture of native responses to CreateVolume; the text is assumed"
)
_DRY_RUN = refused(
    "DryRunOperation",
    "Request would have succeeded, but DryRun flag is set.",
    "request-is-not-a-dry-run",
    status=412,
)


def _malformed(snapshot_id: str) -> Rejected:
    # The space at the end is EC2's.
    text = f"Value ( {snapshot_id} ) for parameter SNAPSHOT is invalid. "
    return refused("InvalidSnapshotID.Malformed", text, _ID_RULE)


IDS_AND_REGIONS = (
    Scenario(
        id="source-snapshot-id-missing",
        about="SourceSnapshotId is left out.",
        given=source(),
        request={"SourceSnapshotId": None},
        expect=both(
            refused(
                "MissingParameter",
                "The request must contain the parameter SourceSnapshotId",
                "source-snapshot-id-is-given",
            )
        ),
        evidence=both(CAPTURE),
        raw=True,
    ),
    Scenario(
        id="source-region-missing",
        about="SourceRegion is left out.",
        given=source(),
        # botocore can't presign without it.
        request={"SourceRegion": None, "PresignedUrl": ""},
        expect=by_book(
            documented=refused(
                "MissingParameter",
                "The request must contain the parameter SourceRegion",
                "source-region-is-given",
            ),
            observed=refused(
                "InternalError",
                "An internal error has occurred",
                "source-region-is-given",
                status=500,
            ),
        ),
        evidence=by_book(documented=ERRORS, observed=CAPTURE),
        raw=True,
    ),
    Scenario(
        id="source-snapshot-id-empty",
        about="SourceSnapshotId is an empty text, which boto3 lets through.",
        given=source(),
        request={"SourceSnapshotId": ""},
        expect=by_book(documented=_malformed(""), observed=_INVALID_ID),
        evidence=by_book(documented=ERRORS, observed=CAPTURE),
    ),
    Scenario(
        id="source-snapshot-id-malformed",
        about="SourceSnapshotId does not have the form of an id.",
        given=source(),
        request={"SourceSnapshotId": "bad"},
        expect=by_book(documented=_malformed("bad"), observed=_INVALID_ID),
        evidence=by_book(documented=ERRORS, observed=CAPTURE),
    ),
    Scenario(
        id="source-snapshot-id-all-zeros",
        about="SourceSnapshotId has the form of an id, and is one that EC2 never gives.",
        given=missing,
        request={"SourceSnapshotId": _ZEROS},
        expect=by_book(
            documented=refused(
                "InvalidSnapshot.NotFound",
                f"The snapshot '{_ZEROS}' does not exist.",
                "source-snapshot-exists",
            ),
            observed=_INVALID_ID,
        ),
        evidence=by_book(documented=ERRORS, observed=CAPTURE),
    ),
    Scenario(
        id="source-snapshot-id-short",
        about="SourceSnapshotId is of the short form with eight digits, and nobody's.",
        given=missing,
        request={"SourceSnapshotId": "snap-1234abcd"},
        expect=by_book(
            documented=refused(
                "InvalidSnapshot.NotFound",
                "The snapshot 'snap-1234abcd' does not exist.",
                "source-snapshot-exists",
            ),
            observed=no_source("Source snapshot is not found", "source-snapshot-exists"),
        ),
        evidence=by_book(documented=ERRORS, observed=CAPTURE),
    ),
    Scenario(
        id="source-region-unknown",
        about="SourceRegion is no Region.",
        given=source(),
        request={"SourceRegion": "not-a-region"},
        expect=both(
            refused("InvalidRegion", "not-a-region is not a valid region name.", _REGION_RULE)
        ),
        evidence=both(CAPTURE),
    ),
    Scenario(
        id="source-region-empty",
        about="SourceRegion is an empty text, which boto3 lets through.",
        given=source(),
        request={"SourceRegion": "", "PresignedUrl": ""},
        expect=both(refused("InvalidRegion", " is not a valid region name.", _REGION_RULE)),
        evidence=both(CAPTURE),
    ),
    Scenario(
        id="source-region-of-another-partition",
        about="SourceRegion is in the partition aws-cn, the destination in aws.",
        given=source(),
        request={"SourceRegion": "cn-north-1"},
        expect=both(
            refused("InvalidRegion", "cn-north-1 is not a valid region name.", _REGION_RULE)
        ),
        evidence=both(assumed("nothing is copied between partitions; the answer is a guess")),
    ),
)


def _duration(name: str, minutes: int, *, raw: bool = False) -> Scenario:
    text = (
        f"'{minutes}' is not a valid value for completion duration. Specify a value between 15 and"
        " 2880 minutes, in 15 minute increments only"
    )
    return Scenario(
        id=f"completion-duration-{name}",
        about=f"CompletionDurationMinutes is {minutes}, not 15 to 2880 in steps of 15.",
        given=source(),
        request={"CompletionDurationMinutes": minutes},
        expect=both(bad_value(text, "completion-duration-is-valid")),
        evidence=both(CAPTURE),
        raw=raw,
    )


DURATIONS = (
    _duration("negative", -1, raw=True),
    _duration("zero", 0, raw=True),
    _duration("too-short", 14),
    _duration("off-step", 16),
    _duration("too-long", 2881),
)


def _specification(*tags: tuple[str, str], kind: str = "snapshot") -> dict[str, object]:
    listed = [{"Key": key, "Value": value} for key, value in tags]
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": listed}]}


def _tags(name: str, about: str, request: dict[str, object], message: str) -> Scenario:
    return Scenario(
        id=f"tags-{name}",
        about=about,
        given=source(),
        request=request,
        expect=both(bad_value(message, "tags-are-valid")),
        evidence=both(_CREATE_VOLUME),
    )


TAGS = (
    Scenario(
        id="tags-of-another-resource-type",
        about="TagSpecifications name volumes, and the operation makes a snapshot.",
        given=source(),
        request=_specification(("suite", "copy"), kind="volume"),
        expect=both(
            bad_value(
                "'volume' is not a valid taggable resource type for this operation.",
                "tags-are-valid",
            )
        ),
        evidence=both(CAPTURE),
    ),
    Scenario(
        id="tags-with-one-key-twice",
        about="Two tags have the same key.",
        given=source(),
        request=_specification(("suite", "one"), ("suite", "two")),
        expect=both(bad_value("Duplicate tag key 'suite' specified.", "tags-are-valid")),
        evidence=both(CAPTURE),
    ),
    _tags(
        "reserved",
        "A tag has a key that begins with aws:.",
        _specification(("aws:suite", "copy")),
        "Tag keys starting with 'aws:' are reserved for internal use",
    ),
    _tags(
        "without-key",
        "A tag has an empty key.",
        _specification(("", "copy")),
        "Tag key cannot be empty.",
    ),
    _tags(
        "with-long-key",
        "A tag has a key of 128 characters.",
        _specification(("k" * 128, "copy")),
        "Tag key exceeds the maximum length of 127 characters",
    ),
    _tags(
        "with-long-value",
        "A tag has a value of 257 characters.",
        _specification(("suite", "v" * 257)),
        "Tag value exceeds the maximum length of 256 characters",
    ),
    Scenario(
        id="tags-too-many",
        about="The copy would have 51 tags.",
        given=source(),
        request=_specification(*((f"tag-{number}", "") for number in range(51))),
        expect=both(
            refused(
                "TagLimitExceeded",
                "The maximum number of Tags for a resource has been reached.",
                "tags-are-valid",
            )
        ),
        evidence=both(documented("EC2 API error codes: TagLimitExceeded; the text is assumed")),
    ),
    Scenario(
        id="tags-and-description",
        about="The copy is tagged and described by the request itself.",
        given=source(tags={"inherited": "never"}, description="never inherited"),
        request={"Description": "Kept for 30 days", **_specification(("suite", "copy"))},
        expect=both(PLAIN),
        evidence=both(CAPTURE),
    ),
)

ENCRYPTED_AND_KEY = (
    Scenario(
        id="encrypted-false",
        about="Encrypted is false for a source that is not encrypted.",
        given=source(),
        request={"Encrypted": False},
        expect=by_book(documented=_FALSE, observed=PLAIN),
        evidence=by_book(documented=_NEVER_FALSE, observed=CAPTURE),
    ),
    Scenario(
        id="encrypted-false-with-encrypted-source",
        about="Encrypted is false for a source that is encrypted: that takes nothing away.",
        given=encrypted(),
        request={"Encrypted": False},
        expect=by_book(documented=_FALSE, observed=WITH_AWS_KEY),
        evidence=by_book(documented=_NEVER_FALSE, observed=CAPTURE),
    ),
    Scenario(
        id="kms-key-without-encrypted",
        about="KmsKeyId is given and Encrypted left out.",
        given=with_key(source()),
        request={"KmsKeyId": KEY},
        expect=by_book(
            documented=refused(
                "InvalidParameterDependency",
                "The parameter [KmsKeyId] requires the parameter Encrypted to be set.",
                "kms-key-needs-encrypted",
            ),
            observed=WITH_KEY,
        ),
        evidence=by_book(
            documented=_KEY_NEEDS_ENCRYPTED, observed=assumed("another emulator does so")
        ),
    ),
    Scenario(
        id="kms-key-with-encrypted-false",
        about="KmsKeyId is given, and Encrypted is false.",
        given=with_key(source()),
        request={"KmsKeyId": KEY, "Encrypted": False},
        expect=by_book(documented=_FALSE, observed=WITH_KEY),
        evidence=by_book(documented=_NEVER_FALSE, observed=UNSEEN),
    ),
)

DRY_RUNS = (
    Scenario(
        id="dry-run",
        about="DryRun is true, and nothing is wrong.",
        given=source(),
        request={"DryRun": True},
        expect=both(_DRY_RUN),
        evidence=both(CAPTURE),
    ),
    Scenario(
        id="dry-run-with-malformed-id",
        about="DryRun is true; the form of the parameters is looked at before.",
        given=source(),
        request={"DryRun": True, "SourceSnapshotId": "bad"},
        expect=by_book(documented=_malformed("bad"), observed=_INVALID_ID),
        evidence=by_book(documented=API, observed=CAPTURE),
    ),
    Scenario(
        id="dry-run-with-missing-source",
        about="DryRun is true; whether the source exists is not looked at.",
        given=missing,
        request={"DryRun": True},
        expect=both(_DRY_RUN),
        evidence=both(CAPTURE),
    ),
    Scenario(
        id="dry-run-with-pending-source",
        about="DryRun is true; whether the source is completed is not looked at.",
        given=source(state="pending"),
        request={"DryRun": True},
        expect=both(_DRY_RUN),
        evidence=both(CAPTURE),
    ),
    Scenario(
        id="dry-run-with-missing-key",
        about="DryRun is true; the key is not looked at.",
        given=source(),
        request={"DryRun": True, "Encrypted": True, "KmsKeyId": "alias/scenario-missing"},
        expect=both(_DRY_RUN),
        evidence=both(UNSEEN),
    ),
    Scenario(
        id="dry-run-with-bad-presigned-url",
        about="DryRun is true; the presigned URL is not looked at.",
        given=source(),
        request={"DryRun": True, "PresignedUrl": "not-a-url"},
        expect=both(_DRY_RUN),
        evidence=both(CAPTURE),
    ),
)

SCENARIOS = IDS_AND_REGIONS + DURATIONS + TAGS + ENCRYPTED_AND_KEY + DRY_RUNS
