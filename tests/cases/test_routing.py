"""Items and messages that go different ways: cases ETS."""

import os
from functools import partial

from fstream import Context
from fstream import Report
from fstream import Source
from fstream import by
from fstream import case
from fstream import case_port
from fstream import collect
from fstream import emit_stage
from fstream import map_stage
from fstream import merge
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
from tests.cases.work import Fast
from tests.cases.work import Other
from tests.cases.work import Slow
from tests.cases.work import Special
from tests.cases.work import Speed
from tests.cases.work import Task

HUNDREDFOLD = map_stage(work.times_hundred)


def tasks_of(*speeds: Speed) -> Source[Task]:
    return source([Task(n, speed) for n, speed in enumerate(speeds, 1)])


def doing(what: str) -> partial[Task]:
    return partial(work.did, what)


@everywhere
def test_ets_1_messages_reach_the_stage_of_their_port(on: Context) -> None:
    report = Report()
    handlers = route(
        case_port(Fast) >> map_stage(doing("fast"), name="fast"),
        case_port(Slow) >> map_stage(doing("slow"), name="slow"),
    )
    flow = tasks_of("fast", "slow", "fast").via(emit_stage(work.by_speed))
    plan = flow.recover_with(handlers >> map_stage(work.what_was_done)).to(collect())

    given = answer(plan, on=on, report=report)

    assert given == ((1, "fast"), (2, "slow"), (3, "fast"))
    assert counts(report)["fast"] == (2, 2)
    assert counts(report)["slow"] == (1, 1)


@everywhere
def test_ets_2_what_is_emitted_plainly_goes_on(on: Context) -> None:
    special = route(case_port(Special) >> HUNDREDFOLD)
    normal = emit_stage(work.two_aside).via(map_stage(work.times_ten))

    plan = source([1, 2]).via(normal).recover_with(special).to(collect())

    assert answer(plan, on=on) == (10, 200)


@everywhere
def test_ets_3_one_item_goes_to_three_stages(on: Context) -> None:
    emitted = emit_stage(work.to_three).via(HUNDREDFOLD)
    handlers = route(case_port(Special) >> HUNDREDFOLD, case_port(Other) >> HUNDREDFOLD)

    plan = source([1]).via(emitted).recover_with(handlers).to(collect())

    assert answer(plan, on=on) == (100, 200, 300)


@everywhere
def test_ets_5_a_message_that_nothing_handles_fails_its_item_alone(on: Context) -> None:
    report = Report()
    handled = route(case_port(Special).keep(), case_port(Other).leave())
    plan = source([1, 2]).via(emit_stage(work.one_elsewhere)).recover_with(handled)

    given = answer(plan.to(collect()), on=on, tolerate=1, report=report)

    assert given == (2,)
    assert [*report.failures] == [Other(1)]


@everywhere
def test_ets_6_even_and_odd_go_to_two_pairs_of_threads(on: Context) -> None:
    report = Report()
    sorting = route_when(
        when(work.is_even) >> map_stage(work.double, on=threads(2), name="even")
    ).otherwise(map_stage(work.triple, on=threads(2), name="odd"))

    given = answer(source(range(5)).via(sorting).to(collect()), on=on, report=report)

    assert given == (0, 3, 4, 9, 8)
    assert counts(report)["even"] == (3, 3)
    assert counts(report)["odd"] == (2, 2)


@everywhere
def test_ets_7_light_and_heavy_go_to_stages_of_their_own(on: Context) -> None:
    speeds = by(work.speed_of)
    sorting = route_when(
        speeds("fast") >> map_stage(doing("light"), on=threads(1)),
        speeds("heavy") >> map_stage(doing("heavy"), on=threads(2)),
    ).otherwise(map_stage(doing("other")))
    plan = tasks_of("fast", "heavy").via(sorting).via(map_stage(work.what_was_done))

    assert answer(plan.to(collect()), on=on) == ((1, "light"), (2, "heavy"))


@everywhere
def test_ets_9_each_priority_has_its_handler_and_the_rest_another(on: Context) -> None:
    priority = by(work.category_of)
    handling = route_when(
        priority("high") >> map_stage(doing("at once")),
        priority("medium") >> map_stage(doing("soon")),
        priority("low") >> map_stage(doing("some day")),
    ).otherwise(map_stage(doing("by default")))
    tasks = [Task(n, topic=topic) for n, topic in enumerate(("low", "", "high"))]
    plan = source(tasks).via(handling).via(map_stage(work.what_was_done))

    assert answer(plan.to(collect()), on=on) == (
        (0, "some day"),
        (1, "by default"),
        (2, "at once"),
    )


