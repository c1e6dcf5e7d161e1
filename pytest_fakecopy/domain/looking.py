"""Which facts a check looks at: found by running it on a copy of its attempt that takes notes.

A check is a pure function of a frozen value, so running it once more tells nothing but this, and
nobody pays for it before it is asked for.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.domain.redaction import veiled_fact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_fakecopy.domain.attempt import CopyAttempt


def facts_seen(
    check: Callable[[CopyAttempt], object], attempt: CopyAttempt
) -> Mapping[str, object]:
    """Return what *check* reads of *attempt*, in the order of reading, each once.

    Returns:
        Values by attribute path: `{"request.encrypted": True, "key.key_state": "Disabled"}`. A
        whole object stands there only where none of its own attributes were read.
    """
    notes: dict[str, object] = {}
    check(_watched(attempt, "", notes))
    return MappingProxyType(
        {
            path: veiled_fact(path, value)
            for path, value in notes.items()
            if not _is_taken_apart(path, value, notes)
        }
    )


def _is_taken_apart(path: str, value: object, notes: Mapping[str, object]) -> bool:
    return is_dataclass(value) and any(other.startswith(f"{path}.") for other in notes)


class _Watched:
    """Takes notes of the fields that are read. Its subclasses are also what they watch."""

    __slots__ = ()
    _path: str
    _notes: dict[str, object]

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401  # any field's
        value = object.__getattribute__(self, name)
        kind = type(self).__mro__[2]
        is_field = name in kind.__dataclass_fields__  # type: ignore[attr-defined]  # a dataclass
        if not is_field and not isinstance(getattr(kind, name, None), property):
            return value
        try:
            notes = object.__getattribute__(self, "_notes")
        except AttributeError:  # made by `dataclasses.replace`: the check's own, no fact
            return value
        path = f"{object.__getattribute__(self, '_path')}{name}"
        if is_dataclass(value) and not isinstance(value, (type, _Watched)):
            notes[path] = value
            return _watched(value, f"{path}.", notes)
        # A property is what it makes of fields, and those are noted; a function is no fact.
        if is_field and not callable(value):
            notes[path] = value
        return value

    def __eq__(self, other: object) -> bool:
        kind = type(self).__mro__[2]
        return isinstance(other, kind) and _values(self, kind) == _values(other, kind)

    def __hash__(self) -> int:
        return hash(_values(self, type(self).__mro__[2]))


def _values(value: object, kind: Any) -> tuple[object, ...]:  # noqa: ANN401  # a dataclass
    return tuple(object.__getattribute__(value, field.name) for field in fields(kind))


def _watched(value: Any, path: str, notes: dict[str, object]) -> Any:  # noqa: ANN401  # the same type
    kind: type = type(value)
    watched: Any = object.__new__(_watching(kind))
    for field in fields(value):
        object.__setattr__(watched, field.name, getattr(value, field.name))
    object.__setattr__(watched, "_path", path)
    object.__setattr__(watched, "_notes", notes)
    return watched


@lru_cache(maxsize=64)
def _watching(kind: type) -> type:
    return type(kind.__name__, (_Watched, kind), {"__slots__": ("_notes", "_path")})
