"""Whose clock the fake goes by, and that nothing of it stays behind."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from freezegun import freeze_time

from pytest_fakecopy.clocks import make_clock
from pytest_fakecopy.clocks.process import ProcessClock, iso
from pytest_fakecopy.errors import ClockError, UsageError
from tests import census
from tests.clocks.world import MOVABLE, START, ClockName, World, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

pytestmark = pytest.mark.usefixtures("nothing_stays_behind")

EARLIER = datetime(2020, 2, 29, 23, 59, 59, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
HOLDING: tuple[ClockName, ...] = ("freezegun", "time-machine")
# Wide enough for a slow machine: what is compared with the present.
SOON = timedelta(minutes=5)


def _travel(moment: datetime) -> AbstractContextManager[Any]:
    # In a nameless zone, because a destination in UTC changes the zone of the process too.
    zone = timezone(timedelta(hours=1))
    return time_machine.travel(moment.astimezone(zone), tick=False)


HOLDERS: dict[str, Callable[[datetime], AbstractContextManager[Any]]] = {
    "freeze_time": freeze_time,
    "freeze_time-tick": lambda moment: freeze_time(moment, tick=True),
    "freeze_time-auto_tick": lambda moment: freeze_time(moment, auto_tick_seconds=1),
    "travel": _travel,
}


def test_the_holder_that_is_asked_for_holds_the_process() -> None:
    """The dates of the process stop at the start time, under freezegun and time-machine."""
    for clock in HOLDING:
        with running(clock, START) as world:
            world.clock.tick(0.000001)

            assert datetime.now(timezone.utc) == world.clock.now() == START + SECOND / 1_000_000
            assert time.time() == START.timestamp() + 0.000001


@pytest.mark.parametrize("clock", MOVABLE)
def test_time_stands_still_at_the_present_by_default(clock: ClockName) -> None:
    """Without a start time it is now, and stays so."""
    before = datetime.now(timezone.utc)

    with running(clock) as world:
        moments = [world.clock.now() for _ in range(3)]

    assert moments[0] == moments[2]
    assert timedelta(0) <= moments[0] - before < SOON


def test_the_virtual_clock_leaves_the_process_alone() -> None:
    """Only the fake's time moves; signatures are dated by the process."""
    with running("virtual", START) as world:
        world.clock.tick(timedelta(days=1))

        assert world.clock.now() == START + timedelta(days=1)
        assert abs(datetime.now(timezone.utc) - world.source.signing_now()) < SOON
        assert census.of_time()["datetime"] is dt.datetime


def test_the_wall_clock_is_the_present() -> None:
    """Nothing is held under the wall clock, and signatures are dated by it."""
    clock = make_clock("real")

    clock.start()
    now, signing_now, after = clock.now(), clock.signing_now(), clock.now()
    clock.stop()

    assert now <= signing_now <= after
    assert abs(datetime.now(timezone.utc) - now) < SOON


@pytest.mark.parametrize("clock", HOLDING)
@pytest.mark.parametrize("holder", HOLDERS)
def test_a_clock_that_was_started_first_is_gone_by_and_moved(clock: ClockName, holder: str) -> None:
    """Whatever held the time before is the fake's clock, and stays when the fake ends."""
    with HOLDERS[holder](EARLIER) as theirs:
        with running(clock) as world:
            first = world.clock.now()
            world.clock.tick(3600)
            ours = world.clock.now()
            process = datetime.now(timezone.utc)
            tick = getattr(theirs, "tick", None) or theirs.shift
            tick(timedelta(hours=1))
            moved = world.clock.now()

        after = datetime.now(timezone.utc)

    assert timedelta(0) <= first - EARLIER < SOON
    assert timedelta(0) <= ours - EARLIER - timedelta(hours=1) < SOON
    assert timedelta(0) <= process - ours < SOON
    assert timedelta(0) <= moved - EARLIER - timedelta(hours=2) < SOON
    assert timedelta(0) <= after - moved < SOON


def test_looking_at_a_clock_that_ticks_by_itself_does_not_move_it() -> None:
    """With `auto_tick_seconds` the process moves time by reading it, and the fake doesn't."""
    with freeze_time(EARLIER, auto_tick_seconds=15), running("freezegun") as world:
        readings = [world.clock.now() for _ in range(3)]
        time.time()
        after = world.clock.now()

    assert readings == [EARLIER] * 3
    assert after == EARLIER + 15 * SECOND


