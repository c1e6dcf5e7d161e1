"""EC2 Query protocol, server side: a form body in, typed parameters out; for STS, AWS Query.

botocore ships the client half of these protocols. This module is its mirror and walks the same
shapes, so what botocore can send we can read, with no code per operation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias
from urllib.parse import unquote_to_bytes

from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused, invalid_parameter_value
from pytest_fakecopy.wire.constraints import violations
from pytest_fakecopy.wire.scalars import reader_of, shortened

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Operation, Shape
    from pytest_fakecopy.wire.scalars import Reader

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")

# What botocore's PresignedUrl is full of when it is escaped once more inside a form.
_FREQUENT = (("%3D", "="), ("%26", "&"), ("%2F", "/"), ("%3A", ":"), ("%3F", "?"))

# AWS docs: Amazon EC2 API Reference, "Common query parameters"; the last seven are SigV2's.
_COMMON = frozenset(
    {
        "Action", "Version", "AWSAccessKeyId", "Signature", "SignatureMethod", "SignatureVersion",
        "Timestamp", "Expires", "SecurityToken",
    }
)  # fmt: skip

# More levels than any shape of the served operations has; what is beyond is not taken apart.
_DEEPEST = 32

_LONGEST_INDEX = 20
_IMPLICIT = -(10**_LONGEST_INDEX)
"""Elements without an index come first, in the order in which they were sent."""

# Names of parameters whose meaning is kept: clients send few different ones.
_KEPT_PATHS = 512
_LONGEST_KEPT_NAME = 128

_Builder: TypeAlias = "dict[Any, Any]"
"""What is being read: members by name for a structure, elements by index for a list."""


def parse_form(text: str) -> list[tuple[str, str]]:
    """Decode a form body or a query string; blank values are kept, empty fields are not.

    Raises:
        Refused: an escape is broken, what is escaped is not UTF-8, or it holds a character that
            XML 1.0 has no way to write: no answer could ever show it. `MalformedQueryString`.
    """
    if not text.isprintable():
        _refuse_forbidden(text)
    if "+" in text:
        text = text.replace("+", " ")
    pairs = []
    for field in text.split("&"):
        if field:
            name, _, value = field.partition("=")
            pairs.append(
                (
                    _decoded(name) if "%" in name else name,
                    _decoded(value) if "%" in value else value,
                )
            )
    return pairs


def _decoded(text: str) -> str:
    plain = text
    for escape, character in _FREQUENT:
        plain = plain.replace(escape, character)
    # `%25` goes last and alone, so that nothing which it uncovers is taken for an escape.
    if plain.count("%") == plain.count("%25"):
        return plain.replace("%25", "%")
    if _ESCAPE.search(text):
        raise Refused(_malformed("a % that is not followed by two hexadecimal digits"))
    try:
        plain = unquote_to_bytes(text).decode()
    except UnicodeError:
        raise Refused(_malformed("an escaped text that is not UTF-8")) from None
    _refuse_forbidden(plain)
    return plain


def _refuse_forbidden(text: str) -> None:
    found = _FORBIDDEN.search(text)
    if found:
        raise Refused(_malformed(f"the character U+{ord(found[0]):04X}"))


def _malformed(defect: str) -> ErrorResponse:
    # Code and first sentence: EC2 error codes, MalformedQueryString. What is added is ours.
    return ErrorResponse(
        "MalformedQueryString", f"The query string contains a syntax error. It contains {defect}."
    )


def parse_parameters(operation: Operation, pairs: list[tuple[str, str]]) -> dict[str, object]:
    """Return the parameters of a request: typed, under the names of the model's members.

    Elements of a list come in the order of their indices, which may start at 0, have gaps or be
    missing. What is there for the request as such (`Action`, `Version`, what signs it) is left
    out.

    Raises:
        Refused: a parameter is unknown, given twice, or its value has the wrong type; in AWS
            Query also where it violates the model.
    """
    reader = operation.compiled(_reader_of_parameters)
    paths = reader.paths
    parameters: dict[str, object] = {}
    nested = False
    for name, value in pairs:
        path = paths.get(name)
        if path is None:
            if name in _COMMON or name[:6].lower() == "x-amz-":
                continue
            path = reader.resolve(name)
        if path.above:
            nested = True
            _place(path, parameters, name, value)
        elif path.key in parameters:
            raise Refused(_given_twice(name))
        else:
            read = path.read
            parameters[path.key] = value if read is None else read(value, name)
    if nested:
        reader.root.finish(parameters)
    if operation.service.protocol == "query":
        _refuse_violations(operation, parameters)
    return parameters


def _refuse_violations(operation: Operation, parameters: dict[str, object]) -> None:
    # EC2 judges each parameter in its own words; other services answer what their models say.
    message = violations(operation, parameters)
    if message is not None:
        raise Refused(ErrorResponse("ValidationError", message))


def _unknown(name: str, segments: list[str], at: int) -> Refused:
    # Observed in aws-sdk-cpp issue 327; aws-cli issue 48: for `Item.1.ToPort` it names `Item`.
    known = shortened(name if at else segments[0])
    return Refused(ErrorResponse("UnknownParameter", f"The parameter {known} is not recognized"))


def _given_twice(name: str) -> ErrorResponse:
    # Assumed: nothing is known of what EC2 answers.
    return invalid_parameter_value(f"The parameter {shortened(name)} is given more than once.")


def _place(path: _Path, parameters: _Builder, name: str, value: str) -> None:
    builder = parameters
    for key in path.above:
        below = builder.get(key)
        if below is None:
            below = builder[key] = {}
        builder = below
    if path.blank and value == "":
        return
    # Each value of a list that comes without an index is an element of its own.
    final = path.key if path.key is not None else _IMPLICIT + 1 + len(builder)
    if final in builder:
        raise Refused(_given_twice(name))
    builder[final] = value if path.read is None else path.read(value, name)


def _refuse_value(_value: str, name: str) -> NoReturn:
    raise _unknown(name, [name], 0)


class _Path(NamedTuple):
    """Where the value of a parameter goes: what its name means."""

    above: tuple[Any, ...]
    """The keys of the builders that it is in."""
    key: Any
    """Its own key: a member, an index, or None for the next element without an index."""
    read: Reader | None
    """What makes a typed value of the text; None leaves the text."""
    blank: bool = False
    """Whether an empty value stands for the empty list that it would be an element of."""


class _Scalar:
    """A value that is one text on the wire."""

    __slots__ = ("read",)

    def __init__(self, read: Reader | None) -> None:
        self.read = read


class _Structure:
    """Members by name: `Ebs.SnapshotId`."""

    __slots__ = ("members", "nodes")

    def __init__(self) -> None:
        self.members: dict[str, tuple[str, _Node]] = {}
        """Wire name: the member's name, and how to read it."""
        self.nodes: dict[str, _Node] = {}

    def add(self, wire_name: str, member: str, node: _Node) -> None:
        self.members[wire_name] = member, node
        self.nodes[member] = node

    def step(self, segments: list[str], at: int) -> tuple[str, _Node, int] | None:
        found = self.members.get(segments[at]) if at < len(segments) else None
        return None if found is None else (*found, at + 1)

    def finish(self, builder: _Builder) -> dict[str, object]:
        for member, built in builder.items():
            if built.__class__ is dict:
                builder[member] = self.nodes[member].finish(built)  # type: ignore[union-attr]
        return builder


