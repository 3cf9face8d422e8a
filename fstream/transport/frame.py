"""Frames: what crosses a socket, whole or not at all.

::

    frame   = header table head body buffer* tail
    header  = magic kind lane sequence service buffers
              head-length body-length crc(head body) crc(header)
    table   = length*                       one for each buffer
    tail    = sequence magic

``head`` is written by us, ``body`` by users' objects, and the buffers are what
their pickles left out of band. Buffers have no checksum (it would cost more than
moving them), but bytes that somebody else writes into the socket shift the
tail, and are found there.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct
from typing import TypeAlias, final
from zlib import crc32

from fstream.transport.rooms import Rooms

Bytes: TypeAlias = bytes | bytearray | memoryview

LIMIT = 4 << 30
MOST_BUFFERS = 1024

_MAGIC = b"fst1"
_HEADER = Struct("<4sBxxxIQQIQQI")
_CHECKED = Struct("<4sBxxxIQQIQQII")
_TAIL = Struct("<Q4s")
_ROOM = 1 << 17


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A message; ``lane``, ``sequence`` and ``service`` mean what its kind says.

    One that ``is_lost`` was too big for the memory there is, but for its head.
    """

    kind: int
    lane: int = 0
    sequence: int = 0
    service: int = 0
    head: Bytes = b""
    body: Bytes = b""
    buffers: tuple[Bytes, ...] = ()
    is_lost: bool = False

    @property
    def size(self) -> int:
        """How many bytes its contents are."""
        front = len(self.head) + len(self.body)
        return front + sum(len(buffer) for buffer in self.buffers)


def pack(frame: Frame) -> list[Bytes]:
    """Give the pieces of ``frame`` in the order in which they are sent."""
    header = _HEADER.pack(
        _MAGIC,
        frame.kind,
        frame.lane,
        frame.sequence,
        frame.service,
        len(frame.buffers),
        len(frame.head),
        len(frame.body),
        crc32(frame.body, crc32(frame.head)),
    )
    table = b"".join(len(each).to_bytes(8, "little") for each in frame.buffers)
    start = b"".join((header, crc32(header).to_bytes(4, "little"), table))
    tail = _TAIL.pack(frame.sequence, _MAGIC)
    return [start, frame.head, frame.body, *frame.buffers, tail]


