"""Interleaved timing of contenders in one process.

Machines are shared and noisy, so only ratios count. All contenders of a case
are opened before the clock, then every round runs each of them once, in an
order that rotates. The figure is the median over the rounds of
``contender / limit``; ``min / min`` stands beside it.
"""

import gc
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import AbstractContextManager
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import nullcontext
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns
from typing import TypeAlias, TypeVar, final

T = TypeVar("T")
Opened: TypeAlias = AbstractContextManager[Callable[[], tuple[int, object]]]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way of doing the job; ``facts`` must come out of every call."""

    name: str
    facts: object
    opened: Callable[[], Opened]


@final
@dataclass(frozen=True, slots=True)
class Times:
    """Nanoseconds of each contender, round by round."""

    rounds: dict[str, list[int]]

    def ratio(self, name: str, to: str) -> float:
        """Return the median over the rounds of ``name / to``."""
        pairs = zip(self.rounds[name], self.rounds[to], strict=True)
        return median(case / limit for case, limit in pairs)

    def least_ratio(self, name: str, to: str) -> float:
        """Return the ratio of the best rounds."""
        return min(self.rounds[name]) / min(self.rounds[to])

    def median_ns(self, name: str) -> float:
        """Return the median time of ``name``."""
        return median(self.rounds[name])


def plain(
    name: str, work: Callable[[], T], *, facts: Callable[[T], object], want: object
) -> Contender:
    """Make a contender that needs nothing to be open."""
    return prepared(name, lambda: nullcontext(work), facts=facts, want=want)


def prepared(
    name: str,
    ready: Callable[[], AbstractContextManager[Callable[[], T]]],
    *,
    facts: Callable[[T], object],
    want: object,
) -> Contender:
    """Make a contender whose preparation, ``ready``, is outside of the clock."""

    @contextmanager
    def opened() -> Iterator[Callable[[], tuple[int, object]]]:
        with ready() as work:
            yield lambda: _clocked(work, facts)

    return Contender(name=name, facts=want, opened=opened)


def compare(contenders: Sequence[Contender], *, rounds: int) -> Times:
    """Time all ``contenders`` in turn; one round more warms them up.

    A single round is a check of correctness only, and needs no warming.
    """
    times = Times({contender.name: [] for contender in contenders})
    with ExitStack() as stack:
        calls = [(each, stack.enter_context(each.opened())) for each in contenders]
        if rounds > 1:
            for contender, call in calls:
                _checked(contender, call)
        for turn in range(rounds):
            shift = turn % len(calls)
            for contender, call in calls[shift:] + calls[:shift]:
                times.rounds[contender.name].append(_checked(contender, call))
    return times


def _clocked(work: Callable[[], T], facts: Callable[[T], object]) -> tuple[int, object]:
    gc.collect()
    started = perf_counter_ns()
    result = work()
    spent = perf_counter_ns() - started
    return spent, facts(result)


def _checked(contender: Contender, call: Callable[[], tuple[int, object]]) -> int:
    spent, facts = call()
    if facts != contender.facts:
        sys.exit(f"{contender.name} gave {facts}, but {contender.facts} is right")
    return spent
