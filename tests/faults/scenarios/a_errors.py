"""Group A: errors that the user's function raises."""

import os

from fstream import Context
from fstream import inline
from fstream import threads
from tests.faults.promises import failing_at_seven
from tests.faults.promises import stage_failure
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import Scenario


def boom(n: int) -> object:
    text = f"boom-{n}"
    raise ValueError(text)


def a01(context: Context) -> None:
    """A plain exception is told with all that helps to find it."""
    failure = stage_failure(failing_at_seven(boom, context))

    assert (failure.kind, failure.message) == ("ValueError", "boom-7")
    assert (failure.stage, failure.step, failure.index) == ("faulty", "call", 7)
    assert (failure.attempt, failure.item) == (1, "7")
    assert "in boom" in failure.traceback
    assert "raise ValueError(text)" in failure.traceback
    is_here = isinstance(context, type(inline()) | type(threads(1)))
    assert (failure.pid == os.getpid()) == is_here


SCENARIOS = {
    "A01": Scenario(run=a01, contexts=EVERYWHERE),
}
