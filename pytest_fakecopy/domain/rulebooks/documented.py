"""The rule book `documented`: what the API reference and the user guide promise.

Bad KMS keys and bad presigned URLs fail the copy asynchronously. Code that waits for a copy and
reads its state message survives this book; `observed` is the other half of the truth.
"""

from __future__ import annotations

from pytest_fakecopy.domain.rulebooks import destinations, keys, parameters, presigned_urls, sources
from pytest_fakecopy.domain.rules import Rule, RuleBook
from pytest_fakecopy.domain.verdicts import documented, observed

_API = "API reference, CopySnapshot"
_ERRORS = "EC2 API error codes"
_GUIDE = "EBS User Guide, Copy an Amazon EBS snapshot"
CAPTURE = "capture of native responses, boto3 1.43.98, us-east-1 and us-west-2"
CAPTURED = "2026-09-25"

SOURCE_SNAPSHOT_ID_IS_GIVEN = Rule(
    "source-snapshot-id-is-given",
    parameters.source_snapshot_id_is_given,
    observed(CAPTURED, CAPTURE),
)
SOURCE_REGION_EXISTS = Rule(
    "source-region-exists", parameters.source_region_exists, observed(CAPTURED, CAPTURE)
)
COMPLETION_DURATION_IS_VALID = Rule(
    "completion-duration-is-valid",
    parameters.completion_duration_is_valid,
    observed(CAPTURED, CAPTURE),
)
TAGS_ARE_VALID = Rule(
    "tags-are-valid",
    parameters.tags_are_valid,
    observed(CAPTURED, CAPTURE, guess="most texts"),
)
DESTINATION_IS_CONSISTENT = Rule(
    "destination-is-consistent",
    destinations.destination_is_consistent,
    documented(_GUIDE, guess="codes and texts"),
)
CALLER_IS_AUTHORIZED = Rule(
    "caller-is-authorized", sources.caller_is_authorized, observed(CAPTURED, CAPTURE)
)
REQUEST_IS_NOT_A_DRY_RUN = Rule(
    "request-is-not-a-dry-run", parameters.request_is_not_a_dry_run, observed(CAPTURED, CAPTURE)
)
COPIES_ARE_WITHIN_THE_LIMIT = Rule(
    "copies-are-within-the-limit",
    parameters.copies_are_within_the_limit,
    documented(f"{_GUIDE}: 20 copies at once to a destination, ResourceLimitExceeded"),
)

DOCUMENTED = RuleBook(
    "documented",
    admission=(
        SOURCE_SNAPSHOT_ID_IS_GIVEN,
        Rule(
            "source-region-is-given",
            parameters.source_region_is_given,
            documented(f"{_API}: SourceRegion is required; {_ERRORS}: MissingParameter"),
        ),
        Rule(
            "source-snapshot-id-is-well-formed",
            parameters.source_snapshot_id_is_well_formed,
            documented(f"{_ERRORS}: InvalidSnapshotID.Malformed"),
        ),
        SOURCE_REGION_EXISTS,
        COMPLETION_DURATION_IS_VALID,
        TAGS_ARE_VALID,
        Rule(
            "encrypted-is-not-false",
            parameters.encrypted_is_not_false,
            documented(f"{_API}: Encrypted cannot be set to false", guess="code and text"),
        ),
        Rule(
            "kms-key-needs-encrypted",
            parameters.kms_key_needs_encrypted,
            documented(
                f"{_API}: with KmsKeyId the encrypted state must be true",
                guess="code and text, those of CreateVolume,",
            ),
        ),
        DESTINATION_IS_CONSISTENT,
        CALLER_IS_AUTHORIZED,
        REQUEST_IS_NOT_A_DRY_RUN,
        Rule(
            "presigned-url-is-given",
            presigned_urls.presigned_url_is_given,
            documented(
                f"{_API}: PresignedUrl must be supplied for an encrypted source", guess="the code"
            ),
        ),
        Rule(
            "source-snapshot-exists",
            sources.source_snapshot_exists,
            documented(f"{_ERRORS}: InvalidSnapshot.NotFound"),
        ),
        Rule(
            "source-is-completed",
            sources.source_is_completed,
            documented(f"{_GUIDE}: the source must be completed; {_ERRORS}: IncorrectState"),
        ),
        Rule(
            "source-is-not-archived",
            sources.source_is_not_archived,
            documented("EBS User Guide, Archive snapshots: restore first", guess="the code"),
        ),
        COPIES_ARE_WITHIN_THE_LIMIT,
    ),
    validation=(
        Rule(
            "source-key-is-accessible",
            keys.source_key_is_accessible,
            documented(f"{_GUIDE}: permission for the key of a shared encrypted source"),
        ),
        Rule(
            "kms-key-is-usable",
            keys.kms_key_is_usable_later,
            documented(f"{_API}, KmsKeyId: AWS authenticates the key asynchronously"),
        ),
        Rule(
            "presigned-url-is-valid",
            presigned_urls.presigned_url_is_valid,
            documented(
                f"{_API}, PresignedUrl: an invalid one fails the copy asynchronously",
                guess="the message and the end with a role session",
            ),
        ),
    ),
)
