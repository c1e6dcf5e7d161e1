"""Tasks that sleep in an event loop without waiting: each wakes at its time, in order.

Time moves when nothing else is left to do, to the earliest deadline and no further, as if the
loop had waited for it.
"""

from __future__ import annotations

from datetime import timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from pytest_fakecopy import _seams

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Callable
    from datetime import datetime

# What a ready socket has to tell comes with the turn after the one that found the loop idle.
_IDLE_TURNS = 2
# For a loop that doesn't tell whether it is busy: more turns than tasks usually take in a row.
_BLIND_TURNS = 20
# Tasks that spin with sleep(0) keep a loop busy for ever, and time has to go on all the same.
_MOST_TURNS = 250


class Sleepers:
    """The sleeping tasks of one event loop."""

    def __init__(
        self,
        loop: AbstractEventLoop,
        advance: Callable[[float], None],
        now: Callable[[], datetime],
    ) -> None:
        """Wake the tasks of *loop* by the clock *now*, which *advance* moves by seconds."""
        self._loop = loop
        self._advance = advance
        self._now = now
        self._sleeping: list[tuple[datetime, int, Future[None]]] = []
        self._count = 0
        self._turning = False

    async def sleep(self, seconds: float) -> None:
        """Return when the clock has moved by *seconds*."""
        future: Future[None] = self._loop.create_future()
        self._count += 1
        deadline = self._now() + timedelta(seconds=seconds)
        heappush(self._sleeping, (deadline, self._count, future))
        if not self._turning:
            self._turning = True
            self._loop.call_soon(self._turn, 0, 0)
        await future

    def release(self) -> None:
        """Let those that still sleep wait for the rest of their time in reality."""
        sleeping, self._sleeping = self._sleeping, []
        if self._loop.is_closed():
            return
        for deadline, _, future in sleeping:
            left = (deadline - self._now()).total_seconds()
            self._loop.call_later(max(0.0, left), _wake, future)

    def _turn(self, turns: int, idle: int) -> None:
        """Look after *turns* turns, of which the last *idle* found nothing else to do."""
        busy = _seams.is_busy(self._loop)
        enough = _BLIND_TURNS if busy is None else _IDLE_TURNS
        if idle >= enough or turns >= _MOST_TURNS:
            self._wake_next()
            turns = idle = 0
        else:
            turns, idle = turns + 1, 0 if busy else idle + 1
        self._turning = bool(self._sleeping)
        if self._turning:
            self._loop.call_soon(self._turn, turns, idle)

    def _wake_next(self) -> None:
        while self._sleeping:
            deadline, _, future = heappop(self._sleeping)
            if future.done():
                continue
            try:
                if (left := (deadline - self._now()).total_seconds()) > 0:
                    self._advance(left)
            except Exception as error:  # noqa: BLE001  # belongs to the task that waits
                future.set_exception(error)
            else:
                future.set_result(None)
            return


def _wake(future: Future[None]) -> None:
    if not future.done():
        future.set_result(None)
