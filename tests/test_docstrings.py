"""What an editor shows of the public names: each has a text, and fields have one of their own."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pytest_fakecopy
from pytest_fakecopy import FakeEC2, KmsKey, Snapshot
from pytest_fakecopy.domain.records import (
    ChangeRecord,
    EventRecord,
    MoveRecord,
    TransitionRecord,
    VerdictRecord,
)
from pytest_fakecopy.domain.regions import Outpost
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.story import Story, Upcoming

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_THE_JOURNAL = (
    *(RequestRecord, VerdictRecord, TransitionRecord, EventRecord, ChangeRecord, MoveRecord),
    *(Outpost, Story, Upcoming),
)


def public_classes() -> dict[str, type]:
    """Return the exported classes, those of what is on a fake, and those of what these give."""
    fake = FakeEC2(clock="virtual")
    exported = [getattr(pytest_fakecopy, name) for name in pytest_fakecopy.__all__]
    on_the_fake = [
        type(getattr(fake, name))
        for name in dir(fake)
        if not name.startswith("_") and not callable(getattr(fake, name))
    ]
    found = [*exported, *on_the_fake, *OF_THE_JOURNAL]
    return {
        each.__name__: each
        for each in found
        if inspect.isclass(each) and each.__module__.startswith("pytest_fakecopy")
    }


@cache
def described_fields(owner: type) -> set[str]:
    """Return the fields and attributes of a class that have a text below them."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
    return set(_described(tree))


def _described(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        body = node.body if isinstance(node, (ast.ClassDef, ast.FunctionDef)) else []
        for statement, following in itertools.pairwise(body):
            is_text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            target = _target(statement)
            if is_text and target:
                yield target


def _target(statement: ast.stmt) -> str:
    target: Any = getattr(statement, "target", None)
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
    return getattr(target, "attr", getattr(target, "id", ""))


def members() -> Iterator[pytest.ParameterSet]:
    """Yield each public member that a class of ours defines itself."""
    for name, owner in public_classes().items():
        for member, value in vars(owner).items():
            if not member.startswith("_") and (inspect.isroutine(value) or _has_text(value)):
                yield pytest.param(value, id=f"{name}.{member}")


def _has_text(value: object) -> bool:
    return isinstance(value, (property, classmethod, staticmethod))


def fields() -> Iterator[pytest.ParameterSet]:
    """Yield each public field of a dataclass of ours."""
    for name, owner in public_classes().items():
        for field in getattr(owner, "__dataclass_fields__", {}):
            yield pytest.param(owner, field, id=f"{name}.{field}")


def test_the_walk_finds_what_it_should() -> None:
    """It would be of no use if it found nothing."""
    names = set(public_classes())

    assert {"FakeEC2", "Snapshot", "Snapshots", "FakeClock", "Faults", "RequestRecord"} <= names
    assert len(list(members())) > 100
    assert len(list(fields())) > 50


@pytest.mark.parametrize("owner", list(public_classes().values()), ids=list(public_classes()))
def test_every_class_has_a_text(owner: type) -> None:
    """Its own, not that of a parent class or one that was generated."""
    text = owner.__dict__.get("__doc__") or ""

    assert text
    assert not text.startswith(f"{owner.__name__}(")


@pytest.mark.parametrize("member", list(members()))
def test_every_member_has_a_text(member: Any) -> None:
    """It begins with a sentence, which ends on the first line or in the first paragraph."""
    text = inspect.getdoc(member) or ""

    assert text.split("\n\n")[0].rstrip().endswith((".", "`", ":"))


@pytest.mark.parametrize(("owner", "field"), list(fields()))
def test_every_field_has_a_text(owner: type, field: str) -> None:
    """It stands below the field, where editors look for it."""
    assert field in described_fields(owner)


@pytest.mark.parametrize(
    "name", [name for name in vars(FakeEC2(clock="virtual")) if not name.startswith("_")]
)
def test_every_attribute_of_the_fake_has_a_text(name: str) -> None:
    """What is made in `__init__` has one as well."""
    assert name in described_fields(FakeEC2)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        pytest.param("clock.tick", ["seconds", "ClockError"], id="clock.tick"),
        pytest.param("clock.move_to", ["aware", "ClockError"], id="clock.move_to"),
        pytest.param("snapshots.add", ["GiB", "Bytes", "UsageError"], id="snapshots.add"),
        pytest.param("kms.add_key", ["alias/", "UsageError"], id="kms.add_key"),
        pytest.param("faults.fail_copies", ["seconds", "UsageError"], id="faults.fail_copies"),
        pytest.param("faults.reject", ["HTTP status", "UsageError"], id="faults.reject"),
        pytest.param("deny", ["wildcards", "UsageError"], id="deny"),
        pytest.param("client", ["Region", "UnknownResourceError"], id="client"),
        pytest.param("timeline", ["svg", "UsageError"], id="timeline"),
        pytest.param("assert_eventually_error", ["regular expression", "FakeCopyAssertionError"],
                     id="assert_eventually_error"),
    ],
)  # fmt: skip
def test_texts_name_units_and_errors(function: str, words: list[str]) -> None:
    """A number has its unit, and what is raised is listed."""
    found: Any = FakeEC2(clock="virtual")
    for name in function.split("."):
        found = getattr(found, name)

    text = inspect.getdoc(found) or ""

    assert [word for word in words if word not in text] == []


def test_the_users_module_has_every_public_name() -> None:
    """What type checkers look at is complete: each name of the API is used there."""
    fake = FakeEC2(clock="virtual")
    text = (Path(__file__).parent / "typing" / "users_module.py").read_text("utf-8")
    # What parts of the fake use of one another.
    internal = {
        *("admission", "admit", "hides", "holding", "is_due", "moving", "obstacle"),
        *("request_received", "take_copy", "take_meanwhile", "take_request", "unused"),
        *("validate", "validation", "visibility_delay"),
    }

    names = {name for name in dir(fake) if not name.startswith("_")}
    for owner in (Snapshot, KmsKey, type(fake.clock), type(fake.faults), type(fake.rules)):
        names.update(name for name in vars(owner) if not name.startswith("_"))

    wanted = {*names, *pytest_fakecopy.__all__} - internal
    missing = [name for name in wanted if not re.search(rf"\b{name}\b", text)]
    assert sorted(missing) == []
