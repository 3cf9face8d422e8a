"""The limit of work that is only divided: two forks and nothing between them."""

import os
import struct
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TypeAlias

from benchmarks.measure import Contender
from benchmarks.measure import prepared

Work: TypeAlias = Callable[[int], int]
_COUNT = struct.Struct("<Q")
_GO = b"g"


def forked(fn: Work, items: Sequence[int]) -> Contender:
    """Make the limit: each child works on every other item, and says how many.

    A child waits for one byte to begin; it sends no result back.
    """

    @contextmanager
    def ready() -> Iterator[Callable[[], int]]:
        children = [_started(fn, items[half::2]) for half in (0, 1)]
        try:
            yield lambda: _worked(children)
        finally:
            for _, go, done in children:
                os.close(go)
                os.close(done)
            for pid, _, _ in children:  # the later ones hold pipes of the earlier
                os.waitpid(pid, 0)

    return prepared("limit", ready, facts=int, want=len(items))


def _started(fn: Work, items: Sequence[int]) -> tuple[int, int, int]:
    their_go, go = os.pipe()
    done, their_done = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(go)
            os.close(done)
            while os.read(their_go, 1):
                os.write(their_done, _COUNT.pack(_count(fn, items)))
        finally:
            os._exit(0)
    os.close(their_go)
    os.close(their_done)
    return pid, go, done


def _count(fn: Work, items: Sequence[int]) -> int:
    count = 0
    for item in items:
        fn(item)
        count += 1
    return count


def _worked(children: list[tuple[int, int, int]]) -> int:
    for _, go, _ in children:
        os.write(go, _GO)
    counts = (os.read(done, _COUNT.size) for _, _, done in children)
    return sum(count for each in counts for (count,) in [_COUNT.unpack(each)])
