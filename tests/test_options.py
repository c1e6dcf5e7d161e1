"""Options: every value in its one form, or refused by name."""

from __future__ import annotations

import copy
import pickle
from dataclasses import asdict, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pytest_fakecopy.errors import UsageError
from pytest_fakecopy.options import Options


def test_the_defaults_are_those_of_the_documentation() -> None:
    """Nothing has to be given."""
    options = Options()

    assert (options.rules, options.clock, options.sleep) == ("documented", "freezegun", "instant")
    assert (options.account_id, options.credentials) == ("111122223333", "lenient")
    assert options.start_time is None
    assert options.validation_delay == timedelta(seconds=5)
    assert options.copy_duration == timedelta(seconds=60)
    assert options.max_concurrent_copies == 20
    assert options.passthrough == ()
    assert options.seed == 0


NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
EASTERN = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        pytest.param("start_time", NOON, NOON, id="aware"),
        pytest.param("start_time", datetime(2026, 1, 31, 7, tzinfo=EASTERN), NOON, id="zone"),
        pytest.param("start_time", "2026-01-31T12:00:00Z", NOON, id="iso-z"),
        pytest.param("start_time", " 2026-01-31T07:00:00-05:00 ", NOON, id="iso-offset"),
        pytest.param("start_time", None, None, id="now"),
        pytest.param("validation_delay", 2, timedelta(seconds=2), id="seconds"),
        pytest.param("validation_delay", 0.5, timedelta(seconds=0.5), id="part-of-a-second"),
        pytest.param("copy_duration", "90", timedelta(seconds=90), id="seconds-as-text"),
        pytest.param("copy_duration", timedelta(hours=1), timedelta(hours=1), id="timedelta"),
        pytest.param("copy_duration", 0, timedelta(0), id="no-time"),
        pytest.param("max_concurrent_copies", 1, 1, id="one"),
        pytest.param("max_concurrent_copies", " 5 ", 5, id="number-as-text"),
        pytest.param("seed", 0, 0, id="seed"),
        pytest.param("passthrough", ["s3", "ec2:DescribeInstances"], None, id="list"),
        pytest.param("passthrough", "s3, ec2:DescribeInstances", None, id="commas"),
        pytest.param("passthrough", "s3\nec2:DescribeInstances", None, id="lines"),
        pytest.param("passthrough", iter(("s3", "ec2:DescribeInstances")), None, id="iterator"),
        pytest.param("passthrough", "", (), id="none"),
        pytest.param("account_id", "444455556666", "444455556666", id="account"),
        pytest.param("clock", "time-machine", "time-machine", id="choice"),
    ],
)
def test_values_are_brought_into_one_form(name: str, given: Any, kept: Any) -> None:
    """Whatever the way in: a marker, an ini file or a call."""
    expected = ("s3", "ec2:DescribeInstances") if name == "passthrough" and kept is None else kept

    options = Options(**{name: given})

    assert getattr(options, name) == expected


