"""Group C: the death of a worker."""

import os
import signal

from fstream import Context
from tests.faults.promises import failing_at_seven
from tests.faults.promises import worker_lost
from tests.faults.scenario import Scenario


def kill(_: int) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def c01(context: Context) -> None:
    """A killed worker fails only the item that it was executing."""
    lost = worker_lost(failing_at_seven(kill, context))

    assert (lost.signal, lost.exit_code) == ("SIGKILL", None)
    assert (lost.attempt, lost.effects) == (1, "unknown")
    assert lost.pid not in {0, os.getpid()}


SCENARIOS = {
    "C01": Scenario(run=c01, contexts=("processes",)),
}
