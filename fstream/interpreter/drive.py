"""The loop that feeds the engine and acts: commands to effects, and back."""

import select
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Generator
from typing import assert_never, final

from fstream.compiler.program import Program
from fstream.interpreter.chunk import Backend
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.engine.engine import Engine
from fstream.interpreter.engine.events import Command
from fstream.interpreter.engine.events import Finish
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Pull
from fstream.interpreter.engine.events import Pulled
from fstream.interpreter.engine.events import Release
from fstream.interpreter.engine.events import Submit
from fstream.interpreter.engine.events import Taken
from fstream.interpreter.reading import Reading
from fstream.plan.contexts import Context


def drive(
    engine: Engine, reading: Reading, places: "Places"
) -> Generator[Release, Taken, How]:
    """Run ``engine`` to its end: yields releases, and is sent what was taken."""
    commands: deque[Command] = deque(engine.start())
    while True:
        while commands:
            command = commands.popleft()
            match command:
                case Submit(call):
                    places.submit(call)
                case Pull(most):
                    # A pull may block: what has come in meanwhile goes first.
                    for happening in places.poll():
                        commands.extend(engine.on(happening))
                    if commands:
                        commands.append(command)
                    else:
                        commands.extend(engine.on(_pulled(reading, most)))
                case Release():
                    taken = yield command
                    commands.extend(engine.on(taken))
                case Finish(how):
                    return how
                case _:
                    assert_never(command)
        for happening in places.wait():
            commands.extend(engine.on(happening))


def _pulled(reading: Reading, most: int) -> Pulled:
    began = time.perf_counter_ns()
    items, error = reading.pull(most)
    elapsed = time.perf_counter_ns() - began
    return Pulled(items, elapsed, has_ended=len(items) < most, error=error)


@final
class Places:
    """The contexts of a run at work, each with its segments."""

    __slots__ = ("backends", "of_segment")

    def __init__(self) -> None:
        self.backends: list[Backend] = []
        self.of_segment: dict[int, Backend] = {}

    def open(self, program: Program, backend_for: Callable[[Context], Backend]) -> None:
        """Get the contexts of ``program`` ready; ``close`` ends those that are."""
        for context in dict.fromkeys(each.context for each in program.segments):
            segments = tuple(s for s in program.segments if s.context == context)
            backend = backend_for(context)
            self.backends.append(backend)
            backend.open(segments)
            self.of_segment |= {segment.number: backend for segment in segments}

    def submit(self, call: Call) -> None:
        """Give ``call`` to the context of its segment."""
        self.of_segment[call.segment].submit(call)

    def poll(self) -> list[Happening]:
        """What has happened; never blocks."""
        return [event for backend in self.backends for event in backend.poll()]

    def wait(self) -> list[Happening]:
        """What has happened; blocks until something has."""
        while True:
            happened = self.poll()
            if happened:
                return happened
            watched = [fd for backend in self.backends for fd in backend.watch()]
            polling = select.poll()
            for fd in watched:
                polling.register(fd, select.POLLIN)
            polling.poll()

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
