"""The process limit: a selector loop over forked workers.

Each worker has a private socket pair; a chunk is four bytes of length and a
pickle. Two chunks per worker are out, results are put back into order. That
is all: no failures, no deaths, no checks of what comes over the wire, one
fixed chunk size that was tuned for the workload.
"""

import os
import pickle
import selectors
import socket
import struct
from collections import deque
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from itertools import islice
from typing import Never, TypeAlias, TypeVar, cast, final

A = TypeVar("A")
B = TypeVar("B")
Feed: TypeAlias = Callable[[Iterable[A]], list[B]]

_WINDOW = 2
_BUFFER = 1 << 20
_LENGTH = struct.Struct("<I")


@final
@dataclass(frozen=True, slots=True)
class _Worker:
    pid: int
    wire: socket.socket
    tickets: deque[int] = field(default_factory=deque[int])


@contextmanager
def hand_pool(fn: Callable[[A], B], *, width: int, chunk: int) -> Iterator[Feed[A, B]]:
    """Start the workers; what is yielded maps ``fn`` over items, in order."""

    def work(items: list[A]) -> list[B]:
        return list(map(fn, items))

    def joined(chunks: Iterable[list[B]]) -> list[B]:
        out: list[B] = []
        for results in chunks:
            out += results
        return out

    with chunk_pool(work, width=width, chunk=chunk) as mapped:
        yield lambda items: joined(mapped(items))


@contextmanager
def chunk_pool(
    work: Callable[[list[A]], B], *, width: int, chunk: int
) -> Iterator[Callable[[Iterable[A]], Iterator[B]]]:
    """Start the workers; what is yielded gives what ``work`` makes of each chunk."""
    workers: list[_Worker] = []
    for _ in range(width):
        workers.append(_started(work, siblings=workers))
    try:
        yield lambda items: _mapped(items, workers, chunk)
    finally:
        for worker in workers:
            worker.wire.sendall(_LENGTH.pack(0))
            worker.wire.close()
        for worker in workers:
            os.waitpid(worker.pid, 0)


def _started(work: Callable[[list[A]], B], *, siblings: list[_Worker]) -> _Worker:
    near, far = socket.socketpair()
    for end in (near, far):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    pid = os.fork()
    if pid == 0:
        for wire in [near, *(sibling.wire for sibling in siblings)]:
            wire.close()
        _serve(far, work)
    far.close()
    return _Worker(pid, near)


def _serve(wire: socket.socket, work: Callable[[list[A]], B]) -> Never:
    try:
        while frame := _received(wire):
            _send(wire, work(pickle.loads(frame)))  # noqa: S301  our own
    finally:
        os._exit(0)


def _mapped(items: Iterable[A], workers: list[_Worker], chunk: int) -> Iterator[B]:
    pulled = iter(items)
    chunks = enumerate(iter(lambda: list(islice(pulled, chunk)), []))
    early: dict[int, B] = {}
    due = 0
    with selectors.DefaultSelector() as selector:
        for worker in workers:
            selector.register(worker.wire, selectors.EVENT_READ, worker)
        for worker in workers * _WINDOW:
            _feed(worker, chunks)
        while any(worker.tickets for worker in workers):
            for key, _ in selector.select():
                worker = cast("_Worker", key.data)
                frame = _received(worker.wire)
                _feed(worker, chunks)
                early[worker.tickets.popleft()] = pickle.loads(frame)  # noqa: S301
            while due in early:
                yield early.pop(due)
                due += 1


def _feed(worker: _Worker, chunks: Iterator[tuple[int, list[A]]]) -> None:
    for ticket, items in chunks:
        worker.tickets.append(ticket)
        _send(worker.wire, items)
        return


def _send(wire: socket.socket, content: object) -> None:
    frame = pickle.dumps(content, protocol=5)
    wire.sendall(_LENGTH.pack(len(frame)) + frame)


def _received(wire: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(wire.recv(_LENGTH.size, socket.MSG_WAITALL))
    return wire.recv(length, socket.MSG_WAITALL) if length else b""
