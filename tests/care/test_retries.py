"""A retried stage calls its function again, on the spot, in every context alike."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream import Context
from fstream import Emit
from fstream import Failure
from fstream import Retry
from fstream import Stage
from fstream import StageFailure
from fstream import Success
from fstream import attempt
from fstream import catch
from fstream import collect
from fstream import emit
from fstream import emit_stage
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import stream
from fstream import tasks
from fstream import threads
from fstream import try_stage
from tests.wait import wait_until

CONTEXTS = [inline(), threads(2), tasks(2), processes(2)]
everywhere = pytest.mark.parametrize("context", CONTEXTS, ids=repr)


class WantsTimeError(Exception):
    """Raised for the first calls with an item."""


@dataclass(frozen=True)
class Flaky:
    """Fails the first ``fails`` calls with each item, counted in files."""

    folder: Path
    fails: int

    def calls(self, item: int) -> int:
        path = self.folder / str(item)
        return path.stat().st_size if path.exists() else 0

    def __call__(self, item: int) -> int:
        with (self.folder / str(item)).open("ab") as file:
            file.write(b".")
        if (calls := self.calls(item)) <= self.fails:
            raise WantsTimeError(calls)
        return item * 10

    def several(self, item: int) -> Iterator[int]:
        yield item
        yield self(item)

    def emitted(self, item: int) -> Iterator[Emit[int]]:
        yield emit(item)
        yield emit(self(item))

    def tried(self, item: int) -> Success[int] | Failure[str]:
        return Success(self(item))


@pytest.fixture
def flaky(tmp_path: Path) -> Flaky:
    return Flaky(tmp_path, fails=2)


@everywhere
def test_an_item_is_tried_until_it_succeeds(context: Context, flaky: Flaky) -> None:
    stage = map_stage(flaky, retry=Retry(3))

    outcome = run(source([1, 2]).via(stage).to(collect()), on=context)

    assert (outcome, flaky.calls(1), flaky.calls(2)) == (Success((10, 20)), 3, 3)


@everywhere
def test_the_last_attempt_is_the_failure_and_the_others_are_told(
    context: Context, flaky: Flaky
) -> None:
    stage = map_stage(flaky, retry=Retry(2))

    error = run(source([1]).via(stage).to(collect()), on=context).failure()

    assert isinstance(error, StageFailure)
    assert (error.attempt, error.message, flaky.calls(1)) == (2, "2", 2)
    assert error.earlier == (f"{__name__}.WantsTimeError: 1",)
    assert "once" not in error.traceback
    assert "attempt 1: " in str(error)


@everywhere
def test_only_the_classes_that_were_named_are_tried_again(
    context: Context, flaky: Flaky
) -> None:
    stage = map_stage(flaky, retry=Retry(3, on=(OSError, ValueError)))

    error = run(source([1]).via(stage).to(collect()), on=context).failure()

    assert isinstance(error, StageFailure)
    assert (error.attempt, error.earlier, flaky.calls(1)) == (1, (), 1)


@everywhere
def test_every_kind_of_stage_is_retried_as_a_whole(
    context: Context, tmp_path: Path
) -> None:
    twice = Retry(2)
    found = []
    for number, kind in enumerate(("filter", "flat_map", "emit", "try")):
        folder = tmp_path / str(number)
        folder.mkdir()
        flaky = Flaky(folder, fails=1)
        stage: Stage[int, int, str] = {
            "filter": filter_stage(flaky, retry=twice),
            "flat_map": flat_map_stage(flaky.several, retry=twice),
            "emit": emit_stage(flaky.emitted, retry=twice),
            "try": try_stage(flaky.tried, retry=twice),
        }[kind]
        found.append(run(source([1]).via(stage).to(collect()), on=context).unwrap())

    assert found == [(1,), (1, 10), (1, 10), (10,)]


@everywhere
def test_what_is_caught_tells_its_attempts_too(context: Context, flaky: Flaky) -> None:
    stage = catch(map_stage(flaky, retry=Retry(2)))

    caught = run(source([1]).via(stage).recover(repr).to(collect()), on=context)

    assert "attempt=2" in caught.unwrap()[0]
    assert "WantsTimeError: 1" in caught.unwrap()[0]


@everywhere
def test_a_retried_item_disturbs_no_neighbour(context: Context, flaky: Flaky) -> None:
    items = range(20)
    stage = attempt(map_stage(flaky, retry=Retry(2)) >> map_stage(str))

    outcomes = run(source(items).via(stage).to(collect()), on=context).unwrap()

    assert [type(outcome) for outcome in outcomes] == [Failure] * 20
    assert [outcome.failure().item for outcome in outcomes] == [str(n) for n in items]


def test_the_wait_grows_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    tries = count()

    def fail(_: int) -> None:
        raise OSError(next(tries))

    stage = map_stage(fail, retry=Retry(4, wait=lambda n: n / 10))
    run(source([1]).via(stage).to(collect()))

    assert waited == [0.1, 0.2, 0.3]


def test_ctrl_c_is_never_tried_again() -> None:
    calls: list[int] = []

    def interrupted(item: int) -> None:
        calls.append(item)
        raise KeyboardInterrupt

    stage = map_stage(interrupted, retry=Retry(3, on=(BaseException,)))
    with pytest.raises(KeyboardInterrupt):
        list(stream(source([1]).via(stage)))

    assert calls == [1]


@given(st.integers(1, 4), st.integers(0, 4))
def test_as_many_calls_are_made_as_are_needed_and_allowed(
    attempts: int, fails: int
) -> None:
    calls = count(1)

    def work(_: int) -> int:
        call = next(calls)
        if call <= fails:
            raise WantsTimeError
        return call

    outcome = run(source([0]).via(map_stage(work, retry=Retry(attempts))).to(collect()))

    made = next(calls) - 1
    assert made == min(attempts, fails + 1)
    assert isinstance(outcome, Success) == (fails < attempts)
    if isinstance(outcome, Failure):
        assert len(outcome.failure().earlier) == attempts - 1


def test_each_process_retries_what_it_was_given(tmp_path: Path) -> None:
    flaky = Flaky(tmp_path, fails=1)
    stage = map_stage(lambda n: (flaky(n), os.getpid()), retry=Retry(2))

    found = run(source(range(50)).via(stage).to(collect()), on=processes(2)).unwrap()

    assert [value for value, _ in found] == [n * 10 for n in range(50)]
    assert os.getpid() not in {pid for _, pid in found}


def test_a_thread_that_waits_for_its_next_attempt_ends_with_the_run() -> None:
    before = set(threading.enumerate())

    def fail(item: int) -> int:
        raise OSError(item)

    outcomes = stream(
        source([1, 2])
        .via(map_stage(lambda n: n, on=threads(2), name="first"))
        .via(map_stage(fail, on=threads(1), retry=Retry(2, wait=60))),
        deadline=0.3,
    )

    assert [type(outcome) for outcome in outcomes] == [Failure]
    wait_until(lambda: set(threading.enumerate()) <= before)
