"""Runs on contexts: the engine driven, its releases given to a consumer."""

from collections.abc import Generator
from collections.abc import Iterator
from collections.abc import Mapping
from typing import final

from returns.result import Success

from fstream.compiler.program import Program
from fstream.interpreter.chunk import Backend
from fstream.interpreter.drive import Places
from fstream.interpreter.drive import drive
from fstream.interpreter.engine.account import Account
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.engine import Engine
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Release
from fstream.interpreter.engine.events import Taken
from fstream.interpreter.failed import Failed
from fstream.interpreter.kernel import chunk_probes
from fstream.interpreter.reading import Reading
from fstream.interpreter.report import Audience
from fstream.interpreter.report import Failures
from fstream.interpreter.report import ItemsFailed
from fstream.interpreter.report import RunFinished
from fstream.interpreter.sinks import SinkBroke
from fstream.interpreter.sinks import Taking
from fstream.plan.contexts import Context


@final
class EngineRun:
    """One run of a program on the contexts it names."""

    __slots__ = (
        "account",
        "audience",
        "backends",
        "budget",
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
        backends: Mapping[Context, Backend],
    ) -> None:
        self.program = program
        self.budget = budget
        self.audience = audience
        probes = tuple(chunk_probes(segment) for segment in program.segments)
        self.account = Account(program, probes)
        self.engine = Engine(program, self.account, budget)
        self.reading = Reading(program.origin)
        self.backends = backends
        self.how: How = Enough()

    @property
    def pulled(self) -> int:
        """How many items were pulled."""
        return self.engine.pulled

    def consume(self, sink: Taking) -> BaseException | None:
        """Run to the end, everything into ``sink``; what the sink raised."""
        broken: BaseException | None = None
        releases = self._releases()
        try:
            release = next(releases, None)
            while release is not None:
                count, broken = self._fed(release, sink)
                taken = Taken(count, is_enough=broken is not None)
                release = _sent(releases, taken)
        finally:
            releases.close()
        return broken

    def _fed(self, release: Release, sink: Taking) -> tuple[int, BaseException | None]:
        """How many things of ``release`` were taken, and what the sink raised."""
        done = 0
        count = 0
        for pos, failed in (*release.failures, (len(release.values), None)):
            values = release.values[done:pos]
            before = sink.taken
            try:
                sink.take(values)
            except SinkBroke as broke:
                return count + sink.taken - before, broke.cause
            count += pos - done
            done = pos
            if failed is not None:
                count += 1
                self._tell(failed)
        return count, None

    def stream(self) -> Generator[Failed | Success[object]]:
        """Every result and failure record in place; lazy."""
        releases = self._releases()
        try:
            release = next(releases, None)
            while release is not None:
                count = 0
                try:
                    for thing in self._things(release):
                        count += 1
                        yield thing
                except GeneratorExit:
                    _sent(releases, Taken(count, is_enough=True))
                    raise
                release = _sent(releases, Taken(count, is_enough=False))
        finally:
            releases.close()

    def _things(self, release: Release) -> Iterator[Failed | Success[object]]:
        done = 0
        for pos, failed in release.failures:
            yield from map(Success, release.values[done:pos])
            done = pos
            self._tell(failed)
            yield failed
        yield from map(Success, release.values[done:] if done else release.values)

    def _tell(self, failed: Failed) -> None:
        self.audience.tell(ItemsFailed(Failures(self.program, [failed])))

    def _releases(self) -> Generator[Release, Taken]:
        """The run's releases; when it ends, or is closed, everything is gone."""
        places = Places(self.program, self.backends)
        try:
            self.how = yield from drive(self.engine, self.reading, places)
        finally:
            places.close()
            self.reading.close()
            self.audience.tell(self._finished())

    def _finished(self) -> RunFinished:
        reached = self.engine.reached
        return RunFinished(
            program=self.program,
            run=self.account.run_row(reached),
            rows=self.account.rows(),
            cancelled=self.engine.pulled - reached,
        )


def _sent(releases: Generator[Release, Taken], taken: Taken) -> Release | None:
    """The next release after ``taken``; ``None`` at the end."""
    try:
        return releases.send(taken)
    except StopIteration:
        return None
