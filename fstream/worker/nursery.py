"""The nursery: a small clean process that starts, reaps and ends workers.

It has one thread, imports nothing of the user's, and forks a worker in about a
millisecond. It lives as long as the program that started it: when that is gone,
in whatever way, it kills all that is left and leaves.
"""

import gc
import os
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from errno import EMFILE
from pathlib import Path
from typing import Never, final

from fstream.transport.channel import raised_number
from fstream.worker import orders
from fstream.worker.kin import adopt_orphans
from fstream.worker.kin import end_descendants
from fstream.worker.orders import Order
from fstream.worker.start import start_worker

_GRACE = 2.0


def main(end: int, program: int) -> Never:
    """Serve the process ``program`` through the descriptor ``end``."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    _close_strangers(end)
    try:
        nursery = Nursery(socket.socket(fileno=raised_number(end)), program)
        gc.collect()
        gc.freeze()
        nursery.run()
    finally:
        end_descendants()
        os._exit(0)


@final
@dataclass(slots=True)
class Session:
    """The workers of one backend; ``deadline`` is set when they are to leave."""

    end: socket.socket
    workers: dict[int, int] = field(default_factory=dict[int, int])
    deadline: float | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that was forked here."""

    number: int
    pid: int
    pidfd: int
    session: Session


@final
class Nursery:
    """The loop of the nursery."""

    __slots__ = ("_end", "_epoll", "_program", "_sessions", "_workers")

    def __init__(self, end: socket.socket, program: int) -> None:
        self._end = end
        self._epoll = select.epoll()
        self._program = os.pidfd_open(program)
        self._sessions: dict[int, Session] = {}
        self._workers: dict[int, Worker] = {}
        self._epoll.register(end, select.EPOLLIN)
        self._epoll.register(self._program, select.EPOLLIN)

    def run(self) -> None:
        """Serve until the program is gone."""
        own = os.pidfd_open(os.getpid())
        hello = Order(word="started", pid=os.getpid(), descriptors=(own,))
        orders.write(self._end, hello)
        os.close(own)
        while True:
            for number, _ in self._epoll.poll(self._patience()):
                if number == self._program:
                    return
                if number == self._end.fileno() and not self._hear_program():
                    return
                if number in self._sessions:
                    self._hear(self._sessions[number])
            self._reap()
            self._end_overdue()

    def _patience(self) -> float | None:
        deadlines = [
            session.deadline
            for session in self._sessions.values()
            if session.deadline is not None
        ]
        if not deadlines:
            return None
        return max(0.0, min(deadlines) - time.monotonic())

    def _hear_program(self) -> bool:
        order = orders.read(self._end)
        if order == "ended":
            return False
        if order != "nothing" and order.descriptors:
            end = socket.socket(fileno=order.descriptors[0])
            self._sessions[end.fileno()] = Session(end)
            self._epoll.register(end, select.EPOLLIN)
        return True

    def _hear(self, session: Session) -> None:
        order = orders.read(session.end)
        if order == "nothing":
            return
        if order == "ended":
            self._epoll.unregister(session.end)
            session.deadline = time.monotonic() + _GRACE
            self._close_if_empty(session)
        elif order.word == "fork":
            self._fork(session, order)
        elif order.word == "kill" and order.worker in session.workers:
            _kill(session.workers[order.worker])

    def _fork(self, session: Session, order: Order) -> None:
        if len(order.descriptors) != 2:  # noqa: PLR2004  # lost: there is no room
            refused = Order(word="refused", worker=order.worker, value=EMFILE)
            _tell(session, refused)
            return
        end, page = order.descriptors
        own = os.getpid()
        try:
            pid = os.fork()
        except OSError as exc:
            refused = Order(word="refused", worker=order.worker, value=exc.errno or 0)
            _tell(session, refused)
        else:
            if pid == 0:
                self._leave()
                start_worker(end, page, own)
            self._adopt(session, order.worker, pid)
        os.close(end)
        os.close(page)

    def _leave(self) -> None:
        """Close in a new worker what is the nursery's."""
        self._epoll.close()
        self._end.close()
        os.close(self._program)
        for session in self._sessions.values():
            session.end.close()
        for worker in self._workers.values():
            os.close(worker.pidfd)

    def _adopt(self, session: Session, number: int, pid: int) -> None:
        pidfd = os.pidfd_open(pid)
        worker = Worker(number=number, pid=pid, pidfd=pidfd, session=session)
        self._workers[pid] = worker
        session.workers[number] = pid
        self._epoll.register(pidfd, select.EPOLLIN)
        started = Order(word="started", worker=number, pid=pid, descriptors=(pidfd,))
        _tell(session, started)

    def _reap(self) -> None:
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        with suppress(ChildProcessError):
            while (found := os.waitid(os.P_ALL, 0, flags)) is not None:
                worker = self._workers.pop(found.si_pid, None)
                if worker is not None:
                    _kill(worker.pid)  # its helpers, while nobody can get its number
                _, status = os.waitpid(found.si_pid, 0)
                if worker is not None:
                    self._report(worker, status)

    def _report(self, worker: Worker, status: int) -> None:
        self._epoll.unregister(worker.pidfd)
        os.close(worker.pidfd)
        session = worker.session
        del session.workers[worker.number]
        ended = Order(
            word="ended",
            worker=worker.number,
            pid=worker.pid,
            value=os.waitstatus_to_exitcode(status),
        )
        _tell(session, ended)
        self._close_if_empty(session)

    def _end_overdue(self) -> None:
        now = time.monotonic()
        for session in list(self._sessions.values()):
            if session.deadline is not None and session.deadline <= now:
                session.deadline = now + _GRACE
                for pid in session.workers.values():
                    _kill(pid)

    def _close_if_empty(self, session: Session) -> None:
        if session.deadline is not None and not session.workers:
            del self._sessions[session.end.fileno()]
            session.end.close()


def _tell(session: Session, order: Order) -> None:
    with suppress(OSError):  # it may be gone already
        orders.write(session.end, order)


def _kill(pid: int) -> None:
    with suppress(OSError):  # not yet a group of its own
        os.killpg(pid, signal.SIGKILL)
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _close_strangers(end: int) -> None:
    """Close what was inherited from the program by its carelessness."""
    for number in _open_descriptors():
        if number > 2 and number != end:  # noqa: PLR2004  # the standard ones
            with suppress(OSError):
                os.close(number)


def _open_descriptors() -> list[int]:
    with suppress(OSError):
        return [int(link.name) for link in Path("/proc/self/fd").iterdir()]
    return []
