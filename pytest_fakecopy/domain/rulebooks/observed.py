"""The rule book `observed`: what the service was seen to do in September 2026.

Bad KMS keys are answered at once, a missing or pending source fails the copy later, and the
signature of a presigned URL is not enforced.
"""

from __future__ import annotations

from pytest_fakecopy.domain.rulebooks import documented, keys, parameters, presigned_urls, sources
from pytest_fakecopy.domain.rules import Rule, RuleBook
from pytest_fakecopy.domain.verdicts import assumed, observed

_SEEN = observed(documented.CAPTURED, documented.CAPTURE)

OBSERVED = RuleBook(
    "observed",
    admission=(
        documented.SOURCE_SNAPSHOT_ID_IS_GIVEN,
        Rule(
            "source-region-is-given",
            parameters.source_region_is_given_or_internal_error,
            _SEEN,
        ),
        Rule(
            "source-snapshot-id-is-well-formed",
            parameters.source_snapshot_id_is_accepted,
            _SEEN,
        ),
        documented.SOURCE_REGION_EXISTS,
        documented.COMPLETION_DURATION_IS_VALID,
        documented.TAGS_ARE_VALID,
        documented.DESTINATION_IS_CONSISTENT,
        documented.CALLER_IS_AUTHORIZED,
        documented.REQUEST_IS_NOT_A_DRY_RUN,
        Rule(
            "destination-region-matches-endpoint",
            parameters.destination_region_matches_endpoint,
            _SEEN,
        ),
        Rule(
            "presigned-url-is-consistent",
            presigned_urls.presigned_url_is_consistent,
            _SEEN,
        ),
        Rule(
            "kms-key-is-usable",
            keys.kms_key_is_usable,
            observed(
                documented.CAPTURED,
                documented.CAPTURE,
                guess="other states than Disabled",
            ),
        ),
        documented.COPIES_ARE_WITHIN_THE_LIMIT,
    ),
    validation=(
        Rule("source-snapshot-exists", sources.source_snapshot_exists_later, _SEEN),
        Rule("source-is-completed", sources.source_is_completed_later, _SEEN),
        Rule(
            "source-is-not-archived",
            sources.source_is_not_archived_later,
            assumed("like a source that is not completed; nobody recorded an archived one"),
        ),
        Rule(
            "source-key-is-accessible",
            keys.source_key_is_shared,
            observed("2026-09-10", "cross-tenant security test notes"),
        ),
        Rule("grants-can-be-created", keys.grants_can_be_created, _SEEN),
    ),
)
