"""Copies of this process see all that it holds, and change nothing of it: cases COW."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Never

from fstream import batch
from fstream import broadcast
from fstream import case_port
from fstream import collect
from fstream import emit_stage
from fstream import forks
from fstream import map_stage
from fstream import merge
from fstream import route
from fstream import source
from fstream import threads
from fstream import unbatch
from tests.cases import pools
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.pools import Tag
from tests.wait import wait_until

ONE_EACH = forks(2, chunk=1)


def found(answered: object) -> tuple[tuple[object, ...], ...]:
    assert isinstance(answered, tuple)
    return answered


def test_cow_1_a_batch_goes_to_a_copy_and_to_a_thread() -> None:
    save = map_stage(lambda numbers: [("saved", n) for n in numbers], on=forks(2))
    log = map_stage(lambda numbers: [("logged", n) for n in numbers], on=threads(5))
    plan = (
        source(range(1, 11))
        .via(map_stage(work.square) >> batch(3) >> broadcast(save, log))
        .via(unbatch())
        .to(collect())
    )

    tally = Counter(what for what, _ in found(answer(plan)))

    assert tally == {"saved": 10, "logged": 10}


def test_cow_2_the_last_stage_may_be_in_copies() -> None:
    plan = source(range(10)).via(map_stage(pools.with_pid, on=ONE_EACH)).to(collect())

    results = found(answer(plan))

    pids = {pid for _, pid in results}
    assert [square for square, _ in results] == [n * n for n in range(10)]
    assert len(pids) >= 2
    assert os.getpid() not in pids


def test_cow_3_a_batch_of_one_is_one_item() -> None:
    def saved(numbers: tuple[int, ...]) -> tuple[int, int, int]:
        (n,) = numbers
        return n, os.getpid(), 100 * n

    stage = batch(1) >> map_stage(saved, on=forks(2))

    results = found(answer(source([1, 2, 3]).via(stage).to(collect())))

    assert [(n, result) for n, _, result in results] == [(1, 100), (2, 200), (3, 300)]
    assert os.getpid() not in {pid for _, pid, _ in results}


def test_cow_5_two_are_at_work_and_never_three(tmp_path: Path) -> None:
    def names(start: str) -> int:
        return len([*tmp_path.glob(f"{start}*")])

    def meet(n: int) -> int:
        ended = names("ended")
        (tmp_path / f"began {n}").touch()
        at_work = names("began") - ended
        wait_until(lambda: names("began") >= 2 * (n // 2) + 2)
        (tmp_path / f"ended {n}").touch()
        return at_work

    at_work = answer(source(range(6)).via(map_stage(meet, on=ONE_EACH)).to(collect()))

    assert isinstance(at_work, tuple)
    assert max(at_work) == 2


def test_cow_6_big_data_is_seen_without_being_sent() -> None:
    numbers = [*range(0, 2_000_000, 2)]

    def total(count: int) -> int:
        return sum(numbers[:count])

    plan = source([100]).via(map_stage(total, on=forks(2))).to(collect())

    assert answer(plan) == (9900,)


class Stubborn:
    """Nothing of this is ever pickled."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lock = Lock()

    def __reduce__(self) -> Never:
        text = "this was to be pickled"
        raise AssertionError(text)


def private_memory() -> int:
    """How many KiB this process shares with nobody."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def test_cow_6_a_million_entries_are_neither_pickled_nor_copied() -> None:
    state: Mapping[int, Stubborn | list[int]] = {
        **{n: [n] for n in range(1_000_000)},
        3: Stubborn(3),
    }
    items = [Stubborn(n) for n in range(4)]

    def look_up(item: Stubborn) -> tuple[int, int, int]:
        work.collect_garbage()
        return item.number, len(state), private_memory()

    plan = source(items).via(map_stage(look_up, on=ONE_EACH)).to(collect())
    results = found(answer(plan))

    here = private_memory()
    assert [(n, size) for n, size, _ in results] == [(n, 1_000_000) for n in range(4)]
    assert max(there for _, _, there in results if isinstance(there, int)) < here / 4


def test_cow_7_what_a_copy_changes_is_unchanged_here() -> None:
    counter = pools.Counter()
    lists = [[1], [2], [3]]

    counted = answer(
        source(range(5)).via(map_stage(counter, on=forks(2))).to(collect())
    )
    changed = answer(
        source(lists)
        .via(map_stage(counter.changes_in_place, on=forks(2)))
        .to(collect())
    )

    assert counted == tuple(3 * n + 10 for n in range(5))
    assert changed == ([1, 0], [2, 0], [3, 0])
    assert (counter.count, counter.seen, lists) == (0, [], [[1], [2], [3]])


def test_cow_9_what_three_producers_give_goes_to_copies() -> None:
    producers = (source(pools.four_of(pools.Origin(name))) for name in "abc")
    plan = merge(*producers).via(map_stage(pools.aggregated, on=forks(2)))

    assert [(name, n) for name, n, _ in found(answer(plan.to(collect())))] == [
        (name, n) for n in range(4) for name in "abc"
    ]


def test_cow_10_the_parent_routes_to_two_kinds_of_copies() -> None:
    handler = route(
        case_port(pools.First).via(map_stage(Tag("even"), on=forks(2))),
        case_port(pools.Second).via(map_stage(Tag("odd"), on=forks(2))),
    )
    stage = emit_stage(pools.by_two).recover_with(handler)

    results = answer(source(range(1, 11)).via(stage).to(collect()))

    assert isinstance(results, tuple)
    assert pools.tally(results) == {"even": [2, 4, 6, 8, 10], "odd": [1, 3, 5, 7, 9]}
    assert os.getpid() not in {pid for _, _, pid in results}


def test_cow_11_ten_batches_go_to_ten_copies() -> None:
    def measured(numbers: tuple[int, ...]) -> tuple[int, int]:
        return len(numbers), os.getpid()

    stage = batch(100) >> map_stage(measured, on=forks(4, chunk=1))
    results = found(answer(source(range(1000)).via(stage).to(collect())))

    assert [size for size, _ in results] == [100] * 10
    assert len({pid for _, pid in results}) == 10


def test_cow_11_the_last_batch_is_smaller() -> None:
    stage = batch(3) >> map_stage(len, on=forks(4))

    assert answer(source(range(10)).via(stage).to(collect())) == (3, 3, 3, 1)
