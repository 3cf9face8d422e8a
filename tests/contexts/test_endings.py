"""However a run ends, nothing of it is left, and the host is as it was."""

import asyncio
import gc
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from contextlib import closing
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from itertools import islice
from pathlib import Path
from textwrap import dedent

import pytest

from fstream import Context
from fstream import Failure
from fstream import RunEvent
from fstream import SinkFailed
from fstream import SourceFailed
from fstream import StageFailure
from fstream import Success
from fstream import TooManyFailures
from fstream import collect
from fstream import drain
from fstream import flat_map_stage
from fstream import fold
from fstream import for_each
from fstream import forks
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import tasks
from fstream import threads
from fstream.interpreter.engine.pace import MOST_ITEMS
from tests.contexts.ending import Marking
from tests.contexts.ending import endless
from tests.contexts.ending import fails
from tests.contexts.ending import numbers
from tests.contexts.ending import passes
from tests.contexts.ending import pid
from tests.wait import is_alive
from tests.wait import is_asleep
from tests.wait import wait_until

ROOT = Path(__file__).parents[2]
CONTEXTS = (inline(), threads(2), tasks(2), processes(2), forks(2))
everywhere = pytest.mark.parametrize("on", CONTEXTS, ids=repr)


# ---- what must be as it was


def host() -> dict[str, object]:
    """What a run could change of this process."""
    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup)
    status = Path("/proc/self/status").read_text().splitlines()
    return {
        "handlers": {n: signal.getsignal(n) for n in signal.valid_signals()},
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "wakeup": wakeup,
        "timer": signal.getitimer(signal.ITIMER_REAL),
        "status": [s for s in status if s.startswith(("Umask", "SigIgn", "SigCgt"))],
        "cwd": Path.cwd(),
        "env": {n: v for n, v in os.environ.items() if n != "PYTEST_CURRENT_TEST"},
        "standard": [os.fstat(n)[:2] for n in (0, 1, 2)],
        "argv": list(sys.argv),
        "path": list(sys.path),
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook),
        "random": random.getstate(),
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "filters": list(warnings.filters),
        "stack": threading.stack_size(),
        "switch": sys.getswitchinterval(),
        "temporary": list(Path(tempfile.gettempdir()).iterdir()),
    }


@pytest.fixture(autouse=True)
def untouched(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Fail a test that leaves the host or its temporary folder another."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = host()
    yield
    assert host() == before


# ---- the ways in which a run ends


def to_the_end(on: Context) -> None:
    plan = source(range(500)).via(map_stage(passes, on=on)).to(collect())

    assert run(plan) == Success(tuple(range(500)))


def stream_to_the_end(on: Context) -> None:
    items = source(range(500)).via(map_stage(passes, on=on))

    assert list(stream(items)) == [Success(n) for n in range(500)]


def with_nothing(on: Context) -> None:
    items = source([]).via(map_stage(passes, on=on))

    assert run(items.to(collect())) == Success(())
    assert list(stream(items)) == []


def by_break(on: Context) -> None:
    for number, outcome in enumerate(stream(endless(on))):
        assert outcome == Success(number)
        if number == 50:
            break


def by_being_dropped(on: Context) -> None:
    values = stream(endless(on))
    assert next(values) == Success(0)
    del values


def by_being_dropped_in_a_cycle(on: Context) -> None:
    values = stream(endless(on))
    assert next(values) == Success(0)
    cycle: list[object] = [values]
    cycle.append(cycle)
    del values, cycle
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # as the collector finds it
        gc.collect()


def without_being_started(on: Context) -> None:
    values = stream(endless(on))
    values.close()

    assert list(values) == []


def by_close(on: Context) -> None:
    values = stream(endless(on))
    assert list(islice(values, 3)) == [Success(n) for n in range(3)]
    values.close()
    values.close()

    assert list(values) == []


def by_an_exception_of_the_consumer(on: Context) -> None:
    def consume() -> None:
        for _ in stream(endless(on)):
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        consume()


def by_an_exception_thrown_in(on: Context) -> None:
    values = stream(endless(on))
    next(values)

    with pytest.raises(LookupError, match="enough"):
        values.throw(LookupError("enough"))


def by_ctrl_c_of_the_consumer(on: Context) -> None:
    def consume() -> None:
        for _ in stream(endless(on)):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        consume()


def by_an_exception_of_the_sink(on: Context) -> None:
    def fold_in(_: object, item: object) -> object:
        return fails(item) if item == 50 else item

    outcome = run(endless(on).to(fold(None, fold_in)))

    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), SinkFailed)


