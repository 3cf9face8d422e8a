"""Workloads that wait: 64 items at once."""

import asyncio
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import TypeAlias

from benchmarks import peers
from benchmarks.handthreads import mapped_in_threads
from benchmarks.measure import compare
from benchmarks.measure import plain
from benchmarks.measure import prepared
from benchmarks.pipelines import delivered
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import ratio_row
from benchmarks.workfunctions import nap
from fstream import collect
from fstream import map_async
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import tasks
from fstream import threads

Ready: TypeAlias = AbstractContextManager[Callable[[], Collection[int]]]

_WIDTH = 64


def g5(scale: Scale) -> list[Row]:
    """Sleep for 1 ms in threads."""
    numbers = range(scale.items(10_000))
    facts = partial(plain, facts=_in_order, want=(len(numbers), True))
    times = compare(
        [
            facts("limit", lambda: mapped_in_threads(nap, numbers, width=_WIDTH)),
            prepared(
                "ThreadPool.imap",
                lambda: _pool(numbers),
                facts=_in_order,
                want=(len(numbers), True),
            ),
            *peers.installed(
                facts("streamable", lambda: peers.napping(numbers, at_once=_WIDTH))
            ),
            facts("fstream", lambda: _through_threads(numbers)),
        ],
        rounds=scale.rounds,
    )
    work = f"threads({_WIDTH}), {len(numbers):,} x sleep(1 ms)"
    return [ratio_row("G5", work, times=times, goal=1.15)]


def g6(scale: Scale) -> list[Row]:
    """Await the same in coroutines."""
    numbers = range(scale.items(10_000))
    facts = partial(plain, facts=_in_order, want=(len(numbers), True))
    times = compare(
        [
            facts("limit", lambda: asyncio.run(_worker_tasks(numbers))),
            *peers.installed(
                facts(
                    "streamable",
                    lambda: peers.awaited(nap_async, numbers, at_once=_WIDTH),
                )
            ),
            facts("fstream", lambda: _through_tasks(numbers)),
        ],
        rounds=scale.rounds,
    )
    work = f"tasks({_WIDTH}), {len(numbers):,} x asyncio.sleep(1 ms)"
    return [ratio_row("G6", work, times=times, goal=1.2)]


async def nap_async(x: int) -> int:
    """Await 1 ms; here, because every worker imports the other work functions."""
    await asyncio.sleep(0.001)
    return x


async def _worker_tasks(numbers: Collection[int]) -> list[int]:
    """Let so many tasks share one iterator: the limit."""
    numbered = enumerate(numbers)
    results = [0] * len(numbers)

    async def work() -> None:
        for at, number in numbered:
            results[at] = await nap_async(number)

    await asyncio.gather(*(work() for _ in range(_WIDTH)))
    return results


def _through_tasks(numbers: Collection[int]) -> Collection[int]:
    stage = map_async(nap_async, on=tasks(_WIDTH))
    return delivered(run(source(numbers).via(stage).to(collect())))


def _in_order(results: Collection[int]) -> tuple[int, bool]:
    return len(results), list(results) == sorted(results)


@contextmanager
def _pool(numbers: Collection[int]) -> Iterator[Callable[[], Collection[int]]]:
    with ThreadPool(_WIDTH) as pool:
        yield lambda: list(pool.imap(nap, numbers))


def _through_threads(numbers: Collection[int]) -> Collection[int]:
    plan = source(numbers).via(map_stage(nap)).to(collect())
    return delivered(run(plan, on=threads(_WIDTH)))
