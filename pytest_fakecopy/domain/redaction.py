"""Texts that hold a secret: code gets them whole, reports and tracebacks never show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

HIDDEN = "***"

_SIGNED = frozenset({"PresignedUrl"})
_URLS = frozenset({"presigned_url", "url"})
_SIGNATURES = frozenset({"signature", "token"})
_SECRET = frozenset({"GrantToken", "GrantTokens", "TokenCode"})

# What a URL may show; any other parameter may be a signature or a token in one of its spellings.
_SHOWN = frozenset(
    {
        *("Action", "Version", "SourceRegion", "SourceSnapshotId", "DestinationRegion"),
        *("Encrypted", "KmsKeyId", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date"),
        *("X-Amz-Expires", "X-Amz-SignedHeaders"),
    }
)


class Veiled(str):  # noqa: SLOT000  # it has a text besides
    """A text whose repr hides what is secret in it; for everything else it is that text."""

    shown: str

    def __new__(cls, text: str, shown: str = HIDDEN) -> Veiled:  # noqa: PYI034  # typing.Self came with Python 3.11
        """Take the text, and what to show in its place."""
        veiled = super().__new__(cls, text)
        veiled.shown = shown
        return veiled

    def __repr__(self) -> str:
        """Return the repr of what may be shown."""
        return repr(self.shown)


class _VeiledUrl(Veiled):
    """A URL whose repr hides what is secret in it. What that is, hardly anybody asks."""

    def __repr__(self) -> str:
        """Return the repr of what may be shown."""
        return repr(redacted(self))


def redacted(url: str) -> str:
    """Return *url* with `***` for its user, its fragment and all parameters but the known ones."""
    address, question, query = url.partition("?")
    scheme, separator, rest = address.partition("://")
    if "=" in address or "&" in address:
        return HIDDEN
    if separator:
        address = f"{scheme}://{rest.rpartition('@')[2]}"
    fields = [_field(field) for field in query.split("&")] if query else []
    return f"{address.partition('#')[0]}{question}{'&'.join(fields)}"


def _field(field: str) -> str:
    name, _, value = field.partition("=")
    return field.partition("#")[0] if name in _SHOWN and value else f"{name}={HIDDEN}"


def veiled(parameters: Mapping[str, T]) -> dict[str, T]:
    """Return the parameters of a request, those that hold a secret as `Veiled`."""
    return {name: _veil(name, value) for name, value in parameters.items()}


def veiled_fact(path: str, value: object) -> object:
    """Return what a rule looked at, by its path in the attempt; what is secret of it as `Veiled`.

    `presigned.signature` for example. A presigned URL's parameters are pairs.
    """
    name = path.rpartition(".")[2]
    if name == "parameters" and isinstance(value, tuple):
        return tuple((key, text if key in _SHOWN else Veiled(text)) for key, text in value)
    if not isinstance(value, str):
        return value
    if name in _URLS:
        return Veiled(value, redacted(value))
    return Veiled(value) if name in _SIGNATURES else value


def _veil(name: str, value: T) -> T:
    if isinstance(value, str) and not isinstance(value, Veiled):
        if name in _SIGNED:
            return _VeiledUrl(value)  # type: ignore[return-value]  # a str as well
        return Veiled(value) if name in _SECRET else value  # type: ignore[return-value]
    if isinstance(value, list):
        return [_veil(name, item) for item in value]  # type: ignore[return-value]
    return value