@everywhere
def test_ets_10_ten_items_go_round_three_workers(on: Context) -> None:
    report = Report()
    turn = by(work.turn_of_three).of(0, 1, 2)
    workers = (turn(n) >> map_stage(work.item_of, name=f"worker {n}") for n in range(3))
    numbered = source("abcdefghij").via(scan_stage((-1, None), work.counted))
    plan = numbered.via(route_when(*workers).complete()).to(collect())

    assert answer(plan, on=on, report=report) == tuple("abcdefghij")
    assert [counts(report)[f"worker {n}"] for n in range(3)] == [(4, 4), (3, 3), (3, 3)]


@everywhere
def test_ets_11_items_are_sorted_by_category_and_then_by_kind(on: Context) -> None:
    category, kind = by(work.category_of), by(work.kind_of)
    email = route_when(
        kind("transactional") >> map_stage(doing("email_transactional")),
        kind("marketing") >> map_stage(doing("email_marketing")),
    ).otherwise(map_stage(doing("email")))
    sorting = route_when(
        category("email") >> email,
        category("sms") >> map_stage(doing("sms")),
    ).otherwise(map_stage(doing("unknown")))
    topics = ["sms", "email/marketing", "email/transactional", "sms/x"]
    topics += ["email/marketing", "sms"]
    tasks = [Task(n, topic=topic) for n, topic in enumerate(topics)]

    plan = source(tasks).via(sorting).via(map_stage(work.what_was_done)).to(collect())

    assert answer(plan, on=on) == (
        (0, "sms"),
        (1, "email_marketing"),
        (2, "email_transactional"),
        (3, "sms"),
        (4, "email_marketing"),
        (5, "sms"),
    )


@everywhere
def test_ets_13_emissions_keep_their_order_and_kind(on: Context) -> None:
    flow = source([10]).via(emit_stage(work.around_a_message))

    told = flow.recover_with(route(case(Special).keep())).to(collect())

    assert answer(told, on=on) == (10, Special(15), 20)


@everywhere
def test_ets_14_ranges_go_to_sinks_of_their_own(on: Context) -> None:
    low = route_when(when(work.is_below_three).keep()).otherwise(to_port(Other))

    plan = source(range(5)).via(low).to(collect()).divert_to(collect())

    assert answer(plan, on=on) == ((0, 1, 2), (Other(3), Other(4)))


@everywhere
def test_ets_15_what_two_processors_give_is_sorted_again(on: Context) -> None:
    report = Report()
    processed = route_when(
        when(work.is_odd) >> map_stage(work.times_ten, name="a")
    ).otherwise(map_stage(work.add_ten, name="b"))
    ranked = route_when(
        when(work.is_over_twenty) >> map_stage(work.add_one, name="high")
    ).otherwise(map_stage(work.add_one, name="low"))
    plan = source([1, 2, 3]).via(processed).via(ranked).to(collect())

    given = answer(plan, on=on, report=report)

    assert given == (11, 13, 31)
    assert counts(report)["high"] == (1, 1)
    assert counts(report)["low"] == (2, 2)


@everywhere
def test_ets_17_a_sink_is_fed_by_a_source_and_by_messages(on: Context) -> None:
    dynamic = source([3, 4]).via(to_port(Special))
    received = route(case_port(Special).keep())

    plan = merge(source([1, 2]), dynamic).recover_with(received).to(collect())

    assert answer(plan, on=on) == (1, 3, 2, 4)


@everywhere
def test_ets_18_what_is_heavy_goes_to_another_process(on: Context) -> None:
    report = Report()
    speeds = by(work.speed_of).of("fast", "slow", "heavy")
    sorting = route_when(
        speeds("fast") >> map_stage(doing("fast"), on=threads(2), name="fast"),
        speeds("slow") >> map_stage(doing("slow"), on=threads(1), name="slow"),
        speeds("heavy") >> map_stage(doing("heavy"), on=processes(1), name="heavy"),
    ).complete()
    kinds: list[Speed] = ["fast", "slow", "heavy", "fast", "slow", "fast", "slow"]

    kinds.append("heavy")

    given = answer(tasks_of(*kinds).via(sorting).to(collect()), on=on, report=report)

    assert isinstance(given, tuple)
    assert [work.what_was_done(task) for task in given] == [*enumerate(kinds, 1)]
    assert all((task.pid != os.getpid()) == (task.speed == "heavy") for task in given)
    assert [counts(report)[name] for name in ("fast", "slow", "heavy")] == [
        (3, 3),
        (3, 3),
        (2, 2),
    ]