@final
class Assembler:
    """Frames out of bytes that arrive in any pieces.

    Write into ``room()``, then tell ``filled(n)``. A frame that has begun gets
    memory of exactly its size, so nothing big is copied. When ``broken`` is set
    the stream means nothing any more, and all further bytes are ignored.
    """

    __slots__ = (
        "_buffer",
        "_end",
        "_frames",
        "_open",
        "_rooms",
        "_start",
        "_view",
        "broken",
    )

    def __init__(self) -> None:
        self._rooms = Rooms()
        self.broken: str | None = None
        self._buffer = bytearray(_ROOM)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        self._open: _Begun | None = None
        self._frames: list[Frame] = []

    def room(self) -> memoryview:
        """Where the next bytes belong."""
        if self._open is not None:
            return self._open.room()
        return self._view[self._end :]

    def filled(self, n: int) -> list[Frame]:
        """Take notice of ``n`` bytes in ``room()``; give the frames they end."""
        if self._open is not None:
            self._open.filled(n)
            self._close_if_whole()
        else:
            self._end += n
        while self.broken is None and self._open is None and self._begin():
            pass
        self._compact()
        frames, self._frames = self._frames, []
        return frames

    def _begin(self) -> bool:
        """Start the frame at hand; false if its start has not yet come."""
        held = self._end - self._start
        if held < _CHECKED.size:
            return False
        start = self._view[self._start : self._start + _CHECKED.size]
        opened = _opened(start)
        if isinstance(opened, str):
            self.broken = opened
            return False
        table = _CHECKED.size + 8 * opened.buffers
        if held < table:
            return False
        lengths = self._view[self._start + _CHECKED.size : self._start + table]
        begun = _begun(opened, lengths, self._rooms)
        if isinstance(begun, str):
            self.broken = begun
            return False
        self._open = begun
        self._start += table
        self._start += begun.take(self._view[self._start : self._end])
        self._close_if_whole()
        return True

    def _close_if_whole(self) -> None:
        if self._open is None or not self._open.is_whole():
            return
        frame = self._open.frame()
        self._open = None
        if isinstance(frame, str):
            self.broken = frame
        else:
            self._frames.append(frame)

    def _compact(self) -> None:
        held = self._end - self._start
        if self._start and held:
            self._view[:held] = bytes(self._view[self._start : self._end])
        self._start = 0
        self._end = 0 if self.broken else held


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A header that was checked."""

    kind: int
    lane: int
    sequence: int
    service: int
    buffers: int
    head: int
    body: int
    checksum: int


def _opened(header: memoryview) -> "_Opened | str":
    magic, kind, lane, sequence, service, buffers, head, body, checksum, own = (
        _CHECKED.unpack(header)
    )
    if magic != _MAGIC:
        return "wrong magic"
    if crc32(header[: _HEADER.size]) != own:
        return "wrong checksum of a header"
    if buffers > MOST_BUFFERS or head + body > LIMIT:
        return "a frame beyond every limit"
    return _Opened(
        kind=kind,
        lane=lane,
        sequence=sequence,
        service=service,
        buffers=buffers,
        head=head,
        body=body,
        checksum=checksum,
    )


def _begun(opened: _Opened, table: memoryview, rooms: Rooms) -> "_Begun | str":
    ends = range(0, len(table) + 1, 8)
    lengths = [int.from_bytes(table[i:j], "little") for i, j in pairwise(ends)]
    if opened.head + opened.body + sum(lengths) > LIMIT:
        return "a frame beyond every limit"
    return _Begun(opened, lengths, rooms)


@final
class _Begun:
    """A frame whose header is known, being filled.

    Where memory has no room for it all but its head goes by, so that the frames
    after it can be read.
    """

    __slots__ = ("_at", "_crc", "_is_lost", "_opened", "_parts", "_rest", "_unchecked")

    def __init__(self, opened: _Opened, lengths: Sequence[int], rooms: Rooms) -> None:
        self._at = 0
        self._crc = 0
        self._is_lost = False
        self._opened = opened
        self._unchecked = opened.head + opened.body
        try:
            front = bytearray(opened.head), bytearray(opened.body)
            buffers = (rooms.room(length) for length in lengths)
            self._parts: list[Bytes] = [*front, *buffers, bytearray(_TAIL.size)]
            self._rest = deque(memoryview(part) for part in self._parts if part)
        except MemoryError:
            self._lose(opened.body + sum(lengths))

    def _lose(self, size: int) -> None:
        self._is_lost = True
        head, nothing, tail = map(bytearray, (self._opened.head, 0, _TAIL.size))
        self._parts = [head, nothing, tail]
        gone = memoryview(bytearray(_ROOM))
        rest = [gone] * (size // _ROOM) + [gone[: size % _ROOM]]
        views = [memoryview(head), *rest, memoryview(tail)]
        self._rest = deque(view for view in views if view)

    def room(self) -> memoryview:
        return self._rest[0][self._at :]

    def filled(self, n: int) -> None:
        if self._is_lost:
            checked = self.room()[: min(n, self._unchecked)]
            self._crc = crc32(checked, self._crc)
            self._unchecked -= len(checked)
        self._at += n
        if self._at == len(self._rest[0]):
            self._rest.popleft()
            self._at = 0

    def take(self, piece: memoryview) -> int:
        taken = 0
        while self._rest and taken < len(piece):
            room = self.room()
            n = min(len(room), len(piece) - taken)
            room[:n] = piece[taken : taken + n]
            self.filled(n)
            taken += n
        return taken

    def is_whole(self) -> bool:
        return not self._rest

    def frame(self) -> Frame | str:
        head, body, *buffers, tail = self._parts
        opened = self._opened
        if _TAIL.unpack(tail) != (opened.sequence, _MAGIC):
            return "wrong end of a frame"
        found = self._crc if self._is_lost else crc32(body, crc32(head))
        if found != opened.checksum:
            return "wrong checksum of a frame"
        return Frame(
            kind=opened.kind,
            lane=opened.lane,
            sequence=opened.sequence,
            service=opened.service,
            head=head,
            body=body,
            buffers=tuple(buffers),
            is_lost=self._is_lost,
        )
