"""The program's end of its nursery.

One nursery serves all runs of a program. It is started by the first, is nobody's
child (no wait of the host ever meets it), and ends with the program: it sees the
program's end by itself, whatever ended it.
"""

import atexit
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from errno import EPIPE
from pathlib import Path
from threading import Lock
from typing import final

from fstream.transport.owned import close_all
from fstream.transport.undisturbed import Undisturbed
from fstream.worker import orders
from fstream.worker.allowed import why_no_workers
from fstream.worker.orders import Order

_ATTEMPTS = 3
_PATIENCE = 3.0
_END = 3
_BOOT = (
    "import gc, os, sys\n"
    "gc.disable()\n"  # what is imported stays
    "sys.path[:] = sys.argv[3:]\n"
    "try:\n"
    "    if os.fork(): os._exit(0)\n"
    "except OSError: pass\n"  # it stays a child, and will say the same of workers
    "from fstream.worker.nursery import main\n"
    "main(int(sys.argv[1]), int(sys.argv[2]))\n"
)


@final
class Session:
    """A conversation with the nursery about the workers of one backend."""

    __slots__ = ("_end", "is_open")

    def __init__(self) -> None:
        self._end, theirs = orders.pair()
        self.is_open = True
        try:
            _program.open(theirs)
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._end.fileno()

    def fork(self, worker: int, *, end: int, page: int, limit: int) -> None:
        """Ask for a worker that serves ``end``; see ``orders`` for its ``limit``."""
        self._write(
            Order(word="fork", worker=worker, value=limit, descriptors=(end, page))
        )

    def kill(self, worker: int) -> None:
        """Ask for the death of a worker."""
        self._write(Order(word="kill", worker=worker))

    def read(self) -> list[Order]:
        """Read what the nursery told; ``is_open`` is false after its last word."""
        told: list[Order] = []
        while self.is_open:
            order = orders.read(self._end)
            if order == "nothing":
                break
            if order == "ended":
                self.is_open = False
                break
            told.append(order)
        if told or not self.is_open:
            _program.reap()
        return told

    def end(self) -> bool:
        """Have all workers end; answer when they are gone, or false if overdue."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_WR)
        while self.is_open and _is_ready(self._end.fileno(), select.POLLIN):
            for order in self.read():
                close_all(order.descriptors)
        is_done = not self.is_open
        self.close()
        return is_done

    def close(self) -> None:
        """Close our end without a word."""
        self.is_open = False
        self._end.close()
        _program.reap()  # one that was killed has by now ended, too

    def _write(self, order: Order) -> None:
        try:
            if not _is_ready(self._end.fileno(), select.POLLOUT):
                raise BlockingIOError  # as good as gone
            orders.write(self._end, order)
        except OSError:
            self.is_open = False


@final
class _Program:
    """The nursery of this process, if it has one."""

    __slots__ = ("_end", "_has_left", "_lock", "_starters")

    def __init__(self) -> None:
        self._end: socket.socket | None = None
        self._has_left = False
        self._lock = Lock()
        self._starters: list[int] = []

    def open(self, session: socket.socket) -> None:
        """Hand the nursery its end of a session; start one where there is none."""
        if self._has_left:
            text = "this program is ending: no worker can be started any more"
            raise RuntimeError(text)
        order = Order(word="open", descriptors=(session.fileno(),))
        with self._lock:
            for _ in range(_ATTEMPTS):
                if self._end is None or _has_ended(self._end):
                    self._end = self._started()
                try:
                    orders.write(self._end, order)
                except OSError:  # it has just ended, or hears nothing any more
                    self._end.close()
                    self._end = None
                else:
                    return
        raise BrokenPipeError(EPIPE, "each nursery ended at once")

    def prepare(self) -> None:
        """Start the nursery, if there is none and never was."""
        with self._lock:
            if self._end is None and not self._has_left:
                self._end = self._started()

    def reap(self) -> None:
        """Reap the processes that started nurseries, once they have ended."""
        for starter in list(self._starters):
            if _is_reaped(starter, os.WNOHANG):
                with suppress(ValueError):  # another thread was quicker
                    self._starters.remove(starter)

    def end(self) -> None:
        """End the nursery, for good; answer when it is gone."""
        self._has_left = True
        if self._end is None:
            return
        end, self._end = self._end, None
        with suppress(OSError):
            end.shutdown(socket.SHUT_WR)
        if _is_ready(end.fileno(), select.POLLIN):
            for starter in self._starters:
                _is_reaped(starter, 0)
        end.close()

    def forget(self) -> None:
        """Have nothing to do with the nursery of the process we were forked from."""
        self._has_left = False
        if self._end is not None:
            self._end.close()
        self._end = None
        self._lock = Lock()
        self._starters = []

    def _started(self) -> socket.socket:
        self.reap()
        if self._end is not None:
            self._end.close()
        ours, theirs = orders.pair()
        try:
            self._starters.append(_spawn(theirs.fileno()))
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return ours


_program = _Program()


def prepare_nursery() -> None:
    """Have the nursery start in the background, where there may be one.

    What goes wrong is told by the session that needs it, and tries again.
    """
    if why_no_workers() is None:
        with suppress(OSError), Undisturbed():
            _program.prepare()


@atexit.register
def end_nursery() -> None:
    """End the nursery of this process, if it has one; answer when it is gone."""
    _program.end()


os.register_at_fork(after_in_child=_program.forget)


def _is_reaped(child: int, options: int) -> bool:
    try:
        return os.waitpid(child, options) != (0, 0)
    except ChildProcessError:  # the host has reaped it
        return True


def _spawn(end: int) -> int:
    root = str(Path(__file__).parents[2])
    command = [sys.executable, *_options(), "-c", _BOOT, str(_END), str(os.getpid())]
    actions: list[tuple[object, ...]] = [
        (os.POSIX_SPAWN_DUP2, end, _END),
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    ]
    for number in (1, 2):
        if _is_closed(number):
            action = (os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0)
            actions.append(action)
    return os.posix_spawn(
        sys.executable,
        [*command, *sys.path, root],
        os.environ,
        file_actions=actions,
        setpgroup=0,
        setsigmask=(),
        setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
    )


def _options() -> list[str]:
    """Give the options this interpreter was started with."""
    flags = sys.flags
    switches = {
        "-E": flags.ignore_environment,
        "-s": flags.no_user_site,
        "-S": flags.no_site,
        "-B": flags.dont_write_bytecode,
        "-O": flags.optimize == 1,
        "-OO": flags.optimize > 1,
        "-b": flags.bytes_warning == 1,
        "-bb": flags.bytes_warning > 1,
        "-P": flags.safe_path,
    }
    options = [switch for switch, is_set in switches.items() if is_set]
    options += [f"-W{text}" for text in sys.warnoptions]
    xoptions: dict[str, str | bool] = getattr(sys, "_xoptions", {})
    for name, value in xoptions.items():
        options.append(f"-X{name}" if value is True else f"-X{name}={value}")
    return options


def _has_ended(end: socket.socket) -> bool:
    poll = select.poll()
    poll.register(end, select.POLLIN)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def _is_ready(descriptor: int, event: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(_PATIENCE * 1000))


def _is_closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False
