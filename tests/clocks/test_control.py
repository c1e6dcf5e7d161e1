"""`fake_ec2.clock`: moving time through everything that is due on the way."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.clocks.control import span
from pytest_fakecopy.clocks.real import RealClock
from pytest_fakecopy.errors import ClockError
from tests.clocks.world import START, World, running

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> Iterator[World]:
    """Run a world with a clock of its own from `START` on."""
    with running("virtual", START) as world:
        yield world


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a world under a wall clock that sleeping moves."""
    times = [START]

    def sleep(seconds: float) -> None:
        # A real sleep may end a little early.
        times.append(times[-1] + min(timedelta(seconds=seconds), 20 * SECOND))

    monkeypatch.setattr("pytest_fakecopy.clocks.real.process_now", lambda: times[-1])
    return World(RealClock(sleep))


@pytest.mark.parametrize(
    ("delta", "moved"),
    [
        pytest.param(0, timedelta(0), id="zero"),
        pytest.param(5, timedelta(seconds=5), id="seconds"),
        pytest.param(0.25, timedelta(milliseconds=250), id="fraction"),
        pytest.param(timedelta(minutes=3), timedelta(minutes=3), id="timedelta"),
    ],
)
def test_tick_takes_seconds_and_timedeltas(
    world: World, delta: float | timedelta, moved: timedelta
) -> None:
    """The time is later by what was asked for, exactly."""
    world.clock.tick(delta)

    assert world.clock.now() == START + moved


def test_move_to_takes_any_zone(world: World) -> None:
    """A moment in another zone is that moment; the clock tells it in UTC."""
    world.clock.move_to(datetime(2026, 1, 31, 18, tzinfo=timezone(timedelta(hours=5))))

    assert world.clock.now() == START + timedelta(hours=1)
    assert world.clock.now().tzinfo is timezone.utc


def test_time_passes_through_every_due_time(world: World) -> None:
    """Whoever is called at a due time finds that time on the clock, in order."""
    world.copy("b", after=20)
    world.copy("a", after=10)
    world.copy("c", after=31)

    world.clock.tick(30)

    assert world.settled_at == [START + 10 * SECOND, START + 20 * SECOND]
    assert world.snapshots == {"a": "completed", "b": "completed", "c": "pending"}
    assert world.clock.now() == START + 30 * SECOND


def test_what_is_due_at_the_target_happens(world: World) -> None:
    """A due time that is the target itself is reached."""
    world.copy(after=30)

    world.clock.move_to(START + 30 * SECOND)

    assert world.snapshots == {"copy": "completed"}


def test_what_happens_may_move_time_itself(world: World) -> None:
    """A handler that sleeps past the target doesn't make time go backwards afterwards."""

    def handler(due: datetime) -> None:
        world.clock.tick(100)

    world.timeline.schedule(START + SECOND, "handler", handler)

    world.clock.tick(10)

    assert world.clock.now() == START + 101 * SECOND


def test_jump_to_next_goes_to_the_due_time_and_returns_it(world: World) -> None:
    """Only what is due first happens."""
    world.copy("a", after=10)
    world.copy("b", after=20)

    due = world.clock.jump_to_next()

    assert due == world.clock.now() == START + 10 * SECOND
    assert world.snapshots == {"a": "completed", "b": "pending"}


def test_jump_to_next_passes_over_what_is_due_already(world: World) -> None:
    """What was due before the jump happens, and the jump goes to what is still to come."""
    world.copy("a", after=10)
    world.copy("b", after=20)
    world.source.move_to(START + 15 * SECOND)

    due = world.clock.jump_to_next()

    assert due == START + 20 * SECOND
    assert world.snapshots == {"a": "completed", "b": "completed"}


def test_jump_to_next_with_nothing_scheduled_is_refused(world: World) -> None:
    """The error says the line that moves time all the same."""
    with pytest.raises(ClockError) as caught:
        world.clock.jump_to_next()

    assert str(caught.value) == (
        "nothing is scheduled at 2026-01-31T12:00:00Z, so there is no time to jump to.\n"
        "To move time all the same: fake_ec2.clock.tick(60)"
    )


