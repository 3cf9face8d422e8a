"""Guarded, bounded text of foreign objects.

A failure must be told whatever the objects in it do when they are printed. So
user code is called once, its errors are answered by a placeholder, and what is
big is cut before it is formatted wherever its type is known.
"""

import re
from collections.abc import Callable
from collections.abc import Iterable
from typing import TypeGuard

ELLIPSIS = "..."
UNPRINTABLE = "<unprintable>"
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+(?=>)")
_DEEPEST = 20
_BIG_BITS = 13_000  # Python refuses to print whole numbers of over 4300 digits


def clip(text: str, limit: int) -> str:
    """Cut ``text`` to ``limit`` bytes of UTF-8 and make it encodable.

    >>> clip("abcdefgh", 6)
    'abc...'
    """
    if type(text) is str and len(text) <= limit and text.isascii():
        return text
    text = str.__str__(text)
    raw = text[:limit].encode("utf-8", "backslashreplace")
    if len(raw) <= limit and len(text) <= limit:
        return raw.decode()
    return raw[: limit - len(ELLIPSIS)].decode("utf-8", "ignore") + ELLIPSIS


def guarded(make: Callable[[], str], limit: int) -> str:
    """Answer ``make()`` clipped, or a placeholder whatever it raises."""
    try:
        return clip(make(), limit)
    except BaseException:  # noqa: BLE001 - user code prints here; it fails nothing
        return UNPRINTABLE


def short_repr(value: object, limit: int) -> str:
    """Answer ``repr(value)`` without addresses, in at most ``limit`` bytes.

    Built-in collections are cut before they are formatted; sets are sorted, so
    that the text is the same in every process.

    >>> short_repr(list(range(10**6)), 20)
    '[0, 1, 2, 3, 4, 5...'
    """
    return guarded(lambda: _repr(value, limit, ()), limit)


def is_small(value: object, limit: int) -> bool:
    """Tell whether ``repr(value)`` stays near ``limit`` as far as types tell."""
    return _room(value, limit, _DEEPEST) >= 0


def is_scalar(value: object) -> bool:
    """Tell whether ``value`` is exactly a number, a text, bytes or ``None``.

    Classes are told apart by identity: a metaclass may define any ``__hash__``.
    """
    kind = type(value)
    return kind is int or kind is str or kind is float or _is_rarer(kind)


def is_sequence(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Tell whether ``value`` is exactly a list or a tuple."""
    return type(value) is list or type(value) is tuple


def _is_rarer(kind: type) -> bool:
    return (
        kind is bool
        or kind is type(None)
        or kind is bytes
        or kind is bytearray
        or kind is complex
    )


def _repr(value: object, room: int, outer: tuple[int, ...]) -> str:
    if is_scalar(value):
        return _scalar_repr(value, room)
    if not _is_collection(value):
        return _ADDRESS.sub("", str.__str__(repr(value)))
    opening, closing = _brackets(value)
    if id(value) in outer or len(outer) > _DEEPEST:
        return opening + ELLIPSIS + closing
    if isinstance(value, dict):
        parts = _dict_parts(value, room, (*outer, id(value)))
    else:
        parts = _parts(value, room, (*outer, id(value)))
    if isinstance(value, set | frozenset):
        parts = sorted(parts)
    if isinstance(value, tuple) and len(parts) == 1:
        return f"({parts[0]},)"
    return opening + ", ".join(parts) + closing


def _scalar_repr(value: object, room: int) -> str:
    if isinstance(value, int) and value.bit_length() > _BIG_BITS:
        return f"<whole number of {value.bit_length()} bits>"
    if isinstance(value, str | bytes | bytearray) and len(value) > room:
        return repr(value[:room]) + ELLIPSIS
    return repr(value)


def _brackets(value: "Collection") -> tuple[str, str]:
    match value:
        case list():
            return "[", "]"
        case tuple():
            return "(", ")"
        case frozenset():
            return ("frozenset({", "})") if value else ("frozenset(", ")")
        case set():
            return ("{", "}") if value else ("set(", ")")
        case dict():
            return "{", "}"


def _parts(values: Iterable[object], room: int, outer: tuple[int, ...]) -> list[str]:
    parts: list[str] = []
    for value in values:
        if room <= 0:
            parts.append(ELLIPSIS)
            break
        parts.append(_repr(value, room, outer))
        room -= len(parts[-1]) + 2
    return parts


def _dict_parts(
    values: dict[object, object], room: int, outer: tuple[int, ...]
) -> list[str]:
    parts: list[str] = []
    for key, value in values.items():
        if room <= 0:
            parts.append(ELLIPSIS)
            break
        parts.append(f"{_repr(key, room, outer)}: {_repr(value, room, outer)}")
        room -= len(parts[-1]) + 2
    return parts


def _room(value: object, room: int, depth: int) -> int:
    """What is left of ``room`` after ``value``; negative where it is too small."""
    if type(value) is str or type(value) is bytes or type(value) is bytearray:
        return room - len(value)
    room -= 1
    if not _is_collection(value):
        return room
    if len(value) > room or depth == 0:
        return -1
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    for part in parts:
        room = _room(part, room, depth - 1)
        if room < 0:
            break
    return room


Collection = (
    list[object]
    | tuple[object, ...]
    | set[object]
    | frozenset[object]
    | dict[object, object]
)


def _is_collection(value: object) -> TypeGuard[Collection]:
    kind = type(value)
    return (
        kind is list
        or kind is tuple
        or kind is dict
        or kind is set
        or kind is frozenset
    )
