"""Shapes that no served operation has, so that a newer botocore does not break the wire."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.errors import InternalError
from pytest_fakecopy.wire import json, query, xml
from pytest_fakecopy.wire.model import Operation, Service
from tests.wire.samples import MOMENT

SHAPES: dict[str, Any] = {
    "Text": {"type": "string"},
    "Letter": {"type": "character"},
    "Flag": {"type": "boolean"},
    "Small": {"type": "integer"},
    "Large": {"type": "long"},
    "Ratio": {"type": "float"},
    "Exact": {"type": "double"},
    "Moment": {"type": "timestamp"},
    "Bytes": {"type": "blob"},
    "Plain": {"type": "list", "member": {"shape": "Text"}},
    "Named": {"type": "list", "member": {"shape": "Text", "locationName": "Entry"}},
    "Flat": {"type": "list", "flattened": True, "member": {"shape": "Text"}},
    "FlatNamed": {
        "type": "list",
        "flattened": True,
        "member": {"shape": "Text", "locationName": "One"},
    },
    "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Tree"}},
    "FlatMap": {
        "type": "map",
        "flattened": True,
        "key": {"shape": "Text", "locationName": "K"},
        "value": {"shape": "Small", "locationName": "V"},
    },
    "Tree": {
        "type": "structure",
        "members": {"Name": {"shape": "Text"}, "Branches": {"shape": "Trees"}},
    },
    "Trees": {"type": "list", "member": {"shape": "Tree"}},
}
MEMBERS: dict[str, Any] = {
    "Text": {"shape": "Text", "locationName": "text"},
    "Other": {"shape": "Text", "locationName": "other", "queryName": "another"},
    "Letter": {"shape": "Letter"},
    "Flag": {"shape": "Flag"},
    "Small": {"shape": "Small"},
    "Large": {"shape": "Large"},
    "Ratio": {"shape": "Ratio"},
    "Exact": {"shape": "Exact"},
    "Moment": {"shape": "Moment"},
    "Bytes": {"shape": "Bytes"},
    "Plain": {"shape": "Plain"},
    "Named": {"shape": "Named"},
    "Flat": {"shape": "Flat"},
    "FlatNamed": {"shape": "FlatNamed"},
    "Map": {"shape": "Map"},
    "FlatMap": {"shape": "FlatMap"},
    "Tree": {"shape": "Tree"},
}
VALUES: dict[str, Any] = {
    "Text": "a & b",
    "Other": "c",
    "Letter": "<",
    "Flag": False,
    "Small": -(2**31),
    "Large": 2**63 - 1,
    "Ratio": 1.5,
    "Exact": -2e-10,
    "Moment": MOMENT,
    "Bytes": b"\x00\xfe",
    "Plain": ["a", "b"],
    "Named": ["c", "d"],
    "Flat": ["e", "f"],
    "FlatNamed": ["g", "h"],
    "Map": {"x": {"Name": "y", "Branches": []}, "z": {"Name": "q"}},
    "FlatMap": {"one": 1, "two": 2},
    "Tree": {"Name": "root", "Branches": [{"Name": "leaf"}, {"Branches": [{"Name": "deep"}]}]},
}
# botocore 1.40: cuts timestamps in JSON to whole seconds.
JSON_VALUES = {**VALUES, "Moment": MOMENT.replace(microsecond=0)}
# A form has nothing for an empty list of EC2's.
EC2_VALUES = {**VALUES, "Map": {"z": {"Name": "q"}}}


def botocore_model(protocol: str) -> ServiceModel:
    """Return a model of one operation that has every type of shape on both sides."""
    document = {
        "metadata": {
            "apiVersion": "2026-01-01",
            "protocol": protocol,
            "protocols": [protocol],
            "xmlNamespace": "https://example.com/doc/",
            "targetPrefix": "Example",
            "jsonVersion": "1.1",
            "serviceId": "Example",
            "endpointPrefix": "example",
        },
        "operations": {
            "Echo": {
                "name": "Echo",
                "http": {"method": "POST", "requestUri": "/"},
                "input": {"shape": "Everything"},
                "output": {"shape": "Everything", "resultWrapper": "EchoResult"},
            },
            "Nothing": {"name": "Nothing", "http": {"method": "POST", "requestUri": "/"}},
        },
        "shapes": {**SHAPES, "Everything": {"type": "structure", "members": MEMBERS}},
    }
    if protocol != "query":
        del document["operations"]["Echo"]["output"]["resultWrapper"]  # type: ignore[index]
    return ServiceModel(document, service_name="example")


def operation_of(protocol: str, name: str = "Echo") -> Operation:
    """Return one of its operations as the wire sees it."""
    operation = Service("example", botocore_model(protocol)).operation(name)
    assert operation is not None
    return operation


def botocore_request(protocol: str, values: dict[str, Any]) -> bytes:
    """Return the body that botocore sends; its validation knows no characters."""
    serializer = create_serializer(protocol, include_validation=False)
    model = botocore_model(protocol).operation_model("Echo")
    body = serializer.serialize_to_request(values, model)["body"]
    return body if isinstance(body, bytes) else urlencode(body).encode()


def parse(protocol: str, body: bytes) -> dict[str, object]:
    """Return what the wire reads."""
    if protocol == "json":
        return json.parse_parameters(operation_of(protocol), body)
    return query.parse_parameters(operation_of(protocol), query.parse_form(body.decode()))


def serialize(operation: Operation, result: dict[str, object]) -> bytes:
    """Return what the wire writes."""
    if operation.service.protocol == "json":
        return json.serialize(operation, result)
    return xml.serialize(operation, result, "id")


@pytest.mark.parametrize(
    ("protocol", "values"), [("ec2", EC2_VALUES), ("query", VALUES), ("json", JSON_VALUES)]
)
def test_every_type_is_read(protocol: str, values: dict[str, Any]) -> None:
    """What botocore sends of any type of shape is read as what it was."""
    read = parse(protocol, botocore_request(protocol, values))

    assert read == values


@pytest.mark.parametrize("protocol", ["ec2", "query", "json"])
def test_every_type_is_written(protocol: str) -> None:
    """botocore reads an answer of any type of shape as what it was made of."""
    operation = operation_of(protocol)
    result = {**VALUES, "Moment": MOMENT.replace(microsecond=0)}

    body = serialize(operation, result)

    response = {"body": body, "headers": {}, "status_code": 200}
    read = create_parser(protocol).parse(response, operation.output)
    del read["ResponseMetadata"]
    assert read == result


@pytest.mark.parametrize("protocol", ["ec2", "query", "json"])
@pytest.mark.parametrize("number", ["inf", "-inf", "nan"])
def test_special_numbers_are_read(protocol: str, number: str) -> None:
    """Infinity and NaN are read where the model has a float, as botocore sends them."""
    read = parse(protocol, botocore_request(protocol, {"Ratio": float(number)}))

    assert [str(value) for value in read.values()] == [number]
    assert list(read) == ["Ratio"]


@pytest.mark.parametrize(
    ("protocol", "name"),
    [
        ("ec2", "Plain.member.1"),
        ("ec2", "Flat.member.1"),
        ("ec2", "FlatMap.entry.1.K"),
        ("query", "Flat.member.1"),
        ("query", "FlatMap.entry.1.K"),
    ],
)
def test_flat_lists_and_maps_have_no_level_of_their_own(protocol: str, name: str) -> None:
    """No list of EC2 has one either; the lists of AWS Query that aren't flat do."""
    with pytest.raises(Refused, match=f"UnknownParameter: The parameter {name} is not recognized"):
        parse(protocol, f"{name}=a".encode())


