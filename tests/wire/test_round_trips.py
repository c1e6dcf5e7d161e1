"""Every served operation, both ways, against botocore's own half of the protocols."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.wire import json, query, xml
from pytest_fakecopy.wire.model import load_service
from tests.wire.samples import (
    MOMENT,
    SERVED,
    botocore_model,
    botocore_request,
    botocore_response,
    sample,
)

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Operation

REQUEST_ID = "6d3c1f0e-0000-4000-8000-000000000001"


def operation_of(service: str, name: str) -> Operation:
    """Return an operation that is there."""
    operation = load_service(service).operation(name)
    assert operation is not None
    return operation


def parse(service: str, name: str, body: bytes) -> dict[str, object]:
    """Return the parameters of a body, as the gateway reads them."""
    operation = operation_of(service, name)
    if operation.service.protocol == "json":
        return json.parse_parameters(operation, body)
    return query.parse_parameters(operation, query.parse_form(body.decode()))


def serialize(service: str, name: str, result: dict[str, Any]) -> bytes:
    """Return the body of an answer, as the gateway writes it."""
    operation = operation_of(service, name)
    if operation.service.protocol == "json":
        return json.serialize(operation, result)
    return xml.serialize(operation, result, REQUEST_ID)


@pytest.mark.parametrize(("service", "name"), SERVED)
def test_what_botocore_sends_is_read(service: str, name: str) -> None:
    """A request that botocore's serialiser makes is read as the parameters it was made of."""
    shape = botocore_model(service, name).input_shape
    parameters = sample(shape) if shape is not None else {}

    read = parse(service, name, botocore_request(service, name, parameters))

    assert read == parameters


@pytest.mark.parametrize(("service", "name"), SERVED)
def test_what_is_answered_botocore_reads(service: str, name: str) -> None:
    """An answer is read by botocore's parser as the result it was made of."""
    shape = botocore_model(service, name).output_shape
    # STS prints whole seconds.
    moment = MOMENT.replace(microsecond=0) if service == "sts" else MOMENT
    result = sample(shape, moment) if shape is not None else {}

    read = botocore_response(service, name, serialize(service, name, result))

    metadata = read.pop("ResponseMetadata")
    assert read == result
    assert metadata["HTTPStatusCode"] == 200
    if service != "kms":
        assert metadata["RequestId"] == REQUEST_ID


@pytest.mark.parametrize(("service", "name"), SERVED)
def test_members_that_are_none_are_left_out(service: str, name: str) -> None:
    """A result of nothing but None is an empty answer."""
    shape = botocore_model(service, name).output_shape
    result = dict.fromkeys(shape.members) if shape is not None else {}

    read = botocore_response(service, name, serialize(service, name, result))

    del read["ResponseMetadata"]
    assert read == {}


@pytest.mark.parametrize("service", ["ec2", "kms", "sts"])
@pytest.mark.parametrize("message", ["Given key ID is not accessible", "<&>\"' ü\r\n", ""])
def test_errors_are_read_by_botocore(service: str, message: str) -> None:
    """An error comes out of botocore with its code and its message."""
    error = ErrorResponse("InvalidParameterValue", message, 400)
    name = {"ec2": "CopySnapshot", "kms": "DescribeKey", "sts": "AssumeRole"}[service]
    model = load_service(service)

    body = (
        json.serialize_error(error)
        if service == "kms"
        else xml.serialize_error(model, error, REQUEST_ID)
    )

    read = botocore_response(service, name, body, 400)
    # botocore 1.43: gives None for an element without text in an error.
    assert (read["Error"]["Code"], read["Error"]["Message"] or "") == (error.code, message)
    if service != "kms":
        assert read["ResponseMetadata"]["RequestId"] == REQUEST_ID


def test_timestamps_keep_their_moment_in_other_time_zones() -> None:
    """A moment of another time zone is printed in UTC."""
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=-5)))

    body = serialize("ec2", "CreateSnapshot", {"StartTime": elsewhere})

    assert b"<startTime>2026-01-02T03:04:05.678Z</startTime>" in body
