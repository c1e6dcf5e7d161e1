"""`FakeEC2`: the whole fake, wired. It works as a context manager, with pytest and without."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from threading import RLock
from typing import TYPE_CHECKING, Any

from pytest_fakecopy import assertions
from pytest_fakecopy.clients import make_client
from pytest_fakecopy.clocks.control import FakeClock
from pytest_fakecopy.clocks.process import wall_now
from pytest_fakecopy.clocks.sleeping import InstantSleep
from pytest_fakecopy.domain.permissions import Deny
from pytest_fakecopy.domain.rules import RuleBook
from pytest_fakecopy.domain.timeline import to_milliseconds
from pytest_fakecopy.door import Door
from pytest_fakecopy.errors import (
    FakeCopyAssertionError,
    UnexpectedRequest,
    UsageError,
    unknown_attribute,
)
from pytest_fakecopy.event_log import Events
from pytest_fakecopy.gateway import Gateway
from pytest_fakecopy.journal import Journal
from pytest_fakecopy.making import clock_of, world_of
from pytest_fakecopy.moves import Moves
from pytest_fakecopy.operation_names import require_action, require_passthrough
from pytest_fakecopy.options import Options
from pytest_fakecopy.refusals import Refusals
from pytest_fakecopy.serving import Endpoint
from pytest_fakecopy.story import Story, Upcoming, in_milliseconds
from pytest_fakecopy.transports.credential_process import CredentialProcessGuard
from pytest_fakecopy.transports.credentials import LentCredentials
from pytest_fakecopy.transports.environment import FakeEnvironment
from pytest_fakecopy.transports.guard import NetworkGuard
from pytest_fakecopy.transports.installed import transports
from pytest_fakecopy.transports.models import SharedModels
from pytest_fakecopy.transports.stacks import guards
from pytest_fakecopy.views.kms import Keys
from pytest_fakecopy.views.outposts import Outposts
from pytest_fakecopy.views.snapshots import Snapshot, Snapshots
from pytest_fakecopy.views.volumes import Volumes
from pytest_fakecopy.watching import WATCHERS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from types import TracebackType

    from pytest_fakecopy.drawing import Format
    from pytest_fakecopy.transports.base import Transport


# What a fake takes hold of is the process's: threads that enter and leave fakes take turns.
_TURN = RLock()
_DEFAULTS = Options()


class FakeEC2:
    """A fake of EC2's snapshots, their copies and their KMS keys.

    While it is entered, botocore's requests to EC2, KMS and STS are answered here and not by AWS,
    the environment has credentials of its default account, and time is its clock's.

        with FakeEC2(clock="virtual") as fake_ec2:
            source = fake_ec2.snapshots.add(region="us-west-2")

    Args:
        options: How it behaves; None is the defaults.
        overrides: Single options on top, by name.

    Raises:
        UsageError: no option has that name, or a value is not of its form.
    """

    def __init__(self, options: Options | None = None, **overrides: Any) -> None:  # noqa: ANN401  # each option has its own type
        """Build the world; nothing is replaced before it is entered."""
        if options is not None and not isinstance(options, Options):
            msg = (
                f"FakeEC2({options!r}): expected an Options; single options are given by name:"
                ' FakeEC2(rules="observed")'
            )
            raise UsageError(msg)
        self.options = (options or _DEFAULTS).overridden(overrides)
        """The options in force."""
        require_passthrough(self.options.passthrough)
        self.journal = Journal()
        """Every request, verdict and state change so far, as values."""
        self.events = Events(self.journal.record)
        """The EventBridge events so far; `.subscribe(function)` gets each as it is due."""
        self._lock = RLock()
        self._clock = clock_of(self.options)
        self._world = world_of(
            self.options,
            self._clock,
            journal=self.journal,
            events=self.events,
            hold_changed=self._hold_changed,
        )
        door = Door(self._world, self._lock)
        self._door = door
        self.events.watch(door)
        self._moving = Moves(self.journal, self._clock.now, door.settle)
        self.clock = FakeClock(
            self._clock, self._world.timeline, door.settle, self._lock, self._moving
        )
        """Tells and moves the time."""
        self.snapshots = Snapshots(door)
        """All snapshots; `.add()` makes one to copy."""
        self.kms = Keys(door)
        """All KMS keys; `.add_key()` makes one."""
        self.volumes = Volumes(door)
        """The volumes; `.add()` makes one to take snapshots of."""
        self.outposts = Outposts(door)
        """The Outposts; `.add()` makes one to copy to."""
        self.accounts = self._world.accounts
        """The accounts; `.add(account_id)` makes another."""
        self.faults = self._world.faults
        """What a test can break: requests, connections, copies."""
        self._refusals = Refusals(self.options.passthrough)
        self._gateway = Gateway(
            self._world,
            self.journal,
            self._lock,
            self._refusals,
            received=self.clock.request_received,
            wall_now=wall_now,
        )
        self._running: ExitStack | None = None
        self._ended: Story | None = None

    if not TYPE_CHECKING:  # pragma: no branch  # to type checkers any name would do

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # never returns
            """Refuse a name that there is not, which is the only time that this is called."""
            __tracebackhide__ = True
            raise self._unknown(name)

        def __setattr__(self, name: str, value: object) -> None:
            """Set an attribute that there is; a subclass may have more of its own."""
            __tracebackhide__ = True
            if type(self) is FakeEC2 and "_ended" in self.__dict__ and not hasattr(self, name):
                raise self._unknown(name)
            object.__setattr__(self, name, value)

    def _unknown(self, name: str) -> AttributeError:
        return unknown_attribute(type(self).__name__, name, dir(self))

    def _hold_changed(self, holding: bool) -> None:  # noqa: FBT001  # a callback of one argument
        with self._door as world:
            world.copies.hold(world.now(), holding=holding)
        self._door.note("copies are held" if holding else "copies are released")

    def __repr__(self) -> str:
        """Return the state, the rule book and the counts."""
        state = "active" if self.entered else "not entered"
        count, copies = len(self._world.snapshots), len(self._world.snapshots.copies())
        return (
            f"<FakeEC2 {state}, rules {self._world.rules.name!r},"
            f" {count} {'snapshot' if count == 1 else 'snapshots'}, {copies} of them copies>"
        )

    def __enter__(self) -> FakeEC2:  # noqa: PYI034  # typing.Self came with Python 3.11
        """Take hold of time, the environment and botocore.

        Raises:
            UsageError: it is entered already.
        """
        if self._running is not None:
            msg = "This FakeEC2 is entered already; to nest, make another: with FakeEC2() as inner:"
            raise UsageError(msg)
        with _TURN, ExitStack() as stack:
            self._clock.start()
            stack.callback(self._clock.stop)
            account = self.accounts.default
            keys = (account.access_key_id, account.secret_access_key, account.session_token)
            stack.enter_context(FakeEnvironment(*keys))
            stack.enter_context(LentCredentials(*keys))
            for replaced in self._replacements():
                stack.callback(replaced.stop)
                replaced.start()
            if self.options.sleep == "instant" and self.options.clock != "real":
                stack.enter_context(InstantSleep(self._sleep, self.clock.now))
            self._running = stack.pop_all()
            self._ended = None
        for watcher in WATCHERS:
            watcher(self)
        return self

    @property
    def entered(self) -> bool:
        """Whether requests are answered here at present: from `with` to its end."""
        return self._running is not None

    def _replacements(self) -> tuple[Transport, ...]:
        """Return what takes the place of something of others', in the order of its start."""
        return (
            SharedModels(),
            NetworkGuard(self._refusals.require_connection),
            CredentialProcessGuard(self._refusals.require_process),
            *guards(self._refusals.require_connection),
            *transports(self._gateway.handle, self._gateway.serves),
        )

    def _sleep(self, seconds: float) -> None:
        with self._moving("sleep"):
            self.clock.tick(seconds)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Put everything back, and repeat what the code under test may have swallowed.

        Raises:
            UnexpectedRequest: a request was refused during the test.
            FakeCopyAssertionError: a fault was set up and never met.
        """
        __tracebackhide__ = True
        if self._running is not None:
            self._ended = self.story()
        running, self._running = self._running, None
        if running is not None:
            with _TURN:
                running.close()
        if kind is None:
            self._report_findings()

    def _report_findings(self) -> None:
        __tracebackhide__ = True
        refused = self._refusals.refused
        if refused:
            raise UnexpectedRequest("\n\n".join(dict.fromkeys(map(str, refused))))
        unused = self.faults.unused()
        if unused:
            counts: Counter[str] = Counter()
            for fault, times in unused:
                counts[str(fault)] += times
            lines = "\n".join(f"  {times} x {fault}" for fault, times in counts.items())
            msg = (
                f"Nothing met what the test had set up with fake_ec2.faults:\n{lines}\n"
                "Ask for as many times as the code under test makes the call."
            )
            raise FakeCopyAssertionError(msg)

    def story(self) -> Story:
        """Return what happened and what is still scheduled; once it is left, as it was then.

        Nothing happens by looking: what has come due stays scheduled.
        """
        if self._ended is not None:
            return self._ended
        return Story(
            entries=tuple(map(in_milliseconds, self.journal)),
            now=to_milliseconds(self._clock.now()),
            upcoming=tuple(
                Upcoming(to_milliseconds(scheduled.due), scheduled.what)
                for scheduled in self._world.timeline.scheduled()
            ),
            rules=self._world.rules.name,
            clock=self.options.clock,
            account_id=self.accounts.default.account_id,
        )

    def timeline(self, format: Format = "text") -> str:  # noqa: A002  # the contract's name
        """Return what happened so far and what is scheduled, drawn: snapshots are lanes.

        Args:
            format: "text" for a terminal; "svg" for an image and "html" for a page with the image
                and every entry of the journal: both need no script and no other file, and follow
                the reader's light or dark scheme.

        Raises:
            UsageError: *format* is none of these.
        """
        from pytest_fakecopy.drawing import draw  # noqa: PLC0415  # only who asks pays for it

        return draw(self.story(), format)

    @property
    def rules(self) -> RuleBook:
        """The rule book in force; assign an edited one.

        `fake_ec2.rules = fake_ec2.rules.without("copies-are-within-the-limit")`
        """
        return self._world.rules

    @rules.setter
    def rules(self, rules: RuleBook) -> None:
        if not isinstance(rules, RuleBook):
            msg = (
                f"fake_ec2.rules = {rules!r}: expected a RuleBook, for example"
                ' fake_ec2.rules.without("copies-are-within-the-limit"). Another book by its name'
                ' is an option: @pytest.mark.fake_ec2(rules="observed"), FakeEC2(rules="observed")'
            )
            raise UsageError(msg)
        self._world.rules = rules
        self._door.note(f"rules {rules.name!r}, {len(rules)} of them")

    def client(
        self,
        service: str,
        region: str = "us-east-1",
        account_id: str | None = None,
        **options: Any,  # noqa: ANN401  # botocore's own options
    ) -> Any:  # noqa: ANN401  # botocore's clients have no static type
        """Return a boto3 client (botocore's, where boto3 is not installed) signed as an account.

        Args:
            service: "ec2", "kms", "sts", or any other that botocore knows.
            region: The Region of its endpoint.
            account_id: An account of `fake_ec2.accounts`; None is the default account.
            options: What botocore's `create_client` takes besides: `config=`, `endpoint_url=`.

        Raises:
            UnknownResourceError: nobody added the account.
            UsageError: the fake has ended, and the client's requests would go to AWS.
        """
        if self._ended is not None:
            msg = (
                f"client({service!r}): this FakeEC2 has ended, so requests would go to AWS.\n"
                "Use it in the `with` block, or in the test whose fixture it is."
            )
            raise UsageError(msg)
        account = self.accounts[account_id or self.accounts.default.account_id]
        return make_client(service, region=region, account=account, **options)

    def serve(self, host: str = "127.0.0.1", port: int = 0, *, speed: float = 60) -> Endpoint:
        """Return a real HTTP endpoint, to be opened with `with`.

        For processes of their own, and for HTTP libraries in this one that aren't replaced. While
        it is open time passes by itself, unless `clock="real"`; signatures are judged by the wall
        clock.

        Args:
            host: The address to bind. "0.0.0.0" lets other machines in; nothing else does.
            port: The port, 0 for any that is free.
            speed: How many times as fast as the wall clock time passes, 0 to stand still.

        Raises:
            UsageError: werkzeug is not installed, or *speed* is not a number from 0 on.
        """
        return Endpoint(
            self._gateway.handle,
            self._clock,
            self.accounts.default,
            host=host,
            port=port,
            speed=speed,
        )

    def deny(
        self,
        action: str,
        resource: str = "*",
        account_id: str | None = None,
        message: str | None = None,
    ) -> None:
        """Deny an EC2 or KMS action, as an explicit deny in a policy would.

        Args:
            action: "ec2:CopySnapshot", "kms:CreateGrant"; `*` and `?` are wildcards.
            resource: An ARN, with wildcards as well.
            account_id: The account whose calls are denied; None denies everybody's.
            message: The text of the error in place of EC2's.

        Raises:
            UsageError: *action* is not a service and an action that it has.
            UnknownResourceError: nobody added the account.
        """
        require_action(f"deny({action!r})", action)
        if account_id is not None:
            self.accounts[account_id]
        with self._door as world:
            world.permissions = world.permissions.with_deny(
                Deny(action, resource, account_id, message)
            )
        self._door.note(f"{action} on {resource} denied")

    def allow(self, action: str, resource: str = "*", account_id: str | None = None) -> None:
        """Take a `deny` of the same action, resource and account back.

        Raises:
            UsageError: nothing like that was denied; the message lists what was.
        """
        with self._door as world:
            remaining = world.permissions.without(action, resource, account_id)
            if remaining == world.permissions:
                denied = ", ".join(map(str, world.permissions.denies)) or "nothing"
                msg = f"allow({action!r}, {resource!r}): that was not denied. Denied: {denied}"
                raise UsageError(msg)
            world.permissions = remaining
        self._door.note(f"{action} on {resource} allowed again")

    def assert_eventually_completed(self, snapshot_id: str) -> Snapshot:
        """Move time to the end of a copy and check that it completed.

        Returns:
            The snapshot, completed.

        Raises:
            FakeCopyAssertionError: it ended in `error`, or nothing is due that would end it.
            UnknownResourceError: there is no snapshot of that id.
        """
        __tracebackhide__ = True
        return assertions.eventually(self, snapshot_id, "completed")

    def assert_eventually_error(self, snapshot_id: str, *, match: str | None = None) -> Snapshot:
        """Move time to the end of a copy and check that it ended in `error`.

        Args:
            snapshot_id: The copy.
            match: A regular expression to be found in its state message.

        Returns:
            The snapshot, in `error`.

        Raises:
            FakeCopyAssertionError: it completed, its message is another, or nothing is due.
            UnknownResourceError: there is no snapshot of that id.
        """
        __tracebackhide__ = True
        return assertions.eventually(self, snapshot_id, "error", match=match)

    def assert_all_settled(self) -> None:
        """Check that no copy is pending; time is not moved.

        Raises:
            UnfinishedCopies: some are; the message says what each waits for.
        """
        __tracebackhide__ = True
        assertions.all_settled(self)

    def moving(self, how: str) -> AbstractContextManager[None]:
        """Let the journal name *how* as what moves time in a `with` block."""
        return self._moving(how)

    def is_due(self, snapshot_id: str) -> bool:
        """Say whether something is scheduled that may end this pending copy."""
        with self._door as world:
            return not world.copies.is_held(snapshot_id) and world.timeline.next_due() is not None

    def obstacle(self, snapshot_id: str) -> str:
        """Return what a pending snapshot waits for, in words."""
        with self._door as world:
            if world.copies.is_held(snapshot_id):
                return "fake_ec2.faults.hold_copies() keeps it; release_copies() lets it end"
            earlier = world.copies.waits_for(snapshot_id)
            if earlier is not None:
                return f"it starts when {earlier} has ended"
            for scheduled in world.timeline.scheduled():
                if scheduled.what.startswith(f"{snapshot_id} "):
                    seconds = (scheduled.due - world.now()).total_seconds()
                    return f"{scheduled.what} in {seconds:g} s"
            return "nothing is scheduled for it"
