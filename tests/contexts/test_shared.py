"""A call that workers share is answered as one that a single worker executes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream import Stage
from fstream import attempt
from fstream import collect
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import map_stage
from fstream import source
from fstream import try_stage
from fstream.compiler.lower import lower
from fstream.compiler.program import Segment
from fstream.contexts.shared import Shared
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.plan.contexts import threads
from tests.contexts import failing

ON = threads(4)
HERE = Surroundings(
    context="threads(4)", pid=1, clock=lambda: 0.0, pause=lambda _: None
)
STAGES: dict[str, Stage[object, object, object]] = {
    "plain": map_stage(str),
    "failing": map_stage(failing.fails),
    "filtering": filter_stage(failing.is_even),
    "giving many": flat_map_stage(failing.fails_after_two),
    "exiting": try_stage(failing.exits),
    "caught": attempt(map_stage(failing.fails)),
    "caught, many": attempt(flat_map_stage(failing.fails_after_two)),
    "many, then fewer": flat_map_stage(failing.twice) >> filter_stage(failing.is_even),
}


def segment_of(stage: Stage[object, object, object]) -> Segment:
    program = lower((source([]) >> stage >> collect()).node, ON)
    (segment,) = program.segments
    return segment


def reply_to(segment: Segment, call: Call, *, order: list[int]) -> Returned:
    """What comes of ``call`` where its parts are done in ``order``."""
    shared = Shared(call, call.hands)
    taken: list[str] = []
    for number in sorted(range(shared.count), key=lambda n: order[n % len(order)]):
        kernel = chunk_kernel(segment, surroundings=HERE, recorder=None)
        reply = kernel(shared.items(number), shared.keys(number), None)
        taken.append(shared.take(number, reply, 10))
    assert taken == ["some"] * (len(taken) - 1) + ["all"]
    return shared.answer(segment, pid=5)


def told(reply: Reply) -> object:
    """All that ``reply`` says, but for the objects that failures hold."""
    faults = [(f.place, f.position, f.stage, f.step) for f in reply.faults]
    outs = [str(out) for out in reply.outs]
    parents = None if reply.parents is None else list(reply.parents)
    return outs, parents, faults, reply.probes, reply.arrests, reply.lasts


@pytest.mark.parametrize("name", STAGES)
@given(
    items=st.lists(st.integers(0, 9), min_size=1, max_size=20),
    hands=st.integers(1, 8),
    order=st.lists(st.integers(0, 7), min_size=1, max_size=8),
)
def test_the_parts_together_give_what_the_whole_gives(
    *, name: str, items: list[object], hands: int, order: list[int]
) -> None:
    segment = segment_of(STAGES[name])
    keys = range(100, 100 + len(items))
    call = Call(ticket=3, segment=0, items=items, keys=keys, flush=None, hands=hands)
    kernel = chunk_kernel(segment, surroundings=HERE, recorder=None)

    answer = reply_to(segment, call, order=order)

    assert told(answer.reply) == told(kernel(items, keys, None))
    assert (answer.ticket, answer.pid) == (3, 5)


@given(items=st.lists(st.integers(), min_size=1, max_size=40), hands=st.integers(1, 9))
def test_no_more_hands_are_needed_than_asked_for(
    items: list[object], hands: int
) -> None:
    call = Call(ticket=1, segment=0, items=items, keys=items, flush=None, hands=hands)
    shared = Shared(call, hands)

    assert [item for _, n in shared.parts() for item in shared.items(n)] == items
    assert 1 <= shared.count <= hands
