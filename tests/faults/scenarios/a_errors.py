"""Group A: errors that the user's function raises."""

import asyncio
import json
import os
import pickle
import resource
import socket
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Callable
from collections.abc import Iterator
from typing import Never

from typing_extensions import TypeIs

from fstream import Context
from fstream import StageFailure
from fstream import case
from fstream import collect
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import forks
from fstream import inline
from fstream import map_stage
from fstream import route
from fstream import run
from fstream import source
from fstream import tasks
from fstream import threads
from tests.faults.promises import AT
from tests.faults.promises import ITEMS
from tests.faults.promises import Faulty
from tests.faults.promises import failing_at_seven
from tests.faults.promises import failure_at
from tests.faults.promises import outcomes_of
from tests.faults.promises import resident
from tests.faults.promises import stage_failure
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario

MB = 1 << 20


def told(fault: Callable[[int], object], context: Context) -> StageFailure:
    """Answer how a call failed that is proven to have failed alone."""
    failure = stage_failure(failing_at_seven(fault, context))
    assert (failure.stage, failure.step, failure.index) == ("faulty", "call", AT)
    assert (failure.attempt, failure.item) == (1, "7")
    assert f"in {fault.__name__}" in failure.traceback, failure.traceback
    assert "a_errors.py" in failure.traceback
    assert (failure.pid == os.getpid()) == is_here(context)
    return failure


def is_here(context: Context) -> bool:
    return isinstance(context, type(inline()) | type(threads(1)) | type(tasks(1)))


def boom(n: int) -> Never:
    text = f"boom-{n}"
    raise ValueError(text)


def a01(context: Context) -> None:
    """A plain exception is told with all that helps to find it."""
    failure = told(boom, context)

    assert (failure.kind, failure.message) == ("ValueError", "boom-7")
    assert "raise ValueError(text)" in failure.traceback


class Holding(Exception):  # noqa: N818
    def __init__(self, held: object) -> None:
        super().__init__("holding")
        self.held = held


def hold_a_lock(_: int) -> Never:
    raise Holding(threading.Lock())


def hold_a_socket(_: int) -> Never:
    with socket.socket() as held:
        raise Holding(held)


def hold_a_frame(_: int) -> Never:
    raise Holding(sys._getframe())


def hold_a_generator(_: int) -> Never:
    raise Holding(n for n in "abc")


def a02(context: Context) -> None:
    """Of an exception that cannot be pickled the text travels, not the object."""
    for fault in (hold_a_lock, hold_a_socket, hold_a_frame, hold_a_generator):
        failure = told(fault, context)

        assert failure.kind == "tests.faults.scenarios.a_errors.Holding"
        assert failure.message == "holding"
        assert (failure.exception() is not None) == is_here(context)


class KeywordOnly(Exception):  # noqa: N818
    def __init__(self, text: str, *, code: int) -> None:
        LOADED.append(os.getpid())
        super().__init__(text)
        self.code = code


LOADED: list[int] = []


def raise_keyword_only(_: int) -> Never:
    raise KeywordOnly("text", code=3)


def a03(context: Context) -> None:
    """An exception that pickles and does not load is told without loading it."""
    failure = told(raise_keyword_only, context)

    assert failure.kind == "tests.faults.scenarios.a_errors.KeywordOnly"
    assert failure.message == "text"
    if not is_here(context):
        assert failure.exception() is None
        assert os.getpid() not in LOADED


class TwoArguments(Exception):  # noqa: N818
    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")


def raise_two_arguments(_: int) -> Never:
    raise TwoArguments(404, "gone")


def a04(context: Context) -> None:
    """The classic that builds its one argument from two is told."""
    failure = told(raise_two_arguments, context)

    assert failure.kind == "tests.faults.scenarios.a_errors.TwoArguments"
    assert failure.message == "404: gone"


