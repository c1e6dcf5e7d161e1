"""The same scenarios under every clock, in every order in which clocks can be started.

Whoever holds the time of the process, and whoever started first: the fake, the code under test and
what signs its requests live by one time, and nothing of it stays behind.
"""

from __future__ import annotations

import asyncio
import calendar
import time
import unittest
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import boto3
import pytest
import time_machine as travelling
from botocore.exceptions import WaiterError
from freezegun import freeze_time

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.clocks.process import process_now
from pytest_fakecopy.errors import ClockError
from tests import census
from tests.clocks.world import MOVABLE, wall_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("nothing_stays_behind")

Moves: TypeAlias = Literal["all", "dates", "nothing"]
MOMENT = datetime(2028, 2, 29, 23, 59, tzinfo=timezone.utc)
# For time-machine, which changes the zone of the process for a moment in UTC.
HERE = MOMENT.astimezone(timezone(timedelta(hours=1)))
BAD_KEY = {"Encrypted": True, "KmsKeyId": "alias/no-such-key"}


@lru_cache
def made_earlier(region: str) -> Any:  # botocore is untyped
    """Return a client that was made before the fake, for an earlier test perhaps."""
    return boto3.client("ec2", region_name=region)


class Stage:
    """A fake under some clock, and what is to be expected of the process around it."""

    def __init__(self, fake: FakeEC2, adoption: Adoption) -> None:
        """Begin now."""
        self.fake = fake
        self.adoption = adoption
        self.client = made_earlier("us-east-1")
        self._began = fake.clock.now(), process_now(), wall_seconds()

    def copy(self, **parameters: Any) -> str:
        """Copy a new snapshot; return the id of the copy."""
        source = self.fake.snapshots.add(region="us-west-2", encrypted=True)
        parameters = {"SourceSnapshotId": source.snapshot_id, **parameters}
        copied = self.client.copy_snapshot(SourceRegion="us-west-2", **parameters)
        return str(copied["SnapshotId"])

    def assert_passed(self, seconds: float) -> None:
        """Check how far time has come since the beginning, for the fake and for the process."""
        began, process_began, wall_began = self._began
        # A clock that ticks adds the real time, one that ticks at each look some tenths of a ms.
        slack = timedelta(seconds=(wall_seconds() - wall_began + 1) * self.adoption.ticks)
        passed = self.fake.clock.now() - began
        assert timedelta(0) <= passed - timedelta(seconds=seconds) <= slack
        if self.adoption.moves != "nothing":
            process_passed = process_now() - process_began
            assert timedelta(0) <= process_passed - timedelta(seconds=seconds) <= slack


class Adoption(NamedTuple):
    """An order of starting clocks, and what moves with the fake then."""

    clock: str
    before: Callable[[pytest.FixtureRequest], object] | None = None
    """Starts a clock before the fake is."""
    after: Callable[[pytest.FixtureRequest], object] | None = None
    """Starts a clock after the fake was, before it is used."""
    moves: Moves = "all"
    """What moves with the fake: "dates" is all but `time.monotonic` and `time.perf_counter`."""
    ticks: bool = False
    """Whether time passes by itself as well."""

    def stage(self, request: pytest.FixtureRequest) -> Stage:
        """Start everything in its order."""
        request.node.add_marker(pytest.mark.fake_ec2(clock=self.clock))
        if self.before is not None:
            self.before(request)
        fake = request.getfixturevalue("fake_ec2")
        if self.after is not None:
            self.after(request)
        return Stage(fake, self)


def held(make: Callable[[], Any]) -> Callable[[pytest.FixtureRequest], None]:
    """Return what holds the time as a `with` block would."""

    def start(request: pytest.FixtureRequest) -> None:
        holder = make()
        holder.start()
        request.addfinalizer(holder.stop)

    return start


def freezer(request: pytest.FixtureRequest) -> None:
    """Ask for the fixture of pytest-freezer."""
    pytest.importorskip("pytest_freezer")
    request.getfixturevalue("freezer").move_to(MOMENT)


def traveller(request: pytest.FixtureRequest) -> None:
    """Ask for the fixture of time-machine, which begins to travel when it is moved."""
    request.getfixturevalue("time_machine").move_to(HERE, tick=False)


frozen = held(lambda: freeze_time(MOMENT))
frozen_and_ticking = held(lambda: freeze_time(MOMENT, tick=True))
frozen_and_looked_at = held(lambda: freeze_time(MOMENT, auto_tick_seconds=0.0001))
frozen_elsewhere = held(lambda: freeze_time(MOMENT, tz_offset=-4))
frozen_around_loops = held(lambda: freeze_time(MOMENT, real_asyncio=True))
travels = held(lambda: travelling.travel(HERE, tick=False))
travels_and_ticks = held(lambda: travelling.travel(HERE))

