"""The default clock: the process frozen by freezegun."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_fakecopy import _seams
from pytest_fakecopy.clocks.process import ProcessClock
from pytest_fakecopy.errors import ClockError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from freezegun.api import _freeze_time

# pytest 9.2: its durations and its JUnit report are taken with the functions of this module.
_LEFT_REAL = ["_pytest.timing"]


class FreezegunClock(ProcessClock):
    """The process frozen by freezegun: dates, `time.time`, `time.monotonic`, `perf_counter`.

    Event loops keep real time (`real_asyncio=True`), without which `asyncio` time-outs hang.
    freezegun looks at every module there is, which takes some 4 µs each (measured 2026-10).
    """

    def hold(self, start_time: datetime | None) -> Callable[[], None]:
        """Freeze the process."""
        # Here, because it takes longer to import than the rest of the fake.
        from freezegun import freeze_time  # noqa: PLC0415

        freezer = freeze_time(start_time, ignore=_LEFT_REAL, real_asyncio=True)
        try:
            freezer.start()
        except BaseException:
            _thaw(freezer)
            raise
        return partial(_thaw, freezer)


def _thaw(freezer: _freeze_time) -> None:
    """End the freeze, and any that was started later: only the first knows what to restore."""
    # freezegun 1.5: stop() ends the newest freeze, whoever asks.
    factories = _seams.frozen_factories()
    others = len(factories) > 1
    while factories:
        freezer.stop()
    if others:
        msg = (
            "time was still frozen when fake_ec2 ended, by a freeze that was started after it;"
            " it has been stopped.\n"
            "Stop it first, as `with freeze_time(...):` does, or start it before fake_ec2."
        )
        raise ClockError(msg)
