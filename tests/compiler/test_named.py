"""A named context is what the run binds to it; a name without one is told."""

from collections.abc import Mapping

import pytest

from fstream import Context
from fstream import Failure
from fstream import NamedContext
from fstream import PlanInvalid
from fstream import Report
from fstream import Success
from fstream import attempt
from fstream import batch
from fstream import broadcast
from fstream import collect
from fstream import context
from fstream import count
from fstream import explain
from fstream import forks
from fstream import identity
from fstream import inline
from fstream import map_async
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import stream
from fstream import tasks
from fstream import threads
from fstream import within
from fstream.plan.typed import Stage

CPU = context("cpu")
IO = context("io", default=threads(3))
ONE = source([1])


async def fetch(item: int) -> int:
    return item


def where(
    stage: Stage,
    contexts: Mapping[NamedContext, Context] | None = None,
    *,
    on: Context | NamedContext | None = None,
) -> list[str]:
    """Where the segments of ``stage`` run."""
    explanation = explain(ONE >> stage >> count(), on=on, contexts=contexts)
    assert explanation.reasons == ()
    return [line.partition(":")[0] for line in explanation.lines if "):" in line]


@pytest.mark.parametrize(
    ("contexts", "meant"),
    [
        ({CPU: processes(2)}, ["processes(2)"]),
        ({CPU: inline()}, ["inline()"]),
        ({CPU: threads(2), IO: threads(9)}, ["threads(2)"]),
        ({context("cpu", default=inline()): forks(2)}, ["forks(2)"]),
    ],
)
def test_a_stage_runs_in_what_is_bound_to_the_name(
    contexts: Mapping[NamedContext, Context], meant: list[str]
) -> None:
    assert where(map_stage(abs, on=CPU), contexts) == meant
    assert where(within(CPU, map_stage(abs)), contexts) == meant
    assert where(map_stage(abs), contexts, on=CPU) == meant


def test_a_default_stands_until_something_is_bound() -> None:
    assert where(map_stage(abs, on=IO)) == ["threads(3)"]
    assert where(map_stage(abs, on=IO), {IO: inline()}) == ["inline()"]


def test_the_nearest_wish_counts_also_where_it_is_a_name() -> None:
    stage = within(IO, map_stage(abs) >> map_stage(abs, on=CPU) >> batch(2))

    assert where(stage, {CPU: processes(2)}) == [
        "threads(3)",
        "processes(2)",
        "inline()",
    ]


def test_neighbours_whose_names_mean_one_place_are_fused() -> None:
    stage = map_stage(abs, on=CPU) >> map_stage(abs, on=IO) >> map_stage(abs)

    assert where(stage, {CPU: threads(3)}, on=threads(3)) == ["threads(3)"]


def test_one_plan_runs_in_one_place_after_the_other() -> None:
    plan = source([1, 2]) >> map_stage(hex, on=CPU) >> collect()

    for bound in (inline(), threads(2), processes(1), forks(1)):
        report = Report()
        assert run(plan, contexts={CPU: bound}, observers=[report]) == Success(
            ("0x1", "0x2")
        )
        assert [row.context for row in report.stages] == [repr(bound)]


def test_every_stage_in_an_unbound_context_is_told() -> None:
    stage = (
        map_stage(abs, on=CPU, name="one")
        >> within(context("gpu"), broadcast(attempt(map_stage(abs, name="two"))))
        >> map_stage(abs, on=IO, name="three")
    )

    reasons = explain(ONE >> stage >> count()).reasons

    assert [reason.partition(" ")[0] for reason in reasons] == [
        "one",
        "broadcast",
        "two",
    ]
    assert "test_named.py" in reasons[0]
    assert reasons[0].endswith(
        "cannot run in context('cpu'): this run binds nothing to that name"
    )
    assert "context('gpu')" in reasons[1]


def test_an_unbound_plan_runs_nothing() -> None:
    seen: list[int] = []
    flow = ONE >> map_stage(seen.append) >> map_stage(abs, on=CPU)

    refused = Failure(PlanInvalid(reasons=explain(flow >> count()).reasons))

    assert run(flow >> count()) == refused
    assert [*stream(flow)] == [refused]
    assert seen == []


def test_a_name_that_nothing_runs_in_needs_no_context() -> None:
    stage = within(CPU, map_stage(abs, on=inline()) >> batch(2) >> identity(int))

    assert set(where(stage)) == {"inline()"}


def test_a_stream_binds_names_too() -> None:
    assert [*stream(ONE >> map_stage(hex, on=CPU), contexts={CPU: threads(1)})] == [
        Success("0x1")
    ]


def test_coroutine_functions_run_in_tasks_that_have_a_name() -> None:
    stage = map_async(fetch, on=context("net"))

    assert where(stage, {context("net"): tasks(4)}) == ["tasks(4)"]
    assert run(
        ONE >> stage >> collect(), contexts={context("net"): tasks(4)}
    ) == Success((1,))


def test_coroutine_functions_run_nowhere_else() -> None:
    plan = ONE >> map_async(fetch, on=CPU) >> count()

    (bound,) = explain(plan, contexts={CPU: threads(2)}).reasons
    (unbound,) = explain(plan).reasons

    assert bound.endswith(
        "cannot run in threads(2): it is a coroutine function, which needs a context"
        " such as tasks(64)"
    )
    assert unbound.endswith("this run binds nothing to that name")
