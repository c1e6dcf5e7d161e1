"""The XML answers of EC2 and of STS: Python values under the model's names in, a document out.

botocore ships the client half. This is its mirror: what it parses is what was given here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import timezone
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_fakecopy.errors import InternalError

if TYPE_CHECKING:
    from pytest_fakecopy.domain.error_codes import ErrorResponse
    from pytest_fakecopy.wire.model import Operation, Service, Shape

Value: TypeAlias = Any
"""A value of the type that its shape says, or of a wrong one."""

Writer: TypeAlias = Callable[[Value], str]
"""Takes a value and returns what stands for it in the document."""

_Element: TypeAlias = "tuple[str, Writer, str]"
"""A start tag, what writes the content, and an end tag."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SERVER_ERROR = 500

_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def serialize(operation: Operation, result: Mapping[str, object], request_id: str) -> bytes:
    """Return the document that answers *operation* with *result*.

    *result* has the names of the model's members, and str, int, bool, aware datetime, list, dict
    and bytes for values; a member that is None is left out. Characters that XML 1.0 has no way to
    write become U+FFFD, so that every answer can be parsed.

    Raises:
        InternalError: the result has a member that the model doesn't have, or a value of another
            type than the model's.
    """
    return operation.compiled(_envelope_of)(result, request_id).encode()