@pytest.mark.parametrize(
    ("clock", "holder"),
    [
        pytest.param("freezegun", "freeze_time", id="freezegun-then-freezegun"),
        pytest.param("time-machine", "freeze_time", id="time-machine-then-freezegun"),
        pytest.param("time-machine", "travel", id="time-machine-then-time-machine"),
    ],
)
@pytest.mark.parametrize("moment", [EARLIER, datetime(2031, 1, 1, tzinfo=timezone.utc)], ids=iso)
def test_a_clock_that_is_started_later_takes_over_while_it_lasts(
    clock: ClockName, holder: str, moment: datetime
) -> None:
    """`@freeze_time` on the test, which begins after the fixture, is what the fake goes by."""
    with running(clock, START) as world:
        with HOLDERS[holder](moment):
            world.clock.tick(60)
            during = world.clock.now()
            process = datetime.now(timezone.utc)

        after = world.clock.now()

    assert during == process == moment + 60 * SECOND
    assert after == START


def test_time_that_would_go_backwards_for_a_used_fake_is_an_error() -> None:
    """A freeze at an earlier time, after requests were made, is refused at the next request."""
    with running("freezegun", START) as world:
        world.clock.request_received()
        with freeze_time(EARLIER), pytest.raises(ClockError, match=r"^time can't go backwards: it"):
            world.clock.request_received()


def test_two_fakes_share_the_clock_of_the_first() -> None:
    """The time that one moves is the time of the other; each process clock is held once."""
    with running("freezegun", START) as outer:
        with running("time-machine") as inner:
            inner.clock.tick(60)
            outer.clock.tick(60)

            assert inner.clock.now() == outer.clock.now() == START + 120 * SECOND

        assert outer.clock.now() == START + 120 * SECOND


@pytest.mark.parametrize("clock", HOLDING)
@pytest.mark.parametrize(
    ("holder", "by"),
    [pytest.param("freeze_time", "freezegun"), pytest.param("travel", "time-machine")],
)
def test_a_start_time_is_refused_where_the_time_is_held_already(
    clock: ClockName, holder: str, by: str
) -> None:
    """The error names both times and what to leave out; the holder keeps the time."""
    with HOLDERS[holder](EARLIER), pytest.raises(UsageError) as caught:
        make_clock(clock, START).start()

    assert str(caught.value) == (
        f"fake_ec2 option start_time='2026-01-31T12:00:00Z': {by} holds the time already, at"
        " 2020-02-29T23:59:59Z, and fake_ec2 goes by it.\n"
        f"Leave out start_time, or let {by} start at '2026-01-31T12:00:00Z'."
    )


@pytest.mark.parametrize("clock", HOLDING)
def test_a_holder_that_is_gone_is_an_error_when_time_is_moved(clock: ClockName) -> None:
    """A fake that outlives the clock that it goes by says so, with what to do."""
    theirs = freeze_time(START)
    theirs.start()
    ours = make_clock(clock)
    ours.start()
    theirs.stop()

    with pytest.raises(ClockError) as caught:
        ours.move_to(START + SECOND)
    ours.stop()

    assert str(caught.value) == (
        "time can't be moved to 2026-01-31T12:00:01Z: the clock that fake_ec2 went by was"
        " stopped.\n"
        "It runs as long as the `with` block of FakeEC2, or the test whose fixture it is.\n"
        "Who froze time before that keeps it frozen until then."
    )


def test_a_freeze_that_outlives_the_fake_is_stopped_and_told_of() -> None:
    """A freeze that a test has forgotten to stop doesn't reach the next test."""
    source = make_clock("freezegun", START)
    source.start()
    freeze_time(EARLIER).start()

    with pytest.raises(ClockError) as caught:
        source.stop()

    assert str(caught.value) == (
        "time was still frozen when fake_ec2 ended, by a freeze that was started after it; it has"
        " been stopped.\n"
        "Stop it first, as `with freeze_time(...):` does, or start it before fake_ec2."
    )


def test_a_travel_may_outlive_the_fake() -> None:
    """The fixture of time-machine travels during the test, and may be torn down after ours."""
    source = make_clock("time-machine", START)
    source.start()
    theirs = time_machine.travel(EARLIER.astimezone(timezone(SECOND * 3600)), tick=False)
    theirs.start()

    source.stop()
    after = datetime.now(timezone.utc)
    theirs.stop()

    assert after == EARLIER


@pytest.mark.parametrize("clock", MOVABLE)
@pytest.mark.parametrize("error", [AssertionError, KeyboardInterrupt, SystemExit])
def test_nothing_stays_held_whatever_ends_the_test(
    clock: ClockName, error: type[BaseException]
) -> None:
    """The census of `nothing_stays_behind` is the test: failures and interruptions are undone."""

    def test_body() -> None:
        with running(clock, START) as world:
            world.clock.tick(5)
            raise error

    with pytest.raises(error):
        test_body()


