"""What observers and the report cost."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from benchmarks.measure import compare
from benchmarks.measure import plain
from benchmarks.pipelines import chained
from benchmarks.pipelines import delivered
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import ratio_row
from benchmarks.warm import marked
from benchmarks.workfunctions import ident
from fstream import Observer
from fstream import Report
from fstream import RunEvent
from fstream import collect
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source


@final
@dataclass
class _Counting:
    """An observer that does next to nothing."""

    heard: int = 0

    def on(self, event: RunEvent) -> None:
        """Count ``event``."""
        self.heard += event is not None


def g18(scale: Scale) -> list[Row]:
    """Run with a report and an observer, and without."""
    return [_in_processes(scale), _inline(scale)]


def _in_processes(scale: Scale) -> Row:
    numbers = range(scale.items(200_000))

    def observed(
        items: Iterable[int], observers: Sequence[Observer]
    ) -> Collection[int]:
        plan = source(items).via(map_stage(ident)).to(collect())
        return delivered(run(plan, on=processes(2), observers=observers))

    want = len(numbers)
    times = compare(
        [
            marked("limit", numbers, lambda i: observed(i, ()), facts=len, want=want),
            marked(
                "fstream",
                numbers,
                lambda i: observed(i, _two()),
                facts=len,
                want=want,
            ),
        ],
        rounds=scale.rounds,
    )
    work = f"report and observer on / off, processes(2), {len(numbers):,} ints"
    return ratio_row("G18", work, times=times, goal=1.03)


def _inline(scale: Scale) -> Row:
    numbers = range(scale.items(1_000_000))

    def observed(observers: Sequence[Observer]) -> Collection[int]:
        return delivered(run(chained(numbers).to(collect()), observers=observers))

    want = len(observed(()))
    times = compare(
        [
            plain("limit", lambda: observed(()), facts=len, want=want),
            plain("fstream", lambda: observed(_two()), facts=len, want=want),
        ],
        rounds=scale.rounds,
    )
    work = f"the same inline, {len(numbers):,} ints of G1"
    return ratio_row("G18 inline", work, times=times, goal=1.15)


def _two() -> Sequence[Observer]:
    return (Report(), _Counting())