ADOPTIONS = {
    "freezegun": Adoption("freezegun"),
    "time-machine": Adoption("time-machine", moves="dates"),
    "virtual": Adoption("virtual", moves="nothing"),
    # Whoever holds the time before the fake starts keeps it, whatever the option says.
    "freeze, freezegun": Adoption("freezegun", frozen),
    "freeze, time-machine": Adoption("time-machine", frozen),
    "freeze, virtual": Adoption("virtual", frozen, moves="nothing"),
    "freeze ticking, freezegun": Adoption("freezegun", frozen_and_ticking, ticks=True),
    "freeze auto-ticking, freezegun": Adoption("freezegun", frozen_and_looked_at, ticks=True),
    "freeze with offset, freezegun": Adoption("freezegun", frozen_elsewhere),
    "freeze real_asyncio, freezegun": Adoption("freezegun", frozen_around_loops),
    "freezer, freezegun": Adoption("freezegun", freezer),
    "freezer, time-machine": Adoption("time-machine", freezer),
    "travel, freezegun": Adoption("freezegun", travels, moves="dates"),
    "travel, time-machine": Adoption("time-machine", travels, moves="dates"),
    "travel, virtual": Adoption("virtual", travels, moves="nothing"),
    "travel ticking, time-machine": Adoption(
        "time-machine", travels_and_ticks, ticks=True, moves="dates"
    ),
    "traveller, time-machine": Adoption("time-machine", traveller, moves="dates"),
    "traveller, freezegun": Adoption("freezegun", traveller, moves="dates"),
    # A clock that is started later takes over, as `@freeze_time` on a test function does.
    "freezegun, freeze": Adoption("freezegun", after=frozen),
    "freezegun, freeze ticking": Adoption("freezegun", after=frozen_and_ticking, ticks=True),
    "freezegun, freeze with offset": Adoption("freezegun", after=frozen_elsewhere),
    "freezegun, freezer": Adoption("freezegun", after=freezer),
    "time-machine, freeze": Adoption("time-machine", after=frozen),
    "time-machine, travel": Adoption("time-machine", after=travels, moves="dates"),
    "time-machine, traveller": Adoption("time-machine", after=traveller, moves="dates"),
    "virtual, freeze": Adoption("virtual", after=frozen, moves="nothing"),
    "virtual, travel": Adoption("virtual", after=travels, moves="nothing"),
    # And a freeze within a travel or another freeze.
    "travel, freezegun, freeze": Adoption("freezegun", travels, frozen),
    "freeze, freezegun, freeze": Adoption("freezegun", frozen, frozen),
}


def a_bad_and_a_good_copy(stage: Stage) -> None:
    """Each ends at its time, and time can be moved by all means."""
    bad, good = stage.copy(**BAD_KEY), stage.copy()

    stage.fake.clock.jump_to_next()
    assert stage.fake.snapshots[bad].state_message == "Given key ID is not accessible"
    stage.assert_passed(5)
    stage.fake.clock.tick(timedelta(seconds=25))
    assert stage.fake.snapshots[good].state == "pending"
    stage.fake.clock.move_to(stage.fake.clock.now() + timedelta(seconds=10))
    stage.assert_passed(40)
    stage.fake.clock.settle()

    assert stage.fake.snapshots[good].state == "completed"
    stage.assert_passed(60)


# Instead of forty, which takes no longer in one order of clocks than in another.
FEW = {"MaxAttempts": 6}


def wait(stage: Stage, copied: str) -> None:
    """Wait with botocore's waiter."""
    waiter = stage.client.get_waiter("snapshot_completed")
    waiter.wait(SnapshotIds=[copied], WaiterConfig=FEW)


def wait_asynchronously(stage: Stage, copied: str) -> None:
    """Wait with aiobotocore's waiter."""
    aio_waiter = pytest.importorskip("aiobotocore.waiter")
    waiter = stage.client.get_waiter("snapshot_completed")

    async def describe(**parameters: object) -> Any:
        return stage.client.describe_snapshots(**parameters)

    async def main() -> None:
        waits = aio_waiter.AIOWaiter(waiter.name, waiter.config, describe)
        await waits.wait(SnapshotIds=[copied], WaiterConfig=FEW)

    asyncio.run(main())


def waiters(stage: Stage) -> None:
    """A good copy, a failing one and one that never ends, each with both waiters."""
    passed = 0
    for waits in (wait, wait_asynchronously):
        waits(stage, stage.copy())
        passed += 60
        stage.assert_passed(passed)

        bad = stage.copy(**BAD_KEY)
        with pytest.raises(WaiterError, match="terminal failure state"):
            waits(stage, bad)
        passed += 15
        stage.assert_passed(passed)

        stage.fake.faults.hold_copies()
        endless = stage.copy()
        with pytest.raises(WaiterError, match="Max attempts exceeded"):
            waits(stage, endless)
        stage.fake.faults.release_copies()
        passed += 5 * 15
        stage.assert_passed(passed)


