"""Lowering: from a plan to its program, all passes in order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from fstream.compiler.fuse import fuse
from fstream.compiler.onward import marked
from fstream.compiler.onward import onward
from fstream.compiler.place import place
from fstream.compiler.program import Dispatch
from fstream.compiler.program import Ending
from fstream.compiler.program import Everyone
from fstream.compiler.program import Mapped
from fstream.compiler.program import Program
from fstream.compiler.shape import holders
from fstream.compiler.shape import limits
from fstream.plan.contexts import Context
from fstream.plan.contexts import Placement
from fstream.plan.labels import Label
from fstream.plan.nodes import All
from fstream.plan.nodes import Broadcast
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Divert
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Fold
from fstream.plan.nodes import MapResult
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Piped
from fstream.plan.nodes import Pipeline
from fstream.plan.nodes import Recover
from fstream.plan.nodes import Sink
from fstream.plan.nodes import Stage

NOTHING = Chain(())


def lower(
    plan: Pipeline, default: Placement, bound: Mapping[str, Context] | None = None
) -> Program:
    """Compile ``plan``, whose stages run in ``default`` unless they say where.

    ``bound`` are the contexts that the run gives to names.
    """
    before, ending = _ending(plan.sink, plan.flow.origin.label)
    op, entries = place(Chain((plan.flow.stage, before)), default, bound)
    line, segments = fuse(op, entries)
    straight = onward(line)
    return Program(
        origin=plan.flow.origin,
        line=marked(line, straight),
        segments=tuple(
            replace(each, is_onward=each.number in straight) for each in segments
        ),
        stages=entries,
        flushes=holders(op),
        ends=limits(op),
        ending=ending,
    )


def _ending(sink: Sink, label: Label) -> tuple[Stage, Ending]:
    """What of ``sink`` is stages, and what is left to do with their results."""
    match sink:
        case Collect() | Fold() | Count() | Drain():
            return NOTHING, sink
        case Piped(stage, inner):
            before, ending = _ending(inner, label)
            return Chain((stage, before)), ending
        case MapResult(inner, fn):
            before, ending = _ending(inner, label)
            return before, Mapped(ending, fn)
        case All(sinks):
            return _all(tuple(_ending(inner, label) for inner in sinks), label)
        case Divert(stage, main, aside):
            first, kept = _ending(main, label)
            second, diverted = _ending(aside, label)
            body = Chain((stage, first, Mark(0)))
            handler = Chain((second, Mark(1)))
            return Recover(body, handler), Dispatch((kept, diverted))
        case _:
            assert_never(sink)


def _all(ends: tuple[tuple[Stage, Ending], ...], label: Label) -> tuple[Stage, Ending]:
    endings = tuple(ending for _, ending in ends)
    if all(before == NOTHING for before, _ in ends):
        return NOTHING, Everyone(endings)
    arms = tuple(Chain((before, Mark(n))) for n, (before, _) in enumerate(ends))
    return Broadcast(arms, label), Dispatch(endings)
