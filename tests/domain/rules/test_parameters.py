"""Rules that look at the request alone, one table each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.attempt import Throughput
from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.domain.rulebooks.documented import DOCUMENTED
from pytest_fakecopy.domain.rulebooks.observed import OBSERVED
from pytest_fakecopy.domain.verdicts import Reject
from tests.builders import copy_attempt

if TYPE_CHECKING:
    from pytest_fakecopy.domain.rules import RuleBook

BOTH = (DOCUMENTED, OBSERVED)


def answer(book: RuleBook, name: str, **members: Any) -> ErrorResponse | None:
    """Return the error that a rule of a book answers an attempt with, or None."""
    verdict = book[name].check(copy_attempt(**members))
    if verdict is None:
        return None
    assert isinstance(verdict, Reject)
    return verdict.error


def bad_value(message: str) -> ErrorResponse:
    """Return InvalidParameterValue with that text."""
    return ErrorResponse("InvalidParameterValue", message, 400)


@pytest.mark.parametrize("book", BOTH)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("snap-1234abcd", None, id="given"),
        pytest.param("", None, id="empty-is-given"),
        pytest.param(
            None,
            ErrorResponse(
                "MissingParameter", "The request must contain the parameter SourceSnapshotId", 400
            ),
            id="missing",
        ),
    ],
)
def test_source_snapshot_id_is_given(
    book: RuleBook, given: str | None, expected: ErrorResponse | None
) -> None:
    """A call without SourceSnapshotId misses a parameter."""
    assert answer(book, "source-snapshot-id-is-given", source_snapshot_id=given) == expected


MISSING_REGION = ErrorResponse(
    "MissingParameter", "The request must contain the parameter SourceRegion", 400
)
INTERNAL_ERROR = ErrorResponse("InternalError", "An internal error has occurred", 500)


@pytest.mark.parametrize(
    ("book", "given", "expected"),
    [
        pytest.param(DOCUMENTED, "us-west-2", None, id="documented-given"),
        pytest.param(DOCUMENTED, "", None, id="documented-empty-is-given"),
        pytest.param(DOCUMENTED, None, MISSING_REGION, id="documented-missing"),
        pytest.param(OBSERVED, "us-west-2", None, id="observed-given"),
        pytest.param(OBSERVED, None, INTERNAL_ERROR, id="observed-missing"),
    ],
)
def test_source_region_is_given(
    book: RuleBook, given: str | None, expected: ErrorResponse | None
) -> None:
    """A call without SourceRegion misses a parameter; the service was seen to fail internally."""
    assert answer(book, "source-region-is-given", source_region=given) == expected


def malformed(text: str) -> ErrorResponse:
    """Return what the documented book answers a malformed id with."""
    return ErrorResponse(
        "InvalidSnapshotID.Malformed", f"Value ( {text} ) for parameter SNAPSHOT is invalid. ", 400
    )


@pytest.mark.parametrize(
    ("given", "documented", "observed"),
    [
        pytest.param("snap-1234abcd", True, True, id="8-digits"),
        pytest.param("snap-0123456789abcdef0", True, True, id="17-digits"),
        pytest.param("snap-" + "0" * 17, True, False, id="17-zeros"),
        pytest.param("", False, False, id="empty"),
        pytest.param("bad", False, False, id="no-prefix"),
        pytest.param("snap-1234ABCD", False, False, id="upper-case"),
        pytest.param("snap-0123456789abcdef", False, False, id="16-digits"),
    ],
)
def test_source_snapshot_id_is_well_formed(given: str, documented: bool, observed: bool) -> None:
    """The books have different answers to a malformed id."""
    name = "source-snapshot-id-is-well-formed"
    invalid = bad_value("The specified snapshotId is invalid")

    assert answer(DOCUMENTED, name, source_snapshot_id=given) == (
        None if documented else malformed(given)
    )
    assert answer(OBSERVED, name, source_snapshot_id=given) == (None if observed else invalid)


@pytest.mark.parametrize("book", BOTH)
@pytest.mark.parametrize(
    ("given", "good"),
    [
        pytest.param("us-west-2", True, id="another"),
        pytest.param("us-east-1", True, id="the-same"),
        pytest.param("", False, id="empty"),
        pytest.param("not-a-region", False, id="unknown"),
        pytest.param("us-west-2a", False, id="a-zone"),
        pytest.param("cn-north-1", False, id="of-another-partition"),
    ],
)
def test_source_region_exists(book: RuleBook, given: str, good: bool) -> None:
    """A Region that isn't there, or not in this partition, is no valid name; empty ones neither."""
    error = answer(book, "source-region-exists", source_region=given)

    expected = ErrorResponse("InvalidRegion", f"{given} is not a valid region name.", 400)
    assert error == (None if good else expected)


