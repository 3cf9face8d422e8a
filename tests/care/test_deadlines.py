"""A run that is not through at its deadline ends there: cancelled, not failed."""

import threading
import time
from collections.abc import Iterator

import pytest

from fstream import Cancelled
from fstream import Context
from fstream import Failure
from fstream import Report
from fstream import Success
from fstream import batch
from fstream import collect
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import threads

CONTEXTS = [inline(), threads(2), processes(2)]
everywhere = pytest.mark.parametrize("context", CONTEXTS, ids=repr)

REASON = "its deadline of 1 s has passed"


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """Start what serves all runs before any clock runs."""
    run(source([1]).via(map_stage(nap)).to(collect()), on=processes(2))


def nap(item: int) -> int:
    time.sleep(0.02)
    return item


def endless() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


@everywhere
def test_a_run_ends_at_its_deadline(context: Context) -> None:
    report = Report()
    plan = source_from(endless).via(map_stage(nap)).to(collect())

    began = time.monotonic()
    outcome = run(plan, on=context, deadline=1, observers=[report])

    assert time.monotonic() - began >= 1
    assert outcome == Failure(Cancelled(reason=REASON))
    assert report.run.entered == report.run.out > 0
    assert not report.failures


@everywhere
def test_a_stream_gives_what_it_has_and_then_says_why_it_ends(context: Context) -> None:
    outcomes = list(
        stream(source_from(endless).via(map_stage(nap)), on=context, deadline=1)
    )

    *values, last = outcomes
    assert last == Failure(Cancelled(reason=REASON))
    assert values == [Success(n) for n in range(len(values))]
    assert values


@everywhere
def test_a_run_that_is_through_in_time_knows_of_no_deadline(context: Context) -> None:
    plan = source([1, 2, 3]).via(map_stage(nap)).via(batch(2)).to(collect())

    assert run(plan, on=context, deadline=60) == Success(((1, 2), (3,)))


@everywhere
def test_what_a_batch_holds_at_the_deadline_is_not_delivered(context: Context) -> None:
    outcomes = stream(
        source_from(endless).via(map_stage(nap)).via(batch(10_000)),
        on=context,
        deadline=1,
    )

    assert list(outcomes) == [Failure(Cancelled(reason=REASON))]


@pytest.mark.parametrize("context", [threads(2), processes(2)], ids=repr)
def test_work_that_does_not_end_is_not_waited_for(context: Context) -> None:
    plan = source([1]).via(map_stage(sleep_long)).to(collect())

    began = time.monotonic()
    outcome = run(plan, on=context, deadline=1)

    assert outcome == Failure(Cancelled(reason=REASON))
    assert time.monotonic() - began < 5
    released.set()


released = threading.Event()


def sleep_long(_: int) -> None:
    released.wait(60)


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_a_deadline_is_more_than_nothing(seconds: float) -> None:
    with pytest.raises(ValueError, match="deadline must be more than 0 seconds"):
        run(source([1]).to(collect()), deadline=seconds)


def test_a_deadline_is_a_number() -> None:
    with pytest.raises(TypeError, match="deadline must be a number of seconds"):
        run(source([1]).to(collect()), deadline="soon")
