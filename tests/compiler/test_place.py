"""A stage runs on its own ``on=``, else the innermost ``within``, else the default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.combinators.batches import batch
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import within
from fstream.compiler.place import place
from fstream.compiler.shape import numbers
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.typed import Stage
from tests.engine.plans import CONTEXTS
from tests.engine.plans import Building
from tests.engine.plans import Script
from tests.engine.plans import Shape
from tests.engine.plans import around
from tests.engine.plans import leaves

OWN, INNER, OUTER, DEFAULT = (threads(n) for n in (1, 2, 3, 4))
SHAPES = st.recursive(
    leaves(CONTEXTS, stateful=True),
    lambda shapes: around(shapes, CONTEXTS),
    max_leaves=8,
)


def contexts(stage: Stage, default: Context = DEFAULT) -> list[Context]:
    return [entry.context for entry in place(stage.node, default)[1]]


@pytest.mark.parametrize(
    ("stage", "context"),
    [
        (map_stage(abs), DEFAULT),
        (within(OUTER, map_stage(abs)), OUTER),
        (within(OUTER, within(INNER, map_stage(abs))), INNER),
        (within(OUTER, within(INNER, map_stage(abs, on=OWN))), OWN),
        (map_stage(abs, on=OWN), OWN),
        (within(OUTER, map_stage(abs, on=inline())), inline()),
    ],
)
def test_the_nearest_wish_counts(stage: Stage, context: Context) -> None:
    assert contexts(stage) == [context]


def test_within_ends_where_it_ends() -> None:
    stage = map_stage(abs) >> within(INNER, map_stage(abs)) >> map_stage(abs)

    assert contexts(stage) == [DEFAULT, INNER, DEFAULT]


def test_a_batch_stays_where_the_plan_is_run() -> None:
    assert contexts(within(processes(2), batch(2)), processes(3)) == [inline()]


@given(SHAPES, st.sampled_from([inline(), threads(2), processes(1)]))
def test_every_stage_is_numbered_in_plan_order_and_placed_by_the_rule(
    shape: Shape, default: Context
) -> None:
    stage = Building(Script(0), is_placed=True).stage(shape)
    op, entries = place(stage.node, default)

    assert numbers(op) == tuple(range(len(entries)))
    assert [entry.context for entry in entries] == expected(shape, default)


def expected(shape: Shape, context: Context) -> list[Context]:
    """The contexts of all stages of ``shape``, by the rule."""
    match shape:
        case ("within", on, inner):
            return expected(inner, on or context)
        case ("batch" | "drop" | "group" | "take", _):
            return [inline()]
        case ("scan" | "scan by" | "distinct" | "while" | "limit",):
            return [inline()]
        case ("regroup", _):
            return [inline(), context]
        case ("leave" | "aside",):
            return [context]
        case ("attempt", inner):
            return [*expected(inner, context), context, context]
        case ("ports", body, *arms):
            return [*expected(body, context), context, *all_of(arms, context)]
        case ("route" | "guarded" | "keyed" | "broadcast", *arms):
            return [context, *all_of(arms, context)]
        case (_, tuple(), *_):
            return all_of(shape[1:], context)
        case (_, on):
            return [on or context]
    raise AssertionError(shape)


def all_of(shapes: object, context: Context) -> list[Context]:
    return [found for shape in shapes for found in expected(shape, context)]
