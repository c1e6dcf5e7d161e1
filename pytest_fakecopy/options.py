"""The options of a fake: one frozen dataclass, the single source of their names and defaults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Literal, get_args

from pytest_fakecopy.errors import UsageError, nearest

Rules = Literal["documented", "observed"]
ClockName = Literal["freezegun", "time-machine", "virtual", "real"]
Sleep = Literal["instant", "real"]
Credentials = Literal["lenient", "strict"]

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "rules": get_args(Rules),
    "clock": get_args(ClockName),
    "sleep": get_args(Sleep),
    "credentials": get_args(Credentials),
}
# The clocks of operating systems begin in 1970, and a day before its end `datetime` overflows.
_FIRST_YEAR, _LAST_YEAR = 1970, 9998


class _Said:
    """What is known of options besides their values, and is no option itself."""

    __slots__ = ("said",)

    said: frozenset[str]
    """The names of the options that were given a value, be it the default one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options(_Said):
    """How a fake behaves. Every field is also a marker keyword and an ini key (`fake_ec2_<name>`).

    Durations are `timedelta`s and may be given as seconds; `start_time` is an aware datetime or an
    ISO 8601 text.

    Raises:
        UsageError: a value is not of its option's form.
    """

    rules: Rules = "documented"
    """The rule book: what the API reference promises, or what the service was seen to do."""
    account_id: str = "111122223333"
    """The default account, 12 digits: who calls with the environment's credentials."""
    clock: ClockName = "freezegun"
    """Whose time the fake lives by."""
    start_time: datetime | None = None
    """When the test starts; None is the present."""
    sleep: Sleep = "instant"
    """Whether `time.sleep` in the test's thread moves the clock instead of waiting."""
    validation_delay: timedelta = timedelta(seconds=5)
    """From acceptance of a copy to the verdict on its key and its presigned URL."""
    copy_duration: timedelta = timedelta(seconds=60)
    """From acceptance of a copy to its completion."""
    max_concurrent_copies: int = 20
    """Copies in progress that one account may have in one destination Region."""
    passthrough: tuple[str, ...] = ()
    """Services ("s3") and operations ("ec2:DescribeInstances") that may pass."""
    credentials: Credentials = "lenient"
    """Whether access keys that nobody registered are taken for the default account's."""
    seed: int = 0
    """What all ids are derived from: the same seed and order of calls give the same ids."""

    def __new__(cls, **options: object) -> Options:  # noqa: PYI034  # typing.Self came with Python 3.11
        """Keep in mind which options are given."""
        made = object.__new__(cls)
        said = frozenset(options)
        if len(said) == len(cls.__dataclass_fields__):
            # `dataclasses.replace` gives all of them again. Those that nobody gave before have
            # their defaults, and must not outdo what the command line says.
            said = frozenset(
                each.name for each in fields(cls) if options[each.name] != each.default
            )
        object.__setattr__(made, "said", said)
        return made

    def __reduce__(self) -> tuple[Callable[[], Options], tuple[()]]:
        """Let a copy be given what this was given."""
        return partial(Options, **self.as_said()), ()

    def __post_init__(self) -> None:
        """Bring every value into its one form, or refuse it by name."""
        for name, choices in _CHOICES.items():
            _require_choice(name, getattr(self, name), choices)
        set_ = object.__setattr__
        if not isinstance(self.account_id, str) or not re.fullmatch("[0-9]{12}", self.account_id):
            raise _wrong("account_id", self.account_id, '12 digits: account_id="111122223333"')
        set_(self, "start_time", _moment(self.start_time))
        if self.clock == "real" and self.start_time is not None:
            raise _wrong(
                "start_time",
                self.start_time.isoformat(),
                'none, as the wall clock of clock="real" starts when it does.\nLeave out'
                ' start_time, or let the fake have a time of its own: clock="virtual"',
            )
        if self.clock == "real" and self.sleep == "instant" and "sleep" in self.said:
            raise _wrong(
                "sleep",
                self.sleep,
                '"real", as nothing but waiting moves the wall clock of clock="real".\nLeave out'
                ' sleep, or let the fake have a time of its own: clock="virtual"',
            )
        for name in ("validation_delay", "copy_duration"):
            set_(self, name, _duration(name, getattr(self, name)))
        set_(self, "max_concurrent_copies", _whole("max_concurrent_copies", self, least=1))
        set_(self, "passthrough", _names(self.passthrough))
        set_(self, "seed", _whole("seed", self, least=0))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all options, in order."""
        return tuple(cls.__dataclass_fields__)

    def overridden(self, overrides: Mapping[str, Any]) -> Options:
        """Return these options with *overrides* on top.

        Raises:
            UsageError: a key is not the name of an option, or its value is not of its form.
        """
        if not overrides:
            return self
        known = self.names()
        for name in overrides:
            if name not in known:
                msg = f"No option is named {name!r}.{nearest(name, known)}\nOptions: " + ", ".join(
                    known
                )
                raise UsageError(msg)
        return Options(**{**self.as_said(), **overrides})

    def as_said(self) -> dict[str, Any]:
        """Return the options that were given a value, with it."""
        return {name: getattr(self, name) for name in self.names() if name in self.said}


def _wrong(name: str, value: object, expected: str) -> UsageError:
    return UsageError(f"fake_ec2 option {name}={value!r}: expected {expected}")


def _require_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        listed = " or ".join(f'"{choice}"' for choice in choices)
        raise _wrong(name, value, listed + "." + nearest(str(value), choices))


def _moment(given: object) -> datetime | None:
    expected = 'an aware datetime or ISO 8601 with an offset: start_time="2026-01-31T12:00:00Z"'
    moment = given
    if isinstance(given, str):
        try:
            moment = datetime.fromisoformat(given.strip().replace("Z", "+00:00"))
        except ValueError:
            raise _wrong("start_time", given, expected) from None
    if moment is None:
        return None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise _wrong("start_time", given, expected)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise _wrong("start_time", given, f"a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return moment.astimezone(timezone.utc)


def _duration(name: str, given: object) -> timedelta:
    expected = f"a timedelta or seconds, not negative: {name}=30"
    if isinstance(given, timedelta):
        duration = given
    else:
        try:
            duration = timedelta(seconds=float(given))  # type: ignore[arg-type]  # refused below
        except (TypeError, ValueError, OverflowError):
            raise _wrong(name, given, expected) from None
    if isinstance(given, bool) or duration < timedelta(0):
        raise _wrong(name, given, expected)
    return duration


def _whole(name: str, options: Options, *, least: int) -> int:
    value = getattr(options, name)
    expected = f"a whole number, at least {least}"
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]+\s*", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _wrong(name, value, expected)
    return value


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    expected = 'a list of services or operations: passthrough=["s3", "ec2:DescribeInstances"]'
    if not isinstance(value, Iterable):
        raise _wrong("passthrough", value, expected)
    names = tuple(value)
    for name in names:
        if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9-]+(:[A-Za-z0-9]+)?", name):
            raise _wrong("passthrough", value, expected)
    return names
