"""The contexts of a run are closed together, whatever becomes of each."""

from dataclasses import dataclass
from dataclasses import field

import pytest

from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.compiler.lower import lower
from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.drive import Places
from fstream.plan.contexts import inline
from fstream.plan.contexts import threads


@dataclass
class Noted:
    """A backend that notes what it is told, and may fail to close."""

    error: BaseException | None = None
    opened: list[int] = field(default_factory=list)
    called: list[int] = field(default_factory=list)
    closed: int = 0

    def open(self, segments: tuple[Segment, ...]) -> None:
        self.opened += [segment.number for segment in segments]

    def submit(self, call: Call) -> None:
        self.called.append(call.segment)

    def dismiss(self) -> None: ...

    def watch(self) -> tuple[int, ...]:
        return ()

    def poll(self) -> list[Happening]:
        return []

    def close(self) -> None:
        self.closed += 1
        if self.error is not None:
            raise self.error


STAGES = (
    map_stage(abs) >> map_stage(abs, on=threads(1)) >> map_stage(abs, on=threads(2))
)
PROGRAM = lower((source([]) >> STAGES >> map_stage(abs) >> collect()).node, inline())


def test_each_context_has_its_own_segments_and_calls() -> None:
    backends = {inline(): Noted(), threads(1): Noted(), threads(2): Noted()}
    places = Places()
    places.open(PROGRAM, backends.__getitem__)

    for number in (3, 1, 2, 0):
        places.submit(Call(ticket=0, segment=number, items=[], keys=[], flush=None))

    assert [each.opened for each in backends.values()] == [[0, 3], [1], [2]]
    assert [each.called for each in backends.values()] == [[3, 0], [1], [2]]


def test_all_are_closed_and_the_first_mistake_is_raised() -> None:
    first, second = ValueError("first"), KeyboardInterrupt()
    backends = {inline(): Noted(first), threads(1): Noted(), threads(2): Noted(second)}
    places = Places()
    places.open(PROGRAM, backends.__getitem__)

    with pytest.raises(ValueError, match="first"):
        places.close()

    assert [each.closed for each in backends.values()] == [1, 1, 1]
