"""What every row promises unless it says otherwise: the others are delivered.

The set-up is 24 items, the fault at item 7, all failures tolerated.
"""

import resource
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from fstream import Context
from fstream import Failure
from fstream import Outcome
from fstream import Stage
from fstream import StageFailure
from fstream import Success
from fstream import WorkerLost
from fstream import map_stage
from fstream import source
from fstream import stream

ITEMS = range(24)
AT = 7

AnyOutcome: TypeAlias = Outcome[object, object]


@final
@dataclass(frozen=True, slots=True)
class Faulty:
    """Gives ten times its item, but at item ``at`` does what ``fault`` does."""

    fault: Callable[[int], object]
    at: int = AT

    def __call__(self, n: int) -> object:
        return self.fault(n) if n == self.at else 10 * n


def outcomes_of(
    stage: Stage[int, object, object],
    on: Context,
    items: Sequence[int] = ITEMS,
) -> list[AnyOutcome]:
    """Push ``items`` through ``stage``, which names no context, ``on`` a context."""
    return [*stream(source(items).via(stage), on=on)]


def failing_at_seven(fault: Callable[[int], object], on: Context) -> object:
    """Answer what failed item 7 as ``fault``, once the others are proven delivered."""
    return failure_at(outcomes_of(map_stage(Faulty(fault), name="faulty"), on))


def failure_at(
    outcomes: Iterable[AnyOutcome],
    at: int = AT,
    others: Sequence[object] = range(0, 240, 10),
) -> object:
    """Answer what failed item ``at``, once the ``others`` are proven delivered."""
    failures: list[object] = []
    delivered: list[object] = []
    for place, outcome in enumerate(outcomes):
        match outcome:
            case Success(value):
                delivered.append(value)
            case Failure(error):
                assert place == at, f"item {place} failed too: {error}"
                failures.append(error)
    assert delivered == [*others[:at], *others[at + 1 :]], delivered
    assert len(failures) == 1, f"item {at} did not fail"
    return failures[0]


def stage_failure(error: object) -> StageFailure:
    """Narrow ``error``."""
    assert isinstance(error, StageFailure), error
    return error


def worker_lost(error: object) -> WorkerLost:
    """Narrow ``error``."""
    assert isinstance(error, WorkerLost), error
    return error


def resident() -> int:
    """Answer how many bytes of memory this process holds."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        return int(statm.read().split()[1]) * resource.getpagesize()