def test_settle_moves_until_nothing_is_scheduled(world: World) -> None:
    """Also what is scheduled on the way happens; the time that took is returned."""

    def begin_another(due: datetime) -> None:
        world.copy("second", after=5)

    world.copy("first", after=10)
    world.timeline.schedule(START + 20 * SECOND, "begin another", begin_another)

    took = world.clock.settle()

    assert took == timedelta(seconds=25)
    assert world.snapshots == {"first": "completed", "second": "completed"}
    assert world.clock.settle() == timedelta(0)


def test_settle_ends_where_something_repeats_for_ever(world: World) -> None:
    """What schedules itself again is named, with the line that moves a limited time."""

    def again(due: datetime) -> None:
        world.timeline.schedule(due + SECOND, "the poll", again)

    again(START)

    with pytest.raises(ClockError) as caught:
        world.clock.settle()

    assert str(caught.value) == (
        "settle() has passed 5.6 h and comes to no end: 'the poll' is due at"
        " 2026-01-31T17:33:21Z, and what happens then schedules something again.\n"
        "Move a limited time instead: fake_ec2.clock.tick(3600)"
    )


def test_each_request_may_move_time(world: World) -> None:
    """Code that polls without sleeping comes to its end with `tick_per_request`."""
    world.copy(after=60)
    world.clock.tick_per_request = 15

    polls = 0
    while world.describe()["Snapshots"][0]["State"] == "pending":
        polls += 1

    assert polls == 3
    assert world.clock.tick_per_request == timedelta(seconds=15)
    assert world.clock.now() == START + 60 * SECOND


def test_requests_move_nothing_by_default(world: World) -> None:
    """Without `tick_per_request` a request takes no time."""
    world.clock.request_received()

    assert world.clock.tick_per_request == timedelta(0)
    assert world.clock.now() == START


TICK = "expected seconds or a timedelta, for example fake_ec2.clock.tick(30)"


@pytest.mark.parametrize(
    ("delta", "message"),
    [
        pytest.param(
            -5,
            "time can't go backwards: tick(-5) is negative.\n"
            "It can go forward: fake_ec2.clock.tick(5)",
            id="negative",
        ),
        pytest.param(
            timedelta(seconds=-90),
            "time can't go backwards: tick(datetime.timedelta(days=-1, seconds=86310)) is"
            " negative.\nIt can go forward: fake_ec2.clock.tick(90)",
            id="negative-timedelta",
        ),
        pytest.param(float("nan"), f"tick(nan): {TICK}", id="nan"),
        pytest.param(float("inf"), f"tick(inf): {TICK}", id="infinite"),
        pytest.param(True, f"tick(True): {TICK}", id="bool"),
        pytest.param("5", f"tick('5'): {TICK}", id="text"),
        pytest.param(None, f"tick(None): {TICK}", id="none"),
        pytest.param(
            1e300, "time ends with the year 9999: tick(1e+300) goes beyond it.", id="huge"
        ),
        pytest.param(
            10**400,
            f"time ends with the year 9999: tick({10**400}) goes beyond it.",
            id="huger-than-a-float",
        ),
        pytest.param(
            timedelta(days=3_000_000),
            "time ends with the year 9999: tick(datetime.timedelta(days=3000000)) goes beyond it.",
            id="beyond-9999",
        ),
    ],
)
def test_tick_refuses_what_is_no_duration(
    world: World,
    delta: Any,  # anything that a user may write
    message: str,
) -> None:
    """The error names the value and what to write, and time hasn't moved."""
    with pytest.raises(ClockError) as caught:
        world.clock.tick(delta)

    assert str(caught.value) == message
    assert world.clock.now() == START


