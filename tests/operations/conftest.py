"""A fake with two accounts, and clients of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2
from tests.operations.answers import OTHER, OWNER, client

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake(kept_clients: None) -> Iterator[FakeEC2]:
    """Return a fake that moves its own time alone."""
    with FakeEC2(clock="virtual", account_id=OWNER) as fake:
        fake.accounts.add(OTHER)
        yield fake


@pytest.fixture
def ec2(fake: FakeEC2) -> Any:
    """Return the owner's EC2 client in us-east-1."""
    return client("ec2")


@pytest.fixture
def other_ec2(fake: FakeEC2) -> Any:
    """Return the other account's EC2 client in us-east-1."""
    return client("ec2", account_id=OTHER)


@pytest.fixture
def kms(fake: FakeEC2) -> Any:
    """Return the owner's KMS client in us-east-1."""
    return client("kms")


@pytest.fixture
def other_kms(fake: FakeEC2) -> Any:
    """Return the other account's KMS client in us-east-1."""
    return client("kms", account_id=OTHER)
