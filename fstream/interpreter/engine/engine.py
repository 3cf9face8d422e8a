"""The engine: from what has happened to what to do next.

``Engine.on(event)`` is all policy of a run: what to pull and when, which chunk
goes where, in which order results are released, whose fault a worker's death
is, how many failures are tolerated, and when the run ends. It keeps no time and
touches nothing: the shell in ``drive`` acts, and tells what came of it.
"""

from typing import assert_never, final

from fstream.compiler.program import Program
from fstream.compiler.program import Segment
from fstream.compiler.shape import is_single
from fstream.compiler.shape import is_sized
from fstream.interpreter.chunk import Elapsed
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Freed
from fstream.interpreter.chunk import Lost
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.interpreter.chunk import if_due
from fstream.interpreter.engine.account import Account
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.crossing import crossed
from fstream.interpreter.engine.cuts import broken_off
from fstream.interpreter.engine.deaths import Deaths
from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Command
from fstream.interpreter.engine.events import Complete
from fstream.interpreter.engine.events import Dismiss
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import Event
from fstream.interpreter.engine.events import Expired
from fstream.interpreter.engine.events import Finish
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Late
from fstream.interpreter.engine.events import Pull
from fstream.interpreter.engine.events import Pulled
from fstream.interpreter.engine.events import Submit
from fstream.interpreter.engine.events import Taken
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.flow import items_up_to
from fstream.interpreter.engine.flow import last_index
from fstream.interpreter.engine.layout import Outlet
from fstream.interpreter.engine.layout import laid
from fstream.interpreter.engine.layout import station_of
from fstream.interpreter.engine.losses import rebased
from fstream.interpreter.engine.outgoing import Outgoing
from fstream.interpreter.engine.outgoing import outgoing
from fstream.interpreter.engine.outlook import behind
from fstream.interpreter.engine.outlook import has_room
from fstream.interpreter.engine.outlook import is_busy
from fstream.interpreter.engine.outlook import through
from fstream.interpreter.engine.outlook import wanted
from fstream.interpreter.engine.pace import Fill
from fstream.interpreter.engine.stations import SegmentStation
from fstream.interpreter.engine.stations import Slot
from fstream.interpreter.engine.stations import Station
from fstream.interpreter.failed import Failed
from fstream.interpreter.failed import error_value


