"""Group F: pipes and frames."""

import os
import signal
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from fstream import Context
from fstream import Success
from fstream import collect
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream.contexts import forked
from fstream.contexts import remote
from fstream.running import outcome_of
from fstream.transport import channel
from fstream.transport.channel import Channel
from fstream.transport.codec import encode
from fstream.transport.frame import Frame
from fstream.transport.frame import pack
from fstream.transport.waker import Waker
from tests.faults.promises import AT
from tests.faults.promises import ITEMS
from tests.faults.promises import Faulty
from tests.faults.promises import failing_at_seven
from tests.faults.promises import outcomes_of
from tests.faults.promises import resident
from tests.faults.promises import worker_lost
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario

MB = 1 << 20
TICK = 0.001
STORMY: set[int] = set()
BUSY: list[bool] = []


# ---- F01: signals


@contextmanager
def storm(handler: Callable[[int, object], None]) -> Iterator[None]:
    """Send this process a signal each millisecond."""
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def quiet(_signal: int, _frame: object) -> None:
    """Come in between, and do nothing."""


def begin_storm(handler: Callable[[int, object], None], *, tick: float = TICK) -> None:
    """Send this worker signals for the rest of its life."""
    assert outcome_of, "half imported it would be of no use to who comes in between"
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and os.getpid() not in STORMY:
        STORMY.add(os.getpid())
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, tick, tick)


def in_a_storm(n: int) -> bytes:
    begin_storm(quiet)
    time.sleep(2 * TICK)
    return bytes([n]) * 100_000


def f01(context: Context) -> None:
    """A storm of signals on both sides changes nothing."""
    STORMY.add(os.getpid())
    with storm(quiet):
        outcomes = outcomes_of(map_stage(in_a_storm), context)

    assert [each.unwrap() for each in outcomes] == [bytes([n]) * 100_000 for n in ITEMS]


# ---- F02, F04: narrow pipes


class Dripping(socket.socket):
    """Moves a byte at a time."""

    def recv_into(self, buffer: memoryview, *_: int) -> int:  # type: ignore[override]
        return super().recv_into(buffer[:1])

    def sendmsg(self, pieces: Iterable[memoryview], *_: object) -> int:  # type: ignore[override]
        return super().send(next(iter(pieces))[:1])


def dripping_pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = channel.socket_pair()
    dripping = Dripping(fileno=ours.detach())
    dripping.settimeout(0)
    return dripping, theirs


def narrow_pair() -> tuple[socket.socket, socket.socket]:
    pair = channel.socket_pair()
    for end in pair:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return pair


@contextmanager
def paired_by(pair: object) -> Iterator[None]:
    first = patch.object(remote, "socket_pair", pair)
    second = patch.object(forked, "socket_pair", pair)
    with first, second:
        yield


def f02(context: Context) -> None:
    """A connection that moves one byte at a time is slow, and nothing else."""
    with paired_by(dripping_pair):
        outcomes = outcomes_of(map_stage(Faulty(abs)), context)

    assert outcomes == [Success(7 if n == AT else 10 * n) for n in ITEMS]


def turned(text: bytes) -> bytes:
    return text[::-1]


def f04(context: Context) -> None:
    """Buffers of 4 kB carry big items both ways."""
    items = [bytes([n]) * MB + b"end" for n in range(6)]
    with paired_by(narrow_pair):
        plan = source(items).via(map_stage(turned)).to(collect())
        values = run(plan, on=context).unwrap()

    assert [*values] == [item[::-1] for item in items]


# ---- F03, F09: big items


def f03(context: Context) -> None:
    """Items and results of 1 MiB do not pile up before a slow consumer."""
    pulled = 0

    def items() -> Iterator[bytes]:
        nonlocal pulled
        for n in range(60):
            pulled += 1
            yield bytes([n]) * MB

    before, most, ahead = resident(), 0, 0
    plan = source_from(items).via(map_stage(turned))
    for consumed, outcome in enumerate(stream(plan, on=context), 1):
        assert outcome.unwrap()[0] == consumed - 1
        time.sleep(2 * TICK)
        most, ahead = max(most, resident()), max(ahead, pulled - consumed)
    assert consumed == 60
    assert ahead <= 32
    assert most - before < 90 * MB, (most - before, ahead)


def sized(n: int) -> bytes:
    return bytes(64 * MB if n == 5_000 else 1)


def f09(context: Context) -> None:
    """One big item among many tiny ones holds nobody up."""
    items = source(range(20_000)).via(map_stage(sized))
    sizes = [len(outcome.unwrap()) for outcome in stream(items, on=context)]

    assert sizes.pop(5_000) == 64 * MB
    assert sizes == [1] * 19_999


# ---- F05: the parent is gone


def big_and_late(n: int) -> bytes:
    time.sleep(5 * TICK)
    return bytes(MB)


def f05(context: Context) -> None:
    """A worker whose parent is gone leaves without a word."""
    slow = source(ITEMS).via(map_stage(big_and_late))
    pid = os.fork()
    if pid == 0:
        for n, _ in enumerate(stream(slow, on=context)):
            if n == AT:
                os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


# ---- F06, F07: what is no frame


def own_sockets() -> Iterator[int]:
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode):
                yield int(entry.name)


