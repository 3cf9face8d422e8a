"""The account: answers are settled as what they gave is released.

When a run ends in the middle of a chunk, only what happened before that place
counts. Everything else of the chunk, and all that is behind it, is cancelled.
"""

from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import assert_never, final

from fstream.compiler.program import Program
from fstream.compiler.program import Segment
from fstream.compiler.shape import is_simple
from fstream.compiler.shape import is_single
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.flow import Due
from fstream.interpreter.engine.flow import Entry
from fstream.interpreter.engine.flow import Joined
from fstream.interpreter.engine.flow import Kept
from fstream.interpreter.engine.flow import KeptJoined
from fstream.interpreter.engine.flow import Part
from fstream.interpreter.engine.flow import Ran
from fstream.interpreter.engine.flow import is_flush
from fstream.interpreter.engine.ledger import Totals
from fstream.interpreter.engine.ledger import rows
from fstream.interpreter.engine.passage import Passage
from fstream.interpreter.failed import is_of_source
from fstream.interpreter.kernel.template import Probe
from fstream.interpreter.row import Row

_ALL = 1 << 80
_SEVERAL = frozenset(("flat_map", "emit", "unbatch", "broadcast"))


@final
class Items:
    """Which pulled items failed, and which came to a good end (and did not)."""

    __slots__ = ("done_failed", "done_landed", "failed", "landed")

    def __init__(self) -> None:
        self.failed: set[int] = set()
        self.landed: set[int] = set()
        self.done_failed = 0
        self.done_landed = 0

    def fail(self, indexes: Iterable[int]) -> None:
        """Note the items of failure records."""
        self.failed.update(indexes)

    def land(self, indexes: Iterable[int]) -> None:
        """Note items that were delivered, or taken by a stateful stage."""
        self.landed.update(indexes)

    def forget_before(self, index: int) -> None:
        """Count the items before ``index``, of which nothing more can come."""
        if len(self.landed) + len(self.failed) < _REMEMBERED:
            return
        failed = {n for n in self.failed if n < index}
        landed = {n for n in self.landed if n < index}
        self.done_failed += len(failed)
        self.done_landed += len(landed - failed)
        self.failed -= failed
        self.landed -= landed

    def counted(self, pulled: int) -> tuple[int, int]:
        """How many of the first ``pulled`` items failed, and landed."""
        failed = {n for n in self.failed if n < pulled}
        landed = {n for n in self.landed if n < pulled} - failed
        return self.done_failed + len(failed), self.done_landed + len(landed)


_REMEMBERED = 100_000


