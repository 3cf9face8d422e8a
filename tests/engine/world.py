"""An invented world round an engine: it answers commands in any legal order.

The next event is chosen by one number from a list; 0 is what a quick and
faithful machine would do, and when the list is used up only that happens.
"""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from itertools import chain
from itertools import repeat
from typing import TypeAlias

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Leaf
from fstream.compiler.program import Op
from fstream.compiler.program import Program
from fstream.compiler.program import Segment
from fstream.compiler.program import Seq
from fstream.compiler.shape import is_single
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Freed
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.interpreter.engine.account import Account
from fstream.interpreter.engine.bounds import window
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.deaths import MOST_INCIDENTS
from fstream.interpreter.engine.engine import Engine
from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Command
from fstream.interpreter.engine.events import Dismiss
from fstream.interpreter.engine.events import Event
from fstream.interpreter.engine.events import Finish
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Pull
from fstream.interpreter.engine.events import Pulled
from fstream.interpreter.engine.events import Release
from fstream.interpreter.engine.events import Submit
from fstream.interpreter.engine.events import Taken
from fstream.interpreter.engine.pace import MOST_ITEMS
from fstream.interpreter.engine.pace import WIDER
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.interpreter.kernel import chunk_probes
from fstream.interpreter.reading import Reading
from fstream.plan.contexts import Forks
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Processes
from fstream.result.errors import Step
from tests.engine.law import Thing
from tests.engine.law import thing_of
from tests.engine.plans import Script
from tests.engine.plans import told

Visit: TypeAlias = tuple[str, str, int, int]
QUICK, SLOW = 1_000, 20_000_000
SIZES = (100, 100_000)
PULLING = (QUICK, SLOW)
MOST_STEPS = 5_000
_EACH = 4  # of so many calls one is free before its answer is read


@dataclass(frozen=True)
class Schedule:
    """What the world does: ``choices`` of events, and when the consumer stops.

    Chunks begin with ``pace`` items, work takes one of the times ``service``, and
    call ``straggler`` is answered last. The consumer keeps ``keeps`` things at most
    of the release that it stops in. The source says that it has ``length`` items,
    true or not.
    """

    choices: tuple[int, ...] = ()
    closes_after: int | None = None
    tolerate: int | None = None
    kills: str = "none"
    pace: int = 1
    straggler: int = 0
    keeps: int = 1
    length: int | None = None
    service: tuple[int, ...] = (QUICK,)


def new_engine_for(program: Program, schedule: Schedule) -> Engine:
    length = schedule.length
    engine = new_engine(program, tolerate=schedule.tolerate, length=length)
    for station in engine.stations:
        station.pace.size = schedule.pace
    return engine


def new_engine(
    program: Program, *, tolerate: int | None, length: int | None = None
) -> Engine:
    probes = tuple(chunk_probes(segment) for segment in program.segments)
    return Engine(program, Account(program, probes), Budget(tolerate, length))


