"""Names, stages that wait for messages, routers of all kinds: cases MSC."""

import os
import signal
from collections.abc import Callable
from functools import partial

import pytest

from fstream import Context
from fstream import Report
from fstream import Sink
from fstream import broadcast
from fstream import by
from fstream import case
from fstream import case_port
from fstream import collect
from fstream import count
from fstream import emit_stage
from fstream import explain
from fstream import forks
from fstream import identity
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import route
from fstream import route_when
from fstream import scan_stage
from fstream import source
from fstream import threads
from fstream import to_port
from fstream import when
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts
from tests.cases.everywhere import everywhere
from tests.cases.work import Other
from tests.cases.work import Special
from tests.cases.work import Task

TENFOLD = map_stage(work.times_ten)


@everywhere
def test_msc_1_the_nearest_handler_of_a_port_gets_its_messages(on: Context) -> None:
    sends = to_port(Special)
    local = sends.recover_with(
        route(case_port(Special) >> map_stage(labelled("local")))
    )
    outer = route(case_port(Special) >> map_stage(labelled("outer")))

    near = source([1]).via(local).recover_with(outer).to(collect())
    far = source([1]).via(sends).recover_with(outer).to(collect())

    assert answer(near, on=on) == ("local:1",)
    assert answer(far, on=on) == ("outer:1",)


def labelled(where: str) -> partial[str]:
    return partial(work.labelled, where)


@everywhere
def test_msc_2_what_waits_for_messages_gets_nothing_else(on: Context) -> None:
    report = Report()
    handlers = route(
        case_port(Other) >> map_stage(abs, name="a"),
        case_port(Special) >> map_stage(work.times_ten, name="b"),
    )
    flow = source([1, 2]).via(emit_stage(work.one_elsewhere)).recover_with(handlers)

    assert answer(flow.to(collect()), on=on, report=report) == (1, 20)
    assert (counts(report)["a"], counts(report)["b"]) == ((1, 1), (1, 1))


@pytest.mark.parametrize(
    ("on", "fn", "meant"),
    [
        (processes(2), work.times_ten, (10, 20, 30, 40)),
        (forks(2), work.times_hundred, (100, 200, 300, 400)),
    ],
    ids=["processes", "forks"],
)
def test_msc_3_what_waits_for_messages_may_be_elsewhere(
    on: Context, fn: Callable[[int], int], meant: tuple[int, ...]
) -> None:
    waiting = route(case_port(Special) >> map_stage(fn, on=on))

    plan = source(range(1, 5)).via(to_port(Special)).recover_with(waiting)

    assert answer(plan.to(collect())) == meant


@everywhere
def test_msc_5_some_items_take_the_way_of_messages(on: Context) -> None:
    report = Report()
    sorting = route_when(when(work.is_below_five) >> to_port(Special)).otherwise(
        map_stage(abs, name="through")
    )
    waiting = route(case_port(Special) >> map_stage(abs, name="waiting"))
    flow = source(range(1, 7)).via(map_stage(work.double)).via(sorting)

    given = answer(flow.recover_with(waiting).to(collect()), on=on, report=report)

    assert given == (2, 4, 6, 8, 10, 12)
    assert counts(report)["waiting"] == (2, 2)
    assert counts(report)["through"] == (4, 4)


@everywhere
def test_msc_6_a_stage_that_gets_nothing_is_not_started(on: Context) -> None:
    report = Report()
    unused = map_stage(work.always_fail, on=processes(1), name="unused")
    sorting = route_when(when(work.is_below_five) >> TENFOLD).otherwise(unused)

    given = answer(source(range(3)).via(sorting).to(collect()), on=on, report=report)

    assert given == (0, 10, 20)
    assert counts(report)["unused"] == (0, 0)


@everywhere
def test_msc_7_a_priority_router_sorts_twenty_items(on: Context) -> None:
    report = Report()
    rank = by(work.rank_of).of("high", "low", "error")
    ranked = route_when(
        rank("high").via(
            map_stage(abs, name="validated") >> map_stage(work.add_one, name="enriched")
        ),
        rank("low") >> map_stage(abs, name="low"),
        rank("error") >> to_port(Other),
    ).complete()
    plan = source(range(20)).via(ranked).to(count()).divert_to(collect())

    given = answer(plan, on=on, report=report)

    assert given == (15, tuple(Other(n) for n in (3, 7, 11, 15, 19)))
    assert [counts(report)[name] for name in ("validated", "enriched", "low")] == [
        (10, 10),
        (10, 10),
        (5, 5),
    ]


