"""Forks, joins and diamonds: cases TOP."""

from concurrent.futures import ThreadPoolExecutor

from fstream import Context
from fstream import Report
from fstream import broadcast
from fstream import by
from fstream import collect
from fstream import filter_stage
from fstream import identity
from fstream import map_stage
from fstream import route_when
from fstream import scan_stage
from fstream import source
from fstream import when
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere

DOUBLE = map_stage(work.double)
PLUS_10 = map_stage(work.add_ten)
PLUS_20 = map_stage(work.Adding(20))
NUMBERED = scan_stage((-1, None), work.counted)


@everywhere
def test_top_1_both_sides_of_a_diamond_meet_again(on: Context) -> None:
    diamond = broadcast(DOUBLE, map_stage(work.triple))

    plan = source(range(1, 6)).via(diamond).to(collect())

    assert answer(plan, on=on) == (2, 3, 4, 6, 6, 9, 8, 12, 10, 15)


@everywhere
def test_top_2_each_of_three_sinks_gets_all(on: Context) -> None:
    plan = source(range(5)).to_all(collect(), DOUBLE.to(collect()), collect())

    assert answer(plan, on=on) == (
        (0, 1, 2, 3, 4),
        (0, 2, 4, 6, 8),
        (0, 1, 2, 3, 4),
    )


@everywhere
def test_top_3_what_was_forked_is_forked_again(on: Context) -> None:
    report = Report()
    stored = map_stage(work.times_ten, name="transform").to(collect())
    valid = filter_stage(work.is_even, name="validate").to_all(stored, collect())
    fetched = source(range(1, 11)).via(map_stage(abs, name="fetch"))

    given = answer(fetched.to_all(valid, collect()), on=on, report=report)

    assert given == (
        ((20, 40, 60, 80, 100), (2, 4, 6, 8, 10)),
        tuple(range(1, 11)),
    )
    assert counts(report)["validate"] == (10, 5)
    assert counts(report)["transform"] == (5, 5)


@everywhere
def test_top_5_left_comes_before_right(on: Context) -> None:
    plan = source([1]).via(broadcast(PLUS_10, PLUS_20)).to(collect())

    assert answer(plan, on=on) == (11, 21)


@everywhere
def test_top_6_a_stage_stands_on_two_ways_at_once(on: Context) -> None:
    c, d = map_stage(work.add_ten, name="c"), map_stage(work.Adding(20), name="d")
    a = map_stage(work.add_one, name="a") >> broadcast(c, d)
    b = map_stage(work.Adding(2), name="b") >> c

    plan = source([1]).via(broadcast(a, b)).to(collect())

    assert answer(plan, on=on) == (12, 22, 13)


@everywhere
def test_top_7_one_way_is_shorter_than_the_other(on: Context) -> None:
    plan = source(range(3)).via(broadcast(DOUBLE, identity(int))).to(collect())

    assert answer(plan, on=on) == (0, 0, 2, 1, 4, 2)


@everywhere
def test_top_13_items_go_round_by_turns(on: Context) -> None:
    turn = by(work.turn_of_three).of(0, 1, 2)
    arms = (
        turn(n) >> map_stage(work.item_of, name=f"worker {n}", on=on) for n in range(3)
    )
    report = Report()
    plan = source(range(10)).via(NUMBERED).via(route_when(*arms).complete())

    given = answer(plan.to(collect()), report=report)

    assert given == tuple(range(10))
    assert [counts(report)[f"worker {n}"] for n in range(3)] == [(4, 4), (3, 3), (3, 3)]


@everywhere
def test_top_13_three_items_take_turns_with_two_stages(on: Context) -> None:
    balanced = route_when(
        when(work.is_first_of_two).via(
            map_stage(work.item_of) >> map_stage(work.times_ten)
        ),
    ).otherwise(map_stage(work.item_of) >> map_stage(work.times_twenty))

    plan = source([1, 2, 3]).via(NUMBERED).via(balanced).to(collect())

    assert answer(plan, on=on) == (10, 40, 30)


@everywhere
def test_top_14_arms_that_change_nothing_see_equal_values(on: Context) -> None:
    records = [work.Record(n, value=n) for n in range(3)]
    branches = [work.first_stage, work.second_stage, work.enriched]

    plan = source(records).via(broadcast(*map(map_stage, branches))).to(collect())

    assert answer(plan, on=on) == tuple(
        branch(record) for record in records for branch in branches
    )


@everywhere
def test_top_15_plans_that_share_a_stage_share_nothing_else(on: Context) -> None:
    tenfold = NUMBERED >> map_stage(work.item_of, on=on) >> map_stage(work.times_ten)
    plans = [source([n]).via(tenfold).to(collect()) for n in (1, 2, 3)]
    named = source([f"A{n}" for n in range(3)]).via(map_stage(str.lower, on=on))

    with ThreadPoolExecutor(len(plans)) as pool:
        given = [*pool.map(answer, plans)]

    assert given == [(10,), (20,), (30,)]
    assert answer(named.to(collect())) == ("a0", "a1", "a2")
