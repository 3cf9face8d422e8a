"""Calls that several workers share, each with one answer all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from fstream.compiler.program import Segment
from fstream.compiler.shape import is_single
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.worker.things import appended


@final
@dataclass(slots=True)
class Part:
    """The items of a call that one worker takes at once, and what came of them."""

    whole: "Shared"
    items: Sequence[object]
    keys: Sequence[int]
    reply: Reply | None = None
    service_ns: int = 0


@final
class Shared:
    """A call in parts, as many as there are hands for it."""

    __slots__ = ("_left", "_size", "call", "parts")

    def __init__(self, call: Call) -> None:
        items, keys = call.items, call.keys
        self.call = call
        self._size = size = max(1, -(-len(items) // call.hands))
        self.parts = [
            Part(self, items[at : at + size], keys[at : at + size])
            for at in range(0, len(items), size)
        ] or [Part(self, [], ())]
        self._left = list(range(len(self.parts)))

    def has_last(self) -> bool:
        """Whether the part that is done now is the last; told to one thread only."""
        left: int = self._left.pop()  # at once, in whatever thread
        return left == 0

    def answer(self, segment: Segment, pid: int) -> Returned:
        """The answer to the whole call, from those to all of its parts."""
        replies = [part.reply for part in self.parts if part.reply is not None]
        service = sum(part.service_ns for part in self.parts)
        where: Literal["position", "place"] = (
            "position" if is_single(segment.op) else "place"
        )
        reply = _plain(replies)
        if reply is None:
            reply = replies[0]
            for number, other in enumerate(replies[1:], 1):
                offset = number * self._size
                reply = appended(reply, other, offset=offset, where=where)
        return Returned(self.call.ticket, reply, service, 0, pid)


def _plain(replies: list[Reply]) -> Reply | None:
    """The replies as one, where all have nothing but outputs, one an item."""
    outs: list[object] = []
    for reply in replies:
        if (
            reply.faults
            or reply.parents is not None
            or reply.probes
            or reply.arrests
            or reply.lasts is not None
        ):
            return None
        outs += reply.outs
    return Reply(outs, None, [], (), [])
