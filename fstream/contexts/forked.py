"""A forked child, as its parent sees it."""

import os
import select
import signal
import time
from contextlib import suppress
from typing import final

from fstream.compiler.program import Segment
from fstream.contexts.losses import End
from fstream.interpreter.chunk import Call
from fstream.transport.channel import Channel
from fstream.transport.channel import raised_number
from fstream.transport.channel import socket_pair
from fstream.transport.owned import Owned
from fstream.worker.child import Errand
from fstream.worker.child import live
from fstream.worker.forking import flush_standard_streams
from fstream.worker.forking import fork
from fstream.worker.forking import undisturbed
from fstream.worker.kin import kill_group
from fstream.worker.kin import pidfd
from fstream.worker.kit import Kit
from fstream.worker.recorder import Note
from fstream.worker.recorder import deadline_of
from fstream.worker.recorder import fatal_error
from fstream.worker.recorder import note_in
from fstream.worker.ways import Ways

_PATIENCE = 1000
_START_AND_END = 2  # a child's end takes as long as its start


@final
class Forked:
    """A child: its channel, its page, and the call it has to answer.

    ``pidfd`` is ``None`` where none was to be had. ``overhead_ns`` is what the child
    costs besides its work.
    """

    __slots__ = (
        "_is_reaped",
        "_life",
        "_theirs",
        "call",
        "channel",
        "is_answered",
        "kit",
        "number",
        "overdue",
        "overhead_ns",
        "pid",
        "pidfd",
    )

    def __init__(self, call: Call, number: int, kit: Kit) -> None:
        ours, self._theirs = socket_pair()
        self.call = call
        self.channel = Channel(ours)
        self.is_answered = False
        self.number = number
        self.overdue = 0
        self.overhead_ns = 0
        self.pid = 0
        self.pidfd: Owned | None = None
        self._is_reaped = True
        self._life: Owned | None = None
        self.kit = kit

    def start(self, segment: Segment, ways: Ways) -> None:
        """Fork; only the parent returns. Raises ``OSError`` where there is no room."""
        life: Owned | None = None
        try:
            life, self._life = (Owned(raised_number(end)) for end in os.pipe())
            errand = Errand(
                call=self.call,
                segment=segment,
                kit=self.kit,
                life=life.number,
                parent=os.getpid(),
                ways=ways,
            )
            self.kit.prepare(segment)
            flush_standard_streams()
            ways.renew()
            with undisturbed():
                began = time.perf_counter_ns()
                self.pid = fork()
                if self.pid == 0:
                    live(errand, self._theirs)
                self._is_reaped = False
                self.overhead_ns = _START_AND_END * (time.perf_counter_ns() - began)
                self._open_pidfd()
        finally:
            self._theirs.close()
            if life is not None:
                life.close()

    def patience(self, limit: int) -> float:
        """In how many seconds it may be overdue, where items have ``limit`` ns."""
        now = time.monotonic_ns()
        return max(0, (self._deadline() or now + limit) - now) / 1e9

    def kill_if_overdue(self) -> None:
        """Kill it when the time of its item is over."""
        if self.is_answered or self.overdue:
            return
        if 0 < self._deadline() <= time.monotonic_ns():
            self.overdue = self._deadline()
            self.kill()

    def end(self, *, workers: int) -> End:
        """Reap it, and tell how it ended, one of ``workers`` so far."""
        code = self.reap()
        overdue = self.overdue
        if code in {None, -signal.SIGALRM}:  # it may have ended itself
            overdue = overdue or self._deadline()
        is_late = overdue <= time.monotonic_ns()
        return End(
            pid=self.pid,
            code=code,
            overdue=overdue if is_late else 0,
            is_spoilt=self.channel.state == "broken",
            stacks=fatal_error(self.kit.page),
            worker=self.number,
            workers=workers,
        )

    def note(self) -> Note | None:
        """Read what it noted last."""
        return note_in(self.kit.words)

    def kill(self) -> None:
        """Kill it, with the helpers of its group."""
        if self._is_reaped:
            return
        if self.pidfd is None:
            kill_group(self.pid)
            return
        with suppress(OSError):  # the host has reaped it: its number is another's
            signal.pidfd_send_signal(self.pidfd.number, signal.SIGKILL)
            kill_group(self.pid)

    def await_end(self) -> None:
        """Wait a little until it has ended."""
        if self.pidfd is not None:
            poll = select.poll()
            poll.register(self.pidfd, select.POLLIN)
            poll.poll(_PATIENCE)

    def reap(self) -> int | None:
        """Reap it; give its exit code, negative for a signal, if anybody knows it."""
        if self._is_reaped:
            return None
        self._is_reaped = True
        kind, number, flags = os.P_PID, self.pid, os.WEXITED
        if self.pidfd is not None:
            kind, number, flags = os.P_PIDFD, self.pidfd.number, flags | os.WNOHANG
        with suppress(ChildProcessError):  # the host reaps, or has the kernel do it
            if os.waitid(kind, number, flags | os.WNOWAIT) is None:
                return None
            with suppress(OSError):  # while nobody can get its number: its helpers
                os.killpg(self.pid, signal.SIGKILL)
            found = os.waitid(kind, number, flags)
            if found is not None:
                is_exit = found.si_code == os.CLD_EXITED
                return found.si_status if is_exit else -found.si_status
        return None

    def close(self) -> None:
        """Give back all descriptors; idempotent."""
        self.forget()
        self.kit.page.close()

    def forget(self) -> None:
        """Close all that leads to it; in itself, what leads back from its parent."""
        self.channel.close()
        for end in (self.pidfd, self._life):
            if end is not None:
                end.close()

    def _deadline(self) -> int:
        return deadline_of(self.kit.words)

    def _open_pidfd(self) -> None:
        try:
            number = pidfd(self.pid)
        except ProcessLookupError:  # it has ended, and the host has reaped it
            self._is_reaped = True
            return
        if number is not None:
            self.pidfd = Owned(raised_number(number))