def write_raw(text: bytes) -> None:
    for number in [*own_sockets()]:
        os.write(number, text)


def spoil(_: int) -> object:
    write_raw(os.urandom(64))
    return "spoilt"


def f06(context: Context) -> None:
    """Who writes into our connection is blamed, and its worker replaced."""
    assert worker_lost(failing_at_seven(spoil, context)).index == AT


class Bomb:
    """Ends the process that loads it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (66,)


def _forged(kind: str, frame: Frame) -> list[Frame]:
    bomb = encode([Bomb()]).body
    match kind:
        case "kind":
            return [replace(frame, kind=255, head=bomb, body=bomb)]
        case "other":
            return [replace(frame, sequence=10**6, head=bomb, body=bomb)]
        case "lane":
            return [replace(frame, lane=99, head=bomb, body=bomb)]
        case "empty":
            return [replace(frame, head=b"", body=b"")]
        case _:
            return [frame, frame]


def forge(kind: str, n: int) -> object:
    send = Channel.send

    def forging(self: Channel, frame: Frame) -> None:
        for each in _forged(kind, frame):
            send(self, each)

    Channel.send = forging  # type: ignore[method-assign]
    return 10 * n


def truncate() -> None:
    whole = b"".join(pack(Frame(kind=3, head=b"head", body=b"body" * 10)))
    write_raw(whole[:-7] + whole)


def oversize() -> None:
    whole = bytearray(b"".join(pack(Frame(kind=3))))
    whole[36:44] = (1 << 63).to_bytes(8, "little")
    write_raw(bytes(whole))


WRONG = {3: "kind", 7: "other", 11: "lane", 15: "empty", 19: "truncated", 22: "huge"}


def go_wrong(n: int) -> object:
    match WRONG.get(n):
        case "truncated":
            truncate()
        case "huge":
            oversize()
        case str(kind):
            forge(kind, n)
        case _:
            pass
    return 10 * n


def f07(context: Context) -> None:
    """Whatever is wrong with a frame, nothing of it is loaded."""
    outcomes = outcomes_of(map_stage(go_wrong), context)
    for n, outcome in enumerate(outcomes):
        if n in WRONG:
            assert worker_lost(outcome.failure()).index == n
        else:
            assert outcome == Success(10 * n)
    outcomes = outcomes_of(map_stage(Faulty(partial(forge, "twice"))), context)
    assert outcomes == [Success(10 * n) for n in ITEMS]


# ---- F10: standard streams


def abuse(n: int) -> int:
    os.write(1, b"raw bytes \xff\xfe\n")
    print("and a line")
    match n % 4:
        case 0:
            sys.stdout.close()
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        case 1:
            sys.stderr = None  # type: ignore[assignment]
        case 2:
            os.close(1)
            os.open(os.devnull, os.O_WRONLY)
        case _:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    return 10 * n


def f10(context: Context) -> None:
    """Whatever a function does to the standard streams, results are as they were."""
    assert outcomes_of(map_stage(abuse), context) == [Success(10 * n) for n in ITEMS]


# ---- F11, F12: waking up, and coming in between


def f11(context: Context) -> None:
    """Threads cannot be held up by a wake-up that nobody takes notice of."""
    opened = Waker.open

    def full(self: Waker) -> None:
        opened(self)
        os.eventfd_write(self._counter.number, (1 << 64) - 2)

    with patch.object(Waker, "open", full):
        outcomes = outcomes_of(map_stage(abs), context, range(5_000))
    assert outcomes == [Success(n) for n in range(5_000)]


class Reentrant:
    """Runs a plan when it is freed."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __del__(self) -> None:
        run_another()


def run_another() -> None:
    print("in between")
    values = run(source([1, 2]).via(map_stage(abs)).to(collect())).unwrap()
    assert values == (1, 2)


def run_another_on(_signal: int, _frame: object) -> None:
    if not BUSY:  # what takes longer than a tick would never come to its end
        BUSY.append(True)
        run_another()
        BUSY.clear()


def reenter(n: int) -> Reentrant:
    begin_storm(run_another_on, tick=10 * TICK)
    print("a line", n)
    time.sleep(2 * TICK)
    return Reentrant(n)


def f12(context: Context) -> None:
    """User code that comes in between may use the library, everywhere."""
    STORMY.add(os.getpid())
    told = []
    with storm(run_another_on):
        for outcome in stream(source(ITEMS).via(map_stage(reenter)), on=context):
            told.append(outcome.unwrap().n)
        del outcome
    assert told == [*ITEMS]


SCENARIOS = {
    "F01": Scenario(run=f01, contexts=EVERYWHERE),
    "F02": Scenario(run=f02, contexts=WORKERS),
    "F03": Scenario(run=f03, contexts=EVERYWHERE),
    "F04": Scenario(run=f04, contexts=WORKERS),
    "F05": Scenario(run=f05, contexts=WORKERS),
    "F06": Scenario(run=f06, contexts=WORKERS),
    "F07": Scenario(run=f07, contexts=WORKERS),
    "F09": Scenario(run=f09, contexts=EVERYWHERE),
    "F10": Scenario(run=f10, contexts=WORKERS),
    "F11": Scenario(run=f11, contexts=("threads",)),
    "F12": Scenario(run=f12, contexts=EVERYWHERE),
}
