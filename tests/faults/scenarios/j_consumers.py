"""Group J: consumers that leave, pause, or are two."""

import asyncio
import os
import resource
import threading
import time
import warnings
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import final

from fstream import Context
from fstream import ForkWarning
from fstream import RunEvent
from fstream import Success
from fstream import map_stage
from fstream import source
from fstream import stream
from tests.faults.promises import AnyOutcome
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import Scenario
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted
from tests.wait import is_alive
from tests.wait import is_asleep
from tests.wait import wait_until

SLOW = 0.02
SOON = 1.0 + 1.0  # the promise is a second; the other is for a busy machine


def ten_times(n: int) -> int:
    return 10 * n


def slowly(path: str, n: int) -> int:
    note(path, os.getpid())
    time.sleep(SLOW)
    return 10 * n


def slow_stream(path: str, on: Context) -> Generator[AnyOutcome]:
    return stream(source(range(400)).via(map_stage(partial(slowly, path))), on=on)


@contextmanager
def ended_at_once(path: str) -> Iterator[None]:
    """Prove that what is done here ends a run, with its workers, at once."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON
    workers = {line[0] for line in noted(path)} - {os.getpid()}
    assert not any(map(is_alive, workers))
    executed = len(noted(path))
    assert executed < 100, "what was pending was executed"


def j01(context: Context) -> None:
    """A consumer that breaks out has ended the run."""
    with Scratch() as path:
        for n, outcome in enumerate(values := slow_stream(path, context)):
            assert outcome == Success(10 * n)
            if n == 2:
                break
        with ended_at_once(path):
            values.close()


def j02(context: Context) -> None:
    """An exception of the consumer ends the run, and stays what it was."""

    def consume(path: str, error: Exception) -> None:
        for n, _ in enumerate(slow_stream(path, context)):
            if n == 2:
                raise error

    with Scratch() as path:
        raised = LookupError("the consumer's own")
        with ended_at_once(path):
            found = exception_of(partial(consume, path, raised))
    assert found is raised
    assert found.__context__ is None


def exception_of(consume: Callable[[], None]) -> BaseException | None:
    try:
        consume()
    except BaseException as exc:
        return exc
    return None


@final
@dataclass
class Closing:
    """Closes the stream it hears of, when the run ends."""

    values: Generator[AnyOutcome] | None = None

    def on(self, event: RunEvent) -> None:
        if type(event).__name__ == "RunFinished" and self.values is not None:
            with suppress(ValueError):  # it is just being closed
                self.values.close()


def j03(context: Context) -> None:
    """A stream may be closed again, by whomever."""
    with Scratch() as path:
        values = slow_stream(path, context)
        next(values)
        with ended_at_once(path):
            for close in (values.close, values.close):
                thread = threading.Thread(target=close)
                thread.start()
                thread.join()
            values.close()
        assert [*values] == []

    closing_one = Closing()
    items = source(range(9)).via(map_stage(ten_times))
    closing_one.values = stream(items, on=context, observers=[closing_one])
    assert next(closing_one.values) == Success(0)
    closing_one.values.close()
    assert [*closing_one.values] == []


def is_busy(pid: int) -> bool:
    return is_alive(pid) and not is_asleep(pid)


def used(pids: set[int]) -> float:
    """Give the seconds of processor time that processes have used."""
    ticks = 0
    for pid in filter(is_alive, pids):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    own = resource.getrusage(resource.RUSAGE_SELF)
    return ticks / os.sysconf("SC_CLK_TCK") + own.ru_utime + own.ru_stime


def j04(context: Context) -> None:
    """A consumer that pauses costs nobody anything, and loses nothing."""
    with Scratch() as path:
        quick = map_stage(partial(noting, path))
        with closing(stream(source(range(20_000)).via(quick), on=context)) as values:
            first = [*islice(values, 10)]
            workers = {line[0] for line in noted(path)} - {os.getpid()}
            wait_until(lambda: not any(map(is_busy, workers)))
            before = used(workers)
            time.sleep(0.5)  # the pause itself
            assert used(workers) - before < 0.03
            assert [*first, *values] == [Success(10 * n) for n in range(20_000)]


def noting(path: str, n: int) -> int:
    if n < 100:
        note(path, os.getpid())
    return 10 * n


def j05(context: Context) -> None:
    """Two consumers of one stream get each item once between them."""
    warnings.simplefilter("ignore", ForkWarning)  # threads are the subject
    values = stream(source(range(2000)).via(map_stage(ten_times)), on=context)
    found: list[AnyOutcome] = []

    def consume() -> None:
        while True:
            try:
                found.append(next(values))
            except StopIteration:
                return
            except ValueError:  # the other one is just being served
                time.sleep(0)

    threads = [threading.Thread(target=consume) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcome.unwrap() for outcome in found) == [
        10 * n for n in range(2000)
    ]


def j06(context: Context) -> None:
    """A consumer whose thread, or task, ends early has ended the run."""
    warnings.simplefilter("ignore", ForkWarning)  # threads are the subject

    def consume(begin: Callable[[], Generator[AnyOutcome]]) -> None:
        with closing(begin()) as values:
            next(values)
            raise SystemExit

    with Scratch() as path, ended_at_once(path):
        begin = partial(slow_stream, path, context)
        thread = threading.Thread(target=consume, args=(begin,))
        thread.start()
        thread.join()

    async def consume_in_a_task(path: str) -> None:
        begun = asyncio.Event()

        async def consumer() -> None:
            with closing(slow_stream(path, context)) as values:
                for _ in values:
                    begun.set()
                    await asyncio.sleep(0)

        task = asyncio.create_task(consumer())
        await begun.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    with Scratch() as path, ended_at_once(path):
        asyncio.run(consume_in_a_task(path))


SCENARIOS = {
    "J01": Scenario(run=j01, contexts=EVERYWHERE),
    "J02": Scenario(run=j02, contexts=EVERYWHERE),
    "J03": Scenario(run=j03, contexts=EVERYWHERE),
    "J04": Scenario(run=j04, contexts=EVERYWHERE),
    "J05": Scenario(run=j05, contexts=EVERYWHERE),
    "J06": Scenario(run=j06, contexts=EVERYWHERE),
}
