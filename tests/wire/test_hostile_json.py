"""Bodies that no client of KMS sends: each is answered with an error of KMS's, or carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.wire import json
from pytest_fakecopy.wire.http import HttpRequest
from pytest_fakecopy.wire.model import load_service
from tests.wire import hostile
from tests.wire.samples import OPERATIONS as SERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_fakecopy.wire.model import Operation


def sized(size: int) -> list[pytest.ParameterSet]:
    """Return bodies of that many members or elements, or of a text a hundred times as long."""
    text = b"a" * 100 * size
    members = b",".join(b'"k%d":1' % number for number in range(size))
    return [
        pytest.param(b'{"KeyId":"' + text + b'"}', id=f"long-value-{size}"),
        pytest.param(b'{"' + text + b'":1}', id=f"long-name-{size}"),
        pytest.param(b"{" + members + b"}", id=f"many-members-{size}"),
        pytest.param(b'{"GrantTokens":[' + b'"a",' * size + b'"a"]}', id=f"many-elements-{size}"),
    ]


BODIES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"hello", id="text"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[]", id="list"),
    pytest.param(b'"KeyId"', id="string"),
    pytest.param(b"9" * 5000, id="digits"),
    pytest.param(b'{"KeyId":' + b"9" * 5000 + b"}", id="digits-in-a-member"),
    pytest.param(b'{"KeyId":1e999999}', id="exponent"),
    pytest.param(b'{"KeyId":NaN}', id="nan"),
    pytest.param(b'{"KeyId":"a","KeyId":"b"}', id="member-twice"),
    pytest.param(b'{"KeyId":"\\ud800"}', id="half-a-pair"),
    pytest.param(b'{"KeyId":"\\u0000"}', id="escaped-null"),
    pytest.param(b'{"KeyId":"\x00"}', id="raw-null"),
    pytest.param(b'{"KeyId":"\xff"}', id="no-utf-8"),
    pytest.param(b"\xef\xbb\xbf{}", id="byte-order-mark"),
    pytest.param("{}".encode("utf-16"), id="utf-16"),
    pytest.param(b"{" * 10**5, id="open-braces"),
    pytest.param(b"[" * 10**5 + b"]" * 10**5, id="deep-list"),
    pytest.param(b'{"KeyId":' * 50_000 + b"1" + b"}" * 50_000, id="deep-object"),
    pytest.param(b'{"KeyId":' + b"[" * 900 + b"]" * 900 + b"}", id="deep-member"),
    *sized(1_000),
    pytest.param(b'{"KeyId":{"__proto__":{}}}', id="prototype"),
    pytest.param(b'{"__class__":1}', id="dunder"),
    pytest.param(b"Action=DescribeKey", id="form"),
    pytest.param(b"/* */{}", id="comment"),
    pytest.param(b"{},", id="comma-at-the-end"),
]
LARGE = sized(100_000)
WITH_A_LIST = ("CreateGrant", "DescribeKey")


def with_bodies(operations: Iterable[str]) -> list[pytest.ParameterSet]:
    """Return each operation with each body; those that take a list of texts with megabytes too."""
    return [
        pytest.param(operation, *body.values, id=f"{operation}-{body.id}")
        for operation in operations
        for body in [*BODIES, *(LARGE if operation in WITH_A_LIST else [])]
    ]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEC2]:
    """A fake that all of them are sent to."""
    with FakeEC2(clock="virtual") as fake:
        yield fake


@pytest.mark.parametrize(("operation", "body"), with_bodies(sorted(OPERATIONS["kms"])))
def test_every_operation_of_kms(fake: FakeEC2, operation: str, body: bytes) -> None:
    """Every operation that is served answers every body in KMS's envelope."""
    response = hostile.handle(fake, hostile.target(fake, operation, body))

    error = hostile.error_of(response, "kms")
    assert error is None or error.status < 500


def read(operation: Operation, body: bytes) -> object:
    """Return the parameters in a body, or the error that refuses it."""
    try:
        return json.parse_parameters(operation, body)
    except Refused as refused:
        return refused.response


@pytest.mark.parametrize(("operation", "body"), with_bodies(SERVED["kms"]))
def test_every_reader(operation: str, body: bytes) -> None:
    """A body is read, or refused by a value; nothing else is raised, whatever its shape."""
    model = load_service("kms").operation(operation)
    assert model is not None

    outcome = read(model, body)

    if isinstance(outcome, ErrorResponse):
        assert outcome.code in ("SerializationException", "ValidationException")
        assert len(outcome.message) < 10_000
    else:
        assert isinstance(outcome, dict)


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("", id="empty"),
        pytest.param("TrentService.", id="no-operation"),
        pytest.param("TrentService.Nope", id="unknown"),
        pytest.param("TrentService.__init__", id="dunder"),
        pytest.param("Other.DescribeKey", id="other-service"),
        pytest.param("DescribeKey", id="no-service"),
        pytest.param("TrentService.Describe\r\nKey", id="line-break"),
        pytest.param("x" * 10**6, id="long"),
        pytest.param("TrentService." + "." * 10**6, id="dots"),
        pytest.param("\udcff", id="surrogate"),
    ],
)
def test_targets(fake: FakeEC2, target: str) -> None:
    """A target that names no operation is told so."""
    request = hostile.signed(fake, b"{}", service="kms", headers=hostile.JSON)
    headers = {**request.headers, "x-amz-target": target}
    spoilt = HttpRequest(request.method, request.url, headers, request.body)

    error = hostile.error_of(hostile.handle(fake, spoilt), "kms")

    assert error is not None
    assert (error.status, error.code) == (400, "UnknownOperationException")
