"""Group D: items, and runs, that take too long."""

import os
import re
import signal
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import final
from unittest.mock import patch

from fstream import Cancelled
from fstream import Context
from fstream import Failure
from fstream import Report
from fstream import Success
from fstream import TimedOut
from fstream import forks
from fstream import map_stage
from fstream import source
from fstream import source_from
from fstream import stream
from fstream.interpreter.kernel.cared import DEADLINE
from fstream.worker.host import Host
from tests.faults.promises import ITEMS
from tests.faults.promises import Faulty
from tests.faults.promises import failure_at
from tests.faults.promises import outcomes_of
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted
from tests.wait import is_alive
from tests.wait import wait_until

LIMIT = 0.5
SOON = 60.0


def timed_out(fault: Callable[[int], object], context: Context) -> TimedOut:
    """Answer how item 7 failed, once it is proven that nobody waited for long."""
    began = time.monotonic()
    stage = map_stage(Faulty(fault), name="faulty", timeout=LIMIT)
    error = failure_at(outcomes_of(stage, context))

    assert LIMIT <= time.monotonic() - began < SOON
    assert isinstance(error, TimedOut), error
    assert (error.stage, error.index, error.limit) == ("faulty", 7, LIMIT)
    assert (error.attempt, error.effects) == (1, "unknown")
    return error


# ---- what takes too long


def sleep_for_ever(_: int) -> object:
    time.sleep(600)
    return "awake"


def d06(context: Context) -> None:
    """A thread cannot be ended: it is left behind, and counted."""
    report = Report()
    stage = map_stage(Faulty(sleep_for_ever), name="faulty", timeout=LIMIT)
    began = time.monotonic()
    found = stream(source(ITEMS).via(stage), on=context, observers=[report])
    error = failure_at(found)

    assert LIMIT <= time.monotonic() - began < SOON
    assert isinstance(error, TimedOut), error
    assert (error.index, error.limit, error.pid) == (7, LIMIT, os.getpid())
    assert report.abandoned_threads == 1


def stop(_: int) -> object:
    os.kill(os.getpid(), signal.SIGSTOP)
    return "continued"


def add_up(_: int) -> object:
    return sum(range(10**12))


def backtrack(_: int) -> object:
    return re.match(r"(a+)+b", "a" * 64)


def refuse_to_end(_: int) -> object:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return sleep_for_ever(0)


def result_that_hangs(_: int) -> object:
    return Slow(os.getpid())


@final
@dataclass(frozen=True, slots=True)
class Slow:
    """Takes for ever to be moved: out of ``home``, or into any other process."""

    home: int
    is_item: bool = False

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        if not self.is_item:
            sleep_for_ever(0)
        return arrive, (self.home,)


def arrive(home: int) -> object:
    return "home" if os.getpid() == home else sleep_for_ever(0)


def is_moved(item: object) -> object:
    return 10 * item if isinstance(item, int) else item


def answer_and_hang(_: int) -> object:
    """Be overdue as soon as the answer is on its way as a whole."""

    def forget(host: Host) -> None:
        host._words[DEADLINE] = 1  # only in this worker
        sleep_for_ever(0)

    Host.forget = forget
    return 70


# ---- the rows


def d01(context: Context) -> None:
    """An item that never ends is timed out, and its worker replaced."""
    error = timed_out(sleep_for_ever, context)

    assert "timed out after 0.5 s on item 7" in str(error)


def d02(context: Context) -> None:
    """So is one whose worker was stopped."""
    timed_out(stop, context)


def d03(context: Context) -> None:
    """So is one that sits in C code and never gives up the lock."""
    timed_out(add_up, context)
    timed_out(backtrack, context)


def d04(context: Context) -> None:
    """The time to decode an item, and to encode a result, counts."""
    error = timed_out(result_that_hangs, context)
    assert error.item == "7"

    if context == forks(2):
        return  # items are not moved there
    items = [Slow(os.getpid(), is_item=True) if n == 7 else n for n in ITEMS]
    stage = map_stage(is_moved, name="moved", timeout=LIMIT)
    late = failure_at(stream(source(items).via(stage), on=context))
    assert isinstance(late, TimedOut), late
    assert (late.stage, late.index) == ("moved", 7)


