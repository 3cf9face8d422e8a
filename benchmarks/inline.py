"""Workloads in the calling thread."""

from collections.abc import Collection
from functools import partial

from benchmarks import handloops
from benchmarks import peers
from benchmarks import pipelines
from benchmarks.measure import compare
from benchmarks.measure import plain
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import ratio_row
from benchmarks.workfunctions import bad
from benchmarks.workfunctions import even
from benchmarks.workfunctions import f1
from benchmarks.workfunctions import f2
from benchmarks.workfunctions import f3
from fstream import Report
from fstream import Success
from fstream import collect
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import stream


def g1(scale: Scale) -> list[Row]:
    """Run three maps and a filter into a list."""
    numbers = range(scale.items(1_000_000))
    contender = partial(plain, facts=len, want=len(numbers) // 2)
    times = compare(
        [
            contender("limit", lambda: handloops.chained(numbers)),
            *peers.installed(
                contender("streamable", lambda: list(peers.chained(numbers)))
            ),
            contender("builtin map", lambda: _mapped(numbers)),
            contender("fstream", lambda: pipelines.chained_collected(numbers)),
        ],
        rounds=scale.rounds,
    )
    work = f"inline, {len(numbers):,} ints, f1 f2 f3 even -> list"
    return [ratio_row("G1", work, times=times, goal=1.15)]


def g2(scale: Scale) -> list[Row]:
    """Run the same through ``stream``: an Outcome per item."""
    numbers = range(scale.items(1_000_000))
    contender = partial(plain, facts=_successes, want=len(numbers) // 2)
    times = compare(
        [
            contender("limit", lambda: handloops.chained_outcomes(numbers)),
            *peers.installed(
                contender("streamable", lambda: peers.chained_outcomes(numbers))
            ),
            contender("fstream", lambda: list(stream(pipelines.chained(numbers)))),
        ],
        rounds=scale.rounds,
    )
    return [
        ratio_row(
            "G2", "the same by stream, an Outcome per item", times=times, goal=1.2
        )
    ]


def g3(scale: Scale) -> list[Row]:
    """Run fifty maps."""
    numbers = range(scale.items(20_000))
    loop = handloops.of_stages(50)
    contender = partial(plain, facts=len, want=len(numbers))
    times = compare(
        [
            contender("limit", lambda: loop(numbers)),
            *peers.installed(
                contender("streamable", lambda: peers.through_stages(numbers, 50))
            ),
            contender("fstream", lambda: pipelines.through_stages(numbers, 50)),
        ],
        rounds=scale.rounds,
    )
    work = f"inline, 50 maps x {len(numbers):,} ints"
    return [ratio_row("G3", work, times=times, goal=1.15)]


def g4(scale: Scale) -> list[Row]:
    """Deliver the rest when one item in a hundred fails in the second stage."""
    numbers = range(scale.items(1_000_000))
    failing = len(numbers) // 100
    contender = partial(plain, facts=_sides, want=(len(numbers) - failing, failing))
    times = compare(
        [
            contender("limit", lambda: handloops.recording(numbers)),
            *peers.installed(contender("streamable", lambda: peers.caught(numbers))),
            contender("fstream", lambda: _tolerated(numbers)),
        ],
        rounds=scale.rounds,
    )
    note = (
        "the limit records index, item repr, stage, type, message, text-free frames; "
        "streamable keeps exceptions only"
    )
    work = f"inline, 1 % of {len(numbers):,} raising in stage 2 of 3"
    return [ratio_row("G4", work, times=times, goal=1.25, note=note)]


def _mapped(numbers: Collection[int]) -> list[int]:
    return list(filter(even, map(f3, map(f2, map(f1, numbers)))))


def _successes(outcomes: Collection[object]) -> int:
    return sum(isinstance(outcome, Success) for outcome in outcomes)


def _tolerated(numbers: Collection[int]) -> tuple[Collection[int], Collection[object]]:
    report = Report()
    stages = source(numbers).via(map_stage(f1)).via(map_stage(bad)).via(map_stage(f3))
    outcome = run(stages.to(collect()), tolerate=len(numbers), observers=[report])
    return pipelines.delivered(outcome), report.failures


def _sides(result: tuple[Collection[int], Collection[object]]) -> tuple[int, int]:
    good, failed = result
    return len(good), len(failed)
