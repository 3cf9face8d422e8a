"""A plan that is made from another leaves that one as it was: cases INH.

What other systems do by inheriting, rerouting and overriding is composing: parts are
values, a variant is made of the same parts.
"""

import pytest

from fstream import Context
from fstream import Report
from fstream import Stage
from fstream import by
from fstream import collect
from fstream import context
from fstream import filter_stage
from fstream import forks
from fstream import identity
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import route_when
from fstream import run
from fstream import source
from fstream import threads
from fstream import when
from fstream import within
from fstream.plan.typed import Plan
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere

ONE_TO_FIVE = source(range(1, 6))
ONE_TO_SIX = source(range(1, 7))
DOUBLE = map_stage(work.double)
TENFOLD = map_stage(work.times_ten)


def given(stage: Stage[int, int], *, on: Context | None = None) -> object:
    return answer(ONE_TO_FIVE.via(stage).to(collect()), on=on)


@everywhere
def test_inh_1_a_stage_may_be_skipped_or_another_inserted(on: Context) -> None:
    base = given(DOUBLE, on=on)
    skipping = given(identity(int), on=on)
    inserting = given(DOUBLE.via(map_stage(work.triple)), on=on)

    assert base == given(DOUBLE, on=on) == (2, 4, 6, 8, 10)
    assert skipping == (1, 2, 3, 4, 5)
    assert inserting == (6, 12, 18, 24, 30)


@pytest.mark.parametrize("on", [processes(2), forks(2)], ids=repr)
def test_inh_2_also_where_the_stages_run_elsewhere(on: Context) -> None:
    squares = map_stage(work.square, on=on)

    assert given(map_stage(work.double, on=on)) == (2, 4, 6, 8, 10)
    assert given(squares) == (1, 4, 9, 16, 25)
    assert given(squares.via(map_stage(work.cube, on=on))) == (
        (1, 64, 729, 4096, 15625)
    )


@everywhere
def test_inh_3_stages_in_different_places_may_change_their_order(on: Context) -> None:
    double = map_stage(work.double, on=threads(2))
    base = map_stage(work.add_ten, on=on).via(double)
    reversed_order = (
        map_stage(work.minus_five).via(double).via(map_stage(work.add_ten, on=on))
    )

    assert answer(ONE_TO_SIX.via(base).to(collect())) == (22, 24, 26, 28, 30, 32)
    assert answer(ONE_TO_SIX.via(reversed_order).to(collect())) == (2, 4, 6, 8, 10, 12)


@everywhere
def test_inh_5_an_inner_stage_may_be_left_out_moved_or_added_to(on: Context) -> None:
    even = filter_stage(work.is_even)
    base, direct = even.via(TENFOLD), TENFOLD
    to_copies = even.via(within(forks(1), TENFOLD))
    more = direct.via(map_stage(work.Adding(100), on=forks(1)))

    assert [
        answer(ONE_TO_SIX.via(stage).to(collect()), on=on)
        for stage in (base, direct, to_copies, more)
    ] == [
        (20, 40, 60),
        (10, 20, 30, 40, 50, 60),
        (20, 40, 60),
        (110, 120, 130, 140, 150, 160),
    ]


@everywhere
def test_inh_6_an_arm_may_be_exchanged(on: Context) -> None:
    rest = by(work.rest_by_three).of(0, 1, 2)
    arms = [rest(n) >> map_stage(abs, name=f"arm {n}") for n in range(3)]
    other = rest(1) >> map_stage(work.times_hundred, name="other")
    report = Report()
    nine = source(range(9))

    base = nine.via(route_when(*arms).complete()).to(collect())
    changed = nine.via(route_when(arms[0], other, arms[2]).complete()).to(collect())

    assert answer(base, on=on) == (0, 1, 2, 3, 4, 5, 6, 7, 8)
    assert answer(changed, on=on, report=report) == (0, 100, 2, 3, 400, 5, 6, 700, 8)
    assert [counts(report)[name] for name in ("arm 0", "other", "arm 2")] == [
        (3, 3)
    ] * 3


@everywhere
def test_inh_7_what_is_added_to_a_plan_is_not_in_the_one_it_was_made_from(
    on: Context,
) -> None:
    parent = source([1, 2]).via(within(threads(2), map_stage(abs, name="parent")))
    child = parent.via(map_stage(work.double, name="child"))
    report = Report()

    assert answer(child.to(collect()), on=on, report=report) == (2, 4)
    assert {row.name: row.context for row in report.stages} == {
        "parent": "threads(2)",
        "child": repr(on),
    }
    assert answer(parent.to(collect()), on=on) == (1, 2)


@everywhere
def test_inh_9_one_setting_is_overridden_and_the_others_stay(on: Context) -> None:
    first, second = context("first", default=inline()), context("second", default=on)
    plan = source([1]).via(
        map_stage(work.double, on=first) >> map_stage(work.add_one, on=second)
    )
    report = Report()

    outcome = run(plan.to(collect()), contexts={first: threads(3)}, observers=[report])

    assert outcome.unwrap() == (3,)
    assert [row.context for row in report.stages] == ["threads(3)", repr(on)]


@everywhere
def test_inh_10_instances_of_one_definition_are_independent(on: Context) -> None:
    def defined(seen: list[int]) -> Plan[tuple[int, ...]]:
        noted = map_stage(seen.append, on=inline())
        return (
            source([1, 2])
            .via(DOUBLE)
            .to_all(collect(), noted.to(collect()))
            .map_result(lambda both: both[0])
        )

    one: list[int] = []
    other: list[int] = []
    plan, untouched = defined(one), defined(other)

    assert answer(plan, on=on) == answer(plan, on=on) == (2, 4)
    assert one == [2, 4, 2, 4]
    assert other == []
    assert answer(untouched, on=on) == (2, 4)
    assert other == [2, 4]


@everywhere
def test_inh_10_an_arm_is_a_value_too(on: Context) -> None:
    arm = when(work.is_even) >> TENFOLD
    one = route_when(arm).otherwise(DOUBLE)
    other = route_when(arm).otherwise(identity(int))

    assert given(one, on=on) == (2, 20, 6, 40, 10)
    assert given(other, on=on) == (1, 20, 3, 40, 5)
