"""Group E: hosts with ways of their own."""

import asyncio
import gc
import os
import signal
import threading
import warnings
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from types import FrameType

from fstream import Context
from fstream import ForkWarning
from fstream import PlanInvalid
from fstream import Source
from fstream import Success
from fstream import collect
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import stream
from tests.faults.programs import Program
from tests.faults.promises import failing_at_seven
from tests.faults.promises import stage_failure
from tests.faults.promises import worker_lost
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted
from tests.wait import is_alive

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGCHLD)


def boom(_: int) -> object:
    raise ValueError("boom-7")


def kill(_: int) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def ten_times(n: int) -> int:
    return 10 * n


def pids(_: int) -> int:
    return os.getpid()


def dispositions(_: int) -> list[bool]:
    """Tell of each signal whether a handler of the host would run."""
    return [signal.getsignal(number) is heed for number in SIGNALS]


def heed(number: int, _frame: FrameType | None) -> None:
    os.write(2, f"a handler of the host ran for {number}\n".encode())


def notices(context: Context) -> None:
    """Have the failure of an item, and nothing else, come back."""
    failure = stage_failure(failing_at_seven(boom, context))
    assert (failure.kind, failure.message) == ("ValueError", "boom-7")


def buries(context: Context) -> None:
    """Have the death of a worker cost its item, whatever is known of its end."""
    lost = worker_lost(failing_at_seven(kill, context))
    assert lost.signal in {"SIGKILL", None}


# ---- signals, children


def e09(context: Context) -> None:
    """Handlers of the host are the same throughout, and never run in a worker."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS[:-1]:  # the last would run for children of the host
        signal.signal(number, heed)
    during: list[object] = []
    stage = map_stage(dispositions)
    for outcome in stream(source(range(24)).via(stage), on=context):
        during.append([signal.getsignal(number) for number in SIGNALS])
        if context == processes(2):
            assert outcome == Success([False] * len(SIGNALS))
    assert during == [[heed, heed, heed, before[signal.SIGCHLD]]] * 24
    for number, handler in before.items():
        signal.signal(number, handler)


def e10(context: Context) -> None:
    """A host that lets the kernel reap its children has the same outcomes."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    buries(context)
    notices(context)
    signal.signal(signal.SIGCHLD, before)


def reap_all(_number: int, _frame: FrameType | None) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        pass


def e11(context: Context) -> None:
    """A host that waits for whoever ends has the same outcomes."""
    before = signal.signal(signal.SIGCHLD, reap_all)
    buries(context)
    notices(context)
    signal.signal(signal.SIGCHLD, before)


# ---- threads, loops


def e12(context: Context) -> None:
    """A run in another thread than the main one, which has a loop of its own."""
    warnings.simplefilter("ignore", ForkWarning)  # threads are the subject

    async def main() -> None:
        await asyncio.to_thread(notices, context)

    asyncio.run(main())


def e13(context: Context) -> None:
    """A run outlives the thread that began it."""
    warnings.simplefilter("ignore", ForkWarning)  # threads are the subject
    running = stream(source(range(500)).via(map_stage(ten_times)), on=context)
    first: list[object] = []
    thread = threading.Thread(target=lambda: first.append(next(running)))
    thread.start()
    thread.join()

    assert [*first, *running] == [Success(10 * n) for n in range(500)]


# ---- processes that were forked


def e14(context: Context) -> None:
    """A daemonic process may have workers."""
    child = get_context("fork").Process(target=notices, args=(context,), daemon=True)
    child.start()
    child.join()
    assert child.exitcode == 0


def e16(context: Context) -> None:
    """A host without standard descriptors gets no pipe of ours in their place."""

    def work(tell: Callable[..., None]) -> None:
        for number in (0, 1, 2):
            os.close(number)
        notices(context)
        running = stream(source(range(400)).via(map_stage(ten_times)), on=context)
        next(running)
        opened = []
        for number in (0, 1, 2):
            try:
                os.fstat(number)
            except OSError:
                continue
            opened.append(number)
        tell("open:", *opened)
        running.close()

    with Program(work) as program:
        assert program.line() == "open:"
        assert program.wait() == 0


