"""What a worker says: whole frames, from whichever of its threads.

Nobody waits for a lock here. Who finds another at it leaves the frame to that one,
so that a signal handler or a finalizer can say something in the middle of a reply.
"""

import os
from _thread import allocate_lock
from collections import deque
from typing import final

from fstream.transport.channel import Channel
from fstream.transport.frame import Frame


@final
class Outbox:
    """The sending side of a channel; ``is_ours`` is false once it is another's.

    User code may close the channel's descriptor, and open a file that gets its
    number; and it may fork, and then no copy of this process may say anything.
    """

    __slots__ = ("_channel", "_home", "_identity", "_lock", "_waiting", "is_ours")

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._home = os.getpid()
        self._identity = _identity(channel)
        self._lock = allocate_lock()
        self._waiting: deque[Frame] = deque()
        self.is_ours = True

    def send(self, frame: Frame) -> None:
        """Send ``frame``, after those that wait."""
        self._waiting.append(frame)
        while self._waiting and self._lock.acquire(blocking=False):
            try:
                while self._waiting:
                    self._send(self._waiting.popleft())
            finally:
                self._lock.release()

    def _send(self, frame: Frame) -> None:
        if self._identity != _identity(self._channel) or self._home != os.getpid():
            self.is_ours = False
        if self.is_ours:
            self._channel.send(frame)


def _identity(channel: Channel) -> tuple[int, int] | None:
    try:
        status = os.fstat(channel.fileno())
    except OSError:
        return None
    return status.st_dev, status.st_ino
