"""Secrets: there for code, and in no repr."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timezone

import pytest

from pytest_fakecopy.domain.accounts import Account, Credentials
from pytest_fakecopy.domain.attempt import CopyRequest
from pytest_fakecopy.domain.presigned import parse
from pytest_fakecopy.domain.redaction import Veiled, redacted, veiled
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.wire.http import HttpRequest

URL = (
    "https://ec2.us-west-2.amazonaws.com/?Action=CopySnapshot&SourceRegion=us-west-2"
    "&X-Amz-Credential=AKIDEXAMPLE%2F20260131%2Fus-west-2%2Fec2%2Faws4_request"
    "&X-Amz-Security-Token=the-token&X-Amz-Signature=the-signature"
)
SHOWN = (
    "https://ec2.us-west-2.amazonaws.com/?Action=CopySnapshot&SourceRegion=us-west-2"
    "&X-Amz-Credential=AKIDEXAMPLE%2F20260131%2Fus-west-2%2Fec2%2Faws4_request"
    "&X-Amz-Security-Token=***&X-Amz-Signature=***"
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(URL, SHOWN, id="presigned"),
        pytest.param("https://host/path", "https://host/path", id="no-query"),
        pytest.param("not-a-url", "not-a-url", id="no-url"),
        pytest.param("", "", id="empty"),
        pytest.param("https://me:word@host/?Action=x", "https://host/?Action=x", id="user"),
        pytest.param("https://host/?X%2DAmz%2DSignature=s", "https://host/?X%2DAmz%2DSignature=***",
                     id="name-in-escapes"),
        pytest.param("https://host/?Signature=s&&Action", "https://host/?Signature=***&=***&Action=***",
                     id="other-spellings"),
        pytest.param("https://host/?Action=x#X-Amz-Signature=s", "https://host/?Action=x",
                     id="fragment-of-query"),
        pytest.param("https://host/#secret", "https://host/", id="fragment"),
        pytest.param("X-Amz-Signature=s", "***", id="no-question-mark"),
    ],
)  # fmt: skip
def test_redacted(url: str, expected: str) -> None:
    """What is known to be harmless is shown, whatever else is there is not."""
    assert redacted(url) == expected


def test_a_veiled_text_is_that_text() -> None:
    """Equality, hash and methods are those of the text, and copies keep the veil."""
    text = Veiled(URL, SHOWN)

    assert text == URL
    assert hash(text) == hash(URL)
    assert text.endswith("the-signature")
    for twin in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):  # noqa: S301  # our own
        assert (twin, repr(twin)) == (URL, repr(SHOWN))


def test_parameters_are_veiled() -> None:
    """Presigned URLs and tokens are, also in lists, and once; all else stays as it is."""
    parameters = {"PresignedUrl": URL, "GrantTokens": ["a-token"], "NextToken": "page", "Size": 8}

    found = veiled(veiled(parameters))

    assert found == parameters
    assert repr(found) == (
        f"{{'PresignedUrl': {SHOWN!r}, 'GrantTokens': ['***'], 'NextToken': 'page', 'Size': 8}}"
    )


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            Account("111122223333", "AKIDEXAMPLE", "the-secret", "the-token"), id="account"
        ),
        pytest.param(
            Credentials("AKIDEXAMPLE", "the-secret", "the-token", "111122223333", "arn", "id"),
            id="credentials",
        ),
        pytest.param(CopyRequest(presigned_url=URL), id="copy-request"),
        pytest.param(parse(URL), id="presigned-url"),
        pytest.param(
            HttpRequest("POST", URL, {"authorization": "the-signature"}, b"the-token"), id="http"
        ),
        pytest.param(
            RequestRecord(
                "CopySnapshot",
                {"PresignedUrl": URL},
                "us-east-1",
                "111122223333",
                datetime(2026, 1, 31, tzinfo=timezone.utc),
                "botocore",
                200,
            ),
            id="request-record",
        ),
    ],
)
def test_no_repr_shows_a_secret(value: object) -> None:
    """Secret key, token and signature are in none."""
    shown = repr(value)

    for secret in ("the-secret", "the-token", "the-signature"):
        assert secret not in shown


def test_what_reprs_do_show() -> None:
    """They still say what it is."""
    request = HttpRequest("POST", "https://me@ec2.us-east-1.amazonaws.com/?Action=x", {})

    assert repr(request) == "<HttpRequest POST https://ec2.us-east-1.amazonaws.com/ by botocore>"
    assert repr(parse(URL)) == f"<PresignedUrl {SHOWN} signature unknown-key>"
