"""How a scenario's call is sent: one way per transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.scenarios import running

if TYPE_CHECKING:
    from pytest_fakecopy.scenarios import CopyCall, Rejected

_clients: dict[tuple[str, str, bool], Any] = {}


def botocore(call: CopyCall) -> str | Rejected:
    """Send it with a client that earlier scenarios had: their fakes have the same credentials.

    botocore takes longer to make a client than to send all that a scenario sends.
    """
    key = (call.region, call.account_id, call.raw)
    if key not in _clients:
        _clients[key] = call.client
    return running.send_with(_clients[key], call.parameters)


SENDERS = [
    pytest.param(botocore, id="botocore"),
]
"""Each takes a `CopyCall` and returns the id of the copy, or a `Rejected`."""
