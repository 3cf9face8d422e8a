"""A kernel means the same in each of its shapes, and item by item."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.combinators.stages import flat_map_stage
from fstream.plan.typed import Stage
from tests.engine.plans import FUSED
from tests.engine.plans import Building
from tests.engine.plans import Drawn
from tests.engine.plans import Script
from tests.engine.plans import drawn
from tests.kernel.shapes import SHAPES
from tests.kernel.shapes import seen

ONE_PLACE = drawn(contexts=FUSED)


def stage_of(plan: Drawn, script: Script) -> Stage:
    return Building(script, is_placed=False).stage(plan.shape)


def items_of(plan: Drawn) -> list[str]:
    return [*replace(plan, breaks=False).feed()]


@given(ONE_PLACE)
def test_every_shape_gives_the_same_things_and_the_same_counts(plan: Drawn) -> None:
    stage, items = stage_of(plan, plan.script()), items_of(plan)

    sized, *others = (seen(stage, items, shape) for shape in SHAPES)

    assert others == [sized] * 3


@given(ONE_PLACE, st.sampled_from(SHAPES))
def test_no_function_is_called_twice_for_an_item(plan: Drawn, shape: str) -> None:
    script = plan.script()
    script.page = memoryview(bytearray(64)).cast("Q")  # so that calls are noted

    seen(stage_of(plan, script), items_of(plan), shape)

    calls = [(name, text) for name, text, _, _ in script.calls]
    assert len(calls) == len(set(calls))


@given(
    ONE_PLACE,
    st.sampled_from(["chunk", "recorded"]),
    st.none() | st.lists(st.integers(0, 24), max_size=4),
)
def test_items_come_to_the_same_whatever_goes_with_them_in_a_chunk(
    plan: Drawn, shape: str, cuts: list[int] | None
) -> None:
    stage, items = stage_of(plan, plan.script()), items_of(plan)

    alone = seen(stage, items, shape, cuts=range(1, len(items)))
    together = seen(stage, items, shape, cuts=[n for n in cuts or () if n < len(items)])

    assert together == alone


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_comes_of_nothing(shape: str) -> None:
    assert seen(flat_map_stage(range), [], shape).things == ()
