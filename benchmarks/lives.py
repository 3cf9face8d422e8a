"""How long runs take to begin, to end, and to notice a death."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic_ns
from time import sleep

from benchmarks.handpool import hand_pool
from benchmarks.measure import compare
from benchmarks.measure import prepared
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import bound_row
from benchmarks.table import ratio_row
from benchmarks.warm import through_processes
from benchmarks.workfunctions import ident
from fstream import Success
from fstream import WorkerLost
from fstream import map_stage
from fstream import processes
from fstream import source
from fstream import stream

_ITEMS = 100
_ROOT = Path(__file__).parents[1]

# ---- G15


def g15(scale: Scale) -> list[Row]:
    """Start, send 100 items through, and stop; the first run, and the import."""
    items = range(_ITEMS)
    times = compare(
        [
            prepared("limit", lambda: _by_hand(items), facts=len, want=_ITEMS),
            prepared("Pool.imap(32)", lambda: _pooled(items), facts=len, want=_ITEMS),
            prepared("fstream", lambda: _later_run(items), facts=len, want=_ITEMS),
        ],
        rounds=max(scale.rounds, 1),
    )
    work = f"{_ITEMS} items through processes(2), start and stop included"
    return [
        ratio_row("G15", f"{work}, from the second run on", times=times, goal=1.5),
        bound_row(
            "G15 first",
            f"{work}, first run of a program",
            _told(_FIRST_RUN, scale.rounds),
            goal=100,
        ),
        bound_row(
            "G15 import",
            "import fstream, in an interpreter that has started",
            _told(_IMPORT, scale.rounds),
            goal=60,
        ),
    ]


@contextmanager
def _by_hand(items: range) -> Iterator[Callable[[], Collection[object]]]:
    def job() -> Collection[object]:
        with hand_pool(ident, width=2, chunk=32) as mapped:
            return mapped(items)

    yield job


@contextmanager
def _pooled(items: range) -> Iterator[Callable[[], Collection[object]]]:
    def job() -> Collection[object]:
        with get_context("fork").Pool(2) as pool:
            return list(pool.imap(ident, items, 32))

    yield job


@contextmanager
def _later_run(items: range) -> Iterator[Callable[[], Collection[object]]]:
    def job() -> Collection[object]:
        return through_processes(source(items).via(map_stage(ident)))

    job()
    yield job


_IMPORT = """
from time import monotonic_ns
began = monotonic_ns()
import fstream
print(monotonic_ns() - began)
"""

_FIRST_RUN = """
from time import monotonic_ns
from benchmarks.warm import through_processes
from benchmarks.workfunctions import ident
from fstream import map_stage, source
began = monotonic_ns()
through_processes(source(range(100)).via(map_stage(ident)))
print(monotonic_ns() - began)
"""


def _told(script: str, rounds: int) -> list[float]:
    """Run ``script`` in programs of its own; the milliseconds that each told."""
    command = [sys.executable, "-c", script]
    told = (
        subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
        for _ in range(rounds)
    )
    return [int(each.stdout) / 1e6 for each in told]


# ---- G19


def g19(scale: Scale) -> list[Row]:
    """Kill workers in the middle of an item, and close runs that are busy."""
    deaths = 3 if scale.mode == "small" else 40
    closings = 2 if scale.mode == "small" else 15
    noticed = [_death() for _ in range(deaths)]
    closed = [_closing() for _ in range(closings)]
    return [
        bound_row(
            "G19",
            f"death of a worker -> its Failure is there, {deaths} deaths",
            noticed,
            goal=10,
            worst=250,
        ),
        bound_row(
            "G19 close",
            f"close() of a busy run -> all are gone, {closings} runs",
            closed,
            goal=50,
            worst=50,
        ),
    ]


def _death() -> float:
    """Tell how many milliseconds a death was unknown."""
    with TemporaryDirectory() as folder:
        flow = source([(folder, n) for n in range(20)]).via(map_stage(fatal))
        for outcome in stream(flow, on=processes(2)):
            if isinstance(outcome, Success):
                continue
            now = monotonic_ns()
            error = outcome.failure()
            assert isinstance(error, WorkerLost), error
            died = int((Path(folder) / _WHEN).read_text())
            return (now - died) / 1e6
    sys.exit("a worker was killed, and no failure came of it")


_WHEN = "when"


def fatal(item: tuple[str, int]) -> int:
    """Kill the process in one of the items, and write down when."""
    folder, number = item
    if number == 10:
        with (Path(folder) / _WHEN).open("w") as file:
            file.write(str(monotonic_ns()))
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _closing() -> float:
    outcomes = stream(source(range(64)).via(map_stage(busy)), on=processes(2))
    workers = {each.unwrap() for each in islice(outcomes, 2)}
    began = monotonic_ns()
    outcomes.close()
    spent = (monotonic_ns() - began) / 1e6
    assert not any(map(_is_there, workers)), "a worker outlived its run"
    return spent


def busy(number: int) -> int:
    """Tell the process's number at first, and then wait for long."""
    if number >= 2:
        sleep(30)
    return os.getpid()


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
