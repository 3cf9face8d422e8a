"""Group E: the parent's death."""

import ctypes
import os
import re
import signal
import time
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import final

from fstream import Context
from fstream import Success
from fstream import map_stage
from fstream import source
from fstream import stream
from tests.faults.programs import Program
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted
from tests.wait import is_alive
from tests.wait import wait_until

SOON = 2.0


# ---- what keeps workers busy


def sleep(_: int) -> None:
    time.sleep(60)


def compute_in_c(_: int) -> None:
    """Hold the lock of the interpreter in one long call."""
    re.match("(a+)+$", "a" * 60 + "b")


def wait_in_c(_: int) -> None:
    ctypes.PyDLL(None).sleep(60)


def daemonise(path: str, _: int) -> None:
    """Start a process that leaves the session, and whose parent is gone."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            note(path, os.getpid())
            time.sleep(60)
        os._exit(0)
    time.sleep(60)


def ignore_all(_: int) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(60)


@final
@dataclass(frozen=True, slots=True)
class Busy:
    """Notes its process, and is busy for a minute."""

    path: str
    work: Callable[[int], object]

    def __call__(self, n: int) -> object:
        note(self.path, os.getpid())
        return self.work(n)


# ---- programs that are ended


def busy_program(
    tell: Callable[..., None],
    context: Context,
    stage: Busy,
    *,
    before: Callable[[], object] = bool,
) -> None:
    """Have all workers busy, and wait for ever."""
    before()
    tell(os.getpid())
    for outcome in stream(source(range(400)).via(map_stage(stage)), on=context):
        tell(outcome)


def workers_of(path: str, n: int = 2) -> list[int]:
    wait_until(lambda: len(noted(path)) >= n, within=15)
    return [line[0] for line in noted(path)]


def all_gone(pids: Iterable[int]) -> bool:
    return not any(map(is_alive, pids))


def everyone_ends_with_the_parent(
    context: Context,
    *,
    work: Callable[[int], object] = sleep,
    end: signal.Signals = signal.SIGKILL,
    before: Callable[[], object] = bool,
) -> None:
    with Scratch() as path:
        begin = partial(
            busy_program, context=context, stage=Busy(path, work), before=before
        )
        with Program(begin) as program:
            program.line()
            workers = workers_of(path)
            assert program.end(end) == -end
            wait_until(lambda: all_gone(workers), within=SOON)


# ---- the rows


def e01(context: Context) -> None:
    """Workers end with a parent that was killed."""
    everyone_ends_with_the_parent(context)


def e02(context: Context) -> None:
    """A parent that is asked to end takes its workers along."""
    everyone_ends_with_the_parent(context, end=signal.SIGTERM)


def e03(context: Context) -> None:
    """A child of the parent that has all its descriptors keeps no worker alive."""
    with Scratch() as path:

        def begin(tell: Callable[..., None]) -> None:
            running = stream(source(range(9)).via(map_stage(abs)), on=context)
            assert next(running) == Success(0)
            child = os.fork()
            if child == 0:
                time.sleep(60)
            tell(child)
            busy_program(tell, context, Busy(path, sleep))

        with Program(begin) as program:
            (child,) = program.numbers()
            workers = workers_of(path)
            program.end()
            wait_until(lambda: all_gone(workers), within=SOON)
            assert is_alive(child)
            os.kill(child, signal.SIGKILL)


def e25(context: Context) -> None:
    """Workers end although no line of Python can run in them."""
    everyone_ends_with_the_parent(context, work=compute_in_c)
    everyone_ends_with_the_parent(context, work=wait_in_c)
    everyone_ends_with_the_parent(context, work=ignore_all)


def e26(context: Context) -> None:
    """A terminal that is closed ends the parent, and so the workers."""
    with Scratch() as path:
        stage = Busy(path, sleep)
        begin = partial(busy_program, context=context, stage=stage, before=os.setsid)
        with Program(begin) as program:
            program.line()
            workers = workers_of(path)
            os.killpg(program.pid, signal.SIGHUP)
            assert program.wait() == -signal.SIGHUP
            wait_until(lambda: all_gone(workers), within=SOON)


def e27(context: Context) -> None:
    """A parent that was stopped for a while goes on, and has lost nothing."""

    def begin(tell: Callable[..., None]) -> None:
        running = stream(source(range(2000)).via(map_stage(abs)), on=context)
        for n, outcome in enumerate(running):
            assert outcome == Success(n)
            tell(n)

    with Program(begin) as program:
        assert program.numbers() == [0]
        for _ in range(5):
            os.kill(program.pid, signal.SIGSTOP)
            os.waitpid(program.pid, os.WUNTRACED)
            os.kill(program.pid, signal.SIGCONT)
        assert [program.numbers() for _ in range(1999)][-1] == [1999]
        assert program.wait() == 0


def e28(context: Context) -> None:
    """What an item sent into the background ends with the parent, too."""
    with Scratch() as path:
        stage = Busy(path, partial(daemonise, path))
        with Program(partial(busy_program, context=context, stage=stage)) as program:
            program.line()
            everyone = workers_of(path, 4)
            program.end()
            wait_until(lambda: all_gone(everyone), within=SOON)


SCENARIOS = {
    "E01": Scenario(run=e01, contexts=WORKERS),
    "E02": Scenario(run=e02, contexts=WORKERS),
    "E03": Scenario(run=e03, contexts=WORKERS),
    "E25": Scenario(run=e25, contexts=WORKERS),
    "E26": Scenario(run=e26, contexts=WORKERS),
    "E27": Scenario(run=e27, contexts=("threads", *WORKERS)),
    "E28": Scenario(run=e28, contexts=("processes",)),
}
