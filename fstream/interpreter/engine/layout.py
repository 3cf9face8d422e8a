"""The layout of stations: a line laid out, with the forks and joins of its splits."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import final

from fstream.compiler.program import Line
from fstream.compiler.program import Segment
from fstream.compiler.program import Split
from fstream.compiler.shape import is_paced
from fstream.interpreter.engine.bounds import pace
from fstream.interpreter.engine.bounds import window_of
from fstream.interpreter.engine.cuts import emptied
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.join import cut_off
from fstream.interpreter.engine.join import joined
from fstream.interpreter.engine.join import sifted
from fstream.interpreter.engine.stations import SegmentStation
from fstream.interpreter.engine.stations import Slot
from fstream.interpreter.engine.stations import Station
from fstream.plan.contexts import Inline


@final
@dataclass(slots=True)
class Fork:
    """The beginning of a split: each item goes its way."""

    join: "Join"
    entries: tuple[Station, ...] = ()

    def push(self, chunk: Chunk) -> None:
        """Sift ``chunk``; each way gets its part, maybe an empty one."""
        parts = sifted(chunk, len(self.entries))
        self.join.expect(chunk)
        for entry, part in zip(self.entries, parts, strict=True):
            entry.push(part)


@final
@dataclass(slots=True)
class Join:
    """The end of a split: waits for all that came of a chunk, on every way."""

    split: Split
    after: Station
    sources: deque[Chunk] = field(default_factory=deque[Chunk])
    arrived: tuple[deque[Chunk], ...] = ()
    is_closed: bool = False

    def expect(self, source: Chunk) -> None:
        """Await the results for ``source``."""
        self.sources.append(source)

    def arrive(self, way: int, chunk: Chunk) -> None:
        """Take a part of a way's results; join what is complete."""
        self.arrived[way].append(chunk)
        while self.sources and all(_has_last(chunks) for chunks in self.arrived):
            ways = tuple(_up_to_last(chunks) for chunks in self.arrived)
            self.after.push(self._joined(self.sources.popleft(), ways))

    def _joined(self, source: Chunk, ways: tuple[list[Chunk], ...]) -> Chunk:
        """The results for ``source``, up to where a stage on a way ended the run."""
        whole = joined(source, self.split, ways)
        if self.is_closed:
            return whole if source.flush is not None else emptied(whole)
        cuts = [each.cut for way in ways for each in way if each.cut is not None]
        if not cuts:
            return whole
        self.is_closed = True
        return cut_off(whole, min(cuts)) if source.body else whole


def _has_last(chunks: deque[Chunk]) -> bool:
    return any(chunk.is_last for chunk in chunks)


def _up_to_last(chunks: deque[Chunk]) -> list[Chunk]:
    taken = [chunks.popleft()]
    while not taken[-1].is_last:
        taken.append(chunks.popleft())
    return taken


@final
@dataclass(frozen=True, slots=True)
class Arrival:
    """The end of one way of a split."""

    join: Join
    way: int

    def push(self, chunk: Chunk) -> None:
        """Hand ``chunk`` to the join."""
        self.join.arrive(self.way, chunk)


@final
@dataclass(slots=True)
class Outlet:
    """The end of the line: chunks wait here for the consumer."""

    chunks: deque[Chunk] = field(default_factory=deque[Chunk])

    def push(self, chunk: Chunk) -> None:
        """Keep ``chunk`` until the consumer wants it; nothing in it: drop it."""
        self.chunks.append(chunk)


def laid(
    line: Line, after: Station, station: Callable[[Segment, Station], SegmentStation]
) -> Station:
    """The stations of ``line``, ending in ``after``; the first of them."""
    for step in reversed(line):
        match step:
            case Segment():
                after = station(step, after)
            case Split(ways):
                join = Join(step, after, arrived=tuple(deque() for _ in ways))
                fork = Fork(join)
                fork.entries = tuple(
                    laid(way, Arrival(join, number), station)
                    for number, way in enumerate(ways)
                )
                after = fork
    return after


def station_of(
    segment: Segment, after: Station, submit: Callable[[SegmentStation, Slot], None]
) -> SegmentStation:
    """The station of ``segment``, with the bounds of its context."""
    return SegmentStation(
        segment=segment,
        window=window_of(segment),
        is_remote=segment.context != Inline(),
        is_paced=is_paced(segment.op),
        after=after,
        submit=submit,
        pace=pace(segment),
    )
