"""How big and how often a case runs."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, final

Mode: TypeAlias = Literal["small", "quick", "full"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """``small`` checks results only; ``full`` adds what takes minutes."""

    mode: Mode
    rounds: int
    size: float = 1.0

    def items(self, standard: int) -> int:
        """Return how many items stand for the ``standard`` number.

        Never below 400, so that even a small run has failures and chunks.
        """
        factor = 0.01 if self.mode == "small" else self.size
        return max(int(standard * factor), min(standard, 400))
