"""What can be seen of a run, in a form that can be compared.

What the law leaves open is left out: where a thing was executed, the objects
that a failure can rebuild, and the text of failures inside of other text.
"""

import re
from dataclasses import dataclass
from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias, final

from fstream.api import run
from fstream.api import stream
from fstream.interpreter.report import Report
from fstream.plan.contexts import Context
from fstream.plan.contexts import Inline
from fstream.plan.labels import Label
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Map
from fstream.plan.nodes import Pipeline
from fstream.plan.nodes import Try
from fstream.plan.nodes import Within
from fstream.plan.origins import Live
from fstream.plan.origins import Made
from fstream.plan.ports import Port
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.result.errors import SinkFailed
from fstream.result.errors import SourceFailed
from fstream.result.errors import StageFailure
from fstream.result.errors import TooManyFailures
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success
from fstream.result.record import Captured
from fstream.result.record import Frame
from tests.laws.oracle import Law
from tests.laws.plans import BOUND
from tests.laws.work import Awaits
from tests.laws.work import Grumpy
from tests.laws.work import Stepped
from tests.laws.work import trace

Numbers: TypeAlias = tuple[int, int, int, int, int]


@final
@dataclass(frozen=True)
class Seen:
    """A run's outcome (or a stream's outcomes), failures, ledger and calls."""

    outcome: object
    failures: object
    run: Numbers
    stages: tuple[tuple[object, ...], ...]
    calls: tuple[object, ...]


def seen_of_run(plan: Plan, *, on: Context | None, tolerate: int | Fraction) -> Seen:
    """Run ``plan``, and tell what can be seen of it."""
    trace.clear()
    report = Report()
    outcome = run(plan, on=on, contexts=BOUND, tolerate=tolerate, observers=[report])
    return _seen(outcome, report)


def seen_of_stream(
    source: Source, *, on: Context | None, up_to: int | None = None
) -> Seen:
    """Stream ``source``, close it after ``up_to`` outcomes, and tell."""
    trace.clear()
    report = Report()
    outcomes = stream(source, on=on, contexts=BOUND, observers=[report])
    taken: list[Outcome[object, object]] = []
    try:
        while up_to is None or len(taken) < up_to:
            taken.append(next(outcomes))
    except StopIteration:
        pass
    finally:
        outcomes.close()
    return _seen(tuple(taken), report)


def law_of_run(plan: Plan, *, tolerate: int | Fraction) -> Seen:
    """What the law says of ``plan``."""
    trace.clear()
    law = Law(plan.node, tolerate).run()
    return _by_law(law, law.outcome)


def law_of_stream(source: Source, *, up_to: int | None = None) -> Seen:
    """What the law says of the first ``up_to`` outcomes of ``source``."""
    trace.clear()
    law = Law(Pipeline(source.node, Drain()), None, up_to).run()
    return _by_law(law, tuple(law.things))


def in_brief(seen: Seen) -> Seen:
    """``seen``, without what the oracle does not tell: how exceptions look."""
    outcome, failures = brief(seen.outcome), brief(seen.failures)
    return replace(seen, outcome=outcome, failures=failures)


def in_any_place(seen: Seen) -> Seen:
    """``seen``, without what was called: elsewhere it may be more, and out of sight."""
    return replace(seen, calls=())


# ---- runs


def _seen(outcome: object, report: Report) -> Seen:
    row = report.run
    return Seen(
        outcome=plain(outcome),
        failures=plain(tuple(report.failures)),
        run=(row.entered, row.out, row.failed, row.filtered, row.emitted),
        stages=tuple(
            (
                *(stage.kind, stage.name, stage.site),
                *(stage.entered, stage.out, stage.failed, stage.filtered),
                *(stage.emitted, stage.exits),
            )
            for stage in report.stages
        ),
        calls=tuple(trace),
    )


