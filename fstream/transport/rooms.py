"""Memory for big pieces of frames.

Fresh memory costs more than what is read into it: each page is a fault, and
``bytearray`` fills it with zeros first. So it is mapped with all its pages at once,
and what its last owner has let go of is used again.
"""

import mmap
import sys
from typing import final

_BIG = 1 << 18
_KEPT_SIZE = 1 << 22
_MOST_KEPT = 4
_FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE


@final
class Rooms:
    """Rooms that were given out, some of which may be free again."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: list[mmap.mmap] = []

    def room(self, size: int) -> bytearray | memoryview:
        """Give ``size`` bytes that nobody else has, with anything in them."""
        if size < _BIG:
            return bytearray(size)
        if size > _KEPT_SIZE:
            return memoryview(_mapped(size))
        for n, references in enumerate(_references(self._kept)):
            # Whoever sees its bytes, by whatever view, refers to it.
            if references == _UNSEEN and len(self._kept[n]) == size:
                return memoryview(self._kept[n])
        room = _mapped(size)
        self._kept = [*self._kept[1 - _MOST_KEPT :], room]
        return memoryview(room)

    def copy(self, piece: memoryview) -> memoryview:
        """Give a copy of ``piece`` that nothing changes, so long as it is seen."""
        size = len(piece)
        whole = size
        if 0 < size <= _KEPT_SIZE:  # pieces are cut anywhere, rooms have few sizes
            whole = 1 << (size - 1).bit_length()
        copied = memoryview(self.room(whole))[:size]
        copied[:] = piece
        return copied.toreadonly()


def _references(rooms: list[mmap.mmap]) -> list[int]:
    return [sys.getrefcount(room) for room in rooms]


# Measured, since versions of Python count their own references differently.
(_UNSEEN,) = _references([mmap.mmap(-1, 1)])


def _mapped(size: int) -> mmap.mmap:
    try:
        return mmap.mmap(-1, size, flags=_FLAGS)
    except OSError as exc:
        raise MemoryError from exc
