"""A scenario: something that goes wrong, what must happen then, and where.

A module in ``tests/faults/scenarios`` is named for its group and a topic. It holds
plain functions that assert, and tells of them in one dict::

    SCENARIOS = {
        "C01": Scenario(run=c01, contexts=("threads", "processes")),
    }

The function is given a context, and runs in a process of its own.
"""

import os
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from fstream import Context
from fstream import forks
from fstream import inline
from fstream import processes
from fstream import tasks
from fstream import threads

CONTEXTS: Mapping[str, Context] = {
    "inline": inline(),
    "threads": threads(2),
    "tasks": tasks(2),
    "processes": processes(2),
    "forks": forks(2),
}
EVERYWHERE = tuple(CONTEXTS)
WORKERS = ("processes", "forks")
"""Those whose workers may die without us: results come from another process."""

PATIENCE = float(os.environ.get("FAULTS_PATIENCE", "2"))
"""How long everyone may take to be gone, in seconds."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What to run, where, and what may be seen of it.

    It may take ``seconds`` on a machine that does nothing else. ``noise`` is a regular
    expression: what it finds on stderr is expected there. What stays behind must
    begin with one of ``leaves``, as ``python -m tests.faults`` words it.
    """

    run: Callable[[Context], None]
    contexts: tuple[str, ...]
    seconds: float = 5.0
    noise: str | None = None
    leaves: tuple[str, ...] = ()


def both(*rows: Callable[[Context], None]) -> Callable[[Context], None]:
    """Make one scenario of several, which follow each other."""

    def row(context: Context) -> None:
        for each in rows:
            each(context)

    return row
