"""The EventBridge events emitted so far, and those who subscribed to them."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from pytest_fakecopy.domain.records import EventRecord
from pytest_fakecopy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pytest_fakecopy.domain.events import Event
    from pytest_fakecopy.door import Door

    Subscriber: TypeAlias = Callable[[dict[str, Any]], object]


class Events:
    """The events of a fake, oldest first, each the dict that a Lambda handler gets."""

    __slots__ = ("_delivering", "_door", "_events", "_record", "_subscribers", "_undelivered")

    def __init__(self, record: Callable[[EventRecord], None]) -> None:
        """Start without events. Tests get this as `fake_ec2.events`."""
        self._record = record
        self._events: list[Event] = []
        self._subscribers: list[Subscriber] = []
        self._undelivered: deque[Event] = deque()
        self._delivering = False
        self._door: Door | None = None

    def watch(self, door: Door) -> None:
        """Let what is due happen through *door* before anybody looks."""
        self._door = door

    def emit(self, at: datetime, event: Event) -> None:
        """Keep an event and hand it to the subscribers, each a copy of its own."""
        self._events.append(event)
        self._record(EventRecord(at, event))
        self._undelivered.append(event)
        # A subscriber may make the next event happen: it waits until all have heard of this one.
        if not self._delivering:
            self._deliver()

    def _deliver(self) -> None:
        self._delivering = True
        try:
            while self._undelivered:
                event = self._undelivered.popleft()
                for subscriber in tuple(self._subscribers):
                    subscriber(deepcopy(event))
        finally:
            self._delivering = False

    def subscribe(self, handler: Subscriber) -> Subscriber:
        """Call *handler* with each event from now on, when it is due and in order.

        It is called in the thread that moved time, and may use any client. An exception that it
        raises reaches whoever moved time.

        Args:
            handler: Takes the event, a dict: `lambda event: lambda_handler(event, None)`.

        Returns:
            The handler, so that this can decorate a function.

        Raises:
            UsageError: it can't be called.
        """
        if not callable(handler):
            msg = f"events.subscribe({handler!r}): expected a function that takes the event"
            raise UsageError(msg)
        self._subscribers.append(handler)
        return handler

    def _settled(self) -> list[Event]:
        if self._door is not None:
            self._door.settle()
        return self._events

    def __repr__(self) -> str:
        """Return `<Events 2>`."""
        return f"<Events {len(self)}>"

    def __len__(self) -> int:
        """Return how many were emitted."""
        return len(self._settled())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Iterate over copies of the events, oldest first."""
        return iter([deepcopy(event) for event in self._settled()])

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """Return a copy of one event or of several, by position."""
        return deepcopy(self._settled()[index])
