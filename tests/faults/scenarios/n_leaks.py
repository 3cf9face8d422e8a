"""Group N: the life of runs, many times over."""

import gc
import os
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from fstream import Context
from fstream import Failure
from fstream import PlanInvalid
from fstream import Success
from fstream import collect
from fstream import count
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import stream
from tests.faults.programs import Program
from tests.faults.programs import interpreted
from tests.faults.promises import resident
from tests.faults.promises import worker_lost
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scenarios.g_resources import leave_descriptors
from tests.faults.work import Item
from tests.faults.work import kill_itself
from tests.faults.work import labelled
from tests.faults.work import same
from tests.faults.work import ten_times
from tests.leaks import left_behind
from tests.leaks import traces

CYCLES = int(os.environ.get("FAULTS_CYCLES", "60"))
MANY = int(os.environ.get("FAULTS_ITEMS", "1000000"))
DEATHS = int(os.environ.get("FAULTS_DEATHS", "60"))
SLACK = 2 << 20


def cycle(context: Context) -> None:
    """Have one run that ends by itself, and one that is left in the middle."""
    items = source(range(5)).via(map_stage(ten_times))
    assert run(items.to(count()), on=context) == Success(5)
    values = stream(items, on=context)
    assert next(values) == Success(0)
    values.close()


def n01(context: Context) -> None:
    """Many runs leave what one leaves: nothing."""
    for _ in range(5):
        cycle(context)
    gc.collect()
    before, memory = traces(), resident()
    for _ in range(CYCLES):
        cycle(context)
    gc.collect()

    assert left_behind(before, within=2) == ()
    assert resident() - memory < SLACK


def n02(context: Context) -> None:
    """Many items through one pool take the memory of a few."""
    memory = 0

    def look(n: int) -> int:
        nonlocal memory
        if n == MANY // 2:  # all that is ever in flight has been
            memory = resident()
        return n

    items = source(range(MANY)).via(map_stage(ten_times, on=context))
    plan = items.via(map_stage(lambda n: look(n // 10))).to(count())

    assert run(plan) == Success(MANY)
    grown = resident() - memory
    assert grown < 6 * SLACK, grown  # 24 bytes an item would be more


def n03(context: Context) -> None:
    """Items and results are gone once the consumer has let go of them.

    Inline it is one item later; elsewhere when their chunk has been consumed.
    """
    kept: list[weakref.ref[Item]] = []

    def items(n: int) -> Item:
        item = Item(n)
        kept.append(weakref.ref(item))
        return item

    plan = source(range(200)).via(map_stage(items)).via(map_stage(same, on=context))
    values = stream(plan)
    for n in range(100):
        next(values)
        alive = sum(ref() is not None for ref in kept[:n])
        assert alive <= (1 if context == inline() else 4 * len(kept))
    assert len([*values]) == 100
    gc.collect()

    assert [ref for ref in kept if ref() is not None] == []


def n04(context: Context) -> None:
    """Starts that fail leave nothing behind, however many they are."""
    lock = threading.Lock()
    unable = map_stage(lambda n: (lock, n), on=processes(2))
    plan = source([1]).via(unable).to(collect())

    def work(_tell: Callable[..., None]) -> None:
        cycle(context)
        leave_descriptors(1)
        before, memory = 0, 0
        for n in range(200):
            outcome = run(plan)
            assert isinstance(outcome, Failure)
            assert isinstance(outcome.failure(), PlanInvalid)
            refused = [*stream(source([1]).via(map_stage(abs)), on=processes(3))]
            assert isinstance(refused[0], Failure)
            if n == 50:
                before, memory = len(os.listdir("/proc/self/fd")), resident()  # noqa: PTH208
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
        assert resident() - memory < SLACK

    with Program(work) as program:
        assert program.wait() == 0


def n05(context: Context) -> None:
    """Runs of several threads do not touch each other; nor do those that end early."""
    found: Counter[object] = Counter()

    def work(number: int) -> None:
        for n in range(15):
            items = source(range(50)).via(map_stage(partial(labelled, number)))
            values = stream(items, on=context)
            wanted = [Success((number, k)) for k in range(50)]
            if n % 3:
                found[[*values] == wanted] += 1
            else:
                found[next(values) == wanted[0]] += 1
                values.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {True: 60}


def n06(context: Context) -> None:
    """A run may be closed while its workers start, and one may start meanwhile."""
    items = source(range(10_000)).via(map_stage(ten_times))
    for delay in range(20):
        values = stream(items, on=context)
        first = threading.Thread(target=partial(next, values))
        first.start()
        time.sleep(delay / 2000)
        try:
            values.close()
        except ValueError:  # it is just being asked for its first item
            first.join()
            values.close()
        first.join()

    closing = stream(items, on=context)
    next(closing)
    thread = threading.Thread(target=closing.close)
    thread.start()
    assert run(items.to(count()), on=context) == Success(10_000)
    thread.join()


def n07(context: Context) -> None:
    """Each of many deaths costs its item, and the last no more than the first."""
    cycle(context)
    before = traces()
    stage = map_stage(kill_itself)
    times: list[float] = []
    for outcome in stream(source(range(DEATHS)).via(stage), on=context):
        assert worker_lost(outcome.failure()).signal == "SIGKILL"
        times.append(time.monotonic())
    gaps = [late - early for early, late in pairwise(times)]
    third = len(gaps) // 3

    assert len(times) == DEATHS
    assert sum(gaps[-third:]) < 3 * sum(gaps[:third]) + 0.2
    left = left_behind(before, within=2)
    assert left == (), left


def n08(context: Context) -> None:
    """In the development mode nothing is heard of resources, or anything else."""
    done = interpreted(
        f"""
        import gc, os, sys
        from fstream import *

        assert sys.flags.dev_mode

        def fails_at_seven(n):
            assert n != 7
            return n

        for _ in range(2):
            stage = map_stage(fails_at_seven)
            plan = source(range(24)).via(stage).to(count())
            print(run(plan, on={context!r}, tolerate=1))
            for outcome in stream(source(range(24)).via(stage), on={context!r}):
                break
        gc.collect()
        """,
        options=("-X", "dev"),
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "<Success: 23>\n" * 2


SCENARIOS = {
    "N01": Scenario(run=n01, contexts=EVERYWHERE),
    "N02": Scenario(run=n02, contexts=("inline", "threads", "processes"), seconds=10),
    "N03": Scenario(run=n03, contexts=EVERYWHERE),
    "N04": Scenario(run=n04, contexts=("processes",), seconds=10),
    "N05": Scenario(run=n05, contexts=("inline", "threads", "processes")),
    "N06": Scenario(run=n06, contexts=("inline", "threads", "processes")),
    "N07": Scenario(run=n07, contexts=WORKERS),
    "N08": Scenario(run=n08, contexts=EVERYWHERE),
}
