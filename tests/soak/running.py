"""A round as it runs: what came of it, in the order in which it came."""

import os
import random
import time
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

from fstream import Failure
from fstream import Report
from fstream import StageFailure
from fstream import Success
from fstream import TimedOut
from fstream import WorkerLost
from fstream import collect
from fstream import run
from fstream import source_from
from fstream import stream
from tests.soak.plans import Round
from tests.soak.plans import stage_of
from tests.soak.work import Item

MOST_FAILURES = 1_000_000

Failed: TypeAlias = StageFailure | WorkerLost | TimedOut


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """An outcome, and the unit that it is the outcome of."""

    unit: int
    failed: Failed | None
    items: tuple[Item, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All outcomes of a round, and what else can be seen from outside."""

    came: tuple[Came, ...]
    wrong: tuple[str, ...]
    report: Report
    seconds_to_close: float = 0.0
    is_whole: bool = True
    ended_by: WorkerLost | None = None


def observed(drawn: Round, folder: str) -> Observed:
    """Run ``drawn`` to its end."""
    report = Report()
    if drawn.consumer == "run":
        return _run(drawn, folder, report)
    rng = random.Random(drawn.seed)
    outcomes: list[object] = []
    running = stream(
        source_from(drawn.items).via(stage_of(drawn, folder)), observers=[report]
    )
    most = drawn.closes_after if drawn.consumer == "closing stream" else drawn.units
    is_whole = True
    for outcome in running:
        outcomes.append(outcome)
        if drawn.pauses and rng.random() < 0.02:  # a slow and uneven consumer
            time.sleep(drawn.pauses)
        if len(outcomes) > most:
            is_whole = False
            break
    began = time.monotonic()
    running.close()
    seconds = time.monotonic() - began
    came, wrong = _sorted_out(drawn, outcomes)
    return Observed(
        came=came,
        wrong=wrong,
        report=report,
        seconds_to_close=seconds,
        is_whole=is_whole,
    )


def _run(drawn: Round, folder: str, report: Report) -> Observed:
    plan = source_from(drawn.items).via(stage_of(drawn, folder)).to(collect())
    outcome = run(plan, tolerate=MOST_FAILURES, observers=[report])
    values: tuple[Came, ...] = ()
    wrong: tuple[str, ...] = ()
    ended_by = None
    match outcome:
        case Success(found):
            values, wrong = _sorted_out(drawn, map(Success, found))
        case Failure(WorkerLost() as ended_by):
            pass
        case Failure(error):
            wrong = (f"the run failed: {error}",)
    failures, more = _sorted_out(drawn, map(Failure, report.failures))
    return Observed(
        came=_merged(values, failures),
        wrong=(*wrong, *more, *_disorder(values), *_disorder(failures)),
        report=report,
        ended_by=ended_by,
    )


def _merged(values: Iterable[Came], failures: Iterable[Came]) -> tuple[Came, ...]:
    return tuple(sorted((*values, *failures), key=lambda came: came.unit))


def _disorder(came: tuple[Came, ...]) -> Iterable[str]:
    units = [each.unit for each in came]
    if units != sorted(set(units)):
        yield f"not in order, or twice: {units}"


def _sorted_out(
    drawn: Round, outcomes: Iterable[object]
) -> tuple[tuple[Came, ...], tuple[str, ...]]:
    came: list[Came] = []
    wrong: list[str] = []
    for outcome in outcomes:
        value = outcome.unwrap() if isinstance(outcome, Success) else outcome.failure()
        if isinstance(value, Success | Failure):  # attempted
            value = value.unwrap() if isinstance(value, Success) else value.failure()
        match value:
            case Item(number=number):
                came.append(Came(unit=number, failed=None, items=(value,)))
            case (Item(number=number), *_):
                unit = number // drawn.group
                came.append(Came(unit=unit, failed=None, items=value))
            case StageFailure() | WorkerLost() | TimedOut():
                came.append(Came(unit=value.index // drawn.group, failed=value))
            case _:
                wrong.append(f"no outcome of an item: {value}")
    return tuple(came), tuple(wrong)


def counts(report: Report) -> Mapping[str, object]:
    """The ledger, to be shown."""
    return {"run": report.run, "stages": report.stages, "pid": os.getpid()}
