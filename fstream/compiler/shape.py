"""What can be known of an operation without running it."""

from math import ceil
from typing import assert_never

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Copy
from fstream.compiler.program import Handle
from fstream.compiler.program import Leaf
from fstream.compiler.program import Leafs
from fstream.compiler.program import Op
from fstream.compiler.program import Replicate
from fstream.compiler.program import Scatter
from fstream.compiler.program import Segment
from fstream.compiler.program import Seq
from fstream.compiler.program import Ways
from fstream.plan.contexts import Tasks
from fstream.plan.contexts import Threads
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Merged
from fstream.plan.nodes import Origin
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Wrap
from fstream.plan.origins import Items
from fstream.plan.origins import Live
from fstream.plan.rules import GroupBy
from fstream.plan.rules import LimitRate
from fstream.plan.rules import Replacing
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile


def parts(op: Op) -> tuple[Op, ...]:
    """The operations that ``op`` is made of, in plan order."""
    match op:
        case Leaf():
            return ()
        case Seq(ops):
            return ops
        case Branch(arms=arms) | Copy(arms=arms) | Ways(arms=arms):
            return arms
        case Handle(body, handler):
            return (body, handler)
        case Arrest(body):
            return (body,)
        case _:
            assert_never(op)


def numbers(op: Op) -> tuple[int, ...]:
    """The stages of ``op``, in plan order."""
    own = (op.number,) if isinstance(op, Leaf | Branch | Copy | Ways) else ()
    return own + tuple(n for part in parts(op) for n in numbers(part))


def leaves(op: Op) -> tuple[Leaf, ...]:
    """The leaves of ``op``, in plan order."""
    if isinstance(op, Leaf):
        return (op,)
    return tuple(leaf for part in parts(op) for leaf in leaves(part))


def is_stateful(op: Op) -> bool:
    """Whether what happens to an item depends on the items before it."""
    return any(isinstance(leaf.node, Batch | Keeping) for leaf in leaves(op))


def holders(op: Op) -> tuple[int, ...]:
    """The stages of ``op`` that hold items, and give them at the end."""
    return tuple(leaf.number for leaf in leaves(op) if _holds(leaf.node))


def limits(op: Op) -> tuple[int, ...]:
    """The stages of ``op`` that may end the run before its source does."""
    return tuple(leaf.number for leaf in leaves(op) if _limits(leaf.node))


def _limits(node: Leafs) -> bool:
    if not isinstance(node, Keeping):
        return False
    return isinstance(node.rule, Take | TakeWhile) and node.rule.ends


def _holds(node: Leafs) -> bool:
    if isinstance(node, Keeping):
        return isinstance(node.rule, GroupBy)
    return isinstance(node, Batch)


def is_begun(op: Op) -> bool:
    """Whether items come to ``op`` as merged sources give them."""
    return isinstance(op, Ways) or any(is_begun(part) for part in parts(op))


def is_single(op: Op) -> bool:
    """Whether each item gives at most one thing, an output or a failure."""
    if isinstance(op, Copy):
        return False
    many = FlatMap | Emitting | Unbatch | Replicate
    if isinstance(op, Leaf):
        return not isinstance(op.node, many)
    return all(is_single(part) for part in parts(op))


def is_simple(op: Op) -> bool:
    """Whether the outcome of a pulled item follows from its stages' outcomes."""
    return is_single(op) and not holders(op)


def is_tagged(merged: Merged) -> bool:
    """Whether the items of ``merged`` come with the number of their source."""
    return any(flow.stage != Chain(()) for flow in merged.flows)


_SIZED = (list, tuple, range, str, bytes, frozenset)


def is_sized(origin: Origin) -> bool:
    """Whether a source's iterator tells how many items are left, and never waits."""
    return isinstance(origin, Items) and type(origin.items) in _SIZED


def is_live(origin: Origin) -> bool:
    """Whether items of a source come from a thread of its own."""
    if isinstance(origin, Merged):
        return any(is_live(flow.origin) for flow in origin.flows)
    return isinstance(origin, Live)


def is_paced(op: Op) -> bool:
    """Whether the items of ``op`` wait for their turn."""
    return any(
        isinstance(leaf.node, Keeping) and isinstance(leaf.node.rule, LimitRate)
        for leaf in leaves(op)
    )


def bursts(op: Op) -> bool:
    """Whether items may come together to where, in ``op``, they wait for their turn."""
    is_one = True
    for step in parts(op) if isinstance(op, Seq | Handle) else ():
        if not is_one and is_paced(step):
            return True
        is_one = is_one and is_simple(step)
    return any(bursts(part) for part in parts(op))


def goes_singly(segment: Segment) -> bool:
    """Whether no item may share its chunk.

    The others would wait for its turn, or be executed again with it: an item that is
    overdue in a thread leaves that thread behind, chunk and all; in a task it ends
    the kernel.
    """
    if is_paced(segment.op):
        return True
    cares = [label.care for label in segment.labels]
    if any(care.delivery == "at_most_once" for care in cares):
        return True
    shares = isinstance(segment.context, Threads | Tasks)
    return shares and limit_of(segment) is not None


