"""Runs set up: a plan compiled and checked, and the runner that fits it."""

import os
import time
from collections.abc import Generator
from collections.abc import Mapping
from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from fstream.compiler.check import check
from fstream.compiler.explain import explained
from fstream.compiler.explanation import Explanation
from fstream.compiler.lower import lower
from fstream.compiler.program import Program
from fstream.contexts import backend_for
from fstream.contexts import unshippable
from fstream.interpreter.audience import Audience
from fstream.interpreter.deadline import Deadline
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine_run import EngineRun
from fstream.interpreter.guard import Guard
from fstream.interpreter.inline_run import InlineRun
from fstream.interpreter.inline_run import is_inline
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.outcomes import outcome
from fstream.interpreter.reading import length
from fstream.interpreter.report import Observer
from fstream.interpreter.sinks import taking
from fstream.interpreter.streaming import engine_outcomes
from fstream.interpreter.streaming import inline_outcomes
from fstream.plan.contexts import Context
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Placement
from fstream.plan.labels import caller
from fstream.plan.nodes import Pipeline
from fstream.result.errors import PlanInvalid
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome


def outcome_of(
    plan: Pipeline,
    *,
    on: Placement,
    bound: Mapping[str, Context],
    tolerate: int | Fraction,
    deadline: float | None,
    observers: Sequence[Observer],
) -> Outcome[object, object]:
    """Run ``plan`` to its end."""
    program, reasons = _compiled(plan, on, bound)
    if reasons:
        return Failure(PlanInvalid(reasons=reasons))
    budget = Budget(tolerate, length(program.origin))
    begin = _inline_run if is_inline(program) else _engine_run
    runner = begin(program, budget, observers=observers, deadline=deadline)
    sink = taking(program.ending)
    broken = runner.consume(sink)
    return outcome(runner, sink, broken)


def outcomes_of(
    plan: Pipeline,
    *,
    on: Placement,
    bound: Mapping[str, Context],
    deadline: float | None,
    observers: Sequence[Observer],
) -> Generator[Outcome[object, object]]:
    """Compile ``plan`` now; run it when the first outcome is asked for."""
    program, reasons = _compiled(plan, on, bound)
    if reasons:
        return _refused(reasons)
    budget = Budget(None, length(program.origin))
    if is_inline(program):
        return inline_outcomes(
            partial(
                _inline_run, program, budget, observers=observers, deadline=deadline
            )
        )
    begin = partial(
        _engine_run, program, budget, observers=observers, deadline=deadline
    )
    return engine_outcomes(begin, Guard(caller()))


def explanation_of(
    plan: Pipeline, *, on: Placement, bound: Mapping[str, Context]
) -> Explanation:
    """Compile ``plan``, and describe the program."""
    program, reasons = _compiled(plan, on, bound)
    return explained(program, reasons)


def _compiled(
    plan: Pipeline, on: Placement, bound: Mapping[str, Context]
) -> tuple[Program, tuple[str, ...]]:
    program = lower(plan, on, bound)
    return program, check(program, unshippable)


def _refused(reasons: tuple[str, ...]) -> Generator[Outcome[object, object]]:
    yield Failure(PlanInvalid(reasons=reasons))


def _inline_run(
    program: Program,
    budget: Budget,
    *,
    observers: Sequence[Observer],
    deadline: float | None,
) -> InlineRun:
    here = Surroundings(
        context=repr(Inline()),
        pid=os.getpid(),
        clock=time.monotonic,
        pause=time.sleep,
    )
    return InlineRun(
        program,
        budget,
        audience=Audience(observers, program),
        surroundings=here,
        deadline=Deadline(deadline),
    )


def _engine_run(
    program: Program,
    budget: Budget,
    *,
    observers: Sequence[Observer],
    deadline: float | None,
) -> EngineRun:
    return EngineRun(
        program,
        budget,
        audience=Audience(observers, program),
        backend_for=backend_for,
        deadline=Deadline(deadline),
    )
