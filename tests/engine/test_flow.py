"""Chunks can be parted, split and joined, and their things stay in order."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from fstream.compiler.program import Split
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.flow import Entry
from fstream.interpreter.engine.flow import last_index
from fstream.interpreter.engine.flow import parted
from fstream.interpreter.engine.join import joined
from fstream.interpreter.engine.join import sifted
from fstream.interpreter.failed import Failed

Thing = tuple[int, object]
FAILURE = "failure"


def record(key: int, name: object) -> Failed:
    return Failed(key, Fault(0, 0, 0, "call", OpenExit(name)), "inline()", 1)


def chunk_of(things: Sequence[Thing], scope: Chunk | None = None) -> Chunk:
    """A chunk of things, each with its key; texts are failures."""
    chunk = Chunk(body=[], keys=[], scope=scope)
    keys: list[int] = []
    for key, thing in things:
        if isinstance(thing, str):
            failed = record(key, thing)
            chunk.entries.append(Entry(len(chunk.body), key, failed, None, None))
        else:
            chunk.body.append(thing)
            keys.append(key)
    chunk.keys = keys
    return chunk


def things_of(chunk: Chunk) -> list[Thing]:
    return [
        (key, thing.failed.fault.cause.value if isinstance(thing, Entry) else thing)
        for key, thing in chunk.things()
    ]


THINGS = st.lists(st.integers(0, 99) | st.text("abc", max_size=1), max_size=12).map(
    lambda things: [*enumerate(things)]
)


@given(THINGS)
def test_a_thing_is_where_it_says_it_is(things: list[Thing]) -> None:
    chunk = chunk_of(things)

    assert things_of(chunk) == things
    assert chunk.size() == len(things)
    for number in range(len(chunk.body)):
        assert chunk.located(chunk.thing_of_item(number)) == number
    for number, entry in enumerate(chunk.entries):
        assert chunk.located(chunk.thing_of_entry(number)) is entry


@given(THINGS, st.integers(1, 5))
def test_parts_are_the_whole_cut_into_pieces(things: list[Thing], most: int) -> None:
    chunk = chunk_of(things)
    chunk.flush = 3

    parts = parted(chunk, most)

    assert [thing for part in parts for thing in things_of(part)] == things
    assert all(len(part.body) <= most for part in parts)
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert [part.flush for part in parts] == [None] * (len(parts) - 1) + [3]


@given(THINGS, st.data())
def test_parts_of_parts_are_parts(things: list[Thing], data: st.DataObject) -> None:
    chunk = chunk_of(things)

    halves = parted(chunk, data.draw(st.integers(1, 6)))
    pieces = [p for half in halves for p in parted(half, data.draw(st.integers(1, 3)))]

    assert [thing for piece in pieces for thing in things_of(piece)] == things
    assert [piece.is_last for piece in pieces].count(True) == 1


RESULTS = st.lists(st.integers(0, 9) | st.sampled_from(["x", "y"]), max_size=3)
WAYS = 3


@given(
    st.lists(st.tuples(st.integers(0, WAYS - 1), RESULTS) | st.just("own"), max_size=8),
    st.integers(1, 4),
)
def test_a_join_gives_what_each_item_came_to_in_the_order_of_the_items(
    items: list[tuple[int, list[object]] | str], most: int
) -> None:
    things = [
        (10 * n, item if isinstance(item, str) else (item[0], item))
        for n, item in enumerate(items)
    ]
    source = chunk_of(things)
    split = Split(((),) * WAYS, (None, 7, None))

    ways = [way_of(part, most) for part in sifted(source, WAYS)]
    whole = joined(source, split, tuple(ways))

    assert things_of(whole) == [
        (10 * n, thing) for n, item in enumerate(items) for thing in expected(item)
    ]
    assert [key // 10 for key in whole.keys] == sorted(key // 10 for key in whole.keys)


def way_of(part: Chunk, most: int) -> list[Chunk]:
    """What a way makes of its part: the results of its items, in pieces."""
    results = [
        (key, result)
        for key, (_, results) in zip(part.keys, part.body, strict=False)
        for result in results
    ]
    return parted(chunk_of(results, part.scope), most)


def expected(item: tuple[int, list[object]] | str) -> list[object]:
    if isinstance(item, str):
        return [item]
    way, results = item
    tagged = [r if isinstance(r, str) or way != 1 else (7, r) for r in results]
    return [*tagged]


def test_each_way_gets_its_items_with_their_places_in_the_source() -> None:
    source = chunk_of([(5, (1, "b")), (6, (0, "a")), (9, (1, "c"))])

    first, second = sifted(source, 2)

    assert (first.body, [*first.keys]) == (["a"], [1])
    assert (second.body, [*second.keys]) == (["b", "c"], [0, 2])
    assert [second.index(n) for n in range(2)] == [5, 9]


def test_a_flush_keeps_its_key_through_splits() -> None:
    flush = Chunk(body=[], keys=range(4, 5), scope=None, flush=2)
    split = Split(((), ()), (None, None))

    whole = joined(flush, split, tuple([part] for part in sifted(flush, 2)))

    assert (whole.body, [*whole.keys], whole.flush) == ([], [4], 2)
    assert [part.index(0) for part in sifted(whole, 2)] == [4, 4]


def test_a_chunk_knows_the_last_item_it_came_of_even_if_that_gave_nothing() -> None:
    source = chunk_of([(5, (0, "a")), (6, (1, "b"))])
    split = Split(((), ()), (None, None))
    nothing = [chunk_of([], part.scope) for part in sifted(source, 2)]

    assert last_index(joined(source, split, tuple([n] for n in nothing))) == 6
    assert last_index(chunk_of([(3, "failure")])) == -1
