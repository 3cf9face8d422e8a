"""Runs on contexts: the engine driven, its releases given to a consumer."""

from collections.abc import Callable
from collections.abc import Generator
from typing import final

from fstream.compiler.program import Program
from fstream.interpreter.audience import Audience
from fstream.interpreter.chunk import Backend
from fstream.interpreter.deadline import Deadline
from fstream.interpreter.drive import Places
from fstream.interpreter.drive import drive
from fstream.interpreter.engine.account import Account
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.engine import Engine
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Release
from fstream.interpreter.engine.events import Taken
from fstream.interpreter.kernel import chunk_probes
from fstream.interpreter.reading import Reading
from fstream.interpreter.sinks import SinkBroke
from fstream.interpreter.sinks import Taking
from fstream.plan.contexts import Context


@final
class EngineRun:
    """One run of a program on the contexts it names."""

    __slots__ = (
        "account",
        "audience",
        "backend_for",
        "budget",
        "deadline",
        "engine",
        "how",
        "program",
        "reading",
    )

    def __init__(
        self,
        program: Program,
        budget: Budget,
        *,
        audience: Audience,
        backend_for: Callable[[Context], Backend],
        deadline: Deadline,
    ) -> None:
        audience.begin()
        self.deadline = deadline
        self.program = program
        self.budget = budget
        self.audience = audience
        probes = tuple(chunk_probes(segment) for segment in program.segments)
        self.account = Account(program, probes)
        self.engine = Engine(program, self.account, budget)
        self.reading = Reading(program.origin)
        self.backend_for = backend_for
        self.how: How = Enough()

    @property
    def pulled(self) -> int:
        """How many items were pulled, up to where the run ended."""
        return self.engine.counted

    def consume(self, sink: Taking) -> BaseException | None:
        """Run to the end, everything into ``sink``; what the sink raised."""
        broken: BaseException | None = None
        releases = self.releases()
        try:
            release = next(releases, None)
            while release is not None:
                count, broken = self._fed(release, sink)
                taken = Taken(count, is_enough=broken is not None)
                release = sent(releases, taken)
        finally:
            releases.close()
        return broken

    def _fed(self, release: Release, sink: Taking) -> tuple[int, BaseException | None]:
        """How many things of ``release`` were taken, and what the sink raised."""
        before = sink.taken
        broken: BaseException | None = None
        try:
            sink.take(release.values)
        except SinkBroke as broke:
            broken = broke.cause
        taken = sink.taken - before
        passed = [
            failed for pos, failed in release.failures if broken is None or pos < taken
        ]
        if passed:
            self.audience.failed(passed)
        return taken + len(passed), broken

    def releases(self) -> Generator[Release, Taken]:
        """The run's releases; when it ends, or is closed, everything is gone."""
        places = Places()
        try:
            places.open(self.program, self.backend_for)
            self.how = yield from drive(
                self.engine, self.reading, places, deadline=self.deadline
            )
        finally:
            try:
                places.close()
            except KeyboardInterrupt:  # in the middle of it, or even before
                places.close()
                raise
            finally:
                self._end()

    def _end(self) -> None:
        try:
            self.reading.close()
        finally:
            self._tell_end()

    def _tell_end(self) -> None:
        reached = self.engine.reached
        self.audience.end(
            self.account.run_row(reached),
            self.account.rows(),
            cancelled=self.engine.pulled - reached,
            abandoned=self.engine.abandoned + self.reading.abandoned,
        )


def sent(releases: Generator[Release, Taken], taken: Taken) -> Release | None:
    """The next release after ``taken``; ``None`` at the end."""
    try:
        return releases.send(taken)
    except StopIteration:
        return None
