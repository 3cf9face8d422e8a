"""The bounds of what is out, by the context of a segment."""

from dataclasses import replace
from typing import assert_never

from fstream.compiler.program import Segment
from fstream.compiler.shape import goes_singly
from fstream.interpreter.engine.pace import MOST_ITEMS
from fstream.interpreter.engine.pace import WIDER
from fstream.interpreter.engine.pace import Pace
from fstream.interpreter.engine.stations import Window
from fstream.plan.contexts import Context
from fstream.plan.contexts import Forks
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Processes
from fstream.plan.contexts import Tasks
from fstream.plan.contexts import Threads

MOST_HANDS = 64
LEAST_HELD = 8


def window_of(segment: Segment) -> Window:
    """How much of ``segment`` may be out, or held for what comes before it."""
    usual = window(segment.context)
    if goes_singly(segment):
        return replace(usual, quick=usual.slow, hands=1, ahead=0)
    return usual


def window(context: Context) -> Window:
    """How much may be out with ``context``, or held for what comes before it."""
    match context:
        case Inline():
            return Window(slow=1, quick=1, held=1)
        case Threads(width):
            return _shared(width, hands=width // 2)
        case Tasks(width):
            return _shared(width, hands=width)
        case Processes(width):
            return Window(slow=width, quick=2 * width, held=4 * width, ahead=1)
        case Forks(width):
            return Window(slow=width, quick=width, held=4 * width)
        case _:
            assert_never(context)


def _shared(width: int, *, hands: int) -> Window:
    """What a part costs is shared by its items, which workers take one by one."""
    return Window(
        slow=width,
        quick=2 * width,
        held=max(2 * width, LEAST_HELD),
        hands=max(1, min(hands, MOST_HANDS)),
    )


def pace(segment: Segment) -> Pace:
    """How many items of ``segment`` go at once, to begin with and at most."""
    if goes_singly(segment):
        return Pace(most=1)
    match segment.context:
        case Processes(recycle=int(recycle)):
            return Pace(most=min(recycle, MOST_ITEMS))
        case Forks(chunk=None):
            return Pace(most=WIDER * MOST_ITEMS)
        case Forks(chunk=int(chunk)):
            return Pace(size=chunk, is_fixed=True)
        case _:
            return Pace(most=MOST_ITEMS)