def by_an_effect_that_fails(on: Context) -> None:
    outcome = run(endless(on).to(for_each(fails)))

    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), StageFailure)


def by_ctrl_c_in_the_sink(on: Context) -> None:
    def fold_in(_: object, item: object) -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(endless(on).to(fold(None, fold_in)))


def by_ctrl_c_in_the_source(on: Context) -> None:
    def items() -> Iterator[int]:
        yield from range(20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(source_from(items).via(map_stage(passes, on=on)).to(drain()))


def by_a_source_that_fails(on: Context) -> None:
    def items() -> Iterator[int]:
        yield from range(20)
        raise LookupError("no more")

    outcome = run(source_from(items).via(map_stage(passes, on=on)).to(drain()))

    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), SourceFailed)


def by_a_source_that_never_begins(on: Context) -> None:
    def items() -> Iterator[int]:
        raise LookupError("nothing")

    *values, last = stream(source_from(items).via(map_stage(passes, on=on)))

    assert values == []
    assert isinstance(last.failure(), SourceFailed)


def by_the_first_failure(on: Context) -> None:
    outcome = run(source_from(numbers).via(map_stage(fails, on=on)).to(drain()))

    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), StageFailure)


def by_too_many_failures(on: Context) -> None:
    plan = source_from(numbers).via(map_stage(fails, on=on)).to(drain())
    outcome = run(plan, tolerate=30)

    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), TooManyFailures)


def by_a_mistake(on: Context) -> None:
    with pytest.raises(TypeError, match="tolerate"):
        run(endless(on).to(drain()), tolerate=1.5)


ENDINGS: dict[str, Callable[[Context], None]] = {
    name.replace("_", " "): ending
    for name, ending in list(globals().items())
    if name.startswith(("by_", "to_", "with_", "without_", "stream_to"))
}


@everywhere
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_of_a_run_that_ends(ending: str, on: Context) -> None:
    ENDINGS[ending](on)


@dataclass
class Noting:
    """Notes the names of events, and the ledger of the last."""

    heard: list[str] = field(default_factory=list)

    def on(self, event: RunEvent) -> None:
        self.heard.append(type(event).__name__)


@everywhere
@pytest.mark.parametrize("ending", ["break", "close", "throw", "drop"])
def test_the_end_is_told_to_observers_however_the_consumer_leaves(
    ending: str, on: Context
) -> None:
    noting = Noting()
    values = stream(endless(on), observers=[noting])
    next(values)
    leave: dict[str, Callable[[Generator[object]], object]] = {
        "break": lambda values: next(iter(values)),
        "close": Generator.close,
        "throw": _thrown,
        "drop": lambda values: None,
    }
    leave[ending](values)
    del values

    assert (noting.heard[0], noting.heard[-1]) == ("RunStarted", "RunFinished")
    assert noting.heard.count("RunFinished") == 1


def _thrown(values: Generator[object]) -> None:
    with suppress(LookupError):
        values.throw(LookupError())


@everywhere
def test_an_observer_that_wants_to_exit_hears_no_more(on: Context) -> None:
    class Leaving:
        def on(self, event: RunEvent) -> None:
            sys.exit(3)

    plan = source([1, 2]).via(map_stage(passes, on=on)).to(collect())

    assert run(plan, observers=[Leaving()]) == Success((1, 2))


# ---- what users' code cleans up


