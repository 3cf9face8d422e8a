"""Streams of outcomes: what a run gives, item by item, as users see it.

One generator a stream, with nothing between it and the run: an item passes
through each further one, which costs it some percent of its time.
"""

from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from collections.abc import Sequence

from fstream.compiler.program import Program
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Complete
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import Late
from fstream.interpreter.engine.events import Taken
from fstream.interpreter.engine_run import EngineRun
from fstream.interpreter.engine_run import sent
from fstream.interpreter.failed import Failed
from fstream.interpreter.failed import error_value
from fstream.interpreter.guard import Guard
from fstream.interpreter.inline_run import InlineRun
from fstream.interpreter.kernel import PAUSE
from fstream.interpreter.kernel import Stopped
from fstream.interpreter.outcomes import too_late
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success


def inline_outcomes(
    begin: Callable[[], InlineRun],
) -> Generator[Outcome[object, object]]:
    """The outcomes of the run that ``begin`` begins, a broken source's last."""
    run = begin()
    run.how = Enough()
    run.kernel.stream.pauses = True
    delivered = 0
    last: list[Failed] = []
    try:
        for value in run.values:
            if value is PAUSE:
                yield from _shown(run.drain(), run.program, last)
                continue
            delivered += 1
            yield Success(value)
        run.how = Complete()
        yield from _shown(run.drain(), run.program, last)
    except Stopped:  # by its deadline; nothing else ends a stream
        run.how = Complete()
        yield from _shown(run.drain(), run.program, last)
    finally:
        run.delivered = delivered
        run.close()
    yield from _last(last, run)


def engine_outcomes(
    begin: Callable[[], EngineRun],
    guard: Guard,
) -> Generator[Outcome[object, object]]:
    """The outcomes of the run that ``begin`` begins, what ended it last."""
    run = begin()
    last: list[Failed] = []
    releases = run.releases()
    guard.is_open = True
    try:
        release = next(releases, None)
        while release is not None:
            done = count = 0
            try:
                for pos, failed in (*release.failures, (len(release.values), None)):
                    for value in release.values[done:pos]:
                        count += 1
                        yield Success(value)
                    done = pos
                    if failed is not None:
                        count += 1
                        run.audience.failed([failed])
                        yield from _shown([failed], run.program, last)
            except BaseException:  # closed, or ended by what the consumer threw
                sent(releases, Taken(count, is_enough=True))
                raise
            release = sent(releases, Taken(count, is_enough=False))
    finally:
        guard.is_open = False
        releases.close()
    if isinstance(run.how, Barren):
        last.append(run.how.failed)
    yield from _last(last, run)


def _shown(
    records: Sequence[Failed], program: Program, last: list[Failed]
) -> Iterator[Failure[object]]:
    """The errors of ``records`` in place; a broken source is kept for the end."""
    for failed in records:
        if isinstance(failed.fault.cause, SourceBroke):
            last.append(failed)
        else:
            yield Failure(error_value(failed, program))


def _last(
    records: Sequence[Failed], run: InlineRun | EngineRun
) -> Iterator[Failure[object]]:
    for failed in records:
        yield Failure(error_value(failed, run.program))
    if isinstance(run.how, Late):
        yield Failure(too_late(run.how.seconds))
