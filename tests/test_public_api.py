"""The names that users write tests against."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import pytest_fakecopy
from pytest_fakecopy import FakeEC2, Options, Snapshot
from pytest_fakecopy.views.kms import KmsKey

ON_THE_FAKE = {
    "": (
        "accounts allow assert_all_settled assert_eventually_completed assert_eventually_error"
        " client clock deny events faults journal kms options outposts rules snapshots"
    ),
    "accounts": "add default",
    "clock": "jump_to_next move_to now settle tick tick_per_request",
    "events": "subscribe",
    "faults": "delay_visibility disconnect fail_copies hold_copies reject release_copies",
    "journal": "requests",
    "kms": "add_key default_ebs_key",
    "outposts": "add",
    "rules": "inserting replacing with_limit without",
    "snapshots": "add copies",
}

OF_A_SNAPSHOT = (
    "snapshot_id region owner_id state state_message progress encrypted kms_key_id volume_id"
    " volume_size description tags start_time completion_time source_snapshot_id source_region"
    " storage_tier transfer_type completion_duration_minutes outpost_arn availability_zone"
    " shared_with public why"
)

OF_A_KEY = (
    "key_id arn region account_id aliases key_state disable enable schedule_deletion"
    " cancel_deletion share_with"
)

KEYWORDS = {
    "snapshots.add": (
        "region account_id volume_size state encrypted kms_key tags description shared_with public"
        " storage_tier outpost_arn availability_zone data_size"
    ),
    "kms.add_key": (
        "region account_id alias key_state key_spec key_usage key_manager multi_region shared_with"
    ),
}


def test_what_is_exported_is_sorted_and_there() -> None:
    """Every exported name can be imported from the package."""
    names = pytest_fakecopy.__all__

    found = [getattr(pytest_fakecopy, name) for name in names]

    assert names == sorted(set(names))
    assert None not in found


def test_an_unknown_name_is_an_error() -> None:
    """What is not exported is not there, as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'Fake'"):
        pytest_fakecopy.Fake  # noqa: B018  # looking is what fails


def test_dir_shows_what_is_loaded() -> None:
    """freezegun reads all that `dir` names; exports that it names would be imported by that."""
    assert not set(pytest_fakecopy.__all__) & set(dir(pytest_fakecopy))


def test_type_checkers_see_what_is_exported() -> None:
    """Exports are imported when they are first used; type checkers are told of the same ones."""
    tree = ast.parse(Path(pytest_fakecopy.__file__).read_text("utf-8"))
    [block] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]

    seen = [
        alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]

    assert sorted(seen) == pytest_fakecopy.__all__


@pytest.mark.parametrize("owner", ON_THE_FAKE)
def test_the_fake_has_what_tests_are_written_with(owner: str) -> None:
    """The contract: these names stay."""
    fake = FakeEC2(clock="virtual")

    found = dir(getattr(fake, owner) if owner else fake)

    assert set(ON_THE_FAKE[owner].split()) - set(found) == set()


@pytest.mark.parametrize(
    ("view", "names"), [(Snapshot, OF_A_SNAPSHOT), (KmsKey, OF_A_KEY)], ids=["snapshot", "key"]
)
def test_a_view_has_what_tests_look_at(view: type, names: str) -> None:
    """The contract: these attributes stay."""
    assert set(names.split()) - set(dir(view)) == set()


@pytest.mark.parametrize("function", KEYWORDS)
def test_arranging_takes_keywords_alone(function: str) -> None:
    """Names in the call say what is arranged, and later versions may add to them."""
    owner, name = function.split(".")
    parameters = inspect.signature(
        getattr(getattr(FakeEC2(clock="virtual"), owner), name)
    ).parameters

    kinds = {parameter.kind for parameter in parameters.values()}

    assert list(parameters) == KEYWORDS[function].split()
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


def test_the_options_are_the_contract() -> None:
    """Each is also a marker keyword and an ini key."""
    assert Options.names() == (
        "rules",
        "account_id",
        "clock",
        "start_time",
        "sleep",
        "validation_delay",
        "copy_duration",
        "max_concurrent_copies",
        "passthrough",
        "credentials",
        "seed",
    )
