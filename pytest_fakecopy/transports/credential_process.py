"""Programs that botocore would run for credentials: what they do, no transport could see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch

if TYPE_CHECKING:
    from collections.abc import Callable


class CredentialProcessGuard:
    """Asks before botocore runs the `credential_process` of a profile."""

    __slots__ = ("_patch", "_require")

    def __init__(self, require: Callable[[str], None]) -> None:
        """Note who raises where a command line must not be run."""
        self._require = require
        owner = _seams.process_provider_class()
        self._patch = Patch(owner, "_retrieve_credentials_using", self._retrieve)

    def start(self) -> None:
        """Ask from now on."""
        self._patch.start()

    def stop(self) -> None:
        """Let everything run again; a second call does nothing."""
        self._patch.stop()

    def _retrieve(self, provider: Any, credential_process: str) -> Any:  # noqa: ANN401  # botocore's
        __tracebackhide__ = True
        self._require(credential_process)
        return self._patch.original(provider, credential_process)