@everywhere
@pytest.mark.parametrize("ending", ["close", "sink", "end"])
def test_a_generator_that_is_a_source_is_closed_at_the_end(
    ending: str, on: Context
) -> None:
    events: list[str] = []

    def items() -> Iterator[int]:
        try:
            yield from range(20)
            if ending != "end":
                yield from numbers()
        finally:
            events.append("closed")

    def fold_in(_: object, item: object) -> object:
        return fails(item) if ending == "sink" and item == 10 else item

    begun = source_from(items).via(map_stage(passes, on=on))
    if ending == "close":
        with closing(stream(begun)) as values:
            next(values)
    else:
        run(begun.to(fold(None, fold_in)))

    assert events == ["closed"]


@everywhere
@pytest.mark.parametrize("cleaning", [SystemExit, LookupError, GeneratorExit])
def test_a_source_that_fails_to_clean_up_changes_nothing(
    cleaning: type[BaseException], on: Context
) -> None:
    def items() -> Iterator[int]:
        try:
            yield from numbers()
        finally:
            raise cleaning

    plan = source_from(items).via(map_stage(fails, on=on)).to(drain())
    outcome = run(plan)

    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), StageFailure)


@pytest.mark.parametrize("on", [inline(), threads(2)], ids=repr)
def test_a_generator_in_a_stage_is_closed_at_the_end(on: Context) -> None:
    closed = threading.Event()

    def endlessly(_: int) -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.set()

    values = stream(source([1]).via(flat_map_stage(endlessly, on=on)))
    next(values)
    values.close()

    assert closed.wait(timeout=5)


# ---- a consumer that takes its time


@pytest.mark.parametrize("on", CONTEXTS[1:], ids=repr)
def test_workers_that_finish_while_the_consumer_sleeps_wait_for_it(
    on: Context, tmp_path: Path
) -> None:
    pulled: list[int] = []

    def items() -> Iterator[int]:
        for n in numbers():
            pulled.append(n)
            yield n

    stage = map_stage(Marking(tmp_path), on=on)
    with closing(stream(source_from(items).via(stage))) as values:
        assert next(values) == Success(0)
        wait_until(lambda: len(list(tmp_path.iterdir())) == len(pulled))
        ahead = len(pulled)

        assert list(islice(values, 99)) == [Success(n) for n in range(1, 100)]
    assert ahead <= 8 * MOST_ITEMS  # four chunks a worker, however quick they are


def test_workers_killed_while_the_consumer_sleeps_cost_no_item() -> None:
    with closing(
        stream(source_from(numbers).via(map_stage(pid, on=processes(2))))
    ) as v:
        first = {outcome.unwrap() for outcome in islice(v, 50)}
        wait_until(lambda: all(map(is_asleep, first)))  # all that it has is done
        for worker in first:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, first)))
        later = [outcome.unwrap() for outcome in islice(v, 10_000)]

    assert not {*later[-100:]} & first


@everywhere
def test_streams_in_one_another_end_apart(on: Context) -> None:
    outer = stream(endless(on))
    inner = stream(endless(on))
    pairs = [(a, b) for a, b in islice(zip(outer, inner, strict=False), 20)]
    inner.close()

    assert pairs == [(Success(n), Success(n)) for n in range(20)]
    assert next(outer).unwrap() >= 20
    outer.close()


# ---- where a run may stand


@everywhere
def test_a_run_ends_cleanly_in_another_thread(on: Context) -> None:
    found: list[object] = []

    def consume() -> None:
        by_break(on)
        by_an_exception_of_the_sink(on)
        found.append("done")

    thread = threading.Thread(target=consume)
    thread.start()
    thread.join(timeout=20)

    assert found == ["done"]


@everywhere
def test_a_stream_may_be_closed_by_another_thread(on: Context) -> None:
    values = stream(endless(on))
    next(values)
    thread = threading.Thread(target=values.close)
    thread.start()
    thread.join(timeout=20)

    assert not thread.is_alive()
    assert list(values) == []