@pytest.mark.parametrize("book", BOTH)
@pytest.mark.parametrize(
    ("minutes", "good"),
    [
        (None, True),
        (15, True),
        (30, True),
        (2880, True),
        (-15, False),
        (-1, False),
        (0, False),
        (1, False),
        (14, False),
        (16, False),
        (2881, False),
        (2895, False),
    ],
)
def test_completion_duration_is_valid(book: RuleBook, minutes: int | None, good: bool) -> None:
    """It is 15 to 2880 minutes, in steps of 15."""
    error = answer(book, "completion-duration-is-valid", completion_duration_minutes=minutes)

    expected = bad_value(
        f"'{minutes}' is not a valid value for completion duration. Specify a value between"
        " 15 and 2880 minutes, in 15 minute increments only"
    )
    assert error == (None if good else expected)


def tagged(*tags: tuple[str, str], kind: str = "snapshot") -> tuple[dict[str, Any], ...]:
    """Build TagSpecifications."""
    listed = [{"Key": key, "Value": value} for key, value in tags]
    return ({"ResourceType": kind, "Tags": listed},)


FIFTY = tuple((f"key{number}", "") for number in range(50))


@pytest.mark.parametrize("book", BOTH)
@pytest.mark.parametrize(
    ("specifications", "expected"),
    [
        pytest.param((), None, id="none"),
        pytest.param(tagged(("team", "storage"), ("empty", "")), None, id="two"),
        pytest.param(({"ResourceType": "snapshot"},), None, id="specification-without-tags"),
        pytest.param(tagged(*FIFTY), None, id="fifty"),
        pytest.param(tagged(("k" * 127, "v" * 256)), None, id="longest"),
        pytest.param(tagged(("my-aws:x", "")), None, id="aws-in-the-middle"),
        pytest.param(
            tagged(("a", "b"), kind="volume"),
            bad_value("'volume' is not a valid taggable resource type for this operation."),
            id="other-resource-type",
        ),
        pytest.param(
            ({"Tags": [{"Key": "team", "Value": "storage"}]},),
            bad_value("'' is not a valid taggable resource type for this operation."),
            id="no-resource-type",
        ),
        pytest.param(
            tagged(("suite", "1"), ("suite", "2")),
            bad_value("Duplicate tag key 'suite' specified."),
            id="duplicate",
        ),
        pytest.param(
            (*tagged(("suite", "1")), *tagged(("suite", "2"))),
            bad_value("Duplicate tag key 'suite' specified."),
            id="duplicate-in-two-specifications",
        ),
        pytest.param(tagged(("", "x")), bad_value("Tag key cannot be empty."), id="empty-key"),
        pytest.param(
            tagged(("aws:x", "")),
            bad_value("Tag keys starting with 'aws:' are reserved for internal use"),
            id="reserved",
        ),
        pytest.param(
            tagged(("AWS:x", "")),
            bad_value("Tag keys starting with 'aws:' are reserved for internal use"),
            id="reserved-in-upper-case",
        ),
        pytest.param(
            tagged(("k" * 128, "")),
            bad_value("Tag key exceeds the maximum length of 127 characters"),
            id="long-key",
        ),
        pytest.param(
            tagged(("k", "v" * 257)),
            bad_value("Tag value exceeds the maximum length of 256 characters"),
            id="long-value",
        ),
        pytest.param(
            tagged(*FIFTY, ("one-more", "")),
            ErrorResponse(
                "TagLimitExceeded",
                "The maximum number of Tags for a resource has been reached.",
                400,
            ),
            id="fifty-one",
        ),
    ],
)
def test_tags_are_valid(
    book: RuleBook,
    specifications: tuple[dict[str, Any], ...],
    expected: ErrorResponse | None,
) -> None:
    """Resource type, number, length and uniqueness count."""
    assert answer(book, "tags-are-valid", tag_specifications=specifications) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(None, None, id="not-given"),
        pytest.param(True, None, id="true"),
        pytest.param(
            False,
            bad_value(
                "Value (false) for parameter Encrypted is invalid."
                " You cannot set this parameter to false."
            ),
            id="false",
        ),
    ],
)
def test_encrypted_is_not_false(given: bool | None, expected: ErrorResponse | None) -> None:
    """The documented book refuses Encrypted=false; the observed one has no such rule."""
    assert answer(DOCUMENTED, "encrypted-is-not-false", encrypted=given) == expected
    assert "encrypted-is-not-false" not in OBSERVED


