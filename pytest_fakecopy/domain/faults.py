"""Faults that a test sets up: requests that fail, copies that fail, are held or not yet visible."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar, get_args

from pytest_fakecopy.domain.error_codes import ErrorResponse, is_error_status
from pytest_fakecopy.domain.known_codes import ERROR_CODES
from pytest_fakecopy.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

_CODE = re.compile(r"[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)*")


Disconnection: TypeAlias = Literal["closed", "timeout", "lost"]
"""How a connection fails: before the operation, by a time-out, or after the operation."""


@dataclass(frozen=True, slots=True)
class RequestFault:
    """What happens to one request in place of its operation."""

    operation: str
    outcome: ErrorResponse | Disconnection

    def __str__(self) -> str:
        """Return the line that set it up."""
        if isinstance(self.outcome, ErrorResponse):
            call, code = f"reject({self.operation!r}", self.outcome.code
            return f"{call}, {code!r}, status={self.outcome.status})"
        return f"disconnect({self.operation!r}, kind={self.outcome!r})"


@dataclass(frozen=True, slots=True)
class CopyFault:
    """How one accepted copy fails."""

    state_message: str
    after: timedelta | None
    """From acceptance to failure; None is when it is validated."""

    def __str__(self) -> str:
        """Return the line that set it up."""
        after = f", after={self.after.total_seconds():g}" if self.after is not None else ""
        return f"fail_copies({self.state_message!r}{after})"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What the test does while the next copy is pending."""

    action: Callable[[], object]

    def __str__(self) -> str:
        """Return the line that set it up."""
        return f"meanwhile({getattr(self.action, '__qualname__', self.action)})"

    def happen(self, at: datetime) -> None:
        """Do it. *at* is when, as all that is scheduled is told."""
        del at
        self.action()


_Fault = TypeVar("_Fault")


@dataclass(slots=True)
class _SetUp(Generic[_Fault]):
    """A fault that is set up, and how often it is still to be met."""

    fault: _Fault
    remaining: int | None
    """None is every time from now on."""
    met: bool = False

    def meet(self) -> bool:
        """Count one time; return whether that was the last."""
        self.met = True
        if self.remaining is None:
            return False
        self.remaining -= 1
        return self.remaining == 0

    @property
    def unused(self) -> int:
        """How often it should have been met and wasn't; one for good is met at least once."""
        return int(not self.met) if self.remaining is None else self.remaining


