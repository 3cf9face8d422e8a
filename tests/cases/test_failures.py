"""A failing item is a value with its facts, and ends nobody else: cases ERR."""

import os
from pathlib import Path
from typing import cast

import pytest

from fstream import Context
from fstream import Failure
from fstream import PlanInvalid
from fstream import Report
from fstream import Retry
from fstream import Stage
from fstream import StageFailure
from fstream import Success
from fstream import batch
from fstream import case
from fstream import case_port
from fstream import collect
from fstream import context
from fstream import count
from fstream import emit_stage
from fstream import forks
from fstream import identity
from fstream import map_stage
from fstream import route
from fstream import run
from fstream import source
from fstream import stream
from fstream import threads
from fstream import try_stage
from fstream import within
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import everywhere


@everywhere
def test_err_1_the_others_are_delivered(on: Context) -> None:
    report = Report()
    plan = source(range(5)).via(map_stage(work.double_unless_two)).to(collect())

    assert answer(plan, on=on, tolerate=1, report=report) == (0, 2, 6, 8)
    (failure,) = report.failures
    assert isinstance(failure, StageFailure)
    assert (failure.index, failure.message) == (2, "n is 2")


@everywhere
def test_err_2_a_refused_item_is_one_error_and_the_others_go_on(on: Context) -> None:
    plan = (
        source(range(5))
        .via(try_stage(work.refused_at_two))
        .to(collect())
        .divert_to(collect())
    )

    assert answer(plan, on=on) == ((0, 1, 3, 4), ("no 2",))


def test_err_5_a_route_to_what_does_not_exist_is_refused_where_it_is_built() -> None:
    nowhere = cast("type[work.Even]", "nowhere")

    with pytest.raises(TypeError, match=r"case_port\(port=.*but got 'nowhere'"):
        case_port(nowhere)
    with pytest.raises(TypeError, match=r"via\(stage=.*but got 'nowhere'"):
        case(int).via(cast("Stage[int, int]", "nowhere"))


@everywhere
def test_err_5_a_message_that_no_case_takes_is_an_error_that_names_it(
    on: Context,
) -> None:
    handler = route(case_port(work.Unused).keep())
    stage = emit_stage(work.even_aside).recover_with(
        cast("Stage[work.Even, int]", handler)  # the checkers refuse it
    )

    first, second, third = stream(source([1, 2, 3]).via(stage), on=on)

    assert (first, third) == (Success(1), Success(3))
    assert isinstance(second, Failure)
    failure = second.failure()
    assert isinstance(failure, StageFailure)
    assert failure.message == "no case of the route takes an item of type Even"


@everywhere
def test_err_6_the_errors_tell_stage_item_and_message(
    on: Context, tmp_path: Path
) -> None:
    report = Report()
    plan = (
        source(range(20))
        .via(map_stage(work.FailsOnce(tmp_path, at=7), retry=Retry(2)))
        .via(map_stage(work.validate))
        .via(map_stage(work.save))
        .to(collect())
    )

    saved = answer(plan, on=on, tolerate=2, report=report)

    assert saved == tuple(n for n in range(20) if n not in {13, 15})
    assert [
        (failure.stage, failure.item, failure.message)
        for failure in report.failures
        if isinstance(failure, StageFailure)
    ] == [
        ("validate", "13", "validation is 13"),
        ("save", "15", "the disk is full"),
    ]


def test_err_9_what_is_no_context_is_refused_where_it_is_written() -> None:
    unknown = cast("Context", "quantum")

    with pytest.raises(TypeError, match=r"map_stage\(on=.*but got 'quantum'"):
        map_stage(work.double, on=unknown)
    with pytest.raises(TypeError, match=r"within\(context=.*but got 'quantum'"):
        within(unknown, identity(int))
    with pytest.raises(TypeError, match=r"threads\(width=.*but got 'two'"):
        threads(cast("int", "two"))
    with pytest.raises(ValueError, match=r"threads\(width=.*but got 0"):
        threads(0)


def test_err_9_a_name_that_no_run_binds_is_told_before_anything_runs() -> None:
    plan = source([1]).via(map_stage(work.double, on=context("cpu"))).to(collect())

    outcome = run(plan, contexts={context("gpu"): threads(2)})

    assert isinstance(outcome, Failure)
    invalid = outcome.failure()
    assert isinstance(invalid, PlanInvalid)
    assert [reason.partition(" (")[0] for reason in invalid.reasons] == ["double"]
    assert "cannot run in context('cpu')" in invalid.reasons[0]


@everywhere
def test_err_10_a_run_in_which_everything_fails_ends(on: Context) -> None:
    plan = source(range(1000)).via(map_stage(work.always_fail)).to(collect())

    outcome = run(plan, on=on)

    assert isinstance(outcome, Failure)
    failure = outcome.failure()
    assert isinstance(failure, StageFailure)
    assert failure.index == 0


@everywhere
def test_err_10_a_failure_between_stateful_stages_ends_the_run(on: Context) -> None:
    stages = batch(3) >> map_stage(work.always_fail) >> batch(2)
    plan = source(range(1000)).via(stages).to(collect())

    outcome = run(plan, on=on)

    assert isinstance(outcome, Failure)
    failure = outcome.failure()
    assert isinstance(failure, StageFailure)
    assert (failure.index, failure.item) == (2, "(0, 1, 2)")


def test_err_7_an_error_in_a_copy_comes_with_its_message() -> None:
    outcome = run(
        source([3]).via(map_stage(work.fail_at_three, on=forks(2))).to(count())
    )

    assert isinstance(outcome, Failure)
    failure = outcome.failure()
    assert isinstance(failure, StageFailure)
    assert (failure.message, failure.context) == ("item is 3", "forks(2)")
    assert failure.pid != os.getpid()