def test_msc_7_two_arms_in_two_processes_share_the_work() -> None:
    done = partial(work.did, "done")
    sorting = route_when(
        when(work.is_task_even) >> map_stage(done, on=processes(1))
    ).otherwise(map_stage(done, on=forks(1, chunk=5)))
    tasks = source([Task(n) for n in range(10)])

    given = answer(tasks.via(sorting).to(collect()))

    assert isinstance(given, tuple)
    even = {task.pid for task in given if task.id % 2 == 0}
    odd = {task.pid for task in given if task.id % 2}
    assert len(even) == 1
    assert not even & odd
    assert os.getpid() not in even | odd
    assert [task.id for task in given] == [*range(10)]


@everywhere
def test_msc_10_objects_of_classes_are_stages_and_may_route(on: Context) -> None:
    sorter = emit_stage(work.Sorter(2))
    odd = route(case_port(Special) >> map_stage(work.triple))
    even_sink: Sink[int, tuple[int, ...]] = collect()

    joined = source(range(10)).via(sorter).recover_with(odd).to(collect())
    apart = source(range(10)).via(sorter).to(even_sink).divert_to(odd.to(collect()))

    assert answer(joined, on=on) == (0, 3, 4, 9, 8, 15, 12, 21, 16, 27)
    assert answer(apart, on=on) == ((0, 4, 8, 12, 16), (3, 9, 15, 21, 27))


@everywhere
def test_msc_11_the_signal_handlers_of_the_host_are_left_alone(on: Context) -> None:
    signals = sorted(signal.valid_signals())
    before = [signal.getsignal(number) for number in signals]
    during: list[object] = []

    def note(_: object) -> None:
        during.extend(signal.getsignal(number) for number in signals)

    plan = source([1]).via(map_stage(abs)).via(map_stage(note, on=inline())).to(count())
    answer(plan, on=on)

    assert during == before == [signal.getsignal(number) for number in signals]


@everywhere
def test_msc_14_fifteen_requests_are_balanced_over_three_servers(on: Context) -> None:
    report = Report()
    turn = by(work.turn_of_three).of(0, 1, 2)
    servers = (turn(n) >> map_stage(work.item_of, name=f"server {n}") for n in range(3))
    numbered = source(range(15)).via(scan_stage((-1, None), work.counted))
    plan = numbered.via(route_when(*servers).complete()).to(collect())

    assert answer(plan, on=on, report=report) == tuple(range(15))
    assert [counts(report)[f"server {n}"] for n in range(3)] == [(5, 5)] * 3


@everywhere
def test_msc_14_ten_tasks_go_by_priority(on: Context) -> None:
    report = Report()
    speeds = by(work.speed_of).of("fast", "slow", "heavy")
    arms = (speeds(s) >> map_stage(work.what_was_done, name=s) for s in work.SPEEDS)
    tasks = [Task(n, work.SPEEDS[n % 3]) for n in range(10)]

    plan = source(tasks).via(route_when(*arms).complete()).to(count())

    assert answer(plan, on=on, report=report) == 10
    assert [counts(report)[s] for s in work.SPEEDS] == [(4, 4), (3, 3), (3, 3)]


@everywhere
def test_msc_14_twenty_five_messages_are_routed(on: Context) -> None:
    messages = [Special(n) if n % 5 else Other(n) for n in range(25)]
    routed = route(
        case_port(Special) >> TENFOLD,
        case(Other).keep(),
    )

    assert answer(source(messages).via(routed).to(collect()), on=on) == tuple(
        10 * n if n % 5 else Other(n) for n in range(25)
    )


def test_msc_15_a_plan_is_told_in_the_order_in_which_it_runs() -> None:
    report = Report()
    forked = broadcast(
        map_stage(abs, name="b", on=threads(1)), map_stage(abs, name="c")
    )
    plan = (
        source([1])
        .via(map_stage(abs, name="a"))
        .via(forked)
        .via(identity(int))
        .via(map_stage(abs, name="d"))
        .to(collect())
    )

    answer(plan, report=report)
    told = [line.split()[0] for line in explain(plan).lines]

    assert [row.name for row in report.stages] == ["a", "broadcast", "b", "c", "d"]
    assert [name for name in told if name in "abcd"] == ["a", "b", "c", "d"]
    assert [line.split("(")[0].split()[-1] for line in repr(plan).splitlines()] == [
        *("source", "map_stage", "broadcast", "map_stage", "map_stage", ")"),
        *("map_stage", "collect"),
    ]
