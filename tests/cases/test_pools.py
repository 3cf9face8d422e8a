"""Pools of processes take items and give results, all and in order: cases IPC."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fstream import Context
from fstream import Report
from fstream import batch
from fstream import case_port
from fstream import collect
from fstream import emit_stage
from fstream import explain
from fstream import for_each
from fstream import forks
from fstream import inline
from fstream import map_stage
from fstream import merge
from fstream import processes
from fstream import route
from fstream import source
from fstream import source_from
from fstream import threads
from fstream import unbatch
from tests.cases import pools
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.pools import Mark
from tests.cases.pools import Record
from tests.cases.pools import Tag

apart = map_stage(pools.unchanged, on=inline(), name="apart")
"""Between two stages of one pool, which else run in the same worker."""


def records(count: int) -> list[Record]:
    return [Record(number) for number in range(count)]


def found_records(found: object) -> tuple[Record, ...]:
    assert isinstance(found, tuple)
    return found


def test_ipc_1_a_hundred_squares_of_four_workers() -> None:
    here: set[int] = set()
    squares: list[int] = []
    workers: set[int] = set()

    def produced() -> Iterator[int]:
        for n in range(100):
            here.add(os.getpid())
            yield n

    def taken(result: tuple[int, int]) -> None:
        here.add(os.getpid())
        squares.append(result[0])
        workers.add(result[1])

    stage = map_stage(pools.with_pid, on=processes(4))
    answer(source_from(produced).via(stage).to(for_each(taken)))

    assert squares == [n * n for n in range(100)]
    assert 1 <= len(workers) <= 4
    assert here == {os.getpid()}
    assert os.getpid() not in workers


def test_ipc_2_three_pools_of_their_own_sizes() -> None:
    report = Report()
    plan = (
        source(records(50))
        .via(map_stage(Mark("parsed"), on=processes(3), name="parse"))
        .via(map_stage(pools.valued, on=processes(4)))
        .via(map_stage(Mark("enriched"), on=processes(2), name="enrich"))
        .to(collect())
    )

    found = found_records(answer(plan, report=report))

    assert [(each.id, each.value) for each in found] == [(n, 2 * n) for n in range(50)]
    assert {each.marks for each in found} == {("parsed", "valued", "enriched")}
    assert counts(report) == dict.fromkeys(("parse", "valued", "enrich"), (50, 50))
    assert {frozenset(each.pids) for each in found if len({*each.pids}) == 3}


def test_ipc_3_threads_then_processes_then_threads() -> None:
    report = Report()
    plan = (
        source(records(30))
        .via(map_stage(Mark("fetched"), on=threads(5), name="fetch"))
        .via(map_stage(pools.squared, on=processes(3)))
        .via(map_stage(Mark("stored"), on=threads(4), name="store"))
        .to(collect())
    )

    found = found_records(answer(plan, report=report))

    assert [(each.id, each.value) for each in found] == [(n, n**2) for n in range(30)]
    assert {each.marks for each in found} == {("fetched", "squared", "stored")}
    assert {(each.pids[0], each.pids[2]) for each in found} == {
        (os.getpid(), os.getpid())
    }
    assert os.getpid() not in {each.pids[1] for each in found}
    assert counts(report) == dict.fromkeys(("fetch", "squared", "store"), (30, 30))


def test_ipc_5_a_thousand_records_through_four_stages_and_a_pool_of_batches() -> None:
    on = processes(4)
    report = Report()
    plan = (
        source([Record(n, payload="x" * 100) for n in range(1000)])
        .via(map_stage(Mark("parsed"), on=on, name="parse") >> apart)
        .via(map_stage(Mark("validated"), on=on, name="validate") >> apart)
        .via(map_stage(Mark("enriched"), on=on, name="enrich") >> apart)
        .via(map_stage(pools.valued, on=on))
        .via(batch(100))
        .via(map_stage(pools.saved, on=processes(2)))
        .via(unbatch())
        .to(collect())
    )

    found = found_records(answer(plan, report=report))

    assert [(each.id, each.value) for each in found] == [
        (n, 2 * n) for n in range(1000)
    ]
    assert {each.marks for each in found} == {
        ("parsed", "validated", "enriched", "valued", "saved")
    }
    assert {each.payload for each in found} == {"x" * 100}
    assert counts(report)["saved"] == (10, 10)
    assert str(explain(plan)).count("processes(4):") == 4
    assert os.getpid() not in {pid for each in found for pid in each.pids}


def test_ipc_6_the_last_stage_may_be_a_pool(tmp_path: Path) -> None:
    plan = (
        source(range(1, 11))
        .via(map_stage(work.double, on=threads(3)))
        .via(map_stage(pools.Gathering(tmp_path, 2), on=processes(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [number for number, _ in found] == list(range(2, 21, 2))
    assert len({pid for _, pid in found}) == 2


def test_ipc_7_the_parent_routes_to_two_pools() -> None:
    handler = route(
        case_port(pools.First).via(map_stage(Tag("a"), on=processes(2))),
        case_port(pools.Second).via(map_stage(Tag("b"), on=processes(3))),
    )
    stage = emit_stage(pools.by_two, on=inline()).recover_with(handler)

    found = answer(source(range(1, 11)).via(stage).to(collect()))

    assert isinstance(found, tuple)
    assert [number for _, number, _ in found] == list(range(1, 11))
    assert pools.tally(found) == {"a": [2, 4, 6, 8, 10], "b": [1, 3, 5, 7, 9]}
    assert os.getpid() not in {pid for _, _, pid in found}


def test_ipc_9_three_producers_share_a_pool() -> None:
    producers = (source(pools.four_of(pools.Origin(name))) for name in "abc")
    plan = merge(*producers).via(map_stage(pools.aggregated, on=processes(2)))

    found = answer(plan.to(collect()))

    assert isinstance(found, tuple)
    assert [(name, number) for name, number, _ in found] == [
        (name, number) for number in range(4) for name in "abc"
    ]


def test_ipc_10_threads_fan_out_to_contexts_of_several_kinds() -> None:
    handler = route(
        case_port(pools.First).via(map_stage(Tag("pool"), on=processes(2))),
        case_port(pools.Second).via(map_stage(Tag("threads"), on=threads(2))),
        case_port(pools.Third).via(map_stage(Tag("copies"), on=forks(2))),
    )
    stage = emit_stage(pools.by_three, on=threads(2)).recover_with(handler)

    found = answer(source(range(1, 13)).via(stage).to(collect()))

    assert isinstance(found, tuple)
    assert [number for _, number, _ in found] == list(range(1, 13))
    assert pools.tally(found) == {
        "pool": [3, 6, 9, 12],
        "threads": [1, 4, 7, 10],
        "copies": [2, 5, 8, 11],
    }
    assert {tag for tag, _, pid in found if pid == os.getpid()} == {"threads"}


def test_ipc_11_producers_in_contexts_of_several_kinds_share_a_pool() -> None:
    contexts = (processes(2), threads(2), forks(2))
    producers = (
        source(pools.four_of(pools.Origin(name))).via(map_stage(pools.unchanged, on=on))
        for name, on in zip("abc", contexts, strict=True)
    )
    plan = merge(*producers).via(map_stage(pools.aggregated, on=processes(2)))

    found = answer(plan.to(collect()))

    assert isinstance(found, tuple)
    assert [(name, number) for name, number, _ in found] == [
        (name, number) for number in range(4) for name in "abc"
    ]


@pytest.mark.parametrize("outer", [processes(2), forks(2)], ids=repr)
@pytest.mark.parametrize("inner", [processes(2), threads(2), forks(2)], ids=repr)
def test_ipc_13_an_item_may_run_a_pool_of_its_own(
    inner: Context, outer: Context
) -> None:
    plan = (
        source(range(1, 13))
        .via(batch(4))
        .via(map_stage(pools.Nested(inner), on=outer))
        .via(unbatch())
        .to(collect())
    )

    assert answer(plan) == tuple(range(2, 25, 2))


def test_ipc_14_big_values_cross_intact_both_ways() -> None:
    values = [bytes([n]) * 200_000 for n in range(8)]
    stage = map_stage(pools.unchanged, on=processes(2))

    assert answer(source(values).via(stage).to(collect())) == tuple(values)


def test_ipc_15_three_workers_serve_thirty_items_and_live_on(tmp_path: Path) -> None:
    stage = map_stage(pools.Gathering(tmp_path, 3), on=processes(3))

    found = answer(source(range(30)).via(stage).to(collect()))

    assert isinstance(found, tuple)
    assert [number for number, _ in found] == list(range(30))
    assert len({pid for _, pid in found}) == 3


def test_ipc_17_a_route_inside_a_pool_reaches_stages_of_other_pools() -> None:
    handler = route(
        case_port(pools.First).via(map_stage(Tag("kept"), on=processes(2))),
        case_port(pools.Second).via(map_stage(Tag("tens", 10), on=processes(3))),
        case_port(pools.Third).via(map_stage(Tag("twenties", 20), on=forks(2))),
    )
    stage = emit_stage(pools.by_three, on=forks(2)).recover_with(handler)

    found = answer(source(range(9)).via(stage).to(collect()))

    assert isinstance(found, tuple)
    assert pools.tally(found) == {
        "kept": [0, 3, 6],
        "tens": [10, 40, 70],
        "twenties": [40, 100, 160],
    }


def test_ipc_17_a_router_in_a_pool_chooses_between_pools() -> None:
    handler = route(
        case_port(pools.First).via(map_stage(Tag("x", 100), on=forks(3))),
        case_port(pools.Second).via(map_stage(Tag("y", 200), on=forks(4))),
    )
    stage = emit_stage(pools.by_two, on=processes(2)).recover_with(handler)

    found = answer(source(range(1, 7)).via(stage).to(collect()))

    assert isinstance(found, tuple)
    assert pools.tally(found) == {"y": [200, 600, 1000], "x": [200, 400, 600]}


def test_ipc_18_what_a_worker_changes_is_unchanged_in_the_parent() -> None:
    counter = pools.Counter()
    lists = [[1], [2], [3]]

    counted = answer(
        source(range(20)).via(map_stage(counter, on=processes(2))).to(collect())
    )
    changed = answer(
        source(lists)
        .via(map_stage(counter.changes_in_place, on=processes(2)))
        .to(collect())
    )

    assert counted == tuple(3 * n + 10 for n in range(20))
    assert (counter.count, counter.seen) == (0, [])
    assert (changed, lists) == (([1, 0], [2, 0], [3, 0]), [[1], [2], [3]])
