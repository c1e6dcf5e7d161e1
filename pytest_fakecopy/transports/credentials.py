"""Credentials for clients that were made before there were any.

A client keeps the credentials that its session found when it was made. One that is made when a
test module is imported, on a machine without any, has none, and refuses to sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.credentials import Credentials

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class LentCredentials:
    """Signs with fake credentials for clients that have none, for a while."""

    def __init__(
        self, access_key_id: str, secret_access_key: str, session_token: str | None = None
    ) -> None:
        """Note the credentials; nothing changes before it is entered."""
        self._credentials = Credentials(access_key_id, secret_access_key, session_token)
        self._patch = Patch(_seams.request_signer_class(), "get_auth_instance", self._instance)

    def __enter__(self) -> Self:
        """Lend them from now on."""
        self._patch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take them back."""
        self._patch.stop()

    def _instance(self, signer: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # botocore's
        if _seams.signer_credentials(signer) is None and not kwargs.get("request_credentials"):
            kwargs["request_credentials"] = self._credentials
        return self._patch.original(signer, *args, **kwargs)