def e17(context: Context) -> None:
    """A forked child cannot go on with a stream, and closing it there does nothing."""
    items: Source[int] = source(range(100_000)).via(map_stage(ten_times))
    running = stream(items, on=context)
    begun = [next(running)]

    def touch(tell: Callable[..., None]) -> None:
        try:
            for _ in running:
                pass
        except RuntimeError as exc:
            tell(exc)

    def close(tell: Callable[..., None]) -> None:
        running.close()
        tell("closed")

    with Program(touch) as child:
        assert child.line() == f"this stream belongs to process {os.getpid()}"
        assert child.wait() == 0
    with Program(close) as child:
        assert child.line() == "closed"
        assert child.wait() == 0
    assert [*begun, *running] == [Success(10 * n) for n in range(100_000)]


def e18(context: Context) -> None:
    """Forked children may run a plan that was made before, with their own workers."""
    plan = source(range(24)).via(map_stage(pids)).to(collect())
    mine = run(plan, on=context)

    def work(tell: Callable[..., None]) -> None:
        tell(*{*run(plan, on=context).unwrap()})

    children = [Program(work) for _ in range(3)]
    theirs = [pid for child in children for pid in child.numbers()]
    assert [child.wait() for child in children] == [0, 0, 0]
    for child in children:
        child.__exit__(None, None, None)
    assert len({*theirs}) == len(theirs)
    assert not {*theirs} & {*mine.unwrap()}


# ---- workers within workers


def nested(depth: int) -> object:
    """Run a plan in workers of this process, whose items do the same."""
    if depth == 0:
        return "bottom"
    plan = source([depth - 1]).via(map_stage(nested)).to(collect())
    outcome = run(plan, on=processes(2))
    match outcome:
        case Success(values):
            return values[0]
        case _:
            return outcome.failure()


def e15(context: Context) -> None:
    """Items may run plans with workers of their own, but not without end."""
    plan = source([1, 1]).via(map_stage(nested)).to(collect())
    assert run(plan, on=context) == Success(("bottom", "bottom"))

    (found,) = run(
        source([5]).via(map_stage(nested)).to(collect()), on=context
    ).unwrap()
    assert isinstance(found, PlanInvalid), found
    assert "nested 4 deep" in found.reasons[0]


# ---- streams that are dropped


def e08(context: Context) -> None:
    """A stream that the collector finds is told of, and its workers are gone."""
    with Scratch() as path:
        items = source(range(100_000)).via(map_stage(partial(noting, path)))
        dropped = stream(items, on=context)
        next(dropped)
        workers = {line[0] for line in noted(path)} - {os.getpid()}
        del dropped
        assert not any(map(is_alive, workers))

        gc.disable()
        kept = stream(items, on=context)
        next(kept)
        workers = {line[0] for line in noted(path)} - {os.getpid()}
        cycle: list[object] = [kept]
        cycle.append(cycle)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del kept, cycle
            gc.collect()
            gc.enable()
        assert not any(map(is_alive, workers))

    (warning,) = caught
    assert warning.category is ResourceWarning
    assert "e_hosts.py" in str(warning.message), warning.message
    assert "was never closed" in str(warning.message)


def noting(path: str, n: int) -> int:
    note(path, os.getpid())
    return n


SCENARIOS = {
    "E08": Scenario(run=e08, contexts=("threads", *WORKERS)),
    "E09": Scenario(run=e09, contexts=EVERYWHERE),
    "E10": Scenario(run=e10, contexts=WORKERS),
    "E11": Scenario(run=e11, contexts=WORKERS),
    "E12": Scenario(run=e12, contexts=EVERYWHERE),
    "E13": Scenario(run=e13, contexts=EVERYWHERE),
    "E14": Scenario(run=e14, contexts=EVERYWHERE),
    "E15": Scenario(run=e15, contexts=WORKERS),
    "E16": Scenario(run=e16, contexts=EVERYWHERE),
    "E17": Scenario(run=e17, contexts=("threads", *WORKERS)),
    "E18": Scenario(run=e18, contexts=WORKERS),
}
