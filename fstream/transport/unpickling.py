"""The steps of a pickle that run users' code, each as ``pickle`` takes it."""

import sys
from typing import TypeGuard

from fstream.transport.frame import Bytes


def found(module: str, name: str) -> object:
    """Import what is known by its name."""
    __import__(module)
    value: object = sys.modules[module]
    for part in name.split("."):
        value = getattr(value, part)
    return value


def call(fn: object, arguments: object, named: object) -> object:
    """Call ``fn``."""
    if callable(fn) and _is_tuple(arguments) and _is_named(named):
        return fn(*arguments, **named)
    text = "this is no call"
    raise TypeError(text)


def new(cls: object, arguments: object, named: object) -> object:
    """Make an instance without ``__init__``."""
    if not _is_tuple(arguments):
        text = "arguments are no tuple"
        raise TypeError(text)
    return call(getattr(cls, "__new__", None), (cls, *arguments), named)


def build(built: object, state: object) -> None:
    """Give ``built`` its state."""
    set_state: object = getattr(built, "__setstate__", None)
    if set_state is not None:
        call(set_state, (state,), {})
        return
    slots: object = None
    if _is_tuple(state) and len(state) == 2:  # noqa: PLR2004
        state, slots = state
    if _is_named(state):
        vars(built).update(state)
    if _is_named(slots):
        for name, value in slots.items():
            setattr(built, name, value)


def extend(grown: object, items: list[object]) -> None:
    """Append ``items``."""
    method: object = getattr(grown, "extend", None)
    if method is not None:
        call(method, (items,), {})
        return
    append: object = getattr(grown, "append", None)
    for item in items:
        call(append, (item,), {})


def update(changed: object, items: list[object]) -> None:
    """Set ``items``, keys and values in turn."""
    set_item: object = getattr(changed, "__setitem__", None)
    for key, value in zip(items[::2], items[1::2], strict=True):
        call(set_item, (key, value), {})


def add(changed: object, items: list[object]) -> None:
    """Add ``items`` to a set."""
    method: object = getattr(changed, "add", None)
    for item in items:
        call(method, (item,), {})


def is_list(value: object) -> TypeGuard[list[object]]:
    """Tell whether ``value`` is a list and of no class of a user's."""
    return type(value) is list


def is_buffer(value: object) -> TypeGuard[Bytes]:
    """Tell whether ``value`` came out of band."""
    return isinstance(value, bytes | bytearray | memoryview)


def _is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    return isinstance(value, tuple)


def _is_named(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)
