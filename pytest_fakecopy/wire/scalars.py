"""The scalar types of botocore's models as they stand in a form: text in, Python value out."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from pytest_fakecopy.domain.error_codes import Refused, invalid_parameter_value

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Shape

Reader: TypeAlias = Callable[[str, str], object]
"""Takes a value and the name of its parameter, for the error; returns the typed value."""

_LONGEST_ECHO = 256

_NUMBER = re.compile(
    r"[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?"
)
_SPECIAL_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
_INTEGER = re.compile(r"[-+]?[0-9]{1,20}")
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:[Zz]|([-+])(\d\d):?(\d\d))?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"-?[0-9]{1,11}(?:\.[0-9]{1,9})?")


def shortened(text: str) -> str:
    """Return *text*, or the beginning of a very long one, to be named in an error."""
    return text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."


def reader_of(shape: Shape) -> Reader | None:
    """Return how to read a value of that scalar shape, or None for one that stays text."""
    return _READERS.get(shape.type_name)


def parse_timestamp(text: str) -> datetime | None:
    """Return the time that *text* stands for, or None: ISO 8601, or seconds since 1970.

    Without a time zone it is UTC. What is finer than a microsecond is cut off.
    """
    found = _TIMESTAMP.fullmatch(text)
    try:
        if found:
            return _from_iso(found)
        if _EPOCH.fullmatch(text):
            return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        return None
    return None


def _from_iso(found: re.Match[str]) -> datetime:
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    hour, minute, second = (int(found[group] or 0) for group in (4, 5, 6))
    microsecond = int((found[7] or "").ljust(6, "0")[:6])
    moment = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=timezone.utc)
    if found[8]:
        offset = timedelta(hours=int(found[9]), minutes=int(found[10]))
        return moment - offset if found[8] == "+" else moment + offset
    return moment


def _refused(value: str, name: str, expected: str) -> Refused:
    # The form of the text: capture of 2026-09-25, for snapshot ids. For other types assumed.
    return Refused(
        invalid_parameter_value(
            f"Value ({shortened(value)}) for parameter {shortened(name)} is invalid."
            f" Expected: {expected}."
        )
    )


def _read_boolean(value: str, name: str) -> bool:
    if value == "true":
        return True
    if value == "false":
        return False
    raise _refused(value, name, "true or false")


def _read_integer(bits: int, value: str, name: str) -> int:
    limit = 2 ** (bits - 1)
    number = int(value) if _INTEGER.fullmatch(value) else None
    if number is None or not -limit <= number < limit:
        raise _refused(value, name, f"an integer of {bits} bits")
    return number


def _read_float(value: str, name: str) -> float:
    if value in _SPECIAL_NUMBERS or _NUMBER.fullmatch(value):
        return float(value)
    raise _refused(value, name, "a number")


def _read_timestamp(value: str, name: str) -> datetime:
    moment = parse_timestamp(value)
    if moment is None:
        raise _refused(value, name, "a timestamp such as 2026-01-01T00:00:00Z")
    return moment


def _read_blob(value: str, name: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _refused(value, name, "Base64") from None


_READERS: dict[str, Reader] = {
    "boolean": _read_boolean,
    "integer": partial(_read_integer, 32),
    "long": partial(_read_integer, 64),
    "float": _read_float,
    "double": _read_float,
    "timestamp": _read_timestamp,
    "blob": _read_blob,
}