def test_an_interrupted_start_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A KeyboardInterrupt while freezegun looks at the modules leaves nothing frozen."""

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    clock = make_clock("freezegun", START)
    monkeypatch.setattr("freezegun.api._get_cached_module_attributes", interrupted)

    with pytest.raises(KeyboardInterrupt):
        clock.start()

    clock.stop()


def test_clocks_can_be_started_again() -> None:
    """A clock begins at its start time each time that it is started."""
    for name in MOVABLE:
        clock = make_clock(name, START)
        for _ in range(2):
            clock.start()
            clock.move_to(START + SECOND)
            clock.stop()

            assert clock.now() != START or name == "virtual"


@pytest.mark.parametrize("clock", [*HOLDING, "virtual", "real"])
def test_signatures_are_judged_by_the_time_that_dates_them(clock: ClockName) -> None:
    """`signing_now` is what botocore puts into a signature, also after time was moved."""
    compat = pytest.importorskip("botocore.compat")
    start_time = None if clock == "real" else START

    with running(clock, start_time, sleep=False) as world:
        if world.clock.movable:
            world.clock.tick(7200)
        dated = compat.get_current_datetime(remove_tzinfo=False)
        judged = world.source.signing_now()

    assert timedelta(0) <= judged - dated < SOON
    assert (judged == dated) == (clock in HOLDING)


def test_signatures_are_judged_with_the_offset_that_freezegun_adds() -> None:
    """With `tz_offset` freezegun shifts `datetime.now` even in UTC; EC2's own time stays."""
    compat = pytest.importorskip("botocore.compat")

    with freeze_time(START, tz_offset=-4), running("freezegun") as world:
        dated = compat.get_current_datetime(remove_tzinfo=False)

        assert world.source.signing_now() == dated == START - timedelta(hours=4)
        assert world.clock.now() == START


@pytest.mark.parametrize("clock", MOVABLE)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
def test_time_zones_make_no_difference(
    monkeypatch: pytest.MonkeyPatch, clock: ClockName, zone: str
) -> None:
    """Over a leap day and both changes of daylight saving time the clock counts seconds."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    local = time.localtime(0)[:6]
    seen = []

    with running(clock, datetime(2028, 2, 28, 12, tzinfo=timezone.utc)) as world:
        for days in (1, 1, 26, 230):
            world.clock.tick(timedelta(days=days))
            seen.append(iso(world.clock.now()))
        epoch = time.localtime(0)[:6]
    monkeypatch.undo()
    time.tzset()

    assert seen == [
        "2028-02-29T12:00:00Z",
        "2028-03-01T12:00:00Z",
        "2028-03-27T12:00:00Z",
        "2028-11-12T12:00:00Z",
    ]
    assert epoch == local


@pytest.mark.parametrize("clock", HOLDING)
def test_the_fake_shows_plain_datetimes(clock: ClockName) -> None:
    """Also under freezegun, whose own class has a repr that can't be pasted into a test."""
    with running(clock, START) as world:
        world.clock.tick(1)
        moments = [world.clock.now(), world.source.signing_now()]

    assert [type(moment) for moment in moments] == [datetime, datetime]


def test_repr_tells_the_time() -> None:
    """Each clock says its kind and what time it is."""
    with running("virtual", START) as virtual, running("freezegun", START) as frozen:
        with_wall = repr(make_clock("real"))

        assert repr(virtual.source) == "<VirtualClock at 2026-01-31T12:00:00Z>"
        assert repr(frozen.source) == "<FreezegunClock at 2026-01-31T12:00:00Z>"
        assert with_wall == "<RealClock at 2026-01-31T12:00:00Z>"


def test_a_wall_clock_has_no_start_time() -> None:
    """The error names the value and the clock that has one."""
    with pytest.raises(UsageError) as caught:
        make_clock("real", START)

    assert str(caught.value) == (
        "fake_ec2 option start_time='2026-01-31T12:00:00Z': the wall clock of clock=\"real\" starts"
        " when it does.\n"
        'Leave out start_time, or let the fake have a time of its own: clock="virtual"'
    )


@pytest.mark.parametrize("holder", ["freeze_time", "travel"])
def test_a_wall_clock_that_stands_still_is_not_waited_for(holder: str) -> None:
    """Under a frozen process the wait would never end, which is said at once."""
    with HOLDERS[holder](START):
        world = World(make_clock("real"))
        world.copy(after=1)
        with pytest.raises(ClockError, match=r"^clock=\"real\" waits for 2026-01-31T1"):
            world.clock.settle()


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """`clock="time-machine"` without time-machine says what to install."""
    monkeypatch.setitem(sys.modules, "time_machine", None)

    with pytest.raises(UsageError) as caught:
        make_clock("time-machine")

    assert str(caught.value) == (
        'fake_ec2 option clock="time-machine": time-machine is not installed.\n'
        'Install it: pip install "pytest-fakecopy[time-machine]"'
    )


