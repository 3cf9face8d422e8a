"""The briefing of workers: what each is told first, made once a run."""

from typing import final

from fstream.compiler.program import Arrest
from fstream.compiler.program import Op
from fstream.compiler.program import Segment
from fstream.compiler.shape import goes_singly
from fstream.compiler.shape import last_stage
from fstream.compiler.shape import least_limit
from fstream.compiler.shape import parts
from fstream.contexts.shipping import ship
from fstream.transport.frame import Frame
from fstream.worker.letters import Terms
from fstream.worker.letters import setting_frame
from fstream.worker.listening import levels_here
from fstream.worker.setting import current_setting


@final
class Briefing:
    """The segments that workers of ``context`` execute, and what follows from them.

    ``keyed`` are the numbers of those that are told the keys of their items, ``lasts``
    the stage that each one's outputs come from, and ``limit`` is the shortest time
    that a stage gives an item, in nanoseconds, or 0. Calls of ``singles`` share their
    worker with no other call that is open.
    """

    __slots__ = (
        "_context",
        "_frame",
        "_setting",
        "keyed",
        "lasts",
        "limit",
        "segments",
        "singles",
    )

    def __init__(self, context: str, segments: tuple[Segment, ...]) -> None:
        limits = [limit for each in segments if (limit := least_limit(each))]
        self.segments = {segment.number: segment for segment in segments}
        self.lasts = {segment.number: last_stage(segment.op) for segment in segments}
        self.keyed = frozenset(
            segment.number for segment in segments if _names_failures(segment.op)
        )
        self.limit = min(limits, default=0)
        self.singles = frozenset(
            segment.number for segment in segments if goes_singly(segment)
        )
        self._context = context
        self._setting = current_setting()
        self._frame: Frame | None = None

    def frame(self) -> Frame:
        """The first frame to a worker, with all that it will execute."""
        if self._frame is None:
            terms = Terms(
                setting=self._setting,
                context=self._context,
                levels=levels_here(),
                stages={n: each.stages for n, each in self.segments.items()},
            )
            shipped = ship(tuple(self.segments.values()))
            self._frame = setting_frame(terms, shipped)
        return self._frame


def _names_failures(op: Op) -> bool:
    """Whether a worker must know the keys, to name failures that become values."""
    return isinstance(op, Arrest) or any(_names_failures(part) for part in parts(op))
