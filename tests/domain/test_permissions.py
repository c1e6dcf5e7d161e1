"""Explicit denies and what a denied call is answered."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy.domain.authorization import unauthorized
from pytest_fakecopy.domain.error_codes import ErrorResponse, Refused
from pytest_fakecopy.domain.permissions import Deny, Permissions
from tests.builders import ACCOUNT, OTHER_ACCOUNT, caller, make_call, make_world

if TYPE_CHECKING:
    from pytest_fakecopy.domain.operations.call import Call

SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0"


@pytest.mark.parametrize(
    ("deny", "covered"),
    [
        pytest.param(Deny("ec2:CopySnapshot"), True, id="the-action"),
        pytest.param(Deny("EC2:copysnapshot"), True, id="action-in-another-case"),
        pytest.param(Deny("ec2:*"), True, id="star-in-the-action"),
        pytest.param(Deny("*"), True, id="every-action"),
        pytest.param(Deny("ec2:Copy?napshot"), True, id="question-mark-in-the-action"),
        pytest.param(Deny("ec2:Copy"), False, id="part-of-the-action"),
        pytest.param(Deny("ec2.CopySnapshot"), False, id="dot-is-no-wildcard"),
        pytest.param(Deny("ec2:CopySnapshot", SNAPSHOT), True, id="the-resource"),
        pytest.param(Deny("ec2:CopySnapshot", "arn:aws:ec2:*:snapshot/*"), True, id="resources"),
        pytest.param(Deny("ec2:CopySnapshot", SNAPSHOT.upper()), False, id="resource-in-case"),
        pytest.param(Deny("ec2:CopySnapshot", SNAPSHOT[:-1]), False, id="part-of-the-resource"),
        pytest.param(Deny("ec2:CopySnapshot", account_id=ACCOUNT), True, id="the-account"),
        pytest.param(Deny("ec2:CopySnapshot", account_id=OTHER_ACCOUNT), False, id="another"),
    ],
)
def test_a_deny_covers_an_action_on_a_resource_by_an_account(deny: Deny, covered: bool) -> None:
    """Actions are compared without case, resources with it, both with wildcards."""
    assert deny.covers("ec2:CopySnapshot", SNAPSHOT, ACCOUNT) is covered


def test_the_first_deny_that_covers_a_call_is_the_answer() -> None:
    """Denies are asked in the order in which they were made."""
    other, first, second = Deny("kms:*"), Deny("ec2:*", message="first"), Deny("*")

    denied = Permissions((other, first, second)).denied("ec2:CopySnapshot", SNAPSHOT, ACCOUNT)

    assert denied is first


def test_what_nobody_denied_is_allowed() -> None:
    """Without a deny that covers it, a call is allowed."""
    permissions = Permissions().with_deny(Deny("kms:*"))

    assert permissions.denied("ec2:CopySnapshot", SNAPSHOT, ACCOUNT) is None


def test_a_deny_is_taken_back_by_exactly_what_it_names() -> None:
    """Taking back leaves denies of other actions, resources and accounts alone."""
    denies = (Deny("ec2:*"), Deny("ec2:*", "x"), Deny("ec2:*", "*", ACCOUNT), Deny("kms:*"))
    permissions = Permissions(denies)

    left = permissions.without("ec2:*", "*", None)

    assert left.denies == denies[1:]
    assert permissions.denies == denies


def test_a_denied_call_is_answered_in_the_words_of_ec2() -> None:
    """The sentence is the observed one; the encoded message says what was denied to whom."""
    permissions = Permissions((Deny("ec2:CopySnapshot"),))

    error = unauthorized(permissions, caller(), "ec2:CopySnapshot", SNAPSHOT)

    assert error is not None
    assert (error.code, error.status) == ("UnauthorizedOperation", 403)
    sentence, _, encoded = error.message.rpartition(" ")
    assert sentence == (
        "You are not authorized to perform this operation."
        f" User: arn:aws:iam::{ACCOUNT}:user/fake-ec2 is not authorized to perform:"
        f" ec2:CopySnapshot on resource: {SNAPSHOT}"
        " because no identity-based policy allows the ec2:CopySnapshot action."
        " Encoded authorization failure message:"
    )
    context = json.loads(urlsafe_b64decode(encoded))["context"]
    assert context["action"] == "ec2:CopySnapshot"
    assert context["resource"] == SNAPSHOT


def test_a_deny_may_bring_its_own_text() -> None:
    """The text of a deny stands in place of EC2's."""
    permissions = Permissions((Deny("ec2:*", message="not today"),))

    error = unauthorized(permissions, caller(), "ec2:CopySnapshot", SNAPSHOT)

    assert error == ErrorResponse("UnauthorizedOperation", "not today", 403)


def test_an_allowed_call_has_no_error() -> None:
    """Where no deny covers the call there is nothing to answer."""
    assert unauthorized(Permissions(), caller(), "ec2:CopySnapshot", SNAPSHOT) is None


def refusal_of(call: Call, *resources: str) -> ErrorResponse | None:
    """Return what an operation's authorization refuses a call with."""
    try:
        call.authorize(*resources)
    except Refused as refused:
        return refused.response
    return None


def test_an_operation_is_denied_by_the_name_of_its_service() -> None:
    """KMS and STS answer in codes of their own, without EC2's first sentence and last."""
    world = make_world(permissions=Permissions((Deny("*"),)))

    kms = refusal_of(make_call(world, "DescribeKey", service="kms"), "key")
    sts = refusal_of(make_call(world, "AssumeRole", service="sts"))

    text = f"User: arn:aws:iam::{ACCOUNT}:user/fake-ec2 is not authorized to perform: "
    assert kms == ErrorResponse(
        "AccessDeniedException",
        f"{text}kms:DescribeKey on resource: key because no identity-based policy allows the"
        " kms:DescribeKey action",
        400,
    )
    assert sts is not None
    assert (sts.code, sts.status) == ("AccessDenied", 403)
    assert sts.message.startswith(f"{text}sts:AssumeRole on resource: *")


def test_every_resource_of_a_call_is_authorized() -> None:
    """A deny on the second resource refuses the call."""
    world = make_world(permissions=Permissions((Deny("*", "second"),)))

    error = refusal_of(make_call(world, "DeleteSnapshot"), "first", "second")

    assert error is not None
    assert "ec2:DeleteSnapshot on resource: second" in error.message


def test_a_dry_run_is_answered_after_authorization() -> None:
    """A dry run that nothing denies would have succeeded; a denied one is denied."""
    allowed, denied = make_world(), make_world(permissions=Permissions((Deny("*"),)))

    success = refusal_of(make_call(allowed, "DeleteSnapshot", dry_run=True))
    failure = refusal_of(make_call(denied, "DeleteSnapshot", dry_run=True))

    assert success is not None
    assert (success.code, success.status) == ("DryRunOperation", 412)
    assert failure is not None
    assert failure.code == "UnauthorizedOperation"


def test_a_call_that_nothing_denies_passes() -> None:
    """Other denies, and no deny at all, let a call pass."""
    other = make_world(permissions=Permissions((Deny("kms:*"),)))

    assert refusal_of(make_call(other, "DeleteSnapshot"), "x") is None
    assert refusal_of(make_call(make_world(), "DeleteSnapshot"), "x") is None