class _List:
    """Elements by index: `SnapshotId.1` in EC2, `Tags.member.1` in AWS Query."""

    __slots__ = ("element", "item_name")

    def __init__(self, element: _Node, item_name: str | None) -> None:
        self.element = element
        self.item_name = item_name

    def step(self, segments: list[str], at: int) -> tuple[int | None, _Node, int] | None:
        if at < len(segments) and segments[at] == self.item_name:
            at += 1
        segment = segments[at] if at < len(segments) else None
        if segment is not None and segment.isascii() and segment.isdigit():
            return None if len(segment) > _LONGEST_INDEX else (int(segment), self.element, at + 1)
        return (None if isinstance(self.element, _Scalar) else _IMPLICIT), self.element, at

    def finish(self, builder: _Builder) -> object:
        element = self.element
        if isinstance(element, _Scalar):
            return [builder[index] for index in sorted(builder)]
        return [element.finish(builder[index]) for index in sorted(builder)]


class _Map(_List):
    """Keys and values by index: `Name.entry.1.key`."""

    __slots__ = ()

    def finish(self, builder: _Builder) -> object:
        entries: Any = super().finish(builder)
        if not all(len(entry) == len(("key", "value")) for entry in entries):
            raise Refused(invalid_parameter_value("An entry of a map needs a key and a value."))
        return {entry["key"]: entry["value"] for entry in entries}


