"""How many items go at once: chunks that grow with how quick a segment is.

A chunk starts at one item, so that the first result comes at once, and grows
sixteenfold towards 8 ms of work, 128 KiB of results, or 4096 items; it shrinks
at once when work gets slower. Where each chunk costs a worker of its own, it grows
until its work is ten times that cost, and its other bounds are wider. The last chunks
of a source that tells its length shrink to 1 ms, so that no worker has to
wait for long for the one that got the last of them.
"""

from dataclasses import dataclass
from math import ceil
from typing import final

WORK_NS = 8_000_000
LEAST_NS = 1_000_000
SLOW_NS = 10_000_000
TINY_NS = 20_000
RESULT_BYTES = 128 * 1024
MOST_ITEMS = 4096
GROWTH = 16
WORTH = 10
WIDER = 64
FILL_NS = 5_000_000


@final
@dataclass(slots=True)
class Pace:
    """The size of a segment's next chunk.

    What was spent on past chunks counts half with each further chunk, and by its
    items: the cost of a chunk itself, which the first one is all about, soon
    weighs little. Where ``is_fixed``, the size is the user's.
    """

    size: int = 1
    least: int = 1
    most: int = MOST_ITEMS
    is_fixed: bool = False
    items: float = 0.0
    spent_ns: float = 0.0
    spent_bytes: float = 0.0

    def is_slow(self) -> bool:
        """Whether an item takes so long that none shall wait behind another.

        So it seems before the first answer, too.
        """
        return self.spent_ns >= SLOW_NS * self.items

    def is_tiny(self) -> bool:
        """Whether an item takes so little that it counts what the caller does."""
        return 0 < self.spent_ns < TINY_NS * self.items

    def learn(
        self, items: int, service_ns: int, size: int, *, overhead_ns: int = 0
    ) -> None:
        """Take a chunk's service time, result's size and own cost into account."""
        if not items:
            return
        self.items = self.items / 2 + items
        self.spent_ns = self.spent_ns / 2 + service_ns
        self.spent_bytes = self.spent_bytes / 2 + size
        work_ns = max(WORK_NS, WORTH * overhead_ns)
        wider = WIDER if overhead_ns else 1
        quick = work_ns * self.items / max(self.spent_ns, 1.0)
        small = wider * RESULT_BYTES * self.items / max(self.spent_bytes, 1.0)
        target = round(min(quick, small, self.most))
        if self.is_fixed:
            return
        self.size = max(1, min(self.size * GROWTH, target))
        shortest = work_ns if overhead_ns else LEAST_NS
        self.least = max(1, min(self.size, round(quick * shortest / work_ns)))

    def share(self, left: int, workers: int) -> int:
        """The size where so many items are ``left`` for all ``workers``."""
        if self.is_fixed:
            return self.size
        return min(self.size, max(self.least, ceil(left / (2 * workers))))


@final
@dataclass(slots=True)
class Fill:
    """How many items to pull, so that a slow source is not waited for."""

    item_ns: float = 0.0

    def learn(self, items: int, elapsed_ns: int) -> None:
        """Take the time that pulling ``items`` took into account."""
        if items:
            self.item_ns = elapsed_ns / items

    def most(self, wanted: int) -> int:
        """At most ``wanted``, and what comes in about five milliseconds."""
        return max(1, min(wanted, int(FILL_NS / max(self.item_ns, 1.0))))