@final
class Engine:
    """One run of ``program``: events in, commands out."""

    __slots__ = (
        "abandoned",
        "account",
        "budget",
        "commands",
        "deaths",
        "dismissed",
        "end",
        "ended_by",
        "entry",
        "fill",
        "has_ended",
        "is_finished",
        "is_flushed",
        "is_pulling",
        "out",
        "outlet",
        "program",
        "pulled",
        "reached",
        "slots",
        "stations",
        "tickets",
        "waits",
    )

    def __init__(self, program: Program, account: Account, budget: Budget) -> None:
        self.program = program
        self.account = account
        self.budget = budget
        self.pulled = 0
        self.reached = 0
        self.commands: list[Command] = []
        self.waits: list[Command] = []  # from the first one on which the caller waits
        self.stations: list[SegmentStation] = []
        self.outlet = Outlet()
        self.entry: Station = laid(program.line, self.outlet, self._station)
        self.stations.reverse()
        self.slots: dict[int, tuple[SegmentStation, Slot]] = {}
        self.tickets = 0
        self.deaths = Deaths(program, account)
        self.dismissed: set[int] = set()
        self.abandoned = 0
        self.fill = Fill()
        self.out: Outgoing | None = None
        self.is_pulling = False
        self.has_ended = False
        self.end: int | None = None
        self.ended_by = -1
        self.is_flushed = False
        self.is_finished = False

    @property
    def counted(self) -> int:
        """How many of the pulled items count: those up to the end."""
        return self.pulled if self.end is None else self.end

    def start(self) -> list[Command]:
        """The first commands."""
        return self._advanced()

    def on(self, event: Event) -> list[Command]:
        """What to do now that ``event`` has happened."""
        if self.is_finished:
            return []
        match event:
            case Pulled():
                self._pulled(event)
            case Freed(ticket) if ticket in self.slots:
                station, slot = self.slots[ticket]
                station.free(slot)
            case Freed():  # the run has ended before it
                pass
            case Returned():
                self._returned(event)
            case Lost():
                self._lost(event)
            case Elapsed(stage):
                if not self.has_ended:  # or it is asked for anyway
                    self._flush(if_due(stage))
            case Taken(count, is_enough):
                self._taken(count, is_enough=is_enough)
            case Expired(seconds):
                self._finish_after_out(Late(seconds))
            case _:
                assert_never(event)
        return self._advanced()

    # ---- laying out

    def _station(self, segment: Segment, after: Station) -> SegmentStation:
        station = station_of(segment, after, self._submit)
        self.stations.append(station)
        return station

    def _submit(self, station: SegmentStation, slot: Slot) -> None:
        self.tickets += 1
        self.slots[self.tickets] = (station, slot)
        commands = self.waits if station.is_paced else self.commands
        commands.append(Submit(station.call(slot, self.tickets)))

    # ---- what has happened

    def _pulled(self, event: Pulled) -> None:
        self.is_pulling = False
        self.fill.learn(len(event.items), event.elapsed_ns)
        start = self.pulled
        self.pulled += len(event.items)
        if self.end is not None:  # these come after it
            return
        if event.items:
            keys = range(start, self.pulled)
            self.entry.push(Chunk(body=event.items, keys=keys, scope=None))
        if event.broke is not None:
            self.entry.push(broken_off(self.pulled, event.broke))
        if event.has_ended:
            self.has_ended = True
            if not self.program.ends:
                self._flush_all()

    def _flush_all(self) -> None:
        """Have the stages that hold items give them, but for those before the end."""
        self.is_flushed = True
        for number in self.program.flushes:
            if number > self.ended_by:
                self._flush(number)

    def _flush(self, flush: int) -> None:
        """Have a stage give what it holds, behind all that was pulled so far."""
        after = range(self.counted, self.counted + 1)
        self.entry.push(Chunk(body=[], keys=after, scope=None, flush=flush))

    def _returned(self, event: Returned) -> None:
        self.deaths.note_answer()
        if event.ticket not in self.slots:  # the run has ended before it
            return
        station, slot = self.slots.pop(event.ticket)
        items = len(slot.part.body) if slot.sent is None else len(slot.sent)
        station.pace.learn(
            items, event.service_ns, event.size, overhead_ns=event.overhead_ns
        )
        reply = event.reply
        if not reply.probes:  # nothing of it could be executed
            reply.probes = self.account.no_probes(station.segment)
        if any(fault.step != "call" for fault in reply.faults):
            reply = self._crossed(station.segment, slot, event)
        self._answered(station, slot, reply, pid=event.pid)

    def _crossed(self, segment: Segment, slot: Slot, event: Returned) -> Reply:
        def value(fault: Fault) -> object:
            index = slot.index(fault.position)
            failed = Failed(index, fault, repr(segment.context), event.pid)
            return error_value(failed, self.program)

        return crossed(event.reply, segment, value)

    def _answered(
        self, station: SegmentStation, slot: Slot, reply: Reply, *, pid: int
    ) -> None:
        if slot.sent is not None:
            shift = 0 if is_single(station.segment.op) else 32
            reply = rebased(reply, slot.sent, slot.lost, shift=shift)
        if reply.cut is not None:
            self._cut(station, slot, reply.cut)
        context = repr(station.segment.context)
        station.answer(slot, reply, context=context, pid=pid)

    def _cut(self, station: SegmentStation, slot: Slot, cut: tuple[int, int]) -> None:
        """End the source with an item, as a stage says."""
        position, by = cut
        # What stages hold comes after all items, with the index behind the last.
        self.end = min(slot.part.index(position) + 1, self.counted)
        self.ended_by = max(self.ended_by, by)
        self.has_ended = True
        for each in behind(self.stations, self.program.line, end=station):
            each.drop()
        # What was dropped has no slot any more that an answer could be for.
        self.slots = {n: at for n, at in self.slots.items() if at[0].slots}

    def _lost(self, event: Lost) -> None:
        """Blame the item in execution; all others go out again."""
        self.deaths.note(event)
        self.abandoned += event.is_abandoned
        for ticket in event.open:
            if ticket not in self.slots:  # the run has ended before it
                continue
            station, slot = self.slots.pop(ticket)
            if self.deaths.are_too_many():
                self._give_up(station, slot, event)
                return
            is_executing = ticket == event.ticket
            slots = self.deaths.sorted_out(station, slot, event) if is_executing else []
            for each in slots or [slot]:
                self._sent_again(station, each, pid=event.loss.pid)

    def _sent_again(self, station: SegmentStation, slot: Slot, *, pid: int) -> None:
        if slot.sent == []:
            nothing = Reply([], [], [], self.account.no_probes(station.segment), [])
            self._answered(station, slot, nothing, pid=pid)
        else:
            self._submit(station, slot)

    def _give_up(self, station: SegmentStation, slot: Slot, event: Lost) -> None:
        """End the run, as soon as the consumer has taken what it was given."""
        position = slot.positions()[0]
        how = Barren(self.deaths.failed(station, slot, event, position=position))
        self._finish_after_out(how)

    def _finish_after_out(self, how: How) -> None:
        if self.out is None:
            self._finish(how)
        else:
            self.out.how = self.out.how or how

    def _taken(self, count: int, *, is_enough: bool) -> None:
        out, self.out = self.out, None
        if out is None:
            if is_enough:
                self._finish(Enough())
            return
        if is_enough or out.how is not None:
            if count:
                self.reached = min(items_up_to(out.chunk, count - 1), self.counted)
            self.account.cut(out.chunk, count)
            self._finish(Enough() if is_enough else out.how or Complete())
        else:
            self._settle(out.chunk)

    def _settle(self, chunk: Chunk) -> None:
        self.account.release(chunk)
        self.reached = min(max(self.reached, last_index(chunk) + 1), self.counted)

    # ---- what to do next

    def _advanced(self) -> list[Command]:
        if self.has_ended and not self.is_finished:
            if not self.is_flushed and not is_busy(self.stations):
                self._flush_all()
            if self.is_flushed:
                numbers = set(through(self.stations)) - self.dismissed
                self.dismissed |= numbers
                (self.waits or self.commands).extend(map(Dismiss, sorted(numbers)))
        if not self.is_finished and not self._fills_first():
            self._release_next()
        if not self.is_finished and self.out is None:
            self._pull_or_end()
        commands = self.commands if self.is_finished else self.commands + self.waits
        self.commands, self.waits = [], []
        return commands

    def _fills_first(self) -> bool:
        """Whether workers get work before the consumer gets what is ready.

        Otherwise they would wait while it is busy. A source that may wait comes last.
        """
        is_pulling = self.is_pulling or self.has_ended or self.out is not None
        if is_pulling or not self.outlet.chunks or not is_sized(self.program.origin):
            return False
        return has_room(self.stations)

    def _release_next(self) -> None:
        while self.out is None and self.outlet.chunks:
            chunk = self.outlet.chunks.popleft()
            if not chunk.size():
                self._settle(chunk)
                continue
            self.out = outgoing(chunk, self.budget)
            self.commands.append(self.out.release())

    def _pull_or_end(self) -> None:
        if self.has_ended:
            is_through = not (is_busy(self.stations) or self.outlet.chunks)
            if self.is_flushed and is_through:
                self.reached = self.counted
                self._finish(Complete())
        elif not self.is_pulling and has_room(self.stations):
            self.is_pulling = True
            most = wanted(self.stations, pulled=self.pulled, length=self.budget.length)
            self.commands.append(Pull(self.fill.most(most)))

    def _finish(self, how: How) -> None:
        self.is_finished = True
        self.commands.append(Finish(how))
