"""Deaths of workers: who is to blame, and what of their calls runs again.

Only the item in execution is blamed, once it has used up the deaths that its
stage forgives. Where nobody knows which item it was, each goes out again alone, so
that the next death knows. What is suspected goes out alone, too.
"""

from dataclasses import dataclass
from typing import final

from fstream.compiler.program import Program
from fstream.compiler.program import Segment
from fstream.compiler.shape import arresting
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.interpreter.engine.account import Account
from fstream.interpreter.engine.losses import Missing
from fstream.interpreter.engine.losses import Value
from fstream.interpreter.engine.passage import passage
from fstream.interpreter.engine.stations import SegmentStation
from fstream.interpreter.engine.stations import Slot
from fstream.interpreter.failed import Failed
from fstream.interpreter.failed import ending
from fstream.interpreter.failed import loss_value

MOST_INCIDENTS = 5


@final
@dataclass(slots=True)
class Deaths:
    """The deaths in a run.

    ``incidents`` counts those in a row that nobody is to blame for, with no answer
    in between. All workers that were there at an incident may die of it: it counts
    once. ``known`` is how many had been started by then.
    """

    program: Program
    account: Account
    incidents: int = 0
    known: int = 0

    def note(self, event: Lost) -> None:
        """Count ``event``, if it is an incident of its own."""
        is_idle = not event.open
        if is_idle or event.worker < self.known or _is_clue(event):
            return
        self.incidents += 1
        self.known = event.workers

    def note_answer(self) -> None:
        """Begin anew: workers are able to work."""
        self.incidents = 0

    def are_too_many(self) -> bool:
        """Whether there is no hope of an answer."""
        return self.incidents >= MOST_INCIDENTS

    def sorted_out(
        self, station: SegmentStation, slot: Slot, event: Lost
    ) -> list[Slot]:
        """What ``slot`` becomes: slots whose items shall go out again."""
        if event.position is None:
            is_clue = _is_clue(event)
            return station.divided(slot, slot.positions()) if is_clue else [slot]
        position = slot.positions()[event.position]
        failed = self.failed(station, slot, event, position=position)
        if not self._is_forgiven(failed, slot):
            self._blame(station.segment, slot, failed, loss=event.loss)
            return [slot]
        pieces = station.divided(slot, [position, position + 1])
        suspect = pieces[min(position, 1)]
        suspect.past = (*slot.past, ending(failed, self.program))
        return pieces

    def failed(
        self, station: SegmentStation, slot: Slot, event: Lost, *, position: int
    ) -> Failed:
        """The record of the item at ``position``, if it is to fail of this."""
        segment = station.segment
        stage = segment.stages[0] if event.stage is None else event.stage
        fault = Fault(0, position, stage, event.step, event.loss, earlier=slot.past)
        return Failed(
            index=slot.part.index(position),
            fault=fault,
            context=repr(segment.context),
            pid=event.loss.pid,
            item=slot.part.body[position],
        )

    def _is_forgiven(self, failed: Failed, slot: Slot) -> bool:
        retry = self.program.stages[failed.fault.stage].label.care.retry
        return retry is not None and len(slot.past) < retry.deaths

    def _blame(
        self, segment: Segment, slot: Slot, failed: Failed, *, loss: Loss
    ) -> None:
        fault = failed.fault
        up = arresting(segment.op, fault.stage)
        thing: Fault | Value = fault
        if up is not None and up < segment.exits:
            thing = Value((up + 1, loss_value(failed, loss, self.program)))
        passed = self.account.probed(segment, passage(segment.op, fault.stage) or ())
        slot.lost.append(Missing(fault.position, fault.stage, thing, passed))
        slot.sent = [n for n in slot.positions() if n != fault.position]


def _is_clue(event: Lost) -> bool:
    """Whether the next death will tell more: an item, or one of a call, did it."""
    return event.position is not None or (
        event.ticket is not None and event.step != "call"
    )
