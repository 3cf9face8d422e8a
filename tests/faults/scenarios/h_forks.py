"""Group H: copies of this process, and hosts with threads."""

import _thread
import gc
import io
import os
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from contextlib import suppress
from importlib import import_module
from tempfile import TemporaryFile

from fstream import Context
from fstream import Failure
from fstream import ForkWarning
from fstream import Success
from fstream import TimedOut
from fstream import forks
from fstream import map_stage
from fstream import source
from fstream import stream
from tests.faults.promises import ITEMS
from tests.faults.promises import AnyOutcome
from tests.faults.promises import Faulty
from tests.faults.promises import failure_at
from tests.faults.promises import outcomes_of
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted
from tests.wait import wait_until

LIMIT = 0.5
DELIVERED = [Success(10 * n) for n in ITEMS]


def has_run(fault: Callable[[int], object], on: Context) -> list[AnyOutcome]:
    """Run ``fault`` at item 7, for at most half a second, and warn of no threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ForkWarning)
        return outcomes_of(map_stage(Faulty(fault), timeout=LIMIT), on)


def assert_is_free(fault: Callable[[int], object], on: Context) -> None:
    """Assert that item 7 is delivered, or timed out where its lock is inherited."""
    outcomes = has_run(fault, on)
    if on == forks(2):
        assert isinstance(failure_at(outcomes), TimedOut)
    else:
        assert outcomes == DELIVERED


@contextmanager
def thread_that(holds: Callable[[threading.Event], None]) -> Iterator[None]:
    """Have a thread of the host hold something, from before until afterwards."""
    done = threading.Event()
    thread = threading.Thread(target=holds, args=(done,), name="the host's")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


# ---- what is held


LOCK = threading.Lock()


def take_lock(_: int) -> object:
    with LOCK:
        return 70


def h01(context: Context) -> None:
    """A lock that is held in the host is held in its copies, and in nobody else."""

    def hold(done: threading.Event) -> None:
        with LOCK:
            done.wait()

    with thread_that(hold):
        wait_until(LOCK.locked)
        assert_is_free(take_lock, context)


class Pipe:
    """A stream that is full, so that who writes has to wait and holds its lock."""

    def __init__(self) -> None:
        self.readable, writable = os.pipe()
        os.set_blocking(writable, False)
        with suppress(BlockingIOError):
            while True:
                os.write(writable, b"x" * 4096)
        os.set_blocking(writable, True)
        self.stream = os.fdopen(writable, "w")

    def hold(self, done: threading.Event) -> None:
        self.stream.write("something")
        self.stream.flush()

    def drain(self) -> None:
        os.set_blocking(self.readable, False)
        with suppress(BlockingIOError):
            while os.read(self.readable, 1 << 20):
                pass

    def close(self) -> None:
        self.stream.close()
        os.close(self.readable)


def print_something(_: int) -> object:
    for pipe in HELD:  # a clean worker has none
        pipe.stream.write("something else\n")
        pipe.stream.flush()
    return 70


HELD: list[Pipe] = []


def h02(context: Context) -> None:
    """So is the lock of a stream that another thread waits to write to."""
    pipe = Pipe()
    HELD.append(pipe)
    try:
        with ExitStack() as stack:
            stack.callback(pipe.drain)
            stack.enter_context(thread_that(pipe.hold))
            stack.callback(pipe.drain)
            assert_is_free(print_something, context)
    finally:
        HELD.clear()
        pipe.close()


def multiply(_: int) -> object:
    with suppress(ImportError):
        numpy = import_module("numpy")
        numpy.ones((300, 300)) @ numpy.ones((300, 300))
    return 70


def h03(context: Context) -> None:
    """Threads that Python knows nothing of are seen, and freeze no clean worker."""
    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(done.acquire, ())
    multiply(0)
    try:
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            outcomes = outcomes_of(map_stage(Faulty(multiply), timeout=5), context)
    finally:
        done.release()

    if context == forks(2):
        (warning,) = given
        assert warning.category is ForkWarning
        failed = [each for each in outcomes if isinstance(each, Failure)]
        assert not failed or isinstance(failure_at(outcomes), TimedOut)
    else:
        assert given == []
        assert outcomes == DELIVERED


class Connection:
    """Says good-bye when it is closed, and is closed when it is forgotten."""

    def __init__(self) -> None:
        self.theirs, self.ours = socket.socketpair()
        self.theirs.settimeout(0)

    def heard(self) -> bytes:
        with suppress(BlockingIOError):
            return self.theirs.recv(100)
        return b""

    def close(self) -> None:
        self.ours.sendall(b"QUIT")
        self.ours.close()

    def __del__(self) -> None:
        if self.ours.fileno() >= 0:
            self.close()


def h04(context: Context) -> None:
    """No copy says good-bye on a connection of the host's."""
    connection = Connection()
    held = [connection]

    def forget(_: int) -> object:
        gc.collect()
        return 10 * len(held) * 7

    assert outcomes_of(map_stage(Faulty(forget)), context) == DELIVERED
    assert connection.heard() == b""
    connection.ours.sendall(b"still here")
    assert connection.heard() == b"still here"
    connection.close()
    connection.theirs.close()


