"""Nobody waits for the next item of a live source: results, times and ends come."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from contextvars import ContextVar
from threading import Event

import pytest

from fstream import Cancelled
from fstream import Context
from fstream import Failure
from fstream import Report
from fstream import SourceFailed
from fstream import Success
from fstream import batch
from fstream import collect
from fstream import count
from fstream import filter_stage
from fstream import forks
from fstream import inline
from fstream import live_source
from fstream import map_stage
from fstream import merge
from fstream import processes
from fstream import run
from fstream import source
from fstream import stream
from fstream import tasks
from fstream import threads
from fstream import unbatch
from fstream.interpreter.live import AHEAD

everywhere = pytest.mark.parametrize(
    "on", [inline(), threads(2), tasks(2), processes(2), forks(2)], ids=repr
)


class Waiting:
    """Gives some items at once, and then what is put into it; ``None`` ends it."""

    def __init__(self, *items: int) -> None:
        self.queue: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        for item in items:
            self.queue.put(item)

    def __call__(self) -> Iterator[int | None]:
        return iter(self.queue.get, None)


@everywhere
def test_results_come_while_the_source_waits(on: Context) -> None:
    waiting = Waiting(1, 2)

    with closing(stream(live_source(waiting).via(map_stage(abs)), on=on)) as outcomes:
        assert [next(outcomes), next(outcomes)] == [Success(1), Success(2)]
        waiting.queue.put(3)
        assert next(outcomes) == Success(3)
        waiting.queue.put(None)
        assert next(outcomes, None) is None


@everywhere
def test_a_batch_is_given_in_time_though_nothing_follows(on: Context) -> None:
    waiting = Waiting(1, 2)
    stage = map_stage(abs) >> batch(10, within=0.05)
    report = Report()

    outcomes = stream(live_source(waiting).via(stage), on=on, observers=[report])
    with closing(outcomes):
        first = next(outcomes).unwrap()
        while len(first) < 2:  # the second one was slow to come
            first += next(outcomes).unwrap()
        waiting.queue.put(3)
        assert (first, next(outcomes)) == ((1, 2), Success((3,)))

    assert (report.run.entered, report.run.out, report.run.filtered) == (3, 3, 0)


def test_what_is_given_in_time_counts_for_no_item() -> None:
    waiting = Waiting(1, 2)
    stage = filter_stage(lambda n: n == 1) >> batch(10, within=0.05) >> unbatch()
    report = Report()

    with closing(stream(live_source(waiting).via(stage), observers=[report])) as found:
        assert next(found) == Success(1)

    assert report.run.entered == report.run.out + report.run.filtered
    assert report.run.out == 1


@everywhere
def test_functions_that_do_not_tell_of_themselves_stand_beside_batches(
    on: Context,
) -> None:
    class Shy:
        def __getattr__(self, name: str) -> object:
            raise (LookupError if name == "__self__" else AttributeError)(name)

        def __call__(self, n: int) -> int:
            return n

    stage = map_stage(Shy(), name="shy", on=inline()) >> batch(2, within=3600)

    plan = source([1, 2, 3]).via(map_stage(abs)).via(stage).to(collect())
    assert run(plan, on=on) == Success(((1, 2), (3,)))


@everywhere
def test_a_deadline_does_not_wait_for_the_source(on: Context) -> None:
    began = time.monotonic()

    plan = live_source(Waiting(1)).via(map_stage(abs)).to(collect())
    error = run(plan, on=on, deadline=0.1).failure()

    assert isinstance(error, Cancelled)
    assert time.monotonic() - began < 5


def test_a_source_that_is_stuck_is_left_behind_and_counted() -> None:
    waiting = Waiting()
    report = Report()

    run(live_source(waiting).to(collect()), deadline=0.05, observers=[report])
    waiting.queue.put(None)

    assert report.abandoned_threads == 1


@everywhere
def test_a_generator_is_closed_in_its_own_thread(on: Context) -> None:
    told: list[str] = []

    def numbers() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            told.append(threading.current_thread().name)

    report = Report()
    outcomes = stream(
        live_source(numbers).via(map_stage(abs)), on=on, observers=[report]
    )
    with closing(outcomes):
        assert next(outcomes) == Success(0)

    assert told == ["fstream-source"]
    assert report.abandoned_threads == 0


def test_it_is_a_bounded_way_ahead() -> None:
    pulled = 0
    is_ahead = Event()

    def numbers() -> Iterator[int]:
        nonlocal pulled
        for n in range(10**9):
            pulled += 1
            if pulled == AHEAD:
                is_ahead.set()
            yield n

    with closing(stream(live_source(numbers).via(map_stage(abs)))) as outcomes:
        next(outcomes)
        assert is_ahead.wait(timeout=5)
        before = pulled
        for _ in range(5):
            next(outcomes)

        assert before <= pulled <= 10 * AHEAD


def test_all_that_it_gives_arrives_however_much_it_is() -> None:
    plan = live_source(lambda: range(10 * AHEAD)).via(map_stage(abs)).to(count())

    assert run(plan) == run(plan, on=threads(2)) == Success(10 * AHEAD)


def test_it_sees_the_variables_of_the_caller() -> None:
    name = ContextVar("name", default="nobody")
    name.set("caller")

    assert run(live_source(lambda: [name.get()]).to(collect())) == Success(("caller",))


@everywhere
def test_its_error_is_that_of_the_source(on: Context) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise LookupError("gone")

    good, last = stream(live_source(broken).via(map_stage(abs)), on=on)

    assert good == Success(1)
    assert isinstance(last, Failure)
    error = last.failure()
    assert isinstance(error, SourceFailed)
    assert (error.source, error.index, error.error.message) == ("broken", 1, "gone")
    assert [frame.name for frame in error.error.frames] == ["broken"]


@everywhere
def test_a_live_source_has_its_turn_in_a_merge(on: Context) -> None:
    waiting = Waiting(1)
    both = merge(live_source(waiting), source("ab")).via(map_stage(str))

    with closing(stream(both, on=on)) as outcomes:
        assert [next(outcomes), next(outcomes)] == [Success("1"), Success("a")]
        waiting.queue.put(2)
        assert next(outcomes) == Success("2")
        waiting.queue.put(None)
        assert [*outcomes] == [Success("b")]
