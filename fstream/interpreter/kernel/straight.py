"""Which operations can be written straight: one result an item, or none.

A straight operation falls through to what follows it, so that what follows is
written once and without a call. It may end an item's path, but it never jumps
to a handler outside of itself.
"""

from dataclasses import dataclass
from typing import assert_never, final

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Copy
from fstream.compiler.program import Handle
from fstream.compiler.program import Leaf
from fstream.compiler.program import Op
from fstream.compiler.program import Seq
from fstream.compiler.program import Ways
from fstream.compiler.shape import is_single
from fstream.compiler.shape import parts
from fstream.compiler.shape import reach
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Try


@final
@dataclass(frozen=True, slots=True)
class Inside:
    """For each handler outside, innermost last: whether an exit to it ends a path."""

    ends: tuple[bool, ...]

    def ends_path(self, up: int) -> bool:
        """Whether an exit past ``up`` handlers ends the item's path."""
        return up >= len(self.ends) or self.ends[-1 - up]

    def handled(self) -> "Inside":
        """The same inside of one more handler."""
        return Inside((*self.ends, False))


def is_straight(op: Op, inside: Inside) -> bool:
    """Whether ``op`` can be written to fall through, and not too deep for Python."""
    return _height(op) <= _MOST_LEVELS and _is_straight(op, inside)


_MOST_LEVELS = 8


def _height(op: Op) -> int:
    """How deep ``op`` is nested when it is written straight."""
    highest = max((_height(part) for part in parts(op)), default=0)
    match op:
        case Leaf() | Seq():
            return highest
        case Branch() | Copy() | Ways() | Arrest():
            return highest + 1
        case Handle(body):
            # What follows a step that may exit stands in an ``else``.
            exits = (step for step in steps(body) if reach(step))
            return highest + sum(1 for _ in exits)
        case _:
            assert_never(op)


def _is_straight(op: Op, inside: Inside) -> bool:
    match op:
        case Leaf(node=node):
            if isinstance(node, Try | Leave):
                return inside.ends_path(0)
            return is_single(op)
        case Seq(ops):
            return all(_is_straight(part, inside) for part in ops)
        case Branch(arms=arms) | Ways(arms=arms):
            return all(_is_straight(arm, inside) for arm in arms)
        case Copy():
            return False
        case Handle(body, handler):
            if not _is_straight(handler, inside):
                return False
            return all(_is_straight_in_body(step, inside) for step in steps(body))
        case Arrest(body, up):
            return inside.ends_path(up) and _is_straight(body, inside)
        case _:
            assert_never(op)


def _is_straight_in_body(step: Op, inside: Inside) -> bool:
    """A step of a handled body may also be a point where items exit to it."""
    if _is_straight(step, inside.handled()):
        return True
    if isinstance(step, Arrest):
        return step.up == 0 and _is_straight(step.body, inside.handled())
    return isinstance(step, Leaf) and isinstance(step.node, Try | Leave)


def steps(op: Op) -> tuple[Op, ...]:
    """``op`` as a sequence, with sequences in it laid flat."""
    if isinstance(op, Seq):
        return tuple(step for part in op.ops for step in steps(part))
    return (op,)
