"""Stages and sources are values that are composed into others: cases NST."""

from fstream import Context
from fstream import Report
from fstream import broadcast
from fstream import collect
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import identity
from fstream import map_stage
from fstream import source
from fstream import within
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere


@everywhere
def test_nst_1_a_composed_stage_is_a_stage(on: Context) -> None:
    nested = map_stage(work.double) >> map_stage(work.add_ten)

    plan = source(range(1, 6)).via(nested).to(collect())

    assert answer(plan, on=on) == (12, 14, 16, 18, 20)


@everywhere
def test_nst_2_a_composed_stage_stands_between_others(on: Context) -> None:
    nested = map_stage(work.times_ten) >> map_stage(work.add_one)

    plan = (
        source(range(3)).via(identity(int)).via(nested).via(identity(int)).to(collect())
    )

    assert answer(plan, on=on) == (1, 11, 21)


@everywhere
def test_nst_3_a_source_with_its_stages_is_a_source(on: Context) -> None:
    nested = source(range(3)).via(map_stage(work.double))

    assert answer(nested.to(collect()), on=on) == (0, 2, 4)
    assert answer(nested.via(map_stage(work.add_one)).to(collect()), on=on) == (1, 3, 5)


@everywhere
def test_nst_5_a_chain_a_fan_out_and_a_filter_nest_alike(on: Context) -> None:
    chain = map_stage(work.double) >> map_stage(work.square) >> map_stage(work.add_one)
    fan_out = broadcast(identity(int), map_stage(work.times_ten))

    assert answer(source([3]).via(chain).to(collect()), on=on) == (37,)
    assert answer(source([5]).via(fan_out).to(collect()), on=on) == (5, 50)
    assert answer(
        source([5]).via(filter_stage(work.is_over_ten)).to(collect()), on=on
    ) == (())


@everywhere
def test_nst_6_three_consumers_all_give_back_to_the_outer_plan(on: Context) -> None:
    nested = broadcast(
        filter_stage(work.is_even, name="even"),
        filter_stage(work.is_odd, name="odd"),
        identity(int),
    )
    report = Report()

    given = answer(source(range(1, 6)).via(nested).to(collect()), on=on, report=report)

    assert given == (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
    assert counts(report)["even"] == (5, 2)
    assert counts(report)["odd"] == (5, 3)


@everywhere
def test_nst_9_doubly_nested_stages_work(on: Context) -> None:
    inner = flat_map_stage(lambda n: [n]) >> map_stage(work.add_ten)
    outer = map_stage(work.double) >> within(on, inner)

    assert answer(source(range(3)).via(outer).to(collect())) == (10, 12, 14)
    assert answer(source(range(3)).via(outer).to(collect()), on=on) == (10, 12, 14)
