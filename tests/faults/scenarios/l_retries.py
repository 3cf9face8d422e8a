"""Group L: retries, dead letters, and what is executed how often."""

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import final
from unittest.mock import patch

from fstream import Context
from fstream import Failure
from fstream import ItemFailure
from fstream import Report
from fstream import Retry
from fstream import StageFailure
from fstream import Success
from fstream import WorkerLost
from fstream import catch
from fstream import drain
from fstream import for_each
from fstream import map_stage
from fstream import run
from fstream import source
from tests.faults.promises import AT
from tests.faults.promises import ITEMS
from tests.faults.promises import failure_at
from tests.faults.promises import outcomes_of
from tests.faults.promises import stage_failure
from tests.faults.promises import worker_lost
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted

DELIVERED = [Success(10 * n) for n in ITEMS]


@final
@dataclass(frozen=True, slots=True)
class Counted:
    """Notes every call, and fails the first ``fails`` calls with item ``at``."""

    log: str
    fails: int
    at: int = AT

    def __call__(self, item: int) -> int:
        note(self.log, item)
        if item == self.at and calls(self.log)[item] <= self.fails:
            self.fail(item)
        return 10 * item

    def fail(self, item: int) -> None:
        raise OSError(f"call {calls(self.log)[item]}")


@final
@dataclass(frozen=True, slots=True)
class Deadly:
    """Notes every call, and is the death of its worker at item 7."""

    log: str

    def __call__(self, item: int) -> int:
        note(self.log, item)
        if item == AT:
            os.kill(os.getpid(), signal.SIGKILL)
        return 10 * item


def calls(log: str) -> Counter[int]:
    return Counter(item for (item,) in noted(log))


# ---- the rows


def l01(context: Context) -> None:
    """An item that fails twice and then works is a success of three attempts."""
    with Scratch() as log:
        stage = map_stage(Counted(log, fails=2), retry=Retry(3))
        assert outcomes_of(stage, context) == DELIVERED
        assert calls(log) == Counter([*ITEMS, AT, AT])

    with Scratch() as log:
        stage = map_stage(Counted(log, fails=3), retry=Retry(3))
        error = stage_failure(failure_at(outcomes_of(stage, context)))
    assert (error.attempt, error.message) == (3, "call 3")
    assert error.earlier == ("OSError: call 1", "OSError: call 2")


def l02(context: Context) -> None:
    """A poison item dies as often as it is forgiven, and once more."""
    with Scratch() as log:
        stage = map_stage(Deadly(log), retry=Retry(1, deaths=2))
        lost = worker_lost(failure_at(outcomes_of(stage, context)))
        assert calls(log)[AT] == 3

    assert lost.attempt == 3
    assert lost.earlier == ("the worker was ended by SIGKILL",) * 2


def l03(context: Context) -> None:
    """What runs at most once runs once, also where a worker dies beside it."""
    with Scratch() as log:
        stage = map_stage(Deadly(log), delivery="at_most_once")
        assert isinstance(failure_at(outcomes_of(stage, context)), WorkerLost)
        assert calls(log) == Counter(ITEMS)


def l04(context: Context) -> None:
    """Only what is listed is tried again; deaths are not, unless they are forgiven."""
    with Scratch() as log:
        stage = map_stage(Counted(log, fails=1), retry=Retry(3, on=(KeyError,)))
        error = stage_failure(failure_at(outcomes_of(stage, context)))
        assert (error.attempt, calls(log)[AT]) == (1, 1)


def l04_deaths(context: Context) -> None:
    l04(context)
    with Scratch() as log:
        stage = map_stage(Deadly(log), retry=Retry(3, on=(BaseException,)))
        lost = worker_lost(failure_at(outcomes_of(stage, context)))
        assert (lost.attempt, calls(log)[AT]) == (1, 1)


def l05(context: Context) -> None:
    """The time between attempts is what was asked for."""
    waits: list[float] = []
    with Scratch() as log, patch("time.sleep", waits.append):
        retry = Retry(4, wait=lambda attempt: 2.0**attempt)
        stage = map_stage(Counted(log, fails=3), retry=retry)
        assert outcomes_of(stage, context) == DELIVERED

    assert waits == [2.0, 4.0, 8.0]


@final
@dataclass(frozen=True, slots=True)
class Unloadable:
    """A function that is the death of every process which loads it."""

    home: int

    def __reduce__(self) -> tuple[object, ...]:
        return die_away_from, (self.home,)

    def __call__(self, item: int) -> int:
        return item


def die_away_from(home: int) -> Unloadable:
    if os.getpid() != home:
        os._exit(7)
    return Unloadable(home)


def l06(context: Context) -> None:
    """Workers that die at every start end the run, which says how they ended."""
    began = time.monotonic()
    stage = map_stage(Unloadable(os.getpid()), name="unloadable")
    with patch("fstream.worker.child.go_deeper", lambda *_, **__: os._exit(7)):
        outcome = run(source(ITEMS).via(stage).to(drain()), on=context, tolerate=10**6)

    lost = worker_lost(outcome.failure())
    assert (lost.stage, lost.exit_code) == ("unloadable", 7)
    assert time.monotonic() - began < 20


def l07(context: Context) -> None:
    """A sink for dead letters that fails itself ends the run, and tells of whom."""

    def bury(error: ItemFailure) -> None:
        raise OSError("no room")

    with Scratch() as log:
        report = Report()
        dying = catch(map_stage(Counted(log, fails=9), on=context, name="dying"))
        plan = source(ITEMS).via(dying).to(drain()).divert_to(for_each(bury))
        outcome = run(plan, observers=[report])

    error = outcome.failure()
    assert isinstance(error, StageFailure)
    assert error.message == "no room"
    assert "StageFailure(stage='dying'" in error.item
    assert "index=7" in error.item
    assert report.run.entered == AT + 1


def l08(context: Context) -> None:
    """Retries change no order."""
    with Scratch() as log:
        flaky = map_stage(Counted(log, fails=2, at=0), retry=Retry(3, wait=0.05))
        assert outcomes_of(flaky, context) == DELIVERED


def l09(context: Context) -> None:
    """Neighbours of a poison item are innocent: for them it is the first attempt."""
    with Scratch() as log:
        stage = map_stage(Deadly(log)) >> map_stage(fail_after, name="after")
        outcomes = outcomes_of(stage, context, range(500))

    lost = worker_lost(outcomes[AT].failure())
    assert lost.index == AT
    others = [each for n, each in enumerate(outcomes) if n != AT]
    errors = [stage_failure(each.failure()) for each in others]
    assert len(errors) == 499
    assert {(error.attempt, error.earlier) for error in errors} == {(1, ())}
    assert all(isinstance(each, Failure) for each in others)


def fail_after(item: int) -> int:
    raise ValueError(item)


TRYING = EVERYWHERE
DYING = WORKERS

SCENARIOS = {
    "L01": Scenario(run=l01, contexts=TRYING),
    "L02": Scenario(run=l02, contexts=DYING),
    "L03": Scenario(run=l03, contexts=DYING),
    "L04": Scenario(run=l04_deaths, contexts=DYING),
    "L05": Scenario(run=l05, contexts=("inline",)),
    "L06": Scenario(run=l06, contexts=WORKERS),
    "L07": Scenario(run=l07, contexts=TRYING),
    "L08": Scenario(run=l08, contexts=TRYING),
    "L09": Scenario(run=l09, contexts=DYING),
}
