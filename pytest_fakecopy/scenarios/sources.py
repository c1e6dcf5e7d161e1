"""Scenarios that the source snapshot decides: whether it is there, visible, and can be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.verdicts import assumed, documented
from pytest_fakecopy.scenarios.building import (
    AWS_KEY,
    CAPTURE,
    ERRORS,
    GUIDE,
    KEY,
    NOTES,
    PLAIN,
    SOURCE_KEY,
    UNSEEN,
    WITH_AWS_KEY,
    WITH_KEY,
    both,
    by_book,
    missing,
    no_key,
    no_source,
    other_account,
    refused,
    source,
    with_key,
)
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.running import DESTINATION, MISSING_ID, SOURCE

if TYPE_CHECKING:
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.model import Given
    from pytest_fakecopy.views.snapshots import Snapshot

_EXISTS = "source-snapshot-exists"
_COMPLETED = "source-is-completed"
_ARCHIVED = "source-is-not-archived"
_NOT_FOUND = refused("InvalidSnapshot.NotFound", None, _EXISTS)
_LATE_NOT_FOUND = no_source("Source snapshot is not found", _EXISTS)
_MUST_BE_COMPLETED = documented(
    "EBS User Guide, Copy an Amazon EBS snapshot: the source must be completed; the code is that"
    " of CreateVolume"
)
_ONCE = assumed("the source is looked at once, at the call")


def _delete_source(fake: FakeEC2) -> None:
    first = next(iter(fake.snapshots))
    fake.client("ec2", first.region, first.owner_id).delete_snapshot(SnapshotId=first.snapshot_id)


def _copied_once(fake: FakeEC2) -> Snapshot:
    """Give a source of which another copy is pending."""
    first = fake.snapshots.add(region=SOURCE)
    fake.client("ec2", DESTINATION).copy_snapshot(
        SourceRegion=SOURCE, SourceSnapshotId=first.snapshot_id
    )
    return first


def _copy(fake: FakeEC2) -> Snapshot:
    """Give a source that is a copy itself."""
    first = fake.snapshots.add(region=DESTINATION)
    answer = fake.client("ec2", SOURCE).copy_snapshot(
        SourceRegion=DESTINATION, SourceSnapshotId=first.snapshot_id
    )
    return fake.assert_eventually_completed(answer["SnapshotId"])


OWN = (
    Scenario(
        id="source-missing",
        about="There is no snapshot of that id.",
        given=missing,
        expect=by_book(
            documented=refused(
                "InvalidSnapshot.NotFound", f"The snapshot '{MISSING_ID}' does not exist.", _EXISTS
            ),
            observed=_LATE_NOT_FOUND,
        ),
        evidence=by_book(documented=ERRORS, observed=CAPTURE),
    ),
    Scenario(
        id="source-in-another-region",
        about="SourceRegion is a Region in which the snapshot is not.",
        given=source(region="eu-west-1"),
        request={"SourceRegion": SOURCE},
        expect=by_book(documented=_NOT_FOUND, observed=_LATE_NOT_FOUND),
        evidence=by_book(documented=ERRORS, observed=CAPTURE),
    ),
    Scenario(
        id="source-pending",
        about="The source is still pending.",
        given=source(state="pending"),
        expect=by_book(
            documented=refused(
                "IncorrectState", "Snapshot is in invalid state - pending", _COMPLETED
            ),
            observed=no_source("Source snapshot is not complete", _COMPLETED),
        ),
        evidence=by_book(documented=_MUST_BE_COMPLETED, observed=CAPTURE),
    ),
    Scenario(
        id="source-in-error",
        about="The source has failed itself.",
        given=source(state="error"),
        expect=by_book(
            documented=refused(
                "IncorrectState", "Snapshot is in invalid state - error", _COMPLETED
            ),
            observed=no_source("Source snapshot is not complete", _COMPLETED),
        ),
        evidence=by_book(documented=_MUST_BE_COMPLETED, observed=UNSEEN),
    ),
    Scenario(
        id="source-in-recycle-bin",
        about="The source was deleted and lies in the Recycle Bin.",
        given=source(state="recoverable"),
        expect=by_book(
            documented=refused(
                "IncorrectState", "Snapshot is in invalid state - recoverable", _COMPLETED
            ),
            observed=no_source("Source snapshot is not complete", _COMPLETED),
        ),
        evidence=by_book(documented=_MUST_BE_COMPLETED, observed=UNSEEN),
    ),
    Scenario(
        id="source-archived",
        about="The source is in the archive tier.",
        given=source(storage_tier="archive"),
        expect=by_book(
            documented=refused(
                "IncorrectState", "Snapshot is in invalid state - archived", _ARCHIVED
            ),
            observed=no_source("Source snapshot is not complete", _ARCHIVED),
        ),
        evidence=by_book(
            documented=documented("EBS User Guide, Archive snapshots; the code is assumed"),
            observed=UNSEEN,
        ),
    ),
    Scenario(
        id="source-deleted-in-between",
        about="The source is deleted after the call was answered.",
        given=source(),
        then=_delete_source,
        expect=by_book(documented=PLAIN, observed=_LATE_NOT_FOUND),
        evidence=by_book(documented=_ONCE, observed=UNSEEN),
    ),
    Scenario(
        id="source-is-a-copy",
        about="The source is a copy itself.",
        given=_copy,
        expect=both(PLAIN),
        evidence=both(GUIDE),
    ),
    Scenario(
        id="source-copied-a-second-time",
        about="Another copy of the source is pending: this one starts when that one has ended.",
        given=_copied_once,
        expect=both(PLAIN),
        evidence=both(documented("EBS User Guide (2023), Copy an Amazon EBS snapshot")),
    ),
)


def _theirs(**members: object) -> Given:
    """Give a snapshot of another account."""
    return lambda fake: source(account_id=other_account(fake), **members)(fake)


def _shared(fake: FakeEC2) -> Snapshot:
    """Give a snapshot that another account shares with the default one."""
    me = fake.accounts.default.account_id
    return fake.snapshots.add(region=SOURCE, account_id=other_account(fake), shared_with=[me])


def _shared_encrypted(*, key_shared: bool, key_state: str = "Enabled") -> Given:
    """Give a snapshot that another account shares, and its key too where *key_shared*."""

    def given(fake: FakeEC2) -> Snapshot:
        me, they = fake.accounts.default.account_id, other_account(fake)
        key = fake.kms.add_key(
            region=SOURCE,
            account_id=they,
            alias=SOURCE_KEY,
            key_state=key_state,  # type: ignore[arg-type]  # one of the key states
            shared_with=[me] if key_shared else (),
        )
        return fake.snapshots.add(region=SOURCE, account_id=they, kms_key=key, shared_with=[me])

    return given


SHARED = (
    Scenario(
        id="source-not-shared",
        about="The source belongs to another account, which does not share it.",
        given=_theirs(),
        expect=by_book(documented=_NOT_FOUND, observed=_LATE_NOT_FOUND),
        evidence=by_book(documented=ERRORS, observed=NOTES),
    ),
    Scenario(
        id="source-shared",
        about="Another account shares its unencrypted snapshot.",
        given=_shared,
        expect=both(PLAIN),
        evidence=by_book(documented=GUIDE, observed=CAPTURE),
    ),
    Scenario(
        id="source-public",
        about="Another account has made its snapshot public.",
        given=_theirs(public=True),
        expect=both(PLAIN),
        evidence=by_book(documented=GUIDE, observed=CAPTURE),
    ),
    Scenario(
        id="source-shared-with-its-key",
        about="Another account shares its encrypted snapshot and the key: the copy gets our own.",
        given=_shared_encrypted(key_shared=True),
        expect=both(WITH_AWS_KEY),
        evidence=by_book(documented=GUIDE, observed=CAPTURE),
    ),
    Scenario(
        id="source-shared-with-its-key-and-copied-with-ours",
        about="A shared encrypted snapshot is encrypted anew with a key of the caller's.",
        given=with_key(_shared_encrypted(key_shared=True)),
        request={"Encrypted": True, "KmsKeyId": KEY},
        expect=both(WITH_KEY),
        evidence=by_book(documented=GUIDE, observed=CAPTURE),
    ),
    Scenario(
        id="source-shared-without-its-key",
        about="Another account shares its encrypted snapshot, and not the key.",
        given=_shared_encrypted(key_shared=False),
        expect=both(no_key("source-key-is-accessible", AWS_KEY)),
        evidence=by_book(documented=GUIDE, observed=NOTES),
    ),
    Scenario(
        id="source-shared-with-its-disabled-key",
        about="Another account shares its encrypted snapshot, and the key is disabled.",
        given=_shared_encrypted(key_shared=True, key_state="Disabled"),
        expect=both(no_key("source-key-is-accessible", AWS_KEY)),
        evidence=by_book(documented=GUIDE, observed=UNSEEN),
    ),
)


def _stop_sharing(fake: FakeEC2) -> None:
    first = next(iter(fake.snapshots))
    fake.client("ec2", first.region, first.owner_id).modify_snapshot_attribute(
        SnapshotId=first.snapshot_id,
        CreateVolumePermission={"Remove": [{"UserId": fake.accounts.default.account_id}]},
    )


REVOKED = Scenario(
    id="source-not-shared-any-more",
    about="Another account stops sharing its snapshot after the call was answered.",
    given=_shared,
    then=_stop_sharing,
    expect=by_book(documented=PLAIN, observed=_LATE_NOT_FOUND),
    evidence=by_book(documented=_ONCE, observed=NOTES),
)

SCENARIOS = (*OWN, *SHARED, REVOKED)
