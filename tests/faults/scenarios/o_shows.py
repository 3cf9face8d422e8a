"""Group O: what a worker shows."""

import ctypes
import logging
import os
import pdb  # noqa: T100
import random
import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from fstream import Context
from fstream import Failure
from fstream import ForkWarning
from fstream import Report
from fstream import WorkerLost
from fstream import collect
from fstream import filter_stage
from fstream import map_stage
from fstream import run
from fstream import source
from tests.faults.promises import AT
from tests.faults.promises import ITEMS
from tests.faults.promises import Faulty
from tests.faults.promises import failing_at_seven
from tests.faults.promises import outcomes_of
from tests.faults.promises import stage_failure
from tests.faults.promises import worker_lost
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario

LONG = 1 << 20
QUIET = logging.getLogger("tests.quiet")
LOUD = logging.getLogger("tests.loud")


# ---- O01


def say_much(n: int) -> int:
    print(n, "says", end=" ")
    print("half of it, then the rest")
    if n % 3 == 0:
        print(f"{n % 10}" * LONG)
    sys.stdout.buffer.write(bytes(each for each in range(256) if each != 10) + b"\n")
    sys.stdout.buffer.flush()
    print("to the end", file=sys.stderr)
    print("no end of line", end="")
    return n


@contextmanager
def read_from(*numbers: int) -> Iterator[bytearray]:
    """Put a pipe in the place of descriptors; give what is written into it."""
    saved = [os.dup(number) for number in numbers]
    reading, writing = os.pipe()
    for number in numbers:
        os.dup2(writing, number)
    os.close(writing)
    told = bytearray()

    def read() -> None:
        while part := os.read(reading, 1 << 16):
            told.extend(part)
            time.sleep(0)  # so that who prints has to wait

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield told
    finally:
        for number, before in zip(numbers, saved, strict=True):
            os.dup2(before, number)
            os.close(before)
        from fstream.worker import lifeline  # noqa: PLC0415

        lifeline._program.end()  # it would keep the pipe open
        thread.join()
        os.close(reading)


