"""What a model demands of values beyond their type: required members, lengths, ranges, patterns.

The texts are those of AWS's own services, as they stand in the `ValidationException` of KMS and
the `ValidationError` of STS: quoted in many issues and logs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Operation, Shape

Value: TypeAlias = Any
"""A value of the type that its shape says."""

Check: TypeAlias = Callable[[Value], "str | None"]
"""Takes a value and says what it fails to satisfy, or None."""

Checker: TypeAlias = Callable[[Value, str, "list[str]"], None]
"""Takes a value and its path, and adds what is wrong with it to the list."""

_LONGEST_ECHO = 256


def violations(operation: Operation, parameters: dict[str, object]) -> str | None:
    """Return what *parameters* violate of the model, in AWS's words, or None if nothing."""
    if operation.input is None:
        return None
    found: list[str] = []
    operation.compiled(_checker_of_input)(parameters, "", found)
    if not found:
        return None
    plural = "s" if len(found) > 1 else ""
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"


def _checker_of_input(operation: Operation) -> Checker:
    return _Compiler().structure(operation.input)


def _violation(shape: Shape, value: object, path: str, constraint: str) -> str:
    if shape.metadata.get("sensitive"):
        shown = "Value"
    else:
        text = "null" if value is None else f"'{_shown(value)}'"
        shown = f"Value {text}"
    return f"{shown} at '{path}' failed to satisfy constraint: Member must {constraint}"


def _shown(value: object) -> str:
    text = f"[{', '.join(map(_shown, value))}]" if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."


class _Compiler:
    """Makes checkers of botocore's shapes, each structure once: some contain themselves."""

    def __init__(self) -> None:
        self._structures: dict[str, Checker] = {}

    def structure(self, shape: Shape) -> Checker:
        if shape.name in self._structures:
            return self._structures[shape.name]
        members: dict[str, tuple[str, Checker]] = {}
        required: list[tuple[str, str, Shape]] = []

        def check(value: dict[str, Any], path: str, found: list[str]) -> None:
            for member, camel, member_shape in required:
                if member not in value:
                    found.append(_violation(member_shape, None, path + camel, "not be null"))
            for member, item in value.items():
                camel, checker = members[member]
                checker(item, path + camel, found)

        self._structures[shape.name] = check
        for member, member_shape in shape.members.items():
            members[member] = _camel(member), self._node(member_shape)
        required += [(name, _camel(name), shape.members[name]) for name in shape.required_members]
        return check

    def _node(self, shape: Shape) -> Checker:
        checks = tuple(_checks(shape))
        below = self._below(shape)

        def check(value: Value, path: str, found: list[str]) -> None:
            for one in checks:
                constraint = one(value)
                if constraint is not None:
                    found.append(_violation(shape, value, path, constraint))
            if below is not None:
                below(value, path, found)

        return check

    def _below(self, shape: Shape) -> Checker | None:
        if shape.type_name == "structure":
            structure = self.structure(shape)
            return lambda value, path, found: structure(value, f"{path}.", found)
        if shape.type_name == "list":
            return _each(self._node(shape.member), lambda values: enumerate(values, 1), "member")
        if shape.type_name == "map":
            return _each(self._node(shape.value), dict.items, "value")
        return None


def _each(
    checker: Checker, items: Callable[[Any], Iterable[tuple[Any, Any]]], word: str
) -> Checker:
    def check(value: Value, path: str, found: list[str]) -> None:
        for key, item in items(value):
            checker(item, f"{path}.{key}.{word}", found)

    return check


def _camel(member: str) -> str:
    return member[0].lower() + member[1:]


def _checks(shape: Shape) -> Iterable[Check]:
    limits = shape.metadata
    if "min" in limits:
        yield _at_least(shape.type_name, limits["min"])
    if "max" in limits:
        yield _at_most(shape.type_name, limits["max"])
    if "pattern" in limits:
        yield _matching(limits["pattern"])
    if "enum" in limits:
        yield _one_of(limits["enum"])


_NUMBERS = frozenset({"integer", "long", "float", "double"})


def _at_least(type_name: str, least: int) -> Check:
    if type_name in _NUMBERS:
        text = f"have value greater than or equal to {least}"
        return lambda value: text if value < least else None
    text = f"have length greater than or equal to {least}"
    return lambda value: text if len(value) < least else None


def _at_most(type_name: str, most: int) -> Check:
    if type_name in _NUMBERS:
        text = f"have value less than or equal to {most}"
        return lambda value: text if value > most else None
    text = f"have length less than or equal to {most}"
    return lambda value: text if len(value) > most else None


def _matching(pattern: str) -> Check:
    text = f"satisfy regular expression pattern: {pattern}"
    try:
        matches = re.compile(pattern).fullmatch
    except re.error:
        # Patterns are Java's. One that Python can't read is not checked.
        return lambda _value: None
    return lambda value: None if matches(value) else text


def _one_of(names: list[str]) -> Check:
    known = frozenset(names)
    text = f"satisfy enum value set: [{', '.join(names)}]"
    return lambda value: None if value in known else text
