"""A worker, as its parent sees it."""

import os
import select
import signal
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from typing import final

from fstream.compiler.program import Segment
from fstream.contexts.losses import End
from fstream.contexts.losses import lost
from fstream.contexts.parcels import Sent
from fstream.contexts.parcels import is_reply
from fstream.contexts.records import handle_record
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Lost
from fstream.transport.channel import Channel
from fstream.transport.channel import socket_pair
from fstream.transport.frame import Frame
from fstream.transport.owned import Owned
from fstream.worker.kin import kill_group
from fstream.worker.letters import LOG
from fstream.worker.lifeline import Session
from fstream.worker.recorder import fatal_error
from fstream.worker.recorder import last_note
from fstream.worker.recorder import new_page

_PATIENCE = 1000


@final
class Remote:
    """A worker: its channel, its page, and the calls it has yet to answer."""

    __slots__ = (
        "_page",
        "_pidfd",
        "channel",
        "given",
        "is_retired",
        "number",
        "open",
        "overdue",
        "pid",
        "watched",
    )

    def __init__(self, number: int, session: Session, *, limit: int) -> None:
        ours, theirs = socket_pair()
        self.number = number
        self.channel = Channel(ours)
        self.open: dict[int, Sent] = {}
        self.given = 0
        self.is_retired = False
        self.overdue = 0
        self.pid = 0
        self.watched = select.EPOLLIN
        self._pidfd: Owned | None = None
        try:
            self._page = new_page()
            session.fork(
                number, end=theirs.fileno(), page=self._page.number, limit=limit
            )
        except BaseException:
            self.channel.close()
            raise
        finally:
            theirs.close()

    def fileno(self) -> int:
        """The descriptor of its channel."""
        return self.channel.fileno()

    def started(self, pid: int, pidfds: tuple[int, ...]) -> None:
        """Take notice of its process; maybe there is no pidfd of it."""
        self.pid = pid
        for pidfd in pidfds:
            self._pidfd = Owned(pidfd)

    def give(self, call: Call, frame: Frame) -> None:
        """Send it ``call``."""
        self.given += len(call.items)
        self.open[call.ticket] = Sent(call, frame.size)
        self.channel.send(frame)

    def taken(
        self, frames: Sequence[Frame], segments: Mapping[int, Segment]
    ) -> list[tuple[Frame, Sent]]:
        """Match replies with what was sent, and handle log records."""
        taken: list[tuple[Frame, Sent]] = []
        for frame in frames:
            if frame.kind == LOG:
                handle_record(frame, self.open, segments)
                continue
            sent = self.open.get(frame.sequence)
            if sent is None or not is_reply(frame, sent.call):
                self.channel.reject()
                break
            del self.open[frame.sequence]
            taken.append((frame, sent))
        return taken

    def retire(self) -> None:
        """Give it nothing more; it ends when it has answered all it was given."""
        self.is_retired = True
        self.channel.finish()

    def kill(self) -> None:
        """Kill it, whose nursery does not; answer when it is gone."""
        if self.pid:
            kill_group(self.pid)  # nobody reaped it: the number is its own
            self._await_end()

    def end_orphaned(self) -> None:
        """See it end, whose nursery is gone, and end the helpers of its group."""
        if not self.pid:
            return
        if self._pidfd is not None:
            with suppress(OSError):
                signal.pidfd_send_signal(self._pidfd.number, signal.SIGKILL)
        self._await_end()
        with suppress(OSError):  # members of its group keep the number taken
            os.killpg(self.pid, signal.SIGKILL)

    def _await_end(self) -> None:
        poll = select.poll()
        if self._pidfd is not None:
            poll.register(self._pidfd, select.POLLIN)
        elif self.channel.state == "open":
            poll.register(self.channel, select.POLLHUP)
        poll.poll(_PATIENCE)

    def lost(
        self, code: int | None, segments: dict[int, Segment], *, workers: int
    ) -> Lost:
        """Tell of its end, after all that it sent was read."""
        calls = {ticket: sent.call for ticket, sent in self.open.items()}
        note = last_note(self._page)
        end = End(
            pid=self.pid,
            code=code,
            overdue=self.overdue,
            is_spoilt=self.channel.state == "broken",
            worker=self.number,
            workers=workers,
            stacks=fatal_error(self._page),
        )
        return lost(calls, note, segments, end=end)

    def close(self) -> None:
        """Give back all descriptors; idempotent."""
        self.channel.close()
        self._page.close()
        if self._pidfd is not None:
            self._pidfd.close()


def see_off(remotes: Collection[Remote], session: Session) -> list[Frame]:
    """Have all workers of ``session`` gone, at once those at work.

    Answer the records of what the others told while they closed what they had open.
    """
    for remote in remotes:
        if remote.open:
            session.kill(remote.number)
    for remote in remotes:
        remote.retire()
    if not session.end():
        for remote in remotes:
            remote.kill()
    drained = [remote.channel.drain() for remote in remotes]
    return [frame for frames in drained for frame in frames if frame.kind == LOG]
