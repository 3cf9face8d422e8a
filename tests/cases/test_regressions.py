"""What other systems of this kind get wrong, and this one must not: cases R."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fstream import Context
from fstream import Report
from fstream import RunEvent
from fstream import StageFailure
from fstream import StageFinished
from fstream import StageStarted
from fstream import Success
from fstream import WorkerLost
from fstream import batch
from fstream import case_port
from fstream import catch
from fstream import collect
from fstream import count
from fstream import emit_stage
from fstream import forks
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import route
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import threads
from fstream import using
from fstream import within
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import everywhere
from tests.wait import is_alive
from tests.wait import wait_until


def only_failure(report: Report) -> StageFailure | WorkerLost:
    (failure,) = report.failures
    assert isinstance(failure, StageFailure | WorkerLost)
    return failure


@pytest.mark.many
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (processes(2), processes(2)),
        (processes(2), processes(3)),
        (forks(2), processes(2)),
    ],
    ids=repr,
)
def test_r_1_pool_after_pool_never_hangs(first: Context, second: Context) -> None:
    plan = (
        source(range(20))
        .via(map_stage(work.double, on=first))
        .via(map_stage(work.add_one, on=inline()))
        .via(map_stage(work.add_ten, on=second))
        .to(collect())
    )

    for _ in range(50):
        assert answer(plan) == tuple(range(11, 51, 2))


@everywhere
@pytest.mark.parametrize("size", [200_000, 5_000_000])
def test_r_2_a_big_result_arrives_whole(on: Context, size: int) -> None:
    plan = source([size, size]).via(map_stage(work.text_of_size)).to(collect())

    assert answer(plan, on=on) == ("x" * size,) * 2


@everywhere
def test_r_3_an_emitted_list_stays_one_item(on: Context) -> None:
    emitted = source([0, 1]).via(emit_stage(work.emit_with_next))

    assert answer(emitted.to(collect()), on=on) == ([0, 1], [1, 2])
    assert answer(emitted.via(map_stage(len)).to(collect()), on=on) == (2, 2)


def test_r_5_an_error_in_a_worker_comes_with_all_its_facts() -> None:
    report = Report()
    stage = map_stage(work.fail_at_three, on=processes(2), name="check")

    answer(source(range(10)).via(stage).to(collect()), tolerate=1, report=report)

    failure = only_failure(report)
    assert isinstance(failure, StageFailure)
    assert (failure.stage, failure.index, failure.item) == ("check", 3, "3")
    assert (failure.kind, failure.message) == (
        "tests.cases.work.InvalidError",
        "item is 3",
    )
    assert failure.is_a("Exception")
    assert 'raise InvalidError("item", n)' in failure.traceback
    assert f"{Path(work.__file__)}" in failure.traceback


@everywhere
def test_r_6_nine_values_and_one_error_in_its_place(on: Context) -> None:
    outcomes = [*stream(source(range(10)).via(map_stage(work.fail_at_three)), on=on)]

    assert [each.unwrap() for each in outcomes if isinstance(each, Success)] == [
        n for n in range(10) if n != 3
    ]
    failure = outcomes[3].failure()
    assert isinstance(failure, StageFailure)
    assert failure.index == 3


@everywhere
def test_r_7_fifty_errors_among_five_thousand_items_end_nothing(on: Context) -> None:
    report = Report()
    plan = source(range(5000)).via(map_stage(work.fail_each_hundredth)).to(collect())

    delivered = answer(plan, on=on, tolerate=50, report=report)

    assert delivered == tuple(n for n in range(5000) if n % 100 != 99)
    assert [f.index for f in report.failures if isinstance(f, StageFailure)] == list(
        range(99, 5000, 100)
    )


def test_r_9_a_worker_killed_on_one_of_5000_items_costs_that_item() -> None:
    report = Report()
    stage = map_stage(work.kill_at_2500, on=processes(2))

    delivered = answer(
        source(range(5000)).via(stage).to(collect()), tolerate=1, report=report
    )

    assert delivered == tuple(n for n in range(5000) if n != 2500)
    failure = only_failure(report)
    assert isinstance(failure, WorkerLost)
    assert (failure.index, failure.item, failure.signal) == (2500, "2500", "SIGKILL")
    (row,) = report.stages
    assert (row.entered, row.out, row.failed) == (5000, 4999, 1)


@everywhere
def test_r_10_an_item_that_exits_fails_alone(on: Context) -> None:
    report = Report()
    plan = source(range(10)).via(map_stage(work.exit_at_three)).to(collect())

    delivered = answer(plan, on=on, tolerate=1, report=report)

    assert delivered == tuple(n for n in range(10) if n != 3)
    failure = only_failure(report)
    assert isinstance(failure, StageFailure)
    assert (failure.index, failure.kind, failure.error.exit_code) == (
        3,
        "SystemExit",
        3,
    )


def test_r_10_an_item_that_ends_its_worker_fails_alone() -> None:
    report = Report()
    stage = map_stage(work.leave_at_three, on=processes(2))

    delivered = answer(
        source(range(10)).via(stage).to(collect()), tolerate=1, report=report
    )

    assert delivered == tuple(n for n in range(10) if n != 3)
    failure = only_failure(report)
    assert isinstance(failure, WorkerLost)
    assert (failure.index, failure.exit_code, failure.signal) == (3, 3, None)


@everywhere
def test_r_13_batches_inside_a_placed_stage_lose_nothing(on: Context) -> None:
    stage = within(on, map_stage(work.add_one) >> batch(2) >> map_stage(work.total))
    report = Report()

    assert answer(source(range(5)).via(stage).to(collect()), report=report) == (3, 7, 5)
    assert [row.context for row in report.stages] == [repr(on), "inline()", repr(on)]


def test_r_14_batches_inside_stages_of_copies_are_made_here_in_order() -> None:
    stage = within(forks(2), map_stage(work.add_one) >> batch(2) >> map_stage(sum))
    report = Report()

    assert answer(source(range(7)).via(stage).to(collect()), report=report) == (
        *(3, 7, 11),
        7,
    )
    assert [row.context for row in report.stages][1] == "inline()"


@everywhere
@pytest.mark.parametrize(
    "fn",
    [
        work.Adding(3),
        work.Adding(3).method,
        work.Adding.of_class,
        work.Adding.static,
        work.Sum,
        partial(work.Adding.method, work.Adding(3)),
        lambda n: n + 3,
        (3).__add__,
    ],
    ids=[
        "object",
        "method",
        "classmethod",
        "staticmethod",
        "class",
        "partial",
        "lambda",
        "built-in",
    ],
)
def test_r_15_whatever_can_be_called_is_a_function(on: Context, fn: object) -> None:
    assert callable(fn)
    plan = source([1, 2]).via(map_stage(fn)).to(collect())

    assert answer(plan, on=on) == (4, 5)


@everywhere
def test_r_17_a_message_that_is_sent_at_the_very_end_is_delivered(on: Context) -> None:
    handler = route(case_port(work.Late).via(map_stage(work.with_zero, on=on)))
    stage = batch(2) >> emit_stage(work.small_aside, on=on).recover_with(handler)

    plan = source(range(5)).via(stage).to(collect())

    assert answer(plan) == ((0, 1), (2, 3), (0, 4))


@everywhere
def test_r_18_a_handler_that_nobody_sends_to_keeps_no_run_waiting(on: Context) -> None:
    handler = route(case_port(work.Unused).via(map_stage(work.double, on=on)))
    stage = emit_stage(work.unused_aside, on=on).recover_with(handler)

    assert answer(source(range(5)).via(stage).to(collect())) == (0, 1, 2, 3, 4)
    assert answer(source([]).via(stage).to(count())) == 0


def test_r_19_ten_threads_are_at_work_at_the_same_time() -> None:
    meeting = threading.Barrier(10)

    def meet(_: int) -> int:
        return meeting.wait(timeout=10)

    met = answer(source(range(10)).via(map_stage(meet, on=threads(10))).to(collect()))

    assert isinstance(met, tuple)
    assert sorted(met) == [*range(10)]


@everywhere
def test_r_22_observers_hear_of_the_run_exactly_once(on: Context) -> None:
    noting = work.Noting()

    run(
        source(range(100)).via(map_stage(work.double)).to(count()),
        on=on,
        observers=[noting],
    )

    assert (noting.heard[0], noting.heard[-1]) == ("RunStarted", "RunFinished")
    assert noting.heard.count("RunStarted") == noting.heard.count("RunFinished") == 1


@everywhere
def test_r_23_the_hooks_of_nested_stages_fire(on: Context) -> None:
    heard: list[str] = []

    class Listening:
        def on(self, event: RunEvent) -> None:
            if isinstance(event, StageStarted | StageFinished):
                heard.append(f"{type(event).__name__} {event.stage.name}")

    inner = (map_stage(abs, name="a") >> map_stage(abs, name="b")).named("inner")
    outer = within(on, catch(inner)).recover(lambda _: 0)
    run(source([1]).via(outer).to(collect()), observers=[Listening()])

    nested = ["inner/a", "inner/b"]
    for word in ("StageStarted", "StageFinished"):
        told = [each for each in heard if each.startswith(word)]
        assert told[:2] == [f"{word} {name}" for name in nested]


@everywhere
def test_r_25_what_cannot_be_pickled_fails_where_it_would_have_to_be(
    on: Context,
) -> None:
    report = Report()
    stages = map_stage(work.stubborn_at_three, on=on) >> map_stage(
        work.number_of, on=inline()
    )

    delivered = answer(
        source(range(10)).via(stages).to(collect()), tolerate=1, report=report
    )

    if on not in {processes(2), forks(2)}:
        assert delivered == (0, 1, 2, "stubborn", 4, 5, 6, 7, 8, 9)
        return
    assert delivered == (0, 1, 2, 4, 5, 6, 7, 8, 9)
    failure = only_failure(report)
    assert isinstance(failure, StageFailure)
    assert (failure.index, failure.step, failure.message) == (
        3,
        "encode",
        "I stay here",
    )
    assert failure.error.notes == ("tests.cases.work.Stubborn cannot cross a process",)


@everywhere
def test_r_11_a_resource_that_cannot_be_opened_tells_so_itself(on: Context) -> None:
    plan = source(range(3)).via(using(work.refused).map_stage(work.asked, name="ask"))

    outcomes = list(stream(plan, on=on))

    failures = [outcome.failure() for outcome in outcomes]
    assert [(f.stage, f.step, f.index, f.message) for f in failures] == [
        ("ask", "open", n, "the server refuses") for n in range(3)
    ]


def test_r_26_a_result_is_delivered_as_soon_as_its_copy_has_ended() -> None:
    delivered: list[tuple[int, int]] = []

    def with_pid(n: int) -> tuple[int, int]:
        return n, os.getpid()

    def slow() -> Iterator[int]:
        for n in range(5):
            wait_until(lambda: not children())
            yield n
            assert len(delivered) >= n  # all but the one that was just begun

    def children() -> list[int]:
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
        return [pid for pid in map(int, children.read_text().split()) if is_alive(pid)]

    one_each = map_stage(with_pid, on=forks(2, chunk=1))  # so one is pulled at a time
    outcomes = stream(source_from(slow).via(one_each))
    delivered.extend(outcome.unwrap() for outcome in outcomes)  # one by one

    assert [n for n, _ in delivered] == [*range(5)]


@pytest.mark.parametrize("on", [threads(2), processes(2), forks(2)], ids=repr)
def test_r_27_others_are_executed_while_one_takes_long(
    on: Context, tmp_path: Path
) -> None:
    plan = source(range(10)).via(map_stage(work.Meeting(tmp_path), on=on)).to(collect())

    assert answer(plan) == tuple(range(10))
