"""Things keep their places when replies are joined, and when outputs become faults."""

from hypothesis import given
from hypothesis import strategies as st

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import Reply
from fstream.result.captured import Details
from fstream.result.captured import glimpse
from fstream.worker.results import encoded
from fstream.worker.things import all_failed
from fstream.worker.things import appended
from fstream.worker.things import places
from fstream.worker.things import positions
from fstream.worker.things import with_failed_outputs
from tests.contexts.work import Dangerous

CAUSE = glimpse(ValueError("no"), 0).details()
ENTRIES = st.lists(
    st.lists(st.sampled_from(["out", "fault"]), max_size=3), min_size=1, max_size=5
)


def reply_of(items: list[list[str]]) -> Reply:
    """Make the reply to a chunk whose items give these things."""
    reply = Reply([], [], [], ([],), [])
    assert reply.parents is not None
    for position, things in enumerate(items):
        for thing in things:
            place = len(reply.outs) + len(reply.faults)
            if thing == "out":
                reply.outs.append(f"{position}.{place}")
                reply.parents.append(position)
            else:
                fault = Fault(place, position, 1, "call", OpenExit(place))
                reply.faults.append(fault)
        where = (position << 32) + len(reply.outs) + len(reply.faults)
        reply.probes[0].append(where)
        reply.arrests.append((where, 1))
    return reply


def told(reply: Reply) -> list[tuple[int, int, str]]:
    outs = [
        (place, position, "out")
        for place, position in zip(places(reply), positions(reply), strict=True)
    ]
    faults = [(fault.place, fault.position, "fault") for fault in reply.faults]
    return sorted(outs + faults)


@given(ENTRIES, ENTRIES)
def test_joined_replies_are_the_reply_to_the_joined_chunks(
    first: list[list[str]], second: list[list[str]]
) -> None:
    joined = appended(
        reply_of(first), reply_of(second), offset=len(first), where="place"
    )
    whole = reply_of(first + second)

    assert told(joined) == told(whole)
    assert (joined.probes, joined.arrests) == (whole.probes, whole.arrests)


@given(ENTRIES, st.data())
def test_a_failed_output_stays_where_it_was(
    items: list[list[str]], data: st.DataObject
) -> None:
    reply = reply_of(items)
    numbers = st.integers(0, max(0, len(reply.outs) - 1))
    chosen = data.draw(st.sets(numbers)) if reply.outs else set[int]()
    failed = with_failed_outputs(
        reply, dict.fromkeys(chosen, CAUSE), stage=2, step="encode"
    )

    assert [where[:2] for where in told(failed)] == [w[:2] for w in told(reply)]
    assert len(failed.faults) == len(reply.faults) + len(chosen)


def test_positions_are_known_where_each_item_gave_one_thing() -> None:
    reply = Reply(["a", "b"], None, [Fault(1, 1, 0, "call", CAUSE)], (), [])

    assert positions(reply) == [0, 2]
    assert places(reply) == [0, 2]


def test_where_may_be_a_position() -> None:
    one = Reply(["a"], None, [], ([0],), [(0, 3)])
    joined = appended(one, one, offset=7, where="position")

    assert (joined.probes, joined.arrests) == (([0, 7],), [(0, 3), (7, 3)])
    assert joined.parents is None


def test_nothing_joins_with_what_has_probes() -> None:
    one = Reply(["a"], None, [], ([0],), [])
    joined = appended(
        all_failed([], stage=0, step="open"), one, offset=0, where="place"
    )

    assert joined == one


def test_an_open_exit_that_cannot_be_pickled_is_a_fault() -> None:
    exits = [OpenExit(1), OpenExit(Dangerous()), OpenExit(3)]
    faults = [Fault(n, n, 4, "call", cause) for n, cause in enumerate(exits)]
    reply, _ = encoded(Reply([], None, faults, (), []), ["a", "b", "c"], stage=5)

    assert [(f.stage, f.step) for f in reply.faults] == [
        (4, "call"),
        (4, "encode"),
        (4, "call"),
    ]
    cause = reply.faults[1].cause
    assert isinstance(cause, Details)
    assert (cause.item, cause.error.message) == ("'b'", "I stay")


class Shy:
    """Pickles alone, but not in company."""

    count = 0

    def __reduce__(self) -> tuple[object, ...]:
        Shy.count += 1
        if Shy.count != 2:
            text = "not now"
            raise ValueError(text)
        return Shy, ()


def test_what_cannot_be_pickled_together_fails_as_a_whole() -> None:
    Shy.count = 0
    faults = [Fault(1, 1, 0, "call", OpenExit("x"))]
    reply, payload = encoded(Reply([Shy()], None, faults, (), []), [1, 2], stage=0)

    assert reply.outs == []
    assert [fault.step for fault in reply.faults] == ["encode", "encode"]
    assert payload.buffers == ()