def serialize_error(service: Service, error: ErrorResponse, request_id: str) -> bytes:
    """Return the document that refuses a request, in the envelope of the service's protocol."""
    code, message = escape(error.code), escape(error.message)
    if service.protocol == "ec2":
        return (
            f"{_DECLARATION}<Response><Errors><Error><Code>{code}</Code>"
            f"<Message>{message}</Message></Error></Errors>"
            f"<RequestID>{escape(request_id)}</RequestID></Response>"
        ).encode()
    whose = "Receiver" if error.status >= _SERVER_ERROR else "Sender"
    return (
        f'<ErrorResponse xmlns="{_namespace(service)}"><Error><Type>{whose}</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    ).encode()


def escape(text: str) -> str:
    """Return *text* as it stands in an element; what XML can't write at all is U+FFFD."""
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\ufffd"), text)


def _namespace(service: Service) -> str:
    # The model of EC2 lacks the slash that the service sends: API reference CopySnapshot, example.
    return f"{(service.xml_namespace or '').removesuffix('/')}/"


def _envelope_of(operation: Operation) -> Callable[[Mapping[str, object], str], str]:
    compiler = _Compiler(ec2=operation.service.protocol == "ec2")
    content = compiler.structure(operation.output) if operation.output is not None else _nothing
    name, namespace = operation.name, _namespace(operation.service)
    start = f'<{name}Response xmlns="{namespace}">'
    end = f"</{name}Response>"
    if operation.service.protocol == "ec2":
        start = f"{_DECLARATION}{start}<requestId>"
        # EC2 answers so where the model has no output: "Query Requests" and many logs.
        rest = "<return>true</return>" if operation.output is None else ""

        def ec2(result: Mapping[str, object], request_id: str) -> str:
            return f"{start}{escape(request_id)}</requestId>{content(result)}{rest}{end}"

        return ec2

    def query(result: Mapping[str, object], request_id: str) -> str:
        inner = content(result)
        return (
            f"{start}<{name}Result>{inner}</{name}Result>"
            f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata>{end}"
        )

    return query


def _nothing(result: Mapping[str, object]) -> str:
    if result:
        msg = f"the model has no output for the members {sorted(result)}"
        raise InternalError(msg)
    return ""


def _wrong(shape: Shape, value: object) -> InternalError:
    return InternalError(f"{value!r} is no value of the shape {shape.name} ({shape.type_name})")


class _Compiler:
    """Makes writers of botocore's shapes, each structure once: some contain themselves."""

    def __init__(self, *, ec2: bool) -> None:
        self._ec2 = ec2
        self._structures: dict[str, Writer] = {}

    def structure(self, shape: Shape) -> Writer:
        """Return the writer of a structure's content, without an element around it."""
        if shape.name in self._structures:
            return self._structures[shape.name]
        members: dict[str, _Element] = {}

        def write(value: Mapping[str, object]) -> str:
            parts: list[str] = []
            for member, item in value.items():
                element = members.get(member)
                # A member that the installed botocore's model lacks is one that its client,
                # too, would leave out: it came later.
                if item is not None and element is not None:
                    start, content, end = element
                    parts += (start, content(item), end)
            return "".join(parts)

        self._structures[shape.name] = write
        for member, member_shape in shape.members.items():
            members[member] = self._element(_element_name(member, member_shape), member_shape)
        return write

    def _element(self, name: str, shape: Shape) -> _Element:
        """Return how a value is written with its element, or its elements where it is flattened."""
        if shape.type_name == "list" and shape.serialization.get("flattened"):
            return "", _repeated(self._element(name, shape.member)), ""
        if shape.type_name == "map" and shape.serialization.get("flattened"):
            return "", self._entries(name, shape), ""
        return f"<{name}>", self._content(shape), f"</{name}>"

    def _content(self, shape: Shape) -> Writer:
        if shape.type_name == "structure":
            return self.structure(shape)
        if shape.type_name == "list":
            item_name = shape.member.serialization.get("name") or self._item_name
            return _repeated(self._element(item_name, shape.member))
        if shape.type_name == "map":
            return self._entries("entry", shape)
        if shape.type_name == "string":
            return _text(shape)
        return _scalar(shape, milliseconds=self._ec2)

    @property
    def _item_name(self) -> str:
        return "item" if self._ec2 else "member"

    def _entries(self, name: str, shape: Shape) -> Writer:
        key = _written(self._element(shape.key.serialization.get("name", "key"), shape.key))
        value = self._element(shape.value.serialization.get("name", "value"), shape.value)
        write, start, end = _written(value), f"<{name}>", f"</{name}>"
        return lambda entries: "".join(
            [f"{start}{key(one)}{write(other)}{end}" for one, other in entries.items()]
        )


def _element_name(member: str, shape: Shape) -> str:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        item_name = shape.member.serialization.get("name")
        if item_name:
            return str(item_name)
    return str(shape.serialization.get("name", member))


def _written(element: _Element) -> Writer:
    start, content, end = element
    return lambda value: f"{start}{content(value)}{end}"


def _repeated(element: _Element) -> Writer:
    start, content, end = element
    return lambda values: "".join([f"{start}{content(value)}{end}" for value in values])


def _text(shape: Shape) -> Writer:
    def write(value: str) -> str:
        if value.__class__ is not str:
            if not isinstance(value, str):
                raise _wrong(shape, value)
            # An enumeration of strings formats as its name in some versions of Python.
            value = str.__str__(value)
        if value.isprintable() and "&" not in value and "<" not in value and ">" not in value:
            return value
        return escape(value)

    return write


def _scalar(shape: Shape, *, milliseconds: bool) -> Writer:
    if shape.type_name == "timestamp":
        return _timestamp(shape, milliseconds=milliseconds)
    kinds, text = _SCALARS[shape.type_name]

    def write(value: object) -> str:
        if not isinstance(value, kinds) or (value.__class__ is bool and kinds is not bool):
            raise _wrong(shape, value)
        return text(value)

    return write


def _timestamp(shape: Shape, *, milliseconds: bool) -> Writer:
    # EC2 prints milliseconds: capture of 2026-09-25; STS seconds: API reference AssumeRole.
    precision = "milliseconds" if milliseconds else "seconds"

    def write(value: Value) -> str:
        if getattr(value, "tzinfo", None) is None:
            raise _wrong(shape, value)
        if value.tzinfo is not timezone.utc:
            value = value.astimezone(timezone.utc)
        return f"{value.isoformat(timespec=precision)[:-6]}Z"

    return write


_SCALARS: dict[str, tuple[Any, Writer]] = {
    "character": (str, escape),
    "boolean": (bool, {True: "true", False: "false"}.__getitem__),
    "integer": (int, int.__repr__),
    "long": (int, int.__repr__),
    "float": ((int, float), repr),
    "double": ((int, float), repr),
    "blob": (bytes, lambda value: b64encode(value).decode()),
}
