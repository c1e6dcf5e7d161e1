"""AWS JSON as KMS speaks it: bodies that can't be read, and parameters that the model forbids."""

from __future__ import annotations

import json as stdlib_json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.wire import json
from pytest_fakecopy.wire.model import load_service
from tests.wire.samples import MOMENT

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Operation


def operation_of(name: str) -> Operation:
    """Return an operation of KMS that is there."""
    operation = load_service("kms").operation(name)
    assert operation is not None
    return operation


def parse(name: str, document: object) -> dict[str, object]:
    """Return the parameters of a document."""
    return json.parse_parameters(operation_of(name), stdlib_json.dumps(document).encode())


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (b"", {}),
        (b"{}", {}),
        (b' {"Limit": 5}\n', {"Limit": 5}),
        (b'{"Limit": null}', {}),
        (b'{"Limit": 1, "Limit": 2}', {"Limit": 2}),
    ],
)
def test_body_is_read(body: bytes, parameters: dict[str, object]) -> None:
    """A body is an object; what is null in it was not given."""
    assert json.parse_parameters(operation_of("ListKeys"), body) == parameters


def test_elements_that_are_null_are_left_out() -> None:
    """A null in a list or a map is nothing."""
    grant = {"KeyId": "a", "GranteePrincipal": "arn:aws:iam::111122223333:root"}
    read = parse(
        "CreateGrant",
        {
            **grant,
            "Operations": ["Decrypt", None],
            "Constraints": {"EncryptionContextSubset": {"a": "b", "c": None}},
        },
    )

    assert read == {
        **grant,
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"a": "b"}},
    }


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut-off"),
        pytest.param(b"nonsense", id="no-json"),
        pytest.param(b"\xff{}", id="no-utf-8"),
        pytest.param("{}".encode("utf-16"), id="utf-16"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte-order-mark"),
        pytest.param(b'{"Limit": NaN}', id="nan"),
        pytest.param(b'{"Limit": -Infinity}', id="infinity"),
        pytest.param(b'{"Limit": ' + b"9" * 10_000 + b"}", id="many-digits"),
        pytest.param(b'{"Limit": 1e999}', id="infinite-float"),
        pytest.param(b'{"Limit": ' + b"[" * 1_000_000, id="deep-list"),
        pytest.param(b'{"a":' * 1_000_000 + b"1" + b"}" * 1_000_000, id="deep-object"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"1", id="number"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"a"', id="string"),
        pytest.param(b'{"Limit": "5"}', id="string-for-a-number"),
        pytest.param(b'{"Limit": true}', id="boolean-for-a-number"),
        pytest.param(b'{"Limit": 5.5}', id="float-for-an-integer"),
        pytest.param(b'{"Limit": 2147483648}', id="more-than-32-bits"),
        pytest.param(b'{"Marker": 5}', id="number-for-a-string"),
        pytest.param(b'{"Marker": "\\ud800"}', id="half-a-surrogate-pair"),
        pytest.param(b'{"Colour": "red"}', id="unknown-member"),
        pytest.param(b'{"' + b"x" * 5_000_000 + b'": 1}', id="long-name"),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(body: bytes) -> None:
    """A body that is no object of the model's members and types is a SerializationException."""
    with pytest.raises(Refused) as refused:
        json.parse_parameters(operation_of("ListKeys"), body)

    assert refused.value.response.code == "SerializationException"
    assert refused.value.response.status == 400
    assert len(refused.value.response.message) < 500


@pytest.mark.parametrize(
    ("name", "document", "message"),
    [
        ("DescribeKey", {"KeyId": 1}, "A number can not be converted to a string."),
        ("DescribeKey", {"KeyId": {}}, "An object can not be converted to a string."),
        ("ListKeys", {"Limit": "1"}, "A string can not be converted to an integer of 32 bits."),
        ("CreateKey", {"MultiRegion": 1}, "A number can not be converted to a boolean."),
        ("CreateKey", {"Tags": {}}, "An object can not be converted to a list."),
        ("CreateKey", {"Tags": [1]}, "A number can not be converted to the structure Tag."),
        ("CreateGrant", {"Constraints": []}, "A list can not be converted to the structure Gra"),
        (
            "CreateGrant",
            {"Constraints": {"EncryptionContextEquals": True}},
            "A boolean can not be converted to a map.",
        ),
        ("ListKeys", {"Colour": 1}, "ListKeysRequest has no member 'Colour'."),
        ("ListKeys", {"Marker": "\ud800"}, "A string has half of a surrogate pair."),
    ],
)
def test_wrong_types_are_named(name: str, document: object, message: str) -> None:
    """The refusal says what was there and what was expected."""
    with pytest.raises(Refused, match="SerializationException: ") as refused:
        parse(name, document)

    assert refused.value.response.message.startswith(message)


MANY = "x" * 300
TOKENS = f"[{', '.join(['t'] * 11)}]"


@pytest.mark.parametrize(
    ("name", "document", "violations"),
    [
        pytest.param("DescribeKey", {}, ["Value null at 'keyId' * not be null"], id="missing"),
        pytest.param(
            "DescribeKey",
            {"KeyId": ""},
            ["Value '' at 'keyId' * have length greater than or equal to 1"],
            id="too-short",
        ),
        pytest.param(
            "CreateAlias",
            {"AliasName": MANY, "TargetKeyId": "a"},
            [f"Value '{MANY[:256]}...' at 'aliasName' * have length less than or equal to 256"],
            id="too-long",
        ),
        pytest.param(
            "CreateAlias",
            {"AliasName": "ä", "TargetKeyId": "a"},
            ["Value 'ä' at 'aliasName' * satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"],
            id="pattern",
        ),
        pytest.param(
            "ListKeys",
            {"Limit": 1001},
            ["Value '1001' at 'limit' * have value less than or equal to 1000"],
            id="too-large",
        ),
        pytest.param(
            "ScheduleKeyDeletion",
            {"KeyId": "a", "PendingWindowInDays": 0},
            ["Value '0' at 'pendingWindowInDays' * have value greater than or equal to 1"],
            id="too-small",
        ),
        pytest.param(
            "CreateKey",
            {"Tags": [{"TagKey": "a", "TagValue": "b"}, {"TagKey": "", "TagValue": "b"}]},
            ["Value '' at 'tags.2.member.tagKey' * have length greater than or equal to 1"],
            id="in-a-list",
        ),
        pytest.param(
            "CreateGrant",
            {
                "KeyId": "a",
                "GranteePrincipal": "arn:aws:iam::111122223333:root",
                "Operations": [],
                "GrantTokens": ["t"] * 11,
                "Constraints": {},
            },
            [
                f"Value '{TOKENS}' at 'grantTokens' * have length less than or equal to 10",
            ],
            id="too-many",
        ),
        pytest.param(
            "CreateAlias",
            {},
            [
                "Value null at 'aliasName' * not be null",
                "Value null at 'targetKeyId' * not be null",
            ],
            id="two-of-them",
        ),
    ],
)
def test_violations_are_answered_in_the_words_of_kms(
    name: str, document: object, violations: list[str]
) -> None:
    """What the model forbids is a ValidationException that lists every violation."""
    told = "; ".join(
        v.replace("*", "failed to satisfy constraint: Member must") for v in violations
    )
    plural = "s" if len(violations) > 1 else ""

    with pytest.raises(Refused) as refused:
        parse(name, document)

    assert refused.value.response.code == "ValidationException"
    assert refused.value.response.message == (
        f"{len(violations)} validation error{plural} detected: {told}"
    )


def test_enumerations_are_closed() -> None:
    """A value that the model doesn't list is refused with those that it does."""
    with pytest.raises(Refused, match=r"'keySpec' .* enum value set: \[RSA_2048, RSA_3072, "):
        parse("CreateKey", {"KeySpec": "ROT13"})


def test_sensitive_values_are_not_repeated() -> None:
    """A value that the model marks as sensitive is not in the text."""
    operation = load_service("kms").operation("Encrypt")
    assert operation is not None

    with pytest.raises(Refused, match=r"detected: Value at 'plaintext' failed to satisfy"):
        json.parse_parameters(operation, b'{"KeyId": "a", "Plaintext": ""}')


@pytest.mark.parametrize("text", ['"no base64!"', '"ü"', "1"])
def test_blobs_are_base64(text: str) -> None:
    """What is no Base64 is no blob."""
    operation = load_service("kms").operation("Decrypt")
    assert operation is not None

    with pytest.raises(Refused, match=r"SerializationException: A .* can not be converted to a "):
        json.parse_parameters(operation, f'{{"CiphertextBlob": {text}}}'.encode())


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("1767323045.678", True), ("1767323045", True), ('"2026-01-02T03:04:05.678Z"', True),
        ("1e300", False), ('"soon"', False), ("true", False), ("[]", False),
    ],
)  # fmt: skip
def test_timestamps_are_seconds(text: str, *, accepted: bool) -> None:
    """A moment is a number of seconds, or a text that can be read as one."""
    operation = load_service("kms").operation("ImportKeyMaterial")
    assert operation is not None
    blobs = '"ImportToken": "YQ==", "EncryptedKeyMaterial": "YQ=="'
    body = f'{{"KeyId": "a", {blobs}, "ValidTo": {text}}}'

    if accepted:
        read: Any = json.parse_parameters(operation, body.encode())["ValidTo"]
        assert abs((read - MOMENT).total_seconds()) < 1
        return
    with pytest.raises(Refused, match="can not be converted to a timestamp"):
        json.parse_parameters(operation, body.encode())


def test_answers_are_compact_and_in_milliseconds() -> None:
    """An answer has the model's names, seconds with their milliseconds, and nothing of None."""
    metadata = {"KeyId": "a", "Description": None, "CreationDate": MOMENT, "Enabled": True}

    assert json.serialize(operation_of("CreateKey"), {"KeyMetadata": metadata}) == (
        b'{"KeyMetadata":{"KeyId":"a","CreationDate":1767323045.678,"Enabled":true}}'
    )


def test_a_member_of_a_later_model_is_left_out() -> None:
    """What the installed botocore doesn't know its client couldn't read."""
    assert json.serialize(operation_of("CreateKey"), {"Colour": "red"}) == b"{}"
