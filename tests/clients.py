"""Clients that tests share: making one takes longer than most tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_fakecopy import clients

if TYPE_CHECKING:
    from pytest_fakecopy.domain.accounts import Account


def kept_client(service: str, *, region: str, account: Account, **options: Any) -> Any:
    """Return the client that was made for the same before; one with options is made anew."""
    if options:
        return clients.make_client(service, region=region, account=account, **options)
    return _kept(service, region, account)


@cache
def _kept(service: str, region: str, account: Account) -> Any:
    return clients.make_client(service, region=region, account=account)
