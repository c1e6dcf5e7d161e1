"""What the catalogue is made of: sources to copy, keys to copy with, expectations and evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pytest_fakecopy.domain.verdicts import assumed, documented, observed
from pytest_fakecopy.scenarios.outcomes import Ends, Rejected
from pytest_fakecopy.scenarios.running import DESTINATION, SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.model import Given
    from pytest_fakecopy.views.kms import KmsKey
    from pytest_fakecopy.views.snapshots import Snapshot

T = TypeVar("T")

API = documented("API reference, CopySnapshot")
ERRORS = documented("EC2 API error codes")
GUIDE = documented("EBS User Guide, Copy an Amazon EBS snapshot")
TABLE = documented("EBS User Guide, Copy an Amazon EBS snapshot: table of encryption outcomes")
TIMED = documented("EBS User Guide, Time-based copies")
CAPTURE = observed(
    "2026-09-25", "capture of native responses, boto3 1.43.98, us-east-1 and us-west-2"
)
NOTES = observed("2026-09-10", "cross-tenant security test notes")
UNSEEN = assumed("nobody recorded it; the rules that were recorded lead here")

KEY = "alias/scenario-copy"
"""The key in the destination Region that scenarios copy with."""
SOURCE_KEY = "alias/scenario-source"
"""The key that an encrypted source has."""
AWS_KEY = "alias/aws/ebs"
"""The AWS managed key for EBS."""
NOT_ACCESSIBLE = "Given key ID is not accessible"
NOT_AUTHENTICATED = "PresignedUrl could not be authenticated"
PLAIN = Ends("completed")
WITH_KEY = Ends("completed", encrypted=True, kms_key=KEY)
WITH_AWS_KEY = Ends("completed", encrypted=True, kms_key=AWS_KEY)


def both(value: T) -> Mapping[str, T]:
    """Return what holds by both rule books."""
    return {"documented": value, "observed": value}


def by_book(*, documented: T, observed: T) -> Mapping[str, T]:
    """Return what each rule book says."""
    return {"documented": documented, "observed": observed}


def refused(code: str, message: str | None, rule: str, *, status: int = 400) -> Rejected:
    """Return a rejection."""
    return Rejected(code, status, message=message, rule=rule)


def bad_value(message: str | None, rule: str) -> Rejected:
    """Return a rejection with `InvalidParameterValue`, the code of most."""
    return Rejected("InvalidParameterValue", message=message, rule=rule)


def no_source(message: str, rule: str) -> Ends:
    """Return the end of a copy that its source fails: size 0 and unencrypted."""
    return Ends("error", message, rule=rule)


def no_key(rule: str, kms_key: str | None = KEY) -> Ends:
    """Return the end of a copy that a key fails: its metadata is shown all the same."""
    return Ends("error", NOT_ACCESSIBLE, encrypted=True, kms_key=kms_key, rule=rule)


def source(**members: Any) -> Given:  # noqa: ANN401  # what `snapshots.add` takes
    """Give a completed, unencrypted snapshot in us-west-2, or one that is as *members* say."""
    return lambda fake: fake.snapshots.add(**{"region": SOURCE, **members})


def missing(fake: FakeEC2) -> None:
    """Give no source: the id that the request names is nobody's."""
    del fake


def encrypted(region: str = SOURCE, **key: Any) -> Given:  # noqa: ANN401  # what `add_key` takes
    """Give a snapshot that is encrypted with a customer managed key of its Region."""

    def given(fake: FakeEC2) -> Snapshot:
        made = fake.kms.add_key(region=region, alias=SOURCE_KEY, **key)
        return fake.snapshots.add(region=region, kms_key=made)

    return given


def with_key(given: Given, **key: Any) -> Given:  # noqa: ANN401  # what `add_key` takes
    """Give what *given* gives, and a key in the destination Region under the alias `KEY`."""
    return after(
        lambda fake: fake.kms.add_key(**{"region": DESTINATION, "alias": KEY, **key}), given
    )


def after(prepare: Callable[[FakeEC2], object], given: Given) -> Given:
    """Give what *given* gives once *prepare* was done."""

    def prepared(fake: FakeEC2) -> Snapshot | None:
        prepare(fake)
        return given(fake)

    return prepared


def then(given: Given, *prepare: Callable[[FakeEC2], object]) -> Given:
    """Give what *given* gives, and do *prepare* with what it made."""

    def prepared(fake: FakeEC2) -> Snapshot | None:
        snapshot = given(fake)
        for step in prepare:
            step(fake)
        return snapshot

    return prepared


def key_of(fake: FakeEC2, alias: str = KEY) -> KmsKey:
    """Return the key that a scenario made under *alias*."""
    return fake.kms[alias]


def deny_on(alias: str, *actions: str) -> Callable[[FakeEC2], None]:
    """Deny KMS actions on the key of *alias*."""

    def deny(fake: FakeEC2) -> None:
        for action in actions:
            fake.deny(action, key_of(fake, alias).arn)

    return deny


def other_account(fake: FakeEC2) -> str:
    """Return the id of an account that is not the default one, added where it is not there."""
    default = fake.accounts.default.account_id
    return fake.accounts.add(
        "444455556666" if default != "444455556666" else "111122223333"
    ).account_id
