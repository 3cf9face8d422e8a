"""The deadlines that a nursery keeps, of the items its workers execute.

A worker writes when the time of its item is over into its recorder's page. Nobody
is woken for that: a page is read when the earliest deadline that could be in it
is over, so an item that is in time costs nothing, and no overdue one is missed.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import final

from fstream.worker.recorder import deadline_in


@final
@dataclass(slots=True)
class _Kept:
    """The ``page`` of a worker with a shortest ``limit``; looked at next at ``due``."""

    page: int
    limit: int
    due: int


@final
class Timekeeper:
    """The deadlines of workers, by their process ids; all times in nanoseconds."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}

    def keep(self, pid: int, page: int, limit: int) -> None:
        """Look after ``pid``, no stage of which has a limit shorter than ``limit``."""
        if limit:
            due = time.monotonic_ns() + limit
            self._kept[pid] = _Kept(os.dup(page), limit, due)

    def forget(self, pid: int) -> None:
        """Look after ``pid`` no longer."""
        kept = self._kept.pop(pid, None)
        if kept is not None:
            os.close(kept.page)

    def patience(self) -> float | None:
        """In how many seconds a page is to be looked at; ``None``: none is."""
        if not self._kept:
            return None
        due = min(kept.due for kept in self._kept.values())
        return max(0, due - time.monotonic_ns()) / 1e9

    def overdue(self) -> dict[int, int]:
        """Those whose time is over, and since when; each is told of once."""
        now = time.monotonic_ns()
        late: dict[int, int] = {}
        for pid, kept in self._kept.items():
            if kept.due > now:
                continue
            deadline = deadline_in(kept.page)
            if deadline and deadline <= now:
                late[pid] = deadline
            kept.due = deadline if deadline > now else now + kept.limit
        return late

    def deadline_of(self, pid: int) -> int:
        """The deadline of what ``pid`` executes now; 0 for none."""
        return deadline_in(self._kept[pid].page)

    def close(self) -> None:
        """Give back all pages; idempotent."""
        for pid in tuple(self._kept):
            with suppress(OSError):
                self.forget(pid)
