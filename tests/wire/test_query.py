"""The Query protocols beyond what botocore sends: other clients, mistakes, and malice."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_fakecopy.domain.error_codes import Refused
from pytest_fakecopy.wire import query
from pytest_fakecopy.wire.model import load_service

if TYPE_CHECKING:
    from pytest_fakecopy.wire.model import Operation


def operation_of(name: str, service: str = "ec2") -> Operation:
    """Return an operation that is there."""
    operation = load_service(service).operation(name)
    assert operation is not None
    return operation


def parse(name: str, form: str, service: str = "ec2") -> dict[str, object]:
    """Return the parameters of a form."""
    return query.parse_parameters(operation_of(name, service), query.parse_form(form))


@pytest.mark.parametrize(
    ("form", "pairs"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("&&a=1&", [("a", "1")], id="empty-fields"),
        pytest.param("a", [("a", "")], id="no-equals-sign"),
        pytest.param("a=", [("a", "")], id="blank"),
        pytest.param("=b", [("", "b")], id="no-name"),
        pytest.param("a=b=c", [("a", "b=c")], id="equals-sign-in-the-value"),
        pytest.param("a+b=c+d", [("a b", "c d")], id="plus-is-a-space"),
        pytest.param("a=%2B", [("a", "+")], id="escaped-plus"),
        pytest.param("%61=%62", [("a", "b")], id="needless-escapes"),
        pytest.param("a=%2f%3a", [("a", "/:")], id="lower-case-escapes"),
        pytest.param("a=%252F%2525", [("a", "%2F%25")], id="escaped-twice"),
        pytest.param("a=%25&b=%2525", [("a", "%"), ("b", "%25")], id="percent-signs"),
        pytest.param("a=%2541%41", [("a", "%41A")], id="percent-before-an-escape"),
        pytest.param("a=%C3%BC%F0%9D%84%9E", [("a", "ü𝄞")], id="utf-8"),
        pytest.param("a=ü", [("a", "ü")], id="not-escaped"),
        pytest.param("a=%0A%0D%09x\n", [("a", "\n\r\tx\n")], id="white-space"),
        pytest.param("a=1&a=2", [("a", "1"), ("a", "2")], id="twice"),
    ],
)
def test_form_is_decoded(form: str, pairs: list[tuple[str, str]]) -> None:
    """A form is taken apart and its escapes are resolved."""
    assert query.parse_form(form) == pairs


@given(st.lists(st.tuples(st.text("ab%+&=/:é \n.", min_size=1), st.text("xy%25+&=/:?é \n2F3DA"))))
def test_form_is_decoded_as_the_standard_library_does(pairs: list[tuple[str, str]]) -> None:
    """What urllib encodes comes back, in both ways to write a space."""
    for form in (urlencode(pairs), urlencode(pairs, quote_via=quote)):
        assert query.parse_form(form) == parse_qsl(form, keep_blank_values=True) == pairs


@pytest.mark.parametrize(
    ("form", "defect"),
    [
        pytest.param("a=100%", "a % that is not followed by two", id="bare-percent"),
        pytest.param("a=%zz", "a % that is not followed by two", id="no-digits"),
        pytest.param("a=%2", "a % that is not followed by two", id="one-digit"),
        pytest.param("a=%%3A41", "a % that is not followed by two", id="made-by-another-escape"),
        pytest.param("%a=1", "a % that is not followed by two", id="in-the-name"),
        pytest.param("a=%FF", "an escaped text that is not UTF-8", id="no-utf-8"),
        pytest.param("a=%C3", "an escaped text that is not UTF-8", id="cut-off-utf-8"),
        pytest.param("a=%ED%A0%80", "an escaped text that is not UTF-8", id="surrogate"),
        pytest.param("a=\ud800%41", r"the character U\+D800", id="surrogate-in-str"),
        pytest.param("a=%00", r"the character U\+0000", id="null"),
        pytest.param("a=\0", r"the character U\+0000", id="null-not-escaped"),
        pytest.param("a=%1B[0m", r"the character U\+001B", id="control"),
        pytest.param("a=%EF%BF%BE", r"the character U\+FFFE", id="noncharacter"),
    ],
)
def test_form_that_cannot_be_read_is_refused(form: str, defect: str) -> None:
    """Broken escapes, and characters that no XML could hold, are a MalformedQueryString."""
    with pytest.raises(Refused, match=f"^MalformedQueryString: The query .* contains {defect}"):
        query.parse_form(form)


@pytest.mark.parametrize(
    ("form", "ids"),
    [
        pytest.param("SnapshotId.1=a&SnapshotId.2=b", ["a", "b"], id="from-1"),
        pytest.param("SnapshotId.0=a&SnapshotId.1=b", ["a", "b"], id="from-0"),
        pytest.param("SnapshotId.2=b&SnapshotId.1=a", ["a", "b"], id="out-of-order"),
        pytest.param("SnapshotId.10=b&SnapshotId.9=a", ["a", "b"], id="by-number-not-by-text"),
        pytest.param("SnapshotId.5=a&SnapshotId.4000000000=b", ["a", "b"], id="gaps"),
        pytest.param("SnapshotId.99999999999999999999=a", ["a"], id="huge"),
        pytest.param("SnapshotId.01=a", ["a"], id="leading-zero"),
        pytest.param("SnapshotId=a", ["a"], id="no-index"),
        pytest.param("SnapshotId=b&SnapshotId=a", ["b", "a"], id="no-index-twice"),
        pytest.param("SnapshotId.1=b&SnapshotId=a", ["a", "b"], id="no-index-first"),
        pytest.param("SnapshotId.1=", [""], id="blank"),
        pytest.param("SnapshotId=", [""], id="blank-without-index"),
        pytest.param("SnapshotId.1=a&SnapshotId.2=a", ["a", "a"], id="equal-elements"),
    ],
)
def test_lists_are_read_by_index(form: str, ids: list[str]) -> None:
    """Elements come in the order of their indices, whatever indices a client counts with."""
    assert parse("DescribeSnapshots", form) == {"SnapshotIds": ids}


def test_lists_of_structures_need_no_index() -> None:
    """Members without an index belong to one element."""
    form = "TagSpecification.ResourceType=snapshot&TagSpecification.Tag.1.Key=a"

    assert parse("CopySnapshot", form) == {
        "TagSpecifications": [{"ResourceType": "snapshot", "Tags": [{"Key": "a"}]}]
    }


def test_elements_are_put_together() -> None:
    """Members of one element may come in any order, between those of others."""
    form = "Filter.2.Value.2=d&Filter.1.Name=a&Filter.2.Name=b&Filter.2.Value.1=c"

    assert parse("DescribeSnapshots", form) == {
        "Filters": [{"Name": "a"}, {"Name": "b", "Values": ["c", "d"]}]
    }


def test_what_is_for_the_request_is_no_parameter() -> None:
    """Action, Version and what signs a request are left out of its parameters."""
    common = (
        "Action=CopySnapshot&Version=2014-10-01&AWSAccessKeyId=a&Signature=b&SignatureMethod=c"
        "&SignatureVersion=2&Timestamp=d&Expires=e&SecurityToken=f&X-Amz-Algorithm=g"
        "&X-Amz-Credential=h&X-Amz-Date=i&X-Amz-Expires=j&X-Amz-SignedHeaders=k"
        "&X-Amz-Signature=l&X-Amz-Security-Token=m&x-amz-anything=n"
    )

    assert parse("CopySnapshot", f"{common}&SourceRegion=") == {"SourceRegion": ""}


@pytest.mark.parametrize(
    ("form", "name"),
    [
        pytest.param("Colour=red", "Colour", id="unknown"),
        pytest.param("snapshotId.1=a", "snapshotId", id="other-case-and-only-the-first-segment"),
        pytest.param("SnapshotIds.1=a", "SnapshotIds", id="the-models-name"),
        pytest.param("=a", "", id="no-name"),
        pytest.param("DryRun.1=true", r"DryRun\.1", id="index-at-a-scalar"),
        pytest.param("SnapshotId.1.Name=a", r"SnapshotId\.1\.Name", id="member-of-a-scalar"),
        pytest.param("SnapshotId.x=a", r"SnapshotId\.x", id="no-number"),
        pytest.param("SnapshotId.-1=a", r"SnapshotId\.-1", id="negative"),
        pytest.param("SnapshotId.1_0=a", r"SnapshotId\.1_0", id="underscore"),
        pytest.param("SnapshotId.²=a", r"SnapshotId\.²", id="superscript"),
        pytest.param("SnapshotId.\u0661=a", "SnapshotId\\.\u0661", id="other-digits"),
        pytest.param("SnapshotId.=a", r"SnapshotId\.", id="no-index-after-the-dot"),
        pytest.param("SnapshotId..1=a", r"SnapshotId\.\.1", id="two-dots"),
        pytest.param("SnapshotId." + "9" * 21 + "=a", r"SnapshotId\.9{21}", id="endless-index"),
        pytest.param("Filter.1=a", r"Filter\.1", id="structure-as-text"),
        pytest.param("Filter=a", "Filter", id="list-of-structures-as-text"),
        pytest.param("Filter.1.Colour=a", r"Filter\.1\.Colour", id="unknown-member"),
        pytest.param("A" * 300 + "=a", r"A{256}\.\.\.", id="cut-off-in-the-text"),
    ],
)
def test_unknown_parameters_are_refused(form: str, name: str) -> None:
    """A parameter that the operation doesn't have is named."""
    with pytest.raises(
        Refused, match=f"^UnknownParameter: The parameter {name} is not recognized$"
    ):
        parse("DescribeSnapshots", form)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        pytest.param("NextToken=a&NextToken=a", "NextToken", id="scalar"),
        pytest.param("SnapshotId.1=a&SnapshotId.1=b", r"SnapshotId\.1", id="element"),
        pytest.param("SnapshotId.1=a&SnapshotId.01=b", r"SnapshotId\.01", id="same-number"),
        pytest.param("Filter.1.Name=a&Filter.1.Name=b", r"Filter\.1\.Name", id="member"),
        pytest.param("Filter.Name=a&Filter.Name=b", r"Filter\.Name", id="member-without-index"),
    ],
)
def test_parameters_given_twice_are_refused(form: str, name: str) -> None:
    """Two values for one thing are an error, not a choice."""
    with pytest.raises(
        Refused, match=f"^InvalidParameterValue: The parameter {name} is given more"
    ):
        parse("DescribeSnapshots", form)


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("CopySnapshot", "DryRun=True", "true or false"),
        ("CopySnapshot", "DryRun=", "true or false"),
        ("CopySnapshot", "Encrypted=1", "true or false"),
        ("CopySnapshot", "CompletionDurationMinutes=", "an integer of 32 bits"),
        ("CopySnapshot", "CompletionDurationMinutes=15.0", "an integer of 32 bits"),
        ("CopySnapshot", "CompletionDurationMinutes=1_5", "an integer of 32 bits"),
        ("CopySnapshot", "CompletionDurationMinutes=2147483648", "an integer of 32 bits"),
        ("CopySnapshot", "CompletionDurationMinutes=-2147483649", "an integer of 32 bits"),
        ("CopySnapshot", "CompletionDurationMinutes=" + "9" * 9999, "an integer of 32 bits"),
        ("LockSnapshot", "ExpirationDate=soon", "a timestamp such as 2026-01-01T00:00:00Z"),
    ],
)
def test_values_of_other_types_are_refused(name: str, form: str, expected: str) -> None:
    """A text that is no value of the type is refused with its parameter, shortened."""
    parameter, _, value = form.partition("=")
    shown = value if len(value) <= 256 else f"{value[:256]}..."

    with pytest.raises(Refused) as refused:
        parse(name, form)

    assert refused.value.response.code == "InvalidParameterValue"
    assert refused.value.response.message == (
        f"Value ({shown}) for parameter {parameter} is invalid. Expected: {expected}."
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", (2026, 1, 2, 3, 4, 5)),
        ("2026-01-02T03:04:05.678Z", (2026, 1, 2, 3, 4, 5, 678000)),
        ("2026-01-02T03:04:05.123456789Z", (2026, 1, 2, 3, 4, 5, 123456)),
        ("2026-01-02t03:04:05z", (2026, 1, 2, 3, 4, 5)),
        ("2026-01-02 03:04", (2026, 1, 2, 3, 4)),
        ("2026-01-02", (2026, 1, 2)),
        ("2026-01-02T03:04:05+02:00", (2026, 1, 2, 1, 4, 5)),
        ("2026-01-02T03:04:05-0130", (2026, 1, 2, 4, 34, 5)),
        ("1767323045", (2026, 1, 2, 3, 4, 5)),
        ("1767323045.5", (2026, 1, 2, 3, 4, 5, 500000)),
        ("-1", (1969, 12, 31, 23, 59, 59)),
    ],
)
def test_timestamps_are_read(text: str, moment: tuple[int, ...]) -> None:
    """ISO 8601 in its usual forms and seconds since 1970 are moments in UTC."""
    form = urlencode({"ExpirationDate": text})

    assert parse("LockSnapshot", form) == {
        "ExpirationDate": datetime(*moment, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]
    }


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-13-01", "2026-02-30T00:00:00Z", "2026-01-01T24:00:01Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00", "999999999999", "-99999999999", "2026-01-01T00:00:00Z ",
        "\uff12\uff10\uff12\uff16-01-01", "2026-1-1", "1e9", "nan",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    """Dates that there are not, and other texts, are no timestamps."""
    with pytest.raises(Refused, match="InvalidParameterValue"):
        parse("LockSnapshot", urlencode({"ExpirationDate": text}))


