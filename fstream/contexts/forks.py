"""The forks context: copies of this process, each for one chunk.

What a child works on it has inherited, so nothing is pickled on the way there. It
gives one reply and ends. As in the processes context, nothing here blocks or owns
a thread.
"""

import os
import select
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import final

from fstream.compiler.program import Segment
from fstream.compiler.shape import last_stage
from fstream.compiler.shape import least_limit
from fstream.contexts.forked import Forked
from fstream.contexts.losses import lost
from fstream.contexts.parcels import Sent
from fstream.contexts.parcels import is_reply
from fstream.contexts.parcels import unpack_reply
from fstream.contexts.records import handle_record
from fstream.contexts.shortage import Shortage
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.plan.contexts import Forks
from fstream.transport.channel import raised_epoll
from fstream.transport.frame import Frame
from fstream.transport.inherited import forget_in_copies
from fstream.transport.undisturbed import Undisturbed
from fstream.worker.forking import warn_of_threads
from fstream.worker.kit import Kit
from fstream.worker.letters import LOG
from fstream.worker.ways import Ways


@final
class ForkBackend:
    """Up to ``width`` children at work, each forked for its call.

    Those that have answered, and need a moment to end, do not count; there are no
    more than ``width`` of them either.
    """

    __slots__ = (
        "__weakref__",
        "_by_descriptor",
        "_children",
        "_context",
        "_epoll",
        "_has_begun",
        "_kits",
        "_limit",
        "_news",
        "_owner",
        "_segments",
        "_shortage",
        "_started",
        "_waiting",
        "_ways",
    )

    def __init__(self, context: Forks) -> None:
        self._by_descriptor: dict[int, Forked] = {}
        self._children: dict[int, Forked] = {}
        self._context = context
        self._epoll: select.epoll | None = None
        self._has_begun = False
        self._kits: list[Kit] = []
        self._limit = 0
        self._news: list[Happening] = []
        self._owner = os.getpid()
        self._segments: dict[int, Segment] = {}
        self._shortage = Shortage(context)
        self._started = 0
        self._waiting: deque[Call] = deque()
        self._ways: Ways | None = None
        forget_in_copies(self)

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Get ready; no child is forked before there is a call."""
        self._segments = {segment.number: segment for segment in segments}
        limits = [least_limit(segment) for segment in segments]
        self._limit = min((limit for limit in limits if limit), default=0)

    def submit(self, call: Call) -> None:
        """Fork a child for ``call``, as soon as there is a place for it."""
        self._check_owner()
        if not self._has_begun:
            warn_of_threads(repr(self._context))
            self._has_begun = True
        self._waiting.append(call)
        self._start_waiting()

    def dismiss(self) -> None:
        """Nobody is kept who would have to go."""

    def watch(self) -> tuple[int, ...]:
        """The one descriptor that becomes readable for replies and for ends."""
        return () if self._epoll is None else (self._epoll.fileno(),)

    def patience(self) -> float | None:
        """In how many seconds an item may be overdue."""
        if not self._limit:
            return None
        at_work = [c for c in self._children.values() if not c.is_answered]
        return min((c.patience(self._limit) for c in at_work), default=None)

    def poll(self) -> list[Happening]:
        """Read, bury and fork, as far as that is possible at once."""
        self._check_owner()
        happenings: list[Happening] = []
        for number, _ in [] if self._epoll is None else self._epoll.poll(0):
            child = self._by_descriptor.get(number)
            if child is None:
                continue
            if number == child.channel.fileno():
                happenings += self._hear(child)
            else:
                happenings += self._bury(child)
        if self._limit:
            for child in self._children.values():
                child.kill_if_overdue()
        self._start_waiting()
        happenings += self._news
        self._news.clear()
        return happenings

    def close(self) -> None:
        """End all children; they are gone afterwards. In a copy of us: forget them."""
        if self._owner != os.getpid():
            self.forget()
            return
        with Undisturbed():
            self._waiting.clear()
            for child in self._children.values():
                if not child.is_answered:
                    child.kill()
            for child in list(self._children.values()):
                child.await_end()
                child.reap()
                child.close()
            self.forget()
            for kit in self._kits:
                kit.page.close()
            if self._ways is not None:
                self._ways.close()

    def forget(self) -> None:
        """Have nothing to do with any child."""
        for child in self._children.values():
            child.forget()
        self._children.clear()
        self._by_descriptor.clear()
        if self._epoll is not None:
            self._epoll.close()
        self._epoll = None

    # ---- starting

    def _check_owner(self) -> None:
        if self._owner != os.getpid():
            text = f"this stream belongs to process {self._owner}"
            raise RuntimeError(text)

    def _start_waiting(self) -> None:
        while self._waiting and self._has_place():
            call = self._waiting.popleft()
            try:
                with Undisturbed():
                    self._start(call)
            except OSError as exc:
                self._waiting.appendleft(call)
                if any(child.is_answered for child in self._children.values()):
                    return  # there is room as soon as it has ended
                self._shortage.note(exc, living=len(self._children))
                if self._children:
                    return
                self._waiting.popleft()
                segment = self._segments[call.segment]
                self._news.append(self._shortage.answer(call, segment))

    def _has_place(self) -> bool:
        width = self._context.width
        at_work = sum(not child.is_answered for child in self._children.values())
        return at_work < width and len(self._children) < 2 * width

    def _start(self, call: Call) -> None:
        ways = self._ways = self._ways or Ways()
        kit = self._kits.pop() if self._kits else Kit(repr(self._context))
        child = Forked(call, self._started, kit)
        self._started += 1
        self._children[call.ticket] = child
        try:
            child.start(self._segments[call.segment], ways)
            self._watch(child.channel.fileno(), child)
            if child.pidfd is not None:
                self._watch(child.pidfd.number, child)
        except OSError:
            child.kill()
            child.await_end()
            child.reap()
            child.close()
            del self._children[call.ticket]
            raise

    def _watch(self, number: int, child: Forked) -> None:
        epoll = self._epoll = self._epoll or raised_epoll()
        epoll.register(number, select.EPOLLIN)
        self._by_descriptor[number] = child

    # ---- receiving

    def _hear(self, child: Forked) -> list[Happening]:
        answers = self._answers(child, child.channel.receive())
        if child.is_answered or child.channel.state != "open":
            self._hear_no_more(child)
            if not child.is_answered:
                child.kill()  # it may live on, but nobody can hear it
            if child.pidfd is None:
                answers += self._bury(child)
        return answers

    def _answers(self, child: Forked, frames: Sequence[Frame]) -> list[Happening]:
        answers: list[Happening] = []
        call = child.call
        for frame in frames:
            if frame.kind == LOG:
                handle_record(frame, {call.ticket: Sent(call, 0)}, self._segments)
                continue
            if child.is_answered or not is_reply(frame, call):
                child.channel.reject()
                break
            child.is_answered = True
            stage = last_stage(self._segments[call.segment].op)
            answer = unpack_reply(frame, Sent(call, 0), stage=stage)
            answers.append(replace(answer, overhead_ns=child.overhead_ns))
        return answers

    def _hear_no_more(self, child: Forked) -> None:
        self._watch_no_more(child.channel.fileno())
        child.channel.close()

    def _watch_no_more(self, number: int) -> None:
        if self._epoll is not None and number in self._by_descriptor:
            del self._by_descriptor[number]
            self._epoll.unregister(number)

    def _bury(self, child: Forked) -> list[Happening]:
        """Hear the last words of a child, then tell of its end."""
        with Undisturbed():
            return self._buried(child)

    def _buried(self, child: Forked) -> list[Happening]:
        happenings: list[Happening] = []
        if not child.is_answered:
            happenings += self._answers(child, child.channel.drain())
        self._hear_no_more(child)
        if child.pidfd is not None:
            self._watch_no_more(child.pidfd.number)
        end = child.end(workers=self._started)
        if not child.is_answered:
            calls = {child.call.ticket: child.call}
            happenings.append(lost(calls, child.note(), self._segments, end=end))
        if child.is_answered and end.code == 0:
            child.forget()
            self._kits.append(child.kit)
        else:
            child.close()
        del self._children[child.call.ticket]
        return happenings
