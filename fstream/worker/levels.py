"""The levels of a process's loggers, as they cross to its workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Which log records get through, by the names of loggers."""

    root: int
    named: Mapping[str, int]
    disabled: int
