"""Replace a function of a class or a module for a while, and put the original back.

What is installed is a thin layer in front of the replacement. Patches that are undone out of
order leave a layer that passes every call on to what was there before, never a dead replacement.
There is no registry of patches: each layer knows what lies under it. One that was taken away in
good order, and whose function nobody has kept, serves the next patch of the same function by the
same code: to make one is most of what a patch costs.
"""

from __future__ import annotations

import functools
import inspect
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_INHERITED = object()
_COVERED: list[Callable[[], None]] = []
# That of the layer, and that of the call which counts them.
_OWN_REFERENCES = 2
# PyPy counts none: there, whoever could have kept a function counts as having kept it.
_references: Callable[[object], int] = getattr(sys, "getrefcount", lambda _: _OWN_REFERENCES + 1)


@dataclass(slots=True, eq=False)
class _Layer:
    """One installation of a patch: what it calls now, and what lies under it."""

    target: Callable[..., Any]
    beneath: Any
    """The entry of the owner's `__dict__` that was replaced, or `_INHERITED`."""
    original: Callable[..., Any]
    code: object
    """That of the replacement: whether it is a coroutine function."""
    live: bool = True
    function: Callable[..., Any] | None = None

    def suits(self, beneath: object, original: object, code: object) -> bool:
        """Say whether it can be installed once more, over these and for that code.

        Not where somebody has kept its function, who meets the original and must go on to.
        """
        kept = _references(self.function) > _OWN_REFERENCES
        same = self.beneath is beneath and self.original is original and self.code is code
        return same and not kept


# What was stopped and lies nowhere, by owner and name.
_RESTING: dict[tuple[type | ModuleType, str], _Layer] = {}


class Patch:
    """Replaces the function *name* of *owner*, a class or a module, between `start` and `stop`.

    The replacement takes the arguments of the original (`self` first for a method) and reaches it
    as `patch.original`. Only plain functions, methods and coroutine functions can be replaced.
    A patch may be started again after it was stopped.
    """

    __slots__ = ("_layer", "name", "original", "owner", "replacement")

    original: Callable[..., Any]
    """What the last `start` replaced, as it is called from the replacement."""

    def __init__(
        self, owner: type | ModuleType, name: str, replacement: Callable[..., Any]
    ) -> None:
        """Note what to replace; nothing changes before `start`."""
        self.owner = owner
        self.name = name
        self.replacement = replacement
        self._layer: _Layer | None = None

    def __repr__(self) -> str:
        """Return `<Patch time.sleep, active>`."""
        state = "active" if self.active else "inactive"
        return f"<Patch {self.owner.__name__}.{self.name}, {state}>"

    @property
    def active(self) -> bool:
        """Whether calls reach the replacement, if nobody has patched over it."""
        return self._layer is not None

    def start(self) -> None:
        """Put the replacement in place.

        Raises:
            RuntimeError: the patch has been started already.
            AttributeError: the owner has no such attribute.
        """
        if self._layer is not None:
            msg = f"{self!r} has been started already"
            raise RuntimeError(msg)
        beneath = nearest_live(vars(self.owner).get(self.name, _INHERITED))
        self.original = _inherited(self.owner, self.name) if beneath is _INHERITED else beneath
        code = getattr(self.replacement, "__code__", self.replacement)
        layer = _RESTING.pop((self.owner, self.name), None)
        if layer is None or not layer.suits(beneath, self.original, code):
            layer = _Layer(self.original, beneath, self.original, code)
            layer.function = _function(layer, self.original, self.replacement)
        layer.target, layer.live = self.replacement, True
        self._layer = layer
        setattr(self.owner, self.name, layer.function)

    def stop(self) -> None:
        """Put back what was there before; a second `stop` does nothing.

        Where somebody has patched over this patch, calls are passed on from now on; the attribute
        itself is put right when the later one is undone, if that is a `Patch` too, or by `uncover`.
        """
        layer, self._layer = self._layer, None
        if layer is None:
            return
        # In this order, so that an interruption leaves a layer that passes calls on.
        layer.live = False
        layer.target = self.original
        if vars(self.owner).get(self.name) is layer.function:
            self._put_right()
            _RESTING[self.owner, self.name] = layer
        else:
            when_uncovered(self._put_right)

    def _put_right(self) -> None:
        entry = vars(self.owner).get(self.name)
        beneath = nearest_live(entry)
        if beneath is _INHERITED:
            delattr(self.owner, self.name)
        elif beneath is not entry:
            setattr(self.owner, self.name, beneath)


def when_uncovered(put_right: Callable[[], None]) -> None:
    """Have the next `uncover` call *put_right*."""
    _COVERED.append(put_right)


def uncover() -> None:
    """Put right what stopped patches couldn't, because somebody had patched over them.

    To be called when those have put back what they found: the layer of a patch, by now stopped.
    """
    covered = _COVERED.copy()
    _COVERED.clear()
    for put_right in covered:
        put_right()


def nearest_live(entry: Any) -> Any:  # noqa: ANN401  # an entry of any `__dict__`
    """Return *entry*, or where a patch that was stopped put it there, what lies under that."""
    while (layer := _layer(entry)) is not None and not layer.live:
        entry = layer.beneath
    return entry


def is_patched(entry: object) -> bool:
    """Say whether a patch put *entry* there, stopped or not."""
    return _layer(entry) is not None


def _layer(entry: object) -> _Layer | None:
    layer = getattr(entry, "_fakecopy_layer", None)
    # A wrapper made with functools.wraps carries a copy of our attribute: it isn't our layer.
    return layer if isinstance(layer, _Layer) and layer.function is entry else None


def _inherited(owner: type | ModuleType, name: str) -> Any:  # noqa: ANN401  # any attribute
    # Not getattr, which would bind class methods and run descriptors.
    for base in getattr(owner, "__mro__", ()):
        if name in vars(base):
            return vars(base)[name]
    msg = f"{owner.__name__} has no {name!r}"
    raise AttributeError(msg)


def _function(
    layer: _Layer, original: Callable[..., Any], replacement: Callable[..., Any]
) -> Callable[..., Any]:
    """Return the function that is installed for *layer*; it looks like *original*."""
    function: Any
    if inspect.iscoroutinefunction(replacement):

        async def function(*args: object, **kwargs: object) -> Any:  # noqa: ANN401  # any function's
            __tracebackhide__ = True
            return await layer.target(*args, **kwargs)

    else:

        def function(*args: object, **kwargs: object) -> Any:  # noqa: ANN401  # any function's
            __tracebackhide__ = True
            return layer.target(*args, **kwargs)

    functools.update_wrapper(function, original)
    function._fakecopy_layer = layer  # noqa: SLF001  # set and read in this module alone
    return function  # type: ignore[no-any-return]