def presigned_urls(stage: Stage) -> None:
    """A URL is good from a quarter of an hour before its date to one after its hour."""
    for minutes, defect in (
        (-16, "in the future"),
        (60, None),
        (76, "expired at"),
    ):
        source = stage.fake.snapshots.add(region="us-west-2", encrypted=True)
        request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id}
        signed_at = process_now() - timedelta(minutes=minutes)
        with freeze_time(signed_at, real_asyncio=True):
            url = made_earlier("us-west-2").generate_presigned_url(
                "copy_snapshot",
                Params={**request, "DestinationRegion": "us-east-1", "PresignedUrl": ""},
                HttpMethod="GET",
            )

        copied = stage.client.copy_snapshot(**request, PresignedUrl=url)["SnapshotId"]

        if defect is None:
            stage.fake.assert_eventually_completed(copied)
        else:
            snapshot = stage.fake.assert_eventually_error(copied, match="PresignedUrl")
            assert defect in snapshot.why


def readings() -> dict[str, Callable[[], float]]:
    """Return what a deadline may be read from, each in seconds."""
    return {
        "time.time": time.time,
        "time.time_ns": lambda: time.time_ns() / 1e9,
        "time.gmtime": lambda: calendar.timegm(time.gmtime()),
        "time.localtime": lambda: time.mktime(time.localtime()),
        "datetime.now": lambda: datetime.now().timestamp(),  # noqa: DTZ005  # as users write it
        "datetime.now(utc)": lambda: datetime.now(timezone.utc).timestamp(),
        "time.monotonic": time.monotonic,
        "time.monotonic_ns": lambda: time.monotonic_ns() / 1e9,
        "time.perf_counter": time.perf_counter,
        "time.perf_counter_ns": lambda: time.perf_counter_ns() / 1e9,
    }


def deadlines(stage: Stage) -> None:
    """A loop with a deadline ends at it where the clock moves what it reads, else with an error."""
    stage.fake.faults.hold_copies()
    copied = stage.copy()
    adoption = stage.adoption
    stopped = []
    for name, read in readings().items():
        polls = 0
        end = read() + 600
        try:
            # Half a second for what a float can't tell apart, and `gmtime` doesn't tell.
            while read() < end - 0.5 and stage.fake.snapshots[copied].state == "pending":
                polls += 1
                time.sleep(15)
        except ClockError:
            stopped.append(name)
        else:
            assert polls == 40 or (adoption.ticks and polls < 40)

    names = list(readings())
    assert stopped == {"all": [], "dates": names[6:], "nothing": names}[adoption.moves]


def other_fakes(stage: Stage) -> None:
    """A fake in a fake goes by the same time, unless either has one of its own."""
    copied = stage.copy()
    for clock in MOVABLE:
        with FakeEC2(clock=clock) as inner:
            moves: Moves = "nothing" if clock == "virtual" else "dates"
            within = Stage(inner, stage.adoption._replace(moves=moves))
            wait(within, within.copy())
            within.assert_passed(60)

    stage.fake.assert_eventually_completed(copied)
    stage.assert_passed(60 if stage.adoption.moves == "nothing" else 120)


def time_that_goes_back(stage: Stage) -> None:
    """A freeze that begins earlier than the fake was used is an error, also for a later one."""
    copied = stage.copy()
    earlier = process_now() - timedelta(days=1)

    with freeze_time(earlier, real_asyncio=True):
        if stage.adoption.clock == "virtual":
            stage.client.describe_snapshots(SnapshotIds=[copied])
        else:
            with pytest.raises(ClockError, match=r"^time can't go backwards: it is "):
                stage.client.describe_snapshots(SnapshotIds=[copied])

    stage.client.describe_snapshots(SnapshotIds=[copied])


