"""Stages that keep a state do what Python does to a list."""

from itertools import accumulate
from operator import add

from hypothesis import given
from hypothesis import strategies as st

from fstream.api import run
from fstream.combinators.batches import batch
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import within
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.plan.contexts import Context
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.typed import Stage

ITEMS = st.lists(st.integers(-3, 9), max_size=30)
PLACES = st.sampled_from([None, threads(2), processes(2)])


def third(n: int) -> int:
    return n % 3


def first(pair: tuple[object, object]) -> object:
    return pair[0]


def second(pair: tuple[object, object]) -> object:
    return pair[1]


def given_by(stage: Stage, items: list[int], on: Context | None) -> list[object]:
    """What ``stage`` gives between stages that run elsewhere, in two runs alike."""
    around = map_stage(int) >> stage >> map_stage(abs)
    placed = around if on is None else within(on, around)
    plan = source(items).via(placed).to(collect())
    once, again = (run(plan).unwrap() for _ in range(2))
    assert once == again
    return list(once)


@given(items=ITEMS, on=PLACES)
def test_a_scan_accumulates(items: list[int], on: Context | None) -> None:
    sums = list(accumulate(items, add, initial=5))[1:]

    assert given_by(scan_stage(5, add), items, on) == [abs(n) for n in sums]


@given(items=ITEMS, on=PLACES)
def test_a_scan_by_key_is_a_scan_of_each_key(
    items: list[int], on: Context | None
) -> None:
    by_key = scan_by(third, 5, add) >> map_stage(second)
    expected = [
        5 + sum(each for each in items[: n + 1] if third(each) == third(item))
        for n, item in enumerate(items)
    ]

    assert given_by(by_key, items, on) == [abs(n) for n in expected]


@given(items=ITEMS, size=st.integers(1, 4))
def test_groups_hold_all_items_of_their_key_in_order(
    items: list[int], size: int
) -> None:
    groups = run(source(items).via(group_by_key(third, size)).to(collect())).unwrap()

    for key in range(3):
        own = [group for found, group in groups if found == key]
        assert [n for group in own for n in group] == [
            n for n in items if third(n) == key
        ]
        assert all(len(group) == size for group in own[:-1])
        assert all(len(group) <= size for group in own)


@given(items=ITEMS, size=st.integers(1, 4))
def test_groups_of_one_key_are_batches(items: list[int], size: int) -> None:
    stage = group_by_key(lambda _: None, size) >> map_stage(second)
    groups = run(source(items).via(stage).to(collect()))

    assert groups == run(source(items).via(batch(size)).to(collect()))


@given(items=ITEMS, on=PLACES)
def test_the_rest_comes_in_the_order_of_the_first_items(
    items: list[int], on: Context | None
) -> None:
    keys = group_by_key(abs, 99) >> map_stage(first)

    assert given_by(keys, items, on) == list(dict.fromkeys(map(abs, items)))


@given(items=ITEMS, n=st.integers(0, 40), on=PLACES)
def test_drop_is_a_slice(items: list[int], n: int, on: Context | None) -> None:
    assert given_by(drop(n), items, on) == [abs(item) for item in items[n:]]


@given(items=ITEMS, one=st.integers(0, 9), other=st.integers(0, 9))
def test_dropping_twice_is_dropping_the_sum(
    items: list[int], one: int, other: int
) -> None:
    twice = drop(one) >> drop(other)

    assert given_by(twice, items, None) == given_by(drop(one + other), items, None)


@given(items=ITEMS, on=PLACES)
def test_distinct_items_are_the_keys_of_a_dict(
    items: list[int], on: Context | None
) -> None:
    assert given_by(distinct(), items, on) == [abs(n) for n in dict.fromkeys(items)]


@given(items=ITEMS, on=PLACES)
def test_of_each_key_the_first_item_is_kept(
    items: list[int], on: Context | None
) -> None:
    firsts: dict[int, int] = {}
    for item in items:
        firsts.setdefault(item % 3, item)

    kept = given_by(distinct(third), items, on)

    assert kept == [abs(n) for n in firsts.values()]


@given(items=ITEMS)
def test_distinct_items_stay_distinct(items: list[int]) -> None:
    once = distinct(abs)

    assert given_by(once >> once, items, None) == given_by(once, items, None)
