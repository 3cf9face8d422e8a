"""The cost per item, as inputs and plans grow."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, final

from benchmarks import handloops
from benchmarks import pipelines
from benchmarks.measure import Contender
from benchmarks.measure import Times
from benchmarks.measure import compare
from benchmarks.measure import plain
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import verdict

Work: TypeAlias = Callable[[], Collection[int]]

_GOAL = 1.2
_SIZES = (10_000, 100_000, 1_000_000)
_DEPTHS = (1, 2, 5, 10, 20, 50)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of the curve: the same work by hand and by fstream."""

    name: str
    items: int
    depth: int
    good: int
    hand: Work
    fstream: Work


def g17(scale: Scale) -> list[Row]:
    """Compare the last point with the one before: items first, then stages."""
    sizes = [*_SIZES, 10_000_000] if scale.mode == "full" else _SIZES
    by_size = [_sized(size) for size in sorted({scale.items(n) for n in sizes})]
    by_depth = [_deep(range(scale.items(20_000)), depth) for depth in _DEPTHS]
    return [
        _row("G17 size", "items of G1", points=by_size, rounds=scale.rounds),
        _row("G17 stages", "stages", points=by_depth, rounds=scale.rounds),
    ]


def _sized(size: int) -> Point:
    numbers = range(size)
    return Point(
        name=f"{size:,}",
        items=size,
        depth=1,
        good=size // 2,
        hand=lambda: handloops.chained(numbers),
        fstream=lambda: pipelines.chained_collected(numbers),
    )


def _deep(numbers: range, depth: int) -> Point:
    return Point(
        name=str(depth),
        items=len(numbers),
        depth=depth,
        good=len(numbers),
        hand=partial(handloops.of_stages(depth), numbers),
        fstream=lambda: pipelines.through_stages(numbers, depth),
    )


def _row(case: str, what: str, *, points: Sequence[Point], rounds: int) -> Row:
    times = compare([each for at in points for each in _contenders(at)], rounds=rounds)
    before, last = points[-2:]
    grown = _grown("fstream", points, times)
    hand = _grown("hand", points, times)
    return Row(
        id=case,
        workload=f"ns per item, {' / '.join(at.name for at in points)} {what}",
        limit=_per_item("hand", points, times),
        peer="-",
        fstream=_per_item("fstream", points, times),
        ratio=f"{grown:.2f} (hand {hand:.2f})",
        goal=f"{_GOAL:g}",
        met=verdict(grown, at_most=_GOAL),
        note=f"ratio: cost per item and stage at {last.name} / at {before.name}",
    )


def _contenders(at: Point) -> list[Contender]:
    return [
        plain(f"hand {at.name}", at.hand, facts=len, want=at.good),
        plain(f"fstream {at.name}", at.fstream, facts=len, want=at.good),
    ]


def _grown(who: str, points: Sequence[Point], times: Times) -> float:
    before, last = points[-2:]
    work = last.items * last.depth / (before.items * before.depth)
    return times.ratio(f"{who} {last.name}", to=f"{who} {before.name}") / work


def _per_item(who: str, points: Sequence[Point], times: Times) -> str:
    costs = (times.median_ns(f"{who} {at.name}") / at.items for at in points)
    return " / ".join(f"{cost:.0f}" for cost in costs) + " ns"
