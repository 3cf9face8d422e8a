"""A channel: whole frames over one stream socket.

The same class serves both ends. Where the socket does not block, ``send`` keeps
what did not fit and ``flush`` goes on with it; where it blocks, they wait.
"""

import fcntl
import os
import select
import socket
from collections import deque
from typing import Literal, final

from fstream.transport.frame import Assembler
from fstream.transport.frame import Frame
from fstream.transport.frame import pack
from fstream.transport.inherited import forget_in_copies
from fstream.transport.rooms import Rooms

_BUFFER = 1 << 20
_PIECES = 512
LOWEST = 10


@final
class Channel:
    """One end of a connection.

    ``state`` is "ended" when the other side is gone, and "broken" when what
    came is no frame; it never opens again. In a forked copy of this process, whose
    connection it is not, it is closed.
    """

    __slots__ = (
        "__weakref__",
        "_assembler",
        "_is_finishing",
        "_queue",
        "_rooms",
        "_socket",
        "state",
    )

    def __init__(self, end: socket.socket) -> None:
        self.state: Literal["open", "ended", "broken"] = "open"
        self._socket = end
        self._assembler = Assembler()
        self._queue: deque[memoryview] = deque()
        self._rooms = Rooms()
        self._is_finishing = False
        forget_in_copies(self)

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._socket.fileno()

    def send(self, frame: Frame) -> None:
        """Send ``frame``, or begin to."""
        pieces = pack(frame)
        self._queue.extend(memoryview(piece).cast("B") for piece in pieces if piece)
        self.flush()

    def finish(self) -> None:
        """Send nothing more: the other side ends when it has answered all."""
        self._is_finishing = True
        self.flush()

    def is_behind(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._queue)

    def flush(self) -> None:
        """Send on."""
        try:
            while self._queue:
                some = [self._queue[i] for i in range(min(_PIECES, len(self._queue)))]
                self._advance(self._socket.sendmsg(some))
            if self._is_finishing:
                self._socket.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            self._own()
        except OSError:
            self._queue.clear()  # what the other side said before it left still counts

    def receive(self) -> list[Frame]:
        """Read once, or until a frame is whole; give the frames that are."""
        frames: list[Frame] = []
        while not frames and self.state == "open":
            room = self._assembler.room()
            n = self._read(room)
            frames = self._assembler.filled(n)
            if self._assembler.broken is not None:
                self.state = "broken"
            if n < len(room):
                break
        return frames

    def drain(self) -> list[Frame]:
        """Read all that is there, from a socket that does not block."""
        frames: list[Frame] = []
        while self.state == "open":
            n = self._read(self._assembler.room())
            frames += self._assembler.filled(n)
            if self._assembler.broken is not None:
                self.state = "broken"
            if n == 0:
                break
        return frames

    def reject(self) -> None:
        """Hear nothing more: a frame that came has no meaning."""
        self.state = "broken"

    def close(self) -> None:
        """Close the socket; idempotent. What is broken stays so."""
        if self.state == "open":
            self.state = "ended"
        self._queue.clear()
        self._socket.close()

    def forget(self) -> None:
        """Close our copy of the socket."""
        self.close()

    def _read(self, room: memoryview) -> int:
        try:
            n = self._socket.recv_into(room)
        except BlockingIOError:
            return 0
        except OSError:
            n = 0
        if n == 0:
            self.state = "ended"
        return n

    def _advance(self, sent: int) -> None:
        while sent:
            first = self._queue[0]
            if sent < len(first):
                self._queue[0] = first[sent:]
                return
            sent -= len(first)
            self._queue.popleft()

    def _own(self) -> None:
        # The caller may change its arrays as soon as ``send`` has returned.
        for i, piece in enumerate(self._queue):
            if not piece.readonly:
                self._queue[i] = self._rooms.copy(piece)


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Give the two ends of a stream: ours, which never blocks, and theirs."""
    ours, theirs = (raised(end) for end in socket.socketpair())
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    ours.settimeout(0)
    return ours, theirs


def raised(end: socket.socket) -> socket.socket:
    """Move ``end`` out of the way of the standard descriptors."""
    number = raised_number(end.detach())
    return socket.socket(fileno=number)


def raised_epoll() -> select.epoll:
    """Make an epoll, out of the way of the standard descriptors."""
    with select.epoll() as epoll:
        number = fcntl.fcntl(epoll.fileno(), fcntl.F_DUPFD_CLOEXEC, LOWEST)
    return select.epoll.fromfd(number)


def raised_number(number: int) -> int:
    """Move a descriptor out of the way of the standard ones."""
    if number >= LOWEST:
        return number
    try:
        return fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, LOWEST)
    finally:
        os.close(number)
