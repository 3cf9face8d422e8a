"""Results pass from context to context, whole and in order: cases RES."""

import os

from fstream import batch
from fstream import collect
from fstream import explain
from fstream import forks
from fstream import map_stage
from fstream import processes
from fstream import source
from fstream import threads
from fstream import unbatch
from tests.cases import work
from tests.cases.everywhere import answer


def test_res_1_records_go_from_threads_to_processes_to_threads() -> None:
    plan = (
        source([work.Record(n, value=10 * n) for n in range(1, 9)])
        .via(map_stage(work.enriched, on=threads(2)))
        .via(map_stage(work.computed, on=processes(2)))
        .via(map_stage(work.stored, on=threads(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [(r.id, r.computed) for r in found] == [
        (n, 100 * n * n) for n in range(1, 9)
    ]
    assert {record.marks for record in found} == {("enriched", "stored")}
    assert os.getpid() not in {record.pid for record in found}


def test_res_2_records_go_from_threads_to_copies_to_threads() -> None:
    plan = (
        source([work.Record(n, value=10 * n) for n in range(1, 9)])
        .via(map_stage(work.enriched, on=threads(2)))
        .via(map_stage(work.computed, on=forks(2)))
        .via(map_stage(work.stored, on=threads(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [record.id for record in found] == list(range(1, 9))
    assert {record.marks for record in found} == {("enriched", "stored")}
    assert os.getpid() not in {record.pid for record in found}


def test_res_3_neighbours_in_one_pool_run_in_the_same_worker() -> None:
    plan = (
        source([work.Record(n, value=n) for n in range(1, 9)])
        .via(map_stage(work.first_stage, on=processes(2)))
        .via(map_stage(work.second_stage, on=processes(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [record.value for record in found] == list(range(15, 86, 10))
    assert {record.marks for record in found} == {("stage1", "stage2")}
    assert str(explain(plan)).count("processes(2):") == 1


def test_res_3_two_pools_with_the_parent_between_them_give_the_same() -> None:
    plan = (
        source([work.Record(n, value=n) for n in range(1, 9)])
        .via(map_stage(work.first_stage, on=processes(2)))
        .via(batch(3))
        .via(unbatch())
        .via(map_stage(work.second_stage, on=processes(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [record.value for record in found] == list(range(15, 86, 10))
    assert str(explain(plan)).count("processes(2):") == 2


def test_res_5_what_copies_give_goes_to_processes() -> None:
    plan = (
        source([work.Record(n, value=n) for n in range(1, 9)])
        .via(map_stage(work.first_stage, on=forks(2)))
        .via(map_stage(work.second_stage, on=processes(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [record.value for record in found] == list(range(15, 86, 10))


def test_res_6_what_copies_give_goes_to_other_copies() -> None:
    plan = (
        source([work.Record(n, value=n) for n in range(1, 9)])
        .via(map_stage(work.first_stage, on=forks(2)))
        .via(batch(3) >> unbatch())
        .via(map_stage(work.second_stage, on=forks(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [record.value for record in found] == list(range(15, 86, 10))
    assert str(explain(plan)).count("forks(2):") == 2


def test_res_7_records_pass_through_all_contexts() -> None:
    plan = (
        source([work.Record(n, value=n) for n in range(1, 9)])
        .via(map_stage(work.enriched, on=threads(2)))
        .via(map_stage(work.computed, on=processes(2)))
        .via(map_stage(work.transformed, on=forks(2)))
        .via(map_stage(work.aggregated, on=threads(2)))
        .to(collect())
    )

    found = answer(plan)

    assert isinstance(found, tuple)
    assert [(r.computed, r.transformed) for r in found] == [
        (n * n, n * n + 100) for n in range(1, 9)
    ]
    assert {record.marks for record in found} == {("enriched", "aggregated")}
