"""Placement: every stage gets its number and its context.

Which context: its own ``on=``, else the innermost ``within``, else the default
of the run. Stateful stages always run in the interpreter. A named context is the
one that the run binds to its name; whoever reads a program meets no names.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import assert_never

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Copy
from fstream.compiler.program import Handle
from fstream.compiler.program import Leaf
from fstream.compiler.program import Op
from fstream.compiler.program import Seq
from fstream.compiler.program import StageEntry
from fstream.compiler.program import Ways
from fstream.plan.contexts import Context
from fstream.plan.contexts import Inline
from fstream.plan.contexts import NamedContext
from fstream.plan.contexts import Placement
from fstream.plan.labels import Label
from fstream.plan.labels import Site
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Broadcast
from fstream.plan.nodes import ByTurn
from fstream.plan.nodes import Catch
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Recover
from fstream.plan.nodes import Route
from fstream.plan.nodes import Stage
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Within
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

SILENT = Label(name="", site=Site(file="fstream", line=0))


def place(
    stage: Stage, default: Placement, bound: Mapping[str, Context] | None = None
) -> tuple[Op, tuple[StageEntry, ...]]:
    """Number the stages of ``stage`` in plan order, and say where each runs.

    ``bound`` are the contexts that the run gives to names.
    """
    table = _Table(bound or {})
    op = _placed(stage, default, table, is_main=True)
    return op, tuple(table.entries)


@dataclass(slots=True)
class _Table:
    bound: Mapping[str, Context]
    entries: list[StageEntry] = field(default_factory=list[StageEntry])

    def add(self, label: Label, kind: str, wished: Placement) -> int:
        found = self._found(label.on or wished)
        if isinstance(found, NamedContext):
            entry = StageEntry(label=label, kind=kind, context=Inline(), unbound=found)
        else:
            entry = StageEntry(label=label, kind=kind, context=found)
        self.entries.append(entry)
        return len(self.entries) - 1

    def _found(self, wished: Placement) -> Placement:
        """The context itself where it is known."""
        if not isinstance(wished, NamedContext):
            return wished
        return self.bound.get(wished.name) or wished.default or wished


def _placed(stage: Stage, context: Placement, table: _Table, *, is_main: bool) -> Op:
    """``is_main``: what ends here ends the run, for it is no arm and no handler."""
    match stage:
        case Chain(steps):
            return _sequence(
                [_placed(step, context, table, is_main=is_main) for step in steps]
            )
        case Within(inner, body):
            return _placed(body, inner, table, is_main=is_main)
        case Recover(body, handler):
            inside = _placed(body, context, table, is_main=is_main)
            return Handle(inside, _placed(handler, context, table, is_main=False))
        case Catch(body):
            return Arrest(_placed(body, context, table, is_main=is_main))
        case Route():
            return _route(stage, context, table)
        case Broadcast(arms, label):
            number = table.add(label, "broadcast", context)
            return Copy(number, _arms(arms, context, table))
        case ByTurn(stages):
            number = table.add(SILENT, "", Inline())
            return Ways(number, _arms(stages, context, table))
        case Batch():
            return Leaf(table.add(stage.label, "batch", Inline()), stage)
        case Keeping(rule, label):
            number = table.add(label, _kind(rule), Inline())
            return Leaf(number, Keeping(_ending(rule), label) if is_main else stage)
        case _:
            return _leaf(stage, context, table)


def _sequence(ops: list[Op]) -> Seq:
    """One flat sequence, so that neighbours stand side by side."""
    flat = (op.ops if isinstance(op, Seq) else (op,) for op in ops)
    return Seq(tuple(op for steps in flat for op in steps))


def _route(route: Route, context: Placement, table: _Table) -> Op:
    number = table.add(route.label, "route", context)
    arms = _arms([arm.stage for arm in route.arms], context, table)
    return Branch(number, tuple(arm.test for arm in route.arms), arms)


def _arms(arms: Iterable[Stage], context: Placement, table: _Table) -> tuple[Op, ...]:
    return tuple(_placed(arm, context, table, is_main=False) for arm in arms)


def _ending(rule: Rule) -> Rule:
    """``rule``, which ends the run if it is one that limits it."""
    return replace(rule, ends=True) if isinstance(rule, Take | TakeWhile) else rule


def _kind(rule: Rule) -> str:
    match rule:
        case Scan():
            return "scan"
        case ScanBy():
            return "scan_by"
        case Drop():
            return "drop"
        case Take():
            return "take"
        case TakeWhile():
            return "take_while"
        case Distinct():
            return "distinct"
        case GroupBy():
            return "group_by_key"
        case LimitRate():
            return "limit_rate"
        case _:
            assert_never(rule)


def _leaf(
    stage: Map | FlatMap | Filter | Try | Emitting | Unbatch | Leave | Wrap | Mark,
    context: Placement,
    table: _Table,
) -> Op:
    match stage:
        case Map():
            kind = "map"
        case FlatMap():
            kind = "flat_map"
        case Filter():
            kind = "filter"
        case Try():
            kind = "try"
        case Emitting():
            kind = "emit"
        case Unbatch():
            kind = "unbatch"
        case Leave():
            kind = "leave"
        case Wrap() | Mark():
            return Leaf(table.add(SILENT, "", context), stage)
        case _:
            assert_never(stage)
    return Leaf(table.add(stage.label, kind, context), stage)