def _by_law(law: Law, outcome: object) -> Seen:
    failed = {index for index in law.failed if index < law.pulled}
    landed = {index for index in law.landed if index < law.pulled} - failed
    filtered = law.pulled - len(failed) - len(landed)
    return Seen(
        outcome=plain(outcome),
        failures=plain(tuple(law.records)),
        run=(law.pulled, len(landed), len(failed), filtered, law.delivered),
        stages=tuple(
            (
                *(book.kind, book.label.name, str(book.label.site)),
                len(book.visits),
                sum(visit.gave and not visit.raised for visit in book.visits),
                sum(visit.raised for visit in book.visits),
                sum(not visit.gave and not visit.raised for visit in book.visits),
                *(book.emitted, book.exits),
            )
            for book in law.books
        ),
        calls=tuple(trace),
    )


# ---- values


def plain(value: object) -> object:
    """``value``, comparable, without what the law leaves open."""
    match value:
        case tuple() | list():
            return (type(value).__name__, *map(plain, value))
        case Success(inner):
            return ("Success", plain(inner))
        case Failure(inner):
            return ("Failure", plain(inner))
        case Port(item=inner):
            return (type(value).__name__, plain(inner))
        case StageFailure():
            placed = replace(value, item=_told(value.item), context="", pid=0)
            return replace(placed, error=_placeless(value.error))
        case SourceFailed() | SinkFailed():
            return replace(value, error=_placeless(value.error))
        case TooManyFailures(first=first):
            return (value.count, value.tolerated, plain(first))
        case str():
            return ("str", _told(value))
        case Grumpy():
            return ("Grumpy",)
        case _:
            return (type(value).__name__, value)


def brief(value: object) -> object:
    """A plain value in which an exception is its class and message."""
    match value:
        case tuple():
            return tuple(map(brief, value))
        case StageFailure() | SourceFailed() | SinkFailed():
            told = {at.name: getattr(value, at.name) for at in fields(value)}
            told["error"] = (value.error.kind, value.error.message)
            told.pop("carrier", None)
            told["earlier"] = tuple(map(_told, told.get("earlier", ())))
            return (type(value).__name__, tuple(told.items()))
        case _:
            return value


_FAILURE = re.compile(r"StageFailure\(|SourceFailed\(|: (?:stage|source) '|0x[0-9a-f]+")


def _told(text: str) -> str:
    """``text`` up to where it tells of a failure, whose place is open."""
    return _FAILURE.split(text)[0]


def _placeless(error: Captured) -> Captured:
    frames = tuple(frame for frame in error.frames if not _is_step(frame))
    return replace(error, message=_told(error.message), frames=frames)


def _is_step(frame: Frame) -> bool:
    """Whether ``frame`` is that of what drives a coroutine by hand."""
    code = Stepped.__call__.__code__
    return (frame.name, frame.file) == (code.co_name, code.co_filename) and (
        code.co_firstlineno <= frame.line < code.co_firstlineno + 7
    )


# ---- plans


def unplaced(part: object) -> object:
    """``part`` of a plan, without any word of where it shall run."""
    match part:
        case Plan() | Source():
            return type(part)(unplaced(part.node))
        case Within(_, Chain(())):  # to a merge it is a stage all the same
            return Within(Inline(), Chain(()))
        case Within(_, body):
            return unplaced(body)
        case Label():
            return replace(part, on=None)
        case Live(make, label):
            return Made(make, label)
        case Map(Awaits() as fn, label, "awaiting"):
            return Map(Stepped(fn), unplaced(label))
        case Try(Awaits() as fn, label, "awaiting"):
            return Try(Stepped(fn), unplaced(label))
        case tuple():
            return tuple(map(unplaced, part))
        case _ if is_dataclass(part) and _is_node(part):
            parts = {at.name: getattr(part, at.name) for at in fields(part)}
            return replace(part, **{name: unplaced(p) for name, p in parts.items()})
        case _:
            return part


def _is_node(part: object) -> bool:
    return type(part).__module__ == "fstream.plan.nodes"