_Node: TypeAlias = "_Scalar | _Structure | _List"


class _Reader:
    """Reads the parameters of one operation, and keeps what it found out about their names."""

    __slots__ = ("_ec2", "paths", "root")

    def __init__(self, root: _Structure, *, ec2: bool) -> None:
        self._ec2 = ec2
        self.root = root
        self.paths = {
            wire_name: _Path((), member, node.read)
            for wire_name, (member, node) in root.members.items()
            if isinstance(node, _Scalar)
        }

    def resolve(self, name: str) -> _Path:
        """Return where the value of the parameter goes.

        Raises:
            Refused: the operation has no such parameter.
        """
        path = self._resolved(name, name.split(".", _DEEPEST))
        if len(self.paths) < _KEPT_PATHS and len(name) <= _LONGEST_KEPT_NAME:
            self.paths[name] = path
        return path

    def _resolved(self, name: str, segments: list[str]) -> _Path:
        node: _Node = self.root
        keys: list[Any] = []
        at = 0
        while not isinstance(node, _Scalar):
            # botocore 1.43: in AWS Query, an empty list is the name of the list and no value.
            blank = isinstance(node, _List) and at == len(segments) and not self._ec2
            step = node.step(segments, at)
            if step is None:
                raise _unknown(name, segments, at)
            if blank and not isinstance(step[1], _Scalar):
                return _Path(tuple(keys), None, _refuse_value, blank)
            key, node, at = step
            keys.append(key)
        if at != len(segments):
            raise _unknown(name, segments, at)
        return _Path(tuple(keys[:-1]), keys[-1], node.read, blank)


def _reader_of_parameters(operation: Operation) -> _Reader:
    ec2 = operation.service.protocol == "ec2"
    shape = operation.input
    return _Reader(_Compiler(ec2=ec2).structure(shape) if shape else _Structure(), ec2=ec2)


class _Compiler:
    """Makes nodes of botocore's shapes, each shape once: some contain themselves."""

    def __init__(self, *, ec2: bool) -> None:
        self._ec2 = ec2
        self._structures: dict[str, _Structure] = {}

    def structure(self, shape: Shape) -> _Structure:
        if shape.name not in self._structures:
            structure = self._structures[shape.name] = _Structure()
            for member, member_shape in shape.members.items():
                wire_name = self._wire_name(member, member_shape)
                structure.add(wire_name, member, self._node(member_shape))
        return self._structures[shape.name]

    def _wire_name(self, member: str, shape: Shape) -> str:
        named = shape.serialization
        if self._ec2:
            name: str = named.get("queryName") or named.get("name", member)
            return name if "queryName" in named else name[0].upper() + name[1:]
        if shape.type_name == "list" and named.get("flattened"):
            named = shape.member.serialization if "name" in shape.member.serialization else named
        return str(named.get("name", member))

    def _node(self, shape: Shape) -> _Node:
        if shape.type_name == "structure":
            return self.structure(shape)
        if shape.type_name == "list":
            return self._list(shape)
        if shape.type_name == "map":
            return self._map(shape)
        return _Scalar(reader_of(shape))

    def _list(self, shape: Shape) -> _List:
        flat = self._ec2 or shape.serialization.get("flattened")
        item_name = None if flat else shape.member.serialization.get("name", "member")
        return _List(self._node(shape.member), item_name)

    def _map(self, shape: Shape) -> _Map:
        entry = _Structure()
        entry.add(shape.key.serialization.get("name", "key"), "key", self._node(shape.key))
        entry.add(shape.value.serialization.get("name", "value"), "value", self._node(shape.value))
        item_name = None if shape.serialization.get("flattened") else "entry"
        return _Map(entry, item_name)
