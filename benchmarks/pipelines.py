"""The plans that several workloads share, through the public surface only."""

import sys
from collections.abc import Collection
from typing import TypeVar

from benchmarks.workfunctions import even
from benchmarks.workfunctions import f1
from benchmarks.workfunctions import f2
from benchmarks.workfunctions import f3
from fstream import Failure
from fstream import Outcome
from fstream import Source
from fstream import Success
from fstream import collect
from fstream import filter_stage
from fstream import map_stage
from fstream import run
from fstream import source

R = TypeVar("R")


def chained(numbers: Collection[int]) -> Source[int]:
    """Describe three maps and a filter."""
    return (
        source(numbers)
        .via(map_stage(f1))
        .via(map_stage(f2))
        .via(map_stage(f3))
        .via(filter_stage(even))
    )


def chained_collected(numbers: Collection[int]) -> Collection[int]:
    """Run three maps and a filter into a tuple."""
    return delivered(run(chained(numbers).to(collect())))


def through_stages(numbers: Collection[int], n: int) -> Collection[int]:
    """Run ``n`` maps, f1 and f3 in turn."""
    described = source(numbers)
    for k in range(n):
        described = described.via(map_stage(f3 if k % 2 else f1))
    return delivered(run(described.to(collect())))


def delivered(outcome: Outcome[R, object]) -> R:
    """Return what a run gave; a run that failed ends the benchmark."""
    match outcome:
        case Success(value):
            return value
        case Failure(error):
            sys.exit(f"fstream failed: {error}")
