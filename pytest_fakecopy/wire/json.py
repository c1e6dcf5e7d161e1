# ruff: noqa: EM102, TRY003  # what is raised here are answers to the client
"""AWS JSON 1.1, server side, as KMS speaks it: a JSON body in, typed parameters out, and back.

botocore ships the client half. This is its mirror, driven by the same shapes.
"""

from __future__ import annotations

import binascii
import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from json import dumps, loads
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.errors import InternalError
from pytest_fakecopy.wire.constraints import violations
from pytest_fakecopy.wire.scalars import parse_timestamp, shortened

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Operation, Shape

Json: TypeAlias = Any
"""What JSON has for a value."""

Value: TypeAlias = Any
"""A typed value."""

Reader: TypeAlias = Callable[[Json], Value]
Writer: TypeAlias = Callable[[Value], Json]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NUMBER_TYPES = {"integer": 32, "long": 64}


def parse_parameters(operation: Operation, body: bytes) -> dict[str, object]:
    """Return the parameters of a request: typed, under the names of the model's members.

    A member that is null counts as not given. An empty body is an empty object.

    Raises:
        Refused: the body is no JSON object, or has a member that is unknown or of the wrong type
            (`SerializationException`), or what it says violates the model (`ValidationException`).
    """
    document = _document(body) if body else {}
    parameters: dict[str, object] = operation.compiled(_reader_of_input)(document)
    message = violations(operation, parameters)
    if message is not None:
        raise Refused(ErrorResponse("ValidationException", message))
    return parameters


def serialize(operation: Operation, result: Mapping[str, object]) -> bytes:
    """Return the body that answers *operation* with *result*: nothing, where it has no output.

    *result* has the names of the model's members, and str, int, float, bool, aware datetime, list,
    dict and bytes for values; a member that is None is left out.

    Raises:
        InternalError: the result has a member that the model doesn't have, or a value of another
            type than the model's.
    """
    written = operation.compiled(_writer_of_output)(result)
    return b"" if operation.output is None else dumps(written, separators=(",", ":")).encode()


def serialize_error(error: ErrorResponse) -> bytes:
    """Return the body that refuses a request; the status goes beside it."""
    # botocore reads `message` and `Message`; KMS writes the former. What a caller sent and reads
    # back has no null, as in XML.
    message = error.message.replace("\0", "\ufffd")
    return dumps({"__type": error.code, "message": message}).encode()


def _refused(message: str) -> Refused:
    # The code is the service's for bodies that it can't read; the texts are ours.
    return Refused(ErrorResponse("SerializationException", message))


def _document(body: bytes) -> object:
    try:
        # Given bytes, `json.loads` would also take UTF-16 and UTF-32.
        return loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _refused("The body of the request is not JSON that can be read.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise _refused(f"{name} is not JSON.")


def _reader_of_input(operation: Operation) -> Reader:
    shape = operation.input
    return _ReaderCompiler().structure(shape) if shape is not None else _read_nothing


def _read_nothing(value: object) -> dict[str, object]:
    if value != {}:
        raise _refused("The operation takes no parameters.")
    return {}


def _wrong(value: object, expected: str) -> Refused:
    return _refused(f"{_json_type(value)} can not be converted to {expected}.")


def _json_type(value: object) -> str:
    names: tuple[tuple[type, str], ...] = (
        (bool, "A boolean"), (str, "A string"), (dict, "An object"), (list, "A list"),
    )  # fmt: skip
    return next((name for kind, name in names if isinstance(value, kind)), "A number")


class _ReaderCompiler:
    """Makes readers of botocore's shapes, each structure once: some contain themselves."""

    def __init__(self) -> None:
        self._structures: dict[str, Reader] = {}

    def structure(self, shape: Shape) -> Reader:
        if shape.name in self._structures:
            return self._structures[shape.name]
        members: dict[str, tuple[str, Reader]] = {}

        def read(value: Json) -> dict[str, object]:
            if not isinstance(value, dict):
                raise _wrong(value, f"the structure {shape.name}")
            result = {}
            for name, item in value.items():
                if name not in members:
                    raise _refused(f"{shape.name} has no member {shortened(repr(name))}.")
                if item is not None:
                    member, reader = members[name]
                    result[member] = reader(item)
            return result

        self._structures[shape.name] = read
        for member, member_shape in shape.members.items():
            name = member_shape.serialization.get("name", member)
            members[name] = member, self._node(member_shape)
        return read

    def _node(self, shape: Shape) -> Reader:
        if shape.type_name == "structure":
            return self.structure(shape)
        if shape.type_name == "list":
            return _list_reader(self._node(shape.member))
        if shape.type_name == "map":
            return _map_reader(self._node(shape.value))
        if shape.type_name in _NUMBER_TYPES:
            return _integer_reader(_NUMBER_TYPES[shape.type_name])
        return _READERS.get(shape.type_name, _read_string)


def _list_reader(element: Reader) -> Reader:
    def read(value: Json) -> list[object]:
        if not isinstance(value, list):
            raise _wrong(value, "a list")
        return [element(item) for item in value if item is not None]

    return read


def _map_reader(element: Reader) -> Reader:
    def read(value: Json) -> dict[str, object]:
        if not isinstance(value, dict):
            raise _wrong(value, "a map")
        return {_read_string(k): element(item) for k, item in value.items() if item is not None}

    return read


def _integer_reader(bits: int) -> Reader:
    limit = 2 ** (bits - 1)

    def read(value: Json) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not -limit <= value < limit:
            raise _wrong(value, f"an integer of {bits} bits")
        return value

    return read


def _read_string(value: Json) -> str:
    if not isinstance(value, str):
        raise _wrong(value, "a string")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeError:
            raise _refused("A string has half of a surrogate pair.") from None
    return value


def _read_boolean(value: Json) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "a boolean")
    return value


