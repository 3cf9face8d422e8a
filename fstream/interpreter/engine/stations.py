"""The stations of segments: parts of chunks out, and their answers in order.

Every connection is an ordered stream. A segment's station has a window: so many
parts are out with its context, and so many more may be answered but have to wait
for those before them, because answers are passed on in the order in which the
parts went out.
"""

from collections import deque
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from itertools import pairwise
from typing import Protocol, final

from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import flushed
from fstream.interpreter.engine.cuts import emptied
from fstream.interpreter.engine.cuts import kept
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.flow import answered
from fstream.interpreter.engine.flow import part_of
from fstream.interpreter.engine.flow import parted
from fstream.interpreter.engine.losses import Missing
from fstream.interpreter.engine.pace import MOST_ITEMS
from fstream.interpreter.engine.pace import Pace


class Station(Protocol):
    """A place that chunks come to, in order."""

    def push(self, chunk: Chunk) -> None:
        """Take ``chunk``, which comes after all that came before."""


@final
@dataclass(slots=True)
class Slot:
    """A part that is out, or waits for those before it to be passed on.

    ``hands`` is how many workers share it. After a worker's death only the items at
    the positions ``sent`` are out, and ``lost`` are not. ``past`` tells, in a line
    each, of the workers that ended at the one item that is out.
    """

    part: Chunk
    answer: Chunk | None
    hands: int = 1
    out: int = 0
    sent: list[int] | None = None
    lost: list[Missing] = field(default_factory=list[Missing])
    past: tuple[str, ...] = ()

    def positions(self) -> list[int]:
        """Where the items that are out stand in the part."""
        return list(range(len(self.part.body))) if self.sent is None else self.sent

    def between(self, start: int, stop: int) -> "Slot":
        """What of this slot concerns the items from ``start`` up to ``stop``."""
        sent = [n - start for n in self.positions() if start <= n < stop]
        return Slot(
            part_of(self.part, start, stop),
            None,
            out=1,
            sent=None if len(sent) == stop - start else sent,
            lost=[
                replace(missing, position=missing.position - start)
                for missing in self.lost
                if start <= missing.position < stop
            ],
        )

    def index(self, position: int) -> int:
        """The ordinal of the source item behind what is out at ``position``."""
        return self.part.index(position if self.sent is None else self.sent[position])


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How many parts may be out, where items take long or not, and how many held.

    One part a worker where they take long: what waits behind a slow item could
    be executed elsewhere. Two otherwise, so that no worker waits for the next.
    Where workers share a part, ``hands`` of them do unless its items take long,
    and it counts as so many. ``ahead`` more may wait here for room, where an item
    takes next to no time: what a worker needs next is there before its answer has
    been looked at.
    """

    slow: int
    quick: int
    held: int
    hands: int = 1
    ahead: int = 0


@final
@dataclass(slots=True, kw_only=True)
class SegmentStation:
    """A segment: sends parts of chunks out, and passes their answers on."""

    segment: Segment
    window: Window
    is_remote: bool
    is_paced: bool
    after: Station
    submit: "Callable[[SegmentStation, Slot], None]"
    waiting: deque[Chunk] = field(default_factory=deque[Chunk])
    slots: deque[Slot] = field(default_factory=deque[Slot])
    pace: Pace = field(default_factory=Pace)
    out: int = 0
    held: int = 0
    taken: int = 0
    closed_by: int = -1

    def push(self, chunk: Chunk) -> None:
        """Queue ``chunk``, and send out what the window has room for.

        After the stage ``closed_by`` has ended the run here, nothing of it is left.
        """
        if self.closed_by >= 0:
            chunk = emptied(chunk)
        self.taken += len(chunk.body)
        self.waiting.append(chunk)
        self.pump()

    def has_room(self) -> bool:
        """Whether another part is wanted: to go out at once, or to be at hand."""
        if self.waiting:
            return False
        return self._fits_one_more() or self._may_wait()

    def is_busy(self) -> bool:
        """Whether anything is out or waiting."""
        return bool(self.waiting or self.slots)

    def size(self) -> int:
        """How many items the next part has at most."""
        return max(self.pace.size, self._hands())

    def share(self, left: int) -> int:
        """How many items the next part shall have where so many are left."""
        return max(self.pace.share(left, self.window.slow), self._hands())

    def pump(self) -> None:
        """Send out what there is room for."""
        while self.waiting and self._fits_one_more():
            chunk = self.waiting.popleft()
            if not self._has_work(chunk):
                self._hold(Slot(chunk, chunk))
                self._pass_on()
                continue
            if (self.is_remote or self.is_paced) and self._is_too_big(chunk):
                chunk, *rest = parted(chunk, self.size())
                self.waiting.extendleft(reversed(rest))
            hands = min(self._hands(), len(chunk.body) or 1)
            slot = Slot(chunk, None, hands=hands, out=hands)
            self._hold(slot)
            self.out += hands
            self.submit(self, slot)

    def answer(self, slot: Slot, reply: Reply, *, context: str, pid: int) -> None:
        """Take the answer to ``slot``, and pass on what is complete."""
        self._no_longer_out(slot)
        part = slot.part
        if reply.cut is not None:
            position, self.closed_by = reply.cut
            part = kept(part, position)
            self.waiting = deque(map(emptied, self.waiting))
        slot.answer = answered(
            part, self.segment.number, reply, context=context, pid=pid
        )
        self._pass_on()
        self.pump()

    def free(self, slot: Slot) -> None:
        """Take notice that ``slot`` is answered, and give its place to another."""
        self._no_longer_out(slot)
        self.pump()

    def drop(self) -> None:
        """Forget all that is here: the run has ended further on."""
        self.waiting.clear()
        self.slots.clear()
        self.out = self.held = 0

    def divided(self, slot: Slot, cuts: Sequence[int]) -> list[Slot]:
        """Put in the place of ``slot``, which was out, its pieces between ``cuts``."""
        bounds = sorted({0, *cuts, len(slot.part.body)})
        if len(bounds) <= len((0, 1)):
            return [slot]
        pieces = [slot.between(start, stop) for start, stop in pairwise(bounds)]
        at = next(n for n, each in enumerate(self.slots) if each is slot)
        del self.slots[at]
        for piece in reversed(pieces):
            self.slots.insert(at, piece)
        self.out += len(pieces) - slot.out
        self.held += len(pieces) - slot.hands
        return pieces

    def call(self, slot: Slot, ticket: int) -> Call:
        """The call that ``slot`` stands for."""
        part = slot.part
        items, keys = part.body, _source_keys(part)
        if slot.sent is not None:
            items = [items[n] for n in slot.sent]
            keys = [keys[n] for n in slot.sent]
        return Call(
            ticket=ticket,
            segment=self.segment.number,
            items=items,
            keys=keys,
            flush=part.flush if self._holds(part) else None,
            hands=slot.hands,
            past=slot.past,
        )

    def _hands(self) -> int:
        return 1 if self.pace.is_slow() else self.window.hands

    def _fits_one_more(self) -> bool:
        window, hands = self.window, self._hands()
        most = window.slow if self.pace.is_slow() else window.quick
        return self.out + hands <= most and self.held + hands <= window.held

    def _may_wait(self) -> bool:
        is_tiny = self.window.ahead > 0 and self.pace.is_tiny()
        return is_tiny and self.held < self.window.held

    def _hold(self, slot: Slot) -> None:
        self.slots.append(slot)
        self.held += slot.hands

    def _no_longer_out(self, slot: Slot) -> None:
        self.out -= slot.out
        slot.out = 0

    def _is_too_big(self, chunk: Chunk) -> bool:
        """Whether ``chunk`` is cut; half a part more is better taken along."""
        items, size = len(chunk.body), self.size()
        if self.window.hands > 1:  # they would count for less than they are
            return items > size
        return items > MOST_ITEMS or 2 * items > 3 * size

    def _has_work(self, chunk: Chunk) -> bool:
        return bool(chunk.body) or self._holds(chunk)

    def _holds(self, chunk: Chunk) -> bool:
        """Whether the stage that ``chunk`` shall flush is here, and goes on."""
        stage = flushed(chunk.flush)
        return stage in self.segment.stages and stage > self.closed_by

    def _pass_on(self) -> None:
        while self.slots and self.slots[0].answer is not None:
            slot = self.slots.popleft()
            self.held -= slot.hands
            self.after.push(slot.answer or _never())


def _never() -> Chunk:
    text = "a slot is passed on only when it has its answer"
    raise AssertionError(text)


def _source_keys(part: Chunk) -> Sequence[int]:
    if part.scope is None:
        return part.keys
    return [part.index(position) for position in range(len(part.keys))]
