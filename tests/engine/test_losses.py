"""An answer without the lost items becomes the answer for all of them."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import Reply
from fstream.interpreter.engine.losses import Missing
from fstream.interpreter.engine.losses import Value
from fstream.interpreter.engine.losses import rebased

LOST, CAUGHT = OpenExit("lost"), ("caught", 1)


@dataclass(frozen=True)
class Made:
    """What an item gives: outputs (numbers) and failures (texts); or it is lost."""

    things: tuple[int | str, ...]
    fate: str


def answer(items: list[Made], *, single: bool, fates: bool) -> Reply:
    """What a kernel answers; with ``fates``, as if it knew what happens to them."""
    reply = Reply([], [], [], ([], []), [])
    assert reply.parents is not None
    for position, item in enumerate(items):
        lost = fates and item.fate != "kept"
        things = _lost_things(item) if lost else item.things
        where = position if single else (position << 32) + _place(reply)
        reply.probes[0].append(where)
        if lost and item.fate == "caught":
            reply.arrests.append((where, 9))
        for thing in things:
            if isinstance(thing, str | OpenExit):
                cause = thing if isinstance(thing, OpenExit) else OpenExit(thing)
                reply.faults.append(Fault(_place(reply), position, 9, "call", cause))
            else:
                reply.outs.append(thing)
                reply.parents.append(position)
        if not lost:
            after = position if single else (position << 32) + _place(reply)
            reply.probes[1].append(after)
    return reply


def _lost_things(item: Made) -> tuple[object, ...]:
    return (CAUGHT,) if item.fate == "caught" else (LOST,)


def _place(reply: Reply) -> int:
    return len(reply.outs) + len(reply.faults)


def missing(position: int, item: Made) -> Missing:
    if item.fate == "caught":
        return Missing(position, 9, Value(CAUGHT), (0,))
    return Missing(position, 9, Fault(0, position, 9, "call", LOST), (0,))


FATES = st.sampled_from(["kept", "kept", "lost", "caught"])
THINGS = st.integers(0, 9) | st.sampled_from(["x", "y"])


def items(*, most: int) -> st.SearchStrategy[list[Made]]:
    things = st.lists(THINGS, max_size=most).map(tuple)
    return st.lists(st.builds(Made, things, FATES), min_size=1, max_size=8)


@given(items(most=3))
def test_lost_items_take_their_places_among_many_results(
    all_items: list[Made],
) -> None:
    assert_rebased(all_items, single=False)


@given(items(most=1))
def test_lost_items_take_their_places_among_single_results(
    all_items: list[Made],
) -> None:
    assert_rebased(all_items, single=True)


def assert_rebased(all_items: list[Made], *, single: bool) -> None:
    sent = [n for n, item in enumerate(all_items) if item.fate == "kept"]
    lost = [missing(n, each) for n, each in enumerate(all_items) if n not in sent]
    reply = answer([all_items[n] for n in sent], single=single, fates=False)

    whole = rebased(reply, sent, lost[::-1], shift=0 if single else 32)

    expected = answer(all_items, single=single, fates=True)
    expected.arrests.sort()
    whole.arrests.sort()
    assert whole == expected


def test_an_answer_that_says_nothing_of_parents_has_one_result_an_item() -> None:
    failed = Fault(1, 1, 0, "call", OpenExit("x"))
    reply = Reply(["a", "c"], None, [failed], ([],), [])

    whole = rebased(reply, [0, 2, 3], [missing(1, Made((), "lost"))], shift=0)

    assert (whole.outs, whole.parents) == (["a", "c"], [0, 3])
    assert [(f.place, f.position) for f in whole.faults] == [(1, 1), (2, 2)]
