"""Which transports a fake starts: botocore's and urllib3's at once, others with their library."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_fakecopy import _seams
from pytest_fakecopy.transports.botocore import BotocoreTransport
from pytest_fakecopy.transports.late import WhenImported
from pytest_fakecopy.transports.urllib3 import Urllib3Transport

if TYPE_CHECKING:
    from pytest_fakecopy.transports.base import Transport
    from pytest_fakecopy.wire.http import Handler, Serves


def transports(handler: Handler, serves: Serves) -> tuple[Transport, ...]:
    """Return every way in, in the order in which they are to be started.

    Args:
        handler: Answers requests, and refuses what must not go on.
        serves: Says what it would answer; asked by transports that stand above other mocks.
    """

    def aiobotocore(session_class: type) -> Transport:
        return _module("aiobotocore").AiobotocoreTransport(  # type: ignore[no-any-return]
            handler, session_class
        )

    return (
        Urllib3Transport(handler),
        BotocoreTransport(handler),
        WhenImported(
            ("responses", lambda: _module("requests").RequestsTransport(handler, serves)),
            ("requests", _import_responses),
            ("aiobotocore.httpsession", lambda: aiobotocore(_seams.aiohttp_session_class())),
            ("aiobotocore.httpxsession", lambda: aiobotocore(_seams.httpx_session_class())),
            ("moto.core.botocore_stubber", lambda: _module("moto").MotoTransport(handler, serves)),
        ),
    )


def _import_responses() -> None:
    # It may be what imports requests just now, and then it isn't ready for anything yet.
    if "responses" not in sys.modules:
        import_module("responses")


def _module(name: str) -> Any:  # noqa: ANN401  # a module
    """Return one of the transports' modules, which imports the library of that name."""
    return import_module(f"pytest_fakecopy.transports.{name}")
