"""A fake EC2 CopySnapshot backend for pytest: copies that fail later, as they do in production."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_fakecopy.domain.accounts import Account
    from pytest_fakecopy.domain.attempt import CopyAttempt
    from pytest_fakecopy.domain.error_codes import ErrorResponse
    from pytest_fakecopy.domain.rules import Rule, RuleBook
    from pytest_fakecopy.domain.verdicts import (
        Evidence,
        FailLater,
        Reject,
        assumed,
        documented,
        observed,
    )
    from pytest_fakecopy.errors import (
        ClockError,
        FakeCopyAssertionError,
        FakeCopyError,
        InternalError,
        UnexpectedRequest,
        UnfinishedCopies,
        UnknownResourceError,
        UnknownRuleError,
        UsageError,
    )
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.options import Options
    from pytest_fakecopy.views.kms import KmsKey
    from pytest_fakecopy.views.snapshots import Snapshot

__all__ = [
    "Account",
    "ClockError",
    "CopyAttempt",
    "ErrorResponse",
    "Evidence",
    "FailLater",
    "FakeCopyAssertionError",
    "FakeCopyError",
    "FakeEC2",
    "InternalError",
    "KmsKey",
    "Options",
    "Reject",
    "Rule",
    "RuleBook",
    "Snapshot",
    "UnexpectedRequest",
    "UnfinishedCopies",
    "UnknownResourceError",
    "UnknownRuleError",
    "UsageError",
    "assumed",
    "documented",
    "observed",
]

# pytest imports this package in every run, also in those that never use it: so nothing is imported
# before somebody asks for it. There is no `__dir__` for that reason: freezegun looks at every name
# that `dir` gives of every module.
_HOME = {
    "Account": "domain.accounts",
    "CopyAttempt": "domain.attempt",
    "ErrorResponse": "domain.error_codes",
    "FakeEC2": "fake",
    "KmsKey": "views.kms",
    "Options": "options",
    "Snapshot": "views.snapshots",
    **dict.fromkeys(("Rule", "RuleBook"), "domain.rules"),
    **dict.fromkeys(
        ("Evidence", "FailLater", "Reject", "assumed", "documented", "observed"),
        "domain.verdicts",
    ),
    **dict.fromkeys(
        (
            "ClockError",
            "FakeCopyAssertionError",
            "FakeCopyError",
            "InternalError",
            "UnexpectedRequest",
            "UnfinishedCopies",
            "UnknownResourceError",
            "UnknownRuleError",
            "UsageError",
        ),
        "errors",
    ),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever is exported
    """Import what is exported when it is first used."""
    if name not in _HOME:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
