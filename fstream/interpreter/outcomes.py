"""Outcomes: what a run comes to, as users see it."""

from fractions import Fraction
from typing import assert_never

from fstream.compiler.program import Program
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.engine.budget import KEPT
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Complete
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import Late
from fstream.interpreter.engine.events import Overspent
from fstream.interpreter.engine_run import EngineRun
from fstream.interpreter.failed import ITEM_LIMIT
from fstream.interpreter.failed import Failed
from fstream.interpreter.failed import error_value
from fstream.interpreter.inline_run import InlineRun
from fstream.interpreter.sinks import SinkBroke
from fstream.interpreter.sinks import Taking
from fstream.result.captured import capture
from fstream.result.errors import Cancelled
from fstream.result.errors import SinkFailed
from fstream.result.errors import TooManyFailures
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success
from fstream.result.printable import short_repr


def outcome(
    runner: InlineRun | EngineRun, sink: Taking, broken: BaseException | None
) -> Outcome[object, object]:
    """What a consumed run comes to; ``broken`` is what its sink raised."""
    if broken is not None:
        return Failure(SinkFailed(step="call", error=capture(broken, skip=1)))
    match runner.how:
        case Overspent():
            return Failure(_overspent(runner))
        case Barren(failed):
            return Failure(error_value(failed, runner.program))
        case Late(seconds):
            return Failure(too_late(seconds))
        case Complete() | Enough():
            return _complete(runner, sink)
        case _:
            assert_never(runner.how)


def too_late(seconds: float) -> Cancelled:
    """The error of a run that was not through in time."""
    return Cancelled(reason=f"its deadline of {seconds:g} s has passed")


def _complete(runner: InlineRun | EngineRun, sink: Taking) -> Outcome[object, object]:
    if not runner.budget.is_met(runner.pulled):
        return Failure(_too_many(runner.budget, runner))
    try:
        return Success(sink.answer())
    except SinkBroke as broke:
        return Failure(SinkFailed(step="close", error=capture(broke.cause, skip=1)))


def _overspent(runner: InlineRun | EngineRun) -> object:
    """The one error there was, if none is tolerated; else that there were more."""
    budget = runner.budget
    if budget.tolerate == 0:
        return error_value(budget.first[0], runner.program)
    return _too_many(budget, runner)


def _too_many(budget: Budget, runner: InlineRun | EngineRun) -> TooManyFailures:
    first = (_record(failed, runner.program) for failed in budget.first[:KEPT])
    share = isinstance(budget.tolerate, Fraction)
    return TooManyFailures(
        count=budget.count,
        tolerated=f"{budget.tolerate} of the items" if share else str(budget.tolerate),
        first=tuple(first),
    )


def _record(failed: Failed, program: Program) -> object:
    """The error of ``failed``; an open exit as text, so that it can travel."""
    value = error_value(failed, program)
    is_exit = isinstance(failed.fault.cause, OpenExit)
    return short_repr(value, ITEM_LIMIT) if is_exit else value
