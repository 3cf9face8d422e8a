"""Compiling is pure: it runs nothing of the user's, and gives the same each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import drain
from fstream.combinators.sinks import fold
from fstream.combinators.sinks import for_each
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.compiler.explain import explained
from fstream.compiler.lower import lower
from fstream.compiler.program import Dispatch
from fstream.compiler.program import Ending
from fstream.compiler.program import Everyone
from fstream.compiler.program import Mapped
from fstream.plan.contexts import Context
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Fold
from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from tests.plan.drawn import first
from tests.plan.drawn import plans

CONTEXTS = st.sampled_from([inline(), threads(2), processes(2), forks(2)])


@given(plans(), CONTEXTS)
def test_no_function_of_the_user_is_called(plan: Plan, context: Context) -> None:
    program = lower(plan.node, context)

    assert str(explained(program, ())).startswith("source ")


@given(plans(), CONTEXTS)
def test_a_plan_compiles_to_the_same_program_each_time(
    plan: Plan, context: Context
) -> None:
    assert lower(plan.node, context) == lower(plan.node, context)


@given(plans(), CONTEXTS)
def test_the_stages_that_give_at_the_end_stand_in_plan_order(
    plan: Plan, context: Context
) -> None:
    program = lower(plan.node, context)

    holding = {"batch", "group_by_key"}
    expected = [n for n, each in enumerate(program.stages) if each.kind in holding]
    assert [*program.flushes] == expected


def ending(sink: Sink) -> Ending:
    return lower((source([]) >> sink).node, inline()).ending


@pytest.mark.parametrize(
    ("sink", "expected"),
    [
        (collect(), Collect()),
        (count(), Count()),
        (drain(), Drain()),
        (for_each(first), Drain()),
        (fold(0, first), Fold(0, first)),
        (collect().map_result(first), Mapped(Collect(), first)),
        (map_stage(first) >> collect(), Collect()),
        (map_stage(first).to_all(collect(), count()), Everyone((Collect(), Count()))),
    ],
)
def test_what_is_left_of_a_sink_is_its_end(sink: Sink, expected: Ending) -> None:
    assert ending(sink) == expected


def test_sinks_that_begin_with_stages_get_their_own_items() -> None:
    plan = source([]).to_all(map_stage(first) >> collect(), count())

    program = lower(plan.node, inline())

    assert program.ending == Dispatch((Collect(), Count()))
    assert [entry.kind for entry in program.stages] == ["broadcast", "map", "", ""]


def test_what_exits_is_dispatched_to_the_sink_it_was_diverted_to() -> None:
    plan = (source([]) >> try_stage(first) >> count()).divert_to(collect())

    program = lower(plan.node, inline())

    assert program.ending == Dispatch((Count(), Collect()))
    assert [entry.kind for entry in program.stages] == ["try", "", ""]
