"""The rate limit of botocore's adaptive retry mode, which doesn't sleep but waits for a condition.

Its tokens come with `time.time`. Where that stands still they never would, and a throttled client
would hang; so the wait for them moves the clock, as a sleep does, and where the process keeps its
time they are given without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_fakecopy import _seams
from pytest_fakecopy._patch import Patch

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenBuckets:
    """Fills the token buckets of botocore and aiobotocore by moving the clock."""

    def __init__(self, advance: Callable[[float], None], is_instant: Callable[[], bool]) -> None:
        """Move the clock with *advance*, for calls of which *is_instant* says so."""
        self._advance = advance
        self._is_instant = is_instant
        self._patches: list[Patch] = []

    def start(self) -> None:
        """Replace the computation of the wait, in the libraries that are imported."""
        for bucket in _seams.token_buckets():
            patch = self._patch(bucket)
            self._patches.append(patch)
            patch.start()

    def stop(self) -> None:
        """Put the computation back."""
        for patch in self._patches:
            patch.stop()
        self._patches = []

    def _patch(self, owner: type) -> Patch:
        def sleep_amount(bucket: Any, amount: float) -> float:  # noqa: ANN401  # untyped libraries
            seconds: float = patch.original(bucket, amount)
            if seconds > 0 and self._is_instant():
                # A microsecond more: time.time has no room for less than a few hundred nanoseconds.
                self._pass(bucket, seconds + 1e-6)
                seconds = patch.original(bucket, amount)
            return seconds

        patch = Patch(owner, "_sleep_amount", sleep_amount)
        return patch

    def _pass(self, bucket: Any, seconds: float) -> None:  # noqa: ANN401  # untyped libraries
        """Move the clock by *seconds*, and let the bucket have its tokens for that time."""
        before = bucket._clock.current_time()  # noqa: SLF001  # described in _seams
        self._advance(seconds)
        passed = bucket._clock.current_time() - before  # noqa: SLF001  # as above
        bucket._last_timestamp -= max(0.0, seconds - passed)  # noqa: SLF001  # as above
        bucket._refill()  # noqa: SLF001  # as above
