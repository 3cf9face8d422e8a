"""Group C: the death of a worker."""

import ctypes
import os
import pickle
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import final

from fstream import Context
from fstream import Failure
from fstream import Outcome
from fstream import Success
from fstream import map_stage
from fstream import source
from fstream import stream
from fstream.transport.channel import Channel
from fstream.worker.host import Host
from tests.faults.promises import Faulty
from tests.faults.promises import failing_at_seven
from tests.faults.promises import failure_at
from tests.faults.promises import outcomes_of
from tests.faults.promises import worker_lost
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.wait import exists
from tests.wait import is_alive
from tests.wait import is_asleep
from tests.wait import wait_until

NOBODY = 65534
BIG = 192 << 20


# ---- what happens to workers


def end_by(number: int, _: int) -> object:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
    os.kill(os.getpid(), number)
    return "alive"


def leave(_: int) -> object:
    os._exit(0)


def read_nothing(_: int) -> object:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return ctypes.string_at(0)


def overflow(_: int) -> object:
    """Go deep in C, where only little room is left."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 14, resource.RLIM_INFINITY))
    sys.setrecursionlimit(100_000)
    nested: list[object] = []
    for _depth in range(5000):
        nested = [nested]
    return len(repr(nested))


def close_all(_: int) -> object:
    os.closerange(3, 256)
    return "closed"


def replace_sockets(path: str, _: int) -> object:
    """Open a file under the numbers of all sockets."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    for link in [*Path("/proc/self/fd").iterdir()]:
        if link.is_symlink() and str(link.readlink()).startswith("socket:"):
            os.dup2(file, int(link.name))
    return "replaced"


def leave_a_helper(path: str, _: int) -> object:
    """Die, while a child holds all descriptors for a minute."""
    helper = os.fork()
    if helper == 0:
        select.select([], [], [], 60)
        os._exit(0)
    note(path, helper, time.monotonic_ns())
    return end_by(signal.SIGKILL, 0)


def die_once_answered(_: int) -> object:
    """Die as soon as the answer is on its way as a whole."""

    def send(channel: Channel, frame: object) -> None:
        original(channel, frame)
        end_by(signal.SIGKILL, 0)

    original: Callable[[Channel, object], None] = Channel.send
    Channel.send = send  # only in this worker
    return 70


def die_at_the_next_call(n: int) -> object:
    """Die when the next call was read, and nothing of it was executed."""

    def answer(_host: Host, _frame: object) -> object:
        return end_by(signal.SIGKILL, 0)

    Host.answer = answer  # only in this worker
    return 10 * n


