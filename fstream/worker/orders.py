"""What is said between a parent and its nursery.

Messages of a ``SOCK_SEQPACKET`` pair, so each comes whole, with descriptors
beside it::

    program -> nursery   OPEN                  + the nursery's end of a session
    session -> nursery   FORK worker limit     + worker's socket, its page
                         KILL worker
    nursery -> session   STARTED worker pid    + pidfd of the worker, if there is one
                         OVERDUE worker deadline
                         ENDED worker pid exit-code
                         REFUSED worker errno

``limit`` is the shortest time that a stage gives an item, in nanoseconds, or 0. An
``OVERDUE`` worker has just been killed, because the time of its item was over at
``deadline``.

The nursery ends when the program closes its end, or is gone. A session ends when
its socket does: then all its workers are ended, and when the last one is gone the
nursery closes its end.
"""

import os
import socket
from dataclasses import dataclass
from struct import Struct
from typing import Literal, TypeAlias, final

from fstream.transport.channel import raised_number

Word: TypeAlias = Literal[
    "open", "fork", "kill", "started", "overdue", "ended", "refused"
]

_WORDS: tuple[Word, ...] = (
    *("open", "fork", "kill"),
    *("started", "overdue", "ended", "refused"),
)
_LAYOUT = Struct("<Bxxxxxxxqqq")
_MOST_DESCRIPTORS = 4


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A message."""

    word: Word
    worker: int = 0
    pid: int = 0
    value: int = 0
    descriptors: tuple[int, ...] = ()


def write(end: socket.socket, order: Order) -> None:
    """Send ``order``; raises ``OSError`` where nobody reads any more."""
    number = _WORDS.index(order.word)
    raw = _LAYOUT.pack(number, order.worker, order.pid, order.value)
    if order.descriptors:
        socket.send_fds(end, [raw], list(order.descriptors))
    else:
        end.send(raw)


def read(end: socket.socket) -> Order | Literal["ended", "nothing"]:
    """Read one message, if there is any."""
    try:
        raw, descriptors, _, _ = socket.recv_fds(end, _LAYOUT.size, _MOST_DESCRIPTORS)
    except BlockingIOError:
        return "nothing"
    except OSError:
        return "ended"
    if len(raw) < _LAYOUT.size:
        return "ended"
    number, worker, pid, value = _LAYOUT.unpack(raw)
    return Order(
        word=_WORDS[int(number)],
        worker=worker,
        pid=pid,
        value=value,
        descriptors=tuple(_own(descriptor) for descriptor in descriptors),
    )


def pair() -> tuple[socket.socket, socket.socket]:
    """Give the two ends of a conversation; neither blocks."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    one, other = (socket.socket(fileno=raised_number(end.detach())) for end in ends)
    one.settimeout(0)
    other.settimeout(0)
    return one, other


def _own(descriptor: int) -> int:
    os.set_inheritable(descriptor, False)  # noqa: FBT003
    return raised_number(descriptor)
