"""Who is told of every fake that is entered: the plugin, for its reports; without it, nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_fakecopy.fake import FakeEC2

Watcher: TypeAlias = "Callable[[FakeEC2], None]"

WATCHERS: list[Watcher] = []
"""Called with the fake once it is entered. Whoever adds one takes it away again."""