MOVE_TO = (
    "expected an aware datetime, for example\n"
    "  fake_ec2.clock.move_to(datetime(2026, 1, 31, 12, tzinfo=timezone.utc))"
)


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        pytest.param(
            START - timedelta(hours=2),
            "time can't go backwards: move_to(2026-01-31T10:00:00Z) is 2 h before now.\n"
            "To begin at that time:"
            ' @pytest.mark.fake_ec2(start_time="2026-01-31T10:00:00Z")',
            id="backwards",
        ),
        pytest.param(
            datetime(2026, 2, 1, 9, 30),  # noqa: DTZ001  # what is refused
            "move_to(datetime(2026, 2, 1, 9, 30)) has no time zone, so it names a different moment"
            " on each machine.\n"
            "Say which: fake_ec2.clock.move_to(datetime(2026, 2, 1, 9, 30, tzinfo=timezone.utc))",
            id="naive",
        ),
        pytest.param(
            datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))),
            "move_to(datetime.datetime(9999, 12, 31, 23, 0,"
            " tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=79200)))): in UTC that"
            " is not in the years 1 to 9999.",
            id="beyond-9999",
        ),
        pytest.param("2026-02-01", f"move_to('2026-02-01'): {MOVE_TO}", id="text"),
        pytest.param(date(2026, 2, 1), f"move_to(datetime.date(2026, 2, 1)): {MOVE_TO}", id="date"),
    ],
)
def test_move_to_refuses_what_is_no_later_moment(
    world: World,
    moment: Any,  # anything that a user may write
    message: str,
) -> None:
    """The error names the value and what to write, and time hasn't moved."""
    with pytest.raises(ClockError) as caught:
        world.clock.move_to(moment)

    assert str(caught.value) == message
    assert world.clock.now() == START


@pytest.mark.parametrize(
    ("delta", "message"),
    [
        pytest.param(
            "often",
            "tick_per_request = 'often': expected seconds or a timedelta, for example"
            " fake_ec2.clock.tick_per_request = 30",
            id="text",
        ),
        pytest.param(
            -1.5,
            "time can't go backwards: tick_per_request = -1.5 is negative.\n"
            "It can go forward: fake_ec2.clock.tick_per_request = 1.5",
            id="negative",
        ),
    ],
)
def test_tick_per_request_refuses_what_is_no_duration(
    world: World,
    delta: Any,  # anything that a user may write
    message: str,
) -> None:
    """The error names the attribute and the value, and what to set it to."""
    with pytest.raises(ClockError) as caught:
        world.clock.tick_per_request = delta

    assert str(caught.value) == message
    assert world.clock.tick_per_request == timedelta(0)


@pytest.mark.parametrize("name", ["tick_per_requests", "now"])
def test_nothing_else_of_a_clock_can_be_set(world: World, name: str) -> None:
    """A misspelt `tick_per_request` is an error, and so is a time that is set and not moved to."""
    with pytest.raises(AttributeError):
        setattr(world.clock, name, 15)


def test_a_misspelt_name_of_a_clock_is_refused_with_the_right_one(world: World) -> None:
    """Nothing of a clock is found by another name."""
    with pytest.raises(AttributeError) as caught:
        world.clock.moveto(START)  # type: ignore[attr-defined]

    assert str(caught.value) == "fake_ec2.clock has no 'moveto'. Did you mean 'move_to'?"


def test_a_clock_that_went_backwards_is_refused_at_every_use(world: World) -> None:
    """Once the fake was used, time that went backwards is an error until it is late enough."""
    world.clock.tick(timedelta(hours=3))
    world.source.move_to(START)

    for _ in range(2):
        with pytest.raises(ClockError) as caught:
            world.clock.request_received()

        assert str(caught.value) == (
            "time can't go backwards: it is 2026-01-31T12:00:00Z, 3 h before fake_ec2 was last"
            " used. Somebody has moved or replaced the clock that it goes by.\n"
            "If a freeze inside the test made it later and has ended, let time stay there:"
            ' fake_ec2.clock.move_to(datetime.fromisoformat("2026-01-31T15:00:00+00:00"))\n'
            'To begin at that time: @pytest.mark.fake_ec2(start_time="2026-01-31T12:00:00Z")'
        )
    world.source.move_to(START + timedelta(hours=3))
    world.clock.request_received()


def test_the_clock_of_an_unused_fake_may_stand_anywhere(world: World) -> None:
    """Looking at the time is no use of the fake: a clock that is earlier then is no error."""
    world.clock.now()
    world.source.move_to(START - timedelta(days=300))

    world.clock.request_received()

    assert world.clock.now() == START - timedelta(days=300)


