"""Fake credentials where botocore, boto3 and subprocesses look for them: in the environment.

Nothing that could answer in their place, or after them, is left. Regions, proxies and endpoint
URLs stay as they are: requests to a custom endpoint are answered like any other.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from pytest_fakecopy import _seams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from typing_extensions import Self

UNSET = (
    # A profile that the configuration doesn't have is an error, even beside credentials.
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    # botocore 1.43: taken as the session token in preference to AWS_SESSION_TOKEN.
    "AWS_SECURITY_TOKEN",
    # botocore 1.43: makes the credentials refresh themselves when that time has come.
    "AWS_CREDENTIAL_EXPIRATION",
    # botocore 1.43: puts the account into the host name of services that take it.
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
"""What would override the fake credentials, or supply real ones where a test drops them."""


class FakeEnvironment:
    """Puts credentials into the environment for a while, and takes away all others.

    The default session of boto3 follows: one that was made before answers with the fake
    credentials, and keeps its Region and settings; one that is made meanwhile is forgotten at the
    end. Other sessions and clients that were made before keep the credentials that they have.

    At the end every variable named here is what it was at the start, whatever the test made of it;
    others are left alone, as `monkeypatch` does. Of environments that are left in another order
    than nesting would, the last puts back what there was before all of them.
    """

    __slots__ = ("_undo", "_values")

    def __init__(
        self, access_key_id: str, secret_access_key: str, session_token: str | None = None
    ) -> None:
        """Note the credentials; nothing changes before `start`."""
        self._values: dict[str, str | None] = {
            **dict.fromkeys(UNSET),
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secret_access_key,
            "AWS_SESSION_TOKEN": session_token,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        """Start, and give this environment."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Set the credentials; does nothing if they are set already."""
        if self._undo:
            return
        session = _DefaultSession()
        before = _present(self._values)
        self._undo = [partial(_put_back, before, session)]
        _STARTED.append(self)
        _change_environment(before, self._values)
        session.lend(
            self._values["AWS_ACCESS_KEY_ID"],
            self._values["AWS_SECRET_ACCESS_KEY"],
            self._values["AWS_SESSION_TOKEN"],
        )

    def stop(self) -> None:
        """Put back what was there before; a second call does nothing."""
        undo, self._undo = self._undo, []
        if self not in _STARTED:
            return
        place = _STARTED.index(self)
        del _STARTED[place]
        if place < len(_STARTED):
            # What is in force is that of a later one, which will undo this one's after its own.
            _STARTED[place]._undo += undo  # noqa: SLF001  # another of this class
            return
        for put_back in undo:
            put_back()


# Those of the process that are in force, the newest last.
_STARTED: list[FakeEnvironment] = []


class _DefaultSession:
    """boto3's default session as it is at one moment, and the credentials in it."""

    __slots__ = ("_attributes", "_credentials", "_session")

    def __init__(self) -> None:
        boto3 = _seams.boto3_if_imported()
        self._session = None if boto3 is None else _seams.default_session(boto3)
        self._attributes = _seams.session_credentials(self._session)
        self._credentials = self._attributes and self._attributes["_credentials"]

    def lend(self, *credentials: str | None) -> None:
        """Give the session other credentials, or where that can't be done take it away."""
        boto3 = _seams.boto3_if_imported()
        if boto3 is None or self._session is None:
            return
        if self._attributes is None:
            _seams.set_default_session(boto3, None)
            return
        from botocore.credentials import Credentials  # noqa: PLC0415  # boto3 has imported it

        self._attributes["_credentials"] = Credentials(*credentials)

    def put_back(self) -> None:
        """Make it the default session again, with the credentials that it had."""
        if self._attributes is not None:
            self._attributes["_credentials"] = self._credentials
        boto3 = _seams.boto3_if_imported()
        if boto3 is not None:
            _seams.set_default_session(boto3, self._session)


def _put_back(before: Mapping[str, str | None], session: _DefaultSession) -> None:
    _change_environment(_present(before), before)
    session.put_back()


def _present(names: Iterable[str]) -> dict[str, str | None]:
    """Return the values of these variables, None where there is none.

    One pass over the environment: to ask it for what it doesn't have takes longer.
    """
    values: dict[str, str | None] = dict.fromkeys(names)
    for name in os.environ:
        if name in values:
            values[name] = os.environ[name]
    return values


def _change_environment(
    present: Mapping[str, str | None], wanted: Mapping[str, str | None]
) -> None:
    for name, value in wanted.items():
        if value == present[name]:
            continue
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
