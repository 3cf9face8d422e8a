"""The budget: how many failures a run tolerates, and how it ends beyond."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from fractions import Fraction
from typing import final

from fstream.interpreter.failed import Failed

KEPT = 100


@final
@dataclass(slots=True)
class Budget:
    """Counts unhandled failure records, in item order.

    ``tolerate`` is a number of records, or a share of the pulled items. A share
    is judged at the end, and before it only where a source of known ``length``
    cannot meet it any more. ``None`` tolerates everything.
    """

    tolerate: int | Fraction | None
    length: int | None
    count: int = 0
    first: list[Failed] = field(default_factory=list[Failed])

    def allowed(self) -> float:
        """How many records there may be before the run ends at once."""
        if self.tolerate is None:
            return math.inf
        if isinstance(self.tolerate, Fraction):
            if self.length is None:
                return math.inf
            return math.floor(self.tolerate * self.length)
        return self.tolerate

    def spend(self, records: Sequence[Failed]) -> bool:
        """Count ``records``; whether the run goes on."""
        self.count += len(records)
        self.first += records[: KEPT - len(self.first)]
        return self.count <= self.allowed()

    def is_met(self, pulled: int) -> bool:
        """Whether a run that pulled so many items stayed within the budget."""
        if isinstance(self.tolerate, Fraction):
            return self.count <= self.tolerate * pulled
        return self.count <= self.allowed()
