"""The default clock: the process frozen by freezegun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from freezegun import freeze_time

from pytest_fakecopy import _seams
from pytest_fakecopy.clocks.process import ProcessClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

# pytest 9.2: its durations and its JUnit report are taken with the functions of this module.
_LEFT_REAL = ["_pytest.timing"]


class FreezegunClock(ProcessClock):
    """The process frozen by freezegun: dates, `time.time`, `time.monotonic`, `perf_counter`.

    Event loops keep real time (`real_asyncio=True`), without which `asyncio` time-outs hang.
    freezegun looks at every module there is, which takes some 4 µs each (measured 2026-10).
    """

    def hold(self, start_time: datetime | None) -> Callable[[], bool]:
        """Freeze the process."""
        freezer = freeze_time(start_time, ignore=_LEFT_REAL, real_asyncio=True)

        def let_go() -> bool:
            # freezegun 1.5: stop() ends the newest freeze, whoever asks; only the first one knows
            # what to restore, so that it must be the last to go.
            factories = _seams.frozen_factories()
            others = len(factories) > 1
            while factories:
                freezer.stop()
            return others

        try:
            freezer.start()
        except BaseException:
            let_go()
            raise
        return let_go
