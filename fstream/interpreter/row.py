"""A row of the ledger: what became of the items that entered one stage."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of the items that entered one stage."""

    entered: int = 0
    out: int = 0
    failed: int = 0
    filtered: int = 0
    emitted: int = 0
    exits: int = 0