def test_recursion_is_bounded() -> None:
    """A shape that contains itself is read down to a depth that no request has, and no further."""
    read = parse("ec2", ("Tree." + "Branches.1." * 10 + "Name=x").encode())

    assert str(read).count("Branches") == 10
    with pytest.raises(Refused, match="UnknownParameter"):
        parse("ec2", ("Tree." + "Branches.1." * 100_000 + "Name=x").encode())


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("FlatMap.1.K=a", id="no-value"),
        pytest.param("FlatMap.1.V=1", id="no-key"),
    ],
)
def test_entries_of_maps_are_whole(form: str) -> None:
    """An entry without its key or its value is refused."""
    with pytest.raises(Refused, match="InvalidParameterValue: An entry of a map needs a key"):
        parse("query", form.encode())


@pytest.mark.parametrize(
    ("member", "text", "expected"),
    [
        ("Ratio", "1,5", "a number"),
        ("Ratio", "nan", "a number"),
        ("Ratio", "1" * 100, "a number"),
        ("Exact", "", "a number"),
        ("Large", str(2**63), "an integer of 64 bits"),
        ("Large", str(-(2**63) - 1), "an integer of 64 bits"),
        ("Bytes", "no base64!", "Base64"),
        ("Bytes", "ü", "Base64"),
    ],
)
def test_values_of_other_types_are_refused(member: str, text: str, expected: str) -> None:
    """A text that is no value of the type is refused with its name."""
    with pytest.raises(Refused) as refused:
        parse("query", urlencode({member: text}).encode())

    assert (refused.value.response.code, refused.value.response.message) == (
        "InvalidParameterValue",
        f"Value ({text}) for parameter {member} is invalid. Expected: {expected}.",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("true", "A boolean can not be converted to a number."),
        ('"x"', "A string can not be converted to a number."),
        ('"infinity"', "A string can not be converted to a number."),
        ("[]", "A list can not be converted to a number."),
        ("1e999", "A number can not be converted to a number of 64 bits."),
        ("9" * 400, "A number can not be converted to a number of 64 bits."),
    ],
)
def test_json_has_only_numbers_for_floats(text: str, message: str) -> None:
    """What is no number of 64 bits is refused where the model has a float."""
    with pytest.raises(Refused) as refused:
        parse("json", b'{"Ratio": %s}' % text.encode())

    assert refused.value.response.message == message