@dataclass
class World:
    """One run of ``program`` in a world that keeps to ``schedule``."""

    program: Program
    script: Script
    schedule: Schedule
    events: list[Event] = field(default_factory=list)
    commands: list[list[Command]] = field(default_factory=list)
    released: list[Thing] = field(default_factory=list)
    pulls: list[tuple[int, int, int]] = field(default_factory=list)
    blamed: set[int] = field(default_factory=set)
    open: dict[int, Call] = field(default_factory=dict)
    freed: set[int] = field(default_factory=set)
    dismissed: set[int] = field(default_factory=set)
    pull: Pull | None = None
    release: Release | None = None
    how: How | None = None
    deaths: int = 0
    divided: int = 0
    is_exact: bool = True
    is_mid_item: bool = False
    pulled: int = 0

    def __post_init__(self) -> None:
        self.engine = new_engine_for(self.program, self.schedule)
        self.reading = Reading(self.program.origin)
        self.choices = chain(self.schedule.choices, repeat(0))
        self.segments = {segment.number: segment for segment in self.program.segments}
        self.page = memoryview(bytearray(32)).cast("Q")
        self.kernels = {
            segment.number: self._kernel(segment) for segment in self.program.segments
        }

    def _kernel(self, segment: Segment) -> ChunkKernel:
        here = Surroundings(
            context=repr(segment.context), pid=7, clock=lambda: 0.0, pause=abs
        )
        is_remote = isinstance(segment.context, Processes | Forks)
        return chunk_kernel(
            segment, surroundings=here, recorder=self.page if is_remote else None
        )

    # ---- running

    def run(self) -> "World":
        """Go on to the end; a world that has nothing left to do is stuck."""
        self._obey(self.engine.start())
        closes_after = self.schedule.closes_after
        for step in range(MOST_STEPS):
            if self.how is not None:
                return self
            if closes_after is not None and step >= closes_after:
                self._close()
                continue
            legal = self._legal()
            assert legal, "everything is answered, and the run has not ended"
            self._chosen(legal)()
        raise AssertionError("the run does not end")

    def _chosen(self, things: Sequence[object]) -> object:
        return things[next(self.choices) % len(things)]

    def _legal(self) -> list[Callable[[], None]]:
        """What may happen next; the first is what brings the run on."""
        legal: list[Callable[[], None]] = []
        if self.release is not None:
            legal.append(self._take)
        legal += [partial(self._answer, call) for call in self._answerable()]
        if self.pull is not None:
            legal.append(self._pull)
        straggler = self.open.get(self.schedule.straggler)
        if not legal and straggler is not None:
            legal.append(partial(self._answer, straggler))
        if self.schedule.kills != "none":
            losable = [c for c in self.open.values() if self._is_losable(c)]
            legal += [partial(self._die, call) for call in losable]
            legal += [partial(self._die_idle, call) for call in losable[:1]]
            legal += [partial(self._die_always, call) for call in losable[:1]]
            puzzling = [call for call in losable if len(call.items) > 1]
            legal += [partial(self._die_unclear, call) for call in puzzling[:2]]
        return legal

    def _answerable(self) -> list[Call]:
        """All calls but the straggler; a thread has one after the other."""
        calls = {call.segment: call for call in reversed(self.open.values())}
        return [
            call
            for call in self.open.values()
            if call.ticket != self.schedule.straggler
            and (self._context(call) != Inline() or calls[call.segment] is call)
        ]

    def _freeable(self) -> list[Call]:
        """Some calls whose answers have come in, and are not yet read.

        Which they are is no choice: choices are few, and wanted for what goes wrong.
        """
        answered = (call for call in self._answerable() if self._is_losable(call))
        return [call for call in answered if call.ticket % _EACH == 0]

    def _context(self, call: Call) -> object:
        return self.segments[call.segment].context

    def _is_losable(self, call: Call) -> bool:
        is_remote = isinstance(self._context(call), Processes | Forks)
        return is_remote and call.ticket not in self.freed

    # ---- what happens

    def _take(self) -> None:
        assert self.release is not None
        self._taken(len(self._things(self.release)), is_enough=False)

    def _close(self) -> None:
        things = [] if self.release is None else self._things(self.release)
        count = min(self.schedule.keeps, len(things))
        self.is_mid_item = not count  # somewhere between two things
        self._taken(count, is_enough=True)

    def _taken(self, count: int, *, is_enough: bool) -> None:
        if self.release is not None:
            self.released += self._things(self.release)[:count]
        self.release = None
        self._tell(Taken(count, is_enough=is_enough))

    def _things(self, release: Release) -> list[Thing]:
        things: list[Thing] = [Thing(told(value)) for value in release.values]
        for number, (pos, failed) in enumerate(release.failures):
            things.insert(pos + number, thing_of(failed, self.program))
        return things

    def _pull(self) -> None:
        assert self.pull is not None
        most, self.pull = self.pull.most, None
        items, broke = self.reading.pull(most)
        self.pulled += len(items)
        has_ended = len(items) < most and not self.reading.goes_on
        self._tell(
            Pulled(items, self._chosen(PULLING), has_ended=has_ended, broke=broke)
        )

    def _free(self, call: Call) -> None:
        self.freed.add(call.ticket)
        self._tell(Freed(call.ticket))

    def _answer(self, call: Call) -> None:
        for each in self._freeable():
            self._free(each)
        del self.open[call.ticket]
        self.deaths = 0
        service, size = self._chosen(self.schedule.service), self._chosen(SIZES)
        self._tell(Returned(call.ticket, self._executed(call), service, size, 7))

    def _executed(self, call: Call) -> Reply:
        self.script.page = self.page
        self.script.calls.clear()
        return self.kernels[call.segment](
            call.items, call.keys, call.flush, past=call.past
        )

    # ---- what goes wrong

    def _die(self, call: Call) -> None:
        """End the worker that executes ``call``, in a function of an item of it."""
        self._executed(call)
        segment = self.segments[call.segment]
        calls = [each for each in self.script.calls if self._is_fair(segment, each)]
        if not calls:
            self._die_idle(call)
            return
        name, text, position, stage = self._chosen(calls)
        self.blamed.add(call.keys[position])
        self.script.killed.add((name, text))
        is_alone = len(segment.stages) == 1
        number = None if is_alone else stage
        known = segment.stages[0] if is_alone else stage
        entry = self.program.stages[known]
        assert entry.label.name == name or entry.kind == "route"  # its guard is called
        self.is_exact = self.is_exact and has_one_way(segment.op)
        self._lose(call, position=position, stage=number)

    def _is_fair(self, segment: Segment, made: Visit) -> bool:
        """Whether inline, raising in this call would come to the same."""
        name, text, position, _ = made
        if "<lost" in text:  # what is lost looks alike
            return False
        if self.schedule.kills == "any" or is_single(segment.op):
            return True
        first = next(c for c in self.script.calls if c[2] == position)
        is_first = self.program.stages[segment.stages[0]].label.name == name
        return is_first and first[:2] == (name, text)

    def _die_always(self, call: Call) -> None:
        """End one worker after the other, whatever the run tries."""
        for _ in range(MOST_INCIDENTS):
            self._die_idle(call)
            if self.deaths >= MOST_INCIDENTS:
                return
            call = next(c for c in self.open.values() if self._is_losable(c))

    def _die_idle(self, call: Call) -> None:
        self._lose(call, position=None, stage=None)

    def _die_unclear(self, call: Call) -> None:
        """End a worker while it moves the items of a call: one of them did it."""
        self.divided += len(call.items) - 1
        self._lose(call, position=None, stage=None, step="encode")

    def _lose(
        self,
        call: Call,
        *,
        position: int | None,
        stage: int | None,
        step: Step = "call",
    ) -> None:
        context = self._context(call)
        losable = [c for c in self.open.values() if self._is_losable(c)]
        others = [c for c in losable if self._context(c) == context]
        several = next(self.choices)
        lost = [c for c in others if c is call or several >> c.ticket % 8 & 1]
        is_clue = position is not None or step != "call"
        self.deaths += not is_clue
        ticket = None if not is_clue and several & 1 else call.ticket
        tickets = tuple(c.ticket for c in lost)
        for number in tickets:
            del self.open[number]
        left = {c.ticket: list(c.items) for c in lost}
        if position is not None:
            del left[call.ticket][position]
        loss = Loss(
            exit_code=None, signal="SIGKILL", pid=7, started=position is not None
        )
        before = set(self.open)
        self._tell(
            Lost(
                open=tickets,
                ticket=ticket,
                position=position,
                stage=stage,
                loss=loss,
                step=step,
            )
        )
        if self.engine.end is not None:  # what comes after it is not sent again
            return
        if self.deaths >= MOST_INCIDENTS:
            assert isinstance(self.how, Barren) or self.release is not None
            return
        assert self.how is None
        again = [(c.segment, c.items) for n, c in self.open.items() if n not in before]
        for each in lost:
            items = left[each.ticket]
            is_unclear = each is call and step != "call"
            parts = [[item] for item in items] if is_unclear else [items]
            for part in parts:
                assert not part or (each.segment, part) in again

    # ---- what the engine wants

    def late_events(self) -> list[Event]:
        """What may still come when the run has ended."""
        late: list[Event] = [
            Returned(call.ticket, self._executed(call), 1, 1, 7)
            for call in self.open.values()
            if self._context(call) != Inline()
        ]
        return [
            *late,
            Pulled([], 1, has_ended=True, broke=None),
            Taken(0, is_enough=True),
        ]

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        self._obey(self.engine.on(event))

    def _obey(self, commands: list[Command]) -> None:
        self.commands.append(commands)
        for command in commands:
            assert self.how is None, "a command after the end"
            match command:
                case Pull():
                    self._asked(command)
                case Submit(call):
                    self._submitted(call)
                case Dismiss(segment):
                    assert segment not in self.dismissed, "dismissed twice"
                    self.dismissed.add(segment)
                case Release():
                    assert self.release is None, "two releases at once"
                    assert self._things(command), "an empty release"
                    self.release = command
                case Finish(how):
                    assert self.release is None, "the end, before all was taken"
                    self.how = how

    def _asked(self, pull: Pull) -> None:
        assert self.pull is None, "two pulls at once"
        assert 1 <= pull.most <= self._most_items()
        self.pull = pull
        self.pulls.append((self.pulled, len(self.released), pull.most))

    def _most_items(self) -> int:
        places = {segment.context for segment in self.program.segments}
        has_copies = any(isinstance(place, Forks) for place in places)
        return MOST_ITEMS * (WIDER if has_copies else 1)

    def _submitted(self, call: Call) -> None:
        assert call.ticket not in self.open
        assert call.segment not in self.dismissed
        assert call.items or call.flush is not None, "a call for nothing"
        assert len(call.items) <= self._most_items()
        assert len(call.keys) == (len(call.items) or 1)  # what is flushed has a key
        self.open[call.ticket] = call
        at_work = sum(
            c.segment == call.segment
            for c in self.open.values()
            if c.ticket not in self.freed
        )
        most = window(self.segments[call.segment].context).quick
        assert at_work <= most + self.divided


def has_one_way(op: Op) -> bool:
    """Whether it is known how an item has come to the stage where it is."""
    match op:
        case Leaf():
            return True
        case Seq(ops):
            steps = [part.body if isinstance(part, Arrest) else part for part in ops]
            before = all(isinstance(step, Leaf) for step in steps[:-1])
            return before and all(map(has_one_way, ops))
        case Branch(arms=arms):
            return all(map(has_one_way, arms))
        case Arrest(body):
            return has_one_way(body)
        case _:
            return False
