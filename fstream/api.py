"""The interpreter's doors: run a plan, stream a source, explain what would run.

What is behind them is imported by the first call: composing plans needs none of
it, and importing it takes longer than importing all the rest.
"""

import sys
from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar, cast

from fstream.compiler.explanation import Explanation
from fstream.interpreter.report import Observer
from fstream.plan.care import check_seconds
from fstream.plan.contexts import Context
from fstream.plan.contexts import NamedContext
from fstream.plan.contexts import Placement
from fstream.plan.contexts import Processes
from fstream.plan.contexts import inline
from fstream.plan.named import bound_by
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Pipeline
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.walk import placements
from fstream.result.errors import RunError
from fstream.result.outcome import Outcome

R = TypeVar("R")
A = TypeVar("A")
E = TypeVar("E")


def run(
    plan: Plan[R, E],
    *,
    on: Context | NamedContext | None = None,
    contexts: Mapping[NamedContext, Context] | None = None,
    tolerate: int | Fraction = 0,
    deadline: float | None = None,
    observers: Sequence[Observer] = (),
) -> Outcome[R, E | RunError]:
    """Run ``plan`` to its end, and answer its sink's result or what ended it.

    Stages that name no context run on ``on`` (without it: inline); ``contexts``
    binds contexts to names, see ``context``; names that the plan does not use are
    no mistake. The first failure that nothing handles ends the run, unless
    ``tolerate`` allows for it: so many failure records, or that share of the pulled
    items. A run that is not through after ``deadline`` seconds is ``Cancelled``;
    inline, and while the source is asked, that is noticed between two items. Nothing
    that goes wrong in a run is raised; only Ctrl-C leaves through the caller.

    >>> from fstream import collect, map_stage, source
    >>> run(source([1, 2]).via(map_stage(lambda n: n + 1)).to(collect()))
    <Success: (2, 3)>
    """
    _check_awake()
    tolerated, seconds = _tolerated(tolerate), _deadline(deadline)
    bound = bound_by(contexts)
    _prepare([on, *bound.values(), *placements(plan.node)])
    from fstream.running import outcome_of  # noqa: PLC0415 - as said above

    outcome = outcome_of(
        plan.node,
        on=on or inline(),
        bound=bound,
        tolerate=tolerated,
        deadline=seconds,
        observers=observers,
    )
    # The types were checked where the plan was built, and erased in its nodes.
    return cast("Outcome[R, E | RunError]", outcome)


def stream(
    source: Source[A, E],
    *,
    on: Context | NamedContext | None = None,
    contexts: Mapping[NamedContext, Context] | None = None,
    deadline: float | None = None,
    observers: Sequence[Observer] = (),
) -> Generator[Outcome[A, E | RunError]]:
    """The outcomes of ``source``, one by one: lazy, bounded, in order.

    Every failure stands in its place as a ``Failure``; nothing stands for what
    was filtered. ``deadline`` seconds after the first was asked for it ends with
    ``Cancelled``. Closing the generator, or leaving it half-consumed, ends the
    run there, and its workers with it.

    >>> from fstream import map_stage, source
    >>> list(stream(source([2, 0]).via(map_stage(lambda n: 10 // n))))[0]
    <Success: 5>
    """
    _check_awake()
    from fstream.running import outcomes_of  # noqa: PLC0415 - as said above

    plan = Pipeline(source.node, Drain())
    outcomes = outcomes_of(
        plan,
        on=on or inline(),
        bound=bound_by(contexts),
        deadline=_deadline(deadline),
        observers=observers,
    )
    # As in ``run``: erased here, checked where the source was built.
    return cast("Generator[Outcome[A, E | RunError]]", outcomes)


def explain(
    plan: Plan[R, E],
    *,
    on: Context | NamedContext | None = None,
    contexts: Mapping[NamedContext, Context] | None = None,
) -> Explanation:
    """What would run where; runs nothing, and raises nothing.

    >>> from fstream import collect, map_stage, source, threads
    >>> plan = source([1]).via(map_stage(abs)).to(collect())
    >>> print(explain(plan, on=threads(2)))  # doctest: +ELLIPSIS
    source source  # ...
    threads(2): at most ... chunks out, by reference
      abs  # ...
    """
    from fstream.running import explanation_of  # noqa: PLC0415 - as said above

    return explanation_of(plan.node, on=on or inline(), bound=bound_by(contexts))


def _prepare(places: Iterable[Placement | None]) -> None:
    """Have workers' nursery start while the first run imports what it needs."""
    if "fstream.running" in sys.modules:
        return
    if any(isinstance(place, Processes) for place in places):
        from fstream.worker.lifeline import prepare_nursery  # noqa: PLC0415

        prepare_nursery()


def _deadline(seconds: object) -> float | None:
    """``seconds``, if they can be a deadline."""
    if seconds is None:
        return None
    return check_seconds(seconds, "deadline", least="more")


def _check_awake() -> None:
    """Refuse to begin what would need modules that are gone."""
    if sys.is_finalizing():
        text = "the interpreter is ending: no run can begin any more"
        raise RuntimeError(text)


def _tolerated(tolerate: object) -> int | Fraction:
    """``tolerate``, if it can be one."""
    if isinstance(tolerate, bool) or not isinstance(tolerate, int | Fraction):
        text = f"tolerate must be a whole number or a Fraction, but got {tolerate!r}"
        raise TypeError(text)
    if tolerate < 0:
        text = f"tolerate must not be negative, but got {tolerate}"
        raise ValueError(text)
    return tolerate
