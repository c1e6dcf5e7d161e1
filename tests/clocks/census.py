"""What clocks and sleeping replace in a process, to compare before and after."""

from __future__ import annotations

import asyncio
import copyreg
import datetime as dt
import time
import uuid
from datetime import datetime
from time import sleep

from pytest_fakecopy import _seams

_TIMES = (
    *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"),
    *("gmtime", "localtime", "strftime", "sleep"),
)


def census() -> dict[str, object]:
    """Return everything that clocks and sleeping replace in a process."""
    return {
        **{f"time.{name}": getattr(time, name) for name in _TIMES},
        "datetime": dt.datetime,
        "date": dt.date,
        "names bound here": (datetime, sleep),
        "asyncio.sleep": asyncio.sleep,
        "asyncio.tasks.sleep": asyncio.tasks.sleep,
        "loop time": asyncio.SelectorEventLoop.time,
        "copyreg": dict(copyreg.dispatch_table),
        "uuid": (uuid._UuidCreate, uuid._generate_time_safe),  # type: ignore[attr-defined]
        "freezes": list(_seams.frozen_factories()),
        "travels": list(_seams.travellers()),
        "zone": time.tzname,
    }


def is_present() -> bool:
    """Say whether the process takes the present for the present."""
    # Wide enough for a slow machine.
    return abs(time.time() - time.clock_gettime(time.CLOCK_REALTIME)) < 300
