"""Threads share objects, wait side by side, and never keep the program waiting."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from contextvars import copy_context
from typing import Never

import pytest

from fstream import Failure
from fstream import ItemFailure
from fstream import Report
from fstream import Retry
from fstream import Row
from fstream import Success
from fstream import TimedOut
from fstream import catch
from fstream import collect
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import stream
from fstream.contexts.threads import ThreadBackend
from fstream.interpreter.chunk import Returned
from fstream.plan.contexts import threads
from tests.contexts import work
from tests.contexts.work import answers
from tests.contexts.work import call
from tests.contexts.work import next_happenings
from tests.contexts.work import segment

ON = threads(4)


def outs(found: list[object]) -> list[object]:
    return [
        out for each in found if isinstance(each, Returned) for out in each.reply.outs
    ]


def test_items_pass_by_reference() -> None:
    item = object()
    with closing(ThreadBackend(ON)) as backend:
        backend.open((segment(work.identity, on=ON),))

        assert outs([*answers(backend, [[item]])])[0] is item


def test_calls_wait_side_by_side() -> None:
    meeting = threading.Barrier(4)

    def meet(_: object) -> int:
        return meeting.wait(timeout=5)

    with closing(ThreadBackend(ON)) as backend:
        backend.open((segment(meet, on=ON),))

        assert sorted(map(str, outs([*answers(backend, [[0]] * 4)]))) == list("0123")


def test_the_items_of_a_shared_call_wait_side_by_side() -> None:
    meeting = threading.Barrier(4)

    def meet(item: object) -> object:
        meeting.wait(timeout=5)
        return item

    with closing(ThreadBackend(ON)) as backend:
        backend.open((segment(meet, on=ON),))
        backend.submit(call(1, "abcd", hands=4))

        assert outs([*next_happenings(backend)]) == ["a", "b", "c", "d"]


def test_no_more_threads_are_started_than_there_are_calls() -> None:
    with closing(ThreadBackend(ON)) as backend:
        backend.open((segment(work.thread_name, on=ON),))

        names = outs([*answers(backend, [[0]] * 5, window=1)])

    assert set(names) == {"fstream-1"}


def test_a_mistake_of_ours_is_raised_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistaken(*_: object, **__: object) -> Never:
        raise AssertionError("ours")

    monkeypatch.setattr("fstream.contexts.threads.chunk_kernel", mistaken)
    with closing(ThreadBackend(ON)) as backend:
        backend.open((segment(work.identity, on=ON),))

        with pytest.raises(AssertionError, match="ours"):
            answers(backend, [[0]])


def test_threads_see_the_callers_variables() -> None:
    def with_variable() -> list[object]:
        work.variable.set("mine")
        with closing(ThreadBackend(ON)) as backend:
            backend.open((segment(work.set_variable, on=ON),))
            return outs([*answers(backend, [[0]] * 6)])

    assert copy_context().run(with_variable) == ["mine"] * 6


def test_closing_does_not_wait_for_ever_for_a_stuck_function() -> None:
    release = threading.Event()
    entered = threading.Event()

    def stick(_: object) -> object:
        entered.set()
        return release.wait(timeout=30)

    backend = ThreadBackend(ON)
    backend.open((segment(stick, on=ON),))
    backend.submit(call(0, [1]))
    entered.wait(timeout=5)
    began = time.monotonic()
    backend.close()
    took = time.monotonic() - began
    release.set()

    assert took < 2


def test_closing_drops_what_has_not_begun() -> None:
    release = threading.Event()
    entered = threading.Event()
    seen: list[object] = []

    def note(item: object) -> None:
        seen.append(item)
        entered.set()
        release.wait(timeout=0.2)

    backend = ThreadBackend(threads(1))
    backend.open((segment(note, on=ON),))
    for ticket in range(5):
        backend.submit(call(ticket, [ticket]))
    entered.wait(timeout=5)
    backend.close()

    assert seen == [0]


class Slow:
    """Waits at some items until it is told to go on."""

    def __init__(self, *waits: int) -> None:
        self.waits = list(waits)
        self.release = threading.Event()
        self.calls: list[int] = []

    def __call__(self, item: int) -> int:
        self.calls.append(item)
        if item in self.waits:
            self.waits.remove(item)
            self.release.wait(timeout=30)
        return item


@pytest.fixture
def slow() -> Iterator[Slow]:
    waiting = Slow(0, 3)
    yield waiting
    waiting.release.set()


def test_an_overdue_thread_is_left_behind_and_another_takes_its_place(
    slow: Slow,
) -> None:
    report = Report()
    stage = map_stage(slow, on=threads(1), timeout=0.1)

    found = [*stream(source(range(6)).via(stage), observers=[report])]

    overdue = [each.failure() for each in found if isinstance(each, Failure)]
    assert [each.index for each in overdue if isinstance(each, TimedOut)] == [0, 3]
    assert [each.unwrap() for each in found if isinstance(each, Success)] == [
        1,
        2,
        4,
        5,
    ]
    assert report.abandoned_threads == 2
    assert report.run == Row(entered=6, out=4, failed=2, emitted=4)


def test_what_an_abandoned_thread_says_is_ignored(slow: Slow) -> None:
    stage = map_stage(slow, on=threads(1), timeout=0.1)
    values = stream(source(range(3)).via(stage))
    first = next(values)
    slow.release.set()

    assert isinstance(first, Failure)
    assert [*values] == [Success(1), Success(2)]
    assert slow.calls == [0, 1, 2]


def test_the_stage_that_is_overdue_is_named_and_caught(slow: Slow) -> None:
    timed = map_stage(slow, timeout=0.1, name="timed")
    stage = catch(map_stage(abs) >> timed >> map_stage(abs))
    plan = source([-3, -2]).via(stage).recover(told).to(collect())

    assert run(plan, on=threads(2)) == Success((("timed", 0.1), 2))


def told(error: ItemFailure) -> object:
    return (error.stage, error.limit) if isinstance(error, TimedOut) else error


def test_a_time_limit_in_a_thread_is_forgiven_as_often_as_a_death(slow: Slow) -> None:
    retry = Retry(1, deaths=1)
    stage = map_stage(slow, on=threads(1), timeout=0.1, retry=retry)

    assert run(source([3]).via(stage).to(collect())) == Success((3,))
    assert slow.calls == [3, 3]


def test_threads_of_several_segments_are_replaced_where_all_hang(slow: Slow) -> None:
    stage = (
        map_stage(slow, on=threads(1), timeout=0.1)
        >> map_stage(abs)
        >> map_stage(slow, on=threads(1), timeout=0.1)
    )
    plan = source(range(6)).via(stage).to(collect())

    outcome = run(plan, tolerate=2)

    assert outcome == Success((1, 2, 4, 5))


def test_many_answers_wake_the_caller_once() -> None:
    with closing(ThreadBackend(ON)) as backend:
        backend.open((segment(work.identity, on=ON),))
        for ticket in range(100):
            backend.submit(call(ticket, [ticket]))
        found: list[object] = []
        while len(found) < 100:
            found += next_happenings(backend)

        assert sorted(map(str, outs(found))) == sorted(map(str, range(100)))
        assert backend.poll() == []
