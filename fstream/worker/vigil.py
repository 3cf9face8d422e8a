"""The watch that a nursery keeps: over its program, over its children.

Both are descriptors that become readable. Where the system gives no pidfd, the
program is looked for every half second by its number and its time of birth.
"""

import os
import select
import signal
from contextlib import suppress
from types import FrameType
from typing import final

from fstream.transport.channel import raised_number
from fstream.worker.kin import birth
from fstream.worker.kin import pidfd

_PAUSE = 0.5


@final
class Vigil:
    """The watch over the process ``pid``; raises ``OSError`` if it is gone."""

    __slots__ = ("_birth", "_pid", "descriptor", "patience")

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._birth = birth(pid)
        self.descriptor = pidfd(pid)
        self.patience = _PAUSE if self.descriptor is None else None
        if self.descriptor is None:
            os.kill(pid, 0)

    def is_over(self) -> bool:
        """Tell whether the process is gone."""
        if self.descriptor is not None:
            poll = select.poll()
            poll.register(self.descriptor, select.POLLIN)
            return bool(poll.poll(0))
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # it took another user's rights
            return False
        return birth(self._pid) != self._birth

    def close(self) -> None:
        """Watch no longer."""
        if self.descriptor is not None:
            os.close(self.descriptor)


@final
class Bell:
    """A descriptor that becomes readable when a child of this process ends."""

    __slots__ = ("_inner", "_outer")

    def __init__(self) -> None:
        outer, inner = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._outer = raised_number(outer)
        self._inner = raised_number(inner)
        signal.set_wakeup_fd(self._inner, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _nothing)

    def fileno(self) -> int:
        """The descriptor."""
        return self._outer

    def rest(self) -> None:
        """Be quiet until the next child ends."""
        with suppress(BlockingIOError):
            os.read(self._outer, 4096)

    def close(self) -> None:
        """Leave signals as they are in a new process."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.close(self._outer)
        os.close(self._inner)


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """Have the signal wake what waits."""