def raise_a_group(_: int) -> Never:
    group = ExceptionGroup("several", [ValueError("first"), KeyError("second")])
    group.add_note("the note")
    try:
        raise TypeError("the context")
    except TypeError:
        raise group from OSError("the cause")


def a05(context: Context) -> None:
    """Leaves, note, cause and context of a group are all there to read."""
    error = told(raise_a_group, context).error

    assert [leaf.kind for leaf in error.leaves] == ["ValueError", "KeyError"]
    assert error.notes == ("the note",)
    assert error.cause is not None
    assert error.cause.message == "the cause"
    assert error.context is not None
    assert error.context.message == "the context"


def raise_local(_: int) -> Never:
    class Local(Exception):  # noqa: N818
        pass

    raise Local("inside")


def a06(context: Context) -> None:
    """A class that no import finds is told by its qualified name."""
    failure = told(raise_local, context)

    assert failure.kind.endswith("a_errors.raise_local.<locals>.Local")
    assert failure.message == "inside"


def interrupt(_: int) -> Never:
    raise KeyboardInterrupt


def exit_with_code(_: int) -> Never:
    sys.exit(3)


def exit_with_text(_: int) -> Never:
    raise SystemExit("text")


def a07(context: Context) -> None:
    """A KeyboardInterrupt of the function's own is no Ctrl-C."""
    assert told(interrupt, context).kind == "KeyboardInterrupt"
    assert_workers_stay(interrupt, context)


def a08(context: Context) -> None:
    """A function cannot end its worker, or the run, with ``sys.exit``."""
    assert told(exit_with_code, context).error.exit_code == 3
    assert told(exit_with_text, context).error.exit_code == "text"
    assert_workers_stay(exit_with_code, context)


def assert_workers_stay(fault: Callable[[int], object], context: Context) -> None:
    """Assert that no third worker was needed, where they have more than one chunk."""
    if context == forks(2):
        return
    plan = source(ITEMS).via(map_stage(Faulty(fault))).via(map_stage(pid_of))
    pids = run(plan.to(collect()), on=context, tolerate=1).unwrap()
    failed = told(fault, context).pid if is_here(context) else pids[0]
    assert len(pids) == len(ITEMS) - 1
    assert len({*pids, failed}) <= 2


def pid_of(_: object) -> int:
    return os.getpid()


def stop(n: int) -> object:
    return next(iter([] if n == AT else [10 * n]))


def stop_in_test(n: int) -> bool:
    return bool(stop(n) != "never")


def stop_in_guard(n: object) -> TypeIs[int]:
    return isinstance(n, int) and stop_in_test(n)


def stop_in_body(n: int) -> Iterator[object]:
    yield stop(n)


def times_ten(n: int) -> int:
    return 10 * n


def a09(context: Context) -> None:
    """A StopIteration that leaks fails its item and never ends the stream."""
    stages = (
        (map_stage(stop), "StopIteration"),
        (filter_stage(stop_in_test) >> map_stage(times_ten), "StopIteration"),
        (flat_map_stage(stop_in_body), "RuntimeError"),
        (route(case(stop_in_guard) >> map_stage(times_ten)), "StopIteration"),
    )
    for stage, kind in stages:
        failure = stage_failure(failure_at(outcomes_of(stage, context)))
        assert failure.kind == kind


class Odd(BaseException):
    pass


def close(_: int) -> Never:
    raise GeneratorExit


def cancel(_: int) -> Never:
    raise asyncio.CancelledError


def raise_odd(_: int) -> Never:
    raise Odd("odd")


def a10(context: Context) -> None:
    """What is no Exception fails its item like anything else."""
    assert told(close, context).kind == "GeneratorExit"
    assert told(cancel, context).kind == "asyncio.exceptions.CancelledError"
    assert told(raise_odd, context).kind == "tests.faults.scenarios.a_errors.Odd"


def recurse(n: int) -> object:
    return recurse(n)


