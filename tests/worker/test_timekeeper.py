"""A nursery looks at a page when a deadline in it may be over, and not before."""

import os
from collections.abc import Iterator
from struct import pack
from time import monotonic_ns

import pytest

from fstream.interpreter.kernel.cared import DEADLINE
from fstream.transport.owned import Owned
from fstream.worker.recorder import new_page
from fstream.worker.timekeeper import Timekeeper

SECOND = 1_000_000_000


class Clock:
    """The monotonic clock, standing still."""

    def __init__(self) -> None:
        self.now = monotonic_ns()

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.monotonic_ns", clock)
    return clock


@pytest.fixture
def page() -> Iterator[Owned]:
    page = new_page()
    yield page
    page.close()


@pytest.fixture
def keeper() -> Iterator[Timekeeper]:
    keeper = Timekeeper()
    yield keeper
    keeper.close()


def note(page: Owned, deadline: int) -> None:
    os.pwrite(page.number, pack("@Q", deadline), 8 * DEADLINE)


def test_nobody_is_looked_after_without_a_limit(
    keeper: Timekeeper, page: Owned
) -> None:
    keeper.keep(1, page.number, 0)

    assert keeper.patience() is None
    assert keeper.overdue() == {}


def test_an_idle_worker_is_looked_at_once_a_limit(
    keeper: Timekeeper, page: Owned, clock: Clock
) -> None:
    keeper.keep(1, page.number, SECOND)
    waits = []
    for _ in range(3):
        waits.append(keeper.patience())
        clock.now += SECOND
        assert keeper.overdue() == {}

    assert waits == [1.0, 1.0, 1.0]


def test_an_item_is_looked_at_when_its_time_is_over(
    keeper: Timekeeper, page: Owned, clock: Clock
) -> None:
    began = clock.now
    keeper.keep(1, page.number, SECOND)
    clock.now += SECOND // 2
    note(page, clock.now + SECOND)

    clock.now = began + SECOND
    assert keeper.overdue() == {}
    assert keeper.patience() == 0.5
    clock.now += SECOND // 2

    assert keeper.overdue() == {1: clock.now}


def test_an_item_that_came_after_the_last_look_is_found_in_time(
    keeper: Timekeeper, page: Owned, clock: Clock
) -> None:
    keeper.keep(1, page.number, SECOND)
    clock.now += SECOND
    keeper.overdue()
    note(page, clock.now + SECOND + 1)

    clock.now += SECOND
    keeper.overdue()
    clock.now += 1

    assert keeper.overdue() == {1: clock.now}


def test_a_worker_that_has_ended_is_not_looked_at(
    keeper: Timekeeper, page: Owned
) -> None:
    keeper.keep(1, page.number, SECOND)
    keeper.forget(1)
    keeper.forget(1)

    assert keeper.patience() is None
