"""Measuring on a machine that does other things too: CPU time, the best of many, in turns."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured, by contestant; None where one can't take part."""

    name: str
    unit: str
    floor: float | None = None
    """What it costs without anybody answering: see each table."""
    fake: float | None = None
    stubber: float | None = None
    moto: float | None = None
    ratio: float | None = None
    """The fake's figure to the floor's, where a target is a ratio."""
    target: float | None = None
    """The most that `ratio` may be, or where there is none, the most that `fake` may be."""

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, rounded."""
        return {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def cpu(run: Callable[[], object], calls: int = 1) -> float:
    """Return the CPU time of one of *calls* calls, in microseconds."""
    begin = time.process_time_ns()
    for _ in range(calls):
        run()
    return (time.process_time_ns() - begin) / calls / 1000


def best(run: Callable[[], object], *, rounds: int = 7, calls: int = 1) -> float:
    """Return the least CPU time of a call, in microseconds."""
    return min(cpu(run, calls) for _ in range(rounds))


def in_turns(runs: Mapping[str, Callable[[], float]], *, rounds: int = 12) -> dict[str, float]:
    """Return the least of what each run returns: all of them once, then all again."""
    least = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            least[name] = min(least[name], run())
    return least


def beside_moto(function: Callable[..., T], *arguments: object) -> T | None:
    """Return what *function* returns in a process that has moto; None where it isn't installed.

    To import moto hooks it into each client of the process, and takes part in each call.
    """
    if find_spec("moto") is None:
        return None
    with ProcessPoolExecutor(1, get_context("spawn"), import_module, ("moto",)) as pool:
        return pool.submit(function, *arguments).result()
