"""Neighbours in one context are one segment, and every stage is in one segment."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.combinators.batches import batch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import case
from fstream.combinators.emission import leave
from fstream.combinators.routes import route
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.stages import within
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.compiler.fuse import fuse
from fstream.compiler.place import place
from fstream.compiler.program import Line
from fstream.compiler.program import Segment
from fstream.compiler.program import Split
from fstream.compiler.shape import is_stateful
from fstream.compiler.shape import reach
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.typed import Stage
from tests.engine.plans import FUSED
from tests.engine.plans import Drawn
from tests.engine.plans import drawn

ON = processes(2)


def fused(stage: Stage, on: Context = ON) -> tuple[Line, tuple[Segment, ...]]:
    return fuse(*place(stage.node, on))


def outline(line: Line) -> object:
    """``line`` with its segments as stage numbers, its splits as tuples of ways."""
    return [
        list(step.stages)
        if isinstance(step, Segment)
        else tuple(outline(way) for way in step.ways)
        for step in line
    ]


def lines(line: Line) -> Iterator[Line]:
    """``line``, and all lines in its splits."""
    yield line
    for step in line:
        if isinstance(step, Split):
            for way in step.ways:
                yield from lines(way)


ONE = map_stage(abs)


@pytest.mark.parametrize(
    "stage",
    [
        ONE >> filter_stage(abs) >> flat_map_stage(range),
        ONE >> route(case(int) >> ONE, case(str).leave()) >> ONE,
        broadcast(ONE, ONE >> ONE) >> ONE,
        try_stage(abs).recover(abs) >> ONE,
        leave().recover_with(ONE >> ONE),
        catch(ONE) >> ONE,
    ],
)
@pytest.mark.parametrize("context", [inline(), threads(2), processes(2)], ids=repr)
def test_neighbours_in_one_context_are_one_segment(
    stage: Stage, context: Context
) -> None:
    line, segments = fused(stage, context)

    assert line == segments
    assert [segment.context for segment in segments] == [context]


def test_a_batch_cuts_the_line() -> None:
    line, _ = fused(ONE >> ONE >> batch(2) >> ONE)

    assert outline(line) == [[0, 1], [2], [3]]


@pytest.mark.parametrize("before", [flat_map_stage(range), group_by_key(abs)])
def test_items_that_come_together_are_cut_off_from_where_they_wait(
    before: Stage,
) -> None:
    paced = within(inline(), map_stage(abs) >> before >> limit_rate(1))

    line, _ = fused(paced >> ONE)
    alone, _ = fused(paced)

    assert outline(line) == [[0, 1], [2], [3]]
    assert outline(alone) == [[0, 1, 2]]


def test_items_that_come_one_by_one_wait_where_they_are() -> None:
    line, _ = fused(within(inline(), ONE >> limit_rate(1) >> batch(2)) >> ONE)

    assert outline(line) == [[0, 1, 2], [3]]


def test_items_that_come_together_to_an_arm_are_cut_off_there() -> None:
    arm = within(inline(), flat_map_stage(range) >> limit_rate(1))

    line, _ = fused(route(case(int) >> arm, case(str) >> ONE))

    assert outline(line) == [[0], ([[1], [2]], [[3]])]


def test_only_the_same_width_is_the_same_context() -> None:
    line, _ = fused(map_stage(abs, on=processes(1)) >> map_stage(abs, on=processes(2)))

    assert outline(line) == [[0], [1]]


def test_a_route_whose_arms_run_elsewhere_becomes_a_split() -> None:
    arms = case(int) >> map_stage(abs, on=threads(1)), case(str) >> ONE

    line, (head, *_) = fused(ONE >> route(*arms) >> ONE)

    assert outline(line) == [[0, 1], ([[2]], [[3]]), [4]]
    assert head.exits == 0


def test_a_route_that_is_cut_chooses_where_the_stage_before_it_runs() -> None:
    whole = ONE >> catch(route(case(int) >> ONE, case(str) >> batch(2))).recover(abs)

    line, (head, *_) = fused(whole)

    assert outline(line)[0] == [0, 1]
    assert head.context == ON


def test_what_is_handled_elsewhere_begins_where_the_stage_before_it_runs() -> None:
    for stage in (attempt(ONE), catch(ONE >> batch(2)).recover(abs)):
        line, (head, *_) = fused(ONE >> stage)

        assert outline(line)[0][:2] == [0, 1]
        assert head.context == ON


def test_what_exits_goes_round_the_segments_between_it_and_its_handler() -> None:
    body = try_stage(abs) >> map_stage(abs, on=threads(1))

    line, (first, *_) = fused(body.recover(abs))

    assert outline(line) == [[0], ([[1]], []), ([], [[2]])]
    assert first.exits == 1


def test_a_handler_that_nothing_exits_to_runs_nowhere() -> None:
    line, _ = fused(ONE.recover_with(map_stage(abs, on=threads(1))))

    assert outline(line) == [[0]]


@pytest.mark.parametrize("handled", [catch(ONE).recover(abs), attempt(ONE)])
def test_only_processes_have_a_fence_where_failures_become_values(
    handled: Stage,
) -> None:
    lengths = {on: len(fused(handled, on)[0]) for on in (inline(), threads(2), ON)}

    assert lengths == {inline(): 1, threads(2): 1, ON: 2}


def test_wrapping_a_result_does_not_send_it_to_a_worker() -> None:
    _, segments = fused(attempt(ONE) >> batch(2))

    places = [(segment.stages, segment.context) for segment in segments]
    assert places[0] == ((0, 1), ON)
    assert {context for _, context in places[1:]} == {inline()}


@given(drawn(contexts=FUSED, stateful=False), st.sampled_from([inline(), threads(2)]))
def test_a_plan_in_one_context_without_state_is_one_segment(
    plan: Drawn, context: Context
) -> None:
    _, segments = fused(plan.stage(plan.script()), context)

    assert [segment.context for segment in segments] == [context]


@given(drawn())
def test_every_stage_is_in_one_segment_of_its_context(plan: Drawn) -> None:
    op, entries = place(plan.stage(plan.script()).node, plan.default)
    line, segments = fuse(op, entries)

    found = Counter(number for segment in segments for number in segment.stages)
    assert set(found.values()) <= {1}
    assert [segment.number for segment in segments] == [*range(len(segments))]
    assert Counter(s for at in lines(line) for s in at if isinstance(s, Segment)) == (
        Counter(segments)
    )
    for segment in segments:
        own = [entries[number] for number in segment.stages]
        placed = {e.context for e in own if e.kind not in {"", "broadcast"}}
        assert placed <= {segment.context}  # what only wraps or copies may be anywhere
        assert segment.labels == tuple(entry.label for entry in own)


@given(drawn())
def test_state_is_kept_in_the_calling_thread_only(plan: Drawn) -> None:
    _, segments = fused(plan.stage(plan.script()), plan.default)

    stateful = (segment for segment in segments if is_stateful(segment.op))
    assert {segment.context for segment in stateful} <= {inline()}


@given(drawn())
def test_no_worker_is_left_only_to_be_entered_again(plan: Drawn) -> None:
    line, _ = fused(plan.stage(plan.script()), plan.default)

    for each in lines(line):
        for one, next_one in pairwise(each):
            if isinstance(one, Segment) and isinstance(next_one, Segment):
                is_the_same = one.context == next_one.context != inline()
                assert not is_the_same or reach(one.op)  # what exits must not go on


@given(drawn())
def test_a_split_has_a_tag_for_each_of_its_ways(plan: Drawn) -> None:
    line, _ = fused(plan.stage(plan.script()), plan.default)

    splits = [step for each in lines(line) for step in each if isinstance(step, Split)]
    assert all(len(split.ways) == len(split.tags) > 1 for split in splits)
