"""botocore and boto3 clients signed as an account of the fake."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import botocore.session

if TYPE_CHECKING:
    from botocore.session import Session

    from pytest_fakecopy.domain.accounts import Account


@lru_cache(maxsize=1)
def _session() -> Session:
    """Return one session for the process: it reads no configuration and keeps service models."""
    session = botocore.session.Session()
    session.set_config_variable("profile", None)
    return session


def make_client(service: str, *, region: str, account: Account, **options: Any) -> Any:  # noqa: ANN401  # botocore's clients have no static type
    """Return a client for *service* that signs as *account*.

    boto3's where it is installed (it differs in the methods that it adds, to S3 for example), else
    botocore's.
    """
    credentials = {
        "aws_access_key_id": account.access_key_id,
        "aws_secret_access_key": account.secret_access_key,
        "aws_session_token": account.session_token,
    }
    try:
        boto3 = import_module("boto3")
    except ImportError:
        client = _session().create_client(service, region_name=region, **credentials, **options)
    else:
        session = boto3.Session(botocore_session=_session())
        client = session.client(service, region_name=region, **credentials, **options)
    return client