def _read_float(value: Json) -> float:
    special = isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity")
    if isinstance(value, bool) or not (special or isinstance(value, (int, float))):
        raise _wrong(value, "a number")
    try:
        number = float(value)
    except OverflowError:
        raise _wrong(value, "a number of 64 bits") from None
    if not special and not math.isfinite(number):
        raise _wrong(value, "a number of 64 bits")
    return number


def _read_timestamp(value: Json) -> datetime:
    if isinstance(value, str):
        moment = parse_timestamp(value)
        if moment is not None:
            return moment
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return _EPOCH + timedelta(seconds=value)
        except (OverflowError, ValueError):
            pass
    raise _wrong(value, "a timestamp")


def _read_blob(value: Json) -> bytes:
    try:
        return b64decode(_read_string(value), validate=True)
    except (binascii.Error, ValueError):
        raise _wrong(value, "a blob: it is not Base64") from None


_READERS: dict[str, Reader] = {
    "boolean": _read_boolean,
    "float": _read_float,
    "double": _read_float,
    "timestamp": _read_timestamp,
    "blob": _read_blob,
}


def _writer_of_output(operation: Operation) -> Writer:
    if operation.output is None:
        return _write_nothing
    return _WriterCompiler().structure(operation.output)


def _write_nothing(result: Mapping[str, object]) -> None:
    if result:
        msg = f"the model has no output for the members {sorted(result)}"
        raise InternalError(msg)


class _WriterCompiler:
    """Makes writers of botocore's shapes, each structure once: some contain themselves."""

    def __init__(self) -> None:
        self._structures: dict[str, Writer] = {}

    def structure(self, shape: Shape) -> Writer:
        if shape.name in self._structures:
            return self._structures[shape.name]
        members: dict[str, tuple[str, Writer]] = {}

        def write(value: Mapping[str, object]) -> dict[str, object]:
            written = {}
            for member, item in value.items():
                # What the installed botocore's model lacks came later; its client leaves it out.
                if item is not None and member in members:
                    name, writer = members[member]
                    written[name] = writer(item)
            return written

        self._structures[shape.name] = write
        for member, member_shape in shape.members.items():
            name = member_shape.serialization.get("name", member)
            members[member] = name, self._node(member_shape)
        return write

    def _node(self, shape: Shape) -> Writer:
        if shape.type_name == "structure":
            return self.structure(shape)
        if shape.type_name == "list":
            element = self._node(shape.member)
            return lambda values: [element(value) for value in values]
        if shape.type_name == "map":
            element = self._node(shape.value)
            return lambda values: {key: element(value) for key, value in values.items()}
        return _scalar_writer(shape)


def _scalar_writer(shape: Shape) -> Writer:
    kinds, convert = _WRITERS.get(shape.type_name, _AS_STRING)

    def write(value: Value) -> object:
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            msg = f"{value!r} is no value of the shape {shape.name} ({shape.type_name})"
            raise InternalError(msg)
        return convert(value)

    return write


def _seconds(moment: datetime) -> float:
    # KMS writes milliseconds: API reference CreateKey, example. Division of whole numbers is exact
    # where a timestamp of float seconds would not be.
    return (moment - _EPOCH) // timedelta(milliseconds=1) / 1000


_AS_STRING: tuple[Any, Writer] = (str, str)
_WRITERS: dict[str, tuple[Any, Writer]] = {
    "boolean": (bool, bool),
    "integer": (int, int),
    "long": (int, int),
    "float": ((int, float), float),
    "double": ((int, float), float),
    "timestamp": (datetime, _seconds),
    "blob": (bytes, lambda value: b64encode(value).decode()),
}
