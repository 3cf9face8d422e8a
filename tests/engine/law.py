"""What a plan means: its inline run, cut where another run has ended."""

import re
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from fstream import Row
from fstream.compiler.program import Program
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.deadline import Deadline
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.failed import Failed
from fstream.interpreter.inline_run import InlineRun
from fstream.interpreter.kernel import Stopped
from fstream.interpreter.kernel import Surroundings
from tests.engine.plans import sentence
from tests.engine.plans import told

HERE = Surroundings(context="inline()", pid=1, clock=lambda: 0.0, pause=abs)


@dataclass(frozen=True)
class Thing:
    """A result, or a failure record of item ``index``."""

    text: str
    index: int | None = None

    @property
    def item(self) -> int:
        """The first source item that it came of."""
        if self.index is not None:
            return self.index
        return int(re.findall(r"#(\d+)", self.text)[0])


@dataclass(frozen=True)
class Told:
    """What came of a run, and its ledger."""

    things: tuple[Thing, ...]
    run: Row
    rows: Mapping[int, Row]


def thing_of(failed: Failed, program: Program) -> Thing:
    """A failure record, told without where it happened."""
    match failed.fault.cause:
        case OpenExit(value):
            text = f"open {told(value)}"
        case SourceBroke(error):
            return Thing(f"source: {error.message}", failed.index)
        case Loss():
            text = "lost"
        case cause if cause.error.kind.endswith("KilledError"):
            text = "lost"
        case cause:
            text = f"{sentence(cause.error.message)} {told(cause.held)}"
    return Thing(
        f"{text} {program.stages[failed.fault.stage].label.name}", failed.index
    )


class Hearing:
    """An audience that keeps what it is told at the end."""

    run = Row()
    rows: Mapping[int, Row] = {}

    def begin(self) -> None: ...

    def failed(self, records: Sequence[Failed]) -> None: ...

    def end(
        self, run: Row, rows: Mapping[int, Row], *, cancelled: int, abandoned: int
    ) -> None:
        self.run, self.rows = run, rows


def meaning(program: Program, *, tolerate: int | None) -> Told:
    """All that an inline run gives, up to the failure that is one too many."""
    return _run(program, tolerate=tolerate, values=None)


def meaning_cut(program: Program, kept: int) -> Told:
    """What an inline run gives that ends after ``kept`` things."""
    things = meaning(program, tolerate=None).things[:kept]
    failures = sum(thing.index is not None for thing in things)
    if not things:
        return Told((), Row(), {})
    if things[-1].index is not None:
        return _run(program, tolerate=failures - 1, values=None)
    return _run(program, tolerate=None, values=kept - failures)


def _run(program: Program, *, tolerate: int | None, values: int | None) -> Told:
    hearing = Hearing()
    run = InlineRun(
        program,
        Budget(tolerate, None),
        audience=hearing,
        surroundings=HERE,
        deadline=Deadline(None),
    )
    things: list[Thing] = []

    def drain() -> None:
        things.extend(thing_of(failed, program) for failed in run.drain())

    with suppress(Stopped):
        for value in run.values:
            drain()
            run.delivered += 1
            things.append(Thing(told(value)))
            if run.delivered == values:
                break
    drain()
    run.close()
    return Told(tuple(things), hearing.run, hearing.rows)


def is_whole(row: Row) -> bool:
    """Whether each item that entered has one outcome."""
    outcomes = (row.out, row.failed, row.filtered)
    return row.entered == sum(outcomes) and min(*outcomes, row.emitted, row.exits) >= 0


def difference(rows: Mapping[int, Row], others: Mapping[int, Row]) -> list[str]:
    """The stages whose rows differ, each with both rows."""
    return [
        f"{number}: {rows.get(number, Row())} {others.get(number, Row())}"
        for number in sorted({*rows, *others})
        if rows.get(number, Row()) != others.get(number, Row())
    ]