@pytest.mark.parametrize(
    ("afters", "moved", "expected"),
    [
        pytest.param([], 0, "<FakeClock 2026-01-31T12:00:00Z, nothing scheduled>", id="nothing"),
        pytest.param(
            [30, 90],
            5,
            "<FakeClock 2026-01-31T12:00:05Z, 2 scheduled, next in 25 s>",
            id="scheduled",
        ),
        pytest.param(
            [30], 30, "<FakeClock 2026-01-31T12:00:30Z, 1 scheduled, next is due>", id="due"
        ),
    ],
)
def test_repr_tells_what_is_to_come(
    world: World, afters: list[int], moved: int, expected: str
) -> None:
    """The time, how much is scheduled, and when the next thing is due; nothing happens."""
    for after in afters:
        world.copy(str(after), after=after)
    world.source.move_to(START + moved * SECOND)

    text = repr(world.clock)

    assert text == expected
    assert set(world.snapshots.values()) <= {"pending"}


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        pytest.param(timedelta(milliseconds=500), "0.5 s", id="fraction"),
        pytest.param(timedelta(seconds=89), "89 s", id="seconds"),
        pytest.param(timedelta(seconds=90), "1.5 min", id="minutes"),
        pytest.param(timedelta(hours=2), "2 h", id="hours"),
        pytest.param(timedelta(hours=47, minutes=20), "47.3 h", id="hours-rounded"),
        pytest.param(timedelta(days=400), "400 days", id="days"),
    ],
)
def test_span_is_readable(delta: timedelta, expected: str) -> None:
    """A duration is told in the largest unit that doesn't hide much of it."""
    assert span(delta) == expected


def test_the_wall_clock_is_waited_for(wall: World) -> None:
    """`jump_to_next` and `settle` sleep until it is due, also when sleeps end early."""
    wall.copy("a", after=30)
    wall.copy("b", after=90)

    due = wall.clock.jump_to_next()
    took = wall.clock.settle()

    assert due == START + 30 * SECOND
    assert took == timedelta(seconds=60)
    assert wall.snapshots == {"a": "completed", "b": "completed"}


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda clock: clock.tick(30), id="tick"),
        pytest.param(lambda clock: clock.move_to(START + 30 * SECOND), id="move-to"),
        pytest.param(lambda clock: setattr(clock, "tick_per_request", 30), id="per-request"),
    ],
)
def test_the_wall_clock_is_not_moved(wall: World, call: Any) -> None:  # a lambda
    """Whoever tries is told at once what to write instead."""
    wall.copy(after=10)

    with pytest.raises(ClockError) as caught:
        call(wall.clock)

    assert str(caught.value) == (
        'clock="real" can\'t be moved to 2026-01-31T12:00:30Z: it is the wall clock.\n'
        "Wait for what is scheduled, fake_ec2.clock.settle(), or let the fake have a time of its"
        ' own: @pytest.mark.fake_ec2(clock="virtual")'
    )
    assert wall.snapshots == {"copy": "pending"}


def test_the_wall_clock_is_refused_a_moment_that_is_past(wall: World) -> None:
    """Not as one that can't be reached any more, with a start time that it can't have either."""
    with pytest.raises(ClockError, match=r"^clock=\"real\" can't be moved to 2026-01-31T11:59:59Z"):
        wall.clock.move_to(START - SECOND)


def test_the_wall_clock_has_nothing_to_jump_to(wall: World) -> None:
    """With nothing scheduled there is no other line to write: it can't be moved."""
    with pytest.raises(ClockError) as caught:
        wall.clock.jump_to_next()

    assert str(caught.value) == (
        "nothing is scheduled at 2026-01-31T12:00:00Z, so there is no time to jump to."
    )


def test_a_clock_says_whether_it_can_be_moved(world: World, wall: World) -> None:
    """The wall clock can't; `tick_per_request` of 0 is fine there."""
    wall.clock.tick_per_request = 0

    assert (world.clock.movable, wall.clock.movable) == (True, False)


def test_errors_show_plain_datetimes_while_time_is_frozen() -> None:
    """Under freezegun, too, the line to write holds a `datetime`, not freezegun's class."""
    with running("freezegun", START) as world:
        naive = datetime.now()  # noqa: DTZ005  # what is refused

        with pytest.raises(ClockError, match=re.escape("Say which: fake_ec2.clock.move_to(datet")):
            world.clock.move_to(naive)
