"""The judge: compares what came of a round with what its stages noted.

What a round must show: every item has one outcome, in order. An item fails only if
that was planned, or if its worker ended while it was executed and nobody else was
executed there after it. Nothing is executed twice but what a worker had not yet
handed over when it ended: the last things that it executed.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

from fstream import Row
from fstream import StageFailure
from fstream import StageReport
from fstream import TimedOut
from fstream import WorkerLost
from tests.soak.plans import Round
from tests.soak.running import Came
from tests.soak.running import Observed
from tests.soak.shots import Shot

CLOSING = 2.0
AGONY = 200_000_000
MOST_DEATHS = 5


@final
@dataclass(frozen=True, slots=True)
class Line:
    """What a stage noted."""

    what: str
    stage: str
    unit: int
    time: int
    pid: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known of a round."""

    drawn: Round
    seen: Observed
    lines: Mapping[int, Sequence[Line]]
    shots: Sequence[Shot]
    own: int

    @cached_property
    def begun(self) -> Mapping[int, Sequence[Line]]:
        """What each process began, in its order."""
        return {
            pid: [line for line in lines if line.what == "B"]
            for pid, lines in self.lines.items()
        }

    @cached_property
    def dead(self) -> frozenset[int]:
        """The processes that ended before their time."""
        shot = {shot.pid for shot in self.shots if shot.kind == "killed"}
        ended = {
            pid
            for pid, lines in self.lines.items()
            if any(line.what == "D" for line in lines)
        }
        late = {
            came.failed.pid
            for came in self.seen.came
            if isinstance(came.failed, TimedOut)
        }
        hung = {
            pid
            for pid, begun in self.begun.items()
            if begun and self.drawn.faults.get(begun[-1].unit) == "hang"
        }
        return frozenset({*shot, *ended, *late, *hung, *self._orphaned()})

    @cached_property
    def stopped(self) -> frozenset[int]:
        """The processes that were stopped for a while."""
        return frozenset(shot.pid for shot in self.shots if shot.kind == "stopped")

    def _orphaned(self) -> Iterator[int]:
        times = [shot.time for shot in self.shots if shot.kind == "nursery killed"]
        for pid, lines in self.lines.items():
            # They follow their nursery, but not in no time.
            begun = lines[0].time if lines else 0
            if pid != self.own and any(t + AGONY > begun for t in times):
                yield pid


def lines_in(folder: Path) -> dict[int, list[Line]]:
    """Read what the stages noted, process by process."""
    return {int(path.stem): _read(path) for path in folder.glob("*.log")}


def _read(path: Path) -> list[Line]:
    words = [line.split() for line in path.read_text().splitlines()]
    pid = int(path.stem)
    return [Line(w[0], w[1], int(w[2]), int(w[3]), pid) for w in words]


def judged(known: Evidence) -> Iterator[str]:
    """Say all that is wrong."""
    yield from known.seen.wrong
    yield from _order(known)
    for came in known.seen.came:
        yield from _value(known, came) if came.failed is None else _failure(known, came)
    yield from _executions(known)
    yield from _ledger(known)
    if known.seen.seconds_to_close > CLOSING:
        yield f"closing took {known.seen.seconds_to_close:.1f} s"


def _order(known: Evidence) -> Iterator[str]:
    gave_up = has_given_up(known)
    if known.seen.ended_by is not None:
        if not gave_up:
            yield f"the run failed: {known.seen.ended_by}"
        return
    came = known.seen.came
    units = [each.unit for each in came[: -1 if gave_up else None]]
    is_whole = known.seen.is_whole and not gave_up
    expected = range(known.drawn.units if is_whole else len(units))
    if units != [*expected]:
        missing = sorted({*expected} - {*units})
        at = next((n for n, unit in enumerate(units) if n != unit), len(units))
        yield (
            f"{len(units)} outcomes for {len(expected)} units, wrong from {at} on: "
            f"{units[at : at + 10]}, missing {missing[:10]}"
        )


def _value(known: Evidence, came: Came) -> Iterator[str]:
    drawn, unit = known.drawn, came.unit
    if drawn.faults.get(unit) in {"raise", "kill", "exit", "hang"}:
        yield f"unit {unit} was to {drawn.faults[unit]}, and did not fail"
    first = unit * drawn.group
    if [item.number for item in came.items] != [*range(first, first + drawn.group)]:
        yield f"unit {unit} holds {[item.number for item in came.items]}"
    for item in came.items:
        if item.marks != drawn.marks(unit):
            yield f"unit {unit} has the marks {item.marks}"
        if item.payload != bytes([item.number % 256]) * drawn.weight:
            yield f"unit {unit} came back spoiled"