def h05(context: Context) -> None:
    """Text that waits to be written appears once, and so does what items print."""

    def speak(n: int) -> int:
        print(f"<{n}>", end="")
        return n

    before = sys.stdout
    with TemporaryFile("w+") as file:
        sys.stdout = file
        try:
            print("begun", end="")
            for outcome in stream(source(ITEMS).via(map_stage(speak)), on=context):
                print(f"[{outcome.unwrap()}]", end="")
        finally:
            sys.stdout = before
        file.flush()
        file.seek(0, io.SEEK_SET)
        text = file.read()

    assert text.count("begun") == 1
    assert all(text.count(f"[{n}]") == text.count(f"<{n}>") == 1 for n in ITEMS)


def h06(context: Context) -> None:
    """Where there are threads one warning says so, and none for who knows it."""
    items = source(ITEMS).via(map_stage(Faulty(lambda n: 10 * n)))
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(thread_that(threading.Event.wait))
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            outcomes = [*stream(items, on=context)]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", category=ForkWarning)
            again = [*stream(items, on=context)]
        with warnings.catch_warnings():
            warnings.simplefilter("error", ForkWarning)
            try:
                refused = [*stream(items, on=context)] != DELIVERED
            except ForkWarning:
                refused = True

    (warning,) = given
    assert (warning.category, warning.filename) == (ForkWarning, __file__)
    assert str(warning.message).startswith(
        "forks(2) copies this process, in which 3 other threads run: "
    )
    assert outcomes == again == DELIVERED
    assert refused


class Finalized:
    """A part of a cycle, which tells in which process it is destroyed."""

    def __init__(self, log: str) -> None:
        self.log = log
        self.cycle = self

    def __del__(self) -> None:
        note(self.log, os.getpid())


def h07(context: Context) -> None:
    """The host's garbage is collected in the host alone."""

    def collect(n: int) -> int:
        garbage: list[object] = []
        garbage.append(garbage)
        del garbage
        gc.collect()
        return n

    gc.disable()
    with Scratch() as log:
        for _ in range(3):
            Finalized(log)
        outcomes = outcomes_of(map_stage(collect), context)
        finalized = noted(log)
        gc.collect()
        gc.enable()
        assert finalized == []
        assert noted(log) == [(os.getpid(),)] * 3
    assert outcomes == [Success(n) for n in ITEMS]


COPIES = ("forks",)

SCENARIOS = {
    "H01": Scenario(run=h01, contexts=WORKERS),
    "H02": Scenario(run=h02, contexts=WORKERS),
    "H03": Scenario(run=h03, contexts=WORKERS),
    "H04": Scenario(run=h04, contexts=COPIES),
    "H05": Scenario(run=h05, contexts=COPIES),
    "H06": Scenario(run=h06, contexts=COPIES),
    "H07": Scenario(run=h07, contexts=COPIES),
}
