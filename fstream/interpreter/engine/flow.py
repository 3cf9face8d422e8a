"""Chunks in flight, with the history that the ledger and failures need.

A chunk's *things* are its items and its failures, in the order of the law: an
entry stands before ``body[pos]``. ``keys[i]`` says which item of ``scope`` (the
stream that a split works on; without one: the source) item ``i`` comes from.
``origin`` is how the chunk came about, and ``dues`` are the answers that count
as soon as all of the chunk has been released. Where a stage ended the run, ``cut`` is
the key of the item with which it did: nothing comes after that.
"""

from bisect import bisect_left
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import TypeAlias, final

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Reply
from fstream.interpreter.failed import Failed
from fstream.interpreter.failed import is_of_source


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """A failure among the items; ``own`` or ``up`` is where it stood before."""

    pos: int
    key: int
    failed: Failed
    own: int | None
    up: int | None


@final
@dataclass(slots=True, kw_only=True)
class Chunk:
    """Items that travel together."""

    body: Sequence[object]
    keys: Sequence[int]
    scope: "Chunk | None"
    entries: list[Entry] = field(default_factory=list[Entry])
    flush: int | None = None
    is_last: bool = True
    cut: int | None = None
    origin: "Origin | None" = None
    dues: "list[Due]" = field(default_factory=list["Due"])

    def size(self) -> int:
        """How many things the chunk has."""
        return len(self.body) + len(self.entries)

    def index(self, position: int) -> int:
        """The ordinal of the source item that item ``position`` comes from."""
        return source_index(self.scope, self.keys[position])

    def thing_of_item(self, position: int) -> int:
        """The thing that item ``position`` is."""
        return position + sum(1 for entry in self.entries if entry.pos <= position)

    def thing_of_entry(self, number: int) -> int:
        """The thing that entry ``number`` is."""
        return self.entries[number].pos + number

    def located(self, thing: int) -> int | Entry:
        """The item (its position) or entry that ``thing`` is."""
        for number, entry in enumerate(self.entries):
            if entry.pos + number == thing:
                return entry
            if entry.pos + number > thing:
                return thing - number
        return thing - len(self.entries)

    def things(self) -> Iterator[tuple[int, object | Entry]]:
        """Each thing with its key; an entry as itself, an item as it is."""
        done = 0
        for entry in self.entries:
            yield from self._items(done, entry.pos)
            yield entry.key, entry
            done = entry.pos
        yield from self._items(done, len(self.body))

    def _items(self, start: int, stop: int) -> Iterator[tuple[int, object]]:
        return zip(self.keys[start:stop], self.body[start:stop], strict=True)


def source_index(scope: Chunk | None, key: int) -> int:
    """The ordinal of the source item behind ``key`` in ``scope``."""
    while scope is not None:
        key = scope.keys[key]
        scope = scope.scope
    return key


def items_up_to(chunk: Chunk, thing: int) -> int:
    """How many source items ``thing`` of ``chunk`` and what is before it came of."""
    last = chunk.located(thing)
    if not isinstance(last, Entry):
        return chunk.index(last) + (not is_flush(chunk))
    is_item = not (is_of_source(last.failed) or is_flush(chunk))
    return last.failed.index + is_item


def is_flush(chunk: Chunk) -> bool:
    """Whether ``chunk`` came of what a stage had held, and so of no item."""
    while chunk.origin is not None:
        origin = chunk.origin
        chunk = origin.whole if isinstance(origin, Part) else origin.source
    return chunk.flush is not None


def last_index(chunk: Chunk) -> int:
    """The ordinal of the last source item that ``chunk`` came of; -1: of none."""
    if is_flush(chunk):
        return -1
    while isinstance(chunk.origin, Ran | Joined):
        chunk = chunk.origin.source
    return chunk.index(-1) if chunk.keys else -1


@final
@dataclass(frozen=True, slots=True)
class Part:
    """A chunk that is a part of ``whole``, after ``before`` things of it."""

    whole: Chunk
    before: int


@final
@dataclass(slots=True, kw_only=True)
class Ran:
    """A chunk that a segment made of ``source``."""

    segment: int
    source: Chunk
    parents: Sequence[int]
    faults: list[Fault]
    reply: Reply


@final
@dataclass(frozen=True, slots=True)
class Joined:
    """A chunk that a join made of the results of each way of ``source``.

    ``trail[t]`` is where thing ``t`` stood: in a chunk of a way (the thing
    there), or in ``source`` itself (an entry, way ``None``).
    """

    source: Chunk
    ways: tuple[list[Chunk], ...]
    trail: "list[Track]"


@final
@dataclass(frozen=True, slots=True)
class Track:
    """Where a thing of a joined chunk stood before."""

    way: int | None
    piece: int
    thing: int
    key: int


