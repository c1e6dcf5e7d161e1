"""The documents themselves: what other readers than botocore rely on."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from pytest_fakecopy.domain.error_codes import ErrorResponse
from pytest_fakecopy.errors import InternalError
from pytest_fakecopy.wire import xml
from pytest_fakecopy.wire.model import load_service
from tests.wire.samples import botocore_response

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Operation


def operation_of(name: str, service: str = "ec2") -> Operation:
    """Return an operation that is there."""
    operation = load_service(service).operation(name)
    assert operation is not None
    return operation


def test_copy_snapshot_is_answered_as_the_reference_shows() -> None:
    """The answer has EC2's namespace with its slash, and the request id as first element."""
    body = xml.serialize(operation_of("CopySnapshot"), {"SnapshotId": "snap-1"}, "id-1")

    assert body == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<CopySnapshotResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        b"<requestId>id-1</requestId><snapshotId>snap-1</snapshotId></CopySnapshotResponse>"
    )


def test_members_have_the_names_of_the_wire() -> None:
    """State is `status`, lists have `item`, booleans and numbers are written as XML has them."""
    snapshot = {"State": "error", "StateMessage": None, "VolumeSize": 0, "Encrypted": False,
                "Tags": [{"Key": "a", "Value": "b"}]}  # fmt: skip

    body = xml.serialize(operation_of("DescribeSnapshots"), {"Snapshots": [snapshot]}, "id-1")

    assert (
        b"<snapshotSet><item><status>error</status><volumeSize>0</volumeSize>"
        b"<encrypted>false</encrypted><tagSet><item><key>a</key><value>b</value></item></tagSet>"
        b"</item></snapshotSet>"
    ) in body


def test_operation_without_output_answers_true() -> None:
    """Where the model has no output EC2 says that it went well."""
    body = xml.serialize(operation_of("DeleteSnapshot"), {}, "id-1")

    assert body.endswith(
        b"<requestId>id-1</requestId><return>true</return></DeleteSnapshotResponse>"
    )


def test_sts_has_an_envelope_of_its_own() -> None:
    """STS puts the result into an element, and the request id behind it."""
    body = xml.serialize(operation_of("GetCallerIdentity", "sts"), {"Account": "1"}, "id-1")

    assert body == (
        b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        b"<GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult>"
        b"<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata>"
        b"</GetCallerIdentityResponse>"
    )


def test_errors_have_the_envelope_of_ec2() -> None:
    """EC2 has a list of one error, and `RequestID` in capitals."""
    error = ErrorResponse("InvalidRegion", "<x> is not a valid region name.")

    assert xml.serialize_error(load_service("ec2"), error, "id-1") == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b"<Response><Errors><Error><Code>InvalidRegion</Code>"
        b"<Message>&lt;x&gt; is not a valid region name.</Message></Error></Errors>"
        b"<RequestID>id-1</RequestID></Response>"
    )


@pytest.mark.parametrize(("status", "whose"), [(400, "Sender"), (403, "Sender"), (500, "Receiver")])
def test_errors_of_sts_say_whose_they_are(status: int, whose: str) -> None:
    """STS tells errors of the client from its own."""
    error = ErrorResponse("Code", "Text", status)

    body = xml.serialize_error(load_service("sts"), error, "id-1").decode()

    assert body == (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
        f"<Type>{whose}</Type><Code>Code</Code><Message>Text</Message></Error>"
        "<RequestId>id-1</RequestId></ErrorResponse>"
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("\0\x01\x08\x0b\x0c\x0e\x1f", "\ufffd" * 7, id="controls"),
        pytest.param("\ud800\udfff", "\ufffd\ufffd", id="surrogates"),
        pytest.param("\ufffe\uffff", "\ufffd\ufffd", id="noncharacters"),
        pytest.param("\t\n\r\r\n", "\t\n\r\r\n", id="white-space"),
        pytest.param("]]><!--&amp;", "]]><!--&amp;", id="markup"),
        pytest.param("a<b", "a<b", id="less"),
        pytest.param("a>b", "a>b", id="greater"),
        pytest.param("a&b", "a&b", id="ampersand"),
        pytest.param("\x7f\x85\u2028\U0001f600", "\x7f\x85\u2028\U0001f600", id="odd"),
    ],
)
def test_any_text_makes_a_document(text: str, read: str) -> None:
    """Any str can be parsed again; what XML 1.0 can't hold comes back as U+FFFD."""
    body = xml.serialize(operation_of("CreateSnapshot"), {"Description": text}, text)
    error = xml.serialize_error(load_service("ec2"), ErrorResponse(text, text), text)

    assert botocore_response("ec2", "CreateSnapshot", body)["Description"] == read
    # It is our own document.
    assert ET.fromstring(error).findtext("Errors/Error/Message") == read  # noqa: S314


def test_subclasses_of_str_are_texts() -> None:
    """A member of an enumeration of strings is written as its text."""

    class Name(str, Enum):
        A = "a"

    body = xml.serialize(operation_of("CreateSnapshot"), {"Description": Name.A}, "id-1")

    assert b"<description>a</description>" in body


def test_a_member_of_a_later_model_is_left_out() -> None:
    """What the installed botocore doesn't know its client couldn't read."""
    body = xml.serialize(operation_of("CreateSnapshot"), {"Colour": "x", "Encrypted": True}, "id")

    assert b"<encrypted>true</encrypted>" in body
    assert b"olour" not in body


@pytest.mark.parametrize("value", ["2026-01-01", datetime(2026, 1, 1)])  # noqa: DTZ001
def test_moments_are_aware(value: object) -> None:
    """What is no aware datetime is not printed as one."""
    with pytest.raises(InternalError, match="is no value of the shape"):
        xml.serialize(operation_of("CreateSnapshot"), {"StartTime": value}, "id-1")
