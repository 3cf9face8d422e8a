"""The deadline of a run, on the monotonic clock."""

import time
from collections.abc import Iterator
from math import inf
from operator import itemgetter
from typing import final

from fstream.interpreter.kernel import Stopped


@final
class Deadline:
    """The end of ``seconds`` from now; of ``None`` there is no end."""

    __slots__ = ("_at", "is_told", "seconds")

    def __init__(self, seconds: float | None) -> None:
        self.seconds = inf if seconds is None else seconds
        self.is_told = False
        self._at = time.monotonic() + self.seconds

    def left(self) -> float | None:
        """How many seconds are left; ``None`` if nobody needs to wake for the end."""
        if self.is_told or self._at == inf:
            return None
        return max(0.0, self._at - time.monotonic())

    def has_passed(self) -> bool:
        """Tell that it has passed, once."""
        if self.is_told or self._at == inf or time.monotonic() < self._at:
            return False
        self.is_told = True
        return True

    def up_to(self, items: Iterator[object]) -> Iterator[object]:
        """``items``, until it has passed; asked before each is pulled.

        Then it raises ``Stopped``. Made of what leaves no frame in tracebacks of a
        source that raises.
        """
        if self._at == inf:
            return items
        gate = iter(self._stop_if_passed, None)
        return map(itemgetter(1), zip(gate, items, strict=False))

    def _stop_if_passed(self) -> bool:
        if self.has_passed():
            raise Stopped
        return True