Origin: TypeAlias = Part | Ran | Joined


@final
@dataclass(frozen=True, slots=True)
class Kept:
    """All that ``whole`` took up to its ``thing``: a stage ended the run there."""

    whole: Chunk
    thing: int


@final
@dataclass(frozen=True, slots=True)
class KeptJoined:
    """All that ``joined`` took up to ``key``, the item that ended the run on a way."""

    joined: Joined
    key: int


Due: TypeAlias = Ran | Kept | KeptJoined


def parted(chunk: Chunk, most: int) -> list[Chunk]:
    """``chunk`` in parts of at most ``most`` items; the last part is marked."""
    total = len(chunk.body)
    if total <= most:
        return [chunk]
    return [
        part_of(chunk, start, min(start + most, total))
        for start in range(0, total, most)
    ]


def part_of(chunk: Chunk, start: int, stop: int) -> Chunk:
    """The items of ``chunk`` from ``start`` up to ``stop``, as a part of it."""
    is_end = stop == len(chunk.body)
    low = bisect_left(chunk.entries, start, key=entry_pos)
    high = (
        len(chunk.entries)
        if is_end
        else bisect_left(chunk.entries, stop, key=entry_pos)
    )
    entries = [
        Entry(entry.pos - start, entry.key, entry.failed, None, None)
        for entry in chunk.entries[low:high]
    ]
    return Chunk(
        body=chunk.body[start:stop],
        keys=chunk.keys[start:stop],
        scope=chunk.scope,
        entries=entries,
        flush=chunk.flush if is_end else None,
        is_last=chunk.is_last and is_end,
        cut=chunk.cut if is_end else None,
        origin=Part(chunk, start + low),
        dues=chunk.dues if is_end else [],
    )


def entry_pos(entry: Entry) -> int:
    """Before which item ``entry`` stands."""
    return entry.pos


def answered(
    source: Chunk, segment: int, reply: Reply, *, context: str, pid: int
) -> Chunk:
    """The chunk that ``segment``'s answer to ``source`` is."""
    parents = _parents(source, reply)
    dense = isinstance(parents, range)
    keys = source.keys if dense else _keys(source, parents, reply)
    ran = Ran(
        segment=segment,
        source=source,
        parents=parents,
        faults=reply.faults,
        reply=reply,
    )
    entries: list[Entry] = []
    if reply.faults or source.entries:
        entries = _entries(ran, context=context, pid=pid)
    return Chunk(
        body=reply.outs,
        keys=keys,
        scope=source.scope,
        entries=entries,
        flush=source.flush,
        is_last=source.is_last,
        cut=source.cut,
        origin=ran,
        dues=[*source.dues, ran],
    )


def _parents(source: Chunk, reply: Reply) -> Sequence[int]:
    if reply.parents is not None:
        return reply.parents
    if not reply.faults:
        return range(len(source.body))
    return _without(range(len(source.body)), reply.faults)


def _keys(source: Chunk, parents: Sequence[int], reply: Reply) -> Sequence[int]:
    if reply.parents is None and len(source.keys) == len(source.body):
        return _without(source.keys, reply.faults)
    return [source.keys[i] for i in parents]


def _without(numbers: Sequence[int], faults: Sequence[Fault]) -> list[int]:
    """``numbers`` without those at the positions of ``faults``."""
    failed = {fault.position for fault in faults}
    if len(failed) > _FEW:
        return [n for i, n in enumerate(numbers) if i not in failed]
    kept = list(numbers)
    for position in sorted(failed, reverse=True):
        del kept[position]
    return kept


_FEW = 100  # so many are taken out of a chunk faster than all are looked at


def _entries(ran: Ran, *, context: str, pid: int) -> list[Entry]:
    """Own faults and the source's entries, in the order of the law.

    A fault of item ``i`` stands before an entry that stood before item ``p``
    just where ``i < p``.
    """
    source = ran.source
    merged: list[tuple[int, int, Entry]] = []
    for number, fault in enumerate(ran.faults):
        position = fault.position
        item = source.body[position] if isinstance(fault.cause, Loss) else None
        failed = Failed(source.index(position), fault, context, pid, item=item)
        pos = fault.place - number
        own = Entry(pos, source.keys[position], failed, number, None)
        merged.append((pos, 2 * position + 1, own))
    for number, entry in enumerate(source.entries):
        pos = bisect_left(ran.parents, entry.pos)
        carried = Entry(pos, entry.key, entry.failed, None, number)
        merged.append((pos, 2 * entry.pos, carried))
    merged.sort(key=_rank)
    return [entry for _, _, entry in merged]


def _rank(ranked: tuple[int, int, Entry]) -> tuple[int, int]:
    return ranked[:2]
