"""A patch is undone completely, in whatever order patches are stopped."""

from __future__ import annotations

import asyncio
import functools
import inspect
import itertools
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy._patch import Patch, uncover

if TYPE_CHECKING:
    from collections.abc import Iterator


class Base:
    """A class with one method, to be inherited."""

    def greet(self, name: str) -> str:
        """Return a greeting."""
        return f"hello {name}"


class Session(Base):
    """A class with methods of its own."""

    def send(self, request: str, *, times: int = 1) -> str:
        """Return what a send returns."""
        return f"sent {request}" * times

    async def wait(self, seconds: int) -> str:
        """Return what a wait returns."""
        return f"waited {seconds}"


SEND = vars(Session)["send"]


@pytest.fixture(autouse=True)
def put_right() -> Iterator[None]:
    """Put right what a test has covered, once its own patches are undone."""
    yield
    uncover()

    assert vars(Session)["send"] is SEND
    assert "greet" not in vars(Session)


def wrapping(mark: str, name: str = "send", owner: type | ModuleType = Session) -> Patch:
    """Return a patch whose replacement puts *mark* around what the original returns."""

    def replacement(*args: object, **kwargs: object) -> str:
        return f"{mark}({patch.original(*args, **kwargs)})"

    patch = Patch(owner, name, replacement)
    return patch


def test_replaces_the_method_on_the_class_and_restores_the_same_object() -> None:
    """Objects made earlier meet the replacement; afterwards the original is the same object."""
    session = Session()
    patch = wrapping("a")

    patch.start()
    during = session.send("x", times=2)
    patch.stop()

    assert during == "a(sent xsent x)"
    assert session.send("x") == "sent x"
    assert vars(Session)["send"] is SEND


@pytest.mark.parametrize("stops", [*itertools.permutations("abc")], ids="".join)
def test_out_of_order_stops_leave_only_live_patches_and_then_the_original(
    stops: tuple[str, ...],
) -> None:
    """After each stop the patches that are still active apply, innermost first started."""
    patches = {mark: wrapping(mark) for mark in "abc"}
    for patch in patches.values():
        patch.start()
    live = "abc"

    for mark in stops:
        patches[mark].stop()
        live = live.replace(mark, "")
        expected = functools.reduce(lambda inner, outer: f"{outer}({inner})", live, "sent x")

        assert Session().send("x") == expected

    assert vars(Session)["send"] is SEND


def test_an_inherited_method_is_inherited_again() -> None:
    """The class has no entry of its own afterwards, also when two patches unwind out of order."""
    first, second = wrapping("a", "greet"), wrapping("b", "greet")
    first.start()
    second.start()

    during = Session().greet("you"), Base().greet("you")
    first.stop()
    second.stop()

    assert during == ("b(a(hello you))", "hello you")
    assert "greet" not in vars(Session)


def test_a_foreign_patch_above_finds_a_pass_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign patch that is undone after ours leaves the behaviour of the original."""
    patch = wrapping("a")
    patch.start()
    inner = Session.send
    monkeypatch.setattr(Session, "send", lambda *args: f"foreign({inner(*args)})")

    patch.stop()
    above = Session().send("x")
    monkeypatch.undo()

    assert above == "foreign(sent x)"
    assert Session().send("x") == "sent x"
    assert vars(Session)["send"] is not SEND
    again = wrapping("b")
    again.start()
    again.stop()
    assert vars(Session)["send"] is SEND


@pytest.mark.parametrize("name", ["send", "greet"])
def test_what_a_foreign_patch_has_covered_is_put_right_when_that_is_undone(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Afterwards nothing of ours is there, for a method of the class and an inherited one."""
    before = vars(Session).get(name)
    patch = wrapping("a", name)
    patch.start()
    monkeypatch.setattr(Session, name, "foreign")

    patch.stop()
    monkeypatch.undo()
    uncover()

    assert vars(Session).get(name) is before


