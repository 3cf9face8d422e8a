"""One item in a hundred raises in a process; all others are delivered."""

import traceback
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeAlias

from benchmarks.handloops import Recorded
from benchmarks.handloops import recorded_calls
from benchmarks.handpool import chunk_pool
from benchmarks.measure import Contender
from benchmarks.measure import compare
from benchmarks.measure import prepared
from benchmarks.pipelines import delivered
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import ratio_row
from benchmarks.warm import marked
from benchmarks.workfunctions import bad
from fstream import Report
from fstream import collect
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source

Facts: TypeAlias = tuple[int, int]
Part: TypeAlias = tuple[list[int], list[Recorded]]
_CHUNK = 1024


def g11(scale: Scale) -> list[Row]:
    """Deliver what can be, and tell every failure with its item and frames."""
    numbers = range(scale.items(50_000))
    failed = len(range(0, len(numbers), 100))
    want = (len(numbers) - failed, failed)
    times = compare(
        [
            prepared("limit", lambda: _by_hand(numbers), facts=tuple, want=want),
            prepared(
                f"Pool.imap({_CHUNK}) + safe",
                lambda: _pooled(numbers),
                facts=tuple,
                want=want,
            ),
            _fstream(numbers, want),
        ],
        rounds=scale.rounds,
    )
    work = f"processes(2), 1 % of {len(numbers):,} ints raising"
    return [ratio_row("G11", work, times=times, goal=1.25)]


@contextmanager
def _by_hand(numbers: range) -> Iterator[Callable[[], Facts]]:
    def job() -> Facts:
        good: list[int] = []
        failed: list[Recorded] = []
        done = 0
        for out, errors in mapped(numbers):
            for each in errors:
                each.index += done
            done += len(out) + len(errors)
            good += out
            failed += errors
        return len(good), len(failed)

    with chunk_pool(_checked, width=2, chunk=_CHUNK) as mapped:
        yield job


def _checked(items: list[int]) -> Part:
    return recorded_calls(bad, items)


@contextmanager
def _pooled(numbers: range) -> Iterator[Callable[[], Facts]]:
    with get_context("fork").Pool(2) as pool:
        yield lambda: _counted(pool.imap(_safe, numbers, _CHUNK))


def _safe(item: int) -> tuple[int, str | None]:
    try:
        return bad(item), None
    except Exception:  # noqa: BLE001  whatever it is: it is told
        return item, traceback.format_exc()


def _counted(pairs: Iterable[tuple[int, str | None]]) -> Facts:
    failed = good = 0
    for _, error in pairs:
        if error is None:
            good += 1
        else:
            failed += 1
    return good, failed


def _fstream(numbers: range, want: Facts) -> Contender:
    def job(items: Iterable[int]) -> Facts:
        report = Report()
        plan = source(items).via(map_stage(bad)).to(collect())
        good = delivered(
            run(plan, on=processes(2), tolerate=want[1], observers=[report])
        )
        return len(good), len(report.failures)

    return marked("fstream", numbers, job, facts=tuple, want=want)
