"""Every private or replaced attribute of a third party, one function each.

Each function says what it expects to find; the suite holds the expectations against the source of
the releases that are known. Third parties are imported when a function is called, never before,
and those that may be absent are looked up only where they are imported already.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Iterable
    from types import ModuleType


def http_session_class() -> type:
    """Return `botocore.httpsession.URLLib3Session`, whose method `send` is replaced.

    `send(self, request)` takes an `AWSPreparedRequest` and returns an `AWSResponse`, or raises one
    of botocore's connection errors. Replaced on the class, it serves clients made earlier as well.
    """
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415  # optional until it is used

    return URLLib3Session  # type: ignore[no-any-return]


def request_signer_class() -> type:
    """Return `botocore.signers.RequestSigner`, whose method `get_auth_instance` is replaced.

    `get_auth_instance(self, signing_name, region_name, signature_version=None,
    request_credentials=None, **kwargs)`, called with keywords, signs with *request_credentials*
    where they are given, else with the client's own.
    """
    from botocore.signers import RequestSigner  # noqa: PLC0415  # optional until it is used

    return RequestSigner  # type: ignore[no-any-return]


def signer_credentials(signer: Any) -> object | None:  # noqa: ANN401  # botocore's
    """Return the credentials of a client's `RequestSigner`, None where it has none."""
    return getattr(signer, "_credentials", None)


def header_items(headers: Any) -> Iterable[tuple[str, str | bytes]]:  # noqa: ANN401  # botocore's
    """Return the headers of an `AWSPreparedRequest`.

    botocore 1.43: a `HeadersDict` keeps `{_HeaderKey: value}` in `_dict`, and a `_HeaderKey` its
    lower-case name in `_lower`. Its public `items` makes a new key per header, at ten times the
    price, and serves where the private names are gone.
    """
    try:
        return [(key._lower, value) for key, value in headers._dict.items()]  # noqa: SLF001
    except AttributeError:
        return headers.items()  # type: ignore[no-any-return]


def boto3_if_imported() -> ModuleType | None:
    """Return the module `boto3` if somebody has imported it."""
    return sys.modules.get("boto3")


def default_session(boto3: ModuleType) -> Any:  # noqa: ANN401  # boto3's session, or a user's own
    """Return `boto3.DEFAULT_SESSION`: what `boto3.client` uses, None until its first call."""
    return boto3.DEFAULT_SESSION


def set_default_session(boto3: ModuleType, session: object) -> None:
    """Set `boto3.DEFAULT_SESSION`; with None the next `boto3.client` makes a new one."""
    boto3.DEFAULT_SESSION = session  # type: ignore[attr-defined]


def session_credentials(session: object) -> dict[str, Any] | None:
    """Return the attributes of a boto3 session that keep its credentials under `_credentials`.

    boto3 1.43: a `Session` wraps a botocore session as `_session`, and that one keeps in
    `_credentials` what its `get_credentials` found, None until then. Returns None for a session
    that is made in some other way.
    """
    attributes = getattr(getattr(session, "_session", None), "__dict__", {})
    return attributes if "_credentials" in attributes else None


def frozen_factories() -> list[Any]:
    """Return freezegun's stack of frozen clocks, the newest last; empty where time isn't frozen.

    Each is called for its time, a naive datetime in UTC, and has `move_to` and `time_to_freeze`.
    """
    api = sys.modules.get("freezegun.api")
    return api.freeze_factories if api is not None else []


def travellers() -> list[Any]:
    """Return time-machine's stack of travels, the newest last; each has `shift(timedelta)`."""
    time_machine = sys.modules.get("time_machine")
    return time_machine.traveller_stack if time_machine is not None else []


def is_busy(loop: AbstractEventLoop) -> bool | None:
    """Say whether callbacks of *loop* wait for their turn; None where the loop doesn't tell.

    `BaseEventLoop._ready` is the queue of the standard library's loops. uvloop has none.
    """
    ready = getattr(loop, "_ready", None)
    return None if ready is None else bool(ready)


def token_buckets() -> list[type]:
    """Return the rate limiters of the adaptive retry mode, botocore's and aiobotocore's.

    `_sleep_amount(amount)` returns the seconds until there are *amount* tokens, and `_refill()`
    adds those that have come since the last time; both keep to `time.time`.
    """
    found = (
        (sys.modules.get("botocore.retries.bucket"), "TokenBucket"),
        (sys.modules.get("aiobotocore.retries.bucket"), "AsyncTokenBucket"),
    )
    return [getattr(module, name) for module, name in found if module is not None]
