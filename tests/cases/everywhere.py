"""The contexts that every case must hold in, and the run of a plan in one."""

import pytest

from fstream import Context
from fstream import Plan
from fstream import Report
from fstream import Success
from fstream import forks
from fstream import inline
from fstream import processes
from fstream import run
from fstream import threads

CONTEXTS = (inline(), threads(2), processes(2), forks(2))
everywhere = pytest.mark.parametrize("on", CONTEXTS, ids=repr)


def answer(
    plan: Plan[object, object],
    *,
    on: Context | None = None,
    tolerate: int = 0,
    report: Report | None = None,
) -> object:
    """The result of a run that must succeed."""
    observers = [] if report is None else [report]
    outcome = run(plan, on=on, tolerate=tolerate, observers=observers)
    assert isinstance(outcome, Success), outcome
    return outcome.unwrap()


def counts(report: Report) -> dict[str, tuple[int, int]]:
    """How many items entered each stage, and how many came out."""
    return {row.name: (row.entered, row.emitted) for row in report.stages}
