"""Batches keep order, and their rest comes through to the end: cases BAT."""

import time
from collections.abc import Iterator

from fstream import Context
from fstream import Report
from fstream import batch
from fstream import collect
from fstream import filter_stage
from fstream import map_stage
from fstream import source
from fstream import source_from
from fstream import unbatch
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere


@everywhere
def test_bat_1_batches_keep_the_order_and_the_rest_is_flushed(on: Context) -> None:
    plan = source(range(5)).via(batch(2)).to(collect())

    assert answer(plan, on=on) == ((0, 1), (2, 3), (4,))


@everywhere
def test_bat_2_each_batch_is_summed(on: Context) -> None:
    plan = source(range(5)).via(batch(2)).via(map_stage(work.total)).to(collect())

    assert answer(plan, on=on) == (1, 5, 4)


@everywhere
def test_bat_3_thirty_items_go_in_six_batches_and_come_out_as_thirty(
    on: Context,
) -> None:
    report = Report()
    plan = (
        source(range(30))
        .via(map_stage(work.add_one))
        .via(batch(5))
        .via(unbatch())
        .via(map_stage(work.double))
        .to(collect())
    )

    assert answer(plan, on=on, report=report) == tuple(range(2, 61, 2))
    assert counts(report)["batch"] == (30, 6)
    assert counts(report)["unbatch"] == (6, 30)


@everywhere
def test_bat_5_a_batch_has_a_hundred_items_unless_told(on: Context) -> None:
    plan = source(range(250)).via(batch()).via(map_stage(len)).to(collect())

    assert answer(plan, on=on) == (100, 100, 50)


@everywhere
def test_bat_6_the_rest_reaches_stages_two_hops_downstream(on: Context) -> None:
    plan = (
        source(range(5))
        .via(batch(2))
        .via(map_stage(work.total))
        .via(map_stage(work.times_ten))
        .to(collect())
    )

    assert answer(plan, on=on) == (10, 50, 40)


@everywhere
def test_bat_7_a_batch_whose_time_is_over_is_not_waited_for(on: Context) -> None:
    def twenty() -> Iterator[int]:
        for n in range(20):
            time.sleep(0.005)  # the source is slow, that is the case
            yield n

    plan = source_from(twenty).via(batch(1000, within=0.03)).to(collect())

    batches = answer(plan, on=on)

    assert isinstance(batches, tuple)
    assert len(batches) >= 2
    assert [n for each in batches for n in each] == list(range(20))


@everywhere
def test_bat_9_products_in_stock_are_priced_and_loaded_by_category(
    on: Context,
) -> None:
    products = [work.Product(n, "ab"[n % 2], stock=n % 6) for n in range(1, 13)]
    report = Report()
    plan = (
        source(products)
        .via(filter_stage(work.is_in_stock, name="in stock"))
        .via(map_stage(work.priced, name="price"))
        .via(batch(3))
        .via(map_stage(work.by_category, name="load"))
        .to(collect())
    )

    loaded = answer(plan, on=on, report=report)

    assert counts(report) == {
        "in stock": (12, 10),
        "price": (10, 10),
        "batch": (10, 4),
        "load": (4, 4),
    }
    assert loaded == (
        {"b": [1, 3], "a": [2]},
        {"a": [4], "b": [5, 7]},
        {"a": [8, 10], "b": [9]},
        {"b": [11]},
    )
