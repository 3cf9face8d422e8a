"""Pools of two workers that are there before the clock starts."""

import gc
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from itertools import islice
from multiprocessing import get_context
from time import perf_counter_ns
from typing import TypeAlias, TypeVar, final

from benchmarks.handpool import hand_pool
from benchmarks.measure import Contender
from benchmarks.measure import prepared
from benchmarks.pipelines import delivered
from fstream import Source
from fstream import Stage
from fstream import collect
from fstream import processes
from fstream import run
from fstream import source

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")
Job: TypeAlias = Callable[[], Collection[object]]

_WINDOW = 2  # before the first answer, a chunk of one item for each worker


def by_hand(
    fn: Callable[[A], object], items: Collection[A], *, chunk: int
) -> Contender:
    """Make the limit: a selector loop over forked workers."""

    @contextmanager
    def ready() -> Iterator[Job]:
        with hand_pool(fn, width=2, chunk=chunk) as mapped:
            yield lambda: mapped(items)

    return prepared("limit", ready, facts=len, want=len(items))


def pooled(fn: Callable[[A], object], items: Collection[A], *, chunk: int) -> Contender:
    """Make the strongest peer: ``Pool.imap`` with a chunk that was tuned."""

    @contextmanager
    def ready() -> Iterator[Job]:
        with get_context("fork").Pool(2) as pool:
            yield lambda: list(pool.imap(fn, items, chunk))

    return prepared(f"Pool.imap({chunk})", ready, facts=len, want=len(items))


def streamed(
    stage: Stage[A, object],
    items: Collection[A],
    *,
    name: str = "fstream",
    lead: int = _WINDOW,
) -> Contender:
    """Make ours: its clock starts when more is pulled than ``lead`` items.

    A run starts workers of its own; they are there when they ask for more.
    """

    def job(some: Collection[A]) -> Collection[object]:
        return through_processes(source(some).via(stage))

    return marked(name, items, job, facts=len, want=len(items), lead=lead)


def marked(
    name: str,
    items: Collection[A],
    job: Callable[[Collection[A]], T],
    *,
    facts: Callable[[T], object],
    want: object,
    lead: int = _WINDOW,
) -> Contender:
    """Make a contender whose clock starts when its workers ask for more.

    It stops when the result is there: to free that belongs to no contender's time.
    """

    @contextmanager
    def opened() -> Iterator[Callable[[], tuple[int, object]]]:
        job(list(islice(items, 3)))

        def timed() -> tuple[int, object]:
            gc.collect()
            some = _Marked(items, lead)
            result = job(some)
            spent = perf_counter_ns() - some.since
            return spent, facts(result)

        yield timed

    return Contender(name=name, facts=want, opened=opened)


def through_processes(flow: Source[object]) -> Collection[object]:
    """Run ``flow`` in two processes."""
    return delivered(run(flow.to(collect()), on=processes(2)))


@final
class _Marked(Collection[A]):
    """``items``, noting when those behind the first ``lead`` are asked for."""

    def __init__(self, items: Collection[A], lead: int = _WINDOW) -> None:
        self.items = items
        self.lead = lead
        self.since = 0

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item: object) -> bool:
        return item in self.items

    def __iter__(self) -> Iterator[A]:
        """Note the time between the first items and the others."""
        rest = iter(self.items)
        return chain(islice(rest, self.lead), self._mark(), rest)

    def _mark(self) -> Iterator[A]:
        self.since = perf_counter_ns()
        return
        yield
