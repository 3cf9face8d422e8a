"""The ledger: what became of the items, per stage and for the run.

Kernels count only what cannot be derived; here the rest follows. For a stage,
``entered = out + failed + filtered``: an item failed if the stage raised, else
it is out if it gave something, else it was filtered. An item in progress when
the run ends is out, since it has given the last thing that counts.
"""

from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import assert_never, final

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Copy
from fstream.compiler.program import Handle
from fstream.compiler.program import Leaf
from fstream.compiler.program import Op
from fstream.compiler.program import Replicate
from fstream.compiler.program import Scatter
from fstream.compiler.program import Segment
from fstream.compiler.program import Seq
from fstream.compiler.program import Ways
from fstream.compiler.shape import derived_filter
from fstream.compiler.shape import numbers
from fstream.interpreter.kernel.template import Probe
from fstream.interpreter.kernel.template import What
from fstream.interpreter.row import Row
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Wrap
from fstream.plan.rules import Distinct
from fstream.plan.rules import Drop
from fstream.plan.rules import GroupBy
from fstream.plan.rules import LimitRate
from fstream.plan.rules import Rule
from fstream.plan.rules import Scan
from fstream.plan.rules import ScanBy
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile


@final
@dataclass(slots=True)
class Totals:
    """What was counted of one segment."""

    entered: int = 0
    delivered: int = 0
    probes: Counter[Probe] = field(default_factory=Counter[Probe])
    failed: Counter[int] = field(default_factory=Counter[int])
    arrested: Counter[int] = field(default_factory=Counter[int])
    stranded: Counter[int] = field(default_factory=Counter[int])


def rows(segment: Segment, totals: Totals) -> dict[int, Row]:
    """What became of the items in each stage of ``segment``."""
    reading = _Reading(totals, derived_filter(segment.op, segment.exits), {}, set())
    reading.read(segment.op, totals.entered)
    for stage, count in totals.stranded.items():
        reading.rows[stage] = _stranded(reading.rows[stage], count)
    return reading.rows


def _stranded(row: Row, count: int) -> Row:
    """``row`` when what ``count`` of its items gave could not cross."""
    moved = min(count, row.out)
    return replace(row, out=row.out - moved, failed=row.failed + moved)


@final
@dataclass(frozen=True, slots=True)
class _Left:
    """How many results an operation gave, and exits to each handler outside."""

    out: int
    exits: Counter[int]


@final
@dataclass(frozen=True, slots=True)
class _Reading:
    totals: Totals
    derived: int | None
    rows: dict[int, Row]
    arrested: set[int]

    def read(self, op: Op, entered: int) -> _Left:
        """Follow ``entered`` items through ``op``, noting a row a stage."""
        match op:
            case Leaf():
                return self._leaf(op, entered)
            case Seq(ops):
                return self._seq(ops, entered)
            case Branch():
                return self._branch(op, entered)
            case Ways():  # which are no stage, and have no row
                return self._by_way(op, entered)
            case Copy():
                return self._copy(op, entered)
            case Handle(body, handler):
                inside = self.read(body, entered)
                handled = self.read(handler, inside.exits[0])
                outer = {up - 1: n for up, n in inside.exits.items() if up}
                exits = handled.exits + Counter(outer)
                return _Left(inside.out + handled.out, exits)
            case Arrest(body, up):
                left = self.read(body, entered)
                new = set(numbers(body)) - self.arrested
                self.arrested.update(new)
                count = sum(self.totals.arrested[stage] for stage in new)
                return _Left(left.out, left.exits + Counter({up: count}))
            case _:
                assert_never(op)

    def _seq(self, ops: tuple[Op, ...], entered: int) -> _Left:
        exits: Counter[int] = Counter()
        for op in ops:
            left = self.read(op, entered)
            entered = left.out
            exits += left.exits
        return _Left(entered, exits)

    def _branch(self, branch: Branch, entered: int) -> _Left:
        passed = entered - self._failed(branch.number)
        self._note(branch.number, entered, filtered=0, emitted=passed, exits=0)
        return self._by_way(branch, passed)

    def _by_way(self, branch: Branch | Ways, passed: int) -> _Left:
        taken = [
            self._count("took", branch.number, arm)
            for arm in range(len(branch.arms) - 1)
        ]
        taken.append(passed - sum(taken))
        return self._arms(branch.arms, taken)

    def _copy(self, copy: Copy, entered: int) -> _Left:
        taken = [self._count("took", copy.number, arm) for arm in range(len(copy.arms))]
        self._note(copy.number, entered, filtered=0, emitted=sum(taken), exits=0)
        return self._arms(copy.arms, taken)

    def _arms(self, arms: tuple[Op, ...], taken: list[int]) -> _Left:
        lefts = [self.read(arm, n) for arm, n in zip(arms, taken, strict=True)]
        exits: Counter[int] = Counter()
        for left in lefts:
            exits += left.exits
        return _Left(sum(left.out for left in lefts), exits)

    def _leaf(self, leaf: Leaf, entered: int) -> _Left:
        number = leaf.number
        passed = entered - self._failed(number)
        filtered = 0
        emitted = passed
        exits = 0
        match leaf.node:
            case Map() | Wrap() | Mark() | Scatter():
                pass
            case Filter():
                emitted = self._passed(number)
                filtered = passed - emitted
            case Keeping(rule):
                emitted, filtered = self._kept(rule, number, passed)
            case Batch():
                emitted = self._count("emitted", number)
            case Try():
                exits = self._count("exits", number)
                emitted = passed - exits
            case Leave():
                exits = passed
                emitted = 0
            case FlatMap() | Unbatch() | Replicate() | Emitting():
                filtered = self._count("empty", number)
                emitted = self._count("emitted", number)
                exits = self._count("exits", number)
            case _:
                assert_never(leaf.node)
        self._note(number, entered, filtered=filtered, emitted=emitted, exits=exits)
        return _Left(emitted, Counter({0: exits}))

    def _kept(self, rule: Rule, number: int, passed: int) -> tuple[int, int]:
        match rule:
            case Scan() | ScanBy() | LimitRate():
                return passed, 0
            case Drop() | Distinct() | Take() | TakeWhile():
                kept = self._passed(number)
                return kept, passed - kept
            case GroupBy():
                return self._count("emitted", number), 0
            case _:
                assert_never(rule)

    def _passed(self, number: int) -> int:
        if number != self.derived:
            return self._count("passed", number)
        later = (n for stage, n in self.totals.failed.items() if stage > number)
        return self.totals.delivered + self.totals.stranded.total() + sum(later)

    def _count(self, what: What, stage: int, arm: int = 0) -> int:
        return self.totals.probes[Probe(what, stage, arm)]

    def _failed(self, number: int) -> int:
        return self.totals.failed[number] + self.totals.arrested[number]

    def _note(
        self, number: int, entered: int, *, filtered: int, emitted: int, exits: int
    ) -> None:
        failed = self._failed(number)
        self.rows[number] = Row(
            entered=entered,
            out=entered - failed - filtered,
            failed=failed,
            filtered=filtered,
            emitted=emitted,
            exits=exits,
        )
