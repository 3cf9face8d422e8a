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
import sys
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from errno import EMFILE
from pathlib import Path
from typing import Never, final

from fstream.transport.channel import raised_number
from fstream.transport.owned import close_all
from fstream.worker import orders
from fstream.worker.kin import adopt_orphans
from fstream.worker.kin import end_descendants
from fstream.worker.kin import go_on
from fstream.worker.kin import kill_group
from fstream.worker.kin import pidfd
from fstream.worker.kin import stop
from fstream.worker.lines import new_lock
from fstream.worker.orders import Order
from fstream.worker.start import start_worker
from fstream.worker.timekeeper import Timekeeper
from fstream.worker.vigil import Bell
from fstream.worker.vigil import Vigil

_GRACE = 0.5
_MOST_DESCRIPTORS = 65536


def main(end: int, program: int) -> Never:
    """Serve the process ``program`` through the descriptor ``end``."""
    workers: dict[int, Worker] = {}
    try:
        with suppress(OSError):  # it leads a group already where it could not fork
            os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        adopt_orphans()
        _close_strangers(end)
        nursery = Nursery(socket.socket(fileno=raised_number(end)), program, workers)
        sys.path_importer_cache.clear()  # or each worker would copy it to do so
        gc.collect()
        gc.freeze()
        gc.enable()
        nursery.run()
    finally:
        end_descendants(workers)
        os._exit(0)