def limit_of(segment: Segment) -> float | None:
    """The longest time, in seconds, that a stage of ``segment`` gives an item.

    Decoding a chunk, or encoding its results, may take as long.
    """
    return max(limits_of(segment), default=None)


def limits_of(segment: Segment) -> list[float]:
    """The times, in seconds, that stages of ``segment`` give an item."""
    limits = [label.care.timeout for label in segment.labels]
    return [limit for limit in limits if limit is not None]


def least_limit(segment: Segment) -> int:
    """The shortest time that a stage of ``segment`` gives, in nanoseconds; 0: none."""
    limits = [label.care.timeout for label in segment.labels]
    least = min((limit for limit in limits if limit is not None), default=0.0)
    return ceil(least * 1e9)


def limit_in(segment: Segment, stage: int) -> float | None:
    """The time that ``stage`` gives an item, or else ``segment`` does."""
    own = segment.labels[segment.stages.index(stage)].care.timeout
    return limit_of(segment) if own is None else own


def is_dense(op: Op) -> bool:
    """Whether each item that does not fail gives exactly one output."""
    if isinstance(op, Leaf):
        return not _drops(op.node) and is_single(op)
    return is_single(op) and all(is_dense(part) for part in parts(op))


def _drops(node: Leafs) -> bool:
    """Whether some items give nothing, for now or at all."""
    if isinstance(node, Keeping):
        return not isinstance(node.rule, Replacing)
    return isinstance(node, Filter | Batch)


def reach(op: Op) -> int:
    """How many handlers outside of ``op`` its exits may reach; 0: it has none."""
    match op:
        case Leaf(node=node):
            return 1 if _exits(node) else 0
        case Handle(body, handler):
            return max(reach(body) - 1, reach(handler))
        case Arrest(body, up):
            return max(reach(body), up + 1)
        case Seq() | Branch() | Copy() | Ways():
            return max((reach(part) for part in parts(op)), default=0)
        case _:
            assert_never(op)


def last_stage(op: Op) -> int:
    """The last stage of ``op`` in plan order that is a user's."""
    own = tuple(leaf.number for leaf in leaves(op) if isinstance(leaf.node, _OURS))
    return next((n for n in reversed(numbers(op)) if n not in own), numbers(op)[-1])


_OURS = Wrap | Mark


def has_one_end(op: Op, exits: int) -> bool:
    """Whether all results of ``op`` come from its last stage."""
    if len(numbers(op)) == 1:
        return True
    steps = op.ops if isinstance(op, Seq) else (op,)
    ends = [step for step in steps if not isinstance(step, Leaf) or _is_users(step)]
    return not exits and bool(ends) and isinstance(ends[-1], Leaf)


def _is_users(leaf: Leaf) -> bool:
    return not isinstance(leaf.node, _OURS)


def _exits(node: Leafs) -> bool:
    match node:
        case Try() | Emitting() | Leave():
            return True
        case (
            Map()
            | FlatMap()
            | Filter()
            | Batch()
            | Keeping()
            | Unbatch()
            | Wrap()
            | Mark()
            | Scatter()
            | Replicate()
        ):
            return False
        case _:
            assert_never(node)


def arrested(op: Op, up: int) -> Op:
    """``Arrest(op, up)`` with the arrest moved down to where things can fail.

    Inside a handler's body there is one handler more in between.
    """
    match op:
        case Leaf():
            return Arrest(op, up)
        case Seq(ops):
            return Seq(tuple(arrested(part, up) for part in ops))
        case Copy(number, arms):
            return Copy(number, tuple(arrested(arm, up) for arm in arms))
        case Ways(number, arms):
            return Ways(number, tuple(arrested(arm, up) for arm in arms))
        case Handle(body, handler):
            return Handle(arrested(body, up + 1), arrested(handler, up))
        case Branch(number, tests, arms):
            outside = tuple(arrested(arm, up) for arm in arms)
            return Arrest(Branch(number, tests, outside), up)
        case Arrest():
            return op
        case _:
            assert_never(op)


def derived_filter(op: Op, exits: int) -> int | None:
    """The filter whose passing items need no count of their own.

    It is the last stage, but for maps: what passed is what was delivered or
    failed after it.
    """
    steps = op.ops if isinstance(op, Seq) else (op,)
    for step in reversed(steps):
        if exits or not isinstance(step, Leaf):
            return None
        if isinstance(step.node, Filter):
            return step.number
        if not isinstance(step.node, Map | Wrap | Mark):
            return None
    return None


def arresting(op: Op, stage: int) -> int | None:
    """Past how many handlers a failure in ``stage`` exits ``op``, if it does."""
    for part in parts(op):
        if stage in numbers(part):
            inner = arresting(part, stage)
            if inner is not None:
                return inner
            return op.up if isinstance(op, Arrest) else None
    return None