@final
class Account:
    """What has been released of a run, and what that took."""

    __slots__ = (
        "delivered",
        "is_simple",
        "is_single",
        "items",
        "probes",
        "program",
        "totals",
    )

    def __init__(self, program: Program, probes: tuple[tuple[Probe, ...], ...]) -> None:
        self.program = program
        self.probes = probes
        self.totals = [Totals() for _ in program.segments]
        self.is_simple = all(is_simple(segment.op) for segment in program.segments)
        self.is_single = [is_single(segment.op) for segment in program.segments]
        self.items = Items()
        self.delivered = 0

    def release(self, chunk: Chunk) -> None:
        """Settle all of ``chunk``."""
        for due in chunk.dues:
            self._settle(due)
        self._note_items(chunk, chunk.size())

    def cut(self, chunk: Chunk, kept: int) -> None:
        """Settle what happened up to the first ``kept`` things of ``chunk``."""
        if kept:
            self._keep(chunk, kept - 1)
        self._note_items(chunk, kept)

    def _note_items(self, chunk: Chunk, kept: int) -> None:
        failed = [e.failed for n, e in enumerate(chunk.entries) if e.pos + n < kept]
        items = kept - len(failed)
        self.delivered += items
        if is_flush(chunk):
            return
        self.items.fail(record.index for record in failed if not is_of_source(record))
        if not self.is_simple:
            self.items.land(chunk.keys[:items])
            self.items.forget_before(chunk.keys[0] if items else 0)

    def run_row(self, pulled: int) -> Row:
        """What became of the ``pulled`` source items that count."""
        failed, landed = self.items.counted(pulled)
        filtered = pulled - failed - landed
        if self.is_simple:
            filtered = sum(row.filtered for row in self.rows().values())
        return Row(
            entered=pulled,
            out=pulled - failed - filtered,
            failed=failed,
            filtered=filtered,
            emitted=self.delivered,
        )

    def no_probes(self, segment: Segment) -> tuple[list[int], ...]:
        """What the probes of ``segment`` note where nothing happens."""
        return tuple([] for _ in self.probes[segment.number])

    def probed(self, segment: Segment, passage: Passage) -> tuple[int, ...]:
        """The numbers of the probes of ``segment`` that note ``passage``."""
        found = self.probes[segment.number]
        return tuple(n for n, probe in enumerate(found) if probe in passage)

    def rows(self) -> dict[int, Row]:
        """What became of the items in each stage."""
        found: dict[int, Row] = {}
        for segment, totals in zip(self.program.segments, self.totals, strict=True):
            found |= rows(segment, totals)
        return found

    # ---- settling

    def _settle(self, due: Due) -> None:
        match due:
            case Kept(whole, thing):
                self._keep(whole, thing)
            case KeptJoined(joined, key):
                self._keep_up_to(joined, key)
            case Ran():
                self._count(
                    due,
                    entered=len(due.source.body),
                    limit=_ALL,
                    outs=len(due.parents),
                    faults=len(due.faults),
                )
            case _:
                assert_never(due)

    def _settle_up_to(self, due: Due, bound: Callable[[Chunk], int]) -> None:
        """Settle what ``due`` did for the items before the key that ``bound`` gives."""
        match due:
            case Ran():
                source = due.source
                self._settle_before(due, bisect_left(source.keys, bound(source)))
            case Kept(whole, thing):
                before = bisect_left(whole.keys, bound(whole))
                if before:
                    self._keep(whole, min(thing, whole.thing_of_item(before - 1)))
            case KeptJoined(joined, key):
                before = bisect_left(joined.source.keys, bound(joined.source))
                if before:
                    self._keep_up_to(joined, min(key, before - 1))
            case _:
                assert_never(due)

    def _settle_before(self, ran: Ran, position: int) -> None:
        """Settle what ``ran`` did for the items before ``position``."""
        self._count(
            ran,
            entered=position,
            limit=_where(position, 0) - 1,
            outs=bisect_left(ran.parents, position),
            faults=sum(1 for fault in ran.faults if fault.position < position),
        )

    def _count(
        self, ran: Ran, *, entered: int, limit: int, outs: int, faults: int
    ) -> None:
        """Count what happened up to ``limit``, a place as probes note it."""
        totals = self.totals[ran.segment]
        is_single = self.is_single[ran.segment]
        last = limit >> 32 if is_single else limit
        totals.entered += min(entered, len(ran.source.body))
        totals.delivered += outs
        for probe, places in zip(
            self.probes[ran.segment], ran.reply.probes, strict=True
        ):
            happened = places[: bisect_right(places, last)]
            totals.probes[probe] += len(happened)
            if probe.what == "landed" and not is_flush(ran.source):
                positions = happened if is_single else [w >> 32 for w in happened]
                self.items.land(ran.source.index(n) for n in positions)
        for place, stage in ran.reply.arrests:
            totals.arrested[stage] += place <= last
        for fault in ran.faults[:faults]:
            is_failure = not (fault.is_result or isinstance(fault.cause, OpenExit))
            totals.failed[fault.stage] += is_failure
        stranded = [each for each in ran.reply.stranded if each[0] <= last]
        totals.stranded.update(self._once(stranded, shift=0 if is_single else 32))

    def _once(self, stranded: list[tuple[int, int]], *, shift: int) -> Iterator[int]:
        """The stages of ``stranded``: once for several results of one item.

        Whether those that one item of a segment led to came from one item of their
        stage, nobody knows; it is assumed.
        """
        known: set[tuple[int, int]] = set()
        for where, stage in stranded:
            result = (where >> shift, stage)
            if result not in known or self.program.stages[stage].kind not in _SEVERAL:
                known.add(result)
                yield stage

    # ---- where a run ends in the middle

    def _keep(self, chunk: Chunk, thing: int) -> None:
        """Settle what happened up to ``thing`` of ``chunk``, and nothing after."""
        match chunk.origin:
            case None:
                return
            case Part(whole, before):
                self._keep(whole, before + thing)
            case Ran():
                self._keep_ran(chunk.origin, chunk.located(thing))
            case Joined():
                self._keep_joined(chunk.origin, thing)
            case _:
                assert_never(chunk.origin)

    def _keep_ran(self, ran: Ran, last: int | Entry) -> None:
        if isinstance(last, Entry) and last.up is not None:
            self._settle_before(ran, ran.source.entries[last.up].pos)
            self._keep(ran.source, ran.source.thing_of_entry(last.up))
            return
        if isinstance(last, Entry):
            own = last.own or 0
            fault = ran.faults[own]
            position, place = fault.position, fault.place
            outs, faults = place - own, own + 1
        else:
            position = ran.parents[last]
            faults = _faults_before(ran, last)
            outs, place = last + 1, last + faults
        self._count(
            ran,
            entered=position + 1,
            limit=_where(position, place),
            outs=outs,
            faults=faults,
        )
        if ran.source.body:
            self._keep(ran.source, ran.source.thing_of_item(position))

    def _keep_joined(self, origin: Joined, thing: int) -> None:
        track = origin.trail[thing]
        for way, pieces in enumerate(origin.ways):
            if way != track.way:
                self._keep_way(pieces, origin.source, track.key)
                continue
            for piece in pieces[: track.piece]:
                for due in piece.dues:
                    self._settle(due)
            self._keep(pieces[track.piece], track.thing)
        source = origin.source
        if track.way is None:
            self._keep(source, source.thing_of_entry(track.thing))
        elif source.body:
            self._keep(source, source.thing_of_item(track.key))

    def _keep_up_to(self, joined: Joined, key: int) -> None:
        """Settle what every way did for the items of the source up to ``key``."""
        for pieces in joined.ways:
            self._keep_way(pieces, joined.source, key + 1)
        self._keep(joined.source, joined.source.thing_of_item(key))

    def _keep_way(self, pieces: list[Chunk], source: Chunk, key: int) -> None:
        """Settle what a way did for the items of ``source`` before ``key``."""
        for due in (due for piece in pieces for due in piece.dues):
            self._settle_up_to(due, lambda chunk: _bound(chunk.scope, source, key))


def _where(position: int, place: int) -> int:
    return (position << 32) + place


def _faults_before(ran: Ran, out: int) -> int:
    """How many of the faults of ``ran`` happened before its ``out``-th output."""
    return sum(1 for n, fault in enumerate(ran.faults) if fault.place - n <= out)


def _bound(scope: Chunk | None, outer: Chunk, key: int) -> int:
    """``key`` of ``outer`` as a key of ``scope``, a stream somewhere inside it."""
    if scope is None or scope is outer:
        return key
    return bisect_left(scope.keys, _bound(scope.scope, outer, key))
