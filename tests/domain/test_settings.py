"""What an account has set for EBS in a Region."""

from __future__ import annotations

import pytest

from pytest_fakecopy.domain.settings import EbsSettings, Settings
from tests.builders import ACCOUNT, HERE, OTHER_ACCOUNT, THERE, make_key, make_world


def test_a_new_account_has_nothing_set() -> None:
    """No encryption by default, no key of its own, sharing not blocked."""
    settings = Settings().get(ACCOUNT, HERE)

    assert settings == EbsSettings(
        encryption_by_default=False, default_key_arn=None, block_public_access="unblocked"
    )


def test_a_setting_is_of_one_account_and_region() -> None:
    """Others stay as they were, and so do the other settings."""
    settings = Settings()
    settings.change(ACCOUNT, HERE, block_public_access="block-all-sharing")

    changed = settings.change(ACCOUNT, HERE, encryption_by_default=True)

    assert changed == EbsSettings(
        encryption_by_default=True, block_public_access="block-all-sharing"
    )
    assert settings.get(ACCOUNT, HERE) == changed
    assert settings.get(ACCOUNT, THERE) == EbsSettings()
    assert settings.get(OTHER_ACCOUNT, HERE) == EbsSettings()


def test_there_is_no_other_setting() -> None:
    """A member that EBS settings don't have is an error of ours."""
    with pytest.raises(TypeError):
        Settings().change(ACCOUNT, HERE, colour="red")


def test_the_default_key_is_the_configured_one_or_aws_ebs() -> None:
    """Where nothing is configured it is the AWS managed key."""
    world = make_world()
    managed = world.keys.default_ebs_key(HERE, ACCOUNT).arn
    own = make_key(world).arn

    before = world.default_key_arn(ACCOUNT, HERE)
    world.settings.change(ACCOUNT, HERE, default_key_arn=own)

    assert before == managed
    assert world.default_key_arn(ACCOUNT, HERE) == own
    assert world.default_key_arn(OTHER_ACCOUNT, HERE) not in {managed, own}