@final
@dataclass(slots=True)
class Session:
    """The workers of one backend; ``deadline`` is set when they are to leave."""

    end: socket.socket
    workers: dict[int, int] = field(default_factory=dict[int, int])
    unsent: deque[Order] = field(default_factory=deque[Order])
    deadline: float | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that was forked here."""

    number: int
    pid: int
    session: Session


@final
class Nursery:
    """The loop of the nursery; ``workers`` are its living ones by process id."""

    __slots__ = (
        "_bell",
        "_end",
        "_epoll",
        "_lock",
        "_program",
        "_sessions",
        "_timekeeper",
        "_workers",
    )

    def __init__(
        self, end: socket.socket, program: int, workers: dict[int, Worker]
    ) -> None:
        self._program = Vigil(program)
        self._bell = Bell()
        self._end = end
        self._epoll = select.epoll()
        self._lock = new_lock()
        self._sessions: dict[int, Session] = {}
        self._timekeeper = Timekeeper()
        self._workers = workers
        for watched in (end, self._bell, self._program.descriptor):
            if watched is not None:
                self._epoll.register(watched, select.EPOLLIN)

    def run(self) -> None:
        """Serve until the program is gone."""
        while not self._program.is_over():
            for number, event in self._epoll.poll(self._patience()):
                if number == self._end.fileno() and not self._hear_program():
                    return
                if number == self._bell.fileno():
                    self._bell.rest()
                if number in self._sessions:
                    self._attend(self._sessions[number], event)
            self._reap()
            self._end_overdue()
            self._end_leaving()

    def _patience(self) -> float | None:
        now = time.monotonic()
        waits = [self._program.patience, self._timekeeper.patience()]
        waits += [
            max(0.0, session.deadline - now)
            for session in self._sessions.values()
            if session.deadline is not None
        ]
        return min((wait for wait in waits if wait is not None), default=None)

    def _hear_program(self) -> bool:
        order = orders.read(self._end)
        if order == "ended":
            return False
        if order != "nothing" and order.descriptors:
            end = socket.socket(fileno=order.descriptors[0])
            self._sessions[end.fileno()] = Session(end)
            self._epoll.register(end, select.EPOLLIN)
        return True

    def _attend(self, session: Session, event: int) -> None:
        if event & select.EPOLLOUT:
            self._flush(session)
        if event & ~select.EPOLLOUT:
            self._hear(session)

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
            kill_group(session.workers[order.worker])

    def _fork(self, session: Session, order: Order) -> None:
        own = os.getpid()
        try:
            match order.descriptors:
                case (end, page):
                    pid = os.fork()
                    if pid == 0:
                        self._become_worker(end, page, nursery=own)
                    self._adopt(session, order.worker, pid)
                    self._timekeeper.keep(pid, page, order.value)
                case _:  # lost on their way: there is no room
                    self._refuse(session, order, EMFILE)
        except OSError as exc:
            self._refuse(session, order, exc.errno or 0)
        finally:
            close_all(order.descriptors)

    def _become_worker(self, end: int, page: int, *, nursery: int) -> Never:
        try:
            self._leave()
            start_worker(end, page, lock=self._lock, nursery=nursery)
        finally:
            os._exit(1)

    def _leave(self) -> None:
        """Close in a new worker what is the nursery's."""
        self._bell.close()
        self._epoll.close()
        self._end.close()
        self._program.close()
        self._timekeeper.close()
        for session in self._sessions.values():
            session.end.close()

    def _refuse(self, session: Session, order: Order, reason: int) -> None:
        self._tell(session, Order(word="refused", worker=order.worker, value=reason))

    def _adopt(self, session: Session, number: int, pid: int) -> None:
        self._workers[pid] = Worker(number=number, pid=pid, session=session)
        session.workers[number] = pid
        door = pidfd(pid)
        doors = () if door is None else (door,)
        started = Order(word="started", worker=number, pid=pid, descriptors=doors)
        self._tell(session, started)

    def _reap(self) -> None:
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        with suppress(ChildProcessError):
            while (found := os.waitid(os.P_ALL, 0, flags)) is not None:
                worker = self._workers.pop(found.si_pid, None)
                if worker is not None:
                    self._timekeeper.forget(worker.pid)
                    kill_group(worker.pid)  # helpers, while nobody can get its number
                _, status = os.waitpid(found.si_pid, 0)
                if worker is not None:
                    self._report(worker, status)

    def _report(self, worker: Worker, status: int) -> None:
        session = worker.session
        del session.workers[worker.number]
        ended = Order(
            word="ended",
            worker=worker.number,
            pid=worker.pid,
            value=os.waitstatus_to_exitcode(status),
        )
        self._tell(session, ended)
        self._close_if_empty(session)

    def _tell(self, session: Session, order: Order) -> None:
        session.unsent.append(order)
        self._flush(session)

    def _flush(self, session: Session) -> None:
        """Send what is to be told, as far as the parent has room for it."""
        while session.unsent:
            try:
                orders.write(session.end, session.unsent[0])
            except BlockingIOError:
                break
            except OSError:  # nobody hears it any more
                pass
            close_all(session.unsent.popleft().descriptors)
        if session.deadline is None:
            late = select.EPOLLOUT if session.unsent else 0
            self._epoll.modify(session.end, select.EPOLLIN | late)

    def _end_overdue(self) -> None:
        """Kill the workers whose items have taken too long, stopped ones as well.

        Each is looked at again when it stands still: its item may just have ended.
        """
        for pid, deadline in self._timekeeper.overdue().items():
            stop(pid)
            if self._timekeeper.deadline_of(pid) != deadline:
                go_on(pid)
                continue
            worker = self._workers[pid]
            order = Order(word="overdue", worker=worker.number, value=deadline)
            self._tell(worker.session, order)
            kill_group(pid)

    def _end_leaving(self) -> None:
        """Kill the workers that were to leave by themselves, and did not."""
        now = time.monotonic()
        for session in list(self._sessions.values()):
            if session.deadline is not None and session.deadline <= now:
                session.deadline = now + _GRACE
                for pid in session.workers.values():
                    kill_group(pid)

    def _close_if_empty(self, session: Session) -> None:
        if session.deadline is not None and not session.workers:
            del self._sessions[session.end.fileno()]
            session.end.close()
            for order in session.unsent:
                close_all(order.descriptors)


def _close_strangers(end: int) -> None:
    """Close what was inherited from the program by its carelessness."""
    for number in _open_descriptors():
        if number > 2 and number != end:  # noqa: PLR2004  # the standard ones
            with suppress(OSError):
                os.close(number)


def _open_descriptors() -> Iterable[int]:
    with suppress(OSError):
        return [int(link.name) for link in Path("/proc/self/fd").iterdir()]
    most: int = os.sysconf("SC_OPEN_MAX")
    return range(min(most, _MOST_DESCRIPTORS))
