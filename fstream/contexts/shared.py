"""Calls that several workers share, each with one answer all the same."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, final

from fstream.compiler.program import Segment
from fstream.compiler.shape import is_single
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.worker.things import appended

Taken: TypeAlias = Literal["some", "all", "late"]


@final
class Shared:
    """A call in parts, at most as many as there are hands for it.

    Parts are numbers, and what comes of them lies in lists: many have one item only.
    """

    __slots__ = ("_left", "_replies", "_service", "_size", "call", "count")

    def __init__(self, call: Call, hands: int) -> None:
        self.call = call
        self._size = max(1, -(-len(call.items) // hands))
        self.count = max(1, -(-len(call.items) // self._size))
        self._left = list(range(self.count))
        self._replies: list[Reply | None] = [None] * self.count
        self._service = [0] * self.count

    def parts(self) -> "list[Part]":
        """All parts, in order."""
        return [(self, number) for number in range(self.count)]

    def items(self, number: int) -> Sequence[object]:
        """The items of a part."""
        at = number * self._size
        return self.call.items[at : at + self._size]

    def keys(self, number: int) -> Sequence[int]:
        """The keys of a part."""
        at = number * self._size
        return self.call.keys[at : at + self._size]

    def take(self, number: int, reply: Reply, service_ns: int) -> Taken:
        """Take the answer to a part; tells one thread only that it was the last."""
        self._replies[number] = reply
        self._service[number] = service_ns
        try:
            left: int = self._left.pop()  # at once, in whatever thread
        except IndexError:
            return "late"
        return "some" if left else "all"

    def is_given_up(self) -> bool:
        """Wait no more for the only part; ``False``: its answer was quicker."""
        try:
            self._left.pop()
        except IndexError:
            return False
        return True

    def answer(self, segment: Segment, pid: int) -> Returned:
        """The answer to the whole call, from those to all of its parts."""
        replies = [reply for reply in self._replies if reply is not None]
        reply = _plain(replies) or self._joined(replies, segment)
        return Returned(self.call.ticket, reply, sum(self._service), 0, pid)

    def _joined(self, replies: list[Reply], segment: Segment) -> Reply:
        where: Literal["position", "place"] = (
            "position" if is_single(segment.op) else "place"
        )
        reply = replies[0]
        for number, other in enumerate(replies[1:], 1):
            reply = appended(reply, other, offset=number * self._size, where=where)
        return reply


Part: TypeAlias = tuple[Shared, int]


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
