"""Time grows no faster than what is sent: twice as much input takes about twice as many calls."""

from __future__ import annotations

import contextlib
import sys
from time import thread_time
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.wire.json import parse_parameters
from pytest_fakecopy.wire.model import load_service
from tests.wire import hostile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Make = Callable[[FakeEC2, int], Callable[[], object]]
    """Takes a size and returns what has to be done with that much input."""

SMALL, FACTOR = 1_000, 16


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEC2]:
    """A fake with a snapshot to look at."""
    with FakeEC2(clock="virtual") as fake:
        fake.snapshots.add(description="a" * 255)
        yield fake


def describe(make: Callable[[int], bytes]) -> Make:
    """Return what makes DescribeSnapshots whose form grows."""

    def request(fake: FakeEC2, size: int) -> Callable[[], object]:
        whole = hostile.form(fake, "DescribeSnapshots", make(size))
        return lambda: fake._gateway.handle(whole)

    return request


def json(make: Callable[[int], bytes]) -> Make:
    """Return what reads a body for KMS that grows."""
    operation = load_service("kms").operation("DescribeKey")
    assert operation is not None

    def read(_fake: FakeEC2, size: int) -> Callable[[], object]:
        body = make(size)

        def parse() -> None:
            with contextlib.suppress(Refused):
                parse_parameters(operation, body)

        return parse

    return read


GROWING = [
    pytest.param(describe(lambda n: b"&NextToken=" + b"a" * n), id="value"),
    pytest.param(describe(lambda n: b"&" + b"a" * n + b"=1"), id="name"),
    pytest.param(describe(lambda n: b"&NextToken=" + b"%41" * n), id="escapes"),
    pytest.param(describe(lambda n: b"&NextToken=" + b"+" * n), id="pluses"),
    pytest.param(describe(lambda n: b"&" * n), id="empty-fields"),
    pytest.param(describe(lambda n: b"&Filter" + b".1" * n + b"=1"), id="deep"),
    pytest.param(
        describe(lambda n: b"".join(b"&SnapshotId.%d=x" % i for i in range(n))), id="elements"
    ),
    pytest.param(
        describe(lambda n: b"".join(b"&SnapshotId.%d=x" % i for i in range(n, 0, -1))),
        id="elements-backwards",
    ),
    pytest.param(describe(lambda n: b"&SnapshotId=x" * n), id="elements-without-an-index"),
    pytest.param(
        describe(lambda n: b"".join(b"&Junk%d=x" % i for i in range(n))), id="unknown-parameters"
    ),
    pytest.param(
        describe(lambda n: b"".join(b"&Filter.%d.Name=x" % i for i in range(n))), id="filters"
    ),
    pytest.param(
        describe(lambda n: b"&Filter.1.Name=description&Filter.1.Value.1=" + b"a*" * (n // 10)),
        id="wildcards",
    ),
    pytest.param(json(lambda n: b"[" * n), id="json-depth"),
    pytest.param(json(lambda n: b'{"KeyId":"' + b"a" * n + b'"}'), id="json-value"),
    pytest.param(
        json(lambda n: b"{" + b",".join(b'"k%d":1' % i for i in range(n)) + b"}"),
        id="json-members",
    ),
]


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions are called, those of C included."""
    count = 0

    # Coverage doesn't look into a profile function.
    def profile(_frame: object, event: str, _argument: object) -> None:  # pragma: no cover
        nonlocal count
        count += event in ("call", "c_call")

    before: Any = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def seconds_of(work: Callable[[], object]) -> float:
    """Return the least processor time of three runs: inside a function of C nothing is called."""
    times = []
    for _ in range(3):
        start = thread_time()
        work()
        times.append(thread_time() - start)
    return min(times)


@pytest.mark.parametrize("make", GROWING)
def test_growth_is_linear(fake: FakeEC2, make: Make) -> None:
    """Sixteen times the input takes sixteen times the calls, and nowhere near 256 times as long."""
    small, large = make(fake, SMALL), make(fake, SMALL * FACTOR)
    # Names and patterns that were seen before are remembered, up to a number of them.
    small()
    large()

    calls = calls_of(small), calls_of(large)
    seconds = seconds_of(small), seconds_of(large)

    assert calls[1] <= calls[0] * FACTOR * 2 + 1000
    assert seconds[1] <= seconds[0] * FACTOR * 4 + 0.01