@everywhere
def test_a_run_ends_cleanly_in_an_event_loop(on: Context) -> None:
    async def consume() -> object:
        by_break(on)
        return await asyncio.to_thread(by_break, on)

    assert asyncio.run(consume()) is None


# ---- programs


SOON = 1.0 + 1.0  # the promise is a second; the other is for a busy machine
PROGRAM = """
import sys
from pathlib import Path
from fstream import forks, inline, map_stage, processes, source, source_from, stream
from fstream import tasks, threads
from tests.contexts.ending import endless, passes, stuck_run
"""


def started(tmp_path: Path, text: str) -> subprocess.Popen[str]:
    """Start ``text`` as a program, with a temporary folder of its own."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM + dedent(text))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "stuck").mkdir()
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": f"{tmp_path}/temporary"},
    )


def stuck_processes(tmp_path: Path) -> list[int]:
    """Wait until the program is stuck; name the processes it is stuck in."""
    wait_until(lambda: any((tmp_path / "stuck").glob("*.ready")), within=10)
    ready = (tmp_path / "stuck").glob("*.ready")
    return [int(number) for path in ready for number in path.read_text().split()]


def is_clean(tmp_path: Path, pids: list[int]) -> bool:
    left = list((tmp_path / "temporary").iterdir())
    return not left and not any(is_alive(n) for n in pids if n != os.getpid())


@everywhere
@pytest.mark.parametrize("where", ["stage", "source", "sink", "consumer", "start"])
def test_ctrl_c_ends_a_program_within_a_second(
    where: str, on: Context, tmp_path: Path
) -> None:
    text = f"stuck_run({where!r}, {on!r}, Path('stuck'))"
    with started(tmp_path, text) as program:
        pids = stuck_processes(tmp_path)
        began = time.monotonic()
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=10)
        took = time.monotonic() - began

    assert took < SOON
    assert (program.returncode, out) == (-signal.SIGINT, "")
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert "ignored" not in err
    assert is_clean(tmp_path, pids)


@everywhere
def test_ctrl_c_twice_ends_a_program_no_worse(on: Context, tmp_path: Path) -> None:
    text = f"stuck_run('stage', {on!r}, Path('stuck'))"
    with started(tmp_path, text) as program:
        pids = stuck_processes(tmp_path)
        for _ in range(2):
            os.killpg(program.pid, signal.SIGINT)
        program.communicate(timeout=10)

    assert program.returncode == -signal.SIGINT
    wait_until(lambda: is_clean(tmp_path, pids), within=3)


@everywhere
def test_after_ctrl_c_a_program_may_go_on(on: Context, tmp_path: Path) -> None:
    text = f"""
        from tests.leaks import left_behind, traces

        list(stream(source([1]).via(map_stage(passes, on=processes(1)))))
        before = traces()
        try:
            stuck_run("consumer", {on!r}, Path("stuck"))
        except KeyboardInterrupt:
            print(left_behind(before))
        print(list(stream(source([1, 2]).via(map_stage(passes, on={on!r})))))
    """
    with started(tmp_path, text) as program:
        stuck_processes(tmp_path)
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=10)

    assert (out, err) == ("()\n[<Success: 1>, <Success: 2>]\n", "")


@everywhere
@pytest.mark.parametrize(
    "end", [("pass", 0), ("sys.exit(3)", 3), ("os._exit(4)", 4)], ids=lambda end: end[0]
)
def test_a_program_may_end_with_a_stream_half_consumed(
    end: tuple[str, int], on: Context, tmp_path: Path
) -> None:
    statement, code = end
    text = f"""
        import os

        def pids(_):
            return os.getpid(), os.getppid()

        values = stream(endless({on!r}).via(map_stage(pids, on={on!r})))
        print(*next(values).unwrap(), flush=True)
        {statement}
    """
    with started(tmp_path, text) as program:
        out, err = program.communicate(timeout=10)

    assert (program.returncode, err) == (code, "")
    wait_until(lambda: is_clean(tmp_path, [int(n) for n in out.split()]), within=3)
