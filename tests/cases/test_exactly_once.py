"""Every item has exactly one outcome, whatever the pool is asked to do: cases JEP."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fstream import Context
from fstream import StageFailure
from fstream import Success
from fstream import collect
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import forks
from fstream import map_stage
from fstream import processes
from fstream import source
from fstream import source_from
from fstream import stream
from tests.cases import pools
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import everywhere
from tests.leaks import traces


def doubled(numbers: object, on: Context) -> object:
    """What a pool makes of ``numbers``."""
    plan = source_from(lambda: numbers).via(map_stage(work.double)).to(collect())
    return answer(plan, on=on)


@everywhere
def test_jep_1_a_hundred_items_are_doubled_exactly_once(on: Context) -> None:
    assert doubled(range(1, 101), on) == tuple(range(2, 201, 2))


@everywhere
@pytest.mark.parametrize("seed", range(3))
def test_jep_2_the_order_of_the_items_is_that_of_the_results(
    on: Context, seed: int
) -> None:
    numbers = list(range(1, 51))
    random.Random(seed).shuffle(numbers)

    assert doubled(numbers, on) == tuple(2 * n for n in numbers)


@everywhere
def test_jep_3_equal_items_are_different_items(on: Context) -> None:
    numbers = [1, 2, 2, 3, 3, 3, 4, 5, 5]

    assert doubled(numbers, on) == tuple(2 * n for n in numbers)


@everywhere
def test_jep_5_a_single_item_is_enough(on: Context) -> None:
    assert doubled([42], on) == (84,)


def test_jep_6_a_thousand_items_in_a_pool_of_four() -> None:
    assert doubled(range(1000), processes(4)) == tuple(range(0, 2000, 2))


@everywhere
def test_jep_7_items_that_come_in_bursts(on: Context) -> None:
    numbers = pools.bursts(seed=7)

    assert doubled(numbers, on) == tuple(2 * n for n in numbers)


@everywhere
def test_jep_9_eight_values_and_two_errors_each_in_its_place(on: Context) -> None:
    plan = source(range(1, 11)).via(map_stage(pools.fails_at_three_and_seven))

    outcomes = [*stream(plan, on=on)]

    values = [each.unwrap() for each in outcomes if isinstance(each, Success)]
    assert values == [1, 2, 4, 5, 6, 8, 9, 10]
    errors = [outcomes[2].failure(), outcomes[6].failure()]
    assert [
        (error.item, error.message)
        for error in errors
        if isinstance(error, StageFailure)
    ] == [("3", "no 3"), ("7", "no 7")]


@everywhere
def test_jep_10_items_may_give_nothing(on: Context) -> None:
    filtered = source(range(1, 21)).via(
        filter_stage(work.is_odd) >> map_stage(work.double)
    )
    flat = source(range(1, 21)).via(flat_map_stage(pools.doubled_if_odd))

    assert answer(filtered.to(collect()), on=on) == tuple(range(2, 40, 4))
    assert answer(flat.to(collect()), on=on) == tuple(range(2, 40, 4))


def test_jep_11_a_pool_may_be_wider_than_there_are_items() -> None:
    assert doubled(range(10), processes(100)) == tuple(range(0, 20, 2))


@everywhere
def test_jep_13_values_of_all_kinds_come_back_as_they_are(on: Context) -> None:
    values = [{"a": [1]}, [1, "two"], "text", 7, work.Even, 2.5, None]

    found = answer(source(values).via(map_stage(pools.unchanged)).to(collect()), on=on)

    assert found == tuple(values)


@everywhere
def test_jep_14_five_hundred_tiny_items(on: Context) -> None:
    assert doubled(range(500), on) == tuple(range(0, 1000, 2))


def test_jep_15_no_worker_is_left() -> None:
    before = set(traces().descendants)

    doubled(range(20), processes(2))

    assert set(traces().descendants) <= before


@everywhere
def test_jep_17_functions_know_what_their_user_gave_them(on: Context) -> None:
    factor, offset = 3, 10
    settings = pools.Settings(factor, offset)
    expected = tuple(3 * n + 10 for n in range(1, 11))

    def local(n: int) -> int:
        return n * factor + offset

    for fn in (settings, local):
        plan = source(range(1, 11)).via(map_stage(fn)).to(collect())
        assert answer(plan, on=on) == expected


def test_jep_18_what_a_copy_changes_stays_in_it() -> None:
    counter = pools.Counter()
    stage = map_stage(counter, on=forks(2, chunk=1))

    counted = answer(source(range(1, 6)).via(stage).to(collect()))

    assert counted == tuple(3 * n + 10 for n in range(1, 6))
    assert (counter.count, counter.seen) == (0, [])


def test_jep_19_ten_thousand_elements_are_read_in_every_copy() -> None:
    held = {n: {"square": n * n} for n in range(10_000)}
    stage = map_stage(lambda n: (len(held), held[n]["square"]), on=forks(2, chunk=1))

    read = answer(source(range(10)).via(stage).to(collect()))

    assert read == tuple((10_000, n * n) for n in range(10))


def test_jep_21_pools_give_their_descriptors_back() -> None:
    before = traces().descriptors

    for _ in range(3):
        doubled(range(20), processes(2))

    assert len(traces().descriptors) == len(before)


def test_jep_22_two_pools_one_after_the_other() -> None:
    on = processes(2)

    assert doubled(range(5), on) == (0, 2, 4, 6, 8)
    tripled = source(range(5)).via(map_stage(pools.Settings(3, 0))).to(collect())
    assert answer(tripled, on=on) == (0, 3, 6, 9, 12)


@pytest.mark.parametrize("width", [1, 2])
def test_jep_23_three_runs_at_a_time_do_not_meet(tmp_path: Path, width: int) -> None:
    def pids(number: int) -> tuple[int, ...]:
        numbers = range(100 * number, 100 * number + 20)
        plan = source(numbers).via(map_stage(pools.with_pid, on=processes(width)))
        found = answer(plan.to(collect()))
        assert isinstance(found, tuple)
        assert [square for square, _ in found] == [n * n for n in numbers]
        return tuple({pid for _, pid in found})

    with ThreadPoolExecutor(3) as together:
        seen = [pid for found in together.map(pids, range(3)) for pid in found]

    assert len(seen) == len(set(seen))
    assert os.getpid() not in seen
