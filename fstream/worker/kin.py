"""What Linux knows of parents and children beyond the standard library."""

import ctypes
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

_SET_DEATH_SIGNAL = 1
_SET_SUBREAPER = 36
_PATIENCE = 1.0


def adopt_orphans() -> None:
    """Become the parent of all descendants whose parents end."""
    _control(_SET_SUBREAPER, 1)


def die_with_parent() -> None:
    """Be killed when the thread that forked this process ends."""
    _control(_SET_DEATH_SIGNAL, signal.SIGKILL)


def end_descendants() -> None:
    """Kill all children, then those that thereby become our children."""
    deadline = time.monotonic() + _PATIENCE
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while (children := _children()) and time.monotonic() < deadline:
        for pid in children:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        signal.sigtimedwait({signal.SIGCHLD}, _PATIENCE / 10)
        _reap()


def _children() -> list[int]:
    own = os.getpid()
    with suppress(OSError):
        return [
            int(pid)
            for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()
        ]
    return []


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _control(option: int, value: int) -> None:
    with suppress(OSError, AttributeError):  # refused, or no Linux: done without
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
