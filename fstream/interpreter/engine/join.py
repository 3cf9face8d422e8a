"""Splits: each item its way, and the results back in the order of the law."""

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import replace
from typing import cast, final

from fstream.compiler.program import Split
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.flow import Entry
from fstream.interpreter.engine.flow import Joined
from fstream.interpreter.engine.flow import KeptJoined
from fstream.interpreter.engine.flow import Track


def sifted(source: Chunk, ways: int) -> list[Chunk]:
    """The items of ``source``, which are ``(way, item)``, each in its way's chunk."""
    bodies: list[list[object]] = [[] for _ in range(ways)]
    keys: list[list[int]] = [[] for _ in range(ways)]
    for position, (way, item) in enumerate(tagged(source.body)):
        bodies[way].append(item)
        keys[way].append(position)
    return [
        Chunk(
            body=body,
            keys=own if body or source.body else [0],
            scope=source,
            flush=source.flush,
        )
        for body, own in zip(bodies, keys, strict=True)
    ]


def tagged(body: Iterable[object]) -> Iterator[tuple[int, object]]:
    """The items of a tagged stream; our own kernels make nothing else there."""
    # Erased: a tagged stream is made by kernels only, and of pairs only.
    return iter(cast("Iterable[tuple[int, object]]", body))


def joined(source: Chunk, split: Split, ways: tuple[list[Chunk], ...]) -> Chunk:
    """What each way made of its items, in the order of ``source``."""
    joining = _Joining(source, split, ways)
    joining.run()
    dues = [ran for pieces in ways for piece in pieces for ran in piece.dues]
    is_empty = not source.body and not joining.body  # its key says when it flushes
    return Chunk(
        body=joining.body,
        keys=source.keys if is_empty else joining.keys,
        scope=source.scope,
        entries=joining.entries,
        flush=source.flush,
        is_last=source.is_last,
        cut=source.cut,
        origin=Joined(source, ways, joining.trail),
        dues=[*source.dues, *dues],
    )


def cut_off(joined: Chunk, key: int) -> Chunk:
    """``joined`` up to the item ``key`` of its source, which ended the run."""
    origin = joined.origin
    assert isinstance(origin, Joined), "only what was joined"  # noqa: S101
    things = sum(1 for track in origin.trail if track.key <= key)
    entries = [e for n, e in enumerate(joined.entries) if e.pos + n < things]
    items = things - len(entries)
    return replace(
        joined,
        body=joined.body[:items],
        keys=joined.keys[:items],
        entries=entries,
        cut=origin.source.keys[key],
        dues=[KeptJoined(origin, key)],
    )


@final
class _Joining:
    """Merges the things of all ways by the item of ``source`` they come from."""

    __slots__ = ("body", "entries", "heads", "keys", "source", "tags", "trail")

    def __init__(
        self, source: Chunk, split: Split, ways: tuple[list[Chunk], ...]
    ) -> None:
        self.source = source
        self.tags = split.tags
        self.heads = [_Way(pieces) for pieces in ways]
        self.body: list[object] = []
        self.keys: list[int] = []
        self.entries: list[Entry] = []
        self.trail: list[Track] = []

    def run(self) -> None:
        """Take the things of each item of the source in turn."""
        before = 0
        for position, (way, _) in enumerate(tagged(self.source.body)):
            before = self._carry(before, position)
            self._take(way, position)
        self._carry(before, len(self.source.body))
        if not self.source.body and self.source.keys:
            for way in range(len(self.heads)):
                self._take(way, 0)

    def _carry(self, number: int, position: int) -> int:
        """Put the source's own failures before ``position`` in their place."""
        entries = self.source.entries
        while number < len(entries) and entries[number].pos <= position:
            entry = entries[number]
            self.entries.append(
                Entry(len(self.body), entry.key, entry.failed, None, None)
            )
            self.trail.append(Track(None, 0, number, entry.pos))
            number += 1
        return number

    def _take(self, way: int, key: int) -> None:
        tag = self.tags[way]
        head = self.heads[way]
        outer = self.source.keys[key]
        while head.key == key:
            self.trail.append(Track(way, head.piece, head.thing, key))
            thing = head.current
            if isinstance(thing, Entry):
                moved = Entry(len(self.body), outer, thing.failed, None, None)
                self.entries.append(moved)
            else:
                self.body.append(thing if tag is None else (tag, thing))
                self.keys.append(outer)
            head.advance()


@final
class _Way:
    """The things of a way, piece after piece; ``key`` is that of the next."""

    __slots__ = ("current", "key", "piece", "source", "thing")

    def __init__(self, pieces: list[Chunk]) -> None:
        self.source = (
            (number, thing, key, value)
            for number, piece in enumerate(pieces)
            for thing, (key, value) in enumerate(piece.things())
        )
        self.key = -1
        self.piece = 0
        self.thing = 0
        self.current: object = None
        self.advance()

    def advance(self) -> None:
        """Go on to the next thing; its key is -1 when there is none."""
        end = (0, 0, -1, None)
        self.piece, self.thing, self.key, self.current = next(self.source, end)
