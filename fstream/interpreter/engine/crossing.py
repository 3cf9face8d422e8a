"""Crossings: what becomes of values that could not cross to or from a worker.

Where their stage is caught they exit as error values, as what it raises does.
The ledger is told of results apart, because their stage was through with them.
"""

from collections.abc import Callable
from dataclasses import replace

from fstream.compiler.program import Segment
from fstream.compiler.shape import arresting
from fstream.compiler.shape import is_single
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Reply
from fstream.interpreter.engine.losses import Value
from fstream.interpreter.engine.losses import answer_of
from fstream.interpreter.engine.losses import things_of


def crossed(reply: Reply, segment: Segment, value: Callable[[Fault], object]) -> Reply:
    """``reply``, where what a stage shall catch has become ``value(fault)``."""
    things: list[tuple[int, Fault | Value]] = []
    arrests = list(reply.arrests)
    stranded: list[tuple[int, int]] = []
    for place, (position, thing) in enumerate(things_of(reply)):
        after = thing
        if isinstance(thing, Fault) and thing.step != "call":
            where = position if is_single(segment.op) else (position << 32) + place
            up = arresting(segment.op, thing.stage)
            if up is not None and up < segment.exits:
                after = Value((up + 1, value(thing)))
            if thing.is_result:
                stranded.append((where, thing.stage))
            elif isinstance(after, Value):
                arrests.append((where, thing.stage))
        things.append((position, after))
    outs, parents, faults = answer_of(things)
    return replace(
        reply,
        outs=outs,
        parents=parents,
        faults=faults,
        arrests=arrests,
        stranded=stranded,
    )