def o01(context: Context) -> None:
    """All that workers print arrives, each line in one piece."""
    plan = source(ITEMS).via(map_stage(say_much)).to(collect())
    with read_from(1, 2) as told, warnings.catch_warnings():
        warnings.simplefilter("ignore", ForkWarning)  # somebody has to read
        values = run(plan, on=context)
    assert values.unwrap() == (*ITEMS,)

    binary = bytes(each for each in range(256) if each != 10)
    text = bytes(told).replace(b"no end of line", b"")
    assert len(told) - len(text) == len(ITEMS) * len(b"no end of line")
    kinds = (
        (rb"\d+ says half of it, then the rest", len(ITEMS)),
        (rb"(\d)\1{%d}" % (LONG - 1), len(ITEMS) // 3),
        (re.escape(binary), len(ITEMS)),
        (rb"to the end", len(ITEMS)),
    )
    lines = text.split(b"\n")
    assert lines.pop() == b""
    for pattern, times in kinds:
        found = [line for line in lines if re.fullmatch(pattern, line, re.DOTALL)]
        assert len(found) == times, (pattern, len(found))
    assert len(lines) == sum(times for _, times in kinds)


# ---- O02


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        assert record.getMessage()
        self.records.append(record)


class Opaque:
    """Pickles never, and prints."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __str__(self) -> str:
        return "opaque"


class Broken:
    """Pickles, and does not load."""

    def __reduce__(self) -> tuple[object, ...]:
        return int, ("x",)

    def __str__(self) -> str:
        return "broken"


def log(n: int) -> int:
    LOUD.info("plain %d of %s", n, "them")
    LOUD.debug("nobody wants to know")
    QUIET.warning("nor this")
    QUIET.error("but this: %s", Opaque(), extra={"why": "because", "own": [n]})
    LOUD.info("this too: %s", Broken())
    try:
        raise ValueError(n)
    except ValueError:
        LOUD.exception("caught")
    if n == AT:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


@contextmanager
def logging_to(kept: Kept) -> Iterator[None]:
    root = logging.getLogger()
    before = root.level, QUIET.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    QUIET.setLevel(logging.ERROR)
    yield
    root.removeHandler(kept)
    root.setLevel(before[0])
    QUIET.setLevel(before[1])


def o02(context: Context) -> None:
    """Log records reach the parent's handlers; a worker that dies has told all."""
    kept = Kept()
    with logging_to(kept):
        outcomes = outcomes_of(map_stage(log), context)
    lost = worker_lost(outcomes[AT].failure())

    of: dict[int, list[logging.LogRecord]] = {}
    for record in kept.records:
        of.setdefault(vars(record)["index"], []).append(record)
    assert of.keys() == {*ITEMS}
    for n, records in of.items():
        del records[4:]  # those of an item that ran again, because its worker died
        assert [(r.name, r.levelname) for r in records] == [
            *(("tests.loud", "INFO"), ("tests.quiet", "ERROR")),
            *(("tests.loud", "INFO"), ("tests.loud", "ERROR")),
        ]
        plain, own, broken, caught = records
        assert {vars(r)["stage"] for r in records} == {"log"}
        assert {r.process for r in records} & {os.getpid()} == set()
        assert (plain.msg, plain.args) == ("plain %d of %s", (n, "them"))
        assert own.getMessage() == "but this: opaque"
        assert vars(own)["why"] == "because"
        assert broken.getMessage() == "this too: broken"
        assert f"ValueError: {n}" in str(caught.exc_text)
        assert "in log" in str(caught.exc_text)
    assert of[AT][0].process == lost.pid


# ---- O03


def draw(_: int) -> float:
    return random.random()


def o03(context: Context) -> None:
    """No two items draw the same random number, wherever they are."""
    random.seed(3)
    values = [outcome.unwrap() for outcome in outcomes_of(map_stage(draw), context)]

    assert len({*values}) == len(ITEMS)


# ---- O04


def crash(_: int) -> object:
    return ctypes.string_at(0)


def o04(context: Context) -> None:
    """A crash in C is told with the stack that led there."""
    lost = worker_lost(failing_at_seven(crash, context))

    assert lost.signal == "SIGSEGV"
    assert "Segmentation fault" in lost.stacks
    assert "o_shows.py" in lost.stacks
    assert "in crash" in lost.stacks
    assert lost.stacks in str(lost)


# ---- O05, O06, O07


def o05(context: Context) -> None:
    """A traceback shows the lines of functions, be they by name or by value."""

    def local(n: int) -> object:
        raise ValueError(n)  # this very line

    for fault in (by_name, local):
        failure = stage_failure(failing_at_seven(fault, context))
        assert "# this very line" in failure.traceback, failure.traceback


def by_name(n: int) -> object:
    raise ValueError(n)  # this very line


def is_no_third(n: object) -> bool:
    return isinstance(n, int) and n % 3 != 0


def die_or_raise(n: int) -> int:
    if n == AT and sys.argv[0] == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if n == AT + 1:
        raise ValueError(n)
    return n


def o06(context: Context) -> None:
    """The ledger is balanced, whatever failed."""
    report = Report()
    plan = source(ITEMS).via(map_stage(die_or_raise)).via(filter_stage(is_no_third))
    before = sys.argv[0]
    sys.argv[0] = "dies" if repr(context) in {"processes(2)", "forks(2)"} else "lives"
    values = run(plan.to(collect()), on=context, tolerate=2, observers=[report])
    died = int(sys.argv[0] == "dies")
    sys.argv[0] = before

    expected = [n for n in ITEMS if n % 3 and n != AT + 1 and not (died and n == AT)]
    assert [*values.unwrap()] == expected
    rows = [report.run, *report.stages]
    assert all(row.entered == row.out + row.failed + row.filtered for row in rows)
    assert report.run.failed == 1 + died == len(report.failures)
    assert sum(isinstance(each, WorkerLost) for each in report.failures) == died


def ask(_: int) -> object:
    return input("What do you think? ")


def read_all(_: int) -> object:
    return sys.stdin.read()


def debug(n: int) -> object:
    pdb.set_trace()  # noqa: T100
    return n


def o07(context: Context) -> None:
    """Nobody but the host can be asked anything."""
    assert stage_failure(failing_at_seven(ask, context)).kind == "EOFError"
    assert outcomes_of(map_stage(Faulty(read_all)), context)[AT].unwrap() == ""
    assert isinstance(outcomes_of(map_stage(Faulty(debug)), context)[AT], Failure)


SCENARIOS = {
    "O01": Scenario(run=o01, contexts=WORKERS),
    "O02": Scenario(run=o02, contexts=WORKERS),
    "O03": Scenario(run=o03, contexts=EVERYWHERE),
    "O04": Scenario(run=o04, contexts=WORKERS),
    "O05": Scenario(run=o05, contexts=EVERYWHERE),
    "O06": Scenario(run=o06, contexts=EVERYWHERE),
    "O07": Scenario(run=o07, contexts=WORKERS),
}
