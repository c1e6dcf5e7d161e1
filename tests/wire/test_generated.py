"""Round trips and hostile bodies that Hypothesis makes up, with botocore's model as the source."""

from __future__ import annotations

import contextlib
import string
from datetime import datetime, timezone
from json import dumps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_fakecopy import FakeEC2, UnexpectedRequest
from pytest_fakecopy.wire import json, query, xml
from pytest_fakecopy.wire.model import load_service
from tests.wire import hostile
from tests.wire.samples import (
    OPERATIONS,
    SERVED,
    botocore_model,
    botocore_request,
    botocore_response,
    sample,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_fakecopy.wire.model import Operation

# What XML 1.0 and a form can carry; everything else is refused before anybody reads it.
TEXT = st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t\r")
MOMENTS = st.datetimes(
    datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(timezone.utc)  # noqa: DTZ001  # Hypothesis adds the zone
)  # fmt: skip


def structures(shape: Any, *, seconds: bool, answers: bool) -> st.SearchStrategy[Any]:
    """Return what makes values of a structure: what it requires, and any of the rest."""
    members = {
        name: values(member, seconds=seconds, answers=answers)
        for name, member in shape.members.items()
    }
    required = {name for name in shape.required_members if not answers}
    return st.fixed_dictionaries(
        {name: members[name] for name in members if name in required},
        optional={name: members[name] for name in members if name not in required},
    )


def values(shape: Any, *, seconds: bool, answers: bool) -> st.SearchStrategy[Any]:
    """Return what makes values of a shape, within its limits."""
    limits, kind = shape.metadata, shape.type_name
    least = 0 if answers else 1
    if kind == "structure":
        made = structures(shape, seconds=seconds, answers=answers)
        # An empty one can't be sent in a form.
        return made if answers else made.filter(bool)
    if kind == "list":
        element = values(shape.member, seconds=seconds, answers=answers)
        most = min(limits.get("max", 3), 3)
        return st.lists(element, min_size=max(least, limits.get("min", 0)), max_size=most)
    if kind == "map":
        element = values(shape.value, seconds=seconds, answers=answers)
        return st.dictionaries(st.just(sample(shape.key)), element, min_size=least)
    if kind == "string":
        return texts(shape)
    low, high = limits.get("min", -(2**31)), limits.get("max", 2**31 - 1)
    scalars = {
        "boolean": st.booleans(),
        "integer": st.integers(low, high),
        "long": st.integers(limits.get("min", -(2**63)), limits.get("max", 2**63 - 1)),
        "timestamp": MOMENTS.map(lambda moment: rounded(moment, seconds=seconds)),
        "blob": st.binary(max_size=20),
    }
    return scalars[kind]


def texts(shape: Any) -> st.SearchStrategy[str]:
    """Return what makes texts of a shape; where they have a pattern, the one that matches it."""
    limits = shape.metadata
    if "enum" in limits:
        return st.sampled_from(limits["enum"])
    if "pattern" in limits:
        return st.just(sample(shape))
    most = min(limits.get("max", 40), limits.get("min", 0) + 40)
    return st.text(TEXT, min_size=limits.get("min", 0), max_size=most)


def rounded(moment: datetime, *, seconds: bool) -> datetime:
    """Return a moment as precise as AWS prints it: milliseconds, whole seconds in STS."""
    return moment.replace(microsecond=0 if seconds else moment.microsecond // 1000 * 1000)


@st.composite
def cases(draw: st.DrawFn, *, answers: bool) -> tuple[str, str, dict[str, Any]]:
    """Make a service, an operation, and a request or an answer of it."""
    service, name = draw(st.sampled_from(SERVED))
    model = botocore_model(service, name)
    shape = model.output_shape if answers else model.input_shape
    if shape is None:
        return service, name, {}
    return service, name, draw(structures(shape, seconds=service == "sts", answers=answers))


def operation_of(service: str, name: str) -> Operation:
    """Return an operation that is there."""
    operation = load_service(service).operation(name)
    assert operation is not None
    return operation


def requests_are_read(case: tuple[str, str, dict[str, Any]]) -> None:
    """What botocore's serialiser writes is read as what it was made of."""
    service, name, parameters = case
    body = botocore_request(service, name, parameters)

    operation = operation_of(service, name)
    if service == "kms":
        read = json.parse_parameters(operation, body)
    else:
        read = query.parse_parameters(operation, query.parse_form(body.decode()))

    assert read == parameters


def answers_are_read(case: tuple[str, str, dict[str, Any]]) -> None:
    """What we write botocore's parser reads as what it was made of."""
    service, name, result = case
    operation = operation_of(service, name)
    if service == "kms":
        body = json.serialize(operation, result)
    else:
        body = xml.serialize(operation, result, "request-1")

    read = botocore_response(service, name, body)

    del read["ResponseMetadata"]
    assert read == result


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeEC2]:
    """A fake that everything is sent to: nothing may leave it broken for the next."""
    with FakeEC2(clock="virtual") as fake:
        yield fake
        fake._refusals.refused.clear()


NAMES = st.lists(
    st.sampled_from([
        "Filter", "Name", "Value", "SnapshotId", "Tag", "Key", "TagSpecification", "ResourceType",
        "ResourceId", "Ebs", "BlockDeviceMapping", "InstanceSpecification", "MaxResults", "DryRun",
        "NextToken", "Description", "1", "2", "01", "0", "-1", "99999999999", "", "member", "entry",
    ]) | st.text(max_size=3),
    min_size=1, max_size=5,
).map(".".join)  # fmt: skip
ODD = st.one_of(
    st.text(max_size=20),
    st.binary(max_size=20),
    st.integers(-(10**30), 10**30).map(str),
    st.sampled_from(["true", "TRUE", "snap-0123456789abcdef0", "*", "\x00", "arn:aws:kms:::", "%"]),
)


@st.composite
def forms(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Make a form for an operation of EC2 or STS, of names that look like its own."""
    service = draw(st.sampled_from(["ec2", "ec2", "ec2", "sts"]))
    name = draw(st.sampled_from(OPERATIONS[service]))
    pairs = draw(st.lists(st.tuples(NAMES, ODD), max_size=6))
    shape = botocore_model(service, name).input_shape
    if shape is not None and shape.members:
        own = st.sampled_from(sorted(shape.members))
        pairs += draw(st.lists(st.tuples(own, ODD), max_size=6))
    body = b"&" + urlencode(pairs, errors="surrogatepass").encode()
    return service, name, spoilt(draw, body)


def spoilt(draw: st.DrawFn, body: bytes) -> bytes:
    """Return a body with one piece of it replaced, or as it is."""
    if draw(st.booleans()):
        return body
    place = draw(st.integers(0, len(body)))
    return body[:place] + draw(st.binary(max_size=4)) + body[place + draw(st.integers(0, 4)) :]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Make a JSON document for an operation of KMS, of members that look like its own."""
    name = draw(st.sampled_from(OPERATIONS["kms"]))
    shape = botocore_model("kms", name).input_shape
    own = st.sampled_from(sorted(shape.members)) | st.text(max_size=5)
    document = draw(st.dictionaries(own, JSON, max_size=5))
    return "kms", name, spoilt(draw, dumps(document).encode())


def is_answered(fake: FakeEC2, case: tuple[str, str, bytes]) -> None:
    """Whatever is sent is carried out, or refused in the envelope of its service.

    A parameter that botocore knows and the fake does not act on is refused by name, as anywhere.
    """
    service, name, body = case
    request = (
        hostile.target(fake, name, body)
        if service == "kms"
        else hostile.form(fake, name, body, service)
    )

    with contextlib.suppress(UnexpectedRequest):
        error = hostile.error_of(hostile.handle(fake, request), service)
        assert error is None or error.status < 500


SOME = settings(max_examples=150, suppress_health_check=[*HealthCheck])
MANY = settings(SOME, max_examples=20_000, derandomize=False)
PROFILES = [
    pytest.param(SOME, id="some"),
    # `pytest -m slow tests/wire`
    pytest.param(MANY, id="many", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("made", "holds"),
    [
        pytest.param(cases(answers=False), requests_are_read, id="requests"),
        pytest.param(cases(answers=True), answers_are_read, id="answers"),
    ],
)
def test_round_trips(profile: settings, made: Any, holds: Any) -> None:
    """What botocore can send is read as it was meant, and so is what can be answered by it."""
    profile(given(made)(holds))()  # type: ignore[no-untyped-call]  # either of two


@pytest.mark.parametrize("profile", PROFILES)
def test_hostile_bodies(fake: FakeEC2, profile: settings) -> None:
    """Nothing that is sent raises anything through the client, or leaves the fake broken."""
    profile(given(forms() | documents())(lambda case: is_answered(fake, case)))()
