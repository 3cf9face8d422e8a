"""Workloads in two worker processes."""

import gc
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from itertools import chain
from itertools import islice
from multiprocessing import get_context
from statistics import median
from time import perf_counter_ns
from typing import TypeAlias, final

from benchmarks.handpool import hand_pool
from benchmarks.measure import Contender
from benchmarks.measure import Times
from benchmarks.measure import compare
from benchmarks.measure import prepared
from benchmarks.pipelines import delivered
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import milliseconds
from benchmarks.table import ratio_row
from benchmarks.workfunctions import dict5
from benchmarks.workfunctions import ident
from fstream import collect
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source

Ready: TypeAlias = AbstractContextManager[Callable[[], Collection[object]]]

_WINDOW = 2  # before the first answer, a chunk of one item for each worker
_COLD = "with its start"
_START = "start of fstream"
_NOTE = (
    "every clock starts with workers that are there: that of fstream when the source "
    "is asked for more than fills the window, since its run starts its own workers. "
    "From call to answer it is {cold:.2f} x the limit; a run of two items takes {start}"
)


def g7(scale: Scale) -> list[Row]:
    """Send ints through and back."""
    numbers = range(scale.items(200_000))
    return [_row("G7", numbers, chunk=2048, rounds=scale.rounds)]


def g8(scale: Scale) -> list[Row]:
    """Send small records through and back."""
    records = tuple(dict5(i) for i in range(scale.items(100_000)))
    return [_row("G8", records, chunk=256, rounds=scale.rounds)]


def _row(case: str, items: Collection[object], *, chunk: int, rounds: int) -> Row:
    times = _compared(items, chunk=chunk, rounds=rounds)
    cold = times.ratio(_COLD, to="limit")
    del times.rounds[_COLD]
    start = milliseconds(median(times.rounds.pop(_START)))
    work = f"processes(2), {len(items):,} x {type(next(iter(items))).__name__}, ident"
    note = _NOTE.format(cold=cold, start=start)
    return ratio_row(case, work, times=times, goal=1.2, note=note)


def _compared(items: Collection[object], *, chunk: int, rounds: int) -> Times:
    def contender(name: str, ready: Callable[[], Ready]) -> Contender:
        return prepared(name, ready, facts=len, want=len(items))

    two = tuple(islice(items, 2))
    return compare(
        [
            contender("limit", lambda: _by_hand(items, chunk)),
            contender(f"Pool.imap({chunk})", lambda: _pool(items, chunk)),
            Contender(
                name="fstream", facts=len(items), opened=lambda: _warm_fstream(items)
            ),
            contender(_COLD, lambda: _fstream(items)),
            prepared(_START, lambda: _fstream(two), facts=len, want=len(two)),
        ],
        rounds=rounds,
    )


@contextmanager
def _by_hand(
    items: Collection[object], chunk: int
) -> Iterator[Callable[[], Collection[object]]]:
    with hand_pool(ident, width=2, chunk=chunk) as mapped:
        yield lambda: mapped(items)


@contextmanager
def _pool(
    items: Collection[object], chunk: int
) -> Iterator[Callable[[], Collection[object]]]:
    with get_context("fork").Pool(2) as pool:
        yield lambda: list(pool.imap(ident, items, chunk))


@contextmanager
def _warm_fstream(
    items: Collection[object],
) -> Iterator[Callable[[], tuple[int, object]]]:
    _through_processes(range(3))

    def timed() -> tuple[int, object]:
        gc.collect()
        marked = _Marked(items)
        results = _through_processes(marked)
        return perf_counter_ns() - marked.since, len(results)

    yield timed


@final
class _Marked(Collection[object]):
    """``items``, noting when those behind the first window are asked for."""

    def __init__(self, items: Collection[object]) -> None:
        self.items = items
        self.since = 0

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item: object) -> bool:
        return item in self.items

    def __iter__(self) -> Iterator[object]:
        """Note the time between the first items and the others."""
        rest = iter(self.items)
        return chain(islice(rest, _WINDOW), self._mark(), rest)

    def _mark(self) -> Iterator[object]:
        self.since = perf_counter_ns()
        return
        yield


@contextmanager
def _fstream(items: Collection[object]) -> Iterator[Callable[[], Collection[object]]]:
    _through_processes(range(3))
    yield lambda: _through_processes(items)


def _through_processes(items: Collection[object]) -> Collection[object]:
    plan = source(items).via(map_stage(ident)).to(collect())
    return delivered(run(plan, on=processes(2)))
