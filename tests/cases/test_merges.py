"""Several sources feed one plan: cases TOP, MIX, NST, ERR of fan-in."""

from collections.abc import Iterator

from fstream import Context
from fstream import Failure
from fstream import Report
from fstream import SourceFailed
from fstream import Success
from fstream import collect
from fstream import identity
from fstream import map_stage
from fstream import merge
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere


def broken() -> Iterator[int]:
    yield 100
    raise ConnectionError("gone")


GOOD = source(range(3))
BAD = source_from(broken)


@everywhere
def test_err_3_where_one_source_breaks_the_others_are_delivered(on: Context) -> None:
    report = Report()
    plan = merge(BAD, GOOD).via(map_stage(work.add_one)).to(collect())

    assert answer(plan, on=on, tolerate=1, report=report) == (101, 1, 2, 3)
    (failure,) = report.failures
    assert isinstance(failure, SourceFailed)
    assert (failure.source, failure.index) == ("broken", 2)
    assert (report.run.entered, report.run.out, report.run.failed) == (4, 4, 0)


@everywhere
def test_err_3_where_it_is_not_tolerated_the_run_ends_there(on: Context) -> None:
    report = Report()
    plan = merge(BAD, GOOD).via(map_stage(work.add_one)).to(collect())

    outcome = run(plan, on=on, observers=[report])

    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), SourceFailed)
    assert (report.run.entered, report.run.out) == (2, 2)


@everywhere
def test_err_3_a_stream_tells_of_broken_sources_last(on: Context) -> None:
    *good, first, second = stream(merge(BAD, GOOD, BAD), on=on)

    assert good == [Success(n) for n in (100, 0, 100, 1, 2)]
    assert isinstance(first.failure(), SourceFailed)
    assert [first.failure().index, second.failure().index] == [3, 4]


@everywhere
def test_nst_7_two_sources_with_stages_feed_three_ways(on: Context) -> None:
    a = source([1, 2, 3]).via(map_stage(work.double))
    b = source([0, 2, 4]).via(map_stage(work.add_one))
    x = identity(int).via(map_stage(work.add_ten)).to(collect())
    y = identity(int).via(map_stage(work.double)).to(collect())
    z = identity(int).via(map_stage(work.square)).to(collect())

    assert answer(merge(a, b).to_all(x, y, z), on=on) == (
        (12, 11, 14, 13, 16, 15),
        (4, 2, 8, 6, 12, 10),
        (4, 1, 16, 9, 36, 25),
    )


@everywhere
def test_top_9_two_sources_have_a_chain_each(on: Context) -> None:
    x = source(range(3)).via(map_stage(work.times_ten))
    y = source(range(100, 103)).via(map_stage(work.double))

    assert answer(merge(x, y).to(collect()), on=on) == (0, 200, 10, 202, 20, 204)


@everywhere
def test_top_10_two_sources_share_a_sink(on: Context) -> None:
    named = [[f"{name}{n}" for n in range(5)] for name in "AB"]

    given = answer(merge(source(named[0]), source(named[1])).to(collect()), on=on)

    assert given == tuple(f"{name}{n}" for n in range(5) for name in "AB")


@everywhere
def test_top_11_three_sources_of_different_lengths_are_all_processed(
    on: Context,
) -> None:
    report = Report()
    sources = merge(source(range(5)), source(range(3)), source(range(4)))
    plan = sources.via(map_stage(work.add_one, name="enrich")).to(collect())

    given = answer(plan, on=on, report=report)

    assert given == (1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5)
    assert counts(report) == {"enrich": (12, 12)}


@everywhere
def test_mix_3_two_sources_feed_one_stage(on: Context) -> None:
    plan = merge(source([1]), source([2])).via(map_stage(hundredfold))

    assert answer(plan.to(collect()), on=on) == (100, 200)


def hundredfold(n: int) -> int:
    return 100 * n


@everywhere
def test_mix_7_what_two_chains_give_goes_through_one_more(on: Context) -> None:
    one = source([1]).via(map_stage(work.times_ten))
    two = source([2]).via(map_stage(work.double)).via(map_stage(work.times_ten))

    plan = merge(one, two).via(map_stage(lambda n: n + 1000)).to(collect())

    assert answer(plan, on=on) == (1010, 1040)
