"""Scenarios of the encryption outcome: whether a good copy is encrypted, and with which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.verdicts import assumed, documented
from pytest_fakecopy.scenarios.building import (
    AWS_KEY,
    CAPTURE,
    GUIDE,
    KEY,
    PLAIN,
    SOURCE_KEY,
    TABLE,
    UNSEEN,
    WITH_AWS_KEY,
    WITH_KEY,
    both,
    by_book,
    encrypted,
    key_of,
    source,
    then,
    with_key,
)
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.outcomes import Ends
from pytest_fakecopy.scenarios.running import DESTINATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy.domain.verdicts import Evidence
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.model import Given, Value

_SEEN = by_book(documented=TABLE, observed=CAPTURE)
_UNSEEN = by_book(documented=TABLE, observed=UNSEEN)
_AMBIGUOUS = by_book(
    documented=documented(
        "EBS User Guide, table of encryption outcomes; the API reference can be read otherwise"
    ),
    observed=assumed("as the table of the EBS User Guide says; nobody recorded it"),
)
_FORMS = by_book(
    documented=documented("API reference, CopySnapshot, KmsKeyId: the four forms"), observed=CAPTURE
)


def _encryption_by_default(fake: FakeEC2) -> None:
    fake.client("ec2", DESTINATION).enable_ebs_encryption_by_default()


def _own_default_key(fake: FakeEC2) -> None:
    fake.client("ec2", DESTINATION).modify_ebs_default_kms_key_id(KmsKeyId=key_of(fake).arn)


def _row(
    id_: str,
    about: str,
    given: Given,
    expected: Ends,
    evidence: Mapping[str, Evidence] = _SEEN,
    **request: Value,
) -> Scenario:
    return Scenario(
        id=id_,
        about=about,
        given=given,
        request=request,
        expect=both(expected),
        evidence=evidence,
    )


OFF = (
    _row("plain", "An unencrypted source is copied to another Region.", source(), PLAIN),
    _row(
        "plain-within-region",
        "An unencrypted source is copied within its Region.",
        source(region=DESTINATION),
        PLAIN,
    ),
    _row(
        "plain-encrypted",
        "Encryption is asked for, without a key: the default one is taken.",
        source(),
        WITH_AWS_KEY,
        Encrypted=True,
    ),
    _row(
        "plain-encrypted-with-key",
        "Encryption with a customer managed key is asked for.",
        with_key(source()),
        WITH_KEY,
        Encrypted=True,
        KmsKeyId=KEY,
    ),
    _row(
        "plain-encrypted-with-own-default-key",
        "Encryption is asked for; the account has a default key of its own.",
        then(with_key(source()), _own_default_key),
        WITH_KEY,
        _UNSEEN,
        Encrypted=True,
    ),
    _row(
        "encrypted",
        "An encrypted source is copied: with the AWS managed key, not its own.",
        encrypted(),
        WITH_AWS_KEY,
    ),
    _row(
        "encrypted-within-region",
        "An encrypted source is copied within its Region: not with its own key either.",
        encrypted(region=DESTINATION),
        WITH_AWS_KEY,
    ),
    _row(
        "encrypted-with-aws-managed-key",
        "The source is encrypted with the AWS managed key of its Region.",
        source(encrypted=True),
        WITH_AWS_KEY,
    ),
    _row(
        "encrypted-asked-for",
        "An encrypted source is copied with Encrypted=true and no key.",
        encrypted(),
        WITH_AWS_KEY,
        Encrypted=True,
    ),
    _row(
        "encrypted-with-key",
        "An encrypted source is encrypted anew, with another key.",
        with_key(encrypted()),
        WITH_KEY,
        Encrypted=True,
        KmsKeyId=KEY,
    ),
    _row(
        "encrypted-with-its-own-key",
        "A copy within the Region is encrypted with the key of the source.",
        encrypted(region=DESTINATION),
        Ends("completed", encrypted=True, kms_key=SOURCE_KEY),
        Encrypted=True,
        KmsKeyId=SOURCE_KEY,
    ),
    _row(
        "encrypted-with-own-default-key",
        "Encryption by default is off: the account's own default key does not count.",
        then(with_key(encrypted()), _own_default_key),
        WITH_AWS_KEY,
        _AMBIGUOUS,
    ),
)

ON = (
    _row(
        "by-default-plain",
        "Encryption by default is on: an unencrypted source gives an encrypted copy.",
        then(source(), _encryption_by_default),
        WITH_AWS_KEY,
        _UNSEEN,
    ),
    _row(
        "by-default-plain-with-own-default-key",
        "Encryption by default is on, with a key of the account's own.",
        then(with_key(source()), _own_default_key, _encryption_by_default),
        WITH_KEY,
        _UNSEEN,
    ),
    _row(
        "by-default-plain-with-key",
        "Encryption by default is on, and the request names a key.",
        then(with_key(source()), _encryption_by_default),
        WITH_KEY,
        _UNSEEN,
        Encrypted=True,
        KmsKeyId=KEY,
    ),
    _row(
        "by-default-encrypted",
        "Encryption by default is on: an encrypted source gets the default key.",
        then(encrypted(), _encryption_by_default),
        WITH_AWS_KEY,
        _UNSEEN,
    ),
    _row(
        "by-default-encrypted-with-own-default-key",
        "Encryption by default is on, with a key of the account's own, for an encrypted source.",
        then(with_key(encrypted()), _own_default_key, _encryption_by_default),
        WITH_KEY,
        _UNSEEN,
    ),
)

FORMS = (
    _row(
        "kms-key-by-id",
        "KmsKeyId is a key id.",
        with_key(source()),
        WITH_KEY,
        _FORMS,
        Encrypted=True,
        KmsKeyId=lambda fake, _: key_of(fake).key_id,
    ),
    _row(
        "kms-key-by-arn",
        "KmsKeyId is a key ARN.",
        with_key(source()),
        WITH_KEY,
        _FORMS,
        Encrypted=True,
        KmsKeyId=lambda fake, _: key_of(fake).arn,
    ),
    _row(
        "kms-key-by-alias-arn",
        "KmsKeyId is an alias ARN.",
        with_key(source()),
        WITH_KEY,
        _FORMS,
        Encrypted=True,
        KmsKeyId=lambda fake, _: f"{key_of(fake).arn.rpartition(':')[0]}:{KEY}",
    ),
    _row(
        "kms-key-aws-managed",
        "KmsKeyId is the alias of the AWS managed key, which nobody has used there yet.",
        source(),
        WITH_AWS_KEY,
        by_book(documented=GUIDE, observed=UNSEEN),
        Encrypted=True,
        KmsKeyId=AWS_KEY,
    ),
)

SCENARIOS = OFF + ON + FORMS
