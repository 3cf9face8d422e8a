"""The passage of a lost item: what the probes noted of it.

Their counts went with the worker. So that the ledger stays whole, the item
counts as having come to the stage that it was lost in by the first way there
is, and what it may have given besides is not counted.
"""

from typing import assert_never

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Copy
from fstream.compiler.program import Handle
from fstream.compiler.program import Leaf
from fstream.compiler.program import Op
from fstream.compiler.program import Replicate
from fstream.compiler.program import Seq
from fstream.compiler.program import Ways
from fstream.compiler.shape import numbers
from fstream.interpreter.kernel.template import Probe
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch

Passage = tuple[Probe, ...]


def passage(op: Op, stage: int) -> Passage | None:
    """What was noted on the way through ``op`` to ``stage``, a stage of it.

    ``None``: no item ever comes there.
    """
    match op:
        case Leaf():
            return ()
        case Seq(ops):
            n = next(n for n, part in enumerate(ops) if stage in numbers(part))
            return _joined([*map(_through, ops[:n]), passage(ops[n], stage)])
        case Branch(number, arms=arms) | Copy(number, arms) | Ways(number, arms):
            if stage == number:
                return ()
            n = next(n for n, arm in enumerate(arms) if stage in numbers(arm))
            return _joined([(Probe("took", number, n),), passage(arms[n], stage)])
        case Handle(body, handler):
            if stage in numbers(body):
                return passage(body, stage)
            return _joined([_out_of(body, 0), passage(handler, stage)])
        case Arrest(body):
            return passage(body, stage)
        case _:
            assert_never(op)


def _through(op: Op) -> Passage | None:
    """What is noted where an item goes on after ``op``; ``None``: it never does."""
    match op:
        case Leaf(number, node):
            return _through_leaf(number, node)
        case Seq(ops):
            return _joined([_through(part) for part in ops])
        case Branch(number, arms=arms) | Copy(number, arms) | Ways(number, arms):
            return _by_an_arm(number, [_through(arm) for arm in arms])
        case Handle(body, handler):
            straight = _through(body)
            if straight is not None:
                return straight
            return _joined([_out_of(body, 0), _through(handler)])
        case Arrest(body):
            return _through(body)
        case _:
            assert_never(op)


def _through_leaf(number: int, node: object) -> Passage | None:
    match node:
        case Leave():
            return None
        case Filter():
            return (Probe("passed", number),)
        case FlatMap() | Unbatch() | Replicate() | Emitting():
            return (Probe("emitted", number),)
        case _:
            return ()


def _out_of(op: Op, up: int) -> Passage | None:
    """What is noted where an item exits ``op`` past ``up`` handlers, if it can."""
    match op:
        case Leaf(number, node):
            if up or not isinstance(node, Leave | Try | Emitting):
                return None
            return () if isinstance(node, Leave) else (Probe("exits", number),)
        case Seq(ops):
            ways = (
                _joined([*map(_through, ops[:n]), _out_of(part, up)])
                for n, part in enumerate(ops)
            )
            return next((way for way in ways if way is not None), None)
        case Branch(number, arms=arms) | Copy(number, arms) | Ways(number, arms):
            return _by_an_arm(number, [_out_of(arm, up) for arm in arms])
        case Handle(body, handler):
            outward = _out_of(body, up + 1)
            if outward is not None:
                return outward
            return _joined([_out_of(body, 0), _out_of(handler, up)])
        case Arrest(body):
            return _out_of(body, up)
        case _:
            assert_never(op)


def _joined(parts: list[Passage | None]) -> Passage | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return tuple(probe for part in known for probe in part)


def _by_an_arm(number: int, arms: list[Passage | None]) -> Passage | None:
    for n, arm in enumerate(arms):
        if arm is not None:
            return (Probe("took", number, n), *arm)
    return None
