"""A resource is opened where its stage is executed, kept there, and closed there."""

import logging
import os
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from pathlib import Path

import pytest

from fstream import Context
from fstream import Failure
from fstream import Retry
from fstream import StageFailure
from fstream import Success
from fstream import catch
from fstream import collect
from fstream import forks
from fstream import inline
from fstream import processes
from fstream import run
from fstream import source
from fstream import tasks
from fstream import threads
from fstream import using

EVERYWHERE = [inline(), threads(2), tasks(2), forks(2), processes(2)]
everywhere = pytest.mark.parametrize("on", EVERYWHERE, ids=repr)
ITEMS = range(40)


def noting(log: Path, name: str = "") -> Callable[[], AbstractContextManager[int]]:
    """A resource that notes when it is opened and closed, and by whom."""

    @contextmanager
    def opened() -> Iterator[int]:
        note(log, f"open{name}")
        yield 10
        note(log, f"close{name}")

    return opened


def note(log: Path, word: str) -> None:
    with log.open("a") as file:
        file.write(f"{word} {os.getpid()}\n")


def noted(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def times(factor: int, n: int) -> int:
    return factor * n


@everywhere
def test_functions_get_it_with_each_item(tmp_path: Path, on: Context) -> None:
    stage = using(noting(tmp_path / "log")).map_stage(times)

    values = run(source(ITEMS).via(stage).to(collect()), on=on)

    assert values == Success(tuple(10 * n for n in ITEMS))


@everywhere
def test_whoever_opens_it_closes_it(tmp_path: Path, on: Context) -> None:
    log = tmp_path / "log"

    run(source(ITEMS).via(using(noting(log)).map_stage(times)).to(collect()), on=on)

    opened = [line.split()[1] for line in noted(log) if line.startswith("open")]
    closed = [line.split()[1] for line in noted(log) if line.startswith("close")]
    assert sorted(opened) == sorted(closed)
    assert 1 <= len(opened) < len(ITEMS)


def test_inline_there_is_one(tmp_path: Path) -> None:
    log = tmp_path / "log"

    run(source(ITEMS).via(using(noting(log)).map_stage(times)).to(collect()))

    assert [line.split()[0] for line in noted(log)] == ["open", "close"]


@everywhere
def test_without_items_nothing_is_opened(tmp_path: Path, on: Context) -> None:
    log = tmp_path / "log"

    run(source([0][:0]).via(using(noting(log)).map_stage(times)).to(collect()), on=on)

    assert noted(log) == []


@everywhere
def test_the_last_that_was_opened_is_closed_first(tmp_path: Path, on: Context) -> None:
    log = tmp_path / "log"
    first = using(noting(log, " a")).map_stage(times)
    second = using(noting(log, " b")).map_stage(times)

    run(source([1]).via(first).via(second).to(collect()), on=on)

    told = [line.rpartition(" ")[0] for line in noted(log)]
    assert told == ["open a", "open b", "close b", "close a"]


@contextmanager
def refusing() -> Iterator[int]:
    raise ConnectionError("no such server")
    yield 0


@everywhere
def test_a_resource_that_does_not_open_fails_its_item(on: Context) -> None:
    plan = source([5]).via(using(refusing).map_stage(times, name="ask"))

    outcome = run(plan.to(collect()), on=on)

    assert isinstance(outcome, Failure)
    failure = outcome.failure()
    assert isinstance(failure, StageFailure)
    assert (failure.stage, failure.step, failure.item) == ("ask", "open", "5")
    assert (failure.kind, failure.message) == ("ConnectionError", "no such server")
    assert failure.effects == "none"


@everywhere
def test_that_can_be_caught(on: Context) -> None:
    stage = catch(using(refusing).map_stage(times)).recover(steps)

    assert run(source([1, 2]).via(stage).to(collect()), on=on) == Success(
        ("open", "open")
    )


def steps(failure: object) -> str:
    assert isinstance(failure, StageFailure)
    return failure.step


def opening_later(log: Path) -> Callable[[], AbstractContextManager[int]]:
    @contextmanager
    def opened() -> Iterator[int]:
        note(log, "try")
        if len(noted(log)) < 3:
            raise ConnectionError("busy")
        yield 10

    return opened


@everywhere
def test_opening_is_retried(tmp_path: Path, on: Context) -> None:
    log = tmp_path / "log"
    stage = using(opening_later(log)).map_stage(times, retry=Retry(3))

    assert run(source([1, 2]).via(stage).to(collect()), on=on) == Success((10, 20))


@contextmanager
def staying() -> Iterator[int]:
    yield 10
    raise ConnectionError("was gone")


@everywhere
def test_a_failure_to_close_is_logged(
    caplog: pytest.LogCaptureFixture, on: Context
) -> None:
    stage = using(staying).map_stage(times, name="ask")

    with caplog.at_level(logging.ERROR):
        outcome = run(source([1]).via(stage).to(collect()), on=on)

    assert outcome == Success((10,))
    assert "closing the resource of stage ask failed" in caplog.text


@everywhere
def test_children_are_given_while_it_is_open(tmp_path: Path, on: Context) -> None:
    log = tmp_path / "log"

    def several(factor: int, n: int) -> Iterator[int]:
        assert f"close {os.getpid()}" not in noted(log)
        yield from (factor * n, factor * n + 1)

    stage = using(noting(log)).flat_map_stage(several)
    assert run(source([1, 2]).via(stage).to(collect()), on=on) == Success(
        (10, 11, 20, 21)
    )


@everywhere
def test_outcomes_are_told_apart(tmp_path: Path, on: Context) -> None:
    def odd(factor: int, n: int) -> Success[int] | Failure[str]:
        return Success(factor * n) if n % 2 else Failure(f"{n}")

    stage = using(noting(tmp_path / "log")).try_stage(odd)
    plan = source([1, 2]).via(stage).recover(str)

    assert run(plan.to(collect()), on=on) == Success((10, "2"))


def test_a_stage_shows_its_resource() -> None:
    stage = using(refusing).map_stage(times, on=threads(2))

    assert repr(stage).startswith("using(refusing).map_stage(times, on=threads(2))  #")
