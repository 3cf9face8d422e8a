"""Copies of this process, which inherit the batches they work on.

Limit and peer fork for each batch. So does fstream where it is told to; of its own
accord it gives a child as many as its start is worth.
"""

import os
import pickle
import selectors
from collections.abc import Collection
from collections.abc import Sequence
from functools import partial
from itertools import chain
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.connection import wait
from typing import TypeAlias, cast

from benchmarks.measure import compare
from benchmarks.measure import plain
from benchmarks.pipelines import delivered
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import ratio_row
from benchmarks.workfunctions import f1
from fstream import collect
from fstream import forks
from fstream import map_stage
from fstream import run
from fstream import source
from fstream.plan.contexts import Forks

Batch: TypeAlias = Sequence[int]

_WIDTH = 2
_ENTRIES = 27_000_000
"""So many integers in a list are 1 GB."""


def g14(scale: Scale) -> list[Row]:
    """Work on batches in a child each, without and with much data to inherit."""
    count = max(4, scale.items(100_000) // 1000)
    batches = [range(1000 * n, 1000 * n + 1000) for n in range(count)]
    rows = [_row(scale, batches, "")]
    held = list(range(scale.items(_ENTRIES)))
    rows.append(_row(scale, batches, f", {len(held):,} int held"))
    return rows


def _row(scale: Scale, batches: Sequence[Batch], held: str) -> Row:
    facts = partial(plain, facts=_facts, want=_facts([_worked(b) for b in batches]))
    one_each = forks(_WIDTH, chunk=1)
    times = compare(
        [
            facts("limit", lambda: _by_hand(batches)),
            facts("mp.Process", lambda: _by_multiprocessing(batches)),
            facts("fstream, a child each", lambda: _by_fstream(batches, one_each)),
            facts("fstream", lambda: _by_fstream(batches, forks(_WIDTH))),
        ],
        rounds=scale.rounds,
    )
    work = f"forks({_WIDTH}), {len(batches)} x 1000 int{held}"
    return ratio_row("G14", work, times=times, goal=1.2)


def _worked(batch: Batch) -> list[int]:
    return [f1(x) for x in batch]


def _facts(results: Collection[list[int]]) -> tuple[int, bool]:
    flat = list(chain.from_iterable(results))
    return len(flat), flat == sorted(flat)


def _by_fstream(batches: Sequence[Batch], on: Forks) -> Collection[list[int]]:
    plan = source(batches).via(map_stage(_worked)).to(collect())
    return delivered(run(plan, on=on))


def _by_hand(batches: Sequence[Batch]) -> Collection[list[int]]:
    """Fork for each batch, two at a time; each sends its results through a pipe."""
    results: dict[int, list[int]] = {}
    waiting = enumerate(batches)
    with selectors.DefaultSelector() as selector:

        def start(number: int, batch: Batch) -> None:
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                try:
                    with os.fdopen(writing, "wb") as file:
                        pickle.dump(_worked(batch), file, 5)
                finally:
                    os._exit(0)
            os.close(writing)
            selector.register(reading, selectors.EVENT_READ, (number, pid))

        for each in islice(waiting, _WIDTH):
            start(*each)
        while selector.get_map():
            for key, _ in selector.select():
                number, pid = cast("tuple[int, int]", key.data)
                selector.unregister(key.fd)
                with os.fdopen(key.fd, "rb") as file:
                    results[number] = pickle.load(file)  # noqa: S301  our own
                os.waitpid(pid, 0)
                for each in islice(waiting, 1):
                    start(*each)
    return [results[number] for number in sorted(results)]


def _by_multiprocessing(batches: Sequence[Batch]) -> Collection[list[int]]:
    context = get_context("fork")
    results: dict[int, list[int]] = {}
    running = {}
    waiting = enumerate(batches)

    def start(number: int, batch: Batch) -> None:
        reading, writing = context.Pipe(duplex=False)
        process = context.Process(target=_send, args=(writing, batch))
        process.start()
        writing.close()
        running[reading] = (number, process)

    for each in islice(waiting, _WIDTH):
        start(*each)
    while running:
        for ready in wait(list(running)):
            reading = cast("Connection", ready)
            number, process = running.pop(reading)
            results[number] = reading.recv()
            reading.close()
            process.join()
            process.close()
            for each in islice(waiting, 1):
                start(*each)
    return [results[number] for number in sorted(results)]


def _send(writing: Connection, batch: Batch) -> None:
    writing.send(_worked(batch))