@pytest.mark.parametrize(
    ("form", "value"),
    [
        pytest.param("Tags=", [], id="empty-list"),
        pytest.param("Tags.1.Key=a&Tags.1.Value=b", [{"Key": "a", "Value": "b"}], id="no-member"),
        pytest.param("Tags.member.1.Key=a&Tags.member.1.Value=", [{"Key": "a", "Value": ""}]),
    ],
)
def test_aws_query_has_lists_of_its_own(form: str, value: object) -> None:
    """In AWS Query a list has `member` in its names, and a blank is an empty list."""
    required = "RoleArn=arn:aws:iam::111122223333:role/r&RoleSessionName=me&"

    assert parse("AssumeRole", required + form, "sts")["Tags"] == value


@pytest.mark.parametrize("form", ["Tags=x", "Tags.member=x", "Tags.member=", "Tags.member.x=1"])
def test_aws_query_refuses_texts_for_lists_of_structures(form: str) -> None:
    """A text is no list of structures."""
    with pytest.raises(Refused, match="UnknownParameter: The parameter Tags"):
        parse("AssumeRole", form, "sts")


def test_sts_answers_what_its_model_demands() -> None:
    """Parameters of STS that violate its model are a ValidationError that lists them all."""
    with pytest.raises(Refused) as refused:
        parse("AssumeRole", "RoleSessionName=a&DurationSeconds=1&Tags.member.1.Key=k", "sts")

    assert refused.value.response.code == "ValidationError"
    assert refused.value.response.message == (
        "4 validation errors detected: Value null at 'roleArn' failed to satisfy constraint:"
        " Member must not be null; Value 'a' at 'roleSessionName' failed to satisfy constraint:"
        " Member must have length greater than or equal to 2; Value '1' at 'durationSeconds'"
        " failed to satisfy constraint: Member must have value greater than or equal to 900;"
        " Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"
    )


