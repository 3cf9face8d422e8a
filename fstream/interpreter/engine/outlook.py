"""The outlook of stations: what they want, and what they will never get."""

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import takewhile

from fstream.compiler.program import Line
from fstream.compiler.program import Segment
from fstream.interpreter.engine.pace import MOST_ITEMS
from fstream.interpreter.engine.stations import SegmentStation


def is_busy(stations: Sequence[SegmentStation]) -> bool:
    """Whether anything is out or waiting."""
    return any(station.is_busy() for station in stations)


def has_room(stations: Sequence[SegmentStation]) -> bool:
    """Whether every station wants more."""
    return all(station.has_room() for station in stations)


def wanted(
    stations: Sequence[SegmentStation], *, pulled: int, length: int | None
) -> int:
    """As many items as give the first segment elsewhere what it takes.

    Where only some of the items come there, such as those that pass a filter, or
    one for each batch, more are pulled, as long as they are quick. ``length`` is how
    many there are in all, if that is known.
    """
    quick = MOST_ITEMS
    for station in stations:
        if station.is_remote:
            size = station.size()
            if length is not None:
                size = station.share(max(0, length - pulled))
            most = size * pulled // max(1, station.taken)
            return max(size, min(most, quick))
        quick = min(quick, station.pace.size)
    return quick


def through(stations: Sequence[SegmentStation]) -> Iterator[int]:
    """The segments that are through with their calls, now that the source has ended.

    While a call is out its worker may be lost, and another is to have it then. What
    has not come out of a segment may still go into those after it.
    """
    for station in stations:
        if station.waiting or station.out:
            return
        yield station.segment.number
        if station.slots:
            return


def behind(
    stations: Sequence[SegmentStation], line: Line, *, end: SegmentStation
) -> list[SegmentStation]:
    """The stations where all that is there comes after what has ended the run.

    That is so before ``end``, where a stage ended it, unless ways lead round it.
    """
    before = list(takewhile(lambda step: step is not end.segment, line))
    if len(before) == len(line):
        return []
    numbers = {step.number for step in before if isinstance(step, Segment)}
    if len(numbers) < len(before):
        return []
    return [station for station in stations if station.segment.number in numbers]
