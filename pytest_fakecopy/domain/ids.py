"""Ids as AWS forms them, derived from a seed and a counter: the same run, the same ids."""

from __future__ import annotations

from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b


class IdSource:
    """Makes the ids of one fake. Each kind of id has a counter of its own."""

    def __init__(self, seed: int) -> None:
        """Start counting for *seed*."""
        self._seed = seed
        self._counts: dict[str, int] = {}

    def _digest(self, kind: str) -> str:
        digest = self._coming(kind)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return digest

    def _coming(self, kind: str) -> str:
        return self._digest_of(f"{kind}/{self._counts.get(kind, 0) + 1}")

    def _digest_of(self, name: str) -> str:
        return blake2b(f"{self._seed}/{name}".encode(), digest_size=16).hexdigest()

    def resource_id(self, prefix: str) -> str:
        """Return an EC2 id of 17 hexadecimal digits that starts with 0: `snap-0a1b...`."""
        return f"{prefix}-0{self._digest(prefix)[:16]}"

    def coming_resource_id(self, prefix: str) -> str:
        """Return what the next `resource_id` will be, for a call that may still be refused."""
        return f"{prefix}-0{self._coming(prefix)[:16]}"

    def uuid(self, kind: str) -> str:
        """Return a text in the form of a UUID, for requests, KMS keys and events."""
        return _as_uuid(self._digest(kind))

    def uuid_of(self, name: str) -> str:
        """Return the UUID of the one thing of that name: it may be asked for more than once."""
        return _as_uuid(self._digest_of(name))

    def token(self, kind: str) -> str:
        """Return 64 hexadecimal digits, for grants and tokens."""
        return self._digest(kind) + self._digest(kind)

    def access_key(self, prefix: str) -> tuple[str, str]:
        """Return an access key id that starts with *prefix*, and a secret."""
        return access_key_of(self._seed, self._digest(prefix), prefix)


def _as_uuid(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}"


@lru_cache(maxsize=64)
def access_key_of(seed: int, account_id: str, prefix: str = "AKIA") -> tuple[str, str]:
    """Return an access key id and a secret for an account, the same ones for the same seed."""
    digest = blake2b(f"{seed}/{prefix}/{account_id}".encode(), digest_size=40).digest()
    return prefix + b32encode(digest[:10]).decode(), digest[10:].hex()[:40]