def d05(context: Context) -> None:
    """Nothing that a worker does to signals keeps it alive."""
    timed_out(refuse_to_end, context)


def d07(context: Context) -> None:
    """The start of a worker is not charged to its first item."""
    stage = map_stage(Faulty(lambda n: 10 * n), timeout=0.02)

    assert outcomes_of(stage, context) == [Success(10 * n) for n in ITEMS]


@final
@dataclass(frozen=True, slots=True)
class Working:
    """Notes who works on an item, for a moment."""

    log: str

    def __call__(self, item: int) -> int:
        note(self.log, item, os.getpid(), os.getppid())
        time.sleep(0.02)
        return item


def d08(context: Context) -> None:
    """When a machine was asleep, at most the items in execution are overdue."""
    with Scratch() as log, patch("time.time", side_effect=AssertionError):
        stage = map_stage(Working(log), timeout=LIMIT)
        running = stream(source(range(60)).via(stage), on=context)
        outcomes = [next(running)]
        wait_until(lambda: len(noted(log)) >= 3)
        asleep = {pid for _, *pids in noted(log) for pid in pids}
        for pid in asleep:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(1.5 * LIMIT)  # what is waited for is that time goes by
        for pid in asleep:
            # The nursery may wake before the worker that it finds overdue.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        outcomes += running

    late = [each for each in outcomes if isinstance(each, Failure)]
    assert len(outcomes) == 60
    assert len(late) <= 2, late


def d09(context: Context) -> None:
    """A run ends at its deadline with what it has, and says so."""
    began = time.monotonic()
    running = stream(
        source_from(lambda: iter(range(10**9))).via(map_stage(nap)),
        on=context,
        deadline=1,
    )
    *values, last = running

    assert 1 <= time.monotonic() - began < SOON
    assert last == Failure(Cancelled(reason="its deadline of 1 s has passed"))
    assert values == [Success(n) for n in range(len(values))]


def nap(item: int) -> int:
    time.sleep(0.01)
    return item


def d10(context: Context) -> None:
    """A result that is on its way wins against the deadline of its item."""
    stage = map_stage(Faulty(answer_and_hang), timeout=LIMIT)

    assert outcomes_of(stage, context) == [Success(10 * n) for n in ITEMS]


def d11(context: Context) -> None:
    """An item is ended at its deadline also while nobody pulls."""
    with Scratch() as log:
        stage = map_stage(Faulty(partial(note_and_hang, log)), timeout=LIMIT)
        running = stream(source(ITEMS).via(stage), on=context)
        outcomes = [next(running) for _ in range(6)]
        wait_until(lambda: bool(noted(log)))
        ((worker,),) = noted(log)
        wait_until(lambda: not is_alive(worker))
        outcomes += running

    assert isinstance(failure_at(outcomes), TimedOut)


def note_and_hang(log: str, _: int) -> object:
    note(log, os.getpid())
    return sleep_for_ever(0)


def d12(context: Context) -> None:
    """While the consumer is busy elsewhere, workers go on with what is at hand."""
    with Scratch() as log, closed(log, context) as running:
        assert next(running) == Success(0)
        wait_until(lambda: len(noted(log)) >= 3)


@contextmanager
def closed(log: str, context: Context) -> Iterator[Iterator[object]]:
    running = stream(source(range(60)).via(map_stage(Working(log))), on=context)
    try:
        yield running
    finally:
        running.close()


KILLED = WORKERS

SCENARIOS = {
    "D01": Scenario(run=d01, contexts=KILLED),
    "D02": Scenario(run=d02, contexts=KILLED),
    "D03": Scenario(run=d03, contexts=KILLED),
    "D04": Scenario(run=d04, contexts=WORKERS),
    "D05": Scenario(run=d05, contexts=KILLED),
    "D06": Scenario(run=d06, contexts=("threads",), leaves=("thread fstream-",)),
    "D07": Scenario(run=d07, contexts=KILLED),
    "D08": Scenario(run=d08, contexts=("processes",)),
    "D09": Scenario(run=d09, contexts=EVERYWHERE),
    "D10": Scenario(run=d10, contexts=("processes",)),
    "D11": Scenario(run=d11, contexts=WORKERS),
    "D12": Scenario(run=d12, contexts=("threads", "processes")),
}
