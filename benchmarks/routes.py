"""Workloads that go different ways, in the calling thread."""

from collections.abc import Callable
from collections.abc import Collection
from functools import partial

from benchmarks import handloops
from benchmarks import peers
from benchmarks import pipelines
from benchmarks.handloops import Loop
from benchmarks.measure import compare
from benchmarks.measure import plain
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import ratio_row
from benchmarks.workfunctions import f1
from benchmarks.workfunctions import f2
from benchmarks.workfunctions import f3
from benchmarks.workfunctions import is_next
from benchmarks.workfunctions import is_third
from benchmarks.workfunctions import rest_by_three
from fstream import Stage
from fstream import by
from fstream import collect
from fstream import map_stage
from fstream import route_when
from fstream import run
from fstream import source
from fstream import when


def g13(scale: Scale) -> list[Row]:
    """Route into three branches, by predicates and by a key."""
    rest = by(rest_by_three).of(0, 1, 2)
    return [
        _row(
            "G13",
            "predicates",
            handloops.routed_by_predicate,
            make=lambda: route_when(
                when(is_third) >> map_stage(f1),
                when(is_next) >> map_stage(f2),
            ).otherwise(map_stage(f3)),
            scale=scale,
        ),
        _row(
            "G13 key",
            "a key",
            handloops.routed_by_key,
            make=lambda: route_when(
                rest(0) >> map_stage(f1),
                rest(1) >> map_stage(f2),
                rest(2) >> map_stage(f3),
            ).complete(),
            scale=scale,
        ),
    ]


def _row(
    case: str,
    how: str,
    loop: Loop,
    *,
    make: Callable[[], Stage[int, int]],
    scale: Scale,
) -> Row:
    numbers = range(scale.items(500_000))
    contender = partial(plain, facts=_facts, want=_facts(loop(numbers)))
    times = compare(
        [
            contender("limit", lambda: loop(numbers)),
            *peers.installed(
                contender("streamable group", lambda: peers.grouped(numbers))
            ),
            contender("fstream", lambda: _routed(numbers, make())),
        ],
        rounds=scale.rounds,
    )
    work = f"inline, {len(numbers):,} ints into 3 branches by {how}"
    return ratio_row(case, work, times=times, goal=1.25)


def _routed(numbers: Collection[int], stage: Stage[int, int]) -> Collection[int]:
    return pipelines.delivered(run(source(numbers).via(stage).to(collect())))


def _facts(numbers: Collection[int]) -> tuple[int, int]:
    return len(numbers), sum(numbers)
