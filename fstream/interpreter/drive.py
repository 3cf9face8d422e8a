"""The loop that feeds the engine and acts: commands to effects, and back."""

import os
import select
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Generator
from math import ceil
from math import inf
from typing import assert_never, final

from fstream.compiler.program import Program
from fstream.interpreter.chunk import Backend
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.deadline import Deadline
from fstream.interpreter.engine.engine import Engine
from fstream.interpreter.engine.events import Command
from fstream.interpreter.engine.events import Dismiss
from fstream.interpreter.engine.events import Expired
from fstream.interpreter.engine.events import Finish
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Pull
from fstream.interpreter.engine.events import Pulled
from fstream.interpreter.engine.events import Release
from fstream.interpreter.engine.events import Submit
from fstream.interpreter.engine.events import Taken
from fstream.interpreter.live import Iterating
from fstream.interpreter.reading import Reading
from fstream.plan.contexts import Context
from fstream.transport.waker import GLANCE


def drive(
    engine: Engine, reading: Reading, places: "Places", *, deadline: Deadline
) -> Generator[Release, Taken, How]:
    """Run ``engine`` to its end: yields releases, and is sent what was taken."""
    commands: deque[Command] = deque(engine.start())
    pulling = _Pulling(engine, reading)
    while True:
        while commands:
            commands.extend(_expired(engine, deadline))
            command = commands.popleft()
            match command:
                case Submit(call):
                    places.submit(call)
                case Dismiss(segment):
                    places.dismiss(segment)
                case Pull():
                    commands.extend(_told(engine, places.poll()))
                    if commands and reading.may_wait:  # what has come in goes first
                        commands.append(command)
                    else:  # and here work does
                        commands.extendleft(reversed(pulling.pull(command)))
                case Release():
                    taken = yield command
                    if taken.is_enough:  # a pull might wait for ever
                        ends = [c for c in commands if isinstance(c, Finish)]
                        commands = deque(ends)
                    commands.extend(engine.on(taken))
                case Finish(how):
                    return how
                case _:
                    assert_never(command)
        commands.extend(_told(engine, places.wait(deadline.left(), pulling.awaited())))
        commands.extend(_expired(engine, deadline))
        commands.extend(pulling.again())


def _told(engine: Engine, happenings: list[Happening]) -> list[Command]:
    return [command for event in happenings for command in engine.on(event)]


def _expired(engine: Engine, deadline: Deadline) -> list[Command]:
    if deadline.has_passed():
        return engine.on(Expired(deadline.seconds))
    return []


@final
class _Pulling:
    """Pulls from the source; ``waiting`` is set while a live one has nothing yet."""

    __slots__ = ("engine", "reading", "waiting")

    def __init__(self, engine: Engine, reading: Reading) -> None:
        self.engine = engine
        self.reading = reading
        self.waiting: Pull | None = None

    def pull(self, command: Pull) -> list[Command]:
        """Do as ``command`` says, and tell the engine unless there is nothing yet."""
        reading = self.reading
        began = time.perf_counter_ns()
        items, broke = reading.pull(command.most)
        elapsed = time.perf_counter_ns() - began
        if reading.awaited is not None and not items:
            self.waiting = command
            return []
        has_ended = len(items) < command.most and not reading.goes_on
        pulled = Pulled(items, elapsed, has_ended=has_ended, broke=broke)
        return self.engine.on(pulled)

    def awaited(self) -> Iterating | None:
        """The live source that is waited for, if one is."""
        return None if self.waiting is None else self.reading.awaited

    def again(self) -> list[Command]:
        """The command that could not be done."""
        waiting, self.waiting = self.waiting, None
        return [] if waiting is None else [waiting]


@final
class Places:
    """The contexts of a run at work, each with its segments."""

    __slots__ = ("backends", "dismissed", "of_segment", "owner")

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.backends: list[Backend] = []
        self.of_segment: dict[int, Backend] = {}
        self.dismissed: set[int] = set()

    def open(self, program: Program, backend_for: Callable[[Context], Backend]) -> None:
        """Get the contexts of ``program`` ready; ``close`` ends those that are."""
        for context in dict.fromkeys(each.context for each in program.segments):
            segments = tuple(s for s in program.segments if s.context == context)
            backend = backend_for(context)
            self.backends.append(backend)
            backend.open(segments)
            self.of_segment |= {segment.number: backend for segment in segments}

    def submit(self, call: Call) -> None:
        """Give ``call`` to the context of its segment. Raises in a forked child."""
        self._check_owner()
        self.of_segment[call.segment].submit(call)

    def dismiss(self, segment: int) -> None:
        """Tell the context of ``segment`` when none of its segments gets more calls."""
        self.dismissed.add(segment)
        backend = self.of_segment[segment]
        mine = {number for number, each in self.of_segment.items() if each is backend}
        if mine <= self.dismissed:
            backend.dismiss()

    def poll(self) -> list[Happening]:
        """What has happened; never blocks. Raises in a forked child."""
        self._check_owner()
        return [event for backend in self.backends for event in backend.poll()]

    def wait(self, seconds: float | None, live: Iterating | None) -> list[Happening]:
        """What has happened; blocks until something has, or the time is over.

        Something has also where a ``live`` source has something.
        """
        until = inf if seconds is None else time.monotonic() + seconds
        while not (happened := self.poll()):
            if live is not None and live.has_news():
                break
            if until < inf and time.monotonic() >= until:
                break
            self._sleep(until, live)
        return happened

    def _sleep(self, until: float, live: Iterating | None) -> None:
        """Wait for a descriptor, or for the time when a backend shall be asked."""
        polling = select.poll()
        for backend in self.backends:
            for watched in backend.watch():
                polling.register(watched, select.POLLIN)
        patience = [p for b in self.backends if (p := b.patience()) is not None]
        if live is not None:
            polling.register(live.watch(), select.POLLIN)
            patience.append(GLANCE)
        if until < inf:
            patience.append(max(0.0, until - time.monotonic()))
        # Rounded up, so that the time is over when it is.
        polling.poll(ceil(min(patience) * 1000) if patience else None)

    def close(self) -> None:
        """Close every context, whatever becomes of the others."""
        errors: list[BaseException] = []
        for backend in self.backends:
            try:
                backend.close()
            except BaseException as exc:  # noqa: BLE001 - raised below
                errors.append(exc)
        if errors:
            raise errors[0]

    def _check_owner(self) -> None:
        if self.owner != os.getpid():
            text = f"this stream belongs to process {self.owner}"
            raise RuntimeError(text)
