"""The explanation of a program: what would run where."""

from itertools import chain
from typing import assert_never

from fstream.compiler.explanation import Explanation
from fstream.compiler.program import Line
from fstream.compiler.program import Program
from fstream.compiler.program import Segment
from fstream.compiler.program import Split
from fstream.compiler.shape import is_stateful
from fstream.plan.contexts import Forks
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Processes
from fstream.plan.contexts import Tasks
from fstream.plan.contexts import Threads
from fstream.plan.nodes import Merged
from fstream.plan.nodes import Origin
from fstream.plan.origins import Live


def explained(program: Program, reasons: tuple[str, ...]) -> Explanation:
    """Describe ``program``: its segments in order, indented inside a split."""
    lines = (*_origin(program.origin, ""), *_lines(program.line, ""))
    return Explanation(lines=lines, reasons=reasons)


def _origin(origin: Origin, margin: str) -> list[str]:
    label = origin.label
    where = ", in a thread of its own" if isinstance(origin, Live) else ""
    line = f"{margin}source {label.name}{where}  # {label.site}"
    flows = origin.flows if isinstance(origin, Merged) else ()
    inner = (_origin(flow.origin, margin + "  ") for flow in flows)
    return [line, *chain.from_iterable(inner)]


def _lines(line: Line, margin: str) -> list[str]:
    lines: list[str] = []
    for step in line:
        match step:
            case Segment():
                lines += [f"{margin}{text}" for text in _segment(step)]
            case Split(ways):
                lines.append(f"{margin}split")
                for number, way in enumerate(ways):
                    lines.append(f"{margin}  way {number}")
                    lines += _lines(way, margin + "    ")
                lines.append(f"{margin}join, in the order of the items")
            case _:
                assert_never(step)
    return lines


def _segment(segment: Segment) -> list[str]:
    state = ", keeps state" if is_stateful(segment.op) else ""
    head = f"{segment.context!r}: {_passing(segment)}{state}"
    stages = (label for label in segment.labels if label.name)
    return [head, *(f"  {label.name}  # {label.site}" for label in stages)]


def _passing(segment: Segment) -> str:
    match segment.context:
        case Inline():
            return "in the calling thread, by reference"
        case Threads(width):
            return f"at most {2 * width} chunks out, by reference"
        case Tasks(width):
            return f"at most {width} items in flight on an event loop, by reference"
        case Processes(width):
            return f"at most {2 * width} chunks out, pickled both ways"
        case Forks(width, chunk):
            some = "chunks" if chunk is None else f"up to {chunk} items each"
            return f"at most {width} at once, for {some}, results pickled"
        case _:
            assert_never(segment.context)
