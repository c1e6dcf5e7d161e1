"""Faults that a test sets up, each used up in order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.domain.faults import CopyFault, Faults, RequestFault
from pytest_fakecopy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATIONS = frozenset({"CopySnapshot", "DescribeSnapshots"})


def faults() -> Faults:
    """Build faults without any."""
    return Faults(OPERATIONS, lambda _holding: None)


def test_a_rejected_request_meets_its_error_once() -> None:
    """Without a message the text names the code."""
    made = faults()
    made.reject("CopySnapshot", "RequestLimitExceeded", status=503)

    first, second = made.take_request("CopySnapshot"), made.take_request("CopySnapshot")

    error = ErrorResponse(
        "RequestLimitExceeded", "RequestLimitExceeded, as the test asked for.", 503
    )
    assert first == RequestFault("CopySnapshot", error)
    assert second is None


def test_faults_are_met_in_order_by_requests_of_their_operation() -> None:
    """Those of other operations are left alone; `times` counts requests."""
    made = faults()
    made.reject("CopySnapshot", "InternalError", "1")
    made.disconnect("DescribeSnapshots", times=2)
    made.reject("CopySnapshot", "InvalidSnapshot.NotFound", "")

    met = [
        made.take_request(name)
        for name in ("DescribeSnapshots", *["CopySnapshot"] * 3, *["DescribeSnapshots"] * 2)
    ]

    outcomes = [fault.outcome if fault else None for fault in met]
    assert outcomes == [
        "closed",
        ErrorResponse("InternalError", "1"),
        ErrorResponse("InvalidSnapshot.NotFound", ""),
        None,
        "closed",
        None,
    ]


def test_a_connection_can_time_out() -> None:
    """The kind is what the transport raises."""
    made = faults()

    made.disconnect("CopySnapshot", kind="timeout")

    assert made.take_request("CopySnapshot") == RequestFault("CopySnapshot", "timeout")


def test_copies_fail_in_the_order_of_their_faults() -> None:
    """A duration may be given in seconds."""
    made = faults()
    made.fail_copies("first", after=30)
    made.fail_copies("second", after=timedelta(minutes=1), times=2)
    made.fail_copies("third")

    met = [made.take_copy() for _ in range(5)]

    assert met == [
        CopyFault("first", timedelta(seconds=30)),
        CopyFault("second", timedelta(minutes=1)),
        CopyFault("second", timedelta(minutes=1)),
        CopyFault("third", None),
        None,
    ]


def test_what_nothing_met_is_told() -> None:
    """At the end a test learns which of its faults had no effect."""
    made = faults()
    made.reject("CopySnapshot", "Unavailable", times=10**18)
    made.fail_copies("message")
    made.take_request("CopySnapshot")

    rejection = RequestFault(
        "CopySnapshot", ErrorResponse("Unavailable", "Unavailable, as the test asked for.")
    )
    assert made.unused() == ((rejection, 10**18 - 1), (CopyFault("message", None), 1))
    assert repr(made) == "<Faults 1000000000000000000 unused>"


def test_a_fault_without_a_number_of_times_stays() -> None:
    """What was set up before it comes first, and what comes later is never met."""
    made = faults()
    made.reject("CopySnapshot", "InternalError", "1")
    made.reject("CopySnapshot", "InternalError", "2", times=None)
    made.reject("CopySnapshot", "InternalError", "3")
    made.fail_copies("message", times=None)

    met = [made.take_request("CopySnapshot") for _ in range(4)]
    copies = [made.take_copy() for _ in range(3)]

    texts = [fault.outcome.message for fault in met if fault]  # type: ignore[union-attr]  # all errors
    assert texts == ["1", "2", "2", "2"]
    assert copies == [CopyFault("message", None)] * 3
    never = RequestFault("CopySnapshot", ErrorResponse("InternalError", "3"))
    assert made.unused() == ((never, 1),)


def test_a_fault_for_good_that_nothing_met_is_told_once() -> None:
    """It should have been met at least once."""
    made = faults()

    made.disconnect("CopySnapshot", times=None)

    assert made.unused() == ((RequestFault("CopySnapshot", "closed"), 1),)


def test_visibility_is_delayed_and_the_delay_taken_back() -> None:
    """In seconds or as a duration."""
    made = faults()

    made.delay_visibility(3)
    delay = made.visibility_delay
    made.delay_visibility(timedelta(0))

    assert delay == timedelta(seconds=3)
    assert made.visibility_delay == timedelta(0)


@pytest.mark.parametrize(
    ("set_up", "message"),
    [
        pytest.param(
            lambda made: made.reject("CopySnapshots", "Unavailable"),
            "No operation 'CopySnapshots' is served. Did you mean 'CopySnapshot'?",
            id="operation",
        ),
        pytest.param(
            lambda made: made.disconnect("x"), "No operation 'x' is served.", id="disconnect"
        ),
        pytest.param(
            lambda made: made.reject("CopySnapshot", "no code"),
            "reject('CopySnapshot', 'no code'): expected an error code, \"RequestLimitExceeded\".",
            id="code",
        ),
        pytest.param(
            lambda made: made.reject("CopySnapshot", "internal-error"),
            "reject('CopySnapshot', 'internal-error'): expected an error code,"
            " \"RequestLimitExceeded\". Did you mean 'InternalError'?",
            id="code-in-other-letters",
        ),
        pytest.param(
            lambda made: made.reject("CopySnapshot", "Unavailable", 503),
            "reject(message=503): expected the text of the error, or None",
            id="message",
        ),
        pytest.param(
            lambda made: made.reject(["CopySnapshot"], "Unavailable"),
            "No operation ['CopySnapshot'] is served. Did you mean 'CopySnapshot'?",
            id="operations",
        ),
        pytest.param(
            lambda made: made.reject("CopySnapshot", None),
            "reject('CopySnapshot', None): expected an error code, \"RequestLimitExceeded\".",
            id="no-code",
        ),
        *(
            pytest.param(
                lambda made, status=status: made.reject(
                    "CopySnapshot", "Unavailable", status=status
                ),
                f"reject(status={status!r}): expected an HTTP status of an error, 400 to 599",
                id=f"status-{status}",
            )
            for status in (200, 399, 600, True, "400")
        ),
        *(
            pytest.param(
                lambda made, times=times: made.reject("CopySnapshot", "Unavailable", times=times),
                f"times={times!r}: expected a whole number, at least 1, or None for every time from"
                " now on",
                id=f"times-{times}",
            )
            for times in (0, -1, True, 1.0)
        ),
        pytest.param(
            lambda made: made.disconnect("CopySnapshot", kind="slow"),
            'disconnect(kind=\'slow\'): expected "closed", "timeout" or "lost"',
            id="kind",
        ),
        pytest.param(
            lambda made: made.fail_copies(""),
            "fail_copies(''): expected the StateMessage, a text",
            id="no-state-message",
        ),
        pytest.param(
            lambda made: made.fail_copies(7),
            "fail_copies(7): expected the StateMessage, a text",
            id="state-message",
        ),
        *(
            pytest.param(
                lambda made, after=after: made.fail_copies("message", after=after),
                f"fail_copies(after={after!r}): expected a timedelta or seconds, not negative:"
                " after=30",
                id=f"after-{after}",
            )
            for after in (-1, timedelta(seconds=-1), "30", True, float("nan"), float("inf"))
        ),
        pytest.param(
            lambda made: made.delay_visibility(None),
            "delay_visibility(delay=None): expected a timedelta or seconds, not negative: delay=30",
            id="delay",
        ),
    ],
)
def test_a_fault_that_can_not_be_is_refused(set_up: Callable[[Any], None], message: str) -> None:
    """The message has the value and what was expected, and nothing is set up."""
    made = faults()

    with pytest.raises(UsageError) as caught:
        set_up(made)

    assert str(caught.value) == message
    assert made.unused() == ()
