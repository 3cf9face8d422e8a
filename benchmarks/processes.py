"""Workloads in two worker processes."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from itertools import islice
from statistics import median
from typing import TypeAlias

from benchmarks.forked import forked
from benchmarks.measure import Times
from benchmarks.measure import compare
from benchmarks.measure import prepared
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import milliseconds
from benchmarks.table import ratio_row
from benchmarks.warm import by_hand
from benchmarks.warm import pooled
from benchmarks.warm import streamed
from benchmarks.warm import through_processes
from benchmarks.workfunctions import dict5
from benchmarks.workfunctions import ident
from benchmarks.workfunctions import spin_2us
from benchmarks.workfunctions import spin_20us
from benchmarks.workfunctions import spin_200us
from benchmarks.workfunctions import twice_20us
from fstream import Stage
from fstream import map_stage
from fstream import processes
from fstream import source

Ready: TypeAlias = AbstractContextManager[Callable[[], Collection[object]]]
Work: TypeAlias = Callable[[int], int]

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
    return [_moved("G7", numbers, chunk=2048, rounds=scale.rounds)]


def g8(scale: Scale) -> list[Row]:
    """Send small records through and back."""
    records = tuple(dict5(i) for i in range(scale.items(100_000)))
    return [_moved("G8", records, chunk=256, rounds=scale.rounds)]


def g9(scale: Scale) -> list[Row]:
    """Work for 2, 20 and 200 us an item."""
    return [
        _worked(
            "G9 2us", spin_2us, scale.items(100_000), chunk=512, goal=1.2, on=scale
        ),
        _worked(
            "G9 20us", spin_20us, scale.items(15_000), chunk=64, goal=1.08, on=scale
        ),
        _worked(
            "G9 200us", spin_200us, scale.items(2_000), chunk=8, goal=1.05, on=scale
        ),
    ]


def g12(scale: Scale) -> list[Row]:
    """Work in two stages of 20 us each, in one place and in two."""
    numbers = range(scale.items(10_000))
    first, second = map_stage(spin_20us), map_stage(spin_20us)
    elsewhere = map_stage(spin_20us, on=processes(3))
    times = compare(
        [
            forked(twice_20us, numbers),
            pooled(twice_20us, numbers, chunk=64),
            streamed(first >> second, numbers),
            streamed(first >> elsewhere, numbers, name="with a hop"),
        ],
        rounds=scale.rounds,
    )
    hop = times.rounds.pop("with a hop")
    work = f"two stages of 20 us, {len(numbers):,}"
    fused = ratio_row("G12", f"{work}, fused", times=times, goal=1.08)
    times.rounds["fstream"] = hop
    hopped = ratio_row(
        "G12 hop", f"{work}, processes(2) and processes(3)", times=times, goal=1.2
    )
    return [fused, hopped]


def _worked(
    case: str, fn: Work, size: int, *, chunk: int, goal: float, on: Scale
) -> Row:
    numbers = range(size)
    times = compare(
        [
            forked(fn, numbers),
            pooled(fn, numbers, chunk=chunk),
            streamed(map_stage(fn), numbers),
        ],
        rounds=on.rounds,
    )
    work = f"processes(2), {size:,} x {case.split()[1]} of work"
    return ratio_row(case, work, times=times, goal=goal)


def _moved(case: str, items: Collection[object], *, chunk: int, rounds: int) -> Row:
    times = _compared(items, chunk=chunk, rounds=rounds)
    cold = times.ratio(_COLD, to="limit")
    del times.rounds[_COLD]
    start = milliseconds(median(times.rounds.pop(_START)))
    work = f"processes(2), {len(items):,} x {type(next(iter(items))).__name__}, ident"
    note = _NOTE.format(cold=cold, start=start)
    return ratio_row(case, work, times=times, goal=1.2, note=note)


def _compared(items: Collection[object], *, chunk: int, rounds: int) -> Times:
    stage = map_stage(ident)
    two = tuple(islice(items, 2))
    return compare(
        [
            by_hand(ident, items, chunk=chunk),
            pooled(ident, items, chunk=chunk),
            streamed(stage, items),
            prepared(_COLD, lambda: _cold(stage, items), facts=len, want=len(items)),
            prepared(_START, lambda: _cold(stage, two), facts=len, want=len(two)),
        ],
        rounds=rounds,
    )


@contextmanager
def _cold(
    stage: Stage[object, object], items: Collection[object]
) -> Iterator[Callable[[], Collection[object]]]:
    through_processes(source([1, 2, 3]).via(stage))
    yield lambda: through_processes(source(items).via(stage))
