"""Group E: Ctrl-C."""

import os
import random
import signal
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from fstream import Context
from fstream import Success
from fstream import collect
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import stream
from tests.faults.programs import Program
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import Scenario
from tests.faults.scenarios.e_ends import Busy
from tests.faults.scenarios.e_ends import all_gone
from tests.faults.scenarios.e_ends import sleep
from tests.faults.scenarios.e_ends import workers_of
from tests.faults.scratch import Scratch
from tests.leaks import left_behind
from tests.leaks import traces
from tests.wait import wait_until

SEEDS = int(os.environ.get("FAULTS_SEEDS", "25"))


def passes(n: int) -> int:
    return n


def four_hundred(tell: Callable[..., None], context: Context, path: str) -> None:
    """Have 400 items pending; tell when Ctrl-C came, and when all are gone."""
    try:
        for _ in stream(
            source(range(400)).via(map_stage(Busy(path, sleep))), on=context
        ):
            tell("an item")
    except KeyboardInterrupt:
        tell(time.monotonic_ns())
        raise


def e04(context: Context) -> None:
    """Ctrl-C leaves through the caller within a second, and nobody is left."""
    with Scratch() as path:
        begin = partial(four_hundred, context=context, path=path)
        with Program(begin) as program:
            workers = {*workers_of(path, 1)} - {program.pid}
            began = time.monotonic_ns()
            os.kill(program.pid, signal.SIGINT)
            (left,) = program.numbers()
            assert program.wait() == 130
            assert left - began < 1e9
            wait_until(lambda: all_gone(workers), within=1.5)


@contextmanager
def ctrl_c_after(seconds: float) -> Iterator[None]:
    """Have a child send this process a Ctrl-C, unless it is too late."""
    begun, begin = os.pipe()
    own = os.getpid()
    child = os.fork()
    if child == 0:
        os.read(begun, 1)
        time.sleep(seconds)
        if os.getppid() == own:
            os.kill(own, signal.SIGINT)
        os._exit(0)
    try:
        os.close(begun)
        os.write(begin, b"!")
        os.close(begin)
        yield
    finally:
        while child:  # it may interrupt just this
            try:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                child = 0
            except KeyboardInterrupt:
                continue
            except ProcessLookupError:
                child = 0


def run_twice(context: Context) -> None:
    plan = source(range(60)).via(map_stage(passes)).to(collect())
    assert run(plan, on=context) == Success(tuple(range(60)))
    items = source(range(9)).via(map_stage(passes))
    assert [*stream(items, on=context)] == [Success(n) for n in range(9)]


def e05(context: Context) -> None:
    """Ctrl-C at whatever moment leaves nothing behind, and says nothing of its own."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_twice(context)
    began = time.monotonic()
    run_twice(context)
    took = time.monotonic() - began
    chance = random.Random(5)
    before = traces()
    came = 0
    for seed in range(SEEDS):
        try:
            with ctrl_c_after(1.1 * took * chance.random()):
                run_twice(context)
        except KeyboardInterrupt:
            came += 1
        left = left_behind(before, within=1.5)
        assert not left, (seed, left)
    assert came, "it always came too late"


def e06(context: Context) -> None:
    """A second Ctrl-C ends everyone at once."""
    with Scratch() as path:
        begin = partial(four_hundred, context=context, path=path)
        with Program(begin) as program:
            workers = {*workers_of(path, 1)} - {program.pid}
            began = time.monotonic()
            os.kill(program.pid, signal.SIGINT)
            os.kill(program.pid, signal.SIGINT)
            assert program.wait() == 130
            assert time.monotonic() - began < 1.5
            wait_until(lambda: all_gone(workers), within=1)


UNHEARD = (
    r"^Exception ignored in: <function (?:Guard\.__del__|WeakSet)[^\n]*\n"
    r"(?:[^\n]*\n)*?KeyboardInterrupt:? *\n"
)
"""Once in some hundred times Ctrl-C comes where Python can only say that it is lost:
in the finalizer of a stream that is over, or in a callback of asyncio's weak sets."""

SCENARIOS = {
    "E04": Scenario(run=e04, contexts=EVERYWHERE),
    "E05": Scenario(
        run=e05, contexts=EVERYWHERE, seconds=20 + SEEDS / 5, noise=UNHEARD
    ),
    "E06": Scenario(run=e06, contexts=EVERYWHERE),
}
