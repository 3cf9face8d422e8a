"""Inline runs: a generated generator, and the same policy as everywhere."""

from collections.abc import Generator
from typing import final

from fstream.compiler.program import Program
from fstream.compiler.program import Segment
from fstream.compiler.program import Seq
from fstream.compiler.shape import is_live
from fstream.compiler.shape import is_sized
from fstream.interpreter.audience import Audience
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.deadline import Deadline
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.events import Complete
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Late
from fstream.interpreter.engine.events import Overspent
from fstream.interpreter.engine.ledger import Totals
from fstream.interpreter.engine.ledger import rows
from fstream.interpreter.failed import Failed
from fstream.interpreter.kernel import Stopped
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import stream_kernel
from fstream.interpreter.kernel.template import SOURCE
from fstream.interpreter.reading import Reading
from fstream.interpreter.row import Row
from fstream.interpreter.sinks import SinkBroke
from fstream.interpreter.sinks import Taking
from fstream.plan.contexts import Inline

_NOTHING = Segment(
    number=0, context=Inline(), op=Seq(()), exits=0, stages=(), labels=()
)


def is_inline(program: Program) -> bool:
    """Whether all of ``program`` runs in the calling thread, as one segment."""
    return (
        not is_live(program.origin)
        and all(
            isinstance(step, Segment) and step.context == Inline()
            for step in program.line
        )
        and len(program.line) <= 1
    )


@final
class InlineRun:
    """One run of an inline program; ``values`` is lazy, one item at a time."""

    __slots__ = (
        "audience",
        "budget",
        "deadline",
        "delivered",
        "drained",
        "faults",
        "how",
        "kernel",
        "program",
        "reading",
        "segment",
        "surroundings",
        "values",
    )

    def __init__(
        self,
        program: Program,
        budget: Budget,
        *,
        audience: Audience,
        surroundings: Surroundings,
        deadline: Deadline,
    ) -> None:
        audience.begin()
        self.deadline = deadline
        self.program = program
        self.budget = budget
        self.audience = audience
        self.segment = program.segments[0] if program.segments else _NOTHING
        self.surroundings = surroundings
        self.reading = Reading(program.origin, told=self._source_broke)
        sized = is_sized(program.origin) and deadline.left() is None
        self.kernel = stream_kernel(
            self.segment,
            surroundings=surroundings,
            allowed=budget.allowed(),
            shape="sized" if sized else "counted",
            pulled=self.reading.taken if sized else None,
        )
        self.faults = self.kernel.net.faults
        items = deadline.up_to(self.reading.items)
        self.values: Generator[object] = self.kernel.over(items)
        self.drained = 0
        self.delivered = 0
        self.how: How = Complete()
        if self.reading.broke is not None:
            self.faults.append(Fault(0, 0, SOURCE, "call", self.reading.broke))

    @property
    def pulled(self) -> int:
        """How many items were pulled."""
        return self.kernel.stream.pulled()

    def _source_broke(self, broke: SourceBroke) -> None:
        """Note that one of several sources broke, and go on if that is tolerated."""
        self.faults.append(Fault(0, self.pulled, SOURCE, "call", broke))
        self.kernel.stream.over()

    def drain(self) -> list[Failed]:
        """The failure records since the last time; spends the budget on each."""
        context, pid = self.surroundings.context, self.surroundings.pid
        new = [
            Failed(fault.position, fault, context, pid)
            for fault in self.faults[self.drained :]
        ]
        if not new:
            return new
        self.drained += len(new)
        if not self.budget.spend(new):
            self.how = Overspent()
        self.audience.failed(new)
        return new

    def consume(self, sink: Taking) -> BaseException | None:
        """Run to the end, everything into ``sink``; what the sink raised."""
        try:
            sink.take(self.values)
        except Stopped:
            return None
        except SinkBroke as broke:
            self.how = Enough()
            return broke.cause
        finally:
            self.delivered = sink.taken
            self.close()
        return None

    def close(self) -> None:
        """End the run where it is, and tell what became of it."""
        self.values.close()
        self.kernel.net.close()
        self.reading.close()
        self.drain()
        if self.deadline.is_told and isinstance(self.how, Complete):
            self.how = Late(self.deadline.seconds)
        self._tell_end()

    def _tell_end(self) -> None:
        pulled = self.pulled
        net = self.kernel.net
        totals = Totals(entered=pulled, delivered=self.delivered)
        probes = zip(self.kernel.probes, self.kernel.counts(), strict=True)
        totals.probes.update(dict(probes))
        totals.arrested.update(stage for _, stage in net.arrests)
        totals.failed.update(
            fault.stage
            for fault in net.faults
            if not isinstance(fault.cause, OpenExit | SourceBroke)
        )
        found = rows(self.segment, totals)
        self.audience.end(self._row(pulled, found), found, cancelled=0, abandoned=0)

    def _row(self, pulled: int, found: dict[int, Row]) -> Row:
        if self.kernel.is_landing:
            filtered, _, *bad = self.kernel.hits()
            failed = sum(bad)
        else:
            failed = len({f.position for f in self.faults if _is_of_an_item(f, pulled)})
            filtered = sum(row.filtered for row in found.values())
        return Row(
            entered=pulled,
            out=pulled - failed - filtered,
            failed=failed,
            filtered=filtered,
            emitted=self.delivered,
        )


def _is_of_an_item(fault: Fault, pulled: int) -> bool:
    return fault.position < pulled and not isinstance(fault.cause, SourceBroke)
