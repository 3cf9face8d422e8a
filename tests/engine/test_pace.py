"""Chunks begin with one item, grow only where work is quick, and shrink at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.interpreter.engine.pace import FILL_NS
from fstream.interpreter.engine.pace import GROWTH
from fstream.interpreter.engine.pace import MOST_ITEMS
from fstream.interpreter.engine.pace import RESULT_BYTES
from fstream.interpreter.engine.pace import WORK_NS
from fstream.interpreter.engine.pace import Fill
from fstream.interpreter.engine.pace import Pace

CHUNKS = st.tuples(
    st.integers(0, MOST_ITEMS), st.integers(0, 10**12), st.integers(0, 10**10)
)


def settled(*, item_ns: int, item_bytes: int) -> Pace:
    pace = Pace()
    for _ in range(50):
        pace.learn(pace.size, pace.size * item_ns, pace.size * item_bytes)
    return pace


def test_the_first_chunk_is_one_item() -> None:
    assert Pace().size == 1


@given(st.lists(CHUNKS, max_size=30))
def test_a_chunk_is_never_empty_nor_beyond_the_bound(
    chunks: list[tuple[int, int, int]],
) -> None:
    pace = Pace()
    for items, service_ns, size in chunks:
        before = pace.size
        pace.learn(items, service_ns, size)

        assert 1 <= pace.size <= min(MOST_ITEMS, before * GROWTH)


@pytest.mark.parametrize(
    ("item_ns", "item_bytes", "size"),
    [
        (10, 1, MOST_ITEMS),
        (WORK_NS // 100, 1, 100),
        (WORK_NS * 10, 1, 1),
        (10, RESULT_BYTES // 8, 8),
        (10, RESULT_BYTES * 2, 1),
    ],
)
def test_a_chunk_settles_at_two_milliseconds_or_128_kibibytes(
    item_ns: int, item_bytes: int, size: int
) -> None:
    assert settled(item_ns=item_ns, item_bytes=item_bytes).size == size


def test_a_chunk_shrinks_at_once_when_work_gets_slow() -> None:
    pace = settled(item_ns=10, item_bytes=1)

    pace.learn(pace.size, pace.size * WORK_NS, pace.size)

    assert pace.size <= 2


def test_an_answer_without_items_teaches_nothing() -> None:
    pace = settled(item_ns=WORK_NS // 100, item_bytes=1)
    before = pace.size

    pace.learn(0, 10**12, 10**12)

    assert pace.size == before


@given(st.integers(1, MOST_ITEMS), st.integers(0, 10**10), st.integers(1, MOST_ITEMS))
def test_a_pull_asks_for_what_comes_in_five_milliseconds(
    items: int, elapsed_ns: int, wanted: int
) -> None:
    fill = Fill()
    fill.learn(items, elapsed_ns)

    most = fill.most(wanted)

    assert 1 <= most <= wanted
    assert most == 1 or most * elapsed_ns / items <= FILL_NS


def test_a_pull_that_gave_nothing_teaches_nothing() -> None:
    fill = Fill()

    fill.learn(0, 10**10)

    assert fill.most(64) == 64
