"""What is known about a key or a source snapshot that a copy did not find.

A hint goes behind the sentence that says what was not found, and starts with a semicolon. It is
for who reads the test's report: nothing of it is in what EC2 answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.domain.arns import Arn
from pytest_fakecopy.errors import closest

if TYPE_CHECKING:
    from pytest_fakecopy.domain.kms import KeyRegistry
    from pytest_fakecopy.domain.snapshots import SnapshotRegistry

_ALIAS = "alias/"


def of_key(keys: KeyRegistry, identifier: str, *, region: str, account_id: str) -> str:
    """Return where the key is that *identifier* names nowhere near, or a name that is like it.

    Args:
        keys: All keys.
        identifier: A key id, key ARN, alias name or alias ARN; an ARN brings its own place.
        region: Where it was looked up.
        account_id: Whose key was looked for.

    Returns:
        "; there is one in us-west-2", "; account 444455556666 has one", "; did you mean
        alias/backup?", or nothing.
    """
    name, arn = identifier, Arn.parse(identifier)
    if arn is not None:
        name, region, account_id = arn.resource.removeprefix("key/"), arn.region, arn.account_id
    there = _elsewhere(keys.places(name), "one", region, account_id)
    if there:
        return there
    own = [alias.removeprefix(_ALIAS) for alias in keys.aliases(region, account_id)]
    near = closest(name.removeprefix(_ALIAS), own)
    if near is not None:
        return f"; did you mean {_ALIAS}{near}?"
    alias = f"{_ALIAS}{name}"
    return _elsewhere(keys.places(alias), alias, region, account_id)


def _elsewhere(places: tuple[tuple[str, str], ...], what: str, region: str, account_id: str) -> str:
    own = [there for there, account in places if account == account_id]
    if own:
        return f"; there is {what} in {', '.join(own)}"
    return "".join(
        f"; account {account} has {what}" + (f" in {there}" if there != region else "")
        for there, account in places
    )


def of_source(
    snapshots: SnapshotRegistry, snapshot_id: str, *, region: str, account_id: str
) -> str:
    """Return why a snapshot was not found in a Region by an account, where that is known.

    Returns:
        "; it is in eu-west-1", "; account 444455556666 owns it and has not shared it", "; it was
        deleted", or nothing.
    """
    record = snapshots.get(snapshot_id)
    if record is None:
        return "; it was deleted" if snapshots.deleted(snapshot_id) is not None else ""
    hint = f"; it is in {record.region}" if record.region != region else ""
    if not snapshots.can_see(account_id, record):
        done = "blocks public access to it" if record.public else "has not shared it"
        hint += f"; account {record.owner_id} owns it and {done}"
    return hint or "; it is there, and not visible yet"
