"""A report tells of the last run it heard, and failures are made when looked at."""

import logging
from fractions import Fraction

import pytest

from fstream import Failures
from fstream import Report
from fstream import Row
from fstream import RunFinished
from fstream import StageFailure
from fstream import Success
from fstream import collect
from fstream import count
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import threads

TEXTS = source(["1", "x", "2", "y"])
PLAN = TEXTS >> map_stage(int) >> count()
MIXED = TEXTS >> map_stage(int, on=threads(1)) >> count()


class Failing:
    """An observer that cannot bear to hear more than ``events`` events."""

    def __init__(self, events: int) -> None:
        self.left = events
        self.heard: list[object] = []

    def on(self, event: object) -> None:
        self.heard.append(event)
        self.left -= 1
        if self.left < 0:
            raise SystemExit("enough")


def test_a_report_that_heard_nothing_is_empty() -> None:
    report = Report()

    assert (report.run, report.stages, [*report.failures]) == (Row(), (), [])
    assert report.cancelled == 0


def test_a_report_tells_of_the_last_run_only() -> None:
    report = Report()
    run(PLAN, tolerate=2, observers=[report])

    run(source(["3"]) >> map_stage(int) >> count(), observers=[report])

    assert (report.run.entered, [*report.failures]) == (1, [])


@pytest.mark.parametrize("plan", [PLAN, MIXED], ids=["inline", "mixed"])
def test_failures_are_a_collection_of_errors_in_item_order(plan: object) -> None:
    report, again = Report(), Report()
    for each in (report, again):
        run(plan, tolerate=2, observers=[each])

    failures = report.failures
    first, last = failures
    assert isinstance(first, StageFailure)
    assert ([first.item, last.item], len(failures)) == (["'x'", "'y'"], 2)
    assert (failures[0], failures[-1]) == (first, last)
    assert first in failures
    assert "x" not in failures
    assert repr(failures) == repr((first, last))
    assert failures == again.failures
    assert hash(failures) == hash(again.failures)
    assert failures != (first, last)
    with pytest.raises(IndexError):
        failures[2]


def test_the_failures_of_nothing_are_none() -> None:
    assert [*Failures.joined([])] == []


@pytest.mark.parametrize("plan", [PLAN, MIXED], ids=["inline", "mixed"])
@pytest.mark.parametrize("events", [0, 1])
def test_an_observer_that_raises_hears_no_more_and_changes_nothing(
    plan: object, events: int, caplog: pytest.LogCaptureFixture
) -> None:
    failing, report = Failing(events), Report()

    with caplog.at_level(logging.ERROR, logger="fstream"):
        outcome = run(plan, tolerate=2, observers=[failing, report])

    assert outcome == Success(2)
    assert len(failing.heard) == events + 1
    assert report.run == Row(entered=4, out=2, failed=2, emitted=2)
    assert caplog.text.count("hears no more") == 1


def test_the_last_event_has_the_ledger() -> None:
    hearing = Failing(100)

    run(PLAN, tolerate=2, observers=[hearing])

    assert isinstance(hearing.heard[-1], RunFinished)
    assert hearing.heard[-1].run.entered == 4


@pytest.mark.parametrize("tolerate", [True, 1.5, "1", None])
def test_only_a_number_or_a_share_can_be_tolerated(tolerate: object) -> None:
    with pytest.raises(TypeError, match="tolerate must be a whole number or a Frac"):
        run(PLAN, tolerate=tolerate)


@pytest.mark.parametrize("tolerate", [-1, Fraction(-1, 2)])
def test_less_than_nothing_cannot_be_tolerated(tolerate: object) -> None:
    with pytest.raises(ValueError, match="tolerate must not be negative, but got -1"):
        run(PLAN, tolerate=tolerate)


def test_an_answer_that_cannot_be_made_is_the_sinks_failure() -> None:
    plan = source([1]) >> collect().map_result(lambda items: items[7])

    error = run(plan).failure()

    assert (error.step, error.error.kind) == ("close", "IndexError")