def test_json_has_base64_for_blobs() -> None:
    """What is none is refused."""
    with pytest.raises(Refused, match=r"A string can not be converted to a blob: it is not Base64"):
        parse("json", b'{"Bytes": "no base64!"}')


@pytest.mark.parametrize("protocol", ["ec2", "query", "json"])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("Text", 1),
        ("Letter", 1),
        ("Flag", 1),
        ("Small", True),
        ("Small", 1.5),
        ("Ratio", "1"),
        ("Moment", "2026-01-01"),
        ("Bytes", "text"),
    ],
)
def test_results_of_other_types_are_our_fault(protocol: str, member: str, value: object) -> None:
    """A result that isn't of the model's type is an error of the fake's own."""
    operation = operation_of(protocol)

    with pytest.raises(InternalError, match=r"is no value of the shape "):
        serialize(operation, {member: value})


def test_operation_without_shapes_takes_and_gives_nothing() -> None:
    """An operation without input takes no parameter, one without output answers no member."""
    as_json, as_query = operation_of("json", "Nothing"), operation_of("ec2", "Nothing")

    assert json.parse_parameters(as_json, b"{}") == {}
    assert json.serialize(as_json, {}) == b""
    assert query.parse_parameters(as_query, [("Action", "Nothing")]) == {}
    assert query.parse_parameters(operation_of("query", "Nothing"), []) == {}
    with pytest.raises(Refused, match="SerializationException: The operation takes no param"):
        json.parse_parameters(as_json, b'{"A": 1}')
    with pytest.raises(Refused, match="UnknownParameter: The parameter A is not recognized"):
        query.parse_parameters(as_query, [("A", "1")])
    with pytest.raises(InternalError, match=r"no output for the members \['A'\]"):
        json.serialize(as_json, {"A": 1})
    with pytest.raises(InternalError, match=r"no output for the members \['A'\]"):
        xml.serialize(as_query, {"A": 1}, "id")