class Faults:
    """The faults of a fake. Each is used up in the order in which it was set up."""

    __slots__ = (
        *("_copies", "_hold_changed", "_meanwhile", "_operations", "_requests"),
        *("_visibility_delay", "holding"),
    )

    def __init__(self, operations: Collection[str], hold_changed: Callable[[bool], None]) -> None:
        """Start without faults."""
        self._operations = operations
        self._hold_changed = hold_changed
        self._requests: list[_SetUp[RequestFault]] = []
        self._copies: list[_SetUp[CopyFault]] = []
        self._meanwhile: deque[Meanwhile] = deque()
        self.holding = False
        """Whether copies stay pending; `Copies.hold` sets it once what is due has happened."""
        self._visibility_delay = timedelta(0)

    def __repr__(self) -> str:
        """Return `<Faults 2 unused, copies held>`."""
        held = ", copies held" if self.holding else ""
        unused = sum(times for _, times in self.unused())
        return f"<Faults {unused} unused{held}>"

    @property
    def visibility_delay(self) -> timedelta:
        """How long a new id answers InvalidSnapshot.NotFound; `delay_visibility` sets it."""
        return self._visibility_delay

    def reject(  # what a rejection has
        self,
        operation: str,
        code: str,
        message: str | None = None,
        *,
        status: int = 400,
        times: int | None = 1,
        unlisted: bool = False,
    ) -> None:
        """Answer the next requests for an operation with an error.

        botocore retries some errors by itself: a 503 `RequestLimitExceeded` uses up one time per
        attempt.

        Args:
            operation: "CopySnapshot"; any operation that is served.
            code: The error code: "RequestLimitExceeded".
            message: The text; None is a sentence that names the code.
            status: The HTTP status, 400 to 599.
            times: How many requests; None is every one from now on, however often a client tries.
            unlisted: Whether the code may be one that AWS doesn't document for snapshots, volumes,
                images and keys: that of a proxy, for example.

        Raises:
            UsageError: one of them is not of that form, or unknown; the message names the nearest.
        """
        _require_code(f"reject({operation!r}, {code!r})", code, unlisted=unlisted)
        if not is_error_status(status):
            msg = f"reject(status={status!r}): expected an HTTP status of an error, 400 to 599"
            raise UsageError(msg)
        text = f"{code}, as the test asked for." if message is None else message
        if not isinstance(text, str):
            msg = f"reject(message={message!r}): expected the text of the error, or None"
            raise UsageError(msg)
        self._add(operation, ErrorResponse(code, text, status), times)

    def disconnect(
        self, operation: str, *, kind: Disconnection = "closed", times: int | None = 1
    ) -> None:
        """Let the connection of the next requests for an operation fail before the answer.

        Args:
            operation: "CopySnapshot"; any operation that is served.
            kind: "closed" ends the connection before the operation is carried out, "timeout"
                lets the client's read time out instead; "lost" carries it out and then ends the
                connection, so that a client that tries again does it twice.
            times: How many requests; botocore retries, and each attempt uses up one. None is
                every one from now on.

        Raises:
            UsageError: one of them is not of that form; the message names the nearest operation.
        """
        if kind not in get_args(Disconnection):
            msg = f'disconnect(kind={kind!r}): expected "closed", "timeout" or "lost"'
            raise UsageError(msg)
        self._add(operation, kind, times)

    def _add(
        self,
        operation: str,
        outcome: ErrorResponse | Disconnection,
        times: int | None,
    ) -> None:
        if not isinstance(operation, str) or operation not in self._operations:
            known = sorted(self._operations)
            msg = f"No operation {operation!r} is served.{nearest(str(operation), known)}"
            raise UsageError(msg)
        self._requests.append(_SetUp(RequestFault(operation, outcome), _times(times)))

    def fail_copies(
        self,
        state_message: str,
        *,
        after: timedelta | float | None = None,
        times: int | None = 1,
    ) -> None:
        """Let the next accepted copies end in `error`.

        Args:
            state_message: EC2's StateMessage, "Given key ID is not accessible" for example.
            after: From acceptance to the failure, a timedelta or seconds; None is when the copy
                is validated.
            times: How many copies; None is every one from now on.

        Raises:
            UsageError: one of them is not of that form.
        """
        if not isinstance(state_message, str) or not state_message:
            msg = f"fail_copies({state_message!r}): expected the StateMessage, a text"
            raise UsageError(msg)
        delay = None if after is None else _duration("fail_copies", "after", after)
        self._copies.append(_SetUp(CopyFault(state_message, delay), _times(times)))

    def meanwhile(self, action: Callable[[], object]) -> None:
        """Do something after the next copy is accepted, and before it is validated.

        For code that copies and waits in one function: `fake_ec2.faults.meanwhile(key.disable)`.
        With a `validation_delay` of 0 there is no time in between.

        Args:
            action: Called without arguments, once.

        Raises:
            UsageError: it can't be called.
        """
        if not callable(action):
            msg = f"meanwhile({action!r}): expected a function: meanwhile(key.disable)"
            raise UsageError(msg)
        self._meanwhile.append(Meanwhile(action))

    def hold_copies(self) -> None:
        """Keep all copies pending, those in progress and new ones, until `release_copies()`."""
        self._hold_changed(True)  # noqa: FBT003  # a callback of one argument

    def release_copies(self) -> None:
        """Let the copies that were held end: at once where they would have ended by now."""
        self._hold_changed(False)  # noqa: FBT003  # a callback of one argument

    def delay_visibility(self, delay: timedelta | float) -> None:
        """Let every new snapshot id answer InvalidSnapshot.NotFound for that long.

        Args:
            delay: A timedelta or seconds; 0 takes the delay back.

        Raises:
            UsageError: it is not a duration.
        """
        self._visibility_delay = _duration("delay_visibility", "delay", delay)

    def hides(self, start_time: datetime, now: datetime) -> bool:
        """Say whether the id of a snapshot of that time is too new to be visible to anybody."""
        # Without a delay also where the test took time back to before the snapshot was added.
        return bool(self._visibility_delay) and now < start_time + self._visibility_delay

    def take_request(self, operation: str) -> RequestFault | None:
        """Use up the next fault for a request of that operation."""
        if self._requests:
            for number, set_up in enumerate(self._requests):
                if set_up.fault.operation == operation:
                    return _take(self._requests, number)
        return None

    def take_copy(self) -> CopyFault | None:
        """Use up the next fault for an accepted copy."""
        return _take(self._copies, 0) if self._copies else None

    def take_meanwhile(self) -> Meanwhile | None:
        """Use up what the test does next while a copy is pending."""
        return self._meanwhile.popleft() if self._meanwhile else None

    def unused(self) -> tuple[tuple[RequestFault | CopyFault | Meanwhile, int], ...]:
        """Return the faults that nothing has met so far, each with how many times are left."""
        return (
            *((set_up.fault, set_up.unused) for set_up in self._requests if set_up.unused),
            *((set_up.fault, set_up.unused) for set_up in self._copies if set_up.unused),
            *((meanwhile, 1) for meanwhile in self._meanwhile),
        )


def _take(set_up: list[_SetUp[_Fault]], number: int) -> _Fault:
    """Use up one time of a fault, and forget it after the last."""
    taken = set_up[number]
    if taken.meet():
        del set_up[number]
    return taken.fault


def _require_code(call: str, code: object, *, unlisted: bool) -> None:
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        guess = nearest(code, sorted(ERROR_CODES)) if isinstance(code, str) else ""
        msg = f'{call}: expected an error code, "RequestLimitExceeded".{guess}'
        raise UsageError(msg)
    if code not in ERROR_CODES and not unlisted:
        msg = (
            f"{call}: AWS documents no such error code for what is served here."
            f"{nearest(code, sorted(ERROR_CODES))}\n"
            f"To answer with it all the same: {call.removesuffix(')')}, unlisted=True)"
        )
        raise UsageError(msg)


def _times(times: int | None) -> int | None:
    if times is not None and (type(times) is not int or times < 1):
        msg = (
            f"times={times!r}: expected a whole number, at least 1, or None for every time from"
            " now on"
        )
        raise UsageError(msg)
    return times


def _duration(call: str, name: str, value: timedelta | float) -> timedelta:
    try:
        delay = value if isinstance(value, timedelta) else timedelta(seconds=value)
    except (TypeError, ValueError, OverflowError):
        delay = None
    if delay is None or delay < timedelta(0) or isinstance(value, bool):
        msg = f"{call}({name}={value!r}): expected a timedelta or seconds, not negative: {name}=30"
        raise UsageError(msg)
    return delay