CHOICES = {
    "rules": '"documented" or "observed".',
    "clock": '"freezegun" or "time-machine" or "virtual" or "real".',
    "sleep": '"instant" or "real".',
    "credentials": '"lenient" or "strict".',
}
MOMENT = 'an aware datetime or ISO 8601 with an offset: start_time="2026-01-31T12:00:00Z"'
YEARS = "a year from 1970 to 9998"
NAMES = 'a list of services or operations: passthrough=["s3", "ec2:DescribeInstances"]'
ACCOUNT = '12 digits: account_id="111122223333"'


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        pytest.param("rules", "document", CHOICES["rules"] + " Did you mean 'documented'?", id="r"),
        pytest.param("clock", "x", CHOICES["clock"], id="clock"),
        pytest.param("clock", None, CHOICES["clock"], id="no-clock"),
        pytest.param("sleep", 0, CHOICES["sleep"], id="sleep"),
        pytest.param("credentials", "", CHOICES["credentials"], id="credentials"),
        pytest.param("account_id", "1234", ACCOUNT, id="account"),
        pytest.param("account_id", "11112222333x", ACCOUNT, id="account-letters"),
        pytest.param("account_id", 111122223333, ACCOUNT, id="account-number"),
        pytest.param("start_time", "yesterday", MOMENT, id="no-time"),
        pytest.param("start_time", datetime(2026, 1, 31), MOMENT, id="naive"),  # noqa: DTZ001
        pytest.param("start_time", "2026-01-31T12:00:00", MOMENT, id="naive-text"),
        pytest.param("start_time", 0, MOMENT, id="epoch"),
        pytest.param("start_time", "1969-12-31T23:59:59Z", YEARS, id="before-all-clocks"),
        pytest.param("start_time", "9999-12-31T23:59:59-01:00", YEARS, id="beyond-9999"),
        *(
            pytest.param(
                "copy_duration",
                given,
                "a timedelta or seconds, not negative: copy_duration=30",
                id=f"duration-{given}",
            )
            for given in (
                -1,
                timedelta(seconds=-1),
                "long",
                None,
                True,
                float("nan"),
                float("inf"),
                1e30,
            )
        ),
        *(
            pytest.param(
                "max_concurrent_copies", given, "a whole number, at least 1", id=f"limit-{given}"
            )
            for given in (0, -1, 1.5, True, "many", None)
        ),
        pytest.param("seed", -1, "a whole number, at least 0", id="seed"),
        pytest.param("passthrough", None, NAMES, id="passthrough-none"),
        pytest.param("passthrough", ["S3"], NAMES, id="passthrough-upper-case"),
        pytest.param("passthrough", ["s3", 7], NAMES, id="passthrough-number"),
        pytest.param("passthrough", ["ec2:"], NAMES, id="passthrough-no-operation"),
    ],
)
def test_values_of_another_form_are_refused(name: str, given: Any, expected: str) -> None:
    """The message has the option, the value and what was expected."""
    with pytest.raises(UsageError) as caught:
        Options(**{name: given})

    assert str(caught.value) == f"fake_ec2 option {name}={given!r}: expected {expected}"


def test_the_wall_clock_is_moved_by_no_sleep() -> None:
    """To ask for both is a contradiction; the default is not asked for."""
    with pytest.raises(UsageError) as caught:
        Options(clock="real", sleep="instant")

    assert str(caught.value) == (
        "fake_ec2 option sleep='instant': expected \"real\", as nothing but waiting moves the wall"
        ' clock of clock="real".\nLeave out sleep, or let the fake have a time of its own:'
        ' clock="virtual"'
    )
    assert Options(clock="real", sleep="real").sleep == "real"
    assert Options(clock="real").clock == "real"


def test_options_are_overridden_one_by_one() -> None:
    """The others stay, and so do the options that are overridden."""
    base = Options(rules="observed", seed=7)

    options = base.overridden({"seed": "8", "copy_duration": 3})

    assert options == Options(rules="observed", seed=8, copy_duration=timedelta(seconds=3))
    assert base.seed == 7


def test_an_unknown_option_is_answered_with_the_nearest() -> None:
    """And with the names of all."""
    with pytest.raises(UsageError) as caught:
        Options().overridden({"copy_durations": 3})

    assert str(caught.value) == (
        "No option is named 'copy_durations'. Did you mean 'copy_duration'?\n"
        f"Options: {', '.join(Options.names())}"
    )


def test_overriding_refuses_bad_values() -> None:
    """As making the options does."""
    with pytest.raises(UsageError, match=r"^fake_ec2 option seed='x': expected a whole number"):
        Options().overridden({"seed": "x"})


def test_options_know_what_was_said() -> None:
    """Also where that is the default, and whether it was said first or on top."""
    options = Options(seed=0, rules="observed").overridden({"sleep": "instant"})

    assert options.as_said() == {"rules": "observed", "sleep": "instant", "seed": 0}
    assert Options().as_said() == {}
    sent = pickle.loads(pickle.dumps(options))  # noqa: S301  # our own
    for copied in (copy.copy(options), copy.deepcopy(options), sent):
        assert copied == options
        assert copied.as_said() == options.as_said()
    assert options == Options(rules="observed")
    assert "said" not in repr(options)


def test_replacing_some_options_says_no_others() -> None:
    """`dataclasses.replace` gives every option again; what is as by default was not said."""
    options = replace(Options(rules="observed", seed=3), seed=7, sleep="real")

    assert options.as_said() == {"rules": "observed", "sleep": "real", "seed": 7}
    assert replace(Options(), copy_duration=timedelta(90)).as_said() == {
        "copy_duration": timedelta(90)
    }


def test_every_field_is_an_option() -> None:
    """What `dataclasses` makes of options makes the same options again."""
    options = Options(rules="observed", start_time=NOON, passthrough=("s3",))

    assert asdict(options).keys() == set(Options.names())
    assert Options(**asdict(options)) == options
