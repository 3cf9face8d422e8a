"""The cut: stages that end the run before its source does.

Nothing may happen after the item that ended it. So all loops that such a stage
stands in ask after each turn whether there shall be another.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final


@final
@dataclass(slots=True)
class Cutting:
    """Which stage has ended the run: the last one in plan order, or none (-1).

    ``position`` is that of the item at hand, in a chunk.
    """

    by: int = -1
    position: int = -1

    def cut(self, stage: int) -> None:
        """End the run, as ``stage``."""
        self.by = max(self.by, stage)

    def __call__(self, items: Iterable[object], stage: int) -> Iterator[object]:
        """``items``, until a stage behind ``stage``, whose they are, ends the run."""
        # Asked here: in a generator a ``StopIteration`` would become something else.
        return self.until(iter(items), stage)

    def until(self, items: Iterator[object], stage: int) -> Iterator[object]:
        """The same for an iterator."""
        if self.by > stage:
            return
        for item in items:
            yield item
            if self.by > stage:
                return

    def over(
        self, numbered: Iterable[tuple[int, object]]
    ) -> Iterator[tuple[int, object]]:
        """The items of a chunk with their positions, until a stage ends the run."""
        for pair in numbered:
            self.position = pair[0]
            yield pair
            if self.by >= 0:
                return


OWN = (Cutting.__call__, Cutting.until, Cutting.over)
"""Functions whose frames are no part of what users' exceptions tell."""
