"""The interpreter's doors: run a plan, stream a source, explain what would run."""

import os
import time
from collections.abc import Generator
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar, cast

from fstream.compiler.check import check
from fstream.compiler.explain import Explanation
from fstream.compiler.explain import explained
from fstream.compiler.lower import lower
from fstream.compiler.program import Program
from fstream.contexts import backend_for
from fstream.contexts import unshippable
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine_run import EngineRun
from fstream.interpreter.inline_run import InlineRun
from fstream.interpreter.inline_run import is_inline
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.outcomes import outcome
from fstream.interpreter.outcomes import streamed
from fstream.interpreter.reading import length
from fstream.interpreter.report import Audience
from fstream.interpreter.report import Observer
from fstream.interpreter.report import RunStarted
from fstream.interpreter.sinks import taking
from fstream.plan.contexts import Context
from fstream.plan.contexts import Inline
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Pipeline
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.result.errors import PlanInvalid
from fstream.result.errors import RunError
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome

R = TypeVar("R")
A = TypeVar("A")
E = TypeVar("E")


def run(
    plan: Plan[R, E],
    *,
    on: Context | None = None,
    tolerate: int | Fraction = 0,
    observers: Sequence[Observer] = (),
) -> Outcome[R, E | RunError]:
    """Run ``plan`` to its end, and answer its sink's result or what ended it.

    Stages that name no context run on ``on`` (without it: inline). The first
    failure that nothing handles ends the run, unless ``tolerate`` allows for it:
    so many failure records, or that share of the pulled items. Nothing that goes
    wrong in a run is raised; only Ctrl-C leaves through the caller.

    >>> from fstream import collect, map_stage, source
    >>> run(source([1, 2]).via(map_stage(lambda n: n + 1)).to(collect()))
    <Success: (2, 3)>
    """
    program, reasons = _compiled(plan.node, on)
    if reasons:
        return Failure(PlanInvalid(reasons=reasons))
    budget = Budget(_tolerated(tolerate), length(program.origin))
    runner = _runner(program, budget, observers)
    sink = taking(program.ending)
    broken = runner.consume(sink)
    # The types were checked where the plan was built, and erased in its nodes.
    return cast("Outcome[R, E | RunError]", outcome(runner, sink, broken))


def stream(
    source: Source[A, E],
    *,
    on: Context | None = None,
    observers: Sequence[Observer] = (),
) -> Generator[Outcome[A, E | RunError]]:
    """The outcomes of ``source``, one by one: lazy, bounded, in order.

    Every failure stands in its place as a ``Failure``; nothing stands for what
    was filtered. Closing the generator, or leaving it half-consumed, ends the
    run there, and its workers with it.

    >>> from fstream import map_stage, source
    >>> list(stream(source([2, 0]).via(map_stage(lambda n: 10 // n))))[0]
    <Success: 5>
    """
    plan = Pipeline(source.node, Drain())
    # As in ``run``: erased here, checked where the source was built.
    return cast("Generator[Outcome[A, E | RunError]]", _streaming(plan, on, observers))


def explain(plan: Plan[R, E], *, on: Context | None = None) -> Explanation:
    """What would run where; runs nothing, and raises nothing."""
    program, reasons = _compiled(plan.node, on)
    return explained(program, reasons)


def _streaming(
    plan: Pipeline, on: Context | None, observers: Sequence[Observer]
) -> Generator[Outcome[object, object]]:
    program, reasons = _compiled(plan, on)
    if reasons:
        yield Failure(PlanInvalid(reasons=reasons))
        return
    runner = _runner(program, Budget(None, None), observers)
    yield from streamed(runner)


def _compiled(plan: Pipeline, on: Context | None) -> tuple[Program, tuple[str, ...]]:
    program = lower(plan, Inline() if on is None else on)
    return program, check(program, unshippable)


def _tolerated(tolerate: object) -> int | Fraction:
    """``tolerate``, if it can be one."""
    if isinstance(tolerate, bool) or not isinstance(tolerate, int | Fraction):
        text = f"tolerate must be a whole number or a Fraction, but got {tolerate!r}"
        raise TypeError(text)
    if tolerate < 0:
        text = f"tolerate must not be negative, but got {tolerate}"
        raise ValueError(text)
    return tolerate


def _runner(
    program: Program, budget: Budget, observers: Sequence[Observer]
) -> InlineRun | EngineRun:
    audience = Audience(observers)
    audience.tell(RunStarted(program))
    if is_inline(program):
        here = Surroundings(
            context=repr(Inline()), pid=os.getpid(), clock=time.monotonic
        )
        return InlineRun(program, budget, audience=audience, surroundings=here)
    contexts = {segment.context: segment.context for segment in program.segments}
    backends = {context: backend_for(context) for context in contexts}
    return EngineRun(program, budget, audience=audience, backends=backends)
