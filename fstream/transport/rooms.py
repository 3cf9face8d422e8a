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
_OURS = 3  # the list's reference, the loop's, and that of ``getrefcount`` itself
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
        for room in self._kept:
            # Whoever sees its bytes, by whatever view, refers to it.
            if len(room) == size and sys.getrefcount(room) == _OURS:
                return memoryview(room)
        room = _mapped(size)
        self._kept = [*self._kept[1 - _MOST_KEPT :], room]
        return memoryview(room)

    def copy(self, piece: memoryview) -> memoryview:
        """Give a copy of ``piece`` that nothing changes, so long as it is seen."""
        size = len(piece)
        whole = 1 << (size - 1).bit_length() if size else 0  # pieces are cut anywhere
        copied = memoryview(self.room(whole))[:size]
        copied[:] = piece
        return copied.toreadonly()


def _mapped(size: int) -> mmap.mmap:
    try:
        return mmap.mmap(-1, size, flags=_FLAGS)
    except OSError as exc:
        raise MemoryError from exc
