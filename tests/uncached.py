"""A plugin for mutation testing: no test passes on what an earlier one left in a cache.

mutmut asks which tests call a function, and a cached answer calls nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.wire.loading import data_loader

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "pytest_fakecopy"

# Parsing botocore's own files takes longer than all that a test asks of them.
KEPT = {"data_loader", "_make_any"}


def pytest_collection_finish() -> None:
    """Read the models before the process is forked for each mutant."""
    for service in ("ec2", "kms", "sts"):
        data_loader().load_service_model(service, "service-2")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what the package has cached."""
    for cached in _cached():
        cached.cache_clear()


def _cached() -> Iterator[Any]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == PACKAGE:
            for key, value in list(vars(module).items()):
                members = vars(value).values() if isinstance(value, type) else ()
                for each in (value, *(getattr(member, "__func__", member) for member in members)):
                    if key not in KEPT and hasattr(each, "cache_clear"):
                        yield each
