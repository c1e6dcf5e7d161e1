"""A scenario as a value: given, request, and what each rule book expects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from pytest_fakecopy.errors import FakeCopyError, UsageError, nearest
from pytest_fakecopy.scenarios import running
from pytest_fakecopy.scenarios.outcomes import Ends, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_fakecopy.domain.verdicts import Evidence
    from pytest_fakecopy.fake import FakeEC2
    from pytest_fakecopy.scenarios.outcomes import CopyCall, Rejected
    from pytest_fakecopy.views.snapshots import Snapshot

Given: TypeAlias = "Callable[[FakeEC2], Snapshot | None]"
"""Prepares the world and returns the source snapshot; None is a source that isn't there."""
Value: TypeAlias = "object | Callable[[FakeEC2, Snapshot | None], object]"
"""A parameter, or what computes it from the world that was prepared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing that can happen to a copy: given, request, expect, and the evidence for it."""

    id: str
    """Kebab case: "kms-key-disabled"."""
    about: str
    """One sentence."""
    given: Given = field(repr=False)
    """Prepares the world. `arrange` calls it."""
    request: Mapping[str, Value] = field(default_factory=dict, repr=False, hash=False)
    """The parameters besides SourceRegion and SourceSnapshotId, or in place of them; None leaves
    one out."""
    then: Callable[[FakeEC2], object] | None = field(default=None, repr=False)
    """What happens between the call and its validation."""
    expect: Mapping[str, Outcome] = field(hash=False)
    """The outcome by the name of the rule book."""
    evidence: Mapping[str, Evidence] = field(repr=False, hash=False)
    """What each of the expectations rests on, by the name of the rule book."""
    raw: bool = False
    """Whether boto3 refuses to send the request, unless its validation of parameters is off."""

    def __repr__(self) -> str:
        """Return `<Scenario kms-key-disabled: ...>`."""
        return f"<Scenario {self.id}: {self.about}>"

    def __str__(self) -> str:
        """Return the id."""
        return self.id

    def arrange(self, fake_ec2: FakeEC2) -> CopyCall:
        """Prepare the world, and return the call to make.

        What happens between the call and its validation is set up as well: it comes about when the
        next copy is accepted.
        """
        source = self.given(fake_ec2)
        values = {
            name: value(fake_ec2, source) if callable(value) else value
            for name, value in self.request.items()
        }
        # A call that is rejected leaves no time for anything to happen.
        if self.then is not None and isinstance(self.expected(fake_ec2), Ends):
            then = self.then
            fake_ec2.faults.meanwhile(lambda: then(fake_ec2))
        return running.copy_call(fake_ec2, source, values, raw=self.raw)

    def expected(self, fake_ec2: FakeEC2) -> Outcome:
        """Return what the rule book in force expects.

        Raises:
            UsageError: the book has a name that the scenario doesn't know.
        """
        name = fake_ec2.rules.name
        if name not in self.expect:
            known = ", ".join(self.expect)
            msg = (
                f"The scenario {self.id!r} knows nothing of the rule book {name!r}."
                f"{nearest(name, self.expect)}\nIt knows: {known}"
            )
            raise UsageError(msg)
        return self.expect[name]

    def run(
        self, fake_ec2: FakeEC2, send: Callable[[CopyCall], str | Rejected] | None = None
    ) -> Outcome:
        """Arrange, copy, move time to the copy's end, and return what came out.

        `assert scenario.run(fake_ec2) == scenario.expected(fake_ec2)` holds for every scenario,
        where the expected message and minutes are not None.

        Args:
            fake_ec2: The fake.
            send: Makes the call and returns the id of the copy or how the call was rejected; None
                is boto3.
        """
        expected = self.expected(fake_ec2)
        call = self.arrange(fake_ec2)
        sent = (send or running.send)(call)
        return running.outcome_of(fake_ec2, sent, expected)

    def check(
        self,
        fake_ec2: FakeEC2,
        copy: Callable[[CopyCall], object],
        *,
        raises: type[Exception] | tuple[type[Exception], ...] = running.BOTO_ERRORS,
        waits: bool = True,
        leaves_nothing: bool = False,
    ) -> None:
        """Try code under test: arrange, let it copy, and check that it noticed what happened.

        Code that returns says that all is well. Where the call is rejected, or the copy ends in
        `error` while the code waits for it, it has to raise.

        Args:
            fake_ec2: The fake.
            copy: Calls the code under test with what it needs of the `CopyCall`, and returns the
                id of the copy, or an answer of boto3 with "SnapshotId" in it.
            raises: What it raises where it can't copy; an exception of another type goes through.
            waits: Whether it returns no sooner than its copy has ended. Code that does not is
                only checked to have asked for the right copy.
            leaves_nothing: Whether it has to delete a copy that it gives up.

        Raises:
            FakeCopyAssertionError: it returned although there is no good copy, raised although
                nothing was wrong, or left a failed copy behind; the message says what happened.
            UsageError: *copy* returned what names no copy.
        """
        __tracebackhide__ = True
        expected = self.expected(fake_ec2)
        trial = running.Trial(fake_ec2, str(self), self.about, expected, self.arrange(fake_ec2))
        try:
            returned = copy(trial.call)
        except (AssertionError, FakeCopyError):
            # A finding of the fake or of a test is no way of the code to say that it can't copy.
            raise
        except raises as error:
            trial.check_raised(error, leaves_nothing=leaves_nothing)
        else:
            trial.check_returned(returned, waits=waits)
