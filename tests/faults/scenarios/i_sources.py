"""Group I: sources that fail, wait, never end or give nothing."""

import os
import queue
import signal
import time
from collections.abc import AsyncIterator
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import count
from itertools import islice
from tempfile import TemporaryFile
from threading import Event

from fstream import Cancelled
from fstream import Context
from fstream import Failure
from fstream import Report
from fstream import SourceFailed
from fstream import StageFailure
from fstream import Success
from fstream import collect
from fstream import drain
from fstream import live_source
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream.interpreter.engine.pace import MOST_ITEMS
from tests.faults.programs import Program
from tests.faults.promises import AnyOutcome
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import Scenario
from tests.faults.scenario import both
from tests.leaks import descendants_of
from tests.wait import is_alone
from tests.wait import wait_until

SOON = 1.0 + 1.0  # the promise is a second; the other is for a busy machine


def ten_times(n: int) -> int:
    return 10 * n


def fails(n: int) -> int:
    raise ValueError(n)


def through(make: Callable[[], Iterator[int]], on: Context) -> list[AnyOutcome]:
    return [*stream(source_from(make).via(map_stage(ten_times)), on=on)]


def source_failed(outcome: AnyOutcome) -> SourceFailed:
    assert isinstance(outcome, Failure), outcome
    error = outcome.failure()
    assert isinstance(error, SourceFailed), error
    return error


def breaking(at: int, error: BaseException) -> Iterator[int]:
    yield from range(at)
    raise error


def i01(context: Context) -> None:
    """What a source gave before it failed is delivered, then its error, once."""
    *good, last = through(partial(breaking, 12, LookupError("no more")), context)

    assert good == [Success(10 * n) for n in range(12)]
    assert source_failed(last).index == 12
    assert source_failed(last).error.message == "no more"


def i02(context: Context) -> None:
    """A source that fails at once starts no worker."""

    def refuse() -> Iterator[int]:
        raise LookupError("not even begun")

    for make in (partial(breaking, 0, LookupError("nothing")), refuse):
        (last,) = through(make, context)

        assert source_failed(last).index == 0
        assert [*descendants_of()] == []


def i03(context: Context) -> None:
    """A source that waits for ever holds up neither ``close`` nor Ctrl-C."""
    has_begun = False

    def waiting() -> Iterator[int]:
        for n in count():
            yield n
            if has_begun:
                time.sleep(60)

    values = stream(source_from(waiting).via(map_stage(ten_times)), on=context)
    assert next(values) == Success(0)
    has_begun = True
    began = time.monotonic()
    values.close()
    assert time.monotonic() - began < SOON

    def work(tell: Callable[..., None]) -> None:
        def telling() -> Iterator[int]:
            yield from range(12)
            # A busy thread may take the signal, and nothing wakes this one then.
            wait_until(is_alone)
            tell("waits")
            time.sleep(60)

        run(source_from(telling).via(map_stage(ten_times)).to(drain()), on=context)

    with Program(work) as program:
        assert program.line() == "waits"
        began = time.monotonic()
        os.kill(program.pid, signal.SIGINT)
        assert program.wait() == 130
        assert time.monotonic() - began < SOON


def i03_live(context: Context) -> None:
    """A live source that waits for ever holds up nothing: it is left behind."""
    release = Event()
    report = Report()

    def waiting() -> Iterator[int]:
        yield from range(12)
        release.wait()

    live = live_source(waiting).via(map_stage(ten_times))
    values = stream(live, on=context, observers=[report])
    assert [*islice(values, 12)] == [Success(10 * n) for n in range(12)]
    began = time.monotonic()
    values.close()
    assert time.monotonic() - began < SOON
    assert report.abandoned_threads == 1
    began = time.monotonic()
    late = run(live.to(drain()), on=context, deadline=0.2).failure()
    assert isinstance(late, Cancelled)
    assert time.monotonic() - began < 0.2 + SOON
    release.set()
    wait_until(is_alone)


