"""Results that go straight from the workers of one segment to those of the next."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from fstream.compiler.program import Line
from fstream.compiler.program import Segment
from fstream.compiler.program import Split
from fstream.compiler.program import Step
from fstream.plan.contexts import Processes


def onward(line: Line) -> frozenset[int]:
    """The numbers of the segments whose results nobody looks at on the way."""
    inside = (onward(way) for step in line for way in _ways(step))
    return frozenset(_straight(line)).union(*inside)


def marked(line: Line, numbers: frozenset[int]) -> Line:
    """``line``, where the segments of ``numbers`` know that they are such."""
    return tuple(_marked(step, numbers) for step in line)


def _straight(line: Line) -> Iterator[int]:
    for step, following in pairwise(line):
        if _is_remote(step) and _is_remote(following):
            assert isinstance(step, Segment)  # noqa: S101  # for type checkers
            yield step.number


def _is_remote(step: Step) -> bool:
    return isinstance(step, Segment) and isinstance(step.context, Processes)


def _ways(step: Step) -> tuple[Line, ...]:
    return step.ways if isinstance(step, Split) else ()


def _marked(step: Step, numbers: frozenset[int]) -> Step:
    if isinstance(step, Split):
        return replace(step, ways=tuple(marked(way, numbers) for way in step.ways))
    return replace(step, is_onward=step.number in numbers)