SCENARIOS = (
    a_bad_and_a_good_copy,
    waiters,
    presigned_urls,
    deadlines,
    other_fakes,
    time_that_goes_back,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
@pytest.mark.parametrize("adoption", ADOPTIONS.values(), ids=list(ADOPTIONS))
def test_it_is_the_same_under_every_clock(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    adoption: Adoption,
    scenario: Callable[[Stage], None],
) -> None:
    """Whatever holds the time, whoever was first."""
    monkeypatch.setattr("pytest_fakecopy.clocks.sleeping._MOST_SLEEPS", 500)

    scenario(adoption.stage(request))


@freeze_time(MOMENT)
def test_a_decorated_test_has_its_time(fake_ec2: FakeEC2) -> None:
    """The decorator freezes after the fixture has been set up, and the fake goes by it."""
    assert fake_ec2.clock.now() == datetime.now(timezone.utc) == MOMENT

    a_bad_and_a_good_copy(Stage(fake_ec2, Adoption("freezegun")))


@travelling.travel(HERE, tick=False)
def test_a_test_decorated_for_time_machine_has_its_time(fake_ec2: FakeEC2) -> None:
    """For such a test the clock is time-machine's, beside which freezegun's can't run."""
    assert fake_ec2.options.clock == "time-machine"
    assert fake_ec2.clock.now() == datetime.now(timezone.utc) == MOMENT

    a_bad_and_a_good_copy(Stage(fake_ec2, Adoption("time-machine")))


@freeze_time(MOMENT)
class TestDecoratedClass:
    """A class whose tests are each frozen."""

    def test_has_its_time(self, fake_ec2: FakeEC2) -> None:
        """As a decorated test."""
        assert fake_ec2.clock.now() == MOMENT

        a_bad_and_a_good_copy(Stage(fake_ec2, Adoption("freezegun")))


@freeze_time(MOMENT)
class TestDecoratedTestCase(unittest.TestCase):
    """A test case, which is frozen as a whole, before its fixtures."""

    @pytest.fixture(autouse=True)
    def _fake(self, fake_ec2: FakeEC2) -> None:
        self.fake = fake_ec2

    def test_has_its_time(self) -> None:
        """As a test under `with freeze_time(...)`."""
        began = self.fake.clock.now()

        a_bad_and_a_good_copy(Stage(self.fake, Adoption("freezegun")))

        assert began == MOMENT


@pytest.fixture
@freeze_time(MOMENT)
def added_then(fake_ec2: FakeEC2) -> str:
    """Add a snapshot in a freeze that is over before the test begins."""
    return fake_ec2.snapshots.add().snapshot_id


@pytest.mark.fake_ec2(start_time=MOMENT + timedelta(days=1))
def test_a_decorated_fixture_has_its_time(fake_ec2: FakeEC2, added_then: str) -> None:
    """What is arranged in the past is of the past; the test goes on in its own time."""
    assert fake_ec2.snapshots[added_then].completion_time == MOMENT

    stage = Stage(fake_ec2, Adoption("freezegun"))
    a_bad_and_a_good_copy(stage)


@pytest.mark.parametrize("error", [AssertionError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("adoption", ADOPTIONS.values(), ids=list(ADOPTIONS))
def test_nothing_stays_behind_whatever_ends_a_fake(
    request: pytest.FixtureRequest, adoption: Adoption, error: type[BaseException]
) -> None:
    """Every order of clocks is undone when a block is left by an error in the midst of a sleep."""
    if adoption.before is not None:
        adoption.before(request)
    before = census.of_time()

    def interrupt(event: object) -> None:
        raise error

    def test_body() -> None:
        with FakeEC2(clock=adoption.clock) as fake:
            stage = Stage(fake, adoption)
            fake.events.subscribe(interrupt)
            wait(stage, stage.copy())

    with pytest.raises(error):
        test_body()

    assert census.of_time() == before


FAILING = """
import time

import pytest
from freezegun import freeze_time

from pytest_fakecopy import FakeEC2


@pytest.fixture
def breaks_before(fake_ec2):
    time.sleep(60)
    raise LookupError


@pytest.fixture
def breaks_after(fake_ec2):
    yield
    time.sleep(60)
    raise LookupError


@pytest.fixture(scope="module")
def of_the_module():
    with FakeEC2(clock={clock!r}) as fake:
        yield fake


def test_fails(fake_ec2):
    fake_ec2.clock.tick(86400)
    assert False


def test_skips(fake_ec2):
    time.sleep(60)
    pytest.skip()


def test_exits(fake_ec2):
    raise SystemExit


def test_breaks_before(breaks_before):
    pass


def test_breaks_after(breaks_after):
    assert False


@freeze_time("2020-02-29")
def test_fails_in_a_freeze(fake_ec2):
    time.sleep(60)
    assert False


def test_replaces_sleep(monkeypatch, fake_ec2):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    time.sleep(60)
    assert False


def test_fake_of_the_module(of_the_module, fake_ec2):
    began = of_the_module.clock.now()
    time.sleep(60)
    assert False


def test_is_interrupted(fake_ec2):
    time.sleep(60)
    raise KeyboardInterrupt
"""


@pytest.mark.parametrize("clock", MOVABLE)
def test_nothing_stays_behind_whatever_fails_in_a_run(
    pytester: pytest.Pytester, clock: str
) -> None:
    """Failing tests, fixtures that break, an interruption: the process is as it was before."""
    pytester.makepyfile(FAILING.format(clock=clock))

    result = pytester.runpytest_inprocess("-o", f"fake_ec2_clock={clock}", no_reraise_ctrlc=True)

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*= 6 failed, 1 skipped, 2 errors in *"])
