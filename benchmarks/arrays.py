"""Arrays of 1 MiB through two processes and back."""

import mmap
import os
import socket
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from typing import TYPE_CHECKING, Never, final

from benchmarks.measure import Contender
from benchmarks.measure import compare
from benchmarks.measure import prepared
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import absent
from benchmarks.table import ratio_row
from benchmarks.warm import streamed
from benchmarks.workfunctions import ident
from fstream import map_stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_BYTES = 1 << 20
_SLOTS = 2
_HELD = 9  # after so many items, each worker has given its first result


def g10(scale: Scale) -> list[Row]:
    """Send arrays through and back."""
    size = max(scale.items(200) // (100 if scale.mode == "small" else 1), 4)
    work = f"processes(2), {size} x 1 MiB of numpy, both ways"
    if not find_spec("numpy"):
        return [absent("G10", work, "numpy is not installed")]
    arrays = _arrays(size)
    more = [*arrays[:_HELD], *arrays]  # so that both workers have imported numpy
    times = compare(
        [
            _slotted(arrays),
            _executed(arrays),
            streamed(map_stage(ident), more, lead=_HELD),
        ],
        rounds=scale.rounds,
    )
    return [ratio_row("G10", work, times=times, goal=1.3)]


def _arrays(size: int) -> "list[Array]":
    import numpy as np  # noqa: PLC0415  optional

    return [np.full(_BYTES // 8, n, dtype=np.float64) for n in range(size)]


def _executed(arrays: "Sequence[Array]") -> Contender:
    @contextmanager
    def ready() -> Iterator[Callable[[], Collection[object]]]:
        with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
            yield lambda: list(pool.map(ident, arrays))

    return prepared("executor", ready, facts=len, want=len(arrays))


# ---- the limit: slots in shared memory, copied in and out


@final
@dataclass(frozen=True, slots=True)
class _Worker:
    wire: socket.socket
    slots: "list[Array]"
    pid: int


def _slotted(arrays: "Sequence[Array]") -> Contender:
    @contextmanager
    def ready() -> "Iterator[Callable[[], list[Array]]]":
        workers: list[_Worker] = []
        for _ in range(2):
            workers.append(_started(workers))
        try:
            yield lambda: _moved(arrays, workers)
        finally:
            for worker in workers:
                worker.wire.close()
            for worker in workers:
                os.waitpid(worker.pid, 0)

    return prepared("limit", ready, facts=len, want=len(arrays))


def _started(siblings: list[_Worker]) -> _Worker:
    import numpy as np  # noqa: PLC0415  optional

    slots = [np.frombuffer(mmap.mmap(-1, _BYTES)) for _ in range(_SLOTS)]
    near, far = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        for wire in (near, *(sibling.wire for sibling in siblings)):
            wire.close()
        _serve(far, slots)
    far.close()
    return _Worker(near, slots, pid)


def _serve(wire: socket.socket, slots: "list[Array]") -> Never:
    try:
        while number := wire.recv(1):
            slot = slots[number[0]]
            slot[:] = ident(slot.copy())
            wire.send(number)
    finally:
        os._exit(0)


def _moved(arrays: "Sequence[Array]", workers: list[_Worker]) -> "list[Array]":
    """Keep both slots of both workers busy, in a fixed order of turns."""
    turns = [(worker, n) for n in range(_SLOTS) for worker in workers]
    out: list[Array] = []
    for number in range(len(arrays) + len(turns)):
        worker, slot = turns[number % len(turns)]
        if number >= len(turns):
            worker.wire.recv(1)
            out.append(worker.slots[slot].copy())
        if number < len(arrays):
            worker.slots[slot][:] = arrays[number]
            worker.wire.send(bytes([slot]))
    return out[: len(arrays)]
