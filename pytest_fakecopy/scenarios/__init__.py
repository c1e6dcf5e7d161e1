"""A catalogue of what CopySnapshot can do to its caller, to try code under test against.

`CATALOGUE` has every scenario in order; the fixture `copy_scenario` runs a test once per scenario.
"""

from __future__ import annotations

from pytest_fakecopy.scenarios.catalogue import CATALOGUE, scenario, select
from pytest_fakecopy.scenarios.model import Scenario
from pytest_fakecopy.scenarios.outcomes import CopyCall, Ends, Outcome, Rejected
from pytest_fakecopy.scenarios.table import markdown_table, rules_table

__all__ = [
    "CATALOGUE",
    "CopyCall",
    "Ends",
    "Outcome",
    "Rejected",
    "Scenario",
    "markdown_table",
    "rules_table",
    "scenario",
    "select",
]
