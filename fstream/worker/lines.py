"""Lines that several workers print, each in one piece.

A line goes out when it is whole, and while it does no other worker prints: the
system itself keeps together 4 KiB at most. The lock is one of the system's, which
ends with its owner; and who cannot get it in time prints all the same.
"""

import fcntl
import io
import os
import select
import time
from _thread import RLock
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO, final

from fstream.transport.channel import raised_number
from fstream.worker.recorder import nameless_file

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_PATIENCE = 5.0
_PAUSE = 0.001
_LONGEST = 1 << 24


def new_lock() -> int:
    """Make a file to lock; a number that is no file where that is refused."""
    try:
        return raised_number(nameless_file())
    except OSError:
        return -1


def whole_lines(stream: TextIO, lock: int) -> TextIO:
    """Give a stream that writes to where ``stream`` does, line by line.

    What waits in ``stream`` stays there, and its lock is as it is. Processes that
    share the file ``lock`` take turns.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # closed, or the host's own
    return io.TextIOWrapper(
        _Lines(stream.fileno(), stream.name, lock),
        encoding=stream.encoding,
        errors=stream.errors,
        newline="\n",
        write_through=True,
    )


@final
class _Lines(io.BufferedIOBase):
    """Keeps what is no whole line yet, until it is one or is flushed."""

    def __init__(self, descriptor: int, name: str, lock: int) -> None:
        super().__init__()
        self.name = name
        self._descriptor = descriptor
        self._guard = RLock()
        self._held = bytearray()
        self._lock = lock

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, text: "ReadableBuffer", /) -> int:
        raw = bytes(text)
        with self._guard:
            self._held += raw
            end = self._held.rfind(b"\n") + 1
            if end == 0 and len(self._held) > _LONGEST:
                end = len(self._held)
            if end:
                whole = bytes(self._held[:end])
                del self._held[:end]
                self._put(whole)
        return len(raw)

    def flush(self) -> None:
        with self._guard:
            rest = bytes(self._held)
            self._held.clear()
            if rest:
                self._put(rest)

    def _put(self, text: bytes) -> None:
        is_mine = _locked(self._lock)
        try:
            rest = memoryview(text)
            while rest:
                rest = rest[_written(self._descriptor, rest) :]
        finally:
            if is_mine:
                with suppress(OSError):
                    fcntl.lockf(self._lock, fcntl.LOCK_UN)


def _written(descriptor: int, text: memoryview) -> int:
    try:
        return os.write(descriptor, text)
    except BlockingIOError:  # somebody who shares it made it so
        select.select((), (descriptor,), ())
        return 0


def _locked(lock: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE)
        except OSError:  # there is no such lock (any more)
            return False
        else:
            return True
