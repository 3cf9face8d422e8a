"""Group C, about the starts of workers: those that fail, and those that are wanted."""

import os
import time
from collections import Counter
from dataclasses import dataclass
from typing import final

from fstream import Context
from fstream import Failure
from fstream import StageFailure
from fstream import Success
from fstream import drain
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import stream
from tests.faults.scenario import Scenario
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted


@final
@dataclass(frozen=True, slots=True)
class NotImportable:
    """A function whose module raises wherever it is imported but at ``home``."""

    home: int
    log: str

    def __reduce__(self) -> tuple[object, ...]:
        return import_it, (self.home, self.log)

    def __call__(self, item: int) -> int:
        return item


def import_it(home: int, log: str) -> NotImportable:
    if os.getpid() != home:
        note(log, os.getpid())
        raise ImportError("no module of that name")
    return NotImportable(home, log)


def c14(context: Context) -> None:
    """A function that workers cannot import ends the run with their own traceback."""
    with Scratch() as log:
        began = time.monotonic()
        stage = map_stage(NotImportable(os.getpid(), log), name="far")
        outcome = run(source(range(1000)).via(stage).to(drain()), on=context)
        starts = len(noted(log))

    assert isinstance(outcome, Failure)
    error = outcome.failure()
    assert isinstance(error, StageFailure)
    assert (error.stage, error.step, error.kind) == ("far", "open", "ImportError")
    assert "in import_it" in error.traceback
    assert starts <= 2
    assert time.monotonic() - began < 20


def c15(_: Context) -> None:
    """Workers that end after some items are replaced, and nothing is lost of it."""
    for recycle in (1, 2, 7, 100):
        context = processes(2, recycle=recycle)
        with Scratch() as log:
            stage = map_stage(Traced(log))
            outcomes = [*stream(source(range(60)).via(stage), on=context)]
            given = Counter(pid for _, pid in noted(log))

        assert outcomes == [Success(10 * n) for n in range(60)]
        assert max(given.values()) <= recycle
        assert len(given) >= min(60 / recycle, 2)


@final
@dataclass(frozen=True, slots=True)
class Traced:
    """Notes who executes an item."""

    log: str

    def __call__(self, item: int) -> int:
        note(self.log, item, os.getpid())
        return 10 * item


SCENARIOS = {
    "C14": Scenario(run=c14, contexts=("processes",)),
    "C15": Scenario(run=c15, contexts=("processes",)),
}
