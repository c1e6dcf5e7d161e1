"""How a scenario's call is sent: one way per transport."""

from __future__ import annotations

import pytest

from pytest_fakecopy.scenarios import running

SENDERS = [
    pytest.param(running.send, id="botocore"),
]
"""Each takes a `CopyCall` and returns the id of the copy, or a `Rejected`."""
