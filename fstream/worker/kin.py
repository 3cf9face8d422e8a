"""What Linux knows of parents and children beyond the standard library."""

import ctypes
import os
import signal
import time
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SET_DEATH_SIGNAL = 1
_SET_SUBREAPER = 36
_PATIENCE = 1.0
_STOPPING = 0.01
_PARENT = 1
_BIRTH = 19


def adopt_orphans() -> None:
    """Become the parent of all descendants whose parents end."""
    _control(_SET_SUBREAPER, 1)


def die_with_parent() -> None:
    """Be killed when the thread that forked this process ends."""
    _control(_SET_DEATH_SIGNAL, signal.SIGKILL)


def pidfd(pid: int) -> int | None:
    """Open a descriptor that tells of the end of ``pid``; ``None``: refused.

    A kernel may be too old for it, a sandbox may forbid it, and there may be no
    room for one more. That there is no such process is raised.
    """
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except OSError:
        return None


def birth(pid: int) -> str | None:
    """Tell when ``pid`` began, which no later process of that number shares."""
    status = _status(pid)
    return status[_BIRTH] if status else None


def stop(pid: int) -> None:
    """Stop a child; answer when it does nothing more, or is not to be stopped soon."""
    seen = os.WSTOPPED | os.WEXITED | os.WNOWAIT | os.WNOHANG
    deadline = time.monotonic() + _STOPPING
    with suppress(OSError):
        os.kill(pid, signal.SIGSTOP)
        while os.waitid(os.P_PID, pid, seen) is None and time.monotonic() < deadline:
            time.sleep(_STOPPING / 100)


def go_on(pid: int) -> None:
    """Let a child go on that was stopped."""
    with suppress(OSError):
        os.kill(pid, signal.SIGCONT)


def kill_group(pid: int) -> None:
    """Kill a process with its helpers, or alone if it leads no group yet."""
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def end_descendants(known: Iterable[int]) -> None:
    """Kill all children, then those that thereby become our children.

    Where nothing tells who they are it is the ``known`` ones, with their groups.
    """
    deadline = time.monotonic() + _PATIENCE
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for pid in known:
        kill_group(pid)
    while (children := _children()) and time.monotonic() < deadline:
        for pid in children:
            kill_group(pid)
        signal.sigtimedwait({signal.SIGCHLD}, _PATIENCE / 10)
        _reap()


def _children() -> list[int]:
    own = os.getpid()
    with suppress(OSError):
        text = Path(f"/proc/{own}/task/{own}/children").read_text()
        return [int(pid) for pid in text.split()]
    return [pid for pid in _processes() if (_status(pid) or "00")[_PARENT] == str(own)]


def _processes() -> Iterator[int]:
    with suppress(OSError):
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                yield int(entry.name)


def _status(pid: int) -> list[str] | None:
    """Give what ``/proc`` tells of a process, from its state on."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _control(option: int, value: int) -> None:
    with suppress(OSError, AttributeError):  # refused, or no Linux: done without
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
