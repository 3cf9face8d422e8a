"""What a plan means inline, it means everywhere: cases INL."""

import threading
from collections.abc import Iterable

from fstream import Context
from fstream import Report
from fstream import collect
from fstream import count
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import fold
from fstream import for_each
from fstream import map_stage
from fstream import source
from fstream import source_from
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere


@everywhere
def test_inl_1_every_item_is_doubled(on: Context) -> None:
    plan = source(range(10)).via(map_stage(work.double)).to(collect())

    assert answer(plan, on=on) == (0, 2, 4, 6, 8, 10, 12, 14, 16, 18)


@everywhere
def test_inl_2_two_stages_follow_one_another(on: Context) -> None:
    stages = map_stage(work.double) >> map_stage(work.add_ten)

    assert answer(source([1, 2, 3]).via(stages).to(collect()), on=on) == (12, 14, 16)


@everywhere
def test_inl_3_one_item_through_a_stage_and_two_through_none(on: Context) -> None:
    doubled = source([5]).via(map_stage(work.double)).to(collect())

    assert answer(doubled, on=on) == (10,)
    assert answer(source([1, 2]).to(collect()), on=on) == (1, 2)


@everywhere
def test_inl_5_stages_that_give_nothing_leave_nothing(on: Context) -> None:
    filtered = source([5]).via(filter_stage(work.is_over_ten)).to(collect())
    silent = source([5, 6]).via(flat_map_stage(work.nothing)).to(collect())

    assert answer(filtered, on=on) == ()
    assert answer(silent, on=on) == ()


@everywhere
def test_inl_6_dropped_items_reach_no_later_stage(on: Context) -> None:
    stages = filter_stage(work.is_no_multiple_of_seven) >> map_stage(work.double)
    report = Report()

    doubled = answer(
        source(range(1, 21)).via(stages).to(collect()), on=on, report=report
    )

    assert doubled == tuple(2 * n for n in range(1, 21) if n not in {7, 14})
    assert counts(report)["double"] == (18, 18)


@everywhere
def test_inl_9_extract_transform_load_counts_five_times_five(on: Context) -> None:
    loaded: list[work.Record] = []
    report = Report()
    plan = (
        source([work.Record(n) for n in range(5)])
        .via(map_stage(work.enriched, name="transform"))
        .to(for_each(loaded.append, name="load"))
    )

    answer(plan, on=on, report=report)

    assert report.run.entered == 5
    assert counts(report) == {"transform": (5, 5), "load": (5, 5)}
    assert [(r.id, r.marks) for r in loaded] == [(n, ("enriched",)) for n in range(5)]


@everywhere
def test_inl_10_twenty_customers_are_enriched_and_published(on: Context) -> None:
    report = Report()
    plan = (
        source([work.Record(n) for n in range(1, 21)])
        .via(map_stage(work.enriched, name="enrich"))
        .to(collect())
    )

    published = answer(plan, on=on, report=report)

    assert isinstance(published, tuple)
    assert [record.id for record in published] == list(range(1, 21))
    assert report.run.entered == 20
    assert counts(report) == {"enrich": (20, 20)}


@everywhere
def test_inl_11_a_run_tells_how_many_items_there_were(on: Context) -> None:
    report = Report()

    assert answer(source("abcde").to(count()), on=on, report=report) == 5
    assert report.run.entered == 5
    assert answer(source([]).to(count()), on=on, report=report) == 0
    assert report.run.entered == 0


@everywhere
def test_inl_13_none_is_an_item(on: Context) -> None:
    plan = source(range(4)).via(map_stage(work.none_if_even)).to(collect())

    assert answer(plan, on=on) == (None, 1, None, 3)


@everywhere
def test_inl_14_a_list_is_one_item(on: Context) -> None:
    plan = source([0, 1]).via(map_stage(work.with_next)).to(collect())

    assert answer(plan, on=on) == ([0, 1], [1, 2])


def test_inl_15_all_that_is_inline_runs_in_the_calling_thread() -> None:
    def begin() -> Iterable[int]:
        yield threading.get_ident()

    def all_seen(seen: set[int], own: int) -> set[int]:
        return {*seen, own, threading.get_ident()}

    plan = (
        source_from(begin)
        .via(flat_map_stage(lambda own: [own, work.thread(own)]))
        .to(fold(set[int](), all_seen))
    )

    assert answer(plan) == {threading.get_ident()}
