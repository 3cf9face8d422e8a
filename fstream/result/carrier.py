"""The carriers that give back an item or an exception on demand.

Where an item failed the objects themselves are held. Across a process boundary
bytes go, if they were proven where they were made: loaded once, they gave the
same again. What cannot be proven is not carried; the record tells it.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard, final

from fstream.result.anatomy import args_of
from fstream.result.anatomy import cause_of
from fstream.result.anatomy import context_of
from fstream.result.anatomy import is_hidden
from fstream.result.anatomy import is_plain
from fstream.result.anatomy import neighbours_of
from fstream.result.anatomy import vars_of
from fstream.result.capture import message_of
from fstream.result.printable import is_scalar
from fstream.result.printable import is_small
from fstream.result.printable import short_repr

VALUE_LIMIT = 1 << 18
EXCEPTION_LIMIT = 1 << 16
_LONGEST_CHAIN = 40


@final
@dataclass(frozen=True, slots=True)
class Held:
    """Holds the objects themselves; pickles as ``Packed``."""

    item: object
    exc: BaseException

    def value(self) -> object:
        """Answer the item itself."""
        return self.item

    def exception(self) -> BaseException | None:
        """Answer the exception itself."""
        return self.exc

    def __reduce__(self) -> tuple[object, ...]:
        return Packed, (pack_value(self.item), pack_exception(self.exc))


@final
@dataclass(frozen=True, slots=True)
class Packed:
    """Holds proven bytes."""

    value_bytes: bytes | None
    exception_bytes: bytes | None

    def value(self) -> object:
        """Answer a copy of the item, or ``None``."""
        return _loads(self.value_bytes)

    def exception(self) -> BaseException | None:
        """Answer a copy of the exception, or ``None``."""
        match _loads(self.exception_bytes):
            case BaseException() as exc:
                return exc
            case _Chain() as chain:
                return chain.linked()
            case _:
                return None


def pack_value(value: object) -> bytes | None:
    """Answer bytes that give ``value`` again, or ``None``."""
    if _is_text(value) and len(value) > VALUE_LIMIT:
        return None
    if is_scalar(value):
        return _within(pickle.dumps(value, protocol=5), VALUE_LIMIT)
    return _proven(value, VALUE_LIMIT, lambda again: type(again) is type(value))


def pack_exception(exc: BaseException) -> bytes | None:
    """Answer bytes that give ``exc`` with its chain again, or ``None``."""
    if not is_small(args_of(exc), EXCEPTION_LIMIT):
        return None
    if is_plain(exc) and all(map(is_scalar, args_of(exc))):
        return _within(pickle.dumps(exc, protocol=5), EXCEPTION_LIMIT)
    chain = _chain(exc)
    if chain is None:
        return None
    return _proven(chain, EXCEPTION_LIMIT, lambda again: _is_same(chain, again))


@final
@dataclass(frozen=True, slots=True)
class _Chain:
    """Exceptions, and for each the numbers of its cause and context, or -1."""

    members: tuple[BaseException, ...]
    links: tuple[tuple[int, int, bool], ...]

    def linked(self) -> BaseException:
        for exc, (cause, context, hidden) in zip(self.members, self.links, strict=True):
            exc.__cause__ = None if cause < 0 else self.members[cause]
            exc.__context__ = None if context < 0 else self.members[context]
            exc.__suppress_context__ = hidden
        return self.members[0]


def _chain(exc: BaseException) -> _Chain | None:
    numbers = {id(exc): 0}
    members = [exc]
    for link in members:
        for far in neighbours_of(link):
            if id(far) not in numbers:
                numbers[id(far)] = len(members)
                members.append(far)
        if len(members) > _LONGEST_CHAIN:
            return None
    links = tuple(
        (
            numbers.get(id(cause_of(link)), -1),
            numbers.get(id(context_of(link)), -1),
            is_hidden(link),
        )
        for link in members
    )
    return _Chain(tuple(members), links)


def _is_same(chain: _Chain, again: object) -> bool:
    return (
        isinstance(again, _Chain)
        and again.links == chain.links
        and len(again.members) == len(chain.members)
        and all(map(_is_alike, chain.members, again.members))
    )


def _is_alike(exc: BaseException, again: BaseException) -> bool:
    return type(again) is type(exc) and _print(again) == _print(exc)


def _print(exc: BaseException) -> tuple[str, ...]:
    state = (args_of(exc), vars_of(exc))
    return message_of(exc), *(short_repr(part, EXCEPTION_LIMIT) for part in state)


def _within(raw: bytes, limit: int) -> bytes | None:
    return raw if len(raw) <= limit else None


def _is_text(value: object) -> TypeGuard[str | bytes | bytearray]:
    kind = type(value)
    return kind is str or kind is bytes or kind is bytearray


def _proven(
    value: object, limit: int, is_same: Callable[[object], bool]
) -> bytes | None:
    raw = _dumps(value, limit)
    if raw is None:
        return None
    try:
        return raw if is_same(pickle.loads(raw)) else None  # noqa: S301 - our own bytes
    except BaseException:  # noqa: BLE001 - user code loads here; it fails nothing
        return None


def _dumps(value: object, limit: int) -> bytes | None:
    file = _Bounded(limit)
    try:
        pickle.Pickler(file, protocol=5).dump(value)
    except BaseException:  # noqa: BLE001 - user code dumps here; it fails nothing
        return None
    return b"".join(file.parts)


def _loads(raw: bytes | None) -> object:
    if raw is None:
        return None
    try:
        loaded: object = pickle.loads(raw)  # noqa: S301 - proven where it was made
    except Exception:  # noqa: BLE001 - its class is unknown here, say
        return None
    return loaded


@final
class _Bounded:
    """A file in memory that ends."""

    __slots__ = ("parts", "room")

    def __init__(self, room: int) -> None:
        self.parts: list[bytes] = []
        self.room = room

    def write(self, part: bytes) -> int:
        self.room -= len(part)
        if self.room < 0:
            text = "there is no room for more"
            raise OverflowError(text)
        self.parts.append(bytes(part))
        return len(part)
