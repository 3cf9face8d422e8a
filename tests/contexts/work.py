"""Functions, items and segments that workers can import."""

import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from fstream import Failure
from fstream import Success
from fstream.compiler.program import Leaf
from fstream.compiler.program import Segment
from fstream.compiler.program import Seq
from fstream.interpreter.chunk import Backend
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Freed
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Lost
from fstream.plan.contexts import Context
from fstream.plan.labels import Label
from fstream.plan.labels import Site
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import Try
from tests.wait import PATIENCE
from tests.wait import wait_readable

variable = ContextVar("variable", default="unset")


def segment(*fns: object, on: Context, number: int = 0) -> Segment:
    """Fuse maps of ``fns``; nodes stand for themselves."""
    site = Site(file="work.py", line=1)
    labels = tuple(
        Label(name=getattr(fn, "__name__", "stage"), site=site) for fn in fns
    )
    ops = tuple(
        Leaf(
            i,
            fn if isinstance(fn, FlatMap | Leave | Try) else Map(fn, label),
        )
        for i, (fn, label) in enumerate(zip(fns, labels, strict=True))
    )
    return Segment(
        number=number,
        context=on,
        op=ops[0] if len(ops) == 1 else Seq(ops),
        exits=0,
        stages=tuple(range(len(fns))),
        labels=labels,
    )


def call(
    ticket: int, items: Sequence[object], segment: int = 0, *, hands: int = 1
) -> Call:
    return Call(
        ticket=ticket,
        segment=segment,
        items=list(items),
        keys=range(100, 100 + len(items)),
        flush=None,
        hands=hands,
    )


def answers(
    backend: Backend, chunks: Iterable[Sequence[object]], *, window: int = 4
) -> list[Happening]:
    """Send ``chunks``, and give what came of them, in the order of tickets."""
    rest = enumerate(chunks)
    found: dict[int, Happening] = {}
    opened: set[int] = set()

    def send() -> None:
        for ticket, chunk in rest:
            opened.add(ticket)
            backend.submit(call(ticket, chunk))
            if len(opened) == window:
                return

    send()
    while opened:
        for happening in next_happenings(backend):
            tickets = (
                happening.open if isinstance(happening, Lost) else (happening.ticket,)
            )
            for ticket in tickets:
                found[ticket] = happening
                opened.discard(ticket)
        send()
    return [found[ticket] for ticket in sorted(found)]


def next_happenings(backend: Backend) -> list[Happening]:
    """Give what comes next of calls, at least one thing."""
    deadline = time.monotonic() + PATIENCE
    while True:
        polled = backend.poll()
        found = [each for each in polled if not isinstance(each, Freed)]
        if found:
            return found
        assert time.monotonic() < deadline, "nothing happened"
        if not polled and backend.watch():
            wait_readable(backend.watch())


def next_loss(backend: Backend) -> Lost:
    (loss,) = losses(backend, 1)
    return loss


def losses(backend: Backend, count: int) -> list[Lost]:
    """Wait for ``count`` losses."""
    found: list[Lost] = []
    while len(found) < count:
        found += [h for h in next_happenings(backend) if isinstance(h, Lost)]
    return found


def identity(x: object) -> object:
    return x


def double(x: int) -> int:
    return 2 * x


def explode(x: int) -> int:
    if x % 10 == 7:
        text = f"boom-{x}"
        raise ValueError(text)
    return x


def kill_at_seven(x: int) -> int:
    if x == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def leave_at_seven(x: int) -> int:
    if x == 7:
        os._exit(0)
    return x


def abort_at_seven(x: int) -> int:
    if x == 7:
        os.kill(os.getpid(), signal.SIGABRT)
    return x


def exit_at_seven(x: int) -> int:
    if x == 7:
        sys.exit(3)
    return x


def interrupt_at_seven(x: int) -> int:
    if x == 7:
        raise KeyboardInterrupt
    return x


def hang(x: object) -> object:
    select.select([], [], [], 60)
    return x


def hang_in_c(x: object) -> object:
    ctypes.PyDLL(None).sleep(60)  # holds the GIL
    return x


def awkward_at_seven(x: int) -> object:
    return {7: open(os.devnull), 8: lambda: x}.get(x, x)  # noqa: PTH123


def lazy_at_seven(x: int) -> object:
    return (i for i in range(x)) if x == 7 else x


def twice(x: int) -> Iterator[object]:
    yield x
    yield (lambda: x) if x == 7 else -x


def big(size: int) -> bytes:
    return b"x" * size


def pid(_: object) -> int:
    return os.getpid()


def set_variable(_: object) -> str:
    return variable.get()


def thread_name(_: object) -> str:
    return threading.current_thread().name


def look_round(what: str) -> object:
    """Tell what a worker sees."""
    looks: dict[str, Callable[[], object]] = {
        "cwd": os.getcwd,
        "env": lambda: os.environ.get("FSTREAM_TEST"),
        "argv": lambda: list(sys.argv),
        "path": lambda: list(sys.path),
        "stdin": sys.stdin.read,
        "fds": lambda: sorted(int(fd.name) for fd in Path("/proc/self/fd").iterdir()),
        "group": lambda: (os.getpgrp(), os.getsid(0), os.getpid()),
        "main": lambda: sys.modules["__main__"].__name__,
    }
    return looks[what]()


class UnloadableItem:
    """Pickles, and raises when it is loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return _refuse, ("item",)


class UnloadableResult:
    """Pickles, and leaves the process when it is loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return sys.exit, ("no",)


def unloadable_at_seven(x: int) -> object:
    return UnloadableResult() if x == 7 else x


def leaves_at_seven(x: int) -> Success[int] | Failure[object]:
    if x < 7:
        return Success(x)
    return Failure(UnloadableResult() if x == 7 else x)


class Dangerous:
    """Pickles never."""

    def __reduce__(self) -> tuple[object, ...]:
        text = "I stay"
        raise ValueError(text)


def write_into_all_sockets(x: int) -> int:
    if x == 7:
        for link in [*Path("/proc/self/fd").iterdir()]:
            if link.is_symlink() and str(link.readlink()).startswith("socket:"):
                os.write(int(link.name), b"nonsense" * 20)
    return x


def close_everything_at_seven(x: int) -> int:
    if x == 7:
        os.closerange(3, 256)
    return x


def fork_a_helper_and_die(x: int) -> int:
    if x == 7:
        if os.fork() == 0:
            select.select([], [], [], 60)
            os._exit(0)
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def _refuse(text: str) -> object:
    raise LookupError(text)