def tear(_: int) -> object:
    """Die when half of the answer was sent."""

    def sendmsg(end: socket.socket, pieces: Iterable[memoryview]) -> int:
        for piece in pieces:
            sent = piece[: BIG // 2]
            end.sendall(sent)
            if len(sent) < len(piece):
                end_by(signal.SIGKILL, 0)
        return 0

    socket.socket.sendmsg = sendmsg  # only in this worker
    return pickle.PickleBuffer(bytearray(BIG))


def kill_all_workers(n: int) -> object:
    """End all workers at once, as the system does where memory is short."""
    nursery = os.getppid()
    children = Path(f"/proc/{nursery}/task/{nursery}/children").read_text().split()
    for pid in sorted(map(int, children), key=lambda pid: pid == os.getpid()):
        with suppress(ProcessLookupError):  # a copy may just have ended
            os.kill(pid, signal.SIGKILL)
    return n


def change_itself(path: str, _: int) -> object:
    note(path, os.getpid())
    with suppress(PermissionError):  # it leads a session already
        os.setsid()
    os.chdir("/")
    os.umask(0)
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    return 70


def change_itself_and_hang(path: str, n: int) -> object:
    change_itself(path, n)
    select.select([], [], [], 60)
    return "woken"


def look_round(_: int) -> tuple[object, ...]:
    os.umask(mask := os.umask(0o77))
    return mask, os.getuid(), os.getgid(), str(Path.cwd())


# ---- what is seen of them


def note(path: str, *numbers: int) -> None:
    """Append a line to a log, whole, whoever else does so."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(file, f"{' '.join(map(str, numbers))}\n".encode())
    os.close(file)


def noted(path: str) -> list[tuple[int, ...]]:
    return [
        tuple(map(int, line.split())) for line in Path(path).read_text().splitlines()
    ]


@final
@dataclass(frozen=True, slots=True)
class Logged:
    """Gives ten times its item, and notes it; ``fault`` strikes at some items."""

    path: str
    fault: Callable[[int], object]
    at: tuple[int, ...] = (7,)

    def __call__(self, n: int) -> object:
        note(self.path, n, os.getpid(), time.monotonic_ns())
        return self.fault(n) if n in self.at else 10 * n


@final
@dataclass(frozen=True, slots=True)
class Log:
    """What ``Logged`` noted."""

    path: str

    def items(self) -> list[int]:
        return sorted(line[0] for line in noted(self.path))

    def times(self, item: int) -> int:
        return self.items().count(item)

    def last(self) -> tuple[int, ...]:
        return noted(self.path)[-1]


class Scratch(TemporaryDirectory[str]):
    """A folder in which a log has its place."""

    def __enter__(self) -> str:
        log = Path(super().__enter__()) / "log"
        log.touch()
        return str(log)


# ---- the rows


def c01(context: Context) -> None:
    """A killed worker fails only the item that it was executing, and at once."""
    with Scratch() as log:
        fault = Logged(log, partial(end_by, signal.SIGKILL))
        outcomes: list[Outcome[object, object]] = []
        told = 0
        for outcome in stream(source(range(24)).via(map_stage(fault)), on=context):
            told = told or time.monotonic_ns() * isinstance(outcome, Failure)
            outcomes.append(outcome)
        lost = worker_lost(failure_at(outcomes))
        (died,) = (at for item, _, at in noted(log) if item == 7)

    assert (lost.signal, lost.exit_code) == ("SIGKILL", None)
    assert (lost.step, lost.index, lost.item) == ("call", 7, "7")
    assert (lost.attempt, lost.effects) == (1, "unknown")
    assert lost.pid not in {0, os.getpid()}
    assert told - died < 1e9


def c02(context: Context) -> None:
    """A worker that leaves as if all were well is lost as well."""
    lost = worker_lost(failing_at_seven(leave, context))

    assert (lost.signal, lost.exit_code) == (None, 0)


def c03(context: Context) -> None:
    """A worker that reads where nothing is dies, and the run does not."""
    lost = worker_lost(failing_at_seven(read_nothing, context))

    assert (lost.signal, lost.exit_code) == ("SIGSEGV", None)


def c04(context: Context) -> None:
    """Whatever signal ends a worker is named."""
    for number in (signal.SIGTERM, signal.SIGABRT, signal.SIGBUS, signal.SIGXCPU):
        lost = worker_lost(failing_at_seven(partial(end_by, number), context))

        assert (lost.signal, lost.exit_code) == (number.name, None)


def c05(context: Context) -> None:
    """Two items that kill whoever touches them cost two workers."""
    with Scratch() as log:
        fault = Logged(log, partial(end_by, signal.SIGKILL), at=(7, 23))
        outcomes = outcomes_of(map_stage(fault), context, range(40))
        times = {item: Log(log).times(item) for item in (7, 23)}

    assert len(outcomes) == 40
    failures = {n: each for n, each in enumerate(outcomes) if isinstance(each, Failure)}
    assert [*failures] == [7, 23]
    assert [each.unwrap() for each in outcomes if isinstance(each, Success)] == [
        10 * n for n in range(40) if n not in failures
    ]
    assert len({worker_lost(each.failure()).pid for each in failures.values()}) == 2
    assert times == {7: 1, 23: 1}


def c06(context: Context) -> None:
    """A worker that is killed while it has nothing to do costs nothing."""
    with Scratch() as log:
        stage = map_stage(Logged(log, abs, at=()))
        running = stream(source(range(5000)).via(stage), on=context)
        outcomes = [next(running) for _ in range(8)]
        workers = {pid for _, pid, _ in noted(log)}
        wait_until(lambda: all(map(is_asleep, workers)))
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, workers)))
        outcomes += running
        executed = Log(log).items()

    assert outcomes == [Success(10 * n) for n in range(5000)]
    assert executed == [*range(5000)]


def c07(context: Context) -> None:
    """What a worker had only read when it was killed runs elsewhere, once."""
    with Scratch() as log:
        stage = map_stage(Logged(log, die_at_the_next_call, at=(3,)))
        outcomes = outcomes_of(stage, context, range(500))
        executed = Log(log).items()

    assert outcomes == [Success(10 * n) for n in range(500)]
    assert executed == [*range(500)]


def c08(context: Context) -> None:
    """A result that arrived counts, whatever becomes of its worker."""
    with Scratch() as log:
        stage = map_stage(Logged(log, die_once_answered))
        outcomes = outcomes_of(stage, context)
        executed = Log(log).items()

    assert outcomes == [Success(10 * n) for n in range(24)]
    assert executed == [*range(24)]


def c09(context: Context) -> None:
    """What a worker began to send before it was killed disturbs nobody."""
    lost = worker_lost(failing_at_seven(tear, context))

    assert (lost.signal, lost.step) == ("SIGKILL", "encode")


def c10(context: Context) -> None:
    """A helper that holds all pipes hides no death, and does not survive it."""
    with Scratch() as log:
        lost = worker_lost(failing_at_seven(partial(leave_a_helper, log), context))
        seen = time.monotonic_ns()
        ((helper, died),) = noted(log)
        wait_until(lambda: not exists(helper))

    assert lost.signal == "SIGKILL"
    assert seen - died < 1e9


def c11(context: Context) -> None:
    """A worker whose descriptors were closed is lost with the item that did it."""
    lost = worker_lost(failing_at_seven(close_all, context))

    assert lost.pid != os.getpid()


def c12(context: Context) -> None:
    """Nothing of ours is ever written into a file of the user."""
    with Scratch() as file:
        Path(file).touch()
        fault = Faulty(partial(replace_sockets, file))
        outcomes = outcomes_of(map_stage(fault, name="faulty"), context)
        written = Path(file).read_bytes()

    assert written == b""
    # It is noticed in the midst of whatever is executed by then.
    failures = {n: each for n, each in enumerate(outcomes) if isinstance(each, Failure)}
    assert failures
    assert all(worker_lost(each.failure()) for each in failures.values())
    assert [each.unwrap() for each in outcomes if isinstance(each, Success)] == [
        10 * n for n in range(24) if n not in failures
    ]


def c13(context: Context) -> None:
    """Workers that die together cost what they were executing, and nothing else."""
    with Scratch() as log:
        outcomes = outcomes_of(map_stage(Logged(log, kill_all_workers)), context)

    failures = {n: each for n, each in enumerate(outcomes) if isinstance(each, Failure)}
    assert len(outcomes) == 24
    assert 7 in failures
    assert len(failures) <= 2
    assert all(worker_lost(each.failure()).signal for each in failures.values())
    assert [each.unwrap() for each in outcomes if isinstance(each, Success)] == [
        10 * n for n in range(24) if n not in failures
    ]


def c16(context: Context) -> None:
    """A worker whose stack overflows in C dies alone."""
    lost = worker_lost(failing_at_seven(overflow, context))

    assert (lost.signal, lost.exit_code) == ("SIGSEGV", None)


def wait_for_a_note(log: str, _: int) -> object:
    wait_until(lambda: bool(noted(log)))
    return 0


def c17(context: Context) -> None:
    """What a worker makes of itself is its own affair, and it can be ended."""
    with Scratch() as log:
        changing = map_stage(Faulty(partial(change_itself, log)))
        assert outcomes_of(changing, context) == [Success(10 * n) for n in range(24)]
        assert set(outcomes_of(map_stage(look_round), context)) == {
            Success(look_round(0))
        }

    with Scratch() as log:
        hanging = map_stage(Faulty(partial(wait_for_a_note, log), at=0)) >> map_stage(
            Faulty(partial(change_itself_and_hang, log), at=10)
        )
        running = stream(source(range(24)).via(hanging), on=context)
        assert next(running) == Success(0)
        wait_until(lambda: bool(noted(log)))
        ((worker,),) = noted(log)
        wait_until(lambda: is_asleep(worker))
        began = time.monotonic()
        running.close()
        assert time.monotonic() - began < 1
        assert not is_alive(worker)


SCENARIOS = {
    "C01": Scenario(run=c01, contexts=WORKERS),
    "C02": Scenario(run=c02, contexts=WORKERS),
    "C03": Scenario(run=c03, contexts=WORKERS),
    "C04": Scenario(run=c04, contexts=WORKERS),
    "C05": Scenario(run=c05, contexts=WORKERS),
    "C06": Scenario(run=c06, contexts=("processes",)),
    "C07": Scenario(run=c07, contexts=("processes",)),
    "C08": Scenario(run=c08, contexts=WORKERS),
    "C09": Scenario(run=c09, contexts=WORKERS),
    "C10": Scenario(run=c10, contexts=WORKERS),
    "C11": Scenario(run=c11, contexts=WORKERS),
    "C12": Scenario(run=c12, contexts=WORKERS),
    "C13": Scenario(run=c13, contexts=WORKERS),
    "C16": Scenario(run=c16, contexts=WORKERS),
    "C17": Scenario(run=c17, contexts=WORKERS),
}
