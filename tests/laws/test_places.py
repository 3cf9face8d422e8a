"""A stage runs where the plan says, and a failure tells where that was."""

import os
from collections.abc import Iterator

from hypothesis import given

from fstream.api import run
from fstream.interpreter.report import Report
from fstream.plan.contexts import Context
from fstream.plan.contexts import Inline
from fstream.plan.contexts import NamedContext
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Flow
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Map
from fstream.plan.nodes import Pipeline
from fstream.plan.nodes import Sink
from fstream.plan.nodes import Stage
from fstream.plan.nodes import Try
from fstream.plan.nodes import Within
from fstream.plan.typed import Plan
from fstream.plan.walk import parts
from fstream.result.errors import StageFailure
from tests.laws.plans import BOUND
from tests.laws.plans import RUN_PLACES
from tests.laws.plans import plans

CALLING = frozenset(("map", "flat_map", "filter", "try", "emit"))
KEEPING = (
    *("scan", "scan_by", "group_by_key", "limit_rate"),
    *("drop", "distinct", "take", "take_while"),
)


def places(part: Pipeline | Flow | Stage | Sink, at: Context) -> Iterator[Context]:
    """Where each function of ``part`` runs: its own place, else the innermost."""
    match part:
        case Map(label=label) | FlatMap(label=label) | Filter(label=label):
            yield label.on or at
        case Try(label=label) | Emitting(label=label):
            yield label.on or at
        case Batch() | Keeping():
            yield Inline()
        case Within(context, body):
            yield from places(body, context)
        case _:
            for inner in parts(part):
                yield from places(inner, at)


def bound(wish: Context | NamedContext) -> Context:
    """What the run has bound to the name that ``wish`` may be."""
    if not isinstance(wish, NamedContext):
        return wish
    names = {named.name: context for named, context in BOUND.items()}
    return names.get(wish.name) or wish.default


@given(plan=plans(), on=RUN_PLACES)
def test_the_report_has_each_stage_in_its_own_place_or_the_innermost(
    plan: Plan, on: Context | None
) -> None:
    report = Report()
    meant = [repr(bound(wish)) for wish in places(plan.node, on or Inline())]

    run(plan, on=on, contexts=BOUND, observers=[report])

    kinds = CALLING | {"batch", *KEEPING}
    assert [row.context for row in report.stages if row.kind in kinds] == meant


@given(plan=plans(), on=RUN_PLACES)
def test_a_failure_tells_the_place_of_its_stage_and_the_process(
    plan: Plan, on: Context | None
) -> None:
    report = Report()

    run(plan, on=on, contexts=BOUND, tolerate=10**9, observers=[report])

    rows = [row for row in report.stages if row.kind in CALLING]
    for each in report.failures:
        if isinstance(each, StageFailure) and each.stage in {row.name for row in rows}:
            assert each.context in {r.context for r in rows if r.name == each.stage}
            is_elsewhere = each.context.startswith(("processes", "forks"))
            assert is_elsewhere == (each.pid != os.getpid())
