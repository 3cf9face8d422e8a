"""Stages, and sources and sinks with stages of their own, joined: cases MIX.

What other systems call a pipeline is a source, a stage or a sink here, made of
others. It does not matter from which end they are put together.
"""

from fstream import Context
from fstream import Port
from fstream import Report
from fstream import Sink
from fstream import collect
from fstream import map_stage
from fstream import merge
from fstream import route_when
from fstream import source
from fstream import to_port
from fstream import when
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere

TENFOLD = map_stage(work.times_ten)
PLUS_100 = map_stage(work.Adding(100))
PLUS_200 = map_stage(work.Adding(200))
PLUS_1000 = map_stage(work.Adding(1000))
ONE = source([1]).via(TENFOLD)
TWO = source([2]).via(map_stage(work.times_twenty))


class Invalid(Port[int]):
    """Where what is not valid goes."""


@everywhere
def test_mix_1_a_source_with_a_stage_feeds_a_stage(on: Context) -> None:
    pipeline = source(range(3)).via(TENFOLD)

    plan = pipeline.via(map_stage(work.add_one)).to(collect())

    assert answer(plan, on=on) == (1, 11, 21)


@everywhere
def test_mix_2_a_source_with_a_stage_feeds_two_stages(on: Context) -> None:
    pipeline = source(range(2)).via(TENFOLD)

    plan = pipeline.to_all(PLUS_100.to(collect()), PLUS_200.to(collect()))

    assert answer(plan, on=on) == ((100, 110), (200, 210))


@everywhere
def test_mix_5_a_stage_feeds_a_sink_with_a_stage(on: Context) -> None:
    pipeline = map_stage(work.double).to(collect())

    plan = source(range(3)).via(TENFOLD).to(pipeline)

    assert answer(plan, on=on) == (0, 20, 40)


@everywhere
def test_mix_6_a_stage_feeds_two_sinks_with_stages(on: Context) -> None:
    pipe_a, pipe_b = PLUS_100.to(collect()), PLUS_200.to(collect())

    plan = source(range(2)).via(TENFOLD).to_all(pipe_a, pipe_b)

    assert answer(plan, on=on) == ((100, 110), (200, 210))


# ---- put together from the other end


@everywhere
def test_mix_9_a_sink_grows_towards_its_source(on: Context) -> None:
    pipeline = map_stage(work.double).to(collect())
    grown: Sink[int, tuple[int, ...]] = TENFOLD.to(pipeline)

    assert answer(source(range(3)).to(grown), on=on) == (0, 20, 40)


@everywhere
def test_mix_10_one_sink_with_a_stage_is_fed_by_two_sources(on: Context) -> None:
    pipeline = PLUS_1000.to(collect())

    assert answer(merge(ONE, TWO).to(pipeline), on=on) == (1010, 1040)


@everywhere
def test_mix_11_two_sinks_grow_towards_one_stage(on: Context) -> None:
    both = TENFOLD.to_all(PLUS_100.to(collect()), PLUS_200.to(collect()))

    assert answer(source(range(2)).to(both), on=on) == ((100, 110), (200, 210))


@everywhere
def test_mix_12_two_sinks_are_fed_by_two_sources(on: Context) -> None:
    x, y = PLUS_100.to(collect()), PLUS_200.to(collect())

    assert answer(merge(ONE, TWO).to_all(x, y), on=on) == ((110, 140), (210, 240))


@everywhere
def test_mix_13_a_sink_with_a_stage_is_fed_by_a_source_with_one(on: Context) -> None:
    stage = map_stage(work.add_one).to(collect())

    assert answer(source(range(3)).via(TENFOLD).to(stage), on=on) == (1, 11, 21)


@everywhere
def test_mix_14_a_stage_is_fed_by_two_sources(on: Context) -> None:
    plan = merge(ONE, TWO).via(PLUS_1000).to(collect())

    assert answer(plan, on=on) == (1010, 1040)


@everywhere
def test_mix_15_two_stages_are_fed_by_one_source(on: Context) -> None:
    sinks = [stage.to(collect()) for stage in (PLUS_100, PLUS_200)]

    plan = source(range(2)).to(TENFOLD.to_all(sinks[0], sinks[1]))

    assert answer(plan, on=on) == ((100, 110), (200, 210))


@everywhere
def test_mix_16_two_stages_are_fed_by_two_sources(on: Context) -> None:
    plan = merge(ONE, TWO).to_all(PLUS_100.to(collect()), PLUS_200.to(collect()))

    assert answer(plan, on=on) == ((110, 140), (210, 240))


@everywhere
def test_mix_17_one_sink_takes_what_comes_and_one_what_becomes_of_it(
    on: Context,
) -> None:
    generated = source(range(2))

    plan = generated.to_all(collect(), TENFOLD.to(collect()))

    assert answer(plan, on=on) == ((0, 1), (0, 10))


@everywhere
def test_mix_18_a_collector_takes_from_two(on: Context) -> None:
    plan = merge(source(["A"]), source(["B"])).to(collect())

    assert answer(plan, on=on) == ("A", "B")


@everywhere
def test_mix_19_a_short_way_and_a_long_one_end_in_one_sink(on: Context) -> None:
    a, c = source([1]), source([2])

    plan = merge(a.via(map_stage(work.add_ten)), c).to(collect())

    assert answer(plan, on=on) == (11, 2)


# ---- more of them


@everywhere
def test_mix_21_three_pipelines_follow_each_other(on: Context) -> None:
    first = source(range(1, 6))
    second = map_stage(work.double)
    third: Sink[int, tuple[int, ...]] = collect()

    assert answer(first.via(second).to(third), on=on) == (2, 4, 6, 8, 10)


@everywhere
def test_mix_22_what_is_invalid_goes_aside_and_what_is_urgent_ahead(
    on: Context,
) -> None:
    report = Report()
    sorting = route_when(
        when(work.is_fourth) >> to_port(Invalid),
        when(work.is_third) >> map_stage(work.double, name="fast"),
    ).otherwise(map_stage(work.triple, name="slow"))
    plan = source(range(10)).via(sorting).to(collect()).divert_to(collect())

    given = answer(plan, on=on, report=report)

    assert given == (
        (3, 6, 6, 15, 12, 21, 18),
        (Invalid(0), Invalid(4), Invalid(8)),
    )
    assert counts(report)["fast"] == (3, 3)
    assert counts(report)["slow"] == (4, 4)
