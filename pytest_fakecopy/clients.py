"""botocore and boto3 clients signed as an account of the fake."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import botocore.session

if TYPE_CHECKING:
    from pytest_fakecopy.domain.accounts import Account


@lru_cache(maxsize=1)
def _make_any() -> Any:  # noqa: ANN401  # botocore's clients have no static type
    """Return what makes clients, from one session for the process: it keeps the service models.

    boto3's where it is installed (it adds methods, to S3's client for example), else botocore's.
    """
    session = botocore.session.Session()
    if find_spec("boto3") is None:
        return session.create_client
    return import_module("boto3").Session(botocore_session=session).client


def make_client(service: str, *, region: str, account: Account, **options: Any) -> Any:  # noqa: ANN401  # botocore's clients have no static type
    """Return a client for *service* that signs as *account*."""
    return _make_any()(
        service,
        region_name=region,
        aws_access_key_id=account.access_key_id,
        aws_secret_access_key=account.secret_access_key,
        aws_session_token=account.session_token,
        **options,
    )
