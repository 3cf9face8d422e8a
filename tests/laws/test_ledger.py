"""The ledger adds up in every context: in = out + failed + filtered."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fstream.api import run
from fstream.interpreter.report import Report
from fstream.plan.contexts import Context
from fstream.plan.nodes import Merged
from fstream.plan.nodes import Origin
from fstream.plan.origins import Items
from fstream.plan.typed import Plan
from fstream.result.errors import StageFailure
from tests.laws.plans import RUN_PLACES
from tests.laws.plans import TOLERANCES
from tests.laws.plans import plans
from tests.laws.work import Stuck

often = settings(max_examples=2 * settings.default.max_examples)
STUCK = st.lists(
    st.one_of(st.integers(0, 20), st.builds(Stuck)), min_size=1, max_size=12
)


def ledger(report: Report) -> list[tuple[int, int, int, int]]:
    """The numbers of every stage, and then of the run."""
    return [
        (row.entered, row.out, row.failed, row.filtered)
        for row in (*report.stages, report.run)
    ]


@often
@given(plan=plans(), tolerate=TOLERANCES, on=RUN_PLACES)
def test_every_item_has_one_outcome_in_every_stage_and_in_the_run(
    plan: Plan, tolerate: int | Fraction, on: Context | None
) -> None:
    report = Report()

    run(plan, on=on, tolerate=tolerate, observers=[report])

    for entered, *outcomes in ledger(report):
        assert entered == sum(outcomes)
        assert min(outcomes) >= 0


@often
@given(plan=plans(), items=STUCK, tolerate=TOLERANCES, on=RUN_PLACES)
def test_it_adds_up_where_items_and_results_cannot_cross(
    *, plan: Plan, items: list[object], tolerate: int | Fraction, on: Context | None
) -> None:
    flow = plan.node.flow
    stuck = replace(flow, origin=_stuck(flow.origin, items))
    plan = Plan(replace(plan.node, flow=stuck))
    report = Report()

    run(plan, on=on, tolerate=tolerate, observers=[report])

    for entered, *outcomes in ledger(report):
        assert entered == sum(outcomes)
        assert min(outcomes) >= 0


def _stuck(origin: Origin, items: list[object]) -> Origin:
    """``origin``, where each source has ``items``."""
    if not isinstance(origin, Merged):
        return Items(items, origin.label)
    flows = (replace(flow, origin=_stuck(flow.origin, items)) for flow in origin.flows)
    return replace(origin, flows=tuple(flows))


@given(plan=plans(), on=RUN_PLACES)
def test_the_items_that_failed_are_those_that_have_failure_records(
    plan: Plan, on: Context | None
) -> None:
    report = Report()

    run(plan, on=on, tolerate=10**9, observers=[report])

    told = [each for each in report.failures if isinstance(each, StageFailure)]
    items = {each.index for each in told if each.index < report.run.entered}
    if len(told) == len(report.failures):  # an open exit does not tell its item
        assert report.run.failed == len(items)
    else:
        assert report.run.failed >= len(items)