@pytest.mark.parametrize(
    ("clock", "imported"),
    [
        pytest.param("freezegun", {"freezegun"}),
        pytest.param("time-machine", {"time_machine"}),
        pytest.param("virtual", set()),
        pytest.param("real", set()),
    ],
)
def test_only_the_library_of_the_clock_is_imported(clock: str, imported: set[str]) -> None:
    """A process that asks for one clock doesn't pay for the others."""
    code = (
        "import sys; from pytest_fakecopy.clocks import make_clock, control, sleeping;"
        f" make_clock({clock!r}).start();"
        " print(*{'freezegun', 'time_machine', 'botocore', 'aiobotocore', 'pytest'}"
        " & set(sys.modules))"
    )

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    # time-machine 3.6 imports pytest itself, where it is installed.
    assert set(found.stdout.split()) - {"pytest"} == imported


CONFTEST = """
import pytest
from pytest_fakecopy.clocks import make_clock

@pytest.fixture
def clock():
    clock = make_clock("{clock}")
    clock.start()
    yield clock
    clock.stop()
"""


@pytest.mark.parametrize(
    ("clock", "fixtures"),
    [
        pytest.param("time-machine", "time_machine, clock", id="time-machine-first"),
        pytest.param("time-machine", "clock, time_machine", id="clock-first"),
    ],
)
def test_the_fixture_of_time_machine_travels_for_the_fake(
    pytester: pytest.Pytester, clock: str, fixtures: str
) -> None:
    """A test that moves the fixture of time-machine moves the fake, in either order."""
    pytester.makeconftest(CONFTEST.format(clock=clock))
    pytester.makepyfile(
        f"""
        from datetime import timedelta

        def test_travels({fixtures}):
            time_machine.move_to("2020-02-29T12:00:00+00:00", tick=False)
            assert clock.now().isoformat() == "2020-02-29T12:00:00+00:00"
            clock.move_to(clock.now() + timedelta(hours=1))
            time_machine.shift(60)
            assert clock.now().isoformat() == "2020-02-29T13:01:00+00:00"
        """
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("clock", HOLDING)
def test_the_marker_of_time_machine_holds_the_time_for_either_clock(
    pytester: pytest.Pytester, clock: str
) -> None:
    """A test that travels before the fake is started sets the fake's time."""
    pytester.makeconftest(CONFTEST.format(clock=clock))
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.time_machine("2020-02-29T12:00:00+00:00", tick=False)
        def test_travels(clock):
            assert clock.now().isoformat() == "2020-02-29T12:00:00+00:00"
        """
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1)


def test_freezegun_leaves_the_durations_of_pytest_alone(pytester: pytest.Pytester) -> None:
    """Phases of a test in which time is frozen and moved by a day last as long as they last."""
    pytester.makeconftest(
        CONFTEST.format(clock="freezegun")
        + """
def pytest_runtest_logreport(report):
    assert 0 <= report.duration < 5, report
    assert 0 <= report.stop - report.start < 5, report
"""
    )
    pytester.makepyfile(
        """
        from datetime import timedelta

        def test_moves(clock):
            clock.move_to(clock.now() + timedelta(days=1))
        """
    )

    result = pytester.runpytest_inprocess()

    result.assert_outcomes(passed=1)


def test_a_process_clock_says_how_to_hold_the_time() -> None:
    """The base class holds nothing by itself."""
    with pytest.raises(NotImplementedError):
        ProcessClock().start()


@pytest.mark.parametrize(
    ("clock", "reading"),
    [
        *itertools.product(HOLDING, ["time.time", "time.time_ns", "datetime.now", "time.gmtime"]),
        # time-machine leaves these real.
        *itertools.product(["freezegun"], ["time.monotonic", "time.monotonic_ns"]),
        *itertools.product(["freezegun"], ["time.perf_counter", "time.perf_counter_ns"]),
    ],
)
def test_polling_until_a_deadline_ends_at_it(clock: ClockName, reading: str) -> None:
    """A loop with a deadline of ten minutes makes its polls, and no more."""
    with running(clock, START) as world:
        world.copy(ends=None)
        polls = 0
        end = read(reading) + 600
        while read(reading) < end and world.describe()["Snapshots"][0]["State"] == "pending":
            polls += 1
            time.sleep(15)

    assert polls == 40


def read(reading: str) -> float:
    """Return the seconds that the process reads with the function of that name."""
    if reading == "datetime.now":
        return datetime.now(timezone.utc).timestamp()
    if reading == "time.gmtime":
        return calendar.timegm(time.gmtime())
    value: float = getattr(time, reading.removeprefix("time."))()
    return value / 1e9 if reading.endswith("_ns") else value