@pytest.mark.parametrize(
    ("encrypted", "kms_key_id", "good"),
    [
        (None, None, True),
        (True, None, True),
        (True, "alias/backup", True),
        (None, "alias/backup", False),
        (False, "alias/backup", False),
        (None, "", False),
    ],
)
def test_kms_key_needs_encrypted(
    encrypted: bool | None, kms_key_id: str | None, good: bool
) -> None:
    """The documented book refuses KmsKeyId without Encrypted; the observed one has no such rule."""
    error = answer(
        DOCUMENTED, "kms-key-needs-encrypted", encrypted=encrypted, kms_key_id=kms_key_id
    )

    expected = ErrorResponse(
        "InvalidParameterDependency",
        "The parameter [KmsKeyId] requires the parameter Encrypted to be set.",
        400,
    )
    assert error == (None if good else expected)
    assert "kms-key-needs-encrypted" not in OBSERVED


@pytest.mark.parametrize("book", BOTH)
def test_request_is_not_a_dry_run(book: RuleBook) -> None:
    """A dry run that comes so far would have succeeded: 412."""
    dry = answer(book, "request-is-not-a-dry-run", dry_run=True)

    assert dry == ErrorResponse(
        "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412
    )
    assert answer(book, "request-is-not-a-dry-run", dry_run=False) is None


@pytest.mark.parametrize(
    ("given", "good"),
    [(None, True), ("", True), ("us-east-1", True), ("us-west-2", False), ("nowhere", False)],
)
def test_destination_region_matches_endpoint(given: str | None, good: bool) -> None:
    """The observed book refuses another Region than the endpoint's; the reference ignores it."""
    error = answer(OBSERVED, "destination-region-matches-endpoint", destination_region=given)

    expected = bad_value(
        f"DestinationRegion '{given}' does not match the current region (us-east-1)"
    )
    assert error == (None if good else expected)
    assert "destination-region-matches-endpoint" not in DOCUMENTED


@pytest.mark.parametrize("book", BOTH)
@pytest.mark.parametrize(
    ("in_progress", "limit", "good"),
    [(0, 1, True), (1, 1, False), (19, 20, True), (20, 20, False), (21, 20, False), (4, 5, True)],
)
def test_copies_are_within_the_limit(
    book: RuleBook, in_progress: int, limit: int, good: bool
) -> None:
    """One copy too many is told the limit."""
    error = answer(
        book, "copies-are-within-the-limit", copies_in_progress=in_progress, copies_limit=limit
    )

    expected = ErrorResponse(
        "ResourceLimitExceeded",
        f"Too many snapshot copies in progress. The limit is {limit} for this destination region.",
        400,
    )
    assert error == (None if good else expected)


THROUGHPUT_IN_USE = ErrorResponse(
    "ResourceLimitExceeded",
    "The cumulative snapshot copy throughput quota between us-west-2 and us-east-1 is in use.",
    400,
)
MIB = 1024**2


@pytest.mark.parametrize("book", BOTH)
@pytest.mark.parametrize(
    ("minutes", "in_use", "expected"),
    [
        pytest.param(15, 0, None, id="all-is-free"),
        pytest.param(15, 1999 * MIB, None, id="some-is-left"),
        pytest.param(15, 2000 * MIB, THROUGHPUT_IN_USE, id="nothing-is-left"),
        pytest.param(None, 2000 * MIB, None, id="standard-copies-need-none"),
    ],
)
def test_time_based_copies_need_throughput(
    book: RuleBook, minutes: int | None, in_use: int, expected: ErrorResponse | None
) -> None:
    """A time-based copy for which no throughput is left is refused."""
    error = answer(
        book,
        "copies-are-within-the-limit",
        completion_duration_minutes=minutes,
        throughput=Throughput(in_use=in_use),
    )

    assert error == expected