def test_what_still_covers_a_stopped_patch_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign patch that outlives the test is put right by the next patch, as ever."""
    patch = wrapping("a")
    patch.start()
    monkeypatch.setattr(Session, "send", "foreign")

    patch.stop()
    uncover()
    still = vars(Session)["send"]
    monkeypatch.undo()
    patch.start()
    patch.stop()

    assert still == "foreign"
    assert vars(Session)["send"] is SEND


def test_a_foreign_wrapper_that_copies_attributes_is_not_taken_for_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """functools.wraps copies our mark to the foreign wrapper, which stays in place all the same."""
    patch = wrapping("a")
    patch.start()
    inner = Session.send

    @functools.wraps(inner)
    def foreign(*args: Any) -> str:  # any method's
        return f"foreign({inner(*args)})"

    monkeypatch.setattr(Session, "send", foreign)
    patch.stop()
    second = wrapping("b")

    second.start()
    during = Session().send("x")
    second.stop()

    assert during == "b(foreign(sent x))"
    assert vars(Session)["send"] is foreign


def layer_of(owner: type = Session, name: str = "send") -> object:
    """Return the layer that is installed; to hold it is not to hold its function."""
    return vars(owner)[name]._fakecopy_layer


def test_the_function_is_used_again() -> None:
    """The next patch by the same code installs it once more."""
    first, second = wrapping("a"), wrapping("b")
    first.start()
    layer = layer_of()
    first.stop()

    second.start()
    again = layer_of()
    during = Session().send("x")
    second.stop()

    assert again is layer
    assert during == "b(sent x)"
    assert vars(Session)["send"] is SEND


def test_who_keeps_the_function_meets_the_original() -> None:
    """Later patches, too, have nothing to do with it."""
    first, second = wrapping("a"), wrapping("b")
    first.start()
    kept = Session.send
    first.stop()

    second.start()
    results = kept(Session(), "x"), Session().send("x")
    second.stop()

    assert results == ("sent x", "b(sent x)")
    assert vars(Session)["send"] is SEND


def test_nested_patches_have_functions_of_their_own() -> None:
    """Neither takes the other's, however often they are started."""
    for _ in range(2):
        outer, inner = wrapping("a"), wrapping("b")
        outer.start()
        outside = layer_of()
        inner.start()
        inside = layer_of()
        during = Session().send("x")
        inner.stop()
        within = layer_of()
        outer.stop()

        assert within is outside is not inside
        assert during == "b(a(sent x))"
    assert vars(Session)["send"] is SEND


def test_another_kind_of_replacement_has_a_function_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other code may be a coroutine function, and another original looks different."""
    patch = wrapping("a")
    patch.start()
    first = layer_of()
    patch.stop()

    async def replacement(session: Session, request: str) -> str:
        return f"c({other.original(session, request)})"

    other = Patch(Session, "send", replacement)
    other.start()
    second = layer_of()
    call: Any = Session().send
    result = asyncio.run(call("x"))
    other.stop()

    def stand_in(_: Session, request: str) -> str:
        return f"stand-in {request}"

    monkeypatch.setattr(Session, "send", stand_in)
    patch.start()
    third, name = layer_of(), Session.send.__name__
    during = Session().send("x")
    patch.stop()

    assert len({first, second, third}) == 3
    assert result == "c(sent x)"
    assert (name, during) == ("stand_in", "a(stand-in x)")
    assert vars(Session)["send"] is stand_in


def test_an_attribute_that_vanished_meanwhile_is_left_alone() -> None:
    """Somebody else's deletion isn't undone by our stop."""
    module = ModuleType("module")
    vars(module)["send"] = SEND
    patch = wrapping("a", owner=module)
    patch.start()
    del vars(module)["send"]

    patch.stop()

    assert "send" not in vars(module)


def test_coroutine_functions_stay_coroutine_functions() -> None:
    """What is installed over a coroutine function still is one, and looks like the original."""

    async def replacement(session: Session, seconds: int) -> str:
        return f"a({await patch.original(session, seconds)})"

    patch = Patch(Session, "wait", replacement)
    patch.start()

    kind = inspect.iscoroutinefunction(Session.wait)
    parameters = list(inspect.signature(Session.wait).parameters)
    result = asyncio.run(Session().wait(3))
    patch.stop()

    assert kind
    assert parameters == ["self", "seconds"]
    assert result == "a(waited 3)"


def test_a_patch_can_be_started_again_but_not_twice() -> None:
    """Starting a started patch is refused; stopping twice is not, and says its state."""
    patch = wrapping("a")

    patch.start()
    with pytest.raises(RuntimeError, match=r"^<Patch Session.send, active> has been started alre"):
        patch.start()
    patch.stop()
    patch.stop()
    patch.start()
    during = Session().send("x")
    patch.stop()

    assert during == "a(sent x)"
    assert repr(patch) == "<Patch Session.send, inactive>"
    assert vars(Session)["send"] is SEND


def test_an_attribute_that_is_not_there_is_an_error_at_start() -> None:
    """A seam that moved is met at start, with nothing replaced."""
    patch = wrapping("a", "no_such_method")

    with pytest.raises(AttributeError):
        patch.start()

    assert not patch.active
