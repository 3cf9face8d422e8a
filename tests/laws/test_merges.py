"""The laws of ``merge``: what it equals, whatever its sources and stages are.

It is not associative: a source that is merged with a merge has every second turn.
"""

from fractions import Fraction
from itertools import chain
from itertools import zip_longest

from hypothesis import assume
from hypothesis import given
from hypothesis import strategies as st

from fstream import collect
from fstream import emit_stage
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import map_stage
from fstream import merge
from fstream import run
from fstream import source
from fstream import stream
from fstream import try_stage
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Node
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.plan.walk import walk
from tests.laws.plans import EMITS
from tests.laws.plans import ITEMS
from tests.laws.plans import KEEPS
from tests.laws.plans import MANY
from tests.laws.plans import MAPS
from tests.laws.plans import PREFIXES
from tests.laws.plans import RUN_PLACES
from tests.laws.plans import TOLERANCES
from tests.laws.plans import TRIES
from tests.laws.plans import merged_sources
from tests.laws.plans import sources
from tests.laws.seen import in_any_place
from tests.laws.seen import in_brief
from tests.laws.seen import law_of_run
from tests.laws.seen import law_of_stream
from tests.laws.seen import plain
from tests.laws.seen import seen_of_run
from tests.laws.seen import seen_of_stream
from tests.laws.seen import unplaced

NOTHING: object = object()
STATELESS: st.SearchStrategy[Stage] = st.one_of(
    st.builds(map_stage, MAPS),
    st.builds(filter_stage, KEEPS),
    st.builds(flat_map_stage, MANY),
    st.builds(try_stage, TRIES),
    st.builds(emit_stage, EMITS),
)


@given(several=st.lists(st.lists(st.integers()), min_size=1, max_size=4), on=RUN_PLACES)
def test_sources_are_asked_in_turn_until_all_have_ended(
    several: list[list[int]], on: Context | None
) -> None:
    plan = merge(*map(source, several)) >> collect()

    rounds = chain.from_iterable(zip_longest(*several, fillvalue=NOTHING))
    turns = tuple(item for item in rounds if item is not NOTHING)
    assert run(plan, on=on).unwrap() == turns


@given(one=sources(), tolerate=TOLERANCES)
def test_a_source_merged_with_an_empty_one_is_that_source(
    one: Source, tolerate: int | Fraction
) -> None:
    assume(not any(map(_limits, walk(one.node))))  # that ends a run, but no merge
    one = unplaced(one)

    alone = seen_of_run(one >> collect(), on=inline(), tolerate=tolerate)
    for both in (merge(one), merge(one, source(())), merge(source(()), one)):
        seen = seen_of_run(both >> collect(), on=inline(), tolerate=tolerate)
        assert in_brief(seen) == in_brief(alone)


def _limits(node: Node) -> bool:
    return isinstance(node, Keeping) and isinstance(node.rule, Take | TakeWhile)


@given(plan=merged_sources(), tolerate=TOLERANCES, on=RUN_PLACES)
def test_a_merge_gives_the_same_wherever_its_stages_are(
    plan: Source, tolerate: int | Fraction, on: Context | None
) -> None:
    meant = law_of_run(unplaced(plan >> collect()), tolerate=tolerate)

    seen = seen_of_run(plan >> collect(), on=on, tolerate=tolerate)

    assert in_any_place(in_brief(seen)) == in_any_place(in_brief(meant))


@given(plan=merged_sources(), on=RUN_PLACES, up_to=st.none() | PREFIXES)
def test_a_stream_of_a_merge_gives_the_same_outcomes_up_to_where_it_is_closed(
    plan: Source, on: Context | None, up_to: int | None
) -> None:
    meant = law_of_stream(unplaced(plan), up_to=up_to)

    seen = seen_of_stream(plan, on=on, up_to=up_to)

    assert in_any_place(in_brief(seen)) == in_any_place(in_brief(meant))


@given(one=ITEMS, other=ITEMS, stage=STATELESS)
def test_a_stage_that_keeps_nothing_may_stand_before_a_merge_or_after_it(
    one: list[object], other: list[object], stage: Stage
) -> None:
    after = merge(source(one), source(other)) >> stage
    before = merge(source(one) >> stage, source(other) >> stage)

    assert plain([*stream(after)]) == plain([*stream(before)])