def i03_live_interrupted(context: Context) -> None:
    """Ctrl-C does not wait for a live source."""

    def work(tell: Callable[..., None]) -> None:
        def telling() -> Iterator[int]:
            yield from range(12)
            wait_until(is_alone)  # until the run has begun, and waits for more
            tell("waits")
            time.sleep(60)

        run(live_source(telling).via(map_stage(ten_times)).to(drain()), on=context)

    with Program(work) as program:
        assert program.line() == "waits"
        began = time.monotonic()
        os.kill(program.pid, signal.SIGINT)
        assert program.wait() == 130
        assert time.monotonic() - began < SOON


def i04(context: Context) -> None:
    """A source without end is pulled a bounded way ahead."""
    pulled = 0

    def numbers() -> Iterator[int]:
        nonlocal pulled
        for n in count():
            pulled += 1
            yield n

    began = time.monotonic()
    with closing(
        stream(source_from(numbers).via(map_stage(ten_times)), on=context)
    ) as v:
        assert [*islice(v, 5)] == [Success(10 * n) for n in range(5)]
    assert time.monotonic() - began < 3
    assert pulled <= 12 * MOST_ITEMS


def i05(context: Context) -> None:
    """A source that pulls from its own stream fails; nothing waits for itself."""
    streams: list[Generator[AnyOutcome]] = []

    def inward() -> Iterator[int]:
        yield 1
        for outcome in streams[0]:
            assert outcome

    streams.append(stream(source_from(inward).via(map_stage(ten_times)), on=context))
    *good, last = streams[0]

    assert good == [Success(10)]
    assert "already executing" in source_failed(last).error.message


def i07(context: Context) -> None:
    """``StopIteration`` in a source is its failure, never an early end."""

    def leaking() -> Iterator[int]:
        yield 1
        yield next(iter(()))

    *good, last = through(leaking, context)

    assert good == [Success(10)]
    assert source_failed(last).error.kind == "RuntimeError"


def i08(context: Context) -> None:
    """Files and queues are sources; what is no iterable is refused as one."""
    with TemporaryFile("w+") as file:
        file.write("1\n2\n3\n")
        file.seek(0)
        lines = source_from(lambda: file).via(map_stage(int))
        assert run(lines.to(collect()), on=context) == Success((1, 2, 3))

    waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    for item in (1, 2, None):
        waiting.put(item)
    found = through(lambda: iter(waiting.get, None), context)  # type: ignore[arg-type]
    assert found == [Success(10), Success(20)]

    async def numbers() -> AsyncIterator[int]:
        yield 1

    (last,) = through(numbers, context)  # type: ignore[arg-type]
    assert source_failed(last).error.kind == "TypeError"


def i09(context: Context) -> None:
    """A source that fails to clean up changes nothing."""
    cleaned: list[str] = []

    def untidy() -> Iterator[int]:
        try:
            yield from count()
        finally:
            cleaned.append("tried")
            raise LookupError("cannot clean up")

    plan = source_from(untidy).via(map_stage(fails)).to(drain())
    error = run(plan, on=context).failure()

    assert isinstance(error, StageFailure)
    assert error.kind == "ValueError"
    assert cleaned == ["tried"]


def whose(_: int) -> int:
    return os.getpid()


def i10(context: Context) -> None:
    """Few items, or none, start no more workers than there are items."""
    assert [*stream(source([]).via(map_stage(whose)), on=context)] == []
    assert [*descendants_of()] == []

    found = [*stream(source([1]).via(map_stage(whose)), on=context)]
    assert len(found) == 1
    workers = [text for _, text in descendants_of() if "python" in text]
    assert len(workers) <= 2  # the nursery, and at most one that it started


SCENARIOS = {
    "I01": Scenario(run=i01, contexts=EVERYWHERE),
    "I02": Scenario(run=i02, contexts=EVERYWHERE),
    "I03": Scenario(run=both(i03, i03_live, i03_live_interrupted), contexts=EVERYWHERE),
    "I04": Scenario(run=i04, contexts=EVERYWHERE),
    "I05": Scenario(run=i05, contexts=EVERYWHERE),
    "I07": Scenario(run=i07, contexts=EVERYWHERE),
    "I08": Scenario(run=i08, contexts=EVERYWHERE),
    "I09": Scenario(run=i09, contexts=EVERYWHERE),
    "I10": Scenario(run=i10, contexts=EVERYWHERE),
}
