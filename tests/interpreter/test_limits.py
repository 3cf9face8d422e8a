"""A limit ends the run with an item, and nothing that comes after it has happened."""

from collections.abc import Iterator
from itertools import count as naturals

import pytest

from fstream import Context
from fstream import Failure
from fstream import Report
from fstream import StageFailure
from fstream import Success
from fstream import batch
from fstream import broadcast
from fstream import case
from fstream import collect
from fstream import flat_map_stage
from fstream import forks
from fstream import identity
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import route
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import take
from fstream import take_while
from fstream import tasks
from fstream import threads
from fstream import try_stage

EVERYWHERE = [inline(), threads(2), tasks(2), forks(2), processes(2)]
everywhere = pytest.mark.parametrize("on", EVERYWHERE, ids=repr)


def ten_times(n: int) -> int:
    return 10 * n


def fragile(n: int) -> int:
    if n == 3:
        raise ValueError("three")
    return n


def odd(n: int) -> Success[int] | Failure[str]:
    return Success(n) if n % 2 else Failure(f"{n} is even")


@everywhere
def test_an_endless_source_ends(on: Context) -> None:
    plan = source_from(naturals).via(map_stage(ten_times)).via(take(4)).to(collect())

    assert run(plan, on=on) == Success((0, 10, 20, 30))


@everywhere
def test_an_endless_inner_stream_ends(on: Context) -> None:
    endless = flat_map_stage(naturals, on=inline())
    plan = source([5, 6]).via(map_stage(ten_times)).via(endless).via(take(3))

    assert run(plan.to(collect()), on=on) == Success((50, 51, 52))


@everywhere
def test_the_first_item_that_does_not_pass_ends_the_run(on: Context) -> None:
    plan = source([1, 2, 9, 3]).via(map_stage(ten_times))
    taken = plan.via(take_while(lambda n: n < 50))

    assert run(taken.to(collect()), on=on) == Success((10, 20))


def test_inline_nothing_is_pulled_beyond() -> None:
    pulled: list[int] = []

    def numbers() -> Iterator[int]:
        for n in naturals():
            pulled.append(n)
            yield n

    run(source_from(numbers).via(take(3)).to(collect()))

    assert pulled == [0, 1, 2]


@everywhere
def test_a_failure_after_the_end_is_not_told(on: Context) -> None:
    report = Report()
    plan = source(range(9)).via(map_stage(fragile)).via(take(3)).to(collect())

    outcome = run(plan, on=on, observers=[report])

    assert outcome == Success((0, 1, 2))
    assert (report.run.entered, report.run.failed, list(report.failures)) == (3, 0, [])


@everywhere
def test_a_failure_before_the_end_counts(on: Context) -> None:
    plan = source(range(9)).via(map_stage(fragile)).via(take(4)).to(collect())

    failed = run(plan, on=on)

    assert isinstance(failed, Failure)
    assert isinstance(failed.failure(), StageFailure)
    assert run(plan, on=on, tolerate=1) == Success((0, 1, 2, 4))


@everywhere
def test_what_is_held_behind_it_follows_and_before_it_is_lost(on: Context) -> None:
    plan = (
        source(range(20))
        .via(batch(2))
        .via(map_stage(sum))
        .via(take(3))
        .via(batch(2))
        .via(map_stage(list))
    )

    assert run(plan.to(collect()), on=on) == Success(([1, 5], [9]))


@everywhere
def test_exits_after_the_end_are_not_handled(on: Context) -> None:
    plan = (
        source(range(9))
        .via(try_stage(odd))
        .via(map_stage(ten_times, on=inline()))
        .via(take(2))
        .recover_with(map_stage(str.upper))
    )

    assert run(plan.to(collect()), on=on) == Success(("0 IS EVEN", 10, "2 IS EVEN", 30))


@everywhere
def test_in_an_arm_it_stops_the_items_there_only(on: Context) -> None:
    both = broadcast(map_stage(ten_times) >> take(1), identity(int))
    chosen = route(case(int) >> take(1))

    assert run(source([1, 2]).via(both).to(collect()), on=on) == Success((10, 1, 2))
    assert run(source([1, 2]).via(chosen).to(collect()), on=on) == Success((1,))


@everywhere
def test_a_predicate_that_raises_fails_its_item_only(on: Context) -> None:
    plan = source(range(6)).via(map_stage(abs))
    taken = plan.via(take_while(lambda n: fragile(n) < 5))

    assert run(taken.to(collect()), on=on, tolerate=1) == Success((0, 1, 2, 4))


@everywhere
def test_a_stream_ends_with_it(on: Context) -> None:
    values = stream(source_from(naturals).via(map_stage(abs)).via(take(2)), on=on)

    assert list(values) == [Success(0), Success(1)]


@everywhere
def test_a_plan_runs_twice_with_the_same_result(on: Context) -> None:
    plan = source(range(5)).via(map_stage(abs)).via(take(2)).to(collect())

    assert run(plan, on=on) == run(plan, on=on) == Success((0, 1))


@everywhere
def test_of_two_limits_the_tighter_one_counts(on: Context) -> None:
    plan = source(range(99)).via(map_stage(abs)).via(take(5))

    for ended in (plan.via(take(2)), plan.via(map_stage(abs)).via(take(2))):
        assert run(ended.to(collect()), on=on) == Success((0, 1))


def test_the_source_is_closed_at_the_end() -> None:
    closed: list[str] = []

    def numbers() -> Iterator[int]:
        try:
            yield from naturals()
        finally:
            closed.append("source")

    run(source_from(numbers).via(take(1)).to(collect()))

    assert closed == ["source"]


def test_what_was_pulled_beyond_is_told_as_cancelled() -> None:
    report = Report()
    plan = source(range(500)).via(map_stage(abs)).via(take(3)).to(collect())

    run(plan, on=threads(2), observers=[report])

    assert report.run.entered == 3
    assert 0 <= report.cancelled < 500