def recurse_in_c(_: int) -> object:
    cycle: list[object] = []
    cycle.append(cycle)
    return json.dumps(cycle, check_circular=False)


def a11(context: Context) -> None:
    """A recursion is told with both its ends."""
    failure = told(recurse, context)
    assert failure.kind == "RecursionError"
    assert len(failure.error.frames) == 101
    assert len(failure.traceback) <= 200_000
    assert "[...]" in failure.traceback

    assert told(recurse_in_c, context).kind == "RecursionError"


def allocate_too_much(_: int) -> object:
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        pages = int(statm.read().split()[0])
    roof = pages * resource.getpagesize() + 256 * MB
    resource.setrlimit(resource.RLIMIT_AS, (roof, limits[1]))
    try:
        return len(bytearray(1024 * MB))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def a12(context: Context) -> None:
    """An allocation that is refused fails its item."""
    assert told(allocate_too_much, context).kind == "MemoryError"


class RaisingStr(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class RecursingStr(Exception):  # noqa: N818
    def __str__(self) -> str:
        return str(self)

    __repr__ = __str__


class SlowStr(Exception):  # noqa: N818
    def __str__(self) -> str:
        time.sleep(0.1)
        return "slow"

    __repr__ = __str__


class RaisingReduce(Exception):  # noqa: N818
    def __reduce__(self) -> Never:
        raise RuntimeError("no reduce")


class RaisingGetattr(Exception):  # noqa: N818
    def __getattr__(self, name: str) -> Never:
        raise RuntimeError(name)


def raise_raising_str(_: int) -> Never:
    raise RaisingStr


def raise_recursing_str(_: int) -> Never:
    raise RecursingStr


def raise_slow_str(_: int) -> Never:
    raise SlowStr


def raise_raising_reduce(_: int) -> Never:
    raise RaisingReduce("reduce")


def raise_raising_getattr(_: int) -> Never:
    raise RaisingGetattr("getattr")


def a13(context: Context) -> None:
    """An exception that cannot tell itself is told by its class."""
    assert told(raise_raising_str, context).message == "<unprintable>"
    assert told(raise_recursing_str, context).message == "<unprintable>"
    assert told(raise_raising_reduce, context).message == "reduce"
    assert told(raise_raising_getattr, context).message == "getattr"
    began = time.monotonic()
    assert told(raise_slow_str, context).message == "slow"
    assert time.monotonic() - began < 3  # asked a few times, not for each frame


def raise_huge(_: int) -> Never:
    raise ValueError("x" * 200_000_000)


def raise_noted(_: int) -> Never:
    exc = ValueError("noted")
    exc.__notes__ = ["note " * 20] * 100_000
    raise exc


def raise_chained(_: int) -> Never:
    exc = ValueError("first")
    for n in range(10_000):
        further = ValueError(f"link {n}")
        further.__context__ = exc
        exc = further
    raise exc


def a14(context: Context) -> None:
    """However big an exception is, its record is small."""
    for fault in (raise_huge, raise_noted, raise_chained):
        before = resident()
        failure = told(fault, context)

        assert len(pickle.dumps(failure)) <= 256_000
        assert len(str(failure)) <= 256_000
        if not is_here(context):
            assert resident() - before < 4 * MB, "the parent was given the whole of it"


def hold_much(_: int) -> Never:
    much = b"x" * (200 * MB)
    raise ValueError(len(much))


def resident_or_hold_much(n: int) -> int:
    return hold_much(n) if n == AT else resident()


def a15(context: Context) -> None:
    """What the frames of a failed call held is freed before the next."""
    outcomes = outcomes_of(map_stage(resident_or_hold_much), context)
    sizes = [outcome.unwrap() for n, outcome in enumerate(outcomes) if n != AT]
    if is_here(context):  # where another thread may be at work while it is held
        sizes = [resident()]
    assert all(isinstance(size, int) and size < 150 * MB for size in sizes), sizes


def warn(_: int) -> Never:
    warnings.warn("beware", UserWarning, stacklevel=1)
    raise AssertionError("it was not made an error")


def warn_of_own(_: int) -> None:
    warnings.warn("beware", OwnWarning, stacklevel=1)


class OwnWarning(UserWarning):
    pass


def a16(context: Context) -> None:
    """A warning that the parent makes an error is one in a worker."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        warnings.filterwarnings("error", message="bew", category=UserWarning)
        warnings.filterwarnings("ignore", category=OwnWarning)
        assert told(warn, context).kind == "UserWarning"
        assert outcomes_of(map_stage(warn_of_own), context)[0].unwrap() is None
    with warnings.catch_warnings():
        warnings.simplefilter("error", OwnWarning)
        assert told(warn_of_own, context).message == "beware"


def fail_lazily(n: int) -> Iterator[int]:
    yield n
    raise ValueError("late")


def a17(context: Context) -> None:
    """A generator as a result is refused, and never half consumed."""
    failure = stage_failure(failing_at_seven(fail_lazily, context))

    assert (failure.step, failure.kind) == ("encode", "TypeError")
    assert "generators cannot cross a process" in failure.message


class Complaining:
    def __del__(self) -> None:
        raise ValueError("in __del__")


def complain_when_freed(n: int) -> int:
    if n == AT:
        watched = Complaining()
        weakref.finalize(watched, boom, n)
    return 10 * n


def a18(context: Context) -> None:
    """What is raised where nobody can catch it changes no outcome."""
    outcomes = outcomes_of(map_stage(complain_when_freed), context)

    assert [outcome.unwrap() for outcome in outcomes] == [10 * n for n in ITEMS]


class Deadly:
    """Ends the process in which it is freed, unless that made no copy of it."""

    def __init__(self) -> None:
        self.home = os.getpid()

    def __del__(self) -> None:
        if os.getpid() == self.home:
            os._exit(3)


def deadly(_: int) -> object:
    return Deadly()


def a19(context: Context) -> None:
    """A result that was sent counts, whatever becomes of the worker then."""
    outcomes = outcomes_of(map_stage(Faulty(deadly)), context)

    assert type(outcomes[AT].unwrap()) is Deadly
    del outcomes[AT]
    assert [outcome.unwrap() for outcome in outcomes] == [
        10 * n for n in ITEMS if n != AT
    ]


IGNORED = r"(?s:Exception ignored in.*?^ValueError: [^\n]*$)"

SCENARIOS = {
    "A01": Scenario(run=a01, contexts=EVERYWHERE),
    "A02": Scenario(run=a02, contexts=EVERYWHERE),
    "A03": Scenario(run=a03, contexts=EVERYWHERE),
    "A04": Scenario(run=a04, contexts=EVERYWHERE),
    "A05": Scenario(run=a05, contexts=EVERYWHERE),
    "A06": Scenario(run=a06, contexts=EVERYWHERE),
    "A07": Scenario(run=a07, contexts=EVERYWHERE[1:]),
    "A08": Scenario(run=a08, contexts=EVERYWHERE),
    "A09": Scenario(run=a09, contexts=EVERYWHERE),
    "A10": Scenario(run=a10, contexts=EVERYWHERE),
    "A11": Scenario(run=a11, contexts=EVERYWHERE),
    "A12": Scenario(run=a12, contexts=EVERYWHERE),
    "A13": Scenario(run=a13, contexts=EVERYWHERE),
    "A14": Scenario(run=a14, contexts=EVERYWHERE),
    "A15": Scenario(run=a15, contexts=EVERYWHERE),
    "A16": Scenario(run=a16, contexts=EVERYWHERE),
    "A17": Scenario(run=a17, contexts=WORKERS),
    "A18": Scenario(run=a18, contexts=EVERYWHERE, noise=IGNORED),
    "A19": Scenario(run=a19, contexts=WORKERS),
}