def test_much_is_read_in_passable_time() -> None:
    """Hundreds of thousands of parameters end in a result: nothing is worse than linear."""
    count = 200_000
    form = "&".join(f"SnapshotId.{number * 1_000_003}=s" for number in range(count, 0, -1))

    ids = parse("DescribeSnapshots", form)["SnapshotIds"]

    assert ids == ["s"] * count


def answer_to(form: str) -> object:
    """Return the parameters of a form, or what refuses it."""
    try:
        return parse("CopySnapshot", form)
    except Refused as refused:
        return refused.response


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("&" * 5_000_000, id="separators"),
        pytest.param("Description=" + "%41" * 2_000_000, id="one-value"),
        pytest.param("TagSpecification" + ".1" * 2_000_000 + "=x", id="segments"),
        pytest.param("TagSpecification." + "1" * 5_000_000 + ".Key=x", id="index"),
        pytest.param("x" * 5_000_000 + "=y", id="name"),
        pytest.param("CompletionDurationMinutes=" + "1" * 5_000_000, id="number"),
    ],
)
def test_large_bodies_end_in_an_answer(form: str) -> None:
    """Megabytes of nonsense are parameters or a refusal, never an error of Python's."""
    answer = str(answer_to(form))

    assert len(answer) < 1000 or answer.startswith("{'Description': 'AAA")
