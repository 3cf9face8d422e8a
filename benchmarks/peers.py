"""The inline workloads, as users of streamable would write them."""

import asyncio
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from benchmarks.measure import Contender
from benchmarks.workfunctions import bad
from benchmarks.workfunctions import even
from benchmarks.workfunctions import f1
from benchmarks.workfunctions import f2
from benchmarks.workfunctions import f3
from benchmarks.workfunctions import nap
from benchmarks.workfunctions import rest_by_three
from fstream import Failure
from fstream import Success

if TYPE_CHECKING:
    from streamable import stream


def installed(*contenders: Contender) -> tuple[Contender, ...]:
    """Return ``contenders`` where streamable is installed, else none of them."""
    return contenders if find_spec("streamable") else ()


def chained(numbers: Iterable[int]) -> "stream[int]":
    """Do the work of G1."""
    return _stream(numbers).map(f1).map(f2).map(f3).filter(even)


def chained_outcomes(numbers: Iterable[int]) -> list[object]:
    """Do the work of G2."""
    outcomes = chained(numbers).map(Success)
    return list(outcomes.catch(Exception, replace=Failure))


def through_stages(numbers: Iterable[int], n: int) -> list[int]:
    """Do the work of G3: ``n`` maps, f1 and f3 in turn."""
    chain = _stream(numbers)
    for k in range(n):
        chain = chain.map(f3 if k % 2 else f1)
    return list(chain)


def grouped(numbers: Iterable[int]) -> list[int]:
    """Do what can be done of G13: by groups, which wait for the end of the items."""
    ways = {0: f1, 1: f2, 2: f3}
    groups = _stream(numbers).group(by=rest_by_three)
    return list(groups.map(lambda group: map(ways[group[0]], group[1])).flatten())


def caught(numbers: Iterable[int]) -> tuple[Collection[int], Collection[object]]:
    """Do what can be done of G4: exceptions, without item or stage."""
    failed: list[Exception] = []
    chain = _stream(numbers).map(f1).map(bad)
    return list(chain.catch(ValueError, do=failed.append).map(f3)), failed


def napping(numbers: Iterable[int], *, at_once: int) -> list[int]:
    """Do the work of G5."""
    return list(_stream(numbers).map(nap, concurrency=at_once))


def awaited(
    fn: Callable[[int], Awaitable[int]], numbers: Iterable[int], *, at_once: int
) -> list[int]:
    """Do the work of G6."""

    async def collected() -> list[int]:
        mapped = _stream(numbers).map(fn, concurrency=at_once)
        return [number async for number in mapped]

    return asyncio.run(collected())


def _stream(numbers: Iterable[int]) -> "stream[int]":
    from streamable import stream  # noqa: PLC0415  an optional peer

    return stream(numbers)