def _failure(known: Evidence, came: Came) -> Iterator[str]:
    failed, fault = came.failed, known.drawn.faults.get(came.unit)
    match failed:
        case StageFailure():
            if fault != "raise" or "refuses" not in failed.message:
                yield f"unit {came.unit} failed for no reason: {failed}"
        case WorkerLost():
            if failed.pid not in known.dead and not _is_orphan(known, failed):
                yield f"unit {came.unit} lost a worker that nobody ended: {failed}"
            yield from _blame(known, came.unit, failed)
        case TimedOut():
            if fault != "hang" and failed.pid not in known.stopped:
                yield f"unit {came.unit} timed out for no reason: {failed}"
            yield from _blame(known, came.unit, failed)


def _is_orphan(known: Evidence, lost: WorkerLost) -> bool:
    """Whether it went with its nursery, before it noted anything."""
    is_known = lost.exit_code is not None or lost.signal is not None
    return not is_known and any(shot.kind == "nursery killed" for shot in known.shots)


def has_given_up(known: Evidence) -> bool:
    """Whether the run may have ended for its workers died faster than they worked."""
    if known.seen.ended_by is not None:
        return _deaths_since(known, 0) >= MOST_DEATHS
    came = known.seen.came
    if len(came) == known.drawn.units or not known.seen.is_whole or not came:
        return False
    if not isinstance(came[-1].failed, WorkerLost):
        return False
    shown = {each.unit for each in came[:-1]}
    lines = [line for lines in known.lines.values() for line in lines]
    last = max((n.time for n in lines if n.what == "E" and n.unit in shown), default=0)
    return _deaths_since(known, last) >= MOST_DEATHS


def _deaths_since(known: Evidence, moment: int) -> int:
    widths = sum(getattr(context, "width", 1) for context in known.drawn.contexts)
    deaths = {"killed": 1, "stopped": 0, "nursery killed": widths}
    shot = sum(deaths[shot.kind] for shot in known.shots if shot.time > moment)
    lines = [line for lines in known.lines.values() for line in lines]
    return shot + sum(n.what == "D" and n.time > moment for n in lines)


def _blame(known: Evidence, unit: int, failed: WorkerLost | TimedOut) -> Iterator[str]:
    """Only what a worker executed last can be its end, or what spoilt its answers."""
    if known.drawn.faults.get(unit) == "garbage":
        return
    begun = [(line.stage, line.unit) for line in known.begun.get(failed.pid, ())]
    thing = (failed.stage, unit)
    after = begun[begun.index(thing) + 1 :] if thing in begun else []
    if any(other != unit for _, other in after):
        units = [other for _, other in after]
        yield f"unit {unit} is blamed for {failed.pid}, which executed {units[:10]}"


def _executions(known: Evidence) -> Iterator[str]:
    by_thing: dict[tuple[str, int], list[Line]] = {}
    for lines in known.begun.values():
        for line in lines:
            by_thing.setdefault((line.stage, line.unit), []).append(line)
    again: dict[int, set[tuple[str, int]]] = {}
    for (stage, unit), lines in by_thing.items():
        lines.sort(key=lambda line: line.time)
        if len(lines) > 1 and known.drawn.delivery == "at_most_once":
            yield f"unit {unit} was executed {len(lines)} times in {stage}"
        for line in lines[:-1]:
            again.setdefault(line.pid, set()).add((stage, unit))
            if line.pid not in known.dead:
                yield f"unit {unit} ran again in {stage}, and {line.pid} had not ended"
    for pid, things in again.items():
        yield from _tail(known, pid, things)
    yield from _unexecuted(known, by_thing)


def _tail(known: Evidence, pid: int, again: set[tuple[str, int]]) -> Iterator[str]:
    """What ran again must be the last that a worker did."""
    begun = known.begun[pid]
    first = next(n for n, line in enumerate(begun) if (line.stage, line.unit) in again)
    failed = {came.unit for came in known.seen.came if came.failed is not None}
    shown = {came.unit for came in known.seen.came}
    kept = [
        line.unit
        for line in begun[first:]
        if (line.stage, line.unit) not in again
        and line.unit in shown
        and line.unit not in failed
    ]
    if kept:
        yield f"{pid} had handed over {kept[:10]} before what ran again: {begun[first]}"


def _unexecuted(
    known: Evidence, by_thing: Mapping[tuple[str, int], object]
) -> Iterator[str]:
    for came in known.seen.came:
        if came.failed is None:
            for stage in known.drawn.marks(came.unit):
                if (stage, came.unit) not in by_thing:
                    yield f"unit {came.unit} never was in {stage}"


def _ledger(known: Evidence) -> Iterator[str]:
    report = known.seen.report
    rows: Iterable[Row | StageReport] = (report.run, *report.stages)
    for row in rows:
        if row.entered != row.out + row.failed + row.filtered:
            yield f"does not add up: {row}"
    if not known.seen.is_whole or known.drawn.group > 1 or has_given_up(known):
        return
    failed = sum(came.failed is not None for came in known.seen.came)
    is_handled = known.drawn.shape in {"attempted", "caught"}
    expected = (known.drawn.count, 0 if is_handled else failed)
    if (report.run.entered, report.run.failed) != expected:
        yield f"{report.run} for {expected[0]} items of which {expected[1]} failed"
