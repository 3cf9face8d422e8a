"""The processes context: persistent clean workers behind private sockets.

Nothing here blocks or owns a thread. One epoll descriptor tells when there is
something to do: to read, to write on, or to bury a worker.
"""

import os
import select
from collections import deque
from collections.abc import Sequence
from typing import final

from fstream.compiler.program import Segment
from fstream.contexts.briefing import Briefing
from fstream.contexts.parcels import Sent
from fstream.contexts.parcels import pack_call
from fstream.contexts.parcels import unpack_reply
from fstream.contexts.records import handle_record
from fstream.contexts.remote import Remote
from fstream.contexts.remote import see_off
from fstream.contexts.shortage import Shortage
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Freed
from fstream.interpreter.chunk import Happening
from fstream.plan.contexts import Processes
from fstream.transport.channel import raised_epoll
from fstream.transport.frame import Frame
from fstream.transport.owned import close_all
from fstream.transport.owned import registered
from fstream.transport.undisturbed import Undisturbed
from fstream.worker.lifeline import Session
from fstream.worker.orders import Order

_MOST_STARTING = 64  # what is asked of a nursery at once has room in its socket


@final
class ProcessBackend:
    """Up to ``width`` workers, started when there is work for them.

    A worker that ends is told of once, and replaced by the next call that
    needs one.
    """

    __slots__ = (
        "_briefing",
        "_by_descriptor",
        "_context",
        "_epoll",
        "_held",
        "_owner",
        "_refused",
        "_remotes",
        "_session",
        "_shortage",
        "_started",
        "_unread",
    )

    def __init__(self, context: Processes) -> None:
        self._briefing: Briefing | None = None
        self._context = context
        self._epoll: select.epoll | None = None
        self._held: deque[Call] = deque()
        self._owner = os.getpid()
        self._refused: list[Happening] = []
        self._remotes: dict[int, Remote] = {}
        self._by_descriptor: dict[int, Remote] = {}
        self._session: Session | None = None
        self._shortage = Shortage(context)
        self._started = 0
        self._unread: list[tuple[Frame, Sent]] = []

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Get ready; no process is started before there is a call."""
        self._briefing = Briefing(repr(self._context), segments)

    def submit(self, call: Call) -> None:
        """Send ``call`` to the worker with the fewest open calls."""
        self._check_owner()
        remote = self._free_remote()
        if remote is None:
            segment = self._briefed().segments[call.segment]
            self._refused.append(self._shortage.answer(call, segment))
            return
        if remote.open and call.segment in self._briefed().singles:
            self._held.append(call)  # what spoils a worker must not meet it there
            return
        remote = self._fresh(remote, call)
        remote.give(call, pack_call(call, keyed=self._briefed().keyed))
        self._watch(remote)

    def dismiss(self) -> None:
        """Have all workers end, to be gone when the last results are read."""
        for remote in list(self._remotes.values()):
            if remote.channel.state == "open":
                remote.retire()
                self._watch(remote)

    def watch(self) -> tuple[int, ...]:
        """The one descriptor that becomes readable for reading and for writing."""
        return () if self._epoll is None else (self._epoll.fileno(),)

    def patience(self) -> float | None:
        """The nursery keeps all times."""
        return None

    def poll(self) -> list[Happening]:
        """Read, write on and bury, as far as that is possible at once.

        What was read is told twice: first that its worker is free, then, decoded,
        what it is. So workers have their next calls before decoding begins.
        """
        self._check_owner()
        happenings, self._refused = self._refused, []
        if self._unread:
            return happenings + self._decoded()
        if self._epoll is None:
            return happenings
        session, segments = None, self._briefed().segments
        for number, event in self._epoll.poll(0):
            remote = self._by_descriptor.get(number)
            if remote is None:
                session = self._session
                continue
            if event & select.EPOLLOUT:
                remote.channel.flush()
            if event & ~select.EPOLLOUT:
                answers = remote.taken(remote.channel.receive(), segments)
                happenings += [Freed(sent.call.ticket) for _, sent in answers]
                self._unread += answers
            self._watch(remote)
        if session is not None:
            with Undisturbed():
                orders = self._heard(session)
            happenings += self._decoded() + self._news(orders)
            if not session.is_open:
                happenings += self._bury_all(session)
        self._submit_held()
        happenings += self._refused
        self._refused = []
        return happenings

    def _submit_held(self) -> None:
        """Submit what waits for a worker of its own; what still waits waits on."""
        for _ in range(len(self._held)):
            self.submit(self._held.popleft())

    def close(self) -> None:
        """End all workers: at once those at work, by themselves those idle."""
        told: list[Frame] = []
        with Undisturbed():
            session, self._session = self._session, None
            if session is not None and self._owner == os.getpid():
                told = see_off(self._remotes.values(), session)
            elif session is not None:
                session.close()
            for remote in self._remotes.values():
                remote.close()
            self._held.clear()
            self._remotes.clear()
            self._by_descriptor.clear()
            epoll, self._epoll = self._epoll, None
            if epoll is not None:
                epoll.close()
        for frame in told:
            handle_record(frame, {}, self._briefed().segments)

    def _briefed(self) -> Briefing:
        assert self._briefing is not None, "submit before open"  # noqa: S101
        return self._briefing

    # ---- sending

    def _check_owner(self) -> None:
        if self._owner != os.getpid():
            text = f"this stream belongs to process {self._owner}"
            raise RuntimeError(text)

    def _free_remote(self) -> Remote | None:
        """The worker for the next call; ``None`` where none can be started."""
        ready = [
            remote
            for remote in self._remotes.values()
            if remote.channel.state == "open" and not remote.is_retired
        ]
        best = min(ready, key=_load, default=None)
        if best is not None and (not best.open or len(ready) >= self._context.width):
            return best
        return self._another(ready) or best

    def _fresh(self, remote: Remote, call: Call) -> Remote:
        """``remote``, or who takes its place if ``call`` would be more than its share.

        Where there is no room for another it goes on.
        """
        share = self._context.recycle
        if share is None or remote.given + len(call.items) <= share:
            return remote
        another = self._another([remote])
        if another is None:
            return remote
        remote.retire()
        self._watch(remote)
        return another

    def _another(self, ready: Sequence[Remote]) -> Remote | None:
        """Start a worker beside those that are ``ready``, if that can be done."""
        starting = sum(1 for remote in ready if not remote.pid)
        if starting >= _MOST_STARTING or self._shortage.is_acute():
            return None
        first = self._briefed().frame()
        try:
            with Undisturbed():
                return self._start(first)
        except OSError as exc:
            self._shortage.note(exc, living=len(ready))
            return None

    def _start(self, first: Frame) -> Remote:
        epoll = self._epoll = self._epoll or raised_epoll()
        if self._session is None:
            self._session = registered(Session(), epoll)
        remote = registered(
            Remote(self._started, self._session, limit=self._briefed().limit), epoll
        )
        self._started += 1
        self._remotes[remote.number] = remote
        self._by_descriptor[remote.fileno()] = remote
        remote.channel.send(first)
        return remote

    def _watch(self, remote: Remote) -> None:
        """Wait from now on for what matters of a worker."""
        events = select.EPOLLIN
        if remote.channel.is_behind():
            events |= select.EPOLLOUT
        if remote.channel.state != "open":
            events = 0
        if events == remote.watched:
            return
        if events and self._epoll is not None:
            self._epoll.modify(remote.channel, events)
            remote.watched = events
            return
        self._forget(remote)
        if self._session is not None:  # it may live on, but nobody can talk to it
            self._session.kill(remote.number)

    def _forget(self, remote: Remote) -> None:
        if remote.watched and self._epoll is not None:
            self._epoll.unregister(remote.channel)
            del self._by_descriptor[remote.channel.fileno()]
            remote.watched = 0

    # ---- receiving

    def _decoded(self) -> list[Happening]:
        """Decode what was taken."""
        unread, self._unread = self._unread, []
        briefing = self._briefed()
        return [
            unpack_reply(
                frame,
                sent,
                stage=briefing.lasts[frame.lane],
                is_onward=briefing.segments[frame.lane].is_onward,
            )
            for frame, sent in unread
        ]

    def _heard(self, session: Session) -> list[Order]:
        """Hear of starts; give what else the nursery told."""
        others: list[Order] = []
        for order in session.read():
            remote = self._remotes.get(order.worker)
            if remote is None:  # it was given up before it was there
                close_all(order.descriptors)
            elif order.word == "started":
                remote.started(order.pid, order.descriptors)
            elif order.word == "overdue":
                remote.overdue = order.value
            else:
                others.append(order)
        return others

    def _news(self, orders: Sequence[Order]) -> list[Happening]:
        happenings: list[Happening] = []
        for order in orders:
            remote = self._remotes[order.worker]
            if order.word == "refused":
                self._withdraw(remote, order.value)
            else:
                happenings += self._bury(remote, order.value)
        return happenings

    def _withdraw(self, remote: Remote, reason: int) -> None:
        """Give the calls of a worker that never was to others."""
        self._forget(remote)
        del self._remotes[remote.number]
        remote.close()
        living = sum(1 for other in self._remotes.values() if other.pid)
        self._shortage.note(OSError(reason, os.strerror(reason)), living=living)
        for sent in remote.open.values():
            self.submit(sent.call)

    def _bury_all(self, session: Session) -> list[Happening]:
        """Give up the workers of a nursery that is gone itself."""
        if self._epoll is not None:
            self._epoll.unregister(session)
        session.close()
        self._session = None
        happenings: list[Happening] = []
        for remote in list(self._remotes.values()):
            remote.end_orphaned()
            happenings += self._bury(remote, None)
        return happenings

    def _bury(self, remote: Remote, code: int | None) -> list[Happening]:
        """Hear the last words of a worker, then tell of its end."""
        self._forget(remote)
        del self._remotes[remote.number]
        segments = self._briefed().segments
        self._unread += remote.taken(remote.channel.drain(), segments)
        happenings = self._decoded()
        happenings.append(remote.lost(code, segments, workers=self._started))
        remote.close()
        return happenings


def _load(remote: Remote) -> int:
    return len(remote.open)
